//! Comms: channels between a notebook's cells and code in the browser (widgets, progress of a front end of one's own).
//!
//! Either side opens one to a *target*, a name that the other side has registered, then both send JSON.
//!
//! ```
//! use wick_runtime::comm::{self, json};
//!
//! // Called with what a client sends when it opens the comm, and with every message after that.
//! comm::register_target("echo", |comm, message| comm.send(json!({ "back": message })));
//! // Opens one from here; without a kernel nobody hears of it.
//! let comm = comm::open("plot", json!({ "kind": "line" }));
//! comm.on_message(|_, message| println!("the browser says {message}"));
//! // Bytes travel beside the JSON, as arrays of numbers do in widgets.
//! let values = [1f32, 2.].map(f32::to_le_bytes).concat();
//! comm.send_with_buffers(json!({ "buffer_paths": [["values"]] }), [values]);
//! comm.close(json!({}));
//! ```
//!
//! A client that sends through a subshell, as JupyterLab does, is heard while a cell runs: on a thread beside it, so that a
//! loop can look at what a slider's handler stores. What such a handler prints is shown by the cell.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

pub use serde_json::json;

use crate::cell;
use crate::display::emit;
use crate::protocol::{self, CommKind, CommMessage, Frame, Outcome};

type Handler = Arc<dyn Fn(&Comm, Value) + Send + Sync>;

#[derive(Default)]
struct Comms {
    targets: HashMap<String, Handler>,
    open: HashMap<String, Open>,
}

/// What an open comm does with what comes.
#[derive(Default, Clone)]
struct Open {
    message: Option<Handler>,
    close: Option<Handler>,
}

static COMMS: LazyLock<Mutex<Comms>> = LazyLock::new(Mutex::default);
static OPENED: AtomicU64 = AtomicU64::new(0);

fn comms() -> MutexGuard<'static, Comms> {
    // Handlers do not run under the lock.
    COMMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One end of a comm. Clones are the same end.
#[derive(Debug, Clone)]
pub struct Comm {
    id: String,
    target: String,
    buffers: Arc<[Vec<u8>]>,
}

impl PartialEq for Comm {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Comm {}

impl Hash for Comm {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

/// Lets clients open comms to `name`. `handler` is called with the data of each `comm_open` and, unless the comm has a
/// handler of its own by [`Comm::on_message`], with that of each message. An earlier target of the same name is
/// replaced.
pub fn register_target(name: &str, handler: impl Fn(&Comm, Value) + Send + Sync + 'static) {
    comms().targets.insert(name.to_owned(), Arc::new(handler));
}

/// Takes a target back; comms that are open stay so.
pub fn unregister_target(name: &str) {
    comms().targets.remove(name);
}

/// Opens a comm to a target that a client has registered.
pub fn open(target: &str, data: Value) -> Comm {
    open_with_buffers(target, data, [])
}

/// The same, with binary data beside the JSON.
pub fn open_with_buffers(
    target: &str,
    data: Value,
    buffers: impl IntoIterator<Item = Vec<u8>>,
) -> Comm {
    let number = OPENED.fetch_add(1, Ordering::Relaxed);
    let comm = Comm {
        id: format!("{:016x}{number:08x}", RandomState::new().hash_one(number)),
        target: target.to_owned(),
        buffers: Arc::default(),
    };
    comms().open.insert(comm.id.clone(), Open::default());
    comm.emit(CommKind::Open, data, buffers.into_iter().collect());
    comm
}

impl Comm {
    /// What names it on both sides.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The target that it was opened to.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Sends data to the client.
    pub fn send(&self, data: Value) {
        self.send_with_buffers(data, []);
    }

    /// Sends data to the client, and binary data beside it. What the buffers are is a matter of what both sides have
    /// agreed on; widgets name their places in `buffer_paths`.
    pub fn send_with_buffers(&self, data: Value, buffers: impl IntoIterator<Item = Vec<u8>>) {
        self.emit(CommKind::Message, data, buffers.into_iter().collect());
    }

    /// The binary data that came with the message that a handler was called with. There is none elsewhere.
    pub fn buffers(&self) -> &[Vec<u8>] {
        &self.buffers
    }

    /// Closes it, with a last word.
    pub fn close(&self, data: Value) {
        if comms().open.remove(&self.id).is_some() {
            self.emit(CommKind::Close, data, Vec::new());
        }
    }

    /// What to do with each message from now on.
    pub fn on_message(&self, handler: impl Fn(&Comm, Value) + Send + Sync + 'static) {
        if let Some(open) = comms().open.get_mut(&self.id) {
            open.message = Some(Arc::new(handler));
        }
    }

    /// What to do when the client closes it.
    pub fn on_close(&self, handler: impl Fn(&Comm, Value) + Send + Sync + 'static) {
        if let Some(open) = comms().open.get_mut(&self.id) {
            open.close = Some(Arc::new(handler));
        }
    }

    fn emit(&self, kind: CommKind, data: Value, buffers: Vec<Vec<u8>>) {
        emit(&Frame::Comm(CommMessage {
            kind,
            id: self.id.clone(),
            target: self.target.clone(),
            data,
            buffers,
        }));
    }
}

/// Takes a client's message; what handlers do is part of it. A comm to a target that nobody registered is closed.
pub(crate) fn receive(message: CommMessage) -> Outcome {
    let comm = Comm {
        id: message.id,
        target: message.target,
        buffers: message.buffers.into(),
    };
    let handler = {
        let mut comms = comms();
        match message.kind {
            CommKind::Open => {
                let handler = comms.targets.get(&comm.target).cloned();
                if handler.is_some() {
                    let open = Open {
                        message: handler.clone(),
                        close: None,
                    };
                    comms.open.insert(comm.id.clone(), open);
                } else {
                    drop(comms);
                    comm.emit(
                        CommKind::Close,
                        Value::Object(Default::default()),
                        Vec::new(),
                    );
                }
                handler
            }
            CommKind::Message => comms.open.get(&comm.id).and_then(|it| it.message.clone()),
            CommKind::Close => comms.open.remove(&comm.id).and_then(|it| it.close),
        }
    };
    let Some(handler) = handler else {
        return Outcome::Ok;
    };
    match catch_unwind(AssertUnwindSafe(|| handler(&comm, message.data))) {
        Ok(()) => Outcome::Ok,
        Err(payload) => cell::panicked(payload),
    }
}

/// Takes a client's message on a thread of its own, while a cell may run. What its handler prints comes among what the
/// cell prints, and a panic of it is told there, as that of any thread is.
pub(crate) fn receive_aside(comm: protocol::Comm) {
    let number = comm.run;
    let handle = move || {
        receive(comm.message);
        emit(&Frame::Handled(number));
    };
    let thread = std::thread::Builder::new().name("comm".into());
    if let Err(error) = thread.spawn(handle) {
        eprintln!("a message on a comm was not handled: {error}");
        emit(&Frame::Handled(number));
    }
}

/// Keeps what is known of comms as it is, for a fork: its copy has no thread that could let go of it.
pub(crate) fn hold() -> impl Sized {
    comms()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_target_hears_what_comes() {
        static HEARD: Mutex<Vec<Value>> = Mutex::new(Vec::new());
        register_target("test", |_, data| HEARD.lock().unwrap().push(data));
        let message = |kind, data| CommMessage {
            kind,
            id: "1".into(),
            target: "test".into(),
            data,
            buffers: Vec::new(),
        };
        receive(message(CommKind::Open, json!(1)));
        receive(message(CommKind::Message, json!(2)));
        receive(message(CommKind::Close, json!(3)));
        receive(message(CommKind::Message, json!(4)));
        assert_eq!(*HEARD.lock().unwrap(), [json!(1), json!(2)]);
    }

    #[test]
    fn a_handler_that_panics_is_told() {
        register_target("broken", |_, _| panic!("as the test said"));
        let open = CommMessage {
            kind: CommKind::Open,
            id: "2".into(),
            target: "broken".into(),
            data: Value::Null,
            buffers: Vec::new(),
        };
        assert!(matches!(receive(open), Outcome::Panicked(_)));
    }

    #[test]
    fn a_handler_sees_the_bytes_of_its_message_only() {
        static SIZES: Mutex<Vec<Vec<usize>>> = Mutex::new(Vec::new());
        register_target("bytes", |comm, _| {
            let sizes = comm.buffers().iter().map(Vec::len).collect();
            SIZES.lock().unwrap().push(sizes);
        });
        let message = |kind, buffers| CommMessage {
            kind,
            id: "3".into(),
            target: "bytes".into(),
            data: Value::Null,
            buffers,
        };
        receive(message(CommKind::Open, vec![vec![0, 255], Vec::new()]));
        receive(message(CommKind::Message, Vec::new()));
        assert_eq!(*SIZES.lock().unwrap(), [vec![2, 0], vec![]]);
    }

    #[test]
    fn bytes_survive_the_way_through_json() {
        let message = CommMessage {
            kind: CommKind::Message,
            id: "4".into(),
            target: String::new(),
            data: json!({"a": 1}),
            buffers: vec![(0..=255).collect(), Vec::new()],
        };
        let text = serde_json::to_string(&message).unwrap();
        assert_eq!(serde_json::from_str::<CommMessage>(&text).unwrap(), message);
    }
}
