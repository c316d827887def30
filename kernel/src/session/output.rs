//! What a session lets the outside see.

use serde_json::{Map, Value};

use crate::engine::{CellError, CellId, MimeBundle, Stream};

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
