//! Data sets of tensors.

use super::Dataset;
use crate::error::{Error, OrPanic, Result};
use crate::tensor::Tensor;

/// The rows of tensors of the same first size: `torch.utils.data.TensorDataset`.
///
/// ```
/// use wick::prelude::*;
///
/// let set = TensorDataset::new((tensor!([[1., 2.], [3., 4.]]), tensor!([0, 1])));
/// let (x, y) = set.item(1);
/// assert_eq!((x.to_vec1::<f32>(), y.item::<i64>()), (vec![3., 4.], 1));
///
/// assert_eq!(set.len(), 2);
/// assert_eq!(set.tensors().0.shape(), [2, 2]);
/// ```
#[derive(Clone, Debug)]
pub struct TensorDataset<T: TensorTuple = (Tensor, Tensor)> {
    tensors: T,
    len: usize,
}

impl<T: TensorTuple> TensorDataset<T> {
    /// A data set of a tuple of tensors, `(x, y)` or `(x,)`, or of a list.
    ///
    /// # Panics
    /// When their first sizes differ, or one has no dimension.
    #[track_caller]
    pub fn new(tensors: T) -> Self {
        Self::try_new(tensors).or_panic()
    }

    /// Like [`TensorDataset::new`]. Fails when the tensors' first sizes differ.
    pub fn try_new(tensors: T) -> Result<Self> {
        let len = common_len(&tensors.list())?;
        Ok(Self { tensors, len })
    }

    /// The tensors whose rows these are.
    pub fn tensors(&self) -> &T {
        &self.tensors
    }
}

fn common_len(tensors: &[&Tensor]) -> Result<usize> {
    let Some(first) = tensors.first() else {
        return Err(Error::value("a TensorDataset needs at least one tensor"));
    };
    let len = first.try_size(0)?;
    for tensor in tensors {
        if tensor.try_size(0)? != len {
            return Err(Error::value("Size mismatch between tensors"));
        }
    }
    Ok(len)
}

impl<T: TensorTuple> Dataset for TensorDataset<T> {
    type Item = T;

    #[track_caller]
    fn item(&self, index: usize) -> T {
        self.tensors.row(index)
    }

    fn len(&self) -> usize {
        self.len
    }
}

/// Some tensors together: `(x,)`, `(x, y)`, … or a list.
///
/// ```
/// use wick::data::TensorTuple;
/// use wick::prelude::*;
///
/// let pair = (tensor!([[1., 2.], [3., 4.]]), tensor!([0, 1]));
/// assert_eq!(pair.list().len(), 2);
/// let (x, y) = pair.row(1);
/// assert_eq!((x.to_string(), y.to_string()), ("tensor([3., 4.])".into(), "tensor(1)".into()));
/// ```
pub trait TensorTuple: Send + Sync {
    /// References to the tensors, in their order.
    fn list(&self) -> Vec<&Tensor>;

    /// The element of that number of each tensor along the first dimension: `[N, …]` to `[…]`.
    fn row(&self, index: usize) -> Self;
}

macro_rules! tensor_tuple {
    ($(($($tensor:ident)+))*) => {$(
        impl TensorTuple for ($(one!($tensor),)+) {
            fn list(&self) -> Vec<&Tensor> {
                let ($($tensor,)+) = self;
                vec![$($tensor),+]
            }

            #[track_caller]
            fn row(&self, index: usize) -> Self {
                let ($($tensor,)+) = self;
                ($($tensor.i(index),)+)
            }
        }
    )*};
}
macro_rules! one {
    ($_:ident) => {
        Tensor
    };
}
tensor_tuple!((a)(a b)(a b c)(a b c d)(a b c d e)(a b c d e f));

impl TensorTuple for Vec<Tensor> {
    fn list(&self) -> Vec<&Tensor> {
        self.iter().collect()
    }

    #[track_caller]
    fn row(&self, index: usize) -> Self {
        self.iter().map(|tensor| tensor.i(index)).collect()
    }
}
