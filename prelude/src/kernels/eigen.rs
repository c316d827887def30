//! What needs complex matrices: eigenvalues of any square matrix, and equations between complex ones, through faer.

use super::array::{Array, elements, locked};
use super::complex::Part;
use super::element::{Stored, with_complex};
use super::linalg::element;
use super::transfer::{contiguous, to_device};
use crate::device::Device;
use crate::error::{Result, bail};
use faer::linalg::solvers::{Eigen, PartialPivLu, Solve};
use faer::{MatMut, MatRef};
use num_complex::Complex;

/// A float that complex matrices are made of.
pub(crate) trait Real: Part + faer::traits::RealField {}
impl Real for f32 {}
impl Real for f64 {}

/// Calls `work` with the number of each matrix and the matrix, row after row.
fn each<T: Stored>(a: &Array, work: &mut dyn FnMut(usize, &[T]) -> Result<()>) -> Result<()> {
    let host = contiguous(&to_device(a, Device::Cpu)?)?;
    let size: usize = a.dims()[a.dims().len() - 2..].iter().product();
    locked([&host], |[(data, layout)]| {
        let numbers = &elements::<T>(data)?[layout.start_offset()..][..a.numel()];
        for (number, matrix) in numbers.chunks(size.max(1)).enumerate() {
            wick_runtime::interrupt::check();
            work(number, matrix)?;
        }
        Ok(())
    })
}

/// Eigenvalues and eigenvectors (columns) of square matrices, complex whatever the matrices are.
pub(crate) fn eig(a: &Array) -> Result<(Array, Array)> {
    with_complex!(a.dtype().to_complex(), F => eig_of::<F>(a))
}

fn eig_of<F: Real>(a: &Array) -> Result<(Array, Array)>
where
    Complex<F>: Stored,
{
    let dims = a.dims();
    let (batch, n) = (&dims[..dims.len() - 2], dims[dims.len() - 1]);
    let (mut values, mut vectors) = (Vec::new(), Vec::new());
    let mut add = |number: usize, found: Option<Eigen<F>>| -> Result<()> {
        let Some(found) = found else {
            bail!(
                "linalg.eig: {}The algorithm failed to converge because the input matrix is ill-conditioned or has too \
                 many repeated eigenvalues.",
                element(batch, number)
            );
        };
        values.extend((0..n).map(|i| found.S()[i]));
        let columns: Vec<Vec<Complex<F>>> = (0..n)
            .map(|j| unit((0..n).map(|i| found.U()[(i, j)]).collect()))
            .collect();
        vectors.extend((0..n).flat_map(|i| columns.iter().map(move |column| column[i])));
        Ok(())
    };
    let finite = |x: F| Element::to_f64(x).is_finite();
    use super::element::Element;
    if a.dtype().is_complex() {
        each::<Complex<F>>(a, &mut |number, matrix| {
            if !matrix.iter().all(|z| finite(z.re) && finite(z.im)) {
                bail!("torch.linalg.eig: input tensor should not contain infs or NaNs.");
            }
            let matrix = MatRef::from_row_major_slice(matrix, n, n);
            add(number, Eigen::new(matrix).ok())
        })?;
    } else {
        each::<F>(a, &mut |number, matrix| {
            if !matrix.iter().all(|&x| finite(x)) {
                bail!("torch.linalg.eig: input tensor should not contain infs or NaNs.");
            }
            let matrix = MatRef::from_row_major_slice(matrix, n, n);
            add(number, Eigen::new_from_real(matrix).ok())
        })?;
    }
    let dtype = a.dtype().to_complex();
    Ok((
        Array::from_vec(values, dtype, &dims[..dims.len() - 1]),
        Array::from_vec(vectors, dtype, dims),
    ))
}

/// An eigenvector as LAPACK scales it: of length 1, and its largest element is real.
fn unit<F: Real>(mut vector: Vec<Complex<F>>) -> Vec<Complex<F>> {
    let length = |z: &Complex<F>| z.re.hypot(z.im);
    let norm = vector
        .iter()
        .map(|z| z.re * z.re + z.im * z.im)
        .fold(F::from_f64(0.), |a, b| a + b);
    let norm = num_traits::Float::sqrt(norm);
    let largest = vector
        .iter()
        .copied()
        .reduce(|a, b| if length(&b) > length(&a) { b } else { a });
    let Some(largest) = largest.filter(|z| length(z) > F::from_f64(0.)) else {
        return vector;
    };
    if largest.im == F::from_f64(0.) {
        vector
            .iter_mut()
            .for_each(|z| *z = Complex::new(z.re / norm, z.im / norm));
        return vector;
    }
    let size = length(&largest);
    let turn = Complex::new(largest.re / size / norm, -largest.im / size / norm);
    vector.iter_mut().for_each(|z| *z *= turn);
    vector
}

/// `X` of `A X = B` for complex matrices; or which of them is singular, and at which place of the diagonal.
pub(crate) fn solve(a: &Array, b: &Array) -> Result<Result<Array, (usize, usize)>> {
    with_complex!(a.dtype(), F => solve_of::<F>(a, b))
}

fn solve_of<F: Real>(a: &Array, b: &Array) -> Result<Result<Array, (usize, usize)>>
where
    Complex<F>: Stored,
{
    let [n, columns] = [b.dims()[b.dims().len() - 2], b.dims()[b.dims().len() - 1]];
    let mut solutions: Vec<Complex<F>> = Vec::with_capacity(b.numel());
    each::<Complex<F>>(b, &mut |_, right| {
        solutions.extend_from_slice(right);
        Ok(())
    })?;
    let mut singular = None;
    each::<Complex<F>>(a, &mut |number, matrix| {
        let factors = PartialPivLu::new(MatRef::from_row_major_slice(matrix, n, n));
        let zero = (0..n).find(|&i| factors.U()[(i, i)] == Complex::default());
        if let Some(at) = zero {
            singular.get_or_insert((number, at));
            return Ok(());
        }
        let right = &mut solutions[number * n * columns..][..n * columns];
        factors.solve_in_place(MatMut::from_row_major_slice_mut(right, n, columns));
        Ok(())
    })?;
    Ok(match singular {
        Some(place) => Err(place),
        None => Ok(Array::from_vec(solutions, b.dtype(), b.dims())),
    })
}
