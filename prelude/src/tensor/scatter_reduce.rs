//! Elements that fall on one place, reduced to one.

use super::Tensor;
use super::index_ops::indices;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::autograd::refuse_overlap;
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::indexing::{self, Combine};
use crate::shape::axis;

/// What becomes of elements that fall on one place (`reduce=`). See [`Tensor::scatter_reduce`] and
/// [`Tensor::index_reduce`].
///
/// ```
/// use wick::prelude::*;
/// let (index, source) = (tensor!([0, 0, 1]), tensor!([2., 4., 5.]));
/// let reduced = |how| Tensor::zeros(2).scatter_reduce(0, &index, &source, how, false).to_string();
/// assert_eq!(reduced(ScatterReduce::Sum), "tensor([6., 5.])");
/// assert_eq!(reduced(ScatterReduce::Mean), "tensor([3., 5.])");
/// assert_eq!(reduced(ScatterReduce::Amax), "tensor([4., 5.])");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScatterReduce {
    /// Their sum.
    Sum,
    /// Their product.
    Prod,
    /// Their mean.
    Mean,
    /// The largest.
    Amax,
    /// The smallest.
    Amin,
}

/// Reduces the slices that a 1-d index sends to one place: [`scatter_reduce`] with the index for each of their
/// elements.
fn index_reduce(
    x: &Tensor,
    dim: i64,
    index: &Tensor,
    source: &Tensor,
    reduce: ScatterReduce,
    include_self: bool,
) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    refuse_overlap(x, &[index, source])?;
    if reduce == ScatterReduce::Sum {
        bail!("index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got sum.");
    }
    if !matches!(index.dtype(), DType::I64 | DType::I32) {
        bail!(
            "index_reduce_(): Expected dtype int32/int64 for index but got: {}",
            index.dtype().scalar_type()
        );
    }
    if x.dtype() != source.dtype() {
        bail!(
            "index_reduce_(): self ({}) and source ({}) must have the same scalar type",
            x.dtype().scalar_type(),
            source.dtype().scalar_type()
        );
    }
    let picked = source.dims().get(at).copied().unwrap_or(1);
    if index.numel() != picked {
        bail!(
            "index_reduce_(): Number of indices ({}) should be equal to source.size(dim): ({picked}), for dim: {at}",
            index.numel()
        );
    }
    let last = x.dims().get(at).copied().unwrap_or(1) as i64 - 1;
    let outside = index.try_lt(0)?.try_logical_or(&index.try_gt(last)?)?;
    if outside.numel() > 0 && outside.try_any()?.try_item()? {
        crate::error::bail_index!("index out of range in self");
    }
    let mut shape = vec![1; source.dim()];
    if let Some(size) = shape.get_mut(at) {
        *size = picked;
    }
    let places = index
        .try_to_dtype(DType::I64)?
        .try_reshape(shape)?
        .try_expand(source.shape())?;
    reduced_at(
        "IndexReduceBackward0",
        x,
        dim,
        &places,
        source,
        reduce,
        include_self,
    )
}

fn scatter_reduce(
    x: &Tensor,
    dim: i64,
    index: &Tensor,
    source: &Tensor,
    reduce: ScatterReduce,
    include_self: bool,
) -> Result<Tensor> {
    refuse_overlap(x, &[index, source])?;
    reduced_at(
        "ScatterReduceBackward0",
        x,
        dim,
        index,
        source,
        reduce,
        include_self,
    )
}

fn reduced_at(
    name: &'static str,
    x: &Tensor,
    dim: i64,
    index: &Tensor,
    source: &Tensor,
    reduce: ScatterReduce,
    include_self: bool,
) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    if x.dim() == 0 {
        let (index, source) = (index.try_reshape(-1)?, source.try_reshape(-1)?);
        return x
            .try_reshape(1)?
            .try_scatter_reduce(0, &index, &source, reduce, include_self)?
            .try_reshape(());
    }
    let index = indices("scatter", x, index)?;
    if x.dtype() != source.dtype() {
        bail!("scatter(): Expected self.dtype to be equal to src.dtype");
    }
    super::index_ops::check_scatter(x, at, &index, source)?;
    let mut used = source.clone();
    for (d, &n) in index.shape().iter().enumerate() {
        used = used.try_narrow(d as i64, 0, n)?;
    }
    let combine = match reduce {
        ScatterReduce::Sum | ScatterReduce::Mean => Combine::Sum,
        ScatterReduce::Prod => Combine::Prod,
        ScatterReduce::Amax => Combine::Max,
        ScatterReduce::Amin => Combine::Min,
    };
    let dim = at as i64;
    let again = index.clone();
    // How many fall on each place, its own element included if it counts.
    let counts = move |like: &Tensor| -> Result<Tensor> {
        let ones = like.detach().try_new_zeros(&again.dims())?.try_add(1)?;
        let own = if include_self {
            like.detach().try_ones_like()?
        } else {
            like.detach().try_zeros_like()?
        };
        own.try_scatter_add(dim, &again, &ones)?.try_clamp_min(1)
    };
    let counted = counts.clone();
    composed(
        name,
        &[x, &used],
        Keep::Both,
        || {
            let array = indexing::scatter_reduce(
                &x.array(),
                at,
                &index.array(),
                &used.array(),
                combine,
                include_self,
            )?;
            let sums = Tensor::from_array(array);
            if reduce != ScatterReduce::Mean {
                return Ok(sums);
            }
            let count = counted(x)?;
            if x.is_floating_point() {
                sums.try_div(count)
            } else {
                sums.try_floor_divide(count)
            }
        },
        {
            let index = index.clone();
            move |ctx, g| {
                // Where something fell, the own element may not count.
                let own = |g: Tensor| {
                    if include_self {
                        Ok(g)
                    } else {
                        g.try_scatter(dim, &index, &g.try_new_zeros(&index.dims())?)
                    }
                };
                let (x, source, y) = (ctx.saved(0)?, ctx.saved(1)?, ctx.saved(2)?);
                let (of_self, of_source) = match reduce {
                    ScatterReduce::Sum => (own(g.clone())?, g.try_gather(dim, &index)?),
                    ScatterReduce::Mean => {
                        let g = g.try_div(counts(&x)?)?;
                        (own(g.clone())?, g.try_gather(dim, &index)?)
                    }
                    ScatterReduce::Prod => {
                        // A zero among the factors hides the product of the others: it is taken without the zero.
                        let zero = x.try_eq(0)?;
                        let nonzero = zero.try_where_(1., &x)?;
                        let product = |x: &Tensor, source: &Tensor| {
                            x.try_scatter_reduce(dim, &index, source, reduce, include_self)
                        };
                        let of_self =
                            own(g.try_mul(product(&nonzero, &source)?)?.try_div(&nonzero)?)?;
                        let zeros = source.try_eq(0)?;
                        let counted = zeros.try_to_dtype(g.dtype())?;
                        let counts = g
                            .detach()
                            .try_zeros_like()?
                            .try_scatter_add(dim, &index, &counted)?;
                        let alone =
                            zeros.try_logical_and(&counts.try_gather(dim, &index)?.try_eq(1)?)?;
                        let without = product(&x, &alone.try_where_(1., &source)?)?;
                        let plain = g
                            .try_mul(&y)?
                            .try_gather(dim, &index)?
                            .try_div(zeros.try_where_(1., &source)?)?;
                        let hidden = g.try_mul(without)?.try_gather(dim, &index)?;
                        (of_self, alone.try_where_(hidden, plain)?)
                    }
                    ScatterReduce::Amax | ScatterReduce::Amin => {
                        let mine = x.try_eq(&y)?.try_to_dtype(g.dtype())?;
                        let theirs = source
                            .try_eq(y.try_gather(dim, &index)?)?
                            .try_to_dtype(g.dtype())?;
                        let ties = mine.try_scatter_add(dim, &index, &theirs)?;
                        let share = g.try_div(ties)?;
                        (
                            // It counts among the winners even where it does not take part, as in PyTorch.
                            own(mine.try_mul(&share)?)?,
                            theirs.try_mul(share.try_gather(dim, &index)?)?,
                        )
                    }
                };
                Ok(vec![
                    ctx.wants(0).then_some(of_self),
                    ctx.wants(1).then_some(of_source),
                ])
            }
        },
    )
}

ops! {
    /// With the elements of `source` that fall on one place, and the own one if `include_self`, reduced to one. `index`
    /// is an `i64` tensor, no larger than `source`. PyTorch: `torch.scatter_reduce`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (index, source) = (tensor!([0, 0, 1]), tensor!([2., 4., 5.]));
    /// let x = tensor!([10., 1., 3.]);
    /// let y = x.scatter_reduce(0, &index, &source, ScatterReduce::Amax, true);
    /// assert_eq!(y.to_string(), "tensor([10.,  5.,  3.])");
    /// ```
    scatter_reduce, try_scatter_reduce, [scatter_reduce_, try_scatter_reduce_]
        (x, dim: i64, index: &Tensor, source: &Tensor, reduce: ScatterReduce, include_self: bool)
        => scatter_reduce(x, dim, index, source, reduce, include_self);
    /// With the slices of `source` combined with those of one dimension that a 1-d tensor lists, and each other where
    /// it lists one twice. [`ScatterReduce::Sum`] is an error: that is [`Tensor::index_add`].
    /// PyTorch: `Tensor.index_reduce`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, index, source) = (Tensor::ones([3]), tensor!([0, 2, 2]), tensor!([5., 2., 3.]));
    /// let y = x.index_reduce(0, &index, &source, ScatterReduce::Prod, true);
    /// assert_eq!(y.to_string(), "tensor([5., 1., 6.])");
    /// ```
    index_reduce, try_index_reduce, [index_reduce_, try_index_reduce_] (x, dim: i64, index: &Tensor, source: &Tensor, reduce: ScatterReduce, include_self: bool)
        => index_reduce(x, dim, index, source, reduce, include_self);
}
