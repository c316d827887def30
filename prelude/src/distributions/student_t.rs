//! The bell curve for few observations.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::gamma::Chi2;
use super::numbers::standard_normal;
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::PI;

family! {
    /// Means of normal numbers, measured by their own deviation. PyTorch: `torch.distributions.StudentT`, whose defaults
    /// of `loc` and `scale` are 0 and 1.
    ///
    /// ```
    /// use wick::distributions::StudentT;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let scores = StudentT::new(3, 0, 1);
    /// assert_eq!(scores.sample([3]).to_string(), "tensor([ 1.3711, -0.3095, -3.3711])");
    /// assert_eq!((scores.df().item::<f32>(), scores.variance().item::<f32>()), (3., 3.));
    /// ```
    StudentT {
        /// The degrees of freedom.
        df: constraints::positive(),
        /// The middle.
        loc: Constraint::Real,
        /// How wide the numbers are spread.
        scale: constraints::positive(),
    }
    first |it| Chi2::made((&it.df).into(), true)
}

impl Distribution for StudentT {
    common!(df, loc, scale);

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Real)
    }

    fn try_mean(&self) -> Result<Tensor> {
        self.loc.try_masked_fill(&self.df.le(1), f64::NAN)
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_variance(&self) -> Result<Tensor> {
        let finite = self.scale.pow(2) * &self.df / (&self.df - 2);
        let finite = finite.try_masked_fill(&self.df.le(2), f64::INFINITY)?;
        finite.try_masked_fill(&self.df.le(1), f64::NAN)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let x = standard_normal(&self.extended_shape(shape), &self.df)?;
        let z = Chi2::made((&self.df).into(), false)?.draw_through(shape)?;
        let y = x * (z / &self.df).rsqrt();
        Ok(&self.loc + &self.scale * y)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let y = (self.valid(value)? - &self.loc) / &self.scale;
        let df = &self.df;
        let normalizer = self.scale.log() + 0.5 * df.log() + 0.5 * PI.ln() + (0.5 * df).lgamma()
            - (0.5 * (df + 1.)).lgamma();
        Ok(-0.5 * (df + 1.) * (y.pow(2.) / df).log1p() - normalizer)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let df = &self.df;
        let (half, more) = (0.5 * df, 0.5 * (df + 1));
        let log_beta = half.lgamma() + PI.sqrt().ln() - more.lgamma();
        let spread = 0.5 * (df + 1) * (more.digamma() - half.digamma());
        Ok(self.scale.log() + spread + 0.5 * df.log() + log_beta)
    }
}
