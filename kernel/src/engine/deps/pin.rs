//! Versions that a notebook has fixed: a file beside it that names every crate `:dep` may build.
//!
//! The file has the form of a `Cargo.lock` without the edges between packages, so that it also serves a session that
//! asks for fewer crates, or for one after the other.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::failure::{NAME, failure, io as io_error};
use super::lock;
use crate::engine::CellError;

/// The name of the file. Not `Cargo.lock`, which belongs to the project that a notebook may lie in.
const FILE_NAME: &str = "wick.lock";

/// Name, version, source and checksum of a package.
type Package = [String; 4];

/// What a notebook pins.
#[derive(Debug)]
pub(super) struct Pin {
    path: PathBuf,
    text: String,
    packages: BTreeSet<Package>,
}

impl Pin {
    /// The pin of the notebook in `folder`, if it has one.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>, CellError> {
        let path = folder.join(FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error(path.display(), &error)),
        };
        let packages = packages(&text).map_err(|error| {
            let message = format!("{} is not a lock file: {}", path.display(), error.message());
            failure(NAME, &message, &[])
        })?;
        Ok(Some(Self {
            path,
            text,
            packages,
        }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Refuses a resolved `Cargo.lock` with a package that is not pinned.
    pub(super) fn check(&self, resolved: &Path) -> Result<(), CellError> {
        let needed = fs::read_to_string(resolved)
            .and_then(|text| packages(&text).map_err(io::Error::other))
            .map_err(|error| io_error(resolved.display(), &error))?;
        let strangers: Vec<String> = needed
            .difference(&self.packages)
            .map(|[name, version, ..]| format!("`{name} {version}`"))
            .collect();
        if strangers.is_empty() {
            return Ok(());
        }
        let file = self.path.display();
        let message = match strangers.as_slice() {
            [one] => format!("{one} is not in {FILE_NAME}"),
            [one, rest @ ..] => format!("{one} and {} more are not in {FILE_NAME}", rest.len()),
            [] => unreachable!("there are some"),
        };
        let details = [
            format!("This notebook pins its crates: nothing is built that is not listed in {file}."),
            "To allow it, delete that file, restart the kernel, run the notebook, and write it anew with `:dep --lock`."
                .to_owned(),
            String::new(),
            format!("not listed: {}", strangers.join(", ")),
        ];
        Err(failure(NAME, &message, &details))
    }
}

/// Pins what the lock file `resolved` holds for notebooks in `folder`; gives the file that says so.
pub(super) fn write(folder: &Path, resolved: &Path) -> Result<PathBuf, CellError> {
    let path = folder.join(FILE_NAME);
    let written = fs::read_to_string(resolved)
        .and_then(|text| lock::merged(&[text]).map_err(io::Error::other))
        .and_then(|text| fs::write(&path, text));
    match written {
        Ok(()) => Ok(path),
        Err(error) => Err(io_error(path.display(), &error)),
    }
}

/// The packages of a lock file that come from somewhere: what has no source lies in a folder of one's own.
fn packages(lock: &str) -> Result<BTreeSet<Package>, toml::de::Error> {
    let lock: Table = toml::from_str(lock)?;
    let listed = lock.get("package").and_then(Value::as_array);
    let tables = listed.into_iter().flatten().filter_map(Value::as_table);
    let packages = tables.filter(|package| package.contains_key("source"));
    Ok(packages
        .map(|package| {
            ["name", "version", "source", "checksum"].map(|key| {
                let value = package.get(key).and_then(Value::as_str);
                value.unwrap_or_default().to_owned()
            })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(packages: &[(&str, &str, &str)]) -> String {
        let packages = packages.iter().map(|(name, version, checksum)| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+x\"\nchecksum = \"{checksum}\"\n")
        });
        "version = 4\n".to_owned() + &packages.collect::<String>()
    }

    fn check(pinned: &str, resolved: &str) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Cargo.lock");
        fs::write(folder.path().join(FILE_NAME), pinned).unwrap();
        fs::write(&file, resolved).unwrap();
        let pin = Pin::read(folder.path()).unwrap().expect("there is one");
        pin.check(&file)
            .map_err(|error| error.evalue + &error.traceback.join("\n"))
    }

    #[test]
    fn what_is_listed_may_be_built() {
        let pinned = lock(&[("a", "1.0.0", "c"), ("b", "1.0.0", "d")]);
        assert_eq!(check(&pinned, &lock(&[("a", "1.0.0", "c")])), Ok(()));
        assert_eq!(check(&pinned, &pinned), Ok(()));
    }

    #[test]
    fn another_version_or_content_is_named_and_refused() {
        let pinned = lock(&[("a", "1.0.0", "c")]);
        let error = check(&pinned, &lock(&[("a", "1.0.1", "c")])).unwrap_err();
        assert!(
            error.starts_with("`a 1.0.1` is not in wick.lock"),
            "{error}"
        );
        let error = check(&pinned, &lock(&[("a", "1.0.0", "x")])).unwrap_err();
        assert!(error.contains("`:dep --lock`"), "{error}");
    }

    #[test]
    fn without_a_file_nothing_is_pinned_and_a_damaged_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Pin::read(folder.path()).unwrap().is_none());
        fs::write(folder.path().join(FILE_NAME), "[[package").unwrap();
        let error = Pin::read(folder.path()).unwrap_err();
        assert!(error.evalue.contains("is not a lock file"), "{error:?}");
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let resolved = folder.path().join("Cargo.lock");
        fs::write(&resolved, lock(&[("a", "1.0.0", "c"), ("b", "2.0.0", "d")])).unwrap();
        write(folder.path(), &resolved).unwrap();
        let pin = Pin::read(folder.path()).unwrap().unwrap();
        assert_eq!(pin.packages.len(), 2);
        pin.check(&resolved).unwrap();
    }
}
