//! Which crates a shared object really holds.
//!
//! rustc leaves out a dependency that no code of the prelude names, whatever `Cargo.toml` says.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Those of `crates` (rlibs) that define symbols of which `dylib` exports none.
pub(super) fn missing_from(dylib: &Path, crates: &[PathBuf]) -> io::Result<HashSet<PathBuf>> {
    let exported = nm(&["-D"], &[dylib.to_owned()])?;
    let exported: HashSet<&str> = exported
        .lines()
        .filter_map(|line| Some(symbol(line)?.1))
        .collect();
    let defined = nm(&["-g"], crates)?;
    let (mut missing, mut present) = (HashSet::new(), HashSet::new());
    for (file, name) in defined.lines().filter_map(symbol) {
        match exported.contains(name) {
            true => present.insert(file),
            false => missing.insert(file),
        };
    }
    // Plugins of nm write to its stdout as well, hence only files that were asked for.
    let missing = crates.iter().filter(|file| {
        let file = file.to_string_lossy();
        missing.contains(&*file) && !present.contains(&*file)
    });
    Ok(missing.cloned().collect())
}

/// `/x/liba.rlib[a.o]: name T 0 1` → the file and the name.
fn symbol(line: &str) -> Option<(&str, &str)> {
    let (place, rest) = line.split_once(": ")?;
    let file = place.split('[').next()?;
    Some((file, rest.split(' ').next()?))
}

fn nm(options: &[&str], files: &[PathBuf]) -> io::Result<String> {
    // Members without code ("no symbols") are reported on stderr and do no harm.
    let output = Command::new("nm")
        .args(["--print-file-name", "--defined-only", "--format=posix"])
        .args(options)
        .args(files)
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_present_with_one_symbol() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let rustc = |arguments: &[&str], source: &str| {
            std::fs::write(path("source.rs"), source).unwrap();
            let status = Command::new("rustc")
                // As cargo calls it; nm may stumble over bitcode.
                .args(["--edition=2024", "-Cembed-bitcode=no", "source.rs"])
                .args(arguments)
                .current_dir(folder.path())
                .status();
            assert!(status.unwrap().success());
        };
        rustc(
            &["--crate-type=rlib", "--crate-name=used"],
            "#[inline(never)] pub fn one() -> String { String::new() }",
        );
        rustc(
            &["--crate-type=rlib", "--crate-name=unused"],
            "#[inline(never)] pub fn two() -> String { String::new() }",
        );
        rustc(
            &[
                "--crate-type=dylib",
                "--crate-name=whole",
                "--extern=used=libused.rlib",
                "--extern=unused=libunused.rlib",
            ],
            "pub use used;",
        );
        let crates = [path("libused.rlib"), path("libunused.rlib")];
        let missing = missing_from(&path("libwhole.so"), &crates).unwrap();
        assert_eq!(missing, HashSet::from([path("libunused.rlib")]));
    }
}
