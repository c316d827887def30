//! A share whose distribution function is short.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family, transformed};
use super::numbers::EULER;
use super::transformed::TransformedDistribution;
use super::transforms::{AffineTransform, PowerTransform, Transform};
use super::uniform::Uniform;
use crate::error::Result;
use crate::tensor::Tensor;

family! {
    /// Numbers between 0 and 1, much like those of [`Beta`](super::Beta), but with a distribution function that can be
    /// written down. PyTorch: `torch.distributions.Kumaraswamy`.
    ///
    /// ```
    /// use wick::distributions::Kumaraswamy;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let shares = Kumaraswamy::new(2, 3);
    /// assert_eq!(shares.sample([3]).to_string(), "tensor([0.4564, 0.2901, 0.7446])");
    /// assert_eq!(shares.cdf(&tensor!(0.5)).to_string(), "tensor(0.5781)");
    /// ```
    Kumaraswamy {
        /// What draws the share to 1.
        concentration1: constraints::positive(),
        /// What draws the share to 0.
        concentration0: constraints::positive(),
    }
}

impl Kumaraswamy {
    fn transformed(&self) -> Result<TransformedDistribution<Uniform>> {
        let zeros = self.concentration0.zeros_like().detach();
        let ones = self.concentration0.ones_like().detach();
        let base = Uniform::made([zeros.into(), ones.into()], false)?;
        let transform = PowerTransform::new(self.concentration0.reciprocal())
            .then(AffineTransform::new(1., -1.))
            .then(PowerTransform::new(self.concentration1.reciprocal()));
        TransformedDistribution::made(base, transform, self.validates)
    }

    fn moment(&self, n: i64) -> Tensor {
        let (a, b) = (&self.concentration1, &self.concentration0);
        let argument = 1 + n / a;
        b * (argument.lgamma() + b.lgamma() - (&argument + b).lgamma()).exp()
    }
}

impl Distribution for Kumaraswamy {
    common!(concentration1, concentration0);
    transformed!(with log_prob);

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::unit_interval())
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(self.moment(1))
    }

    fn try_mode(&self) -> Result<Tensor> {
        let (a, b) = (&self.concentration1, &self.concentration0);
        let log = b.reciprocal() * (-b).log1p() - (-b * a).log1p();
        let none = b.lt(1).try_logical_or(&a.lt(1))?;
        log.try_masked_fill(&none, f64::NAN)?.try_exp()
    }

    fn try_variance(&self) -> Result<Tensor> {
        Ok(self.moment(2) - self.moment(1).pow(2))
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let (a, b) = (&self.concentration1, &self.concentration0);
        let harmonic = (b + 1).digamma() + EULER;
        Ok((1 - b.reciprocal()) + (1 - a.reciprocal()) * harmonic - a.log() - b.log())
    }
}
