//! Factorizations of matrices, through faer.
//!
//! Each takes a batch `[…, m, n]` of `f32` or `f64`, wherever it is, and works on one matrix after the other in main
//! memory. Results are contiguous, row after row, and on the input's device.

use super::array::{Array, elements, locked};
use super::element::Element;
use super::transfer::{contiguous, to_device};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Result, bail};
use faer::linalg::solvers::{Llt, PartialPivLu, Qr, SelfAdjointEigen, Svd};
use faer::linalg::triangular_solve as triangular;
use faer::{MatMut, MatRef, Par, Side};
use std::ops::{Add, Div, Mul, Sub};

/// A float that matrices are made of.
pub(crate) trait Real:
    Element
    + faer::traits::RealField
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
}
impl Real for f32 {}
impl Real for f64 {}

/// Runs `$body` with `$T` standing for the element type; other dtypes are PyTorch's error.
macro_rules! with_real {
    ($dtype:expr, $name:expr, $T:ident => $body:expr) => {
        match $dtype {
            DType::F32 => {
                type $T = f32;
                $body
            }
            DType::F64 => {
                type $T = f64;
                $body
            }
            other => return Err(crate::Error::not_implemented($name, other)),
        }
    };
}

/// The sizes of a batch: those in front, rows and columns.
fn sizes(a: &Array) -> Result<(&[usize], usize, usize)> {
    match a.dims() {
        [batch @ .., m, n] => Ok((batch, *m, *n)),
        _ => bail!("expected a matrix or a batch of matrices"),
    }
}

/// Calls `work` for each matrix, given row after row.
fn each<T: Real>(a: &Array, work: &mut dyn FnMut(&[T]) -> Result<()>) -> Result<()> {
    let (batch, m, n) = sizes(a)?;
    let count: usize = batch.iter().product();
    let host = contiguous(&to_device(a, Device::Cpu)?)?;
    locked([&host], |[(data, layout)]| {
        let numbers = &elements::<T>(data)?[layout.start_offset()..];
        for i in 0..count {
            wick_runtime::interrupt::check();
            work(&numbers[i * m * n..(i + 1) * m * n])?;
        }
        Ok(())
    })
}

/// Results of a batch: its sizes, then those of one result.
fn gathered<T: Real>(like: &Array, numbers: Vec<T>, tail: &[usize]) -> Result<Array> {
    let (batch, _, _) = sizes(like)?;
    let shape: Vec<usize> = batch.iter().chain(tail).copied().collect();
    let host = Array::from_vec(numbers, like.dtype(), &shape);
    to_device(&host, like.device())
}

fn push<T: Real>(numbers: &mut Vec<T>, matrix: MatRef<'_, T>) {
    for i in 0..matrix.nrows() {
        numbers.extend((0..matrix.ncols()).map(|j| matrix[(i, j)]));
    }
}

fn is_finite<T: Element>(numbers: &[T]) -> bool {
    numbers.iter().all(|x| x.to_f64().is_finite())
}

/// `L` and `U` of each matrix in one, and how its rows were exchanged.
pub(crate) struct Lu {
    pub packed: Array,
    /// LAPACK's `ipiv`, from 1: which row each was exchanged with, one after the other.
    pub pivots: Array,
    /// For each matrix, which of its rows each row of the product `L U` is.
    pub rows: Vec<Vec<usize>>,
}

/// `LU` with partial pivoting.
pub(crate) fn lu(a: &Array) -> Result<Lu> {
    with_real!(a.dtype(), "lu_cpu", T => lu_of::<T>(a))
}

fn lu_of<T: Real>(a: &Array) -> Result<Lu> {
    let (_, m, n) = sizes(a)?;
    let (mut packed, mut pivots, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    each::<T>(a, &mut |matrix| {
        let (factors, order) = factored(matrix, m, n);
        packed.extend(factors);
        pivots.extend(exchanges(&order, m.min(n)));
        rows.push(order);
        Ok(())
    })?;
    let (batch, _, _) = sizes(a)?;
    let shape: Vec<usize> = batch.iter().copied().chain([m.min(n)]).collect();
    let pivots = Array::from_vec::<i32>(pivots, DType::I32, &shape);
    Ok(Lu {
        packed: gathered(a, packed, &[m, n])?,
        pivots: to_device(&pivots, a.device())?,
        rows,
    })
}

/// Below this size the plain loop is as fast as blocks.
const SMALL: usize = 32;

fn factored<T: Real>(matrix: &[T], m: usize, n: usize) -> (Vec<T>, Vec<usize>) {
    if m.min(n) >= SMALL {
        let lu = PartialPivLu::new(MatRef::from_row_major_slice(matrix, m, n));
        let (lower, upper) = (lu.L(), lu.U());
        let mut packed = Vec::with_capacity(m * n);
        for i in 0..m {
            packed.extend((0..n).map(|j| match i > j {
                true => lower[(i, j)],
                false => upper[(i, j)],
            }));
        }
        // Blocks divide by zero where a column has nothing left; LAPACK passes over it, as the loop does.
        if is_finite(&packed) {
            return (packed, lu.P().arrays().0.to_vec());
        }
    }
    eliminated(matrix, m, n)
}

/// Gaussian elimination as LAPACK's unblocked `getf2` does it.
fn eliminated<T: Real>(matrix: &[T], m: usize, n: usize) -> (Vec<T>, Vec<usize>) {
    let zero = T::default();
    let magnitude = |x: T| if x < zero { zero - x } else { x };
    let mut packed = matrix.to_vec();
    let mut order: Vec<usize> = (0..m).collect();
    for k in 0..m.min(n) {
        let mut pivot = k;
        for i in k + 1..m {
            if magnitude(packed[i * n + k]) > magnitude(packed[pivot * n + k]) {
                pivot = i;
            }
        }
        if packed[pivot * n + k] == zero {
            continue;
        }
        if pivot != k {
            order.swap(k, pivot);
            for j in 0..n {
                packed.swap(k * n + j, pivot * n + j);
            }
        }
        let (above, below) = packed.split_at_mut((k + 1) * n);
        let row = &above[k * n..];
        for line in below.chunks_mut(n) {
            let factor = line[k] / row[k];
            line[k] = factor;
            for (x, y) in line[k + 1..].iter_mut().zip(&row[k + 1..]) {
                *x -= factor * *y;
            }
        }
    }
    (packed, order)
}

/// The exchanges, from 1, that lead to an order of rows.
fn exchanges(order: &[usize], count: usize) -> Vec<i32> {
    let mut at: Vec<usize> = (0..order.len()).collect();
    let mut place = at.clone();
    (0..count)
        .map(|k| {
            let j = place[order[k]];
            place.swap(at[k], at[j]);
            at.swap(k, j);
            j as i32 + 1
        })
        .collect()
}

/// `L` of `A = L Lᵀ`, and for each matrix that is not positive-definite the order of the leading minor that is not.
pub(crate) fn cholesky(a: &Array) -> Result<(Array, Vec<Option<usize>>)> {
    with_real!(a.dtype(), "cholesky_cpu", T => cholesky_of::<T>(a))
}

fn cholesky_of<T: Real>(a: &Array) -> Result<(Array, Vec<Option<usize>>)> {
    let (_, n, _) = sizes(a)?;
    let (mut lower, mut failed) = (Vec::new(), Vec::new());
    each::<T>(a, &mut |matrix| {
        match Llt::new(MatRef::from_row_major_slice(matrix, n, n), Side::Lower) {
            Ok(llt) => {
                push(&mut lower, llt.L());
                failed.push(None);
            }
            Err(faer::linalg::cholesky::llt::factor::LltError::NonPositivePivot { index }) => {
                lower.extend_from_slice(matrix);
                failed.push(Some(index + 1));
            }
        }
        Ok(())
    })?;
    Ok((gathered(a, lower, &[n, n])?, failed))
}

/// `X` of `A X = B` with a triangular `A`; only that triangle is read, and ones are taken for its diagonal if `unit`.
pub(crate) fn solve_triangular(a: &Array, b: &Array, upper: bool, unit: bool) -> Result<Array> {
    with_real!(a.dtype(), "triangular_solve_cpu", T => solve_triangular_of::<T>(a, b, upper, unit))
}

fn solve_triangular_of<T: Real>(a: &Array, b: &Array, upper: bool, unit: bool) -> Result<Array> {
    let (_, n, columns) = sizes(b)?;
    let mut solutions: Vec<T> = Vec::with_capacity(b.numel());
    each::<T>(b, &mut |right| {
        solutions.extend_from_slice(right);
        Ok(())
    })?;
    let mut at = 0;
    each::<T>(a, &mut |matrix| {
        let left = MatRef::from_row_major_slice(matrix, n, n);
        let right = &mut solutions[at..at + n * columns];
        at += n * columns;
        let right = MatMut::from_row_major_slice_mut(right, n, columns);
        match (upper, unit) {
            (false, false) => triangular::solve_lower_triangular_in_place(left, right, Par::Seq),
            (false, true) => {
                triangular::solve_unit_lower_triangular_in_place(left, right, Par::Seq);
            }
            (true, false) => triangular::solve_upper_triangular_in_place(left, right, Par::Seq),
            (true, true) => {
                triangular::solve_unit_upper_triangular_in_place(left, right, Par::Seq);
            }
        }
        Ok(())
    })?;
    gathered(b, solutions, &[n, columns])
}

/// `Q` and `R`; with `complete` all of `Q`'s columns and `R`'s rows.
pub(crate) fn qr(a: &Array, complete: bool) -> Result<(Array, Array)> {
    with_real!(a.dtype(), "geqrf_cpu", T => qr_of::<T>(a, complete))
}

fn qr_of<T: Real>(a: &Array, complete: bool) -> Result<(Array, Array)> {
    let (_, m, n) = sizes(a)?;
    let k = if complete { m } else { m.min(n) };
    let (mut q, mut r) = (Vec::new(), Vec::new());
    each::<T>(a, &mut |matrix| {
        let qr = Qr::new(MatRef::from_row_major_slice(matrix, m, n));
        let (basis, upper) = match complete {
            true => (qr.compute_Q(), qr.R()),
            false => (qr.compute_thin_Q(), qr.thin_R()),
        };
        push(&mut q, basis.as_ref());
        for i in 0..k {
            r.extend((0..n).map(|j| match i > j || i >= upper.nrows() {
                true => T::default(),
                false => upper[(i, j)],
            }));
        }
        Ok(())
    })?;
    Ok((gathered(a, q, &[m, k])?, gathered(a, r, &[k, n])?))
}

/// `U`, the singular values and `Vᵀ`; with `full` all columns of `U` and `V`.
pub(crate) fn svd(a: &Array, full: bool) -> Result<(Array, Array, Array)> {
    with_real!(a.dtype(), "linalg_svd_cpu", T => svd_of::<T>(a, full))
}

fn svd_of<T: Real>(a: &Array, full: bool) -> Result<(Array, Array, Array)> {
    let (batch, m, n) = sizes(a)?;
    let k = m.min(n);
    let (left, right) = if full { (m, n) } else { (k, k) };
    let (mut u, mut s, mut vh) = (Vec::new(), Vec::new(), Vec::new());
    let mut number = 0;
    each::<T>(a, &mut |matrix| {
        let which = element(batch, number);
        number += 1;
        if !is_finite(matrix) {
            bail!(
                "linalg.svd: {which}The algorithm failed to converge because the input matrix contained non-finite \
                 values."
            );
        }
        let matrix = MatRef::from_row_major_slice(matrix, m, n);
        let svd = match full {
            true => Svd::new(matrix),
            false => Svd::new_thin(matrix),
        };
        let Ok(svd) = svd else {
            bail!(
                "linalg.svd: {which}The algorithm failed to converge because the input matrix is ill-conditioned or has \
                 too many repeated singular values (error code: {k})."
            );
        };
        push(&mut u, svd.U());
        s.extend((0..k).map(|i| svd.S()[i]));
        push(&mut vh, svd.V().transpose());
        Ok(())
    })?;
    Ok((
        gathered(a, u, &[m, left])?,
        gathered(a, s, &[k])?,
        gathered(a, vh, &[right, n])?,
    ))
}

/// Eigenvalues, smallest first, and eigenvectors of symmetric matrices, of which only one triangle is read.
pub(crate) fn eigh(a: &Array, lower: bool) -> Result<(Array, Array)> {
    with_real!(a.dtype(), "linalg_eigh_cpu", T => eigh_of::<T>(a, lower))
}

fn eigh_of<T: Real>(a: &Array, lower: bool) -> Result<(Array, Array)> {
    let (batch, _, n) = sizes(a)?;
    let side = if lower { Side::Lower } else { Side::Upper };
    let (mut values, mut vectors) = (Vec::new(), Vec::new());
    let mut number = 0;
    each::<T>(a, &mut |matrix| {
        let which = element(batch, number);
        number += 1;
        if !is_finite(matrix) {
            values.extend(vec![T::from_f64(f64::NAN); n]);
            vectors.extend(vec![T::from_f64(f64::NAN); n * n]);
            return Ok(());
        }
        let matrix = MatRef::from_row_major_slice(matrix, n, n);
        let Ok(found) = SelfAdjointEigen::new(matrix, side) else {
            bail!(
                "linalg.eigh: {which}The algorithm failed to converge because the input matrix is ill-conditioned or has \
                 too many repeated eigenvalues (error code: {n})."
            );
        };
        values.extend((0..n).map(|i| found.S()[i]));
        push(&mut vectors, found.U());
        Ok(())
    })?;
    Ok((gathered(a, values, &[n])?, gathered(a, vectors, &[n, n])?))
}

/// How messages name a matrix of a batch; nothing for one that is alone.
pub(crate) fn element(batch: &[usize], number: usize) -> String {
    match batch {
        [] => String::new(),
        _ => format!("(Batch element {number}): "),
    }
}
