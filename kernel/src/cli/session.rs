//! A session on the native engine, or on the one that was asked for.

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::{paths, toolchain};
use crate::engine::native::{Clients, Config, NativeEngine};
use crate::engine::prelude::Prelude;
use crate::engine::{Engine, EngineError, Event};
use crate::jupyter::LanguageVersion;
use crate::session::Session;

/// What evaluates the cells of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineKind {
    /// Wick's own: one rustc run a cell, and the tensor library is there
    Native,
    /// evcxr's evaluation context
    #[cfg(feature = "evcxr")]
    Evcxr,
}

impl EngineKind {
    /// What a session's banner says of it.
    pub fn about(self) -> &'static str {
        match self {
            Self::Native => "tensor notebooks",
            #[cfg(feature = "evcxr")]
            Self::Evcxr => "notebooks on evcxr's engine, without the tensor library",
        }
    }
}

/// A session on `engine`, and the compiler's version, which is known a moment later.
pub fn start(
    engine: EngineKind,
    history: Option<PathBuf>,
    clients: Clients,
) -> (Session, LanguageVersion) {
    match engine {
        EngineKind::Native => native(history, clients),
        #[cfg(feature = "evcxr")]
        EngineKind::Evcxr => evcxr(history),
    }
}

#[cfg(feature = "evcxr")]
fn evcxr(history: Option<PathBuf>) -> (Session, LanguageVersion) {
    let (known, version) = watch::channel(None);
    std::thread::spawn(move || known.send_replace(Some(toolchain::version().unwrap_or_default())));
    let start = async |events| {
        let engine = crate::engine::evcxr::EvcxrEngine::start(events).await?;
        Ok(Box::new(engine) as Box<dyn Engine>)
    };
    (Session::remembering(start, history), version)
}

/// A session whose engine compiles cells with rustc, and the compiler's version, which is known a moment later.
/// `clients` are those that may connect to it. Needs a tokio runtime. Cells are remembered in `history`.
fn native(history: Option<PathBuf>, clients: Clients) -> (Session, LanguageVersion) {
    let (known, version) = watch::channel(None);
    let known = Arc::new(known);
    let start = move |events| start_native(events, known.clone(), clients.clone());
    let session = Session::remembering(start, history);
    (session, version)
}

type Known = watch::Sender<Option<String>>;

async fn start_native(
    events: UnboundedSender<Event>,
    known: Arc<Known>,
    clients: Clients,
) -> Result<Box<dyn Engine>, EngineError> {
    let prelude = blocking(move || {
        let prelude = Prelude::find();
        // The prelude remembers its compiler, which saves asking; no other will do.
        let version = match &prelude {
            Ok(prelude) => toolchain::release(prelude.rustc()).map(str::to_owned),
            Err(_) => toolchain::version(),
        };
        known.send_replace(Some(version.unwrap_or_default()));
        prelude
    })
    .await?;
    let config = Config {
        rustc: prelude.rustc_path(),
        prelude: prelude.clone(),
        cache: paths::cache().map_err(|error| EngineError::Io {
            what: "nowhere to keep compiled cells".to_owned(),
            source: std::io::Error::other(error),
        })?,
        clients,
    };
    // The compiler takes a moment to name its version: meanwhile the runtime process starts.
    let ((), engine) = tokio::try_join!(
        blocking(move || prelude.check_toolchain()),
        NativeEngine::start(config, events)
    )?;
    Ok(Box::new(engine))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    spawn_blocking(work).await.unwrap_or_else(|failure| {
        Err(EngineError::Io {
            what: "cannot start the engine".to_owned(),
            source: std::io::Error::other(failure),
        })
    })
}
