//! What can be said of a text from its tokens alone, also where it does not parse.

use std::collections::BTreeSet;
use std::ops::Range;

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

/// A token and where it stands.
pub(super) struct Token {
    pub kind: TokenKind,
    pub range: Range<usize>,
}

/// The tokens of `text`, white space and comments included.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    let mut at = 0;
    tokenize(text, FrontmatterAllowed::No).map(move |token| {
        let range = at..at + token.len as usize;
        at = range.end;
        Token {
            kind: token.kind,
            range,
        }
    })
}

fn is_trivia(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
    )
}

/// Every identifier in `text`, those inside format strings (`"{x}"`) included. More than are really used, never
/// fewer: macros may do anything with theirs.
pub(super) fn mentions(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for token in tokens(text) {
        let text = &text[token.range];
        match token.kind {
            TokenKind::Ident => {
                names.insert(text.to_string());
            }
            TokenKind::RawIdent => {
                names.insert(text.trim_start_matches("r#").to_string());
            }
            TokenKind::Literal {
                kind: LiteralKind::Str { .. } | LiteralKind::RawStr { .. },
                ..
            } => {
                names.extend(captured(text));
            }
            _ => {}
        }
    }
    names
}

/// The names that a format string captures.
fn captured(literal: &str) -> impl Iterator<Item = String> + '_ {
    let is_name = |c: char| c == '_' || c.is_alphanumeric();
    literal
        .match_indices(['{', '$'])
        .map(move |(at, _)| {
            // `{name…`, and `{:width$}` where the name stands before the `$`.
            if literal[at..].starts_with('{') {
                literal[at + 1..]
                    .chars()
                    .take_while(|c| is_name(*c))
                    .collect::<String>()
            } else {
                let before: String = literal[..at]
                    .chars()
                    .rev()
                    .take_while(|c| is_name(*c))
                    .collect();
                before.chars().rev().collect()
            }
        })
        .filter(|name| name.starts_with(|c: char| c == '_' || c.is_alphabetic()))
}

/// How the brackets, strings and comments of a text stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// All closed.
    Closed,
    /// This many brackets, or a string or comment, are still open.
    Open(usize),
    /// A bracket is closed by another kind, or was never opened.
    Mismatched,
}

/// Looks at brackets, strings and comments.
pub(super) fn shape(text: &str) -> Shape {
    let mut open = Vec::new();
    let mut unfinished = false;
    for token in tokens(text) {
        use TokenKind::{CloseBrace, CloseBracket, CloseParen, OpenBrace, OpenBracket, OpenParen};
        match token.kind {
            OpenBrace | OpenBracket | OpenParen => open.push(token.kind),
            CloseBrace | CloseBracket | CloseParen => match (open.pop(), token.kind) {
                (Some(OpenBrace), CloseBrace)
                | (Some(OpenBracket), CloseBracket)
                | (Some(OpenParen), CloseParen) => {}
                _ => return Shape::Mismatched,
            },
            TokenKind::BlockComment {
                terminated: false, ..
            }
            | TokenKind::Literal {
                kind:
                    LiteralKind::Str { terminated: false }
                    | LiteralKind::ByteStr { terminated: false }
                    | LiteralKind::CStr { terminated: false }
                    | LiteralKind::RawStr { n_hashes: None }
                    | LiteralKind::RawByteStr { n_hashes: None }
                    | LiteralKind::RawCStr { n_hashes: None },
                ..
            } => unfinished = true,
            _ => {}
        }
    }
    if unfinished || !open.is_empty() {
        Shape::Open(open.len())
    } else {
        Shape::Closed
    }
}

/// Lines that are `:` commands, without their line ends. A command starts a line at which a statement could
/// start; a path (`::std`) is none.
pub(super) fn command_lines(text: &str) -> Vec<Range<usize>> {
    let mut commands = Vec::new();
    let mut start = 0;
    // What a command holds is not Rust, so the lexer starts again behind each one.
    while let Some(command) = next_command(text, start) {
        start = command.end;
        commands.push(command);
    }
    commands
}

fn next_command(text: &str, from: usize) -> Option<Range<usize>> {
    let mut depth = 0usize;
    // Whether a statement could start here.
    let mut fresh = true;
    let mut tokens = tokens(&text[from..]).peekable();
    while let Some(token) = tokens.next() {
        use TokenKind::{CloseBrace, CloseBracket, CloseParen, OpenBrace, OpenBracket, OpenParen};
        if is_trivia(token.kind) {
            continue;
        }
        let at = from + token.range.start;
        let line_start = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let first_of_line = text[line_start..at].trim().is_empty();
        let named = tokens.peek().is_some_and(|next| {
            next.kind == TokenKind::Ident && next.range.start == token.range.end
        });
        if token.kind == TokenKind::Colon && depth == 0 && fresh && first_of_line && named {
            let end = text[at..]
                .find('\n')
                .map_or(text.len(), |length| at + length);
            return Some(at..end);
        }
        match token.kind {
            OpenBrace | OpenBracket | OpenParen => depth += 1,
            CloseBrace | CloseBracket | CloseParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        fresh = matches!(token.kind, TokenKind::Semi | CloseBrace | CloseBracket);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(text: &str) -> Vec<&str> {
        command_lines(text)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn commands_start_lines_where_a_statement_could() {
        assert_eq!(commands(":vars"), [":vars"]);
        assert_eq!(commands("let x = 1;\n  :timing on\nx"), [":timing on"]);
        assert_eq!(
            commands(":dep a = \"1\"\n:dep b = { version = \"2\" }\nfoo()"),
            [":dep a = \"1\"", ":dep b = { version = \"2\" }"]
        );
    }

    #[test]
    fn what_only_looks_like_a_command_is_code() {
        assert!(commands("::std::process::id()").is_empty());
        assert!(commands("let s = \"\n:vars\n\";").is_empty());
        assert!(commands("struct P {\n  x\n:i32 }").is_empty());
        assert!(commands("let x\n:i32 = 1;").is_empty());
    }

    #[test]
    fn quotes_in_a_command_do_not_swallow_what_follows() {
        assert_eq!(commands(":help don't\n:vars"), [":help don't", ":vars"]);
    }

    #[test]
    fn names_in_format_strings_are_mentions() {
        let names = mentions(r#"println!("{a} {b:?} {:c$} {{d}}", e.f)"#);
        for name in ["a", "b", "c", "e", "f", "println"] {
            assert!(names.contains(name), "{name}");
        }
    }

    #[test]
    fn open_brackets_and_strings_are_seen() {
        assert_eq!(shape("fn f() {"), Shape::Open(1));
        assert_eq!(shape("let s = \"abc"), Shape::Open(0));
        assert_eq!(shape("/* "), Shape::Open(0));
        assert_eq!(shape("f(]"), Shape::Mismatched);
        assert_eq!(shape("'}'"), Shape::Closed);
    }
}
