//! Operations that pick and place elements by tensors of indices.

use super::Tensor;
use super::ops::ops;
use crate::autograd::{Ctx, record, record_as_is, refill, refuse_overlap, refuse_partial_overlap};
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::{indexing, transfer};
use crate::shape::axis;

pub(super) use crate::kernels::indexing::add_into;

/// An index tensor as `i64`, on the device of what it indexes.
pub(super) fn indices(name: &str, x: &Tensor, index: &Tensor) -> Result<Tensor> {
    match index.dtype() {
        other if name == "index_copy" && other != DType::I64 => bail!(
            "index_copy_(): Expected a long tensor for index, but got {}",
            other.scalar_type()
        ),
        DType::I64 | DType::I32 => index
            .detach()
            .try_to_dtype(DType::I64)?
            .try_to_device(x.device()),
        other if name == "index_add" => {
            bail!(
                "index_add_(): Expected dtype int32/int64 for index but got: {}",
                other.scalar_type()
            )
        }
        _ if name == "index_select" => {
            bail!("index_select(): Expected dtype int32 or int64 for index")
        }
        _ => bail!("{name}(): Expected dtype int32/int64 for index"),
    }
}

fn gather(x: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    let index = indices("gather", x, index)?;
    if x.dim().max(1) != index.dim().max(1) {
        bail!("Index tensor must have the same number of dimensions as input tensor");
    }
    let shape = x.shape();
    for (d, (&n, &m)) in index.shape().iter().zip(shape.iter()).enumerate() {
        if d != at && n > m {
            bail!(
                "Size does not match at dimension {d} expected index {} to be no larger than self {} apart from dimension {at}",
                index.shape().list(),
                shape.list()
            );
        }
    }
    let array = if x.dim() == 0 {
        for place in index.try_to_vec::<i64>()? {
            if place != 0 {
                bail!("index {place} is out of bounds for dimension 0 with size 1");
            }
        }
        transfer::copy(&x.array().broadcast(&index.shape())?)?
    } else {
        indexing::gather(&x.array(), at, &index.array())?
    };
    let output = Tensor::from_array(array);
    record_as_is("GatherBackward0", &[x], output, |_| {
        let backward = move |_: &Ctx, g: &Tensor| {
            if shape.rank() == 0 {
                return Ok(vec![Some(g.try_sum()?)]);
            }
            Ok(vec![Some(
                g.try_new_zeros(&shape)?
                    .try_scatter_add(at as i64, &index, g)?,
            )])
        };
        (Vec::new(), backward)
    })
}

/// An index must not reach beyond what it picks from and places into.
pub(super) fn check_scatter(x: &Tensor, at: usize, index: &Tensor, source: &Tensor) -> Result<()> {
    if index.numel() == 0 {
        return Ok(());
    }
    if index.dim().max(1) != x.dim().max(1) {
        bail!("Index tensor must have the same number of dimensions as self tensor");
    }
    if index.dim().max(1) != source.dim().max(1) {
        bail!("Index tensor must have the same number of dimensions as src tensor");
    }
    let (index, own, from) = (index.shape(), x.shape(), source.shape());
    let size = |shape: &crate::Shape, d: usize| shape.get(d).copied().unwrap_or(1);
    let fits = (0..index.rank())
        .all(|d| index[d] <= size(&from, d) && (d == at || index[d] <= size(&own, d)));
    if !fits {
        bail!(
            "Expected index {} to be no larger than self {} apart from dimension {at} and to be no larger size than src {}",
            index.list(),
            own.list(),
            from.list()
        );
    }
    Ok(())
}

/// Truth values are added by "or": by `add` as numbers, of which every one but 0 is true.
fn counted(
    x: &Tensor,
    source: &Tensor,
    add: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let numbers = |truths: &Tensor| truths.try_to_dtype(DType::I64);
    add(&numbers(x)?, &numbers(source)?)?.try_ne(0)
}

fn scatter(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor, add: bool) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    refuse_overlap(x, &[index, source])?;
    let index = indices("scatter", x, index)?;
    if x.dtype() != source.dtype() {
        bail!("scatter(): Expected self.dtype to be equal to src.dtype");
    }
    check_scatter(x, at, &index, source)?;
    if add && x.dtype() == DType::Bool {
        return counted(x, source, |x, source| scatter(x, dim, &index, source, true));
    }
    // Only as much of the source as there are indices.
    let mut used = source.clone();
    for (d, &n) in index.shape().iter().enumerate().take(source.dim()) {
        used = used.try_narrow(d as i64, 0, n)?;
    }
    let array = indexing::scatter(&x.array(), at, &index.array(), &used.array(), add)?;
    let name = if add {
        "ScatterAddBackward0"
    } else {
        "ScatterBackward0"
    };
    record(name, &[x, &used], Tensor::from_array(array), |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let at = at as i64;
            Ok(vec![
                ctx.when(0, || {
                    if add {
                        Ok(g.clone())
                    } else {
                        scatter(g, at, &index, &g.try_new_zeros(&index.shape())?, false)
                    }
                })?,
                ctx.when(1, || gather(g, at, &index))?,
            ])
        };
        (Vec::new(), backward)
    })
}

fn index_select(x: &Tensor, dim: i64, index: &Tensor) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    let index = indices("index_select", x, index)?;
    if index.dim() > 1 {
        bail!("index_select(): Index is supposed to be a vector");
    }
    if x.dim() == 0 && index.numel() != 1 {
        bail!(
            "index_select(): Index to scalar can have only 1 value, got {} value(s)",
            index.numel()
        );
    }
    if x.dim() > 1 && x.dims()[at] == 0 && index.numel() > 0 {
        bail!("index_select(): self indexing axis dim should be positive");
    }
    let output = Tensor::from_array(indexing::index_select(&x.array(), at, &index.array())?);
    let shape = x.shape();
    record_as_is("IndexSelectBackward0", &[x], output, |_| {
        let backward = move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(
                g.try_new_zeros(&shape)?
                    .try_index_add(at as i64, &index, g)?,
            )])
        };
        (Vec::new(), backward)
    })
}

fn index_put(x: &Tensor, dim: i64, index: &Tensor, source: &Tensor, add: bool) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    let name = if add { "index_add" } else { "index_copy" };
    let given = index;
    let index = indices(name, x, index)?;
    let picked = source.dims().get(at).copied().unwrap_or(1);
    if add && index.dim() > 1 {
        crate::error::bail_index!(
            "index_add_(): Index is supposed to be a vector, but got dim: {} with type: {} and size: {}",
            index.dim(),
            index.dtype().scalar_type(),
            index.shape().list()
        );
    }
    if add && x.dtype() != source.dtype() {
        bail!(
            "index_add_(): self ({}) and source ({}) must have the same scalar type",
            x.dtype().scalar_type(),
            source.dtype().scalar_type()
        );
    }
    if add && at > 0 && at >= source.dim() {
        bail!(
            "index_add_(): Indexing dim {at} is out of bounds of the source tensor with dim {}",
            source.dim()
        );
    }
    if index.numel() != picked {
        if add && source.dim() == 0 {
            crate::error::bail_index!("Dimension specified as 0 but tensor has no dimensions");
        }
        if add {
            bail!(
                "index_add_(): Number of indices ({}) should be equal to source.size(dim): ({picked}), for dim: {at}",
                index.numel()
            );
        }
        crate::error::bail_index!(
            "index_copy_(): Number of indices ({}) should be equal to source.size(dim) ({picked})",
            index.numel()
        );
    }
    let mut expected = x.dims();
    if let Some(size) = expected.get_mut(at) {
        *size = index.numel();
    }
    if source.dims() != expected && add {
        bail!(
            "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = {} \
             source.shape = {}",
            x.shape().list(),
            source.shape().list()
        );
    }
    if source.dims() != expected {
        bail!(
            "{name}(): expected source of shape {expected:?}, got {}",
            source.shape().list()
        );
    }
    if x.dtype() != source.dtype() {
        bail!(
            "{name}_(): self and source expected to have the same dtype, but got (self) {} and (source) {}",
            x.dtype().scalar_type(),
            source.dtype().scalar_type()
        );
    }
    refuse_overlap(x, &[given, source])?;
    if add && x.dtype() == DType::Bool {
        return counted(x, source, |x, source| {
            index_put(x, dim, &index, source, true)
        });
    }
    let array = indexing::index_put(&x.array(), at, &index.array(), &source.array(), add).map_err(
        |error| {
            if add && x.dim() < 2 {
                crate::Error::index("index out of range in self")
            } else if add {
                error
            } else {
                crate::Error::index(format!("index_copy_(): {error}"))
            }
        },
    )?;
    let name = if add {
        "IndexAddBackward0"
    } else {
        "IndexCopyBackward0"
    };
    record(name, &[x, source], Tensor::from_array(array), |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let at = at as i64;
            Ok(vec![
                ctx.when(0, || {
                    if add {
                        return Ok(g.clone());
                    }
                    let mut shape = g.dims();
                    shape[at as usize] = index.numel();
                    index_put(g, at, &index, &g.try_new_zeros(&shape)?, false)
                })?,
                ctx.when(1, || index_select(g, at, &index))?,
            ])
        };
        (Vec::new(), backward)
    })
}

/// Row `i` of the weights for each index.
fn embedding(weight: &Tensor, index: &Tensor) -> Result<Tensor> {
    if weight.dim() != 2 {
        bail!("'weight' must be 2-D");
    }
    let index = indices("embedding", weight, index)?;
    let shape: Vec<usize> = index
        .shape()
        .iter()
        .copied()
        .chain([weight.dims()[1]])
        .collect();
    let flat = index.try_reshape(-1)?;
    let array = indexing::index_select(&weight.array(), 0, &flat.array())?.reshaped(&shape);
    let weights = weight.shape();
    record(
        "EmbeddingBackward0",
        &[weight],
        Tensor::from_array(array),
        |_| {
            let backward = move |_: &Ctx, g: &Tensor| {
                let rows = g.try_reshape([flat.numel(), weights[1]])?;
                Ok(vec![Some(
                    g.try_new_zeros(&weights)?.try_index_add(0, &flat, &rows)?,
                )])
            };
            (Vec::new(), backward)
        },
    )
}

fn replaced(x: &Tensor, source: &Tensor) -> Result<Tensor> {
    refuse_partial_overlap(x, &[source])?;
    let expanded = source
        .try_to_device(x.device())?
        .try_expand(x.shape())
        .map_err(|_| {
            crate::Error::runtime(format!(
                "output with shape {} doesn't match the broadcast shape {}",
                x.shape().list(),
                source.shape().list()
            ))
        })?;
    let output = Tensor::from_array(transfer::copy(&transfer::cast(
        &expanded.array(),
        x.dtype(),
    )?)?);
    // The old numbers are gone, and with them any gradient for what they came from.
    record_as_is("CopyBackwards", &[x, &expanded], output, |_| {
        (Vec::new(), |ctx: &Ctx, g: &Tensor| {
            Ok(vec![ctx.when(0, || g.try_zeros_like())?, Some(g.clone())])
        })
    })
}

fn filled(name: &'static str, x: &Tensor, value: crate::Scalar) -> Result<Tensor> {
    filled_with(name, x, &super::creation::number_like(x, value)?)
}

/// A single number, which may come from a leaf, in the shape and dtype of `x`.
pub(super) fn filled_with(name: &'static str, x: &Tensor, value: &Tensor) -> Result<Tensor> {
    let number = transfer::to_device(&transfer::cast(&value.array(), x.dtype())?, x.device())?;
    let output = Tensor::from_array(transfer::copy(&number.broadcast(&x.shape())?)?);
    record_as_is(name, &[x, value], output, |_| {
        (Vec::new(), |ctx: &Ctx, g: &Tensor| {
            Ok(vec![
                ctx.when(0, || g.try_zeros_like())?,
                ctx.when(1, || g.try_sum())?,
            ])
        })
    })
}

ops! {
    /// For each index the element there along one dimension. `index` is an `i64` tensor with as many dimensions; the
    /// result has its shape. Fails if an index is out of range. PyTorch: `torch.gather`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let scores = tensor!([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]);
    /// let labels = tensor!([[1], [0]]);
    /// assert_eq!(scores.gather(1, &labels).to_string(), "tensor([[0.7000],\n        [0.5000]])");
    /// ```
    gather, try_gather, [] (x, dim: i64, index: &Tensor) => gather(x, dim, index);
    /// With each element of `source` in the place that its index stands for. `index` is an `i64` tensor with as many
    /// dimensions, and not larger than `source`. PyTorch: `torch.scatter`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let labels = tensor!([[2], [0]]);
    /// let one_hot = Tensor::zeros([2, 3]).scatter(1, &labels, &Tensor::ones([2, 1]));
    /// assert_eq!(one_hot.to_string(), "tensor([[0., 0., 1.],\n        [1., 0., 0.]])");
    /// ```
    scatter, try_scatter, [scatter_, try_scatter_] (x, dim: i64, index: &Tensor, source: &Tensor)
        => scatter(x, dim, index, source, false);
    /// With each element of `source` added to the one that its index stands for. `index` is an `i64` tensor with as
    /// many dimensions, and not larger than `source`. PyTorch: `torch.scatter_add`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let groups = tensor!([0, 1, 0]);
    /// let sums = Tensor::zeros(2).scatter_add(0, &groups, &tensor!([1., 2., 3.]));
    /// assert_eq!(sums.to_string(), "tensor([4., 2.])");
    /// ```
    scatter_add, try_scatter_add, [scatter_add_, try_scatter_add_] (x, dim: i64, index: &Tensor, source: &Tensor)
        => scatter(x, dim, index, source, true);
    /// The slices of one dimension that a 1-d tensor lists (a copy). `index` is an `i64` or `i32` tensor; its numbers
    /// may repeat. PyTorch: `torch.index_select`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2], [3, 4], [5, 6]]);
    /// assert_eq!(x.index_select(0, &tensor!([2, 0])).to_string(), "tensor([[5, 6],\n        [1, 2]])");
    /// ```
    index_select, try_index_select, [] (x, dim: i64, index: &Tensor) => index_select(x, dim, index);
    /// With the slices of `source` added to those of one dimension that a 1-d tensor lists. An index that repeats adds
    /// each time. PyTorch: `torch.index_add`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Tensor::zeros(3).index_add(0, &tensor!([2, 0, 2]), &tensor!([1., 2., 3.]));
    /// assert_eq!(y.to_string(), "tensor([2., 0., 4.])");
    /// ```
    index_add, try_index_add, [index_add_, try_index_add_] (x, dim: i64, index: &Tensor, source: &Tensor)
        => index_put(x, dim, index, source, true);
    /// With the slices of `source` in place of those of one dimension that a 1-d tensor lists. PyTorch:
    /// `torch.index_copy`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Tensor::zeros(3).index_copy(0, &tensor!([2, 0]), &tensor!([1., 2.]));
    /// assert_eq!(y.to_string(), "tensor([2., 0., 1.])");
    /// ```
    index_copy, try_index_copy, [index_copy_, try_index_copy_] (x, dim: i64, index: &Tensor, source: &Tensor)
        => index_put(x, dim, index, source, false);
    /// Row `i` of this table for each index `i`. The table is `[V, D]`, `index` an integer tensor of any shape; gives
    /// that shape and a last dimension of `D`. PyTorch: `F.embedding`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let table = tensor!([[0., 0.], [1., 10.], [2., 20.]]);
    /// assert_eq!(table.embedding(&tensor!([2, 1])).to_string(), "tensor([[ 2., 20.],\n        [ 1., 10.]])");
    /// ```
    embedding, try_embedding, [] (x, index: &Tensor) => embedding(x, index);
    /// The positions of all elements that are not 0, one row each. Gives an `i64` tensor, one column for each
    /// dimension. PyTorch: `torch.nonzero`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[0, 5], [7, 0]]);
    /// assert_eq!(x.nonzero().to_string(), "tensor([[0, 1],\n        [1, 0]])");
    /// ```
    nonzero, try_nonzero, [] (x) => Ok(Tensor::from_array(indexing::nonzero(&x.array())?));

    /// The numbers of another tensor in this one's shape and dtype. `copy_` writes them here. PyTorch: `Tensor.copy_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2], [3, 4]]);
    /// assert_eq!(x.copy_from(&tensor!([7.9, 8.])).to_string(), "tensor([[7, 8],\n        [7, 8]])");
    /// x.i(0).copy_(&tensor!([0, 0]));
    /// assert_eq!(x.to_string(), "tensor([[0, 0],\n        [3, 4]])");
    /// ```
    copy_from, try_copy_from, [copy_, try_copy_] (x, source: &Tensor) => replaced(x, source);
    /// One number in this tensor's shape and dtype. PyTorch: `torch.fill`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).filled(7).to_string(), "tensor([7., 7.])");
    /// ```
    filled, try_filled, [] (x, value: impl crate::Given<crate::Scalar>) => filled("FillBackward0", x, value.into());
    /// [`Tensor::filled`] whose result replaces this tensor's numbers. PyTorch: `Tensor.fill_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2], [3, 4]]);
    /// x.i((.., 0)).fill_(0);
    /// assert_eq!(x.to_string(), "tensor([[0, 2],\n        [0, 4]])");
    /// ```
    fill_, try_fill_, [] (x, value: impl crate::Given<crate::Scalar>) => {
        let value = value.into();
        refill(x, |x| filled("FillBackward2", x, value))?;
        Ok(x.clone())
    };
    /// Zeros in this tensor's shape and dtype. `zero_` writes them here. PyTorch: `Tensor.zero_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]);
    /// assert_eq!(x.zeroed().to_string(), "tensor([0., 0.])");
    /// x.zero_();
    /// assert_eq!(x.sum().item::<f64>(), 0.);
    /// ```
    zeroed, try_zeroed, [] (x) => filled("ZeroBackward0", x, 0.into());
    /// [`Tensor::zeroed`] whose result replaces this tensor's numbers. PyTorch: `Tensor.zero_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2], [3, 4]]);
    /// x.i(1).zero_();
    /// assert_eq!(x.to_string(), "tensor([[1, 2],\n        [0, 0]])");
    /// ```
    zero_, try_zero_, [] (x) => {
        refill(x, |x| filled("ZeroBackward0", x, 0.into()))?;
        Ok(x.clone())
    };
}
