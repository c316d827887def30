//! Many small writes become one message.

use std::time::Duration;

use tokio::time::Instant;

use crate::engine::Stream;

/// How long text may be held back. Short enough for a progress bar, long enough for a loop of `println!`.
const DELAY: Duration = Duration::from_millis(15);

/// Text beyond this is not held back.
const LIMIT: usize = 64 * 1024;

/// Text of one stream that waits to be shown.
#[derive(Debug, Default)]
pub struct StreamBuffer {
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    name: Stream,
    text: String,
    due: Instant,
}

impl StreamBuffer {
    /// Adds text; returns what must be shown now, because the stream changed or much has gathered.
    pub fn push(&mut self, name: Stream, text: String) -> Option<(Stream, String)> {
        if text.is_empty() {
            return None;
        }
        match &mut self.held {
            Some(held) if held.name == name => {
                held.text.push_str(&text);
                if held.text.len() >= LIMIT {
                    self.take()
                } else {
                    None
                }
            }
            _ => {
                let before = self.take();
                self.held = Some(Held {
                    name,
                    text,
                    due: Instant::now() + DELAY,
                });
                before
            }
        }
    }

    /// What is held back.
    pub fn take(&mut self) -> Option<(Stream, String)> {
        self.held.take().map(|held| (held.name, held.text))
    }

    /// Waits until the held text has waited long enough; for ever where there is none.
    pub async fn due(&self) {
        match &self.held {
            Some(held) => tokio::time::sleep_until(held.due).await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn text_of_one_stream_is_joined() {
        let mut buffer = StreamBuffer::default();
        assert_eq!(buffer.push(Stream::Stdout, "a".into()), None);
        assert_eq!(buffer.push(Stream::Stdout, "b".into()), None);
        let before = Instant::now();
        buffer.due().await;
        assert!(before.elapsed() >= DELAY / 2);
        assert_eq!(buffer.take(), Some((Stream::Stdout, "ab".into())));
        assert_eq!(buffer.take(), None);
    }

    #[tokio::test]
    async fn the_other_stream_keeps_its_place() {
        let mut buffer = StreamBuffer::default();
        buffer.push(Stream::Stdout, "out".into());
        assert_eq!(
            buffer.push(Stream::Stderr, "err".into()),
            Some((Stream::Stdout, "out".into()))
        );
        assert_eq!(buffer.take(), Some((Stream::Stderr, "err".into())));
    }

    #[tokio::test]
    async fn much_text_is_not_held_back() {
        let mut buffer = StreamBuffer::default();
        buffer.push(Stream::Stdout, "x".into());
        let (_, text) = buffer.push(Stream::Stdout, "y".repeat(LIMIT)).unwrap();
        assert_eq!(text.len(), LIMIT + 1);
    }
}
