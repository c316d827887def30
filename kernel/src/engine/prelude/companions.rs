//! Crates of Wick that are no part of the prelude: a `:dep` with the name of one builds it beside the prelude.
//!
//! They lie in the prelude's folder as they lie in Wick's sources, and name `wick` by its path there. That leads to an
//! empty crate in which only the name and version count: what is asked for is taken from the compiled prelude.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The crates and where they lie below Wick's sources.
const COMPANIONS: &[(&str, &str)] = &[("wick-polars", "interop/polars")];
/// Where the prelude lies there.
const PRELUDE: &str = "prelude";

/// The folder of the companion `package` in the prelude's.
pub(super) fn find(prelude: &Path, package: &str) -> Option<PathBuf> {
    let folder = prelude.join(place(package)?);
    folder.join("Cargo.toml").is_file().then_some(folder)
}

/// Where the companion `package` lies below Wick's sources; `None` where there is none of that name.
pub fn place(package: &str) -> Option<&'static str> {
    let (_, folder) = COMPANIONS.iter().find(|(name, _)| *name == package)?;
    Some(folder)
}

/// The files of all companions below `root`, the folder of Wick's sources, and their contents; in a fixed order.
pub(super) fn read(root: &Path) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for (_, folder) in COMPANIONS {
        let source = root.join(folder).join("src");
        if !source.is_dir() {
            continue;
        }
        let mut paths = vec![root.join(folder).join("Cargo.toml")];
        for entry in fs::read_dir(source)? {
            paths.push(entry?.path());
        }
        paths.sort();
        for path in paths {
            let contents = fs::read(&path)?;
            let place = path.strip_prefix(root).map_err(io::Error::other)?;
            files.push((place.to_owned(), contents));
        }
    }
    Ok(files)
}

/// Puts `files` into the prelude's folder, and `wick` of that version where they look for it.
pub(super) fn write(prelude: &Path, files: &[(PathBuf, Vec<u8>)], version: &str) -> io::Result<()> {
    let wick = Path::new(PRELUDE);
    let manifest = format!(
        "[package]\nname = \"wick\"\nversion = {version:?}\nedition = \"2024\"\n\n\
         [lib]\ncrate-type = [\"dylib\"]\n\n[workspace]\n"
    );
    let stand_in = [
        (wick.join("Cargo.toml"), manifest.into_bytes()),
        (wick.join("src/lib.rs"), Vec::new()),
    ];
    for (place, contents) in files.iter().chain(&stand_in) {
        let path = prelude.join(place);
        fs::create_dir_all(path.parent().unwrap_or(prelude))?;
        fs::write(path, contents)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_companion_is_found_where_it_was_put() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = read(&root).unwrap();
        let prelude = tempfile::tempdir().unwrap();
        assert_eq!(find(prelude.path(), "wick-polars"), None);
        write(prelude.path(), &files, "0.1.0").unwrap();
        let folder = find(prelude.path(), "wick-polars").unwrap();
        assert!(folder.join("src/lib.rs").is_file());
        assert!(folder.join("../../prelude/Cargo.toml").is_file());
        assert_eq!(find(prelude.path(), "polars"), None);
    }
}
