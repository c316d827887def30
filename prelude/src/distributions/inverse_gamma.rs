//! One over a gamma number.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family, transformed};
use super::gamma::Gamma;
use super::transformed::TransformedDistribution;
use super::transforms::PowerTransform;
use crate::error::Result;
use crate::tensor::Tensor;

family! {
    /// One over a gamma number. PyTorch: `torch.distributions.InverseGamma`.
    ///
    /// ```
    /// use wick::distributions::InverseGamma;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let variances = InverseGamma::new(3, 2);
    /// assert_eq!(variances.sample([3]).to_string(), "tensor([0.3302, 0.9027, 1.5888])");
    /// assert_eq!((variances.mean().item::<f32>(), variances.mode().item::<f32>()), (1., 0.5));
    /// ```
    InverseGamma {
        /// The shape of the gamma numbers.
        concentration: constraints::positive(),
        /// Their rate.
        rate: constraints::positive(),
    }
    shows []
    first |it| Gamma::made([(&it.concentration).into(), (&it.rate).into()], true)
}

impl InverseGamma {
    fn transformed(&self) -> Result<TransformedDistribution<Gamma>> {
        let base = Gamma::made([(&self.concentration).into(), (&self.rate).into()], false)?;
        let transform = PowerTransform::new(-self.rate.new_ones(()));
        TransformedDistribution::made(base, transform, self.validates)
    }
}

impl Distribution for InverseGamma {
    common!(concentration, rate);
    transformed!(with log_prob);

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::positive())
    }

    fn try_mean(&self) -> Result<Tensor> {
        let mean = &self.rate / (&self.concentration - 1);
        self.concentration.gt(1).try_where_(mean, f64::INFINITY)
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(&self.rate / (&self.concentration + 1))
    }

    fn try_variance(&self) -> Result<Tensor> {
        let below = (&self.concentration - 1).square() * (&self.concentration - 2);
        let variance = self.rate.square() / below;
        self.concentration.gt(2).try_where_(variance, f64::INFINITY)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let concentration = &self.concentration;
        let rest = (1 + concentration) * concentration.digamma();
        Ok(concentration + self.rate.log() + concentration.lgamma() - rest)
    }
}
