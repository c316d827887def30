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
//! comm.close(json!({}));
//! ```

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

pub use serde_json::json;

use crate::cell;
use crate::display::emit;
use crate::protocol::{CommKind, CommMessage, Frame, Outcome};

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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Comm {
    id: String,
    target: String,
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
    let number = OPENED.fetch_add(1, Ordering::Relaxed);
    let comm = Comm {
        id: format!("{:016x}{number:08x}", RandomState::new().hash_one(number)),
        target: target.to_owned(),
    };
    comms().open.insert(comm.id.clone(), Open::default());
    comm.emit(CommKind::Open, data);
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
        self.emit(CommKind::Message, data);
    }

    /// Closes it, with a last word.
    pub fn close(&self, data: Value) {
        if comms().open.remove(&self.id).is_some() {
            self.emit(CommKind::Close, data);
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

    fn emit(&self, kind: CommKind, data: Value) {
        emit(&Frame::Comm(CommMessage {
            kind,
            id: self.id.clone(),
            target: self.target.clone(),
            data,
        }));
    }
}

/// Takes a client's message; what handlers do is part of it. A comm to a target that nobody registered is closed.
pub(crate) fn receive(message: CommMessage) -> Outcome {
    let comm = Comm {
        id: message.id,
        target: message.target,
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
                    comm.emit(CommKind::Close, Value::Object(Default::default()));
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
        };
        assert!(matches!(receive(open), Outcome::Panicked(_)));
    }
}
