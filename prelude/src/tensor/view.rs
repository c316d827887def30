//! Other shapes of the same numbers. Everything here shares storage, except where a copy is named.

use super::Tensor;
use super::ops::ops;
use super::pointwise::contiguous_copy;
use super::rule::{Keep, composed};
use crate::autograd::{Ctx, record_as_is};
use crate::error::{Result, bail};
use crate::kernels::{indexing, transfer};
use crate::shape::{Dims, axis};
use candle_core::Layout;

/// The strides with which a strided tensor can be seen as another shape, if it can: each new dimension must lie within
/// old ones that follow each other evenly.
fn view_strides(dims: &[usize], strides: &[usize], shape: &[usize]) -> Option<Vec<usize>> {
    if dims.iter().product::<usize>() == 0 || dims.is_empty() {
        return Some(Layout::contiguous(shape).stride().to_vec());
    }
    let mut out = vec![0; shape.len()];
    let mut view = shape.len();
    // Elements of the current run of old dimensions, and of new ones placed in it.
    let (mut run, mut placed) = (1, 1);
    let mut base = strides[dims.len() - 1];
    for i in (0..dims.len()).rev() {
        run *= dims[i];
        if i == 0 || (dims[i - 1] != 1 && strides[i - 1] != run * base) {
            while view > 0 && (placed < run || shape[view - 1] == 1) {
                view -= 1;
                out[view] = placed * base;
                placed *= shape[view];
            }
            if placed != run {
                return None;
            }
            if i > 0 {
                base = strides[i - 1];
                (run, placed) = (1, 1);
            }
        }
    }
    (view == 0).then_some(out)
}

fn relaid(x: &Tensor, shape: &[usize], strides: Vec<usize>) -> Layout {
    Layout::new(shape.into(), strides, x.array().layout.start_offset())
}

fn view(x: &Tensor, shape: &Dims, name: &'static str) -> Result<Option<Tensor>> {
    let array = x.array();
    let from = array.shape();
    let shape = shape.to_view_shape(array.numel())?;
    let Some(strides) = view_strides(&from, array.layout.stride(), &shape) else {
        return Ok(None);
    };
    x.view_through(relaid(x, &shape, strides), name, move |_, g| {
        Ok(vec![Some(g.try_reshape(&from)?)])
    })
    .map(Some)
}

fn viewed(x: &Tensor, shape: &Dims) -> Result<Tensor> {
    match view(x, shape, "ViewBackward0")? {
        Some(view) => Ok(view),
        None => bail!(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two \
             contiguous subspaces). Use .reshape(...) instead."
        ),
    }
}

fn reshaped(x: &Tensor, shape: &Dims) -> Result<Tensor> {
    if let Some(view) = view(x, shape, "ViewBackward0")? {
        return Ok(view);
    }
    let shape = shape.to_view_shape(x.numel())?;
    renewed(&contiguous_copy(x)?, &shape)
}

/// A fresh, contiguous result as another shape: no view, because nobody else sees the first shape.
pub(super) fn renewed(x: &Tensor, shape: &[usize]) -> Result<Tensor> {
    let from = x.shape();
    let output = Tensor::from_array(x.array().reshaped(shape));
    record_as_is("UnsafeViewBackward0", &[x], output, |_| {
        (Vec::new(), move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(g.try_reshape(&from)?)])
        })
    })
}

fn flattened(x: &Tensor, start: i64, end: i64) -> Result<Tensor> {
    let shape = x.shape();
    let (start, end) = (axis(start, shape.rank())?, axis(end, shape.rank())?);
    if start > end {
        bail!("flatten() has invalid args: start_dim cannot come after end_dim");
    }
    if shape.rank() == 0 {
        return reshaped(x, &1.into());
    }
    if start == end {
        return Ok(x.clone());
    }
    let middle = shape[start..=end].iter().product();
    let dims: Vec<usize> = [&shape[..start], &[middle], &shape[end + 1..]].concat();
    reshaped(x, &dims.into())
}

fn permuted(x: &Tensor, dims: &Dims) -> Result<Tensor> {
    let rank = x.dim();
    if dims.as_slice().len() != rank {
        bail!(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired \
             ordering of dimensions i.e. input.dim() = {rank} is not equal to len(dims) = {}",
            dims.as_slice().len()
        );
    }
    let axes = dims.to_axes(rank)?;
    let layout = (*x.array().permuted(&axes).layout).clone();
    let mut back = vec![0i64; rank];
    for (to, &from) in axes.iter().enumerate() {
        back[from] = to as i64;
    }
    x.view_through(layout, "PermuteBackward0", move |_, g| {
        Ok(vec![Some(g.try_permute(&back)?)])
    })
}

pub(super) fn transposed(x: &Tensor, a: i64, b: i64, name: &'static str) -> Result<Tensor> {
    let rank = x.dim();
    let (a, b) = (axis(a, rank)?, axis(b, rank)?);
    let mut axes: Vec<usize> = (0..rank).collect();
    if rank > 0 {
        axes.swap(a, b);
    }
    let layout = (*x.array().permuted(&axes).layout).clone();
    let (a, b) = (a as i64, b as i64);
    x.view_through(layout, name, move |_, g| {
        Ok(vec![Some(g.try_transpose(a, b)?)])
    })
}

/// A view of the whole tensor.
pub(super) fn alias(x: &Tensor, name: &'static str) -> Result<Tensor> {
    let layout = (*x.array().layout).clone();
    x.view_through(layout, name, |_, g| Ok(vec![Some(g.clone())]))
}

fn matrix_transposed(x: &Tensor) -> Result<Tensor> {
    match x.dim() {
        0 | 1 => transposed(x, 0, 0, "TBackward0"),
        2 => transposed(x, 0, 1, "TBackward0"),
        rank => bail!("t() expects a tensor with <= 2 dimensions, but self is {rank}D"),
    }
}

fn expanded(x: &Tensor, sizes: &Dims) -> Result<Tensor> {
    let array = x.array();
    let from = array.shape();
    let sizes = sizes.as_slice();
    let Some(added) = sizes.len().checked_sub(from.rank()) else {
        bail!(
            "expand({}{{{}}}, size={sizes:?}): the number of sizes provided ({}) must be greater or equal \
             to the number of dimensions in the tensor ({})",
            array.dtype().type_name(),
            from.list(),
            sizes.len(),
            from.rank()
        );
    };
    let (mut shape, mut strides) = (Vec::new(), Vec::new());
    // From behind: the last size that does not fit is the one that is named.
    for (i, &size) in sizes.iter().enumerate().rev() {
        let old = i
            .checked_sub(added)
            .map(|i| (from[i], array.layout.stride()[i]));
        let (size, stride) = match (size, old) {
            (-1, Some(old)) => old,
            (-1, None) => bail!(
                "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension {i}"
            ),
            (size, _) if size < 0 => bail!("expand: sizes must not be negative, got {sizes:?}"),
            (size, Some((old, stride))) if old == size as usize => (old, stride),
            (size, None | Some((1, _))) => (size as usize, 0),
            (size, Some((old, _))) => bail!(
                "The expanded size of the tensor ({size}) must match the existing size ({old}) at non-singleton \
                 dimension {i}.  Target sizes: {sizes:?}.  Tensor sizes: {}",
                from.list()
            ),
        };
        shape.push(size);
        strides.push(stride);
    }
    shape.reverse();
    strides.reverse();
    let layout = relaid(x, &shape, strides);
    x.view_through(layout, "ExpandBackward0", move |_, g| {
        Ok(vec![Some(g.try_sum_to(&from)?)])
    })
}

/// Drops those of `axes` that have size 1.
pub(super) fn squeezed(x: &Tensor, axes: &[usize], name: &'static str) -> Result<Tensor> {
    let array = x.array();
    let from = array.shape();
    let kept: Vec<usize> = (0..from.rank())
        .filter(|i| !(axes.contains(i) && from[*i] == 1))
        .collect();
    let shape: Vec<usize> = kept.iter().map(|&i| from[i]).collect();
    let strides = kept.iter().map(|&i| array.layout.stride()[i]).collect();
    x.view_through(relaid(x, &shape, strides), name, move |_, g| {
        Ok(vec![Some(g.try_reshape(&from)?)])
    })
}

pub(super) fn unsqueezed(x: &Tensor, dim: i64, name: &'static str) -> Result<Tensor> {
    let array = x.array();
    let from = array.shape();
    let at = axis(dim, from.rank() + 1)?;
    let (mut shape, mut strides) = (from.to_vec(), array.layout.stride().to_vec());
    let stride = if at < shape.len() {
        shape[at] * strides[at]
    } else {
        1
    };
    shape.insert(at, 1);
    strides.insert(at, stride);
    x.view_through(relaid(x, &shape, strides), name, move |_, g| {
        Ok(vec![Some(g.try_reshape(&from)?)])
    })
}

fn strided(x: &Tensor, shape: &Dims, strides: &[usize], offset: usize) -> Result<Tensor> {
    let shape = shape.to_shape()?;
    let array = x.array();
    let reach: usize = shape
        .iter()
        .zip(strides)
        .map(|(&n, &s)| n.saturating_sub(1) * s)
        .sum();
    let stored = array.storage.len();
    if shape.rank() != strides.len() {
        bail!("mismatch in length of strides and shape");
    }
    if shape.numel() > 0 && offset + reach >= stored {
        bail!(
            "setStorage: sizes {}, strides {strides:?}, storage offset {offset}, and itemsize {} are out of bounds for \
             storage of {stored} elements",
            shape.list(),
            array.dtype().size()
        );
    }
    let layout = Layout::new(shape.dims().into(), strides.to_vec(), offset);
    let (view, base) = (layout.clone(), (*array.layout).clone());
    x.view_through(layout, "AsStridedBackward0", move |_, g| {
        Ok(vec![Some(super::strided::scatter_view(g, &view, &base)?)])
    })
}

fn flipped(x: &Tensor, dims: &Dims) -> Result<Tensor> {
    let axes = dims.to_axes(x.dim())?;
    let array = x.array();
    let axes = if x.dim() == 0 { Vec::new() } else { axes };
    let output = Tensor::from_array(match axes.is_empty() {
        // Nothing to turn, but a tensor of its own all the same.
        true => transfer::copy(&array)?,
        false => indexing::flip(&array, &axes)?,
    });
    let dims = dims.clone();
    record_as_is("FlipBackward0", &[x], output, |_| {
        (Vec::new(), move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(g.try_flip(dims.clone())?)])
        })
    })
}

fn repeated(x: &Tensor, times: &Dims) -> Result<Tensor> {
    let times = times.to_shape()?;
    let shape = x.shape();
    let Some(added) = times.rank().checked_sub(shape.rank()) else {
        bail!(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"
        );
    };
    let sizes: Vec<usize> = (0..times.rank())
        .map(|i| if i < added { 1 } else { shape[i - added] })
        .collect();
    let apart: Vec<usize> = sizes.iter().flat_map(|&n| [1, n]).collect();
    let wide: Vec<usize> = times
        .iter()
        .zip(&sizes)
        .flat_map(|(&t, &n)| [t, n])
        .collect();
    let whole: Vec<usize> = times.iter().zip(&sizes).map(|(&t, &n)| t * n).collect();
    let spread_shape = wide.clone();
    composed(
        "RepeatBackward0",
        &[x],
        Keep::Nothing,
        || {
            let spread = expanded(&reshaped(x, &apart.into())?, &wide.into())?;
            reshaped(&spread.try_copy()?, &whole.into())
        },
        move |_, g| {
            let again: Vec<usize> = (0..spread_shape.len()).step_by(2).collect();
            let sums = g.try_reshape(&spread_shape)?.try_sum_dim(again, true)?;
            Ok(vec![Some(sums.try_reshape(&shape)?)])
        },
    )
}

fn moved(x: &Tensor, from: i64, to: i64) -> Result<Tensor> {
    let rank = x.dim();
    let (from, to) = (axis(from, rank)?, axis(to, rank)?);
    if rank == 0 {
        return alias(x, "AliasBackward0");
    }
    let mut order: Vec<usize> = (0..rank).filter(|&i| i != from).collect();
    order.insert(to, from);
    permuted(x, &order.into())
}

ops! {
    /// The same numbers as another shape; one size may be -1. They share their memory; a number of elements that does
    /// not fit, and a tensor that would have to be copied, are errors. PyTorch: `Tensor.view`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = Tensor::arange(0, 6, 1);
    /// assert_eq!(a.view([2, -1]).to_string(), "tensor([[0, 1, 2],\n        [3, 4, 5]])");
    /// // A transposed matrix has its numbers in another order in memory.
    /// assert!(a.view([2, 3]).t().try_view(6).is_err());
    /// ```
    view, try_view, [] (x, shape: impl crate::Given<Dims>) => viewed(x, &shape.into());
    /// The same numbers as another shape; one size may be -1. It copies only where it must. A number of elements that
    /// does not fit is an error. PyTorch: `torch.reshape`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = Tensor::arange(0, 6, 1).reshape([2, 3]);
    /// assert_eq!(a.t().reshape(-1).to_string(), "tensor([0, 3, 1, 4, 2, 5])");
    /// let mistake = a.try_reshape([4, 2]).unwrap_err();
    /// assert!(mistake.to_string().contains("shape '[4, 2]' is invalid for input of size 6"));
    /// ```
    reshape, try_reshape, [] (x, shape: impl crate::Given<Dims>) => reshaped(x, &shape.into());
    /// The dimensions from `start` to `end` (both included) as one. With 1 and -1, images `[N, C, H, W]` become
    /// `[N, C * H * W]`. PyTorch: `torch.flatten`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let images = Tensor::zeros([8, 3, 4, 4]);
    /// assert_eq!(images.flatten(1, -1).dims(), [8, 48]);
    /// ```
    flatten, try_flatten, [] (x, start: i64, end: i64) => flattened(x, start, end);
    /// All elements as one dimension. A copy only if the tensor is not contiguous. PyTorch: `torch.ravel`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2], [3, 4]]);
    /// assert_eq!(a.ravel().to_string(), "tensor([1, 2, 3, 4])");
    /// assert_eq!(a.t().ravel().to_string(), "tensor([1, 3, 2, 4])");
    /// ```
    ravel, try_ravel, [] (x) => viewed(&x.try_contiguous()?, &(-1).into());
    /// The dimensions in another order, without a copy. `dims` names each dimension once. PyTorch: `torch.permute`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // From height, width, channels to channels, height, width.
    /// let picture = Tensor::zeros([28, 32, 3]);
    /// assert_eq!(picture.permute([2, 0, 1]).dims(), [3, 28, 32]);
    /// ```
    permute, try_permute, [] (x, dims: impl crate::Given<Dims>) => permuted(x, &dims.into());
    /// Two dimensions in each other's place, without a copy. PyTorch: `torch.transpose`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(a.transpose(0, 1).to_string(), "tensor([[1, 4],\n        [2, 5],\n        [3, 6]])");
    /// ```
    transpose, try_transpose, [] (x, a: i64, b: i64) => transposed(x, a, b, "TransposeBackward0");
    /// The transposed matrix, Python's `a.T`. It shares the memory; a vector stays as it is. More than two dimensions are
    /// an error: [`Tensor::mt`] transposes each matrix of a batch, [`Tensor::permute`] takes any order. PyTorch: `torch.t`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(a.t().to_string(), "tensor([[1, 4],\n        [2, 5],\n        [3, 6]])");
    /// assert_eq!(a.matmul(&a.t()).to_string(), "tensor([[14, 32],\n        [32, 77]])");
    /// ```
    t, try_t, [] (x) => matrix_transposed(x);
    /// The last two dimensions in each other's place, Python's `a.mT`. It transposes each matrix of a batch; a vector
    /// is an error. PyTorch: `Tensor.mT`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let batch = Tensor::zeros([5, 2, 3]);
    /// assert_eq!(batch.mt().dims(), [5, 3, 2]);
    /// ```
    mt, try_mt, [] (x) => match x.dim() {
        0 => Ok(x.clone()),
        1 => bail!("tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor."),
        _ => transposed(x, -2, -1, "TransposeBackward0"),
    };
    /// One dimension moved to another place; the others keep their order. PyTorch: `torch.movedim`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pictures = Tensor::zeros([8, 28, 32, 3]);
    /// assert_eq!(pictures.movedim(-1, 1).dims(), [8, 3, 28, 32]);
    /// ```
    movedim, try_movedim, [] (x, from: i64, to: i64) => moved(x, from, to);
    /// Dimensions of size 1 repeated to other sizes, and new ones in front, without a copy; -1 keeps a size. A
    /// dimension of another size that is to change is an error. PyTorch: `Tensor.expand`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let column = tensor!([[1], [2]]);
    /// assert_eq!(column.expand([-1, 3]).to_string(), "tensor([[1, 1, 1],\n        [2, 2, 2]])");
    /// // All elements of a row are one place in memory.
    /// assert_eq!(column.expand([-1, 3]).stride(), [1, 0]);
    /// ```
    expand, try_expand, [] (x, shape: impl crate::Given<Dims>) => expanded(x, &shape.into());
    /// [`Tensor::expand`] to the shape of another tensor. PyTorch: `Tensor.expand_as`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let column = tensor!([[1], [2]]);
    /// assert_eq!(column.expand_as(&Tensor::zeros([2, 3])).to_string(), "tensor([[1, 1, 1],\n        [2, 2, 2]])");
    /// ```
    expand_as, try_expand_as, [] (x, other: &Tensor) => expanded(x, &other.shape().into());
    /// Without the given dimensions, as far as they have size 1: `a.squeeze(0)`. Without a copy.
    /// PyTorch: `torch.squeeze`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = Tensor::zeros([1, 3, 1, 4]);
    /// assert_eq!(a.squeeze(0).dims(), [3, 1, 4]);
    /// assert_eq!(a.squeeze([0, 1, 2]).dims(), [3, 4]);
    /// ```
    squeeze, try_squeeze, [] (x, dims: impl crate::Given<Dims>) => {
        let axes = dims.into().to_axes(x.dim())?;
        squeezed(x, &axes, if axes.len() == 1 { "SqueezeBackward1" } else { "SqueezeBackward2" })
    };
    /// Without one dimension, if it has size 1. PyTorch: `torch.squeeze`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let outputs = tensor!([[0.5], [2.]]);
    /// assert_eq!(outputs.squeeze_dim(1).to_string(), "tensor([0.5000, 2.0000])");
    /// assert_eq!(outputs.squeeze_dim(0).dims(), [2, 1]);
    /// ```
    squeeze_dim, try_squeeze_dim, [] (x, dim: i64) => squeezed(x, &[axis(dim, x.dim())?], "SqueezeBackward1");
    /// Without any dimension of size 1: Python's `a.squeeze()`. A batch of one example loses that dimension too.
    /// PyTorch: `torch.squeeze`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::zeros([1, 3, 1]).squeeze_all().dims(), [3]);
    /// ```
    squeeze_all, try_squeeze_all, [] (x) => squeezed(x, &(0..x.dim()).collect::<Vec<_>>(), "SqueezeBackward0");
    /// With a new dimension of size 1 at `dim`; -1 puts it last. Without a copy. PyTorch: `torch.unsqueeze`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1, 2]);
    /// assert_eq!(a.unsqueeze(0).to_string(), "tensor([[1, 2]])");
    /// assert_eq!(a.unsqueeze(-1).to_string(), "tensor([[1],\n        [2]])");
    /// ```
    unsqueeze, try_unsqueeze, [] (x, dim: i64) => unsqueezed(x, dim, "UnsqueezeBackward0");
    /// Any view that a shape, strides and an offset describe. Strides count elements of the memory, so elements may
    /// come more than once; places beyond the memory are an error. PyTorch: `torch.as_strided`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // Windows of three numbers, each one further.
    /// let windows = Tensor::arange(0, 5, 1).as_strided([3, 3], &[1, 1], 0);
    /// assert_eq!(windows.to_string(), "tensor([[0, 1, 2],\n        [1, 2, 3],\n        [2, 3, 4]])");
    /// ```
    as_strided, try_as_strided, [] (x, shape: impl crate::Given<Dims>, strides: &[usize], offset: usize)
        => strided(x, &shape.into(), strides, offset);
    /// Itself if it is contiguous, a contiguous copy if not. After [`Tensor::permute`] it lets [`Tensor::view`] work.
    /// PyTorch: `Tensor.contiguous`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = Tensor::zeros([2, 3]).t();
    /// assert!(!a.is_contiguous());
    /// assert_eq!(a.contiguous().view(-1).dims(), [6]);
    /// ```
    contiguous, try_contiguous, [] (x) => if x.is_contiguous() { Ok(x.clone()) } else { contiguous_copy(x) };
    /// The elements of some dimensions in reverse (a copy). PyTorch: `torch.flip`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(a.flip(1).to_string(), "tensor([[3, 2, 1],\n        [6, 5, 4]])");
    /// assert_eq!(a.flip([0, 1]).to_string(), "tensor([[6, 5, 4],\n        [3, 2, 1]])");
    /// ```
    flip, try_flip, [] (x, dims: impl crate::Given<Dims>) => flipped(x, &dims.into());
    /// The whole tensor again and again along each dimension (a copy). More numbers than dimensions make new dimensions
    /// in front; fewer are an error. PyTorch: `Tensor.repeat`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1, 2]);
    /// assert_eq!(a.repeat(2).to_string(), "tensor([1, 2, 1, 2])");
    /// assert_eq!(a.repeat([2, 1]).to_string(), "tensor([[1, 2],\n        [1, 2]])");
    /// ```
    repeat, try_repeat, [] (x, times: impl crate::Given<Dims>) => repeated(x, &times.into());
}
