//! Discrete Fourier transforms of complex numbers: [rustfft](https://docs.rs/rustfft) along any dimension.

use super::array::{Array, elements, on_cpu};
use super::complex::Part;
use super::element::{Stored, with_complex};
use super::parallel;
use super::transfer::contiguous;
use crate::error::Result;
use num_complex::Complex;
use rustfft::{Fft, FftNum, FftPlanner};
use std::sync::Arc;

/// Transforms the dimensions `axes` one after the other, forward or backward, and multiplies by `scale` at the end.
pub(crate) fn transform(a: &Array, axes: &[usize], forward: bool, scale: f64) -> Result<Array> {
    let a = contiguous(a)?;
    let dims = a.dims();
    on_cpu([&a], a.dtype(), dims, |[(data, layout)]| {
        with_complex!(a.dtype(), F => {
            let from = layout.start_offset();
            let mut data = elements::<Complex<F>>(data)?[from..from + a.numel()].to_vec();
            if !data.is_empty() {
                for &axis in axes {
                    along::<F>(&mut data, dims, axis, forward);
                }
            }
            if scale != 1. {
                let scale = scale as F;
                parallel::chunks(&mut data, 16 * 1024, &|_, chunk| {
                    chunk.iter_mut().for_each(|z| *z *= scale);
                });
            }
            Ok(<Complex<F>>::wrap(data))
        })
    })
}

/// One dimension, of which the last is transformed where it lies, and another one through rows of its own.
fn along<F: Part + FftNum>(data: &mut [Complex<F>], dims: &[usize], axis: usize, forward: bool) {
    let len = dims[axis];
    let inner: usize = dims[axis + 1..].iter().product();
    let mut planner = FftPlanner::new();
    let plan = match forward {
        true => planner.plan_fft_forward(len),
        false => planner.plan_fft_inverse(len),
    };
    if inner == 1 {
        return rows(data, len, &plan);
    }
    let mut turned = vec![Complex::default(); data.len()];
    let source = &*data;
    parallel::chunks(&mut turned, len, &|row, out| {
        let (block, column) = (row / inner, row % inner);
        for (i, z) in out.iter_mut().enumerate() {
            *z = source[(block * len + i) * inner + column];
        }
    });
    rows(&mut turned, len, &plan);
    parallel::chunks(data, inner, &|row, out| {
        let (block, i) = (row / len, row % len);
        for (column, z) in out.iter_mut().enumerate() {
            *z = turned[(block * inner + column) * len + i];
        }
    });
}

/// Rows of `len` numbers each, some at a time.
fn rows<F: Part + FftNum>(data: &mut [Complex<F>], len: usize, plan: &Arc<dyn Fft<F>>) {
    /// Enough numbers for a task to be worth its scratch.
    const TASK: usize = 8 * 1024;
    parallel::chunks(data, len * (TASK / len).max(1), &|_, rows| {
        let mut scratch = vec![Complex::default(); plan.get_inplace_scratch_len()];
        plan.process_with_scratch(rows, &mut scratch);
    });
}
