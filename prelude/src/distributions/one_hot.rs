//! Which of several, as a vector.

use super::categorical::Categorical;
use super::constraint::Constraint;
use super::distribution::Distribution;
use super::family::text;
use super::odds::{Odds, Weights, constructors};
use super::validation::validate_args;
use crate::error::Result;
use crate::shape::Shape;
use crate::tensor::Tensor;

/// One of several categories, as a vector of zeros and a single one. PyTorch:
/// `torch.distributions.OneHotCategorical`.
///
/// ```
/// use wick::distributions::OneHotCategorical;
/// use wick::prelude::*;
/// manual_seed(0);
/// let weather = OneHotCategorical::new(tensor!([1., 2., 1.]));
/// assert_eq!(weather.sample(()).to_string(), "tensor([0., 0., 1.])");
/// assert_eq!(weather.log_prob(&tensor!([0., 1., 0.])).exp().to_string(), "tensor(0.5000)");
/// ```
#[derive(Clone)]
pub struct OneHotCategorical {
    categorical: Categorical,
    validates: bool,
}

/// [`OneHotCategorical`] whose draws have the gradients of the probabilities. PyTorch:
/// `torch.distributions.OneHotCategoricalStraightThrough`.
///
/// ```
/// use wick::distributions::OneHotCategoricalStraightThrough;
/// use wick::prelude::*;
/// let scores = tensor!([0.5, 0., -0.5]).requires_grad_(true);
/// let choice = OneHotCategoricalStraightThrough::from_logits(&scores).rsample(());
/// (choice * tensor!([1., 2., 3.])).sum().backward();
/// assert_eq!(scores.grad().unwrap().to_string(), "tensor([-0.3443,  0.0984,  0.2460])");
/// ```
#[derive(Clone)]
pub struct OneHotCategoricalStraightThrough {
    categorical: Categorical,
    validates: bool,
}

constructors!(OneHotCategorical);
text!(OneHotCategorical, |it| []);
constructors!(OneHotCategoricalStraightThrough);
text!(OneHotCategoricalStraightThrough, |it| []);

/// Categories as vectors in the dtype of the probabilities.
fn one_hot(categories: &Tensor, odds: &Odds) -> Result<Tensor> {
    categories
        .try_one_hot(Some(odds.categories()))?
        .try_type_as(odds.given())
}

macro_rules! vectors {
    ($name:ident { $($more:item)* }) => {
        impl $name {
            fn made(weights: Weights, validates: bool) -> Result<Self> {
                // As in PyTorch, where the probabilities themselves are always looked at.
                let categorical = Categorical::made(weights, validate_args())?;
                Ok(Self { categorical, validates })
            }

            pub(super) fn odds(&self) -> &Odds {
                self.categorical.odds()
            }

            pub(super) fn categorical(&self) -> &Categorical {
                &self.categorical
            }
        }

        impl Distribution for $name {
            $($more)*

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
                    validates: self.validates,
                })
            }

            fn try_support(&self) -> Result<Constraint> {
                Ok(Constraint::OneHot)
            }

            fn has_enumerate_support(&self) -> bool {
                true
            }

            fn try_mean(&self) -> Result<Tensor> {
                self.odds().probs()
            }

            fn try_mode(&self) -> Result<Tensor> {
                one_hot(&self.categorical.try_mode()?, self.odds())
            }

            fn try_variance(&self) -> Result<Tensor> {
                let probs = self.odds().probs()?;
                Ok(&probs * (1 - &probs))
            }

            fn draw(&self, shape: &Shape) -> Result<Tensor> {
                one_hot(&self.categorical.draw(shape)?, self.odds())
            }

            fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
                let (_, category) = self.valid(value)?.try_max_dim(-1, false)?;
                self.categorical.try_log_prob(&category)
            }

            fn try_entropy(&self) -> Result<Tensor> {
                self.categorical.try_entropy()
            }

            fn try_enumerate_support(&self, expand: bool) -> Result<Tensor> {
                let (n, batch) = (self.odds().categories(), self.batch_shape());
                let values = one_hot(&Tensor::try_arange(0, n as i64, 1)?, self.odds())?;
                let ones = vec![1; batch.rank()];
                let values = values.try_reshape([&[n], &ones[..], &[n]].concat())?;
                match expand {
                    true => values.try_expand([&[n], batch.dims(), &[n]].concat()),
                    false => Ok(values),
                }
            }
        }
    };
}

vectors!(OneHotCategorical {});
vectors!(OneHotCategoricalStraightThrough {
    fn has_rsample(&self) -> bool {
        true
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let probs = self.odds().probs()?;
        Ok(self.draw(shape)? + (&probs - probs.detach()))
    }
});
