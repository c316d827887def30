//! Correlations.

use super::beta::Beta;
use super::constraint::Constraint;
use super::constraints;
use super::distribution::Distribution;
use super::numbers::{broadcast_all, counting, standard_normal};
use super::validation::{check_parameter, show, validate_args};
use crate::autograd::no_grad;
use crate::error::{Error, OrPanic, Result};
use crate::limits::float_info;
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::f64::consts::PI;
use std::fmt;

/// Lower triangular factors of correlation matrices, after Lewandowski, Kurowicka and Joe (2009). PyTorch:
/// `torch.distributions.LKJCholesky`.
///
/// ```
/// use wick::distributions::LKJCholesky;
/// use wick::prelude::*;
/// manual_seed(0);
/// let factors = LKJCholesky::new(2, 1.);
/// let factor = factors.sample(());
/// assert_eq!(factor.to_string(), "tensor([[ 1.0000,  0.0000],\n        [-0.2073,  0.9783]])");
/// let correlations = factor.matmul(&factor.t());
/// assert!(correlations.diagonal(0).allclose(&Tensor::ones(2)));
/// assert_eq!((factors.size(), factors.concentration().item::<f32>()), (2, 1.));
/// ```
#[derive(Clone)]
pub struct LKJCholesky {
    size: usize,
    concentration: Tensor,
    validates: bool,
}

impl LKJCholesky {
    /// Of matrices with so many rows, and how close the correlations are to none: 1 where all matrices are as likely.
    ///
    /// # Panics
    /// When there are fewer than two rows, or a concentration is not positive.
    #[track_caller]
    pub fn new(dim: usize, concentration: impl crate::Given<Arg>) -> Self {
        Self::try_new(dim, concentration).or_panic()
    }

    /// [`LKJCholesky::new`] that returns what is wrong instead of panicking.
    pub fn try_new(dim: usize, concentration: impl crate::Given<Arg>) -> Result<Self> {
        Self::made(dim, concentration.into(), validate_args())
    }

    /// Of these parameters, whatever they are; values to score are not looked at either.
    ///
    /// # Panics
    /// When there are fewer than two rows.
    #[track_caller]
    pub fn without_validation(dim: usize, concentration: impl crate::Given<Arg>) -> Self {
        Self::made(dim, concentration.into(), false).or_panic()
    }

    fn made(size: usize, concentration: Arg, validates: bool) -> Result<Self> {
        if size < 2 {
            return Err(Error::value(format!(
                "Expected dim to be an integer greater than or equal to 2. Found dim={size}."
            )));
        }
        let [concentration] = broadcast_all([concentration])?;
        let made = Self {
            size,
            concentration,
            validates,
        };
        // As in PyTorch, where the distribution that rows are drawn from is always looked at, and first.
        made.rows(validate_args())?;
        if validates {
            check_parameter(
                &made,
                "concentration",
                &made.concentration,
                &constraints::positive(),
            )?;
        }
        Ok(made)
    }

    /// What the squared length of each row is, less its last number.
    fn rows(&self, validates: bool) -> Result<Beta> {
        let marginal = &self.concentration + 0.5 * (self.size as f64 - 2.);
        let offset = counting(self.size - 1, &self.concentration)?;
        let offset = Tensor::try_cat(&[offset.new_zeros([1]), offset], 0)?;
        let zero = marginal.try_unsqueeze(-1)? - 0.5 * &offset;
        Beta::made([(offset + 0.5).into(), zero.into()], validates)
    }

    /// How many rows and columns a matrix has. PyTorch: `torch.distributions.LKJCholesky.dim`.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How close the correlations are to none.
    pub fn concentration(&self) -> &Tensor {
        &self.concentration
    }
}

impl fmt::Display for LKJCholesky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, "LKJCholesky", &[("concentration", &self.concentration)])
    }
}

crate::shown::debug_is_display!(LKJCholesky);

impl Distribution for LKJCholesky {
    fn batch_shape(&self) -> Shape {
        self.concentration.shape()
    }

    fn event_shape(&self) -> Shape {
        [self.size, self.size].into()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        Ok(Self {
            concentration: self.concentration.try_expand(shape)?,
            ..self.clone()
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        Ok(Constraint::CorrCholesky)
    }

    // The onion method: a row's direction is that of normal numbers, its length that of a beta number.
    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        no_grad(|| {
            let lengths = self.rows(false)?.draw(shape)?.try_unsqueeze(-1)?;
            let normal = standard_normal(&self.extended_shape(shape), &lengths)?.try_tril(-1)?;
            let directions = normal.try_div(normal.try_norm_dim(2., -1, true)?)?;
            // The first row has no direction.
            let first = counting(self.size, &lengths)?
                .try_eq(0)?
                .try_unsqueeze(-1)?;
            let rows = lengths
                .try_sqrt()?
                .try_mul(first.try_where_(0., directions)?)?;
            let tiny = float_info(rows.dtype())?.tiny;
            let rest = 1 - rows.pow(2).try_sum_dim(-1, false)?;
            let diagonal = rest.try_clamp_min(tiny)?.try_sqrt()?;
            rows.try_add(diagonal.try_diag_embed(0, -2, -1)?)
        })
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let diagonal = self.valid(value)?.try_diagonal_dims(0, -2, -1)?;
        let diagonal = diagonal.try_narrow(-1, 1, self.size - 1)?;
        let size = self.size as i64;
        let order = Tensor::try_arange(2, size + 1, 1)?;
        let order = 2 * (&self.concentration - 1).try_unsqueeze(-1)? + size - order;
        let unnormalized = (order * diagonal.log()).try_sum_dim(-1, false)?;
        let less = (self.size - 1) as f64;
        let alpha = &self.concentration + 0.5 * less;
        let below = alpha.lgamma() * less;
        let above = (&alpha - 0.5).try_mvlgamma(size - 1)?;
        Ok(unnormalized - (0.5 * less * PI.ln() + above - below))
    }
}
