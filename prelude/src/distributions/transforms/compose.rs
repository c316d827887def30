//! Transforms one after the other.

use super::{Arg, Constraint, Result, Shape, Tensor, Transform, times};
use crate::distributions::numbers::sum_rightmost;
use std::fmt;
use std::sync::Arc;

/// Transforms that are done one after the other: what [`Transform::then`] gives. PyTorch:
/// `torch.distributions.transforms.ComposeTransform`.
///
/// ```
/// use wick::distributions::{ComposeTransform, ExpTransform, PowerTransform, Transform};
/// use wick::prelude::*;
/// let both: ComposeTransform = ExpTransform.then(PowerTransform::new(2));
/// assert_eq!(both.forward(&tensor!([0., 1.])).to_string(), "tensor([1.0000, 7.3891])");
/// assert_eq!(both.to_string(), "ComposeTransform(\n    ExpTransform(),\n    PowerTransform()\n)");
/// ```
#[derive(Clone)]
pub struct ComposeTransform {
    parts: Vec<Arc<dyn Transform>>,
}

impl ComposeTransform {
    pub(in crate::distributions) fn of(parts: Vec<Arc<dyn Transform>>) -> Self {
        Self { parts }
    }

    pub(in crate::distributions) fn parts(&self) -> &[Arc<dyn Transform>] {
        &self.parts
    }
}

/// How many dimensions a chain looks at together at its start, from those at which each part begins and ends.
fn event_dim(dims: impl Iterator<Item = (usize, usize)>) -> usize {
    dims.fold(0, |event, (near, far)| {
        (event + near).saturating_sub(far).max(near)
    })
}

/// A constraint for as many dimensions.
fn widened(constraint: Constraint, dims: usize) -> Constraint {
    match dims.saturating_sub(constraint.event_dim()) {
        0 => constraint,
        more => constraint.independent(more),
    }
}

impl fmt::Display for ComposeTransform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.parts.iter().map(|part| part.to_string()).collect();
        write!(f, "ComposeTransform(\n    {}\n)", parts.join(",\n    "))
    }
}

crate::shown::debug_is_display!(ComposeTransform);

impl Transform for ComposeTransform {
    fn domain(&self) -> Constraint {
        let dims = self.parts.iter().rev();
        let dims = dims.map(|part| (part.domain().event_dim(), part.codomain().event_dim()));
        match self.parts.first() {
            Some(first) => widened(first.domain(), event_dim(dims)),
            None => Constraint::Real,
        }
    }

    fn codomain(&self) -> Constraint {
        let dims = self.parts.iter();
        let dims = dims.map(|part| (part.codomain().event_dim(), part.domain().event_dim()));
        match self.parts.last() {
            Some(last) => widened(last.codomain(), event_dim(dims)),
            None => Constraint::Real,
        }
    }

    fn bijective(&self) -> bool {
        self.parts.iter().all(|part| part.bijective())
    }

    fn try_sign(&self) -> Result<Arg> {
        let one = Arg::from(1i64);
        self.parts
            .iter()
            .try_fold(one, |sign, part| times(sign, part.try_sign()?))
    }

    fn try_forward(&self, x: &Tensor) -> Result<Tensor> {
        self.parts
            .iter()
            .try_fold(x.clone(), |x, part| part.try_forward(&x))
    }

    fn try_inverse(&self, y: &Tensor) -> Result<Tensor> {
        self.parts
            .iter()
            .rev()
            .try_fold(y.clone(), |y, part| part.try_inverse(&y))
    }

    fn try_log_abs_det_jacobian(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let (mut x, mut event, mut sum) = (x.clone(), self.domain().event_dim(), None);
        for (at, part) in self.parts.iter().enumerate() {
            let (from, to) = (part.domain().event_dim(), part.codomain().event_dim());
            let y = match at + 1 == self.parts.len() {
                true => y.clone(),
                false => part.try_forward(&x)?,
            };
            let term = sum_rightmost(&part.try_log_abs_det_jacobian(&x, &y)?, event - from)?;
            sum = Some(match sum {
                Some(sum) => term.try_add(&sum)?,
                None => term,
            });
            event = event + to - from;
            x = y;
        }
        Ok(sum.unwrap_or_else(|| x.zeros_like()))
    }

    fn forward_shape(&self, shape: &Shape) -> Result<Shape> {
        self.parts
            .iter()
            .try_fold(shape.clone(), |shape, part| part.forward_shape(&shape))
    }

    fn inverse_shape(&self, shape: &Shape) -> Result<Shape> {
        let mut parts = self.parts.iter().rev();
        parts.try_fold(shape.clone(), |shape, part| part.inverse_shape(&shape))
    }

    fn into_parts(self) -> Vec<Arc<dyn Transform>> {
        self.parts
    }
}
