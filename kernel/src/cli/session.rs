//! A session on the native engine.

use std::sync::OnceLock;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::spawn_blocking;

use super::{paths, toolchain};
use crate::engine::native::{Config, NativeEngine};
use crate::engine::prelude::Prelude;
use crate::engine::{Engine, EngineError, Event};
use crate::session::Session;

/// Held until the process ends, so that no `wick install` removes what the session's cells are loaded beside.
static IN_USE: OnceLock<Prelude> = OnceLock::new();

/// A session whose engine compiles cells with rustc. Needs a tokio runtime.
pub fn native() -> Session {
    Session::new(start)
}

async fn start(events: UnboundedSender<Event>) -> Result<Box<dyn Engine>, EngineError> {
    let prelude = blocking(Prelude::find).await?;
    let config = Config {
        rustc: toolchain::rustc().into(),
        prelude: prelude.clone(),
        cache: paths::cache().map_err(|error| EngineError::Io {
            what: "nowhere to keep compiled cells".to_owned(),
            source: std::io::Error::other(error),
        })?,
    };
    // The compiler takes a moment to name its version: meanwhile the runtime process starts.
    let (prelude, engine) = tokio::try_join!(
        blocking(move || prelude.check_toolchain().map(|()| prelude)),
        NativeEngine::start(config, events)
    )?;
    IN_USE.get_or_init(|| prelude);
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
