//! Functions of each element.

use super::Tensor;
use super::ops::ops;
use crate::autograd::{Ctx, Saved, record, record_as_is};
use crate::error::Result;
use crate::kernels::memory_order::as_operands_lie;
use crate::kernels::pointwise::{Sign, Unary, sign, unary};
use crate::kernels::{Array, pointwise, transfer};

/// A derivative: the gradient, then what was saved, then the gradient of the input.
type Derivative = fn(&Tensor, &Tensor) -> Tensor;

/// A function of floats (integers are converted first), with its derivative in terms of its input or output.
fn float(
    name: &'static str,
    op: Unary,
    x: &Tensor,
    save: Save,
    derivative: Derivative,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let x = &x.try_to_dtype(x.dtype().to_float())?;
    let output = Tensor::from_array(as_operands_lie([&x.array()], |[x]| unary(op, x))?);
    recorded(name, x, output, save, derivative)
}

/// A function of numbers of any dtype.
fn any(
    name: &'static str,
    op: Sign,
    x: &Tensor,
    save: Save,
    derivative: Derivative,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let output = Tensor::from_array(as_operands_lie([&x.array()], |[x]| sign(op, x))?);
    recorded(name, x, output, save, derivative)
}

/// A function that is flat wherever it has a derivative; integers are their own result.
fn step(name: &'static str, op: Unary, x: &Tensor) -> Result<Tensor> {
    if x.dtype() == crate::DType::Bool {
        let kernel = format!("{op:?}").to_lowercase();
        crate::error::bail!("\"{kernel}_vml_cpu\" not implemented for 'Bool'");
    }
    if !x.dtype().is_differentiable() {
        return x.try_copy();
    }
    float(name, op, x, Save::Nothing, |g, _| g.zeros_like())
}

/// Integers are not made floats by every function.
pub(super) fn only_floats(kernel: &str, x: &Tensor) -> Result<()> {
    if !x.dtype().is_differentiable() {
        return Err(crate::Error::not_implemented(kernel, x.dtype()));
    }
    Ok(())
}

/// What a derivative is written in.
#[derive(Clone, Copy)]
enum Save {
    Input,
    Output,
    Nothing,
}

fn recorded(
    name: &'static str,
    x: &Tensor,
    output: Tensor,
    save: Save,
    derivative: Derivative,
) -> Result<Tensor> {
    record(name, &[x], output, |output| {
        let saved = match save {
            Save::Input => vec![Saved::input(x)],
            Save::Output => vec![Saved::output(output)],
            Save::Nothing => Vec::new(),
        };
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let kept = if matches!(save, Save::Nothing) {
                g.clone()
            } else {
                ctx.saved(0)?
            };
            Ok(vec![Some(derivative(g, &kept))])
        };
        (saved, backward)
    })
}

use Save::{Input, Nothing, Output};

ops! {
    /// Sine, of angles in radians. Any shape; integers and bools give `f32`. PyTorch: `torch.sin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).sin().to_string(), "tensor([0.0000, 0.8415])");
    /// ```
    sin, try_sin, [sin_, try_sin_] (x) => float("SinBackward0", Unary::Sin, x, Input, |g, x| g * x.cos());
    /// Cosine, of angles in radians. Any shape; integers and bools give `f32`. PyTorch: `torch.cos`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).cos().to_string(), "tensor([1.0000, 0.5403])");
    /// ```
    cos, try_cos, [cos_, try_cos_] (x) => float("CosBackward0", Unary::Cos, x, Input, |g, x| g * -x.sin());
    /// Tangent, of angles in radians. Any shape; integers and bools give `f32`. PyTorch: `torch.tan`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).tan().to_string(), "tensor([0.0000, 1.5574])");
    /// ```
    tan, try_tan, [tan_, try_tan_] (x) => float("TanBackward0", Unary::Tan, x, Output, |g, y| g * (y.square() + 1));
    /// Inverse sine. Any shape; integers and bools give `f32`. PyTorch: `torch.asin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 0.5, 1.]).asin().to_string(), "tensor([0.0000, 0.5236, 1.5708])");
    /// ```
    asin, try_asin, [asin_, try_asin_] (x)
        => float("AsinBackward0", Unary::Asin, x, Input, |g, x| g * (1. - x.square()).rsqrt());
    /// Inverse cosine. Any shape; integers and bools give `f32`. PyTorch: `torch.acos`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 0.5, 1.]).acos().to_string(), "tensor([1.5708, 1.0472, 0.0000])");
    /// ```
    acos, try_acos, [acos_, try_acos_] (x)
        => float("AcosBackward0", Unary::Acos, x, Input, |g, x| g * -(1. - x.square()).rsqrt());
    /// Inverse tangent. Any shape; integers and bools give `f32`. PyTorch: `torch.atan`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1., -1.]).atan().to_string(), "tensor([ 0.0000,  0.7854, -0.7854])");
    /// ```
    atan, try_atan, [atan_, try_atan_] (x)
        => float("AtanBackward0", Unary::Atan, x, Input, |g, x| g / (x.square() + 1));
    /// Hyperbolic sine. Any shape; integers and bools give `f32`. PyTorch: `torch.sinh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).sinh().to_string(), "tensor([0.0000, 1.1752])");
    /// ```
    sinh, try_sinh, [sinh_, try_sinh_] (x) => float("SinhBackward0", Unary::Sinh, x, Input, |g, x| g * x.cosh());
    /// Hyperbolic cosine. Any shape; integers and bools give `f32`. PyTorch: `torch.cosh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).cosh().to_string(), "tensor([1.0000, 1.5431])");
    /// ```
    cosh, try_cosh, [cosh_, try_cosh_] (x) => float("CoshBackward0", Unary::Cosh, x, Input, |g, x| g * x.sinh());
    /// Hyperbolic tangent. Any shape; integers and bools give `f32`. PyTorch: `torch.tanh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).tanh().to_string(), "tensor([-0.7616,  0.0000,  0.7616])");
    /// ```
    tanh, try_tanh, [tanh_, try_tanh_] (x) => float("TanhBackward0", Unary::Tanh, x, Output, |g, y| g * (1. - y.square()));
    /// e to the power of each element. Any shape; integers and bools give `f32`. PyTorch: `torch.exp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1., 2.]).exp().to_string(), "tensor([1.0000, 2.7183, 7.3891])");
    /// ```
    exp, try_exp, [exp_, try_exp_] (x) => float("ExpBackward0", Unary::Exp, x, Output, |g, y| g * y);
    /// `exp(x) - 1`, exact near 0. Any shape; integers and bools give `f32`. PyTorch: `torch.expm1`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).expm1().to_string(), "tensor([0.0000, 1.7183])");
    /// ```
    expm1, try_expm1, [expm1_, try_expm1_] (x) => float("Expm1Backward0", Unary::Expm1, x, Output, |g, y| g * (y + 1));
    /// Natural logarithm. Any shape; integers and bools give `f32`. PyTorch: `torch.log`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.5, 0.]).log().to_string(), "tensor([0.0000, 0.9163,   -inf])");
    /// ```
    log, try_log, [log_, try_log_] (x) => float("LogBackward0", Unary::Log, x, Input, |g, x| g / x);
    /// Logarithm to base 2. Any shape; integers and bools give `f32`. PyTorch: `torch.log2`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 8.]).log2().to_string(), "tensor([0., 3.])");
    /// ```
    log2, try_log2, [log2_, try_log2_] (x)
        => float("Log2Backward0", Unary::Log2, x, Input, |g, x| g / (x * std::f64::consts::LN_2));
    /// Logarithm to base 10. Any shape; integers and bools give `f32`. PyTorch: `torch.log10`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 1000.]).log10().to_string(), "tensor([0., 3.])");
    /// ```
    log10, try_log10, [log10_, try_log10_] (x)
        => float("Log10Backward0", Unary::Log10, x, Input, |g, x| g / (x * std::f64::consts::LN_10));
    /// `log(1 + x)`, exact near 0. Any shape; integers and bools give `f32`. PyTorch: `torch.log1p`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).log1p().to_string(), "tensor([0.0000, 0.6931])");
    /// ```
    log1p, try_log1p, [log1p_, try_log1p_] (x) => float("Log1PBackward0", Unary::Log1p, x, Input, |g, x| g / (x + 1));
    /// Square root. Any shape; integers and bools give `f32`. PyTorch: `torch.sqrt`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([4., 2., -1.]).sqrt().to_string(), "tensor([2.0000, 1.4142,    nan])");
    /// ```
    sqrt, try_sqrt, [sqrt_, try_sqrt_] (x) => float("SqrtBackward0", Unary::Sqrt, x, Output, |g, y| g / (2 * y));
    /// One over the square root. Any shape; integers and bools give `f32`. PyTorch: `torch.rsqrt`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([4., 0.25]).rsqrt().to_string(), "tensor([0.5000, 2.0000])");
    /// ```
    rsqrt, try_rsqrt, [rsqrt_, try_rsqrt_] (x)
        => float("RsqrtBackward0", Unary::Rsqrt, x, Output, |g, y| -0.5 * g * y * y.square());
    /// One over each element. Any shape; integers and bools give `f32`. PyTorch: `torch.reciprocal`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([4., 0.5]).reciprocal().to_string(), "tensor([0.2500, 2.0000])");
    /// ```
    reciprocal, try_reciprocal, [reciprocal_, try_reciprocal_] (x)
        => float("ReciprocalBackward0", Unary::Reciprocal, x, Output, |g, y| -g * y.square());
    /// `1 / (1 + exp(-x))`. Any shape; integers and bools give `f32`. PyTorch: `torch.sigmoid`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).sigmoid().to_string(), "tensor([0.2689, 0.5000, 0.7311])");
    /// ```
    sigmoid, try_sigmoid, [sigmoid_, try_sigmoid_] (x)
        => float("SigmoidBackward0", Unary::Sigmoid, x, Output, |g, y| g * ((1. - y) * y));
    /// Logarithm of the sigmoid, exact for large negative elements. Any shape, of floats; integers are an error.
    /// PyTorch: `F.logsigmoid`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-100., 0., 1.]).logsigmoid().to_string(), "tensor([-100.0000,   -0.6931,   -0.3133])");
    /// ```
    logsigmoid, try_logsigmoid, [] (x) => {
        only_floats("log_sigmoid_cpu", x)?;
        float("LogSigmoidBackward0", Unary::LogSigmoid, x, Input, |g, x| g * (-x).sigmoid())
    };
    /// `log(1 + exp(x))`, a smooth `relu`. Any shape, of floats; integers are an error. PyTorch: `F.softplus`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).softplus().to_string(), "tensor([0.3133, 0.6931, 1.3133])");
    /// ```
    softplus, try_softplus, [] (x) => {
        only_floats("softplus_cpu", x)?;
        float("SoftplusBackward0", Unary::Softplus, x, Input, |g, x| g * x.sigmoid())
    };
    /// `x * sigmoid(x)`, also called swish. Any shape, of floats; integers are an error. PyTorch: `F.silu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).silu().to_string(), "tensor([-0.2689,  0.0000,  0.7311])");
    /// ```
    silu, try_silu, [silu_, try_silu_] (x) => {
        only_floats("silu_cpu", x)?;
        float("SiluBackward0", Unary::Silu, x, Input, |g, x| {
            let s = x.sigmoid();
            g * (&s * (1. + x * (1. - &s)))
        })
    };
    /// Gaussian error linear unit: `x` times the share of the bell curve below `x`.
    /// Any shape, of floats; integers are an error. PyTorch: `F.gelu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).gelu().to_string(), "tensor([-0.1587,  0.0000,  0.8413])");
    /// ```
    gelu, try_gelu, [] (x) => only_floats("GeluKernelImpl", x).and_then(|()| float("GeluBackward0", Unary::Gelu, x, Input, |g, x| {
        let below = 0.5 * (1. + (x * std::f64::consts::FRAC_1_SQRT_2).erf());
        let density = (-0.5 * x.square()).exp() * (0.5 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2);
        g * (below + x * density)
    }));
    /// The `tanh` approximation of [`Tensor::gelu`] (`approximate='tanh'`). Any shape, of floats. PyTorch: `F.gelu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).gelu_tanh().to_string(), "tensor([-0.1588,  0.0000,  0.8412])");
    /// ```
    gelu_tanh, try_gelu_tanh, [] (x) => only_floats("GeluKernelImpl", x).and_then(|()| float("GeluBackward0", Unary::GeluTanh, x, Input, |g, x| {
        let k = (2. / std::f64::consts::PI).sqrt();
        let t = (k * (x + 0.044715 * x * x.square())).tanh();
        let slope = k * (1. + 3. * 0.044715 * x.square());
        g * (0.5 * (1. + &t) + 0.5 * x * (1. - t.square()) * slope)
    }));
    /// The error function. Any shape; integers and bools give `f32`. PyTorch: `torch.erf`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1.]).erf().to_string(), "tensor([0.0000, 0.8427])");
    /// ```
    erf, try_erf, [erf_, try_erf_] (x)
        => float("ErfBackward0", Unary::Erf, x, Input, |g, x| g * (std::f64::consts::FRAC_2_SQRT_PI * (-x.square()).exp()));
    /// The largest integer not above each element. Any shape; integers stay as they are, bools are an error.
    /// PyTorch: `torch.floor`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.7, -1.2]).floor().to_string(), "tensor([ 1., -2.])");
    /// ```
    floor, try_floor, [floor_, try_floor_] (x) => step("FloorBackward0", Unary::Floor, x);
    /// The smallest integer not below each element. Any shape; integers stay as they are, bools are an error.
    /// PyTorch: `torch.ceil`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.2, -1.7]).ceil().to_string(), "tensor([ 2., -1.])");
    /// ```
    ceil, try_ceil, [ceil_, try_ceil_] (x) => step("CeilBackward0", Unary::Ceil, x);
    /// The nearest integer; halves go to the even one. Any shape; integers stay as they are, bools are an error.
    /// PyTorch: `torch.round`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0.5, 1.5, 2.6]).round().to_string(), "tensor([0., 2., 3.])");
    /// ```
    round, try_round, [round_, try_round_] (x) => step("RoundBackward0", Unary::Round, x);
    /// The integer part. Any shape; integers stay as they are, bools are an error. PyTorch: `torch.trunc`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.7, -1.7]).trunc().to_string(), "tensor([ 1., -1.])");
    /// ```
    trunc, try_trunc, [trunc_, try_trunc_] (x) => step("TruncBackward0", Unary::Trunc, x);

    /// The element with its sign changed. Any shape and dtype but bool, which is an error; the dtype stays.
    /// PyTorch: `torch.neg`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, -2]).neg().to_string(), "tensor([-1,  2])");
    /// ```
    neg, try_neg, [neg_, try_neg_] (x) => negated(x);
    /// The element without its sign. Any shape and dtype but bool, which is an error; the dtype stays, but complex
    /// numbers give floats. PyTorch: `torch.abs`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-3, 2]).abs().to_string(), "tensor([3, 2])");
    /// ```
    abs, try_abs, [abs_, try_abs_] (x) => {
        super::pairs::not_bool("abs_cpu", x)?;
        any("AbsBackward0", Sign::Abs, x, Input, |g, x| g * x.sgn())
    };
    /// -1, 0 or 1. Any shape; the dtype stays; complex numbers are an error. PyTorch: `torch.sign`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-2.5, 0., 3.]).sign().to_string(), "tensor([-1.,  0.,  1.])");
    /// ```
    sign, try_sign, [sign_, try_sign_] (x) => {
        if x.is_complex() {
            crate::error::bail!(
                "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead."
            );
        }
        any("SignBackward0", Sign::Sgn, x, Input, |g, _| g.zeros_like())
    };
    /// The element times itself. Any shape; the dtype stays, but bools give `i64`. PyTorch: `torch.square`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-3, 2]).square().to_string(), "tensor([9, 4])");
    /// ```
    square, try_square, [square_, try_square_] (x) => {
        let x = match x.dtype() {
            crate::DType::Bool => &x.try_to_dtype(crate::DType::I64)?,
            _ => x,
        };
        any("PowBackward0", Sign::Square, x, Input, |g, x| g * (x * 2))
    };
    /// The element where it is positive, 0 elsewhere. Any shape; the dtype stays; bools and complex numbers are an
    /// error. PyTorch: `torch.relu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 2.]).relu().to_string(), "tensor([0., 0., 2.])");
    /// ```
    relu, try_relu, [relu_, try_relu_] (x) => {
        if x.dtype() == crate::DType::Bool {
            crate::error::bail!("Boolean inputs not supported for relu");
        }
        any("ReluBackward0", Sign::Relu, x, Output, |g, y| y.gt(0).where_(g, 0))
    };

    /// `x` where it is positive, `slope` times `x` elsewhere. Any shape, of floats. PyTorch: `F.leaky_relu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-2., 3.]).leaky_relu(0.1).to_string(), "tensor([-0.2000,  3.0000])");
    /// ```
    leaky_relu, try_leaky_relu, [leaky_relu_, try_leaky_relu_ => super::rectified::leaky_in_place(x, slope)]
        (x, slope: f64) => leaky(x, slope);
    /// `x` where it is positive, `alpha * (exp(x) - 1)` elsewhere. Any shape, of floats. PyTorch: `F.elu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 2.]).elu(1.).to_string(), "tensor([-0.6321,  2.0000])");
    /// ```
    elu, try_elu, [elu_, try_elu_ => super::rectified::exponential_in_place("EluBackward1", x, [1., alpha, 1.])]
        (x, alpha: f64) => exponential_unit(x, alpha);

    /// A copy with numbers of its own; Python's `.clone()`. (Rust's `clone()` gives another handle to the same tensor.)
    copy, try_copy, [] (x) => copied(x);
}

fn negated(x: &Tensor) -> Result<Tensor> {
    if x.dtype() == crate::DType::Bool {
        crate::error::bail!(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the \
             `~` or `logical_not()` operator instead."
        );
    }
    any("NegBackward0", Sign::Neg, x, Nothing, |g, _| -g)
}

/// The second element where the first is true, the third one elsewhere.
fn chosen(arrays: [Array; 3]) -> Result<Tensor> {
    let select = |[cond, a, b]: [&Array; 3]| pointwise::select(cond, a, b);
    Ok(Tensor::from_array(as_operands_lie(
        arrays.each_ref(),
        select,
    )?))
}

fn leaky(x: &Tensor, slope: f64) -> Result<Tensor> {
    only_floats("leaky_relu_cpu", x)?;
    let inputs = [
        x.detach().try_gt(0)?,
        x.detach().try_relu()?,
        x.detach().try_mul(slope)?,
    ];
    let output = chosen(inputs.map(|input| input.array()))?;
    record("LeakyReluBackward0", &[x], output, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            Ok(vec![Some(
                ctx.saved(0)?.try_gt(0)?.try_where_(g, g * slope)?,
            )])
        };
        (vec![Saved::input(x)], backward)
    })
}

fn exponential_unit(x: &Tensor, alpha: f64) -> Result<Tensor> {
    only_floats("elu_cpu", x)?;
    let curve = x.detach().try_expm1()?.try_mul(alpha)?;
    let output = chosen([x.detach().try_gt(0)?.array(), x.array(), curve.array()])?;
    record("EluBackward0", &[x], output, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let x = ctx.saved(0)?;
            Ok(vec![Some(
                x.try_gt(0)?.try_where_(g, g * (alpha * x.exp()))?,
            )])
        };
        (vec![Saved::input(x)], backward)
    })
}

fn copied(x: &Tensor) -> Result<Tensor> {
    let array = as_operands_lie([&x.array()], |[x]| transfer::copy(x))?;
    cloned(x, array)
}

/// A copy in rows, whatever order the tensor lies in.
pub(super) fn contiguous_copy(x: &Tensor) -> Result<Tensor> {
    cloned(x, transfer::copy(&x.array())?)
}

fn cloned(x: &Tensor, copy: Array) -> Result<Tensor> {
    let output = Tensor::from_array(copy);
    record_as_is("CloneBackward0", &[x], output, |_| {
        (Vec::new(), |_: &Ctx, g: &Tensor| Ok(vec![Some(g.clone())]))
    })
}
