//! The items of a session as text that another session can take over.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::item::ItemKind;
use super::notebook::{Definition, Notebook};
use super::split::blank;

/// An item on its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ItemText {
    /// The names it defines.
    names: Vec<String>,
    /// For an `impl`, the name of the type it is for.
    of_type: Option<String>,
    text: String,
}

impl ItemText {
    fn new(definition: &Definition) -> Self {
        let Definition {
            cell,
            item,
            replaced,
            ..
        } = definition;
        let of_type = match &item.kind {
            ItemKind::Impl(of) => of.type_name.clone(),
            _ => None,
        };
        Self {
            names: item.names.clone(),
            of_type,
            text: blank(&cell.text[..item.range.end], replaced)[item.range.start..].to_owned(),
        }
    }
}

impl Notebook {
    /// All items, in the order of the cells.
    pub fn item_texts(&self) -> Vec<ItemText> {
        self.definitions.iter().map(ItemText::new).collect()
    }

    /// The text of those `use`s and items that this session does not have. Where it has another one of the same name,
    /// that stays.
    pub fn lacks(&self, uses: &[String], items: &[ItemText]) -> String {
        let known: BTreeSet<&str> = self.names().map(|(name, _)| name).collect();
        let texts: BTreeSet<String> = self.item_texts().into_iter().map(|it| it.text).collect();
        let own_types: BTreeSet<&str> = items
            .iter()
            .flat_map(|item| item.names.iter().map(String::as_str))
            .collect();
        let is_new = |item: &&ItemText| match &item.of_type {
            // It came with the type, or the type is nobody's here.
            Some(ty) if own_types.contains(ty.as_str()) => !known.contains(ty.as_str()),
            _ => !item.names.iter().any(|name| known.contains(name.as_str())),
        };
        let items = items.iter().filter(is_new);
        let items = items.filter(|item| !texts.contains(&item.text));
        let mut text: Vec<&str> = items.map(|item| item.text.as_str()).collect();
        let declared = self.uses.texts();
        let uses = uses.iter().filter(|text| {
            let name = text.trim_end_matches(';').rsplit([' ', ':']).next();
            let name = name.unwrap_or_default();
            !declared.contains(text) && !self.uses.declares(name) && !known.contains(name)
        });
        text.splice(0..0, uses.map(String::as_str));
        text.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_session_gets_what_it_lacks() {
        let saved = Notebook::of_cells(&[
            "use std::fmt::Write as W;\nlet x = 1; #[derive(Debug)]\nstruct P;",
            "impl P { fn a() {} fn b() {} }\nfn f() {}",
            "impl P { fn a() { 1; } }",
        ]);
        let (uses, items) = (saved.uses.texts(), saved.item_texts());
        let text = Notebook::default().lacks(&uses, &items);
        assert!(
            text.starts_with("use std::fmt::Write as W;\n#[derive(Debug)]\nstruct P;"),
            "{text}"
        );
        assert_eq!(text.matches("fn a()").count(), 1, "{text}");
        assert!(text.contains("fn b() {}") && text.contains("fn f() {}"));
        assert_eq!(saved.lacks(&uses, &items), "");
        let other = Notebook::of_cells(&["struct P(u8);"]).lacks(&uses, &items);
        assert!(
            !other.contains('P') && other.contains("fn f() {}"),
            "{other}"
        );
    }
}
