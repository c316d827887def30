//! Loaders of data sets that can only be gone through.

use std::fmt;
use std::sync::Arc;

use super::collate::Collate;
use super::dataset::IterableDataset;
use super::epoch::{AnyBatch, Epoch};
use super::sampler::{checked, draw_seed};
use super::workers::{Outcome, Stream, Streams, WORKER, attempt};
use crate::error::{OrPanic, Result};
use crate::random::{Generator, default_generator};

/// A function that makes a batch of elements.
type CollateFn<T, B> = Arc<dyn Fn(Vec<T>) -> Result<B> + Send + Sync>;

/// Batches of an [`IterableDataset`], as PyTorch's `torch.utils.data.DataLoader` makes of one.
///
/// With workers each of them goes through the whole data set, as in PyTorch; the data set can ask [`get_worker_info`]
/// which part of it is wanted.
///
/// ```
/// use wick::data::get_worker_info;
/// use wick::prelude::*;
///
/// struct Range(i64);
///
/// impl IterableDataset for Range {
///     type Item = i64;
///     fn iter(&self) -> Box<dyn Iterator<Item = i64> + '_> {
///         let (id, workers) = get_worker_info().map_or((0, 1), |info| (info.id, info.num_workers));
///         Box::new((0..self.0).skip(id).step_by(workers))
///     }
/// }
///
/// let loader = IterableLoader::new(Range(6)).batch_size(2).num_workers(2);
/// let batches: Vec<_> = loader.iter().map(|batch| batch.to_vec1::<i64>()).collect();
/// assert_eq!(batches, [vec![0, 2], vec![1, 3], vec![4], vec![5]]);
///
/// // What Python passes by keyword are methods here; `with_collate` takes the function that makes a batch.
/// let loader = IterableLoader::with_collate(Range(5), |batch| Ok(batch)).batch_size(2).drop_last(true);
/// let loader = loader.prefetch_factor(4).generator(&wick::random::Generator::with_seed(0));
/// assert_eq!(loader.iter().collect::<Vec<_>>(), [[0, 1], [2, 3]]);
/// assert_eq!(loader.dataset().0, 5);
/// ```
pub struct IterableLoader<D: IterableDataset, B> {
    dataset: Arc<D>,
    collate: CollateFn<D::Item, B>,
    batch_size: usize,
    drop_last: bool,
    num_workers: usize,
    prefetch_factor: usize,
    generator: Option<Generator>,
}

impl<D> IterableLoader<D, <D::Item as Collate>::Batch>
where
    D: IterableDataset + 'static,
    D::Item: Collate,
{
    /// A loader of batches of one element each, until told otherwise.
    pub fn new(dataset: D) -> Self {
        Self::with_collate(dataset, <D::Item as Collate>::collate)
    }
}

impl<D: IterableDataset + 'static, B: Send + 'static> IterableLoader<D, B> {
    /// A loader whose batches the function `collate` makes.
    pub fn with_collate(
        dataset: D,
        collate: impl Fn(Vec<D::Item>) -> Result<B> + Send + Sync + 'static,
    ) -> Self {
        Self {
            dataset: Arc::new(dataset),
            collate: Arc::new(collate),
            batch_size: 1,
            drop_last: false,
            num_workers: 0,
            prefetch_factor: 2,
            generator: None,
        }
    }

    /// How many elements a batch has; 1 at first.
    ///
    /// # Panics
    /// When it is 0.
    #[track_caller]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = checked(batch_size).or_panic();
        self
    }

    /// Whether a last batch that is not full is left out, which it is not at first.
    pub fn drop_last(mut self, drop_last: bool) -> Self {
        self.drop_last = drop_last;
        self
    }

    /// How many threads go through the data set, each through all of it. With 0, as at first, the loop does that
    /// itself.
    pub fn num_workers(mut self, num_workers: usize) -> Self {
        self.num_workers = num_workers;
        self
    }

    /// How many batches each worker makes in advance; 2 unless told otherwise.
    ///
    /// # Panics
    /// When it is 0.
    #[track_caller]
    pub fn prefetch_factor(mut self, batches: usize) -> Self {
        assert!(
            batches > 0,
            "prefetch_factor option should be positive, but got 0"
        );
        self.prefetch_factor = batches;
        self
    }

    /// The generator that seeds the workers, instead of the default one.
    pub fn generator(mut self, generator: &Generator) -> Self {
        self.generator = Some(generator.clone());
        self
    }

    /// The data set of the loader.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }

    /// A new epoch; what `for batch in &loader` goes through.
    pub fn iter(&self) -> Epoch<'_, B> {
        let generator = self.generator.clone().unwrap_or_else(default_generator);
        let base_seed = draw_seed(&generator);
        let (size, drop_last) = (self.batch_size, self.drop_last);
        if self.num_workers == 0 {
            let mut elements = self.dataset.iter();
            let next = move || batch(&mut elements, size, drop_last, &*self.collate).or_panic();
            return Epoch::of(Box::new(std::iter::from_fn(next)), 0);
        }
        let open = || -> Stream {
            let (dataset, collate) = (self.dataset.clone(), self.collate.clone());
            Box::new(move |deliver| {
                let mut elements = None;
                loop {
                    let outcome = attempt(|| {
                        let elements = elements.get_or_insert_with(|| dataset.iter());
                        batch(elements, size, drop_last, &*collate)
                    });
                    let goes_on = matches!(outcome, Outcome::Batch(_));
                    if !(deliver(outcome) && goes_on) {
                        break;
                    }
                }
            })
        };
        let streams = Streams::new(self.num_workers, self.prefetch_factor, base_seed, &open);
        Epoch::of(Box::new(streams), 0)
    }
}

/// The next batch of some elements, if there is one.
fn batch<T, B: Send + 'static>(
    elements: &mut dyn Iterator<Item = T>,
    size: usize,
    drop_last: bool,
    collate: &dyn Fn(Vec<T>) -> Result<B>,
) -> Result<Option<AnyBatch>> {
    wick_runtime::interrupt::check();
    let elements: Vec<T> = elements.take(size).collect();
    let least = if drop_last { size } else { 1 };
    if elements.len() < least {
        return Ok(None);
    }
    Ok(Some(Box::new(collate(elements)?)))
}

impl<'a, D: IterableDataset + 'static, B: Send + 'static> IntoIterator
    for &'a IterableLoader<D, B>
{
    type Item = B;
    type IntoIter = Epoch<'a, B>;

    fn into_iter(self) -> Epoch<'a, B> {
        self.iter()
    }
}

impl<D: IterableDataset, B> fmt::Debug for IterableLoader<D, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IterableLoader")
            .field("batch_size", &self.batch_size)
            .field("num_workers", &self.num_workers)
            .finish_non_exhaustive()
    }
}

/// What a worker knows of itself: `torch.utils.data.get_worker_info()`.
///
/// ```
/// use wick::data::get_worker_info;
/// use wick::prelude::*;
///
/// struct Workers;
///
/// impl Dataset for Workers {
///     type Item = i64;
///     fn item(&self, _: usize) -> i64 {
///         get_worker_info().map_or(-1, |info| (10 * info.num_workers + info.id) as i64)
///     }
///     fn len(&self) -> usize {
///         4
///     }
/// }
///
/// let loader = DataLoader::new(Workers).num_workers(2);
/// let told: Vec<i64> = loader.iter().map(|batch| batch.item()).collect();
/// assert_eq!(told, [20, 21, 20, 21]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerInfo {
    /// Its number, from 0 on.
    pub id: usize,
    /// How many workers there are.
    pub num_workers: usize,
    /// The seed of its default generator.
    pub seed: u64,
}

impl WorkerInfo {
    pub(super) fn new(id: usize, num_workers: usize, base_seed: u64) -> Self {
        Self {
            id,
            num_workers,
            seed: base_seed.wrapping_add(id as u64),
        }
    }
}

/// Which worker of a loader this is; `None` outside of workers. PyTorch: `torch.utils.data.get_worker_info`.
///
/// ```
/// use wick::data::get_worker_info;
/// use wick::prelude::*;
///
/// struct Workers;
///
/// impl Dataset for Workers {
///     type Item = i64;
///     fn item(&self, _: usize) -> i64 {
///         get_worker_info().map_or(-1, |info| info.id as i64)
///     }
///     fn len(&self) -> usize {
///         4
///     }
/// }
///
/// let told = |workers| {
///     let loader = DataLoader::new(Workers).batch_size(2).num_workers(workers);
///     loader.iter().map(|batch| batch.to_vec1::<i64>()).collect::<Vec<_>>()
/// };
/// assert_eq!(told(0), [[-1, -1], [-1, -1]]);
/// assert_eq!(told(2), [[0, 0], [1, 1]]);
/// ```
pub fn get_worker_info() -> Option<WorkerInfo> {
    WORKER.with_borrow(Clone::clone)
}
