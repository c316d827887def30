//! Transforms with parameters, which broadcast with what they are applied to.

use super::{Arg, Constraint, Result, Shape, Tensor, Transform, named};
use crate::distributions::constraints;
use crate::distributions::numbers::broadcast_all;
use crate::distributions::numbers::{full, sum_rightmost};
use crate::error::OrPanic;

/// `loc + scale * x`. PyTorch: `torch.distributions.transforms.AffineTransform`.
///
/// ```
/// use wick::distributions::{AffineTransform, Transform};
/// use wick::prelude::*;
/// let fahrenheit = AffineTransform::new(32, 1.8);
/// assert_eq!(fahrenheit.forward(&tensor!([0., 100.])).to_string(), "tensor([ 32., 212.])");
/// // Vectors as a whole: their volume grows by the scale of each number.
/// let vectors = AffineTransform::new(0, 2.).event_dim(1);
/// let x = tensor!([1., 2., 3.]);
/// assert_eq!(vectors.log_abs_det_jacobian(&x, &vectors.forward(&x)).to_string(), "tensor(2.0794)");
/// ```
#[derive(Clone)]
pub struct AffineTransform {
    loc: Arg,
    scale: Arg,
    event_dim: usize,
}

/// `x` to the power of `exponent`, of positive numbers. PyTorch: `torch.distributions.transforms.PowerTransform`.
///
/// ```
/// use wick::distributions::{PowerTransform, Transform};
/// use wick::prelude::*;
/// let square = PowerTransform::new(2);
/// assert_eq!(square.forward(&tensor!([1., 3.])).to_string(), "tensor([1., 9.])");
/// ```
#[derive(Clone)]
pub struct PowerTransform {
    exponent: Tensor,
}

named!(AffineTransform, PowerTransform);

impl AffineTransform {
    /// Of a shift and a factor: numbers or tensors.
    pub fn new(loc: impl crate::Given<Arg>, scale: impl crate::Given<Arg>) -> Self {
        Self {
            loc: loc.into(),
            scale: scale.into(),
            event_dim: 0,
        }
    }

    /// How many of the last dimensions are transformed together; 0 at first.
    pub fn event_dim(self, dims: usize) -> Self {
        Self {
            event_dim: dims,
            ..self
        }
    }

    fn any(&self) -> Constraint {
        match self.event_dim {
            0 => Constraint::Real,
            dims => Constraint::Real.independent(dims),
        }
    }
}

impl PowerTransform {
    /// Of an exponent: a number or a tensor.
    #[track_caller]
    pub fn new(exponent: impl crate::Given<Arg>) -> Self {
        let [exponent] = broadcast_all([exponent.into()]).or_panic();
        Self { exponent }
    }
}

/// The shape that a shape and a parameter broadcast to.
fn with(shape: &Shape, parameter: &Arg) -> Result<Shape> {
    match parameter {
        Arg::Tensor(tensor) => crate::shape::broadcast(shape, &tensor.shape()),
        Arg::Scalar(_) => Ok(shape.clone()),
    }
}

impl Transform for AffineTransform {
    fn domain(&self) -> Constraint {
        self.any()
    }

    fn codomain(&self) -> Constraint {
        self.any()
    }

    fn try_sign(&self) -> Result<Arg> {
        Ok(match &self.scale {
            Arg::Tensor(scale) => scale.try_sign()?.into(),
            Arg::Scalar(scale) => match scale.to_f64() {
                0. => 0i64.into(),
                scale => (scale.signum() as i64).into(),
            },
        })
    }

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        x.try_mul(self.scale.clone())?.try_add(self.loc.clone())
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        y.try_sub(self.loc.clone())?.try_div(self.scale.clone())
    }

    fn try_log_abs_det_jacobian(&self, x: &Tensor, _: &Tensor) -> Result<Tensor> {
        let log = match &self.scale {
            Arg::Tensor(scale) => scale.try_abs()?.try_log()?,
            Arg::Scalar(scale) => full(&x.shape(), scale.to_f64().abs().ln(), x)?,
        };
        let log = log.try_expand(x.shape())?;
        sum_rightmost(&log, self.event_dim)
    }

    fn forward_shape(&self, shape: &Shape) -> Result<Shape> {
        with(&with(shape, &self.loc)?, &self.scale)
    }

    fn inverse_shape(&self, shape: &Shape) -> Result<Shape> {
        self.forward_shape(shape)
    }
}

impl Transform for PowerTransform {
    fn domain(&self) -> Constraint {
        constraints::positive()
    }

    fn codomain(&self) -> Constraint {
        constraints::positive()
    }

    fn try_sign(&self) -> Result<Arg> {
        Ok(self.exponent.try_sign()?.into())
    }

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        x.try_pow(&self.exponent)
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        y.try_pow(1 / &self.exponent)
    }

    fn try_log_abs_det_jacobian(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        Ok(self.exponent.try_mul(y)?.try_div(x)?.abs().log())
    }

    fn forward_shape(&self, shape: &Shape) -> Result<Shape> {
        crate::shape::broadcast(shape, &self.exponent.shape())
    }

    fn inverse_shape(&self, shape: &Shape) -> Result<Shape> {
        self.forward_shape(shape)
    }
}
