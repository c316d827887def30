//! Windows: what a stretch of a signal is multiplied by, so that it fades in and out.
//!
//! Computed in the window's own dtype, step by step as in PyTorch's TensorFactories.cpp, so that they are rounded as
//! PyTorch's are.

use super::creation::finish;
use super::{Tensor, TensorOptions};
use crate::autograd::no_grad;
use crate::error::{Result, bail};
use crate::kernels::special;

/// A window of `n` numbers, which `shape` makes of their places from 0 to the last one. A periodic one is the first part
/// of a symmetric one with one number more.
pub(super) fn window(
    name: &str,
    n: usize,
    periodic: bool,
    options: TensorOptions,
    shape: impl Fn(&Tensor, f64) -> Result<Tensor>,
) -> Result<Tensor> {
    let options = options.or_default_dtype();
    let dtype = options.float_dtype();
    if !dtype.is_floating_point() {
        bail!(
            "{name} expects floating point dtypes, got: TensorOptions(dtype={}, device={}, layout=Strided (default), \
             requires_grad={}, pinned_memory=false, memory_format=(nullopt))",
            dtype.c_name(),
            options.device,
            if options.requires_grad {
                "true"
            } else {
                "false (default)"
            }
        );
    }
    let numbers = no_grad(|| -> Result<Tensor> {
        if n < 2 {
            return Tensor::try_ones_with(n, dtype);
        }
        let last = if periodic { n } else { n - 1 };
        let places = Tensor::try_arange_with(0, last + 1, 1, dtype)?;
        shape(&places, last as f64)?
            .try_narrow(0, 0, n)?
            .try_contiguous()
    })?;
    finish(&numbers.array(), options)
}

/// `alpha - beta cos(2πx)`.
pub(super) fn cosine(alpha: f64, beta: f64) -> impl Fn(&Tensor, f64) -> Result<Tensor> {
    move |places, last| {
        let waves = places.try_mul(crate::PI * 2. / last)?.try_cos()?;
        waves.try_mul(-beta)?.try_add(alpha)
    }
}

/// `0.42 - 0.5 cos(2πx) + 0.08 cos(4πx)`.
pub(super) fn blackman(places: &Tensor, last: f64) -> Result<Tensor> {
    let half_turns = places.try_mul(crate::PI / last)?;
    let fast = half_turns.try_mul(4)?.try_cos()?.try_mul(0.08)?;
    let slow = half_turns.try_mul(2)?.try_cos()?.try_mul(0.5)?;
    fast.try_sub(slow)?.try_add(0.42)
}

/// Up and down in straight lines.
pub(super) fn tent(places: &Tensor, last: f64) -> Result<Tensor> {
    let rising = places.try_mul(2. / last)?;
    let top = (last / 2.).floor();
    places
        .try_gt(top)?
        .try_where_(rising.try_mul(-1)?.try_add(2)?, &rising)
}

/// Kaiser's window, which a Bessel function is in.
pub(super) fn kaiser(beta: f64) -> impl Fn(&Tensor, f64) -> Result<Tensor> {
    move |places, last| {
        let half = last / 2.;
        let sides = places.try_sub(half)?.try_div(half)?.try_to_vec::<f64>()?;
        let heights: Vec<f64> = sides
            .into_iter()
            .map(|side| special::i0(beta * (1. - side * side).max(0.).sqrt()) / special::i0(beta))
            .collect();
        Tensor::try_from_vec(heights, places.numel())?.try_to_dtype(places.dtype())
    }
}
