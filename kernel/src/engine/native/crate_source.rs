//! The text of the crate that holds a session's items.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use super::generate::LINTS_OF_ITEMS;
use super::item::{Edit, ItemKind, Made, Static};
use super::item_macros::ItemMacros;
use super::notebook::{Definition, Notebook};
use super::split::blank;
use super::uses::Uses;
use crate::engine::source_map::{SourceFile, SourceMap};

impl Notebook {
    /// The text of macros that stand before everything in a crate. Macros have no identity, so each crate may
    /// have its own copy.
    pub fn macros(&self, wanted: impl Fn(&Definition) -> bool) -> String {
        let macros = self
            .definitions
            .iter()
            .filter(|definition| definition.item.is_macro());
        let mut text = String::new();
        for definition in macros.filter(|definition| wanted(definition)) {
            let _ = writeln!(
                text,
                "#[allow(unused_macros)]\n{}",
                self.macro_text(definition)
            );
        }
        text
    }

    /// A macro as it was written; where it makes items of the session, these are public.
    fn macro_text(&self, definition: &Definition) -> String {
        let item = &definition.item;
        let mut text = definition.cell.text[item.range.clone()].to_string();
        let makes_items = self.definitions.iter().any(|call| {
            call.item.kind == ItemKind::MacroCall
                && (item.names.iter()).all(|name| call.item.mentions.contains(name))
        });
        if makes_items {
            for edit in item.edits.iter().rev() {
                let start = item.range.start;
                text.replace_range(edit.range.start - start..edit.range.end - start, &edit.text);
            }
        }
        text
    }

    /// The macros that expand to items.
    pub fn item_macros(&self) -> ItemMacros {
        const OF_ITEMS: ItemKind = ItemKind::MacroRules { of_items: true };
        let macros = self
            .definitions
            .iter()
            .filter(|it| it.item.kind == OF_ITEMS);
        macros
            .flat_map(|definition| {
                let text = &definition.cell.text[definition.item.range.clone()];
                let names = definition.item.names.iter();
                names.map(|name| (name.clone(), text.to_string()))
            })
            .collect()
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
        self.definitions
            .iter()
            .filter(|definition| !definition.item.is_macro())
    }

    /// The crate's source: `notebook.rs` and a file for each module.
    ///
    /// A module for a cell's items takes its names from a *scope*: all items by name, and behind them what globs
    /// bring. The root is the scope with the globs of today; cells from before some glob have a module as theirs.
    pub fn source(&self) -> SourceMap {
        let mut map = SourceMap::default();
        let mut root = SourceFile::new("notebook.rs", None);
        root.push(LINTS_OF_ITEMS);
        root.push(&self.attributes());
        root.push(&self.macros(|_| true));
        self.push_scope(&mut root, &self.uses, "self");
        let mut scopes: Vec<&Uses> = Vec::new();
        for definitions in self.modules() {
            let (module, uses) = (definitions[0].module(), &*definitions[0].uses);
            let same = |scope: &&Uses| scope.globs() == uses.globs();
            let scope = if same(&&self.uses) {
                "super::*".to_string()
            } else {
                let known = scopes.iter().position(same);
                let index = known.unwrap_or_else(|| {
                    scopes.push(uses);
                    scopes.len() - 1
                });
                format!("super::wick_scope{index}::*")
            };
            let file = module_file(&definitions);
            root.push(&format!(
                "pub mod {module} {{ #[allow(unused_imports)] use {scope};\n"
            ));
            uses.push_named(&mut root);
            root.push(&format!("include!({:?}); }}\n", file.name()));
            map.insert(file);
        }
        for (index, scope) in scopes.into_iter().enumerate() {
            root.push(&format!("mod wick_scope{index} {{\n"));
            self.push_scope(&mut root, scope, "super");
            root.push("}\n");
        }
        // So that one which no longer fits is found here and not in the next cell's statements.
        root.push("mod wick_uses { #[allow(unused_imports)] use super::*;\n");
        self.uses.push_named(&mut root);
        root.push("}\n");
        map.insert(root);
        map
    }

    /// The definitions of each module, in the order of the cells.
    fn modules(&self) -> Vec<Vec<&Definition>> {
        let mut modules: BTreeMap<(usize, String), Vec<&Definition>> = BTreeMap::new();
        for definition in self.importable() {
            let module = definition.module();
            let key = (module.len(), module);
            modules.entry(key).or_default().push(definition);
        }
        modules.into_values().collect()
    }

    /// Brings every item into scope, and what globs bring. The modules are in `root`.
    fn push_scope(&self, file: &mut SourceFile, uses: &Uses, root: &str) {
        file.push("#[allow(unused_imports)] pub(crate) use ::wick::prelude::*;\n");
        uses.push_globs(file);
        for definition in self.importable() {
            let module = definition.module();
            if definition.item.kind == ItemKind::MacroCall {
                file.push(&format!(
                    "#[allow(unused_imports)] pub use {root}::{module}::*;\n"
                ));
            }
            for name in &definition.item.names {
                file.push(&format!(
                    "#[allow(unused_imports)] pub use {root}::{module}::{name};\n"
                ));
            }
        }
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
    // What stands behind the macro's call that makes the statics, or in its place.
    let mut beside = String::new();
    for (index, local) in item.statics.iter().enumerate() {
        let symbol = format!("wick_{}_{}_{index}", definition.module(), local.name);
        match (definition.loaded, local.made) {
            (false, Made::Compiled) => edits.push(Edit {
                range: local.start..local.start,
                text: format!("#[unsafe(export_name = {symbol:?})] "),
            }),
            (false, _) => beside.push_str(&exported(local, &symbol)),
            (true, made) => {
                let lines = "\n".repeat(text[local.range.clone()].matches('\n').count());
                let declared = format!("{}{lines}", referred_to(local, &symbol));
                match made {
                    Made::Compiled => whole.push(Edit {
                        range: local.range.clone(),
                        text: declared,
                    }),
                    Made::PerThread | Made::Lazily => beside.push_str(&declared),
                }
            }
        }
    }
    if !beside.is_empty() {
        if definition.loaded {
            whole = vec![Edit {
                range: item.range.clone(),
                text: beside,
            }];
        } else {
            edits.push(Edit {
                range: item.range.end..item.range.end,
                text: beside,
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

/// What a macro's static is found by, from later versions of the crate.
fn exported(of: &Static, symbol: &str) -> String {
    let Static { name, ty, .. } = of;
    let hidden = format!(" #[doc(hidden)] #[unsafe(export_name = {symbol:?})] pub");
    match of.made {
        Made::Lazily => format!("{hidden} fn wick_lazy_{name}() -> &'static {ty} {{ &{name} }} "),
        _ => format!("{hidden} static WICK_KEY_{name}: ::std::thread::LocalKey<{ty}> = {name};"),
    }
}

/// A static that an earlier version of the crate defines, which is loaded.
fn referred_to(of: &Static, symbol: &str) -> String {
    let Static { name, ty, .. } = of;
    let (safety, safe) = match of.mutable {
        true => ("mut", ""),
        false => ("", "safe"),
    };
    let ty = match of.made {
        Made::Compiled => ty.clone(),
        Made::PerThread => format!("::std::thread::LocalKey<{ty}>"),
        // As the macro makes it: a type of its own, which is a reference to the value.
        Made::Lazily => {
            return format!(
                "#[allow(non_camel_case_types)] pub struct {name} {{ _own: () }} \
                 #[allow(non_upper_case_globals)] pub static {name}: {name} = {name} {{ _own: () }}; \
                 impl ::std::ops::Deref for {name} {{ type Target = {ty}; fn deref(&self) -> &{ty} {{ \
                 unsafe extern \"Rust\" {{ #[link_name = {symbol:?}] safe fn wick_lazy() -> &'static {ty}; }} \
                 wick_lazy() }} }} "
            );
        }
    };
    format!(
        "unsafe extern \"Rust\" {{ #[link_name = {symbol:?}] pub {safe} static {safety} {name}: {ty}; }}"
    )
}
