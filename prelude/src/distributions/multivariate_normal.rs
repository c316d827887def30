//! The bell curve in several dimensions.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::numbers::standard_normal;
use super::spread::{
    Matrix, Spread, half_log_det, mahalanobis, matrix_vector, spread_constructors,
};
use super::validation::{check_parameter, show};
use crate::error::{Error, Result};
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::PI;
use std::fmt;

/// Vectors of normal numbers that may vary together. PyTorch: `torch.distributions.MultivariateNormal`.
///
/// ```
/// use wick::distributions::MultivariateNormal;
/// use wick::prelude::*;
/// manual_seed(0);
/// let loc = tensor!([1., 2.]);
/// let covariance = tensor!([[2., 0.5], [0.5, 1.]]);
/// let points = MultivariateNormal::new(&loc, &covariance);
/// assert_eq!(points.sample(()).to_string(), "tensor([3.1793, 2.2703])");
/// assert_eq!(points.log_prob(&tensor!([0., 0.])).to_string(), "tensor(-4.1177)");
/// // The same by the inverse of the matrix, or by its factor.
/// let again = MultivariateNormal::from_precision_matrix(&loc, covariance.inverse());
/// assert!(again.covariance_matrix().allclose(&covariance));
/// let again = MultivariateNormal::from_scale_tril(&loc, points.scale_tril());
/// assert!(again.precision_matrix().allclose(&covariance.inverse()) && again.loc().equal(&loc));
/// ```
#[derive(Clone)]
pub struct MultivariateNormal {
    loc: Tensor,
    spread: Spread,
    validates: bool,
}

spread_constructors!(MultivariateNormal, loc: "a mean");

impl MultivariateNormal {
    fn made(loc: Arg, matrix: Arg, given: Matrix, validates: bool) -> Result<Self> {
        let [loc, matrix] = [loc, matrix].map(|it| super::numbers::broadcast_all([it]));
        let ([loc], [matrix]) = (loc?, matrix?);
        if loc.dim() < 1 {
            return Err(Error::value("loc must be at least one-dimensional."));
        }
        if matrix.dim() < 2 {
            let name = match given {
                Matrix::ScaleTril => "scale_tril matrix",
                other => other.name(),
            };
            return Err(Error::value(format!(
                "{name} must be at least two-dimensional, with optional leading batch dimensions"
            )));
        }
        let (rows, sizes) = (loc.size(-1), matrix.dims());
        let batch =
            crate::shape::broadcast(&sizes[..sizes.len() - 2], &loc.dims()[..loc.dim() - 1])?;
        let made = Self {
            loc: loc.try_expand([batch.dims(), &[rows]].concat())?,
            spread: Spread::of(given, matrix, &batch)?,
            validates,
        };
        if validates {
            check_parameter(&made, "loc", &made.loc, &constraints::real_vector())?;
            made.spread.check(&made)?;
        }
        let spread = made.spread.factored()?;
        // PyTorch fails where the numbers are computed.
        let tril = &spread.tril;
        if tril.size(-1) != rows || tril.size(-2) != rows {
            return Err(Error::runtime(format!(
                "{} must be {rows} by {rows} for a loc of {rows}, but got {} by {}",
                given.name(),
                tril.size(-2),
                tril.size(-1)
            )));
        }
        Ok(Self { spread, ..made })
    }

    /// The mean.
    pub fn loc(&self) -> &Tensor {
        &self.loc
    }

    /// The factor as it was given, without the dimensions of the batch that are repeated.
    pub(super) fn unbroadcast_tril(&self) -> &Tensor {
        &self.spread.tril
    }
}

impl fmt::Display for MultivariateNormal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters = [
            ("loc", &self.loc),
            (self.spread.given.name(), &self.spread.matrix),
        ];
        show(f, "MultivariateNormal", &parameters)
    }
}

crate::shown::debug_is_display!(MultivariateNormal);

impl Distribution for MultivariateNormal {
    fn batch_shape(&self) -> Shape {
        self.loc.dims()[..self.loc.dim() - 1].into()
    }

    fn event_shape(&self) -> Shape {
        [self.loc.size(-1)].into()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        let event = self.event_shape();
        Ok(Self {
            loc: self.loc.try_expand([shape.dims(), event.dims()].concat())?,
            spread: self.spread.expand(shape)?,
            validates: self.validates,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(constraints::real_vector())
    }

    fn try_mean(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_mode(&self) -> Result<Tensor> {
        Ok(self.loc.clone())
    }

    fn try_variance(&self) -> Result<Tensor> {
        self.spread
            .tril
            .pow(2)
            .sum_dim(-1, false)
            .try_expand(self.loc.shape())
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let eps = standard_normal(&self.extended_shape(shape), &self.loc)?;
        self.loc.try_add(matrix_vector(&self.spread.tril, &eps)?)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let apart = self.valid(value)? - &self.loc;
        let distance = mahalanobis(&self.spread.tril, &apart)?;
        let n = self.loc.size(-1) as f64;
        Ok(-0.5 * (n * (2. * PI).ln() + distance) - half_log_det(&self.spread.tril)?)
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let n = self.loc.size(-1) as f64;
        let entropy = 0.5 * n * (1. + (2. * PI).ln()) + half_log_det(&self.spread.tril)?;
        entropy.try_expand(self.batch_shape())
    }
}
