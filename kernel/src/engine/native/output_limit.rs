//! A cell that prints without end neither fills the notebook nor the memory.

use super::memory::Bytes;

/// What one cell may write to one stream, unless `WICK_OUTPUT` says otherwise.
const DEFAULT: Bytes = Bytes(16 << 20);

/// The environment variable that sets it.
const VARIABLE: &str = "WICK_OUTPUT";

/// Counts the text of a cell and lets through what fits.
pub(super) struct OutputLimit {
    most: u64,
    shown: u64,
    dropped: u64,
}

impl OutputLimit {
    /// The limit that the environment asks for.
    pub fn from_environment() -> Self {
        let said = std::env::var(VARIABLE).ok();
        Self::new(said.and_then(|text| Bytes::parse(&text)).unwrap_or(DEFAULT))
    }

    fn new(most: Bytes) -> Self {
        Self {
            most: most.0,
            shown: 0,
            dropped: 0,
        }
    }

    /// The part of `text` that still fits.
    pub fn pass(&mut self, mut text: String) -> Option<String> {
        let room = (self.most - self.shown) as usize;
        let end = text.floor_char_boundary(room.min(text.len()));
        self.dropped += (text.len() - end) as u64;
        if end < text.len() {
            // Later pieces must not fill what this one left.
            self.most = self.shown + end as u64;
        }
        self.shown += end as u64;
        text.truncate(end);
        (!text.is_empty()).then_some(text)
    }

    /// The cell has ended: what is said about it, if anything was dropped.
    pub fn end_of_cell(&mut self) -> Option<String> {
        let dropped = std::mem::take(&mut self.dropped);
        let shown = std::mem::take(&mut self.shown);
        if dropped == 0 {
            return None;
        }
        *self = Self::from_environment();
        Some(format!(
            "\n… {} more were printed and not shown: a cell's output ends after {}. {VARIABLE}=64M in the kernel's environment shows more.\n",
            Bytes(dropped),
            Bytes(shown)
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_shown_and_the_rest_is_counted() {
        let mut limit = OutputLimit::new(Bytes(10));
        assert_eq!(limit.pass("12345".into()).as_deref(), Some("12345"));
        assert_eq!(limit.pass("678äöü".into()).as_deref(), Some("678ä"));
        assert_eq!(limit.pass("9".into()), None);
        let said = limit.end_of_cell().unwrap();
        assert!(
            said.contains("5 bytes more") && said.contains("after 10 bytes"),
            "{said}"
        );
        assert_eq!(limit.end_of_cell(), None);
        assert_eq!(limit.pass("next".into()).as_deref(), Some("next"));
    }
}
