//! Room on the stack for texts that nest deeply.
//!
//! A parser that descends takes stack for every level, and so do visitors and destructors of what it makes. The kernel
//! holds the session together and must not end because a cell has a hundred thousand brackets. So texts are parsed on
//! a thread whose stack is large enough for what their tokens can nest; memory is only taken where it is used.

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};

/// What one level of brackets, prefixes and the like takes at most: syn's expression parser has large frames.
const LEVEL: usize = if cfg!(debug_assertions) { 96 } else { 24 } << 10;

/// What one link of a chain (`a + b + c`, `a.b().c()`) takes: parsed in a loop, visited and dropped by recursion.
const LINK: usize = if cfg!(debug_assertions) { 12 } else { 3 } << 10;

/// What everything has.
const ROOM: usize = 4 << 20;

/// Enough for eighty thousand brackets in brackets; a larger stack might not be granted.
const MOST: usize = 2 << 30;

/// Runs `parse`, which parses `text` and nothing else, with enough stack; `None` where that would be too much.
pub(super) fn with_room<T: Send>(text: &str, parse: impl FnOnce() -> T + Send) -> Option<T> {
    let size = needed(text);
    if size > MOST {
        return None;
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(size)
            .spawn_scoped(scope, parse)
            .ok()?;
        match thread.join() {
            Ok(value) => Some(value),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Bytes of stack for a text, by its tokens.
fn needed(text: &str) -> usize {
    use TokenKind::*;
    let (mut open, mut deepest) = (0usize, 0usize);
    let (mut prefixes, mut longest) = (0usize, 0usize);
    let (mut levels, mut links) = (0usize, 0usize);
    let mut at = 0;
    for token in tokenize(text, FrontmatterAllowed::No) {
        let word = &text[at..at + token.len as usize];
        at += token.len as usize;
        let is_prefix = matches!(token.kind, Bang | And | Minus | Star | Pound | Dot);
        match token.kind {
            Whitespace | LineComment { .. } | BlockComment { .. } => continue,
            OpenParen | OpenBrace | OpenBracket => {
                open += 1;
                links += 1;
                deepest = deepest.max(open);
            }
            CloseParen | CloseBrace | CloseBracket => open = open.saturating_sub(1),
            // Types in types, assignments to assignments, closures that give closures, patterns.
            Lt | Gt | Eq | Or | Lifetime { .. } => levels += 1,
            Ident if is_nesting_keyword(word) => levels += 1,
            Ident | RawIdent | Literal { .. } | Comma | Semi => {}
            _ => links += 1,
        }
        prefixes = if is_prefix { prefixes + 1 } else { 0 };
        longest = longest.max(prefixes);
    }
    let levels = deepest + longest + levels;
    ROOM.saturating_add(levels.saturating_mul(LEVEL))
        .saturating_add(links.saturating_mul(LINK))
}

/// Words after which an expression or a pattern may follow at once, so that they can stand in a row.
fn is_nesting_keyword(word: &str) -> bool {
    matches!(
        word,
        "as" | "async"
            | "await"
            | "break"
            | "const"
            | "dyn"
            | "else"
            | "for"
            | "if"
            | "impl"
            | "let"
            | "loop"
            | "match"
            | "move"
            | "mut"
            | "raw"
            | "ref"
            | "return"
            | "static"
            | "unsafe"
            | "while"
            | "yield"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_needs_little() {
        let cell = "let a = [[-1., 2.], [3., 4.]];\n".repeat(100);
        assert!(needed(&cell) < 64 << 20);
        let data = format!("let a = [{}];", "-1.5, ".repeat(100_000));
        assert!(needed(&data) < MOST);
    }

    #[test]
    fn more_than_can_be_had_is_refused() {
        assert_eq!(with_room(&"(".repeat(1_000_000), || 1), None);
        assert_eq!(with_room("(1)", || 1), Some(1));
    }
}
