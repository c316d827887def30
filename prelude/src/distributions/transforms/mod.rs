//! Functions of what is drawn, of which the density of the result is known.

mod affine;
mod compose;
mod elements;
mod inverse;
mod simplex;

pub use affine::{AffineTransform, PowerTransform};
pub use compose::ComposeTransform;
pub use elements::{
    AbsTransform, ExpTransform, SigmoidTransform, SoftplusTransform, TanhTransform,
};
pub use inverse::InverseTransform;
pub use simplex::{SoftmaxTransform, StickBreakingTransform};

use super::constraint::Constraint;
use crate::error::{Error, OrPanic, Result, bail};
use crate::scalar::{Arg, Scalar};
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::fmt;
use std::sync::Arc;

/// A function of tensors that can be undone and whose volume changes are known. PyTorch:
/// `torch.distributions.transforms.Transform`.
///
/// ```
/// use wick::distributions::{AffineTransform, ExpTransform, Transform};
/// use wick::prelude::*;
/// let grow = AffineTransform::new(1, 2.).then(ExpTransform);
/// let x = tensor!([0.25, 0.5]);
/// let y = grow.forward(&x);
/// assert_eq!(y.to_string(), "tensor([4.4817, 7.3891])");
/// assert_eq!(grow.inverse(&y).to_string(), "tensor([0.2500, 0.5000])");
/// // The logarithm of the derivative: ln 2 of the first part, and the exponent of the second.
/// assert_eq!(grow.log_abs_det_jacobian(&x, &y).to_string(), "tensor([2.1931, 2.6931])");
/// assert_eq!(grow.inv().forward(&y).to_string(), "tensor([0.2500, 0.5000])");
/// assert_eq!((grow.domain().to_string(), grow.codomain().to_string()), ("Real()".into(), "GreaterThan(lower_bound=0.0)".into()));
/// assert!(grow.bijective());
/// ```
///
/// One of one's own says what it does in both directions:
///
/// ```
/// use wick::distributions::{Constraint, Transform};
/// use wick::prelude::*;
/// use wick::{Result, Shape};
///
/// #[derive(Clone)]
/// struct Cube;
///
/// impl std::fmt::Display for Cube {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         write!(f, "Cube()")
///     }
/// }
///
/// impl Transform for Cube {
///     fn domain(&self) -> Constraint {
///         Constraint::Real
///     }
///     fn codomain(&self) -> Constraint {
///         Constraint::Real
///     }
///     fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
///         x.try_pow(3)
///     }
///     fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
///         Ok(y.sign() * y.abs().pow(1. / 3.))
///     }
///     fn try_log_abs_det_jacobian(&self, x: &Tensor, _: &Tensor) -> Result<Tensor> {
///         Ok((3. * x.square()).log())
///     }
/// }
/// assert_eq!(Cube.inverse(&tensor!([8., -27.])).to_string(), "tensor([ 2., -3.])");
/// assert_eq!(Cube.forward_shape(&Shape::from([2])).unwrap(), Cube.inverse_shape(&Shape::from([2])).unwrap());
/// assert!(Cube.try_sign().is_err());
/// ```
pub trait Transform: fmt::Display + Send + Sync {
    /// What it can be applied to. PyTorch: `torch.distributions.transforms.Transform.domain`.
    fn domain(&self) -> Constraint;

    /// What it gives. PyTorch: `torch.distributions.transforms.Transform.codomain`.
    fn codomain(&self) -> Constraint;

    /// [`Transform::forward`] that returns what is wrong instead of panicking.
    fn try_forward(&self, x: &Tensor) -> Result<Tensor>;

    /// [`Transform::inverse`] that returns what is wrong instead of panicking.
    fn try_inverse(&self, y: &Tensor) -> Result<Tensor>;

    /// [`Transform::log_abs_det_jacobian`] that returns what is wrong instead of panicking.
    fn try_log_abs_det_jacobian(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let _ = (x, y);
        bail!("{self} has no log_abs_det_jacobian: it is not bijective")
    }

    /// Whether each result comes from one input. PyTorch: `torch.distributions.transforms.Transform.bijective`.
    fn bijective(&self) -> bool {
        true
    }

    /// Whether it grows (1) or falls (-1). Fails if that is not known. PyTorch:
    /// `torch.distributions.transforms.Transform.sign`.
    fn try_sign(&self) -> Result<Arg> {
        bail!("{self} has no sign: it neither grows nor falls everywhere")
    }

    /// The shape of what it gives for an input of a shape. PyTorch:
    /// `torch.distributions.transforms.Transform.forward_shape`.
    fn forward_shape(&self, shape: &Shape) -> Result<Shape> {
        Ok(shape.clone())
    }

    /// The shape of an input that gives a result of a shape. PyTorch:
    /// `torch.distributions.transforms.Transform.inverse_shape`.
    fn inverse_shape(&self, shape: &Shape) -> Result<Shape> {
        Ok(shape.clone())
    }

    /// The transforms that are done one after the other; itself, unless it is composed.
    #[doc(hidden)]
    fn into_parts(self) -> Vec<Arc<dyn Transform>>
    where
        Self: Sized + 'static,
    {
        vec![Arc::new(self)]
    }

    /// What it makes of `x`. PyTorch: `torch.distributions.transforms.Transform.__call__`.
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        self.try_forward(x).or_panic()
    }

    /// What it makes `y` of. PyTorch: `torch.distributions.transforms.Transform.inv`, called.
    #[track_caller]
    fn inverse(&self, y: &Tensor) -> Tensor {
        self.try_inverse(y).or_panic()
    }

    /// The logarithm of how much it stretches volumes at `x`, where it gives `y`. PyTorch:
    /// `torch.distributions.transforms.Transform.log_abs_det_jacobian`.
    ///
    /// # Panics
    /// When it is not bijective.
    #[track_caller]
    fn log_abs_det_jacobian(&self, x: &Tensor, y: &Tensor) -> Tensor {
        self.try_log_abs_det_jacobian(x, y).or_panic()
    }

    /// The transform that undoes this one. PyTorch: `torch.distributions.transforms.Transform.inv`.
    fn inv(&self) -> InverseTransform<Self>
    where
        Self: Sized + Clone,
    {
        InverseTransform::of(self.clone())
    }

    /// This transform, and `next` of its result. PyTorch: `torch.distributions.transforms.ComposeTransform`.
    fn then(self, next: impl Transform + 'static) -> ComposeTransform
    where
        Self: Sized + 'static,
    {
        ComposeTransform::of([self.into_parts(), next.into_parts()].concat())
    }
}

/// The product of two signs.
pub(super) fn times(a: Arg, b: Arg) -> Result<Arg> {
    Ok(match (a, b) {
        (Arg::Scalar(a), Arg::Scalar(b)) => Scalar::from(a.to_f64() * b.to_f64()).into(),
        (Arg::Tensor(a), b) | (b, Arg::Tensor(a)) => a.try_mul(b)?.into(),
    })
}

/// Where vectors are asked for and there is a single number.
fn too_few() -> Error {
    Error::value("Too few dimensions on input")
}

/// Both texts of a transform without anything to tell.
macro_rules! named {
    ($($name:ident),*) => {$(
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "()"))
            }
        }

        $crate::shown::debug_is_display!($name);
    )*};
}
use named;
