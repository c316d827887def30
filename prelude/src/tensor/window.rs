//! Windows: what a stretch of a signal is multiplied by, so that it fades in and out.
//!
//! Computed in the window's own dtype, step by step as in PyTorch's TensorFactories.cpp, so that they are rounded as
//! PyTorch's are.

use super::creation::{creations, finish};
use super::{Tensor, TensorOptions};
use crate::autograd::no_grad;
use crate::error::{Result, bail};
use crate::kernels::special;

/// A window of `n` numbers, which `shape` makes of their places from 0 to the last one. A periodic one is the first part
/// of a symmetric one with one number more.
fn window(
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
fn cosine(alpha: f64, beta: f64) -> impl Fn(&Tensor, f64) -> Result<Tensor> {
    move |places, last| {
        let waves = places.try_mul(crate::PI * 2. / last)?.try_cos()?;
        waves.try_mul(-beta)?.try_add(alpha)
    }
}

/// `0.42 - 0.5 cos(2πx) + 0.08 cos(4πx)`.
fn blackman(places: &Tensor, last: f64) -> Result<Tensor> {
    let half_turns = places.try_mul(crate::PI / last)?;
    let fast = half_turns.try_mul(4)?.try_cos()?.try_mul(0.08)?;
    let slow = half_turns.try_mul(2)?.try_cos()?.try_mul(0.5)?;
    fast.try_sub(slow)?.try_add(0.42)
}

/// Up and down in straight lines.
fn tent(places: &Tensor, last: f64) -> Result<Tensor> {
    let rising = places.try_mul(2. / last)?;
    let top = (last / 2.).floor();
    places
        .try_gt(top)?
        .try_where_(rising.try_mul(-1)?.try_add(2)?, &rising)
}

/// Kaiser's window, which a Bessel function is in.
fn kaiser(beta: f64) -> impl Fn(&Tensor, f64) -> Result<Tensor> {
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

creations! {
    /// Hann's window of `n` numbers (`f32`), a cosine that goes down to 0: `torch.hann_window`. `periodic`, which is
    /// PyTorch's default, for transforms; otherwise it is symmetric.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::hann_window(4, true).to_string(), "tensor([0.0000, 0.5000, 1.0000, 0.5000])");
    /// assert_eq!(Tensor::hann_window_with(4, false, DType::F64).dtype(), DType::F64);
    /// ```
    hann_window, try_hann_window, hann_window_with, try_hann_window_with (n: usize, periodic: bool)
        |options| window("hann_window", n, periodic, options, cosine(0.5, 0.5));

    /// Hamming's window of `n` numbers (`f32`), a cosine that goes down to 0.08. `periodic` as in
    /// [`Tensor::hann_window`]. PyTorch: `torch.hamming_window`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::hamming_window(4, true).to_string(), "tensor([0.0800, 0.5400, 1.0000, 0.5400])");
    /// assert_eq!(Tensor::hamming_window_with(4, true, DType::F64).dtype(), DType::F64);
    /// ```
    hamming_window, try_hamming_window, hamming_window_with, try_hamming_window_with (n: usize, periodic: bool)
        |options| window("hamming_window", n, periodic, options, cosine(0.54, 0.46));

    /// Blackman's window of `n` numbers (`f32`), of two cosines. `periodic` as in [`Tensor::hann_window`]. PyTorch:
    /// `torch.blackman_window`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let symmetric = Tensor::blackman_window(5, false);
    /// assert!((symmetric - tensor!([0., 0.34, 1., 0.34, 0.])).abs().max().item::<f32>() < 1e-6);
    /// assert_eq!(Tensor::blackman_window_with(4, true, DType::F64).dtype(), DType::F64);
    /// ```
    blackman_window, try_blackman_window, blackman_window_with, try_blackman_window_with (n: usize, periodic: bool)
        |options| window("blackman_window", n, periodic, options, blackman);

    /// Bartlett's window of `n` numbers (`f32`), up and down in straight lines. `periodic` as in
    /// [`Tensor::hann_window`]. PyTorch: `torch.bartlett_window`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::bartlett_window(4, true).to_string(), "tensor([0.0000, 0.5000, 1.0000, 0.5000])");
    /// assert_eq!(Tensor::bartlett_window_with(4, true, DType::F64).dtype(), DType::F64);
    /// ```
    bartlett_window, try_bartlett_window, bartlett_window_with, try_bartlett_window_with (n: usize, periodic: bool)
        |options| window("bartlett_window", n, periodic, options, tent);

    /// Kaiser's window of `n` numbers (`f32`), narrower the larger `beta` is. PyTorch's default of `beta` is 12.
    /// `periodic` as in [`Tensor::hann_window`]. PyTorch: `torch.kaiser_window`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::kaiser_window(4, true, 6.).to_string(), "tensor([0.0149, 0.4830, 1.0000, 0.4830])");
    /// assert_eq!(Tensor::kaiser_window_with(4, true, 6., DType::F64).dtype(), DType::F64);
    /// ```
    kaiser_window, try_kaiser_window, kaiser_window_with, try_kaiser_window_with (n: usize, periodic: bool, beta: f64)
        |options| window("kaiser_window", n, periodic, options, kaiser(beta));
}
