//! The time to an event.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;

family! {
    /// The time to an event that comes at a rate. PyTorch: `torch.distributions.Exponential`.
    ///
    /// ```
    /// use wick::distributions::Exponential;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let wait = Exponential::new(0.5);
    /// assert_eq!(wait.sample([3]).to_string(), "tensor([7.0167, 2.4608, 1.2301])");
    /// assert_eq!((wait.rate().item::<f32>(), wait.mean().item::<f32>()), (0.5, 2.));
    /// ```
    Exponential {
        /// How many events there are in a unit of time.
        rate: constraints::positive(),
    }
}

impl Distribution for Exponential {
    common!(rate);

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::nonnegative())
    }

    fn try_mean(&self) -> Result<Tensor> {
        self.rate.try_reciprocal()
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.rate.zeros_like())
    }

    fn try_variance(&self) -> Result<Tensor> {
        self.rate.try_pow(-2)
    }

    fn try_stddev(&self) -> Result<Tensor> {
        self.rate.try_reciprocal()
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let times = self.rate.new_empty(self.extended_shape(shape));
        times.try_exponential_(1.)?.try_div(&self.rate)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        Ok(self.rate.log() - &self.rate * self.valid(value)?)
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        Ok(1. - (-&self.rate * self.valid(value)?).exp())
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        Ok(-(-self.fitting(value)?).log1p() / &self.rate)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        Ok(1. - self.rate.log())
    }
}
