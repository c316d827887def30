//! The engine over [`evcxr::CommandContext`](::evcxr::CommandContext): for platforms where the native one does not run,
//! and to compare the two on the same notebook.
//!
//! It evaluates, shows, completes, asks and interrupts. What the native engine has and this one does not:
//!
//! * the prelude is no part of a session; `:dep wick = { path = "…/prelude" }` builds it, which takes minutes,
//! * commands are evcxr's (`:help`), so there is no `:undo`, `:checkpoint`, `:save-state` or `:memory`,
//! * an interrupt and a crash cost all variables, and so does redefining their types,
//! * displays come when the cell has ended, one of each MIME type; there are no updates, no comms, no `stdin` but by
//!   the crate `evcxr_input`,
//! * output comes line by line: what is printed without a line's end waits for one,
//! * a cell takes seconds where dependencies are large: cargo and rustc link all of them anew.
//!
//! Where evcxr's own kernel answers `ok` after a panic or a `?` that returned, this engine says that the cell failed.

mod code;
mod context;
mod errors;
mod streams;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::{Map, Value};
use tokio::sync::mpsc::UnboundedSender;

use self::code::Code;
use self::context::Context;
use self::streams::Streams;
use super::{
    Cell, CellError, CellId, CommKind, CommMessage, Completeness, Completion, Completions, Engine,
    EngineError, Event, Interrupt, MimeBundle, Reply, Stream,
};

/// How long the text of a failed cell may stay away before it counts as all.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// The same for a cell that went well.
const LAST_LINES: Duration = Duration::from_millis(5);

/// What every cell but those of commands gets in front, to know whether it came to its end: what a cell binds is only
/// kept where neither a panic nor a `?` has ended it early.
const MARK: &str = "wick_cell_ended";

/// See the module.
pub struct EvcxrEngine {
    context: Context,
    streams: Arc<Streams>,
    control: Arc<Control>,
    events: UnboundedSender<Event>,
}

impl EvcxrEngine {
    /// Starts a session. Takes some seconds: evcxr evaluates a first cell of its own.
    ///
    /// # Errors
    /// Where there is no cargo or rustc, or they do not compile.
    pub async fn start(events: UnboundedSender<Event>) -> Result<Self, EngineError> {
        let (context, outputs) = Context::start().await?;
        let streams = Streams::start(outputs, events.clone());
        let process = context
            .ask(|evcxr| {
                // What is wrong in a person's configuration is no reason not to start.
                let _ = evcxr.execute(":load_config --quiet");
                evcxr.process_handle()
            })
            .await
            .map_err(EngineError::Toolchain)?;
        Ok(Self {
            context,
            streams,
            control: Arc::new(Control {
                process,
                asked: AtomicBool::new(false),
                answers: Mutex::new(None),
            }),
            events,
        })
    }

    fn send(&self, event: Event) {
        // Nobody listens any more when the session is being closed.
        let _ = self.events.send(event);
    }

    /// What a person reads where an interrupt has ended the process.
    async fn interrupted(&self, died: bool) -> CellError {
        if !died {
            // The process was ended when the cell was done with it.
            let _ = self
                .context
                .ask(|evcxr| evcxr.execute(":restart").map(drop))
                .await;
        }
        CellError::plain(
            "Interrupted",
            "the cell was interrupted, which evcxr's engine can only do by ending its process: all variables are gone, \
             items are kept (the kernel \"Rust (Wick)\" keeps variables)",
        )
    }

    fn show(&self, contents: MimeBundle) {
        // evcxr tells no value from what the cell displayed; a value always has a text.
        if contents.contains_key("text/plain") {
            return self.send(Event::Result(contents));
        }
        self.send(Event::Display {
            data: contents,
            metadata: Map::new(),
            display_id: None,
            update: false,
        });
    }
}

#[async_trait]
impl Engine for EvcxrEngine {
    async fn evaluate(&mut self, cell: Cell) -> Reply {
        let text = cell.code[..].to_owned();
        let code = Code::new(&text);
        let run = code.run.clone();
        let marked = code.marked;
        self.streams.begin();
        let (control, events) = (self.control.clone(), self.events.clone());
        let ran = self
            .context
            .ask(move |evcxr| {
                let mut callbacks = ::evcxr::EvalCallbacks {
                    input_reader: &|request| {
                        control.ask(&events, request.prompt, request.is_password)
                    },
                };
                let outcome = evcxr.execute_with_callbacks(&run, &mut callbacks);
                let ended = !marked || evcxr.variables_and_types().any(|(name, _)| name == MARK);
                (outcome, ended)
            })
            .await;
        let (outcome, ended) = ran.map_err(|failure| CellError::plain("EngineFailed", &failure))?;
        let asked = self.control.asked.swap(false, Ordering::SeqCst);
        let went_well = outcome.is_ok() && ended && !asked;
        let said = self
            .streams
            .finish(if went_well { LAST_LINES } else { LAST_WORDS })
            .await;
        if asked {
            let died = matches!(outcome, Err(::evcxr::Error::SubprocessTerminated(_)));
            return Err(self.interrupted(died).await);
        }
        let outputs = outcome.map_err(|error| errors::of(&error, cell.id, &text, code.lines))?;
        if !ended {
            return Err(errors::of_early_end(&said));
        }
        let contents = bundle(outputs.content_by_mime_type);
        if !contents.is_empty() {
            self.show(contents);
        }
        if let Some(took) = outputs.timing {
            let text = format!("Took {} ms\n", took.as_millis());
            self.send(Event::Output(Stream::Stdout, text));
        }
        Ok(())
    }

    fn completeness(&self, code: &str) -> Completeness {
        super::native::completeness(code)
    }

    async fn complete(&mut self, code: &str, cursor: usize) -> Completions {
        let nothing = Completions {
            start: cursor,
            end: cursor,
            items: Vec::new(),
        };
        let code = code.to_owned();
        let found = self
            .context
            .ask(move |evcxr| evcxr.completions(&code, cursor))
            .await;
        match found {
            Ok(Ok(found)) => Completions {
                start: found.start_offset,
                end: found.end_offset,
                items: found
                    .completions
                    .into_iter()
                    .filter(|it| it.code != MARK)
                    .map(|it| Completion {
                        signature: (it.label != it.code).then_some(it.label),
                        text: it.code,
                        kind: it.kind,
                    })
                    .collect(),
            },
            Ok(Err(error)) => {
                tracing::warn!("evcxr completes nothing: {error}");
                nothing
            }
            Err(failure) => {
                tracing::warn!("{failure}");
                nothing
            }
        }
    }

    async fn inspect(&mut self, code: &str, cursor: usize) -> Option<MimeBundle> {
        let end = code::end_of_name(code, cursor)?;
        let code = code[..end].to_owned();
        let found = self
            .context
            .ask(move |evcxr| evcxr.hover_at(&code, code.len()))
            .await;
        let (plain, html) = found.ok()?.ok()?;
        if plain.is_empty() || plain == "No documentation found" {
            return None;
        }
        Some(MimeBundle::from_iter([
            ("text/plain".to_owned(), plain.into()),
            ("text/html".to_owned(), html.into()),
        ]))
    }

    async fn comm(&mut self, message: CommMessage, _: CellId) -> Reply {
        // Cells cannot register targets here: what is opened is closed, as the protocol asks.
        if message.kind == CommKind::Open {
            self.send(Event::Comm(CommMessage {
                kind: CommKind::Close,
                ..message
            }));
        }
        Ok(())
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        self.control.asked.store(false, Ordering::SeqCst);
        self.control.clone()
    }

    async fn reset(&mut self) -> Result<(), EngineError> {
        let cleared = self.context.ask(|evcxr| evcxr.execute(":clear")).await;
        match cleared {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(EngineError::Toolchain(error.to_string())),
            Err(failure) => Err(EngineError::Toolchain(failure)),
        }
    }

    async fn shutdown(&mut self) {
        self.control.end_process();
        self.context.end().await;
    }
}

/// What a cell showed, by MIME type; JSON as what it says.
fn bundle(contents: std::collections::HashMap<String, String>) -> MimeBundle {
    let value = |mime: &str, text: String| match serde_json::from_str(&text) {
        Ok(value) if mime.ends_with("json") => value,
        _ => Value::String(code::without_mark(&text)),
    };
    contents
        .into_iter()
        .map(|(mime, text)| {
            let value = value(&mime, text);
            (mime, value)
        })
        .collect()
}

/// Reaches the process that runs the cells.
struct Control {
    process: Arc<Mutex<std::process::Child>>,
    /// Whether the running cell was asked to stop.
    asked: AtomicBool,
    /// Where an answer to the cell's question goes.
    answers: Mutex<Option<Sender<Option<String>>>>,
}

impl Control {
    /// Asks the person, and waits; the answer is empty where there is nobody to ask.
    fn ask(&self, events: &UnboundedSender<Event>, prompt: String, password: bool) -> String {
        let (sender, answer) = channel();
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        if events.send(Event::Ask { prompt, password }).is_err() {
            return String::new();
        }
        answer.recv().ok().flatten().unwrap_or_default()
    }

    /// Ends the process with all that it has started; evcxr starts another for the next cell.
    fn end_process(&self) {
        let mut process = self.process.lock().unwrap_or_else(PoisonError::into_inner);
        // As long as nobody has waited for it, its number is no other's.
        if let Ok(None) = process.try_wait() {
            let group = Pid::from_raw(process.id() as i32);
            if killpg(group, Signal::SIGKILL).is_err() {
                let _ = process.kill();
            }
        }
    }
}

impl Interrupt for Control {
    fn interrupt(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.answer(None);
        self.end_process();
    }

    fn answer(&self, text: Option<String>) {
        let waiting = self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(waiting) = waiting {
            let _ = waiting.send(text);
        }
    }
}
