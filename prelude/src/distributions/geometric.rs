//! How many failures there are before the first success.

use super::bernoulli::cross_entropy;
use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::text;
use super::numbers::broadcast;
use super::odds::{Odds, Weights, by_odds, constructors};
use crate::error::{Error, Result};
use crate::limits::float_info;
use crate::nn::python::tuple;
use crate::shape::Shape;
use crate::tensor::Tensor;

/// How many failures there are before the first success. PyTorch: `torch.distributions.Geometric`.
///
/// ```
/// use wick::distributions::Geometric;
/// use wick::prelude::*;
/// manual_seed(0);
/// // Throws of a die before the first six.
/// let throws = Geometric::new(1. / 6.);
/// assert_eq!(throws.sample([5]).to_string(), "tensor([ 3.,  1., 13., 11.,  6.])");
/// assert_eq!(throws.mean().to_string(), "tensor(5.)");
/// ```
#[derive(Clone)]
pub struct Geometric {
    odds: Odds,
    validates: bool,
}

constructors!(Geometric);
text!(Geometric, |it| [it.odds.named()]);

impl Geometric {
    fn made(weights: Weights, validates: bool) -> Result<Self> {
        let odds = Odds::of_events(weights)?;
        let made = Self { odds, validates };
        if validates {
            made.odds.check(&made, constraints::unit_interval())?;
            made.check_possible()?;
        }
        Ok(made)
    }

    pub(super) fn odds(&self) -> &Odds {
        &self.odds
    }

    /// A success has to be possible.
    fn check_possible(&self) -> Result<()> {
        let ("probs", probs) = self.odds.named() else {
            return Ok(());
        };
        let never = probs.detach().try_gt(0)?.try_logical_not()?;
        if !never.try_any()?.try_item::<bool>()? {
            return Ok(());
        }
        Err(Error::value(format!(
            "Expected parameter probs (Tensor of shape {}) of distribution {self} to be positive but found invalid \
             values:\n{}",
            tuple(&probs.dims()),
            probs.detach().try_masked_select(&never)?,
        )))
    }
}

impl Distribution for Geometric {
    by_odds!();

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::nonnegative_integer())
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(1. / self.odds.probs()? - 1.)
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.odds.probs()?.zeros_like())
    }

    fn try_variance(&self) -> Result<Tensor> {
        let probs = self.odds.probs()?;
        Ok((1. / &probs - 1.) / &probs)
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        let probs = self.odds.probs()?.detach();
        let u = probs.new_empty(self.extended_shape(shape));
        u.try_uniform_(float_info(probs.dtype())?.tiny, 1.)?;
        (u.log() / (-probs).log1p()).try_floor()
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let given = self.odds.probs()?;
        let [x, probs] = broadcast(&self.valid(value)?, &given)?;
        let surely = probs.eq(1).try_logical_and(&x.eq(0))?;
        let probs = probs.try_masked_fill(&surely, 0)?;
        Ok(x * (-probs).log1p() + given.log())
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let probs = self.odds.probs()?;
        cross_entropy(&self.odds.logits()?, &probs)?.try_div(&probs)
    }
}
