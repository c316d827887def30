//! Less common functions of two operands.

use super::Tensor;
use super::arithmetic::{factors, in_dtype};
use super::ops::ops;
use super::rule::{Keep, composed, pair, pair_of_inputs};
use crate::autograd::{is_written_to, refuse_partial_overlap};
use crate::dtype::{Category, DType};
use crate::error::{Result, bail};
use crate::kernels::pointwise::Binary;
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
    pair_of_inputs(
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
        |g, a, b| {
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
    let o = factors(x, other, Category::Bool)?;
    let dtype = o.a.dtype();
    let forward = || {
        let kernel = match rounding {
            Rounding::Floor => "div_floor_cpu",
            Rounding::Trunc => "div_trunc_cpu",
        };
        not_bool(kernel, &o.a)?;
        no_zero(&o.b)?;
        match rounding {
            Rounding::Floor => o.compute(Binary::FloorDiv),
            Rounding::Trunc if dtype.is_floating_point() => {
                let [a, b] = in_dtype(dtype.opmath(), [&o.a, &o.b])?;
                a.try_div(b)?.try_trunc()?.try_to_dtype(dtype)
            }
            Rounding::Trunc => o.integers(i64::wrapping_div),
        }
    };
    composed(
        "DivBackward2",
        &[&o.a, &o.b],
        Keep::Inputs,
        forward,
        |ctx, g| {
            Ok(vec![
                ctx.when(0, || ctx.saved(0)?.try_zeros_like()?.try_mul(g))?,
                ctx.when(1, || ctx.saved(1)?.try_zeros_like()?.try_mul(g))?,
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
    let rule: fn(&Tensor, &Tensor, &Tensor) -> Result<[Tensor; 2]> = if largest {
        |g, a, b| shared_by_numbers(g, a, b, a.try_gt(b)?)
    } else {
        |g, a, b| shared_by_numbers(g, a, b, a.try_lt(b)?)
    };
    pair_of_inputs(
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
        return pair_of_inputs(
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
            |g, a, b| {
                let share =
                    |x: &Tensor, y: &Tensor| g.try_div(y.try_sub(x)?.try_exp2()?.try_add(1)?);
                Ok([share(a, b)?, share(b, a)?])
            },
        );
    }
    pair_of_inputs(
        ["LogaddexpBackward0"; 2],
        x,
        other,
        Category::Bool,
        |o| o.through_both("logaddexp_cpu", special::logaddexp, complex::logaddexp),
        |g, a, b| {
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
}
