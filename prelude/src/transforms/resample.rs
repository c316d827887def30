//! Pictures in other sizes, by the methods of Pillow and PyTorch.
//!
//! Both weigh the neighbours of a place by a filter that is as many times wider as the picture shrinks. PyTorch does
//! so in the tensor's floats, Pillow (`Resample.c`) in whole numbers of 22 binary places, rounding to bytes between the
//! columns and the rows.

use std::fmt;

use crate::DType;
use crate::error::{Error, Result};
use crate::interop::image::Raster;
use crate::tensor::filter::{Filter, Taps};
use crate::tensor::{InterpolateOptions, Interpolation, Tensor};

/// How pixels between pixels are found. PyTorch: `torchvision.transforms.InterpolationMode`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{InterpolationMode, Resize, Transform};
/// let wide = |mode| Resize::new((1, 4)).interpolation(mode).apply(tensor!([[[0., 4.]]])).squeeze(0);
/// assert_eq!(wide(InterpolationMode::Nearest).to_string(), "tensor([[0., 0., 4., 4.]])");
/// assert_eq!(wide(InterpolationMode::Bilinear).to_string(), "tensor([[0., 1., 3., 4.]])");
/// assert_eq!(wide(InterpolationMode::Bicubic).to_string(), "tensor([[-0.3529,  0.8286,  3.1714,  4.3529]])");
/// assert_eq!(InterpolationMode::NearestExact.to_string(), "nearest-exact");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InterpolationMode {
    /// The nearest pixel.
    Nearest,
    /// The nearest pixel, counted from the pixels' centers.
    NearestExact,
    /// On straight lines between pixels.
    #[default]
    Bilinear,
    /// On cubic curves.
    Bicubic,
}

impl fmt::Display for InterpolationMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nearest => "nearest",
            Self::NearestExact => "nearest-exact",
            Self::Bilinear => "bilinear",
            Self::Bicubic => "bicubic",
        })
    }
}

impl InterpolationMode {
    /// As Python prints it.
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::Nearest => "InterpolationMode.NEAREST",
            Self::NearestExact => "InterpolationMode.NEAREST_EXACT",
            Self::Bilinear => "InterpolationMode.BILINEAR",
            Self::Bicubic => "InterpolationMode.BICUBIC",
        }
    }

    /// How it weighs neighbours where all of them count.
    fn filter(self) -> Filter {
        match self {
            Self::Bicubic => Filter::Cubic,
            _ => Filter::Triangle,
        }
    }
}

/// The binary places of Pillow's weights.
const PLACES: u32 = 32 - 8 - 2;

/// An image in another size, as Pillow makes it.
pub(super) fn resize_bytes(
    from: &Raster,
    height: usize,
    width: usize,
    mode: InterpolationMode,
) -> Raster {
    if matches!(
        mode,
        InterpolationMode::Nearest | InterpolationMode::NearestExact
    ) {
        return nearest_bytes(from, height, width);
    }
    let fixed = |input, output| -> Vec<Taps<i64>> {
        let whole = |weight: f64| (weight * f64::from(1u32 << PLACES)).round() as i64;
        let tap = |tap: Taps<f64>| Taps {
            start: tap.start,
            weights: tap.weights.into_iter().map(whole).collect(),
        };
        let scale = input as f64 / output as f64;
        let taps = mode.filter().taps(input, output, scale);
        taps.into_iter().map(tap).collect()
    };
    let channels = from.channels;
    let mut bytes = from.bytes.clone();
    let mut columns = from.width;
    if width != from.width {
        let taps = fixed(from.width, width);
        let rows = bytes.chunks_exact(columns * channels);
        bytes = rows.flat_map(|row| weigh(row, channels, &taps)).collect();
        columns = width;
    }
    if height != from.height {
        let taps = fixed(from.height, height);
        let row = columns * channels;
        bytes = weigh(&bytes, row, &taps);
    }
    Raster {
        bytes,
        height,
        width,
        channels,
    }
}

/// For each tap `lane` bytes, each the weighted sum of bytes that lie `lane` apart.
fn weigh(bytes: &[u8], lane: usize, taps: &[Taps<i64>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(taps.len() * lane);
    for tap in taps {
        for at in 0..lane {
            let sum: i64 = tap
                .weights
                .iter()
                .enumerate()
                .map(|(index, weight)| weight * i64::from(bytes[(tap.start + index) * lane + at]))
                .sum();
            let rounded = (sum + (1 << (PLACES - 1))) >> PLACES;
            out.push(rounded.clamp(0, 255) as u8);
        }
    }
    out
}

fn nearest_bytes(from: &Raster, height: usize, width: usize) -> Raster {
    let place = |at: usize, input: usize, output: usize| {
        (((at as f64 + 0.5) * (input as f64 / output as f64)) as usize).min(input - 1)
    };
    let channels = from.channels;
    let mut bytes = Vec::with_capacity(height * width * channels);
    for row in 0..height {
        let row = place(row, from.height, height);
        for column in 0..width {
            let at = (row * from.width + place(column, from.width, width)) * channels;
            bytes.extend_from_slice(&from.bytes[at..at + channels]);
        }
    }
    Raster {
        bytes,
        height,
        width,
        channels,
    }
}

/// A tensor `[…, height, width]` in another size, as `torchvision.transforms.functional` makes it.
pub(super) fn resize_tensor(
    x: &Tensor,
    height: usize,
    width: usize,
    mode: InterpolationMode,
    antialias: bool,
) -> Result<Tensor> {
    if x.dim() < 2 {
        return Err(Error::dtype("Tensor is not a torch image."));
    }
    let dtype = x.dtype();
    let computed = if dtype == DType::F64 {
        DType::F64
    } else {
        DType::F32
    };
    let dims = x.dims();
    let (lead, rows, columns) = (
        &dims[..dims.len() - 2],
        dims[dims.len() - 2],
        dims[dims.len() - 1],
    );
    let images: usize = lead.iter().product();
    let flat = x
        .try_to_dtype(computed)?
        .try_reshape([1, images, rows, columns])?;
    let smooth = matches!(
        mode,
        InterpolationMode::Bilinear | InterpolationMode::Bicubic
    );
    let mut y = if antialias && smooth {
        smoothed(&flat, height, width, mode)?
    } else {
        let options = InterpolateOptions {
            size: vec![height, width],
            mode: match mode {
                InterpolationMode::Nearest => Interpolation::Nearest,
                InterpolationMode::NearestExact => Interpolation::NearestExact,
                InterpolationMode::Bilinear => Interpolation::Bilinear,
                InterpolationMode::Bicubic => Interpolation::Bicubic,
            },
            ..Default::default()
        };
        flat.try_interpolate(&options)?
    };
    if mode == InterpolationMode::Bicubic && dtype == DType::U8 {
        y = y.try_clamp(0, 255)?;
    }
    if !dtype.is_floating_point() {
        y = y.try_round()?;
    }
    let mut shape = lead.to_vec();
    shape.extend([height, width]);
    y.try_to_dtype(dtype)?.try_reshape(shape)
}

/// `interpolate(…, antialias=True)`: first along the rows, then along the columns.
fn smoothed(x: &Tensor, height: usize, width: usize, mode: InterpolationMode) -> Result<Tensor> {
    let dims = x.dims();
    let (images, rows, columns) = (dims[1], dims[2], dims[3]);
    if x.dtype() == DType::F64 {
        let numbers = smooth::<f64>(
            &x.try_to_vec()?,
            images,
            [rows, columns],
            [height, width],
            mode,
        );
        return Tensor::try_from_vec(numbers, [1, images, height, width]);
    }
    let numbers = smooth::<f32>(
        &x.try_to_vec()?,
        images,
        [rows, columns],
        [height, width],
        mode,
    );
    Tensor::try_from_vec(numbers, [1, images, height, width])
}

/// A float that pictures are made of. PyTorch finds the weights in it too.
trait Real: Copy + num_traits::Float + std::iter::Sum {}
impl<T: Copy + num_traits::Float + std::iter::Sum> Real for T {}

fn smooth<T: Real>(
    from: &[T],
    images: usize,
    size: [usize; 2],
    to: [usize; 2],
    mode: InterpolationMode,
) -> Vec<T> {
    let ([rows, columns], [height, width]) = (size, to);
    let mut numbers = from.to_vec();
    if width != columns {
        let taps = real_taps::<T>(columns, width, mode);
        numbers = numbers
            .chunks_exact(columns)
            .flat_map(|row| blend(row, 1, &taps))
            .collect();
    }
    if height != rows {
        let taps = real_taps::<T>(rows, height, mode);
        let image = rows * width;
        numbers = numbers
            .chunks_exact(image)
            .take(images)
            .flat_map(|image| blend(image, width, &taps))
            .collect();
    }
    numbers
}

/// For each tap `lane` numbers, each the weighted sum of numbers that lie `lane` apart.
fn blend<T: Real>(numbers: &[T], lane: usize, taps: &[Taps<T>]) -> Vec<T> {
    let mut out = Vec::with_capacity(taps.len() * lane);
    for tap in taps {
        for at in 0..lane {
            let neighbour =
                |(index, &weight): (usize, &T)| numbers[(tap.start + index) * lane + at] * weight;
            out.push(
                tap.weights
                    .iter()
                    .enumerate()
                    .map(neighbour)
                    .fold(T::zero(), |sum, term| sum + term),
            );
        }
    }
    out
}

fn real_taps<T: Real>(input: usize, output: usize, mode: InterpolationMode) -> Vec<Taps<T>> {
    let real = |value: f64| T::from(value).unwrap_or_else(T::zero);
    let scale = real(input as f64) / real(output as f64);
    let stretch = scale.max(T::one());
    let (support, half) = (real(mode.filter().support()) * stretch, real(0.5));
    let tap = |at: usize| {
        let center = scale * (real(at as f64) + half);
        let start = (center - support + half).to_i64().unwrap_or(0).max(0) as usize;
        let end = (center + support + half).to_usize().unwrap_or(0).min(input);
        let distance = |from: usize| (real(from as f64) - center + half) * (T::one() / stretch);
        let weights: Vec<T> = (start..end)
            .map(|from| real(mode.filter().weight(distance(from).to_f64().unwrap_or(0.0))))
            .collect();
        let sum: T = weights.iter().copied().sum();
        Taps {
            start,
            weights: weights.iter().map(|&weight| weight / sum).collect(),
        }
    };
    (0..output).map(tap).collect()
}
