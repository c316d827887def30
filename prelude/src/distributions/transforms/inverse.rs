//! The transform that undoes another one.

use super::{Arg, Constraint, Result, Shape, Tensor, Transform};
use std::fmt;

/// The transform that undoes another one: what [`Transform::inv`] gives. PyTorch:
/// `torch.distributions.transforms.Transform.inv`.
///
/// ```
/// use wick::distributions::{ExpTransform, InverseTransform, Transform};
/// use wick::prelude::*;
/// let log: InverseTransform<ExpTransform> = ExpTransform.inv();
/// assert_eq!(log.forward(&tensor!([1., 10.])).to_string(), "tensor([0.0000, 2.3026])");
/// assert_eq!(log.to_string(), "_InverseTransform(ExpTransform())");
/// ```
#[derive(Clone)]
pub struct InverseTransform<T>(T);

impl<T: Transform> InverseTransform<T> {
    pub(super) fn of(transform: T) -> Self {
        Self(transform)
    }
}

impl<T: Transform> fmt::Display for InverseTransform<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "_InverseTransform({})", self.0)
    }
}

crate::shown::debug_is_display!([T: Transform] InverseTransform<T>);

impl<T: Transform> Transform for InverseTransform<T> {
    fn domain(&self) -> Constraint {
        self.0.codomain()
    }

    fn codomain(&self) -> Constraint {
        self.0.domain()
    }

    fn bijective(&self) -> bool {
        self.0.bijective()
    }

    fn try_sign(&self) -> Result<Arg> {
        self.0.try_sign()
    }

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        self.0.try_inverse(x)
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        self.0.try_forward(y)
    }

    fn try_log_abs_det_jacobian(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        self.0.try_log_abs_det_jacobian(y, x)?.try_neg()
    }

    fn forward_shape(&self, shape: &Shape) -> Result<Shape> {
        self.0.inverse_shape(shape)
    }

    fn inverse_shape(&self, shape: &Shape) -> Result<Shape> {
        self.0.forward_shape(shape)
    }
}
