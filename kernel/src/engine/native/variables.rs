//! The variables of a session by name.

use std::collections::BTreeMap;

use wick_runtime::protocol::SlotId;

use super::generate::Ending;
use super::notebook::Identity;
use crate::engine::CellId;

/// A variable that later cells see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub name: String,
    /// Its type, as it can be written in any cell.
    pub ty: String,
    pub mutable: bool,
    pub slot: SlotId,
    /// The cell that made it.
    pub cell: CellId,
    /// The types of the notebook that its type is made of, as they were when it was made.
    pub made_of: Vec<(String, Option<Identity>)>,
}

impl Variable {
    /// Its name as an identifier among others: `type` for `r#type`.
    pub fn word(&self) -> &str {
        self.name.trim_start_matches("r#")
    }
}

/// Why a name that was a variable is none any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Gone {
    /// A cell moved it.
    Moved(CellId),
    /// It could not outlast the cell.
    Ended(Ending, CellId),
    /// This type was defined anew.
    Redefined(String, CellId),
    /// The process that held it died.
    Lost(CellId),
    /// The cell that was to make it failed.
    Unfinished(CellId),
}

/// All variables, and what became of those that are gone.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables {
    live: BTreeMap<String, Variable>,
    gone: BTreeMap<String, Gone>,
}

impl Variables {
    /// The living, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Variable> {
        self.live.values()
    }

    /// Why `name` is gone, if it was ever there.
    pub fn why_gone(&self, name: &str) -> Option<&Gone> {
        self.gone.get(name)
    }

    /// Looks a variable up.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.live.get(name)
    }

    /// Adds a variable; the slot of one of the same name is returned to be dropped.
    pub fn insert(&mut self, variable: Variable) -> Option<SlotId> {
        self.gone.remove(&variable.name);
        let earlier = self.live.insert(variable.name.clone(), variable.clone());
        earlier
            .map(|earlier| earlier.slot)
            .filter(|slot| *slot != variable.slot)
    }

    /// Removes a variable, if there is one of this name, and remembers why there is none any more.
    pub fn remove(&mut self, name: &str, why: Gone) -> Option<SlotId> {
        self.gone.insert(name.to_string(), why);
        Some(self.live.remove(name)?.slot)
    }

    /// Remembers why a variable was not made, unless there is an earlier one of this name.
    pub fn was_not_made(&mut self, name: &str, why: Gone) {
        if !self.live.contains_key(name) {
            self.gone.insert(name.to_string(), why);
        }
    }

    /// All are gone for one reason.
    pub fn remove_all(&mut self, why: &Gone) -> Vec<String> {
        let names: Vec<_> = self.live.keys().cloned().collect();
        for name in &names {
            self.remove(name, why.clone());
        }
        names
    }
}
