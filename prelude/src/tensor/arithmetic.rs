//! Arithmetic of two operands: promotion, broadcasting and the derivatives.

use super::Tensor;
use super::creation::full_array;
use super::ops::ops;
use crate::autograd::{Ctx, Saved, is_written_to, record, refuse_partial_overlap};
use crate::dtype::{Category, DType};
use crate::error::{Result, bail};
use crate::kernels::memory_order::as_operands_lie;
use crate::kernels::pointwise::{Binary, binary};
use crate::kernels::{Array, fused};
use crate::scalar::{Arg, Scalar};
use crate::shape::{Shape, broadcast};

/// Two operands of one dtype, but for what [`factors`] makes of a single number, and one shape.
pub(super) struct Operands {
    pub a: Tensor,
    pub b: Tensor,
    pub shape: Shape,
}

/// The dtype that a tensor of this dtype and a plain number answer in: only a higher kind of number changes it.
pub(crate) fn promote_scalar(dtype: DType, scalar: Scalar) -> DType {
    match scalar.category() > dtype.category() {
        true if scalar.category() == Category::Complex => dtype.to_complex(),
        true => scalar.dtype(),
        false => dtype,
    }
}

/// The dtype that both operands are converted to.
pub(super) fn joint_dtype(a: &Tensor, b: &Arg) -> DType {
    match b {
        Arg::Scalar(b) => promote_scalar(a.dtype(), *b),
        Arg::Tensor(b) => joint_dtype_of(&[a, b]),
    }
}

/// PyTorch's `result_type`: tensors with dimensions decide; 0-d tensors count only with a higher kind of number.
pub(super) fn joint_dtype_of(tensors: &[&Tensor]) -> DType {
    let of = |has_dims: bool| {
        let counted = tensors.iter().filter(|x| (x.dim() > 0) == has_dims);
        counted.map(|x| x.dtype()).reduce(DType::promote)
    };
    match (of(true), of(false)) {
        (Some(dims), Some(single)) if single.category() > dims.category() => {
            // A 0-d complex tensor does not decide how wide the parts are.
            if single.is_complex() && dims.is_floating_point() {
                dims.to_complex()
            } else {
                single
            }
        }
        (Some(dtype), _) | (None, Some(dtype)) => dtype,
        (None, None) => DType::F32,
    }
}

/// Converts and broadcasts; `least` is the lowest kind of number the operation works on.
pub(super) fn operands(a: &Tensor, b: Arg, least: Category) -> Result<Operands> {
    converted(a, b, least, |dtype| dtype)
}

/// The operands of a product or a quotient. A single number on the right goes into it as exactly as the numbers are
/// computed; it is not rounded to 16 bits before. PyTorch: `mul_kernel`, `div_true_kernel` (BinaryOpsKernel.cpp).
pub(super) fn factors(a: &Tensor, b: Arg, least: Category) -> Result<Operands> {
    converted(a, b, least, DType::opmath)
}

/// `of_number` is what a single number on the right is converted to where it is not of the operands' dtype.
fn converted(
    a: &Tensor,
    b: Arg,
    least: Category,
    of_number: fn(DType) -> DType,
) -> Result<Operands> {
    if let Arg::Tensor(b) = &b {
        refuse_partial_overlap(a, &[b])?;
    }
    let written = is_written_to(a);
    let joint = joint_dtype(a, &b);
    let dtype = match least {
        Category::Float => joint.to_float(),
        Category::Complex => joint.to_complex(),
        _ => joint,
    };
    let a = a.try_to_dtype(dtype)?;
    let b = match b {
        Arg::Scalar(b) => Tensor::from_array(full_array(&[], b, of_number(dtype), a.device())?),
        Arg::Tensor(b) => {
            let is_number = b.numel() == 1 && b.dtype() != dtype;
            let dtype = if is_number { of_number(dtype) } else { dtype };
            on_device_of(&a, b.try_to_dtype(dtype)?)?
        }
    };
    let a = on_device_of(&b, a)?;
    let shape = broadcast(&a.shape(), &b.shape())?;
    if written && shape != a.shape() {
        bail!(
            "output with shape {} doesn't match the broadcast shape {}",
            a.shape().list(),
            shape.list()
        );
    }
    Ok(Operands { a, b, shape })
}

/// Fails where the numbers of a result have no place in the tensor that it is written to. PyTorch looks for that before
/// it looks for a kernel.
pub(super) fn check_cast(x: &Tensor, result: DType) -> Result<()> {
    if is_written_to(x) && !result.can_cast(x.dtype()) {
        bail!(
            "result type {} can't be cast to the desired output type {}",
            result.scalar_type(),
            x.dtype().scalar_type()
        );
    }
    Ok(())
}

/// A 0-d tensor in main memory may be combined with a tensor on a GPU.
fn on_device_of(other: &Tensor, tensor: Tensor) -> Result<Tensor> {
    if tensor.dim() == 0 && other.device().is_cuda() && !tensor.device().is_cuda() {
        return tensor.try_to_device(other.device());
    }
    Ok(tensor)
}

impl Operands {
    pub fn compute(&self, op: Binary) -> Result<Tensor> {
        self.with(|[a, b]| binary(op, a, b))
    }

    /// What a kernel makes of the operands, which have one shape there.
    pub fn with(&self, kernel: impl FnOnce([&Array; 2]) -> Result<Array>) -> Result<Tensor> {
        let (a, b) = (
            self.a.array().broadcast(&self.shape)?,
            self.b.array().broadcast(&self.shape)?,
        );
        Ok(Tensor::from_array(as_operands_lie([&a, &b], kernel)?))
    }
}

/// The gradients of both operands, each asked for only where it is wanted.
fn gradients(
    ctx: &Ctx,
    a: impl FnOnce() -> Result<Tensor>,
    b: impl FnOnce() -> Result<Tensor>,
) -> Result<Vec<Option<Tensor>>> {
    Ok(vec![ctx.when(0, a)?, ctx.when(1, b)?])
}

/// Saves an operand only if the derivative that needs it is wanted.
fn needed(tensor: &Tensor, wanted_by: &Tensor) -> Saved {
    Saved::input(&if wanted_by.requires_grad() {
        tensor.clone()
    } else {
        tensor.detach()
    })
}

fn add(x: &Tensor, other: Arg) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let operands = operands(x, other, Category::Bool)?;
    let output = operands.compute(Binary::Add)?;
    record("AddBackward0", &[&operands.a, &operands.b], output, |_| {
        (Vec::new(), |ctx: &Ctx, g: &Tensor| {
            gradients(ctx, || Ok(g.clone()), || Ok(g.clone()))
        })
    })
}

/// All in one dtype.
pub(super) fn in_dtype<const N: usize>(dtype: DType, tensors: [&Tensor; N]) -> Result<[Tensor; N]> {
    let mut all = tensors.map(Tensor::clone);
    for tensor in &mut all {
        *tensor = tensor.try_to_dtype(dtype)?;
    }
    Ok(all)
}

/// `x + a * b`, as PyTorch rounds it, of operands of one dtype. The shapes broadcast; nothing is recorded.
pub(super) fn mul_add(x: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let shape = broadcast(&broadcast(&x.shape(), &a.shape())?, &b.shape())?;
    let [x, a, b] = [x, a, b].map(|it| it.array().broadcast(&shape));
    let sum = as_operands_lie([&x?, &a?, &b?], |[x, a, b]| fused::mul_add(x, a, b))?;
    Ok(Tensor::from_array(sum))
}

fn add_scaled(x: &Tensor, other: &Tensor, alpha: Scalar) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let operands = operands(x, other.into(), Category::Bool)?;
    let dtype = operands.a.dtype();
    if alpha.dtype() == DType::Bool && dtype != DType::Bool {
        bail!("Boolean alpha only supported for Boolean results.");
    }
    if alpha.dtype().is_differentiable() && !dtype.is_differentiable() {
        bail!("For integral input tensors, argument alpha must not be a floating point number.");
    }
    let factor = super::creation::number_like(&operands.a, alpha)?;
    // PyTorch's loops take 32 numbers of 16 bits at once, in 32 bits; fewer are computed in their own dtype.
    let computed_in = match operands.shape.numel() {
        0..32 => dtype,
        _ => dtype.opmath(),
    };
    let [a, b] = [&operands.a, &operands.b].map(Tensor::detach);
    let [a, b, factor] = in_dtype(computed_in, [&a, &b, &factor])?;
    let output = mul_add(&a, &b, &factor)?.try_to_dtype(dtype)?.array();
    record(
        "AddBackward0",
        &[&operands.a, &operands.b],
        Tensor::from_array(output),
        |_| {
            (Vec::new(), move |ctx: &Ctx, g: &Tensor| {
                gradients(ctx, || Ok(g.clone()), || g.try_mul(alpha))
            })
        },
    )
}

/// Truth values are not subtracted.
fn not_bools(a: DType, b: DType) -> Result<()> {
    match [a, b].map(|dtype| dtype == DType::Bool) {
        [false, false] => Ok(()),
        [true, true] => bail!(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` \
             operator instead."
        ),
        _ => bail!(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use \
             the `~` or `logical_not()` operator instead."
        ),
    }
}

fn sub(x: &Tensor, other: Arg) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    not_bools(
        x.dtype(),
        match &other {
            Arg::Tensor(other) => other.dtype(),
            Arg::Scalar(other) => other.dtype(),
        },
    )?;
    let operands = operands(x, other, Category::Bool)?;
    let output = operands.compute(Binary::Sub)?;
    record("SubBackward0", &[&operands.a, &operands.b], output, |_| {
        (Vec::new(), |ctx: &Ctx, g: &Tensor| {
            gradients(ctx, || Ok(g.clone()), || g.try_neg())
        })
    })
}

fn mul(x: &Tensor, other: Arg) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let operands = factors(x, other, Category::Bool)?;
    let output = operands.compute(Binary::Mul)?;
    let (a, b) = (&operands.a, &operands.b);
    record("MulBackward0", &[a, b], output, |_| {
        let saved = vec![needed(a, b), needed(b, a)];
        (saved, |ctx: &Ctx, g: &Tensor| {
            gradients(
                ctx,
                || g.try_mul(ctx.saved(1)?),
                || g.try_mul(ctx.saved(0)?),
            )
        })
    })
}

fn div(x: &Tensor, other: Arg) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let operands = factors(x, other, Category::Float)?;
    let output = operands.compute(Binary::Div)?;
    let (a, b) = (&operands.a, &operands.b);
    record("DivBackward0", &[a, b], output, |_| {
        (
            vec![needed(a, b), Saved::input(b)],
            |ctx: &Ctx, g: &Tensor| {
                let b = ctx.saved(1)?;
                gradients(
                    ctx,
                    || g.try_div(&b),
                    || Ok(-g * ((ctx.saved(0)? / &b) / &b)),
                )
            },
        )
    })
}

fn pow(x: &Tensor, exponent: Arg) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    if let Arg::Scalar(Scalar::Int(..0)) = &exponent
        && !x.dtype().is_differentiable()
    {
        bail!("Integers to negative integer powers are not allowed.");
    }
    let number = match exponent {
        Arg::Scalar(number) => Some(number),
        Arg::Tensor(_) => None,
    };
    let operands = operands(x, exponent, Category::Bool)?;
    let output = operands.compute(Binary::Pow)?;
    let (a, b) = (&operands.a, &operands.b);
    if let Some(number) = number {
        return record("PowBackward0", &[a], output, |_| {
            let backward = move |ctx: &Ctx, g: &Tensor| {
                Ok(vec![Some(power_slope(&ctx.saved(0)?, number, g)?)])
            };
            (vec![Saved::input(a)], backward)
        });
    }
    record("PowBackward1", &[a, b], output, |output| {
        let saved = vec![Saved::input(a), Saved::input(b), Saved::output(output)];
        (saved, |ctx: &Ctx, g: &Tensor| {
            let (a, b) = (ctx.saved(0)?, ctx.saved(1)?);
            gradients(
                ctx,
                // 0 where the exponent is 0, even at 0, where the general rule is 0 / 0.
                || {
                    b.try_eq(0)?
                        .try_where_(&g.try_zeros_like()?, g * (&b * a.pow(&b - 1)))
                },
                // 0 at 0 to a power that is not negative, where the logarithm is infinite.
                || {
                    let at_zero = a.try_eq(0)?.try_mul(b.try_real()?.try_ge(0)?)?;
                    at_zero.try_where_(&g.try_zeros_like()?, g * (ctx.saved(2)? * a.log()))
                },
            )
        })
    })
}

/// The gradient of a power with a plain number, as `pow_backward` computes it (torch/csrc/autograd/FunctionsManual.cpp).
fn power_slope(a: &Tensor, exponent: Scalar, g: &Tensor) -> Result<Tensor> {
    let (exponent, lower) = match exponent {
        Scalar::Complex(exponent) => (Scalar::Complex(exponent), Scalar::Complex(exponent - 1.)),
        real => (
            Scalar::Float(real.to_f64()),
            Scalar::Float(real.to_f64() - 1.),
        ),
    };
    // Also at 0, where the rule is 0 / 0.
    if exponent.to_complex().norm_sqr() == 0. {
        return a.try_zeros_like();
    }
    g.try_mul(a.try_pow(lower)?.try_mul(exponent)?)
}

/// Where the operands are equal, each gets half of the gradient, as in PyTorch.
fn extreme(x: &Tensor, other: Arg, op: Binary, name: &'static str) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let operands = operands(x, other, Category::Bool)?;
    let output = operands.compute(op)?;
    let (a, b) = (&operands.a, &operands.b);
    record(name, &[a, b], output, |_| {
        (
            vec![Saved::input(a), Saved::input(b)],
            move |ctx: &Ctx, g: &Tensor| {
                let (a, b) = (ctx.saved(0)?, ctx.saved(1)?);
                let (a_loses, b_loses) = match op {
                    Binary::Max => (a.try_lt(&b)?, b.try_lt(&a)?),
                    _ => (a.try_gt(&b)?, b.try_gt(&a)?),
                };
                let shared = a.try_eq(&b)?.try_where_(g / 2, g)?;
                gradients(
                    ctx,
                    || a_loses.try_where_(&g.try_zeros_like()?, &shared),
                    || b_loses.try_where_(&g.try_zeros_like()?, &shared),
                )
            },
        )
    })
}

fn floor_divide(x: &Tensor, other: Arg) -> Result<Tensor> {
    let operands = factors(x, other, Category::Bool)?;
    check_cast(x, operands.a.dtype())?;
    super::pairs::not_bool("div_floor_cpu", &operands.a)?;
    let output = operands.compute(Binary::FloorDiv)?;
    let name = if is_written_to(x) {
        "floor_divide_"
    } else {
        "floor_divide"
    };
    let inputs = [&operands.a, &operands.b];
    record("NotImplemented", &inputs, output, |_| {
        (Vec::new(), move |_: &Ctx, _: &Tensor| {
            bail!("derivative for aten::{name} is not implemented")
        })
    })
}

fn remainder(x: &Tensor, other: Arg) -> Result<Tensor> {
    let name = if matches!(other, Arg::Scalar(_)) {
        "RemainderBackward0"
    } else {
        "RemainderBackward1"
    };
    let operands = operands(x, other, Category::Bool)?;
    check_cast(x, operands.a.dtype())?;
    super::pairs::not_bool("remainder_cpu", &operands.a)?;
    let output = operands.compute(Binary::Remainder)?;
    let (a, b) = (&operands.a, &operands.b);
    record(name, &[a, b], output, |_| {
        (
            vec![Saved::input(a), Saved::input(b)],
            |ctx: &Ctx, g: &Tensor| {
                gradients(
                    ctx,
                    || Ok(g.clone()),
                    || {
                        let (a, b) = (ctx.saved(0)?.detach(), ctx.saved(1)?.detach());
                        Ok(-g * a.try_floor_divide(b)?)
                    },
                )
            },
        )
    })
}

fn atan2(x: &Tensor, other: Arg) -> Result<Tensor> {
    let operands = operands(x, other, Category::Float)?;
    let output = operands.compute(Binary::Atan2)?;
    let (a, b) = (&operands.a, &operands.b);
    record("Atan2Backward0", &[a, b], output, |_| {
        (
            vec![Saved::input(a), Saved::input(b)],
            |ctx: &Ctx, g: &Tensor| {
                let (a, b) = (ctx.saved(0)?, ctx.saved(1)?);
                let lengths = a.try_square()?.try_add(b.try_square()?)?;
                let g = lengths.try_eq(0)?.try_where_(0., g.try_div(&lengths)?)?;
                gradients(ctx, || g.try_mul(&b), || g.try_mul(-&a))
            },
        )
    })
}

ops! {
    /// Sum of elements, also `a + b`. `other` is a number or a tensor; shapes broadcast, and the dtype is that which
    /// both fit in. PyTorch: `torch.add`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1], [2]]);
    /// assert_eq!(x.add(&tensor!([10, 20])).to_string(), "tensor([[11, 21],\n        [12, 22]])");
    /// assert_eq!((x.t() + 0.5).to_string(), "tensor([[1.5000, 2.5000]])");
    /// ```
    add, try_add, [add_, try_add_] (x, other: impl crate::Given<Arg>) => add(x, other.into());
    /// Difference of elements, also `a - b`. `other` is a number or a tensor; shapes broadcast. Fails with truth
    /// values. PyTorch: `torch.sub`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 2.], [5., 8.]]);
    /// let centred = x.sub(x.mean_dim(0, true));
    /// assert_eq!(centred.to_string(), "tensor([[-2., -3.],\n        [ 2.,  3.]])");
    /// ```
    sub, try_sub, [sub_, try_sub_] (x, other: impl crate::Given<Arg>) => sub(x, other.into());
    /// Product of elements, also `a * b`. `other` is a number or a tensor; shapes broadcast. [`Tensor::matmul`] is the
    /// product of matrices. PyTorch: `torch.mul`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2], [3, 4]]);
    /// assert_eq!(x.mul(&x).to_string(), "tensor([[ 1,  4],\n        [ 9, 16]])");
    /// ```
    mul, try_mul, [mul_, try_mul_] (x, other: impl crate::Given<Arg>) => mul(x, other.into());
    /// Quotient of elements, also `a / b`. `other` is a number or a tensor; shapes broadcast. Of integers too it is a
    /// float. PyTorch: `torch.div`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([7, -7]).div(2).to_string(), "tensor([ 3.5000, -3.5000])");
    /// assert_eq!(tensor!([1., 0.]).div(0).to_string(), "tensor([inf, nan])");
    /// ```
    div, try_div, [div_, try_div_] (x, other: impl crate::Given<Arg>) => div(x, other.into());
    /// Quotient rounded down: Python's `//`. Integers stay integers; fails if one is divided by 0. PyTorch:
    /// `torch.floor_divide`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([7, -7]).floor_divide(2).to_string(), "tensor([ 3, -4])");
    /// ```
    floor_divide, try_floor_divide, [floor_divide_, try_floor_divide_] (x, other: impl crate::Given<Arg>)
        => floor_divide(x, other.into());
    /// What is left over by [`Tensor::floor_divide`], also `a % b`. It has the sign of `other`; Rust's own `%` takes
    /// that of the first number. PyTorch: `torch.remainder`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([7, -7]).remainder(3).to_string(), "tensor([1, 2])");
    /// assert_eq!(tensor!([7, -7]).remainder(-3).to_string(), "tensor([-2, -1])");
    /// ```
    remainder, try_remainder, [remainder_, try_remainder_] (x, other: impl crate::Given<Arg>) => remainder(x, other.into());
    /// Power of elements: Python's `**`. The exponent is a number or a tensor; integers stay integers if the exponent
    /// is one, and then it must not be negative. PyTorch: `torch.pow`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1, 2, 3]);
    /// assert_eq!(x.pow(2).to_string(), "tensor([1, 4, 9])");
    /// assert_eq!(x.pow(0.5).to_string(), "tensor([1.0000, 1.4142, 1.7321])");
    /// ```
    pow, try_pow, [pow_, try_pow_] (x, exponent: impl crate::Given<Arg>) => pow(x, exponent.into());
    /// The larger of two elements. `other` is a number or a tensor; shapes broadcast. PyTorch: `torch.maximum`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 5.]).maximum(&tensor!([3.])).to_string(), "tensor([3., 5.])");
    /// ```
    maximum, try_maximum, [] (x, other: impl crate::Given<Arg>) => extreme(x, other.into(), Binary::Max, "MaximumBackward0");
    /// The smaller of two elements. `other` is a number or a tensor; shapes broadcast. PyTorch: `torch.minimum`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 5.]).minimum(&tensor!([3.])).to_string(), "tensor([1., 3.])");
    /// ```
    minimum, try_minimum, [] (x, other: impl crate::Given<Arg>) => extreme(x, other.into(), Binary::Min, "MinimumBackward0");
    /// The angle of the point (`other`, `self`) against the first axis, in radians from -π to π. PyTorch:
    /// `torch.atan2`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (y, x) = (tensor!([1., 1.]), tensor!([1., -1.]));
    /// assert_eq!(y.atan2(&x).to_string(), "tensor([0.7854, 2.3562])");
    /// ```
    atan2, try_atan2, [atan2_, try_atan2_] (x, other: impl crate::Given<Arg>) => atan2(x, other.into());
    /// `self + alpha * other`. Shapes broadcast; `alpha` is an integer where the result holds integers. PyTorch: `torch.add`
    /// with `alpha`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (weight, gradient) = (tensor!([1., 2.]), tensor!([4., 4.]));
    /// assert_eq!(weight.add_scaled(&gradient, -0.25).to_string(), "tensor([0., 1.])");
    /// ```
    add_scaled, try_add_scaled, [add_scaled_, try_add_scaled_] (x, other: &Tensor, alpha: impl crate::Given<Scalar>)
        => add_scaled(x, other, alpha.into());
}

/// A plain number minus a tensor. The number must not decide the dtype, so it becomes a 0-d tensor of the right one.
fn rsub(x: &Tensor, left: Scalar) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    not_bools(x.dtype(), left.dtype())?;
    let dtype = promote_scalar(x.dtype(), left);
    let left = Tensor::from_array(full_array(&[], left, dtype, x.device())?);
    let operands = operands(&left, x.into(), Category::Bool)?;
    let output = operands.compute(Binary::Sub)?;
    record("RsubBackward1", &[&operands.b], output, |_| {
        (Vec::new(), |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(g.try_neg()?)])
        })
    })
}

/// A plain number to the power of a tensor. The number must not decide the dtype either.
fn rpow(x: &Tensor, base: Scalar) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let dtype = promote_scalar(x.dtype(), base);
    let full = Tensor::from_array(full_array(&[], base, dtype, x.device())?);
    let operands = operands(&full, x.into(), Category::Bool)?;
    let output = operands.compute(Binary::Pow)?;
    let zero = base.to_complex().norm_sqr() == 0.;
    record("PowBackward2", &[&operands.b], output, |output| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let (x, y) = (ctx.saved(0)?, ctx.saved(1)?);
            let slope = g.try_mul(y.try_mul(full.try_log()?)?)?;
            // 0 to a power that is not negative stays 0 around there, where its logarithm is infinite.
            Ok(vec![Some(match zero {
                true => x.try_real()?.try_ge(0)?.try_where_(0., slope)?,
                false => slope,
            })])
        };
        (
            vec![Saved::input(&operands.b), Saved::output(output)],
            backward,
        )
    })
}

ops! {
    /// A number to the power of each element, Python's `2 ** x`. PyTorch: `Tensor.__rpow__`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., -1., 0.5]).rpow(4).to_string(), "tensor([4.0000, 0.2500, 2.0000])");
    /// assert_eq!(tensor!([3, -1]).rpow(2).to_string(), "tensor([8, 0])");
    /// ```
    rpow, try_rpow, [] (x, base: impl crate::Given<Scalar>) => rpow(x, base.into());
    /// A number minus this tensor, also `1 - x`. PyTorch: `torch.rsub`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0.25, 0.5]).rsub(1).to_string(), "tensor([0.7500, 0.5000])");
    /// ```
    rsub, try_rsub, [] (x, other: impl crate::Given<Scalar>) => rsub(x, other.into());
    /// A number divided by this tensor, also `1 / x`. It is the number times the reciprocal, as in PyTorch; integers
    /// give `f32`. PyTorch: `Tensor.__rtruediv__`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 4]).rdiv(1).to_string(), "tensor([1.0000, 0.5000, 0.2500])");
    /// ```
    rdiv, try_rdiv, [] (x, other: impl crate::Given<Scalar>) => mul(&x.try_reciprocal()?, Arg::Scalar(other.into()));
}
