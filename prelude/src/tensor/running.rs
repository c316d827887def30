//! Along a dimension, step by step: running products and extremes, differences, areas.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed, picked, summable, times};
use crate::autograd::is_grad_enabled;
use crate::error::{Result, bail, bail_index};
use crate::kernels::{reduce, running};
use crate::shape::axis;

fn extremes(x: &Tensor, dim: i64, largest: bool) -> Result<(Tensor, Tensor)> {
    if x.dim() == 0 && !(-1..=0).contains(&dim) {
        bail_index!(
            "{}(): Expected reduction dim -1 or 0 for scalar but got {dim}",
            if largest { "cummax" } else { "cummin" }
        );
    }
    let at = axis(dim, x.dim())?;
    let places = if x.dim() == 0 {
        Tensor::try_full((), 0)?.try_to_device(x.device())?
    } else {
        Tensor::from_array(running::extremes(&x.array(), at, largest)?)
    };
    picked(
        if largest {
            "CummaxBackward0"
        } else {
            "CumminBackward0"
        },
        x,
        at,
        &places,
        true,
        true,
    )
}

/// Sums from each place to the end.
fn sums_from(x: &Tensor, dim: i64) -> Result<Tensor> {
    x.try_flip(dim)?.try_cumsum(dim)?.try_flip(dim)
}

fn running_product(x: &Tensor, dim: i64) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    if let Some(bools) = super::reduce::running_bools("cumprod_out_cpu", x)? {
        return Ok(bools);
    }
    let x = summable(x)?;
    if x.dim() == 0 {
        return composed(
            "CumprodBackward0",
            &[&x],
            Keep::Nothing,
            || x.try_copy(),
            |_, g| Ok(vec![Some(g.clone())]),
        );
    }
    composed(
        "CumprodBackward0",
        &[&x],
        Keep::Both,
        || {
            Ok(Tensor::from_array(reduce::cumulative(
                &x.array(),
                at,
                true,
            )?))
        },
        move |ctx, g| {
            let (x, y) = (ctx.saved(0)?, ctx.saved(1)?);
            let dim = at as i64;
            let zeros = x.try_eq(0)?;
            if !zeros.try_any()?.try_item::<bool>()? {
                return Ok(vec![Some(sums_from(&g.try_mul(&y)?, dim)?.try_div(&x)?)]);
            }
            // At the first zero of a column, what counts is the product of the others: there the zero becomes a one.
            let seen = zeros.try_to_dtype(crate::DType::I64)?.try_cumsum(dim)?;
            let before = seen.try_eq(0)?;
            let first = zeros.try_logical_and(&seen.try_eq(1)?)?;
            let weighted = before.try_where_(g.try_mul(&y)?, 0.)?;
            let left = sums_from(&weighted, dim)?.try_div(before.try_where_(&x, 1.)?)?;
            let others = running_product(&first.try_where_(1., &x)?, dim)?;
            let from_first = seen.try_ge(1)?.try_where_(g.try_mul(others)?, 0.)?;
            let at_first = sums_from(&from_first, dim)?;
            Ok(vec![Some(
                first.try_where_(at_first, before.try_where_(left, 0.)?)?,
            )])
        },
    )
}

fn logcumsumexp(x: &Tensor, dim: i64) -> Result<Tensor> {
    let at = axis(dim, x.dim())?;
    if !x.is_floating_point() {
        return Err(crate::Error::not_implemented(
            "logcumsumexp_out_cpu",
            x.dtype(),
        ));
    }
    if x.dim() == 0 {
        return composed(
            "LogcumsumexpBackward0",
            &[x],
            Keep::Nothing,
            || x.try_copy(),
            |_, g| Ok(vec![Some(g.clone())]),
        );
    }
    composed(
        "LogcumsumexpBackward0",
        &[x],
        Keep::Both,
        || Ok(Tensor::from_array(running::logcumsumexp(&x.array(), at)?)),
        move |ctx, g| {
            // exp(x) · Σ g · exp(-y) from here on, kept in logarithms so that nothing overflows.
            let (x, y, dim) = (ctx.saved(0)?, ctx.saved(1)?, at as i64);
            if is_grad_enabled() {
                // Logarithms of gradients have no derivative where those are 0.
                let largest = y.detach().try_amax(dim, true)?;
                let weighted = largest.try_sub(&y)?.try_exp()?.try_mul(g)?;
                let sums = weighted.try_flip(dim)?.try_cumsum(dim)?.try_flip(dim)?;
                let slope = x.try_sub(&largest)?.try_exp()?;
                return Ok(vec![Some(slope.try_mul(sums)?)]);
            }
            let part = |sign: f64| -> Result<Tensor> {
                let g = g.try_mul(sign)?;
                let log = g
                    .try_gt(0)?
                    .try_where_(g.try_clamp_min(0)?.try_log()?, f64::NEG_INFINITY)?;
                let sums = log.try_sub(&y)?.try_flip(dim)?;
                logcumsumexp(&sums, dim)?
                    .try_flip(dim)?
                    .try_add(&x)?
                    .try_exp()
            };
            Ok(vec![Some(part(1.)?.try_sub(part(-1.)?)?)])
        },
    )
}

fn diff(x: &Tensor, n: usize, dim: i64) -> Result<Tensor> {
    if x.dim() == 0 {
        bail!("diff expects input to be at least one-dimensional");
    }
    let at = axis(dim, x.dim())? as i64;
    let mut y = x.clone();
    for _ in 0..n {
        let len = y.try_size(at)?;
        if len == 0 {
            return Ok(y);
        }
        let (later, earlier) = (y.try_narrow(at, 1, len - 1)?, y.try_narrow(at, 0, len - 1)?);
        y = if y.dtype() == crate::DType::Bool {
            later.try_logical_xor(&earlier)?
        } else {
            later.try_sub(earlier)?
        };
    }
    Ok(y)
}

/// The sum of both ends of each step along a dimension.
fn ends(y: &Tensor, dim: i64) -> Result<Tensor> {
    let len = y.try_size(dim)?;
    y.try_narrow(dim, 1, len - 1)?
        .try_add(y.try_narrow(dim, 0, len - 1)?)
}

/// The dimension of the points, and whether there are any.
fn points(name: &str, y: &Tensor, dim: i64) -> Result<(i64, bool)> {
    let size = y.try_size(dim)?;
    if y.dtype() == crate::DType::Bool {
        bail!("{name}: received a bool input for `y`, but bool is not supported");
    }
    let at = axis(dim, y.dim())? as i64;
    Ok((at, size > 0))
}

fn area(y: &Tensor, dx: f64, dim: i64) -> Result<Tensor> {
    let (dim, any) = points("trapezoid", y, dim)?;
    if !any {
        return y
            .try_to_dtype(y.dtype().to_float())?
            .try_sum_dim(dim, false);
    }
    times(
        "MulBackward1",
        &ends(y, dim)?.try_sum_dim(dim, false)?,
        dx / 2.,
    )
}

fn area_at(y: &Tensor, x: &Tensor, dim: i64) -> Result<Tensor> {
    let (dim, any) = points("trapezoid", y, dim)?;
    if !any {
        return y
            .try_to_dtype(y.dtype().to_float())?
            .try_sum_dim(dim, false);
    }
    let steps = if x.dim() == 1 && y.dim() > 1 {
        let steps = diff(x, 1, 0)?;
        let mut shape = vec![1; y.dim()];
        shape[dim as usize] = steps.numel();
        steps.try_view(shape)?
    } else {
        diff(x, 1, dim)?
    };
    times(
        "DivBackward1",
        &ends(y, dim)?.try_mul(steps)?.try_sum_dim(dim, false)?,
        0.5,
    )
}

fn areas_up_to(y: &Tensor, dx: f64, dim: i64) -> Result<Tensor> {
    if y.dim() == 0 {
        crate::error::bail_index!("slice() cannot be applied to a 0-dim tensor.");
    }
    let (dim, any) = points("cumulative_trapezoid", y, dim)?;
    if !any {
        return y.try_to_dtype(y.dtype().to_float());
    }
    ends(y, dim)?.try_mul(dx / 2.)?.try_cumsum(dim)
}

ops! {
    /// Running products along one dimension. The shape stays; integers and truth values give `i64`.
    /// PyTorch: `torch.cumprod`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3, 4]).cumprod(0).to_string(), "tensor([ 1,  2,  6, 24])");
    /// ```
    cumprod, try_cumprod, [cumprod_, try_cumprod_] (x, dim: i64) => running_product(x, dim);
    /// The largest element so far, along one dimension, and where it is, as `i64`. Of equals, the last one counts.
    /// PyTorch: `torch.cummax`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (highest, places) = tensor!([1, 3, 2, 5]).cummax(0);
    /// assert_eq!(highest.to_string(), "tensor([1, 3, 3, 5])");
    /// assert_eq!(places.to_string(), "tensor([0, 1, 1, 3])");
    /// ```
    cummax, try_cummax, [] (x, dim: i64) -> (Tensor, Tensor) => extremes(x, dim, true);
    /// The smallest element so far, along one dimension, and where it is, as `i64`. Of equals, the last one counts.
    /// PyTorch: `torch.cummin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // The best loss up to each epoch.
    /// let (best, epochs) = tensor!([0.9, 0.5, 0.7, 0.4]).cummin(0);
    /// assert_eq!(best.to_string(), "tensor([0.9000, 0.5000, 0.5000, 0.4000])");
    /// assert_eq!(epochs.to_string(), "tensor([0, 1, 1, 3])");
    /// ```
    cummin, try_cummin, [] (x, dim: i64) -> (Tensor, Tensor) => extremes(x, dim, false);
    /// The logarithm of running sums of exponentials along one dimension, without overflow. Floats only.
    /// PyTorch: `torch.logcumsumexp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1000., 1000., 1000.]);
    /// assert_eq!(a.logcumsumexp(0).to_string(), "tensor([1000.0000, 1000.6932, 1001.0986])");
    /// ```
    logcumsumexp, try_logcumsumexp, [] (x, dim: i64) => logcumsumexp(x, dim);
    /// The differences of neighbours along one dimension, taken `n` times. Each time the dimension gets one shorter.
    /// PyTorch's defaults are 1 and -1. PyTorch: `torch.diff`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1, 4, 9, 16]);
    /// assert_eq!(a.diff(1, -1).to_string(), "tensor([3, 5, 7])");
    /// assert_eq!(a.diff(2, -1).to_string(), "tensor([2, 2])");
    /// ```
    diff, try_diff, [] (x, n: usize, dim: i64) => diff(x, n, dim);
    /// The area under points that lie `dx` apart along one dimension (`torch.trapezoid(y, dx=dx, dim=dim)`). The
    /// dimension goes away; PyTorch's defaults are 1 and -1.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let heights = tensor!([0., 2., 2., 0.]);
    /// assert_eq!(heights.trapezoid(0.5, -1).to_string(), "tensor(2.)");
    /// ```
    trapezoid, try_trapezoid, [] (x, dx: f64, dim: i64) => area(x, dx, dim);
    /// The area under points at the places `places` along one dimension (`torch.trapezoid(y, x, dim=dim)`). The
    /// dimension goes away.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (places, heights) = (tensor!([0., 1., 3.]), tensor!([0., 2., 2.]));
    /// assert_eq!(heights.trapezoid_at(&places, -1).to_string(), "tensor(5.)");
    /// ```
    trapezoid_at, try_trapezoid_at, [] (x, places: &Tensor, dim: i64) => area_at(x, places, dim);
    /// The areas up to each point (`torch.cumulative_trapezoid(y, dx=dx, dim=dim)`). The dimension gets one shorter;
    /// PyTorch's defaults are 1 and -1.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let heights = tensor!([0., 2., 2., 0.]);
    /// assert_eq!(heights.cumulative_trapezoid(1., -1).to_string(), "tensor([1., 3., 4.])");
    /// ```
    cumulative_trapezoid, try_cumulative_trapezoid, [] (x, dx: f64, dim: i64) => areas_up_to(x, dx, dim);
}
