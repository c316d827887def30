//! Whether operations of this thread are recorded.

use std::cell::Cell;
use std::marker::PhantomData;

thread_local! {
    static ENABLED: Cell<bool> = const { Cell::new(true) };
    static INFERENCE: Cell<bool> = const { Cell::new(false) };
}

/// Whether operations of this thread are recorded on the tape. PyTorch: `torch.is_grad_enabled`.
///
/// ```
/// use wick::autograd::is_grad_enabled;
/// use wick::prelude::*;
/// assert!(is_grad_enabled());
/// assert!(!no_grad(is_grad_enabled));
/// ```
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

/// Runs `f` with recording, also inside [`no_grad`] (`with torch.enable_grad():`).
///
/// ```
/// use wick::autograd::enable_grad;
/// use wick::prelude::*;
/// let w = Tensor::ones([2]).requires_grad_(true);
/// let y = no_grad(|| enable_grad(|| &w * 2));
/// assert!(y.requires_grad());
/// ```
pub fn enable_grad<R>(f: impl FnOnce() -> R) -> R {
    let _guard = set_grad_enabled(true);
    f()
}

/// Stops recording until the guard is dropped: [`no_grad`] without a closure. PyTorch: `torch.no_grad`.
///
/// ```
/// use wick::autograd::no_grad_guard;
/// use wick::prelude::*;
/// let w = Tensor::ones([2]).requires_grad_(true);
/// let guard = no_grad_guard();
/// assert!(!(&w * 2).requires_grad());
/// drop(guard);
/// assert!((&w * 2).requires_grad());
/// ```
#[must_use = "recording starts again as soon as the guard is dropped"]
pub fn no_grad_guard() -> NoGradGuard {
    set_grad_enabled(false)
}

/// Switches recording on or off until the guard is dropped (`torch.set_grad_enabled`).
///
/// ```
/// use wick::autograd::set_grad_enabled;
/// use wick::prelude::*;
/// let w = Tensor::ones([2]).requires_grad_(true);
/// let training = false;
/// let y = {
///     let _guard = set_grad_enabled(training);
///     &w * 2
/// };
/// assert!(!y.requires_grad());
/// ```
#[must_use = "the earlier mode returns as soon as the guard is dropped"]
pub fn set_grad_enabled(enabled: bool) -> SetGradGuard {
    let before = ENABLED.with(|mode| mode.replace(enabled));
    SetGradGuard {
        before,
        _of_this_thread: PhantomData,
    }
}

/// Restores the earlier mode when dropped: what [`set_grad_enabled`] gives.
///
/// ```
/// use wick::autograd::{SetGradGuard, is_grad_enabled, set_grad_enabled};
/// let guard: SetGradGuard = set_grad_enabled(false);
/// assert!(!is_grad_enabled());
/// drop(guard);
/// assert!(is_grad_enabled());
/// ```
#[derive(Debug)]
pub struct SetGradGuard {
    before: bool,
    _of_this_thread: PhantomData<*const ()>,
}

/// What [`no_grad_guard`] gives.
///
/// ```
/// use wick::autograd::{NoGradGuard, is_grad_enabled, no_grad_guard};
/// let guard: NoGradGuard = no_grad_guard();
/// assert!(!is_grad_enabled());
/// drop(guard);
/// ```
pub type NoGradGuard = SetGradGuard;

impl Drop for SetGradGuard {
    fn drop(&mut self) {
        // A thread that is ending has no mode left to restore.
        let _ = ENABLED.try_with(|mode| mode.set(self.before));
    }
}

/// Whether this thread is inside [`inference_mode`]. PyTorch: `torch.is_inference_mode_enabled`.
///
/// ```
/// use wick::autograd::{inference_mode, is_inference_mode_enabled};
/// assert!(!is_inference_mode_enabled());
/// assert!(inference_mode(is_inference_mode_enabled));
/// ```
pub fn is_inference_mode_enabled() -> bool {
    INFERENCE.with(Cell::get)
}

/// Runs `f` without recording, and marks the tensors that it makes as never to be recorded
/// (`with torch.inference_mode():`).
///
/// Stricter than [`no_grad`]: what is made inside cannot be used outside in anything that is recorded and cannot be
/// changed in place there; the errors say to make a `copy()`.
///
/// ```
/// use wick::autograd::inference_mode;
/// use wick::prelude::*;
/// let w = Tensor::ones([2]).requires_grad_(true);
/// let y = inference_mode(|| &w * 2);
/// assert!(y.is_inference() && !y.requires_grad());
/// assert!(y.copy().add_(&w).requires_grad());
/// ```
pub fn inference_mode<R>(f: impl FnOnce() -> R) -> R {
    let _guard = inference_mode_guard(true);
    f()
}

/// Switches inference mode on or off until the guard is dropped (`torch.inference_mode(mode)`). Switching it off
/// records again.
///
/// ```
/// use wick::autograd::inference_mode_guard;
/// use wick::prelude::*;
/// let guard = inference_mode_guard(true);
/// let x = Tensor::ones([2]);
/// drop(guard);
/// assert!(x.is_inference());
/// ```
#[must_use = "the earlier mode returns as soon as the guard is dropped"]
pub fn inference_mode_guard(enabled: bool) -> InferenceModeGuard {
    let recording = set_grad_enabled(!enabled);
    InferenceModeGuard {
        before: INFERENCE.replace(enabled),
        _recording: recording,
    }
}

/// Restores the earlier mode when dropped: what [`inference_mode_guard`] gives.
///
/// ```
/// use wick::autograd::{InferenceModeGuard, inference_mode_guard, is_inference_mode_enabled};
/// let guard: InferenceModeGuard = inference_mode_guard(true);
/// assert!(is_inference_mode_enabled());
/// drop(guard);
/// assert!(!is_inference_mode_enabled());
/// ```
#[derive(Debug)]
pub struct InferenceModeGuard {
    before: bool,
    _recording: SetGradGuard,
}

impl Drop for InferenceModeGuard {
    fn drop(&mut self) {
        let _ = INFERENCE.try_with(|mode| mode.set(self.before));
    }
}
