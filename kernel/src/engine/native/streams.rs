//! What a session prints: the runtime's stdout and stderr, passed on as events.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use wick_runtime::protocol::Frame;

use super::evcxr::{Filter, Shown};
use super::frames::{Decoder, Piece};
use super::output_limit::OutputLimit;
use super::target::Target;
use crate::engine::{Event, MimeBundle, Stream};

/// How much of the end of a stream is remembered.
const REMEMBERED: usize = 500;

/// The end of what a stream carried: what a process says before it dies tells why.
#[derive(Clone, Default)]
pub(super) struct LastWords(Arc<Mutex<String>>);

impl LastWords {
    fn heard(&self, text: &str) {
        let mut words = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        words.push_str(text);
        let cut = words.len().saturating_sub(REMEMBERED);
        let cut = words.ceil_char_boundary(cut);
        words.drain(..cut);
    }

    /// Takes them, so that the next death has its own.
    pub fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Passes on what a stream of the runtime carries, what the kernel itself wanted to know to `answers`, what was
/// handled to `target`; the returned value is the last run that ended on it.
pub(super) fn read_stream(
    mut from: impl AsyncRead + Unpin + Send + 'static,
    stream: Stream,
    token: &str,
    events: UnboundedSender<Event>,
    last_words: LastWords,
    answers: UnboundedSender<Value>,
    target: Arc<Target>,
) -> watch::Receiver<u64> {
    let (ended, ends) = watch::channel(0u64);
    let mut decoder = Decoder::new(token);
    let mut evcxr = Filter::default();
    let mut limit = OutputLimit::from_environment();
    // What a program that knows only stdin wants to have in front of the answer.
    let mut announced = None;
    tokio::spawn(async move {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let length = match from.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(length) => length,
            };
            for piece in decoder.push(&buffer[..length]) {
                let event = match piece {
                    Piece::Text(text) => {
                        last_words.heard(&text);
                        let Some(text) = limit.pass(text) else {
                            continue;
                        };
                        for shown in evcxr.push(&text) {
                            match shown {
                                Shown::Text(text) => {
                                    let _ = events.send(Event::Output(stream, text));
                                }
                                Shown::Content(data) => {
                                    let _ = events.send(display(data));
                                }
                                Shown::Prompt(prompt, secret) => {
                                    announced = Some((prompt, secret));
                                }
                            }
                        }
                        continue;
                    }
                    Piece::Frame(Frame::End { run }) => {
                        if let Some(rest) = evcxr.finish() {
                            let _ = events.send(Event::Output(stream, rest));
                        }
                        if let Some(dropped) = limit.end_of_cell() {
                            let _ = events.send(Event::Output(stream, dropped));
                        }
                        let _ = ended.send(run);
                        continue;
                    }
                    Piece::Frame(Frame::Display {
                        data,
                        metadata,
                        display_id,
                        update,
                    }) => Event::Display {
                        data,
                        metadata,
                        display_id,
                        update,
                    },
                    Piece::Frame(Frame::Result(data)) => Event::Result(data),
                    Piece::Frame(Frame::Ask { prompt, password }) => {
                        if let Some(rest) = evcxr.finish() {
                            let _ = events.send(Event::Output(stream, rest));
                        }
                        let (prompt, password) = match announced.take() {
                            Some(announced) if prompt.is_empty() => announced,
                            _ => (prompt, password),
                        };
                        Event::Ask { prompt, password }
                    }
                    Piece::Frame(Frame::Comm(message)) => Event::Comm(message),
                    Piece::Frame(Frame::Payload(payload)) => Event::Payload(payload),
                    Piece::Frame(Frame::Answer(answer)) => {
                        let _ = answers.send(answer);
                        continue;
                    }
                    Piece::Frame(Frame::Handled(number)) => {
                        target.handled(number);
                        continue;
                    }
                    Piece::Frame(Frame::Clear { wait }) => Event::ClearOutput { wait },
                };
                if events.send(event).is_err() {
                    return;
                }
            }
        }
        if let Some(rest) = decoder.finish() {
            let _ = events.send(Event::Output(stream, rest));
        }
    });
    ends
}

fn display(data: MimeBundle) -> Event {
    Event::Display {
        data,
        metadata: Default::default(),
        display_id: None,
        update: false,
    }
}
