//! The middle of pictures.

use std::fmt;

use super::Transform;
use super::picture::{Picture, crop};
use super::setup::Size;

/// The middle of a picture, with 0 around it where the picture is smaller: `torchvision.transforms.CenterCrop`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{CenterCrop, Transform};
/// let x = Tensor::arange(0, 16, 1).view([1, 4, 4]);
/// assert_eq!(CenterCrop::new(2).apply(x).to_vec::<i64>(), [5, 6, 9, 10]);
/// ```
#[derive(Clone)]
pub struct CenterCrop {
    size: (usize, usize),
}

impl CenterCrop {
    /// Of this size.
    pub fn new(size: impl Into<Size>) -> Self {
        Self {
            size: size.into().both(),
        }
    }
}

/// Where the middle of `inner` elements among `outer` ones begins; before the first if there are fewer.
pub(super) fn middle(outer: usize, inner: usize) -> i64 {
    if inner > outer {
        return -(((inner - outer) / 2) as i64);
    }
    // Python rounds a half to the even number.
    ((outer - inner) as f64 / 2.0).round_ties_even() as i64
}

impl<P: Picture> Transform<P> for CenterCrop {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        let (height, width) = picture.size();
        let (rows, columns) = self.size;
        crop(
            picture,
            middle(height, rows),
            middle(width, columns),
            rows,
            columns,
        )
    }
}

impl fmt::Display for CenterCrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CenterCrop(size=({}, {}))", self.size.0, self.size.1)
    }
}

crate::shown::debug_is_display!(CenterCrop);
