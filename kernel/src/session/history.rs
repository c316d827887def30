//! The cells of a session, and how clients look for them.

/// The number under which clients see this session.
pub const SESSION: i64 = 1;

/// A cell that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its execution count.
    pub line: u32,
    /// Its text.
    pub input: String,
    /// The plain text of its value, if it had one.
    pub output: Option<String>,
}

/// All cells of a session that were to be remembered, oldest first.
#[derive(Debug, Default)]
pub struct History {
    entries: Vec<Entry>,
}

impl History {
    /// Remembers a cell.
    pub fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// The last `n` cells, oldest first.
    pub fn tail(&self, n: usize) -> &[Entry] {
        &self.entries[self.entries.len().saturating_sub(n)..]
    }

    /// The cells with numbers from `start` up to, but without, `stop`; negative numbers count from the end,
    /// and no `stop` means up to the last one. `session` is 0 or [`SESSION`] for this one; there are no others.
    pub fn range(&self, session: i64, start: i64, stop: Option<i64>) -> Vec<&Entry> {
        if session != 0 && session != SESSION {
            return Vec::new();
        }
        let end = self
            .entries
            .last()
            .map_or(1, |entry| i64::from(entry.line) + 1);
        let absolute = |line: i64| if line < 0 { line + end } else { line };
        let start = absolute(start);
        let stop = stop.map_or(end, absolute);
        self.entries
            .iter()
            .filter(|entry| (start..stop).contains(&i64::from(entry.line)))
            .collect()
    }

    /// The last `n` cells (all, without `n`) whose whole text matches `pattern`, in which `*` stands for any
    /// text and `?` for any one character; with `unique`, of equal texts only the latest.
    pub fn search(&self, pattern: &str, unique: bool, n: Option<usize>) -> Vec<&Entry> {
        let pattern: Vec<char> = pattern.chars().collect();
        let mut found: Vec<&Entry> = Vec::new();
        for entry in self.entries.iter().rev() {
            if found.len() >= n.unwrap_or(usize::MAX) {
                break;
            }
            let text: Vec<char> = entry.input.chars().collect();
            let seen = || found.iter().any(|earlier| earlier.input == entry.input);
            if matches(&pattern, &text) && !(unique && seen()) {
                found.push(entry);
            }
        }
        found.reverse();
        found
    }
}

/// Whether `pattern` stands for the whole of `text`. Remembers the last `*` and lets it take one character
/// more whenever the rest does not fit.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&expected) if expected == '?' || expected == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star_p, star_t)) = star else {
                    return false;
                };
                star = Some((star_p, star_t + 1));
                p = star_p + 1;
                t = star_t + 1;
            }
        }
    }
    pattern[p..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(inputs: &[&str]) -> History {
        let mut history = History::default();
        for (line, input) in (1..).zip(inputs) {
            history.push(Entry {
                line,
                input: input.to_string(),
                output: None,
            });
        }
        history
    }

    fn lines<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<u32> {
        entries.into_iter().map(|entry| entry.line).collect()
    }

    #[test]
    fn the_tail_is_what_came_last() {
        let history = history(&["a", "b", "c"]);
        assert_eq!(lines(history.tail(2)), [2, 3]);
        assert_eq!(lines(history.tail(9)), [1, 2, 3]);
    }

    #[test]
    fn ranges_count_from_both_ends() {
        let history = history(&["a", "b", "c", "d"]);
        assert_eq!(lines(history.range(0, 2, Some(4))), [2, 3]);
        assert_eq!(lines(history.range(SESSION, 3, None)), [3, 4]);
        assert_eq!(lines(history.range(0, -2, Some(-1))), [3]);
        assert_eq!(lines(history.range(-1, 1, None)), Vec::<u32>::new());
    }

    #[test]
    fn searching_knows_wildcards() {
        let history = history(&["let a = 1;", "a", "let b = 2;", "a"]);
        assert_eq!(lines(history.search("let*", false, None)), [1, 3]);
        assert_eq!(lines(history.search("?", false, None)), [2, 4]);
        assert_eq!(lines(history.search("?", true, None)), [4]);
        assert_eq!(lines(history.search("*", false, Some(2))), [3, 4]);
        assert_eq!(lines(history.search("*=*;*", false, None)), [1, 3]);
        assert_eq!(lines(history.search("", false, None)), Vec::<u32>::new());
    }
}
