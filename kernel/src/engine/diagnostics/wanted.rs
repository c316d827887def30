//! Which warnings a person at a notebook wants to read.

use std::ops::Range;

use syn::Stmt;
use syn::spanned::Spanned;

use super::mapped::Mapped;
use crate::engine::deep::with_room;

/// Lints that say nothing in a notebook: what one cell leaves unused the next may use, and a matrix may be
/// called `W`.
const NEVER: &[&str] = &[
    "dead_code",
    "elided_named_lifetimes",
    "non_camel_case_types",
    "non_snake_case",
    "non_upper_case_globals",
    "path_statements",
    "private_interfaces",
    "redundant_imports",
    "special_module_name",
    "static_mut_refs",
    "unused_attributes",
    "unused_braces",
    "unused_crate_dependencies",
    "unused_doc_comments",
    "unused_extern_crates",
    "unused_imports",
    "unused_labels",
    "unused_macro_rules",
    "unused_macros",
    "unused_parens",
    "unreachable_pub",
];

/// Lints about a variable: worth reading inside a function, not at cell level, where the next cell uses it.
const LOCAL_ONLY: &[&str] = &["unused_assignments", "unused_mut", "unused_variables"];

/// Whether a person wants to read this warning.
pub(super) fn is_wanted(warning: &Mapped) -> bool {
    let Some(place) = warning.place().filter(|_| !warning.generated) else {
        return false;
    };
    match warning.code.as_deref() {
        Some(lint) if NEVER.contains(&lint) => false,
        Some(lint) if LOCAL_ONLY.contains(&lint) => is_inside_item(&place.cell.text, &place.range),
        _ => true,
    }
}

/// Whether `range` of a cell's text lies within a function, an `impl` or another item.
fn is_inside_item(text: &str, range: &Range<usize>) -> bool {
    with_room(text, || is_inside_item_here(text, range)).unwrap_or(false)
}

fn is_inside_item_here(text: &str, range: &Range<usize>) -> bool {
    let parsed = syn::parse::Parser::parse_str(syn::Block::parse_within, &without_commands(text));
    let Ok(statements) = parsed else { return false };
    statements.iter().any(|statement| match statement {
        Stmt::Item(item) => {
            let span = item.span().byte_range();
            span.start <= range.start && range.end <= span.end
        }
        _ => false,
    })
}

/// The text with its `:` command lines blanked, byte for byte.
fn without_commands(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| {
            match line.trim_start().starts_with(':') && !line.trim_start().starts_with("::") {
                true => line.chars().map(blank).collect(),
                false => line.to_owned(),
            }
        })
        .collect()
}

/// Spaces as long as `c`; line ends stay.
fn blank(c: char) -> &'static str {
    match c {
        '\n' => "\n",
        _ => &"    "[..c.len_utf8()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_of_a_function_is_inside_an_item() {
        let text = ":dep é = \"1\"\nlet a = 1;\nfn f() { let b = 2; }\na";
        let at = |name: &str| {
            let start = text.find(name).unwrap() + 4;
            start..start + 1
        };
        assert!(is_inside_item(text, &at("let b")));
        assert!(!is_inside_item(text, &at("let a")));
    }
}
