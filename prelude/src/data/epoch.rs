//! One round through a data set.

use std::any::Any;
use std::marker::PhantomData;

use super::workers::{Plan, Pool, here};

/// A batch whose type the loader knows. The machinery does not, so that it is compiled once, in this crate.
pub(super) type AnyBatch = Box<dyn Any + Send>;

/// The batches of one round through a data set, in order. When it is dropped, its workers end. PyTorch: the iterator
/// that `iter(loader)` gives.
///
/// ```
/// use wick::prelude::*;
/// let loader = DataLoader::new((0..5).collect::<Vec<i64>>()).batch_size(2);
/// let mut epoch = loader.iter();
/// assert_eq!(epoch.next().unwrap().to_string(), "tensor([0, 1])");
/// assert_eq!(epoch.count(), 2);
/// ```
pub struct Epoch<'a, B> {
    batches: Box<dyn Iterator<Item = AnyBatch> + 'a>,
    left: usize,
    batch: PhantomData<fn() -> B>,
}

impl<'a, B: 'static> Epoch<'a, B> {
    pub(super) fn new(plan: Plan) -> Self {
        let left = plan.batches.len();
        let batches: Box<dyn Iterator<Item = AnyBatch>> = match plan.num_workers {
            0 => Box::new(here(plan)),
            _ => Box::new(Pool::new(plan)),
        };
        Self::of(batches, left)
    }

    pub(super) fn of(batches: Box<dyn Iterator<Item = AnyBatch> + 'a>, left: usize) -> Self {
        Self {
            batches,
            left,
            batch: PhantomData,
        }
    }
}

impl<B: 'static> Iterator for Epoch<'_, B> {
    type Item = B;

    #[track_caller]
    fn next(&mut self) -> Option<B> {
        let batch = self.batches.next()?;
        self.left = self.left.saturating_sub(1);
        // Loaders make an epoch of the very type that their batches have.
        batch.downcast().ok().map(|batch| *batch)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, None)
    }
}

impl<B> std::fmt::Debug for Epoch<'_, B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Epoch {{ batches left: {} }}", self.left)
    }
}
