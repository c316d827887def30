//! The cargo project that stands for a set of dependencies.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use toml::{Table, Value};

use super::lock;
use super::pin::Pin;
use super::plan::Plan;
use super::spec::DependencySpec;
use crate::engine::hex::hex;
use crate::engine::prelude::Prelude;

/// The name of the project's package, by which the compiler wrapper knows it.
pub(super) const PACKAGE: &str = "wick-session";
/// Where the wrapper notes which file belongs to which name.
pub(super) const EXTERNS_FILE: &str = "externs.json";

/// A cargo project whose dependencies are a session's.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) folder: PathBuf,
    cache: PathBuf,
    prelude_key: String,
    /// Its `Cargo.toml`.
    manifest: String,
}

impl Project {
    /// The project for `specs` below `cache`; `before` is the key of the set that the session has loaded already, `pin`
    /// what may be built.
    pub(super) fn new(
        cache: &Path,
        prelude: &Prelude,
        specs: &[DependencySpec],
        before: &str,
        pin: Option<&Pin>,
    ) -> Self {
        let prelude_key = hash(&[prelude.id(), &prelude.folder().display().to_string()]);
        // What goes with the prelude lies beside it.
        let place = |spec: &DependencySpec| match prelude.companion(spec.package()) {
            Some(folder) => spec.at("path", &folder.display().to_string()),
            None => spec.clone(),
        };
        let manifest = manifest(&specs.iter().map(place).collect::<Vec<_>>());
        let mut parts = vec![&*prelude_key, before, &manifest];
        parts.extend(pin.map(Pin::text));
        let key = hash(&parts);
        Self {
            folder: cache.join("projects").join(key),
            cache: cache.to_owned(),
            prelude_key,
            manifest,
        }
    }

    /// Names the set of dependencies, and how the session came to it.
    pub(super) fn key(&self) -> &str {
        let name = self.folder.file_name().and_then(|name| name.to_str());
        name.unwrap_or_default()
    }

    /// Writes the project. Versions start from those in `locks`, so that whatever both have in common is the same.
    pub(super) fn write(&self, locks: &[PathBuf]) -> io::Result<()> {
        fs::create_dir_all(self.folder.join("src"))?;
        write_if_changed(&self.folder.join("Cargo.toml"), &self.manifest)?;
        write_if_changed(&self.folder.join("src/lib.rs"), "")?;
        let own = self.folder.join("Cargo.lock");
        if !own.exists() {
            let texts: Vec<String> = locks
                .iter()
                .map(fs::read_to_string)
                .collect::<io::Result<_>>()?;
            fs::write(own, lock::merged(&texts).map_err(io::Error::other)?)?;
        }
        Ok(())
    }

    /// Writes down which crates are taken from the prelude. Gives cargo's folder, which is common to all projects that
    /// take the same.
    pub(super) fn write_plan(&self, plan: &Plan) -> io::Result<PathBuf> {
        write_if_changed(&self.plan_file(), &serde_json::to_string(plan)?)?;
        let name = match plan.exceptions() {
            none if none.is_empty() => format!("target-{}", self.prelude_key),
            some => format!("target-{}-{}", self.prelude_key, hash(&[&some])),
        };
        let target = self.cache.join(name);
        fs::create_dir_all(&target)?;
        Ok(target)
    }

    pub(super) fn plan_file(&self) -> PathBuf {
        self.folder.join("plan.json")
    }
}

/// The project's `Cargo.toml`.
fn manifest(specs: &[DependencySpec]) -> String {
    let package = Table::from_iter([
        ("name".to_owned(), Value::from(PACKAGE)),
        ("version".to_owned(), "0.0.0".into()),
        ("edition".to_owned(), "2024".into()),
    ]);
    let dependencies: Table = specs
        .iter()
        .map(|spec| (spec.name().to_owned(), spec.value()))
        .collect();
    // As the prelude was built; and no debug information, which costs time and tells a cell nothing.
    let release = Table::from_iter([
        ("opt-level".to_owned(), Value::from(3)),
        ("debug".to_owned(), false.into()),
        ("panic".to_owned(), "unwind".into()),
    ]);
    let whole = Table::from_iter([
        ("package".to_owned(), Value::Table(package)),
        ("dependencies".to_owned(), Value::Table(dependencies)),
        (
            "profile".to_owned(),
            Value::Table(Table::from_iter([(
                "release".to_owned(),
                Value::Table(release),
            )])),
        ),
        // Whatever lies around the cache is no part of this.
        ("workspace".to_owned(), Value::Table(Table::new())),
    ]);
    whole.to_string()
}

/// Cargo goes by the time of a file.
fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    match fs::read_to_string(path) {
        Ok(old) if old == text => Ok(()),
        _ => fs::write(path, text),
    }
}

/// A short hash of several texts.
pub(super) fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    hex(&digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_holds_what_was_asked_for() {
        let spec = |line| DependencySpec::parse(line, Path::new("/")).unwrap();
        let text = manifest(&[
            spec("regex = \"1\""),
            spec("serde = { version = \"1\", features = [\"derive\"] }"),
        ]);
        let table: Table = toml::from_str(&text).unwrap();
        assert_eq!(
            table["dependencies"]["regex"]["version"].as_str(),
            Some("1")
        );
        assert_eq!(
            table["dependencies"]["serde"]["features"][0].as_str(),
            Some("derive")
        );
        assert_eq!(
            table["profile"]["release"]["opt-level"].as_integer(),
            Some(3)
        );
    }

    #[test]
    fn a_hash_keeps_its_parts_apart() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
