//! What numbers may be: the values of parameters, and what can be drawn.

use super::validation::formatted;
use crate::error::{Error, OrPanic, Result};
use crate::limits::float_info;
use crate::nn::python::float as python_float;
use crate::scalar::{Arg, Scalar};
use crate::tensor::Tensor;
use std::fmt;

/// What the numbers of a tensor, or the vectors or matrices in it, have to be. PyTorch:
/// `torch.distributions.constraints.Constraint`.
///
/// ```
/// use wick::distributions::{Constraint, constraints};
/// use wick::prelude::*;
/// let share = constraints::unit_interval();
/// assert_eq!(share.to_string(), "Interval(lower_bound=0.0, upper_bound=1.0)");
/// assert_eq!(share.check(&tensor!([0.5, 1.5])).to_string(), "tensor([ True, False])");
/// let shares = Constraint::Simplex;
/// assert_eq!((shares.event_dim(), shares.is_discrete()), (1, false));
/// assert_eq!(shares.check(&tensor!([[0.5, 0.5], [0.5, 0.6]])).to_string(), "tensor([ True, False])");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub enum Constraint {
    /// 0 or 1.
    Boolean,
    /// Vectors of zeros and a single one.
    OneHot,
    /// Whole numbers between two bounds, both included.
    IntegerInterval(Arg, Arg),
    /// Whole numbers from a bound on.
    IntegerGreaterThan(Arg),
    /// Any number.
    Real,
    /// Above a bound.
    GreaterThan(Arg),
    /// From a bound on.
    GreaterThanEq(Arg),
    /// Below a bound.
    LessThan(Arg),
    /// Between two bounds, both included.
    Interval(Arg, Arg),
    /// Between two bounds, of which the second is not included.
    HalfOpenInterval(Arg, Arg),
    /// Vectors of shares that add up to 1.
    Simplex,
    /// Vectors of counts that add up to at most this number.
    Multinomial(i64),
    /// Square matrices with nothing above the diagonal.
    LowerTriangular,
    /// The same with a positive diagonal.
    LowerCholesky,
    /// The same with rows of length 1.
    CorrCholesky,
    /// Symmetric matrices.
    Symmetric,
    /// Symmetric matrices without negative eigenvalues.
    PositiveSemidefinite,
    /// Symmetric matrices with positive eigenvalues.
    PositiveDefinite,
    /// That a constraint holds for all elements of the last dimensions, of as many.
    Independent(Box<Constraint>, usize),
    /// What a component of a mixture gives.
    MixtureSameFamily(Box<Constraint>),
}

use Constraint::*;

impl Constraint {
    /// That it holds for all elements of the last `dims` dimensions. PyTorch:
    /// `torch.distributions.constraints.independent`.
    pub fn independent(self, dims: usize) -> Self {
        Independent(Box::new(self), dims)
    }

    /// How many dimensions of a tensor it looks at together. PyTorch:
    /// `torch.distributions.constraints.Constraint.event_dim`.
    pub fn event_dim(&self) -> usize {
        match self {
            OneHot | Simplex | Multinomial(_) => 1,
            LowerTriangular | LowerCholesky | CorrCholesky => 2,
            Symmetric | PositiveSemidefinite | PositiveDefinite => 2,
            Independent(base, dims) => base.event_dim() + dims,
            MixtureSameFamily(base) => base.event_dim(),
            _ => 0,
        }
    }

    /// Whether what it allows can be counted. PyTorch: `torch.distributions.constraints.Constraint.is_discrete`.
    pub fn is_discrete(&self) -> bool {
        match self {
            Boolean | OneHot | IntegerInterval(..) | IntegerGreaterThan(_) | Multinomial(_) => true,
            Independent(base, _) | MixtureSameFamily(base) => base.is_discrete(),
            _ => false,
        }
    }

    /// Where it holds: truth values of the shape of `value` less the dimensions that are looked at together. PyTorch:
    /// `torch.distributions.constraints.Constraint.check`.
    ///
    /// # Panics
    /// When `value` has too few dimensions, or its shape does not go with that of a bound.
    #[track_caller]
    pub fn check(&self, value: &Tensor) -> Tensor {
        self.try_check(value).or_panic()
    }

    /// [`Constraint::check`] that returns what is wrong instead of panicking.
    pub fn try_check(&self, value: &Tensor) -> Result<Tensor> {
        let x = &value.detach();
        let too_few = |least: usize| {
            Error::value(format!(
                "Expected value.dim() >= {least} but got {}",
                value.dim()
            ))
        };
        if x.dim() < self.event_dim() {
            return Err(too_few(self.event_dim()));
        }
        match self {
            Boolean => x.try_eq(0)?.try_logical_or(&x.try_eq(1)?),
            OneHot => {
                let one = x.try_sum_dim(-1, false)?.try_eq(1)?;
                Boolean
                    .try_check(x)?
                    .try_all_dim(-1, false)?
                    .try_logical_and(&one)
            }
            IntegerInterval(low, high) => whole(x)?.try_logical_and(&between(x, low, high)?),
            IntegerGreaterThan(low) => whole(x)?.try_logical_and(&x.try_ge(low.clone())?),
            Real => x.try_eq(x),
            GreaterThan(low) => x.try_gt(low.clone()),
            GreaterThanEq(low) => x.try_ge(low.clone()),
            LessThan(high) => x.try_lt(high.clone()),
            Interval(low, high) => between(x, low, high),
            HalfOpenInterval(low, high) => x
                .try_ge(low.clone())?
                .try_logical_and(&x.try_lt(high.clone())?),
            Simplex => {
                let whole = (x.try_sum_dim(-1, false)? - 1).abs().try_lt(1e-6)?;
                x.try_ge(0)?.try_all_dim(-1, false)?.try_logical_and(&whole)
            }
            Multinomial(most) => {
                let sum = x.try_sum_dim(-1, false)?.try_le(*most)?;
                x.try_ge(0)?.try_all_dim(-1, false)?.try_logical_and(&sum)
            }
            LowerTriangular => x.try_tril(0)?.try_eq(x)?.try_all_dim([-2, -1], false),
            LowerCholesky => {
                let diagonal = x
                    .try_diagonal_dims(0, -2, -1)?
                    .try_gt(0)?
                    .try_all_dim(-1, false)?;
                LowerTriangular.try_check(x)?.try_logical_and(&diagonal)
            }
            CorrCholesky => {
                let tolerance = float_info(x.dtype())?.eps * x.size(-1) as f64 * 10.;
                let lengths = x.try_norm_dim(2., -1, false)?;
                let unit = (lengths - 1)
                    .abs()
                    .try_le(tolerance)?
                    .try_all_dim(-1, false)?;
                LowerCholesky.try_check(x)?.try_logical_and(&unit)
            }
            Symmetric | PositiveSemidefinite | PositiveDefinite => self.check_symmetric(x),
            Independent(base, dims) => {
                let holds = base.try_check(x)?;
                let kept = holds
                    .dim()
                    .checked_sub(*dims)
                    .ok_or_else(|| too_few(self.event_dim()))?;
                match dims {
                    0 => Ok(holds),
                    _ => holds.try_flatten(kept as i64, -1)?.try_all_dim(-1, false),
                }
            }
            MixtureSameFamily(base) => {
                let events = self.event_dim();
                let holds = base.try_check(&x.try_unsqueeze(-1 - events as i64)?)?;
                let kept: Vec<i64> = x.dims()[..x.dim() - events]
                    .iter()
                    .map(|&n| n as i64)
                    .collect();
                holds
                    .try_reshape([&kept[..], &[-1]].concat())?
                    .try_all_dim(-1, false)
            }
        }
    }

    fn check_symmetric(&self, x: &Tensor) -> Result<Tensor> {
        let batch = x.dims()[..x.dim() - 2].to_vec();
        if x.size(-1) != x.size(-2) {
            return Tensor::try_zeros(&batch)?.try_to_dtype(crate::DType::Bool);
        }
        let symmetric = x
            .try_isclose(&x.try_mt()?, 1e-5, 1e-6)?
            .try_all_dim([-2, -1], false)?;
        if matches!(self, Symmetric) || !symmetric.try_all()?.try_item::<bool>()? {
            return Ok(symmetric);
        }
        match self {
            PositiveSemidefinite => crate::linalg::try_eigvalsh(x)?
                .try_ge(0)?
                .try_all_dim(-1, false),
            _ => positive_definite(x, &batch),
        }
    }

    /// Whether it holds everywhere.
    pub(super) fn holds(&self, value: &Tensor) -> Result<bool> {
        self.try_check(value)?.try_all()?.try_item()
    }
}

/// For each matrix whether it has a factor of Cholesky's.
fn positive_definite(x: &Tensor, batch: &[usize]) -> Result<Tensor> {
    let n = x.size(-1);
    let flat = x.try_reshape([-1, n as i64, n as i64])?;
    let matrices = (0..flat.size(0)).map(|at| flat.try_select(0, at as i64));
    let holds = matrices.map(|matrix| Ok(crate::linalg::try_cholesky(&matrix?).is_ok()));
    Tensor::try_from_vec(holds.collect::<Result<Vec<bool>>>()?, batch)
}

fn whole(x: &Tensor) -> Result<Tensor> {
    x.try_remainder(1)?.try_eq(0)
}

fn between(x: &Tensor, low: &Arg, high: &Arg) -> Result<Tensor> {
    x.try_ge(low.clone())?
        .try_logical_and(&x.try_le(high.clone())?)
}

/// A bound as Python shows it.
fn bound(bound: &Arg) -> String {
    match bound {
        Arg::Tensor(tensor) => formatted(tensor),
        Arg::Scalar(Scalar::Int(number)) => number.to_string(),
        Arg::Scalar(number) => python_float(number.to_f64()),
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = match self {
            Boolean => "Boolean",
            OneHot => "OneHot",
            Real => "Real",
            Simplex => "Simplex",
            Multinomial(_) => "Multinomial",
            LowerTriangular => "LowerTriangular",
            LowerCholesky => "LowerCholesky",
            CorrCholesky => "CorrCholesky",
            Symmetric => "Symmetric",
            PositiveSemidefinite => "PositiveSemidefinite",
            PositiveDefinite => "PositiveDefinite",
            IntegerGreaterThan(low) => {
                return write!(f, "IntegerGreaterThan(lower_bound={})", bound(low));
            }
            GreaterThan(low) => return write!(f, "GreaterThan(lower_bound={})", bound(low)),
            GreaterThanEq(low) => return write!(f, "GreaterThanEq(lower_bound={})", bound(low)),
            LessThan(high) => return write!(f, "LessThan(upper_bound={})", bound(high)),
            IntegerInterval(low, high) | Interval(low, high) | HalfOpenInterval(low, high) => {
                let name = match self {
                    IntegerInterval(..) => "IntegerInterval",
                    Interval(..) => "Interval",
                    _ => "HalfOpenInterval",
                };
                let (low, high) = (bound(low), bound(high));
                return write!(f, "{name}(lower_bound={low}, upper_bound={high})");
            }
            Independent(base, dims) => return write!(f, "IndependentConstraint({base}, {dims})"),
            MixtureSameFamily(base) => return write!(f, "MixtureSameFamilyConstraint({base})"),
        };
        write!(f, "{plain}()")
    }
}

crate::shown::debug_is_display!(Constraint);
