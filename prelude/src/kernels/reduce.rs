//! Many elements in, one out.

use super::array::{Array, elements, on_cpu};
use super::complex;
use super::element::{Element, Stored, with_element};
use super::map::fill;
use super::parallel;
use super::transfer::contiguous;
use crate::dtype::DType;
use crate::error::{Result, bail};
use candle_core::{CpuStorage, Layout};

/// What becomes of many elements. Sums are accumulated in `f64` (floats) or `i64` (integers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reduce {
    Sum,
    Prod,
    Max,
    Min,
}

/// An array seen as `outer` blocks of `len` rows of `inner` elements, of which the rows are reduced.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    pub outer: usize,
    pub len: usize,
    pub inner: usize,
}

/// Brings the dimensions `axes` together, so that the array is blocks of rows, contiguous.
pub(crate) fn rows(a: &Array, axes: &[usize]) -> Result<(Array, Rows)> {
    let dims = a.dims();
    let mut sorted = axes.to_vec();
    sorted.sort_unstable();
    let adjacent = sorted.windows(2).all(|pair| pair[1] == pair[0] + 1);
    let len = sorted.iter().map(|&axis| dims[axis]).product();
    if let (true, Some(&first), Some(&last)) = (adjacent, sorted.first(), sorted.last()) {
        let rows = Rows {
            outer: dims[..first].iter().product(),
            len,
            inner: dims[last + 1..].iter().product(),
        };
        return Ok((contiguous(a)?, rows));
    }
    let kept: Vec<usize> = (0..dims.len())
        .filter(|axis| !sorted.contains(axis))
        .collect();
    let outer = kept.iter().map(|&axis| dims[axis]).product();
    let order: Vec<usize> = kept.into_iter().chain(sorted).collect();
    Ok((
        contiguous(&a.permuted(&order))?,
        Rows {
            outer,
            len,
            inner: 1,
        },
    ))
}

/// The shape that is left when the dimensions `axes` are gone, or are of size 1.
pub(crate) fn reduced_shape(dims: &[usize], axes: &[usize], keepdim: bool) -> Vec<usize> {
    let sizes = dims.iter().enumerate();
    if keepdim {
        sizes
            .map(|(i, &n)| if axes.contains(&i) { 1 } else { n })
            .collect()
    } else {
        sizes
            .filter(|(i, _)| !axes.contains(i))
            .map(|(_, &n)| n)
            .collect()
    }
}

/// Reduces the dimensions `axes`; they stay with size 1.
pub(crate) fn reduce(op: Reduce, a: &Array, axes: &[usize]) -> Result<Array> {
    let shape = reduced_shape(a.dims(), axes, true);
    let (a, rows) = rows(a, axes)?;
    if rows.len == 0 && matches!(op, Reduce::Max | Reduce::Min) && rows.outer * rows.inner > 0 {
        let name = if op == Reduce::Max { "max" } else { "min" };
        bail!(
            "{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        );
    }
    on_cpu([&a], a.dtype(), &shape, |[(data, layout)]| {
        match a.dtype().is_complex() {
            true => complex::reduce(op, a.dtype(), (data, layout), rows),
            false => {
                with_element!(a.dtype(), "reduce", T => reduce_of::<T>(op, data, layout, rows))
            }
        }
    })
}

fn reduce_of<T: Element>(
    op: Reduce,
    data: &CpuStorage,
    layout: &Layout,
    rows: Rows,
) -> Result<CpuStorage> {
    let data = &elements::<T>(data)?[layout.start_offset()..];
    Ok(T::wrap(match op {
        Reduce::Sum if T::FLOAT && rows.inner == 1 => {
            each_row(data, rows, |row| T::from_f64(sum_floats(row)))
        }
        Reduce::Sum if T::FLOAT => fold(data, rows, 0f64, |sum, x| sum + x.to_f64(), T::from_f64),
        Reduce::Sum => fold(
            data,
            rows,
            0i64,
            |sum, x| sum.wrapping_add(x.to_i64()),
            T::from_i64,
        ),
        Reduce::Prod if T::FLOAT => fold(
            data,
            rows,
            1f64,
            |product, x| product * x.to_f64(),
            T::from_f64,
        ),
        Reduce::Prod => fold(
            data,
            rows,
            1i64,
            |product, x| product.wrapping_mul(x.to_i64()),
            T::from_i64,
        ),
        Reduce::Max => fold(
            data,
            rows,
            T::LOWEST,
            |max, x| if x > max || x.is_nan() { x } else { max },
            |x| x,
        ),
        Reduce::Min => fold(
            data,
            rows,
            T::HIGHEST,
            |min, x| if x < min || x.is_nan() { x } else { min },
            |x| x,
        ),
    }))
}

/// The sum of one row, on all cores if it is long. The order of additions does not depend on the number of cores.
pub(super) fn sum_floats<T: Element>(row: &[T]) -> f64 {
    const PIECE: usize = 16 * 1024;
    fn piece<T: Element>(row: &[T]) -> f64 {
        let mut lanes = [0f64; 8];
        let mut chunks = row.chunks_exact(8);
        for chunk in &mut chunks {
            for (lane, x) in lanes.iter_mut().zip(chunk) {
                *lane += x.to_f64();
            }
        }
        lanes.iter().sum::<f64>() + chunks.remainder().iter().map(|x| x.to_f64()).sum::<f64>()
    }
    if row.len() <= 4 * PIECE {
        // Not `sum`, which is -0 for nothing.
        return row.chunks(PIECE).map(piece).fold(0., |sum, x| sum + x);
    }
    let pieces: Vec<&[T]> = row.chunks(PIECE).collect();
    parallel::map(pieces.len(), &|i| piece(pieces[i]))
        .iter()
        .sum()
}

/// `f` of each row, where rows lie in one piece.
fn each_row<T: Element, U: Copy + Default + Send>(
    data: &[T],
    rows: Rows,
    f: impl Fn(&[T]) -> U + Sync,
) -> Vec<U> {
    let Rows { outer, len, .. } = rows;
    let row = |o: usize| f(&data[o * len..(o + 1) * len]);
    if len > 256 && outer > 1 {
        return parallel::map(outer, &row);
    }
    (0..outer).map(row).collect()
}

/// Folds each column of each block.
fn fold<T: Element, A: Copy + Send + Sync, U: Copy + Default + Send>(
    data: &[T],
    rows: Rows,
    start: A,
    step: impl Fn(A, T) -> A + Sync,
    finish: impl Fn(A) -> U + Sync,
) -> Vec<U> {
    /// Columns folded side by side, so that memory is read in order.
    const LANES: usize = 64;
    let Rows { outer, len, inner } = rows;
    if inner == 1 {
        return each_row(data, rows, |row| {
            finish(row.iter().fold(start, |acc, &x| step(acc, x)))
        });
    }
    fill(outer * inner, |from, out| {
        let mut done = 0;
        while done < out.len() {
            let (block, column) = ((from + done) / inner, (from + done) % inner);
            let width = LANES.min(inner - column).min(out.len() - done);
            let mut lanes = [start; LANES];
            for row in 0..len {
                let at = (block * len + row) * inner + column;
                for (lane, &x) in lanes.iter_mut().zip(&data[at..at + width]) {
                    *lane = step(*lane, x);
                }
            }
            for (o, &lane) in out[done..done + width].iter_mut().zip(&lanes) {
                *o = finish(lane);
            }
            done += width;
        }
    })
}

/// Where the largest (or smallest) element of each row is; the first of equals, and the first NaN before all.
pub(crate) fn arg_extreme(a: &Array, axes: &[usize], largest: bool) -> Result<Array> {
    let shape = reduced_shape(a.dims(), axes, true);
    let (a, rows) = rows(a, axes)?;
    if rows.len == 0 {
        let name = if largest { "argmax" } else { "argmin" };
        bail!(
            "{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        );
    }
    on_cpu([&a], DType::I64, &shape, |[(data, layout)]| {
        let name = if largest { "argmax_cpu" } else { "argmin_cpu" };
        with_element!(a.dtype(), name, T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let better = |x: T, best: T| {
                !best.is_nan() && (x.is_nan() || if largest { x > best } else { x < best })
            };
            // (best so far, where it is, how many were seen)
            let start = (T::default(), 0i64, 0i64);
            Ok(CpuStorage::I64(fold(
                data,
                rows,
                start,
                |(best, at, seen), x| if seen == 0 || better(x, best) { (x, seen, seen + 1) } else { (best, at, seen + 1) },
                |(_, at, _)| at,
            )))
        })
    })
}

/// The sum of squared distances from the mean of each row, over `len - correction`; in two passes.
pub(crate) fn variance(a: &Array, axes: &[usize], correction: f64) -> Result<Array> {
    let shape = reduced_shape(a.dims(), axes, true);
    let kept: Vec<usize> = (0..a.dims().len())
        .filter(|axis| !axes.contains(axis))
        .collect();
    let order: Vec<usize> = kept.into_iter().chain(axes.iter().copied()).collect();
    let len: usize = axes.iter().map(|&axis| a.dims()[axis]).product();
    let a = contiguous(&a.permuted(&order))?;
    let rows = Rows {
        outer: shape.iter().product(),
        len,
        inner: 1,
    };
    on_cpu([&a], a.dtype(), &shape, |[(data, layout)]| {
        super::element::with_float!(a.dtype(), "var", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let n = rows.len as f64;
            Ok(T::wrap(each_row(data, rows, |row| {
                let mean = sum_floats(row) / n;
                let squares: f64 = row.iter().map(|x| (x.to_f64() - mean).powi(2)).sum();
                // Of nothing the mean is no number, and so is the distance from it.
                let freedom = if row.is_empty() { 0. } else { (n - correction).max(0.) };
                T::from_f64(squares / freedom)
            })))
        })
    })
}

/// Running sums along one dimension.
pub(crate) fn cumulative(a: &Array, axis: usize, product: bool) -> Result<Array> {
    let shape = a.dims().to_vec();
    let (a, Rows { len, inner, .. }) = rows(a, &[axis])?;
    on_cpu([&a], a.dtype(), &shape, |[(data, layout)]| {
        if a.dtype().is_complex() {
            let block = len * inner;
            return complex::cumulative(a.dtype(), (data, layout), block, inner, product);
        }
        with_element!(a.dtype(), "cumsum", T => {
            use super::element::Wide;
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let mut out = data[..a.numel()].to_vec();
            if len * inner > 0 {
                for block in out.chunks_mut(len * inner) {
                    for column in 0..inner {
                        let mut total = block[column].wide();
                        for row in 1..len {
                            let x = &mut block[row * inner + column];
                            total = if product { total.times(x.wide()) } else { total.plus(x.wide()) };
                            *x = T::narrow(total);
                        }
                    }
                }
            }
            Ok(T::wrap(out))
        })
    })
}
