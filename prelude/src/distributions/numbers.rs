//! What formulas of several families are made of.

use crate::error::Result;
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
    let eps = probs.dtype().finfo().eps;
    probs.try_clamp(eps, 1. - eps)
}

/// Both in the shape that they broadcast to.
pub(super) fn broadcast(a: &Tensor, b: &Tensor) -> Result<[Tensor; 2]> {
    super::distribution::broadcast_all([a.into(), b.into()])
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
