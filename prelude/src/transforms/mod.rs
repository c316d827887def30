//! Images made ready for networks: `torchvision.transforms`.
//!
//! ```
//! use wick::prelude::*;
//! use wick::transforms::{Compose, Normalize, RandomCrop, RandomHorizontalFlip, ToTensor, Transform};
//!
//! let transform = Compose::new((
//!     RandomCrop::new(32).padding(4),
//!     RandomHorizontalFlip::new(0.5),
//!     ToTensor,
//!     Normalize::new([0.5; 3], [0.25; 3]),
//! ));
//! let image = wick::image::DynamicImage::new_rgb8(32, 32);
//! assert_eq!(transform.apply(image).shape(), [3, 32, 32]);
//! ```
//!
//! Transforms of places and sizes take images, which stay images of bytes as Pillow's do, and tensors
//! `[…, height, width]`. What they draw, they draw as torchvision does: the same seed gives the same crops.

mod affine;
mod augment;
mod blur;
mod color;
mod compose;
mod convert;
mod crop;
mod draws;
mod elastic;
mod erase;
mod flip;
pub mod functional;
mod grid;
mod jitter;
mod operation;
mod pad;
mod perspective;
mod picture;
mod policy;
mod preset;
mod random_crop;
mod resample;
mod resize;
mod setup;
mod several;
mod tone;
mod turn;

pub use affine::Placement;
pub use augment::{AugMix, AutoAugment, RandAugment, TrivialAugmentWide};
pub use blur::GaussianBlur;
pub use color::Colors;
pub use compose::{Chain, Compose, Lambda};
pub use convert::{ConvertImageDtype, Normalize, PILToTensor, ToPILImage, ToTensor};
pub use crop::CenterCrop;
pub use elastic::{Both, ElasticTransform};
pub use erase::{Filling, RandomErasing};
pub use flip::{RandomHorizontalFlip, RandomVerticalFlip};
pub use grid::{GridOptions, make_grid, save_image, try_make_grid, try_save_image};
pub use jitter::{
    Amount, ColorJitter, Grayscale, RandomAdjustSharpness, RandomAutocontrast, RandomEqualize,
    RandomGrayscale, RandomInvert, RandomPosterize, RandomSolarize,
};
pub use pad::{Pad, PaddingMode};
pub use perspective::{Corners, RandomPerspective};
pub use picture::Picture;
pub use policy::AutoAugmentPolicy;
pub use preset::ImageClassification;
pub use random_crop::{RandomCrop, RandomResizedCrop};
pub use resample::InterpolationMode;
pub use resize::Resize;
pub use setup::{Margins, PerChannel, Size};
pub use several::{FiveCrop, RandomApply, RandomChoice, RandomOrder, Steps, TenCrop};
pub use turn::{Degrees, RandomAffine, RandomRotation};

use std::fmt::Display;

/// A step from one form of an image to another. It shows itself as torchvision's does.
///
/// ```
/// use std::fmt;
/// use wick::prelude::*;
/// use wick::transforms::{CenterCrop, Compose, Transform};
///
/// /// Numbers from -1 to 1.
/// struct Centered;
///
/// impl Transform<Tensor> for Centered {
///     type Output = Tensor;
///     fn apply(&self, x: Tensor) -> Tensor {
///         x * 2. - 1.
///     }
/// }
///
/// impl fmt::Display for Centered {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         f.write_str("Centered()")
///     }
/// }
///
/// let transform = Compose::new((CenterCrop::new(1), Centered));
/// assert_eq!(transform.apply(Tensor::ones([3, 3])).to_vec2::<f32>(), [[1.]]);
/// assert_eq!(transform.to_string(), "Compose(\n    CenterCrop(size=(1, 1))\n    Centered()\n)");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take a `{I}`",
    note = "`ToTensor` makes a tensor of an image; put it before the transforms that need one"
)]
pub trait Transform<I>: Display + Send + Sync {
    /// What comes out.
    type Output;

    /// Does it: `transform(input)`.
    fn apply(&self, input: I) -> Self::Output;
}

#[cfg(test)]
mod augment_tests;
#[cfg(test)]
mod more_tests;
#[cfg(test)]
mod tests;
