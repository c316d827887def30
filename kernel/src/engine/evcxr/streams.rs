//! What cells print, line by line as evcxr reads it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::evcxr::EvalContextOutputs;
use crossbeam_channel::{Select, TryRecvError};
use tokio::sync::mpsc::UnboundedSender;

use crate::engine::{Event, Stream};

/// Passes lines on as events.
pub(super) struct Streams {
    outputs: EvalContextOutputs,
    events: UnboundedSender<Event>,
    /// What the running cell has written to stderr: there evcxr tells why one ended early. Locked while lines are on
    /// their way, so that who holds it and finds none knows that all have arrived.
    said: Mutex<String>,
}

impl Streams {
    /// Starts to pass lines on, until evcxr's context is dropped.
    pub fn start(outputs: EvalContextOutputs, events: UnboundedSender<Event>) -> Arc<Self> {
        let streams = Arc::new(Self {
            outputs,
            events,
            said: Mutex::default(),
        });
        let passing = streams.clone();
        std::thread::spawn(move || {
            let mut select = Select::new();
            select.recv(&passing.outputs.stdout);
            select.recv(&passing.outputs.stderr);
            loop {
                select.ready();
                if !passing.pass_on(&mut passing.said()) {
                    return;
                }
            }
        });
        streams
    }

    /// A cell begins.
    pub fn begin(&self) {
        self.said().clear();
    }

    /// A cell has ended: waits until nothing more has come for `quiet`, and returns what it wrote to stderr.
    pub async fn finish(&self, quiet: Duration) -> String {
        // stderr is a pipe that another thread of evcxr's reads; nothing tells where in it a cell ends.
        loop {
            let before = self.said().len();
            tokio::time::sleep(quiet).await;
            let mut said = self.said();
            self.pass_on(&mut said);
            if said.len() == before {
                return said.clone();
            }
        }
    }

    /// Passes on what is there; whether there can be more.
    fn pass_on(&self, said: &mut String) -> bool {
        let stdout = loop {
            match self.outputs.stdout.try_recv() {
                Ok(line) => self.send(Stream::Stdout, line),
                Err(end) => break end,
            }
        };
        while let Ok(line) = self.outputs.stderr.try_recv() {
            said.push_str(&line);
            said.push('\n');
            self.send(Stream::Stderr, line);
        }
        stdout != TryRecvError::Disconnected
    }

    fn send(&self, stream: Stream, line: String) {
        let _ = self.events.send(Event::Output(stream, line + "\n"));
    }

    fn said(&self) -> MutexGuard<'_, String> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
