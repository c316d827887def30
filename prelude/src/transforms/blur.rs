//! Pictures that are not sharp.

use std::fmt;

use super::Transform;
use super::convert::{as_in, computed_in};
use super::draws::draw_between;
use super::picture::Picture;
use super::setup::Size;
use crate::DType;
use crate::error::{Error, OrPanic, Result};
use crate::nn::python;
use crate::tensor::{Conv2dOptions, Padding, Tensor};

/// Blurs with a bell of random width: `torchvision.transforms.GaussianBlur`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{GaussianBlur, Transform};
/// let blur = GaussianBlur::new(3).sigma((0.5, 1.0));
/// assert_eq!(blur.apply(Tensor::rand([3, 8, 8])).shape(), [3, 8, 8]);
/// assert_eq!(blur.to_string(), "GaussianBlur(kernel_size=(3, 3), sigma=(0.5, 1.0))");
/// ```
#[derive(Clone)]
pub struct GaussianBlur {
    kernel_size: (usize, usize),
    sigma: (f64, f64),
}

impl GaussianBlur {
    /// Over so many pixels, an odd number, with a deviation of 0.1 to 2.
    ///
    /// # Panics
    /// When the size is even or 0.
    #[track_caller]
    pub fn new(kernel_size: impl Into<Size>) -> Self {
        let kernel_size = kernel_size.into().both();
        let odd = kernel_size.0 % 2 == 1 && kernel_size.1 % 2 == 1;
        let checked = odd
            .then_some(kernel_size)
            .ok_or_else(|| Error::value("Kernel size value should be an odd and positive number."));
        Self {
            kernel_size: checked.or_panic(),
            sigma: (0.1, 2.0),
        }
    }

    /// The least and the largest deviation, in pixels.
    ///
    /// # Panics
    /// When one is not positive, or they are the wrong way round.
    #[track_caller]
    pub fn sigma(mut self, sigma: (f64, f64)) -> Self {
        let valid = 0.0 < sigma.0 && sigma.0 <= sigma.1;
        let checked = valid.then_some(sigma).ok_or_else(|| {
            Error::value("sigma values should be positive and of the form (min, max).")
        });
        self.sigma = checked.or_panic();
        self
    }
}

impl<P: Picture> Transform<P> for GaussianBlur {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        let sigma = draw_between(self.sigma.0, self.sigma.1);
        picture
            .map_tensor(|x| blurred(x, self.kernel_size, (sigma, sigma)))
            .or_panic()
    }
}

/// The bell at so many places, with the sum 1.
fn bell(size: usize, sigma: f64, dtype: DType) -> Result<Tensor> {
    let half = (size as f64 - 1.0) * 0.5;
    let x = Tensor::try_linspace_with(-half, half, size, dtype)?;
    let bell = x.try_div(sigma)?.try_pow(2)?.try_mul(-0.5)?.try_exp()?;
    bell.try_div(bell.try_sum()?)
}

/// Blurred over so many columns and rows, with deviations along both.
pub(super) fn blurred(
    x: &Tensor,
    kernel_size: (usize, usize),
    sigma: (f64, f64),
) -> Result<Tensor> {
    if x.dim() < 3 {
        return Err(Error::dtype("Tensor is not a torch image."));
    }
    let dtype = computed_in(x);
    let (columns, rows) = kernel_size;
    let across = bell(columns, sigma.0, dtype)?.try_unsqueeze(0)?;
    let kernel = bell(rows, sigma.1, dtype)?
        .try_unsqueeze(1)?
        .try_matmul(&across)?;
    let channels = x.size(-3);
    let kernel = kernel
        .try_expand([channels, 1, rows, columns])?
        .try_contiguous()?;
    let dims = x.dims();
    let images = [
        &[dims[..dims.len() - 3].iter().product()],
        &dims[dims.len() - 3..],
    ]
    .concat();
    let flat = x.try_to_dtype(dtype)?.try_reshape(images)?;
    let (sides, ends) = ((columns / 2) as i64, (rows / 2) as i64);
    let padded = flat.try_pad(&[sides, sides, ends, ends], Padding::Reflect)?;
    let options = Conv2dOptions {
        groups: channels,
        ..Conv2dOptions::default()
    };
    let blurred = padded
        .try_conv2d(&kernel, None, options)?
        .try_reshape(dims)?;
    as_in(x, blurred)
}

impl fmt::Display for GaussianBlur {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "GaussianBlur(kernel_size=({}, {}), sigma=({}, {}))",
            self.kernel_size.0,
            self.kernel_size.1,
            python::float(self.sigma.0),
            python::float(self.sigma.1)
        )
    }
}

crate::shown::debug_is_display!(GaussianBlur);
