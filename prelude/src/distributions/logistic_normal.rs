//! Shares whose logits are normal.

use super::constraint::Constraint;
use super::distribution::Distribution;
use super::normal::Normal;
use super::transformed::TransformedDistribution;
use super::transforms::StickBreakingTransform;
use super::validation::{show, validate_args};
use crate::error::{OrPanic, Result};
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::fmt;

/// Shares that add up to 1, made of normal numbers by [`StickBreakingTransform`]: one share more than there are numbers.
/// PyTorch: `torch.distributions.LogisticNormal`.
///
/// ```
/// use wick::distributions::LogisticNormal;
/// use wick::prelude::*;
/// manual_seed(0);
/// let shares = LogisticNormal::new(Tensor::zeros(2), 1.);
/// assert_eq!(shares.sample(()).to_string(), "tensor([0.7001, 0.1281, 0.1718])");
/// assert_eq!((shares.event_shape(), shares.loc().shape()), ([3].into(), [2].into()));
/// ```
#[derive(Clone)]
pub struct LogisticNormal {
    transformed: TransformedDistribution<Normal>,
}

impl LogisticNormal {
    /// Of the means and the standard deviations of the numbers that shares are made of.
    ///
    /// # Panics
    /// When the shapes do not broadcast, or a deviation is not positive.
    #[track_caller]
    pub fn new(loc: impl crate::Given<Arg>, scale: impl crate::Given<Arg>) -> Self {
        Self::try_new(loc, scale).or_panic()
    }

    /// [`LogisticNormal::new`] that returns what is wrong instead of panicking.
    pub fn try_new(loc: impl crate::Given<Arg>, scale: impl crate::Given<Arg>) -> Result<Self> {
        Self::made([loc.into(), scale.into()], validate_args())
    }

    /// Of these parameters, whatever they are; values to score are not looked at either.
    ///
    /// # Panics
    /// When the shapes do not broadcast.
    #[track_caller]
    pub fn without_validation(loc: impl crate::Given<Arg>, scale: impl crate::Given<Arg>) -> Self {
        Self::made([loc.into(), scale.into()], false).or_panic()
    }

    fn made(parameters: [Arg; 2], validates: bool) -> Result<Self> {
        let mut base = Normal::made(parameters, validates)?;
        if base.batch_shape().rank() == 0 {
            base = base.expand_to(&[1].into())?;
        }
        let transformed = TransformedDistribution::made(base, StickBreakingTransform, validates)?;
        Ok(Self { transformed })
    }

    /// The means of the numbers that shares are made of.
    pub fn loc(&self) -> &Tensor {
        self.transformed.base_dist().base_dist().loc()
    }

    /// Their standard deviations.
    pub fn scale(&self) -> &Tensor {
        self.transformed.base_dist().base_dist().scale()
    }
}

impl fmt::Display for LogisticNormal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, "LogisticNormal", &[])
    }
}

crate::shown::debug_is_display!(LogisticNormal);

impl Distribution for LogisticNormal {
    fn batch_shape(&self) -> Shape {
        self.transformed.batch_shape()
    }

    fn event_shape(&self) -> Shape {
        self.transformed.event_shape()
    }

    fn validates(&self) -> bool {
        self.transformed.validates()
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        Ok(Self {
            transformed: self.transformed.expand_to(shape)?,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Simplex)
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        self.transformed.draw(shape)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        self.transformed.draw_through(shape)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        self.transformed.try_log_prob(&self.valid(value)?)
    }
}
