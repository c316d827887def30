//! Elements brought between bounds.

use super::Tensor;
use super::arithmetic::operands;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::autograd::{is_written_to, refuse_partial_overlap};
use crate::dtype::{Category, DType};
use crate::error::{Result, bail};
use crate::kernels::memory_order::as_operands_lie;
use crate::kernels::pointwise::{self, Binary};
use crate::scalar::Arg;

/// A gradient for whoever does not lose; equals take half of it each.
fn shared(
    g: &Tensor,
    a: &Tensor,
    b: &Tensor,
    a_loses: Tensor,
    b_loses: Tensor,
) -> Result<[Tensor; 2]> {
    let share = a.try_eq(b)?.try_where_(g.try_div(2)?, g)?;
    Ok([
        a_loses.try_where_(0., &share)?,
        b_loses.try_where_(0., &share)?,
    ])
}

/// The gradients of an element and its two bounds. An element at one of them shares with it, unless they are one; where
/// the lower one lies above the upper one, the upper one has it all.
fn shared_by_bounds(g: &Tensor, x: &Tensor, min: &Tensor, max: &Tensor) -> Result<[Tensor; 3]> {
    let half = g.try_div(2)?;
    let (apart, ordered) = (min.try_lt(max)?, min.try_le(max)?);
    let (at_min, at_max) = (
        x.try_eq(min)?.try_logical_and(&apart)?,
        x.try_eq(max)?.try_logical_and(&apart)?,
    );
    let (below, above) = (x.try_lt(min)?, x.try_gt(max)?);
    let inside = at_min.try_logical_or(&at_max)?.try_where_(&half, g)?;
    let of_x = below.try_logical_or(&above)?.try_where_(0., inside)?;
    let of_min = below.try_logical_and(&ordered)?.try_where_(g, 0.)?;
    let of_max = above
        .try_logical_and(&ordered)?
        .try_logical_or(&max.try_lt(min)?)?
        .try_where_(g, 0.)?;
    Ok([
        of_x,
        at_min.try_where_(&half, of_min)?,
        at_max.try_where_(&half, of_max)?,
    ])
}

/// A bound of integers as the nearest integer that the dtype has.
fn nearest(bound: crate::Scalar, dtype: DType) -> crate::Scalar {
    match dtype.integer_range() {
        Some((low, high)) => crate::Scalar::Int(bound.to_i64().clamp(low, high)),
        None => bound,
    }
}

/// Brings elements between bounds, each of them a number, a tensor or nothing.
pub(super) fn clamp(
    x: &Tensor,
    min: Option<Arg>,
    max: Option<Arg>,
    names: [&'static str; 2],
) -> Result<Tensor> {
    if x.is_complex() {
        bail!("clamp is not supported for complex types");
    }
    let tensors = [&min, &max]
        .into_iter()
        .any(|bound| matches!(bound, Some(Arg::Tensor(_))));
    let mut input = x.clone();
    let mut dtype = x.dtype();
    for bound in [&min, &max].into_iter().flatten() {
        if let Arg::Tensor(bound) = bound {
            refuse_partial_overlap(x, &[bound])?;
        }
        dtype = operands(&input.detach(), bound.clone(), Category::Bool)?
            .a
            .dtype();
        input = input.try_to_dtype(dtype)?;
    }
    // PyTorch names the dtype in C's words where the bounds are numbers.
    if is_written_to(x) && !tensors && !dtype.can_cast(x.dtype()) {
        bail!(
            "result type {} can't be cast to the desired output type {}",
            dtype.scalar_type(),
            x.dtype().c_name()
        );
    }
    let bound = |bound: Option<Arg>| -> Result<Option<Tensor>> {
        bound
            .map(|bound| match bound {
                Arg::Tensor(bound) => bound.try_to_dtype(dtype),
                Arg::Scalar(bound) => {
                    let bound = nearest(bound, dtype);
                    bound.check_fits(dtype)?;
                    let bound = super::creation::full_array(&[], bound, dtype, x.device())?;
                    Ok(Tensor::from_array(bound))
                }
            })
            .transpose()
    };
    let (min, max) = (bound(min)?, bound(max)?);
    let nothing = input.detach();
    let inputs = [
        &input,
        min.as_ref().unwrap_or(&nothing),
        max.as_ref().unwrap_or(&nothing),
    ];
    let (has_min, has_max) = (min.is_some(), max.is_some());
    let limited = |op: Binary, x: &Tensor, bound: &Tensor| -> Result<Tensor> {
        let shape = crate::shape::broadcast(&x.shape(), &bound.shape())?;
        let (x, bound) = (
            x.array().broadcast(&shape)?,
            bound.array().broadcast(&shape)?,
        );
        Ok(Tensor::from_array(as_operands_lie(
            [&x, &bound],
            |[x, bound]| pointwise::binary(op, x, bound),
        )?))
    };
    composed(
        names[usize::from(tensors)],
        &inputs,
        Keep::Inputs,
        || {
            let mut y = input.clone();
            if let Some(min) = &min {
                y = limited(Binary::Max, &y, min)?;
            }
            if let Some(max) = &max {
                y = limited(Binary::Min, &y, max)?;
            }
            Ok(y)
        },
        move |ctx, g| {
            let (x, min, max) = (ctx.saved(0)?, ctx.saved(1)?, ctx.saved(2)?);
            if !tensors {
                // At a bound itself the gradient is 0.
                let mut inside = x.try_eq(&x)?;
                if has_min {
                    inside = inside.try_logical_and(&x.try_gt(&min)?)?;
                }
                if has_max {
                    inside = inside.try_logical_and(&x.try_lt(&max)?)?;
                }
                return Ok(vec![ctx.when(0, || inside.try_where_(g, 0.))?, None, None]);
            }
            // Equals share.
            let [of_x, of_min, of_max] = match (has_min, has_max) {
                (true, true) => shared_by_bounds(g, &x, &min, &max)?,
                (true, false) => {
                    let [of_x, of_min] = shared(g, &x, &min, x.try_lt(&min)?, x.try_gt(&min)?)?;
                    [of_x, of_min, g.clone()]
                }
                _ => {
                    let [of_x, of_max] = shared(g, &x, &max, x.try_gt(&max)?, x.try_lt(&max)?)?;
                    [of_x, g.clone(), of_max]
                }
            };
            Ok(vec![
                ctx.wants(0).then_some(of_x),
                (has_min && ctx.wants(1)).then_some(of_min),
                (has_max && ctx.wants(2)).then_some(of_max),
            ])
        },
    )
}

ops! {
    /// The element, or the nearer of `min` and `max` where it lies outside; both are numbers or tensors. The shapes
    /// broadcast; complex numbers are an error. PyTorch: `torch.clamp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-2., 0.3, 5.]).clamp(0., 1.).to_string(), "tensor([0.0000, 0.3000, 1.0000])");
    /// ```
    clamp, try_clamp, [clamp_, try_clamp_] (x, min: impl crate::Given<Arg>, max: impl crate::Given<Arg>)
        => clamp(x, Some(min.into()), Some(max.into()), ["ClampBackward1", "ClampBackward0"]);
    /// [`Tensor::clamp`] with bounds that may be missing (`x.clamp(min=0)`). Two missing ones are an error.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([-2., 0.3, 5.]);
    /// assert_eq!(x.clamp_between(Some(0.into()), None).to_string(), "tensor([0.0000, 0.3000, 5.0000])");
    /// ```
    clamp_between, try_clamp_between, [clamp_between_, try_clamp_between_] (x, min: Option<Arg>, max: Option<Arg>) => {
        if min.is_none() && max.is_none() {
            bail!("torch.clamp: At least one of 'min' or 'max' must not be None");
        }
        clamp(x, min, max, ["ClampBackward1", "ClampBackward0"])
    };
    /// The element, or `min` where it is smaller. `min` is a number or a tensor whose shape broadcasts.
    /// PyTorch: `torch.clamp_min`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-2, 0, 5]).clamp_min(0).to_string(), "tensor([0, 0, 5])");
    /// ```
    clamp_min, try_clamp_min, [clamp_min_, try_clamp_min_] (x, min: impl crate::Given<Arg>)
        => clamp(x, Some(min.into()), None, ["ClampMinBackward0", "ClampMinBackward1"]);
    /// The element, or `max` where it is larger. `max` is a number or a tensor whose shape broadcasts.
    /// PyTorch: `torch.clamp_max`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-2, 0, 5]).clamp_max(tensor!([0, -1, 9])).to_string(), "tensor([-2, -1,  5])");
    /// ```
    clamp_max, try_clamp_max, [clamp_max_, try_clamp_max_] (x, max: impl crate::Given<Arg>)
        => clamp(x, None, Some(max.into()), ["ClampMaxBackward0", "ClampMaxBackward1"]);
}
