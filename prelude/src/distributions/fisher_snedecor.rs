//! How much larger one variance is than another.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::gamma::Gamma;
use crate::error::Result;
use crate::limits::float_info;
use crate::shape::Shape;
use crate::tensor::Tensor;

family! {
    /// Quotients of two variances. PyTorch: `torch.distributions.FisherSnedecor`.
    ///
    /// ```
    /// use wick::distributions::FisherSnedecor;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let ratios = FisherSnedecor::new(5, 10);
    /// assert_eq!(ratios.sample([3]).to_string(), "tensor([4.7266, 1.0752, 0.4834])");
    /// assert_eq!((ratios.df1().item::<f32>(), ratios.df2().item::<f32>(), ratios.mean().item::<f32>()), (5., 10., 1.25));
    /// ```
    FisherSnedecor {
        /// The degrees of freedom of the first variance.
        df1: constraints::positive(),
        /// The degrees of freedom of the second.
        df2: constraints::positive(),
    }
}

impl FisherSnedecor {
    /// A variance of these degrees of freedom.
    fn variance_of(df: &Tensor, shape: &Shape) -> Result<Tensor> {
        Gamma::made([(df * 0.5).into(), df.into()], false)?.draw_through(shape)
    }
}

impl Distribution for FisherSnedecor {
    common!(df1, df2);

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::positive())
    }

    fn try_mean(&self) -> Result<Tensor> {
        let df2 = self.df2.try_masked_fill(&self.df2.le(2), f64::NAN)?;
        Ok(&df2 / (&df2 - 2))
    }

    fn try_mode(&self) -> Result<Tensor> {
        let mode = (&self.df1 - 2) / &self.df1 * &self.df2 / (&self.df2 + 2);
        mode.try_masked_fill(&self.df1.le(2), f64::NAN)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let df1 = &self.df1;
        let df2 = &self.df2.try_masked_fill(&self.df2.le(4), f64::NAN)?;
        let below = df1 * (df2 - 2).pow(2) * (df2 - 4);
        Ok(2 * df2.pow(2) * (df1 + df2 - 2) / below)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let above = Self::variance_of(&self.df1, shape)?;
        let below = Self::variance_of(&self.df2, shape)?;
        let tiny = float_info(below.dtype())?.tiny;
        (above / below.try_clamp_min(tiny)?).try_clamp_min(tiny)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)?;
        let (half1, half2) = (&self.df1 * 0.5, &self.df2 * 0.5);
        let ratio = &self.df1 / &self.df2;
        let t1 = (&half1 + &half2).lgamma() - half1.lgamma() - half2.lgamma();
        let t2 = &half1 * ratio.log() + (&half1 - 1) * x.log();
        let t3 = (&half1 + &half2) * (ratio * x).log1p();
        Ok(t1 + t2 - t3)
    }
}
