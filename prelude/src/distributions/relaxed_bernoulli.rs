//! Whether something happens, softly.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{text, transformed};
use super::numbers::{broadcast, clamp_probs, uniform};
use super::odds::{Odds, Weights, by_odds, constructors};
use super::transformed::TransformedDistribution;
use super::transforms::SigmoidTransform;
use super::validation::validate_args;
use crate::error::Result;
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;

/// The logits of [`RelaxedBernoulli`]. PyTorch: `torch.distributions.relaxed_bernoulli.LogitRelaxedBernoulli`.
///
/// ```
/// use wick::distributions::LogitRelaxedBernoulli;
/// use wick::prelude::*;
/// manual_seed(0);
/// let soft = LogitRelaxedBernoulli::new(0.5, tensor!([0.1, 0.9]));
/// assert_eq!(soft.rsample(()).to_string(), "tensor([-4.4244,  6.7910])");
/// assert_eq!(soft.temperature().item::<f32>(), 0.5);
/// ```
#[derive(Clone)]
pub struct LogitRelaxedBernoulli {
    temperature: Tensor,
    odds: Odds,
    validates: bool,
}

/// Numbers between 0 and 1, which are near 0 or 1 at low temperatures, and have gradients. PyTorch:
/// `torch.distributions.RelaxedBernoulli`.
///
/// ```
/// use wick::distributions::RelaxedBernoulli;
/// use wick::prelude::*;
/// manual_seed(0);
/// let probs = tensor!([0.1, 0.9]).requires_grad_(true);
/// let soft = RelaxedBernoulli::new(0.5, &probs);
/// let drawn = soft.rsample(());
/// assert_eq!(drawn.detach().to_string(), "tensor([0.0118, 0.9989])");
/// drawn.sum().backward();
/// assert!(probs.grad().is_some());
/// ```
#[derive(Clone)]
pub struct RelaxedBernoulli {
    base: LogitRelaxedBernoulli,
    validates: bool,
}

constructors!(LogitRelaxedBernoulli, temperature: impl crate::Given<Arg> => Arg);
text!(LogitRelaxedBernoulli, |it| [it.odds.named()]);
constructors!(RelaxedBernoulli, temperature: impl crate::Given<Arg> => Arg);
text!(RelaxedBernoulli, |it| []);

/// A temperature in the dtype of the probabilities, if it is a number.
pub(super) fn temperature(given: Arg, odds: &Odds) -> Result<Tensor> {
    match given {
        Arg::Tensor(tensor) => Ok(tensor),
        Arg::Scalar(number) => Tensor::try_full_with((), number, odds.given().dtype()),
    }
}

impl LogitRelaxedBernoulli {
    fn made(given: Arg, weights: Weights, validates: bool) -> Result<Self> {
        let odds = Odds::of_events(weights)?;
        let made = Self {
            temperature: temperature(given, &odds)?,
            odds,
            validates,
        };
        if validates {
            made.odds.check(&made, constraints::unit_interval())?;
        }
        Ok(made)
    }

    fn odds(&self) -> &Odds {
        &self.odds
    }

    /// How soft the draws are.
    pub fn temperature(&self) -> &Tensor {
        &self.temperature
    }
}

// PyTorch's says of itself that it has no `rsample`, though it has.
impl Distribution for LogitRelaxedBernoulli {
    by_odds!();

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Real)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let shape = self.extended_shape(shape);
        let probs = clamp_probs(&self.odds.probs()?.try_expand(&shape)?)?;
        let u = clamp_probs(&uniform(&shape, &probs)?)?;
        let logits = u.log() - (-&u).log1p() + probs.log() - (-&probs).log1p();
        logits.try_div(&self.temperature)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let [logits, x] = broadcast(&self.odds.logits()?, &self.valid(value)?)?;
        let apart = logits.try_sub(x.try_mul(&self.temperature)?)?;
        Ok(self.temperature.log() + &apart - 2 * apart.exp().log1p())
    }
}

impl RelaxedBernoulli {
    fn made(temperature: Arg, weights: Weights, validates: bool) -> Result<Self> {
        // As in PyTorch, where the probabilities themselves are always looked at.
        let base = LogitRelaxedBernoulli::made(temperature, weights, validate_args())?;
        Ok(Self { base, validates })
    }

    fn odds(&self) -> &Odds {
        &self.base.odds
    }

    fn transformed(&self) -> Result<TransformedDistribution<LogitRelaxedBernoulli>> {
        TransformedDistribution::made(self.base.clone(), SigmoidTransform, false)
    }

    /// How soft the draws are.
    pub fn temperature(&self) -> &Tensor {
        &self.base.temperature
    }
}

impl Distribution for RelaxedBernoulli {
    transformed!(with log_prob);

    fn batch_shape(&self) -> Shape {
        self.base.batch_shape()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        Ok(Self {
            base: self.base.expand_to(shape)?,
            validates: self.validates,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::unit_interval())
    }
}
