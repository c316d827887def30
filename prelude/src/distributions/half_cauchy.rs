//! The right half of Cauchy's curve.

use super::cauchy::Cauchy;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::half::folded;
use super::numbers::full;
use crate::error::Result;
use crate::tensor::Tensor;

family! {
    /// Cauchy's numbers around 0 without their sign. PyTorch: `torch.distributions.HalfCauchy`.
    ///
    /// ```
    /// use wick::distributions::HalfCauchy;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let distances = HalfCauchy::new(2);
    /// assert_eq!(distances.sample([3]).to_string(), "tensor([21.1955,  1.5295,  0.2566])");
    /// assert_eq!(distances.cdf(&tensor!([0., 2.])).to_string(), "tensor([0.0000, 0.5000])");
    /// ```
    HalfCauchy {
        /// The distance that half of them stay below.
        scale: constraints::positive(),
    }
    shows []
}

impl HalfCauchy {
    /// The same with a sign.
    pub(super) fn signed(&self) -> Result<Cauchy> {
        Cauchy::made([0i64.into(), (&self.scale).into()], false)
    }
}

impl Distribution for HalfCauchy {
    common!(scale);

    folded!();

    fn try_mean(&self) -> Result<Tensor> {
        full(&self.batch_shape(), f64::INFINITY, &self.scale)
    }

    fn try_variance(&self) -> Result<Tensor> {
        self.try_mean()
    }
}
