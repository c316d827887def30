//! How many of several trials succeed.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::text;
use super::numbers::{along_batch, counting};
use super::odds::{Odds, Weights, constructors};
use super::validation::check_parameter;
use crate::error::{Result, bail};
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;

/// How many of several trials succeed. PyTorch: `torch.distributions.Binomial`.
///
/// ```
/// use wick::distributions::Binomial;
/// use wick::prelude::*;
/// manual_seed(0);
/// let heads = Binomial::new(10, tensor!([0.1, 0.5]));
/// assert_eq!(heads.sample([3]).to_string(), "tensor([[2., 6.],\n        [1., 5.],\n        [2., 5.]])");
/// assert_eq!(heads.total_count().to_string(), "tensor([10., 10.])");
/// assert_eq!(heads.log_prob(&tensor!(5.)).exp().to_string(), "tensor([0.0015, 0.2461])");
/// ```
#[derive(Clone)]
pub struct Binomial {
    total_count: Tensor,
    odds: Odds,
    validates: bool,
}

constructors!(Binomial, total_count: impl crate::Given<Arg> => Arg);
text!(Binomial, |it| [
    ("total_count", &it.total_count),
    it.odds.named()
]);

impl Binomial {
    pub(super) fn made(total_count: Arg, weights: Weights, validates: bool) -> Result<Self> {
        let (total_count, odds) = Odds::of_events_and(total_count, weights)?;
        let made = Self {
            total_count,
            odds,
            validates,
        };
        if validates {
            let constraint = constraints::nonnegative_integer();
            check_parameter(&made, "total_count", &made.total_count, &constraint)?;
            made.odds.check(&made, constraints::unit_interval())?;
        }
        Ok(made)
    }

    pub(super) fn odds(&self) -> &Odds {
        &self.odds
    }

    /// How many trials there are.
    pub fn total_count(&self) -> &Tensor {
        &self.total_count
    }

    /// The number of trials, if there is one for all.
    fn count(&self, what: &str) -> Result<usize> {
        let counts = self.total_count.detach();
        let (most, least) = (counts.try_max()?, counts.try_min()?);
        if !least.equal(&most) {
            bail!("Inhomogeneous total count not supported by `{what}`.");
        }
        Ok(most.try_item::<f64>()? as usize)
    }
}

/// Numbers below 0 as 0, with half of the gradient at 0.
fn clamped_by_zero(x: &Tensor) -> Tensor {
    (x.clamp_min(0) + x - x.clamp_max(0)) / 2
}

impl Distribution for Binomial {
    fn batch_shape(&self) -> Shape {
        self.odds.batch()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn has_enumerate_support(&self) -> bool {
        true
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        Ok(Self {
            total_count: self.total_count.try_expand(shape)?,
            odds: self.odds.expand(shape)?,
            validates: self.validates,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::IntegerInterval(
            0i64.into(),
            (&self.total_count).into(),
        ))
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(&self.total_count * self.odds.probs()?)
    }

    fn try_mode(&self) -> Result<Tensor> {
        let mode = ((&self.total_count + 1) * self.odds.probs()?).floor();
        mode.try_clamp_max(&self.total_count)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let probs = self.odds.probs()?;
        Ok(&self.total_count * &probs * (1 - &probs))
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        let shape = self.extended_shape(shape);
        let count = self.total_count.detach().try_expand(&shape)?;
        Tensor::try_binomial(&count, &self.odds.probs()?.detach().try_expand(&shape)?)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let (x, n, logits) = (self.valid(value)?, &self.total_count, self.odds.logits()?);
        let ways_n = (n + 1).lgamma();
        let ways_k = (&x + 1).lgamma();
        let ways_rest = (n - &x + 1).lgamma();
        let normalizer = n * clamped_by_zero(&logits) + n * (-logits.abs()).exp().log1p() - ways_n;
        Ok(x * logits - ways_k - ways_rest - normalizer)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let count = self.count("entropy")?;
        let values = counting(count + 1, self.odds.given())?;
        let values = along_batch(&values, &self.batch_shape(), false)?;
        let log_prob = self.try_log_prob(&values)?;
        Ok(-(log_prob.exp() * &log_prob).sum_dim(0, false))
    }

    fn try_enumerate_support(&self, expand: bool) -> Result<Tensor> {
        let count = self.count("enumerate_support")?;
        let values = counting(count + 1, self.odds.given())?;
        along_batch(&values, &self.batch_shape(), expand)
    }
}
