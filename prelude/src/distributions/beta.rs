//! A share of a whole.

use super::constraint::Constraint;
use super::constraints;
use super::dirichlet::Dirichlet;
use super::distribution::Distribution;
use super::numbers::broadcast_all;
use super::validation::{show, validate_args};
use crate::error::{OrPanic, Result};
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::fmt;

/// A share of a whole: a number between 0 and 1. PyTorch: `torch.distributions.Beta`.
///
/// ```
/// use wick::distributions::Beta;
/// use wick::prelude::*;
/// manual_seed(0);
/// // How likely heads are, after 3 heads and 1 tail.
/// let heads = Beta::new(1 + 3, 1 + 1);
/// assert_eq!(heads.sample([3]).to_string(), "tensor([0.8504, 0.8183, 0.6720])");
/// assert_eq!(heads.mean().to_string(), "tensor(0.6667)");
/// assert_eq!((heads.concentration1().item::<f32>(), heads.concentration0().item::<f32>()), (4., 2.));
/// ```
#[derive(Clone)]
pub struct Beta {
    dirichlet: Dirichlet,
}

impl Beta {
    /// Of these concentrations: numbers or tensors, which broadcast.
    ///
    /// # Panics
    /// When one of them is not positive, or the shapes do not broadcast.
    #[track_caller]
    pub fn new(
        concentration1: impl crate::Given<Arg>,
        concentration0: impl crate::Given<Arg>,
    ) -> Self {
        Self::try_new(concentration1, concentration0).or_panic()
    }

    /// [`Beta::new`] that returns what is wrong instead of panicking.
    pub fn try_new(
        concentration1: impl crate::Given<Arg>,
        concentration0: impl crate::Given<Arg>,
    ) -> Result<Self> {
        Self::made(
            [concentration1.into(), concentration0.into()],
            validate_args(),
        )
    }

    /// Of these concentrations, whatever they are; values to score are not looked at either.
    ///
    /// # Panics
    /// When the shapes do not broadcast.
    #[track_caller]
    pub fn without_validation(
        concentration1: impl crate::Given<Arg>,
        concentration0: impl crate::Given<Arg>,
    ) -> Self {
        Self::made([concentration1.into(), concentration0.into()], false).or_panic()
    }

    pub(super) fn made(concentrations: [Arg; 2], validates: bool) -> Result<Self> {
        let both = Tensor::try_stack(&broadcast_all(concentrations)?, -1)?;
        let dirichlet = Dirichlet::made(both.into(), validates)?;
        Ok(Self { dirichlet })
    }

    /// What draws the share to 1.
    #[track_caller]
    pub fn concentration1(&self) -> Tensor {
        self.dirichlet.concentration().select(-1, 0)
    }

    /// What draws the share to 0.
    #[track_caller]
    pub fn concentration0(&self) -> Tensor {
        self.dirichlet.concentration().select(-1, 1)
    }
}

impl fmt::Display for Beta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, "Beta", &[])
    }
}

crate::shown::debug_is_display!(Beta);

impl Distribution for Beta {
    fn batch_shape(&self) -> Shape {
        self.dirichlet.batch_shape()
    }

    fn validates(&self) -> bool {
        self.dirichlet.validates()
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        let dirichlet = self.dirichlet.expand_to(shape)?;
        Ok(Self { dirichlet })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::unit_interval())
    }

    fn try_mean(&self) -> Result<Tensor> {
        let one = self.concentration1();
        Ok(&one / (&one + self.concentration0()))
    }

    fn try_mode(&self) -> Result<Tensor> {
        self.dirichlet.try_mode()?.try_select(-1, 0)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let (one, zero) = (self.concentration1(), self.concentration0());
        let total = &one + &zero;
        Ok(one * zero / (total.pow(2) * (&total + 1)))
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        self.dirichlet.draw_through(shape)?.try_select(-1, 0)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let x = self.valid(value)?;
        self.dirichlet
            .try_log_prob(&Tensor::try_stack(&[x.clone(), 1. - x], -1)?)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        self.dirichlet.try_entropy()
    }
}
