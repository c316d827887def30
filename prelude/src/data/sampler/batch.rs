//! Batches of what another sampler gives.

use super::Sampler;
use crate::error::{Error, OrPanic, Result};

/// Lists of `batch_size` items of another sampler: `torch.utils.data.BatchSampler`.
///
/// ```
/// use wick::data::{BatchSampler, Sampler, SequentialSampler};
/// let batches = BatchSampler::new(SequentialSampler::new(5), 2, false);
/// assert_eq!(batches.iter().collect::<Vec<_>>(), [vec![0, 1], vec![2, 3], vec![4]]);
/// ```
#[derive(Debug, Clone)]
pub struct BatchSampler<S> {
    sampler: S,
    batch_size: usize,
    drop_last: bool,
}

impl<S: Sampler> BatchSampler<S> {
    /// Batches of `batch_size`; a last one that would be smaller is left out if `drop_last`.
    ///
    /// # Panics
    /// When `batch_size` is 0.
    #[track_caller]
    pub fn new(sampler: S, batch_size: usize, drop_last: bool) -> Self {
        checked(batch_size).or_panic();
        Self {
            sampler,
            batch_size,
            drop_last,
        }
    }
}

/// The size of a batch, if it can be one.
pub(in crate::data) fn checked(batch_size: usize) -> Result<usize> {
    match batch_size {
        0 => Err(Error::value(
            "batch_size should be a positive integer value, but got batch_size=0",
        )),
        size => Ok(size),
    }
}

impl<S: Sampler> Sampler for BatchSampler<S> {
    type Item = Vec<S::Item>;

    fn iter(&self) -> Box<dyn Iterator<Item = Self::Item>> {
        let mut items = self.sampler.iter();
        let size = self.batch_size;
        let least = if self.drop_last { size } else { 1 };
        // A full batch asks for nothing beyond its last item, a short one for the end: so as many random numbers are
        // drawn as in PyTorch.
        Box::new(std::iter::from_fn(move || {
            let batch: Vec<_> = items.by_ref().take(size).collect();
            (batch.len() >= least).then_some(batch)
        }))
    }

    fn len(&self) -> usize {
        if self.drop_last {
            self.sampler.len() / self.batch_size
        } else {
            self.sampler.len().div_ceil(self.batch_size)
        }
    }
}
