//! Which compiler there is.

use std::process::Command;

/// The compiler that cells are compiled with: the one on PATH.
pub const RUSTC: &str = "rustc";

/// The compiler's version; `None` where there is no compiler.
pub fn version() -> Option<String> {
    release(&ask(&["--version"])?).map(str::to_owned)
}

/// What the compiler says when it is asked; `None` where there is none.
pub fn ask(arguments: &[&str]) -> Option<String> {
    // Not where the notebook lies: rustup would run whatever compiler a `rust-toolchain.toml` there names.
    let mut rustc = Command::new(RUSTC);
    let output = rustc.args(arguments).current_dir("/").output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `1.95.0` of `rustc 1.95.0 (59807616e 2026-04-14)`.
pub fn release(version: &str) -> Option<&str> {
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
