//! What lies beyond a threshold.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::numbers::uniform;
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;

family! {
    /// What lies beyond a high threshold: exponential numbers at a concentration of 0, with a heavier tail above it and an
    /// end below it. PyTorch: `torch.distributions.GeneralizedPareto`.
    ///
    /// ```
    /// use wick::distributions::GeneralizedPareto;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let excess = GeneralizedPareto::new(0, 1, 0.25);
    /// assert_eq!(excess.sample([3]).to_string(), "tensor([0.7480, 1.7649, 0.0937])");
    /// assert_eq!(excess.mean().to_string(), "tensor(1.3333)");
    /// ```
    GeneralizedPareto {
        /// The threshold.
        loc: Constraint::Real,
        /// How wide the numbers are spread.
        scale: constraints::positive(),
        /// How heavy the tail is.
        concentration: Constraint::Real,
    }
}

impl GeneralizedPareto {
    /// Where the concentration is 0, and one that can be divided by.
    fn divisor(&self) -> Result<[Tensor; 2]> {
        let none = self.concentration.detach();
        let none = none.try_isclose(&none.zeros_like(), 1e-5, 1e-8)?;
        let divisor = none.try_where_(1., &self.concentration)?;
        Ok([none, divisor])
    }

    fn log_survival(&self, x: &Tensor) -> Result<Tensor> {
        let [none, divisor] = self.divisor()?;
        let z = (x - &self.loc) / &self.scale;
        let heavy = -(&divisor * &z).log1p() / &divisor;
        none.try_where_(-z, heavy)
    }
}

impl Distribution for GeneralizedPareto {
    common!(loc, scale, concentration);

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        let end = &self.loc - &self.scale / &self.concentration;
        let high = self.concentration.lt(0).try_where_(end, f64::INFINITY)?;
        Ok(Constraint::Interval((&self.loc).into(), high.into()))
    }

    fn try_mean(&self) -> Result<Tensor> {
        let finite = self.concentration.lt(1);
        let concentration = finite.try_where_(&self.concentration, 0.5)?;
        let mean = &self.loc + &self.scale / (1 - concentration);
        finite.try_where_(mean, f64::NAN)
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_variance(&self) -> Result<Tensor> {
        let finite = self.concentration.lt(0.5);
        let concentration = finite.try_where_(&self.concentration, 0.25)?;
        let below = (1 - &concentration).pow(2) * (1 - 2 * &concentration);
        finite.try_where_(self.scale.pow(2) / below, f64::NAN)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        self.try_icdf(&uniform(&self.extended_shape(shape), &self.loc)?)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let [none, divisor] = self.divisor()?;
        let z = (self.valid(value)? - &self.loc) / &self.scale;
        let power = 1 / &divisor + z.ones_like();
        let heavy = &power * (&divisor * &z).log1p();
        let heavy = power.eq(0).try_where_(&power, heavy)?;
        Ok(-self.scale.log() - none.try_where_(z, heavy)?)
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let survival = self.log_survival(&self.valid(value)?)?.exp();
        Ok((-survival).log1p().exp())
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        let [none, divisor] = self.divisor()?;
        let log = (-self.fitting(value)?).log1p();
        let heavy = &self.loc + &self.scale / &divisor * (-&divisor * &log).expm1();
        none.try_where_(&self.loc - &self.scale * &log, heavy)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        Ok(self.scale.log() + &self.concentration + 1)
    }
}
