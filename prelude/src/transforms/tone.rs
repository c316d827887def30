//! Sharpness, contrast and frequencies of a picture's numbers.

use super::color::{blend, mixed};
use super::convert::{as_in, computed_in, largest};
use crate::DType;
use crate::error::{Error, Result};
use crate::interop::image::Raster;
use crate::tensor::{Conv2dOptions, Tensor};

/// Further from the image smoothed by Pillow's `SMOOTH`, or nearer below 1. Pixels at the edges stay.
pub(super) fn sharpen(raster: &mut Raster, colored: usize, factor: f64) {
    let (width, height, channels) = (raster.width, raster.height, raster.channels);
    let bytes = raster.bytes.clone();
    let at = |x: usize, y: usize, channel: usize| (y * width + x) * channels + channel;
    for y in 0..height {
        for x in 0..width {
            let inner = (1..width - 1).contains(&x) && (1..height - 1).contains(&y);
            for channel in 0..colored {
                let own = at(x, y, channel);
                let smooth = match inner {
                    false => bytes[own],
                    true => {
                        let rows =
                            (y - 1..=y + 1).flat_map(|y| (x - 1..=x + 1).map(move |x| (x, y)));
                        let sum: u32 = rows.map(|(x, y)| u32::from(bytes[at(x, y, channel)])).sum();
                        // The middle counts five times; thirteenths never end in a half.
                        ((2 * (sum + 4 * u32::from(bytes[own])) + 13) / 26) as u8
                    }
                };
                blend(&mut raster.bytes[own..=own], smooth, factor);
            }
        }
    }
}

/// Replaces the bytes of each channel by what a table says, which is made of how often each comes.
pub(super) fn by_table(
    raster: &mut Raster,
    colored: usize,
    table: impl Fn(&[u64; 256]) -> [u8; 256],
) {
    let channels = raster.channels;
    for channel in 0..colored {
        let of_channel = || raster.bytes.iter().skip(channel).step_by(channels);
        let table = table(&counted(of_channel().copied()));
        let of_channel = raster.bytes.iter_mut().skip(channel).step_by(channels);
        of_channel.for_each(|byte| *byte = table[usize::from(*byte)]);
    }
}

fn counted(bytes: impl Iterator<Item = u8>) -> [u64; 256] {
    let mut counts = [0; 256];
    bytes.for_each(|byte| counts[usize::from(byte)] += 1);
    counts
}

/// Each byte itself.
fn same() -> [u8; 256] {
    std::array::from_fn(|byte| byte as u8)
}

/// Pillow's `autocontrast`.
pub(super) fn stretching(counts: &[u64; 256]) -> [u8; 256] {
    let low = counts.iter().position(|&count| count > 0);
    let high = counts.iter().rposition(|&count| count > 0);
    let (Some(low), Some(high)) = (low, high) else {
        return same();
    };
    if high <= low {
        return same();
    }
    let scale = 255.0 / (high - low) as f64;
    let offset = -(low as f64) * scale;
    std::array::from_fn(|byte| (byte as f64 * scale + offset) as u8)
}

/// `equalize`, of Pillow and torchvision alike.
pub(super) fn equalizing(counts: &[u64; 256]) -> [u8; 256] {
    let total: u64 = counts.iter().sum();
    let last = counts.iter().rev().find(|&&count| count > 0);
    let step = (total - last.copied().unwrap_or(0)) / 255;
    if step == 0 {
        return same();
    }
    let mut sum = step / 2;
    counts.map(|count| {
        let level = sum / step;
        sum += count;
        level.min(255) as u8
    })
}

/// [`sharpen`] of a tensor, as torchvision has it.
pub(super) fn sharpened(x: &Tensor, factor: f64) -> Result<Tensor> {
    let dims = x.dims();
    let [height, width] = [dims[dims.len() - 2], dims[dims.len() - 1]];
    if height <= 2 || width <= 2 {
        return Ok(x.clone());
    }
    let dtype = computed_in(x);
    let mut weights = [1.0; 9];
    weights[4] = 5.0;
    let kernel = Tensor::try_from_vec(weights.to_vec(), [3, 3])?.try_to_dtype(dtype)?;
    let kernel = kernel.try_div(kernel.try_sum()?)?;
    let channels = x.size(-3);
    let kernel = kernel.try_expand([channels, 1, 3, 3])?.try_contiguous()?;
    let images: usize = dims[..dims.len() - 3].iter().product();
    let flat = x
        .try_to_dtype(dtype)?
        .try_reshape([images, channels, height, width])?;
    let options = Conv2dOptions {
        groups: channels,
        ..Conv2dOptions::default()
    };
    let smooth = as_in(x, flat.try_conv2d(&kernel, None, options)?)?;
    let whole = x
        .try_reshape([images, channels, height, width])?
        .try_copy()?;
    let inner = whole
        .try_narrow(2, 1, height - 2)?
        .try_narrow(3, 1, width - 2)?;
    inner.try_copy_(&smooth)?;
    mixed(x, &whole.try_reshape(dims)?, factor)
}

/// Each channel from 0 to the largest number of the dtype.
pub(super) fn stretched(x: &Tensor) -> Result<Tensor> {
    let bound = largest(x.dtype());
    let dtype = computed_in(x);
    let least = x.try_amin([-2, -1], true)?.try_to_dtype(dtype)?;
    let most = x.try_amax([-2, -1], true)?.try_to_dtype(dtype)?;
    let scale = most.try_sub(&least)?.try_reciprocal()?.try_mul(bound)?;
    let flat = scale.try_isfinite()?.try_logical_not()?;
    let (least, scale) = (flat.try_where_(0, &least)?, flat.try_where_(1, &scale)?);
    let stretched = x.try_sub(&least)?.try_mul(&scale)?.try_clamp(0.0, bound)?;
    stretched.try_to_dtype(x.dtype())
}

/// Each channel of bytes by a table of its own.
pub(super) fn equalized(x: &Tensor) -> Result<Tensor> {
    if !(3..=4).contains(&x.dim()) {
        return Err(Error::dtype(format!(
            "Input image tensor should have 3 or 4 dimensions, but found {}",
            x.dim()
        )));
    }
    if x.dtype() != DType::U8 {
        return Err(Error::dtype(format!(
            "Only torch.uint8 image tensors are supported, but found {}",
            x.dtype()
        )));
    }
    let mut bytes: Vec<u8> = x.try_to_vec()?;
    for channel in bytes.chunks_exact_mut((x.size(-1) * x.size(-2)).max(1)) {
        let table = equalizing(&counted(channel.iter().copied()));
        channel
            .iter_mut()
            .for_each(|byte| *byte = table[usize::from(*byte)]);
    }
    Tensor::try_from_vec(bytes, x.dims())?.try_to(x.device())
}
