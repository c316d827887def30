//! Which of several.

use super::constraint::Constraint;
use super::distribution::Distribution;
use super::family::text;
use super::numbers::{along_batch, full};
use super::odds::{Odds, Weights, by_odds, constructors};
use crate::dtype::DType;
use crate::error::Result;
use crate::limits::float_info;
use crate::shape::Shape;
use crate::tensor::Tensor;

/// One of several categories, as a number from 0 on (`i64`). The last dimension of the probabilities counts the
/// categories; they need not add up to 1. PyTorch: `torch.distributions.Categorical`.
///
/// ```
/// use wick::distributions::Categorical;
/// use wick::prelude::*;
/// manual_seed(0);
/// let dice = Categorical::new(tensor!([1., 1., 1., 1., 1., 3.]));
/// assert_eq!(dice.to_string(), "Categorical(probs: torch.Size([6]))");
/// assert_eq!(dice.sample([5]).to_string(), "tensor([5, 5, 3, 5, 5])");
/// assert_eq!(dice.probs().to_string(), "tensor([0.1250, 0.1250, 0.1250, 0.1250, 0.1250, 0.3750])");
/// assert_eq!(dice.log_prob(&tensor!([0, 5])).to_string(), "tensor([-2.0794, -0.9808])");
/// assert_eq!(dice.mode().item::<i64>(), 5);
/// ```
#[derive(Clone)]
pub struct Categorical {
    odds: Odds,
    validates: bool,
}

constructors!(Categorical);
text!(Categorical, |it| [it.odds.named()]);

impl Categorical {
    pub(super) fn made(weights: Weights, validates: bool) -> Result<Self> {
        let odds = Odds::of_categories(weights)?;
        let made = Self { odds, validates };
        if validates {
            made.odds.check(&made, Constraint::Simplex)?;
        }
        Ok(made)
    }

    pub(super) fn odds(&self) -> &Odds {
        &self.odds
    }
}

impl Distribution for Categorical {
    by_odds!();

    fn has_enumerate_support(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        let last = self.odds.categories() as i64 - 1;
        Ok(Constraint::IntegerInterval(0i64.into(), last.into()))
    }

    fn try_mean(&self) -> Result<Tensor> {
        full(&self.batch_shape(), f64::NAN, self.odds.given())
    }

    fn try_mode(&self) -> Result<Tensor> {
        self.odds.probs()?.try_argmax_dim(-1, false)
    }

    fn try_variance(&self) -> Result<Tensor> {
        self.try_mean()
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        let probs = self.odds.probs()?.detach();
        let rows = probs.try_reshape([-1, self.odds.categories() as i64])?;
        let drawn = rows.try_multinomial(shape.numel(), true)?;
        drawn.try_t()?.try_reshape(self.extended_shape(shape))
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let value = self
            .valid(value)?
            .try_to_dtype(DType::I64)?
            .try_unsqueeze(-1)?;
        let logits = self.odds.logits()?;
        let batch = crate::shape::broadcast(&value.dims()[..value.dim() - 1], &self.batch_shape())?;
        let value = value.try_expand([batch.dims(), &[1]].concat())?;
        let logits = logits.try_expand([batch.dims(), &[self.odds.categories()]].concat())?;
        logits.try_gather(-1, &value)?.try_squeeze_dim(-1)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let logits = self.odds.logits()?;
        let logits = logits.try_clamp_min(float_info(logits.dtype())?.min)?;
        Ok(-(logits * self.odds.probs()?).sum_dim(-1, false))
    }

    fn try_enumerate_support(&self, expand: bool) -> Result<Tensor> {
        let values = Tensor::try_arange(0, self.odds.categories() as i64, 1)?;
        along_batch(&values, &self.batch_shape(), expand)
    }
}
