//! Draws of one distribution, transformed.

use super::constraint::Constraint;
use super::distribution::Distribution;
use super::independent::Independent;
use super::numbers::sum_rightmost;
use super::transforms::{ComposeTransform, Transform};
use super::validation::{checked_sample, show, validate_args};
use crate::error::{Error, OrPanic, Result};
use crate::scalar::Arg;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::fmt;

/// Draws of a base distribution, transformed. PyTorch: `torch.distributions.TransformedDistribution`.
///
/// ```
/// use wick::distributions::{AffineTransform, ExpTransform, Normal, Transform, TransformedDistribution};
/// use wick::prelude::*;
/// manual_seed(0);
/// let shifted = TransformedDistribution::new(Normal::new(0, 1), ExpTransform.then(AffineTransform::new(1, 2)));
/// assert_eq!(shifted.sample([2]).to_string(), "tensor([10.3385,  2.4914])");
/// assert_eq!(shifted.log_prob(&tensor!([2., 3.])).to_string(), "tensor([-1.1592, -1.6121])");
/// assert_eq!(shifted.cdf(&tensor!(3.)).to_string(), "tensor(0.5000)");
/// assert_eq!(shifted.base_dist().base_dist().to_string(), "Normal(loc: 0.0, scale: 1.0)");
/// ```
#[derive(Clone)]
pub struct TransformedDistribution<D> {
    /// With the dimensions that the transforms look at together.
    base: Independent<D>,
    transform: ComposeTransform,
    shapes: [Shape; 2],
    validates: bool,
}

impl<D: Distribution> TransformedDistribution<D> {
    /// Draws of `base_distribution`, transformed; [`Transform::then`] makes one transform of several.
    ///
    /// # Panics
    /// When the transform is one of vectors, and there are none, or the shapes do not broadcast.
    #[track_caller]
    pub fn new(base_distribution: D, transform: impl Transform + 'static) -> Self {
        Self::try_new(base_distribution, transform).or_panic()
    }

    /// [`TransformedDistribution::new`] that returns what is wrong instead of panicking.
    pub fn try_new(base_distribution: D, transform: impl Transform + 'static) -> Result<Self> {
        Self::made(base_distribution, transform, validate_args())
    }

    /// One that does not look at the values that it scores.
    ///
    /// # Panics
    /// When the transform is one of vectors, and there are none, or the shapes do not broadcast.
    #[track_caller]
    pub fn without_validation(base_distribution: D, transform: impl Transform + 'static) -> Self {
        Self::made(base_distribution, transform, false).or_panic()
    }

    pub(super) fn made(
        base: D,
        transform: impl Transform + 'static,
        validates: bool,
    ) -> Result<Self> {
        let transform = ComposeTransform::of(transform.into_parts());
        let fitted = fit(&base.batch_shape(), &base.event_shape(), &transform)?;
        let base = match fitted.batch {
            Some(batch) => base.expand_to(&batch)?,
            None => base,
        };
        Ok(Self {
            base: Independent::of(base, fitted.dims),
            transform,
            shapes: fitted.shapes,
            validates,
        })
    }

    /// What is drawn before it is transformed; the dimensions that the transforms look at together count as those of an
    /// event.
    pub fn base_dist(&self) -> &Independent<D> {
        &self.base
    }

    /// The transforms, as one.
    pub fn transform(&self) -> &ComposeTransform {
        &self.transform
    }
}

/// How a base distribution goes with a transform.
struct Fitted {
    /// The batch's shape where the base has to be expanded.
    batch: Option<Shape>,
    /// How many dimensions of the batch the transform looks at together.
    dims: usize,
    /// Those of the batch and the event of what is transformed.
    shapes: [Shape; 2],
}

fn fit(batch: &Shape, event: &Shape, transform: &ComposeTransform) -> Result<Fitted> {
    let base = Shape::from([batch.dims(), event.dims()].concat());
    let (from, to) = (
        transform.domain().event_dim(),
        transform.codomain().event_dim(),
    );
    if base.rank() < from {
        return Err(Error::value(format!(
            "base_distribution needs to have shape with size at least {from}, but got {base}."
        )));
    }
    let forward = transform.forward_shape(&base)?;
    let expanded = transform.inverse_shape(&forward)?;
    let batch = (base != expanded).then(|| expanded[..expanded.rank() - event.rank()].into());
    let event_dim = to.max((event.rank() + to).saturating_sub(from));
    let (outer, inner) = forward.split_at(forward.rank().saturating_sub(event_dim));
    Ok(Fitted {
        batch,
        dims: from.saturating_sub(event.rank()),
        shapes: [outer.into(), inner.into()],
    })
}

/// The log-probability of `value` from that of what it is made of.
fn log_prob(
    transform: &ComposeTransform,
    event: usize,
    base_event: usize,
    value: &Tensor,
    base: &dyn Fn(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let (mut y, mut event, mut sum) = (value.clone(), event, None);
    for part in transform.parts().iter().rev() {
        let x = part.try_inverse(&y)?;
        let (from, to) = (part.domain().event_dim(), part.codomain().event_dim());
        event = event + from - to;
        let stretched = sum_rightmost(&part.try_log_abs_det_jacobian(&x, &y)?, event - from)?;
        sum = Some(match sum {
            Some(sum) => Tensor::try_sub(&sum, stretched)?,
            // As in PyTorch, whose sum begins with the number 0.
            None => stretched.try_rsub(0.)?,
        });
        y = x;
    }
    let base = sum_rightmost(&base(&y)?, event - base_event)?;
    match sum {
        Some(sum) => sum.try_add(base),
        None => Ok(base),
    }
}

/// Shares counted from the other end where the transform falls.
fn monotonized(share: Tensor, transform: &ComposeTransform) -> Result<Tensor> {
    match transform.try_sign()? {
        Arg::Scalar(sign) if sign.to_f64() == 1. => Ok(share),
        sign => (share - 0.5).try_mul(sign)?.try_add(0.5),
    }
}

impl<D: Distribution> fmt::Display for TransformedDistribution<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, "TransformedDistribution", &[])
    }
}

crate::shown::debug_is_display!([D: Distribution] TransformedDistribution<D>);

impl<D: Distribution> Distribution for TransformedDistribution<D> {
    fn batch_shape(&self) -> Shape {
        self.shapes[0].clone()
    }

    fn event_shape(&self) -> Shape {
        self.shapes[1].clone()
    }

    fn validates(&self) -> bool {
        self.validates
    }

    fn has_rsample(&self) -> bool {
        self.base.has_rsample()
    }

    fn expand_to(&self, shape: &Shape) -> Result<Self> {
        let whole = [shape.dims(), self.shapes[1].dims()].concat().into();
        let base = self.transform.inverse_shape(&whole)?;
        let batch = base[..base.rank() - self.base.event_shape().rank()].into();
        Ok(Self {
            base: self.base.expand_to(&batch)?,
            transform: self.transform.clone(),
            shapes: [shape.clone(), self.shapes[1].clone()],
            validates: self.validates,
        })
    }

    fn try_support(&self) -> Result<Constraint> {
        let Some(last) = self.transform.parts().last() else {
            return self.base.try_support();
        };
        let support = last.codomain();
        Ok(
            match self.shapes[1].rank().saturating_sub(support.event_dim()) {
                0 => support,
                more => support.independent(more),
            },
        )
    }

    fn draw(&self, shape: &Shape) -> Result<Tensor> {
        crate::autograd::no_grad(|| self.transform.try_forward(&self.base.draw(shape)?))
    }

    fn draw_through(&self, shape: &Shape) -> Result<Tensor> {
        self.transform.try_forward(&self.base.draw_through(shape)?)
    }

    fn try_log_prob(&self, value: &Tensor) -> Result<Tensor> {
        let value = self.valid(value)?;
        let (event, base_event) = (self.shapes[1].rank(), self.base.event_shape().rank());
        let base = |x: &Tensor| self.base.try_log_prob(x);
        log_prob(&self.transform, event, base_event, &value, &base)
    }

    fn try_cdf(&self, value: &Tensor) -> Result<Tensor> {
        let mut value = self.transform.try_inverse(value)?;
        if self.validates && self.base.reinterpreted_batch_ndims() == 0 {
            let base = self.base.base_dist();
            let shapes = [base.batch_shape(), base.event_shape()];
            let support = || base.try_support();
            value = checked_sample(&value, shapes, true, &support, &|| base.to_string())?;
        }
        let share = self.base.try_cdf(&value)?;
        monotonized(share, &self.transform)
    }

    fn try_icdf(&self, value: &Tensor) -> Result<Tensor> {
        let share = monotonized(value.clone(), &self.transform)?;
        self.transform.try_forward(&self.base.try_icdf(&share)?)
    }
}
