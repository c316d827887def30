//! Windows: what a stretch of a signal is multiplied by, so that it fades in and out.

use super::creation::finish;
use super::{Tensor, TensorOptions};
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::{Array, special};

/// A window of `n` numbers, of which `shape` gives each by its place from 0 to 1. A periodic one is the first part of a
/// symmetric one with one number more.
pub(super) fn window(
    name: &str,
    n: usize,
    periodic: bool,
    options: TensorOptions,
    shape: impl Fn(f64) -> f64,
) -> Result<Tensor> {
    if let Some(dtype) = options.dtype.filter(|dtype| !dtype.is_floating_point()) {
        bail!(
            "{name} expects floating point dtypes, got: torch.{}Tensor",
            dtype.scalar_type()
        );
    }
    let last = if periodic { n } else { n.saturating_sub(1) } as f64;
    let numbers: Vec<f64> = match n {
        1 => vec![1.],
        _ => (0..n).map(|i| shape(i as f64 / last)).collect(),
    };
    let array = Array::from_vec(numbers, DType::F64, &[n]);
    finish(&array, options.or_default_dtype())
}

/// `a - b cos(2πx) + c cos(4πx)`.
pub(super) fn cosines(a: f64, b: f64, c: f64) -> impl Fn(f64) -> f64 {
    let turn = 2. * crate::PI;
    move |x| a - b * (turn * x).cos() + c * (2. * turn * x).cos()
}

/// Up and down in straight lines.
pub(super) fn tent(x: f64) -> f64 {
    1. - (2. * x - 1.).abs()
}

/// Kaiser's window, which Bessel functions are in.
pub(super) fn kaiser(beta: f64) -> impl Fn(f64) -> f64 {
    move |x| {
        let side = 2. * x - 1.;
        special::i0(beta * (1. - side * side).max(0.).sqrt()) / special::i0(beta)
    }
}
