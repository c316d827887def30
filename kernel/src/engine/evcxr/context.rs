//! evcxr's evaluation context on a thread of its own: its calls block, and the process that runs the cells ends with
//! the thread that started it.

use std::any::Any;
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use ::evcxr::{CommandContext, EvalContext, EvalContextOutputs};
use tokio::sync::oneshot;

use crate::engine::EngineError;

type Job = Box<dyn FnOnce(&mut CommandContext) + Send>;

/// Where jobs for the context go.
pub(super) struct Context {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Context {
    /// Starts evcxr; what cells print comes out of the other value.
    pub async fn start() -> Result<(Self, EvalContextOutputs), EngineError> {
        let (jobs, todo) = channel::<Job>();
        let (started, outputs) = oneshot::channel();
        let work = move || {
            let (created, outputs) = match create() {
                Ok((context, outputs)) => (Some(context), Ok(outputs)),
                Err(error) => (None, Err(error)),
            };
            let (Some(mut context), Ok(())) = (created, started.send(outputs)) else {
                return;
            };
            while let Ok(job) = todo.recv() {
                job(&mut context);
            }
        };
        let thread = std::thread::Builder::new()
            .name("evcxr".to_owned())
            // rust-analyzer descends into what it reads.
            .stack_size(64 << 20)
            .spawn(work)
            .map_err(|source| EngineError::Io {
                what: "cannot start evcxr's engine".to_owned(),
                source,
            })?;
        let outputs = match outputs.await {
            Ok(outcome) => outcome.map_err(EngineError::Toolchain)?,
            Err(_) => return Err(EngineError::Toolchain(failed("while it started"))),
        };
        let context = Self {
            jobs: Some(jobs),
            thread: Some(thread),
        };
        Ok((context, outputs))
    }

    /// Has the context do something; an error where evcxr itself failed at it.
    pub async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut CommandContext) -> T + Send + 'static,
    ) -> Result<T, String> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |context| {
            let outcome = catch_unwind(AssertUnwindSafe(|| job(context)));
            let _ = answer.send(outcome.map_err(|panic| failed(&text_of(&*panic))));
        });
        let gone = || failed("and ended; restart the kernel");
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Ends the context, which removes what it keeps on disk.
    pub async fn end(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = tokio::task::spawn_blocking(|| thread.join()).await;
        }
    }
}

fn create() -> Result<(CommandContext, EvalContextOutputs), String> {
    let start = || {
        let mut runtime = Command::new(std::env::current_exe()?);
        // Its own group, so that an interrupt reaches what a cell has started too.
        runtime.process_group(0);
        EvalContext::with_subprocess_command(runtime)
    };
    let (context, outputs) =
        start().map_err(|error: ::evcxr::Error| format!("evcxr could not start: {error}"))?;
    Ok((CommandContext::with_eval_context(context), outputs))
}

fn failed(how: &str) -> String {
    format!("evcxr itself failed ({how}); the kernel \"Rust (Wick)\" does without it")
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("for a reason that it did not tell")
        .to_owned()
}
