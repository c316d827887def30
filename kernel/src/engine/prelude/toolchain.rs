//! The compiler that a prelude goes with.

use std::path::PathBuf;
use std::process::Command;

use crate::engine::EngineError;

/// `rustc -vV`: version, commit and host of this machine's rustc.
pub(super) fn describe() -> Result<String, EngineError> {
    // Not where the notebook lies: rustup would run whatever compiler a `rust-toolchain.toml` there names.
    let mut rustc = Command::new("rustc");
    let output = rustc.arg("-vV").current_dir("/").output().map_err(|error| {
        EngineError::Toolchain(format!(
            "Wick compiles cells with rustc, which cannot be started ({error}). Install Rust from https://rustup.rs, \
             and start Jupyter where `rustc` is on the PATH."
        ))
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(EngineError::Toolchain(format!(
            "`rustc -vV` fails: {}",
            said.trim()
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The folder of this machine's rustc.
pub(super) fn sysroot() -> Option<PathBuf> {
    let mut rustc = Command::new("rustc");
    let output = rustc.args(["--print", "sysroot"]).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(path.trim())).filter(|path| path.is_absolute())
}

/// The host triple in what rustc says about itself.
pub(super) fn host(rustc: &str) -> &str {
    let mut lines = rustc.lines();
    lines
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap_or("x86_64-unknown-linux-gnu")
}

/// Compares the descriptions of two compilers; metadata of one cannot be read by another.
pub(super) fn check(here: &str, needed: &str) -> Result<(), EngineError> {
    if here == needed {
        return Ok(());
    }
    Err(EngineError::Toolchain(format!(
        "The prelude was built with {}, but this machine has {}. Run `./install.sh` again to build it with this one, or \
         choose the other with `rustup default {}`.",
        first_line(needed),
        first_line(here),
        release(needed)
    )))
}

fn first_line(rustc: &str) -> &str {
    rustc.lines().next().unwrap_or("another rustc")
}

fn release(rustc: &str) -> &str {
    let mut lines = rustc.lines();
    let release = lines.find_map(|line| line.strip_prefix("release: "));
    release.unwrap_or("stable")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str =
        "rustc 1.95.0 (59807616e 2026-04-14)\nhost: aarch64-apple-darwin\nrelease: 1.95.0\n";
    const OTHER: &str =
        "rustc 1.94.1 (0000 2026-03-01)\nhost: aarch64-apple-darwin\nrelease: 1.94.1\n";

    #[test]
    fn another_compiler_is_refused_with_both_names() {
        assert!(check(HERE, HERE).is_ok());
        let error = check(HERE, OTHER).unwrap_err().to_string();
        assert!(error.contains("rustc 1.94.1 (0000 2026-03-01)"), "{error}");
        assert!(
            error.contains("rustc 1.95.0 (59807616e 2026-04-14)"),
            "{error}"
        );
        assert!(error.contains("`rustup default 1.94.1`"), "{error}");
    }

    #[test]
    fn the_host_is_what_rustc_says() {
        assert_eq!(host(HERE), "aarch64-apple-darwin");
    }
}
