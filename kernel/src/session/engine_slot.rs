//! The engine while it starts, once it runs, and where it could not.

use std::pin::Pin;
use std::sync::{Arc, Mutex as StdMutex};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

use crate::engine::{CellError, Engine, EngineError, Event};

type SharedEngine = Arc<Mutex<Box<dyn Engine>>>;
type Started = Result<Box<dyn Engine>, EngineError>;

/// How long an engine may take to end its processes.
const SHUTDOWN: Duration = Duration::from_secs(2);

/// How an engine is started; called again after it failed.
#[derive(Clone)]
pub struct StartEngine(Arc<dyn Fn(UnboundedSender<Event>) -> Starting + Send + Sync>);

type Starting = Pin<Box<dyn Future<Output = Started> + Send>>;

impl<F, S> From<F> for StartEngine
where
    F: Fn(UnboundedSender<Event>) -> S + Send + Sync + 'static,
    S: Future<Output = Started> + Send + 'static,
{
    fn from(start: F) -> Self {
        Self(Arc::new(move |events| Box::pin(start(events))))
    }
}

/// The place where a session's engine is, or is about to be.
pub(super) struct EngineSlot {
    start: StartEngine,
    events: UnboundedSender<Event>,
    state: State,
    handle: EngineHandle,
}

enum State {
    Starting(JoinHandle<Started>),
    Ready(SharedEngine),
    Failed,
}

/// Ends the engine of a session, from anywhere.
#[derive(Clone, Default)]
pub struct EngineHandle(Arc<StdMutex<Option<SharedEngine>>>);

impl EngineHandle {
    /// Ends every process of the engine. A cell that still runs must have been dropped before.
    pub async fn shutdown(&self) {
        let engine = self
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
            .take();
        let Some(engine) = engine else { return };
        let end = async { engine.lock().await.shutdown().await };
        if tokio::time::timeout(SHUTDOWN, end).await.is_err() {
            tracing::warn!("the engine did not end within {SHUTDOWN:?}");
        }
    }
}

impl EngineSlot {
    /// Begins to start an engine.
    pub fn start(start: StartEngine, events: UnboundedSender<Event>) -> Self {
        let state = State::Starting(spawn(&start, &events));
        Self {
            start,
            events,
            state,
            handle: EngineHandle::default(),
        }
    }

    pub fn handle(&self) -> EngineHandle {
        self.handle.clone()
    }

    /// Waits for the engine; where it could not start, tries once more. May be dropped while it waits.
    pub async fn get(&mut self) -> Result<SharedEngine, EngineError> {
        if let State::Failed = self.state {
            self.state = State::Starting(spawn(&self.start, &self.events));
        }
        self.wait().await
    }

    /// Waits for the engine; `None` where it could not start.
    pub async fn started(&mut self) -> Option<SharedEngine> {
        match self.state {
            State::Failed => None,
            _ => self.wait().await.ok(),
        }
    }

    async fn wait(&mut self) -> Result<SharedEngine, EngineError> {
        let outcome = match &mut self.state {
            State::Ready(engine) => return Ok(engine.clone()),
            State::Starting(task) => task.await,
            State::Failed => unreachable!("a failed engine is started again before anyone waits"),
        };
        self.state = State::Failed;
        let engine = outcome.unwrap_or_else(|failure| {
            Err(EngineError::Io {
                what: "could not start the engine".to_owned(),
                source: std::io::Error::other(failure),
            })
        })?;
        let engine = Arc::new(Mutex::new(engine));
        self.state = State::Ready(engine.clone());
        *self
            .handle
            .0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(engine.clone());
        Ok(engine)
    }
}

fn spawn(start: &StartEngine, events: &UnboundedSender<Event>) -> JoinHandle<Started> {
    tokio::spawn((start.0)(events.clone()))
}

impl EngineError {
    /// As a cell shows it.
    pub fn to_cell_error(&self) -> CellError {
        let ename = match self {
            Self::Toolchain(_) => "ToolchainError",
            Self::Prelude(_) => "PreludeError",
            Self::Io { .. } => "SystemError",
        };
        CellError::plain(ename, &self.to_string())
    }
}
