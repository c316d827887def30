//! Matrices that say how numbers vary together, given as such, by their inverses or by their factors.

use super::constraint::Constraint;
use super::validation::check_parameter;
use crate::error::Result;
use crate::linalg;
use crate::shape::Shape;
use crate::tensor::{Tensor, TensorOptions};
use std::fmt;

/// The constructors of a family of one parameter and a [`Spread`], `made` by which of its matrices is given, and what the
/// spread can be asked for.
macro_rules! spread_constructors {
    ($name:ident, $first:ident: $what:literal) => {
        impl $name {
            #[doc = concat!("Of ", $what, " and a covariance matrix, or batches of them.")]
            ///
            /// # Panics
            /// When the shapes do not go together, a matrix is not symmetric with positive eigenvalues, or the other
            /// parameter has numbers that it must not have.
            #[track_caller]
            pub fn new(
                $first: impl $crate::Given<$crate::Arg>,
                covariance_matrix: impl $crate::Given<$crate::Arg>,
            ) -> Self {
                $crate::error::OrPanic::or_panic(Self::try_new($first, covariance_matrix))
            }

            #[doc = concat!("[`", stringify!($name), "::new`] that returns what is wrong instead of panicking.")]
            pub fn try_new(
                $first: impl $crate::Given<$crate::Arg>,
                covariance_matrix: impl $crate::Given<$crate::Arg>,
            ) -> $crate::Result<Self> {
                let validates = super::validation::validate_args();
                Self::made($first.into(), covariance_matrix.into(), Matrix::Covariance, validates)
            }

            #[doc = concat!("Of ", $what, " and a covariance matrix; neither they nor values to score are looked at.")]
            ///
            /// # Panics
            /// When the shapes do not go together, or a matrix has no factor.
            #[track_caller]
            pub fn without_validation(
                $first: impl $crate::Given<$crate::Arg>,
                covariance_matrix: impl $crate::Given<$crate::Arg>,
            ) -> Self {
                let made = Self::made($first.into(), covariance_matrix.into(), Matrix::Covariance, false);
                $crate::error::OrPanic::or_panic(made)
            }

            #[doc = concat!("Of ", $what, " and the inverse of a covariance matrix.")]
            ///
            /// # Panics
            #[doc = concat!("When [`", stringify!($name), "::new`] does.")]
            #[track_caller]
            pub fn from_precision_matrix(
                $first: impl $crate::Given<$crate::Arg>,
                precision_matrix: impl $crate::Given<$crate::Arg>,
            ) -> Self {
                $crate::error::OrPanic::or_panic(Self::try_from_precision_matrix($first, precision_matrix))
            }

            #[doc = concat!("[`", stringify!($name), "::from_precision_matrix`] that returns what is wrong instead of panicking.")]
            pub fn try_from_precision_matrix(
                $first: impl $crate::Given<$crate::Arg>,
                precision_matrix: impl $crate::Given<$crate::Arg>,
            ) -> $crate::Result<Self> {
                let validates = super::validation::validate_args();
                Self::made($first.into(), precision_matrix.into(), Matrix::Precision, validates)
            }

            #[doc = concat!("Of ", $what, " and the lower triangular factor of a covariance matrix.")]
            ///
            /// # Panics
            #[doc = concat!("When a factor is not triangular with a positive diagonal, or [`", stringify!($name), "::new`] does.")]
            #[track_caller]
            pub fn from_scale_tril(
                $first: impl $crate::Given<$crate::Arg>,
                scale_tril: impl $crate::Given<$crate::Arg>,
            ) -> Self {
                $crate::error::OrPanic::or_panic(Self::try_from_scale_tril($first, scale_tril))
            }

            #[doc = concat!("[`", stringify!($name), "::from_scale_tril`] that returns what is wrong instead of panicking.")]
            pub fn try_from_scale_tril(
                $first: impl $crate::Given<$crate::Arg>,
                scale_tril: impl $crate::Given<$crate::Arg>,
            ) -> $crate::Result<Self> {
                let validates = super::validation::validate_args();
                Self::made($first.into(), scale_tril.into(), Matrix::ScaleTril, validates)
            }

            /// The lower triangular factor of the covariance matrix.
            #[track_caller]
            pub fn scale_tril(&self) -> $crate::Tensor {
                $crate::error::OrPanic::or_panic(self.spread.scale_tril())
            }

            /// The covariance matrix: how the numbers vary together.
            #[track_caller]
            pub fn covariance_matrix(&self) -> $crate::Tensor {
                $crate::error::OrPanic::or_panic(self.spread.covariance())
            }

            /// The inverse of the covariance matrix.
            #[track_caller]
            pub fn precision_matrix(&self) -> $crate::Tensor {
                $crate::error::OrPanic::or_panic(self.spread.precision())
            }
        }
    };
}
pub(super) use spread_constructors;

/// As what the spread is given.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Matrix {
    Covariance,
    Precision,
    ScaleTril,
}

impl Matrix {
    pub fn name(self) -> &'static str {
        match self {
            Matrix::Covariance => "covariance_matrix",
            Matrix::Precision => "precision_matrix",
            Matrix::ScaleTril => "scale_tril",
        }
    }

    fn constraint(self) -> Constraint {
        match self {
            Matrix::ScaleTril => Constraint::LowerCholesky,
            _ => Constraint::PositiveDefinite,
        }
    }
}

/// Square matrices, with the lower triangular factors of the covariance matrices.
#[derive(Clone)]
pub(super) struct Spread {
    pub given: Matrix,
    /// What was given, in the shape of the batch.
    pub matrix: Tensor,
    /// The factors, without the dimensions of the batch that are repeated.
    pub tril: Tensor,
}

impl Spread {
    /// What is given, before it is checked and factored.
    pub fn of(given: Matrix, matrix: Tensor, batch: &Shape) -> Result<Self> {
        let sizes = matrix.dims();
        let shape = [batch.dims(), &sizes[sizes.len() - 2..]].concat();
        Ok(Self {
            given,
            matrix: matrix.try_expand(shape)?,
            tril: matrix,
        })
    }

    pub fn check(&self, of: &dyn fmt::Display) -> Result<()> {
        check_parameter(
            of,
            self.given.name(),
            &self.matrix,
            &self.given.constraint(),
        )
    }

    /// Computes the factors.
    pub fn factored(self) -> Result<Self> {
        let tril = match self.given {
            Matrix::ScaleTril => self.tril,
            Matrix::Covariance => linalg::try_cholesky(&self.tril)?,
            Matrix::Precision => factor_of_inverse(&self.tril)?,
        };
        Ok(Self { tril, ..self })
    }

    pub fn expand(&self, batch: &Shape) -> Result<Self> {
        let sizes = self.matrix.dims();
        let shape = [batch.dims(), &sizes[sizes.len() - 2..]].concat();
        Ok(Self {
            matrix: self.matrix.try_expand(shape)?,
            ..self.clone()
        })
    }

    pub fn scale_tril(&self) -> Result<Tensor> {
        self.square(Matrix::ScaleTril, || Ok(self.tril.clone()))
    }

    pub fn covariance(&self) -> Result<Tensor> {
        self.square(Matrix::Covariance, || {
            self.tril.try_matmul(&self.tril.try_mt()?)
        })
    }

    pub fn precision(&self) -> Result<Tensor> {
        self.square(Matrix::Precision, || {
            linalg::try_cholesky_inverse(&self.tril, false)
        })
    }

    /// What was given, or what is computed from the factor, in the shape of the batch.
    fn square(&self, which: Matrix, compute: impl FnOnce() -> Result<Tensor>) -> Result<Tensor> {
        match self.given == which {
            true => Ok(self.matrix.clone()),
            false => compute()?.try_expand(self.matrix.shape()),
        }
    }
}

/// The lower triangular factor of the inverse of a matrix.
fn factor_of_inverse(precision: &Tensor) -> Result<Tensor> {
    let flipped = linalg::try_cholesky(&precision.try_flip([-2, -1])?)?;
    let inverse = flipped.try_flip([-2, -1])?.try_mt()?;
    let options = TensorOptions::new()
        .dtype(precision.dtype())
        .device(precision.device());
    let one = Tensor::try_eye_with(precision.size(-1), options)?;
    linalg::try_solve_triangular(&inverse, &one, false)
}

/// Matrices times vectors.
pub(super) fn matrix_vector(matrices: &Tensor, vectors: &Tensor) -> Result<Tensor> {
    matrices
        .try_matmul(&vectors.try_unsqueeze(-1)?)?
        .try_squeeze_dim(-1)
}

/// The squared length of vectors `x`, measured by the factors of covariance matrices.
pub(super) fn mahalanobis(tril: &Tensor, x: &Tensor) -> Result<Tensor> {
    let (sizes, n) = (x.dims(), x.try_size(-1)?);
    if tril.dim() == 2 {
        // One factor for all: as columns of a matrix, so that it is not repeated for each.
        let columns = x.try_reshape([-1, n as i64])?.try_t()?;
        let solved = linalg::try_solve_triangular(tril, &columns, false)?;
        let squares = solved.try_pow(2)?.try_sum_dim(0, false)?;
        return squares.try_reshape(&sizes[..sizes.len() - 1]);
    }
    let solved = linalg::try_solve_triangular(tril, &x.try_unsqueeze(-1)?, false)?;
    solved
        .try_squeeze_dim(-1)?
        .try_pow(2)?
        .try_sum_dim(-1, false)
}

/// The logarithm of the determinant of a triangular factor.
pub(super) fn half_log_det(tril: &Tensor) -> Result<Tensor> {
    tril.try_diagonal_dims(0, -2, -1)?
        .try_log()?
        .try_sum_dim(-1, false)
}
