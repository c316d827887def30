//! Transforms along several dimensions.

use super::half::{complex_to_complex, complex_to_real, real_to_complex};
use super::plan::{Norm, at_least_one, axes_and_lengths, promoted, real_only, resized};
use crate::error::{Result, bail};
use crate::tensor::Tensor;

/// The last two dimensions.
const LAST_TWO: Option<&[i64]> = Some(&[-2, -1]);

fn all_resized(x: &Tensor, axes: &[usize], lengths: &[usize]) -> Result<Tensor> {
    let mut pairs = axes.iter().zip(lengths);
    pairs.try_fold(x.clone(), |x, (&axis, &length)| resized(&x, axis, length))
}

fn whole(
    x: &Tensor,
    s: Option<&[usize]>,
    dim: Option<&[i64]>,
    norm: Norm,
    forward: bool,
) -> Result<Tensor> {
    let x = promoted(x, true)?;
    let (axes, lengths) = axes_and_lengths(&x, s, dim)?;
    let x = all_resized(&x, &axes, &lengths)?;
    complex_to_complex(
        &x,
        &axes,
        forward,
        norm.scale(lengths.iter().product(), forward),
    )
}

fn halved(x: &Tensor, s: Option<&[usize]>, dim: Option<&[i64]>, norm: Norm) -> Result<Tensor> {
    real_only("rfftn expects a real-valued", x)?;
    let x = promoted(x, false)?;
    let (axes, lengths) = axes_and_lengths(&x, s, dim)?;
    if axes.is_empty() {
        bail!("rfftn must transform at least one axis");
    }
    let x = all_resized(&x, &axes, &lengths)?;
    real_to_complex(&x, &axes, norm.scale(lengths.iter().product(), true), true)
}

fn doubled(x: &Tensor, s: Option<&[usize]>, dim: Option<&[i64]>, norm: Norm) -> Result<Tensor> {
    let x = promoted(x, true)?;
    let (axes, mut lengths) = axes_and_lengths(&x, s, dim)?;
    let Some(last) = lengths.last_mut() else {
        bail!("irfftn must transform at least one axis");
    };
    if s.is_none() {
        *last = at_least_one(2 * (*last as i64 - 1))?;
    }
    let length = std::mem::replace(last, *last / 2 + 1);
    let x = all_resized(&x, &axes, &lengths)?;
    let count = lengths[..lengths.len() - 1].iter().product::<usize>() * length;
    complex_to_real(&x, &axes, norm.scale(count, false), length)
}

functions! {
    /// The Fourier transform of the last two dimensions; the result is complex (`torch.fft.fft2`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::fft2(&tensor!([[1., 2.], [3., 4.]]));
    /// assert_eq!(x.real().to_vec2::<f32>(), [[10., -2.], [-4., 0.]]);
    /// ```
    fft2, try_fft2 (x: &Tensor) -> Tensor => whole(x, None, LAST_TWO, Norm::Backward, true);
    /// [`fft2`] of other sizes or dimensions (`torch.fft.fft2(x, s, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::fft2_with(&tensor!([[1., 2.], [3., 4.]]), Some([1, 2]), [-2, -1], fft::Norm::Backward);
    /// assert_eq!(x.to_string(), "tensor([[ 3.+0.j, -1.+0.j]])");
    /// ```
    fft2_with, try_fft2_with (x: &Tensor, s: Option<[usize; 2]>, dim: [i64; 2], norm: Norm) -> Tensor
        => whole(x, s.as_ref().map(|s| &s[..]), Some(&dim), norm, true);
    /// Back from [`fft2`] (`torch.fft.ifft2`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 2.], [3., 4.]]);
    /// assert!(fft::ifft2(&fft::fft2(&x)).real().allclose(&x));
    /// ```
    ifft2, try_ifft2 (x: &Tensor) -> Tensor => whole(x, None, LAST_TWO, Norm::Backward, false);
    /// [`ifft2`] of other sizes or dimensions (`torch.fft.ifft2(x, s, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::ifft2_with(&tensor!([[4., 0.], [0., 0.]]), None, [-2, -1], fft::Norm::Ortho);
    /// assert_eq!(x.real().to_vec2::<f32>(), [[2., 2.], [2., 2.]]);
    /// ```
    ifft2_with, try_ifft2_with (x: &Tensor, s: Option<[usize; 2]>, dim: [i64; 2], norm: Norm) -> Tensor
        => whole(x, s.as_ref().map(|s| &s[..]), Some(&dim), norm, false);
    /// The Fourier transform of real matrices (`torch.fft.rfft2`), of which the last dimension is halved.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::ones([3, 8, 6]);
    /// assert_eq!(fft::rfft2(&x).shape(), [3, 8, 4]);
    /// assert_eq!(fft::rfft2(&x).real().amax((), false).item::<f32>(), 48.);
    /// ```
    rfft2, try_rfft2 (x: &Tensor) -> Tensor => halved(x, None, LAST_TWO, Norm::Backward);
    /// [`rfft2`] of other sizes or dimensions (`torch.fft.rfft2(x, s, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::rfft2_with(&tensor!([[1., 2.], [3., 4.]]), None, [-2, -1], fft::Norm::Forward);
    /// assert_eq!(x.real().to_vec2::<f32>(), [[2.5, -0.5], [-1., 0.]]);
    /// ```
    rfft2_with, try_rfft2_with (x: &Tensor, s: Option<[usize; 2]>, dim: [i64; 2], norm: Norm) -> Tensor
        => halved(x, s.as_ref().map(|s| &s[..]), Some(&dim), norm);
    /// Back from [`rfft2`] (`torch.fft.irfft2`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 2.], [3., 4.]]);
    /// assert!(fft::irfft2(&fft::rfft2(&x)).allclose(&x));
    /// ```
    irfft2, try_irfft2 (x: &Tensor) -> Tensor => doubled(x, None, LAST_TWO, Norm::Backward);
    /// [`irfft2`] to other sizes or along other dimensions (`torch.fft.irfft2(x, s, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::rand([4, 5]);
    /// let again = fft::irfft2_with(&fft::rfft2(&x), Some([4, 5]), [-2, -1], fft::Norm::Backward);
    /// assert!(again.allclose_with(&x, 1e-4, 1e-5));
    /// ```
    irfft2_with, try_irfft2_with (x: &Tensor, s: Option<[usize; 2]>, dim: [i64; 2], norm: Norm) -> Tensor
        => doubled(x, s.as_ref().map(|s| &s[..]), Some(&dim), norm);
    /// The Fourier transform of all dimensions; the result is complex (`torch.fft.fftn`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::fftn(&Tensor::ones([2, 2, 2]));
    /// assert_eq!(x.real().flatten(0, -1).to_vec1::<f32>(), [8., 0., 0., 0., 0., 0., 0., 0.]);
    /// ```
    fftn, try_fftn (x: &Tensor) -> Tensor => whole(x, None, None, Norm::Backward, true);
    /// [`fftn`] of other sizes or of some dimensions (`torch.fft.fftn(x, s, dim, norm)`); sizes alone are those of the
    /// last dimensions.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // Over the first dimension alone.
    /// let x = fft::fftn_with(&tensor!([[1., 2.], [3., 4.]]), None, Some(&[0]), fft::Norm::Backward);
    /// assert_eq!(x.real().to_vec2::<f32>(), [[4., 6.], [-2., -2.]]);
    /// ```
    fftn_with, try_fftn_with (x: &Tensor, s: Option<&[usize]>, dim: Option<&[i64]>, norm: Norm) -> Tensor
        => whole(x, s, dim, norm, true);
    /// Back from [`fftn`] (`torch.fft.ifftn`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::rand([2, 3, 4]);
    /// assert!(fft::ifftn(&fft::fftn(&x)).real().allclose_with(&x, 1e-4, 1e-5));
    /// ```
    ifftn, try_ifftn (x: &Tensor) -> Tensor => whole(x, None, None, Norm::Backward, false);
    /// [`ifftn`] of other sizes or of some dimensions (`torch.fft.ifftn(x, s, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::ifftn_with(&tensor!([[4., 6.], [-2., -2.]]), None, Some(&[0]), fft::Norm::Backward);
    /// assert_eq!(x.real().to_vec2::<f32>(), [[1., 2.], [3., 4.]]);
    /// ```
    ifftn_with, try_ifftn_with (x: &Tensor, s: Option<&[usize]>, dim: Option<&[i64]>, norm: Norm) -> Tensor
        => whole(x, s, dim, norm, false);
    /// The Fourier transform of all dimensions of real numbers (`torch.fft.rfftn`), of which the last is halved.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::rfftn(&Tensor::ones([2, 2, 6]));
    /// assert_eq!(x.shape(), [2, 2, 4]);
    /// assert_eq!(x.real().sum().item::<f32>(), 24.);
    /// ```
    rfftn, try_rfftn (x: &Tensor) -> Tensor => halved(x, None, None, Norm::Backward);
    /// [`rfftn`] of other sizes or of some dimensions (`torch.fft.rfftn(x, s, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = fft::rfftn_with(&tensor!([[1., 2.], [3., 4.]]), None, Some(&[1]), fft::Norm::Backward);
    /// assert_eq!(x.real().to_vec2::<f32>(), [[3., -1.], [7., -1.]]);
    /// ```
    rfftn_with, try_rfftn_with (x: &Tensor, s: Option<&[usize]>, dim: Option<&[i64]>, norm: Norm) -> Tensor
        => halved(x, s, dim, norm);
    /// Back from [`rfftn`] (`torch.fft.irfftn`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::rand([2, 3, 4]);
    /// assert!(fft::irfftn(&fft::rfftn(&x)).allclose_with(&x, 1e-4, 1e-5));
    /// ```
    irfftn, try_irfftn (x: &Tensor) -> Tensor => doubled(x, None, None, Norm::Backward);
    /// [`irfftn`] to other sizes or along some dimensions (`torch.fft.irfftn(x, s, dim, norm)`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::rand([2, 5]);
    /// let again = fft::irfftn_with(&fft::rfftn(&x), Some(&[2, 5]), None, fft::Norm::Backward);
    /// assert!(again.allclose_with(&x, 1e-4, 1e-5));
    /// ```
    irfftn_with, try_irfftn_with (x: &Tensor, s: Option<&[usize]>, dim: Option<&[i64]>, norm: Norm) -> Tensor
        => doubled(x, s, dim, norm);
}
