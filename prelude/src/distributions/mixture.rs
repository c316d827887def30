//! Several distributions of a family, of which one is drawn from.

use super::categorical::Categorical;
use super::constraint::Constraint;
use super::distribution::Distribution;
use super::validation::{show, validate_args};
use crate::error::{Error, OrPanic, Result};
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::fmt;

/// One of several distributions is chosen, and drawn from. They are the last batch dimension of the component
/// distribution. PyTorch: `torch.distributions.MixtureSameFamily`.
///
/// ```
/// use wick::distributions::{Categorical, MixtureSameFamily, Normal};
/// use wick::prelude::*;
/// manual_seed(0);
/// let two_hills = MixtureSameFamily::new(
///     Categorical::new(tensor!([1., 3.])),
///     Normal::new(tensor!([-5., 5.]), 1),
/// );
/// assert_eq!(two_hills.sample([4]).to_string(), "tensor([3.6014, 5.8380, 4.5967, 5.1820])");
/// assert_eq!((two_hills.mean().item::<f32>(), two_hills.variance().item::<f32>()), (2.5, 19.75));
/// assert_eq!(two_hills.mixture_distribution().probs().to_string(), "tensor([0.2500, 0.7500])");
/// assert_eq!(two_hills.component_distribution().loc().to_string(), "tensor([-5.,  5.])");
/// ```
#[derive(Clone)]
pub struct MixtureSameFamily<D> {
    mixture: Categorical,
    component: D,
    validates: bool,
}

impl<D: Distribution> MixtureSameFamily<D> {
    /// Of what chooses, and what is chosen from.
    ///
    /// # Panics
    /// When the batches do not go together.
    #[track_caller]
    pub fn new(mixture_distribution: Categorical, component_distribution: D) -> Self {
        Self::try_new(mixture_distribution, component_distribution).or_panic()
    }

    /// [`MixtureSameFamily::new`] that returns what is wrong instead of panicking.
    pub fn try_new(mixture_distribution: Categorical, component_distribution: D) -> Result<Self> {
        check(&mixture_distribution, &component_distribution.batch_shape())?;
        Ok(Self {
            mixture: mixture_distribution,
            component: component_distribution,
            validates: validate_args(),
        })
    }

    /// One that does not look at the values that it scores.
    ///
    /// # Panics
    /// When the batches do not go together.
    #[track_caller]
    pub fn without_validation(
        mixture_distribution: Categorical,
        component_distribution: D,
    ) -> Self {
        Self {
            validates: false,
            ..Self::new(mixture_distribution, component_distribution)
        }
    }

    /// What chooses.
    pub fn mixture_distribution(&self) -> &Categorical {
        &self.mixture
    }

    /// What is chosen from.
    pub fn component_distribution(&self) -> &D {
        &self.component
    }

    fn events(&self) -> i64 {
        self.component.event_shape().rank() as i64
    }

    /// The shares of the components in a shape that goes with their means.
    fn shares(&self) -> Result<Tensor> {
        let probs = self.mixture.odds().probs()?;
        let (batch, own) = (self.batch_shape().rank(), self.mixture.batch_shape().rank());
        let between = if own == 1 {
            0
        } else {
            batch.saturating_sub(own)
        };
        let sizes = probs.dims();
        let (outer, last) = sizes.split_at(sizes.len() - 1);
        let events = vec![1; self.events() as usize];
        probs.try_reshape([outer, &vec![1; between], last, &events].concat())
    }
}

fn check(mixture: &Categorical, component: &Shape) -> Result<()> {
    let (chosen, categories) = (mixture.batch_shape(), mixture.odds().categories());
    let Some((&last, batch)) = component.split_last() else {
        let why = "`component_distribution` needs a batch dimension that counts the components";
        return Err(Error::value(why));
    };
    let apart = |(&a, &b): (&usize, &usize)| a != 1 && b != 1 && a != b;
    if chosen.iter().rev().zip(batch.iter().rev()).any(apart) {
        return Err(Error::value(format!(
            "`mixture_distribution.batch_shape` ({chosen}) is not compatible with \
             `component_distribution.batch_shape`({})",
            Shape::from(batch)
        )));
    }
    if categories != last {
        return Err(Error::value(format!(
            "`mixture_distribution component` ({categories}) does not equal `component_distribution.batch_shape[-1]` \
             ({last})"
        )));
    }
    Ok(())
}

/// The components that were chosen: their draws lie along `dim`.
fn pick(chosen: &Tensor, drawn: &Tensor, dim: usize, event: &Shape) -> Result<Tensor> {
    let sizes = chosen.dims();
    let ones = vec![1; event.rank() + 1];
    let chosen = chosen.try_reshape([&sizes[..], &ones].concat())?;
    let times = [vec![1; sizes.len() + 1], event.to_vec()].concat();
    drawn
        .try_gather(dim as i64, &chosen.try_repeat(times)?)?
        .try_squeeze_dim(dim as i64)
}

impl<D: Distribution> fmt::Display for MixtureSameFamily<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MixtureSameFamily(\n  ")?;
        let odds = self.mixture.odds();
        match odds.is_logits() {
            true => fmt::Display::fmt(&self.mixture, f)?,
            // PyTorch has computed the logits by then, and what it has computed it shows.
            false => {
                let logits = odds.logits().map_err(|_| fmt::Error)?;
                show(f, "Categorical", &[odds.named(), ("logits", &logits)])?;
            }
        }
        write!(f, ",\n  {})", self.component)
    }
}

crate::shown::debug_is_display!([D: Distribution] MixtureSameFamily<D>);

impl<D: Distribution> Distribution for MixtureSameFamily<D> {
    fn batch_shape(&self) -> Shape {
        let sizes = self.component.batch_shape();
        sizes[..sizes.rank() - 1].into()
    }

    fn event_shape(&self) -> Shape {
        self.component.event_shape()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        let categories = self.mixture.odds().categories();
        Ok(Self {
            mixture: self.mixture.expand_to(shape)?,
            component: self
                .component
                .expand_to(&[shape.dims(), &[categories]].concat().into())?,
            validates: self.validates,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::MixtureSameFamily(Box::new(
            self.component.try_support()?,
        )))
    }

    fn try_mean(&self) -> Result<Tensor> {
        let weighed = self.shares()?.try_mul(self.component.try_mean()?)?;
        weighed.try_sum_dim(-1 - self.events(), false)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let (shares, dim) = (self.shares()?, -1 - self.events());
        let within = shares
            .try_mul(self.component.try_variance()?)?
            .try_sum_dim(dim, false)?;
        let apart = self
            .component
            .try_mean()?
            .try_sub(self.try_mean()?.try_unsqueeze(dim)?)?;
        let between = shares
            .try_mul(apart.try_pow(2.)?)?
            .try_sum_dim(dim, false)?;
        within.try_add(between)
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        let chosen = self.mixture.draw(shape)?;
        let drawn = self.component.draw(shape)?;
        let dim = shape.rank() + self.batch_shape().rank();
        pick(&chosen, &drawn, dim, &self.event_shape())
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let value = self.valid(value)?.try_unsqueeze(-1 - self.events())?;
        let log_shares = self.mixture.odds().logits()?.try_log_softmax(-1)?;
        let each = self.component.try_log_prob(&value)?.try_add(log_shares)?;
        each.try_logsumexp(-1, false)
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let value = value.try_unsqueeze(-1 - self.events())?;
        let each = self.component.try_cdf(&value)?;
        each.try_mul(self.mixture.odds().probs()?)?
            .try_sum_dim(-1, false)
    }
}
