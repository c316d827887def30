//! Transforms of each number.

use super::{Arg, Constraint, Result, Tensor, Transform, named};
use crate::distributions::constraints;
use crate::limits::float_info;
use std::f64::consts::LN_2;

/// `exp(x)`. PyTorch: `torch.distributions.transforms.ExpTransform`.
///
/// ```
/// use wick::distributions::{ExpTransform, Transform};
/// use wick::prelude::*;
/// assert_eq!(ExpTransform.forward(&tensor!([0., 1.])).to_string(), "tensor([1.0000, 2.7183])");
/// ```
#[derive(Clone)]
pub struct ExpTransform;

/// `1 / (1 + exp(-x))`, kept inside of 0 and 1. PyTorch: `torch.distributions.transforms.SigmoidTransform`.
///
/// ```
/// use wick::distributions::{SigmoidTransform, Transform};
/// use wick::prelude::*;
/// assert_eq!(SigmoidTransform.forward(&tensor!([0., 1.])).to_string(), "tensor([0.5000, 0.7311])");
/// ```
#[derive(Clone)]
pub struct SigmoidTransform;

/// `ln(1 + exp(x))`. PyTorch: `torch.distributions.transforms.SoftplusTransform`.
///
/// ```
/// use wick::distributions::{SoftplusTransform, Transform};
/// use wick::prelude::*;
/// assert_eq!(SoftplusTransform.forward(&tensor!([0., 1.])).to_string(), "tensor([0.6931, 1.3133])");
/// ```
#[derive(Clone)]
pub struct SoftplusTransform;

/// `tanh(x)`. PyTorch: `torch.distributions.transforms.TanhTransform`.
///
/// ```
/// use wick::distributions::{TanhTransform, Transform};
/// use wick::prelude::*;
/// assert_eq!(TanhTransform.forward(&tensor!([0., 1.])).to_string(), "tensor([0.0000, 0.7616])");
/// ```
#[derive(Clone)]
pub struct TanhTransform;

/// `|x|`, which is not bijective: its inverse gives the number itself. PyTorch:
/// `torch.distributions.transforms.AbsTransform`.
///
/// ```
/// use wick::distributions::{AbsTransform, Transform};
/// use wick::prelude::*;
/// assert_eq!(AbsTransform.forward(&tensor!([-2., 1.])).to_string(), "tensor([2., 1.])");
/// assert!(!AbsTransform.bijective());
/// ```
#[derive(Clone)]
pub struct AbsTransform;

named!(
    ExpTransform,
    SigmoidTransform,
    SoftplusTransform,
    TanhTransform,
    AbsTransform
);

/// A transform of any number that grows.
macro_rules! growing {
    ($codomain:expr) => {
        fn domain(&self) -> Constraint {
            Constraint::Real
        }

        fn codomain(&self) -> Constraint {
            $codomain
        }

        fn try_sign(&self) -> Result<Arg> {
            Ok(1i64.into())
        }
    };
}

impl Transform for ExpTransform {
    growing!(constraints::positive());

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        x.try_exp()
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        y.try_log()
    }

    fn try_log_abs_det_jacobian(&self, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        Ok(x.clone())
    }
}

/// Shares that are neither 0 nor 1.
pub(super) fn clipped(share: &Tensor) -> Result<Tensor> {
    let info = float_info(share.dtype())?;
    share.try_clamp(info.tiny, 1. - info.eps)
}

impl Transform for SigmoidTransform {
    growing!(constraints::unit_interval());

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        clipped(&x.try_sigmoid()?)
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        let y = clipped(y)?;
        Ok(y.log() - (-y).log1p())
    }

    fn try_log_abs_det_jacobian(&self, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        Ok(-(-x).try_softplus()? - x.try_softplus()?)
    }
}

impl Transform for SoftplusTransform {
    growing!(constraints::positive());

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        x.try_softplus()
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        Ok((-(-y).expm1()).log() + y)
    }

    fn try_log_abs_det_jacobian(&self, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        Ok(-(-x).try_softplus()?)
    }
}

impl Transform for TanhTransform {
    growing!(Constraint::Interval((-1f64).into(), 1f64.into()));

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        x.try_tanh()
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        y.try_atanh()
    }

    fn try_log_abs_det_jacobian(&self, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        Ok(2. * (LN_2 - x - (-2. * x).try_softplus()?))
    }
}

impl Transform for AbsTransform {
    fn domain(&self) -> Constraint {
        Constraint::Real
    }

    fn codomain(&self) -> Constraint {
        constraints::positive()
    }

    fn bijective(&self) -> bool {
        false
    }

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        x.try_abs()
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        Ok(y.clone())
    }
}
