//! A tensor of its lengths and its direction.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::error::Result;
use crate::shape::axis;

fn norm_except(v: &Tensor, p: f64, dim: i64) -> Result<Tensor> {
    if dim == -1 {
        return v.try_norm_p(p);
    }
    let at = axis(dim, v.dim())? as i64;
    let others: Vec<i64> = (0..v.dim() as i64).filter(|&dim| dim != at).collect();
    match others.is_empty() {
        true => v.try_abs(),
        false => v.try_norm_dim(p, others, true),
    }
}

fn weight_norm(v: &Tensor, g: &Tensor, dim: i64) -> Result<Tensor> {
    let weight = || v.try_mul(g.try_div(norm_except(v, 2., dim)?)?);
    // PyTorch has a kernel for the first and the last dimension.
    if dim != 0 && dim != v.dim() as i64 - 1 {
        return weight();
    }
    let of_rows = move |ctx: &crate::autograd::Ctx, grad: &Tensor| {
        let (v, g) = (ctx.saved(0)?, ctx.saved(1)?);
        let norm = norm_except(&v, 2., dim)?;
        // How much of the gradient lies along the direction.
        let along = grad.try_mul(&v)?.try_sum_to(&g.shape())?.try_div(&norm)?;
        let across = || {
            let turned = v.try_mul(along.try_div(&norm)?)?;
            g.try_div(&norm)?.try_mul(grad.try_sub(turned)?)
        };
        Ok(vec![
            ctx.when(0, across)?,
            ctx.when(1, || Ok(along.clone()))?,
        ])
    };
    composed(
        "WeightNormInterfaceBackward0",
        &[v, g],
        Keep::Inputs,
        weight,
        of_rows,
    )
}

ops! {
    /// The `p`-norms along a dimension, over all others, or of all elements where it is -1:
    /// `torch.norm_except_dim(x, p, dim)`, whose defaults are 2 and 0. The other dimensions stay with size 1.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let weights = tensor!([[3., 4.], [6., 8.]]);
    /// assert_eq!(weights.norm_except_dim(2., 0).to_string(), "tensor([[ 5.],\n        [10.]])");
    /// assert_eq!(weights.norm_except_dim(2., -1).to_string(), "tensor(11.1803)");
    /// ```
    norm_except_dim, try_norm_except_dim, [] (x, p: f64, dim: i64) => norm_except(x, p, dim);
    /// The tensor with lengths `g` along a dimension, or as a whole where it is -1: `torch._weight_norm(x, g, dim)`.
    /// `g` has the shape of [`Tensor::norm_except_dim`].
    ///
    /// ```
    /// use wick::prelude::*;
    /// let directions = tensor!([[3., 4.], [6., 8.]]);
    /// let weights = directions.weight_norm(&tensor!([[1.], [5.]]), 0);
    /// assert_eq!(weights.to_string(), "tensor([[0.6000, 0.8000],\n        [3.0000, 4.0000]])");
    /// ```
    weight_norm, try_weight_norm, [] (x, g: &Tensor, dim: i64) => weight_norm(x, g, dim);
}
