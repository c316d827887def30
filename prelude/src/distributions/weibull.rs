//! The time until something breaks.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::exponential::Exponential;
use super::family::{common, family, transformed};
use super::numbers::EULER;
use super::transformed::TransformedDistribution;
use super::transforms::{AffineTransform, PowerTransform, Transform};
use crate::error::Result;
use crate::tensor::Tensor;

family! {
    /// The time until something breaks that ages or settles. PyTorch: `torch.distributions.Weibull`.
    ///
    /// ```
    /// use wick::distributions::Weibull;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let years = Weibull::new(10, 1.5);
    /// assert_eq!(years.sample([3]).to_string(), "tensor([23.0887, 11.4823,  7.2322])");
    /// assert_eq!((years.scale().item::<f32>(), years.concentration().item::<f32>()), (10., 1.5));
    /// ```
    Weibull {
        /// The time that 63 in 100 do not reach.
        scale: constraints::positive(),
        /// Above 1 where it ages.
        concentration: constraints::positive(),
    }
}

impl Weibull {
    fn transformed(&self) -> Result<TransformedDistribution<Exponential>> {
        let base = Exponential::made([self.scale.ones_like().into()], false)?;
        let power = PowerTransform::new(self.concentration.reciprocal());
        let transform = power.then(AffineTransform::new(0, &self.scale));
        TransformedDistribution::made(base, transform, self.validates)
    }

    /// The gamma function of 1 and `n` times the inverse concentration.
    fn moment(&self, n: i64) -> Tensor {
        (1 + n * self.concentration.reciprocal()).lgamma()
    }
}

impl Distribution for Weibull {
    common!(scale, concentration);
    transformed!(with log_prob);

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::positive())
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(&self.scale * self.moment(1).exp())
    }

    fn try_mode(&self) -> Result<Tensor> {
        let concentration = &self.concentration;
        let power = ((concentration - 1) / concentration).pow(concentration.reciprocal());
        Ok(&self.scale * power)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let spread = self.moment(2).exp() - (2 * self.moment(1)).exp();
        Ok(self.scale.pow(2) * spread)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let inverse = self.concentration.reciprocal();
        Ok(EULER * (1 - &inverse) + (&self.scale * &inverse).log() + 1)
    }
}
