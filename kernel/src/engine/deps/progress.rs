//! What cargo is doing, for a line that updates.

use std::collections::HashSet;
use std::fmt;
use std::time::{Duration, Instant};

/// What cargo is doing at the moment: `Compiling regex v1.11.0 (12/34)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// `Updating`, `Downloading`, `Compiling`, `Linking`.
    pub verb: String,
    /// With what.
    pub what: String,
    /// How many crates are done, and of how many.
    pub done: Option<(usize, usize)>,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.what)?;
        match self.done {
            Some((done, all)) => write!(f, " ({done}/{all})"),
            None => Ok(()),
        }
    }
}

/// Follows what cargo writes to stderr.
#[derive(Debug)]
pub(super) struct Follower<'a> {
    /// Crates that cargo only believes to be compiled, as `regex v1.11.0`.
    hidden: &'a HashSet<String>,
    doing: Option<(String, String)>,
    done: Option<(usize, usize)>,
    /// When the counts were shown last.
    counted: Option<Instant>,
}

/// Crates that are only linked to go by faster than anyone can read.
const PAUSE: Duration = Duration::from_millis(100);

impl<'a> Follower<'a> {
    /// Says nothing about the crates in `hidden`.
    pub(super) fn new(hidden: &'a HashSet<String>) -> Self {
        Self {
            hidden,
            doing: None,
            done: None,
            counted: None,
        }
    }

    /// Takes one line (cargo's bar ends in a carriage return). Gives what to show, if that changed.
    pub(super) fn line(&mut self, line: &str) -> Option<Progress> {
        let line = line.trim();
        let (verb, rest) = line.split_once(char::is_whitespace)?;
        let rest = rest.trim();
        match verb {
            "Building" => {
                let done = counts(rest)?;
                if self.done.replace(done) == Some(done) {
                    return None;
                }
                if self.doing.as_ref().is_none_or(|it| it.0 != "Compiling") {
                    self.doing = Some(("Compiling".into(), "crates".into()));
                }
                if self.counted.is_some_and(|it| it.elapsed() < PAUSE) {
                    return None;
                }
                self.counted = Some(Instant::now());
            }
            "Compiling" => {
                // The folder that stands behind a crate of one's own says nothing here.
                let what = rest.split(" (").next().unwrap_or(rest);
                if self.hidden.contains(what) {
                    return None;
                }
                self.doing = Some((verb.into(), what.into()));
            }
            "Updating" | "Downloading" | "Blocking" | "Locking" => {
                self.doing = Some((verb.into(), rest.into()));
                self.done = None;
            }
            _ => return None,
        }
        let (verb, what) = self.doing.clone()?;
        Some(Progress {
            verb,
            what,
            done: self.done,
        })
    }
}

/// `[====>   ] 12/34: regex` → 12 and 34.
fn counts(bar: &str) -> Option<(usize, usize)> {
    let counts = bar.split_once(']')?.1.split(':').next()?;
    let (done, all) = counts.trim().split_once('/')?;
    Some((done.parse().ok()?, all.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_writes_becomes_a_line() {
        let hidden = HashSet::from(["libc v0.2.1".to_owned()]);
        let mut follower = Follower::new(&hidden);
        let mut shown = |line: &str| follower.line(line).map(|progress| progress.to_string());
        assert_eq!(
            shown("    Updating crates.io index").unwrap(),
            "Updating crates.io index"
        );
        assert_eq!(
            shown("   Compiling regex v1.11.0").unwrap(),
            "Compiling regex v1.11.0"
        );
        let bar = "    Building [=====>         ] 12/34: regex, memchr";
        assert_eq!(shown(bar).unwrap(), "Compiling regex v1.11.0 (12/34)");
        assert_eq!(shown(bar), None);
        assert_eq!(
            shown("   Compiling mine v0.1.0 (/home/me/mine)").unwrap(),
            "Compiling mine v0.1.0 (12/34)"
        );
        assert_eq!(shown("   Compiling libc v0.2.1"), None);
        assert_eq!(shown("error: no"), None);
        assert_eq!(shown(""), None);
    }
}
