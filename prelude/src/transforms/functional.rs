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
    /// Lighter, or darker below 1.
    adjust_brightness(brightness_factor: f64) => Colors::Brightness(brightness_factor);
    /// Further from the mean, or nearer below 1.
    adjust_contrast(contrast_factor: f64) => Colors::Contrast(contrast_factor);
    /// Further from gray, or nearer below 1.
    adjust_saturation(saturation_factor: f64) => Colors::Saturation(saturation_factor);
    /// Along the circle of colours, -0.5 to 0.5 of the way around.
    adjust_hue(hue_factor: f64) => Colors::Hue(hue_factor);
    /// Sharper, or more blurred below 1.
    adjust_sharpness(sharpness_factor: f64) => Colors::Sharpness(sharpness_factor);
    /// Without colours, in 1 or 3 channels.
    rgb_to_grayscale(num_output_channels: usize) => Colors::Gray(num_output_channels);
    /// The opposite colours.
    invert() => Colors::Inverted;
    /// The opposite of what is at least so light.
    solarize(threshold: f64) => Colors::Solarized(threshold);
    /// With so many bits a channel. Tensors must be of bytes.
    posterize(bits: u32) => Colors::Posterized(bits);
    /// With the darkest number of each channel at 0 and the lightest at the top.
    autocontrast() => Colors::Stretched;
    /// With all numbers of each channel about as frequent. Tensors must be of bytes.
    equalize() => Colors::Equalized;
}

/// With its corners moved from some places to others, each x and y: upper left, upper right, lower right, lower left.
/// Beyond the edges there is `fill`, or 0 without. torchvision's default for the interpolation is `Bilinear`.
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

/// With each pixel moved by a displacement `[1, height, width, 2]`, x and y in shares of half its width and height.
/// Beyond the edges there is `fill`, or 0 without. torchvision's default for the interpolation is `Bilinear`.
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
