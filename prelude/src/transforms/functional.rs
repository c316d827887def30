//! What transforms do, as functions of pictures: `torchvision.transforms.functional`.
//!
//! ```
//! use wick::prelude::*;
//! use wick::transforms::functional as TF;
//!
//! let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
//! assert_eq!(TF::invert(x.clone()).to_vec::<u8>(), [245, 55, 225, 215]);
//! assert_eq!(TF::autocontrast(x).to_vec::<u8>(), [0, 255, 26, 40]);
//! ```

use super::color::Colors;
use super::elastic::displaced;
use super::perspective::Corners;
use super::picture::Picture;
use super::resample::InterpolationMode;
use crate::error::OrPanic;
use crate::tensor::Tensor;

/// Declares functions that are a change of colours.
macro_rules! recolored {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty)?) => $colors:expr;)*) => {$(
        $(#[$doc])*
        #[track_caller]
        pub fn $name<P: Picture>(img: P $(, $argument: $type)?) -> P {
            img.recolor($colors)
        }
    )*};
}

recolored! {
    /// The picture lighter, or darker where the factor is below 1; black where it is 0. An image, or a tensor
    /// `[…, C, H, W]`. PyTorch: `torchvision.transforms.functional.adjust_brightness`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200]], [[30, 40]], [[50, 60]]]).to(DType::U8);
    /// assert_eq!(TF::adjust_brightness(x, 2.).to_vec::<u8>(), [20, 255, 60, 80, 100, 120]);
    /// ```
    ///
    /// # Panics
    /// When the factor is negative, or a tensor has other than 1 or 3 channels.
    adjust_brightness(brightness_factor: f64) => Colors::Brightness(brightness_factor);
    /// The picture with its colours further from its mean lightness, or nearer where the factor is below 1. An image,
    /// or a tensor `[…, C, H, W]`. PyTorch: `torchvision.transforms.functional.adjust_contrast`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200]], [[30, 40]], [[50, 60]]]).to(DType::U8);
    /// assert_eq!(TF::adjust_contrast(x, 0.5).to_vec::<u8>(), [34, 129, 44, 49, 54, 59]);
    /// ```
    ///
    /// # Panics
    /// When the factor is negative, or a tensor has other than 1 or 3 channels.
    adjust_contrast(contrast_factor: f64) => Colors::Contrast(contrast_factor);
    /// The picture with its colours further from gray, or nearer where the factor is below 1; gray where it is 0. An
    /// image, or a tensor `[…, C, H, W]`. PyTorch:
    /// `torchvision.transforms.functional.adjust_saturation`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200]], [[30, 40]], [[50, 60]]]).to(DType::U8);
    /// assert_eq!(TF::adjust_saturation(x, 0.).to_vec::<u8>(), [26, 90, 26, 90, 26, 90]);
    /// ```
    ///
    /// # Panics
    /// When the factor is negative, or a tensor has other than 1 or 3 channels.
    adjust_saturation(saturation_factor: f64) => Colors::Saturation(saturation_factor);
    /// The picture with its colours moved along the circle of colours, by -0.5 to 0.5 of the way around. An image, or a
    /// tensor `[…, C, H, W]`. PyTorch: `torchvision.transforms.functional.adjust_hue`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200]], [[30, 40]], [[50, 60]]]).to(DType::U8);
    /// assert_eq!(TF::adjust_hue(x, 0.5).to_vec::<u8>(), [50, 40, 30, 200, 10, 180]);
    /// ```
    ///
    /// # Panics
    /// When the factor is not between -0.5 and 0.5, or a tensor has other than 1 or 3 channels.
    adjust_hue(hue_factor: f64) => Colors::Hue(hue_factor);
    /// The picture sharper, or more blurred where the factor is below 1. An image, or a tensor `[…, C, H, W]`. PyTorch:
    /// `torchvision.transforms.functional.adjust_sharpness`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[50, 50, 50], [50, 140, 50], [50, 50, 50]]]).to(DType::U8);
    /// assert_eq!(TF::adjust_sharpness(x, 2.).to_vec::<u8>(), [50, 50, 50, 50, 195, 50, 50, 50, 50]);
    /// ```
    ///
    /// # Panics
    /// When the factor is negative, or a tensor has other than 1 or 3 channels.
    adjust_sharpness(sharpness_factor: f64) => Colors::Sharpness(sharpness_factor);
    /// The picture without colours, in 1 channel or in 3 that are the same. An image, or a tensor `[…, C, H, W]`.
    /// PyTorch: `torchvision.transforms.functional.rgb_to_grayscale`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200]], [[30, 40]], [[50, 60]]]).to(DType::U8);
    /// assert_eq!(TF::rgb_to_grayscale(x, 1).to_vec::<u8>(), [26, 90]);
    /// ```
    ///
    /// # Panics
    /// When `num_output_channels` is neither 1 nor 3, or a tensor has other than 1 or 3 channels.
    rgb_to_grayscale(num_output_channels: usize) => Colors::Gray(num_output_channels);
    /// The picture in the opposite colours: 255 less the byte, or 1 less the float. An image, or a tensor
    /// `[…, C, H, W]`. PyTorch: `torchvision.transforms.functional.invert`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(TF::invert(x).to_vec::<u8>(), [245, 55, 225, 215]);
    /// ```
    ///
    /// # Panics
    /// When a tensor has other than 1 or 3 channels.
    invert() => Colors::Inverted;
    /// The picture with what is at least as light as `threshold` in the opposite colours. An image, or a tensor
    /// `[…, C, H, W]`. PyTorch: `torchvision.transforms.functional.solarize`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(TF::solarize(x, 100.).to_vec::<u8>(), [10, 55, 30, 40]);
    /// ```
    ///
    /// # Panics
    /// When a tensor has other than 1 or 3 channels, or numbers that cannot be as large as `threshold`.
    solarize(threshold: f64) => Colors::Solarized(threshold);
    /// The picture with so many bits a channel. An image, or a tensor `[…, C, H, W]` of bytes. PyTorch:
    /// `torchvision.transforms.functional.posterize`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(TF::posterize(x, 2).to_vec::<u8>(), [0, 192, 0, 0]);
    /// ```
    ///
    /// # Panics
    /// When `bits` is above 8, or a tensor is not of bytes or has other than 1 or 3 channels.
    posterize(bits: u32) => Colors::Posterized(bits);
    /// The picture with the darkest number of each channel at 0 and the lightest at the top. An image, or a tensor
    /// `[…, C, H, W]`. PyTorch: `torchvision.transforms.functional.autocontrast`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(TF::autocontrast(x).to_vec::<u8>(), [0, 255, 26, 40]);
    /// ```
    ///
    /// # Panics
    /// When a tensor has other than 1 or 3 channels.
    autocontrast() => Colors::Stretched;
    /// The picture with all numbers of each channel about as frequent. An image, or a tensor `[…, C, H, W]` of bytes.
    /// PyTorch: `torchvision.transforms.functional.equalize`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::functional as TF;
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(TF::equalize(x).to_vec::<u8>(), [10, 200, 30, 40]);
    /// ```
    ///
    /// # Panics
    /// When a tensor is not of bytes, or has other than 1 or 3 channels.
    equalize() => Colors::Equalized;
}

/// The picture with its corners moved from some places to others, each x and y: upper left, upper right, lower right,
/// lower left. Beyond the edges there is `fill`, or 0 without. torchvision's default for the interpolation is
/// `Bilinear`. PyTorch: `torchvision.transforms.functional.perspective`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{InterpolationMode, functional as TF};
/// let x = Tensor::arange(0., 9., 1.).reshape([1, 3, 3]);
/// let (start, end) = ([(0, 0), (2, 0), (2, 2), (0, 2)], [(2, 0), (0, 0), (0, 2), (2, 2)]);
/// let mirrored = TF::perspective(x, &start, &end, InterpolationMode::Nearest, None);
/// assert_eq!(mirrored.squeeze(0).to_vec2::<f32>(), [[1., 0., 0.], [4., 3., 0.], [7., 6., 0.]]);
/// ```
#[track_caller]
pub fn perspective<P: Picture>(
    img: P,
    startpoints: &Corners,
    endpoints: &Corners,
    interpolation: InterpolationMode,
    fill: Option<f64>,
) -> P {
    img.tilt(startpoints, endpoints, interpolation, fill)
}

/// The picture with each pixel moved by a displacement `[1, height, width, 2]`, x and y in shares of half its width and
/// height. Beyond the edges there is `fill`, or 0 without. torchvision's default for the interpolation is `Bilinear`.
/// PyTorch: `torchvision.transforms.functional.elastic_transform`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{InterpolationMode, functional as TF};
/// let x = Tensor::arange(0., 9., 1.).reshape([1, 3, 3]);
/// let displacement = tensor!([2. / 3., 0.]).expand([1, 3, 3, 2]);
/// let moved = TF::elastic_transform(x, &displacement, InterpolationMode::Nearest, Some(0.));
/// assert_eq!(moved.squeeze(0).to_vec2::<f32>(), [[1., 2., 0.], [4., 5., 0.], [7., 8., 0.]]);
/// ```
#[track_caller]
pub fn elastic_transform<P: Picture>(
    img: P,
    displacement: &Tensor,
    interpolation: InterpolationMode,
    fill: Option<f64>,
) -> P {
    img.map_tensor(|x| displaced(x, displacement, interpolation, fill))
        .or_panic()
}
