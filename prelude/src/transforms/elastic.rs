//! Pictures as seen through water.

use std::fmt;

use super::Transform;
use super::affine::{is_smooth, pixel, sampled};
use super::blur::blurred;
use super::operation::{Surroundings, surroundings};
use super::picture::Picture;
use super::resample::InterpolationMode;
use crate::error::{Error, OrPanic, Result};
use crate::nn::python;
use crate::tensor::Tensor;

/// A number for each of both directions, x and y; one may stand for both.
///
/// ```
/// use wick::transforms::{Both, ElasticTransform};
/// assert_eq!(Both::from(5.), Both(5., 5.));
/// let text = ElasticTransform::new((50., 20.), 5.).to_string();
/// assert!(text.starts_with("ElasticTransform(alpha=[50.0, 20.0], sigma=[5.0, 5.0],"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Both(pub f64, pub f64);

impl From<f64> for Both {
    fn from(both: f64) -> Self {
        Self(both, both)
    }
}

impl From<(f64, f64)> for Both {
    fn from((x, y): (f64, f64)) -> Self {
        Self(x, y)
    }
}

impl fmt::Display for Both {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {}]", python::float(self.0), python::float(self.1))
    }
}

/// A tensor `[…, height, width]` whose pixels moved by a displacement `[1, height, width, 2]`, in shares of half its
/// width and height.
pub(super) fn displaced(
    x: &Tensor,
    displacement: &Tensor,
    interpolation: InterpolationMode,
    fill: Option<f64>,
) -> Result<Tensor> {
    let smooth = is_smooth(interpolation)?;
    let (height, width) = (x.try_size(-2)?, x.try_size(-1)?);
    let expected = [1, height, width, 2];
    if displacement.dims() != expected {
        return Err(Error::value(format!(
            "Argument displacement shape should be (1, {height}, {width}, 2), but given {}",
            displacement.shape()
        )));
    }
    let still = |size: usize| {
        let last = (size as f64 - 1.0) / size as f64;
        Tensor::try_linspace(-last, last, size)
    };
    let (columns, rows): (Vec<f32>, Vec<f32>) =
        (still(width)?.try_to_vec()?, still(height)?.try_to_vec()?);
    let moved: Vec<f32> = displacement.try_to_vec()?;
    let places: Vec<(f32, f32)> = moved
        .chunks_exact(2)
        .enumerate()
        .map(|(place, by)| {
            let (x, y) = (columns[place % width] + by[0], rows[place / width] + by[1]);
            (pixel(x, width), pixel(y, height))
        })
        .collect();
    sampled(x, &places, [width, height], smooth, fill)
}

/// As seen through moving water: `torchvision.transforms.ElasticTransform`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{ElasticTransform, Transform};
/// let water = ElasticTransform::new(20.0, 1.5);
/// assert_eq!(water.apply(Tensor::rand([3, 16, 16])).shape(), [3, 16, 16]);
/// assert_eq!(
///     water.to_string(),
///     "ElasticTransform(alpha=[20.0, 20.0], sigma=[1.5, 1.5], interpolation=InterpolationMode.BILINEAR, fill=[0.0])"
/// );
/// ```
#[derive(Clone)]
pub struct ElasticTransform {
    alpha: Both,
    sigma: Both,
    around: Surroundings,
}

surroundings!(
    ElasticTransform.around,
    "`Bilinear`, unless told otherwise, or `Nearest`."
);

impl ElasticTransform {
    /// With waves of that height and that width, in pixels; torchvision's defaults are 50 and 5. A picture has to have
    /// more than four times as many pixels to a side as its waves are wide.
    pub fn new(alpha: impl Into<Both>, sigma: impl Into<Both>) -> Self {
        Self {
            alpha: alpha.into(),
            sigma: sigma.into(),
            around: Surroundings {
                interpolation: InterpolationMode::Bilinear,
                fill: Some(0.0),
            },
        }
    }

    fn drawn(&self, height: usize, width: usize) -> Result<Tensor> {
        let sigma = (self.sigma.0, self.sigma.1);
        let wave = |own: f64, alpha: f64, size: usize| {
            let noise = Tensor::try_rand([1, 1, height, width])?;
            let mut noise = noise.try_mul(2)?.try_sub(1)?;
            if own > 0.0 {
                if sigma.0 <= 0.0 || sigma.1 <= 0.0 {
                    return Err(Error::value(format!(
                        "sigma should have positive values. Got {}",
                        self.sigma
                    )));
                }
                let kernel = (8.0 * own + 1.0) as usize | 1;
                noise = blurred(&noise, (kernel, kernel), sigma)?;
            }
            noise.try_mul(alpha)?.try_div(size as f64)
        };
        let across = wave(self.sigma.0, self.alpha.0, width)?;
        let down = wave(self.sigma.1, self.alpha.1, height)?;
        Tensor::try_cat(&[across, down], 1)?.try_permute([0, 2, 3, 1])
    }
}

/// With waves of 50 and 5 pixels.
impl Default for ElasticTransform {
    fn default() -> Self {
        Self::new(50.0, 5.0)
    }
}

impl<P: Picture> Transform<P> for ElasticTransform {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        let (height, width) = picture.size();
        let displacement = self.drawn(height, width).or_panic();
        let moved = picture.map_tensor(|x| {
            displaced(
                x,
                &displacement,
                self.around.interpolation,
                self.around.fill,
            )
        });
        moved.or_panic()
    }
}

impl fmt::Display for ElasticTransform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ElasticTransform(alpha={}, sigma={}, interpolation={}, fill=[{}])",
            self.alpha,
            self.sigma,
            self.around.interpolation.member(),
            python::float(self.around.fill.unwrap_or(0.0))
        )
    }
}

crate::shown::debug_is_display!(ElasticTransform);
