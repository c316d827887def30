//! How often something happens.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::numbers::broadcast;
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;

family! {
    /// How often something happens that happens at a rate. PyTorch: `torch.distributions.Poisson`.
    ///
    /// ```
    /// use wick::distributions::Poisson;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let calls = Poisson::new(4);
    /// assert_eq!(calls.sample([5]).to_string(), "tensor([7., 3., 5., 4., 6.])");
    /// assert_eq!(calls.log_prob(&tensor!([0., 4.])).to_string(), "tensor([-4.0000, -1.6329])");
    /// ```
    Poisson {
        /// How often it happens on average.
        rate: constraints::nonnegative(),
    }
}

impl Distribution for Poisson {
    common!(rate);

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::nonnegative_integer())
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(self.rate.clone())
    }

    fn try_mode(&self) -> Result<Tensor> {
        self.rate.try_floor()
    }

    fn try_variance(&self) -> Result<Tensor> {
        Ok(self.rate.clone())
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        let rates = self.rate.detach();
        rates.try_expand(self.extended_shape(shape))?.try_poisson()
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let [rate, x] = broadcast(&self.rate, &self.valid(value)?)?;
        Ok(x.xlogy(&rate) - &rate - (x + 1).lgamma())
    }
}
