//! Whether a module is being trained, and which module it is.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::hooks::{self, Anchor};
use super::members::{Member, Members};

/// A module's training mode. `train()` and `eval()` switch it in all modules at once, and hooks find a module by it.
/// PyTorch's attribute `training`.
///
/// Every module of `wick::nn` has one. A model of one's own needs it only where its `forward` asks, and then often it
/// can ask `self.is_training()` without.
///
/// ```
/// use wick::prelude::*;
///
/// /// Adds noise, in training only.
/// #[derive(Module, Default)]
/// struct Noise {
///     mode: Mode,
/// }
///
/// impl Forward for Noise {
///     fn forward(&self, x: &Tensor) -> Tensor {
///         if self.mode.is_training() { x + Tensor::randn_like(x) } else { x.clone() }
///     }
/// }
///
/// let net = Sequential::new((Noise::default(), ReLU::new()));
/// net.eval();
/// assert_eq!(net.forward(&tensor!([1., 2.])).to_string(), "tensor([1., 2.])");
/// ```
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

    /// Whether the module is being trained, as it is at first.
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
