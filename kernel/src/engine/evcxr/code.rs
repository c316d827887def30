//! A cell as it is handed to evcxr.

use super::MARK;

/// What evcxr is to run.
pub(super) struct Code {
    /// Its text.
    pub run: String,
    /// How many lines of it stand in front of the cell's own.
    pub lines: usize,
    /// Whether it binds [`MARK`].
    pub marked: bool,
}

impl Code {
    /// Of a cell. One of commands alone stays as it is: it need not be compiled.
    pub fn new(cell: &str) -> Self {
        let is_rust = |line: &str| !line.is_empty() && !line.starts_with([':', '!']);
        let marked = cell.lines().any(|line| is_rust(line.trim()));
        Self {
            run: match marked {
                true => format!("let {MARK} = ();\n{cell}"),
                false => cell.to_owned(),
            },
            lines: usize::from(marked),
            marked,
        }
    }
}

/// Where the name at byte `cursor` ends; `None` where there is none.
pub(super) fn end_of_name(code: &str, cursor: usize) -> Option<usize> {
    let (before, after) = code.split_at_checked(cursor)?;
    let in_name = |c: char| c == '_' || c.is_alphanumeric();
    let rest = after.find(|c| !in_name(c)).unwrap_or(after.len());
    let end = cursor + rest;
    (rest > 0 || before.ends_with(in_name)).then_some(end)
}

/// What `:vars` shows, without what no person has bound.
pub(super) fn without_mark(text: &str) -> String {
    text.replace(&format!("{MARK}: ()\n"), "")
        .replace(&format!("<tr><td>{MARK}</td><td>()</td><tr>"), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_not_compiled() {
        assert!(!Code::new(":dep either = \"1\"\n\n:vars").marked);
        let code = Code::new(":dep either = \"1\"\nlet x = 1;");
        assert!(code.marked && code.run.ends_with("\nlet x = 1;"));
        assert_eq!(code.run.lines().count(), 2 + code.lines);
    }

    #[test]
    fn a_name_is_known_from_anywhere_in_it() {
        for cursor in 0..=3 {
            assert_eq!(end_of_name("abc + d", cursor), Some(3), "{cursor}");
        }
        assert_eq!(end_of_name("a + d", 2), None);
        assert_eq!(end_of_name("ä", 1), None);
    }

    #[test]
    fn the_mark_is_no_variable() {
        assert_eq!(without_mark("wick_cell_ended: ()\nx: i32\n"), "x: i32\n");
    }
}
