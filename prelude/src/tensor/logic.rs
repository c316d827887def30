//! Questions about elements, and choosing by the answers.

use super::Tensor;
use super::arithmetic::{check_cast, operands};
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::autograd::{Ctx, is_written_to, record, record_as_is, refuse_partial_overlap};
use crate::dtype::{Category, DType};
use crate::error::{Result, bail};
use crate::kernels::memory_order::as_operands_lie;
use crate::kernels::pointwise::{self, Compare};
use crate::scalar::Arg;
use crate::shape::broadcast;

/// The nodes of comparisons that replace numbers, with a number and with a tensor.
fn node(op: Compare) -> [&'static str; 2] {
    match op {
        Compare::Eq => ["EqBackward0", "EqBackward1"],
        Compare::Ne => ["NeBackward0", "NeBackward1"],
        Compare::Lt => ["LtBackward0", "LtBackward1"],
        Compare::Le => ["LeBackward0", "LeBackward1"],
        Compare::Gt => ["GtBackward0", "GtBackward1"],
        Compare::Ge => ["GeBackward0", "GeBackward1"],
    }
}

fn compared(op: Compare, x: &Tensor, other: Arg) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    operands(x, other, Category::Bool)?.with(|[a, b]| pointwise::compare(op, a, b))
}

/// The answers as numbers in the place of what was asked. They stay on the tape, although none depends on what was there.
pub(super) fn answered(op: Compare, x: &Tensor, other: Arg) -> Result<Tensor> {
    let name = node(op)[usize::from(matches!(other, Arg::Tensor(_)))];
    let answers = compared(op, x, other)?.try_to_dtype(x.dtype())?;
    record_as_is(name, &[x], answers, |_| {
        (Vec::new(), |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(g.try_zeros_like()?)])
        })
    })
}

fn bitwise(name: &str, op: fn(i64, i64) -> i64, x: &Tensor, other: Arg) -> Result<Tensor> {
    let operands = operands(x, other, Category::Bool)?;
    let dtype = operands.a.dtype();
    if dtype.is_differentiable() {
        check_cast(x, dtype)?;
        return Err(crate::Error::not_implemented(
            format!("bitwise_{name}_cpu"),
            dtype,
        ));
    }
    operands.with(|[a, b]| pointwise::bits(op, a, b))
}

fn logical(op: fn(i64, i64) -> i64, x: &Tensor, other: &Tensor) -> Result<Tensor> {
    refuse_partial_overlap(x, &[other])?;
    let other = other.try_to_dtype(DType::Bool)?;
    bitwise("logical", op, &x.try_to_dtype(DType::Bool)?, other.into())
}

fn chosen(cond: &Tensor, a: Arg, b: Arg) -> Result<Tensor> {
    let cond = &match cond.dtype() {
        DType::U8 => cond.try_ne(0)?,
        _ => cond.clone(),
    };
    if cond.dtype() != DType::Bool {
        bail!(
            "where expected condition to be a boolean tensor, but got a tensor with dtype {}",
            cond.dtype().scalar_type()
        );
    }
    let a = match (a, &b) {
        (Arg::Tensor(a), _) => a,
        // A number takes its dtype from the other choice.
        (Arg::Scalar(a), Arg::Tensor(b)) => {
            let dtype = super::arithmetic::promote_scalar(b.dtype(), a);
            a.check_fits(dtype)?;
            Tensor::from_array(super::creation::full_array(&[], a, dtype, b.device())?)
        }
        (Arg::Scalar(a), Arg::Scalar(_)) => Tensor::scalar(a),
    };
    if let Arg::Scalar(b) = &b {
        b.check_fits(super::arithmetic::promote_scalar(a.dtype(), *b))?;
    }
    // PyTorch goes through the operands in this order.
    let shape = broadcast(&cond.shape(), &a.shape())?;
    let shape = match &b {
        Arg::Tensor(b) => broadcast(&shape, &b.shape())?,
        Arg::Scalar(_) => shape,
    };
    let pair = operands(&a, b, Category::Bool)?;
    let arrays = [
        &cond.array().broadcast(&shape)?,
        &pair.a.array().broadcast(&shape)?,
        &pair.b.array().broadcast(&shape)?,
    ];
    let array = as_operands_lie(arrays, |[cond, a, b]| pointwise::select(cond, a, b))?;
    let cond = cond.detach();
    record(
        "WhereBackward0",
        &[&pair.a, &pair.b],
        Tensor::from_array(array),
        |_| {
            let backward = move |ctx: &Ctx, g: &Tensor| {
                let zero = g.try_zeros_like()?;
                Ok(vec![
                    ctx.when(0, || cond.try_where_(g, &zero))?,
                    ctx.when(1, || cond.try_where_(&zero, g))?,
                ])
            };
            (Vec::new(), backward)
        },
    )
}

fn masked_fill(x: &Tensor, mask: &Tensor, value: Arg) -> Result<Tensor> {
    let written = is_written_to(x);
    if !written {
        broadcast(&mask.shape(), &x.shape())?;
    }
    if mask.dtype() != DType::Bool {
        bail!(
            "masked_fill_ only supports boolean masks, but got mask with dtype {}",
            mask.dtype().c_name()
        );
    }
    if written {
        let shape = broadcast(&x.shape(), &mask.shape())?;
        if shape != x.shape() {
            bail!(
                "output with shape {} doesn't match the broadcast shape {}",
                x.shape().list(),
                shape.list()
            );
        }
        refuse_partial_overlap(x, &[&mask.try_expand(shape)?])?;
    }
    let (name, value) = match value {
        Arg::Scalar(value) => (
            "MaskedFillBackward0",
            super::creation::number_like(x, value)?,
        ),
        Arg::Tensor(value) if value.dim() == 0 => (
            "MaskedFillBackward1",
            value.try_to_dtype(x.dtype())?.try_to_device(x.device())?,
        ),
        Arg::Tensor(value) => bail!(
            "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with {} dimension(s).",
            value.dim()
        ),
    };
    let mask = mask.detach();
    let again = mask.clone();
    composed(
        name,
        &[x, &value],
        Keep::Nothing,
        || mask.try_where_(&value, x)?.try_contiguous(),
        move |ctx, g| {
            Ok(vec![
                ctx.when(0, || again.try_where_(0., g))?,
                ctx.when(1, || again.try_where_(g, 0.)?.try_sum())?,
            ])
        },
    )
}

fn close(x: &Tensor, other: &Tensor, rtol: f64, atol: f64) -> Result<Tensor> {
    if x.dtype() != other.dtype() {
        bail!(
            "{} did not match {}",
            x.dtype().scalar_type(),
            other.dtype().scalar_type()
        );
    }
    let (x, other) = (x.detach(), other.detach());
    let equal = x.try_eq(&other)?;
    if x.dtype() == DType::Bool {
        return Ok(equal);
    }
    let near = x
        .try_sub(&other)?
        .try_abs()?
        .try_le(other.try_abs()?.try_mul(rtol)?.try_add(atol)?)?;
    // An infinite tolerance does not make infinities close.
    let finite = other.try_isfinite()?.try_logical_and(&x.try_isfinite()?)?;
    equal.try_logical_or(&near.try_logical_and(&finite)?)
}

ops! {
    /// Where the elements are equal. `other` is a number or a tensor whose shape broadcasts; gives a bool tensor.
    /// PyTorch: `torch.eq`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).eq(2).to_string(), "tensor([False,  True, False])");
    /// ```
    eq, try_eq, [eq_, try_eq_ => answered(Compare::Eq, x, other.into())] (x, other: impl crate::Given<Arg>) => compared(Compare::Eq, x, other.into());
    /// Where the elements differ. `other` is a number or a tensor whose shape broadcasts; gives a bool tensor.
    /// PyTorch: `torch.ne`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).ne(2).to_string(), "tensor([ True, False,  True])");
    /// ```
    ne, try_ne, [ne_, try_ne_ => answered(Compare::Ne, x, other.into())] (x, other: impl crate::Given<Arg>) => compared(Compare::Ne, x, other.into());
    /// Where this element is smaller. `other` is a number or a tensor whose shape broadcasts; gives a bool tensor.
    /// PyTorch: `torch.lt`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).lt(2).to_string(), "tensor([ True, False, False])");
    /// ```
    lt, try_lt, [lt_, try_lt_ => answered(Compare::Lt, x, other.into())] (x, other: impl crate::Given<Arg>) => compared(Compare::Lt, x, other.into());
    /// Where this element is smaller or equal.
    /// `other` is a number or a tensor whose shape broadcasts; gives a bool tensor. PyTorch: `torch.le`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).le(2).to_string(), "tensor([ True,  True, False])");
    /// ```
    le, try_le, [le_, try_le_ => answered(Compare::Le, x, other.into())] (x, other: impl crate::Given<Arg>) => compared(Compare::Le, x, other.into());
    /// Where this element is larger. `other` is a number or a tensor whose shape broadcasts; gives a bool tensor.
    /// PyTorch: `torch.gt`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).gt(2).to_string(), "tensor([False, False,  True])");
    /// ```
    gt, try_gt, [gt_, try_gt_ => answered(Compare::Gt, x, other.into())] (x, other: impl crate::Given<Arg>) => compared(Compare::Gt, x, other.into());
    /// Where this element is larger or equal.
    /// `other` is a number or a tensor whose shape broadcasts; gives a bool tensor. PyTorch: `torch.ge`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).ge(2).to_string(), "tensor([False,  True,  True])");
    /// ```
    ge, try_ge, [ge_, try_ge_ => answered(Compare::Ge, x, other.into())] (x, other: impl crate::Given<Arg>) => compared(Compare::Ge, x, other.into());

    /// Bits that are set in both, also `a & b`; on truth values "and". Integers or bools; floats are an error.
    /// PyTorch: `torch.bitwise_and`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([12]).bitwise_and(10).to_string(), "tensor([8])");
    /// ```
    bitwise_and, try_bitwise_and, [bitwise_and_, try_bitwise_and_] (x, other: impl crate::Given<Arg>)
        => bitwise("and", |a, b| a & b, x, other.into());
    /// Bits that are set in either, also `a | b`; on truth values "or". Integers or bools; floats are an error.
    /// PyTorch: `torch.bitwise_or`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([12]).bitwise_or(10).to_string(), "tensor([14])");
    /// ```
    bitwise_or, try_bitwise_or, [bitwise_or_, try_bitwise_or_] (x, other: impl crate::Given<Arg>)
        => bitwise("or", |a, b| a | b, x, other.into());
    /// Bits that are set in exactly one, also `a ^ b`. Integers or bools; floats are an error.
    /// PyTorch: `torch.bitwise_xor`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([12]).bitwise_xor(10).to_string(), "tensor([6])");
    /// ```
    bitwise_xor, try_bitwise_xor, [bitwise_xor_, try_bitwise_xor_] (x, other: impl crate::Given<Arg>)
        => bitwise("xor", |a, b| a ^ b, x, other.into());
    /// Where both are not 0. The shapes broadcast; gives a bool tensor. PyTorch: `torch.logical_and`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0, 0, 3]).logical_and(&tensor!([0, 1, 2])).to_string(), "tensor([False, False,  True])");
    /// ```
    logical_and, try_logical_and, [logical_and_, try_logical_and_] (x, other: &Tensor) => logical(|a, b| a & b, x, other);
    /// Where either is not 0. The shapes broadcast; gives a bool tensor. PyTorch: `torch.logical_or`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0, 0, 3]).logical_or(&tensor!([0, 1, 2])).to_string(), "tensor([False,  True,  True])");
    /// ```
    logical_or, try_logical_or, [logical_or_, try_logical_or_] (x, other: &Tensor) => logical(|a, b| a | b, x, other);
    /// Where exactly one is not 0. The shapes broadcast; gives a bool tensor. PyTorch: `torch.logical_xor`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0, 0, 3]).logical_xor(&tensor!([0, 1, 2])).to_string(), "tensor([False,  True, False])");
    /// ```
    logical_xor, try_logical_xor, [logical_xor_, try_logical_xor_] (x, other: &Tensor) => logical(|a, b| a ^ b, x, other);
    /// Where the element is 0. Any shape; gives a bool tensor. PyTorch: `torch.logical_not`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0, 3]).logical_not().to_string(), "tensor([ True, False])");
    /// ```
    logical_not, try_logical_not, [logical_not_, try_logical_not_] (x) => compared(Compare::Eq, x, Arg::Scalar(0.into()));

    /// Where the element is not a number. Any shape; gives a bool tensor. PyTorch: `torch.isnan`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., f32::INFINITY, f32::NAN]).isnan().to_string(), "tensor([False, False,  True])");
    /// ```
    isnan, try_isnan, [] (x) => compared(Compare::Ne, x, x.into());
    /// Where the element is infinite. Any shape; gives a bool tensor. PyTorch: `torch.isinf`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., f32::INFINITY, f32::NAN]).isinf().to_string(), "tensor([False,  True, False])");
    /// ```
    isinf, try_isinf, [] (x) => if !x.dtype().is_differentiable() { x.zeros_like().try_to_dtype(DType::Bool) } else { compared(Compare::Eq, &x.detach().try_abs()?, Arg::Scalar(f64::INFINITY.into())) };
    /// Where the element is neither infinite nor not a number. Any shape; gives a bool tensor.
    /// PyTorch: `torch.isfinite`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., f32::INFINITY, f32::NAN]).isfinite().to_string(), "tensor([ True, False, False])");
    /// ```
    isfinite, try_isfinite, [] (x) => if !x.dtype().is_differentiable() { x.ones_like().try_to_dtype(DType::Bool) } else { compared(Compare::Lt, &x.detach().try_abs()?, Arg::Scalar(f64::INFINITY.into())) };

    /// The element of `a` where this (a bool tensor) is true, that of `b` elsewhere: `torch.where(cond, a, b)`.
    /// The shapes broadcast.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([-1., 2.]);
    /// assert_eq!(x.gt(0).where_(&x, 0.).to_string(), "tensor([0., 2.])");
    /// ```
    where_, try_where_, [] (x, a: impl crate::Given<Arg>, b: impl crate::Given<Arg>) => chosen(x, a.into(), b.into());
    /// `value` where `mask` is true, this tensor's element elsewhere. `mask` is a bool tensor whose shape broadcasts.
    /// PyTorch: `Tensor.masked_fill`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([-1., 2.]);
    /// assert_eq!(x.masked_fill(&x.lt(0), 9.).to_string(), "tensor([9., 2.])");
    /// ```
    masked_fill, try_masked_fill, [masked_fill_, try_masked_fill_] (x, mask: &Tensor, value: impl crate::Given<Arg>)
        => masked_fill(x, mask, value.into());

    /// Where the elements are within `atol + rtol * |other|` of each other. The shapes broadcast; gives a bool tensor.
    /// PyTorch: `torch.isclose`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).isclose(&tensor!([1.001, 2.1]), 0.01, 0.).to_string(), "tensor([ True, False])");
    /// ```
    isclose, try_isclose, [] (x, other: &Tensor, rtol: f64, atol: f64) => close(x, other, rtol, atol);
    /// Whether all elements are close, with PyTorch's tolerances (1e-5 relative, 1e-8 absolute).
    /// PyTorch: `torch.allclose`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let third = tensor!([1.]) / 3.;
    /// assert!((third * 3.).allclose(&tensor!([1.])));
    /// ```
    allclose, try_allclose, [] (x, other: &Tensor) -> bool => close(x, other, 1e-5, 1e-8)?.try_all()?.try_item();
    /// [`Tensor::allclose`] with other tolerances. PyTorch: `torch.allclose`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([1.]), tensor!([1.001]));
    /// assert!(!a.allclose(&b) && a.allclose_with(&b, 0.01, 0.));
    /// ```
    allclose_with, try_allclose_with, [] (x, other: &Tensor, rtol: f64, atol: f64) -> bool
        => close(x, other, rtol, atol)?.try_all()?.try_item();
    /// Whether both tensors have the same shape and equal elements. PyTorch: `torch.equal`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1, 2]);
    /// assert!(x.equal(&tensor!([1, 2])) && !x.equal(&tensor!([1, 3])));
    /// ```
    equal, try_equal, [] (x, other: &Tensor) -> bool => {
        if x.shape() != other.shape() {
            return Ok(false);
        }
        compared(Compare::Eq, x, other.into())?.try_all()?.try_item()
    };
}
