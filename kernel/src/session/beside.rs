//! What can be asked of a session while a cell of it runs.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use super::comms::Comms;
use super::history::{Found, History, Query};
use super::interrupts::Interrupts;
use crate::engine::{Aside, CommMessage};

/// Asks a session without waiting for its turn. Clones ask the same one.
#[derive(Clone)]
pub struct Beside {
    pub(super) interrupts: Interrupts,
    /// Not kept alive: it ends with its session, when everything is written.
    pub(super) history: Weak<History>,
    pub(super) comms: Comms,
}

impl Beside {
    /// Waits until the session is busy with a cell, and gives what answers meanwhile. At other times the session itself
    /// knows more.
    pub async fn busy(&self) -> Arc<dyn Aside> {
        self.interrupts.busy().await
    }

    /// Cells that were run; oldest first.
    pub async fn find(&self, query: Query) -> Vec<Found> {
        match self.history.upgrade() {
            Some(history) => history.find(query).await,
            None => Vec::new(),
        }
    }

    /// The comms that are open, and their targets.
    pub fn comms(&self) -> BTreeMap<String, String> {
        self.comms.list()
    }

    /// Hands a client's message on a comm to the session while a cell runs.
    pub async fn comm(&self, aside: &dyn Aside, message: CommMessage) {
        if self.comms.note(&message) {
            aside.comm(message).await;
        } else {
            tracing::warn!("there is no comm {}", message.id);
        }
    }
}
