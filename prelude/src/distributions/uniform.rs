//! Any number of a range.

use super::constraint::Constraint;
use super::distribution::Distribution;
use super::family::{common, family};
use super::numbers::uniform;
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;

family! {
    /// Numbers of a range, all as likely. PyTorch: `torch.distributions.Uniform`.
    ///
    /// ```
    /// use wick::distributions::Uniform;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let angles = Uniform::new(-180, 180.);
    /// assert_eq!(angles.sample([2]).to_string(), "tensor([-1.3476, 96.5598])");
    /// assert_eq!((angles.low().item::<f32>(), angles.high().item::<f32>()), (-180., 180.));
    /// assert_eq!(angles.cdf(&tensor!(90.)).item::<f32>(), 0.75);
    /// ```
    Uniform {
        /// The least number.
        low: Constraint::LessThan(high.into()),
        /// The end, which is never drawn.
        high: Constraint::GreaterThan(low.into()),
    }
}

impl Distribution for Uniform {
    common!(low, high);

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Interval(
            (&self.low).into(),
            (&self.high).into(),
        ))
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok((&self.high + &self.low) / 2)
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(f64::NAN * &self.high)
    }

    fn try_variance(&self) -> Result<Tensor> {
        Ok((&self.high - &self.low).pow(2) / 12)
    }

    fn try_stddev(&self) -> Result<Tensor> {
        Ok((&self.high - &self.low) / 12f64.sqrt())
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let share = uniform(&self.extended_shape(shape), &self.low)?;
        Ok(&self.low + share * (&self.high - &self.low))
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)?;
        let from = self.low.le(&x).try_type_as(&self.low)?;
        let below = self.high.gt(&x).try_type_as(&self.low)?;
        Ok((from * below).log() - (&self.high - &self.low).log())
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)?;
        ((x - &self.low) / (&self.high - &self.low)).try_clamp(0, 1)
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        Ok(self.fitting(value)? * (&self.high - &self.low) + &self.low)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        Ok((&self.high - &self.low).log())
    }
}
