//! The items of a session: one crate named `notebook`, compiled again whenever a cell adds to it.
//!
//! Rust wants an `impl` in the crate of its type, and people write `impl Circle { fn bounds(&self) -> Square }`
//! in a cell after both. So all items are one crate. Each cell's items are a module of it, and a definition that
//! replaces another moves to the new cell's module: its path, and with it its `TypeId`, changes exactly when the
//! type does. What is not touched keeps its path and so its identity through every later version of the crate.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use super::item::{Edit, Item, ItemKind};
use super::split::{Leaf, Split, blank};
use crate::engine::source_map::{CellText, SourceFile, SourceMap};

/// The crate's name, as it stands in types.
pub(super) const CRATE: &str = "notebook";

/// One item of the session.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    pub cell: CellText,
    pub item: Item,
    /// Tells its module from others of the same cell number: 0, or a number of its own once it got a new identity
    /// because something it is made of was replaced.
    revision: u32,
    /// Members of an `impl` that a later `impl` has replaced.
    replaced: Vec<Range<usize>>,
    /// Whether a version of the crate that defines its statics is loaded.
    loaded: bool,
}

impl Definition {
    fn module(&self) -> String {
        match self.revision {
            0 => format!("cell{}", self.cell.id.0),
            revision => format!("cell{}_{revision}", self.cell.id.0),
        }
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
    definitions: Vec<Definition>,
    uses: Vec<Leaf>,
    attributes: Vec<String>,
    /// The last revision that was given out.
    revisions: u32,
}

impl Notebook {
    /// Whether there is nothing to compile.
    pub fn is_empty(&self) -> bool {
        self.definitions
            .iter()
            .all(|definition| definition.item.kind == ItemKind::MacroRules)
    }

    /// Takes over what a cell defines. Returns whether the crate has to be compiled again.
    pub fn add(&mut self, cell: &CellText, split: &Split) -> bool {
        for leaf in split.uses.iter().flat_map(|item| &item.leaves) {
            self.uses.retain(|earlier| {
                earlier != leaf && (leaf.name.is_none() || earlier.name != leaf.name)
            });
            self.uses.push(leaf.clone());
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
        let changed = new.iter().any(|item| item.kind != ItemKind::MacroRules);
        let mut replaced_names = BTreeSet::new();
        for item in &new {
            self.make_room(item, &mut replaced_names);
        }
        self.renew_dependents(replaced_names);
        // Cells that do not count share their number with the next one.
        let shared = |earlier: &Definition| earlier.cell.id == cell.id && earlier.cell != *cell;
        let revision = if self.definitions.iter().any(shared) {
            self.revisions += 1;
            self.revisions
        } else {
            0
        };
        for item in new {
            self.uses.retain(|leaf| {
                leaf.name
                    .as_ref()
                    .is_none_or(|name| !item.names.contains(name))
            });
            let cell = cell.clone();
            self.definitions.push(Definition {
                cell,
                item,
                revision,
                replaced: Vec::new(),
                loaded: false,
            });
        }
        changed
    }

    /// A cell that is run again with the same text changes nothing, except that its statics start anew.
    fn has_unchanged(&self, item: &Item) -> bool {
        item.kind != ItemKind::Static
            && item.kind != ItemKind::MacroCall
            && self.definitions.iter().any(|earlier| {
                earlier.replaced.is_empty()
                    && earlier.item.kind == item.kind
                    && earlier.item.tokens == item.tokens
            })
    }

    /// Removes what `item` replaces, noting the names of types that are gone.
    fn make_room(&mut self, item: &Item, replaced_names: &mut BTreeSet<String>) {
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
                earlier
                    .replaced
                    .extend(ranges.map(|(_, range)| range.clone()));
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
            if earlier.item.kind != ItemKind::Type {
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
            replaced_names.extend(earlier.item.names);
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
                let has_identity =
                    definition.item.kind == ItemKind::Type || !definition.item.statics.is_empty();
                if affected && has_identity && renewed.insert(index) {
                    self.revisions += 1;
                    definition.revision = self.revisions;
                    definition.loaded = false;
                    names.extend(definition.item.names.iter().cloned());
                    pending = true;
                }
            }
        }
    }

    /// Removes the definition that byte `offset` of `cell` belongs to.
    pub fn set_aside(&mut self, cell: &CellText, offset: usize) -> Option<Definition> {
        let index = self.definitions.iter().position(|definition| {
            definition.cell == *cell && definition.item.range.contains(&offset)
        })?;
        Some(self.definitions.remove(index))
    }

    /// Whether any item holds a loop.
    pub fn loops(&self) -> bool {
        self.definitions
            .iter()
            .any(|definition| definition.item.loops)
    }

    /// Its compiled form is loaded: from now on statics are referred to, not defined.
    pub fn mark_loaded(&mut self) {
        self.definitions
            .iter_mut()
            .for_each(|definition| definition.loaded = true);
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
        let kinds = |definition: &&Definition| definition.item.kind == ItemKind::Type;
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

    /// The text of `use`s, for the scope of a cell's statements.
    pub fn uses(&self) -> String {
        self.uses
            .iter()
            .map(|leaf| format!("#[allow(unused_imports)] {}\n", leaf.text))
            .collect()
    }

    /// The text of crate attributes.
    pub fn attributes(&self) -> String {
        self.attributes
            .iter()
            .map(|text| format!("{text}\n"))
            .collect()
    }

    /// The text of macros that stand before everything in a crate. Macros have no identity, so each crate may
    /// have its own copy.
    pub fn macros(&self, wanted: impl Fn(&Definition) -> bool) -> String {
        let macros = self
            .definitions
            .iter()
            .filter(|definition| definition.item.kind == ItemKind::MacroRules);
        let mut text = String::new();
        for definition in macros.filter(|definition| wanted(definition)) {
            let _ = writeln!(
                text,
                "#[allow(unused_macros)]\n{}",
                &definition.cell.text[definition.item.range.clone()]
            );
        }
        text
    }

    /// `use` declarations that bring every item into the scope of another crate, by name, so that they come
    /// before what the prelude's glob brings.
    pub fn imports(&self) -> String {
        let names: BTreeSet<_> = self
            .importable()
            .flat_map(|definition| definition.item.names.iter())
            .collect();
        let mut text = String::from("#[allow(unused_imports)] use ::notebook::*;\n");
        if !names.is_empty() {
            let names: Vec<_> = names.into_iter().map(String::as_str).collect();
            let _ = writeln!(
                text,
                "#[allow(unused_imports)] use ::notebook::{{{}}};",
                names.join(", ")
            );
        }
        text
    }

    fn importable(&self) -> impl Iterator<Item = &Definition> {
        let hidden = |name: &String| {
            self.uses
                .iter()
                .any(|leaf| leaf.name.as_ref() == Some(name))
        };
        self.definitions
            .iter()
            .filter(|definition| definition.item.kind != ItemKind::MacroRules)
            .filter(move |definition| !definition.item.names.iter().any(hidden))
    }

    /// The crate's source: `root.rs` and a file for each module.
    pub fn source(&self) -> SourceMap {
        let mut map = SourceMap::default();
        let mut root = SourceFile::new("notebook.rs", None);
        root.push(super::generate::LINTS_OF_ITEMS);
        root.push(&self.attributes());
        root.push("#[allow(unused_imports)] use ::wick::prelude::*;\n");
        root.push(&self.uses());
        root.push(&self.macros(|_| true));
        let mut modules: Vec<_> = self
            .definitions
            .iter()
            .filter(|d| d.item.kind != ItemKind::MacroRules)
            .map(Definition::module)
            .collect();
        modules.sort_by_key(|module| (module.len(), module.clone()));
        modules.dedup();
        for module in &modules {
            let definitions: Vec<_> = self
                .definitions
                .iter()
                .filter(|definition| {
                    definition.item.kind != ItemKind::MacroRules && definition.module() == *module
                })
                .collect();
            let file = module_file(&definitions);
            root.push(&format!(
                "pub mod {module} {{ #[allow(unused_imports)] use super::*; include!({:?}); }}\n",
                file.name()
            ));
            map.insert(file);
        }
        for definition in self.importable() {
            let module = definition.module();
            if definition.item.kind == ItemKind::MacroCall {
                root.push(&format!("#[allow(unused_imports)] pub use {module}::*;\n"));
            }
            for name in &definition.item.names {
                root.push(&format!(
                    "#[allow(unused_imports)] pub use {module}::{name};\n"
                ));
            }
        }
        map.insert(root);
        map
    }
}

/// The items of one module, each where it stands in its cell, so that lines and columns are the user's.
fn module_file(definitions: &[&Definition]) -> SourceFile {
    let cell = definitions[0].cell.clone();
    let name = match definitions[0].revision {
        0 => format!("In[{}]", cell.id.0),
        revision => format!("In[{}]~{revision}", cell.id.0),
    };
    let text = cell.text.clone();
    let mut file = SourceFile::new(name, Some(cell));
    let mut definitions = definitions.to_vec();
    definitions.sort_by_key(|definition| definition.item.range.start);
    let mut at = 0;
    for definition in definitions {
        file.push(&blank_text(&text, at..definition.item.range.start));
        at = definition.item.range.start;
        for edit in edits(definition) {
            file.push_user(at..edit.range.start);
            file.push(&edit.text);
            at = edit.range.end;
        }
        file.push_user(at..definition.item.range.end);
        at = definition.item.range.end;
    }
    file.push("\n");
    file
}

fn blank_text(text: &str, range: Range<usize>) -> String {
    let text = &text[range];
    blank(text, std::slice::from_ref(&(0..text.len())))
}

/// All changes to an item's text, in order, none inside of another.
fn edits(definition: &Definition) -> Vec<Edit> {
    let item = &definition.item;
    let text = &definition.cell.text;
    let mut whole: Vec<Edit> = Vec::new();
    for range in &definition.replaced {
        whole.push(Edit {
            range: range.clone(),
            text: blank_text(text, range.clone()),
        });
    }
    let mut edits = Vec::new();
    let mut keys = String::new();
    for (index, local) in item.statics.iter().enumerate() {
        let symbol = format!("wick_{}_{}_{index}", definition.module(), local.name);
        let (name, ty) = (&local.name, &local.ty);
        match (definition.loaded, local.thread_local) {
            (false, false) => edits.push(Edit {
                range: local.start..local.start,
                text: format!("#[unsafe(export_name = {symbol:?})] "),
            }),
            (false, true) => {
                let _ = write!(
                    keys,
                    " #[doc(hidden)] #[unsafe(export_name = {symbol:?})] pub static WICK_KEY_{name}: \
                     ::std::thread::LocalKey<{ty}> = {name};"
                );
            }
            (true, thread_local) => {
                let ty = if thread_local {
                    format!("::std::thread::LocalKey<{ty}>")
                } else {
                    ty.clone()
                };
                let safety = if local.mutable { "mut" } else { "" };
                let safe = if local.mutable { "" } else { "safe" };
                let lines = "\n".repeat(text[local.range.clone()].matches('\n').count());
                let declared = format!(
                    "unsafe extern \"Rust\" {{ #[link_name = {symbol:?}] pub {safe} static {safety} {name}: {ty}; }}{lines}"
                );
                if thread_local {
                    keys.push_str(&declared);
                } else {
                    whole.push(Edit {
                        range: local.range.clone(),
                        text: declared,
                    });
                }
            }
        }
    }
    if !keys.is_empty() {
        if definition.loaded {
            whole = vec![Edit {
                range: item.range.clone(),
                text: keys,
            }];
        } else {
            edits.push(Edit {
                range: item.range.end..item.range.end,
                text: keys,
            });
        }
    }
    // An attribute comes before the `pub` that is inserted at the same place; the sort below keeps their order.
    edits.extend(item.edits.iter().cloned());
    // What is replaced as a whole needs no other edits.
    edits.retain(|edit| {
        !whole
            .iter()
            .any(|outer| outer.range.start <= edit.range.start && edit.range.end <= outer.range.end)
    });
    edits.extend(whole);
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    edits
}

#[cfg(test)]
mod tests {
    use super::super::split::split;
    use super::*;
    use crate::engine::CellId;

    fn session(cells: &[&str]) -> Notebook {
        let mut notebook = Notebook::default();
        for (index, text) in cells.iter().enumerate() {
            add(&mut notebook, index as u32 + 1, text);
        }
        notebook
    }

    fn add(notebook: &mut Notebook, cell: u32, text: &str) -> bool {
        notebook.add(
            &CellText {
                id: CellId(cell),
                text: text.into(),
            },
            &split(text),
        )
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
        let notebook = session(&["let x = 1;\n  struct P;\nx"]);
        assert_eq!(file(&notebook, "In[1]"), "          \n  pub struct P;");
    }

    #[test]
    fn a_later_definition_replaces_an_earlier_one_with_the_impls_beside_it() {
        let notebook = session(&[
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
        let mut notebook = session(&["struct P; impl P { fn a() {} }"]);
        assert!(!add(&mut notebook, 2, "struct P;\nimpl P { fn a() {} }"));
        assert_eq!(notebook.identity("P").as_deref(), Some("cell1"));
    }

    #[test]
    fn what_is_made_of_a_replaced_type_gets_a_new_identity() {
        let notebook = session(&["struct P;", "struct Q { p: P } struct R;", "struct P(u8);"]);
        assert_eq!(notebook.identity("Q").as_deref(), Some("cell2_1"));
        assert_eq!(notebook.identity("R").as_deref(), Some("cell2"));
    }

    #[test]
    fn cells_of_one_number_keep_apart() {
        let mut notebook = session(&["fn f() {}"]);
        add(&mut notebook, 1, "let a = 1; fn g() {}");
        assert_eq!(file(&notebook, "In[1]"), "pub fn f() {}");
        assert_eq!(file(&notebook, "In[1]~1").trim(), "pub fn g() {}");
    }

    #[test]
    fn methods_and_trait_impls_are_replaced_by_their_later_versions() {
        let notebook = session(&[
            "struct P;",
            "impl P { fn a() {} fn b() {} }\nimpl T for P {}",
            "impl P { fn a() { 1 } }\nimpl T for P { type U = u8; }",
        ]);
        let second = file(&notebook, "In[2]");
        assert!(!second.contains("fn a") && second.contains("fn b") && !second.contains("impl T"));
    }

    #[test]
    fn a_static_is_defined_once_and_then_referred_to() {
        let mut notebook = session(&[
            "static N: AtomicU8 = AtomicU8::new(1);",
            "fn f() { static M: u8 = 2; }",
        ]);
        assert!(
            file(&notebook, "In[1]")
                .contains("export_name = \"wick_cell1_N_0\")] pub static N: AtomicU8 = ")
        );
        notebook.mark_loaded();
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
    fn a_use_hides_an_item_of_its_name_and_the_other_way_round() {
        let mut notebook = session(&["struct Map;", "use std::collections::HashMap as Map;"]);
        assert!(!file(&notebook, "notebook.rs").contains("pub use cell1::Map"));
        add(&mut notebook, 3, "struct Map(u8);");
        assert!(!notebook.uses().contains("Map"));
        assert!(file(&notebook, "notebook.rs").contains("pub use cell3::Map"));
    }
}
