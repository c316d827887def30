//! What pretrained networks expect.

use std::fmt;

use image::DynamicImage;

use super::convert::convert_dtype;
use super::{CenterCrop, Normalize, Resize, Transform};
use crate::DType;
use crate::error::OrPanic;
use crate::nn::python;
use crate::tensor::Tensor;

const MEAN: [f64; 3] = [0.485, 0.456, 0.406];
const STD: [f64; 3] = [0.229, 0.224, 0.225];

/// What torchvision's classifiers were trained with: an image resized, its middle, and normalized floats. This is what
/// `weights.transforms()` gives.
///
/// ```
/// use wick::models::ResNet18Weights;
/// use wick::transforms::Transform;
/// let preprocess = ResNet18Weights::Default.transforms();
/// let x = preprocess.apply(wick::image::DynamicImage::new_rgb8(300, 400));
/// assert_eq!(x.shape(), [3, 224, 224]);
///
/// use wick::transforms::ImageClassification;
/// let small = ImageClassification::new(64, 72);
/// assert_eq!(small.apply(wick::image::DynamicImage::new_rgb8(300, 400)).shape(), [3, 64, 64]);
/// ```
#[derive(Clone, PartialEq)]
pub struct ImageClassification {
    crop_size: usize,
    resize_size: usize,
}

impl ImageClassification {
    /// The transform to the middle `crop_size` pixels of an image whose shorter side has `resize_size`.
    pub fn new(crop_size: usize, resize_size: usize) -> Self {
        Self {
            crop_size,
            resize_size,
        }
    }

    #[track_caller]
    fn finish(&self, x: &Tensor) -> Tensor {
        Normalize::new(MEAN, STD).apply(convert_dtype(x, DType::F32).or_panic())
    }
}

impl Transform<DynamicImage> for ImageClassification {
    type Output = Tensor;

    /// From an image of any size to `[3, crop, crop]`.
    #[track_caller]
    fn apply(&self, image: DynamicImage) -> Tensor {
        let image = Resize::new(self.resize_size).apply(image);
        self.finish(&Tensor::from_image(
            &CenterCrop::new(self.crop_size).apply(image),
        ))
    }
}

impl Transform<Tensor> for ImageClassification {
    type Output = Tensor;

    /// From `[…, 3, height, width]` to `[…, 3, crop, crop]`.
    #[track_caller]
    fn apply(&self, x: Tensor) -> Tensor {
        let x = Resize::new(self.resize_size).apply(x);
        self.finish(&CenterCrop::new(self.crop_size).apply(x))
    }
}

impl fmt::Display for ImageClassification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |values: [f64; 3]| format!("[{}]", values.map(python::float).join(", "));
        write!(
            f,
            "ImageClassification(\n    crop_size=[{}]\n    resize_size=[{}]\n    mean={}\n    std={}\n    \
             interpolation=InterpolationMode.BILINEAR\n)",
            self.crop_size,
            self.resize_size,
            list(MEAN),
            list(STD)
        )
    }
}

crate::shown::debug_is_display!(ImageClassification);
