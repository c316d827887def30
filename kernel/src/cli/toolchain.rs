//! Which compiler there is.

use std::ffi::OsString;
use std::process::Command;

use tokio::sync::watch;

use crate::jupyter::LanguageVersion;

/// The compiler that cells are compiled with.
pub fn rustc() -> OsString {
    std::env::var_os("RUSTC")
        .filter(|rustc| !rustc.is_empty())
        .unwrap_or_else(|| "rustc".into())
}

/// Asks the compiler for its version in the background.
pub fn version() -> LanguageVersion {
    let (sender, receiver) = watch::channel(None);
    std::thread::spawn(move || {
        // Without an answer the sender is dropped, and nobody waits any longer.
        if let Some(version) = ask(&["--version"]).as_deref().and_then(release) {
            sender.send_replace(Some(version.to_owned()));
        }
    });
    receiver
}

/// What the compiler says when it is asked; `None` where there is none.
pub fn ask(arguments: &[&str]) -> Option<String> {
    let output = Command::new(rustc()).args(arguments).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `1.95.0` of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn release(version: &str) -> Option<&str> {
    version.split_whitespace().nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_the_second_word() {
        assert_eq!(
            release("rustc 1.95.0 (59807616e 2026-04-14)"),
            Some("1.95.0")
        );
        assert_eq!(release(""), None);
    }
}
