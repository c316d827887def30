//! How a person sees that something is being fetched.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Is told how far a download has come.
///
/// ```
/// use wick::hub::Progress;
///
/// /// Remembers how far a download came.
/// #[derive(Default)]
/// struct Seen { bytes: u64, ended: bool }
///
/// impl Progress for Seen {
///     fn update(&mut self, received: u64, _total: Option<u64>) {
///         self.bytes = received;
///     }
///
///     fn finish(&mut self) {
///         self.ended = true;
///     }
/// }
///
/// let mut seen = Seen::default();
/// seen.update(500, Some(1000)); // A download calls these.
/// seen.finish();
/// assert!(seen.bytes == 500 && seen.ended);
/// ```
pub trait Progress {
    /// `received` of `total` bytes are here, where the server has said how many there are.
    fn update(&mut self, received: u64, total: Option<u64>);

    /// The download has ended, well or not.
    fn finish(&mut self) {}
}

/// Nobody wants to know.
impl Progress for () {
    fn update(&mut self, _received: u64, _total: Option<u64>) {}
}

/// One line on stderr, written over again a few times a second.
///
/// ```no_run
/// use wick::hub::{Hub, LineProgress};
/// let name = "resnet18-f37072fd.pth";
/// let path = Hub::torchvision()?.file(name, &mut LineProgress::new(name))?;
/// // resnet18-f37072fd.pth:  50%|███████████████               | 23.4 MB/46.8 MB [11.7 MB/s]
/// # Ok::<(), wick::hub::HubError>(())
/// ```
pub struct LineProgress {
    label: String,
    begun: Instant,
    shown: Option<Instant>,
}

impl LineProgress {
    const PAUSE: Duration = Duration::from_millis(200);
    const WIDTH: u64 = 30;

    /// A line that begins with `label`.
    pub fn new(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            begun: Instant::now(),
            shown: None,
        }
    }

    fn line(&self, received: u64, total: Option<u64>, elapsed: Duration) -> String {
        let mut line = format!("{}: ", self.label);
        if let Some(total) = total.filter(|&total| total > 0) {
            let done = |of: u64| {
                (received.min(total) as u128 * u128::from(of) / u128::from(total)) as usize
            };
            let (full, width) = (done(Self::WIDTH), Self::WIDTH as usize);
            // Writing to a String cannot fail.
            let _ = write!(
                line,
                "{:3}%|{}{}| ",
                done(100),
                "█".repeat(full),
                " ".repeat(width - full)
            );
        }
        line.push_str(&megabytes(received));
        if let Some(total) = total {
            line.push('/');
            line.push_str(&megabytes(total));
        }
        let speed = received as f64 / elapsed.as_secs_f64().max(1e-3);
        let _ = write!(line, " [{}/s]", megabytes(speed as u64));
        line
    }
}

impl Progress for LineProgress {
    fn update(&mut self, received: u64, total: Option<u64>) {
        let complete = total == Some(received);
        if complete
            || self
                .shown
                .is_none_or(|shown| shown.elapsed() >= Self::PAUSE)
        {
            self.shown = Some(Instant::now());
            eprint!("\r{}", self.line(received, total, self.begun.elapsed()));
        }
    }

    fn finish(&mut self) {
        if self.shown.take().is_some() {
            eprintln!();
        }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_of_how_much() {
        let progress = LineProgress::new("resnet18-f37072fd.pth");
        let line = progress.line(23_400_000, Some(46_800_000), Duration::from_secs(2));
        assert_eq!(
            line,
            "resnet18-f37072fd.pth:  50%|███████████████               | 23.4 MB/46.8 MB [11.7 MB/s]"
        );
        let line = progress.line(500_000, None, Duration::from_secs(1));
        assert_eq!(line, "resnet18-f37072fd.pth: 0.5 MB [0.5 MB/s]");
    }

    #[test]
    fn an_empty_file_is_complete() {
        assert!(
            LineProgress::new("x")
                .line(0, Some(0), Duration::ZERO)
                .starts_with("x: 0.0 MB/0.0 MB")
        );
    }
}
