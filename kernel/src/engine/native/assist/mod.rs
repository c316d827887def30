//! What can be said about a name under the cursor. An index of the session itself, the prelude's documentation and the
//! file system answers at once; rust-analyzer, once it is [warm](crate::engine::analyzer), knows more.

mod complete;
mod document;
mod inspect;
mod known;
mod merge;
mod receiver;

pub(super) use self::known::Known;

use crate::engine::diagnostics::Names;

/// Rust's keywords that start something.
const KEYWORDS: [&str; 32] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "return", "self", "static", "struct", "trait", "true", "use", "while",
];

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The beginning of the word that ends at `cursor`, and the word so far.
fn word_before(code: &str, cursor: usize) -> (usize, &str) {
    let cursor = code.floor_char_boundary(cursor);
    let start = code[..cursor].rfind(|c| !is_word(c)).map_or(0, |at| {
        at + code[at..].chars().next().map_or(1, char::len_utf8)
    });
    (start, &code[start..cursor])
}

/// The last name of a type, without references, boxes and arguments: `Tensor` of `&mut wick::Tensor`.
fn last_name(ty: &str) -> &str {
    let ty = ty.trim().trim_start_matches(['&', ' ']);
    let ty = ty.strip_prefix("mut ").unwrap_or(ty);
    let ty = ty.split('<').next().unwrap_or(ty).trim();
    ty.rsplit("::").next().unwrap_or(ty)
}

/// A type without the paths that everybody knows.
pub(super) fn readable_type(names: &Names, ty: &str) -> String {
    let mut text = names.clean(ty).into_owned();
    for path in [
        "std::string::",
        "std::vec::",
        "std::option::",
        "std::result::",
        "std::boxed::",
        "std::ops::",
        "std::collections::",
        "std::sync::",
        "std::rc::",
        "wick::nn::",
        "wick::optim::",
        "wick::",
        "&'static ",
    ] {
        let short = if path.starts_with('&') { "&" } else { "" };
        text = text.replace(path, short);
    }
    text
}

/// All that is asked of a text alone, at one position.
pub(super) fn look_around(code: &str, cursor: usize) {
    let (start, word) = word_before(code, cursor);
    assert_eq!(&code[start..start + word.len()], word);
    complete::look_around(code, code.floor_char_boundary(cursor));
    receiver::look_before(&code[..start]);
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

    #[test]
    fn types_are_known_by_their_last_name() {
        assert_eq!(last_name("&mut wick::Tensor"), "Tensor");
        assert_eq!(last_name("std::vec::Vec<wick::Tensor>"), "Vec");
    }
}
