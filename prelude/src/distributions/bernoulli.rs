//! Whether something happens.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::text;
use super::numbers::{along_batch, broadcast, counting};
use super::odds::{Odds, Weights, by_odds, constructors};
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::{Reduction, Tensor};

/// 1 with a probability, otherwise 0. PyTorch: `torch.distributions.Bernoulli`.
///
/// ```
/// use wick::distributions::Bernoulli;
/// use wick::prelude::*;
/// manual_seed(0);
/// let rain = Bernoulli::new(tensor!([0.1, 0.5, 0.9]));
/// assert_eq!(rain.sample([2]).to_string(), "tensor([[0., 0., 1.],\n        [0., 1., 1.]])");
/// assert_eq!(rain.log_prob(&tensor!(1.)).exp().to_string(), "tensor([0.1000, 0.5000, 0.9000])");
/// assert_eq!(rain.logits().to_string(), "tensor([-2.1972,  0.0000,  2.1972])");
/// assert_eq!(Bernoulli::from_logits(0.).probs().item::<f32>(), 0.5);
/// assert_eq!(Bernoulli::from_logits_without_validation(0.).to_string(), "Bernoulli(logits: 0.0)");
/// ```
#[derive(Clone)]
pub struct Bernoulli {
    odds: Odds,
    validates: bool,
}

constructors!(Bernoulli);
text!(Bernoulli, |it| [it.odds.named()]);

impl Bernoulli {
    fn made(weights: Weights, validates: bool) -> Result<Self> {
        let odds = Odds::of_events(weights)?;
        let made = Self { odds, validates };
        if validates {
            made.odds.check(&made, constraints::unit_interval())?;
        }
        Ok(made)
    }

    pub(super) fn odds(&self) -> &Odds {
        &self.odds
    }
}

/// The entropy of events, and what their values cost: minus their log-probabilities.
pub(super) fn cross_entropy(logits: &Tensor, value: &Tensor) -> Result<Tensor> {
    let [logits, value] = broadcast(logits, value)?;
    let value = value.try_type_as(&logits)?;
    logits.try_binary_cross_entropy_with_logits_with(&value, Reduction::None)
}

impl Distribution for Bernoulli {
    by_odds!();

    fn has_enumerate_support(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Boolean)
    }

    fn try_mean(&self) -> Result<Tensor> {
        self.odds.probs()
    }

    fn try_mode(&self) -> Result<Tensor> {
        let probs = self.odds.probs()?;
        let likely = probs.ge(0.5).try_type_as(&probs)?;
        likely.try_masked_fill(&probs.eq(0.5), f64::NAN)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let probs = self.odds.probs()?;
        Ok(&probs * (1 - &probs))
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        let probs = self.odds.probs()?.detach();
        probs
            .try_expand(self.extended_shape(shape))?
            .try_bernoulli()
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        Ok(-cross_entropy(&self.odds.logits()?, &self.valid(value)?)?)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        cross_entropy(&self.odds.logits()?, &self.odds.probs()?)
    }

    fn try_enumerate_support(&self, expand: bool) -> Result<Tensor> {
        along_batch(
            &counting(2, self.odds.given())?,
            &self.batch_shape(),
            expand,
        )
    }
}
