//! Covariance matrices.

use super::constraint::Constraint;
use super::distribution::Distribution;
use super::gamma::Chi2;
use super::numbers::{broadcast_all, counting, standard_normal};
use super::spread::{Matrix, Spread, half_log_det, spread_constructors};
use super::validation::{check_parameter, formatted, show};
use crate::error::{Error, Result};
use crate::limits::float_info;
use crate::linalg;
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::LN_2;
use std::fmt;

/// Covariance matrices of normal vectors, times how many vectors there are. PyTorch: `torch.distributions.Wishart`.
///
/// ```
/// use wick::distributions::Wishart;
/// use wick::prelude::*;
/// manual_seed(0);
/// let covariance = tensor!([[2., 0.5], [0.5, 1.]]);
/// let matrices = Wishart::new(4., &covariance);
/// assert_eq!(matrices.sample(()).to_string(), "tensor([[1.7385, 1.7447],\n        [1.7447, 2.6412]])");
/// assert_eq!(matrices.mean().to_string(), "tensor([[8., 2.],\n        [2., 4.]])");
/// // The same by the factor of the matrix, or by its inverse.
/// let again = Wishart::from_scale_tril(4., matrices.scale_tril());
/// assert!(again.covariance_matrix().allclose(&covariance) && again.df().equal(matrices.df()));
/// let again = Wishart::from_precision_matrix(4., matrices.precision_matrix());
/// assert!(again.covariance_matrix().allclose(&covariance));
/// ```
#[derive(Clone)]
pub struct Wishart {
    df: Tensor,
    spread: Spread,
    validates: bool,
}

spread_constructors!(Wishart, df: "the degrees of freedom");

impl Wishart {
    fn made(df: Arg, matrix: Arg, given: Matrix, validates: bool) -> Result<Self> {
        let [matrix] = broadcast_all([matrix])?;
        if matrix.dim() < 2 {
            let why = "scale_tril must be at least two-dimensional, with optional leading batch dimensions";
            return Err(Error::value(why));
        }
        let (sizes, rows) = (matrix.dims(), matrix.size(-1));
        let shown = match &df {
            Arg::Tensor(df) => formatted(df),
            Arg::Scalar(df) => crate::nn::python::number(*df),
        };
        let df = match df {
            Arg::Tensor(df) => df,
            Arg::Scalar(df) => matrix.new_full((), df),
        };
        let batch = crate::shape::broadcast(&sizes[..sizes.len() - 2], &df.shape())?;
        let most = rows as f64 - 1.;
        if df.detach().try_le(most)?.try_any()?.try_item::<bool>()? {
            return Err(Error::value(format!(
                "Value of df={shown} expected to be greater than ndim - 1 = {most}."
            )));
        }
        let made = Self {
            df: df.try_expand(&batch)?,
            spread: Spread::of(given, matrix, &batch)?,
            validates,
        };
        if validates {
            made.spread.check(&made)?;
            check_parameter(&made, "df", &made.df, &Constraint::GreaterThan(most.into()))?;
        }
        let spread = made.spread.factored()?;
        Ok(Self { spread, ..made })
    }

    /// The degrees of freedom: of how many vectors the matrices are.
    pub fn df(&self) -> &Tensor {
        &self.df
    }

    fn rows(&self) -> usize {
        self.spread.matrix.size(-1)
    }

    /// Bartlett's decomposition: a triangular factor of chi and normal numbers.
    fn bartlett(&self, shape: &Shape) -> Result<Tensor> {
        let (p, tril) = (self.rows(), &self.spread.tril);
        let df = self.df.try_unsqueeze(-1)? - counting(p, tril)?;
        let squares = Chi2::made(df.into(), false)?.draw_through(shape)?;
        let eps = float_info(squares.dtype())?.eps;
        let diagonal = squares
            .try_sqrt()?
            .try_clamp_min(eps)?
            .try_diag_embed(0, -2, -1)?;
        let batch = self.batch_shape();
        let below = [shape.dims(), batch.dims(), &[p * (p - 1) / 2]]
            .concat()
            .into();
        let below = standard_normal(&below, &diagonal)?;
        let factor = tril.try_matmul(&diagonal.try_add(lower(&below, p)?)?)?;
        factor.try_matmul(&factor.try_mt()?)
    }

    fn log_scale(&self) -> Result<Tensor> {
        let p = self.rows() as f64;
        Ok(p * LN_2 / 2. + half_log_det(&self.spread.tril)?)
    }
}

/// A number for each matrix of the batch.
fn of_matrices(number: &Tensor) -> Result<Tensor> {
    number.try_unsqueeze(-1)?.try_unsqueeze(-1)
}

/// Matrices with these numbers below the diagonal, row by row.
fn lower(numbers: &Tensor, rows: usize) -> Result<Tensor> {
    let sizes = numbers.dims();
    let batch = &sizes[..sizes.len() - 1];
    let mut lines = Vec::with_capacity(rows);
    for row in 0..rows {
        let line = numbers.try_narrow(-1, (row * row.saturating_sub(1) / 2) as i64, row)?;
        let rest = numbers.new_zeros([batch, &[rows - row]].concat());
        lines.push(Tensor::try_cat(&[line, rest], -1)?);
    }
    Tensor::try_stack(&lines, -2)
}

impl fmt::Display for Wishart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let matrix = (self.spread.given.name(), &self.spread.matrix);
        show(f, "Wishart", &[matrix, ("df", &self.df)])
    }
}

crate::shown::debug_is_display!(Wishart);

impl Distribution for Wishart {
    fn batch_shape(&self) -> Shape {
        self.df.shape()
    }

    fn event_shape(&self) -> Shape {
        [self.rows(), self.rows()].into()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn has_rsample(&self) -> bool {
        true
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        Ok(Self {
            df: self.df.try_expand(shape)?,
            spread: self.spread.expand(shape)?,
            validates: self.validates,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::PositiveDefinite)
    }

    fn try_mean(&self) -> Result<Tensor> {
        of_matrices(&self.df)?.try_mul(self.spread.covariance()?)
    }

    fn try_mode(&self) -> Result<Tensor> {
        let factor = &self.df - (self.rows() as f64 + 1.);
        let factor = factor.try_masked_fill(&factor.le(0), f64::NAN)?;
        of_matrices(&factor)?.try_mul(self.spread.covariance()?)
    }

    fn try_variance(&self) -> Result<Tensor> {
        let covariance = self.spread.covariance()?;
        let diagonal = covariance.try_diagonal_dims(0, -2, -1)?;
        let products = diagonal
            .try_unsqueeze(-1)?
            .try_mul(diagonal.try_unsqueeze(-2)?)?;
        of_matrices(&self.df)?.try_mul(covariance.try_pow(2)?.try_add(products)?)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        let sample = self.bartlett(shape)?;
        let of_batch: Vec<i64> = (1..=self.batch_shape().rank() as i64)
            .map(|dim| -dim)
            .collect();
        let of_draws = |holds: Tensor| match of_batch.is_empty() {
            true => Ok(holds),
            false => holds.try_any_dim(&of_batch, false),
        };
        // PyTorch draws those anew that are in order, once, and then keeps what is: the draws are to be the same.
        let again = of_draws(Constraint::PositiveDefinite.try_check(&sample)?)?;
        let count = again.try_sum()?.try_item::<i64>()? as usize;
        if count == 0 {
            return Ok(sample);
        }
        let event = self.extended_shape(&Shape::from([]));
        let anew = self.bartlett(&[count].into())?;
        let mask = (0..event.rank()).try_fold(again, |mask, _| mask.try_unsqueeze(-1))?;
        sample.try_masked_scatter(&mask.try_expand(sample.shape())?, &anew)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let (x, nu, p) = (self.valid(value)?, &self.df, self.rows() as f64);
        let (_, log_det) = linalg::try_slogdet(&x)?;
        let solved = linalg::try_cholesky_solve(&x, &self.spread.tril, false)?;
        let trace = solved
            .try_diagonal_dims(0, -2, -1)?
            .try_sum_dim(-1, false)?;
        Ok(
            -nu * self.log_scale()? - (nu / 2).try_mvlgamma(p as i64)?
                + (nu - p - 1.) / 2 * log_det
                - trace / 2,
        )
    }

    fn try_entropy(&self) -> Result<Tensor> {
        let (nu, p) = (&self.df, self.rows() as f64);
        let steps = (nu / 2).try_unsqueeze(-1)? - counting(self.rows(), nu)? / 2;
        let digamma = steps.try_digamma()?.try_sum_dim(-1, false)?;
        Ok(
            (p + 1.) * self.log_scale()? + (nu / 2).try_mvlgamma(p as i64)?
                - (nu - p - 1.) / 2 * digamma
                + nu * p / 2,
        )
    }
}
