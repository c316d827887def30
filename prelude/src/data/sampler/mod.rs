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
///
/// ```
/// use wick::data::Sampler;
/// use wick::prelude::*;
///
/// /// The last element first.
/// struct Backwards(usize);
///
/// impl Sampler for Backwards {
///     type Item = usize;
///     fn iter(&self) -> Box<dyn Iterator<Item = usize>> {
///         Box::new((0..self.0).rev())
///     }
///     fn len(&self) -> usize {
///         self.0
///     }
/// }
///
/// assert!(!Backwards(3).is_empty());
/// let loader = DataLoader::new(vec![10_i64, 11, 12]).sampler(Backwards(3)).batch_size(3);
/// assert_eq!(loader.iter().next().unwrap().to_string(), "tensor([12, 11, 10])");
/// ```
pub trait Sampler: Send + Sync {
    /// `usize`, or `Vec<usize>` if it makes batches.
    type Item: 'static;

    /// The items of a new round. Random numbers are drawn when an item is asked for, not before.
    fn iter(&self) -> Box<dyn Iterator<Item = Self::Item>>;

    /// How many items a round has.
    fn len(&self) -> usize;

    /// Whether a round has no items.
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
///
/// ```
/// use wick::data::{Sampler, SequentialSampler};
/// assert_eq!(SequentialSampler::new(3).iter().collect::<Vec<_>>(), [0, 1, 2]);
/// ```
#[derive(Debug, Clone)]
pub struct SequentialSampler {
    len: usize,
}

impl SequentialSampler {
    /// A sampler for a data set of `len` elements.
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
