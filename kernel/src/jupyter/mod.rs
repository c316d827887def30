//! Jupyter's side of a session: sockets and messages, one file a channel.
//!
//! Requests on [`shell`] are served one after the other by the task that owns the [`Session`], so that what a
//! cell shows leaves before its reply. [`control`], [`subshells`] and [`heartbeat`] are tasks of their own and answer
//! while a cell runs. Everything that is published goes through the one task of [`iopub`], in order.

pub mod connection;
mod control;
pub(crate) mod fuzzing;
mod heartbeat;
mod info;
mod iopub;
mod ipc;
mod lifecycle;
mod message;
mod refusals;
mod replies;
mod requests;
mod router;
mod shell;
mod stdin;
mod subshells;

use std::time::Duration;

use tokio::sync::mpsc;

pub use info::{LanguageVersion, language_info};

use crate::session::Session;
use connection::{Connection, ConnectionError};
use control::Control;
use info::KernelInfo;
use iopub::IoPub;
use lifecycle::End;
use shell::Shell;
use subshells::{Means, Subshells};

/// Time for the last replies to leave their sockets before the process ends.
const LINGER: Duration = Duration::from_millis(50);

/// Serves `session` on the sockets of `connection` until a client or the system asks it to end. Every process
/// of the session has ended when this returns. `about` is what the banner says of what the session is for.
pub async fn serve(
    connection: Connection,
    session: Session,
    version: LanguageVersion,
    about: &'static str,
) -> Result<(), ConnectionError> {
    let parent = lifecycle::ParentWatch::from_environment();
    let (end, mut ended) = mpsc::unbounded_channel();

    let iopub = IoPub::bind(&connection).await?;
    let shell = router::bind(&connection, connection.shell(), "shell").await?;
    let control = router::bind(&connection, connection.control(), "control").await?;
    let interrupts = session.interrupts();
    let asker = stdin::bind(&connection, iopub.clone(), interrupts.clone()).await?;
    heartbeat::bind(&connection).await?;
    iopub.starting();
    tracing::info!("listening on {}", connection.shell());

    let info = KernelInfo::new(version, about);
    let engine = session.engine_handle();
    let (turns, taken) = mpsc::unbounded_channel();
    let subshells = Subshells::new(Means {
        turns,
        beside: session.beside(),
        iopub: iopub.clone(),
        replies: shell.replies.clone(),
        info: info.clone(),
        connect: replies::connect(&connection),
    });
    let (shell, _divided) = subshells.divide(shell);
    let shell = Shell::new(
        shell,
        taken,
        iopub.clone(),
        session,
        info.clone(),
        &connection,
        asker,
    );
    let control = Control::new(
        control,
        iopub.clone(),
        interrupts.clone(),
        info,
        &connection,
        subshells,
        end.clone(),
    );
    // The session lives in the shell's future: once that is dropped, no cell is being waited for.
    let reason = {
        let shell = shell.serve();
        tokio::pin!(shell);
        let _control = AbortOnDrop(tokio::spawn(control.serve()));
        let _signals = AbortOnDrop(tokio::spawn(lifecycle::signals(interrupts, end.clone())));
        let _parent = AbortOnDrop(tokio::spawn(parent.gone(end)));
        tokio::select! {
            reason = ended.recv() => reason.unwrap_or(End::Asked),
            () = &mut shell => End::Asked,
        }
    };
    tracing::info!("ending: {reason}");
    engine.shutdown().await;
    lifecycle::end_process_group().await;
    iopub.close().await;
    tokio::time::sleep(LINGER).await;
    connection.remove_sockets();
    Ok(())
}

/// A task that ends with its owner.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl AbortOnDrop {
    /// Waits until it has ended by itself.
    async fn ended(mut self) {
        // Nobody wants to know how.
        let _ = (&mut self.0).await;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests;
