//! Rectifiers that bend, and what they put on the tape where they replace their input.
//!
//! An in-place rectifier keeps its output, not its input: its slope can be told from either, as long as the curve keeps
//! the sign of its input.

use super::Tensor;
use super::activation::node;
use super::ops::ops;
use crate::autograd::{Ctx, Saved, no_grad, record};
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::nn::python::float;

/// `scale * x` where positive, `scale * alpha * (exp(x / beta) - 1)` elsewhere: all kin of the exponential unit.
pub(super) fn exponential(name: &'static str, x: &Tensor, curve: [f64; 3]) -> Result<Tensor> {
    let [scale, alpha, beta] = curve;
    node(
        name,
        x,
        |x| bent(x, curve),
        move |x| {
            let slope = x.try_clamp_max(0)?.try_div(beta)?.try_exp()?;
            x.try_gt(0)?
                .try_where_(scale, slope.try_mul(scale * alpha / beta)?)
        },
    )
}

fn bent(x: &Tensor, [scale, alpha, beta]: [f64; 3]) -> Result<Tensor> {
    let curve = x.try_clamp_max(0)?.try_div(beta)?.try_expm1()?;
    x.try_gt(0)?
        .try_where_(x.try_mul(scale)?, curve.try_mul(scale * alpha)?)
}

/// The same for the input's own place.
pub(super) fn exponential_in_place(
    name: &'static str,
    x: &Tensor,
    curve: [f64; 3],
) -> Result<Tensor> {
    let [scale, alpha, beta] = curve;
    on_output(name, x, no_grad(|| bent(x, curve))?, move |g, y| {
        if alpha < 0. {
            bail!(
                "In-place elu backward calculation is triggered with a negative slope which is not supported. This is \
                 caused by calling in-place forward function with a negative slope, please call out-of-place version \
                 instead."
            );
        }
        let curved = g.try_div(beta)?.try_mul(y.try_add(alpha * scale)?)?;
        y.try_gt(0)?.try_where_(g.try_mul(scale)?, curved)
    })
}

/// `leaky_relu` for the input's own place.
pub(super) fn leaky_in_place(x: &Tensor, slope: f64) -> Result<Tensor> {
    let y = no_grad(|| x.try_leaky_relu(slope))?;
    on_output("LeakyReluBackward1", x, y, move |g, y| leaned(g, y, slope))
}

/// The gradient of a leaky rectifier, from its output.
fn leaned(g: &Tensor, y: &Tensor, slope: f64) -> Result<Tensor> {
    if slope < 0. {
        bail!(
            "In-place leakyReLu backward calculation is triggered with a negative slope which is not supported. This is \
             caused by calling in-place forward function with a negative slope, please call out-of-place version \
             instead. File an issue at https://github.com/pytorch/pytorch if you do require supporting in-place \
             leakRelu backward calculation with negative slope"
        );
    }
    y.try_gt(0)?.try_where_(g, g.try_mul(slope)?)
}

/// One node whose gradient is found from the output.
fn on_output(
    name: &'static str,
    x: &Tensor,
    output: Tensor,
    gradient: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
) -> Result<Tensor> {
    record(name, &[x], output, |output| {
        let backward = move |ctx: &Ctx, g: &Tensor| Ok(vec![Some(gradient(g, &ctx.saved(0)?)?)]);
        (vec![Saved::output(output)], backward)
    })
}

/// Slopes between two bounds, drawn for each number that is not positive while `training`.
fn randomly(x: &Tensor, bounds: [f64; 2], training: bool, in_place: bool) -> Result<Tensor> {
    let [lower, upper] = bounds;
    for (bound, name) in bounds.into_iter().zip(["lower", "upper"]) {
        if !bound.is_finite() {
            bail!("rrelu: {name} bound must be finite, got {}", float(bound));
        }
    }
    if lower > upper {
        bail!("Lower bound should be less than or equal to the upper bound");
    }
    let name = match in_place {
        true => "RreluWithNoiseBackward1",
        false => "RreluWithNoiseBackward0",
    };
    // So close together, PyTorch takes the bounds for one slope on the way back.
    let drawn = training && upper - lower > 1e-6;
    let middle = (lower + upper) / 2.;
    let (y, slopes) = no_grad(|| match training {
        true => {
            let slopes = slopes(x, lower, upper)?;
            Ok((x.try_mul(&slopes)?, Some(slopes)))
        }
        false => x.try_leaky_relu(middle).map(|y| (y, None)),
    })?;
    if let (Some(slopes), true) = (slopes, drawn) {
        return record(name, &[x], y, |_| {
            let backward = |ctx: &Ctx, g: &Tensor| Ok(vec![Some(g.try_mul(ctx.saved(0)?)?)]);
            (vec![Saved::input(&slopes)], backward)
        });
    }
    if in_place {
        return on_output(name, x, y, move |g, y| leaned(g, y, middle));
    }
    record(name, &[x], y, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let positive = ctx.saved(0)?.try_gt(0)?;
            Ok(vec![Some(positive.try_where_(g, g.try_mul(middle)?)?)])
        };
        (vec![Saved::input(x)], backward)
    })
}

/// 1 where a number is positive. A slope is drawn for each other one, in their order.
fn slopes(x: &Tensor, lower: f64, upper: f64) -> Result<Tensor> {
    let flat = x.try_le(0)?;
    let count = flat.try_sum()?.try_item::<i64>()?.max(0) as usize;
    let drawn = Tensor::zeros([count]).try_to_dtype(DType::F64)?;
    let drawn = drawn.uniform_(lower, upper).try_to_dtype(x.dtype())?;
    x.try_ones_like()?.try_masked_scatter(&flat, &drawn)
}

ops! {
    /// The element where it is positive, and where not, it times a slope (Xu and others, 2015). While `training`, a
    /// slope between `lower` and `upper` is drawn for each; otherwise it is their middle. PyTorch's defaults are 1/8,
    /// 1/3 and `false`; `lower` above `upper` is an error. PyTorch: `F.rrelu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([2., -1., -1.]);
    /// assert_eq!(x.rrelu(0.25, 0.75, false).to_string(), "tensor([ 2.0000, -0.5000, -0.5000])");
    /// manual_seed(0);
    /// assert_eq!(x.rrelu(0.25, 0.75, true).to_string(), "tensor([ 2.0000, -0.7350, -0.6039])");
    /// ```
    rrelu, try_rrelu, [rrelu_, try_rrelu_ => randomly(x, [lower, upper], training, true)]
        (x, lower: f64, upper: f64, training: bool) => randomly(x, [lower, upper], training, false);
}
