//! The right half of the bell curve.

use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::half::folded;
use super::normal::Normal;
use crate::error::Result;
use crate::tensor::Tensor;
use std::f64::consts::PI;

family! {
    /// Normal numbers around 0 without their sign. PyTorch: `torch.distributions.HalfNormal`.
    ///
    /// ```
    /// use wick::distributions::HalfNormal;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let distances = HalfNormal::new(2);
    /// assert_eq!(distances.sample([3]).to_string(), "tensor([3.0820, 0.5869, 4.3576])");
    /// assert_eq!(distances.cdf(&tensor!([0., 2.])).to_string(), "tensor([0.0000, 0.6827])");
    /// ```
    HalfNormal {
        /// The standard deviation of the numbers with a sign.
        scale: constraints::positive(),
    }
    shows []
}

impl HalfNormal {
    /// The same with a sign.
    pub(super) fn signed(&self) -> Result<Normal> {
        Normal::made([0i64.into(), (&self.scale).into()], false)
    }
}

impl Distribution for HalfNormal {
    common!(scale);

    folded!();

    fn try_mean(&self) -> Result<Tensor> {
        Ok(&self.scale * (2. / PI).sqrt())
    }

    fn try_variance(&self) -> Result<Tensor> {
        Ok(self.scale.pow(2) * (1. - 2. / PI))
    }
}
