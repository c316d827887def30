//! Two exponential curves, back to back.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use crate::error::Result;
use crate::limits::float_info;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::SQRT_2;

family! {
    /// Numbers whose distance from the middle is exponential. PyTorch: `torch.distributions.Laplace`.
    ///
    /// ```
    /// use wick::distributions::Laplace;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let noise = Laplace::new(0, 1.);
    /// assert_eq!(noise.sample([3]).to_string(), "tensor([-0.0075,  0.7688, -1.7319])");
    /// assert_eq!(noise.cdf(&tensor!([-1., 0., 1.])).to_string(), "tensor([0.1839, 0.5000, 0.8161])");
    /// ```
    Laplace {
        /// The middle.
        loc: Constraint::Real,
        /// The mean distance from it.
        scale: constraints::positive(),
    }
}

impl Distribution for Laplace {
    common!(loc, scale);

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Real)
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_variance(&self) -> Result<Tensor> {
        Ok(2 * self.scale.pow(2))
    }

    fn try_stddev(&self) -> Result<Tensor> {
        Ok(SQRT_2 * &self.scale)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let u = self.loc.new_empty(self.extended_shape(shape));
        u.try_uniform_(float_info(u.dtype())?.eps - 1., 1.)?;
        Ok(&self.loc - &self.scale * u.sign() * (-u.abs()).log1p())
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)?;
        Ok(-(2 * &self.scale).log() - (x - &self.loc).abs() / &self.scale)
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)? - &self.loc;
        Ok(0.5 - 0.5 * x.sign() * (-x.abs() / &self.scale).expm1())
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        let share = self.fitting(value)? - 0.5;
        Ok(&self.loc - &self.scale * share.sign() * (-2 * share.abs()).log1p())
    }

    fn try_entropy(&self) -> Result<Tensor> {
        Ok(1 + (2 * &self.scale).log())
    }
}
