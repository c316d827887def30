//! Dimensions of a batch as those of an event.

use super::constraint::Constraint;
use super::distribution::{Distribution, not_implemented};
use super::numbers::sum_rightmost;
use super::validation::validate_args;
use crate::error::{Error, OrPanic, Result, bail};
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::fmt;

/// A distribution whose last batch dimensions count as dimensions of an event: draws are the same, and log-probabilities
/// are added up over them. PyTorch: `torch.distributions.Independent`.
///
/// ```
/// use wick::distributions::{Independent, Normal};
/// use wick::prelude::*;
/// let pixels = Independent::new(Normal::new(Tensor::zeros([5, 3]), 1), 1);
/// assert_eq!((pixels.batch_shape(), pixels.event_shape()), ([5].into(), [3].into()));
/// assert_eq!(pixels.log_prob(&Tensor::zeros([5, 3])).shape(), [5]);
/// assert_eq!(pixels.to_string(), "Independent(Normal(loc: torch.Size([5, 3]), scale: torch.Size([5, 3])), 1)");
/// assert_eq!((pixels.base_dist().batch_shape(), pixels.reinterpreted_batch_ndims()), ([5, 3].into(), 1));
/// ```
#[derive(Clone)]
pub struct Independent<D> {
    base: D,
    dims: usize,
    validates: bool,
}

impl<D: Distribution> Independent<D> {
    /// A distribution whose last `reinterpreted_batch_ndims` batch dimensions become dimensions of an event.
    ///
    /// # Panics
    /// When the batch has fewer dimensions.
    #[track_caller]
    pub fn new(base_distribution: D, reinterpreted_batch_ndims: usize) -> Self {
        Self::try_new(base_distribution, reinterpreted_batch_ndims).or_panic()
    }

    /// [`Independent::new`] that returns what is wrong instead of panicking.
    pub fn try_new(base_distribution: D, reinterpreted_batch_ndims: usize) -> Result<Self> {
        check(&base_distribution.batch_shape(), reinterpreted_batch_ndims)?;
        Ok(Self::of(base_distribution, reinterpreted_batch_ndims))
    }

    /// One that does not look at the values that it scores.
    ///
    /// # Panics
    /// When the batch has fewer dimensions.
    #[track_caller]
    pub fn without_validation(base_distribution: D, reinterpreted_batch_ndims: usize) -> Self {
        let made = Self::new(base_distribution, reinterpreted_batch_ndims);
        Self {
            validates: false,
            ..made
        }
    }

    /// For a number of dimensions that the batch has.
    pub(super) fn of(base: D, dims: usize) -> Self {
        let validates = validate_args();
        Self {
            base,
            dims,
            validates,
        }
    }

    /// The distribution that this one is made of.
    pub fn base_dist(&self) -> &D {
        &self.base
    }

    /// How many batch dimensions of it count as dimensions of an event.
    pub fn reinterpreted_batch_ndims(&self) -> usize {
        self.dims
    }
}

fn check(batch: &Shape, dims: usize) -> Result<()> {
    match dims <= batch.rank() {
        true => Ok(()),
        false => Err(Error::value(format!(
            "Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual {dims} vs {}",
            batch.rank()
        ))),
    }
}

/// The batch's shape without its last dimensions, and the event's with them.
fn shapes(batch: &Shape, event: &Shape, dims: usize) -> [Shape; 2] {
    let (kept, moved) = batch.split_at(batch.rank() - dims);
    [kept.into(), [moved, event.dims()].concat().into()]
}

impl<D: Distribution> fmt::Display for Independent<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Independent({}, {})", self.base, self.dims)
    }
}

crate::shown::debug_is_display!([D: Distribution] Independent<D>);

impl<D: Distribution> Distribution for Independent<D> {
    fn batch_shape(&self) -> Shape {
        let [batch, _] = shapes(
            &self.base.batch_shape(),
            &self.base.event_shape(),
            self.dims,
        );
        batch
    }

    fn event_shape(&self) -> Shape {
        let [_, event] = shapes(
            &self.base.batch_shape(),
            &self.base.event_shape(),
            self.dims,
        );
        event
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn has_rsample(&self) -> bool {
        self.base.has_rsample()
    }

    fn has_enumerate_support(&self) -> bool {
        self.dims == 0 && self.base.has_enumerate_support()
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        let batch = [shape.dims(), &self.event_shape()[..self.dims]].concat();
        Ok(Self {
            base: self.base.expand_to(&batch.into())?,
            dims: self.dims,
            validates: self.validates,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        let support = self.base.try_support()?;
        Ok(match self.dims {
            0 => support,
            dims => support.independent(dims),
        })
    }

    fn try_mean(&self) -> Result<Tensor> {
        self.base.try_mean()
    }

    fn try_mode(&self) -> Result<Tensor> {
        self.base.try_mode()
    }

    fn try_variance(&self) -> Result<Tensor> {
        self.base.try_variance()
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        self.base.draw(shape)
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        self.base.draw_through(shape)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        sum_rightmost(&self.base.try_log_prob(value)?, self.dims)
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        match self.dims {
            0 => self.base.try_cdf(value),
            _ => Err(not_implemented(self, "cdf")),
        }
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        match self.dims {
            0 => self.base.try_icdf(value),
            _ => Err(not_implemented(self, "icdf")),
        }
    }

    fn try_entropy(&self) -> Result<Tensor> {
        sum_rightmost(&self.base.try_entropy()?, self.dims)
    }

    fn try_enumerate_support(&self, expand: bool) -> Result<Tensor> {
        if self.dims > 0 {
            bail!("Enumeration over cartesian product is not implemented");
        }
        self.base.try_enumerate_support(expand)
    }
}
