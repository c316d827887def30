//! Softmax and its logarithm along one dimension.

use super::array::{Array, elements, on_cpu};
use super::element::{Element, Stored, with_float};
use super::reduce::{Rows, rows};
use crate::error::Result;
use num_traits::Float;

/// `exp(x)` over the sum of all, or the logarithm of that; the largest element is subtracted first, so nothing
/// overflows.
pub(crate) fn softmax(a: &Array, axis: usize, log: bool) -> Result<Array> {
    let shape = a.dims().to_vec();
    let (a, Rows { len, inner, .. }) = rows(a, &[axis])?;
    on_cpu([&a], a.dtype(), &shape, |[(data, layout)]| {
        with_float!(a.dtype(), "softmax", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let mut out = data[..a.numel()].to_vec();
            super::parallel::chunks(&mut out, len * inner, &|_, block| {
                (0..inner).for_each(|column| along(block, column, inner, log));
            });
            Ok(T::wrap(out))
        })
    })
}

fn along<T: Element<Wide: Float>>(block: &mut [T], column: usize, step: usize, log: bool) {
    let places = || (column..block.len()).step_by(step);
    let largest = places()
        .map(|i| block[i].wide())
        .fold(T::Wide::neg_infinity(), T::Wide::max);
    let total: f64 = places()
        .map(|i| T::narrow((block[i].wide() - largest).exp()).to_f64())
        .sum();
    if log {
        let shift = T::from_f64(total.ln()).wide() + largest;
        for i in (column..block.len()).step_by(step) {
            block[i] = T::narrow(block[i].wide() - shift);
        }
    } else {
        let total = T::from_f64(total).wide();
        for i in (column..block.len()).step_by(step) {
            block[i] = T::narrow((block[i].wide() - largest).exp() / total);
        }
    }
}
