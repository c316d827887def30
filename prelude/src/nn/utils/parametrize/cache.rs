//! Blocks in which what is made of other tensors is made once.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    /// The block that this thread is in; 0 is none.
    static BLOCK: Cell<u64> = const { Cell::new(0) };
}

/// The block that this thread is in; 0 is none.
pub(super) fn block() -> u64 {
    BLOCK.get()
}

/// Makes each tensor that is made of others only once while `f` runs, however often its module is called:
/// `parametrize.cached()`. That saves time where a module is called again and again before its originals change, as the
/// cell of a recurrent network. What is made is kept until the outermost such block ends.
///
/// ```
/// use wick::nn::utils::{parametrizations, parametrize};
/// use wick::prelude::*;
///
/// let cell = nn::RNNCell::new(4, 4);
/// parametrizations::orthogonal(&cell, "weight_hh", None, true);
/// let x = Tensor::ones([1, 4]);
/// let h = parametrize::cached(|| (0..10).fold(Tensor::zeros([1, 4]), |h, _| cell.forward_with(&x, &h)));
/// assert_eq!(h.shape(), [1, 4]);
/// ```
pub fn cached<R>(f: impl FnOnce() -> R) -> R {
    /// Also after a panic.
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            BLOCK.set(0);
        }
    }
    static BLOCKS: AtomicU64 = AtomicU64::new(1);
    if block() != 0 {
        return f();
    }
    BLOCK.set(BLOCKS.fetch_add(1, Ordering::Relaxed));
    let _leave = Leave;
    f()
}
