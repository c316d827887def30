//! Images as tensors, and tensors in other ranges.

use std::fmt;

use image::DynamicImage;

use super::Transform;
use super::setup::PerChannel;
use crate::DType;
use crate::error::{Error, OrPanic, Result};
use crate::interop::image::Raster;
use crate::tensor::Tensor;

/// An image as a tensor `[channels, height, width]` of floats from 0 to 1: `torchvision.transforms.ToTensor`.
///
/// ```
/// use wick::transforms::{ToTensor, Transform};
/// let white = wick::image::GrayImage::from_pixel(2, 1, wick::image::Luma([255]));
/// let x = ToTensor.apply(wick::image::DynamicImage::from(white));
/// assert_eq!(x.to_string(), "tensor([[[1., 1.]]])");
/// ```
#[derive(Clone, Copy, Default)]
pub struct ToTensor;

impl<I: Into<DynamicImage>> Transform<I> for ToTensor {
    type Output = Tensor;

    #[track_caller]
    fn apply(&self, image: I) -> Tensor {
        // As PyTorch divides, element by element.
        let planes = Raster::new(image.into()).planes();
        let floats = planes
            .bytes
            .iter()
            .map(|&byte| f32::from(byte) / 255.0)
            .collect();
        Tensor::try_from_vec(floats, [planes.channels, planes.height, planes.width]).or_panic()
    }
}

impl fmt::Display for ToTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToTensor()")
    }
}

/// An image as a tensor `[channels, height, width]` of its bytes: `torchvision.transforms.PILToTensor`.
///
/// ```
/// use wick::transforms::{PILToTensor, Transform};
/// let image = wick::image::GrayImage::from_vec(2, 2, vec![10, 200, 30, 40]).unwrap();
/// let x = PILToTensor.apply(wick::image::DynamicImage::from(image));
/// assert_eq!(x.to_string(), "tensor([[[ 10, 200],\n         [ 30,  40]]], dtype=torch.uint8)");
/// ```
#[derive(Clone, Copy, Default)]
pub struct PILToTensor;

impl<I: Into<DynamicImage>> Transform<I> for PILToTensor {
    type Output = Tensor;

    #[track_caller]
    fn apply(&self, image: I) -> Tensor {
        Tensor::from_image(&image.into())
    }
}

impl fmt::Display for PILToTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PILToTensor()")
    }
}

/// A tensor `[height, width]` or `[channels, height, width]` as an image; floats are from 0 to 1:
/// `torchvision.transforms.ToPILImage`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{ToPILImage, Transform};
/// assert_eq!(ToPILImage.apply(Tensor::ones([3, 4, 5])).width(), 5);
/// ```
#[derive(Clone, Copy, Default)]
pub struct ToPILImage;

impl Transform<Tensor> for ToPILImage {
    type Output = DynamicImage;

    #[track_caller]
    fn apply(&self, x: Tensor) -> DynamicImage {
        x.to_image()
    }
}

impl fmt::Display for ToPILImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ToPILImage()")
    }
}

/// Another dtype, with values that mean the same: bytes from 0 to 255 become floats from 0 to 1, and the other way
/// round: `torchvision.transforms.ConvertImageDtype`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{ConvertImageDtype, Transform};
/// let bytes = tensor!([0, 255, 51]).to(DType::U8);
/// assert_eq!(ConvertImageDtype::new(DType::F32).apply(bytes).to_string(), "tensor([0.0000, 1.0000, 0.2000])");
/// let floats = tensor!([0., 1., 0.5]);
/// assert_eq!(ConvertImageDtype::new(DType::U8).apply(floats).to_vec1::<u8>(), [0, 255, 127]);
/// ```
#[derive(Clone, Copy)]
pub struct ConvertImageDtype {
    dtype: DType,
}

impl ConvertImageDtype {
    /// The transform to this dtype.
    pub fn new(dtype: DType) -> Self {
        Self { dtype }
    }
}

impl Transform<Tensor> for ConvertImageDtype {
    type Output = Tensor;

    #[track_caller]
    fn apply(&self, x: Tensor) -> Tensor {
        convert_dtype(&x, self.dtype).or_panic()
    }
}

impl fmt::Display for ConvertImageDtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConvertImageDtype()")
    }
}

/// The dtype in which numbers of a picture are computed with.
pub(super) fn computed_in(x: &Tensor) -> DType {
    match x.is_floating_point() {
        true => x.dtype(),
        false => DType::F32,
    }
}

/// What was computed, in the dtype of a picture.
pub(super) fn as_in(x: &Tensor, computed: Tensor) -> Result<Tensor> {
    match x.is_floating_point() {
        true => computed.try_to_dtype(x.dtype()),
        false => computed.try_round()?.try_to_dtype(x.dtype()),
    }
}

/// The largest value that an image of that dtype has.
pub(super) fn largest(dtype: DType) -> f64 {
    match dtype {
        DType::U8 => f64::from(u8::MAX),
        DType::I8 => f64::from(i8::MAX),
        DType::I16 => f64::from(i16::MAX),
        DType::I32 => f64::from(i32::MAX),
        DType::I64 => i64::MAX as f64,
        _ => 1.0,
    }
}

pub(super) fn convert_dtype(x: &Tensor, to: DType) -> Result<Tensor> {
    let from = x.dtype();
    match (from.is_floating_point(), to.is_floating_point()) {
        _ if from == to => Ok(x.clone()),
        (true, true) => x.try_to_dtype(to),
        (true, false) => {
            let exact = !(from == DType::F32 && matches!(to, DType::I32 | DType::I64)
                || from == DType::F64 && to == DType::I64);
            if !exact {
                return Err(Error::runtime(format!(
                    "The cast from {from} to {to} cannot be performed safely."
                )));
            }
            // Just below one step more than the largest value, so that 1 becomes the largest.
            x.try_mul(largest(to) + 1.0 - 1e-3)?.try_to_dtype(to)
        }
        (false, true) => x.try_to_dtype(to)?.try_div(largest(from)),
        (false, false) => {
            let (input, output) = (largest(from), largest(to));
            if input > output {
                let factor = ((input + 1.0) / (output + 1.0)) as i64;
                return x.try_floor_divide(factor)?.try_to_dtype(to);
            }
            let factor = ((output + 1.0) / (input + 1.0)) as i64;
            x.try_to_dtype(to)?.try_mul(factor)
        }
    }
}

/// Less the mean, by the deviation, for each channel of a tensor `[…, channels, height, width]`:
/// `torchvision.transforms.Normalize`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Normalize, Transform};
/// let normalize = Normalize::new((0.5,), (0.5,));
/// assert_eq!(normalize.apply(Tensor::ones([1, 1, 2])).to_vec::<f32>(), [1., 1.]);
/// assert_eq!(normalize.to_string(), "Normalize(mean=(0.5,), std=(0.5,))");
/// ```
#[derive(Clone)]
pub struct Normalize {
    mean: PerChannel,
    std: PerChannel,
}

impl Normalize {
    /// The transform with these means and deviations, one for each channel or one for all.
    pub fn new(mean: impl Into<PerChannel>, std: impl Into<PerChannel>) -> Self {
        Self {
            mean: mean.into(),
            std: std.into(),
        }
    }

    fn normalized(&self, x: &Tensor) -> Result<Tensor> {
        if !x.is_floating_point() {
            return Err(Error::dtype(format!(
                "Input tensor should be a float tensor. Got {}.",
                x.dtype()
            )));
        }
        if x.dim() < 3 {
            return Err(Error::value(format!(
                "Expected tensor to be a tensor image of size (..., C, H, W). Got tensor.size() = {}",
                x.shape()
            )));
        }
        let numbers = |values: &[f64]| {
            let values =
                Tensor::try_from_vec(values.to_vec(), [values.len()])?.try_to_dtype(x.dtype())?;
            values.try_to_device(x.device())?.try_reshape([-1, 1, 1])
        };
        let std = numbers(&self.std.values)?;
        if std.try_to_vec::<f64>()?.contains(&0.0) {
            return Err(Error::value(format!(
                "std evaluated to zero after conversion to {}, leading to division by zero.",
                x.dtype()
            )));
        }
        x.try_sub(numbers(&self.mean.values)?)?.try_div(std)
    }
}

impl Transform<Tensor> for Normalize {
    type Output = Tensor;

    #[track_caller]
    fn apply(&self, x: Tensor) -> Tensor {
        self.normalized(&x).or_panic()
    }
}

impl fmt::Display for Normalize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Normalize(mean={}, std={})", self.mean, self.std)
    }
}

crate::shown::debug_is_display!(
    ToTensor,
    PILToTensor,
    ToPILImage,
    ConvertImageDtype,
    Normalize
);
