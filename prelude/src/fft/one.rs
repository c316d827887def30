//! Transforms along one dimension.

use super::half::{complex_to_complex, complex_to_real, real_to_complex};
use super::plan::{Norm, at_least_one, only_axis, promoted, real_only, resized};
use crate::error::Result;
use crate::tensor::Tensor;

fn whole(x: &Tensor, n: Option<usize>, dim: i64, norm: Norm, forward: bool) -> Result<Tensor> {
    let axis = only_axis(x, dim)?;
    let x = promoted(x, false)?;
    let n = at_least_one(n.unwrap_or(x.dims()[axis]) as i64)?;
    let (x, scale) = (resized(&x, axis, n)?, norm.scale(n, forward));
    if x.is_complex() {
        return complex_to_complex(&x, &[axis], forward, scale);
    }
    let spectrum = real_to_complex(&x, &[axis], scale, false)?;
    if forward {
        Ok(spectrum)
    } else {
        spectrum.try_conj()
    }
}

fn halved(
    name: &str,
    x: &Tensor,
    n: Option<usize>,
    dim: i64,
    norm: Norm,
    forward: bool,
) -> Result<Tensor> {
    real_only(&format!("{name} expects a real"), x)?;
    let axis = only_axis(x, dim)?;
    let x = promoted(x, false)?;
    let n = at_least_one(n.unwrap_or(x.dims()[axis]) as i64)?;
    let x = resized(&x, axis, n)?;
    let spectrum = real_to_complex(&x, &[axis], norm.scale(n, forward), true)?;
    if forward {
        Ok(spectrum)
    } else {
        spectrum.try_conj()
    }
}

fn doubled(x: &Tensor, n: Option<usize>, dim: i64, norm: Norm, forward: bool) -> Result<Tensor> {
    let axis = only_axis(x, dim)?;
    let x = promoted(x, true)?;
    let n = at_least_one(n.map_or(2 * (x.dims()[axis] as i64 - 1), |n| n as i64))?;
    let x = resized(&x, axis, n / 2 + 1)?;
    let x = if forward { x.try_conj()? } else { x };
    complex_to_real(&x, &[axis], norm.scale(n, forward), n)
}

functions! {
    /// The Fourier transform of the last dimension (`torch.fft.fft`); the result is complex. The length stays. Real or
    /// complex numbers, on the CPU.
    ///
    /// ```
    /// use wick::{fft, prelude::*};
    /// let x = fft::fft(&tensor!([1., 2., 3., 4.]));
    /// assert_eq!(x.to_string(), "tensor([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])");
    /// ```
    fft, try_fft (x: &Tensor) -> Tensor => whole(x, None, -1, Norm::Backward, true);
    /// [`fft`] of `n` numbers along a dimension (`torch.fft.fft(x, n, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// // Two numbers and two zeros, so that there are four frequencies.
    /// let x = fft::fft_with(&tensor!([1., 2.]), Some(4), -1, fft::Norm::Backward);
    /// assert_eq!(x.to_string(), "tensor([ 3.+0.j,  1.-2.j, -1.+0.j,  1.+2.j])");
    /// ```
    fft_with, try_fft_with (x: &Tensor, n: Option<usize>, dim: i64, norm: Norm) -> Tensor => whole(x, n, dim, norm, true);
    /// Back from [`fft`]; the result is complex (`torch.fft.ifft`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::ifft(&fft::fft(&tensor!([1., 2., 3., 4.])));
    /// assert_eq!(x.to_string(), "tensor([1.+0.j, 2.+0.j, 3.+0.j, 4.+0.j])");
    /// ```
    ifft, try_ifft (x: &Tensor) -> Tensor => whole(x, None, -1, Norm::Backward, false);
    /// [`ifft`] of `n` numbers along a dimension (`torch.fft.ifft(x, n, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::ifft_with(&tensor!([4., 0.]), None, -1, fft::Norm::Forward);
    /// assert_eq!(x.to_string(), "tensor([4.-0.j, 4.-0.j])");
    /// ```
    ifft_with, try_ifft_with (x: &Tensor, n: Option<usize>, dim: i64, norm: Norm) -> Tensor => whole(x, n, dim, norm, false);
    /// The Fourier transform of real numbers (`torch.fft.rfft`): the first `n / 2 + 1` of what [`fft`] gives. Fails for
    /// complex numbers.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::rfft(&tensor!([1., 2., 3., 4.]));
    /// assert_eq!(x.to_string(), "tensor([10.+0.j, -2.+2.j, -2.+0.j])");
    /// ```
    rfft, try_rfft (x: &Tensor) -> Tensor => halved("rfft", x, None, -1, Norm::Backward, true);
    /// [`rfft`] of `n` numbers along a dimension (`torch.fft.rfft(x, n, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::rfft_with(&tensor!([1., 2., 3., 4.]), Some(2), -1, fft::Norm::Backward);
    /// assert_eq!(x.to_string(), "tensor([ 3.+0.j, -1.+0.j])");
    /// ```
    rfft_with, try_rfft_with (x: &Tensor, n: Option<usize>, dim: i64, norm: Norm) -> Tensor
        => halved("rfft", x, n, dim, norm, true);
    /// Back from [`rfft`] to real numbers, of which it takes an even count (`torch.fft.irfft`); [`irfft_with`] takes
    /// an odd one.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::irfft(&fft::rfft(&tensor!([1., 2., 3., 4.])));
    /// assert_eq!(x.to_string(), "tensor([1., 2., 3., 4.])");
    /// ```
    irfft, try_irfft (x: &Tensor) -> Tensor => doubled(x, None, -1, Norm::Backward, false);
    /// [`irfft`] to `n` numbers along a dimension (`torch.fft.irfft(x, n, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2., 3.]);
    /// let again = fft::irfft_with(&fft::rfft(&x), Some(3), -1, fft::Norm::Backward);
    /// assert!(again.allclose(&x));
    /// ```
    irfft_with, try_irfft_with (x: &Tensor, n: Option<usize>, dim: i64, norm: Norm) -> Tensor => doubled(x, n, dim, norm, false);
    /// The real Fourier transform of half of a signal that mirrors itself (`torch.fft.hfft`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(fft::hfft(&tensor!([1., 2., 3.])).to_string(), "tensor([ 8., -2.,  0., -2.])");
    /// ```
    hfft, try_hfft (x: &Tensor) -> Tensor => doubled(x, None, -1, Norm::Backward, true);
    /// [`hfft`] to `n` numbers along a dimension (`torch.fft.hfft(x, n, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::hfft_with(&tensor!([1., 2., 3.]), Some(5), -1, fft::Norm::Backward);
    /// assert_eq!(x.sum().item::<f32>(), 5.);
    /// ```
    hfft_with, try_hfft_with (x: &Tensor, n: Option<usize>, dim: i64, norm: Norm) -> Tensor => doubled(x, n, dim, norm, true);
    /// Back from [`hfft`] (`torch.fft.ihfft`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::ihfft(&fft::hfft(&tensor!([1., 2., 3.])));
    /// assert_eq!(x.real().to_string(), "tensor([1., 2., 3.])");
    /// ```
    ihfft, try_ihfft (x: &Tensor) -> Tensor => halved("ihfft", x, None, -1, Norm::Backward, false);
    /// [`ihfft`] of `n` numbers along a dimension (`torch.fft.ihfft(x, n, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::ihfft_with(&tensor!([1., 2., 3., 4.]), None, -1, fft::Norm::Forward);
    /// assert_eq!(x.to_string(), "tensor([10.-0.j, -2.-2.j, -2.-0.j])");
    /// ```
    ihfft_with, try_ihfft_with (x: &Tensor, n: Option<usize>, dim: i64, norm: Norm) -> Tensor
        => halved("ihfft", x, n, dim, norm, false);
}
