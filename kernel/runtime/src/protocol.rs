//! The messages between kernel and runtime.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where the runtime keeps one variable. Given out by the kernel, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SlotId(pub u64);

/// A snapshot of the runtime. Given out by the kernel, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SnapshotId(pub u64);

/// What the kernel asks of the runtime.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Request {
    /// The first message: frames on stdout carry this token from now on.
    Hello {
        /// 32 characters that nobody can guess.
        token: String,
    },
    /// How many bytes of memory the process may have from now on; `None` for no limit. Not answered.
    MemoryLimit(Option<u64>),
    /// Forks a snapshot. Answered with [`Response::Snapshotted`], for which nobody has to wait.
    Snapshot(SnapshotId),
    /// Ends snapshots that are not needed any more. Not answered.
    Discard(Vec<SnapshotId>),
    /// Ends the process and the snapshots after this one, which takes over ([`Response::Promoted`]).
    GoBack(SnapshotId),
    /// Loads shared libraries whose symbols all later cells see.
    Load(Vec<PathBuf>),
    /// Runs a compiled cell.
    Run(Run),
    /// Drops values.
    Drop(Drop),
    /// The answer to the last [`Frame::Ask`]; `None` where there is nobody to ask. Not answered.
    Input(Option<String>),
    /// A client's message on a comm.
    Comm(Comm),
    /// The same, also while a cell runs: a thread of its own handles it. [`Comm::run`] only tells these messages apart; the
    /// answer is [`Frame::Handled`].
    Aside(Comm),
    /// Asks the run of this number to stop; nothing happens where it has ended. Not answered.
    Interrupt(u64),
    /// Ends the process, because the run of this number did not listen, and has it tell where it was. Likewise.
    Stop(u64),
}

impl Request {
    /// The number of the run that this begins: what runs code of cells, and so can be interrupted.
    pub fn run(&self) -> Option<u64> {
        match self {
            Self::Run(Run { run, .. })
            | Self::Drop(Drop { run, .. })
            | Self::Comm(Comm { run, .. }) => Some(*run),
            _ => None,
        }
    }
}

/// A compiled cell and the variables it works with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// Counts what a session runs, from 1.
    pub run: u64,
    /// Its execution count, for places in tracebacks.
    pub cell: u32,
    /// The shared library that holds [`ENTRY`].
    pub library: PathBuf,
    /// Earlier variables it uses, in the order of the indices its code was generated with.
    pub takes: Vec<SlotId>,
    /// Slots for the variables it makes, likewise.
    pub keeps: Vec<SlotId>,
    /// Whether it runs inside of a tokio runtime, so that it can start tasks.
    pub tokio: bool,
}

/// Values to be dropped.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Drop {
    /// Counted together with [`Run::run`]: destructors print, and [`Frame::End`] tells when all of it has come.
    pub run: u64,
    /// Where the values are.
    pub slots: Vec<SlotId>,
}

/// The function that every compiled cell exports.
pub const ENTRY: &str = "wick_cell";

/// What the runtime answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Response {
    /// To [`Request::Hello`].
    Ready {
        /// Process id.
        pid: u32,
    },
    /// To [`Request::Load`]; the text is the dynamic linker's.
    Loaded(Result<(), String>),
    /// To [`Request::Run`].
    Finished(Finished),
    /// To [`Request::Drop`], with what there is to say of a value that panicked in its `Drop`.
    Dropped(Option<String>),
    /// To [`Request::Comm`]: how its handler ended.
    Commed(Outcome),
    /// Before the answer to [`Request::Run`], [`Request::Load`] and [`Request::Drop`]: what happens from now on
    /// happens to this request.
    Received,
    /// To [`Request::Snapshot`].
    Snapshotted(Result<Snapshotted, NoSnapshot>),
    /// To [`Request::GoBack`] for a snapshot that is not there.
    NoSuchSnapshot,
    /// Unasked: the process is gone, and its newest snapshot has taken over.
    Promoted(Promotion),
}

/// A snapshot that has taken over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Promotion {
    /// Its process id.
    pub pid: u32,
    /// Which it is.
    pub snapshot: SnapshotId,
    /// What the process before it left behind about its end.
    pub crash: Option<Crash>,
    /// Whether that one had let go of its files and lived on, until this one ended it.
    pub cut_off: bool,
}

/// A snapshot that was taken.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Snapshotted {
    /// Which.
    pub id: SnapshotId,
    /// Its process id.
    pub pid: u32,
    /// What the fork cost, in microseconds of processor time: a machine that is busy otherwise does not make it dearer.
    pub micros: u64,
}

/// Why a snapshot was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoSnapshot {
    /// The process works with a GPU, and a copy of it could not.
    Gpu,
    /// The system has no room; the text is its own.
    System(String),
}

impl std::fmt::Display for NoSnapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gpu => {
                f.write_str("CUDA is in use, and a copy of the process could not go on with it")
            }
            Self::System(why) => f.write_str(why),
        }
    }
}

/// The end of a process, told by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Crash {
    /// Whether a thread had no stack left.
    pub stack_overflow: bool,
    /// Where in people's cells, innermost first.
    pub frames: Vec<Place>,
}

/// How a cell ended, and what it left.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finished {
    /// How it ended.
    pub outcome: Outcome,
    /// Which of [`Run::keeps`] now hold a value.
    pub kept: Vec<SlotId>,
    /// Which of [`Run::takes`] no longer do: the cell moved them.
    pub gone: Vec<SlotId>,
    /// How long each part took.
    pub timing: RunTiming,
}

/// Microseconds.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct RunTiming {
    /// The dynamic linker.
    pub load: u64,
    /// The cell's own code, display included.
    pub run: u64,
    /// What it showed: making forms of values and writing them, in all threads together.
    pub display: u64,
}

/// How a cell's code ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Outcome {
    /// It reached its end.
    Ok,
    /// It panicked.
    Panicked(Panic),
    /// A `?` returned early.
    Failed(Failure),
    /// It heard an interrupt and unwound.
    Interrupted {
        /// Where it was, innermost first.
        frames: Vec<Place>,
    },
    /// Its library could not be loaded; the text is the dynamic linker's.
    NotLoaded(String),
}

/// A panic.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Panic {
    /// Its message.
    pub message: String,
    /// Where in people's cells, innermost first. Empty when nothing of theirs was on the stack.
    pub frames: Vec<Place>,
}

/// An error that `?` carried out of the cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    /// The error's type, without its path: `ParseIntError`.
    pub type_name: String,
    /// Its `Display`.
    pub message: String,
    /// The `Display` of each `source()`.
    pub causes: Vec<String>,
    /// Where the `?` stands.
    pub place: Place,
}

/// A place in a compiled file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file as rustc was told its name.
    pub file: String,
    /// The execution count of the cell whose library holds the code, for files that are named the same in
    /// every cell.
    pub cell: Option<u32>,
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters; 0 if unknown.
    pub column: u32,
}

/// What travels between the text on stdout, in order with it. On stderr only [`Frame::End`] does.
///
/// A frame is [`FRAME_START`], the session's token, `;`, the length of the payload in decimal, [`FRAME_BODY`],
/// then the payload: this enum as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Frame {
    /// `display_data`, or `update_display_data`.
    Display {
        /// The forms of what is shown, by MIME type.
        data: crate::MimeBundle,
        /// Jupyter's metadata.
        metadata: serde_json::Map<String, serde_json::Value>,
        /// The id for updates.
        display_id: Option<String>,
        /// Whether this is an update.
        update: bool,
    },
    /// The value of the cell's last expression.
    Result(crate::MimeBundle),
    /// A question to the person.
    Ask {
        /// What to show in front of the answer.
        prompt: String,
        /// Whether the answer is to be hidden.
        password: bool,
    },
    /// A message to the client's side of a comm.
    Comm(CommMessage),
    /// Something that the client is to do once it has the cell's reply.
    Payload(serde_json::Value),
    /// What the kernel itself wanted to know.
    Answer(serde_json::Value),
    /// `clear_output`.
    Clear {
        /// Only when the next output comes.
        wait: bool,
    },
    /// The [`Request::Aside`] of this number was handled.
    Handled(u64),
    /// The last of a cell on this stream.
    End {
        /// The number of the run.
        run: u64,
    },
}

/// A client's message on a comm, to be handled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Comm {
    /// Counts like [`Run::run`].
    pub run: u64,
    /// What was said.
    pub message: CommMessage,
}

/// A message on a comm, in either direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommMessage {
    /// Its place in the life of the comm.
    pub kind: CommKind,
    /// The comm.
    pub id: String,
    /// What it was opened to; only [`CommKind::Open`] has to say so.
    pub target: String,
    /// What is said.
    pub data: serde_json::Value,
    /// Binary data that goes with it: Jupyter's `buffers`.
    #[serde(default, with = "buffers", skip_serializing_if = "Vec::is_empty")]
    pub buffers: Vec<Vec<u8>>,
}

/// Bytes in JSON.
mod buffers {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(buffers: &[Vec<u8>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(buffers.iter().map(|bytes| STANDARD.encode(bytes)))
    }

    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let decode = |text: String| STANDARD.decode(text).map_err(D::Error::custom);
        texts.into_iter().map(decode).collect()
    }
}

/// The three messages of a comm's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommKind {
    /// The first.
    Open,
    /// One of many.
    Message,
    /// The last.
    Close,
}

/// How a frame starts: an operating system command in terms of ECMA-48, which terminals swallow.
pub const FRAME_START: &[u8] = b"\x1b]wick;";

/// What stands between a frame's length and its payload.
pub const FRAME_BODY: u8 = 0x07;
