//! Pictures of a given size.

use std::fmt;

use super::Transform;
use super::picture::Picture;
use super::resample::InterpolationMode;
use super::setup::Size;
use crate::error::{Error, OrPanic, Result};

/// Gives a picture another size: `torchvision.transforms.Resize`.
///
/// With one number the shorter side gets that length and the other one follows; with two they are height and width.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Resize, Transform};
/// let resize = Resize::new(2);
/// assert_eq!(resize.apply(Tensor::rand([3, 4, 8])).shape(), [3, 2, 4]);
/// assert_eq!(resize.to_string(), "Resize(size=2, interpolation=bilinear, max_size=None, antialias=True)");
/// ```
#[derive(Clone)]
pub struct Resize {
    size: Size,
    interpolation: InterpolationMode,
    max_size: Option<usize>,
    antialias: bool,
}

impl Resize {
    /// To this size, on straight lines, smoothed.
    pub fn new(size: impl Into<Size>) -> Self {
        Self {
            size: size.into(),
            interpolation: InterpolationMode::Bilinear,
            max_size: None,
            antialias: true,
        }
    }

    /// How pixels between pixels are found.
    pub fn interpolation(mut self, mode: InterpolationMode) -> Self {
        self.interpolation = mode;
        self
    }

    /// How long the longer side may become, where the shorter one is given.
    pub fn max_size(mut self, max_size: usize) -> Self {
        self.max_size = Some(max_size);
        self
    }

    /// Whether tensors are smoothed as they shrink; images always are.
    pub fn antialias(mut self, antialias: bool) -> Self {
        self.antialias = antialias;
        self
    }

    fn target(&self, height: usize, width: usize) -> Result<(usize, usize)> {
        let Size::One(short) = self.size else {
            return Ok(self.size.both());
        };
        let (shorter, longer) = (height.min(width), height.max(width));
        if shorter == 0 {
            return Err(Error::value("an image without pixels cannot be resized"));
        }
        let (mut short, mut long) = (
            short,
            (short as f64 * longer as f64 / shorter as f64) as usize,
        );
        if let Some(max_size) = self.max_size {
            if max_size <= short {
                return Err(Error::value(format!(
                    "max_size = {max_size} must be strictly greater than the requested size for the smaller edge size = \
                     [{short}]"
                )));
            }
            if long > max_size {
                (short, long) = (
                    (max_size as f64 * short as f64 / long as f64) as usize,
                    max_size,
                );
            }
        }
        Ok(if width <= height {
            (long, short)
        } else {
            (short, long)
        })
    }
}

impl<P: Picture> Transform<P> for Resize {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        let size = picture.size();
        let (height, width) = self.target(size.0, size.1).or_panic();
        if size == (height, width) {
            return picture;
        }
        picture.resize(height, width, self.interpolation, self.antialias)
    }
}

impl fmt::Display for Resize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let max_size = self
            .max_size
            .map_or("None".to_owned(), |size| size.to_string());
        let antialias = crate::nn::python::bool(self.antialias);
        let (size, interpolation) = (self.size, self.interpolation);
        write!(
            f,
            "Resize(size={size}, interpolation={interpolation}, max_size={max_size}, antialias={antialias})"
        )
    }
}

crate::shown::debug_is_display!(Resize);
