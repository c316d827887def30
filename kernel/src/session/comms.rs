//! Which comms are open.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::{CommKind, CommMessage};

/// The comms of a session that are open, and their targets. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Comms(Arc<Mutex<BTreeMap<String, String>>>);

impl Comms {
    /// Takes notice of a message, whoever sent it. Returns whether it belongs to a comm that is, or was until now, open.
    pub fn note(&self, message: &CommMessage) -> bool {
        let mut open = self.open();
        match message.kind {
            CommKind::Open => {
                open.insert(message.id.clone(), message.target.clone());
                true
            }
            CommKind::Close => open.remove(&message.id).is_some(),
            CommKind::Message => open.contains_key(&message.id),
        }
    }

    /// Each and its target.
    pub fn list(&self) -> BTreeMap<String, String> {
        self.open().clone()
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
