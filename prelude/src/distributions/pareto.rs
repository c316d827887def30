//! Numbers of which few are very large.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::exponential::Exponential;
use super::family::{common, family, transformed};
use super::transformed::TransformedDistribution;
use super::transforms::{AffineTransform, ExpTransform, Transform};
use crate::error::Result;
use crate::tensor::Tensor;

family! {
    /// Numbers from a least one on, of which few are very large. PyTorch: `torch.distributions.Pareto`.
    ///
    /// ```
    /// use wick::distributions::Pareto;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let fortunes = Pareto::new(1, 2.5);
    /// assert_eq!(fortunes.sample([3]).to_string(), "tensor([4.0687, 1.6358, 1.2789])");
    /// assert_eq!((fortunes.scale().item::<f32>(), fortunes.alpha().item::<f32>()), (1., 2.5));
    /// ```
    Pareto {
        /// The least number.
        scale: constraints::positive(),
        /// How rare large numbers are.
        alpha: constraints::positive(),
    }
    shows [alpha, scale]
    first |it| Exponential::made([(&it.alpha).into()], true)
}

impl Pareto {
    fn transformed(&self) -> Result<TransformedDistribution<Exponential>> {
        let base = Exponential::made([(&self.alpha).into()], false)?;
        let transform = ExpTransform.then(AffineTransform::new(0, &self.scale));
        TransformedDistribution::made(base, transform, self.validates)
    }
}

impl Distribution for Pareto {
    common!(scale, alpha);
    transformed!(with log_prob);

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::GreaterThanEq((&self.scale).into()))
    }

    fn try_mean(&self) -> Result<Tensor> {
        let alpha = self.alpha.clamp_min(1);
        Ok(&alpha * &self.scale / (&alpha - 1))
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.scale.clone())
    }

    fn try_variance(&self) -> Result<Tensor> {
        let alpha = self.alpha.clamp_min(2);
        Ok(self.scale.pow(2) * &alpha / ((&alpha - 1).pow(2) * (&alpha - 2)))
    }

    fn try_entropy(&self) -> Result<Tensor> {
        Ok((&self.scale / &self.alpha).log() + (1 + self.alpha.reciprocal()))
    }
}
