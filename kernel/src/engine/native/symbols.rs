//! What the types of a cell's variables are, read from its compiled form.
//!
//! A cell keeps its variable number 3 by `keep::<3, _>(…)`, and the symbol of that function says what `_` is: symbols of
//! rustc's `v0` scheme hold their generic arguments in full. This costs nothing, where MIR costs a quarter of a small
//! cell: to print types as people write them, rustc looks through every module of every crate (see [`names`](super::names)).

use std::collections::HashMap;
use std::path::Path;

use object::{Object, ObjectSymbol};

/// The function whose instances are looked for.
const KEEP: &str = "::cell::keep::<";

/// The type of each variable that the cell in `library` keeps, by its index: crates are followed by their hashes,
/// `alloc[3c3f]::vec::Vec<u8>`. `None` where the library cannot be read.
pub(super) fn kept(library: &Path) -> Option<HashMap<usize, String>> {
    let bytes = std::fs::read(library).ok()?;
    let file = object::File::parse(&*bytes).ok()?;
    let symbols = file.symbols().filter_map(|symbol| symbol.name().ok());
    Some(symbols.filter_map(kept_by).collect())
}

/// The variable that is kept by the function of this symbol, and its type.
fn kept_by(symbol: &str) -> Option<(usize, String)> {
    // Looks first, because most symbols are of other functions.
    if !symbol.contains("12wick_runtime4cell4keep") {
        return None;
    }
    let name = rustc_demangle::demangle(symbol).to_string();
    let (path, arguments) = name.split_once(KEEP)?;
    if !path.starts_with("wick_runtime[") || path.contains("::") {
        return None;
    }
    let (index, ty) = arguments.strip_suffix('>')?.split_once(", ")?;
    Some((index.strip_suffix("usize")?.parse().ok()?, ty.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_tells_index_and_type() {
        let symbol = "_RINvNtCs4h2iTkGR3ZK_12wick_runtime4cell4keepKj3_INtNtCs8m2q_5alloc3vec3VeclEECsk_9wick_cell";
        let (index, ty) = kept_by(symbol).unwrap();
        assert_eq!(index, 3);
        assert!(
            ty.starts_with("alloc[") && ty.ends_with("]::vec::Vec<i32>"),
            "{ty}"
        );
    }

    #[test]
    fn other_functions_are_none_of_it() {
        assert!(kept_by("_ZN12wick_runtime4cell4keep17h0123456789abcdefE").is_none());
        assert!(kept_by("wick_cell").is_none());
        // What a function inside of `keep` is called.
        let inside = "_RINvNvNtCs4h2iTkGR3ZK_12wick_runtime4cell4keep10drop_valuelECsk_9wick_cell";
        assert!(kept_by(inside).is_none());
    }
}
