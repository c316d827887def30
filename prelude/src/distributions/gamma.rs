//! The time to several events.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::family::{common, family};
use super::validation::{check_parameter, show, validate_args};
use crate::error::{OrPanic, Result};
use crate::limits::float_info;
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::tensor::variates::standard_gamma;
use std::fmt;

family! {
    /// Gamma numbers: the time to as many events as the concentration says, which come at a rate. PyTorch:
    /// `torch.distributions.Gamma`.
    ///
    /// ```
    /// use wick::distributions::Gamma;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let wait = Gamma::new(3, 0.5);
    /// assert_eq!(wait.sample([3]).to_string(), "tensor([12.1153,  4.4313,  2.5176])");
    /// assert_eq!((wait.concentration().item::<f32>(), wait.rate().item::<f32>()), (3., 0.5));
    /// assert_eq!(wait.cdf(&tensor!([2., 6.])).to_string(), "tensor([0.0803, 0.5768])");
    /// ```
    Gamma {
        /// The shape.
        concentration: constraints::positive(),
        /// How many events there are in a unit of time.
        rate: constraints::positive(),
    }
}

impl Distribution for Gamma {
    common!(concentration, rate);

    fn has_rsample(&self) -> bool {
        true
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::nonnegative())
    }

    fn try_mean(&self) -> Result<Tensor> {
        self.concentration.try_div(&self.rate)
    }

    fn try_mode(&self) -> Result<Tensor> {
        ((&self.concentration - 1) / &self.rate).try_clamp_min(0)
    }

    fn try_variance(&self) -> Result<Tensor> {
        Ok(&self.concentration / self.rate.pow(2))
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let shape = self.extended_shape(shape);
        let times = standard_gamma(&self.concentration.try_expand(&shape)?)?;
        let value = times.try_div(self.rate.try_expand(&shape)?)?;
        // Not on the tape: a number that is brought up keeps its gradient.
        value
            .detach()
            .try_clamp_min_(float_info(value.dtype())?.tiny)?;
        Ok(value)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(&value.try_type_as(&self.rate)?)?;
        let (concentration, rate) = (&self.concentration, &self.rate);
        let powers = concentration.xlogy(rate) + (concentration - 1).xlogy(&x);
        Ok(powers - rate * x - concentration.lgamma())
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)?;
        self.concentration.try_igamma(&self.rate * x)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let concentration = &self.concentration;
        let rest = (1. - concentration) * concentration.digamma();
        Ok(concentration - self.rate.log() + concentration.lgamma() + rest)
    }
}

/// The sum of as many squared standard normal numbers as `df` says. PyTorch: `torch.distributions.Chi2`.
///
/// ```
/// use wick::distributions::Chi2;
/// use wick::prelude::*;
/// let squares = Chi2::new(tensor!([1., 4.]));
/// assert_eq!((squares.df().to_string(), squares.mean().to_string()), ("tensor([1., 4.])".into(), "tensor([1., 4.])".into()));
/// assert_eq!(squares.cdf(&tensor!(3.8415)).to_string(), "tensor([0.9500, 0.5721])");
/// ```
#[derive(Clone)]
pub struct Chi2 {
    gamma: Gamma,
}

impl Chi2 {
    /// Of these degrees of freedom: a number or a tensor.
    ///
    /// # Panics
    /// When one of them is not positive.
    #[track_caller]
    pub fn new(df: impl crate::Given<Arg>) -> Self {
        Self::try_new(df).or_panic()
    }

    /// [`Chi2::new`] that returns what is wrong instead of panicking.
    pub fn try_new(df: impl crate::Given<Arg>) -> Result<Self> {
        Self::made(df.into(), validate_args())
    }

    /// Of these degrees of freedom, whatever they are; values to score are not looked at either.
    #[track_caller]
    pub fn without_validation(df: impl crate::Given<Arg>) -> Self {
        Self::made(df.into(), false).or_panic()
    }

    pub(super) fn made(df: Arg, validates: bool) -> Result<Self> {
        let half = match df {
            Arg::Tensor(df) => Arg::Tensor(0.5 * df),
            Arg::Scalar(df) => Arg::Scalar((0.5 * df.to_f64()).into()),
        };
        let gamma = Gamma::made([half, 0.5f64.into()], false)?;
        let made = Self {
            gamma: Gamma { validates, ..gamma },
        };
        if validates {
            check_parameter(&made, "df", &made.df(), &constraints::positive())?;
        }
        Ok(made)
    }

    pub(super) fn gamma(&self) -> &Gamma {
        &self.gamma
    }

    /// The degrees of freedom.
    pub fn df(&self) -> Tensor {
        &self.gamma.concentration * 2
    }
}

impl fmt::Display for Chi2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, "Chi2", &[])
    }
}

crate::shown::debug_is_display!(Chi2);

impl Distribution for Chi2 {
    super::family::delegated!(gamma);

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        Ok(Self {
            gamma: self.gamma.expand_to(shape)?,
        })
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let value = self.valid(&value.try_type_as(&self.gamma.rate)?)?;
        self.gamma.try_log_prob(&value)
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        self.gamma.try_cdf(&self.valid(value)?)
    }
}
