//! How much memory the process of a session may take, so that a cell that takes all of it ends before the machine does.

use std::fmt;

/// A number of bytes, as people write and read it: `500M`, `4 GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bytes(pub u64);

impl Bytes {
    /// Reads `4G`, `4 GiB`, `500mb` or a plain number.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = text[digits.len()..].to_ascii_lowercase();
        let number: f64 = digits.trim().parse().ok()?;
        let shift = match unit.trim_end_matches('b').trim_end_matches('i') {
            "" => 0,
            "k" => 10,
            "m" => 20,
            "g" => 30,
            "t" => 40,
            _ => return None,
        };
        let bytes = number * (1u64 << shift) as f64;
        (bytes >= 1.0 && bytes < u64::MAX as f64).then_some(Self(bytes as u64))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0 as f64;
        let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
        match units.iter().find(|(_, shift)| self.0 >> shift > 0) {
            Some((unit, shift)) => write!(f, "{:.1} {unit}", bytes / f64::from(1u32 << shift)),
            None if self.0 == 1 => f.write_str("1 byte"),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

/// The environment variable that sets the limit.
pub(super) const VARIABLE: &str = "WICK_MEMORY";

/// What a session may take unless told otherwise: `WICK_MEMORY`, else four fifths of what the machine, or the
/// container around the kernel, has.
pub(super) fn default_limit() -> Option<Bytes> {
    let said = std::env::var(VARIABLE).ok();
    match said.as_deref().map(str::trim) {
        Some("off") => return None,
        Some(said) => {
            if let Some(limit) = Bytes::parse(said) {
                return Some(limit);
            }
            tracing::warn!("{VARIABLE}={said} is no number of bytes such as 4G, nor `off`");
        }
        None => {}
    }
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let container = container.and_then(|text| text.trim().parse().ok());
    let total = meminfo().and_then(|text| line(&text, "MemTotal"));
    let most = [total, container].into_iter().flatten().min()?;
    Some(Bytes(most / 5 * 4))
}

/// Whether the machine is so short of memory that what is only kept in case should go.
pub(super) fn is_short() -> bool {
    let Some(text) = meminfo() else { return false };
    let (total, available) = (line(&text, "MemTotal"), line(&text, "MemAvailable"));
    matches!((total, available), (Some(total), Some(available)) if available < total / 7)
}

fn meminfo() -> Option<String> {
    std::fs::read_to_string("/proc/meminfo").ok()
}

/// A line of `/proc/meminfo`, in bytes.
fn line(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes << 10)
}

/// What a process holds for itself alone, which ends with it.
pub(super) fn private(pid: u32) -> Option<Bytes> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let lines = text.lines().filter(|line| line.starts_with("Private_"));
    let kilobytes = lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    Some(Bytes(kilobytes.sum::<u64>() << 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(Bytes::parse("4G"), Some(Bytes(4 << 30)));
        assert_eq!(Bytes::parse(" 1.5 GiB"), Some(Bytes(3 << 29)));
        assert_eq!(Bytes::parse("500mb"), Some(Bytes(500 << 20)));
        assert_eq!(Bytes::parse("4096"), Some(Bytes(4096)));
        for wrong in ["", "G", "-1G", "4X", "much", "1e300G", "0"] {
            assert_eq!(Bytes::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_are_shown_in_the_largest_unit() {
        assert_eq!(Bytes(3 << 29).to_string(), "1.5 GiB");
        assert_eq!(Bytes(12).to_string(), "12 bytes");
    }

    #[test]
    fn this_machine_has_memory() {
        let text = meminfo().unwrap();
        assert!(line(&text, "MemTotal").unwrap() > line(&text, "MemAvailable").unwrap());
        assert!(private(std::process::id()).unwrap() > Bytes(0));
    }
}
