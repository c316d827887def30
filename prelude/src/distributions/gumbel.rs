//! The largest of many numbers.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family, transformed};
use super::numbers::{EULER, full};
use super::transformed::TransformedDistribution;
use super::transforms::{AffineTransform, ExpTransform, Transform};
use super::uniform::Uniform;
use crate::error::Result;
use crate::limits::float_info;
use crate::tensor::Tensor;
use std::f64::consts::PI;

family! {
    /// What the largest of many numbers is like. PyTorch: `torch.distributions.Gumbel`.
    ///
    /// ```
    /// use wick::distributions::Gumbel;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let floods = Gumbel::new(4, 1.5);
    /// assert_eq!(floods.sample([3]).to_string(), "tensor([4.5336, 5.9995, 2.6712])");
    /// assert_eq!(floods.mean().to_string(), "tensor(4.8658)");
    /// ```
    Gumbel {
        /// The mode.
        loc: Constraint::Real,
        /// How wide the numbers are spread.
        scale: constraints::positive(),
    }
}

impl Gumbel {
    fn transformed(&self) -> Result<TransformedDistribution<Uniform>> {
        let (info, shape) = (float_info(self.loc.dtype())?, self.loc.shape());
        let end = |value| full(&shape, value, &self.loc);
        let share = Uniform::made([end(info.tiny)?.into(), end(1. - info.eps)?.into()], false)?;
        let falling = AffineTransform::new(0, -self.scale.ones_like());
        let spread = AffineTransform::new(&self.loc, -&self.scale);
        let transform = ExpTransform
            .inv()
            .then(falling)
            .then(ExpTransform.inv())
            .then(spread);
        TransformedDistribution::made(share, transform, self.validates)
    }
}

impl Distribution for Gumbel {
    common!(loc, scale);
    transformed!();

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Real)
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(&self.loc + &self.scale * EULER)
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_stddev(&self) -> Result<Tensor> {
        Ok(PI / 6f64.sqrt() * &self.scale)
    }

    fn try_variance(&self) -> Result<Tensor> {
        self.try_stddev()?.try_pow(2)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let y = (&self.loc - self.valid(value)?) / &self.scale;
        Ok(&y - y.exp() - self.scale.log())
    }

    fn try_entropy(&self) -> Result<Tensor> {
        Ok(self.scale.log() + (1. + EULER))
    }
}
