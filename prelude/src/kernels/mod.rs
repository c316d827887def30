//! All arithmetic on numbers, without autograd.
//!
//! Float matrix products and everything on a GPU go to candle. Element-wise work in main memory is done here: candle
//! has no bool, drops NaN in `maximum`, and runs large element-wise work on a thread pool of its own, which does not
//! survive the `fork` that a notebook's snapshots need; these loops run on rayon's current pool.

pub(crate) mod array;
pub(crate) mod complex;
pub(crate) mod conv;
pub(crate) mod eigen;
pub(crate) mod element;
pub(crate) mod fft;
pub(crate) mod fused;
pub(crate) mod gemm;
pub(crate) mod incomplete;
pub(crate) mod indexing;
pub(crate) mod inverse;
pub(crate) mod join;
pub(crate) mod linalg;
pub(crate) mod map;
pub(crate) mod matmul;
pub(crate) mod memory_order;
pub(crate) mod norm;
pub(crate) mod order;
pub(crate) mod parallel;
pub(crate) mod pointwise;
pub(crate) mod pool;
pub(crate) mod reduce;
pub(crate) mod running;
mod select;
pub(crate) mod softmax;
pub(crate) mod special;
pub(crate) mod transfer;
pub(crate) mod walk;

pub(crate) use array::Array;
pub use element::Element;
