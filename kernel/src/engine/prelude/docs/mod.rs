//! The prelude's documentation as a table: what completion offers and Shift-Tab tells, at once and without a language
//! server. Made from rustdoc's data when the prelude is installed, read in the background when a session starts.

mod render;
mod rustdoc;

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub(super) use rustdoc::{Source, describe};

/// The table's file in a prelude's folder.
pub(super) const FILE_NAME: &str = "docs.json";

/// One documented name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is called.
    pub name: String,
    /// What it is part of, by its last name: `Tensor` for a method, `nn` for a layer, empty at the top.
    pub of: String,
    /// Jupyter's word for what it is: `function`, `class`, `module`, `property`…
    pub kind: String,
    /// As it is declared: `fn matmul(&self, other: &Tensor) -> Tensor`.
    pub signature: String,
    /// For functions: the last name of the type that they return.
    pub returns: Option<String>,
    /// For functions of a type: whether they are called on a value.
    pub method: bool,
    /// Whether every cell sees it without a path.
    pub prelude: bool,
    /// Its documentation, in markdown.
    pub docs: String,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Docs {
    entries: Vec<Entry>,
    by_parent: HashMap<String, Vec<usize>>,
}

impl Docs {
    /// The table of the prelude in `folder`; empty where it has none.
    pub fn read(folder: &Path) -> Self {
        let entries = std::fs::read(folder.join(FILE_NAME))
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok());
        Self::new(entries.unwrap_or_default())
    }

    /// A table of these.
    pub fn new(entries: Vec<Entry>) -> Self {
        let mut by_parent: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            by_parent.entry(entry.of.clone()).or_default().push(index);
        }
        Self { entries, by_parent }
    }

    /// What a type, a trait or a module has.
    pub fn members(&self, of: &str) -> impl Iterator<Item = &Entry> {
        let indices = self.by_parent.get(of).map(Vec::as_slice);
        indices
            .unwrap_or_default()
            .iter()
            .map(|it| &self.entries[*it])
    }

    /// What every cell sees without a path.
    pub fn prelude(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.prelude)
    }

    /// Looks a path up by its last names: `matmul`, `Tensor::matmul`, `wick::Tensor::matmul`. Of several things with one
    /// name, what every cell sees comes first, then what belongs to `Tensor`.
    pub fn find(&self, path: &str) -> Option<&Entry> {
        let mut names = path.rsplit("::").map(str::trim);
        let name = names.next()?.trim_end_matches('!');
        let of = names.next().filter(|of| *of != "wick");
        let found = self
            .entries
            .iter()
            .filter(|entry| entry.name == name && of.is_none_or(|of| entry.of == of));
        found.min_by_key(|entry| (!entry.prelude, entry.of != "Tensor"))
    }

    /// Everything.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }
}

impl Entry {
    /// Its name behind that of what it is part of.
    pub fn path(&self) -> String {
        if self.of.is_empty() || self.prelude {
            self.name.clone()
        } else {
            format!("{}::{}", self.of, self.name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn entry(of: &str, name: &str, prelude: bool) -> Entry {
        Entry {
            name: name.into(),
            of: of.into(),
            kind: "function".into(),
            signature: format!("fn {name}()"),
            returns: None,
            method: true,
            prelude,
            docs: String::new(),
        }
    }

    #[test]
    fn names_are_found_with_and_without_their_parents() {
        let docs = Docs::new(vec![
            entry("Adam", "step", false),
            entry("", "step", true),
            entry("Tensor", "relu", false),
        ]);
        assert_eq!(docs.find("step").unwrap().of, "");
        assert_eq!(docs.find("Adam::step").unwrap().of, "Adam");
        assert_eq!(
            docs.find("wick::Tensor::relu").unwrap().path(),
            "Tensor::relu"
        );
        assert!(docs.find("Tensor::none").is_none());
        assert_eq!(docs.members("Tensor").count(), 1);
    }
}
