//! Tab.

use std::path::Path;

use ra_ap_rustc_lexer::{LiteralKind, TokenKind};

use super::super::commands;
use super::super::lex::{self, tokens};
use super::merge::{About, merge};
use super::receiver::written;
use super::{KEYWORDS, Known, word_before};
use crate::engine::prelude::docs::Entry;
use crate::engine::{Completion, Completions};

/// Commands whose argument is the path of a file.
const FILE_COMMANDS: [&str; 2] = ["load", "save"];

/// Candidates, each name once.
struct Found<'a> {
    word: &'a str,
    items: Vec<Completion>,
}

impl Found<'_> {
    fn add(&mut self, text: &str, kind: &'static str, signature: Option<String>) {
        if text.starts_with(self.word) && !self.items.iter().any(|item| item.text == text) {
            self.items.push(Completion {
                text: text.to_owned(),
                kind,
                signature,
            });
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let kind = match entry.kind.as_str() {
            "class" => "class",
            "interface" => "interface",
            "module" => "module",
            "property" => "property",
            "enum" => "enum",
            "instance" => "instance",
            _ => "function",
        };
        let name = match entry.signature.strip_suffix("!(…)") {
            Some(name) if !name.contains(' ') => format!("{name}!"),
            _ => entry.name.clone(),
        };
        self.add(&name, kind, Some(entry.signature.clone()));
    }
}

impl Known {
    /// What the index has, and rust-analyzer, if it answers in time.
    pub(in super::super) async fn completions(&self, code: &str, cursor: usize) -> Completions {
        let (own, about) = self.indexed(code, cursor);
        if about == About::NoCode {
            return own;
        }
        match self.ask_analyzer(code, cursor).await {
            Some(theirs) => merge(code, own, theirs, about),
            None => own,
        }
    }

    /// What the index has.
    fn indexed(&self, code: &str, cursor: usize) -> (Completions, About) {
        let cursor = code.floor_char_boundary(cursor.min(code.len()));
        let line_start = code[..cursor].rfind('\n').map_or(0, |at| at + 1);
        let line = &code[line_start..cursor];
        if let Some(command) = line.trim_start().strip_prefix(':')
            && lex::command_lines(code)
                .iter()
                .any(|it| it.contains(&line_start) || it.contains(&(cursor - 1)))
        {
            match command.split_once(char::is_whitespace) {
                None => {
                    let mut found = Found {
                        word: command,
                        items: Vec::new(),
                    };
                    for name in commands::names() {
                        let usage = commands::usage(name);
                        found.add(
                            name,
                            "keyword",
                            usage.map(|(usage, help)| format!("{usage}  {help}")),
                        );
                    }
                    return (completed(cursor, found), About::NoCode);
                }
                Some((name, rest)) if FILE_COMMANDS.contains(&name) => {
                    let typed = rest.trim_start().trim_start_matches('"');
                    return (self.paths(typed, cursor), About::NoCode);
                }
                Some(("doc", rest)) if !rest.contains("::") => {
                    let mut found = Found {
                        word: rest.trim_start(),
                        items: Vec::new(),
                    };
                    for entry in self.docs().into_iter().flat_map(|docs| docs.entries()) {
                        found.add(&entry.path(), "text", Some(entry.signature.clone()));
                    }
                    return (completed(cursor, found), About::NoCode);
                }
                Some(_) => {}
            }
        }
        if let Some(path) = path_in_string(code, cursor) {
            return (self.paths(path, cursor), About::NoCode);
        }
        let (start, word) = word_before(code, cursor);
        let mut found = Found {
            word,
            items: Vec::new(),
        };
        let before = code[..start].trim_end();
        let about = if before.ends_with('.') && !before.ends_with("..") {
            self.after_dot(&before[..before.len() - 1], &mut found);
            About::Member
        } else if let Some(path) = before.strip_suffix("::") {
            self.after_path(path, &mut found);
            About::Member
        } else {
            self.names(code, start, &mut found);
            About::Name
        };
        (completed(cursor, found), about)
    }

    fn after_dot(&self, receiver: &str, found: &mut Found<'_>) {
        let Some(ty) = self.type_before(receiver) else {
            return;
        };
        for (of, field, field_type) in self.fields().filter(|(of, ..)| *of == ty) {
            found.add(
                &field,
                "property",
                Some(format!("{of}.{field}: {field_type}")),
            );
        }
        for (_, signature) in self.functions().filter(|(of, _)| of.as_ref() == Some(&ty)) {
            if signature.receiver().is_some() {
                found.add(
                    &signature.ident.to_string(),
                    "function",
                    Some(written(&signature)),
                );
            }
        }
        if let Some(docs) = self.docs() {
            let members = docs.members(&ty).filter(|entry| entry.method);
            let (twins, plain): (Vec<_>, Vec<_>) =
                members.partition(|it| it.name.starts_with("try_"));
            plain
                .into_iter()
                .chain(twins)
                .for_each(|entry| found.entry(entry));
        }
    }

    fn after_path(&self, path: &str, found: &mut Found<'_>) {
        let (_, of) = word_before(path, path.len());
        for (_, variant) in self.variants().filter(|(ty, _)| ty == of) {
            found.add(&variant, "enum", Some(format!("{of}::{variant}")));
        }
        for (_, signature) in self.functions().filter(|(ty, _)| ty.as_deref() == Some(of)) {
            found.add(
                &signature.ident.to_string(),
                "function",
                Some(written(&signature)),
            );
        }
        let of = if of == "wick" { "" } else { of };
        if let Some(docs) = self.docs() {
            docs.members(of).for_each(|entry| found.entry(entry));
        }
    }

    fn names(&self, code: &str, start: usize, found: &mut Found<'_>) {
        for name in bound_in(&code[..start]) {
            found.add(&name, "instance", None);
        }
        for variable in self.variables.iter() {
            let ty = self.readable_type(&variable.ty);
            found.add(&variable.name, "instance", Some(ty));
        }
        let functions: Vec<_> = self.functions().filter(|(of, _)| of.is_none()).collect();
        for (name, definition) in self.notebook.names() {
            match functions.iter().find(|(_, it)| it.ident == name) {
                Some((_, signature)) => found.add(name, "function", Some(written(signature))),
                None => found.add(name, "class", Some(definition.describe())),
            }
        }
        if let Some(docs) = self.docs() {
            docs.prelude().for_each(|entry| found.entry(entry));
        }
        for (name, _) in self.toolchain.externs.iter() {
            found.add(name, "module", Some(format!("crate {name}")));
        }
        for keyword in KEYWORDS {
            found.add(keyword, "keyword", None);
        }
        for name in [
            "println!",
            "print!",
            "eprintln!",
            "format!",
            "vec!",
            "assert!",
            "assert_eq!",
            "panic!",
            "dbg!",
        ] {
            found.add(name, "function", None);
        }
        for name in [
            "Vec", "String", "Option", "Result", "Box", "Some", "None", "Ok", "Err",
        ] {
            found.add(name, "class", None);
        }
    }

    /// Files whose path begins with `typed`.
    fn paths(&self, typed: &str, cursor: usize) -> Completions {
        let (folder, name) = match typed.rsplit_once('/') {
            Some((folder, name)) => (format!("{folder}/"), name),
            None => (String::new(), typed),
        };
        let here = self.folder();
        let looked_at = match (folder.strip_prefix("~/"), std::env::home_dir()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => here.join(Path::new(&folder)),
        };
        let mut found = Found {
            word: name,
            items: Vec::new(),
        };
        let mut entries: Vec<_> = std::fs::read_dir(looked_at)
            .into_iter()
            .flatten()
            .flatten()
            .collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let file = entry.file_name().to_string_lossy().into_owned();
            // Hidden files are offered to those who ask for them.
            if file.starts_with('.') && !name.starts_with('.') {
                continue;
            }
            match entry.path().is_dir() {
                true => found.add(&format!("{file}/"), "path", None),
                false => found.add(&file, "path", None),
            }
        }
        completed(cursor, found)
    }
}

fn completed(cursor: usize, found: Found<'_>) -> Completions {
    Completions {
        start: cursor - found.word.len(),
        end: cursor,
        items: found.items,
    }
}

/// What stands in the string literal around the cursor, up to the cursor; `None` outside of strings.
fn path_in_string(code: &str, cursor: usize) -> Option<&str> {
    let token =
        tokens(code).find(|token| token.range.start < cursor && cursor <= token.range.end)?;
    let TokenKind::Literal { kind, .. } = token.kind else {
        return None;
    };
    let terminated = match kind {
        LiteralKind::Str { terminated } => terminated,
        LiteralKind::RawStr { n_hashes } => n_hashes.is_some(),
        _ => return None,
    };
    if terminated && cursor == token.range.end {
        return None;
    }
    let text = &code[token.range.start..cursor];
    let text = text.trim_start_matches(['r', '#']).strip_prefix('"')?;
    (!text.contains(['{', '\n'])).then_some(text)
}

/// What is read from the text around a cursor.
pub(super) fn look_around(code: &str, cursor: usize) {
    path_in_string(code, cursor);
    bound_in(&code[..cursor]);
}

/// The names that `let`s of this text bind.
fn bound_in(code: &str) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        text.split(|c| !super::is_word(c))
            .filter(|word| {
                !word.is_empty()
                    && *word != "mut"
                    && !word.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
            })
            .map(ToOwned::to_owned)
            .collect()
    };
    let after_let = code.split("let ").skip(1);
    let patterns = after_let.filter_map(|rest| rest.split(['=', ';', ':']).next());
    patterns.flat_map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_what_stands_in_quotes() {
        let code = "read(\"data/im\")";
        assert_eq!(path_in_string(code, 13), Some("data/im"));
        assert_eq!(path_in_string(code, 14), None);
        assert_eq!(path_in_string("load(\"da", 8), Some("da"));
        assert_eq!(path_in_string("x.da", 4), None);
        assert_eq!(path_in_string("println!(\"{x", 12), None);
    }

    #[test]
    fn names_bound_in_the_cell_are_known() {
        assert_eq!(
            bound_in("let (a, mut b) = f();\nlet c: u8 = "),
            ["a", "b", "c"]
        );
    }
}
