//! Which of a session's items some code can come to use.
//!
//! A long session has many items, and a cell needs few of them. Compiling only those keeps the two-hundredth struct as
//! cheap as the tenth, and changes nothing for the types: each keeps its path, whatever else is in the crate.
//!
//! What code uses it has words for: the item's name, or that of something whose definition names it in turn. Two things
//! come without being named. An `impl` comes with each type and trait that its head names, and a trait with the words for
//! its members. Rather too much than too little: where something is missing all the same, rustc says so, and the cell is
//! compiled again with everything in view.

use std::collections::{BTreeMap, BTreeSet};

use super::item::ItemKind;
use super::lex;
use super::notebook::{CRATE, Definition, Notebook};

/// Definitions of a session, by their stamps.
pub(super) type Scope = BTreeSet<u64>;

/// In a session of up to so many definitions all are compiled together.
const FEW: usize = 12;

/// The definitions of so many cells are always compiled together: what was written last is what is used next.
const RECENT_CELLS: usize = 4;

impl Notebook {
    /// All definitions, macros aside, which every crate has a copy of.
    pub fn everything(&self) -> Scope {
        self.compiled().map(|it| it.stamp).collect()
    }

    /// The definitions that code with these words in it may use.
    pub fn reached(&self, words: &BTreeSet<String>) -> Scope {
        // Nobody knows what the call of a macro defines, or whether it can be compiled twice and stay one.
        let unknown = self
            .compiled()
            .any(|it| it.item.kind == ItemKind::MacroCall);
        let mut walk = Walk::new(self);
        walk.words(words);
        for text in self.uses.texts() {
            walk.words(&lex::mentions(&text));
        }
        walk.finish();
        if words.contains(CRATE) || unknown && !walk.found.is_empty() {
            return self.everything();
        }
        walk.found
    }

    /// What is compiled where `needed` is: in a short session everything, else what was defined last as well. `renewed`
    /// are the names that mean something else from now on: what mentions them has to show that it still fits.
    pub fn worth_compiling(&self, needed: &Scope, renewed: &BTreeSet<String>) -> Scope {
        let everything = self.everything();
        if everything.len() <= FEW {
            return everything;
        }
        let mut cells: Vec<_> = self.compiled().map(|it| it.cell.id).collect();
        cells.dedup();
        let recent = cells.split_off(cells.len().saturating_sub(RECENT_CELLS));
        let mut walk = Walk::new(self);
        for definition in self.compiled() {
            let mentions = |name| definition.item.mentions.contains(name);
            if needed.contains(&definition.stamp)
                || recent.contains(&definition.cell.id)
                || renewed.iter().any(mentions)
            {
                walk.add(definition);
            }
        }
        for text in self.uses.texts() {
            walk.words(&lex::mentions(&text));
        }
        walk.finish();
        walk.found
    }

    /// The same session with no other definitions than these.
    pub fn only(&self, scope: &Scope) -> Self {
        let mut restricted = self.clone();
        restricted
            .definitions
            .retain(|it| it.item.is_macro() || scope.contains(&it.stamp));
        restricted
    }

    fn compiled(&self) -> impl Iterator<Item = &Definition> {
        let is_compiled = |it: &&Definition| !it.item.is_macro();
        self.definitions.iter().filter(is_compiled)
    }
}

/// A walk from words to definitions and on to the words in those.
struct Walk<'a> {
    /// By each word that leads to it.
    by_word: BTreeMap<&'a str, Vec<&'a Definition>>,
    seen: BTreeSet<&'a str>,
    /// Definitions whose words have not been looked at.
    pending: Vec<&'a Definition>,
    found: Scope,
}

impl<'a> Walk<'a> {
    fn new(notebook: &'a Notebook) -> Self {
        let names: BTreeSet<&str> = notebook.names().map(|(name, _)| name).collect();
        let mut by_word: BTreeMap<&str, Vec<&Definition>> = BTreeMap::new();
        for definition in &notebook.definitions {
            let item = &definition.item;
            let is_ours =
                |name: &&String| names.contains(name.as_str()) || definition.uses.declares(name);
            let mut words: Vec<&String> = item.reach.iter().collect();
            if let ItemKind::Impl(of) = &item.kind {
                let ours: Vec<_> = of.head.iter().filter(is_ours).collect();
                // A head without any of ours is one that cannot be seen through.
                match ours.is_empty() {
                    true => words.extend(&of.head),
                    false => words = ours,
                }
            }
            for word in words {
                by_word.entry(word).or_default().push(definition);
            }
        }
        Self {
            by_word,
            seen: BTreeSet::new(),
            pending: Vec::new(),
            found: Scope::new(),
        }
    }

    fn words(&mut self, words: &BTreeSet<String>) {
        for word in words {
            self.word(word);
        }
    }

    fn word(&mut self, word: &str) {
        let Some((word, definitions)) = self.by_word.get_key_value(word) else {
            return;
        };
        if self.seen.insert(word) {
            for definition in definitions.clone() {
                self.add(definition);
            }
        }
    }

    fn add(&mut self, definition: &'a Definition) {
        let new = match definition.item.kind {
            // Every crate has it; only what it mentions counts.
            ItemKind::MacroRules { .. } => true,
            _ => self.found.insert(definition.stamp),
        };
        if new {
            self.pending.push(definition);
        }
    }

    fn finish(&mut self) {
        while let Some(definition) = self.pending.pop() {
            self.words(&definition.item.mentions);
            for text in definition.uses.texts() {
                self.words(&lex::mentions(&text));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is reached, each by its cell and what it is.
    fn reached(notebook: &Notebook, code: &str) -> Vec<String> {
        let scope = notebook.reached(&lex::mentions(code));
        let found = notebook.only(&scope);
        let found = found.compiled();
        found
            .map(|it| format!("{} {}", it.cell.id.0, it.describe()))
            .collect()
    }

    #[test]
    fn a_type_comes_with_what_is_said_of_it() {
        let notebook = Notebook::of_cells(&[
            "struct P { x: i32 } impl P { fn new() {} }",
            "struct Q; impl Q { fn new() {} }",
            "impl std::fmt::Display for P {}",
            "impl From<Q> for P {}",
            "fn f() -> P {} fn g() {}",
        ]);
        assert_eq!(
            reached(&notebook, "P::new()"),
            [
                "1 P",
                "1 impl P",
                "2 Q",
                "2 impl Q",
                "3 impl std :: fmt :: Display for P",
                "4 impl From < Q > for P"
            ]
        );
        assert!(reached(&notebook, "f()").contains(&"1 impl P".to_string()));
        assert_eq!(reached(&notebook, "g()"), ["5 g"]);
        assert!(reached(&notebook, "let x = Tensor::ones([2, 3]); x.sum()").is_empty());
        assert_eq!(reached(&notebook, "notebook::f").len(), 8);
    }

    #[test]
    fn methods_of_a_trait_lead_to_it() {
        let notebook = Notebook::of_cells(&[
            "trait Area { fn area(&self) -> f64; } impl Area for f64 { fn area(&self) -> f64 { 1. } }",
            "impl<T: Area> Twice for T { fn twice(&self) {} } trait Twice { fn twice(&self); }",
            "fn h() {}",
        ]);
        assert_eq!(reached(&notebook, "1.0.area()").len(), 4);
        assert_eq!(reached(&notebook, "1.0.twice()").len(), 4);
    }

    #[test]
    fn macros_and_declarations_lead_on() {
        let notebook = Notebook::of_cells(&[
            "fn f() {} enum Color { Red }",
            "macro_rules! m { () => { f() } }",
            "fn h() {}",
        ]);
        assert_eq!(reached(&notebook, "m!()"), ["1 f"]);
        let mut notebook = notebook;
        notebook.add_text(4, "use Color::*;");
        assert_eq!(reached(&notebook, "Red"), ["1 Color"]);
    }

    #[test]
    fn where_a_macro_defines_something_all_stay_together() {
        let notebook = Notebook::of_cells(&[
            "macro_rules! make { () => { fn made() {} } } make!();",
            "fn f() {}",
            "fn g() {}",
        ]);
        assert_eq!(reached(&notebook, "g()").len(), 3);
        assert!(reached(&notebook, "1 + 1").is_empty());
    }

    #[test]
    fn a_long_session_is_compiled_in_parts() {
        let cells: Vec<String> = (0..40)
            .map(|n| format!("fn f{n}() {{ f{}() }}", n / 2))
            .collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let notebook = Notebook::of_cells(&cells);
        let needed = notebook.reached(&lex::mentions("f20()"));
        // 20, 10, 5, 2, 1, 0
        assert_eq!(needed.len(), 6);
        let nothing = BTreeSet::new();
        let compiled = notebook.worth_compiling(&needed, &nothing);
        assert!(
            needed.is_subset(&compiled) && compiled.len() < 20,
            "{compiled:?}"
        );
        let renewed = BTreeSet::from(["f15".to_string()]);
        let more = notebook.worth_compiling(&needed, &renewed);
        let named = |notebook: &Notebook, scope: &Scope| -> Vec<String> {
            notebook
                .only(scope)
                .names()
                .map(|(name, _)| name.to_string())
                .collect()
        };
        let compiled = named(&notebook, &compiled);
        let more = named(&notebook, &more);
        assert!(!compiled.contains(&"f30".to_string()) && more.contains(&"f30".to_string()));
        let short = Notebook::of_cells(&cells[..5]);
        assert_eq!(
            short.worth_compiling(&Scope::new(), &nothing),
            short.everything()
        );
    }
}
