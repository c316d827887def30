//! The bell curve.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::numbers::standard_normal;
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::{PI, SQRT_2};

family! {
    /// Normal numbers. PyTorch: `torch.distributions.Normal`.
    ///
    /// ```
    /// use wick::distributions::Normal;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let heights = Normal::new(170, 8.);
    /// assert_eq!(heights.to_string(), "Normal(loc: 170.0, scale: 8.0)");
    /// assert_eq!(heights.sample([3]).to_string(), "tensor([182.3280, 167.6526, 152.5697])");
    /// assert_eq!(heights.log_prob(&tensor!(178.)).to_string(), "tensor(-3.4984)");
    /// assert_eq!((heights.loc().item::<f32>(), heights.scale().item::<f32>()), (170., 8.));
    /// let wrong = Normal::try_new(0, -1).unwrap_err();
    /// assert!(wrong.to_string().starts_with("Expected parameter scale (Tensor of shape ()) of distribution Normal"));
    /// ```
    Normal {
        /// The mean.
        loc: Constraint::Real,
        /// The standard deviation.
        scale: constraints::positive(),
    }
}

impl Distribution for Normal {
    common!(loc, scale);

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Real)
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_variance(&self) -> Result<Tensor> {
        self.scale.try_pow(2)
    }

    fn try_stddev(&self) -> Result<Tensor> {
        Ok(self.scale.clone())
    }

    // Rounded in other places than what `draw_through` gives.
    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        let shape = self.extended_shape(shape);
        let [loc, scale] = [&self.loc, &self.scale].map(|it| it.detach().try_expand(&shape));
        Tensor::try_normal_each(loc?, scale?)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let eps = standard_normal(&self.extended_shape(shape), &self.loc)?;
        Ok(&self.loc + eps * &self.scale)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)?;
        let squares = -(x - &self.loc).pow(2) / (2. * self.scale.pow(2));
        Ok(squares - self.scale.log() - (2. * PI).sqrt().ln())
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)?;
        let x = (x - &self.loc) * self.scale.reciprocal() / SQRT_2;
        Ok(0.5 * (1. + x.erf()))
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        let share = self.fitting(value)?;
        Ok(&self.loc + &self.scale * (2. * share - 1.).erfinv() * SQRT_2)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        Ok(0.5 + 0.5 * (2. * PI).ln() + self.scale.log())
    }
}
