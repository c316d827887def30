//! How often each of several categories comes.

use super::binomial::Binomial;
use super::categorical::Categorical;
use super::constraint::Constraint;
use super::distribution::Distribution;
use super::family::text;
use super::numbers::broadcast;
use super::odds::{Odds, Weights, constructors};
use super::validation::validate_args;
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;

/// How often each of several categories comes in a number of draws. The last dimension of the probabilities counts the
/// categories; they need not add up to 1. PyTorch: `torch.distributions.Multinomial`.
///
/// ```
/// use wick::distributions::Multinomial;
/// use wick::prelude::*;
/// manual_seed(0);
/// let throws = Multinomial::new(12, Tensor::ones(6));
/// assert_eq!(throws.sample(()).to_string(), "tensor([0., 3., 3., 2., 2., 2.])");
/// assert_eq!((throws.total_count(), throws.event_shape()), (12, [6].into()));
/// ```
#[derive(Clone)]
pub struct Multinomial {
    total_count: usize,
    categorical: Categorical,
    validates: bool,
}

constructors!(Multinomial, total_count: usize => usize);
text!(Multinomial, |it| []);

impl Multinomial {
    fn made(total_count: usize, weights: Weights, validates: bool) -> Result<Self> {
        // As in PyTorch, where the probabilities themselves are always looked at.
        let categorical = Categorical::made(weights, validate_args())?;
        Ok(Self {
            total_count,
            categorical,
            validates,
        })
    }

    fn odds(&self) -> &Odds {
        self.categorical.odds()
    }

    /// How many draws there are.
    pub fn total_count(&self) -> usize {
        self.total_count
    }
}

impl Distribution for Multinomial {
    fn batch_shape(&self) -> Shape {
        self.categorical.batch_shape()
    }

    fn event_shape(&self) -> Shape {
        [self.odds().categories()].into()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        Ok(Self {
            categorical: self.categorical.expand_to(shape)?,
            ..self.clone()
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Multinomial(self.total_count as i64))
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(self.odds().probs()? * self.total_count)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let probs = self.odds().probs()?;
        Ok(self.total_count as i64 * &probs * (1 - &probs))
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        let draws = Shape::from([&[self.total_count], shape.dims()].concat());
        let drawn = self.categorical.draw(&draws)?.try_movedim(0, -1)?;
        let counts = drawn.new_zeros(self.extended_shape(shape));
        let counts = counts.try_scatter_add(-1, &drawn, &drawn.ones_like())?;
        counts.try_type_as(self.odds().given())
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let [logits, x] = broadcast(&self.odds().logits()?, &self.valid(value)?)?;
        let ways_n = (x.sum_dim(-1, false) + 1).lgamma();
        let ways_x = (&x + 1).lgamma().sum_dim(-1, false);
        let never = x.eq(0).try_logical_and(&logits.eq(f64::NEG_INFINITY))?;
        let logits = logits.try_masked_fill(&never, 0)?;
        Ok(ways_n - ways_x + (logits * x).sum_dim(-1, false))
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let probs = self.odds().probs()?;
        let n = probs.new_full((), self.total_count);
        let first = &n * self.categorical.try_entropy()? - (&n + 1).lgamma();
        let binomial =
            Binomial::made(self.total_count.into(), Weights::Probs(probs.into()), false)?;
        let values = binomial.try_enumerate_support(false)?;
        let values = values.try_narrow(0, 1, self.total_count)?;
        let shares = binomial.try_log_prob(&values)?.exp();
        Ok(first + (shares * (values + 1).lgamma()).sum_dim([0, -1], false))
    }
}
