//! The seam between a notebook session and what evaluates its cells.
//!
//! A session only sees [`Engine`]: it hands over a [`Cell`], receives [`Event`]s while the cell runs and a
//! [`Reply`] when it has ended. [`native`] is the engine that compiles each cell with one direct rustc run;
//! the cargo feature `evcxr` adds one over evcxr's evaluation context.

pub mod analyzer;
mod deep;
pub mod deps;
pub mod diagnostics;
#[cfg(feature = "evcxr")]
pub mod evcxr;
pub(crate) mod hex;
pub mod native;
pub mod outline;
pub mod prelude;
pub mod source_map;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
pub use wick_runtime::protocol::{CommKind, CommMessage};

/// The number a person sees in front of a cell: `In [7]`. Counts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellId(pub u32);

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.0)
    }
}

/// A cell as a person wrote it.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Its execution count.
    pub id: CellId,
    /// Its text, `:` commands included.
    pub code: Arc<str>,
    /// The text of the cell that is going to be evaluated after it, where that is known already.
    pub next: Option<String>,
}

impl Cell {
    /// A cell after which nobody knows what comes.
    pub fn new(id: CellId, code: impl Into<Arc<str>>) -> Self {
        let code = code.into();
        Self {
            id,
            code: match without_byte_order_mark(&code) {
                text if text.len() < code.len() => text.into(),
                _ => code,
            },
            next: None,
        }
    }

    /// The cell, and what the one after it is going to be.
    pub fn followed_by(mut self, next: Option<String>) -> Self {
        self.next = next.map(|next| without_byte_order_mark(&next).to_owned());
        self
    }
}

/// The text without the mark that some editors write at the start of a file, however many of them stand there. rustc takes one
/// for nothing, but only at the start, and syn leaves it out of what it counts.
pub(crate) fn without_byte_order_mark(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

/// One value in several forms, keyed by MIME type; `text/plain` is always there.
pub type MimeBundle = Map<String, Value>;

/// Which of the two output streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What `print!` writes to.
    Stdout,
    /// What `eprint!` writes to.
    Stderr,
}

/// What a running cell, or a thread that an earlier cell started, lets the outside see.
#[derive(Debug, Clone)]
pub enum Event {
    /// Text on stdout or stderr, as soon as it was written.
    Output(Stream, String),
    /// `display_data`, or `update_display_data` where `update` is set.
    Display {
        /// The forms of what is shown.
        data: MimeBundle,
        /// Jupyter's per-MIME-type metadata.
        metadata: Map<String, Value>,
        /// The id under which it can be updated later.
        display_id: Option<String>,
        /// Whether this replaces what the display id showed before.
        update: bool,
    },
    /// `clear_output`; with `wait`, only when the next output comes.
    ClearOutput {
        /// Clear lazily.
        wait: bool,
    },
    /// The cell waits for a line of text from the person; [`Interrupt::answer`] gives it.
    Ask {
        /// What stands in front of the answer.
        prompt: String,
        /// Whether the answer is to be hidden.
        password: bool,
    },
    /// A message to the clients' side of a comm.
    Comm(CommMessage),
    /// Something that the client is to do once the cell has ended (`payload`).
    Payload(Value),
    /// The value of the cell's trailing expression (`execute_result`).
    Result(MimeBundle),
}

/// An error as Jupyter shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellError {
    /// What kind: `panic`, `E0382`, `ParseIntError`.
    pub ename: String,
    /// What happened, in one line or a few.
    pub evalue: String,
    /// The coloured account with the user's own lines.
    pub traceback: Vec<String>,
}

/// How a cell ended. All of its events have been sent when this is returned.
pub type Reply = Result<(), CellError>;

/// Whether a text could be run as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// It parses.
    Complete,
    /// More lines are expected; the next would start with `indent`.
    Incomplete {
        /// Spaces to start the next line with.
        indent: String,
    },
    /// No continuation would make it parse.
    Invalid,
}

/// Candidates for what stands before the cursor.
#[derive(Debug, Clone, Default)]
pub struct Completions {
    /// Start of the text they replace, in bytes.
    pub start: usize,
    /// End of the text they replace, in bytes.
    pub end: usize,
    /// The candidates with their kinds (`function`, `instance`, `keyword`, …).
    pub items: Vec<Completion>,
}

/// One candidate.
#[derive(Debug, Clone)]
pub struct Completion {
    /// What would be inserted.
    pub text: String,
    /// Jupyter's `type` of a candidate.
    pub kind: &'static str,
    /// A signature or type, if known.
    pub signature: Option<String>,
}

/// Reaches a running cell. Works from any thread while [`Engine::evaluate`] is waiting.
pub trait Interrupt: Send + Sync {
    /// Asks the cell to stop first; what does not listen within a short grace is stopped.
    fn interrupt(&self);
    /// Answers [`Event::Ask`]; `None` where there is nobody to ask.
    fn answer(&self, text: Option<String>);
}

/// Answers while a cell runs, from what the session was when it began. Works from any task.
#[async_trait]
pub trait Aside: Send + Sync {
    /// As [`Engine::completeness`].
    fn completeness(&self, code: &str) -> Completeness;
    /// As [`Engine::complete`].
    async fn complete(&self, code: &str, cursor: usize) -> Completions;
    /// As [`Engine::inspect`]; values are not looked at, since the cell works with them.
    async fn inspect(&self, code: &str, cursor: usize) -> Option<MimeBundle>;
    /// Hands a client's message on a comm to the process in which the cell runs; a thread of its own handles it there.
    /// Returns when that is done. What the handler shows is shown by the cell.
    async fn comm(&self, message: CommMessage);
}

/// Evaluates cells. Events go to the channel that the engine was created with, also between cells (a thread
/// of an earlier cell may still print).
#[async_trait]
pub trait Engine: Send {
    /// Runs one cell to its end.
    async fn evaluate(&mut self, cell: Cell) -> Reply;
    /// Whether `code` parses as a cell.
    fn completeness(&self, code: &str) -> Completeness;
    /// What could stand at byte `cursor` of `code`.
    async fn complete(&mut self, code: &str, cursor: usize) -> Completions;
    /// What is known about the name at byte `cursor` of `code`.
    async fn inspect(&mut self, code: &str, cursor: usize) -> Option<MimeBundle>;
    /// Hands a client's message on a comm to the cell that registered its target. `id` is the last cell's.
    async fn comm(&mut self, message: CommMessage, id: CellId) -> Reply;
    /// A handle that reaches the running cell.
    fn interrupter(&self) -> Arc<dyn Interrupt>;
    /// What answers while the next cell runs; an engine that has none lets questions wait for the cell's end.
    fn aside(&self) -> Option<Arc<dyn Aside>> {
        None
    }
    /// Forgets variables and items, as a fresh start would.
    async fn reset(&mut self) -> Result<(), EngineError>;
    /// Ends every process of the session.
    async fn shutdown(&mut self);
}

/// Why an engine could not start or go on; each says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// rustc is missing or is another one than the prelude was built with.
    #[error("{0}")]
    Toolchain(String),
    /// The prelude is not installed or does not load.
    #[error("{0}")]
    Prelude(String),
    /// The operating system refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}
