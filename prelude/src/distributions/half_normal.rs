//! The right half of the bell curve.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::normal::Normal;

use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::{LN_2, PI};

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

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::nonnegative())
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(&self.scale * (2. / PI).sqrt())
    }

    fn try_variance(&self) -> Result<Tensor> {
        Ok(self.scale.pow(2) * (1. - 2. / PI))
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.scale.zeros_like())
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        crate::autograd::no_grad(|| self.signed()?.draw(shape)?.try_abs())
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        self.signed()?.draw_through(shape)?.try_abs()
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)?;
        let log_prob = self.signed()?.try_log_prob(&x)?.try_add(LN_2)?;
        x.ge(0).try_where_(log_prob, f64::NEG_INFINITY)
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        Ok(2 * self.signed()?.try_cdf(&self.valid(value)?)? - 1)
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        self.signed()?.try_icdf(&((self.fitting(value)? + 1) / 2))
    }

    fn try_entropy(&self) -> Result<Tensor> {
        self.signed()?.try_entropy()?.try_sub(LN_2)
    }
}
