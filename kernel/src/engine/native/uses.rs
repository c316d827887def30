//! `use` declarations, which last from cell to cell.
//!
//! An item sees the declarations that stood when it was written: `use std::io::Result;` in cell 9 does not change
//! what `Result` means to a function of cell 2. What a glob brings gives way to everything that has a name.

use std::collections::BTreeSet;
use std::ops::Range;

use syn::spanned::Spanned;

use crate::engine::source_map::{CellText, SourceFile};

/// A declaration of one name: a part of a `use`, or an `extern crate`.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// The name; `None` for a glob and for `as _`.
    pub name: Option<String>,
    /// Whether it is a glob.
    glob: bool,
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Ours(&'static str),
    /// Bytes of the cell.
    Written(Range<usize>),
}

impl Leaf {
    /// The declarations in a `use`.
    pub fn of_use(item: &syn::ItemUse) -> Vec<Self> {
        let mut parts = vec![Part::Ours("use ")];
        if item.leading_colon.is_some() {
            parts.push(Part::Ours("::"));
        }
        let mut leaves = Vec::new();
        Self::walk(&item.tree, &mut parts, None, &mut leaves);
        leaves
    }

    /// The declaration that an `extern crate` is.
    pub fn of_extern_crate(item: &syn::ItemExternCrate) -> Self {
        let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
        Self {
            name: Some(name.to_string()),
            glob: false,
            parts: vec![Part::Written(item.span().byte_range())],
        }
    }

    /// `parts` stand before `tree`, and are the same again afterwards; `parent` is the segment before it, which
    /// `{self}` names.
    fn walk(
        tree: &syn::UseTree,
        parts: &mut Vec<Part>,
        parent: Option<&syn::Ident>,
        leaves: &mut Vec<Self>,
    ) {
        let written = |span: proc_macro2::Span| Part::Written(span.byte_range());
        // `a::{self}`: the path ends before the last `::`.
        let is_self = |ident: &syn::Ident| ident == "self" && parent.is_some();
        let mut leaf = |name: Option<String>, glob, path: &[Part], end: &[Part]| {
            let parts = [path, end, &[Part::Ours(";")]].concat();
            leaves.push(Self { name, glob, parts });
        };
        let above = parts.split_last().map_or(&[][..], |(_, above)| above);
        match tree {
            syn::UseTree::Path(tree) => {
                parts.extend([written(tree.ident.span()), Part::Ours("::")]);
                Self::walk(&tree.tree, parts, Some(&tree.ident), leaves);
                parts.truncate(parts.len() - 2);
            }
            syn::UseTree::Name(tree) if is_self(&tree.ident) => {
                leaf(parent.map(ToString::to_string), false, above, &[]);
            }
            syn::UseTree::Name(tree) => {
                let name = written(tree.ident.span());
                leaf(Some(tree.ident.to_string()), false, parts, &[name]);
            }
            syn::UseTree::Rename(tree) => {
                let (named, rename) = (written(tree.ident.span()), written(tree.rename.span()));
                let name = (tree.rename != "_").then(|| tree.rename.to_string());
                if is_self(&tree.ident) {
                    leaf(name, false, above, &[Part::Ours(" as "), rename]);
                } else {
                    leaf(name, false, parts, &[named, Part::Ours(" as "), rename]);
                }
            }
            syn::UseTree::Glob(tree) => {
                leaf(None, true, parts, &[written(tree.star_token.span())]);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    Self::walk(tree, parts, parent, leaves);
                }
            }
        }
    }

    /// The whole declaration: `use std::fmt::Write as W;`.
    pub fn text(&self, cell: &str) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Ours(text) => text,
                Part::Written(range) => &cell[range.clone()],
            })
            .collect()
    }
}

/// A declaration in effect.
#[derive(Debug, Clone)]
struct Declared {
    cell: CellText,
    leaf: Leaf,
    text: String,
}

impl PartialEq for Declared {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// The declarations in effect, in the order they were made.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Uses(Vec<Declared>);

impl Uses {
    /// Adds a declaration, in place of an earlier one of its name.
    pub fn declare(&mut self, cell: &CellText, leaf: &Leaf) {
        let text = leaf.text(&cell.text);
        self.0.retain(|earlier| {
            earlier.text != text && (leaf.name.is_none() || earlier.leaf.name != leaf.name)
        });
        self.0.push(Declared {
            cell: cell.clone(),
            leaf: leaf.clone(),
            text,
        });
    }

    /// An item of one of these names is what the name means from now on.
    pub fn hide(&mut self, names: &[String]) {
        let hidden = |name: &String| names.contains(name);
        self.0
            .retain(|declared| !declared.leaf.name.as_ref().is_some_and(hidden));
    }

    /// Whether an item that mentions these words means the same by them under both sets of declarations. Where
    /// only names are compared, what `as _` brings does not count.
    pub fn agree(&self, other: &Self, mentions: &BTreeSet<String>, only_names: bool) -> bool {
        let relevant = |uses: &Self| -> BTreeSet<String> {
            uses.0
                .iter()
                .filter(|declared| match &declared.leaf.name {
                    Some(name) => mentions.contains(name),
                    None => !declared.leaf.glob && !only_names,
                })
                .map(|declared| declared.text.clone())
                .collect()
        };
        relevant(self) == relevant(other)
    }

    /// Takes out the declaration of `cell` that byte `offset` of it belongs to, and returns its text.
    pub fn set_aside(&mut self, cell: &CellText, offset: usize) -> Option<String> {
        let holds = |part: &Part| matches!(part, Part::Written(range) if range.contains(&offset));
        let index = self
            .0
            .iter()
            .position(|declared| declared.cell == *cell && declared.leaf.parts.iter().any(holds))?;
        Some(self.0.remove(index).text)
    }

    /// Takes out the declaration with this text.
    pub fn remove(&mut self, text: &str) {
        self.0.retain(|declared| declared.text != text);
    }

    /// Appends those of other cells than `cell` to a file.
    pub fn push_earlier(&self, file: &mut SourceFile, cell: &CellText) {
        self.push(file, "", |declared| declared.cell != *cell);
    }

    /// Appends the globs, for all modules of a crate.
    pub fn push_globs(&self, file: &mut SourceFile) {
        self.push(file, "pub(crate) ", |declared| declared.leaf.glob);
    }

    /// Their texts: `use std::fmt::Write as W;`.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(|it| it.text.clone()).collect()
    }

    /// Whether a name is declared.
    pub fn declares(&self, name: &str) -> bool {
        let declared = |declared: &Declared| declared.leaf.name.as_deref() == Some(name);
        self.0.iter().any(declared)
    }

    /// Appends all but the globs.
    pub fn push_named(&self, file: &mut SourceFile) {
        self.push(file, "", |declared| !declared.leaf.glob);
    }

    /// The globs, to compare.
    pub fn globs(&self) -> Vec<&str> {
        let globs = self.0.iter().filter(|declared| declared.leaf.glob);
        globs.map(|declared| declared.text.as_str()).collect()
    }

    fn push(&self, file: &mut SourceFile, visibility: &str, wanted: impl Fn(&Declared) -> bool) {
        for declared in self.0.iter().filter(|declared| wanted(declared)) {
            file.push("#[allow(unused_imports)] ");
            file.push(visibility);
            for part in &declared.leaf.parts {
                match part {
                    Part::Ours(text) => file.push(text),
                    Part::Written(range) => file.push_quote(&declared.cell, range.clone()),
                }
            }
            file.push("\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CellId;

    fn texts(code: &str) -> Vec<String> {
        let item: syn::ItemUse = syn::parse_str(code).unwrap();
        let leaves = Leaf::of_use(&item);
        leaves.iter().map(|leaf| leaf.text(code)).collect()
    }

    #[test]
    fn every_name_is_a_declaration_of_its_own() {
        assert_eq!(
            texts("use ::a::{self, b::{self as c, d}, e::*, f as _};"),
            [
                "use ::a;",
                "use ::a::b as c;",
                "use ::a::b::d;",
                "use ::a::e::*;",
                "use ::a::f as _;"
            ]
        );
        assert_eq!(texts("use self::a::b;"), ["use self::a::b;"]);
    }

    #[test]
    fn a_declaration_knows_its_place() {
        let cell = CellText {
            id: CellId(4),
            text: "use a::{b, c};".into(),
        };
        let mut uses = Uses::default();
        for leaf in Leaf::of_use(&syn::parse_str(&cell.text).unwrap()) {
            uses.declare(&cell, &leaf);
        }
        let mut file = SourceFile::new("root", None);
        uses.push_named(&mut file);
        let at = file.text().find("c;").unwrap();
        let place = file.span_to_user(at..at + 1).unwrap();
        assert_eq!((place.cell.id, place.range), (CellId(4), 11..12));
        assert_eq!(uses.set_aside(&cell, 11).as_deref(), Some("use a::c;"));
        assert_eq!(uses.set_aside(&cell, 11), None);
    }
}
