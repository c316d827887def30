//! Distances within one set of rows.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::error::{Result, bail};

fn distances(x: &Tensor, p: f64) -> Result<Tensor> {
    if x.dim() != 2 {
        bail!("pdist only supports 2D tensors, got: {}D", x.dim());
    }
    if !x.is_floating_point() {
        bail!("pdist only supports floating-point dtypes");
    }
    if p.is_nan() || p < 0. {
        bail!("pdist only supports non-negative p values");
    }
    let rows = x.size(0);
    let of_pairs = |which: fn(i64, i64) -> i64| {
        let first = (0..rows as i64).flat_map(|i| (i + 1..rows as i64).map(move |j| (i, j)));
        let index: Vec<i64> = first.map(|(i, j)| which(i, j)).collect();
        let count = index.len();
        Tensor::try_from_vec(index, [count])?.try_to(x.device())
    };
    let (first, second) = (of_pairs(|i, _| i)?, of_pairs(|_, j| j)?);
    let forward = || match x.size(1) {
        0 => x.try_new_zeros(&[first.numel()]),
        _ => apart(x, &first, &second)?.try_norm_dim(p, 1, false),
    };
    composed("PdistBackward0", &[x], Keep::Both, forward, {
        let (first, second) = (first.clone(), second.clone());
        move |ctx, g| {
            let (x, lengths) = (ctx.saved(0)?, ctx.saved(1)?);
            let slope = slopes(&apart(&x, &first, &second)?, &lengths.try_unsqueeze(1)?, p)?;
            let slope = slope.try_mul(g.try_unsqueeze(1)?)?;
            let sums = x.try_zeros_like()?.try_index_add(0, &first, &slope)?;
            Ok(vec![Some(sums.try_index_add(
                0,
                &second,
                &slope.try_neg()?,
            )?)])
        }
    })
}

/// The differences of all pairs of rows.
fn apart(x: &Tensor, first: &Tensor, second: &Tensor) -> Result<Tensor> {
    x.try_index_select(0, first)?
        .try_sub(x.try_index_select(0, second)?)
}

/// The derivatives of the lengths of differences.
fn slopes(apart: &Tensor, lengths: &Tensor, p: f64) -> Result<Tensor> {
    if p == 0. {
        return apart.try_zeros_like();
    }
    let signs = apart.try_sign()?;
    if p == 1. {
        return Ok(signs);
    }
    let sizes = apart.try_abs()?;
    if p == f64::INFINITY {
        let farthest = sizes.try_eq(lengths)?.try_to_dtype(apart.dtype())?;
        return signs.try_mul(farthest);
    }
    // Where two rows agree, or agree in a column, the derivative is taken for 0.
    let still = sizes.try_eq(0)?;
    let share = still.try_where_(1., sizes.try_div(lengths)?)?;
    still.try_where_(0., share.try_pow(p - 1.)?.try_mul(signs)?)
}

ops! {
    /// The `p`-norm distance of each row of a matrix to each row below it, `[N (N - 1) / 2]`. `[N, D]` of floats; other
    /// ranks and a negative `p` are an error. PyTorch: `torch.pdist`, whose default is 2.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let points = tensor!([[0., 0.], [3., 4.], [0., 1.]]);
    /// assert_eq!(points.pdist(2.).to_string(), "tensor([5.0000, 1.0000, 4.2426])");
    /// ```
    pdist, try_pdist, [] (x, p: f64) => distances(x, p);
}
