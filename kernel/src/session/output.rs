//! What a session lets the outside see.

use serde_json::{Map, Value};

use crate::engine::{CellError, CellId, CommMessage, MimeBundle, Stream};

/// Receives what becomes visible, in order.
pub type Show<'a> = dyn FnMut(Output) + Send + 'a;

/// One thing that becomes visible.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// A cell is about to run.
    Input {
        /// Its text.
        code: String,
        /// Its number.
        count: CellId,
    },
    /// Text.
    Stream {
        /// On which stream.
        name: Stream,
        /// What.
        text: String,
    },
    /// A display, or new content for an earlier one.
    Display {
        /// Its forms.
        data: MimeBundle,
        /// Jupyter's per-MIME-type metadata.
        metadata: Map<String, Value>,
        /// The id under which it can be updated.
        display_id: Option<String>,
        /// Whether it replaces what the id showed before.
        update: bool,
    },
    /// What was shown is to be removed.
    Clear {
        /// Only when the next output comes.
        wait: bool,
    },
    /// The value of the cell.
    Result {
        /// Its forms.
        data: MimeBundle,
        /// The cell's number.
        count: CellId,
    },
    /// The cell waits for a line of text; [`Interrupts::answer`](super::Interrupts::answer) gives it.
    Ask {
        /// What stands in front of the answer.
        prompt: String,
        /// Whether the answer is to be hidden.
        password: bool,
    },
    /// A message to the clients' side of a comm.
    Comm(CommMessage),
    /// Why the cell failed.
    Error(CellError),
}

impl CellError {
    /// An error of Wick's own, without lines of a person's code to point at.
    pub fn plain(ename: &str, evalue: &str) -> Self {
        Self {
            ename: ename.to_owned(),
            evalue: evalue.to_owned(),
            traceback: vec![format!("\x1b[1;31m{ename}\x1b[0m: {evalue}")],
        }
    }
}
