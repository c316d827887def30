//! Whether a module is being trained.

use std::sync::atomic::{AtomicBool, Ordering};

use super::members::{Member, Members};

/// A module's training mode. `train()` and `eval()` switch it in all modules at once.
///
/// Every module of `wick::nn` has one. A model of one's own needs it only where its `forward` asks, and then often it
/// can ask `self.is_training()` without.
#[derive(Debug)]
pub struct Mode(AtomicBool);

impl Mode {
    /// Whether the module is being trained.
    pub fn is_training(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set_training(&self, training: bool) {
        self.0.store(training, Ordering::Relaxed);
    }
}

/// A new module is being trained.
impl Default for Mode {
    fn default() -> Self {
        Self(AtomicBool::new(true))
    }
}

impl Clone for Mode {
    fn clone(&self) -> Self {
        Self(AtomicBool::new(self.is_training()))
    }
}

impl Member for Mode {
    fn join<'a>(&'a self, _name: &str, members: &mut Members<'a>) {
        members.mode(self);
    }
}
