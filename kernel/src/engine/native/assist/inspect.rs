//! Shift-Tab, `name?` and `:doc`.

use serde_json::json;
use wick_runtime::facts::Facts;

use super::super::NativeEngine;
use super::super::advice::nearest;
use super::super::compile::other_error;
use super::super::memory::Bytes;
use super::receiver::written;
use super::{Known, is_word, last_name, word_before};
use crate::engine::prelude::docs::Entry;
use crate::engine::{CellError, Event, MimeBundle, Reply};

/// As much of a value as a glance takes in.
const LINES: usize = 12;

/// Something told about a name.
struct Told {
    /// How it is declared.
    code: String,
    /// What else there is to say, in markdown.
    text: String,
    /// A value, as it prints.
    value: Option<String>,
}

impl NativeEngine {
    /// What is known about the name at a place; of a variable also its value.
    pub(in super::super) async fn inspection(
        &mut self,
        code: &str,
        cursor: usize,
    ) -> Option<MimeBundle> {
        let known = self.known();
        let facts = match known.variable_at(code, cursor) {
            Some(name) => self.facts(&[name]).await.remove(name),
            None => None,
        };
        known.inspection(code, cursor, facts).await
    }

    /// Shows what is known about a name in the client's pager.
    pub(in super::super) async fn show_doc(&mut self, path: &str) -> Reply {
        let path = path.trim();
        if path.is_empty() {
            return Err(other_error(
                "CommandError",
                "`:doc` takes a name: `:doc Tensor::matmul`".into(),
            ));
        }
        let Some(data) = self.inspection(path, path.len()).await else {
            return Err(self.known().nothing_known(path));
        };
        let payload = json!({ "source": "page", "data": data, "start": 0 });
        let _ = self.events.send(Event::Payload(payload));
        Ok(())
    }

    /// The name that a cell of nothing but `name?` or `?name` asks about. A `?` behind a variable that can fail is Rust's.
    pub(in super::super) fn asks_about<'a>(&self, cell: &'a str) -> Option<&'a str> {
        let cell = cell.trim();
        let name = cell.strip_prefix('?').or_else(|| cell.strip_suffix('?'))?;
        let name = name.trim_matches('?').trim_end_matches('!').trim();
        // `task.await?` and `config.path?` are Rust as well.
        let is_path = |c: char| is_word(c) || c == ':' || (c == '.' && cell.starts_with('?'));
        if name.is_empty() || !name.chars().all(is_path) {
            return None;
        }
        let fails = self.variables.get(name).is_some_and(|variable| {
            matches!(
                last_name(&variable.ty),
                "Option" | "Result" | "Poll" | "ControlFlow"
            )
        });
        (cell.starts_with('?') || !fails).then_some(name)
    }
}

impl Known {
    /// The variable that the name at a place means, if it means one.
    fn variable_at<'a>(&self, code: &'a str, cursor: usize) -> Option<&'a str> {
        let (start, name) = name_at(code, cursor)?;
        let before = code[..start].trim_end();
        let is_variable = !before.ends_with(['.', ':']) && self.variables.get(name).is_some();
        is_variable.then_some(name)
    }

    /// What is known about the name at a place; `facts` are those of the variable that it means.
    pub(in super::super) async fn inspection(
        &self,
        code: &str,
        cursor: usize,
        facts: Option<Facts>,
    ) -> Option<MimeBundle> {
        if let Some(name) = self.variable_at(code, cursor) {
            return Some(self.variable(name, facts)?.bundle());
        }
        let (start, name) = name_at(code, cursor)?;
        if let Some(text) = self.hover(code, start).await {
            return Some(of_markdown(&text));
        }
        let before = code[..start].trim_end();
        let told = if let Some(receiver) = before.strip_suffix('.') {
            self.member(&self.type_before(receiver)?, name)?
        } else if let Some(path) = before.strip_suffix("::") {
            let (_, of) = word_before(path, path.len());
            self.member(of, name).or_else(|| self.documented(name))?
        } else {
            self.item(name).or_else(|| self.documented(name))?
        };
        Some(told.bundle())
    }

    fn nothing_known(&self, path: &str) -> CellError {
        let entries = || self.docs().into_iter().flat_map(|docs| docs.entries());
        let names = entries().map(|entry| entry.name.as_str());
        let last = path.rsplit("::").next().unwrap_or(path);
        let near = nearest(last, names)
            .and_then(|near| self.docs()?.find(near))
            .map(|entry| entry.path());
        let hint = near
            .map(|near| format!(" Did you mean `{near}`?"))
            .unwrap_or_default();
        other_error(
            "CommandError",
            format!(
                "nothing is documented here about `{path}`.{hint} \
                 The standard library is described at https://doc.rust-lang.org/std/?search={path}"
            ),
        )
    }

    fn variable(&self, name: &str, facts: Option<Facts>) -> Option<Told> {
        let variable = self.variables.get(name)?;
        let mutable = if variable.mutable { "mut " } else { "" };
        let mut told = Told {
            code: format!("let {mutable}{name}: {}", self.readable_type(&variable.ty)),
            text: format!("made in {}", variable.cell),
            value: None,
        };
        if let Some(facts) = facts {
            let mut words = Vec::new();
            words.extend(facts.shape.map(|shape| format!("shape {shape:?}")));
            words.extend(facts.dtype);
            words.extend(facts.device);
            words.push(Bytes(facts.bytes).to_string());
            words.push(told.text);
            told.text = words.join(", ");
            told.value = facts.text.map(|text| glance(&text));
        }
        Some(told)
    }

    fn item(&self, name: &str) -> Option<Told> {
        let (_, definition) = self.notebook.names().find(|(other, _)| *other == name)?;
        Some(Told {
            code: definition.cell.text[definition.item.range.clone()].to_owned(),
            text: format!("written in {}", definition.cell.id),
            value: None,
        })
    }

    fn member(&self, of: &str, name: &str) -> Option<Told> {
        if let Some((_, _, ty)) = self
            .fields()
            .find(|(ty, field, _)| ty == of && field == name)
        {
            return Some(Told {
                code: format!("{name}: {ty}"),
                text: format!("a field of `{of}`"),
                value: None,
            });
        }
        let mut functions = self.functions();
        if let Some((_, signature)) =
            functions.find(|(ty, it)| ty.as_deref() == Some(of) && it.ident == name)
        {
            return Some(Told {
                code: written(&signature),
                text: format!("of `{of}`"),
                value: None,
            });
        }
        let entry = self.docs()?.members(of).find(|entry| entry.name == name)?;
        Some(Told::from(entry))
    }

    fn documented(&self, path: &str) -> Option<Told> {
        self.docs()?.find(path).map(Told::from)
    }
}

impl From<&Entry> for Told {
    fn from(entry: &Entry) -> Self {
        let of = if entry.of.is_empty() {
            String::new()
        } else {
            format!("\n\n`{}`", entry.path())
        };
        Self {
            code: entry.signature.clone(),
            text: format!("{}{of}", with_language(&entry.docs)),
            value: None,
        }
    }
}

impl Told {
    fn bundle(&self) -> MimeBundle {
        let Self { code, text, value } = self;
        let mut data = MimeBundle::new();
        let end = |fence: &str| {
            value
                .as_ref()
                .map(|it| format!("\n\n{fence}{it}\n{}", fence.trim_end_matches("text\n")))
                .unwrap_or_default()
        };
        data.insert(
            "text/plain".into(),
            json!(format!("{code}\n\n{text}{}", end("")).trim_end()),
        );
        let markdown = format!("```rust\n{code}\n```\n\n{text}{}", end("```text\n"));
        data.insert("text/markdown".into(), json!(markdown.trim_end()));
        data
    }
}

/// What is told in markdown, in both forms.
fn of_markdown(text: &str) -> MimeBundle {
    let is_plain = |line: &&str| !line.starts_with("```") && *line != "---";
    let plain: Vec<&str> = text.lines().filter(is_plain).collect();
    // What was around fences and rules would be empty lines in a row.
    let mut plain = plain.join("\n");
    while plain.contains("\n\n\n") {
        plain = plain.replace("\n\n\n", "\n\n");
    }
    MimeBundle::from_iter([
        ("text/plain".to_owned(), json!(plain.trim())),
        ("text/markdown".to_owned(), json!(text)),
    ])
}

/// The name around or just before the cursor; behind an open call, that of what is called.
fn name_at(code: &str, cursor: usize) -> Option<(usize, &str)> {
    let mut cursor = code.floor_char_boundary(cursor.min(code.len()));
    loop {
        let (start, _) = word_before(code, cursor);
        let rest = &code[start..];
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if end > 0 && !rest.starts_with(|c: char| c.is_numeric()) {
            return Some((start, &rest[..end]));
        }
        // Inside of `name(…`: the function is what is asked about.
        let mut depth = 0;
        let open = code[..start].char_indices().rev().find(|(_, c)| {
            match c {
                ')' => depth += 1,
                '(' if depth == 0 => return true,
                '(' => depth -= 1,
                _ => {}
            }
            false
        })?;
        cursor = code[..open.0].trim_end_matches(['!', ' ']).len();
        let (_, word) = word_before(code, cursor);
        if word.is_empty() {
            return None;
        }
    }
}

/// The beginning of a value's text.
fn glance(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().take(LINES).collect();
    if text.lines().nth(LINES).is_some() {
        lines.push("…");
    }
    lines.join("\n")
}

/// Code in documentation is Rust unless it says otherwise.
fn with_language(docs: &str) -> String {
    let mut open = false;
    let lines = docs.lines().filter(|line| !open_hidden(line)).map(|line| {
        if !line.trim_start().starts_with("```") {
            return line.to_owned();
        }
        open = !open;
        if open && line.trim() == "```" {
            "```rust".to_owned()
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Lines that rustdoc does not show.
fn open_hidden(line: &str) -> bool {
    line.trim() == "#" || line.trim_start().starts_with("# ") && line.contains([';', '(', '{'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_under_the_cursor_or_what_is_called() {
        let at = |code: &'static str, cursor| name_at(code, cursor).map(|(_, name)| name);
        assert_eq!(at("x.matmul(", 9), Some("matmul"));
        assert_eq!(at("x.matmul(&y", 11), Some("y"));
        assert_eq!(at("tensor!(", 8), Some("tensor"));
        assert_eq!(at("f(g(1), ", 8), Some("f"));
        assert_eq!(at("abc", 1), Some("abc"));
        assert_eq!(at("abc?", 3), Some("abc"));
        assert_eq!(at(" ", 1), None);
    }

    #[test]
    fn what_is_told_has_a_plain_and_a_rich_form() {
        let told = Told {
            code: "let x: u8".into(),
            text: "made in [1]".into(),
            value: Some("7".into()),
        };
        let data = told.bundle();
        assert_eq!(data["text/plain"], "let x: u8\n\nmade in [1]\n\n7");
        assert_eq!(
            data["text/markdown"],
            "```rust\nlet x: u8\n```\n\nmade in [1]\n\n```text\n7\n```"
        );
    }

    #[test]
    fn markdown_without_its_marks_is_text() {
        let data =
            of_markdown("```rust\nstd::vec\n```\n\n```rust\npub fn len()\n```\n\n---\n\nCounts.");
        assert_eq!(data["text/plain"], "std::vec\n\npub fn len()\n\nCounts.");
        assert!(data["text/markdown"].as_str().unwrap().contains("---"));
    }

    #[test]
    fn examples_are_shown_as_rust() {
        assert_eq!(
            with_language("a\n```\n# use x;\nb\n```"),
            "a\n```rust\nb\n```"
        );
    }
}
