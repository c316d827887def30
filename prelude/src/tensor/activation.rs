//! The functions between layers that are not already functions of elements in general.

use super::Tensor;
use super::ops::ops;
use super::rectified::{exponential, exponential_in_place};
use crate::autograd::{Ctx, Saved, composite, no_grad, record};
use crate::error::{Result, bail};
use crate::shape::axis;

/// One node of PyTorch's name for a function of elements that is written in several operations, whose slope is
/// written in operations on the input.
pub(super) fn node(
    name: &'static str,
    x: &Tensor,
    function: impl FnOnce(&Tensor) -> Result<Tensor>,
    slope: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let (dtype, exact) = (x.dtype(), x.dtype().opmath());
    let output = no_grad(|| match exact == dtype {
        true => function(x),
        false => function(&x.try_to_dtype(exact)?)?.try_to_dtype(dtype),
    })?;
    record(name, &[x], output, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let slope = slope(&ctx.saved(0)?.try_to_dtype(exact)?)?;
            Ok(vec![Some(g.try_mul(slope)?)])
        };
        (vec![Saved::input(x)], backward)
    })
}

/// 1 where `mask` is true, in the dtype of `x`.
fn ones_at(mask: Tensor, x: &Tensor) -> Result<Tensor> {
    mask.try_to_dtype(x.dtype())
}

/// Whether elements lie between both ends.
fn between(x: &Tensor, low: f64, high: f64) -> Result<Tensor> {
    x.try_gt(low)?.try_logical_and(&x.try_lt(high)?)
}

fn hardtanh(x: &Tensor, low: f64, high: f64) -> Result<Tensor> {
    node(
        "HardtanhBackward0",
        x,
        |x| x.try_clamp(low, high),
        move |x| ones_at(between(x, low, high)?, x),
    )
}

/// The numbers of `selu`, as [`exponential`] takes them.
const SELU: [f64; 3] = [1.0507009873554805, 1.6732632423543772, 1.];

/// Those of `celu`.
fn celu(alpha: f64) -> Result<[f64; 3]> {
    if alpha == 0. {
        bail!("ZeroDivisionError: alpha cannot be 0 for CELU");
    }
    Ok([1., alpha, alpha])
}

fn above(name: &'static str, x: &Tensor, threshold: f64, value: f64) -> Result<Tensor> {
    node(
        name,
        x,
        |x| x.try_gt(threshold)?.try_where_(x, value),
        move |x| ones_at(x.try_gt(threshold)?, x),
    )
}

fn softplus(x: &Tensor, beta: f64, threshold: f64) -> Result<Tensor> {
    // Where the curve is so close to the line, it is the line.
    node(
        "SoftplusBackward0",
        x,
        |x| {
            let scaled = x.try_mul(beta)?;
            let curve = scaled.try_softplus()?.try_div(beta)?;
            scaled.try_gt(threshold)?.try_where_(x, curve)
        },
        move |x| {
            let scaled = x.try_mul(beta)?;
            scaled
                .try_gt(threshold)?
                .try_where_(1.0, scaled.try_sigmoid()?)
        },
    )
}

fn glu(x: &Tensor, dim: i64) -> Result<Tensor> {
    if x.dim() == 0 {
        bail!("glu does not support 0-dimensional tensors");
    }
    let at = axis(dim, x.dim())?;
    let size = x.dims()[at];
    if !size.is_multiple_of(2) {
        bail!("Halving dimension must be even, but dimension {at} is size {size}");
    }
    composite("GluBackward0", &[x], move |of| {
        let half = |from: usize| of[0].try_narrow(at as i64, from as i64, size / 2);
        half(0)?.try_mul(half(size / 2)?.try_sigmoid()?)
    })
}

fn prelu(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let weight = if weight.numel() == 1 {
        weight.try_reshape(())?
    } else {
        let channels = if x.dim() > 1 { x.dims()[1] } else { 1 };
        if weight.numel() != channels {
            bail!(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = {} and channel size = \
                 {channels}.",
                weight.numel()
            );
        }
        let mut shape = vec![1; x.dim()];
        shape[1] = channels;
        weight.try_reshape(shape)?
    };
    let output = no_grad(|| x.try_gt(0)?.try_where_(x, weight.try_mul(x)?))?;
    record("PreluKernelBackward0", &[x, &weight], output, |_| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            let (x, weight) = (ctx.saved(0)?, ctx.saved(1)?);
            let positive = x.try_gt(0)?;
            Ok(vec![
                ctx.when(0, || positive.try_where_(g, weight.try_mul(g)?))?,
                ctx.when(1, || positive.try_where_(0, x.try_mul(g)?))?,
            ])
        };
        (vec![Saved::input(x), Saved::input(&weight)], backward)
    })
}

ops! {
    /// The element, at least 0 and at most 6. PyTorch: `F.relu6`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-4., 1., 8.]).relu6().to_string(), "tensor([0., 1., 6.])");
    /// ```
    relu6, try_relu6, [] (x) => hardtanh(x, 0., 6.);
    /// The element, at least `min` and at most `max`. PyTorch's defaults are -1 and 1. PyTorch: `F.hardtanh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([-4., -1., 0., 1., 8.]);
    /// assert_eq!(x.hardtanh(-2., 2.).to_string(), "tensor([-2., -1.,  0.,  1.,  2.])");
    /// ```
    hardtanh, try_hardtanh, [hardtanh_, try_hardtanh_] (x, min: f64, max: f64) => hardtanh(x, min, max);
    /// The scaled exponential unit (Klambauer and others, 2017). PyTorch: `F.selu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).selu().to_string(), "tensor([-1.1113,  0.0000,  1.0507])");
    /// ```
    selu, try_selu, [selu_, try_selu_ => exponential_in_place("EluBackward1", x, SELU)] (x)
        => exponential("EluBackward0", x, SELU);
    /// `x` where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere. PyTorch's default of `alpha` is 1; fails if
    /// it is 0. PyTorch: `F.celu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).celu(2.).to_string(), "tensor([-0.7869,  0.0000,  1.0000])");
    /// ```
    celu, try_celu, [celu_, try_celu_ => exponential_in_place("CeluBackward1", x, celu(alpha)?)] (x, alpha: f64)
        => exponential("CeluBackward0", x, celu(alpha)?);
    /// `log(1 + exp(beta * x)) / beta`, and `x` itself where `beta * x` is above `threshold`. PyTorch's defaults are 1
    /// and 20. PyTorch: `F.softplus`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([-1., 0., 30.]);
    /// assert_eq!(x.softplus_with(2., 20.).to_string(), "tensor([ 0.0635,  0.3466, 30.0000])");
    /// ```
    softplus_with, try_softplus_with, [] (x, beta: f64, threshold: f64) => softplus(x, beta, threshold);
    /// `x * tanh(softplus(x))` (Misra, 2019). PyTorch: `F.mish`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).mish().to_string(), "tensor([-0.3034,  0.0000,  0.8651])");
    /// ```
    mish, try_mish, [] (x) => node(
        "MishBackward0",
        x,
        |x| x.try_mul(softplus(x, 1., 20.)?.try_tanh()?),
        |x| {
            let t = softplus(x, 1., 20.)?.try_tanh()?;
            let bend = t.try_square()?.try_rsub(1)?.try_mul(x.try_sigmoid()?)?.try_mul(x)?;
            t.try_add(bend)
        },
    );
    /// `(x + 3) / 6`, at least 0 and at most 1: a sigmoid of straight lines. PyTorch: `F.hardsigmoid`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([-4., -1., 0., 1., 8.]);
    /// assert_eq!(x.hardsigmoid().to_string(), "tensor([0.0000, 0.3333, 0.5000, 0.6667, 1.0000])");
    /// ```
    hardsigmoid, try_hardsigmoid, [] (x) => node(
        "HardsigmoidBackward0",
        x,
        |x| x.try_add(3.)?.try_clamp(0., 6.)?.try_div(6.),
        |x| ones_at(between(x, -3., 3.)?, x)?.try_div(6.),
    );
    /// `x * hardsigmoid(x)` (Howard and others, 2019). PyTorch: `F.hardswish`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([-1., 0., 1., 8.]);
    /// assert_eq!(x.hardswish().to_string(), "tensor([-0.3333,  0.0000,  0.6667,  8.0000])");
    /// ```
    hardswish, try_hardswish, [] (x) => node(
        "HardswishBackward0",
        x,
        |x| x.try_mul(x.try_add(3.)?.try_clamp(0., 6.)?)?.try_div(6.),
        |x| {
            let bent = x.try_div(3.)?.try_add(0.5)?;
            let low = x.try_le(-3.)?.try_where_(0., bent)?;
            x.try_ge(3.)?.try_where_(1., low)
        },
    );
    /// `x / (1 + |x|)`, between -1 and 1. PyTorch: `F.softsign`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([-4., -1., 0., 1., 8.]);
    /// assert_eq!(x.softsign().to_string(), "tensor([-0.8000, -0.5000,  0.0000,  0.5000,  0.8889])");
    /// ```
    softsign, try_softsign, [] (x) => x.try_div(x.try_abs()?.try_add(1)?);
    /// `x - tanh(x)`. PyTorch: `F.tanhshrink`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.]).tanhshrink().to_string(), "tensor([-0.2384,  0.0000,  0.2384])");
    /// ```
    tanhshrink, try_tanhshrink, [] (x) => x.try_sub(x.try_tanh()?);
    /// The element, moved towards 0 by `lambda`, and 0 where it would cross it. PyTorch's default of `lambda` is 0.5;
    /// fails if it is negative. PyTorch: `F.softshrink`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0.2, 0.8]).softshrink(0.5).to_string(), "tensor([-0.5000,  0.0000,  0.3000])");
    /// ```
    softshrink, try_softshrink, [] (x, lambda: f64) => {
        if lambda < 0. {
            bail!("lambda must be greater or equal to 0, but found to be {lambda}.");
        }
        node(
            "SoftshrinkBackward0",
            x,
            |x| x.try_sub(x.try_clamp(-lambda, lambda)?),
            move |x| ones_at(x.try_abs()?.try_gt(lambda)?, x),
        )
    };
    /// The element where it is farther from 0 than `lambda`, 0 elsewhere. PyTorch's default of `lambda` is 0.5.
    /// PyTorch: `F.hardshrink`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0.2, 0.8]).hardshrink(0.5).to_string(), "tensor([-1.0000,  0.0000,  0.8000])");
    /// ```
    hardshrink, try_hardshrink, [] (x, lambda: f64) => node(
        "HardshrinkBackward0",
        x,
        |x| x.try_abs()?.try_gt(lambda)?.try_where_(x, 0),
        move |x| ones_at(x.try_abs()?.try_gt(lambda)?, x),
    );
    /// The element where it is above `threshold`, `value` elsewhere. PyTorch: `F.threshold`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0.2, 0.8]).threshold(0.5, 9.).to_string(), "tensor([9.0000, 9.0000, 0.8000])");
    /// ```
    threshold, try_threshold, [threshold_, try_threshold_ => above("ThresholdBackward1", x, threshold, value)]
        (x, threshold: f64, value: f64) => above("ThresholdBackward0", x, threshold, value);
    /// `x` where it is positive, `weight * x` elsewhere. `weight` holds one number for all elements, or one for each
    /// channel of `[N, C, …]`. PyTorch: `F.prelu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[-1., -1.], [2., -4.]]);
    /// let y = x.prelu(&tensor!([0.1, 0.5]));
    /// assert_eq!(y.to_string(), "tensor([[-0.1000, -0.5000],\n        [ 2.0000, -2.0000]])");
    /// ```
    prelu, try_prelu, [] (x, weight: &Tensor) => prelu(x, weight);
    /// The first half of a dimension, times the sigmoid of the second (Dauphin and others, 2017). The dimension becomes
    /// half as long; its size must be even. PyTorch: `F.glu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2., 0., 0.]).glu(0).to_string(), "tensor([0.5000, 1.0000])");
    /// ```
    glu, try_glu, [] (x, dim: i64) => glu(x, dim);
    /// [`Tensor::softmax`] of the negatives, so that small elements count most. PyTorch: `F.softmin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2., 3.]).softmin(0).to_string(), "tensor([0.6652, 0.2447, 0.0900])");
    /// ```
    softmin, try_softmin, [] (x, dim: i64) => x.try_neg()?.try_softmax(dim);
}
