//! Everything a notebook wants, by one `use wick::prelude::*`.

pub use crate::autograd::{grad, no_grad};
pub use crate::random::manual_seed;
pub use crate::tensor::{ClassLossOptions, Conv2dOptions, Ellipsis, NewAxis, Pool2dOptions, Reduction, TensorOptions, step};
pub use crate::{DType, Device, PI, Scalar, Shape, Tensor, cuda, tensor};
