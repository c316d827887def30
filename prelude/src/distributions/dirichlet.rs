//! Shares of a whole.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::numbers::broadcast_all;
use super::validation::{check_parameter, show, validate_args};
use crate::error::{Error, OrPanic, Result};
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::tensor::variates::sample_dirichlet;
use std::fmt;

/// Shares that add up to 1. The last dimension of the concentrations counts the shares. PyTorch:
/// `torch.distributions.Dirichlet`.
///
/// ```
/// use wick::distributions::Dirichlet;
/// use wick::prelude::*;
/// manual_seed(0);
/// let shares = Dirichlet::new(tensor!([0.5, 2., 2.]));
/// assert_eq!(shares.sample(()).to_string(), "tensor([3.1389e-04, 2.5114e-01, 7.4855e-01])");
/// assert_eq!(shares.concentration().shape(), shares.event_shape());
/// assert_eq!(shares.log_prob(&tensor!([0.2, 0.4, 0.4])).to_string(), "tensor(0.8535)");
/// ```
#[derive(Clone)]
pub struct Dirichlet {
    concentration: Tensor,
    validates: bool,
}

impl Dirichlet {
    /// Of these concentrations.
    ///
    /// # Panics
    /// When one of them is not positive, or they are a single number.
    #[track_caller]
    pub fn new(concentration: impl crate::Given<Arg>) -> Self {
        Self::try_new(concentration).or_panic()
    }

    /// [`Dirichlet::new`] that returns what is wrong instead of panicking.
    pub fn try_new(concentration: impl crate::Given<Arg>) -> Result<Self> {
        Self::made(concentration.into(), validate_args())
    }

    /// Of these concentrations, whatever they are; values to score are not looked at either.
    ///
    /// # Panics
    /// When they are a single number.
    #[track_caller]
    pub fn without_validation(concentration: impl crate::Given<Arg>) -> Self {
        Self::made(concentration.into(), false).or_panic()
    }

    pub(super) fn made(concentration: Arg, validates: bool) -> Result<Self> {
        let [concentration] = broadcast_all([concentration])?;
        if concentration.dim() == 0 {
            let why = "`concentration` parameter must be at least one-dimensional.";
            return Err(Error::value(why));
        }
        let made = Self {
            concentration,
            validates,
        };
        if validates {
            let constraint = constraints::positive().independent(1);
            check_parameter(&made, "concentration", &made.concentration, &constraint)?;
        }
        Ok(made)
    }

    /// How much each share is held to its mean, and how large it is against the others.
    pub fn concentration(&self) -> &Tensor {
        &self.concentration
    }
}

impl fmt::Display for Dirichlet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, "Dirichlet", &[("concentration", &self.concentration)])
    }
}

crate::shown::debug_is_display!(Dirichlet);

impl Distribution for Dirichlet {
    fn batch_shape(&self) -> Shape {
        let sizes = self.concentration.dims();
        sizes[..sizes.len() - 1].into()
    }

    fn event_shape(&self) -> Shape {
        [self.concentration.size(-1)].into()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        let sizes = [shape.dims(), self.event_shape().dims()].concat();
        Ok(Self {
            concentration: self.concentration.try_expand(sizes)?,
            validates: self.validates,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::Simplex)
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(&self.concentration / self.concentration.sum_dim(-1, true))
    }

    fn try_mode(&self) -> Result<Tensor> {
        let over = (&self.concentration - 1).clamp_min(0.);
        let mode = &over / over.sum_dim(-1, true);
        // Where all concentrations are below 1 the density is infinite in each corner: the first is named.
        let corners = self.concentration.lt(1).all_dim(-1, true);
        let largest = mode.argmax_dim(-1, false);
        let corner = largest
            .try_one_hot(Some(over.size(-1)))?
            .try_type_as(&mode)?;
        corners.try_where_(corner, mode)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let total = self.concentration.sum_dim(-1, true);
        let rest = &total - &self.concentration;
        Ok(&self.concentration * rest / (total.pow(2) * (&total + 1)))
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        sample_dirichlet(&self.concentration.try_expand(self.extended_shape(shape))?)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let (x, concentration) = (self.valid(value)?, &self.concentration);
        let powers = (concentration - 1.).xlogy(&x).sum_dim(-1, false);
        let total = concentration.sum_dim(-1, false).lgamma();
        Ok(powers + total - concentration.lgamma().sum_dim(-1, false))
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let (k, concentration) = (self.concentration.size(-1) as i64, &self.concentration);
        let total = concentration.sum_dim(-1, false);
        let rest = ((concentration - 1.) * concentration.digamma()).sum_dim(-1, false);
        Ok(concentration.lgamma().sum_dim(-1, false)
            - total.lgamma()
            - (k - &total) * total.digamma()
            - rest)
    }
}
