//! Whether parameters and values are what they are to be, and what a distribution looks like.

use super::constraint::Constraint;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::nn::python::{float as python_float, tuple};
use crate::shape::{Shape, broadcast};
use crate::tensor::Tensor;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

static VALIDATE: AtomicBool = AtomicBool::new(true);

/// Whether distributions that are made from now on look at their parameters and at the values that they score. On by
/// default; `without_validation` turns it off for one of them. PyTorch:
/// `torch.distributions.Distribution.set_default_validate_args`.
///
/// ```
/// use wick::distributions::{Normal, set_default_validate_args};
/// set_default_validate_args(false);
/// assert!(Normal::try_new(0, -1).is_ok());
/// set_default_validate_args(true);
/// assert!(Normal::try_new(0, -1).is_err());
/// ```
pub fn set_default_validate_args(value: bool) {
    VALIDATE.store(value, Ordering::Relaxed);
}

pub(super) fn validate_args() -> bool {
    VALIDATE.load(Ordering::Relaxed)
}

/// A tensor as Python's f-strings show it: a single number without `tensor(…)`.
pub(super) fn formatted(tensor: &Tensor) -> String {
    if tensor.dim() > 0 {
        return tensor.to_string();
    }
    match tensor.dtype() {
        DType::Bool => String::from(if tensor.item::<bool>() {
            "True"
        } else {
            "False"
        }),
        dtype if dtype.is_floating_point() => python_float(tensor.item::<f64>()),
        _ => tensor.item::<i64>().to_string(),
    }
}

/// `Normal(loc: 0.0, scale: torch.Size([2]))`.
pub(super) fn show(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    parameters: &[(&str, &Tensor)],
) -> fmt::Result {
    let shown = parameters.iter().map(|(name, value)| match value.numel() {
        1 => format!("{name}: {}", formatted(value)),
        _ => format!("{name}: {}", value.shape()),
    });
    write!(f, "{name}({})", shown.collect::<Vec<_>>().join(", "))
}

/// Fails unless every number of a parameter is as it is to be.
pub(super) fn check_parameter(
    of: &dyn fmt::Display,
    name: &str,
    value: &Tensor,
    constraint: &Constraint,
) -> Result<()> {
    if constraint.holds(value)? {
        return Ok(());
    }
    Err(Error::value(format!(
        "Expected parameter {name} (Tensor of shape {}) of distribution {of} to satisfy the constraint {constraint}, but \
         found invalid values:\n{}",
        tuple(&value.dims()),
        formatted(value),
    )))
}

/// A value that broadcasts with a draw; truth values as the numbers 0 and 1.
pub(super) fn fitting(value: &Tensor, drawn: &Shape) -> Result<Tensor> {
    broadcast(&value.shape(), drawn)?;
    match value.dtype() {
        DType::Bool => value.try_to_dtype(crate::get_default_dtype()),
        _ => Ok(value.clone()),
    }
}

/// A value that a distribution of these batch and event shapes can score.
pub(super) fn checked_sample(
    value: &Tensor,
    [batch, event]: [Shape; 2],
    validates: bool,
    support: &dyn Fn() -> Result<Constraint>,
    of: &dyn Fn() -> String,
) -> Result<Tensor> {
    let drawn = Shape::from([batch.dims(), event.dims()].concat());
    if !validates {
        return fitting(value, &drawn);
    }
    let sizes = value.dims();
    if !sizes.ends_with(&event) {
        return Err(Error::value(format!(
            "The right-most size of value must match event_shape: {} vs {event}.",
            value.shape()
        )));
    }
    let apart = |(&i, &j): (&usize, &usize)| i != 1 && j != 1 && i != j;
    if sizes.iter().rev().zip(drawn.iter().rev()).any(apart) {
        return Err(Error::value(format!(
            "Value is not broadcastable with batch_shape+event_shape: {} vs {drawn}.",
            value.shape()
        )));
    }
    let value = fitting(value, &drawn)?;
    let support = support()?;
    if !support.holds(&value)? {
        return Err(Error::value(format!(
            "Expected value argument (Tensor of shape {}) to be within the support ({support}) of the distribution {}, but \
             found invalid values:\n{}",
            tuple(&value.dims()),
            of(),
            formatted(&value),
        )));
    }
    Ok(value)
}
