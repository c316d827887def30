//! How many successes there are before several failures.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::text;
use super::gamma::Gamma;
use super::odds::{Odds, Weights, constructors};
use super::validation::check_parameter;
use crate::error::Result;
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;

/// How many trials succeed before as many as `total_count` have failed. PyTorch:
/// `torch.distributions.NegativeBinomial`.
///
/// ```
/// use wick::distributions::NegativeBinomial;
/// use wick::prelude::*;
/// manual_seed(0);
/// let sold = NegativeBinomial::new(3, 0.5);
/// assert_eq!(sold.sample([5]).to_string(), "tensor([6., 3., 0., 1., 3.])");
/// assert_eq!((sold.total_count().item::<f32>(), sold.mean().item::<f32>()), (3., 3.));
/// ```
#[derive(Clone)]
pub struct NegativeBinomial {
    total_count: Tensor,
    odds: Odds,
    validates: bool,
}

constructors!(NegativeBinomial, total_count: impl crate::Given<Arg> => Arg);
text!(NegativeBinomial, |it| [
    ("total_count", &it.total_count),
    it.odds.named()
]);

impl NegativeBinomial {
    fn made(total_count: Arg, weights: Weights, validates: bool) -> Result<Self> {
        let (total_count, odds) = Odds::of_events_and(total_count, weights)?;
        let made = Self {
            total_count,
            odds,
            validates,
        };
        if validates {
            let constraint = Constraint::GreaterThanEq(0i64.into());
            check_parameter(&made, "total_count", &made.total_count, &constraint)?;
            let probs = Constraint::HalfOpenInterval(0f64.into(), 1f64.into());
            made.odds.check(&made, probs)?;
        }
        Ok(made)
    }

    pub(super) fn odds(&self) -> &Odds {
        &self.odds
    }

    /// How many trials fail.
    pub fn total_count(&self) -> &Tensor {
        &self.total_count
    }
}

impl Distribution for NegativeBinomial {
    fn batch_shape(&self) -> Shape {
        self.odds.batch()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        Ok(Self {
            total_count: self.total_count.try_expand(shape)?,
            odds: self.odds.expand(shape)?,
            validates: self.validates,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::nonnegative_integer())
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(&self.total_count * self.odds.logits()?.exp())
    }

    fn try_mode(&self) -> Result<Tensor> {
        let mode = (&self.total_count - 1) * self.odds.logits()?.exp();
        mode.floor().try_clamp_min(0.)
    }

    fn try_variance(&self) -> Result<Tensor> {
        Ok(self.try_mean()? / (-self.odds.logits()?).sigmoid())
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        let rate = (-self.odds.logits()?.detach()).exp();
        let gamma = Gamma::made([self.total_count.detach().into(), rate.into()], false)?;
        gamma.draw(shape)?.try_poisson()
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let (x, n, logits) = (self.valid(value)?, &self.total_count, self.odds.logits()?);
        let unnormalized = n * (-&logits).logsigmoid() + &x * logits.logsigmoid();
        let normalizer = -(n + &x).lgamma() + (1. + &x).lgamma() + n.lgamma();
        let normalizer = normalizer.try_masked_fill(&(n + &x).eq(0.), 0.)?;
        Ok(unnormalized - normalizer)
    }
}
