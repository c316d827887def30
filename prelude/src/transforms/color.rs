//! The colours of pictures: as Pillow changes those of images, and torchvision those of tensors.

use image::DynamicImage;

use super::convert::{computed_in, convert_dtype, largest};
use super::tone;
use crate::DType;
use crate::error::{Error, Result};
use crate::interop::image::Raster;
use crate::tensor::Tensor;

/// A change of a picture's colours. Where a factor is 1, or the hue is moved by 0, nothing changes. The names in code
/// are those of `torchvision.transforms.functional`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Colors, Picture};
/// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
/// assert_eq!(x.clone().recolor(Colors::Inverted).to_vec::<u8>(), [245, 55, 225, 215]);
/// assert_eq!(x.recolor(Colors::Brightness(0.5)).to_vec::<u8>(), [5, 100, 15, 20]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Colors {
    /// Lighter, or darker below 1: `adjust_brightness`.
    Brightness(f64),
    /// Further from the mean, or nearer below 1: `adjust_contrast`.
    Contrast(f64),
    /// Further from gray, or nearer below 1: `adjust_saturation`.
    Saturation(f64),
    /// Along the circle of colours, -0.5 to 0.5 of the way around: `adjust_hue`.
    Hue(f64),
    /// Without colours, in 1 or 3 channels: `rgb_to_grayscale`.
    Gray(usize),
    /// The opposite: `invert`.
    Inverted,
    /// The opposite of what is at least so light: `solarize`.
    Solarized(f64),
    /// With so many bits a channel: `posterize`.
    Posterized(u32),
    /// Sharper, or more blurred below 1: `adjust_sharpness`.
    Sharpness(f64),
    /// With the darkest number of each channel at 0 and the lightest at the top: `autocontrast`.
    Stretched,
    /// With all numbers of each channel about as frequent: `equalize`.
    Equalized,
}

impl Colors {
    fn check(self) -> Result<()> {
        let negative = |name: &str, factor: f64| match factor < 0.0 {
            true => Err(Error::value(format!(
                "{name} ({factor}) is not non-negative."
            ))),
            false => Ok(()),
        };
        match self {
            Self::Brightness(factor) => negative("brightness_factor", factor),
            Self::Contrast(factor) => negative("contrast_factor", factor),
            Self::Saturation(factor) => negative("saturation_factor", factor),
            Self::Sharpness(factor) => negative("sharpness_factor", factor),
            Self::Hue(factor) if !(-0.5..=0.5).contains(&factor) => Err(Error::value(format!(
                "hue_factor ({factor}) is not in [-0.5, 0.5]."
            ))),
            Self::Gray(channels) if channels != 1 && channels != 3 => {
                Err(Error::value("num_output_channels should be either 1 or 3"))
            }
            Self::Posterized(bits) if bits > 8 => Err(Error::value(format!(
                "The number if bits should be between 0 and 8. Got {bits}"
            ))),
            _ => Ok(()),
        }
    }
}

/// An image in other colours, to the byte as Pillow has it. Opacity stays as it is.
pub(super) fn recolor_image(image: DynamicImage, colors: Colors) -> Result<DynamicImage> {
    colors.check()?;
    let mut raster = Raster::new(image);
    let channels = raster.channels;
    // The last of two or four channels is opacity.
    let colored = if channels.is_multiple_of(2) {
        channels - 1
    } else {
        channels
    };
    let pixels = raster.bytes.chunks_exact_mut(channels);
    match colors {
        Colors::Brightness(factor) => {
            pixels.for_each(|pixel| blend(&mut pixel[..colored], 0, factor));
        }
        Colors::Contrast(factor) => {
            let count = pixels.len();
            let sum: u64 = pixels.map(|pixel| u64::from(luma(&pixel[..colored]))).sum();
            let mean = (sum as f64 / count.max(1) as f64 + 0.5) as u8;
            let pixels = raster.bytes.chunks_exact_mut(channels);
            pixels.for_each(|pixel| blend(&mut pixel[..colored], mean, factor));
        }
        Colors::Saturation(factor) => pixels.for_each(|pixel| {
            let gray = luma(&pixel[..colored]);
            blend(&mut pixel[..colored], gray, factor);
        }),
        Colors::Hue(factor) if colored == 3 => {
            let turn = ((factor * 255.0) as i32) as u8;
            pixels.for_each(|pixel| {
                let [hue, saturation, value] = to_hsv([pixel[0], pixel[1], pixel[2]]);
                pixel[..3].copy_from_slice(&from_hsv([hue.wrapping_add(turn), saturation, value]));
            });
        }
        Colors::Hue(_) => {}
        Colors::Gray(count) => {
            let bytes = pixels
                .flat_map(|pixel| vec![luma(&pixel[..colored]); count])
                .collect();
            raster = Raster {
                bytes,
                channels: count,
                ..raster
            };
        }
        Colors::Inverted => pixels.for_each(|pixel| {
            pixel[..colored]
                .iter_mut()
                .for_each(|value| *value = 255 - *value);
        }),
        Colors::Solarized(threshold) => pixels.for_each(|pixel| {
            let light = |value: &&mut u8| f64::from(**value) >= threshold;
            pixel[..colored]
                .iter_mut()
                .filter(light)
                .for_each(|value| *value = 255 - *value);
        }),
        Colors::Posterized(bits) => pixels.for_each(|pixel| {
            pixel[..colored]
                .iter_mut()
                .for_each(|value| *value &= mask(bits));
        }),
        Colors::Sharpness(factor) => tone::sharpen(&mut raster, colored, factor),
        Colors::Stretched => tone::by_table(&mut raster, colored, tone::stretching),
        Colors::Equalized => tone::by_table(&mut raster, colored, tone::equalizing),
    }
    Ok(raster.into_image())
}

/// The highest bits of a byte.
fn mask(bits: u32) -> u8 {
    !(0xff_u32 >> bits) as u8
}

/// From `gray` to the pixel and beyond it.
pub(super) fn blend(pixel: &mut [u8], gray: u8, factor: f64) {
    let factor = factor as f32;
    for value in pixel {
        let (from, to) = (f32::from(gray), f32::from(*value));
        // Conversion to a byte stays between 0 and 255.
        *value = (from + factor * (to - from)) as u8;
    }
}

/// How light a pixel is: ITU-R 601-2.
fn luma(pixel: &[u8]) -> u8 {
    match *pixel {
        [red, green, blue] => {
            let [red, green, blue] = [red, green, blue].map(u32::from);
            ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16) as u8
        }
        _ => pixel[0],
    }
}

/// Hue, saturation and value, each from 0 to 255.
fn to_hsv([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    if most == least {
        return [0, 0, most];
    }
    let range = f32::from(most - least);
    let saturation = range / f32::from(most);
    let [r, g, b] = [red, green, blue].map(|value| f32::from(most - value) / range);
    let hue = if red == most {
        b - g
    } else if green == most {
        (2.0 + f64::from(r) - f64::from(b)) as f32
    } else {
        (4.0 + f64::from(g) - f64::from(r)) as f32
    };
    let hue = ((f64::from(hue) / 6.0 + 1.0) % 1.0) as f32;
    let byte = |share: f32| (f64::from(share) * 255.0) as u8;
    [byte(hue), byte(saturation), most]
}

fn from_hsv([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
    if saturation == 0 {
        return [value; 3];
    }
    let sector = (f64::from(hue) * 6.0 / 255.0).floor();
    let rest = f64::from((f64::from(hue) * 6.0 / 255.0 - sector) as f32);
    let saturation = f64::from((f64::from(saturation) / 255.0) as f32);
    let part = |share: f64| (f64::from(value) * (1.0 - share)).round() as u8;
    let (p, q, t) = (
        part(saturation),
        part(saturation * rest),
        part(saturation * (1.0 - rest)),
    );
    match sector as usize % 6 {
        0 => [value, t, p],
        1 => [q, value, p],
        2 => [p, value, t],
        3 => [p, q, value],
        4 => [t, p, value],
        _ => [value, p, q],
    }
}

/// A tensor `[…, channels, height, width]` in other colours, as `torchvision.transforms.functional` makes it.
pub(super) fn recolor_tensor(x: &Tensor, colors: Colors) -> Result<Tensor> {
    colors.check()?;
    if x.dim() < 2 {
        return Err(Error::dtype("Tensor is not a torch image."));
    }
    if x.dim() < 3 && !matches!(colors, Colors::Brightness(_)) {
        return Err(Error::dtype(format!(
            "Input image tensor should have at least 3 dimensions, but found {}",
            x.dim()
        )));
    }
    let channels = if x.dim() < 3 { 1 } else { x.size(-3) };
    if channels != 1 && channels != 3 {
        return Err(Error::dtype(format!(
            "Input image tensor permitted channel values are [1, 3], but found {channels}"
        )));
    }
    let bound = largest(x.dtype());
    match colors {
        Colors::Brightness(factor) => mixed(x, &x.try_zeros_like()?, factor),
        Colors::Contrast(factor) => {
            let light = gray(x)?.try_to_dtype(computed_in(x))?;
            mixed(x, &light.try_mean_dim([-3, -2, -1], true)?, factor)
        }
        Colors::Saturation(_) | Colors::Hue(_) if channels == 1 => Ok(x.clone()),
        Colors::Saturation(factor) => mixed(x, &gray(x)?, factor),
        Colors::Hue(factor) => turned(x, factor),
        Colors::Gray(3) => gray(x)?.try_expand(match channels {
            3 => x.dims(),
            _ => x
                .dims()
                .iter()
                .enumerate()
                .map(|(dim, &size)| if dim + 3 == x.dim() { 3 } else { size })
                .collect(),
        }),
        Colors::Gray(_) => gray(x),
        Colors::Inverted => inverted(x, bound),
        Colors::Solarized(threshold) if threshold > bound => {
            Err(Error::dtype("Threshold should be less than bound of img."))
        }
        Colors::Solarized(threshold) => {
            let inverted = inverted(x, bound)?;
            x.try_ge(threshold)?.try_where_(&inverted, x)
        }
        Colors::Posterized(_) if x.dtype() != DType::U8 => Err(Error::dtype(format!(
            "Only torch.uint8 image tensors are supported, but found {}",
            x.dtype()
        ))),
        Colors::Posterized(bits) => x.try_bitwise_and(i64::from(mask(bits))),
        Colors::Sharpness(factor) => tone::sharpened(x, factor),
        Colors::Stretched => tone::stretched(x),
        Colors::Equalized => tone::equalized(x),
    }
}

fn inverted(x: &Tensor, bound: f64) -> Result<Tensor> {
    match x.is_floating_point() {
        true => x.try_neg()?.try_add(bound),
        false => Tensor::try_full(x.dims(), bound)?
            .try_to_dtype(x.dtype())?
            .try_sub(x),
    }
}

pub(super) fn mixed(x: &Tensor, other: &Tensor, ratio: f64) -> Result<Tensor> {
    let mixed = x.try_mul(ratio)?.try_add(other.try_mul(1.0 - ratio)?)?;
    mixed
        .try_clamp(0.0, largest(x.dtype()))?
        .try_to_dtype(x.dtype())
}

/// How light each pixel is, with the channels' dimension of size 1.
fn gray(x: &Tensor) -> Result<Tensor> {
    if x.size(-3) == 1 {
        return x.try_copy();
    }
    let planes = x.try_unbind(-3)?;
    let light = planes[0]
        .try_mul(0.2989)?
        .try_add(planes[1].try_mul(0.587)?)?;
    let light = light.try_add(planes[2].try_mul(0.114)?)?;
    light.try_to_dtype(x.dtype())?.try_unsqueeze(-3)
}

/// The hue moved, computed in `f32` pixel by pixel.
fn turned(x: &Tensor, factor: f64) -> Result<Tensor> {
    let floats = convert_dtype(x, DType::F32)?;
    let pixels = floats.try_movedim(-3, -1)?;
    let mut values: Vec<f32> = pixels.try_to_vec()?;
    for pixel in values.chunks_exact_mut(3) {
        let turned = turn([pixel[0], pixel[1], pixel[2]], factor as f32);
        pixel.copy_from_slice(&turned);
    }
    let turned = Tensor::try_from_vec(values, pixels.dims())?.try_movedim(-1, -3)?;
    convert_dtype(&turned.try_contiguous()?, x.dtype())
}

fn turn([red, green, blue]: [f32; 3], factor: f32) -> [f32; 3] {
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let range = most - least;
    let (saturation, divisor) = match most == least {
        true => (range, 1.0),
        false => (range / most, range),
    };
    let [r, g, b] = [red, green, blue].map(|value| (most - value) / divisor);
    let hue = if most == red {
        b - g
    } else if most == green {
        2.0 + r - b
    } else {
        4.0 + g - r
    };
    let hue = ((hue / 6.0 + 1.0) % 1.0 + factor).rem_euclid(1.0);
    let sector = (hue * 6.0).floor();
    let rest = hue * 6.0 - sector;
    let part = |share: f32| (most * (1.0 - share)).clamp(0.0, 1.0);
    let (p, q, t) = (
        part(saturation),
        part(saturation * rest),
        part(saturation * (1.0 - rest)),
    );
    match (sector as i32).rem_euclid(6) {
        0 => [most, t, p],
        1 => [q, most, p],
        2 => [p, most, t],
        3 => [p, q, most],
        4 => [t, p, most],
        _ => [most, p, q],
    }
}
