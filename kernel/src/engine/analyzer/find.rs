//! Where rust-analyzer is.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names the program, or says `off`.
pub const VARIABLE: &str = "WICK_RUST_ANALYZER";

/// The folder beside the prelude that `wick analyzer install` [builds](super::build) into.
pub const FOLDER: &str = "rust-analyzer";

/// Versions of the package `ra_ap_rust-analyzer`, by the minor version of the oldest and the newest Rust that each is
/// known to compile with and to understand the proc macros of.
const VERSIONS: [(u32, u32, &str); 2] = [(91, 94, "0.0.330"), (95, 95, "0.0.347")];

/// A rust-analyzer that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The program.
    pub program: PathBuf,
    /// How it names itself.
    pub version: String,
}

/// Looks for rust-analyzer: where [`VARIABLE`] says, on PATH, in rustup's toolchain, and in the folder `built`, where
/// Wick's own build of it would be. Runs programs, so it takes a moment.
///
/// # Errors
/// Why there is none.
pub fn find(built: &Path) -> Result<Found, String> {
    if let Some(wanted) = env::var_os(VARIABLE).filter(|it| !it.is_empty()) {
        return chosen(&wanted);
    }
    let on_path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&on_path).map(|folder| folder.join("rust-analyzer"));
    let of_cargo = env::home_dir().map(|home| home.join(".cargo/bin/rust-analyzer"));
    let places = on_path.chain(of_cargo).chain(of_rustup());
    places
        .chain([program_in(built)])
        .find_map(|program| {
            let version = version(&program)?;
            Some(Found { program, version })
        })
        .ok_or_else(|| "there is no rust-analyzer".to_owned())
}

fn chosen(wanted: &OsStr) -> Result<Found, String> {
    if wanted == "off" {
        return Err(format!("{VARIABLE} is off"));
    }
    let program = PathBuf::from(wanted);
    match version(&program) {
        Some(version) => Ok(Found { program, version }),
        None => Err(format!(
            "{VARIABLE} names {}, which does not run",
            program.display()
        )),
    }
}

/// The program in a folder of Wick's own.
pub fn program_in(built: &Path) -> PathBuf {
    built.join("bin/rust-analyzer")
}

fn of_rustup() -> Option<PathBuf> {
    let mut rustup = Command::new("rustup");
    let output = rustup.args(["which", "rust-analyzer"]).current_dir("/");
    let output = output.stdin(Stdio::null()).output().ok()?;
    let path = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| path.trim().into())
}

/// What a program calls itself, if it runs: rustup leaves one on PATH that only says that there is none.
fn version(program: &Path) -> Option<String> {
    let metadata = program.metadata().ok()?;
    if !metadata.is_file() || metadata.permissions().mode() & 0o111 == 0 {
        return None;
    }
    let mut command = Command::new(program);
    let output = command.arg("--version").current_dir("/");
    let output = output.stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next()?.trim();
    output.status.success().then(|| line.to_owned())
}

/// The version of `ra_ap_rust-analyzer` that goes with a compiler, by its description (`rustc -vV`).
///
/// # Errors
/// Where none is known, with what can be done.
pub fn version_for(rustc: &str) -> Result<&'static str, String> {
    let mut lines = rustc.lines();
    let release = lines.find_map(|line| line.strip_prefix("release: "));
    let release = release.unwrap_or_default();
    let minor = release
        .strip_prefix("1.")
        .and_then(|rest| rest.split('.').next())
        .and_then(|minor| minor.parse::<u32>().ok());
    let fits = |(from, to, _): &&(u32, u32, &str)| {
        minor.is_some_and(|minor| (*from..=*to).contains(&minor))
    };
    match VERSIONS.iter().find(fits) {
        Some((.., version)) => Ok(version),
        None => Err(format!(
            "no version of rust-analyzer on crates.io is known to go with rustc {release}; run `rustup component add \
             rust-analyzer`, or set {VARIABLE} to one that you have"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_program;

    #[test]
    fn only_what_runs_counts() {
        let folder = tempfile::tempdir().unwrap();
        let program =
            |name: &str, script: &str, mode| test_program::write(folder.path(), name, script, mode);
        let good = program("good", "echo rust-analyzer 1.2; echo more", 0o755);
        assert_eq!(version(&good).as_deref(), Some("rust-analyzer 1.2"));
        assert_eq!(
            version(&program("proxy", "echo no >&2; exit 1", 0o755)),
            None
        );
        assert_eq!(version(&program("closed", "echo 1", 0o644)), None);
        assert_eq!(version(folder.path()), None);
        assert_eq!(chosen(good.as_os_str()).unwrap().program, good);
        assert!(
            chosen(OsStr::new("/no/such"))
                .unwrap_err()
                .contains("/no/such")
        );
        assert!(chosen(OsStr::new("off")).unwrap_err().ends_with("off"));
    }

    #[test]
    fn a_version_fits_a_compiler_or_there_is_a_word() {
        assert_eq!(
            version_for("rustc 1.95.0\nrelease: 1.95.0\n"),
            Ok("0.0.347")
        );
        assert_eq!(version_for("release: 1.92.1\n"), Ok("0.0.330"));
        for other in ["release: 1.20.0\n", "release: 1.9500.0-nightly\n", ""] {
            let why = version_for(other).unwrap_err();
            assert!(why.contains("rustup component add"), "{why}");
        }
    }
}
