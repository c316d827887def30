//! A person pressed stop: a flag that long work looks at.
//!
//! Tensor operations, progress bars and other loops of the prelude call [`check`], which unwinds the cell.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// What a cell unwinds with when it heard an interrupt.
pub struct Interrupted;

/// Whether the running cell was asked to stop.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// Unwinds if the running cell was asked to stop.
///
/// # Panics
/// With [`Interrupted`], which the runtime reports as an interrupt, not as a panic. Never while the thread is
/// already unwinding.
#[inline]
pub fn check() {
    if asked() {
        unwind();
    }
}

#[cold]
fn unwind() {
    if !std::thread::panicking() {
        std::panic::panic_any(Interrupted);
    }
}

pub(crate) fn ask() {
    ASKED.store(true, Ordering::Relaxed);
}

pub(crate) fn forget() {
    ASKED.store(false, Ordering::Relaxed);
}
