//! The items of a session: one crate named `notebook`, compiled again whenever a cell adds to it.
//!
//! Rust wants an `impl` in the crate of its type, and people write `impl Circle { fn bounds(&self) -> Square }`
//! in a cell after both. So all items are one crate. Each cell's items are a module of it, and a definition that
//! replaces another moves to the new cell's module: its path, and with it its `TypeId`, changes exactly when the
//! type does. What is not touched keeps its path and so its identity through every later version of the crate. So a
//! version need not hold everything: [`reach`](super::reach) says what is in one, [`versions`](super::versions) which there are.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::item::{Item, ItemKind};
use super::reach::Scope;
use super::split::Split;
use super::uses::Uses;
use crate::engine::source_map::{CellText, Place};

/// The crate's name, as it stands in types.
pub(super) const CRATE: &str = "notebook";

/// One item of the session.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    pub cell: CellText,
    pub item: Arc<Item>,
    /// Tells it from every other definition of the session, and from itself before something about it changed.
    pub stamp: u64,
    /// What was declared when it was written.
    pub(super) uses: Arc<Uses>,
    /// Tells its module from others of the same cell number: 0, or a number of its own once it got a new identity
    /// because something it is made of was replaced.
    pub(super) revision: u32,
    /// Members of an `impl` that a later `impl` has replaced.
    pub(super) replaced: Vec<Range<usize>>,
    /// Whether a version of the crate that defines its statics is loaded.
    pub(super) loaded: bool,
}

impl Definition {
    pub(super) fn module(&self) -> String {
        match self.revision {
            0 => format!("cell{}", self.cell.id.0),
            revision => format!("cell{}_{revision}", self.cell.id.0),
        }
    }

    /// Whether code or variables of earlier cells hold on to this very version of it.
    fn has_identity(&self) -> bool {
        self.item.may_be_a_type() || !self.item.statics.is_empty()
    }

    /// What it is to a person: `fn area`, `impl Shape for Circle`.
    pub fn describe(&self) -> String {
        match &self.item.kind {
            ItemKind::Impl(of) => match &of.of_trait {
                Some(of_trait) => format!("impl {of_trait} for {}", of.for_type),
                None => format!("impl {}", of.for_type),
            },
            _ => self.item.names.join(", "),
        }
    }
}

/// What tells one version of a type from another: two variables of a type `P` can be used together only when
/// they were made with the same.
pub(super) type Identity = String;

/// All items and `use`s of a session.
#[derive(Debug, Clone, Default)]
pub(super) struct Notebook {
    pub(super) definitions: Vec<Definition>,
    pub(super) uses: Uses,
    attributes: Vec<String>,
    /// The last revision that was given out.
    revisions: u32,
    /// The last stamp that was.
    stamps: u64,
}

/// What a cell's items change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    /// Whether there is something new to compile.
    pub compiles: bool,
    /// Names that mean something else from now on, and types of which some method does.
    pub renewed: BTreeSet<String>,
}

impl Notebook {
    /// Whether there is nothing to compile.
    pub fn is_empty(&self) -> bool {
        self.definitions
            .iter()
            .all(|definition| definition.item.is_macro())
    }

    /// Takes over what a cell defines.
    pub fn add(&mut self, cell: &CellText, split: &Split) -> Change {
        for leaf in &split.uses {
            self.uses.declare(cell, leaf);
        }
        for item in &split.items {
            self.uses.hide(&item.names);
        }
        self.attributes.extend(
            split
                .attributes
                .iter()
                .map(|range| cell.text[range.clone()].to_string()),
        );
        let new: Vec<_> = split
            .items
            .iter()
            .filter(|item| !self.has_unchanged(item))
            .cloned()
            .collect();
        let mut change = Change {
            compiles: new.iter().any(|item| !item.is_macro()),
            renewed: new.iter().flat_map(|item| item.names.clone()).collect(),
        };
        let mut replaced_names = BTreeSet::new();
        for item in &new {
            self.make_room(item, &mut replaced_names, &mut change.renewed);
        }
        self.renew_dependents(replaced_names);
        // Cells that do not count share their number with the next one.
        let shared = |earlier: &Definition| {
            let stays = |item: &Item| item.range == earlier.item.range;
            earlier.cell.id == cell.id && (earlier.cell != *cell || new.iter().any(stays))
        };
        let revision = if self.definitions.iter().any(shared) {
            self.revisions += 1;
            self.revisions
        } else {
            0
        };
        let uses = Arc::new(self.uses.clone());
        for item in new {
            self.stamps += 1;
            self.definitions.push(Definition {
                cell: cell.clone(),
                item: Arc::new(item),
                stamp: self.stamps,
                uses: uses.clone(),
                revision,
                replaced: Vec::new(),
                loaded: false,
            });
        }
        change.renewed = self.dependents(change.renewed);
        change
    }

    /// These names, and those of all that mention one of them.
    fn dependents(&self, mut names: BTreeSet<String>) -> BTreeSet<String> {
        loop {
            let before = names.len();
            for definition in &self.definitions {
                let item = &definition.item;
                if item.mentions.iter().any(|name| names.contains(name)) {
                    names.extend(item.names.iter().cloned());
                }
            }
            if names.len() == before {
                return names;
            }
        }
    }

    /// A cell that is run again with the same text changes nothing, except that its statics start anew.
    fn has_unchanged(&self, item: &Item) -> bool {
        item.kind != ItemKind::Static
            && item.kind != ItemKind::MacroCall
            && self.definitions.iter().any(|earlier| {
                // A type stays what it is as long as the names in it mean the same.
                let only_names = earlier.has_identity();
                earlier.replaced.is_empty()
                    && earlier.item.kind == item.kind
                    && earlier.item.tokens == item.tokens
                    && (self.uses).agree(&earlier.uses, &item.mentions, only_names)
            })
    }

    /// Removes what `item` replaces, noting the names of types that are gone, and those of types whose `impl`s are.
    fn make_room(
        &mut self,
        item: &Item,
        replaced_names: &mut BTreeSet<String>,
        renewed: &mut BTreeSet<String>,
    ) {
        if let ItemKind::Impl(new) = &item.kind {
            for earlier in &mut self.definitions {
                let ItemKind::Impl(of) = &earlier.item.kind else {
                    continue;
                };
                if of.for_type != new.for_type || of.of_trait != new.of_trait {
                    continue;
                }
                let again = |name: &String| new.members.iter().any(|(member, _)| member == name);
                let ranges = of
                    .members
                    .iter()
                    .filter(|(name, _)| of.of_trait.is_some() || again(name));
                let ranges: Vec<_> = ranges.map(|(_, range)| range.clone()).collect();
                if of.of_trait.is_some() || !ranges.is_empty() {
                    self.stamps += 1;
                    earlier.stamp = self.stamps;
                    renewed.extend(of.type_name.clone());
                }
                earlier.replaced.extend(ranges);
            }
            self.definitions.retain(|earlier| match &earlier.item.kind {
                // A trait impl is replaced as a whole, an inherent one when nothing is left of it.
                ItemKind::Impl(of)
                    if of.for_type == new.for_type && of.of_trait == new.of_trait =>
                {
                    of.of_trait.is_none() && earlier.replaced.len() < of.members.len()
                }
                _ => true,
            });
            return;
        }
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.definitions)
            .into_iter()
            .partition(|earlier| item.replaces(&earlier.item));
        self.definitions = kept;
        for earlier in gone {
            if !earlier.item.may_be_a_type() {
                continue;
            }
            // The impls beside a type are part of its definition.
            self.definitions.retain(|other| match &other.item.kind {
                ItemKind::Impl(of) => {
                    other.cell.id != earlier.cell.id
                        || of
                            .type_name
                            .as_ref()
                            .is_none_or(|name| !earlier.item.names.contains(name))
                }
                _ => true,
            });
            replaced_names.extend(earlier.item.names.iter().cloned());
        }
    }

    /// What is made of a replaced type is another type from now on, and its statics start anew.
    fn renew_dependents(&mut self, mut names: BTreeSet<String>) {
        let mut pending = !names.is_empty();
        let mut renewed = BTreeSet::new();
        while std::mem::take(&mut pending) {
            for (index, definition) in self.definitions.iter_mut().enumerate() {
                let affected = definition
                    .item
                    .mentions
                    .iter()
                    .any(|name| names.contains(name));
                if affected && definition.has_identity() && renewed.insert(index) {
                    self.revisions += 1;
                    definition.revision = self.revisions;
                    self.stamps += 1;
                    definition.stamp = self.stamps;
                    definition.loaded = false;
                    names.extend(definition.item.names.iter().cloned());
                    pending = true;
                }
            }
        }
    }

    /// Takes over what has become of the definitions in `scope`, and of the `use`s.
    pub fn adopt(&mut self, scope: &Scope, changed: &Self) {
        self.definitions.retain_mut(|definition| {
            if !scope.contains(&definition.stamp) {
                return true;
            }
            let same = |it: &&Definition| {
                it.cell == definition.cell && it.item.range == definition.item.range
            };
            match changed.definitions.iter().find(same) {
                Some(left) => *definition = left.clone(),
                None => return false,
            }
            true
        });
        self.uses = changed.uses.clone();
        self.stamps = changed.stamps;
    }

    /// Removes the definition or the `use` that an error is about, and says what it was.
    pub fn set_aside(&mut self, place: &Place) -> Option<String> {
        let Place { cell, range } = place;
        let found = self.definitions.iter().position(|definition| {
            definition.cell == *cell && definition.item.range.contains(&range.start)
        });
        if let Some(index) = found {
            return Some(self.definitions.remove(index).describe());
        }
        // A path may share its beginning with others: `use a::{b, c};`.
        let last = range.end.saturating_sub(1);
        let text = self.uses.set_aside(cell, last);
        let text = text.or_else(|| {
            let mut definitions = self.definitions.iter_mut();
            definitions.find_map(|it| Arc::make_mut(&mut it.uses).set_aside(cell, last))
        })?;
        for definition in &mut self.definitions {
            Arc::make_mut(&mut definition.uses).remove(&text);
            self.stamps += 1;
            definition.stamp = self.stamps;
        }
        Some(text)
    }

    /// Whether any item holds a loop.
    pub fn loops(&self) -> bool {
        self.definitions
            .iter()
            .any(|definition| definition.item.loops)
    }

    /// Whether a function of it may return an `impl Trait`.
    pub fn hides_types(&self) -> bool {
        self.definitions.iter().any(|it| it.item.hides_types)
    }

    /// The compiled form of these is loaded: from now on their statics are referred to, not defined.
    pub fn mark_loaded(&mut self, scope: &Scope) {
        let loaded = |it: &&mut Definition| scope.contains(&it.stamp);
        for definition in self.definitions.iter_mut().filter(loaded) {
            definition.loaded = true;
        }
    }

    /// The process that had it loaded is gone.
    pub fn mark_unloaded(&mut self) {
        self.definitions
            .iter_mut()
            .for_each(|definition| definition.loaded = false);
    }

    /// The identity of the item named `name`.
    pub fn identity(&self, name: &str) -> Option<Identity> {
        let named =
            |definition: &&Definition| definition.item.names.iter().any(|other| other == name);
        let kinds = |definition: &&Definition| definition.item.may_be_a_type();
        self.definitions
            .iter()
            .filter(named)
            .find(kinds)
            .map(Definition::module)
    }

    /// The names of all items.
    pub fn names(&self) -> impl Iterator<Item = (&str, &Definition)> {
        self.definitions.iter().flat_map(|definition| {
            definition
                .item
                .names
                .iter()
                .map(move |name| (name.as_str(), definition))
        })
    }

    /// The text of crate attributes.
    pub fn attributes(&self) -> String {
        self.attributes
            .iter()
            .map(|text| format!("{text}\n"))
            .collect()
    }
}

#[cfg(test)]
impl Notebook {
    /// A session of these cells, which are numbered from 1.
    pub fn of_cells(cells: &[&str]) -> Self {
        let mut notebook = Self::default();
        for (number, text) in (1..).zip(cells) {
            notebook.add_text(number, text);
        }
        notebook
    }

    /// Adds a cell, as [`Notebook::add`] does.
    pub fn add_text(&mut self, number: u32, text: &str) -> Change {
        let cell = CellText {
            id: crate::engine::CellId(number),
            text: text.into(),
        };
        self.add(&cell, &super::split::split(text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::split::split;
    use super::*;
    use crate::engine::CellId;
    use crate::engine::source_map::SourceFile;

    fn add(notebook: &mut Notebook, cell: u32, text: &str) -> bool {
        notebook.add_text(cell, text).compiles
    }

    fn file(notebook: &Notebook, name: &str) -> String {
        notebook
            .source()
            .get(name)
            .map(|file| file.text().trim_end().to_string())
            .unwrap_or_default()
    }

    #[test]
    fn items_keep_their_lines() {
        let notebook = Notebook::of_cells(&["let x = 1;\n  struct P;\nx"]);
        assert_eq!(file(&notebook, "In[1]"), "          \n  pub struct P;");
    }

    #[test]
    fn a_later_definition_replaces_an_earlier_one_with_the_impls_beside_it() {
        let notebook = Notebook::of_cells(&[
            "struct P; impl P { fn a() {} } fn f() {}",
            "impl P { fn b() {} }",
            "struct P(u8);",
        ]);
        assert_eq!(file(&notebook, "In[1]").trim(), "pub fn f() {}");
        assert!(file(&notebook, "In[2]").contains("pub fn b"));
        assert_eq!(notebook.identity("P").as_deref(), Some("cell3"));
    }

    #[test]
    fn the_same_cell_again_changes_nothing() {
        let mut notebook = Notebook::of_cells(&["struct P; impl P { fn a() {} }"]);
        assert!(!add(&mut notebook, 2, "struct P;\nimpl P { fn a() {} }"));
        assert_eq!(notebook.identity("P").as_deref(), Some("cell1"));
    }

    #[test]
    fn what_is_made_of_a_replaced_type_gets_a_new_identity() {
        let notebook =
            Notebook::of_cells(&["struct P;", "struct Q { p: P } struct R;", "struct P(u8);"]);
        assert_eq!(notebook.identity("Q").as_deref(), Some("cell2_1"));
        assert_eq!(notebook.identity("R").as_deref(), Some("cell2"));
    }

    #[test]
    fn what_mentions_a_changed_item_is_renewed_with_it() {
        let mut notebook = Notebook::of_cells(&[
            "fn f() {} fn g() { f() } fn h() { g() } fn i() {}",
            "struct P; impl P { fn a() {} }",
            "fn j() { P::a() }",
        ]);
        let mut renewed = |cell: u32, text: &str| {
            let cell = CellText {
                id: CellId(cell),
                text: text.into(),
            };
            let renewed = notebook.add(&cell, &split(text)).renewed;
            renewed.into_iter().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(renewed(4, "fn f() { 1; }"), "f g h");
        // Another method changes nothing for what is there.
        assert_eq!(renewed(5, "impl P { fn b() {} }"), "");
        assert_eq!(renewed(6, "impl P { fn a() { 1; } }"), "P j");
    }

    #[test]
    fn cells_of_one_number_keep_apart() {
        let mut notebook = Notebook::of_cells(&["fn f() {}"]);
        add(&mut notebook, 1, "let a = 1; fn g() {}");
        assert_eq!(file(&notebook, "In[1]"), "pub fn f() {}");
        assert_eq!(file(&notebook, "In[1]~1").trim(), "pub fn g() {}");
    }

    #[test]
    fn a_cell_of_the_same_number_and_text_is_there_once() {
        let mut notebook = Notebook::of_cells(&[]);
        for _ in 0..2 {
            add(&mut notebook, 1, "make! { struct A; } m! { static; }");
            assert_eq!(file(&notebook, "In[1]").trim(), "make! { pub struct A; }");
        }
        let twice = "const _: u8 = 1; use a::X; const _: X = 1;";
        add(&mut notebook, 2, twice);
        add(&mut notebook, 3, "use b::X;");
        add(&mut notebook, 2, twice);
        assert_eq!(file(&notebook, "In[2]").matches("u8 = 1").count(), 1);
    }

    #[test]
    fn methods_and_trait_impls_are_replaced_by_their_later_versions() {
        let notebook = Notebook::of_cells(&[
            "struct P;",
            "impl P { fn a() {} fn b() {} }\nimpl T for P {}",
            "impl P { fn a() { 1 } }\nimpl T for P { type U = u8; }",
        ]);
        let second = file(&notebook, "In[2]");
        assert!(!second.contains("fn a") && second.contains("fn b") && !second.contains("impl T"));
    }

    #[test]
    fn a_static_is_defined_once_and_then_referred_to() {
        let mut notebook = Notebook::of_cells(&[
            "static N: AtomicU8 = AtomicU8::new(1);",
            "fn f() { static M: u8 = 2; }",
        ]);
        assert!(
            file(&notebook, "In[1]")
                .contains("export_name = \"wick_cell1_N_0\")] pub static N: AtomicU8 = ")
        );
        notebook.mark_loaded(&notebook.everything());
        assert_eq!(
            file(&notebook, "In[1]"),
            "unsafe extern \"Rust\" { #[link_name = \"wick_cell1_N_0\"] pub safe static  N: AtomicU8; }"
        );
        assert!(file(&notebook, "In[2]").contains("pub fn f() { unsafe extern"));
        assert!(add(
            &mut notebook,
            3,
            "static N: AtomicU8 = AtomicU8::new(1);"
        ));
        assert!(file(&notebook, "In[3]").contains("wick_cell3_N_0"));
    }

    #[test]
    fn a_use_and_an_item_of_its_name_replace_each_other_for_later_cells() {
        let mut notebook = Notebook::of_cells(&[
            "struct Map;",
            "use std::collections::HashMap as Map; fn f(map: Map) {}",
        ]);
        assert!(text_of_uses(&notebook).contains("as Map"));
        add(&mut notebook, 3, "struct Map(u8);");
        assert!(!text_of_uses(&notebook).contains("Map"));
        let root = file(&notebook, "notebook.rs");
        assert!(root.contains("pub use self::cell3::Map"));
        let of_second_cell = root.find("pub mod cell2").unwrap()..root.find("In[2]").unwrap();
        assert!(root[of_second_cell].contains("HashMap as Map"), "{root}");
    }

    #[test]
    fn the_same_item_under_another_use_is_another_item() {
        let mut notebook = Notebook::of_cells(&["fn f() -> Result { Ok(()) }"]);
        assert!(add(
            &mut notebook,
            2,
            "use std::fmt::Result; fn f() -> Result { Ok(()) }"
        ));
        assert!(!add(
            &mut notebook,
            3,
            "use std::io::Read; fn f() -> Result { Ok(()) }"
        ));
    }

    fn text_of_uses(notebook: &Notebook) -> String {
        let mut file = SourceFile::new("uses", None);
        notebook.uses.push_named(&mut file);
        file.text().to_string()
    }
}
