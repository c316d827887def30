//! Whether operations of this thread are recorded.

use std::cell::Cell;
use std::marker::PhantomData;

thread_local! {
    static ENABLED: Cell<bool> = const { Cell::new(true) };
}

/// Whether operations of this thread are recorded on the tape.
pub fn is_grad_enabled() -> bool {
    ENABLED.with(Cell::get)
}

/// Runs `f` without recording (`with torch.no_grad():`).
///
/// ```
/// use wick::prelude::*;
/// let w = Tensor::ones([2]).requires_grad_(true);
/// let y = no_grad(|| &w * 2);
/// assert!(!y.requires_grad());
/// ```
pub fn no_grad<R>(f: impl FnOnce() -> R) -> R {
    let _guard = no_grad_guard();
    f()
}

/// Stops recording until the guard is dropped.
#[must_use = "recording starts again as soon as the guard is dropped"]
pub fn no_grad_guard() -> NoGradGuard {
    set_grad_enabled(false)
}

/// Switches recording on or off until the guard is dropped (`torch.set_grad_enabled`).
#[must_use = "the earlier mode returns as soon as the guard is dropped"]
pub fn set_grad_enabled(enabled: bool) -> SetGradGuard {
    let before = ENABLED.with(|mode| mode.replace(enabled));
    SetGradGuard {
        before,
        _of_this_thread: PhantomData,
    }
}

/// Restores the earlier mode when dropped.
#[derive(Debug)]
pub struct SetGradGuard {
    before: bool,
    _of_this_thread: PhantomData<*const ()>,
}

/// What [`no_grad_guard`] gives.
pub type NoGradGuard = SetGradGuard;

impl Drop for SetGradGuard {
    fn drop(&mut self) {
        // A thread that is ending has no mode left to restore.
        let _ = ENABLED.try_with(|mode| mode.set(self.before));
    }
}
