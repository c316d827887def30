//! Probabilities that are given as such or by their logits.

use super::constraint::Constraint;
use super::constraints;
use super::numbers::{broadcast_all, clamp_probs};
use super::validation;
use crate::error::{Error, Result};
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::fmt;

/// What a family of nothing but [`Odds`] has in common with the others: `common!` of `self.odds`.
macro_rules! by_odds {
    () => {
        fn batch_shape(&self) -> $crate::Shape {
            self.odds.batch()
        }

        fn validates(&self) -> bool {
            self.validates
        }

        fn expand_to(&self, shape: &$crate::Shape) -> $crate::Result<Self> {
            let odds = self.odds.expand(shape)?;
            Ok(Self {
                odds,
                ..self.clone()
            })
        }
    };
}
pub(super) use by_odds;

/// As what probabilities are given.
pub(super) enum Weights {
    Probs(Arg),
    Logits(Arg),
}

impl Weights {
    /// The numbers, and whether they are logits.
    fn parts(self) -> (Arg, bool) {
        match self {
            Weights::Probs(probs) => (probs, false),
            Weights::Logits(logits) => (logits, true),
        }
    }
}

/// Probabilities of events that happen or not, or of categories along the last dimension.
#[derive(Clone)]
pub(super) struct Odds {
    given: Tensor,
    is_logits: bool,
    of_categories: bool,
    /// Whether probabilities that are computed are kept off 0 and 1.
    clamped: bool,
}

impl Odds {
    /// Of events that happen or not.
    pub fn of_events(weights: Weights) -> Result<Self> {
        let (given, is_logits) = weights.parts();
        let [given] = broadcast_all([given])?;
        Ok(Self {
            given,
            is_logits,
            of_categories: false,
            clamped: false,
        })
    }

    /// Of events that happen or not, and another parameter in their shape and dtype.
    pub fn of_events_and(other: Arg, weights: Weights) -> Result<(Tensor, Self)> {
        let (given, is_logits) = weights.parts();
        let [other, given] = broadcast_all([other, given])?;
        let odds = Self {
            given,
            is_logits,
            of_categories: false,
            clamped: false,
        };
        Ok((other.try_type_as(&odds.given)?, odds))
    }

    /// Of categories: probabilities that add up to 1, or the logarithms of such.
    pub fn of_categories(weights: Weights) -> Result<Self> {
        let (given, is_logits) = weights.parts();
        let [given] = broadcast_all([given])?;
        if given.dim() == 0 {
            let name = if is_logits { "logits" } else { "probs" };
            return Err(Error::value(format!(
                "`{name}` parameter must be at least one-dimensional."
            )));
        }
        let given = match is_logits {
            true => given.try_sub(given.try_logsumexp(-1, true)?)?,
            false => given.try_div(given.try_sum_dim(-1, true)?)?,
        };
        Ok(Self {
            given,
            is_logits,
            of_categories: true,
            clamped: false,
        })
    }

    /// The same with probabilities that are neither 0 nor 1.
    pub fn clamped(self) -> Result<Self> {
        let given = match self.is_logits {
            true => self.given,
            false => clamp_probs(&self.given)?,
        };
        Ok(Self {
            given,
            clamped: true,
            ..self
        })
    }

    pub fn given(&self) -> &Tensor {
        &self.given
    }

    pub fn is_logits(&self) -> bool {
        self.is_logits
    }

    /// What was given, by name.
    pub fn named(&self) -> (&'static str, &Tensor) {
        match self.is_logits {
            true => ("logits", &self.given),
            false => ("probs", &self.given),
        }
    }

    pub fn probs(&self) -> Result<Tensor> {
        match (self.is_logits, self.of_categories) {
            (false, _) => Ok(self.given.clone()),
            (true, false) if self.clamped => clamp_probs(&self.given.try_sigmoid()?),
            (true, false) => self.given.try_sigmoid(),
            (true, true) => self.given.try_softmax(-1),
        }
    }

    pub fn logits(&self) -> Result<Tensor> {
        if self.is_logits {
            return Ok(self.given.clone());
        }
        let probs = clamp_probs(&self.given)?;
        match self.of_categories {
            true => probs.try_log(),
            false => probs.try_log()?.try_sub((-&probs).try_log1p()?),
        }
    }

    /// How many categories there are.
    pub fn categories(&self) -> usize {
        self.given.size(-1)
    }

    /// The shape without the categories.
    pub fn batch(&self) -> Shape {
        let sizes = self.given.dims();
        let events = usize::from(self.of_categories);
        sizes[..sizes.len() - events].into()
    }

    pub fn expand(&self, batch: &Shape) -> Result<Self> {
        let sizes = self.given.dims();
        let events = &sizes[sizes.len() - usize::from(self.of_categories)..];
        Ok(Self {
            given: self.given.try_expand([batch.dims(), events].concat())?,
            ..self.clone()
        })
    }

    /// Fails unless what was given are probabilities or logits; `probs` is what probabilities have to be.
    pub fn check(&self, of: &dyn fmt::Display, probs: Constraint) -> Result<()> {
        let (name, given) = self.named();
        let constraint = match (self.is_logits, self.of_categories) {
            (false, _) => probs,
            (true, false) => Constraint::Real,
            (true, true) => constraints::real_vector(),
        };
        validation::check_parameter(of, name, given, &constraint)
    }
}

/// The constructors and accessors of a family of probabilities, behind the parameters that come first. Its `made` takes
/// those, the probabilities and whether to validate; its `odds` gives the probabilities.
macro_rules! constructors {
    ($name:ident $(, $parameter:ident : $given:ty => $plain:ident)*) => {
        impl $name {
            /// Of these probabilities.
            ///
            /// # Panics
            /// When the shapes do not go together, or a parameter has a number that it must not have.
            #[track_caller]
            pub fn new($($parameter: $given,)* probs: impl $crate::Given<$crate::Arg>) -> Self {
                $crate::error::OrPanic::or_panic(Self::try_new($($parameter,)* probs))
            }

            #[doc = concat!("[`", stringify!($name), "::new`] that returns what is wrong instead of panicking.")]
            pub fn try_new($($parameter: $given,)* probs: impl $crate::Given<$crate::Arg>) -> $crate::Result<Self> {
                let weights = super::odds::Weights::Probs(probs.into());
                Self::made($(super::odds::plain!($parameter: $plain),)* weights, super::validation::validate_args())
            }

            /// Of these probabilities, whatever they are; values to score are not looked at either.
            ///
            /// # Panics
            /// When the shapes do not go together.
            #[track_caller]
            pub fn without_validation($($parameter: $given,)* probs: impl $crate::Given<$crate::Arg>) -> Self {
                let weights = super::odds::Weights::Probs(probs.into());
                let made = Self::made($(super::odds::plain!($parameter: $plain),)* weights, false);
                $crate::error::OrPanic::or_panic(made)
            }

            /// Of the logits of probabilities.
            ///
            /// # Panics
            /// When the shapes do not go together, or a parameter has a number that it must not have.
            #[track_caller]
            pub fn from_logits($($parameter: $given,)* logits: impl $crate::Given<$crate::Arg>) -> Self {
                $crate::error::OrPanic::or_panic(Self::try_from_logits($($parameter,)* logits))
            }

            #[doc = concat!("[`", stringify!($name), "::from_logits`] that returns what is wrong instead of panicking.")]
            pub fn try_from_logits($($parameter: $given,)* logits: impl $crate::Given<$crate::Arg>) -> $crate::Result<Self> {
                let weights = super::odds::Weights::Logits(logits.into());
                Self::made($(super::odds::plain!($parameter: $plain),)* weights, super::validation::validate_args())
            }

            /// Of the logits of probabilities, whatever they are; values to score are not looked at either.
            ///
            /// # Panics
            /// When the shapes do not go together.
            #[track_caller]
            pub fn from_logits_without_validation($($parameter: $given,)* logits: impl $crate::Given<$crate::Arg>) -> Self {
                let weights = super::odds::Weights::Logits(logits.into());
                let made = Self::made($(super::odds::plain!($parameter: $plain),)* weights, false);
                $crate::error::OrPanic::or_panic(made)
            }

            /// The probabilities.
            #[track_caller]
            pub fn probs(&self) -> $crate::Tensor {
                $crate::error::OrPanic::or_panic(self.odds().probs())
            }

            /// The logits of the probabilities: of categories, logarithms; otherwise logarithms of odds.
            #[track_caller]
            pub fn logits(&self) -> $crate::Tensor {
                $crate::error::OrPanic::or_panic(self.odds().logits())
            }
        }
    };
}

/// An argument as a plain type.
macro_rules! plain {
    ($parameter:ident : Arg) => {
        $crate::Given::<$crate::Arg>::into($parameter)
    };
    ($parameter:ident : $plain:ident) => {
        $parameter
    };
}

pub(super) use {constructors, plain};
