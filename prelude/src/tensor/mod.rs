//! [`Tensor`] and everything it can do, one idea a file.

mod access;
mod activation;
mod aliases;
mod arithmetic;
pub(crate) mod attention;
mod bits;
mod blend;
mod clamp;
mod complex;
mod convert;
mod convolution;
mod covariance;
mod creation;
mod diagonals;
mod display;
mod draw;
mod einsum;
mod extreme;
pub(crate) mod filter;
mod incomplete;
mod index;
mod index_ops;
mod interpolate;
mod join;
mod linalg;
#[macro_use]
mod literal;
mod glance;
mod logic;
mod loss;
mod losses;
mod neural;
mod normalize;
mod numeric;
mod operators;
pub(crate) mod ops;
mod options;
mod order;
mod pad;
mod pairs;
mod parts;
mod pdist;
mod picked;
mod place;
mod pointwise;
mod pool;
mod products;
mod random;
mod rearrange;
mod rectified;
mod reduce;
mod refill;
mod restride;
mod rich;
mod rule;
mod running;
mod scatter_reduce;
mod search;
mod serde;
mod several;
mod special;
mod statistics;
pub(crate) mod strided;
mod variance;
pub(crate) mod variates;
mod view;
mod weight_norm;
mod window;

pub use convert::{FromElement, TensorElement, To};
pub use convolution::{
    ConvTranspose1dOptions, ConvTranspose2dOptions, ConvTranspose3dOptions, ConvTransposeOptions,
};
pub use index::{Ellipsis, Index, IndexArg, IndexArgs, NewAxis, step};
pub use interpolate::{InterpolateOptions, Interpolation};
pub use literal::{Literal, LiteralBuffer};
pub use loss::{ClassLossOptions, Reduction};
pub(crate) use losses::normalized;
pub use losses::{PoissonOptions, TripletOptions};
pub use neural::{Conv1dOptions, Conv2dOptions, Conv3dOptions, ConvOptions};
pub use options::TensorOptions;
pub use order::QuantileInterpolation;
pub use pad::Padding;
pub use pairs::Rounding;
pub use pool::{Pool1dOptions, Pool2dOptions, Pool3dOptions, PoolOptions};
pub use rich::Typeset;
pub use scatter_reduce::ScatterReduce;
pub use search::Unique;
pub use several::MeshIndexing;

use crate::autograd::meta::Meta;
use crate::kernels::Array;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

/// An n-dimensional array of numbers with PyTorch's semantics.
///
/// A `Tensor` is a handle: `clone()` is cheap and gives another handle to the same tensor, as assignment does in
/// Python. Views (`t`, `view`, `permute`, `expand`, `i`, …) share its numbers, and operations whose name ends in `_`
/// change them, for every view at once. [`Tensor::copy`] is what Python calls `.clone()`.
///
/// Operations panic with PyTorch's message when shapes or dtypes do not go together; each has a `try_` twin that
/// returns a [`Result`](crate::Result) instead.
///
/// ```
/// use wick::prelude::*;
/// let d = tensor!([1, 2, 3]).expand([2, 3]).copy();
/// d.i((.., 0..2)).add_(&tensor!([2, 1]));
/// assert_eq!(d.to_vec2::<i64>(), [[3, 3, 3], [3, 3, 3]]);
/// ```
#[derive(Clone)]
pub struct Tensor(ManuallyDrop<Arc<Inner>>);

// Every cell drops tensors. Like this it does so by one call, where it would otherwise have to be compiled with all that
// dropping an `Arc` takes.
impl Drop for Tensor {
    #[inline(never)]
    fn drop(&mut self) {
        // SAFETY: a tensor is dropped once, and nothing touches it afterwards.
        unsafe { ManuallyDrop::drop(&mut self.0) }
    }
}

struct Inner {
    id: u64,
    array: RwLock<Array>,
    meta: Mutex<Meta>,
    /// Held while a gradient is added, so that threads do not lose each other's.
    adding: Mutex<()>,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

impl Tensor {
    fn of(inner: Arc<Inner>) -> Tensor {
        Tensor(ManuallyDrop::new(inner))
    }

    /// A new leaf of these numbers.
    pub(crate) fn from_array(array: Array) -> Tensor {
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        Tensor::of(Arc::new(Inner {
            id,
            array: RwLock::new(array),
            meta: Mutex::default(),
            adding: Mutex::default(),
        }))
    }

    /// The numbers and where they are.
    pub(crate) fn array(&self) -> Array {
        self.0
            .array
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn replace_array(&self, array: Array) {
        *self.0.array.write().unwrap_or_else(PoisonError::into_inner) = array;
    }

    /// What autograd knows of it. The lock must not be held while anything else of this tensor is asked for.
    pub(crate) fn meta(&self) -> MutexGuard<'_, Meta> {
        self.0.meta.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the sum of this leaf's gradients.
    pub(crate) fn adding(&self) -> MutexGuard<'_, ()> {
        self.0.adding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn downgrade(&self) -> WeakTensor {
        WeakTensor(Arc::downgrade(&self.0))
    }

    /// A number that no other tensor of this process has. Handles to one tensor share it, as Python's `id(t)` is one
    /// for all names of an object.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let t = tensor!([1, 2]);
    /// assert_eq!(t.id(), t.clone().id());
    /// assert_ne!(t.id(), t.copy().id());
    /// ```
    pub fn id(&self) -> u64 {
        self.0.id
    }
}

/// A handle that does not keep the tensor alive.
pub(crate) struct WeakTensor(Weak<Inner>);

impl WeakTensor {
    pub fn upgrade(&self) -> Option<Tensor> {
        self.0.upgrade().map(Tensor::of)
    }
}
