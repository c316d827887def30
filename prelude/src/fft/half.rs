//! The three transforms that all others are made of, with their derivatives.

use crate::autograd::{Ctx, record_as_is};
use crate::error::Result;
use crate::kernels::fft::transform;
use crate::tensor::Tensor;

/// From complex numbers to complex ones.
pub(super) fn complex_to_complex(
    x: &Tensor,
    axes: &[usize],
    forward: bool,
    scale: f64,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let output = Tensor::from_array(transform(&x.array(), axes, forward, scale)?);
    record_as_is("FftC2CBackward0", &[x], output, |_| {
        let axes = axes.to_vec();
        let backward = move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(complex_to_complex(g, &axes, !forward, scale)?)])
        };
        (Vec::new(), backward)
    })
}

/// From real numbers to complex ones, forward; of the last of `axes` only the first half if `onesided`: the other one
/// is its mirror image.
pub(super) fn real_to_complex(
    x: &Tensor,
    axes: &[usize],
    scale: f64,
    onesided: bool,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let whole = x.detach().try_to_dtype(x.dtype().to_complex())?;
    let mut output = Tensor::from_array(transform(&whole.array(), axes, true, scale)?);
    let last = axes[axes.len() - 1];
    let length = x.dims()[last];
    if onesided {
        output = output
            .try_narrow(last as i64, 0, length / 2 + 1)?
            .try_copy()?;
    }
    record_as_is("FftR2CBackward0", &[x], output.detach(), |_| {
        let axes = axes.to_vec();
        let backward = move |_: &Ctx, g: &Tensor| {
            let g = super::plan::resized(g, last, length)?;
            Ok(vec![Some(
                complex_to_complex(&g, &axes, false, scale)?.try_real()?,
            )])
        };
        (Vec::new(), backward)
    })
}

/// From half of a spectrum to `length` real numbers along the last of `axes`, backward.
pub(super) fn complex_to_real(
    x: &Tensor,
    axes: &[usize],
    scale: f64,
    length: usize,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let last = axes[axes.len() - 1];
    let others = &axes[..axes.len() - 1];
    let kept = length / 2 + 1;
    let numbers = Tensor::from_array(transform(&x.array(), others, false, 1.)?);
    // Behind the middle, the conjugates of what lies before it.
    let mirrored = numbers
        .try_narrow(last as i64, 1, (length - kept).min(kept - 1))?
        .try_flip(last as i64)?
        .try_conj()?;
    let whole = Tensor::try_cat(&[&numbers, &mirrored], last as i64)?;
    let turned = Tensor::from_array(transform(&whole.array(), &[last], false, scale)?);
    let output = turned.try_real()?.try_copy()?;
    record_as_is("FftC2RBackward0", &[x], output.detach(), |_| {
        let axes = axes.to_vec();
        let backward = move |_: &Ctx, g: &Tensor| {
            let half = real_to_complex(g, &axes, scale, true)?;
            // What has a mirror image counts twice.
            let mut shape = vec![1; half.dim()];
            shape[last] = kept;
            let times = |i: usize| {
                if (1..=length - kept).contains(&i) {
                    2.
                } else {
                    1.
                }
            };
            let times = Tensor::try_from_vec((0..kept).map(times).collect::<Vec<f64>>(), shape)?;
            Ok(vec![Some(half.try_mul(times.try_to_dtype(g.dtype())?)?)])
        };
        (Vec::new(), backward)
    })
}
