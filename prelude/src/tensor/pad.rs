//! Tensors made larger at their edges, and windows that slide over them.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::error::{Error, ErrorKind, Result, bail};
use crate::shape::axis;

/// What stands beyond the edges of a padded tensor (`mode=` of `F.pad`).
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([[1., 2., 3.]]);
/// let padded = |mode| x.pad(&[2, 2], mode).to_vec2::<f32>().concat();
/// assert_eq!(padded(Padding::Constant(9.)), [9., 9., 1., 2., 3., 9., 9.]);
/// assert_eq!(padded(Padding::Reflect), [3., 2., 1., 2., 3., 2., 1.]);
/// assert_eq!(padded(Padding::Replicate), [1., 1., 1., 2., 3., 3., 3.]);
/// assert_eq!(padded(Padding::Circular), [2., 3., 1., 2., 3., 1., 2.]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Padding {
    /// One number.
    Constant(f64),
    /// The tensor in a mirror that stands on its last element, which is not repeated.
    Reflect,
    /// The last element, again and again.
    Replicate,
    /// The tensor from its other end.
    Circular,
}

/// One number around a tensor. `padding` has two numbers a dimension (before, after), the last dimension first;
/// negative ones cut off.
pub(super) fn padded(x: &Tensor, padding: &[i64], value: f64) -> Result<Tensor> {
    let rank = x.dim();
    if !padding.len().is_multiple_of(2) {
        bail!("Padding length must be divisible by 2");
    }
    if padding.len() > 2 * rank {
        bail!(
            "Padding length should be less than or equal to two times the input dimension but got padding length {} and \
             input of dimension {rank}",
            padding.len()
        );
    }
    let mut sizes = x.dims();
    for (i, pair) in padding.chunks(2).enumerate() {
        let size = sizes[rank - 1 - i] as i64 + pair[0] + pair[1];
        if size < 0 {
            bail!("narrow(): length must be non-negative.");
        }
        sizes[rank - 1 - i] = size as usize;
    }
    let back: Vec<i64> = padding.iter().map(|n| -n).collect();
    let padding = padding.to_vec();
    composed(
        "ConstantPadNdBackward0",
        &[x],
        Keep::Nothing,
        || {
            let y = Tensor::try_full(&sizes, value)?.try_to((x.dtype(), x.device()))?;
            let (mut from, mut to) = (x.detach(), y.clone());
            for (i, pair) in padding.chunks(2).enumerate() {
                let dim = (rank - 1 - i) as i64;
                let cut = (-pair[0]).max(0);
                let kept = x.dims()[dim as usize] as i64 - cut - (-pair[1]).max(0);
                if kept <= 0 {
                    return Ok(y);
                }
                from = from.try_narrow(dim, cut, kept as usize)?;
                to = to.try_narrow(dim, pair[0].max(0), kept as usize)?;
            }
            to.try_copy_(&from)?;
            Ok(y)
        },
        move |_, g| Ok(vec![Some(padded(g, &back, 0.)?)]),
    )
}

/// Fails where nothing would be left of a dimension.
fn not_too_small(x: &Tensor, padding: &[i64]) -> Result<()> {
    let dims = x.dims();
    let pairs = padding.chunks(2).zip(dims.iter().rev());
    let sizes: Vec<(i64, i64)> = pairs
        .map(|(pair, &size)| (size as i64, size as i64 + pair[0] + pair[1]))
        .collect();
    if sizes.iter().all(|&(_, padded)| padded > 0) {
        return Ok(());
    }
    if let [(size, padded)] = sizes[..] {
        bail!("input (W: {size}) is too small. Calculated output W: {padded}");
    }
    let named = |separator: &str, size: fn(&(i64, i64)) -> i64| {
        let sizes = ["W", "H", "D"].into_iter().zip(&sizes);
        let texts: Vec<String> = sizes
            .map(|(name, it)| format!("{name}: {}", size(it)))
            .rev()
            .collect();
        texts.join(separator)
    };
    bail!(
        "Calculated output {} must be >= 1 in every dimension (input {})",
        named(" ", |it| it.1),
        named(", ", |it| it.0)
    )
}

/// Padding whose elements come from the tensor itself: for each dimension, which element stands where.
fn padded_from_within(x: &Tensor, padding: &[i64], mode: Padding) -> Result<Tensor> {
    let (rank, pairs) = (x.dim(), padding.len() / 2);
    if !padding.len().is_multiple_of(2) {
        bail!("Padding length must be divisible by 2");
    }
    if !(1..=3).contains(&pairs) || !(pairs + 1..=pairs + 2).contains(&rank) {
        return Err(Error::new(
            ErrorKind::Runtime,
            format!(
                "Padding size {} is not supported for {rank}D input tensor.",
                padding.len()
            ),
        ));
    }
    let own = &x.dims()[usize::from(rank == pairs + 2)..];
    if mode != Padding::Circular && own.contains(&0) {
        bail!(
            "Expected {}D or {}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, \
             but got: {}",
            pairs + 1,
            pairs + 2,
            x.shape().list()
        );
    }
    let mut places = Vec::new();
    for (i, pair) in padding.chunks(2).enumerate() {
        let at = rank - 1 - i;
        let size = x.dims()[at] as i64;
        let (before, after) = (pair[0], pair[1]);
        if mode == Padding::Reflect && (before >= size || after >= size) {
            bail!(
                "Argument #{}: Padding size should be less than the corresponding input dimension, but got: padding \
                 ({before}, {after}) at dimension {at} of input {}",
                4 + 2 * i,
                x.shape().list()
            );
        }
        if mode == Padding::Circular {
            if before > size || after > size {
                bail!("Padding value causes wrapping around more than once.");
            }
            if before + after + size < 0 {
                bail!("Negative padding value is resulting in an empty dimension");
            }
        }
        // What is cut off does not come again on the other side.
        let first = (-before).max(0);
        let kept = size - first - (-after).max(0);
        let place = |j: i64| match mode {
            Padding::Reflect if j < 0 => -j,
            Padding::Reflect if j >= size => 2 * size - 2 - j,
            Padding::Circular => first + (j - first).rem_euclid(kept.max(1)),
            _ => j.clamp(0, size - 1),
        };
        let numbers: Vec<i64> = (-before..size + after).map(place).collect();
        let count = numbers.len();
        places.push((
            at as i64,
            Tensor::try_from_vec(numbers, [count])?.try_to_device(x.device())?,
        ));
    }
    if mode != Padding::Circular {
        not_too_small(x, padding)?;
    }
    let name = match (mode, pairs) {
        (Padding::Reflect, 1) => "ReflectionPad1DBackward0",
        (Padding::Reflect, 2) => "ReflectionPad2DBackward0",
        (Padding::Reflect, _) => "ReflectionPad3DBackward0",
        (Padding::Replicate, 1) => "ReplicationPad1DBackward0",
        (Padding::Replicate, 2) => "ReplicationPad2DBackward0",
        (Padding::Replicate, _) => "ReplicationPad3DBackward0",
        _ => "CopySlices",
    };
    let (shape, again) = (x.dims(), places.clone());
    composed(
        name,
        &[x],
        Keep::Nothing,
        || {
            places
                .iter()
                .try_fold(x.clone(), |y, (dim, index)| y.try_index_select(*dim, index))
        },
        move |_, g| {
            let mut g = g.clone();
            for (dim, index) in again.iter().rev() {
                let mut sizes = g.dims();
                sizes[*dim as usize] = shape[*dim as usize];
                g = g.try_new_zeros(&sizes)?.try_index_add(*dim, index, &g)?;
            }
            Ok(vec![Some(g)])
        },
    )
}

/// Every window of a dimension, as a view with one dimension more.
fn unfold(x: &Tensor, dim: i64, size: usize, step: usize) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    let full = if x.dim() == 0 { 1 } else { x.dims()[at] };
    if size > full {
        bail!("maximum size for tensor at dimension {at} is {full} but size is {size}");
    }
    if step == 0 {
        bail!("step is 0 but must be > 0");
    }
    let rank = x.dim();
    super::parts::part(x, "UnfoldBackward0", |layout| {
        let (mut shape, mut strides) = (layout.dims().to_vec(), layout.stride().to_vec());
        let stride = strides.get(at).copied().unwrap_or(1);
        if rank > 0 {
            shape[at] = (full - size) / step + 1;
            strides[at] *= step;
        }
        shape.push(size);
        strides.push(stride);
        candle_core::Layout::new(shape.into(), strides, layout.start_offset())
    })
}

ops! {
    /// With more elements at the edges: two numbers a dimension (before, after), the last dimension first; negative
    /// ones cut off (`F.pad(x, padding, mode, value)`). All modes but [`Padding::Constant`] pad the last one to three
    /// dimensions of one or two more.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 2., 3.]]);
    /// assert_eq!(x.pad(&[1, 1], Padding::Reflect).to_vec2::<f32>(), [[2., 1., 2., 3., 2.]]);
    /// ```
    pad, try_pad, [] (x, padding: &[i64], mode: Padding) => match mode {
        Padding::Constant(value) => padded(x, padding, value),
        mode => padded_from_within(x, padding, mode),
    };
    /// All windows of `size` elements, `step` apart, along one dimension; a view with a dimension more. The windows lie
    /// in the last dimension. A `size` above that of the dimension is an error. PyTorch: `Tensor.unfold`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let days = Tensor::arange(0, 6, 1);
    /// assert_eq!(days.unfold(0, 3, 2).to_string(), "tensor([[0, 1, 2],\n        [2, 3, 4]])");
    /// ```
    unfold, try_unfold, [] (x, dim: i64, size: usize, step: usize) => unfold(x, dim, size, step);
}
