//! A session on the native engine.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::{paths, toolchain};
use crate::engine::native::{Clients, Config, NativeEngine};
use crate::engine::prelude::Prelude;
use crate::engine::{Engine, EngineError, Event};
use crate::jupyter::LanguageVersion;
use crate::session::Session;

/// A session whose engine compiles cells with rustc, and the compiler's version, which is known a moment later.
/// `clients` are those that may connect to it. Needs a tokio runtime. Cells are remembered in `history`.
pub fn native(history: Option<PathBuf>, clients: Clients) -> (Session, LanguageVersion) {
    let (known, version) = watch::channel(None);
    let known = Arc::new(known);
    let start = move |events| start(events, known.clone(), clients.clone());
    let session = Session::remembering(start, history);
    (session, version)
}

type Known = watch::Sender<Option<String>>;

async fn start(
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
