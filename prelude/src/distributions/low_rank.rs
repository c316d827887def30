//! The bell curve in many dimensions that vary in few ways.

use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::numbers::{broadcast_all, standard_normal};
use super::spread::{half_log_det, mahalanobis, matrix_vector};
use super::validation::{check_parameter, show, validate_args};
use crate::error::{Error, OrPanic, Result};
use crate::linalg;
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::PI;
use std::fmt;

/// Vectors of normal numbers whose covariance matrix is `cov_factor · cov_factorᵀ` and a diagonal. Nothing is computed of
/// matrices as large as that one. PyTorch: `torch.distributions.LowRankMultivariateNormal`.
///
/// ```
/// use wick::distributions::LowRankMultivariateNormal;
/// use wick::prelude::*;
/// manual_seed(0);
/// let points = LowRankMultivariateNormal::new(Tensor::zeros(2), tensor!([[1.], [0.]]), Tensor::ones(2));
/// assert_eq!(points.sample(()).to_string(), "tensor([ 1.2476, -2.1788])");
/// assert_eq!(points.covariance_matrix().to_string(), "tensor([[2., 0.],\n        [0., 1.]])");
/// assert_eq!(points.precision_matrix().to_string(), "tensor([[0.5000, 0.0000],\n        [0.0000, 1.0000]])");
/// assert_eq!(points.scale_tril().to_string(), "tensor([[1.4142, 0.0000],\n        [0.0000, 1.0000]])");
/// assert_eq!((points.loc().dim(), points.cov_factor().dim(), points.cov_diag().dim()), (1, 2, 1));
/// ```
#[derive(Clone)]
pub struct LowRankMultivariateNormal {
    loc: Tensor,
    cov_factor: Tensor,
    cov_diag: Tensor,
    /// As they were given, without the dimensions of the batch that are repeated.
    factor: Tensor,
    diag: Tensor,
    /// The factor of the small matrix that stands for the large one.
    capacitance: Tensor,
    validates: bool,
}

impl LowRankMultivariateNormal {
    /// Of a mean, a matrix with a row for each number, and the variance that each number has to itself.
    ///
    /// # Panics
    /// When the shapes do not go together, or a variance is not positive.
    #[track_caller]
    pub fn new(
        loc: impl crate::Given<Arg>,
        cov_factor: impl crate::Given<Arg>,
        cov_diag: impl crate::Given<Arg>,
    ) -> Self {
        Self::try_new(loc, cov_factor, cov_diag).or_panic()
    }

    /// [`LowRankMultivariateNormal::new`] that returns what is wrong instead of panicking.
    pub fn try_new(
        loc: impl crate::Given<Arg>,
        cov_factor: impl crate::Given<Arg>,
        cov_diag: impl crate::Given<Arg>,
    ) -> Result<Self> {
        Self::made(
            loc.into(),
            cov_factor.into(),
            cov_diag.into(),
            validate_args(),
        )
    }

    /// Of these parameters, whatever they are; values to score are not looked at either.
    ///
    /// # Panics
    /// When the shapes do not go together, or a matrix has no factor.
    #[track_caller]
    pub fn without_validation(
        loc: impl crate::Given<Arg>,
        cov_factor: impl crate::Given<Arg>,
        cov_diag: impl crate::Given<Arg>,
    ) -> Self {
        Self::made(loc.into(), cov_factor.into(), cov_diag.into(), false).or_panic()
    }

    fn made(loc: Arg, cov_factor: Arg, cov_diag: Arg, validates: bool) -> Result<Self> {
        let [loc] = broadcast_all([loc])?;
        let [factor] = broadcast_all([cov_factor])?;
        let [diag] = broadcast_all([cov_diag])?;
        let batch = check_shapes(&loc, &factor, &diag)?;
        let (n, rank) = (loc.size(-1), factor.size(-1));
        let made = Self {
            loc: loc.try_expand([batch.dims(), &[n]].concat())?,
            cov_factor: factor.try_expand([batch.dims(), &[n, rank]].concat())?,
            cov_diag: diag.try_expand([batch.dims(), &[n]].concat())?,
            capacitance: factor.clone(),
            factor,
            diag,
            validates,
        };
        if validates {
            check_parameter(&made, "loc", &made.loc, &constraints::real_vector())?;
            check_parameter(
                &made,
                "cov_factor",
                &made.cov_factor,
                &Constraint::Real.independent(2),
            )?;
            let constraint = constraints::positive().independent(1);
            check_parameter(&made, "cov_diag", &made.cov_diag, &constraint)?;
        }
        let capacitance = capacitance(&made.factor, &made.diag)?;
        Ok(Self {
            capacitance,
            ..made
        })
    }

    /// The mean.
    pub fn loc(&self) -> &Tensor {
        &self.loc
    }

    /// The ways in which the numbers vary together.
    pub fn cov_factor(&self) -> &Tensor {
        &self.cov_factor
    }

    /// How each number varies by itself.
    pub fn cov_diag(&self) -> &Tensor {
        &self.cov_diag
    }

    /// How the numbers vary.
    #[track_caller]
    pub fn covariance_matrix(&self) -> Tensor {
        self.square(|| {
            let together = self.factor.try_matmul(&self.factor.try_mt()?)?;
            together.try_add(self.diag.try_diag_embed(0, -2, -1)?)
        })
        .or_panic()
    }

    /// The inverse of the covariance matrix.
    #[track_caller]
    pub fn precision_matrix(&self) -> Tensor {
        self.square(|| {
            let a = linalg::try_solve_triangular(
                &self.capacitance,
                &scaled(&self.factor, &self.diag)?,
                false,
            )?;
            let alone = self.diag.reciprocal().try_diag_embed(0, -2, -1)?;
            alone.try_sub(a.try_mt()?.try_matmul(&a)?)
        })
        .or_panic()
    }

    /// The lower triangular factor of the covariance matrix.
    #[track_caller]
    pub fn scale_tril(&self) -> Tensor {
        self.square(|| {
            let deviation = self.diag.sqrt().try_unsqueeze(-1)?;
            let measured = &self.factor / &deviation;
            let whole = plus_one(&measured.try_matmul(&measured.try_mt()?)?)?;
            deviation.try_mul(linalg::try_cholesky(&whole)?)
        })
        .or_panic()
    }

    fn square(&self, compute: impl FnOnce() -> Result<Tensor>) -> Result<Tensor> {
        let (batch, event) = (self.batch_shape(), self.event_shape());
        compute()?.try_expand([batch.dims(), event.dims(), event.dims()].concat())
    }

    /// The factor and the diagonal as they were given, without the dimensions of the batch that are repeated.
    pub(super) fn unbroadcast(&self) -> (&Tensor, &Tensor) {
        (&self.factor, &self.diag)
    }

    pub(super) fn capacitance(&self) -> &Tensor {
        &self.capacitance
    }

    /// The squared length of vectors, measured by the covariance matrix.
    pub(super) fn distance(&self, x: &Tensor) -> Result<Tensor> {
        let by_ways = matrix_vector(&scaled(&self.factor, &self.diag)?, x)?;
        let alone = (x.pow(2) / &self.diag).sum_dim(-1, false);
        Ok(alone - mahalanobis(&self.capacitance, &by_ways)?)
    }

    pub(super) fn log_det(&self) -> Result<Tensor> {
        Ok(2 * half_log_det(&self.capacitance)? + self.diag.log().sum_dim(-1, false))
    }
}

/// The batch's shape. Fails where the parameters do not go together.
fn check_shapes(loc: &Tensor, factor: &Tensor, diag: &Tensor) -> Result<Shape> {
    if loc.dim() < 1 {
        return Err(Error::value("loc must be at least one-dimensional."));
    }
    let n = loc.size(-1);
    if factor.dim() < 2 {
        let why =
            "cov_factor must be at least two-dimensional, with optional leading batch dimensions";
        return Err(Error::value(why));
    }
    if factor.size(-2) != n {
        let why = format!("cov_factor must be a batch of matrices with shape {n} x m");
        return Err(Error::value(why));
    }
    if diag.dim() < 1 || diag.size(-1) != n {
        let why = format!(
            "cov_diag must be a batch of vectors with shape {}",
            Shape::from([n])
        );
        return Err(Error::value(why));
    }
    let batches = [
        &loc.dims()[..loc.dim() - 1],
        &factor.dims()[..factor.dim() - 2],
        &diag.dims()[..diag.dim() - 1],
    ];
    let batch = batches
        .into_iter()
        .try_fold(Shape::from([]), |batch, next| {
            crate::shape::broadcast(&batch, next)
        });
    batch.map_err(|_| {
        Error::value(format!(
            "Incompatible batch shapes: loc {}, cov_factor {}, cov_diag {}",
            loc.shape(),
            factor.shape(),
            diag.shape()
        ))
    })
}

/// The transposed factor, measured by the variances.
pub(super) fn scaled(factor: &Tensor, diag: &Tensor) -> Result<Tensor> {
    factor.try_mt()?.try_div(diag.try_unsqueeze(-2)?)
}

/// A square matrix with 1 added to its diagonal.
fn plus_one(matrix: &Tensor) -> Result<Tensor> {
    let one = matrix.new_ones(matrix.size(-1));
    matrix.try_add(one.try_diag_embed(0, -2, -1)?)
}

fn capacitance(factor: &Tensor, diag: &Tensor) -> Result<Tensor> {
    linalg::try_cholesky(&plus_one(&scaled(factor, diag)?.try_matmul(factor)?)?)
}

impl fmt::Display for LowRankMultivariateNormal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters = [
            ("loc", &self.loc),
            ("cov_factor", &self.cov_factor),
            ("cov_diag", &self.cov_diag),
        ];
        show(f, "LowRankMultivariateNormal", &parameters)
    }
}

crate::shown::debug_is_display!(LowRankMultivariateNormal);

impl Distribution for LowRankMultivariateNormal {
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
        let vectors = [shape.dims(), event.dims()].concat();
        let matrices = [&vectors[..], &[self.cov_factor.size(-1)]].concat();
        Ok(Self {
            loc: self.loc.try_expand(&vectors)?,
            cov_factor: self.cov_factor.try_expand(matrices)?,
            cov_diag: self.cov_diag.try_expand(&vectors)?,
            ..self.clone()
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
        let variance = self.factor.pow(2).sum_dim(-1, false) + &self.diag;
        variance.try_expand(self.loc.shape())
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let shape = self.extended_shape(shape);
        let ways = [&shape[..shape.rank() - 1], &[self.cov_factor.size(-1)]].concat();
        let together = standard_normal(&ways.into(), &self.loc)?;
        let alone = standard_normal(&shape, &self.loc)?;
        Ok(&self.loc + matrix_vector(&self.factor, &together)? + self.diag.sqrt() * alone)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let distance = self.distance(&(self.valid(value)? - &self.loc))?;
        let n = self.loc.size(-1) as f64;
        Ok(-0.5 * (n * (2. * PI).ln() + self.log_det()? + distance))
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let n = self.loc.size(-1) as f64;
        let entropy = 0.5 * (n * (1. + (2. * PI).ln()) + self.log_det()?);
        entropy.try_expand(self.batch_shape())
    }
}
