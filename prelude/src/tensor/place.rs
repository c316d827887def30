//! Picking and placing elements by index: flat, filled, reduced, by mask.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::autograd::refuse_overlap;
use crate::dtype::DType;
use crate::error::{Result, bail, bail_index};

use crate::scalar::{Arg, Scalar};
use crate::shape::{Dims, axis};

/// Flat places as positive numbers.
fn flat_places(x: &Tensor, index: &Tensor) -> Result<Tensor> {
    let size = x.numel() as i64;
    if index.dtype() != DType::I64 {
        bail!(
            "take(): Expected a long tensor for index, but got {}",
            index.dtype().scalar_type()
        );
    }
    for place in index.try_to_vec::<i64>()? {
        if place < -size || place >= size {
            bail_index!(
                "out of range: tried to access index {place} on a tensor of {size} elements."
            );
        }
    }
    let index = index.detach();
    index.try_lt(0)?.try_where_(index.try_add(size)?, &index)
}

fn take(x: &Tensor, index: &Tensor) -> Result<Tensor> {
    let places = flat_places(x, index)?.try_reshape(-1)?;
    let (shape, to) = (x.shape(), index.shape());
    let again = places.clone();
    composed(
        "TakeBackward0",
        &[x],
        Keep::Nothing,
        || {
            x.try_reshape(-1)?
                .try_index_select(0, &places)?
                .try_reshape(to)
        },
        move |_, g| {
            let zeros = g.try_new_zeros(&[shape.numel()])?;
            Ok(vec![Some(
                zeros
                    .try_index_add(0, &again, &g.try_reshape(-1)?)?
                    .try_reshape(&shape)?,
            )])
        },
    )
}

fn put(x: &Tensor, index: &Tensor, source: &Tensor, accumulate: bool) -> Result<Tensor> {
    refuse_overlap(x, &[index, source])?;
    if source.numel() != index.numel() {
        bail_index!(
            "put_(): Expected source and index to have the same number of elements, but got source.numel() = {}, \
             index.numel() = {}",
            source.numel(),
            index.numel()
        );
    }
    if x.dtype() != source.dtype() {
        bail!(
            "put_(): self and source expected to have the same dtype, but got self.dtype = {} and source.dtype = {}",
            x.dtype().scalar_type(),
            source.dtype().scalar_type()
        );
    }
    let places = flat_places(x, index)?.try_reshape(-1)?;
    let (shape, from, again) = (x.shape(), source.shape(), places.clone());
    composed(
        "PutBackward0",
        &[x, source],
        Keep::Nothing,
        || {
            let (flat, values) = (x.try_reshape(-1)?, source.try_reshape(-1)?);
            let done = if accumulate {
                flat.try_index_add(0, &places, &values)?
            } else {
                flat.try_index_copy(0, &places, &values)?
            };
            done.try_reshape(&shape)
        },
        move |ctx, g| {
            let flat = g.try_reshape(-1)?;
            Ok(vec![
                ctx.when(0, || {
                    if accumulate {
                        return Ok(g.clone());
                    }
                    flat.try_index_fill(0, &again, 0)?.try_reshape(g.shape())
                })?,
                ctx.when(1, || flat.try_index_select(0, &again)?.try_reshape(&from))?,
            ])
        },
    )
}

fn index_fill(x: &Tensor, dim: i64, index: &Tensor, value: Arg) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    refuse_overlap(x, &[index])?;
    if index.dtype() != DType::I64 {
        bail_index!("index_fill_(): Expected dtype int64 for index.");
    }
    if index.dim() > 1 {
        bail_index!("Index has to be a vector/scalar");
    }
    let name = if matches!(value, Arg::Scalar(_)) {
        "IndexFillBackward0"
    } else {
        "IndexFillBackward1"
    };
    let value = match value {
        Arg::Scalar(value) => super::creation::number_like(x, value)?,
        Arg::Tensor(value) if value.dim() == 0 => value.try_to_dtype(x.dtype())?,
        Arg::Tensor(value) => bail!(
            "index_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).",
            value.dim()
        ),
    };
    let index = index.detach().try_reshape(-1)?;
    let size = if x.dim() == 0 { 1 } else { x.dims()[at] } as i64;
    for place in index.try_to_vec::<i64>()? {
        if place < -size || place >= size {
            bail_index!("index {place} is out of bounds for dimension {at} with size {size}");
        }
    }
    let index = index.try_lt(0)?.try_where_(index.try_add(size)?, &index)?;
    let dim = at as i64;
    let again = index.clone();
    let filled = move |x: &Tensor, value: &Tensor| -> Result<Tensor> {
        if x.dim() == 0 {
            return if again.numel() == 0 {
                x.try_copy()
            } else {
                value.try_copy()
            };
        }
        let mut shape = x.dims();
        shape[at] = again.numel();
        x.try_index_copy(dim, &again, &value.try_expand(shape)?)
    };
    composed(name, &[x, &value], Keep::Nothing, || filled(x, &value), {
        let filled = filled.clone();
        move |ctx, g| {
            Ok(vec![
                ctx.when(0, || filled(g, &g.try_new_zeros(&[])?))?,
                // A place that is listed twice holds the number once.
                ctx.when(1, || {
                    let kept = filled(&g.try_ones_like()?, &g.try_new_zeros(&[])?)?;
                    g.try_sub(g.try_mul(kept)?)?.try_sum()
                })?,
            ])
        }
    })
}

/// One number in every place that an index stands for.
fn scatter_value(x: &Tensor, dim: i64, index: &Tensor, value: Scalar) -> Result<Tensor> {
    refuse_overlap(x, &[index])?;
    let source = super::creation::number_like(x, value)?.try_expand(index.shape())?;
    let index = index.detach();
    let (shape, again) = (index.dims(), index.clone());
    composed(
        "ScatterBackward1",
        &[x],
        Keep::Nothing,
        || x.detach().try_scatter(dim, &index, &source),
        move |_, g| {
            Ok(vec![Some(g.try_scatter(
                dim,
                &again,
                &g.try_new_zeros(&shape)?,
            )?)])
        },
    )
}

fn masked_scatter(x: &Tensor, mask: &Tensor, source: &Tensor) -> Result<Tensor> {
    if mask.dtype() != DType::Bool {
        bail!(
            "masked_scatter_ only supports boolean masks, but got mask with dtype {}",
            mask.dtype().scalar_type()
        );
    }
    if x.dtype() != source.dtype() {
        bail!(
            "masked_scatter: expected self and source to have same dtypes but got{} and {}",
            x.dtype().scalar_type(),
            source.dtype().scalar_type()
        );
    }
    let shape = crate::shape::broadcast(&x.shape(), &mask.shape())?;
    let (x, mask) = (
        x.try_expand(&shape)?,
        mask.detach().try_expand(&shape)?.try_contiguous()?,
    );
    let places = mask.try_reshape(-1)?.try_nonzero()?.try_reshape(-1)?;
    let count = places.numel();
    if count > source.numel() {
        bail!("Number of elements of source < number of ones in mask");
    }
    let from = source.shape();
    composed(
        "MaskedScatterBackward0",
        &[&x, source],
        Keep::Nothing,
        || {
            let values = source.try_reshape(-1)?.try_narrow(0, 0, count)?;
            x.try_reshape(-1)?
                .try_index_copy(0, &places, &values)?
                .try_reshape(&shape)
        },
        {
            let places = places.clone();
            move |ctx, g| {
                Ok(vec![
                    ctx.when(0, || mask.try_where_(0., g))?,
                    ctx.when(1, || {
                        let taken = g.try_reshape(-1)?.try_index_select(0, &places)?;
                        super::pad::padded(&taken, &[0, from.numel() as i64 - count as i64], 0.)?
                            .try_reshape(&from)
                    })?,
                ])
            }
        },
    )
}

fn take_along_dim(x: &Tensor, index: &Tensor, dim: i64) -> Result<Tensor> {
    if x.dim() != index.dim() {
        bail!(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got {} dimensions for \
             input, and {} dimensions for indices",
            x.dim(),
            index.dim()
        );
    }
    let at = axis(dim, x.dim())?;
    // All sizes but that along `dim` broadcast.
    let (mut a, mut b) = (x.dims(), index.dims());
    if x.dim() > 0 {
        (a[at], b[at]) = (1, 1);
    }
    let shape = crate::shape::broadcast(&a, &b)?.to_vec();
    let spread = |t: &Tensor| {
        let mut shape = shape.clone();
        if let (Some(size), Some(&own)) = (shape.get_mut(at), t.dims().get(at)) {
            *size = own;
        }
        t.try_expand(shape)
    };
    spread(x)?.try_gather(at as i64, &spread(index)?)
}

fn one_hot(x: &Tensor, classes: Option<usize>) -> Result<Tensor> {
    if x.dtype() != DType::I64 {
        bail!("one_hot is only applicable to index tensor of type LongTensor.");
    }
    let numbers: Vec<i64> = x.try_to_vec()?;
    if numbers.is_empty() && classes.is_none() {
        bail!("Can not infer total number of classes from empty tensor.");
    }
    if numbers.iter().any(|&n| n < 0) {
        bail!("Class values must be non-negative.");
    }
    let most = numbers.iter().max().map_or(0, |&n| n as usize + 1);
    let classes = classes.unwrap_or(most);
    if most > classes {
        bail!("Class values must be smaller than num_classes.");
    }
    let places = Tensor::try_arange(0, classes, 1)?.try_to_device(x.device())?;
    x.try_unsqueeze(-1)?
        .try_eq(places)?
        .try_to_dtype(DType::I64)
}

/// A copy of `x` in which a view of it, as `part` takes it, holds `source` instead.
fn with_part(
    name: &'static str,
    x: &Tensor,
    source: &Tensor,
    part: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + Clone + 'static,
) -> Result<Tensor> {
    let slice = part(&x.detach())?;
    if slice.shape() != source.shape() {
        bail!(
            "expected src to have a size equal to the slice of self. src size = {}, slice size = {}",
            source.shape().list(),
            slice.shape().list()
        );
    }
    let again = part.clone();
    composed(
        name,
        &[x, source],
        Keep::Nothing,
        || {
            let y = x.detach().try_copy()?;
            part(&y)?.try_copy_(&source.detach())?;
            Ok(y)
        },
        move |ctx, g| {
            Ok(vec![
                ctx.when(0, || {
                    let slice = again(g)?;
                    with_part(name, g, &slice.detach().try_zeros_like()?, again.clone())
                })?,
                ctx.when(1, || again(g)?.try_contiguous())?,
            ])
        },
    )
}

ops! {
    /// The elements at places that count through the whole tensor, in the shape of `index`. `index` is an `i64` tensor;
    /// negative places count from the end, places outside are an error. PyTorch: `torch.take`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.take(&tensor!([0, 4, -1])).to_string(), "tensor([1, 5, 6])");
    /// ```
    take, try_take, [] (x, index: &Tensor) => take(x, index);
    /// With elements of `source` at places that count through the whole tensor, or added to those. `index` is an `i64`
    /// tensor with as many elements as `source`. PyTorch: `Tensor.put`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// let (places, source) = (tensor!([0, 4]), tensor!([10, 50]));
    /// assert_eq!(x.put(&places, &source, false).to_string(), "tensor([[10,  2,  3],\n        [ 4, 50,  6]])");
    /// assert_eq!(x.put(&places, &source, true).to_string(), "tensor([[11,  2,  3],\n        [ 4, 55,  6]])");
    /// ```
    put, try_put, [put_, try_put_] (x, index: &Tensor, source: &Tensor, accumulate: bool) => put(x, index, source, accumulate);
    /// For each index the element there along one dimension; other sizes broadcast. `index` is an `i64` tensor of as
    /// many dimensions. PyTorch: `torch.take_along_dim`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[3, 1, 2], [6, 5, 4]]);
    /// let order = x.argsort(1, false);
    /// assert_eq!(x.take_along_dim(&order, 1).to_string(), "tensor([[1, 2, 3],\n        [4, 5, 6]])");
    /// ```
    take_along_dim, try_take_along_dim, [] (x, index: &Tensor, dim: i64) => take_along_dim(x, index, dim);
    /// With one number in the slices of one dimension that a 1-d tensor lists. `index` is an `i64` tensor, `value` a
    /// number or a tensor without dimensions. PyTorch: `Tensor.index_fill`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.index_fill(1, &tensor!([0, 2]), -1).to_string(), "tensor([[-1,  2, -1],\n        [-1,  5, -1]])");
    /// ```
    index_fill, try_index_fill, [index_fill_, try_index_fill_] (x, dim: i64, index: &Tensor, value: impl crate::Given<Arg>)
        => index_fill(x, dim, index, value.into());
    /// With one number in every place that an index stands for (`x.scatter(dim, index, value)`). `index` is an `i64`
    /// tensor.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3]);
    /// let y = x.scatter_value(1, &tensor!([[0], [2]]), 7);
    /// assert_eq!(y.to_string(), "tensor([[7., 0., 0.],\n        [0., 0., 7.]])");
    /// ```
    scatter_value, try_scatter_value, [scatter_value_, try_scatter_value_] (x, dim: i64, index: &Tensor, value: impl crate::Given<Scalar>)
        => scatter_value(x, dim, index, value.into());
    /// With the first elements of `source`, one after the other, where `mask` is true. `mask` is a bool tensor whose
    /// shape broadcasts; a `source` with too few elements is an error. PyTorch: `torch.masked_scatter`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([0, 5, 0, 7]);
    /// assert_eq!(x.masked_scatter(&x.eq(0), &tensor!([1, 2, 3])).to_string(), "tensor([1, 5, 2, 7])");
    /// ```
    masked_scatter, try_masked_scatter, [masked_scatter_, try_masked_scatter_] (x, mask: &Tensor, source: &Tensor)
        => masked_scatter(x, mask, source);
    /// The positions of all elements that are not 0, one row each, like [`Tensor::nonzero`]. Gives an `i64` tensor, a
    /// column for each dimension. PyTorch: `torch.argwhere`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 5], [7, 2]]);
    /// assert_eq!(x.gt(3).argwhere().to_string(), "tensor([[0, 1],\n        [1, 0]])");
    /// ```
    argwhere, try_argwhere, [] (x) => x.try_nonzero();
    /// The positions of all elements that are not 0, one `i64` tensor for each dimension.
    /// PyTorch: `torch.nonzero(x, as_tuple=True)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let places = tensor!([[1, 5], [7, 2]]).gt(3).nonzero_tuple();
    /// assert_eq!(places[0].to_string(), "tensor([0, 1])");
    /// assert_eq!(places[1].to_string(), "tensor([1, 0])");
    /// ```
    nonzero_tuple, try_nonzero_tuple, [] (x) -> Vec<Tensor> => {
        let x = if x.dim() == 0 { x.try_reshape(1)? } else { x.clone() };
        x.try_nonzero()?.try_unbind(1)
    };
    /// A row of zeros with a one for each class; `None` makes as many as there are classes. An `i64` tensor with a
    /// dimension more, at the end; negative classes and those beyond `classes` are an error. PyTorch: `F.one_hot`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let classes = tensor!([0, 2]);
    /// assert_eq!(classes.one_hot(None).to_string(), "tensor([[1, 0, 0],\n        [0, 0, 1]])");
    /// assert_eq!(classes.one_hot(Some(4)).to_string(), "tensor([[1, 0, 0, 0],\n        [0, 0, 1, 0]])");
    /// ```
    one_hot, try_one_hot, [] (x, classes: Option<usize>) => one_hot(x, classes);
    /// With `source` in place of one element of a dimension. `source` has the shape without that dimension.
    /// PyTorch: `torch.select_scatter`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 2]);
    /// assert_eq!(x.select_scatter(&tensor!([1., 2.]), 1, 0).to_string(), "tensor([[1., 0.],\n        [2., 0.]])");
    /// ```
    select_scatter, try_select_scatter, [] (x, source: &Tensor, dim: i64, index: i64)
        => with_part("SelectScatterBackward0", x, source, move |x| x.try_select(dim, index));
    /// With `source` in place of every `step`-th element from `start` to `end` of a dimension. `source` has the shape
    /// of that slice. PyTorch: `torch.slice_scatter`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros(6);
    /// assert_eq!(x.slice_scatter(&tensor!([1., 2., 3.]), 0, 0, 6, 2).to_string(), "tensor([1., 0., 2., 0., 3., 0.])");
    /// ```
    slice_scatter, try_slice_scatter, [] (x, source: &Tensor, dim: i64, start: usize, end: usize, step: usize) => {
        let at = axis(dim, x.dim())?;
        let (end, step) = (end.min(x.try_size(dim)?), step.max(1));
        with_part("SliceScatterBackward0", x, source, move |x| super::parts::sliced(x, at, start.min(end), end, step, "SliceBackward0"))
    };
    /// With `source` in place of a diagonal. `source` has the shape that [`Tensor::diagonal_dims`] gives.
    /// PyTorch: `torch.diagonal_scatter`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 2]);
    /// let y = x.diagonal_scatter(&tensor!([1., 2.]), 0, 0, 1);
    /// assert_eq!(y.to_string(), "tensor([[1., 0.],\n        [0., 2.]])");
    /// ```
    diagonal_scatter, try_diagonal_scatter, [] (x, source: &Tensor, offset: i64, dim1: i64, dim2: i64)
        => with_part("DiagonalScatterBackward0", x, source, move |x| x.try_diagonal_dims(offset, dim1, dim2));
    /// With `alpha * source` added to the slices of one dimension that a 1-d tensor lists.
    /// PyTorch: `torch.index_add(…, alpha=alpha)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, index, source) = (Tensor::ones([3]), tensor!([0, 2, 2]), tensor!([1., 2., 3.]));
    /// assert_eq!(x.index_add_scaled(0, &index, &source, 10.).to_string(), "tensor([11.,  1., 51.])");
    /// ```
    index_add_scaled, try_index_add_scaled, [index_add_scaled_, try_index_add_scaled_] (x, dim: i64, index: &Tensor, source: &Tensor, alpha: f64)
        => {
            refuse_overlap(x, &[index, source])?;
            x.try_index_add(dim, index, &source.try_mul(alpha)?.try_to_dtype(source.dtype())?)
        };
    /// The numbers of this tensor in another's shape. A view, of as many elements; memory that does not allow one is an
    /// error. PyTorch: `Tensor.view_as`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, grid) = (tensor!([1, 2, 3, 4]), Tensor::zeros([2, 2]));
    /// assert_eq!(x.view_as(&grid).to_string(), "tensor([[1, 2],\n        [3, 4]])");
    /// ```
    view_as, try_view_as, [] (x, other: &Tensor) => x.try_view(Dims::from(other.shape()));
    /// The numbers of this tensor in another's shape, copied only where that is needed. Both have as many elements.
    /// PyTorch: `Tensor.reshape_as`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, row) = (tensor!([[1, 2], [3, 4]]), Tensor::zeros(4));
    /// assert_eq!(x.t().reshape_as(&row).to_string(), "tensor([1, 3, 2, 4])");
    /// ```
    reshape_as, try_reshape_as, [] (x, other: &Tensor) => x.try_reshape(Dims::from(other.shape()));
}
