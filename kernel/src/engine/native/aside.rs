//! What is answered while a cell runs: the engine itself waits for the cell.

use std::sync::Arc;

use async_trait::async_trait;

use super::assist::Known;
use super::split;
use super::target::Target;
use crate::engine::{Aside, CommMessage, Completeness, Completions, MimeBundle};

/// What the session knew when the cell began, and the process that runs it.
pub(super) struct BesideCell {
    known: Known,
    target: Arc<Target>,
}

impl BesideCell {
    pub fn new(known: Known, target: Arc<Target>) -> Self {
        Self { known, target }
    }
}

#[async_trait]
impl Aside for BesideCell {
    fn completeness(&self, code: &str) -> Completeness {
        split::completeness(code)
    }

    async fn complete(&self, code: &str, cursor: usize) -> Completions {
        self.known.completions(code, cursor).await
    }

    async fn inspect(&self, code: &str, cursor: usize) -> Option<MimeBundle> {
        self.known.inspection(code, cursor, None).await
    }

    async fn comm(&self, message: CommMessage) {
        self.target.aside(message).await;
    }
}
