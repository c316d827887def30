//! `:load` and `:save`: the session and files of Rust.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::NativeEngine;
use super::super::notebook::Definition;
use super::super::split::{blank, split_with};
use super::super::timing::Phases;
use super::command_error;
use crate::engine::prelude::companion_place;
use crate::engine::source_map::CellText;
use crate::engine::{Cell, CellId, Reply, Stream};

/// A cell that has run to its end, as `:save` writes it.
#[derive(Debug, Clone)]
pub(in super::super) struct Ran {
    pub cell: CellId,
    pub text: Arc<str>,
}

/// How a trailing expression is shown outside of a notebook.
const SHOW: &str = r#"
/// Shows a value as a notebook's cell does.
#[allow(unused_macros)]
macro_rules! show {
    ($value:expr) => {{
        #[allow(unused_imports)]
        use wick::wick_runtime::show::*;
        wick::wick_runtime::via_evcxr! {}
        match &($value) {
            value => {
                if !value.evcxr_display().displayed() {
                    (&&&&&&Probe(value)).show()
                }
            }
        }
    }};
}
"#;

impl NativeEngine {
    /// Runs a file as if its text stood in the cell.
    pub(super) async fn load_file(&mut self, cell: &CellText, file: &str) -> Reply {
        if file.is_empty() {
            return Err(command_error(
                "`:load` takes a file: `:load functions.rs`".into(),
            ));
        }
        let path = self.path(file);
        let code = fs::read_to_string(&path)
            .map_err(|error| command_error(format!("cannot read {}: {error}", path.display())))?;
        let loaded = Cell::new(cell.id, code);
        Box::pin(self.evaluate_cell(&loaded, &mut Phases::start())).await?;
        self.ran.push(Ran {
            cell: loaded.id,
            text: loaded.code,
        });
        Ok(())
    }

    /// Writes the session as a program.
    pub(super) fn save(&mut self, target: &str) -> Reply {
        if target.is_empty() {
            return Err(command_error(
                "`:save` takes a file or a folder: `:save session.rs`, `:save my_project`".into(),
            ));
        }
        let path = self.path(target);
        let main = self.program();
        let write = |path: &Path, text: &str| {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, text)
        };
        let written = if path.extension().is_some_and(|it| it == "rs") {
            write(&path, &main).map(|()| format!("wrote {}\n", path.display()))
        } else {
            let manifest = self.manifest(&path);
            write(&path.join("src/main.rs"), &main)
                .and_then(|()| write(&path.join("Cargo.toml"), &manifest))
                .map(|()| {
                    format!(
                        "wrote {0}; `cargo run --release` in that folder builds and runs it\n",
                        path.display()
                    )
                })
        };
        let said = written
            .map_err(|error| command_error(format!("cannot write {}: {error}", path.display())))?;
        self.say(Stream::Stdout, said);
        Ok(())
    }

    /// A path as cells see it.
    fn path(&self, text: &str) -> PathBuf {
        let text = text.trim_matches('"');
        let folder = self.runtime.folder().unwrap_or_default();
        match (text.strip_prefix("~/"), std::env::home_dir()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => folder.join(text),
        }
    }

    /// The items as they stand now, then the statements of every cell in order.
    fn program(&self) -> String {
        let mut uses = BTreeSet::new();
        let mut statements = String::new();
        let (mut awaits, mut tokio) = (false, self.tokio);
        let macros = self.notebook.item_macros();
        for ran in &self.ran {
            let split = split_with(&ran.text, &macros);
            awaits |= split.awaits;
            tokio |= split.awaits;
            for leaf in &split.uses {
                uses.insert(leaf.text(&ran.text));
            }
            let mut body = statements_of(&ran.text, &split);
            body.push_str(split.program.unwrap_or_default());
            if !body.trim().is_empty() {
                statements.push_str(&format!("\n    // {}\n", ran.cell));
                // Where items stood there may be many empty lines.
                let mut lines: Vec<&str> = body.trim().lines().map(str::trim_end).collect();
                lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
                for line in lines {
                    statements.push_str(&if line.is_empty() {
                        "\n".to_owned()
                    } else {
                        format!("    {line}\n")
                    });
                }
            }
        }
        // The program has a `main` of its own; one of the cells' goes into it.
        let (mains, items): (Vec<_>, Vec<_>) = (self.notebook.definitions.iter())
            .partition(|definition| definition.item.names.iter().any(|name| name == "main"));
        let texts = |definitions: Vec<&Definition>| -> Vec<String> {
            let text = |it: &Definition| it.cell.text[it.item.range.clone()].to_owned();
            definitions.into_iter().map(text).collect()
        };
        let (mains, items) = (texts(mains).join("\n"), texts(items));
        let uses: String = uses.into_iter().map(|it| format!("{it}\n")).collect();
        let (open, close) = if awaits || tokio {
            (
                "    wick::wick_runtime::cell::block_on(async {\n",
                "    Ok(())\n    })\n",
            )
        } else {
            ("", "    Ok(())\n")
        };
        format!(
            "//! Saved from a Wick notebook.\n\
             #![allow(unused_variables, unused_mut, unused_imports, unused_assignments, dead_code)]\n\n\
             use wick::prelude::*;\n{uses}{SHOW}\n{}\n\n\
             fn main() -> Result<(), wick::wick_runtime::CellError> {{\n{mains}{open}{statements}{close}}}\n",
            items.join("\n\n")
        )
    }

    fn manifest(&self, folder: &Path) -> String {
        let name: String = folder
            .file_name()
            .map(|name| name.to_string_lossy().to_lowercase())
            .unwrap_or_default()
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || c == '_' {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        let name = name.trim_matches('-');
        let name = if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            format!("notebook-{name}")
        } else {
            name.to_owned()
        };
        let (key, place) = place_of("prelude");
        let wick = format!("{{ {key} = {place:?} }}");
        let dependencies: String = (self.dependencies.specs().iter())
            .map(|spec| match companion_place(spec.package()).map(place_of) {
                Some((key, place)) => format!("{}\n", spec.at(key, &place).line()),
                None => format!("{}\n", spec.line()),
            })
            .collect();
        format!(
            "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nwick = {wick}\n{dependencies}\n[workspace]\n"
        )
    }
}

/// Where cargo finds a crate of Wick's, by its folder: among the sources that this program was built from, else in the
/// repository.
fn place_of(folder: &str) -> (&'static str, String) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    match source.join(folder).canonicalize() {
        Ok(path) => ("path", path.display().to_string()),
        Err(_) => ("git", env!("CARGO_PKG_REPOSITORY").to_owned()),
    }
}

/// A cell's statements, with what the program has elsewhere left out and the last value shown.
fn statements_of(text: &str, split: &super::super::split::Split) -> String {
    let mut elsewhere = split.commands.clone();
    elsewhere.extend(split.attributes.iter().cloned());
    elsewhere.extend(
        split
            .items
            .iter()
            .filter(|item| !item.is_macro())
            .map(|item| item.range.clone()),
    );
    let code = blank(text, &elsewhere);
    match &split.trailing {
        Some(trailing) => format!(
            "{}show!({});",
            &code[..trailing.start],
            code[trailing.clone()].trim()
        ),
        None => {
            let code = code.trim_end();
            let end = if code.is_empty() || code.ends_with([';', '}']) {
                ""
            } else {
                ";"
            };
            format!("{code}{end}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::split::split;
    use super::*;

    #[test]
    fn values_are_shown_and_items_left_out() {
        let text = "fn f() -> u8 { 1 }\nlet a = f();\na + 1";
        let statements = statements_of(text, &split(text));
        assert_eq!(statements.trim(), "let a = f();\nshow!(a + 1);");
    }
}
