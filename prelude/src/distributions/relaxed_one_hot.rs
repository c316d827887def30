//! Which of several, softly.

use super::categorical::Categorical;
use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{text, transformed};
use super::numbers::{broadcast, clamp_probs, uniform};
use super::odds::{Odds, Weights, constructors};
use super::relaxed_bernoulli::temperature;
use super::transformed::TransformedDistribution;
use super::transforms::ExpTransform;
use super::validation::validate_args;
use crate::error::Result;
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;

/// The logarithms of [`RelaxedOneHotCategorical`]. PyTorch:
/// `torch.distributions.relaxed_categorical.ExpRelaxedCategorical`.
///
/// ```
/// use wick::distributions::ExpRelaxedCategorical;
/// use wick::prelude::*;
/// manual_seed(0);
/// let soft = ExpRelaxedCategorical::new(0.5, tensor!([1., 2., 1.]));
/// assert_eq!(soft.rsample(()).to_string(), "tensor([-3.3785, -0.0376, -5.8617])");
/// ```
#[derive(Clone)]
pub struct ExpRelaxedCategorical {
    temperature: Tensor,
    categorical: Categorical,
    validates: bool,
}

/// Shares of a whole, of which one is near 1 at low temperatures, and which have gradients: draws by the Gumbel softmax.
/// PyTorch: `torch.distributions.RelaxedOneHotCategorical`.
///
/// ```
/// use wick::distributions::RelaxedOneHotCategorical;
/// use wick::prelude::*;
/// manual_seed(0);
/// let soft = RelaxedOneHotCategorical::new(0.5, tensor!([1., 2., 1.]));
/// assert_eq!(soft.rsample(()).to_string(), "tensor([0.0341, 0.9631, 0.0028])");
/// assert_eq!(soft.temperature().item::<f32>(), 0.5);
/// ```
#[derive(Clone)]
pub struct RelaxedOneHotCategorical {
    base: ExpRelaxedCategorical,
    validates: bool,
}

constructors!(ExpRelaxedCategorical, temperature: impl crate::Given<Arg> => Arg);
text!(ExpRelaxedCategorical, |it| []);
constructors!(RelaxedOneHotCategorical, temperature: impl crate::Given<Arg> => Arg);
text!(RelaxedOneHotCategorical, |it| []);

impl ExpRelaxedCategorical {
    fn made(given: Arg, weights: Weights, validates: bool) -> Result<Self> {
        // As in PyTorch, where the probabilities themselves are always looked at.
        let categorical = Categorical::made(weights, validate_args())?;
        Ok(Self {
            temperature: temperature(given, categorical.odds())?,
            categorical,
            validates,
        })
    }

    fn odds(&self) -> &Odds {
        self.categorical.odds()
    }

    /// How soft the draws are.
    pub fn temperature(&self) -> &Tensor {
        &self.temperature
    }
}

impl Distribution for ExpRelaxedCategorical {
    fn batch_shape(&self) -> Shape {
        self.categorical.batch_shape()
    }

    fn event_shape(&self) -> Shape {
        [self.odds().categories()].into()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        let categorical = self.categorical.expand_to(shape)?;
        Ok(Self {
            categorical,
            ..self.clone()
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::real_vector())
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let logits = self.odds().logits()?;
        let u = clamp_probs(&uniform(&self.extended_shape(shape), &logits)?)?;
        let gumbels = -(-u.log()).log();
        let scores = logits.try_add(gumbels)?.try_div(&self.temperature)?;
        scores.try_sub(scores.try_logsumexp(-1, true)?)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let k = self.odds().categories() as f64;
        let [logits, x] = broadcast(&self.odds().logits()?, &self.valid(value)?)?;
        let scale = self.temperature.full_like(k).lgamma() - self.temperature.log() * -(k - 1.);
        let score = logits.try_sub(x.try_mul(&self.temperature)?)?;
        let score = (&score - score.logsumexp(-1, true)).sum_dim(-1, false);
        score.try_add(scale)
    }
}

impl RelaxedOneHotCategorical {
    fn made(temperature: Arg, weights: Weights, validates: bool) -> Result<Self> {
        let base = ExpRelaxedCategorical::made(temperature, weights, validates)?;
        Ok(Self { base, validates })
    }

    fn odds(&self) -> &Odds {
        self.base.odds()
    }

    fn transformed(&self) -> Result<TransformedDistribution<ExpRelaxedCategorical>> {
        TransformedDistribution::made(self.base.clone(), ExpTransform, false)
    }

    /// How soft the draws are.
    pub fn temperature(&self) -> &Tensor {
        &self.base.temperature
    }
}

impl Distribution for RelaxedOneHotCategorical {
    transformed!(with log_prob);

    fn batch_shape(&self) -> Shape {
        self.base.batch_shape()
    }

    fn event_shape(&self) -> Shape {
        self.base.event_shape()
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
        Ok(Constraint::Simplex)
    }
}
