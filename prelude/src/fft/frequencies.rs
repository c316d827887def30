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
    /// The frequencies of what [`rfft`](super::rfft) gives (`torch.fft.rfftfreq`).
    rfftfreq, try_rfftfreq (n: usize, d: f64) -> Tensor => frequencies(n, d, true);
    /// The frequency 0 in the middle of every dimension (`torch.fft.fftshift`).
    fftshift, try_fftshift (x: &Tensor) -> Tensor => shifted(x, &Dims::default(), |n| (n / 2) as i64);
    /// [`fftshift`] of some dimensions (`torch.fft.fftshift(x, dim)`).
    fftshift_with, try_fftshift_with (x: &Tensor, dims: impl crate::Given<Dims>) -> Tensor
        => shifted(x, &dims.into(), |n| (n / 2) as i64);
    /// Back from [`fftshift`] (`torch.fft.ifftshift`).
    ifftshift, try_ifftshift (x: &Tensor) -> Tensor => shifted(x, &Dims::default(), |n| n.div_ceil(2) as i64);
    /// [`ifftshift`] of some dimensions (`torch.fft.ifftshift(x, dim)`).
    ifftshift_with, try_ifftshift_with (x: &Tensor, dims: impl crate::Given<Dims>) -> Tensor
        => shifted(x, &dims.into(), |n| n.div_ceil(2) as i64);
}
