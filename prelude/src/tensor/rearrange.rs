//! Elements in other places: rolled, turned, repeated, moved; and shapes with more or fewer dimensions.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::dtype::DType;
use crate::error::{Result, bail, bail_index};
use crate::scalar::Arg;
use crate::shape::{Dims, axis};

fn roll(x: &Tensor, shifts: &Dims, dims: &Dims) -> Result<Tensor> {
    let (shifts, dims) = (shifts.as_slice().to_vec(), dims.as_slice().to_vec());
    if shifts.is_empty() {
        bail!("`shifts` required");
    }
    // Without dimensions, the tensor is rolled as if it had one.
    let flat = dims.is_empty() && shifts.len() == 1;
    if !flat && dims.len() != shifts.len() {
        bail!(
            "shifts and dimensions must align. shifts: {}, dims:{}",
            shifts.len(),
            dims.len()
        );
    }
    if let (0, Some(dim)) = (x.dim(), dims.first()) {
        bail_index!("Dimension specified as {dim} but tensor has no dimensions");
    }
    let axes = dims
        .iter()
        .map(|&dim| axis(dim, x.dim()))
        .collect::<Result<Vec<_>>>()?;
    let (back, back_dims): (Vec<i64>, Dims) = (shifts.iter().map(|n| -n).collect(), dims.into());
    composed(
        "RollBackward0",
        &[x],
        Keep::Nothing,
        || {
            if flat {
                return rolled(&x.try_reshape(-1)?, 0, shifts[0])?.try_reshape(x.shape());
            }
            shifts
                .iter()
                .zip(&axes)
                .try_fold(x.clone(), |y, (&shift, &at)| rolled(&y, at, shift))
        },
        move |_, g| Ok(vec![Some(roll(g, &back.clone().into(), &back_dims)?)]),
    )
}

fn rolled(x: &Tensor, at: usize, shift: i64) -> Result<Tensor> {
    let size = x.dims().get(at).copied().unwrap_or(0);
    if size == 0 {
        return x.try_copy();
    }
    let start = (-shift).rem_euclid(size as i64);
    let (dim, tail) = (at as i64, size - start as usize);
    Tensor::try_cat(
        &[
            x.try_narrow(dim, start, tail)?,
            x.try_narrow(dim, 0, start as usize)?,
        ],
        dim,
    )
}

/// A quarter turn `k` times, in the plane of two dimensions, from the first towards the second.
fn rot90(x: &Tensor, k: i64, dims: &Dims) -> Result<Tensor> {
    let dims = dims.as_slice();
    if x.dim() < 2 {
        bail!("expected total dims >= 2, but got total dims = {}", x.dim());
    }
    let &[first, second] = dims else {
        bail!(
            "expected total rotation dims == 2, but got dims = {}",
            dims.len()
        )
    };
    if first == second || (first - second).unsigned_abs() as usize == x.dim() {
        bail!("expected rotation dims to be different, but got dim0 = {first} and dim1 = {second}");
    }
    axis(first, x.dim())?;
    axis(second, x.dim())?;
    composed(
        "Rot90Backward0",
        &[x],
        Keep::Nothing,
        || match k.rem_euclid(4) {
            1 => x
                .try_flip(second)?
                .try_transpose(first, second)?
                .try_contiguous(),
            2 => x.try_flip([first, second]),
            3 => x
                .try_flip(first)?
                .try_transpose(first, second)?
                .try_contiguous(),
            _ => x.try_copy(),
        },
        move |_, g| Ok(vec![Some(rot90(g, -k, &[first, second].into())?)]),
    )
}

fn flipped_side(x: &Tensor, dim: i64) -> Result<Tensor> {
    let least = dim as usize + 1;
    if x.dim() < least {
        bail!("Input must be >= {least}-d.");
    }
    x.try_flip(dim)
}

fn tile(x: &Tensor, times: &Dims) -> Result<Tensor> {
    // A list that is too short counts from the back.
    let times = times.as_slice();
    let missing = x.dim().saturating_sub(times.len());
    let times: Vec<i64> = std::iter::repeat_n(1, missing)
        .chain(times.iter().copied())
        .collect();
    x.try_repeat(times)
}

fn repeat_interleave(x: &Tensor, repeats: Arg, dim: Option<i64>) -> Result<Tensor> {
    let (x, dim) = match dim {
        Some(dim) => (x.clone(), dim),
        None => (x.try_reshape(-1)?, 0),
    };
    let at = axis(dim, x.dim())?;
    let x = if x.dim() == 0 { x.try_reshape(1)? } else { x };
    let size = x.dims()[at];
    let repeats = match repeats {
        Arg::Tensor(repeats) if repeats.numel() != 1 || repeats.dim() > 0 => repeats,
        number => {
            let times = match number {
                Arg::Scalar(number) => number.to_i64(),
                Arg::Tensor(number) => number.try_item()?,
            };
            let Ok(times) = usize::try_from(times) else {
                bail!("Repeats must be non-negative")
            };
            let (mut wide, mut shape) = (x.dims(), x.dims());
            wide.insert(at + 1, times);
            shape[at] *= times;
            return x
                .try_unsqueeze(at as i64 + 1)?
                .try_expand(wide)?
                .try_contiguous()?
                .try_reshape(shape);
        }
    };
    if !matches!(repeats.dtype(), DType::I64 | DType::I32) {
        bail!("repeats has to be Long or Int tensor");
    }
    if repeats.dim() > 1 {
        bail!("repeats must be 0-dim or 1-dim tensor");
    }
    let mut times: Vec<i64> = repeats.try_to_vec()?;
    if times.len() == 1 {
        times = vec![times[0]; size];
    }
    if times.len() != size {
        bail!(
            "repeats must have the same size as input along dim, but got repeats.size(0) = {} and input.size({at}) = {size}",
            times.len()
        );
    }
    if times.iter().any(|&n| n < 0) {
        bail!("repeats can not be negative");
    }
    let places: Vec<i64> = times
        .iter()
        .enumerate()
        .flat_map(|(i, &n)| std::iter::repeat_n(i as i64, n as usize))
        .collect();
    let count = places.len();
    x.try_index_select(
        at as i64,
        &Tensor::try_from_vec(places, [count])?.try_to_device(x.device())?,
    )
}

/// Several dimensions moved at once.
fn move_all(x: &Tensor, from: &Dims, to: &Dims) -> Result<Tensor> {
    let (source, target) = (from.as_slice(), to.as_slice());
    if source.len() != target.len() {
        bail!(
            "movedim: Invalid source or destination dims: source ({source:?} dims) should contain the same number of dims as \
             destination ({target:?} dims)"
        );
    }
    let places = |what: &str, dims: &[i64]| -> Result<Vec<usize>> {
        let axes = dims
            .iter()
            .map(|&dim| axis(dim, x.dim()))
            .collect::<Result<Vec<_>>>()?;
        for (i, at) in axes.iter().enumerate() {
            if axes[..i].contains(at) {
                bail!("movedim: repeated dim in `{what}` ({dims:?})");
            }
        }
        Ok(axes)
    };
    let (from, to) = (places("source", source)?, places("destination", target)?);
    if x.dim() == 0 {
        return super::view::alias(x, "AliasBackward0");
    }
    let mut rest = (0..x.dim()).filter(|d| !from.contains(d));
    let order: Vec<usize> = (0..x.dim())
        .filter_map(|d| match to.iter().position(|&t| t == d) {
            Some(i) => Some(from[i]),
            None => rest.next(),
        })
        .collect();
    x.try_permute(order)
}

fn unflatten(x: &Tensor, dim: i64, sizes: &Dims) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    if x.dim() == 0 {
        bail!(
            "unflatten got an unexpected error:\nDimension specified as 0 but tensor has no dimensions"
        );
    }
    if sizes.as_slice().is_empty() {
        bail!("unflatten: sizes must be non-empty");
    }
    let size = x.try_size(dim)?;
    let Ok(inner) = sizes.to_view_shape(size) else {
        bail!(
            "unflatten: Provided sizes {:?} don't multiply up to the size of dim {at} ({size}) in the input tensor",
            sizes.as_slice()
        );
    };
    let dims = x.dims();
    x.try_view([&dims[..at], inner.dims(), &dims[at + 1..]].concat())
}

fn tensor_split(x: &Tensor, places: &[i64], dim: i64) -> Result<Vec<Tensor>> {
    if x.dim() == 0 {
        bail!(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        );
    }
    let at = axis(dim, x.dim())?;
    let size = x.dims()[at] as i64;
    let place = |n: i64| if n < 0 { (n + size).max(0) } else { n.min(size) } as usize;
    let mut starts = vec![0];
    starts.extend(places.iter().map(|&n| place(n)));
    let ends = starts[1..].iter().copied().chain([size as usize]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| {
            super::parts::sliced(x, at, start, end.max(start), 1, "SliceBackward0")
        })
        .collect()
}

/// Where sections of as equal sizes as possible begin; the first are one larger.
fn section_starts(x: &Tensor, sections: usize, dim: i64) -> Result<Vec<i64>> {
    if x.dim() == 0 {
        bail!(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims"
        );
    }
    if sections == 0 {
        bail!("number of sections must be larger than 0, got 0");
    }
    let size = x.try_size(dim)?;
    let (each, larger) = (size / sections, size % sections);
    Ok((1..sections)
        .map(|i| (i * each + i.min(larger)) as i64)
        .collect())
}

fn even_split(name: &str, x: &Tensor, sections: usize) -> Result<Vec<Tensor>> {
    let (least, at) = match name {
        "hsplit" => (1, usize::from(x.dim() > 1)),
        "vsplit" => (2, 0),
        _ => (3, 2),
    };
    if x.dim() < least {
        bail!(
            "torch.{name} requires a tensor with at least {least} dimension, but got a tensor with {} dimensions!",
            x.dim()
        );
    }
    let size = x.dims()[at];
    if sections == 0 || !size.is_multiple_of(sections) {
        bail!(
            "torch.{name} attempted to split along dimension {at}, but the size of the dimension {size} is not divisible by \
             the split_size {sections}!"
        );
    }
    tensor_split(x, &section_starts(x, sections, at as i64)?, at as i64)
}

fn at_least(x: &Tensor, rank: usize) -> Result<Tensor> {
    match (rank, x.dim()) {
        (_, 0) => x.try_reshape(vec![1; rank]),
        (2, 1) => x.try_unsqueeze(0),
        (3, 1) => x.try_unsqueeze(0)?.try_unsqueeze(-1),
        (3, 2) => x.try_unsqueeze(-1),
        _ => Ok(x.clone()),
    }
}

ops! {
    /// Elements moved along dimensions, what leaves at one end coming back at the other; without dimensions (`()`),
    /// along the whole tensor. As many `shifts` as `dims`; a negative shift moves backwards. PyTorch: `torch.roll`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(a.roll(1, 1).to_string(), "tensor([[3, 1, 2],\n        [6, 4, 5]])");
    /// assert_eq!(a.roll(1, ()).to_string(), "tensor([[6, 1, 2],\n        [3, 4, 5]])");
    /// ```
    roll, try_roll, [] (x, shifts: impl crate::Given<Dims>, dims: impl crate::Given<Dims>) => roll(x, &shifts.into(), &dims.into());
    /// Turned by `k` quarters in the plane of two dimensions, from the first towards the second. `(-2, -1)` turns
    /// images `[N, C, H, W]` to the left. PyTorch: `torch.rot90`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(a.rot90(1, (0, 1)).to_string(), "tensor([[3, 6],\n        [2, 5],\n        [1, 4]])");
    /// ```
    rot90, try_rot90, [] (x, k: i64, dims: impl crate::Given<Dims>) => rot90(x, k, &dims.into());
    /// The columns in reverse (a copy). It reverses the second dimension, which the tensor must have.
    /// PyTorch: `torch.fliplr`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(a.fliplr().to_string(), "tensor([[3, 2, 1],\n        [6, 5, 4]])");
    /// ```
    fliplr, try_fliplr, [] (x) => flipped_side(x, 1);
    /// The rows in reverse (a copy). It reverses the first dimension, which the tensor must have.
    /// PyTorch: `torch.flipud`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(a.flipud().to_string(), "tensor([[4, 5, 6],\n        [1, 2, 3]])");
    /// ```
    flipud, try_flipud, [] (x) => flipped_side(x, 0);
    /// The whole tensor again and again; unlike [`Tensor::repeat`] it takes fewer numbers than dimensions. Those count
    /// from the last dimension. PyTorch: `torch.tile`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2], [3, 4]]);
    /// assert_eq!(a.tile(2).to_string(), "tensor([[1, 2, 1, 2],\n        [3, 4, 3, 4]])");
    /// ```
    tile, try_tile, [] (x, times: impl crate::Given<Dims>) => tile(x, &times.into());
    /// Each element (`None`) or slice of a dimension several times in a row: a number of times for all, or a tensor
    /// with one for each. Without a dimension the result has one. PyTorch: `torch.repeat_interleave`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1, 2, 3]);
    /// assert_eq!(a.repeat_interleave(2, None).to_string(), "tensor([1, 1, 2, 2, 3, 3])");
    /// assert_eq!(a.repeat_interleave(tensor!([1, 0, 3]), Some(0)).to_string(), "tensor([1, 3, 3, 3])");
    /// ```
    repeat_interleave, try_repeat_interleave, [] (x, repeats: impl crate::Given<Arg>, dim: Option<i64>)
        => repeat_interleave(x, repeats.into(), dim);
    /// Several dimensions moved to other places, without a copy: `torch.movedim(x, (0, 1), (1, 2))`. There must be as
    /// many places as dimensions.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = Tensor::zeros([2, 3, 4]);
    /// assert_eq!(a.movedim_all((0, 1), (1, 2)).dims(), [4, 2, 3]);
    /// ```
    movedim_all, try_movedim_all, [] (x, from: impl crate::Given<Dims>, to: impl crate::Given<Dims>) => move_all(x, &from.into(), &to.into());
    /// [`Tensor::movedim`] by its name in NumPy. PyTorch: `torch.moveaxis`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pictures = Tensor::zeros([8, 28, 32, 3]);
    /// assert_eq!(pictures.moveaxis(-1, 1).dims(), [8, 3, 28, 32]);
    /// ```
    moveaxis, try_moveaxis, [] (x, from: i64, to: i64) => x.try_movedim(from, to);
    /// [`Tensor::transpose`] by its name in NumPy. PyTorch: `torch.swapaxes`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(a.swapaxes(0, 1).to_string(), "tensor([[1, 4],\n        [2, 5],\n        [3, 6]])");
    /// ```
    swapaxes, try_swapaxes, [] (x, a: i64, b: i64) => x.try_transpose(a, b);
    /// [`Tensor::transpose`] by another name. PyTorch: `torch.swapdims`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = Tensor::zeros([2, 3, 4]);
    /// assert_eq!(a.swapdims(0, -1).dims(), [4, 3, 2]);
    /// ```
    swapdims, try_swapdims, [] (x, a: i64, b: i64) => x.try_transpose(a, b);
    /// [`Tensor::expand`] by its name in NumPy. PyTorch: `torch.broadcast_to`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2]).broadcast_to([3, 2]).to_vec2::<i64>(), [[1, 2]; 3]);
    /// ```
    broadcast_to, try_broadcast_to, [] (x, shape: impl crate::Given<Dims>) => x.try_expand(shape);
    /// One dimension as several; one size may be -1. The sizes must multiply to that of the dimension.
    /// PyTorch: `torch.unflatten`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // Four heads of sixteen numbers each.
    /// let features = Tensor::zeros([8, 10, 64]);
    /// assert_eq!(features.unflatten(-1, [4, -1]).dims(), [8, 10, 4, 16]);
    /// ```
    unflatten, try_unflatten, [] (x, dim: i64, sizes: impl crate::Given<Dims>) => unflatten(x, dim, &sizes.into());
    /// `sections` pieces along one dimension, the first of them one larger where they cannot be equal. No section, and
    /// a tensor without dimensions, are errors. PyTorch: `torch.tensor_split`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let sizes: Vec<usize> = Tensor::zeros(7).tensor_split(3, 0).iter().map(Tensor::numel).collect();
    /// assert_eq!(sizes, [3, 2, 2]);
    /// ```
    tensor_split, try_tensor_split, [] (x, sections: usize, dim: i64) -> Vec<Tensor>
        => tensor_split(x, &section_starts(x, sections, dim)?, dim);
    /// Pieces that begin at the given places of one dimension: `torch.tensor_split(x, [1, 3], dim)`. One more piece
    /// than places.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pieces = tensor!([10, 20, 30, 40, 50]).tensor_split_at(&[1, 3], 0);
    /// assert_eq!(pieces.len(), 3);
    /// assert_eq!(pieces[1].to_string(), "tensor([20, 30])");
    /// ```
    tensor_split_at, try_tensor_split_at, [] (x, places: &[i64], dim: i64) -> Vec<Tensor> => tensor_split(x, places, dim);
    /// Equal pieces side by side. The second dimension (of a vector, the only one) must divide by `sections`.
    /// PyTorch: `torch.hsplit`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let halves = tensor!([[1, 2, 3, 4], [5, 6, 7, 8]]).hsplit(2);
    /// assert_eq!(halves[1].to_string(), "tensor([[3, 4],\n        [7, 8]])");
    /// ```
    hsplit, try_hsplit, [] (x, sections: usize) -> Vec<Tensor> => even_split("hsplit", x, sections);
    /// Equal pieces below each other. The first dimension must divide by `sections`, and there must be a second.
    /// PyTorch: `torch.vsplit`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let halves = tensor!([[1, 2, 3, 4], [5, 6, 7, 8]]).vsplit(2);
    /// assert_eq!(halves[1].to_string(), "tensor([[5, 6, 7, 8]])");
    /// ```
    vsplit, try_vsplit, [] (x, sections: usize) -> Vec<Tensor> => even_split("vsplit", x, sections);
    /// Equal pieces behind each other. The third dimension must divide by `sections`. PyTorch: `torch.dsplit`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let halves = tensor!([[[1, 2], [3, 4]]]).dsplit(2);
    /// assert_eq!(halves[1].to_string(), "tensor([[[2],\n         [4]]])");
    /// ```
    dsplit, try_dsplit, [] (x, sections: usize) -> Vec<Tensor> => even_split("dsplit", x, sections);
    /// With at least one dimension (`torch.atleast_1d`). A number becomes a vector of one element.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!(5).atleast_1d().to_string(), "tensor([5])");
    /// ```
    atleast_1d, try_atleast_1d, [] (x) => at_least(x, 1);
    /// With at least two dimensions (`torch.atleast_2d`). A vector becomes a row.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2]).atleast_2d().to_string(), "tensor([[1, 2]])");
    /// ```
    atleast_2d, try_atleast_2d, [] (x) => at_least(x, 2);
    /// With at least three dimensions (`torch.atleast_3d`). A matrix `[M, N]` becomes `[M, N, 1]`, a vector `[N]`
    /// becomes `[1, N, 1]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::zeros([2, 3]).atleast_3d().dims(), [2, 3, 1]);
    /// assert_eq!(Tensor::zeros(3).atleast_3d().dims(), [1, 3, 1]);
    /// ```
    atleast_3d, try_atleast_3d, [] (x) => at_least(x, 3);
    /// A copy of `len` elements of one dimension from `start` on. Unlike [`Tensor::narrow`] it does not share the
    /// memory. PyTorch: `torch.narrow_copy`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1, 2, 3, 4]);
    /// a.narrow_copy(0, 1, 2).fill_(0);
    /// assert_eq!(a.to_string(), "tensor([1, 2, 3, 4])");
    /// a.narrow(0, 1, 2).fill_(0);
    /// assert_eq!(a.to_string(), "tensor([1, 0, 0, 4])");
    /// ```
    narrow_copy, try_narrow_copy, [] (x, dim: i64, start: i64, len: usize) => {
        let (shape, size) = (x.shape(), x.try_size(dim)? as i64);
        let from = if start < 0 { start + size } else { start } as usize;
        composed("NarrowCopyBackward0", &[x], Keep::Nothing, || x.try_narrow(dim, start, len)?.try_copy(), move |_, g| {
            let zeros = g.try_new_zeros(&shape)?;
            Ok(vec![Some(zeros.try_slice_scatter(g, dim, from, from + len, 1)?)])
        })
    };
}
