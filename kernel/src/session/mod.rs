//! What a notebook session is: execution counts, history, what is shown, and the engine behind it.
//!
//! A [`Session`] knows neither ZeroMQ nor files. It takes one request at a time and hands everything that
//! becomes visible, in order, to a `show` function: the Jupyter side turns that into messages, `wick run` into
//! the outputs of a notebook file.

mod beside;
mod comms;
mod engine_slot;
pub mod history;
mod interrupts;
mod output;
#[cfg(test)]
pub(crate) mod scripted;
mod stream;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::task::JoinHandle;

pub use beside::Beside;
pub use engine_slot::{EngineHandle, StartEngine};
pub use interrupts::Interrupts;
pub use output::{Output, Show};

use crate::engine::{
    Cell, CellError, CellId, CommKind, CommMessage, Completeness, Completions, Event, MimeBundle,
    Reply, Stream,
};
use comms::Comms;
use engine_slot::EngineSlot;
use history::{Entry, History};
use stream::StreamBuffer;

/// What a client asks to be run.
#[derive(Debug, Clone, Default)]
pub struct Execute {
    /// The cell's text.
    pub code: String,
    /// Run quietly: nothing is shown, counted or remembered.
    pub silent: bool,
    /// Whether the cell counts and is remembered; a silent one never is.
    pub store_history: bool,
    /// Whether there is a person to answer what the cell asks.
    pub allow_stdin: bool,
    /// Expressions to evaluate after the cell, by the names the client chose.
    pub user_expressions: BTreeMap<String, String>,
    /// The text of the cell that is going to be run after it, where that is known already.
    pub next: Option<String>,
}

/// How it went.
#[derive(Debug)]
pub struct Executed {
    /// The number the cell was run under.
    pub count: CellId,
    /// How the cell ended.
    pub reply: Reply,
    /// Whether a person at a console wants to leave.
    pub leave: bool,
    /// What the client is to do now, as the protocol's `payload` says it.
    pub payload: Vec<Value>,
    /// The values of the user expressions; none are evaluated after an error.
    pub user_expressions: BTreeMap<String, Result<MimeBundle, CellError>>,
}

/// One notebook session.
pub struct Session {
    engine: EngineSlot,
    events: UnboundedReceiver<Event>,
    interrupts: Interrupts,
    stream: StreamBuffer,
    history: Arc<History>,
    /// The number of the next cell that counts.
    next: u32,
    /// The number of the cell that ran last: what threads print between cells belongs to it.
    last: CellId,
    /// The plain text of the running cell's value, for the history.
    result: Option<String>,
    /// Whether the running cell may ask.
    may_ask: bool,
    /// What the running cell wants its client to do.
    payload: Vec<Value>,
    comms: Comms,
}

impl Session {
    /// A session whose engine is being started in the background by `start`. A cell that comes too early
    /// waits; if `start` fails, every cell answers with its error and tries again.
    pub fn new(start: impl Into<StartEngine>) -> Self {
        Self::remembering(start, None)
    }

    /// The same, with a history that is kept in `history` for later sessions.
    pub fn remembering(start: impl Into<StartEngine>, history: Option<PathBuf>) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        Self {
            engine: EngineSlot::start(start.into(), sender),
            events,
            interrupts: Interrupts::default(),
            stream: StreamBuffer::default(),
            history: Arc::new(History::new(history)),
            next: 1,
            last: CellId(0),
            result: None,
            may_ask: false,
            payload: Vec::new(),
            comms: Comms::default(),
        }
    }

    /// What asks the running cell to stop, from anywhere.
    pub fn interrupts(&self) -> Interrupts {
        self.interrupts.clone()
    }

    /// What ends the engine, whatever this session is doing.
    pub fn engine_handle(&self) -> EngineHandle {
        self.engine.handle()
    }

    /// What can be asked while a cell runs.
    pub fn beside(&self) -> Beside {
        Beside {
            interrupts: self.interrupts.clone(),
            history: Arc::downgrade(&self.history),
            comms: self.comms.clone(),
        }
    }

    /// The cells that were run.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Runs a cell to its end. Everything it shows has been handed to `show` when this returns.
    pub async fn execute(&mut self, request: Execute, show: &mut Show<'_>) -> Executed {
        let counts = request.store_history && !request.silent;
        let count = CellId(self.next);
        let mut quiet = |_| {};
        let show: &mut Show<'_> = if request.silent { &mut quiet } else { show };

        self.flush(show);
        // Whoever sees that the cell begins may ask it to stop.
        let _running = self.interrupts.begin();
        show(Output::Input {
            code: request.code.clone(),
            count,
        });
        if request.code.trim().is_empty() {
            return Executed {
                count,
                reply: Ok(()),
                leave: false,
                payload: Vec::new(),
                user_expressions: BTreeMap::new(),
            };
        }
        if counts {
            self.next += 1;
        }
        self.last = count;
        self.result = None;
        self.may_ask = request.allow_stdin;
        self.payload.clear();

        let cell =
            Cell::new(count, request.code.as_str()).followed_by(request.next.filter(|_| counts));
        let mut reply = self.evaluate(cell, show).await;
        let leave = wants_to_leave(&request.code, &reply);
        if leave {
            reply = Ok(());
        }
        if counts {
            self.history.push(Entry {
                line: count.0,
                input: request.code,
                output: self.result.take(),
            });
        }
        let mut user_expressions = BTreeMap::new();
        match &reply {
            Err(error) => show(Output::Error(error.clone())),
            Ok(()) => {
                for (name, code) in request.user_expressions {
                    let value = self.expression(code, count, show).await;
                    user_expressions.insert(name, value);
                }
            }
        }
        Executed {
            count,
            reply,
            leave,
            payload: std::mem::take(&mut self.payload),
            user_expressions,
        }
    }

    /// Hands a client's message on a comm to the cell that registered its target. What that cell's code does is shown,
    /// its failure too.
    pub async fn comm(&mut self, message: CommMessage, show: &mut Show<'_>) {
        if !self.comms.note(&message) {
            tracing::warn!("there is no comm {}", message.id);
            return;
        }
        self.may_ask = false;
        let Some(engine) = self.engine.started().await else {
            let close = CommMessage {
                kind: CommKind::Close,
                ..message
            };
            return self.take(Event::Comm(close), show);
        };
        let last = self.last;
        let _running = self.interrupts.begin();
        let aside = engine.lock().await.aside();
        self.interrupts.busy_with(aside);
        let work = async move { engine.lock().await.comm(message, last).await };
        if let Err(error) = self.watch(work, show).await {
            show(Output::Error(error));
        }
    }

    /// The comms that are open, and their targets.
    pub fn comms(&self) -> BTreeMap<String, String> {
        self.comms.list()
    }

    /// Hands what threads of earlier cells write to `show`, for ever. May be dropped at any time: nothing is
    /// lost, the next call goes on.
    pub async fn background(&mut self, show: &mut Show<'_>) {
        loop {
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(event) => self.take(event, show),
                    None => std::future::pending().await,
                },
                () = self.stream.due() => self.flush(show),
            }
        }
    }

    /// Shows the text that was held back so far.
    pub fn flush(&mut self, show: &mut Show<'_>) {
        if let Some((name, text)) = self.stream.take() {
            show(Output::Stream { name, text });
        }
    }

    /// Whether `code` could be run as it stands; `None` where there is no engine to ask.
    pub async fn completeness(&mut self, code: &str) -> Option<Completeness> {
        let engine = self.engine.started().await?;
        let engine = engine.lock().await;
        Some(engine.completeness(code))
    }

    /// What could stand at byte `cursor` of `code`.
    pub async fn complete(&mut self, code: &str, cursor: usize) -> Completions {
        let nothing = Completions {
            start: cursor,
            end: cursor,
            items: Vec::new(),
        };
        match self.engine.started().await {
            Some(engine) => engine.lock().await.complete(code, cursor).await,
            None => nothing,
        }
    }

    /// What is known about the name at byte `cursor` of `code`.
    pub async fn inspect(&mut self, code: &str, cursor: usize) -> Option<MimeBundle> {
        let engine = self.engine.started().await?;
        let mut engine = engine.lock().await;
        engine.inspect(code, cursor).await
    }

    /// Evaluates one user expression; its value is returned, not shown.
    async fn expression(
        &mut self,
        code: String,
        id: CellId,
        show: &mut Show<'_>,
    ) -> Result<MimeBundle, CellError> {
        let mut value = None;
        let mut keep_value = |output| match output {
            Output::Result { data, .. } => value = Some(data),
            other => show(other),
        };
        self.evaluate(Cell::new(id, code), &mut keep_value).await?;
        Ok(value.unwrap_or_else(|| MimeBundle::from_iter([("text/plain".into(), "()".into())])))
    }

    async fn evaluate(&mut self, cell: Cell, show: &mut Show<'_>) -> Reply {
        let engine = tokio::select! {
            biased;
            () = self.interrupts.requested() => return Err(interrupted()),
            engine = self.engine.get() => engine.map_err(|error| error.to_cell_error())?,
        };
        {
            let engine = engine.lock().await;
            self.interrupts.reach(engine.interrupter());
            self.interrupts.busy_with(engine.aside());
        }
        let work = async move { engine.lock().await.evaluate(cell).await };
        self.watch(work, show).await
    }

    /// Waits for the engine's work and shows what comes meanwhile.
    async fn watch(
        &mut self,
        work: impl Future<Output = Reply> + Send + 'static,
        show: &mut Show<'_>,
    ) -> Reply {
        let mut running = AbortOnDrop(tokio::spawn(work));
        let reply = loop {
            tokio::select! {
                biased;
                Some(event) = self.events.recv() => self.take(event, show),
                () = self.stream.due() => self.flush(show),
                reply = &mut running.0 => break reply,
            }
        };
        while let Ok(event) = self.events.try_recv() {
            self.take(event, show);
        }
        self.flush(show);
        reply.unwrap_or_else(|failure| Err(engine_failed(failure)))
    }

    /// Shows an event, holding text back for a moment so that many small writes become one message.
    fn take(&mut self, event: Event, show: &mut Show<'_>) {
        let output = match event {
            Event::Output(name, text) => {
                if let Some((name, text)) = self.stream.push(name, text) {
                    show(Output::Stream { name, text });
                }
                return;
            }
            Event::Display {
                data,
                metadata,
                display_id,
                update,
            } => Output::Display {
                data,
                metadata,
                display_id,
                update,
            },
            Event::ClearOutput { wait } => Output::Clear { wait },
            Event::Ask { .. } if !self.may_ask => {
                self.interrupts.answer(None);
                let note = "(the cell asks for input, which the program that runs this notebook does not take)\n";
                self.flush(show);
                Output::Stream {
                    name: Stream::Stderr,
                    text: note.to_owned(),
                }
            }
            Event::Ask { prompt, password } => Output::Ask { prompt, password },
            Event::Comm(message) => {
                self.comms.note(&message);
                Output::Comm(message)
            }
            Event::Payload(payload) => {
                // Of several texts for the next cell the last one counts.
                let source = payload["source"].clone();
                if source == "set_next_input" {
                    self.payload.retain(|earlier| earlier["source"] != source);
                }
                self.payload.push(payload);
                return;
            }
            Event::Result(data) => {
                self.result = data
                    .get("text/plain")
                    .and_then(|text| Some(text.as_str()?.to_owned()));
                Output::Result {
                    data,
                    count: self.last,
                }
            }
        };
        self.flush(show);
        show(output);
    }
}

/// Whether `code` is what people type at a console to leave it, and means nothing else in this session.
fn wants_to_leave(code: &str, reply: &Reply) -> bool {
    /// rustc's code for a name that it cannot find.
    const UNKNOWN_NAME: &str = "E0425";
    let unknown = matches!(reply, Err(error) if error.ename == UNKNOWN_NAME);
    unknown && matches!(code.trim(), "exit" | "quit" | "exit()" | "quit()")
}

/// A cell that is being evaluated; nobody waits for it any more once this is dropped.
struct AbortOnDrop(JoinHandle<Reply>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The error of a cell that was interrupted before the engine could take it.
fn interrupted() -> CellError {
    CellError::plain("Interrupted", "the cell was interrupted before it began")
}

fn engine_failed(failure: tokio::task::JoinError) -> CellError {
    let reason = match failure.try_into_panic() {
        Ok(panic) => panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "unknown reason".to_owned()),
        Err(failure) => failure.to_string(),
    };
    CellError::plain(
        "InternalError",
        &format!(
            "Wick itself failed while it ran this cell: {reason}. \
             Your variables are still there if the next cell runs; otherwise restart the kernel."
        ),
    )
}

#[cfg(test)]
mod tests;
