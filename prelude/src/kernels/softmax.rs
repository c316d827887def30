//! Softmax and its logarithm along one dimension.

use super::array::{Array, elements, on_cpu};
use super::element::{Element, Stored};
use super::reduce::{Rows, rows};
use crate::dtype::DType;
use crate::error::Result;
use half::{bf16, f16};
use num_traits::Float;

/// `exp(x)` over the sum of all, or the logarithm of that; the largest element is subtracted first, so nothing
/// overflows.
pub(crate) fn softmax(a: &Array, axis: usize, log: bool) -> Result<Array> {
    let shape = a.dims().to_vec();
    let (a, Rows { len, inner, .. }) = rows(a, &[axis])?;
    let is_last = axis + 1 == shape.len();
    on_cpu([&a], a.dtype(), &shape, |[(data, layout)]| {
        macro_rules! each {
            ($T:ty, $column:expr) => {{
                let data = &elements::<$T>(data)?[layout.start_offset()..];
                let mut out = data[..a.numel()].to_vec();
                super::parallel::chunks(&mut out, len * inner, &|_, block| {
                    (0..inner).for_each(|column| $column(block, column));
                });
                Ok(<$T>::wrap(out))
            }};
        }
        match a.dtype() {
            DType::F32 => each!(f32, |block, column| along(block, column, inner, log)),
            DType::F64 => each!(f64, |block, column| along(block, column, inner, log)),
            DType::F16 => each!(f16, |block, column| along_of_half(
                block, column, inner, log, is_last
            )),
            DType::BF16 => each!(bf16, |block, column| along_of_half(
                block, column, inner, log, is_last
            )),
            other => Err(crate::Error::not_implemented("softmax", other)),
        }
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

/// The same for floats of 16 bits. What is rounded on the way depends on whether the dimension is the last one, in PyTorch
/// and so here (SoftMaxKernel.cpp).
fn along_of_half<T: Element<Wide = f32>>(
    block: &mut [T],
    column: usize,
    step: usize,
    log: bool,
    is_last: bool,
) {
    let places = || (column..block.len()).step_by(step);
    let largest = places()
        .map(|i| block[i].wide())
        .fold(f32::NEG_INFINITY, f32::max);
    let total: f64 = places()
        .map(|i| f64::from((block[i].wide() - largest).exp()))
        .sum();
    let total = total as f32;
    let rounded = |x: f32| T::narrow(x).wide();
    let logarithm = match is_last {
        true => rounded(rounded(total).ln()),
        false => total.ln(),
    };
    for i in (column..block.len()).step_by(step) {
        let below = block[i].wide() - largest;
        block[i] = T::narrow(match (log, is_last) {
            (true, _) => below - logarithm,
            (false, true) => below.exp() / total,
            (false, false) => rounded(below.exp()) / total,
        });
    }
}
