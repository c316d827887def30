//! Notebook files: nbformat 4, read generously and written as Jupyter's own library writes them.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::parameters::{DECLARED, INJECTED};
use crate::cli::paths::write_atomically;

/// A notebook. What is not looked at here is kept as it was.
#[derive(Debug, Clone)]
pub struct Notebook(Map<String, Value>);

impl Notebook {
    /// Reads a file; errors name it and say in one line what is wrong.
    pub fn read(path: &Path) -> Result<Self> {
        let text =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is not a notebook", path.display()))
    }

    fn parse(text: &[u8]) -> Result<Self> {
        let Value::Object(notebook) = serde_json::from_slice(text).context("it is not JSON")?
        else {
            bail!("it is JSON, but not an object");
        };
        match notebook.get("nbformat").and_then(Value::as_i64) {
            Some(4) => {}
            Some(other) => bail!(
                "its format is {other}, Wick reads 4; `jupyter nbconvert --to notebook` converts it"
            ),
            None => bail!("it has no `nbformat`"),
        }
        let Some(Value::Array(cells)) = notebook.get("cells") else {
            bail!("it has no list of `cells`");
        };
        for (number, cell) in (1..).zip(cells) {
            ensure!(cell.is_object(), "cell {number} is not an object");
            ensure!(
                cell["cell_type"].is_string(),
                "cell {number} has no `cell_type`"
            );
            source(cell).with_context(|| format!("cell {number} has no `source`"))?;
        }
        Ok(Self(notebook))
    }

    /// Writes the whole file or nothing.
    pub fn write(&self, path: &Path) -> Result<()> {
        write_atomically(path, self.to_text().as_bytes(), 0o644)
    }

    fn to_text(&self) -> String {
        let mut text = Vec::new();
        let format = serde_json::ser::PrettyFormatter::with_indent(b" ");
        let mut writer = serde_json::Serializer::with_formatter(&mut text, format);
        // Maps are sorted by key, as Jupyter writes them.
        self.0
            .serialize(&mut writer)
            .expect("JSON values can be written");
        text.push(b'\n');
        String::from_utf8(text).expect("JSON is UTF-8")
    }

    /// The places of the cells that are to be run.
    pub fn to_run(&self) -> Vec<usize> {
        let runs = |cell: &Value| {
            cell["cell_type"] == "code"
                && !has_tag(cell, "skip-execution")
                && source(cell).is_some_and(|source| !source.trim().is_empty())
        };
        self.cells()
            .iter()
            .enumerate()
            .filter_map(|(place, cell)| runs(cell).then_some(place))
            .collect()
    }

    /// The text of the cell at `place`.
    pub fn source(&self, place: usize) -> String {
        source(&self.cells()[place]).unwrap_or_default()
    }

    /// Whether the cell at `place` is meant to fail.
    pub fn may_fail(&self, place: usize) -> bool {
        has_tag(&self.cells()[place], "raises-exception")
    }

    /// Stores what a cell has shown.
    pub fn set_outputs(&mut self, place: usize, outputs: Vec<Value>) {
        self.cells_mut()[place]["outputs"] = Value::Array(outputs);
    }

    /// Stores the number a cell was run under.
    pub fn set_count(&mut self, place: usize, count: u32) {
        self.cells_mut()[place]["execution_count"] = json!(count);
    }

    /// Replaces content that was shown under a display id.
    pub fn update_output(&mut self, place: usize, output: usize, data: Value, metadata: Value) {
        if let Some(output) = self.cells_mut()[place]["outputs"].get_mut(output) {
            output["data"] = data;
            output["metadata"] = metadata;
        }
    }

    /// Puts a cell with parameters behind the one that declares them, in place of an earlier one; `text` makes it of the
    /// declaring cell's text. Without such a cell it comes first.
    pub fn inject(&mut self, text: impl FnOnce(&str) -> String) {
        let declared = self.cells().iter().find(|cell| has_tag(cell, DECLARED));
        let declared = declared.and_then(source).unwrap_or_default();
        let with_ids = self.0.get("nbformat_minor").and_then(Value::as_i64) >= Some(5);
        let mut cell = json!({
            "cell_type": "code",
            "execution_count": null,
            "metadata": { "tags": [INJECTED] },
            "outputs": [],
            "source": lines(&text(&declared)),
        });
        if with_ids {
            cell["id"] = json!(INJECTED);
        }
        let cells = self.cells_mut();
        cells.retain(|cell| !has_tag(cell, INJECTED));
        let place = cells.iter().position(|cell| has_tag(cell, DECLARED));
        cells.insert(place.map_or(0, |place| place + 1), cell);
    }

    /// Says which language the cells are written in.
    pub fn set_language(&mut self, info: Value) {
        let metadata = self.0.entry("metadata").or_insert_with(|| json!({}));
        if let Value::Object(metadata) = metadata {
            metadata.insert("language_info".to_owned(), info);
        }
    }

    fn cells(&self) -> &[Value] {
        self.0["cells"].as_array().map_or(&[], Vec::as_slice)
    }

    fn cells_mut(&mut self) -> &mut Vec<Value> {
        self.0["cells"].as_array_mut().expect("checked when read")
    }
}

/// A cell's text, which may be stored as one string or as lines.
fn source(cell: &Value) -> Option<String> {
    match &cell["source"] {
        Value::String(text) => Some(text.clone()),
        Value::Array(lines) => lines.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn has_tag(cell: &Value, tag: &str) -> bool {
    cell["metadata"]["tags"]
        .as_array()
        .is_some_and(|tags| tags.iter().any(|t| t == tag))
}

/// Text as notebooks store it: a list of lines with their ends. Lines end where Python says they do.
pub fn lines(text: &str) -> Value {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let ends = match character {
            '\r' => {
                characters.next_if(|(_, next)| *next == '\n');
                true
            }
            '\n' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}' => true,
            _ => false,
        };
        if ends {
            let end = characters.peek().map_or(text.len(), |(next, _)| *next);
            debug_assert!(end > at);
            lines.push(Value::from(&text[start..end]));
            start = end;
        }
    }
    if start < text.len() {
        lines.push(Value::from(&text[start..]));
    }
    Value::Array(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: Value) -> Result<Notebook> {
        Notebook::parse(value.to_string().as_bytes())
    }

    fn notebook(cells: Value) -> Notebook {
        parse(json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})).unwrap()
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        let missing = Notebook::read(Path::new("/no/such.ipynb")).unwrap_err();
        assert!(format!("{missing:#}").starts_with("cannot read /no/such.ipynb: "));
        for (value, text) in [
            (json!([]), "not an object"),
            (json!({}), "no `nbformat`"),
            (json!({"nbformat": 3, "worksheets": []}), "its format is 3"),
            (json!({"nbformat": 4, "cells": 5}), "no list of `cells`"),
            (
                json!({"nbformat": 4, "cells": [7]}),
                "cell 1 is not an object",
            ),
            (
                json!({"nbformat": 4, "cells": [{"cell_type": "code"}]}),
                "cell 1 has no `source`",
            ),
        ] {
            let error = format!("{:#}", parse(value).unwrap_err());
            assert!(error.contains(text) && !error.contains('\n'), "{error}");
        }
        assert!(format!("{:#}", Notebook::parse(b"").unwrap_err()).starts_with("it is not JSON"));
    }

    #[test]
    fn only_code_that_is_not_skipped_runs() {
        let notebook = notebook(json!([
            {"cell_type": "markdown", "source": "text"},
            {"cell_type": "code", "source": ["1 +\n", "1"], "metadata": {}},
            {"cell_type": "code", "source": " \n"},
            {"cell_type": "code", "source": "2", "metadata": {"tags": ["skip-execution"]}},
            {"cell_type": "code", "source": "3", "metadata": {"tags": ["raises-exception"]}},
        ]));
        assert_eq!(notebook.to_run(), [1, 4]);
        assert_eq!(notebook.source(1), "1 +\n1");
        assert!(notebook.may_fail(4) && !notebook.may_fail(1));
    }

    #[test]
    fn parameters_come_behind_their_declaration() {
        let mut notebook = notebook(json!([
            {"cell_type": "markdown", "source": "text"},
            {"cell_type": "code", "source": "let n = 1;", "metadata": {"tags": ["parameters"]}},
            {"cell_type": "code", "source": "old", "metadata": {"tags": ["injected-parameters"]}},
            {"cell_type": "code", "source": "n"},
        ]));
        notebook.inject(|declared| format!("// {declared}\nlet n = 2;"));
        let sources: Vec<_> = (0..4).map(|place| notebook.source(place)).collect();
        let injected = "// let n = 1;\nlet n = 2;";
        assert_eq!(sources, ["text", "let n = 1;", injected, "n"]);
    }

    #[test]
    fn the_rest_is_kept_and_keys_are_sorted() {
        let mut notebook = notebook(json!([{"source": [], "cell_type": "code", "id": "x"}]));
        notebook.set_language(json!({"name": "rust"}));
        let expected = r#"{
 "cells": [
  {
   "cell_type": "code",
   "id": "x",
   "source": []
  }
 ],
 "metadata": {
  "language_info": {
   "name": "rust"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
"#;
        assert_eq!(notebook.to_text(), expected);
    }

    #[test]
    fn lines_end_as_in_python() {
        assert_eq!(lines(""), json!([]));
        assert_eq!(lines("a\nb"), json!(["a\n", "b"]));
        assert_eq!(lines("a\r\nb\rc\n"), json!(["a\r\n", "b\r", "c\n"]));
        assert_eq!(lines("é\u{2028}x\x0cy"), json!(["é\u{2028}", "x\x0c", "y"]));
    }
}
