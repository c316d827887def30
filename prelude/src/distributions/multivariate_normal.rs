//! The bell curve in several dimensions.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::numbers::standard_normal;
use super::spread::{Matrix, Spread, half_log_det, mahalanobis, matrix_vector};
use super::validation::{check_parameter, show, validate_args};
use crate::error::{Error, OrPanic, Result};
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

impl MultivariateNormal {
    /// Of a mean and a covariance matrix, or batches of them.
    ///
    /// # Panics
    /// When the shapes do not go together, or a matrix is not symmetric with positive eigenvalues.
    #[track_caller]
    pub fn new(loc: impl crate::Given<Arg>, covariance_matrix: impl crate::Given<Arg>) -> Self {
        Self::try_new(loc, covariance_matrix).or_panic()
    }

    /// [`MultivariateNormal::new`] that returns what is wrong instead of panicking.
    pub fn try_new(
        loc: impl crate::Given<Arg>,
        covariance_matrix: impl crate::Given<Arg>,
    ) -> Result<Self> {
        Self::made(
            loc.into(),
            covariance_matrix.into(),
            Matrix::Covariance,
            validate_args(),
        )
    }

    /// Of a mean and a covariance matrix; neither they nor values to score are looked at.
    ///
    /// # Panics
    /// When the shapes do not go together, or a matrix has no factor.
    #[track_caller]
    pub fn without_validation(
        loc: impl crate::Given<Arg>,
        covariance_matrix: impl crate::Given<Arg>,
    ) -> Self {
        Self::made(
            loc.into(),
            covariance_matrix.into(),
            Matrix::Covariance,
            false,
        )
        .or_panic()
    }

    /// Of a mean and the inverse of a covariance matrix.
    ///
    /// # Panics
    /// When the shapes do not go together, or a matrix is not symmetric with positive eigenvalues.
    #[track_caller]
    pub fn from_precision_matrix(
        loc: impl crate::Given<Arg>,
        precision_matrix: impl crate::Given<Arg>,
    ) -> Self {
        Self::try_from_precision_matrix(loc, precision_matrix).or_panic()
    }

    /// [`MultivariateNormal::from_precision_matrix`] that returns what is wrong instead of panicking.
    pub fn try_from_precision_matrix(
        loc: impl crate::Given<Arg>,
        precision_matrix: impl crate::Given<Arg>,
    ) -> Result<Self> {
        Self::made(
            loc.into(),
            precision_matrix.into(),
            Matrix::Precision,
            validate_args(),
        )
    }

    /// Of a mean and the lower triangular factor of a covariance matrix.
    ///
    /// # Panics
    /// When the shapes do not go together, or a factor is not triangular with a positive diagonal.
    #[track_caller]
    pub fn from_scale_tril(
        loc: impl crate::Given<Arg>,
        scale_tril: impl crate::Given<Arg>,
    ) -> Self {
        Self::try_from_scale_tril(loc, scale_tril).or_panic()
    }

    /// [`MultivariateNormal::from_scale_tril`] that returns what is wrong instead of panicking.
    pub fn try_from_scale_tril(
        loc: impl crate::Given<Arg>,
        scale_tril: impl crate::Given<Arg>,
    ) -> Result<Self> {
        Self::made(
            loc.into(),
            scale_tril.into(),
            Matrix::ScaleTril,
            validate_args(),
        )
    }

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

    /// The lower triangular factor of the covariance matrix.
    #[track_caller]
    pub fn scale_tril(&self) -> Tensor {
        self.spread.scale_tril().or_panic()
    }

    /// How the numbers vary together.
    #[track_caller]
    pub fn covariance_matrix(&self) -> Tensor {
        self.spread.covariance().or_panic()
    }

    /// The inverse of the covariance matrix.
    #[track_caller]
    pub fn precision_matrix(&self) -> Tensor {
        self.spread.precision().or_panic()
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

impl fmt::Debug for MultivariateNormal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

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
