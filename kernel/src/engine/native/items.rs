//! How far the session's items are while they are compiled, for the statements that are compiled beside them.
//!
//! rustc writes a crate's metadata before it makes machine code. That is all that the statements of the same cell need
//! to be compiled; only linking them takes the items' library.

use std::path::Path;

use tokio::sync::watch;

use super::compile::{Compiled, Job};

/// How far they are.
#[derive(Debug, Clone, Default)]
pub(super) enum Progress {
    /// Nothing is there yet.
    #[default]
    Begun,
    /// Their metadata, in the folder of the unfinished work.
    Known(Compiled),
    /// Everything.
    Done(Compiled),
    /// Nothing will come of them.
    Failed,
}

/// The items that are being compiled, if any are.
#[derive(Debug)]
pub(super) struct Items(Option<watch::Sender<Progress>>);

impl Default for Items {
    /// None are.
    fn default() -> Self {
        Self(None)
    }
}

impl Items {
    /// Some are.
    pub fn begin() -> Self {
        Self(Some(watch::Sender::new(Progress::Begun)))
    }

    /// Whether any are.
    pub fn are_being_compiled(&self) -> bool {
        self.0.is_some()
    }

    /// They have come that far.
    pub fn are(&self, progress: Progress) {
        if let Some(sender) = &self.0 {
            sender.send_replace(progress);
        }
    }

    /// Their metadata is in `work`.
    pub fn are_known(&self, job: &Job<'_>, key: &str, work: &Path) {
        if job.metadata {
            self.are(Progress::Known(Compiled {
                folder: work.to_owned(),
                key: key.to_owned(),
            }));
        }
    }

    /// Waits for their metadata; `None` where none will come.
    pub async fn known(&self) -> Option<Compiled> {
        self.wait(|progress| !matches!(progress, Progress::Begun))
            .await
    }

    /// Waits until they can be linked against; `None` where that will not be, or nothing is being compiled.
    pub async fn done(&self) -> Option<Compiled> {
        let ended = |progress: &Progress| matches!(progress, Progress::Done(_) | Progress::Failed);
        self.wait(ended).await
    }

    async fn wait(&self, until: impl Fn(&Progress) -> bool) -> Option<Compiled> {
        let mut receiver = self.0.as_ref()?.subscribe();
        let progress = receiver.wait_for(|progress| until(progress)).await.ok()?;
        match &*progress {
            Progress::Known(items) | Progress::Done(items) => Some(items.clone()),
            Progress::Begun | Progress::Failed => None,
        }
    }
}
