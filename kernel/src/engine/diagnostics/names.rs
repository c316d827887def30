//! What generated code calls things, taken out of what a person reads.

use std::borrow::Cow;

/// Types that every Rust program, or every cell, names without a path.
const PRELUDE: &[&str] = &[
    "alloc::boxed::Box",
    "alloc::string::String",
    "alloc::vec::Vec",
    "core::option::Option",
    "core::result::Result",
    "std::boxed::Box",
    "std::option::Option",
    "std::result::Result",
    "std::string::String",
    "std::vec::Vec",
    "wick::DType",
    "wick::Device",
    "wick::Shape",
    "wick::Tensor",
];

/// The crates and modules that the engine makes up. A path that leads through them is shortened to what the
/// person wrote: `wick_items_3::notebook::Point` reads `Point`.
#[derive(Debug, Clone, Default)]
pub struct Names {
    hidden: Vec<String>,
}

impl Names {
    /// Hides each of `segments`, whatever number follows it: `wick_cell` stands for `wick_cell`, `wick_cell7` and
    /// `wick_cell_7` alike.
    pub fn hiding<S: Into<String>>(segments: impl IntoIterator<Item = S>) -> Self {
        let hidden = segments.into_iter().map(Into::into).collect();
        Self { hidden }
    }

    /// `text` with every path shortened; also those of Rust's own prelude and ours, which rustc writes in full where any crate
    /// of the session has something of that name.
    pub fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !text.contains("::") {
            return Cow::Borrowed(text);
        }
        let mut cleaned = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_identifier) {
            cleaned.push_str(&rest[..start]);
            rest = &rest[start..];
            let path = &rest[..path_length(rest)];
            cleaned.push_str(match path.rsplit_once("::") {
                Some((_, name)) if PRELUDE.contains(&path) && !has_rival(text, path, name) => name,
                _ => self.shorten(path),
            });
            rest = &rest[path.len()..];
        }
        cleaned.push_str(rest);
        Cow::Owned(cleaned)
    }

    /// Whether `text` names something hidden.
    pub fn mentions(&self, text: &str) -> bool {
        text.split(|c| !is_identifier(c))
            .any(|word| self.hides(word))
    }

    fn hides(&self, segment: &str) -> bool {
        self.hidden.iter().any(|name| {
            segment.strip_prefix(name.as_str()).is_some_and(|number| {
                number
                    .trim_start_matches('_')
                    .chars()
                    .all(|c| c.is_ascii_digit() || c == '_')
            })
        })
    }

    /// A path without the hidden segments it begins with; its last segment stays in any case.
    fn shorten<'a>(&self, path: &'a str) -> &'a str {
        let inner = path.strip_prefix("crate::").unwrap_or(path);
        let mut rest = inner;
        while let Some((segment, tail)) = rest.split_once("::") {
            if !self.hides(segment) {
                break;
            }
            rest = tail;
        }
        if rest.len() == inner.len() {
            path
        } else {
            rest
        }
    }
}

/// Whether `text` also names something else that is called as `path` is, so that the path tells them apart.
fn has_rival(text: &str, path: &str, name: &str) -> bool {
    let mut rest = text;
    while let Some(start) = rest.find(is_identifier) {
        rest = &rest[start..];
        let other = &rest[..path_length(rest)];
        if other != path && other.rsplit("::").next() == Some(name) {
            return true;
        }
        rest = &rest[other.len()..];
    }
    false
}

fn is_identifier(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// How far the path that `text` begins with reaches: identifiers joined by `::`.
fn path_length(text: &str) -> usize {
    let mut end = 0;
    loop {
        let rest = &text[end..];
        end += rest.find(|c| !is_identifier(c)).unwrap_or(rest.len());
        match text[end..].strip_prefix("::") {
            Some(next) if next.starts_with(is_identifier) => end += 2,
            _ => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_a_person_wrote_them() {
        let names = Names::hiding(["notebook", "wick_cell"]);
        assert_eq!(
            names.clean("expected `Vec<notebook::wick_cell3::Point>`, found `wick_cell_12::Point`"),
            "expected `Vec<Point>`, found `Point`"
        );
        assert_eq!(names.clean("crate::notebook::a::B"), "a::B");
        assert_eq!(names.clean("std::rc::Rc"), "std::rc::Rc");
        assert_eq!(names.clean("my::notebook::B"), "my::notebook::B");
        assert_eq!(names.clean("wick_cells::B"), "wick_cells::B");
    }

    #[test]
    fn what_rust_needs_no_path_for_is_shown_without() {
        let names = Names::hiding(["wick_cell"]);
        assert_eq!(
            names.clean("`s` has type `std::string::String`"),
            "`s` has type `String`"
        );
        let two = "expected `std::string::String`, found `mine::String`";
        assert_eq!(names.clean(two), two);
    }

    #[test]
    fn a_name_alone_is_mentioned_not_shortened() {
        let names = Names::hiding(["wick_cell"]);
        assert_eq!(names.clean("crate `wick_cell`"), "crate `wick_cell`");
        assert!(names.mentions("crate `wick_cell7`"));
        assert!(!names.mentions("crate `wick_cellar`"));
    }
}
