//! Finding elements: in sorted rows, among others, and each only once.

use super::Tensor;
use super::ops::ops;
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::order;
use crate::scalar::Arg;
use crate::shape::axis;

/// Elements (or slices) without repetition; see [`Tensor::unique_with`].
///
/// ```
/// use wick::prelude::*;
/// let labels = tensor!([3, 1, 3]);
/// let found = labels.unique_with(None);
/// assert_eq!(found.values.to_string(), "tensor([1, 3])");
/// assert_eq!(found.counts.to_string(), "tensor([1, 2])");
/// // The values at the places of `inverse` are the elements again.
/// assert_eq!(found.values.index_select(0, &found.inverse).to_string(), "tensor([3, 1, 3])");
/// ```
#[derive(Clone, Debug)]
pub struct Unique {
    /// Each once.
    pub values: Tensor,
    /// For each element of the input, which of `values` it is (`return_inverse=True`).
    pub inverse: Tensor,
    /// How often each came (`return_counts=True`).
    pub counts: Tensor,
}

/// The elements that open a run of equals, in the order in which `rows` (a matrix) has them.
fn runs(rows: &Tensor) -> Result<(Tensor, Tensor, Tensor)> {
    let first = Tensor::from_array(order::changes(&rows.array())?);
    let inverse = first.try_to_dtype(DType::I64)?.try_cumsum(0)?.try_sub(1)?;
    let places = first.try_nonzero()?.try_reshape(-1)?;
    let counts = inverse.try_bincount(None, 0)?;
    Ok((rows.try_index_select(0, &places)?, inverse, counts))
}

fn unique(x: &Tensor, dim: Option<i64>, consecutive: bool) -> Result<Unique> {
    let x = x.detach();
    // Each slice as a row.
    let (rows, at, rest) = match dim {
        None => (x.try_reshape([x.numel(), 1])?, 0, Vec::new()),
        Some(dim) => {
            let at = axis(dim, x.dim())?;
            if x.dim() == 0 {
                bail!(
                    "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
                );
            }
            let moved = x.try_movedim(at as i64, 0)?;
            let rest = moved.dims()[1..].to_vec();
            if rest.contains(&0) && moved.dims()[0] > 0 {
                bail!(
                    "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
                );
            }
            let width: usize = rest.iter().product();
            (moved.try_reshape([moved.dims()[0], width])?, at, rest)
        }
    };
    let (values, inverse, counts) = if consecutive {
        runs(&rows)?
    } else {
        let places = Tensor::from_array(order::argsort_rows(&rows.array())?);
        let (values, sorted, counts) = runs(&rows.try_index_select(0, &places)?)?;
        let inverse = sorted.try_zeros_like()?.try_scatter(0, &places, &sorted)?;
        (values, inverse, counts)
    };
    let Some(_) = dim else {
        return Ok(Unique {
            values: values.try_reshape(-1)?,
            inverse: inverse.try_reshape(x.shape())?,
            counts,
        });
    };
    let mut shape = vec![values.dims()[0]];
    shape.extend(rest);
    Ok(Unique {
        values: values
            .try_reshape(shape)?
            .try_movedim(0, at as i64)?
            .try_contiguous()?,
        inverse,
        counts,
    })
}

fn searchsorted(
    sorted: &Tensor,
    values: Arg,
    right: bool,
    sorter: Option<&Tensor>,
) -> Result<Tensor> {
    let sorted = sorted.detach();
    let values = match values {
        Arg::Tensor(values) => values.detach(),
        Arg::Scalar(value) => super::creation::number_like(&sorted, value)?,
    };
    if sorted.dim() == 0 {
        bail!(
            "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(0) and input value's dim(0) numel(1)"
        );
    }
    let (boundaries, dims) = (sorted.dims(), values.dims());
    if sorted.dim() != 1 {
        let fits = boundaries.len() == dims.len()
            && boundaries[..boundaries.len() - 1] == dims[..dims.len().max(1) - 1];
        if !fits {
            bail!(
                "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor \
                 and input value tensor must match, but we got boundaries tensor {} and input value tensor {}",
                sorted.shape().list(),
                values.shape().list()
            );
        }
    }
    let dtype = sorted.dtype().promote(values.dtype());
    let (sorted, values) = (sorted.try_to_dtype(dtype)?, values.try_to_dtype(dtype)?);
    let sorter = sorter.map(|sorter| sorter.array());
    Ok(Tensor::from_array(order::search(
        &sorted.array(),
        sorter.as_ref(),
        &values.array(),
        right,
    )?))
}

fn isin(x: &Tensor, among: &Tensor) -> Result<Tensor> {
    let dtype = x.dtype().promote(among.dtype());
    let x = x.detach().try_to_dtype(dtype)?;
    let sorted = among
        .detach()
        .try_to_dtype(dtype)?
        .try_reshape(-1)?
        .try_msort()?;
    if sorted.numel() == 0 {
        return Tensor::try_full(x.shape(), false)?.try_to_device(x.device());
    }
    let place = searchsorted(&sorted, Arg::Tensor(x.try_reshape(-1)?), false, None)?
        .try_clamp_max(sorted.numel() - 1)?;
    sorted
        .try_index_select(0, &place)?
        .try_reshape(x.shape())?
        .try_eq(&x)
}

ops! {
    /// Each element once, in order. The result has one dimension. PyTorch: `torch.unique`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let labels = tensor!([[3, 1], [3, 2]]);
    /// assert_eq!(labels.unique().to_string(), "tensor([1, 2, 3])");
    /// ```
    unique, try_unique, [] (x) => Ok(unique(x, None, false)?.values);
    /// Each slice along one dimension once, in order: `torch.unique(x, dim=dim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let rows = tensor!([[2, 2], [1, 5], [2, 2]]);
    /// assert_eq!(rows.unique_dim(0).to_string(), "tensor([[1, 5],\n        [2, 2]])");
    /// ```
    unique_dim, try_unique_dim, [] (x, dim: i64) => Ok(unique(x, Some(dim), false)?.values);
    /// Each element (or slice along `dim`) once, in order, with the places and counts of [`Unique`]. They tell which of
    /// the values each element is, and how often each value comes:
    /// `torch.unique(x, return_inverse=True, return_counts=True, dim=dim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let found = tensor!([3, 1, 3]).unique_with(None);
    /// assert_eq!(found.values.to_string(), "tensor([1, 3])");
    /// assert_eq!(found.inverse.to_string(), "tensor([1, 0, 1])");
    /// assert_eq!(found.counts.to_string(), "tensor([1, 2])");
    /// ```
    unique_with, try_unique_with, [] (x, dim: Option<i64>) -> Unique => unique(x, dim, false);
    /// Without elements that equal the one before. The result has one dimension. PyTorch: `torch.unique_consecutive`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1, 1, 2, 2, 2, 1]);
    /// assert_eq!(a.unique_consecutive().to_string(), "tensor([1, 2, 1])");
    /// ```
    unique_consecutive, try_unique_consecutive, [] (x) => Ok(unique(x, None, true)?.values);
    /// [`Tensor::unique_consecutive`] with inverse and counts, along one dimension if there is one.
    /// PyTorch: `torch.unique_consecutive`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // The lengths of runs.
    /// let runs = tensor!([1, 1, 2, 2, 2, 1]).unique_consecutive_with(None);
    /// assert_eq!(runs.counts.to_string(), "tensor([2, 3, 1])");
    /// ```
    unique_consecutive_with, try_unique_consecutive_with, [] (x, dim: Option<i64>) -> Unique => unique(x, dim, true);
    /// Where in this sorted tensor (row by row) each value could be put so that it stays sorted, before its equals or
    /// (`right`) behind them. The places are `i64`, in the shape of `values`. PyTorch: `torch.searchsorted`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let sorted = tensor!([1, 3, 5]);
    /// assert_eq!(sorted.searchsorted(tensor!([3, 4]), false).to_string(), "tensor([1, 2])");
    /// assert_eq!(sorted.searchsorted(tensor!([3, 4]), true).to_string(), "tensor([2, 2])");
    /// ```
    searchsorted, try_searchsorted, [] (x, values: impl crate::Given<Arg>, right: bool) => searchsorted(x, values.into(), right, None);
    /// [`Tensor::searchsorted`] in a tensor that `sorter` (its [`Tensor::argsort`]) would sort.
    /// PyTorch: `torch.searchsorted`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, order) = (tensor!([5, 1, 3]), tensor!([1, 2, 0]));
    /// assert_eq!(a.searchsorted_with(4, false, &order).item::<i64>(), 2);
    /// ```
    searchsorted_with, try_searchsorted_with, [] (x, values: impl crate::Given<Arg>, right: bool, sorter: &Tensor)
        => searchsorted(x, values.into(), right, Some(sorter));
    /// Between which of the sorted boundaries each element lies; an element that equals one lies below it, or (`right`)
    /// above. The result is `i64`, in the shape of this tensor; `boundaries` has one dimension.
    /// PyTorch: `torch.bucketize`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (ages, boundaries) = (tensor!([5, 18, 40, 70]), tensor!([18, 65]));
    /// assert_eq!(ages.bucketize(&boundaries, false).to_string(), "tensor([0, 0, 1, 2])");
    /// assert_eq!(ages.bucketize(&boundaries, true).to_string(), "tensor([0, 1, 1, 2])");
    /// ```
    bucketize, try_bucketize, [] (x, boundaries: &Tensor, right: bool) => {
        if boundaries.dim() != 1 {
            bail!("boundaries tensor must be 1 dimension, but got dim({})", boundaries.dim());
        }
        searchsorted(boundaries, x.into(), right, None)
    };
    /// Where the element is one of `among`, as `bool` in the shape of this tensor. PyTorch: `torch.isin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let labels = tensor!([0, 3, 7, 3]);
    /// assert_eq!(labels.isin(&tensor!([3, 7])).to_string(), "tensor([False,  True,  True,  True])");
    /// ```
    isin, try_isin, [] (x, among: &Tensor) => isin(x, among);
}
