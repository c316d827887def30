//! What formulas of several families are made of.

use crate::error::Result;
use crate::limits::float_info;
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::{Tensor, TensorOptions};

/// Euler and Mascheroni's constant.
pub(super) const EULER: f64 = 0.577_215_664_901_532_9;

fn options(like: &Tensor) -> TensorOptions {
    TensorOptions::new()
        .dtype(like.dtype())
        .device(like.device())
}

/// Standard normal numbers in the dtype of `like`.
pub(super) fn standard_normal(shape: &Shape, like: &Tensor) -> Result<Tensor> {
    Tensor::try_randn_with(shape, options(like))
}

/// Numbers between 0 and 1 in the dtype of `like`.
pub(super) fn uniform(shape: &Shape, like: &Tensor) -> Result<Tensor> {
    Tensor::try_rand_with(shape, options(like))
}

/// One number everywhere, in the dtype of `like`.
pub(super) fn full(shape: &Shape, value: f64, like: &Tensor) -> Result<Tensor> {
    Tensor::try_full_with(shape, value, options(like))
}

/// The numbers from 0 up to `n`, in the dtype of `like`.
pub(super) fn counting(n: usize, like: &Tensor) -> Result<Tensor> {
    Tensor::try_arange_with(0, n as i64, 1, options(like))
}

/// The sum over the last `dims` dimensions.
pub(super) fn sum_rightmost(x: &Tensor, dims: usize) -> Result<Tensor> {
    match dims {
        0 => Ok(x.clone()),
        _ => x
            .try_flatten(x.dim() as i64 - dims as i64, -1)?
            .try_sum_dim(-1, false),
    }
}

/// Probabilities that are neither 0 nor 1.
pub(super) fn clamp_probs(probs: &Tensor) -> Result<Tensor> {
    let eps = float_info(probs.dtype())?.eps;
    probs.try_clamp(eps, 1. - eps)
}

/// Numbers and tensors in one shape and, for the numbers, in the dtype and on the device of the first tensor. PyTorch:
/// `broadcast_all`.
pub(super) fn broadcast_all<const N: usize>(values: [Arg; N]) -> Result<[Tensor; N]> {
    let first = values.iter().find_map(|value| match value {
        Arg::Tensor(tensor) => Some((tensor.dtype(), tensor.device())),
        Arg::Scalar(_) => None,
    });
    let (dtype, device) = first.unwrap_or_else(|| (crate::get_default_dtype(), crate::Device::Cpu));
    let mut tensors = Vec::with_capacity(N);
    for value in values {
        tensors.push(match value {
            Arg::Tensor(tensor) => tensor,
            Arg::Scalar(number) => {
                let options = TensorOptions::new().dtype(dtype).device(device);
                Tensor::try_full_with((), number, options)?
            }
        });
    }
    let mut shape = Shape::from([]);
    for tensor in &tensors {
        shape = crate::shape::broadcast(&shape, &tensor.shape())?;
    }
    for tensor in &mut tensors {
        if tensor.shape() != shape {
            *tensor = tensor.try_expand(&shape)?;
        }
    }
    match tensors.try_into() {
        Ok(tensors) => Ok(tensors),
        Err(_) => unreachable!("as many as there were"),
    }
}

/// Both in the shape that they broadcast to.
pub(super) fn broadcast(a: &Tensor, b: &Tensor) -> Result<[Tensor; 2]> {
    broadcast_all([a.into(), b.into()])
}

/// `values` along a new first dimension, and the batch's dimensions behind it.
pub(super) fn along_batch(values: &Tensor, batch: &Shape, expand: bool) -> Result<Tensor> {
    let ones = vec![1; batch.rank()];
    let values = values.try_reshape([&[values.size(0)], &ones[..]].concat())?;
    match expand {
        true => values.try_expand([&[values.size(0)], batch.dims()].concat()),
        false => Ok(values),
    }
}
