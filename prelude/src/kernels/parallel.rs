//! Work on all cores of rayon's current pool.
//!
//! The work is a `dyn` closure, called once for thousands of elements: rayon's machinery is compiled once per element
//! type here, and not once per operation.

use rayon::prelude::*;

/// Calls `work` with each chunk of `data` and the chunk's number.
#[inline(never)]
pub(crate) fn chunks<T: Send>(
    data: &mut [T],
    size: usize,
    work: &(dyn Fn(usize, &mut [T]) + Sync),
) {
    /// So few elements are done sooner by one core.
    const FEW: usize = 16 * 1024;
    if size == 0 {
        return;
    }
    if data.len() <= FEW || data.len() <= size {
        data.chunks_mut(size)
            .enumerate()
            .for_each(|(i, chunk)| work(i, chunk));
    } else {
        let least = FEW.div_ceil(4 * size);
        data.par_chunks_mut(size)
            .with_min_len(least)
            .enumerate()
            .for_each(|(i, chunk)| work(i, chunk));
    }
}

/// What `work` gives for each number below `count`, in order.
#[inline(never)]
pub(crate) fn map<T: Send>(count: usize, work: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    (0..count).into_par_iter().map(work).collect()
}
