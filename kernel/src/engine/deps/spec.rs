//! What a `:dep` line asks for.

use std::fmt;
use std::path::Path;

use toml::{Table, Value};

use super::failure::{NAME, failure};
use crate::engine::CellError;

/// The keys of a dependency that cargo understands and a notebook can use.
const KEYS: &[&str] = &[
    "branch",
    "default-features",
    "features",
    "git",
    "package",
    "path",
    "registry",
    "rev",
    "tag",
    "version",
];

/// One dependency of the session.
#[derive(Debug, Clone, PartialEq)]
pub struct DependencySpec {
    name: String,
    table: Table,
}

impl DependencySpec {
    /// Reads what stands behind `:dep`: `name = "1"`, `name = { version = "1", features = ["x"] }`, also with `path`
    /// and `git`; or `name` alone for any version. A relative `path` counts from `folder`.
    ///
    /// # Errors
    /// Says what is wrong with the line and how it is written.
    pub fn parse(line: &str, folder: &Path) -> Result<Self, CellError> {
        let line = line.trim();
        let line = line.strip_suffix(';').unwrap_or(line).trim_end();
        if is_name(line) {
            return Self::new(line, Value::String("*".into()), folder);
        }
        let table: Table = toml::from_str(line).map_err(|error| {
            let why = error.message().lines().next().unwrap_or("it is no TOML");
            wrong(line, why)
        })?;
        let mut entries = table.into_iter();
        match (entries.next(), entries.next()) {
            (Some((name, value)), None) => Self::new(&name, value, folder),
            (None, _) => Err(wrong(line, "it names no crate")),
            (Some(_), Some(_)) => Err(wrong(line, "it names more than one crate")),
        }
    }

    fn new(name: &str, value: Value, folder: &Path) -> Result<Self, CellError> {
        let line = || format!("{name} = {value}");
        if !is_name(name) {
            return Err(wrong(&line(), "that is not the name of a crate"));
        }
        let mut table = match &value {
            Value::String(version) => {
                Table::from_iter([("version".to_owned(), version.clone().into())])
            }
            Value::Table(table) => table.clone(),
            Value::Integer(_) | Value::Float(_) => {
                return Err(wrong(
                    &line(),
                    &format!("a version is written in quotes: {name} = \"{value}\""),
                ));
            }
            _ => {
                return Err(wrong(
                    &line(),
                    "a version in quotes or a table in braces must follow",
                ));
            }
        };
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let why = format!("`{key}` is none of the keys {}", KEYS.join(", "));
            return Err(wrong(&line(), &why));
        }
        if let Some(path) = table.get_mut("path") {
            let Some(text) = path.as_str() else {
                return Err(wrong(&line(), "a path is written in quotes"));
            };
            let absolute = folder.join(text);
            if !absolute.join("Cargo.toml").is_file() {
                let why = format!("there is no Cargo.toml in {}", absolute.display());
                return Err(wrong(&line(), &why));
            }
            *path = absolute.display().to_string().into();
        } else if !["version", "git"]
            .iter()
            .any(|key| table.contains_key(*key))
        {
            table.insert("version".into(), "*".into());
        }
        Ok(Self {
            name: name.to_owned(),
            table,
        })
    }

    /// The name that it has in `Cargo.toml`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name that a cell uses.
    pub fn crate_name(&self) -> String {
        self.name.replace('-', "_")
    }

    /// The crate's own name on crates.io, which differs where it is renamed.
    pub fn package(&self) -> &str {
        let package = self.table.get("package").and_then(Value::as_str);
        package.unwrap_or(&self.name)
    }

    /// The same crate from a `place`, which is a `path` or, as `key` says, `git`; one that names a place keeps to it.
    pub fn at(&self, key: &str, place: &str) -> Self {
        let mut table = self.table.clone();
        if !["path", "git"].iter().any(|key| table.contains_key(*key)) {
            table.insert(key.to_owned(), place.into());
        }
        Self {
            name: self.name.clone(),
            table,
        }
    }

    /// Whether its source may change from one moment to the next.
    pub fn is_local(&self) -> bool {
        self.table.contains_key("path")
    }

    /// Its line in `Cargo.toml`.
    pub fn line(&self) -> String {
        format!("{} = {}", self.name, self.value())
    }

    /// What stands behind the name in `Cargo.toml`.
    pub(super) fn value(&self) -> Value {
        Value::Table(self.table.clone())
    }
}

/// As it stands behind `:dep`.
impl fmt::Display for DependencySpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.value())
    }
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn wrong(line: &str, why: &str) -> CellError {
    failure(
        NAME,
        &format!("`:dep {line}` cannot be read: {why}"),
        &[
            "write  :dep name = \"1\"".to_owned(),
            "or     :dep name = { version = \"1\", features = [\"x\"] }".to_owned(),
            "with path = \"…\" or git = \"…\" instead of a version, where it does not come from crates.io".to_owned(),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<DependencySpec, CellError> {
        DependencySpec::parse(line, Path::new("/nowhere"))
    }

    #[test]
    fn the_forms_that_cargo_knows() {
        let text = |line: &str| parse(line).unwrap().value().to_string();
        assert_eq!(text("regex = \"1\""), "{ version = \"1\" }");
        assert_eq!(text("  regex  "), "{ version = \"*\" }");
        assert_eq!(
            text("serde = { features = [\"derive\"] };"),
            "{ features = [\"derive\"], version = \"*\" }"
        );
        assert_eq!(
            text("a = { git = \"https://x\", rev = \"1\" }"),
            "{ git = \"https://x\", rev = \"1\" }"
        );
        let renamed = parse("old-rand = { package = \"rand\", version = \"0.8\" }").unwrap();
        assert_eq!(renamed.crate_name(), "old_rand");
        assert_eq!(renamed.package(), "rand");
    }

    #[test]
    fn a_path_counts_from_the_notebook() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mine")).unwrap();
        std::fs::write(folder.path().join("mine/Cargo.toml"), "").unwrap();
        let spec = DependencySpec::parse("mine = { path = \"mine\" }", folder.path()).unwrap();
        assert!(spec.is_local());
        let path = folder.path().join("mine").display().to_string();
        assert_eq!(
            spec.value().get("path").and_then(Value::as_str),
            Some(path.as_str())
        );
    }

    #[test]
    fn mistakes_are_named() {
        let why = |line: &str| parse(line).unwrap_err().evalue;
        assert!(why("rand = 0.8").contains("in quotes: rand = \"0.8\""));
        assert!(why("rand = { vresion = \"1\" }").contains("`vresion` is none of the keys"));
        assert!(why("rand = ").contains("cannot be read"));
        assert!(why("").contains("names no crate"));
        assert!(why("a = \"1\"\nb = \"1\"").contains("more than one"));
        assert!(why("rand = { path = \"x\" }").contains("no Cargo.toml in /nowhere/x"));
        assert!(why("\"a b\" = \"1\"").contains("not the name of a crate"));
        assert!(why("rand = true").contains("must follow"));
        // cargo could not read the line that is made of it.
        assert!(why("größe").contains("cannot be read"));
        assert!(why("\"größe\" = \"1\"").contains("not the name of a crate"));
    }
}
