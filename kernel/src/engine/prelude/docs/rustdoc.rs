//! The table from rustdoc's JSON. (That output is not stable: what this compiler's version says differently is left out.)

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Entry;
use super::render::{last_name, signature};

/// What rustdoc has to know.
pub(in super::super) struct Source {
    /// `lib.rs`.
    pub root: PathBuf,
    /// The crates that it names.
    pub externs: Vec<(String, PathBuf)>,
    /// Where those that they depend on lie.
    pub deps: PathBuf,
    /// The features it was built with.
    pub features: Vec<String>,
}

/// Asks rustdoc and makes the table; `None` where rustdoc is missing or fails.
pub(in super::super) fn describe(source: &Source) -> Option<Vec<Entry>> {
    let folder = tempfile::tempdir().ok()?;
    let mut command = Command::new("rustdoc");
    command
        .arg(&source.root)
        .args([
            "--crate-name",
            "wick",
            "--crate-type",
            "lib",
            "--edition",
            "2024",
        ])
        .args([
            "--cap-lints",
            "allow",
            "-Z",
            "unstable-options",
            "--output-format",
            "json",
            "-o",
        ])
        .arg(folder.path())
        .arg("-L")
        .arg(format!("dependency={}", source.deps.display()))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_PKG_VERSION", env!("CARGO_PKG_VERSION"))
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    for feature in &source.features {
        command.arg("--cfg").arg(format!("feature={feature:?}"));
    }
    for (name, file) in &source.externs {
        command
            .arg("--extern")
            .arg(format!("{name}={}", file.display()));
    }
    let output = command.stderr(Stdio::piped()).output().ok()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or_default();
        tracing::warn!("completion will know less: rustdoc could not read the prelude: {said}");
        return None;
    }
    read(&folder.path().join("wick.json"))
}

fn read(file: &Path) -> Option<Vec<Entry>> {
    let data: Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    Some(entries(&data))
}

/// The table of a crate.
fn entries(data: &Value) -> Vec<Entry> {
    let mut walk = Walk {
        index: &data["index"],
        prelude: HashSet::new(),
        seen: BTreeSet::new(),
        entries: Vec::new(),
    };
    let root = walk.item(&data["root"]).cloned().unwrap_or_default();
    for child in walk.children(&root) {
        if child["name"] == "prelude" {
            let names = walk.children(&child);
            walk.prelude = names.iter().map(|it| it["id"].to_string()).collect();
        }
    }
    walk.module(&root, "");
    walk.entries
}

struct Walk<'a> {
    index: &'a Value,
    /// The ids of what every cell sees.
    prelude: HashSet<String>,
    /// What is in the table already: parent, name, and whether it is a macro, which may share its name with a module.
    seen: BTreeSet<(String, String, bool)>,
    entries: Vec<Entry>,
}

impl<'a> Walk<'a> {
    fn item(&self, id: &Value) -> Option<&'a Value> {
        let key = id
            .as_str()
            .map_or_else(|| id.to_string(), ToOwned::to_owned);
        self.index.get(&key)
    }

    /// What a module shows, re-exports followed.
    fn children(&self, module: &Value) -> Vec<Value> {
        let items = module["inner"]["module"]["items"].as_array();
        let items = items.into_iter().flatten().filter_map(|id| self.item(id));
        items
            .flat_map(|item| {
                let re_export = &item["inner"]["use"];
                if re_export.is_null() {
                    return vec![item.clone()];
                }
                let Some(target) = self.item(&re_export["id"]) else {
                    return Vec::new();
                };
                if re_export["is_glob"] == true {
                    return self.children(target);
                }
                let mut target = target.clone();
                target["name"] = re_export["name"].clone();
                vec![target]
            })
            .collect()
    }

    fn module(&mut self, module: &Value, name: &str) {
        for item in self.children(module) {
            let inner = &item["inner"];
            let own = item["name"].as_str().unwrap_or_default();
            if inner.get("module").is_some() {
                // What the prelude shows is elsewhere too.
                if own != "prelude" && self.add(&item, name, "module", false) {
                    self.module(&item, own);
                }
            } else if ["function", "macro", "proc_macro"]
                .iter()
                .any(|kind| inner.get(kind).is_some())
            {
                self.add(&item, name, "function", false);
            } else if inner.get("constant").is_some() || inner.get("static").is_some() {
                self.add(&item, name, "instance", false);
            } else if let Some(kind) = ["struct", "enum", "union", "trait", "type_alias"]
                .into_iter()
                .find(|kind| inner.get(kind).is_some())
            {
                let word = if kind == "trait" {
                    "interface"
                } else {
                    "class"
                };
                if self.add(&item, name, word, false) {
                    self.members(&inner[kind], own);
                }
            }
        }
    }

    /// Fields, variants and functions of a type.
    fn members(&mut self, of: &Value, name: &str) {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        for id in list(&of["kind"]["plain"]["fields"]) {
            if let Some(field) = self.item(&id).filter(|it| it["visibility"] == "public") {
                self.add(field, name, "property", true);
            }
        }
        for id in list(&of["variants"]) {
            if let Some(variant) = self.item(&id) {
                self.add(variant, name, "enum", false);
            }
        }
        // A trait's own functions.
        for id in list(&of["items"]) {
            self.function(&id, name);
        }
        for id in list(&of["impls"]) {
            let Some(item) = self.item(&id) else { continue };
            let block = &item["inner"]["impl"];
            match block["trait"].as_object() {
                None => {
                    for id in list(&block["items"]) {
                        self.function(&id, name);
                    }
                }
                // Only traits of the prelude itself: nobody looks for `borrow_mut` on a layer.
                Some(of_trait) => {
                    let local = self.item(&of_trait["id"]).filter(|it| it["crate_id"] == 0);
                    for id in
                        list(&local.map_or(Value::Null, |it| it["inner"]["trait"]["items"].clone()))
                    {
                        self.function(&id, name);
                    }
                }
            }
        }
    }

    fn function(&mut self, id: &Value, of: &str) {
        let Some(item) = self.item(id) else { return };
        let function = &item["inner"]["function"];
        if item["visibility"] == "public" || item["visibility"] == "default" {
            let method = function["sig"]["inputs"][0][0] == "self";
            if !function.is_null() {
                self.add(item, of, "function", method);
            }
        }
    }

    /// Whether it is new.
    fn add(&mut self, item: &Value, of: &str, kind: &str, method: bool) -> bool {
        let Some(name) = item["name"].as_str() else {
            return false;
        };
        let inner = &item["inner"];
        let is_macro = inner.get("macro").is_some() || inner.get("proc_macro").is_some();
        if !(self.seen).insert((of.to_owned(), name.to_owned(), is_macro)) {
            return false;
        }
        let output = &item["inner"]["function"]["sig"]["output"];
        let field = &item["inner"]["struct_field"];
        let returned = if field.is_null() { output } else { field };
        self.entries.push(Entry {
            name: name.to_owned(),
            of: of.to_owned(),
            kind: kind.to_owned(),
            signature: signature(item),
            returns: (!returned.is_null()).then(|| match last_name(returned).as_str() {
                "Self" => of.to_owned(),
                other => other.to_owned(),
            }),
            method,
            prelude: self.prelude.contains(&item["id"].to_string()),
            docs: item["docs"].as_str().unwrap_or_default().to_owned(),
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_crate_becomes_a_table() {
        let data = json!({
            "root": 0,
            "index": {
                "0": {"id": 0, "name": "wick", "inner": {"module": {"items": [1, 2]}}},
                "1": {"id": 1, "name": "prelude", "inner": {"module": {"items": [3]}}},
                "2": {"id": 2, "name": "Tensor", "docs": "Numbers.", "inner": {"struct": {
                    "kind": "unit", "generics": {"params": []}, "impls": [4]}}},
                "3": {"id": 3, "name": null, "inner": {"use": {"id": 2, "name": "Tensor", "is_glob": false}}},
                "4": {"id": 4, "inner": {"impl": {"trait": null, "items": [5]}}},
                "5": {"id": 5, "name": "neg", "visibility": "public", "inner": {"function": {
                    "generics": {"params": []}, "header": {},
                    "sig": {"inputs": [["self", {"borrowed_ref": {"is_mutable": false, "type": {"generic": "Self"}}}]],
                            "output": {"generic": "Self"}}}}},
            }
        });
        let entries = entries(&data);
        let found: Vec<_> = entries
            .iter()
            .map(|it| (it.of.as_str(), it.signature.as_str(), it.prelude))
            .collect();
        assert_eq!(
            found,
            [
                ("", "struct Tensor", true),
                ("Tensor", "fn neg(&self) -> Self", false)
            ]
        );
        assert_eq!(entries[1].returns.as_deref(), Some("Tensor"));
    }
}
