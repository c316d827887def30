//! What the kernel says about itself.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::message::PROTOCOL;

/// How long the first client may have to wait for the compiler's version.
const PATIENCE: Duration = Duration::from_millis(250);

/// The compiler's version, known soon after the start; empty where there is no compiler.
pub type LanguageVersion = watch::Receiver<Option<String>>;

/// Answers to `kernel_info_request`.
#[derive(Clone)]
pub struct KernelInfo {
    version: LanguageVersion,
    about: &'static str,
}

impl KernelInfo {
    /// Will tell `version`, and what the session is for.
    pub fn new(version: LanguageVersion, about: &'static str) -> Self {
        Self { version, about }
    }

    /// The content of a `kernel_info_reply`.
    pub async fn reply(&mut self) -> Value {
        let known = self.version.wait_for(Option::is_some);
        let version = match tokio::time::timeout(PATIENCE, known).await {
            Ok(Ok(version)) => version.clone().unwrap_or_default(),
            _ => String::new(),
        };
        reply(&version, self.about)
    }
}

fn reply(rust: &str, about: &str) -> Value {
    let wick = env!("CARGO_PKG_VERSION");
    let banner = if rust.is_empty() {
        format!("Wick {wick}: Rust {about}. No rustc was found; `wick doctor` says more.")
    } else {
        format!("Wick {wick}: Rust {rust} {about}. Type :help for the commands.")
    };
    json!({
        "status": "ok",
        "protocol_version": PROTOCOL,
        "implementation": "wick",
        "implementation_version": wick,
        "language_info": language_info(rust),
        "banner": banner,
        "debugger": false,
        "supported_features": ["kernel subshells"],
        "help_links": [
            { "text": "Wick", "url": env!("CARGO_PKG_REPOSITORY") },
            { "text": "The Rust Programming Language", "url": "https://doc.rust-lang.org/book/" },
            { "text": "Rust's standard library", "url": "https://doc.rust-lang.org/std/" },
            { "text": "Rust's error codes", "url": "https://doc.rust-lang.org/error_codes/" },
            { "text": "crates.io", "url": "https://crates.io/" },
        ],
    })
}

/// What notebooks store about their language.
pub fn language_info(rust: &str) -> Value {
    json!({
        "name": "rust",
        "version": rust,
        "mimetype": "text/rust",
        "file_extension": ".rs",
        "pygments_lexer": "rust",
        "codemirror_mode": "rust",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_version_may_come_late() {
        let (sender, receiver) = watch::channel(None);
        let mut info = KernelInfo::new(receiver, "tensor notebooks");
        let reply = tokio::spawn(async move { info.reply().await });
        tokio::task::yield_now().await;
        sender.send_replace(Some("1.95.0".to_owned()));
        let reply = reply.await.unwrap();
        assert_eq!(reply["language_info"]["version"], "1.95.0");
        assert!(reply["banner"].as_str().unwrap().contains("Rust 1.95.0"));
    }

    #[tokio::test]
    async fn without_a_compiler_there_is_an_answer_all_the_same() {
        let (sender, receiver) = watch::channel(None);
        drop(sender);
        let reply = KernelInfo::new(receiver, "tensor notebooks").reply().await;
        assert_eq!(reply["language_info"]["version"], "");
        assert!(reply["banner"].as_str().unwrap().contains("wick doctor"));
    }
}
