//! Less common functions of two operands.

use super::Tensor;
use super::arithmetic::{self, operands};
use super::ops::ops;
use super::rule::{Keep, composed, pair};
use crate::autograd::{is_written_to, refuse_partial_overlap};
use crate::dtype::{Category, DType};
use crate::error::{Result, bail};
use crate::kernels::pointwise::{self, Binary};
use crate::kernels::{complex, special};
use crate::scalar::Arg;

/// How a quotient becomes a whole number. PyTorch's argument `rounding_mode`.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([7, -7]);
/// assert_eq!(x.div_rounding(2, Rounding::Trunc).to_string(), "tensor([ 3, -3])");
/// assert_eq!(x.div_rounding(2, Rounding::Floor).to_string(), "tensor([ 3, -4])");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero, as C does (`rounding_mode="trunc"`).
    Trunc,
    /// Down, as Python does (`rounding_mode="floor"`).
    Floor,
}

fn no_zero(x: &Tensor) -> Result<()> {
    if !x.is_floating_point() && x.detach().try_eq(0)?.try_any()?.try_item()? {
        bail!("ZeroDivisionError");
    }
    Ok(())
}

/// Truth values are no numbers to divide.
pub(super) fn not_bool(kernel: &str, x: &Tensor) -> Result<()> {
    if x.dtype() == DType::Bool {
        bail!("\"{kernel}\" not implemented for 'Bool'");
    }
    Ok(())
}

fn fmod(x: &Tensor, other: Arg) -> Result<Tensor> {
    pair(
        ["FmodBackward1", "FmodBackward0"],
        x,
        other,
        Category::Bool,
        |o| {
            not_bool("fmod_cpu", &o.a)?;
            no_zero(&o.b)?;
            if o.a.is_floating_point() {
                o.through("fmod", |x, y| x % y)
            } else {
                o.integers(i64::wrapping_rem)
            }
        },
        |g, a, b, _| {
            Ok([
                g.clone(),
                g.try_neg()?.try_mul(rounded_quotient(
                    &a.detach(),
                    b.detach().into(),
                    Rounding::Trunc,
                )?)?,
            ])
        },
    )
}

fn rounded_quotient(x: &Tensor, other: Arg, rounding: Rounding) -> Result<Tensor> {
    pair(
        ["DivBackward2", "DivBackward2"],
        x,
        other,
        Category::Bool,
        |o| {
            not_bool(
                if rounding == Rounding::Floor {
                    "div_floor_cpu"
                } else {
                    "div_trunc_cpu"
                },
                &o.a,
            )?;
            no_zero(&o.b)?;
            match rounding {
                Rounding::Floor => o.compute(Binary::FloorDiv),
                Rounding::Trunc if o.a.is_floating_point() => o.compute(Binary::Div)?.try_trunc(),
                Rounding::Trunc => o.integers(i64::wrapping_div),
            }
        },
        |g, a, b, _| {
            Ok([
                a.try_zeros_like()?.try_mul(g)?,
                b.try_zeros_like()?.try_mul(g)?,
            ])
        },
    )
}

fn copysign(x: &Tensor, other: Arg) -> Result<Tensor> {
    pair(
        ["CopysignBackward0", "CopysignBackward1"],
        x,
        other,
        Category::Float,
        |o| o.through("copysign", f64::copysign),
        |g, a, b, y| {
            Ok([
                a.try_eq(0)?.try_where_(0., g.try_mul(y.try_div(a)?)?)?,
                g.try_zeros_like()?.try_mul(b.try_zeros_like()?)?,
            ])
        },
    )
}

fn hypot(x: &Tensor, other: Arg) -> Result<Tensor> {
    pair(
        ["HypotBackward0", "HypotBackward0"],
        x,
        other,
        Category::Bool,
        |o| o.through("hypot_cpu", f64::hypot),
        |g, a, b, y| Ok([g.try_mul(a.try_div(y)?)?, g.try_mul(b.try_div(y)?)?]),
    )
}

/// The larger or smaller of two, where a number wins over what is none.
fn extreme_of_numbers(x: &Tensor, other: Arg, largest: bool) -> Result<Tensor> {
    let name = if largest {
        "FmaxBackward0"
    } else {
        "FminBackward0"
    };
    let float = if largest {
        |x: f64, y: f64| x.max(y)
    } else {
        |x: f64, y: f64| x.min(y)
    };
    let op = if largest { Binary::Max } else { Binary::Min };
    let rule: super::rule::PairRule = if largest {
        |g, a, b, _| shared_by_numbers(g, a, b, a.try_gt(b)?)
    } else {
        |g, a, b, _| shared_by_numbers(g, a, b, a.try_lt(b)?)
    };
    pair(
        [name; 2],
        x,
        other,
        Category::Bool,
        |o| {
            if o.a.is_floating_point() {
                o.through("fmax", float)
            } else {
                o.compute(op)
            }
        },
        rule,
    )
}

/// The winner takes the gradient; equals take half of it.
fn shared_by_numbers(g: &Tensor, a: &Tensor, b: &Tensor, wins: Tensor) -> Result<[Tensor; 2]> {
    let first = wins.try_logical_or(&b.try_isnan()?)?;
    let share = a
        .try_eq(b)?
        .try_where_(g.try_div(2)?, first.try_where_(g, 0.)?)?;
    Ok([share.clone(), g.try_sub(share)?])
}

fn log_sum(x: &Tensor, other: Arg, base_two: bool) -> Result<Tensor> {
    if base_two {
        return pair(
            ["Logaddexp2Backward0"; 2],
            x,
            other,
            Category::Bool,
            |o| {
                o.through("logaddexp2_cpu", |a, b| {
                    let ln_2 = std::f64::consts::LN_2;
                    special::logaddexp(a * ln_2, b * ln_2) / ln_2
                })
            },
            |g, a, b, _| {
                let share =
                    |x: &Tensor, y: &Tensor| g.try_div(y.try_sub(x)?.try_exp2()?.try_add(1)?);
                Ok([share(a, b)?, share(b, a)?])
            },
        );
    }
    pair(
        ["LogaddexpBackward0"; 2],
        x,
        other,
        Category::Bool,
        |o| o.through_both("logaddexp_cpu", special::logaddexp, complex::logaddexp),
        |g, a, b, _| {
            let share = |x: &Tensor, y: &Tensor| g.try_div(y.try_sub(x)?.try_exp()?.try_add(1)?);
            Ok([share(a, b)?, share(b, a)?])
        },
    )
}

/// `other` where `self` is 0, 0 left of it and 1 right of it. Both must have one dtype.
fn heaviside(x: &Tensor, other: &Tensor) -> Result<Tensor> {
    refuse_partial_overlap(x, &[other])?;
    if x.dtype() != other.dtype() {
        bail!("heaviside is not yet implemented for tensors with different dtypes.");
    }
    let (x, other) = (x.detach(), other.detach());
    let sides = x.try_gt(0)?.try_to_dtype(x.dtype())?;
    x.try_eq(0)?.try_where_(other, sides)
}

/// A shift, of which there is one function for each width: 1, 2, 4 and 8 bytes.
fn shift(x: &Tensor, other: Arg, name: &str, by_width: [fn(i64, i64) -> i64; 4]) -> Result<Tensor> {
    let o = operands(x, other, Category::Bool)?;
    let dtype = o.a.dtype();
    if dtype.category() != Category::Int {
        return Err(crate::Error::not_implemented(name, dtype));
    }
    o.integers(by_width[dtype.size().ilog2() as usize])
}

fn left(x: i64, by: i64, bits: i64) -> i64 {
    if (0..bits).contains(&by) { x << by } else { 0 }
}

/// All bits become the sign where the shift is too long.
fn right(x: i64, by: i64, bits: i64) -> i64 {
    if (0..bits).contains(&by) {
        x >> by
    } else {
        x >> 63
    }
}

fn bitwise_not(x: &Tensor) -> Result<Tensor> {
    match x.dtype().category() {
        Category::Bool => x.try_logical_not(),
        Category::Int => {
            operands(x, Arg::Scalar((-1).into()), Category::Bool)?.integers(|x, y| x ^ y)
        }
        Category::Float | Category::Complex => {
            Err(crate::Error::not_implemented("bitwise_not_cpu", x.dtype()))
        }
    }
}

fn float_power(x: &Tensor, exponent: Arg) -> Result<Tensor> {
    let complex = x.is_complex()
        || match &exponent {
            Arg::Tensor(exponent) => exponent.is_complex(),
            Arg::Scalar(exponent) => exponent.dtype().is_complex(),
        };
    let dtype = if complex { DType::C128 } else { DType::F64 };
    if is_written_to(x) && x.dtype() != dtype {
        bail!(
            "the base given to float_power_ has dtype {} but the operation's result requires dtype {}",
            x.dtype().scalar_type(),
            dtype.scalar_type()
        );
    }
    let exponent = match exponent {
        Arg::Tensor(exponent) => exponent.try_to_dtype(dtype)?.into(),
        number => number,
    };
    x.try_to_dtype(dtype)?.try_pow(exponent)
}

fn greatest_divisor(mut a: i64, mut b: i64) -> i64 {
    while a != 0 {
        (a, b) = (b.wrapping_rem(a), a);
    }
    b.wrapping_abs()
}

fn of_integers(x: &Tensor, other: Arg, name: &str, f: fn(i64, i64) -> i64) -> Result<Tensor> {
    let o = operands(x, other, Category::Bool)?;
    if o.a.dtype().category() != Category::Int {
        return Err(crate::Error::not_implemented(name, o.a.dtype()));
    }
    o.integers(f)
}

/// Written so that both ends are exact, as PyTorch does.
fn lerp(x: &Tensor, end: &Tensor, weight: Arg) -> Result<Tensor> {
    refuse_partial_overlap(x, &[end])?;
    if let Arg::Tensor(weight) = &weight {
        refuse_partial_overlap(x, &[weight])?;
    }
    if x.dtype() != end.dtype() {
        bail!(
            "expected dtype {} for `end` but got dtype {}",
            x.dtype().c_name(),
            end.dtype().c_name()
        );
    }
    if let Arg::Tensor(weight) = &weight
        && weight.dtype() != x.dtype()
    {
        bail!(
            "expected dtype {} for `weight` but got dtype {}",
            x.dtype().c_name(),
            weight.dtype().c_name()
        );
    }
    let name = if matches!(weight, Arg::Scalar(_)) {
        "LerpBackward0"
    } else {
        "LerpBackward1"
    };
    let weight = match weight {
        Arg::Tensor(weight) => weight,
        Arg::Scalar(weight) => super::creation::number_like(x, weight)?,
    };
    let kernel = match name {
        "LerpBackward0" => "lerp_kernel_scalar",
        _ => "lerp_kernel_tensor",
    };
    if !x.dtype().is_differentiable() {
        return Err(crate::Error::not_implemented(kernel, x.dtype()));
    }
    composed(
        name,
        &[x, end, &weight],
        Keep::Inputs,
        || {
            crate::shape::broadcast(&x.shape(), &end.shape())?;
            let way = end.try_sub(x)?;
            let near = x.try_add(weight.try_mul(&way)?)?;
            let far = end.try_sub(way.try_mul(weight.try_rsub(1.)?)?)?;
            weight.try_abs()?.try_lt(0.5)?.try_where_(near, far)
        },
        |ctx, g| {
            let (x, end, weight) = (ctx.saved(0)?, ctx.saved(1)?, ctx.saved(2)?);
            Ok(vec![
                ctx.when(0, || g.try_mul(weight.try_rsub(1.)?))?,
                ctx.when(1, || g.try_mul(&weight))?,
                ctx.when(2, || g.try_mul(end.try_sub(&x)?))?,
            ])
        },
    )
}

fn addcmul(x: &Tensor, a: &Tensor, b: &Tensor, value: f64) -> Result<Tensor> {
    refuse_partial_overlap(x, &[a, b])?;
    if [x, a, b].iter().all(|it| it.dtype() == DType::Bool) {
        return Err(crate::Error::not_implemented(
            "addcmul_cpu_out",
            DType::Bool,
        ));
    }
    composed(
        "AddcmulBackward0",
        &[x, a, b],
        Keep::Inputs,
        || {
            // All in the dtype of the result: integers are not made floats by the factor, it is cut instead.
            let dtype = arithmetic::joint_dtype_of(&[x, a, b]);
            let factor = if dtype.is_differentiable() {
                crate::Scalar::Float(value)
            } else {
                crate::Scalar::Int(value as i64)
            };
            factor.check_fits(dtype)?;
            let product = a.try_to_dtype(dtype)?.try_mul(b.try_to_dtype(dtype)?)?;
            x.try_add(product.try_mul(factor)?)
        },
        move |ctx, g| {
            Ok(vec![
                Some(g.clone()),
                ctx.when(1, || g.try_mul(ctx.saved(2)?.try_mul(value)?))?,
                ctx.when(2, || g.try_mul(ctx.saved(1)?.try_mul(value)?))?,
            ])
        },
    )
}

fn addcdiv(x: &Tensor, a: &Tensor, b: &Tensor, value: f64) -> Result<Tensor> {
    refuse_partial_overlap(x, &[a, b])?;
    if !a.dtype().is_differentiable() && !b.dtype().is_differentiable() {
        bail!(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true \
             division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * \
             torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / \
             tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * \
             tensor1 / tensor2), for all dtypes."
        );
    }
    composed(
        "AddcdivBackward0",
        &[x, a, b],
        Keep::Inputs,
        || x.try_add(a.try_div(b)?.try_mul(value)?),
        move |ctx, g| {
            let (a, b) = (ctx.saved(1)?, ctx.saved(2)?);
            Ok(vec![
                Some(g.clone()),
                ctx.when(1, || g.try_mul(b.try_reciprocal()?.try_mul(value)?))?,
                ctx.when(2, || {
                    g.try_neg()?
                        .try_mul(a.try_mul(value)?.try_div(b.try_square()?)?)
                })?,
            ])
        },
    )
}

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
    let (low, high) = match dtype {
        DType::U8 => (0, u8::MAX.into()),
        DType::I8 => (i8::MIN.into(), i8::MAX.into()),
        DType::I16 => (i16::MIN.into(), i16::MAX.into()),
        DType::I32 => (i32::MIN.into(), i32::MAX.into()),
        _ => return bound,
    };
    crate::Scalar::Int(bound.to_i64().clamp(low, high))
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
    if is_written_to(x) && !tensors && dtype.category() > x.dtype().category() {
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
        Ok(Tensor::from_array(pointwise::binary(op, &x, &bound)?))
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
    /// What is left over by a division that is cut towards zero; it has the sign of `self`. `other` is a number or a
    /// tensor whose shape broadcasts. Integers divided by 0, bools and complex numbers are an error.
    /// PyTorch: `torch.fmod`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([7, -7]);
    /// assert_eq!(x.fmod(3).to_string(), "tensor([ 1, -1])");
    /// // Its relative has the sign of the divisor.
    /// assert_eq!(x.remainder(3).to_string(), "tensor([1, 2])");
    /// ```
    fmod, try_fmod, [fmod_, try_fmod_] (x, other: impl crate::Given<Arg>) => fmod(x, other.into());
    /// The quotient as a whole number. `other` is a number or a tensor whose shape broadcasts. The dtype stays;
    /// integers divided by 0 and bools are an error. PyTorch: `torch.div(a, b, rounding_mode="floor")`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([7., -7.]);
    /// assert_eq!(x.div_rounding(2, Rounding::Floor).to_string(), "tensor([ 3., -4.])");
    /// ```
    div_rounding, try_div_rounding, [div_rounding_, try_div_rounding_] (x, other: impl crate::Given<Arg>, rounding: Rounding)
        => rounded_quotient(x, other.into(), rounding);
    /// The size of this element with the sign of the other. `other` is a number or a tensor whose shape broadcasts.
    /// Integers and bools give `f32`. PyTorch: `torch.copysign`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., -2.]).copysign(-0.).to_string(), "tensor([-1., -2.])");
    /// ```
    copysign, try_copysign, [copysign_, try_copysign_] (x, other: impl crate::Given<Arg>) => copysign(x, other.into());
    /// The length of the hypotenuse over both. `other` is a number or a tensor whose shape broadcasts. Floats only;
    /// integers are an error. PyTorch: `torch.hypot`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([3., 5.]).hypot(tensor!([4., 12.])).to_string(), "tensor([ 5., 13.])");
    /// ```
    hypot, try_hypot, [hypot_, try_hypot_] (x, other: impl crate::Given<Arg>) => hypot(x, other.into());
    /// The larger of two elements; a number wins over what is not a number. `other` is a number or a tensor whose shape
    /// broadcasts. PyTorch: `torch.fmax`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([1., f32::NAN]), tensor!([5., 2.]));
    /// assert_eq!(a.fmax(&b).to_string(), "tensor([5., 2.])");
    /// assert_eq!(a.maximum(&b).to_string(), "tensor([5., nan])");
    /// ```
    fmax, try_fmax, [] (x, other: impl crate::Given<Arg>) => extreme_of_numbers(x, other.into(), true);
    /// The smaller of two elements; a number wins over what is not a number. `other` is a number or a tensor whose
    /// shape broadcasts. PyTorch: `torch.fmin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([1., f32::NAN]), tensor!([5., 2.]));
    /// assert_eq!(a.fmin(&b).to_string(), "tensor([1., 2.])");
    /// ```
    fmin, try_fmin, [] (x, other: impl crate::Given<Arg>) => extreme_of_numbers(x, other.into(), false);
    /// The logarithm of `exp(self) + exp(other)`, without overflow. `other` is a number or a tensor whose shape
    /// broadcasts. Integers are an error. PyTorch: `torch.logaddexp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([0., 1000.]);
    /// assert_eq!(x.logaddexp(&x).to_string(), "tensor([6.9315e-01, 1.0007e+03])");
    /// assert_eq!((x.exp() + x.exp()).log().to_string(), "tensor([0.6931,    inf])");
    /// ```
    logaddexp, try_logaddexp, [] (x, other: impl crate::Given<Arg>) => log_sum(x, other.into(), false);
    /// The logarithm to base 2 of `2^self + 2^other`, without overflow. `other` is a number or a tensor whose shape
    /// broadcasts. Integers are an error. PyTorch: `torch.logaddexp2`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([0., 1000.]);
    /// assert_eq!(x.logaddexp2(&x).to_string(), "tensor([1.0000e+00, 1.0010e+03])");
    /// ```
    logaddexp2, try_logaddexp2, [] (x, other: impl crate::Given<Arg>) => log_sum(x, other.into(), true);
    /// 0 for negative elements, 1 for positive ones, the element of `values` for 0. The shapes broadcast; both have one
    /// dtype. PyTorch: `torch.heaviside`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([-2., 0., 3.]);
    /// assert_eq!(x.heaviside(&tensor!(0.5)).to_string(), "tensor([0.0000, 0.5000, 1.0000])");
    /// ```
    heaviside, try_heaviside, [heaviside_, try_heaviside_] (x, values: &Tensor) => heaviside(x, values);
    /// `self · 2^other`. `other` is a number or a tensor whose shape broadcasts. Integers and bools give `f32`.
    /// PyTorch: `torch.ldexp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([3., 0.5]).ldexp(tensor!([1, 4])).to_string(), "tensor([6., 8.])");
    /// ```
    ldexp, try_ldexp, [ldexp_, try_ldexp_] (x, other: impl crate::Given<Arg>) => pair(
        ["LdexpBackward0"; 2],
        x,
        other.into(),
        Category::Float,
        |o| o.through_both("ldexp", |x, y| x * y.exp2(), |x, y| x * complex::exp2(y)),
        |g, _, b, y| Ok([g.try_mul(b.try_exp2()?)?, g.try_mul(y.try_mul(std::f64::consts::LN_2)?)?]),
    );
    /// Power, computed in `f64`, or in `c128` where an operand is complex; that is the dtype of the result, and must be
    /// this tensor's for `float_power_`. PyTorch: `torch.float_power`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([2, 10]);
    /// assert_eq!(x.float_power(-1).to_string(), "tensor([0.5000, 0.1000], dtype=torch.float64)");
    /// ```
    float_power, try_float_power, [float_power_, try_float_power_] (x, exponent: impl crate::Given<Arg>)
        => float_power(x, exponent.into());
    /// The greatest common divisor of two integers. `other` is a number or a tensor whose shape broadcasts. Floats and
    /// bools are an error. PyTorch: `torch.gcd`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([12, -18, 0]).gcd(8).to_string(), "tensor([4, 2, 8])");
    /// ```
    gcd, try_gcd, [gcd_, try_gcd_] (x, other: impl crate::Given<Arg>) => of_integers(x, other.into(), "gcd_cpu", greatest_divisor);
    /// The least common multiple of two integers. `other` is a number or a tensor whose shape broadcasts. Floats and
    /// bools are an error. PyTorch: `torch.lcm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([12, -18, 0]).lcm(8).to_string(), "tensor([24, 72,  0])");
    /// ```
    lcm, try_lcm, [lcm_, try_lcm_] (x, other: impl crate::Given<Arg>) => of_integers(x, other.into(), "lcm_cpu", |a, b| {
        match greatest_divisor(a, b) {
            0 => 0,
            divisor => (a / divisor).wrapping_mul(b).wrapping_abs(),
        }
    });

    /// Bits in reverse: each that was set is not, also `!a`; on truth values "not". Integers or bools; floats are an
    /// error. PyTorch: `torch.bitwise_not`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0, 5]).bitwise_not().to_string(), "tensor([-1, -6])");
    /// assert_eq!((!tensor!([true, false])).to_string(), "tensor([False,  True])");
    /// ```
    bitwise_not, try_bitwise_not, [bitwise_not_, try_bitwise_not_] (x) => bitwise_not(x);
    /// Bits moved to higher places, also `a << b`. `other` is a number or a tensor whose shape broadcasts. Integers
    /// only. PyTorch: `torch.bitwise_left_shift`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 5]).bitwise_left_shift(3).to_string(), "tensor([ 8, 40])");
    /// ```
    bitwise_left_shift, try_bitwise_left_shift, [bitwise_left_shift_, try_bitwise_left_shift_] (x, other: impl crate::Given<Arg>)
        => shift(x, other.into(), "lshift_cpu", [
            |x, by| left(x, by, 8),
            |x, by| left(x, by, 16),
            |x, by| left(x, by, 32),
            |x, by| left(x, by, 64),
        ]);
    /// Bits moved to lower places, also `a >> b`; the sign stays. `other` is a number or a tensor whose shape
    /// broadcasts. Integers only. PyTorch: `torch.bitwise_right_shift`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([40, -40]).bitwise_right_shift(3).to_string(), "tensor([ 5, -5])");
    /// ```
    bitwise_right_shift, try_bitwise_right_shift, [bitwise_right_shift_, try_bitwise_right_shift_] (x, other: impl crate::Given<Arg>)
        => shift(x, other.into(), "rshift_cpu", [
            |x, by| right(x, by, 8),
            |x, by| right(x, by, 16),
            |x, by| right(x, by, 32),
            |x, by| right(x, by, 64),
        ]);

    /// `self + weight * (end - self)`; the weight is a number or a tensor. The shapes broadcast; all are floats of one
    /// dtype. PyTorch: `torch.lerp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (start, end) = (tensor!([0., 10.]), tensor!([4., 20.]));
    /// assert_eq!(start.lerp(&end, 0.25).to_string(), "tensor([ 1.0000, 12.5000])");
    /// ```
    lerp, try_lerp, [lerp_, try_lerp_] (x, end: &Tensor, weight: impl crate::Given<Arg>) => lerp(x, end, weight.into());
    /// `self + value * a * b`. The shapes broadcast. PyTorch: `torch.addcmul`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, a, b) = (tensor!([1., 1.]), tensor!([2., 3.]), tensor!([4., 5.]));
    /// assert_eq!(x.addcmul(&a, &b, 0.5).to_string(), "tensor([5.0000, 8.5000])");
    /// ```
    addcmul, try_addcmul, [addcmul_, try_addcmul_] (x, a: &Tensor, b: &Tensor, value: f64) => addcmul(x, a, b, value);
    /// `self + value * a / b`. The shapes broadcast; `a` or `b` holds floats. PyTorch: `torch.addcdiv`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, a, b) = (tensor!([1., 1.]), tensor!([2., 3.]), tensor!([4., 5.]));
    /// assert_eq!(x.addcdiv(&a, &b, 10.).to_string(), "tensor([6., 7.])");
    /// ```
    addcdiv, try_addcdiv, [addcdiv_, try_addcdiv_] (x, a: &Tensor, b: &Tensor, value: f64) => addcdiv(x, a, b, value);

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
