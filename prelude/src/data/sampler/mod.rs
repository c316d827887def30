//! The order in which a loader takes elements.

mod batch;
mod random;
mod weighted;

pub use batch::BatchSampler;
pub(super) use batch::checked;
pub(super) use random::draw_seed;
pub use random::{RandomSampler, SubsetRandomSampler};
pub use weighted::WeightedRandomSampler;

/// Numbers of elements, or lists of them, in the order in which they are to be taken: `torch.utils.data.Sampler`.
pub trait Sampler: Send + Sync {
    /// `usize`, or `Vec<usize>` if it makes batches.
    type Item: 'static;

    /// A new round. Random numbers are drawn when an item is asked for, not before.
    fn iter(&self) -> Box<dyn Iterator<Item = Self::Item>>;

    /// How many items a round has.
    fn len(&self) -> usize;

    /// Whether a round has none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T: 'static> Sampler for Box<dyn Sampler<Item = T>> {
    type Item = T;

    fn iter(&self) -> Box<dyn Iterator<Item = T>> {
        (**self).iter()
    }

    fn len(&self) -> usize {
        (**self).len()
    }
}

/// One element after another: `torch.utils.data.SequentialSampler`.
#[derive(Debug, Clone)]
pub struct SequentialSampler {
    len: usize,
}

impl SequentialSampler {
    /// For a data set of `len` elements.
    pub fn new(len: usize) -> Self {
        Self { len }
    }
}

impl Sampler for SequentialSampler {
    type Item = usize;

    fn iter(&self) -> Box<dyn Iterator<Item = usize>> {
        Box::new(0..self.len)
    }

    fn len(&self) -> usize {
        self.len
    }
}
