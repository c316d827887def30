//! Pictures with a hole.

use std::fmt;

use super::Transform;
use super::draws::{draw_below, draw_between, draw_log_between, draw_normal, happens};
use crate::error::{Error, OrPanic, Result};
use crate::nn::python;
use crate::tensor::Tensor;

/// How often a hole is drawn that could be too large before there is none.
const TRIES: usize = 10;

/// What [`RandomErasing`] puts into the hole.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Filling, RandomErasing, Transform};
/// let gray = RandomErasing::new(1.).value(0.5).apply(Tensor::ones([3, 16, 16]));
/// assert!(gray.eq(0.5).any().item::<bool>());
/// let noise = RandomErasing::new(1.).value(Filling::Random);
/// assert!(noise.to_string().contains("value=random"));
/// let each = RandomErasing::new(1.).value([1., 2., 3.]).apply(Tensor::zeros([3, 16, 16]));
/// assert_eq!(each.amax([1, 2], false).to_vec1::<f32>(), [1., 2., 3.]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Filling {
    /// One number, or one for each channel.
    Values(Vec<f64>),
    /// Normal numbers: `value="random"`.
    Random,
}

impl From<f64> for Filling {
    fn from(value: f64) -> Self {
        Self::Values(vec![value])
    }
}

impl<const N: usize> From<[f64; N]> for Filling {
    fn from(values: [f64; N]) -> Self {
        Self::Values(values.to_vec())
    }
}

/// Erases a rectangle of a tensor `[…, channels, height, width]`, sometimes: `torchvision.transforms.RandomErasing`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{RandomErasing, Transform};
/// let erased = RandomErasing::new(1.0).apply(Tensor::ones([3, 16, 16]));
/// assert!(erased.eq(0).any().item::<bool>());
/// assert_eq!(
///     RandomErasing::default().to_string(),
///     "RandomErasing(p=0.5, scale=(0.02, 0.33), ratio=(0.3, 3.3), value=0, inplace=False)"
/// );
/// ```
#[derive(Clone)]
pub struct RandomErasing {
    p: f64,
    scale: (f64, f64),
    ratio: (f64, f64),
    value: Filling,
}

impl RandomErasing {
    /// Erases with probability `p` 0.02 to 0.33 of the area, 0.3 to 3.3 times as high as wide, and fills it with 0.
    pub fn new(p: f64) -> Self {
        Self {
            p,
            scale: (0.02, 0.33),
            ratio: (0.3, 3.3),
            value: Filling::Values(vec![0.0]),
        }
    }

    /// The least and the largest part of the area; 0.02 and 0.33 at first.
    pub fn scale(mut self, scale: (f64, f64)) -> Self {
        self.scale = scale;
        self
    }

    /// The least and the largest height that goes with a width of 1; 0.3 and 3.3 at first.
    pub fn ratio(mut self, ratio: (f64, f64)) -> Self {
        self.ratio = ratio;
        self
    }

    /// What is put into the hole; 0 at first.
    pub fn value(mut self, value: impl Into<Filling>) -> Self {
        self.value = value.into();
        self
    }

    fn erased(&self, x: &Tensor) -> Result<Tensor> {
        if x.dim() < 3 {
            return Err(Error::dtype("Tensor is not a torch image."));
        }
        let [channels, height, width] = [x.size(-3), x.size(-2), x.size(-1)];
        if let Filling::Values(values) = &self.value
            && values.len() != 1
            && values.len() != channels
        {
            return Err(Error::value(format!(
                "If value is a sequence, it should have either a single value or {channels} (number of input channels)"
            )));
        }
        let area = (height * width) as f64;
        for _ in 0..TRIES {
            let erased = area * draw_between(self.scale.0, self.scale.1);
            let ratio = draw_log_between(self.ratio);
            let side = |squared: f64| squared.sqrt().round_ties_even() as usize;
            let (rows, columns) = (side(erased * ratio), side(erased / ratio));
            if rows >= height || columns >= width {
                continue;
            }
            let filling = match &self.value {
                Filling::Random => {
                    let numbers = draw_normal(channels * rows * columns);
                    Tensor::try_from_vec(numbers, [channels, rows, columns])?
                }
                Filling::Values(values) => {
                    Tensor::try_from_vec(values.clone(), [values.len(), 1, 1])?
                }
            };
            let (top, left) = (
                draw_below(height - rows + 1),
                draw_below(width - columns + 1),
            );
            let result = x.try_copy()?;
            let hole =
                result
                    .try_narrow(-2, top as i64, rows)?
                    .try_narrow(-1, left as i64, columns)?;
            hole.try_copy_(&filling)?;
            return Ok(result);
        }
        Ok(x.clone())
    }
}

/// With probability 0.5.
impl Default for RandomErasing {
    fn default() -> Self {
        Self::new(0.5)
    }
}

impl Transform<Tensor> for RandomErasing {
    type Output = Tensor;

    #[track_caller]
    fn apply(&self, x: Tensor) -> Tensor {
        match happens(self.p) {
            true => self.erased(&x).or_panic(),
            false => x,
        }
    }
}

impl fmt::Display for RandomErasing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pair =
            |(from, to): (f64, f64)| format!("({}, {})", python::float(from), python::float(to));
        let number = |value: &f64| match *value == 0.0 {
            true => "0".to_owned(),
            false => python::float(*value),
        };
        let value = match &self.value {
            Filling::Random => "random".to_owned(),
            Filling::Values(values) => match &values[..] {
                [value] => number(value),
                values => format!(
                    "[{}]",
                    values.iter().map(number).collect::<Vec<_>>().join(", ")
                ),
            },
        };
        write!(
            f,
            "RandomErasing(p={}, scale={}, ratio={}, value={value}, inplace=False)",
            python::float(self.p),
            pair(self.scale),
            pair(self.ratio)
        )
    }
}

crate::shown::debug_is_display!(RandomErasing);
