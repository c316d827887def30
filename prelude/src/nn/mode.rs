//! Whether a module is being trained, and which module it is.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::hooks::{self, Anchor};
use super::members::{Member, Members};

/// A module's training mode. `train()` and `eval()` switch it in all modules at once, and hooks find a module by it.
///
/// Every module of `wick::nn` has one. A model of one's own needs it only where its `forward` asks, and then often it
/// can ask `self.is_training()` without.
pub struct Mode {
    training: AtomicBool,
    /// No other mode has this number.
    id: u64,
}

impl Mode {
    fn new(training: bool) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            training: AtomicBool::new(training),
            id: NEXT.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Whether the module is being trained.
    pub fn is_training(&self) -> bool {
        self.training.load(Ordering::Relaxed)
    }

    pub(super) fn set_training(&self, training: bool) {
        self.training.store(training, Ordering::Relaxed);
    }

    pub(super) fn anchor(&self) -> Anchor {
        Anchor::Mode(self.id)
    }
}

/// A new module is being trained.
impl Default for Mode {
    fn default() -> Self {
        Self::new(true)
    }
}

/// The same training mode, without the hooks.
impl Clone for Mode {
    fn clone(&self) -> Self {
        Self::new(self.is_training())
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mode").field(&self.is_training()).finish()
    }
}

impl Drop for Mode {
    fn drop(&mut self) {
        hooks::forget(self.anchor());
    }
}

impl Member for Mode {
    fn join<'a>(&'a self, _name: &str, members: &mut Members<'a>) {
        members.mode(self);
    }
}
