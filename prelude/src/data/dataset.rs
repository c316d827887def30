//! What a data set is.

use std::sync::Arc;

/// Elements by number: `torch.utils.data.Dataset`, with `item` for `__getitem__` and `len` for `__len__`.
///
/// ```
/// use wick::prelude::*;
///
/// struct Squares;
///
/// impl Dataset for Squares {
///     type Item = (Tensor, i64);
///     fn item(&self, index: usize) -> (Tensor, i64) {
///         (tensor!([index as f32]), (index * index) as i64)
///     }
///     fn len(&self) -> usize {
///         10
///     }
/// }
///
/// assert!(!Squares.is_empty());
/// let loader = DataLoader::new(Squares).batch_size(4);
/// let squares: Vec<i64> = loader.iter().flat_map(|(_, y)| y.to_vec1::<i64>()).collect();
/// assert_eq!(squares, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]);
/// ```
pub trait Dataset: Send + Sync {
    /// What one element is, often a tensor and a label.
    type Item;

    /// The element of that number, below `len()`: `__getitem__`. (A method `get` would hide the one that a `Vec` has.)
    fn item(&self, index: usize) -> Self::Item;

    /// How many elements there are.
    fn len(&self) -> usize;

    /// Whether there are no elements.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Elements one after another, of which nobody knows how many: `torch.utils.data.IterableDataset`. An
/// [`IterableLoader`](super::IterableLoader) makes batches of them.
///
/// ```
/// use wick::prelude::*;
///
/// struct Countdown(i64);
///
/// impl IterableDataset for Countdown {
///     type Item = i64;
///     fn iter(&self) -> Box<dyn Iterator<Item = i64> + '_> {
///         Box::new((0..self.0).rev())
///     }
/// }
///
/// let batches: Vec<Tensor> = IterableLoader::new(Countdown(3)).batch_size(2).iter().collect();
/// assert_eq!(batches[0].to_vec1::<i64>(), [2, 1]);
/// assert_eq!(batches[1].to_vec1::<i64>(), [0]);
/// ```
pub trait IterableDataset: Send + Sync {
    /// What one element is.
    type Item;

    /// All elements from the first on.
    fn iter(&self) -> Box<dyn Iterator<Item = Self::Item> + '_>;
}

macro_rules! through_pointer {
    ($($pointer:ty),*) => {$(
        impl<D: Dataset + ?Sized> Dataset for $pointer {
            type Item = D::Item;

            fn item(&self, index: usize) -> D::Item {
                (**self).item(index)
            }

            fn len(&self) -> usize {
                (**self).len()
            }
        }
    )*};
}
through_pointer!(Box<D>, Arc<D>);

/// A list of elements is a data set of them.
impl<T: Clone + Send + Sync> Dataset for Vec<T> {
    type Item = T;

    fn item(&self, index: usize) -> T {
        self[index].clone()
    }

    fn len(&self) -> usize {
        self.len()
    }
}
