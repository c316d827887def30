//! Which frequencies a transform's numbers belong to, and bringing them into order.

use crate::error::Result;
use crate::shape::Dims;
use crate::tensor::Tensor;

fn shifted(x: &Tensor, dims: &Dims, by: impl Fn(usize) -> i64) -> Result<Tensor> {
    let axes = match dims.as_slice().is_empty() {
        true => (0..x.dim()).collect(),
        false => dims.to_axes(x.dim())?,
    };
    let shape = x.shape();
    let shifts: Vec<i64> = axes.iter().map(|&axis| by(shape[axis])).collect();
    x.try_roll(shifts, axes)
}

fn frequencies(n: usize, d: f64, half: bool) -> Result<Tensor> {
    let count = if half { n / 2 + 1 } else { n };
    let signed = |i: usize| match half || i < n.div_ceil(2) {
        true => i as f64,
        false => i as f64 - n as f64,
    };
    let step = 1. / (n as f64 * d);
    Tensor::try_from_vec(
        (0..count).map(|i| (signed(i) * step) as f32).collect(),
        [count],
    )
}

functions! {
    /// The frequencies of what [`fft`](super::fft) gives for `n` numbers at a distance of `d` (`torch.fft.fftfreq`).
    ///
    /// ```
    /// use wick::fft;
    /// assert_eq!(fft::fftfreq(4, 1.).to_vec1::<f32>(), [0., 0.25, -0.5, -0.25]);
    /// ```
    fftfreq, try_fftfreq (n: usize, d: f64) -> Tensor => frequencies(n, d, false);
    /// The frequencies of what [`rfft`](super::rfft) gives: `n / 2 + 1` of them (`torch.fft.rfftfreq`).
    ///
    /// ```
    /// use wick::fft;
    /// assert_eq!(fft::rfftfreq(4, 1.).to_string(), "tensor([0.0000, 0.2500, 0.5000])");
    /// ```
    rfftfreq, try_rfftfreq (n: usize, d: f64) -> Tensor => frequencies(n, d, true);
    /// The frequency 0 in the middle of every dimension (`torch.fft.fftshift`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(fft::fftshift(&fft::fftfreq(4, 1.)).to_string(), "tensor([-0.5000, -0.2500,  0.0000,  0.2500])");
    /// ```
    fftshift, try_fftshift (x: &Tensor) -> Tensor => shifted(x, &Dims::default(), |n| (n / 2) as i64);
    /// [`fftshift`] of some dimensions (`torch.fft.fftshift(x, dim)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[0, 1], [2, 3]]);
    /// assert_eq!(fft::fftshift_with(&x, 1).to_vec2::<i64>(), [[1, 0], [3, 2]]);
    /// ```
    fftshift_with, try_fftshift_with (x: &Tensor, dims: impl crate::Given<Dims>) -> Tensor
        => shifted(x, &dims.into(), |n| (n / 2) as i64);
    /// Back from [`fftshift`] (`torch.fft.ifftshift`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let frequencies = fft::fftfreq(5, 1.);
    /// let again = fft::ifftshift(&fft::fftshift(&frequencies));
    /// assert_eq!(again.to_vec1::<f32>(), frequencies.to_vec1::<f32>());
    /// ```
    ifftshift, try_ifftshift (x: &Tensor) -> Tensor => shifted(x, &Dims::default(), |n| n.div_ceil(2) as i64);
    /// [`ifftshift`] of some dimensions (`torch.fft.ifftshift(x, dim)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[0, 1, 2]]);
    /// assert_eq!(fft::ifftshift_with(&x, 1).to_vec2::<i64>(), [[1, 2, 0]]);
    /// ```
    ifftshift_with, try_ifftshift_with (x: &Tensor, dims: impl crate::Given<Dims>) -> Tensor
        => shifted(x, &dims.into(), |n| n.div_ceil(2) as i64);
}
