//! Loaders of data sets whose elements have numbers.

use std::fmt;
use std::sync::Arc;

use super::collate::Collate;
use super::dataset::Dataset;
use super::epoch::{AnyBatch, Epoch};
use super::sampler::{BatchSampler, RandomSampler, Sampler, SequentialSampler, checked, draw_seed};
use super::workers::{Fetch, Plan};
use crate::error::{Error, OrPanic, Result};
use crate::random::{Generator, default_generator};

/// A function that makes a batch of elements.
type CollateFn<T, B> = Arc<dyn Fn(Vec<T>) -> Result<B> + Send + Sync>;

/// Batches of a data set: `torch.utils.data.DataLoader`. Each `for` loop over `&loader` is an epoch.
///
/// ```
/// use wick::prelude::*;
///
/// let set = TensorDataset::new((Tensor::arange(0, 10, 1), Tensor::ones([10])));
/// let loader = DataLoader::new(set).batch_size(4).shuffle(true).num_workers(2);
/// let mut seen = 0;
/// for (x, _) in &loader {
///     seen += x.numel();
/// }
/// assert_eq!((seen, loader.len(), loader.dataset().len()), (10, 3, 10));
///
/// // What Python passes by keyword are methods here.
/// use wick::data::{BatchSampler, SequentialSampler, SubsetRandomSampler};
/// use wick::random::Generator;
/// let numbers: Vec<i64> = (0..6).collect();
/// let loader = DataLoader::new(numbers.clone()).batch_size(4).shuffle(true).drop_last(true);
/// let loader = loader.generator(&Generator::with_seed(0)).prefetch_factor(2);
/// assert_eq!(loader.iter().map(|batch| batch.to_vec1::<i64>()).collect::<Vec<_>>(), [[5, 1, 0, 3]]);
///
/// let some = SubsetRandomSampler::new([1, 1]);
/// let loader = DataLoader::new(numbers.clone()).sampler(some).batch_size(2);
/// assert_eq!(loader.iter().next().unwrap().to_string(), "tensor([1, 1])");
///
/// let loader = DataLoader::new(numbers).batch_sampler(BatchSampler::new(SequentialSampler::new(6), 4, false));
/// let loader = loader.collate_fn(|batch: Vec<i64>| Ok(batch.iter().sum::<i64>()));
/// assert_eq!((loader.iter().collect::<Vec<_>>(), loader.is_empty()), (vec![6, 9], false));
/// ```
///
/// With `num_workers` threads get the elements and make the batches while the loop body runs; the batches come in the
/// same order as without. A panic in a worker is a panic of the loop. Leaving the loop early ends the workers.
pub struct DataLoader<D: Dataset, B> {
    dataset: Arc<D>,
    collate: CollateFn<D::Item, B>,
    order: Order,
    batch_size: usize,
    drop_last: bool,
    pub(super) num_workers: usize,
    pub(super) prefetch_factor: usize,
    generator: Option<Generator>,
}

/// What decides which elements come when.
#[derive(Clone)]
enum Order {
    Sequential,
    Shuffled,
    Sampled(Arc<dyn Sampler<Item = usize>>),
    Batches(Arc<dyn Sampler<Item = Vec<usize>>>),
}

impl<D> DataLoader<D, <D::Item as Collate>::Batch>
where
    D: Dataset + 'static,
    D::Item: Collate,
{
    /// A loader of batches of one element each, in order, until told otherwise.
    pub fn new(dataset: D) -> Self {
        Self::with_collate(dataset, <D::Item as Collate>::collate)
    }
}

impl<D: Dataset + 'static, B: 'static> DataLoader<D, B> {
    /// A loader whose batches the function `collate` makes: `collate_fn`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let words = vec!["a", "bb", "ccc"];
    /// let loader = DataLoader::with_collate(words, |batch| Ok(batch.join("-"))).batch_size(2);
    /// assert_eq!(loader.iter().collect::<Vec<_>>(), ["a-bb", "ccc"]);
    /// ```
    pub fn with_collate(
        dataset: D,
        collate: impl Fn(Vec<D::Item>) -> Result<B> + Send + Sync + 'static,
    ) -> Self {
        Self {
            dataset: Arc::new(dataset),
            collate: Arc::new(collate),
            order: Order::Sequential,
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
    /// When it is 0, or a batch sampler decides that.
    #[track_caller]
    pub fn batch_size(mut self, batch_size: usize) -> Self {
        self.without_batches().or_panic();
        self.batch_size = checked(batch_size).or_panic();
        self
    }

    /// Whether the elements come in another random order every time, which they do not at first.
    ///
    /// # Panics
    /// When the data set is empty, or a sampler decides the order.
    #[track_caller]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.without_batches().or_panic();
        if let (true, Order::Sampled(_)) = (shuffle, &self.order) {
            Err(Error::value(
                "sampler option is mutually exclusive with shuffle",
            ))
            .or_panic()
        }
        match (shuffle, &self.order) {
            (true, _) => {
                RandomSampler::try_new(self.dataset.len()).or_panic();
                self.order = Order::Shuffled;
            }
            (false, Order::Shuffled) => self.order = Order::Sequential,
            (false, _) => {}
        }
        self
    }

    /// The sampler that says which elements come, in which order.
    ///
    /// # Panics
    /// When the loader shuffles, or a batch sampler decides that.
    #[track_caller]
    pub fn sampler(mut self, sampler: impl Sampler<Item = usize> + 'static) -> Self {
        self.without_batches().or_panic();
        if let Order::Shuffled = self.order {
            Err(Error::value(
                "sampler option is mutually exclusive with shuffle",
            ))
            .or_panic()
        }
        self.order = Order::Sampled(Arc::new(sampler));
        self
    }

    /// The sampler that says which elements are in which batch.
    ///
    /// # Panics
    /// When the batch size, a sampler, `shuffle` or `drop_last` was given too.
    #[track_caller]
    pub fn batch_sampler(mut self, sampler: impl Sampler<Item = Vec<usize>> + 'static) -> Self {
        let free =
            matches!(self.order, Order::Sequential) && self.batch_size == 1 && !self.drop_last;
        if !free {
            exclusive().or_panic()
        }
        self.order = Order::Batches(Arc::new(sampler));
        self
    }

    /// Whether a last batch that is not full is left out, which it is not at first.
    ///
    /// # Panics
    /// When a batch sampler decides that.
    #[track_caller]
    pub fn drop_last(mut self, drop_last: bool) -> Self {
        self.without_batches().or_panic();
        self.drop_last = drop_last;
        self
    }

    /// How many threads get elements and make batches. With 0 the loop does that itself.
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

    /// The generator that shuffles and seeds the workers, instead of the default one.
    pub fn generator(mut self, generator: &Generator) -> Self {
        self.generator = Some(generator.clone());
        self
    }

    /// The same loader with batches that the function `collate` makes.
    pub fn collate_fn<C: 'static>(
        self,
        collate: impl Fn(Vec<D::Item>) -> Result<C> + Send + Sync + 'static,
    ) -> DataLoader<D, C> {
        DataLoader {
            dataset: self.dataset,
            collate: Arc::new(collate),
            order: self.order,
            batch_size: self.batch_size,
            drop_last: self.drop_last,
            num_workers: self.num_workers,
            prefetch_factor: self.prefetch_factor,
            generator: self.generator,
        }
    }

    /// The data set of the loader.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }

    /// How many batches an epoch has.
    pub fn len(&self) -> usize {
        self.batches().len()
    }

    /// Whether an epoch has no batches.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn without_batches(&self) -> Result<()> {
        match self.order {
            Order::Batches(_) => exclusive(),
            _ => Ok(()),
        }
    }

    fn batches(&self) -> Arc<dyn Sampler<Item = Vec<usize>>> {
        let elements: Box<dyn Sampler<Item = usize>> = match &self.order {
            Order::Batches(batches) => return batches.clone(),
            Order::Sequential => Box::new(SequentialSampler::new(self.dataset.len())),
            Order::Shuffled => {
                let sampler = RandomSampler::new(self.dataset.len());
                Box::new(match &self.generator {
                    Some(generator) => sampler.generator(generator),
                    None => sampler,
                })
            }
            Order::Sampled(sampler) => Box::new(Shared(sampler.clone())),
        };
        Arc::new(BatchSampler::new(elements, self.batch_size, self.drop_last))
    }
}

impl<D: Dataset + 'static, B: Send + 'static> DataLoader<D, B> {
    /// A new epoch; what `for batch in &loader` goes through.
    pub fn iter(&self) -> Epoch<'_, B> {
        let (dataset, collate) = (self.dataset.clone(), self.collate.clone());
        let fetch: Fetch = Arc::new(move |indices: Vec<usize>| {
            let elements = indices
                .into_iter()
                .map(|index| dataset.item(index))
                .collect();
            Ok(Box::new(collate(elements)?) as AnyBatch)
        });
        let generator = self.generator.clone().unwrap_or_else(default_generator);
        Epoch::new(Plan {
            fetch,
            batches: self.batches(),
            num_workers: self.num_workers,
            prefetch_factor: self.prefetch_factor,
            base_seed: draw_seed(&generator),
        })
    }
}

impl<'a, D: Dataset + 'static, B: Send + 'static> IntoIterator for &'a DataLoader<D, B> {
    type Item = B;
    type IntoIter = Epoch<'a, B>;

    fn into_iter(self) -> Epoch<'a, B> {
        self.iter()
    }
}

impl<D: Dataset + 'static, B: 'static> fmt::Debug for DataLoader<D, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataLoader")
            .field("len", &self.len())
            .field("batch_size", &self.batch_size)
            .field("shuffle", &matches!(self.order, Order::Shuffled))
            .field("num_workers", &self.num_workers)
            .finish_non_exhaustive()
    }
}

fn exclusive() -> Result<()> {
    Err(Error::value(
        "batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last",
    ))
}

/// A sampler that others have too.
struct Shared(Arc<dyn Sampler<Item = usize>>);

impl Sampler for Shared {
    type Item = usize;

    fn iter(&self) -> Box<dyn Iterator<Item = usize>> {
        self.0.iter()
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
