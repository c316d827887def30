//! Data sets made of data sets.

use std::sync::Arc;

use super::Dataset;
use crate::error::{Error, OrPanic, Result};

/// Some elements of a data set in an order of their own: `torch.utils.data.Subset`.
///
/// ```
/// use wick::prelude::*;
/// let odd = Subset::new(vec![10, 11, 12, 13], [3, 1]);
/// assert_eq!((odd.item(0), odd.item(1), odd.len()), (13, 11, 2));
/// assert_eq!((odd.indices(), odd.dataset().len()), (&[3, 1][..], 4));
/// ```
#[derive(Debug)]
pub struct Subset<D> {
    dataset: Arc<D>,
    indices: Vec<usize>,
}

impl<D: Dataset> Subset<D> {
    /// The elements of `dataset` that `indices` name.
    pub fn new(dataset: D, indices: impl Into<Vec<usize>>) -> Self {
        Self::shared(Arc::new(dataset), indices.into())
    }

    pub(super) fn shared(dataset: Arc<D>, indices: Vec<usize>) -> Self {
        Self { dataset, indices }
    }

    /// The whole data set, of which this one has a part.
    pub fn dataset(&self) -> &D {
        &self.dataset
    }

    /// The numbers that this one's elements have in the whole data set.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }
}

/// The whole data set is shared.
impl<D> Clone for Subset<D> {
    fn clone(&self) -> Self {
        Self {
            dataset: self.dataset.clone(),
            indices: self.indices.clone(),
        }
    }
}

impl<D: Dataset> Dataset for Subset<D> {
    type Item = D::Item;

    #[track_caller]
    fn item(&self, index: usize) -> D::Item {
        self.dataset.item(self.indices[index])
    }

    fn len(&self) -> usize {
        self.indices.len()
    }
}

/// Data sets one after another: `torch.utils.data.ConcatDataset`.
///
/// ```
/// use wick::prelude::*;
/// let both = ConcatDataset::new([vec![1, 2], vec![3]]);
/// assert_eq!((both.len(), both.item(2)), (3, 3));
/// assert_eq!((both.cumulative_sizes(), both.datasets()[0].len()), (&[2, 3][..], 2));
/// ```
#[derive(Debug, Clone)]
pub struct ConcatDataset<D> {
    datasets: Vec<D>,
    /// Where each ends.
    cumulative_sizes: Vec<usize>,
}

impl<D: Dataset> ConcatDataset<D> {
    /// The elements of all `datasets`; put them into `Box<dyn Dataset<Item = …>>` if their types differ.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn new(datasets: impl Into<Vec<D>>) -> Self {
        Self::try_new(datasets).or_panic()
    }

    /// Like [`ConcatDataset::new`]. Fails when there is none.
    pub fn try_new(datasets: impl Into<Vec<D>>) -> Result<Self> {
        let datasets = datasets.into();
        if datasets.is_empty() {
            return Err(Error::value("datasets should not be an empty iterable"));
        }
        let ends = datasets.iter().scan(0, |end, dataset| {
            *end += dataset.len();
            Some(*end)
        });
        let cumulative_sizes = ends.collect();
        Ok(Self {
            datasets,
            cumulative_sizes,
        })
    }

    /// The data sets that follow one another.
    pub fn datasets(&self) -> &[D] {
        &self.datasets
    }

    /// How many elements there are up to the end of each data set.
    pub fn cumulative_sizes(&self) -> &[usize] {
        &self.cumulative_sizes
    }
}

impl<D: Dataset> Dataset for ConcatDataset<D> {
    type Item = D::Item;

    #[track_caller]
    fn item(&self, index: usize) -> D::Item {
        let at = self.cumulative_sizes.partition_point(|&end| end <= index);
        assert!(
            at < self.datasets.len(),
            "index {index} is out of range for a ConcatDataset of {} elements",
            self.len()
        );
        let start = at
            .checked_sub(1)
            .map_or(0, |before| self.cumulative_sizes[before]);
        self.datasets[at].item(index - start)
    }

    fn len(&self) -> usize {
        self.cumulative_sizes.last().copied().unwrap_or(0)
    }
}
