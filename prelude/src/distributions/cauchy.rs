//! Quotients of normal numbers.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::numbers::full;
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::PI;

family! {
    /// Quotients of two normal numbers, which have no mean. PyTorch: `torch.distributions.Cauchy`.
    ///
    /// ```
    /// use wick::distributions::Cauchy;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let far = Cauchy::new(0, 1);
    /// assert_eq!(far.sample([3]).to_string(), "tensor([10.5977,  0.7648, -0.1283])");
    /// assert_eq!(far.icdf(&tensor!([0.25, 0.75])).to_string(), "tensor([-1.,  1.])");
    /// ```
    Cauchy {
        /// The median.
        loc: Constraint::Real,
        /// The distance from it that half of the numbers stay within.
        scale: constraints::positive(),
    }
}

impl Distribution for Cauchy {
    common!(loc, scale);

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Real)
    }

    fn try_mean(&self) -> Result<Tensor> {
        full(&self.batch_shape(), f64::NAN, &self.loc)
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_variance(&self) -> Result<Tensor> {
        full(&self.batch_shape(), f64::INFINITY, &self.loc)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let eps = self
            .loc
            .new_empty(self.extended_shape(shape))
            .try_cauchy_(0., 1.)?;
        Ok(&self.loc + eps * &self.scale)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let x = (self.valid(value)? - &self.loc) / &self.scale;
        Ok(-PI.ln() - self.scale.log() - x.pow(2).log1p())
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let x = (self.valid(value)? - &self.loc) / &self.scale;
        Ok(x.atan() / PI + 0.5)
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        Ok((PI * (self.fitting(value)? - 0.5)).tan() * &self.scale + &self.loc)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        Ok((4. * PI).ln() + self.scale.log())
    }
}
