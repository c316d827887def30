//! Shares as soft truth values.

use super::bernoulli::cross_entropy;
use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::text;
use super::numbers::uniform;
use super::odds::{Odds, Weights, by_odds, constructors};
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::LN_2;

/// Numbers between 0 and 1 with the density of [`Bernoulli`](super::Bernoulli), made continuous: for the pixels of an
/// autoencoder. Near a probability of one half the formulas are replaced by their series. PyTorch:
/// `torch.distributions.ContinuousBernoulli`.
///
/// ```
/// use wick::distributions::ContinuousBernoulli;
/// use wick::prelude::*;
/// manual_seed(0);
/// let grey = ContinuousBernoulli::new(tensor!([0.1, 0.5]));
/// assert_eq!(grey.sample(()).to_string(), "tensor([0.2648, 0.7682])");
/// assert_eq!(grey.mean().to_string(), "tensor([0.3301, 0.5000])");
/// ```
#[derive(Clone)]
pub struct ContinuousBernoulli {
    odds: Odds,
    validates: bool,
}

constructors!(ContinuousBernoulli);
text!(ContinuousBernoulli, |it| [it.odds.named()]);

/// Within these the series are used.
const UNSTABLE: [f64; 2] = [0.499, 0.501];

impl ContinuousBernoulli {
    fn made(weights: Weights, validates: bool) -> Result<Self> {
        // Kept inside of 0 and 1 before they are looked at, as in PyTorch.
        let odds = Odds::of_events(weights)?.clamped()?;
        let made = Self { odds, validates };
        if validates {
            made.odds.check(&made, constraints::unit_interval())?;
        }
        Ok(made)
    }

    pub(super) fn odds(&self) -> &Odds {
        &self.odds
    }

    /// Where the formulas hold, the probabilities, and those that the formulas are computed of.
    fn cut(&self) -> Result<[Tensor; 3]> {
        let probs = self.odds.probs()?;
        let stable = probs
            .le(UNSTABLE[0])
            .try_logical_or(&probs.gt(UNSTABLE[1]))?;
        let cut = stable.try_where_(&probs, UNSTABLE[0] * probs.ones_like())?;
        Ok([stable, probs, cut])
    }

    /// The logarithm of what the density of a Bernoulli number is multiplied by.
    pub(super) fn log_norm(&self) -> Result<Tensor> {
        let [stable, probs, cut] = self.cut()?;
        let below = cut.le(0.5).try_where_(&cut, cut.zeros_like())?;
        let above = cut.ge(0.5).try_where_(&cut, cut.ones_like())?;
        let side = cut
            .le(0.5)
            .try_where_((-2. * below).log1p(), (2. * above - 1.).log())?;
        let log_norm = ((-&cut).log1p() - cut.log()).abs().log() - side;
        let x = (probs - 0.5).pow(2);
        let series = LN_2 + (4. / 3. + 104. / 45. * &x) * &x;
        stable.try_where_(log_norm, series)
    }
}

impl Distribution for ContinuousBernoulli {
    by_odds!();

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::unit_interval())
    }

    fn try_mean(&self) -> Result<Tensor> {
        let [stable, probs, cut] = self.cut()?;
        let mean = &cut / (2. * &cut - 1.) + 1. / ((-&cut).log1p() - cut.log());
        let x = probs - 0.5;
        let series = 0.5 + (1. / 3. + 16. / 45. * x.pow(2)) * &x;
        stable.try_where_(mean, series)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let [stable, probs, cut] = self.cut()?;
        let spread = &cut * (&cut - 1.) / (1. - 2. * &cut).pow(2);
        let variance = spread + 1. / ((-&cut).log1p() - cut.log()).pow(2);
        let x = (probs - 0.5).pow(2);
        let series = 1. / 12. - (1. / 15. - 128. / 945. * &x) * &x;
        stable.try_where_(variance, series)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let u = uniform(&self.extended_shape(shape), self.odds.given())?;
        self.try_icdf(&u)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let cost = cross_entropy(&self.odds.logits()?, &self.valid(value)?)?;
        Ok(-cost + self.log_norm()?)
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let ([stable, _, cut], x) = (self.cut()?, self.valid(value)?);
        let powers = cut.pow(&x) * (1. - &cut).pow(1. - &x);
        let share = (powers + &cut - 1.) / (2. * &cut - 1.);
        let share = stable.try_where_(share, &x)?;
        let share = x.ge(1.).try_where_(x.ones_like(), share)?;
        x.le(0.).try_where_(x.zeros_like(), share)
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        let ([stable, _, cut], share) = (self.cut()?, self.fitting(value)?);
        let above = (-&cut + &share * (2. * &cut - 1.)).log1p() - (-&cut).log1p();
        let x = above / (cut.log() - (-&cut).log1p());
        stable.try_where_(x, share)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let probs = self.odds.probs()?;
        let log0 = (-&probs).log1p();
        Ok(self.try_mean()? * (&log0 - probs.log()) - self.log_norm()? - log0)
    }
}
