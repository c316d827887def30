//! What rust-analyzer answers, in Wick's terms.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionResponse, CompletionTextEdit, Hover,
    HoverContents, MarkedString,
};

use crate::engine::Completion;

/// Candidates, the best ones first.
pub fn completions(answer: Option<CompletionResponse>) -> Vec<Completion> {
    let mut items = match answer {
        None => Vec::new(),
        Some(CompletionResponse::Array(items)) => items,
        Some(CompletionResponse::List(list)) => list.items,
    };
    // A `try_` twin comes behind all that it may be the twin of.
    items.sort_by_cached_key(|item| {
        let order = item.sort_text.clone().unwrap_or_else(|| item.label.clone());
        (item.label.starts_with("try_"), order)
    });
    items.into_iter().filter_map(candidate).collect()
}

fn candidate(item: CompletionItem) -> Option<Completion> {
    let kind = match item.kind? {
        // What they insert is a text with holes.
        CompletionItemKind::SNIPPET => return None,
        CompletionItemKind::METHOD
        | CompletionItemKind::FUNCTION
        | CompletionItemKind::CONSTRUCTOR
        | CompletionItemKind::OPERATOR => "function",
        CompletionItemKind::FIELD | CompletionItemKind::PROPERTY => "property",
        CompletionItemKind::VARIABLE | CompletionItemKind::CONSTANT | CompletionItemKind::VALUE => {
            "instance"
        }
        CompletionItemKind::CLASS
        | CompletionItemKind::STRUCT
        | CompletionItemKind::ENUM
        | CompletionItemKind::TYPE_PARAMETER => "class",
        CompletionItemKind::INTERFACE => "interface",
        CompletionItemKind::MODULE => "module",
        CompletionItemKind::ENUM_MEMBER => "enum",
        CompletionItemKind::KEYWORD => "keyword",
        _ => "text",
    };
    let text = match item.text_edit {
        Some(CompletionTextEdit::Edit(edit)) => edit.new_text,
        Some(CompletionTextEdit::InsertAndReplace(edit)) => edit.new_text,
        None => item.insert_text.unwrap_or(item.label),
    };
    // `println!()` is completed to its name; the rest is typed.
    let text = text.split(['(', ' ', '{', '[', '$']).next()?.to_owned();
    if text.is_empty() {
        return None;
    }
    let signature = item.detail.filter(|detail| !detail.is_empty());
    Some(Completion {
        text,
        kind,
        signature: signature.map(|it| as_called(&it).to_owned()),
    })
}

/// A signature without what does not matter to those who call.
fn as_called(signature: &str) -> &str {
    let mut rest = signature;
    while let Some(shorter) = ["pub ", "const ", "extern \"Rust\" "]
        .iter()
        .find_map(|word| rest.strip_prefix(word))
    {
        rest = shorter;
    }
    // `const N: usize` is one.
    if rest.contains("fn ") {
        rest
    } else {
        signature
    }
}

/// The markdown of a hover.
pub fn hover(hover: Hover) -> Option<String> {
    let marked = |part: MarkedString| match part {
        MarkedString::String(text) => text,
        MarkedString::LanguageString(code) => {
            format!("```{}\n{}\n```", code.language, code.value)
        }
    };
    let text = match hover.contents {
        HoverContents::Markup(markup) => markup.value,
        HoverContents::Scalar(part) => marked(part),
        HoverContents::Array(parts) => parts
            .into_iter()
            .map(marked)
            .collect::<Vec<_>>()
            .join("\n\n"),
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn candidates_come_in_order_with_what_they_are() {
        let answer = json!({"isIncomplete": true, "items": [
            {"label": "try_sum(…)", "kind": 2, "sortText": "0", "detail": "fn try_sum(&self)"},
            {"label": "sum(…)", "kind": 2, "sortText": "2", "detail": "pub const fn sum(&self)",
             "textEdit": {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "newText": "sum"}},
            {"label": "x", "kind": 5, "sortText": "1", "detail": "f64"},
            {"label": "println!(…)", "kind": 3, "insertText": "println!"},
            {"label": "pd", "kind": 15},
        ]});
        let found = completions(serde_json::from_value(answer).unwrap());
        let found: Vec<_> = found
            .iter()
            .map(|it| (&*it.text, it.kind, it.signature.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("x", "property", Some("f64")),
                ("sum", "function", Some("fn sum(&self)")),
                ("println!", "function", None),
                ("try_sum", "function", Some("fn try_sum(&self)")),
            ]
        );
        assert!(completions(None).is_empty());
    }

    #[test]
    fn a_hover_in_any_form_is_markdown() {
        let text = |contents| {
            hover(serde_json::from_value(json!({ "contents": contents })).unwrap())
                .unwrap_or_default()
        };
        assert_eq!(text(json!({"kind": "markdown", "value": "a\n"})), "a");
        assert_eq!(
            text(json!(["b", {"language": "rust", "value": "fn f()"}])),
            "b\n\n```rust\nfn f()\n```"
        );
        assert_eq!(text(json!({"kind": "markdown", "value": " "})), "");
    }
}
