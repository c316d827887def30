//! What can be said at once about a name under the cursor.

use serde_json::json;

use super::{NativeEngine, commands};
use crate::engine::{Completion, Completions, MimeBundle};

/// Rust's keywords that start something.
const KEYWORDS: [&str; 26] = [
    "as", "async", "await", "break", "const", "continue", "crate", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "let", "loop", "match", "mod", "move", "mut", "pub",
    "return", "struct", "trait", "use",
];

impl NativeEngine {
    pub(super) fn completions(&self, code: &str, cursor: usize) -> Completions {
        let (start, word) = word_before(code, cursor);
        let before = &code[..start];
        let mut items: Vec<Completion> = Vec::new();
        let mut add = |text: &str, kind, signature: Option<String>| {
            if text.starts_with(word) && !items.iter().any(|item| item.text == text) {
                items.push(Completion {
                    text: text.to_string(),
                    kind,
                    signature,
                });
            }
        };
        let line = before.rsplit('\n').next().unwrap_or_default();
        if line.trim() == ":" {
            commands::names().for_each(|name| add(name, "keyword", None));
        } else if !before.ends_with(['.', ':']) {
            for variable in self.variables.iter() {
                add(
                    &variable.name,
                    "instance",
                    Some(self.readable_type(&variable.ty)),
                );
            }
            for (name, definition) in self.notebook.names() {
                add(name, "class", Some(definition.describe()));
            }
            KEYWORDS
                .iter()
                .for_each(|keyword| add(keyword, "keyword", None));
        }
        Completions {
            start,
            end: cursor,
            items,
        }
    }

    pub(super) fn inspection(&self, code: &str, cursor: usize) -> Option<MimeBundle> {
        let (start, before) = word_before(code, cursor);
        let after: String = code[start + before.len()..]
            .chars()
            .take_while(|c| is_word(*c))
            .collect();
        let name = format!("{before}{after}");
        let text = if let Some(variable) = self.variables.get(&name) {
            format!(
                "let {name}: {}  // {}",
                self.readable_type(&variable.ty),
                variable.cell
            )
        } else {
            let (_, definition) = self.notebook.names().find(|(other, _)| *other == name)?;
            definition.cell.text[definition.item.range.clone()].to_string()
        };
        let mut data = MimeBundle::new();
        data.insert("text/plain".into(), json!(text));
        data.insert(
            "text/markdown".into(),
            json!(format!("```rust\n{text}\n```")),
        );
        Some(data)
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The beginning of the word that ends at `cursor`, and the word so far.
fn word_before(code: &str, cursor: usize) -> (usize, &str) {
    let mut cursor = cursor.min(code.len());
    while !code.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let start = code[..cursor].rfind(|c| !is_word(c)).map_or(0, |at| {
        at + code[at..].chars().next().map_or(1, char::len_utf8)
    });
    (start, &code[start..cursor])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_before_the_cursor_is_found_anywhere() {
        assert_eq!(word_before("let é = foo_b", 14), (9, "foo_b"));
        assert_eq!(word_before("x.", 2), (2, ""));
        assert_eq!(word_before("", 5), (0, ""));
    }
}
