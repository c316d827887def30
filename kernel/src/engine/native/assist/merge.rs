//! What the index offers and what rust-analyzer offers, as one list.

use std::collections::{HashMap, HashSet};

use crate::engine::{Completion, Completions};

/// What stands at the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A command, a path: nothing that rust-analyzer knows of.
    NoCode,
    /// What comes after a dot or a `::`. The index goes by names there, rust-analyzer by types.
    Member,
    /// A name of its own. The index knows what a person of the session looks for.
    Name,
}

/// Candidates of both for the word that ends at the cursor, each once. `own` are the index's.
pub(super) fn merge(
    code: &str,
    mut own: Completions,
    theirs: Vec<Completion>,
    about: About,
) -> Completions {
    let word = &code[own.start..own.end];
    let mut seen = HashSet::new();
    let begins = |it: &Completion| it.text.starts_with(word) && seen.insert(it.text.clone());
    let mut theirs: Vec<Completion> = theirs.into_iter().filter(begins).collect();
    if about == About::Member && !theirs.is_empty() {
        // The index writes signatures as the documentation does.
        let mut known = signatures(own.items);
        for item in &mut theirs {
            item.signature = known.remove(&item.text).or(item.signature.take());
        }
        own.items = theirs;
    } else {
        let own_names: HashSet<String> = own.items.iter().map(|it| it.text.clone()).collect();
        let (both, new): (Vec<_>, Vec<_>) = theirs
            .into_iter()
            .partition(|it| own_names.contains(&it.text));
        let mut known = signatures(both);
        for item in &mut own.items {
            item.signature = item.signature.take().or(known.remove(&item.text));
        }
        own.items.extend(new);
    }
    own
}

fn signatures(items: Vec<Completion>) -> HashMap<String, String> {
    let with_signature = |it: Completion| Some((it.text, it.signature?));
    items.into_iter().filter_map(with_signature).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(texts: &[(&str, Option<&str>)]) -> Vec<Completion> {
        let item = |(text, signature): &(&str, Option<&str>)| Completion {
            text: (*text).into(),
            kind: "function",
            signature: signature.map(Into::into),
        };
        texts.iter().map(item).collect()
    }

    fn merged(
        about: About,
        own: &[(&str, Option<&str>)],
        theirs: &[(&str, Option<&str>)],
    ) -> String {
        let own = Completions {
            start: 2,
            end: 3,
            items: items(own),
        };
        let merged = merge("x.a", own, items(theirs), about);
        assert_eq!((merged.start, merged.end), (2, 3));
        let shown = |it: &Completion| match &it.signature {
            Some(signature) => format!("{}={signature}", it.text),
            None => it.text.clone(),
        };
        let shown: Vec<String> = merged.items.iter().map(shown).collect();
        shown.join(" ")
    }

    #[test]
    fn of_members_those_of_the_type_are_offered() {
        let own = [("a1", Some("own")), ("a9", None)];
        let theirs = [
            ("a2", Some("t")),
            ("a1", Some("t")),
            ("b", None),
            ("a2", None),
        ];
        assert_eq!(merged(About::Member, &own, &theirs), "a2=t a1=own");
        assert_eq!(merged(About::Member, &own, &[("b", None)]), "a1=own a9");
    }

    #[test]
    fn of_names_the_sessions_own_come_first() {
        let own = [("a1", None), ("a9", Some("own"))];
        let theirs = [("a2", None), ("a1", Some("t")), ("a9", Some("t"))];
        assert_eq!(merged(About::Name, &own, &theirs), "a1=t a9=own a2");
    }
}
