//! Pooling over windows that begin at random places (Graham, 2014).

use crate::autograd::{Ctx, no_grad, record};
use crate::error::{OrPanic, Result, bail};
use crate::nn::Size;
use crate::shape::axis;
use crate::{DType, Tensor};

/// How large the output of a fractional pooling is: PyTorch's argument `output_size` or `output_ratio`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let x = Tensor::rand([1, 1, 10, 12]);
/// let pooled = |size| F::fractional_max_pool2d(&x, 2.into(), size).shape();
/// assert_eq!(pooled(F::FractionalSize::Places([7, 5])), [1, 1, 7, 5]);
/// assert_eq!(pooled(F::FractionalSize::Share([0.5, 0.75])), [1, 1, 5, 9]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FractionalSize<const N: usize> {
    /// So many places in each dimension: `output_size`.
    Places([usize; N]),
    /// That share of the input's: `output_ratio`.
    Share([f64; N]),
}

functions! {
    /// The largest number of each window of `[N, C, H, W]`, as many windows as the output has places; where they begin
    /// is drawn for each channel. The result is `[N, C, H', W']`. PyTorch: `F.fractional_max_pool2d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = Tensor::rand([2, 3, 10, 12]);
    /// let y = F::fractional_max_pool2d(&x, 3.into(), F::FractionalSize::Share([0.5, 0.25]));
    /// assert_eq!(y.shape(), [2, 3, 5, 3]);
    /// ```
    ///
    /// # Panics
    /// When the windows do not fit into the input.
    fractional_max_pool2d(x: &Tensor, kernel_size: Size<2>, size: FractionalSize<2>)
        => pooled(x, kernel_size.sizes(), size).or_panic().0;
    /// The largest number of each window of `[N, C, D, H, W]`, as many windows as the output has places. The result is
    /// `[N, C, D', H', W']`; all else is as in [`fractional_max_pool2d`]. PyTorch: `F.fractional_max_pool3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = Tensor::rand([1, 2, 6, 10, 12]);
    /// let y = F::fractional_max_pool3d(&x, 3.into(), F::FractionalSize::Places([2, 4, 5]));
    /// assert_eq!(y.shape(), [1, 2, 2, 4, 5]);
    /// ```
    ///
    /// # Panics
    /// When the windows do not fit into the input.
    fractional_max_pool3d(x: &Tensor, kernel_size: Size<3>, size: FractionalSize<3>)
        => pooled(x, kernel_size.sizes(), size).or_panic().0;
}

/// [`fractional_max_pool2d`] and where in its image each number was, an `i64` tensor of the result's shape. PyTorch:
/// `F.fractional_max_pool2d` with `return_indices=True`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let x = Tensor::rand([1, 1, 6, 6]);
/// let (y, indices) = F::fractional_max_pool2d_with_indices(&x, 2.into(), F::FractionalSize::Places([3, 3]));
/// assert_eq!(x.ravel().index_select(0, &indices.ravel()).to_vec::<f32>(), y.to_vec::<f32>());
/// ```
#[track_caller]
pub fn fractional_max_pool2d_with_indices(
    x: &Tensor,
    kernel_size: Size<2>,
    size: FractionalSize<2>,
) -> (Tensor, Tensor) {
    pooled(x, kernel_size.sizes(), size).or_panic()
}

/// [`fractional_max_pool3d`] and where in its volume each number was, an `i64` tensor of the result's shape. PyTorch:
/// `F.fractional_max_pool3d` with `return_indices=True`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let x = Tensor::rand([1, 1, 6, 6, 6]);
/// let (y, indices) = F::fractional_max_pool3d_with_indices(&x, 2.into(), F::FractionalSize::Share([0.5; 3]));
/// assert_eq!(x.ravel().index_select(0, &indices.ravel()).to_vec::<f32>(), y.to_vec::<f32>());
/// ```
#[track_caller]
pub fn fractional_max_pool3d_with_indices(
    x: &Tensor,
    kernel_size: Size<3>,
    size: FractionalSize<3>,
) -> (Tensor, Tensor) {
    pooled(x, kernel_size.sizes(), size).or_panic()
}

/// PyTorch's names for the dimensions, of which the last are taken.
const DIMS: [&str; 3] = ["time", "height", "width"];

fn pooled<const N: usize>(
    x: &Tensor,
    kernel: [usize; N],
    size: FractionalSize<N>,
) -> Result<(Tensor, Tensor)> {
    let whole = x.shape();
    axis(-(N as i64) - 1, x.dim())?;
    let (lead, within) = whole
        .split_last_chunk::<N>()
        .expect("one dimension more than that, or there is no such axis");
    let (batch, channels) = match *lead {
        [channels] => (1, channels),
        [batch, channels] => (batch, channels),
        _ => bail!(
            "fractional_max_pool{N}d(): Expected {}D or {}D tensor, but got: {}",
            N + 1,
            N + 2,
            whole
        ),
    };
    let output: [usize; N] = std::array::from_fn(|d| match size {
        FractionalSize::Places(places) => places[d],
        FractionalSize::Share(share) => (within[d] as f64 * share[d]) as usize,
    });
    let starts = drawn(x, [batch, channels, N])?;
    let name = if N == 2 {
        "fractional_max_pool2d"
    } else {
        "fractional_max_pool3d_out"
    };
    for d in 0..N {
        let dim = DIMS[3 - N + d];
        if output[d] + kernel[d] > within[d] + 1 {
            bail!(
                "{name}(): pool {dim} {} too large relative to input {dim} {}",
                kernel[d],
                within[d]
            );
        }
    }
    let numbers: Vec<f64> = x.detach().try_to_dtype(DType::F64)?.try_to_vec()?;
    let volume = within.iter().product::<usize>();
    let mut places = Vec::with_capacity(batch * channels * output.iter().product::<usize>());
    for plane in 0..batch * channels {
        let first = |d: usize| {
            // Of images PyTorch draws the columns first.
            let at = if N == 2 { 1 - d } else { d };
            let start = starts[plane * N + at];
            windows(start, within[d], output[d], kernel[d], x.dtype())
        };
        let first: [Vec<usize>; N] = std::array::from_fn(first);
        let numbers = &numbers[plane * volume..(plane + 1) * volume];
        largest(numbers, within, &first, kernel, &mut places);
    }
    let mut shape = lead.to_vec();
    shape.extend(output);
    let places = Tensor::try_from_vec(places, &shape[..])?.try_to(x.device())?;
    Ok((taken(x, &places, N, volume)?, places))
}

/// Where the windows of each channel begin, as a share of a step.
fn drawn(x: &Tensor, shape: [usize; 3]) -> Result<Vec<f64>> {
    let dtype = match x.dtype() {
        dtype if dtype.is_floating_point() => dtype,
        other => {
            return Err(crate::Error::not_implemented(
                "fractional_max_pool_out_frame",
                other,
            ));
        }
    };
    let starts = Tensor::try_rand_with(shape, dtype)?;
    starts.try_to_dtype(DType::F64)?.try_to_vec()
}

/// The first places of the windows: PyTorch's `generate_intervals`, in the precision of the dtype.
fn windows(start: f64, size: usize, output: usize, kernel: usize, dtype: DType) -> Vec<usize> {
    let last = size - kernel;
    let place: Box<dyn Fn(usize) -> usize> = match dtype {
        DType::F64 => {
            let step = last as f64 / (output.max(2) - 1) as f64;
            Box::new(move |i| ((i as f64 + start) * step) as usize - (start * step) as usize)
        }
        _ => {
            let (start, step) = (start as f32, last as f32 / (output.max(2) - 1) as f32);
            Box::new(move |i| ((i as f32 + start) * step) as usize - (start * step) as usize)
        }
    };
    let inner = (0..output.saturating_sub(1)).map(place);
    inner.chain((output > 0).then_some(last)).collect()
}

/// The place of the largest number of each window, of equal ones the first; a number that is none wins.
fn largest<const N: usize>(
    numbers: &[f64],
    within: &[usize; N],
    first: &[Vec<usize>; N],
    kernel: [usize; N],
    places: &mut Vec<i64>,
) {
    let count: usize = first.iter().map(Vec::len).product();
    let window: usize = kernel.iter().product();
    let counts: [usize; N] = std::array::from_fn(|d| first[d].len());
    for output in 0..count {
        let at = unravelled(output, &counts);
        let (mut most, mut found) = (f64::NEG_INFINITY, None);
        for offset in 0..window {
            let offset = unravelled(offset, &kernel);
            let place = (0..N).fold(0, |place, d| {
                place * within[d] + first[d][at[d]] + offset[d]
            });
            let number = numbers[place];
            if found.is_none() || number > most || number.is_nan() {
                (most, found) = (number, Some(place));
            }
        }
        places.push(found.unwrap_or(0) as i64);
    }
}

/// The coordinates of a place.
fn unravelled<const N: usize>(mut place: usize, sizes: &[usize; N]) -> [usize; N] {
    let mut at = [0; N];
    for d in (0..N).rev() {
        at[d] = place % sizes[d].max(1);
        place /= sizes[d].max(1);
    }
    at
}

/// The numbers at these places of each channel, as one node.
fn taken(x: &Tensor, places: &Tensor, dims: usize, volume: usize) -> Result<Tensor> {
    let name = match dims {
        2 => "FractionalMaxPool2DBackward0",
        _ => "FractionalMaxPool3DBackward0",
    };
    let flat = move |t: &Tensor, count: i64| -> Result<Tensor> {
        let lead = t.dim() - dims;
        let mut shape: Vec<i64> = t.dims()[..lead].iter().map(|&size| size as i64).collect();
        shape.push(count);
        t.try_reshape(shape)
    };
    let within = places.dims().iter().rev().take(dims).product::<usize>() as i64;
    let index = flat(places, within)?;
    let y = no_grad(|| {
        flat(x, volume as i64)?
            .try_gather(-1, &index)?
            .try_reshape(places.shape())
    })?;
    let shape = x.shape();
    record(name, &[x], y, |_| {
        let backward = move |_: &Ctx, g: &Tensor| {
            let zeros = flat(&g.try_new_zeros(&shape)?, volume as i64)?;
            let sums = zeros.try_scatter_add(-1, &index, &flat(g, within)?)?;
            Ok(vec![Some(sums.try_reshape(&shape)?)])
        };
        (Vec::new(), backward)
    })
}
