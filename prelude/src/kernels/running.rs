//! Running extremes and sums of exponentials along one dimension.

use super::array::{Array, elements, on_cpu};
use super::element::{Element, Stored, with_element, with_float};
use super::reduce::{Rows, rows};
use super::special::logaddexp;
use crate::dtype::DType;
use crate::error::Result;
use candle_core::CpuStorage;

/// Where the largest (or smallest) element so far is, along one dimension (i64); of equals, the last.
pub(crate) fn extremes(a: &Array, axis: usize, largest: bool) -> Result<Array> {
    let shape = a.dims().to_vec();
    let (a, Rows { outer, len, inner }) = rows(a, &[axis])?;
    on_cpu([&a], DType::I64, &shape, |[(data, layout)]| {
        let name = if largest { "cummax_cpu" } else { "cummin_cpu" };
        with_element!(a.dtype(), name, T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let mut out = vec![0i64; a.numel()];
            for block in 0..outer {
                for column in 0..inner {
                    let at = |row: usize| (block * len + row) * inner + column;
                    let mut best = 0;
                    for row in 0..len {
                        let (x, y) = (data[at(row)], data[at(best)]);
                        let wins = if largest { x >= y } else { x <= y };
                        if x.is_nan() || (!y.is_nan() && wins) {
                            best = row;
                        }
                        out[at(row)] = best as i64;
                    }
                }
            }
            Ok(CpuStorage::I64(out))
        })
    })
}

/// The logarithm of running sums of exponentials, along one dimension.
pub(crate) fn logcumsumexp(a: &Array, axis: usize) -> Result<Array> {
    let shape = a.dims().to_vec();
    let (a, Rows { outer, len, inner }) = rows(a, &[axis])?;
    on_cpu([&a], a.dtype(), &shape, |[(data, layout)]| {
        with_float!(a.dtype(), "logcumsumexp_out_cpu", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let mut out = data[..a.numel()].to_vec();
            for block in 0..outer {
                for column in 0..inner {
                    let mut sum = f64::NEG_INFINITY;
                    for row in 0..len {
                        let x = &mut out[(block * len + row) * inner + column];
                        sum = logaddexp(sum, x.to_f64());
                        *x = T::from_f64(sum);
                    }
                }
            }
            Ok(T::wrap(out))
        })
    })
}
