//! Products of matrices that lie inside larger buffers, in place: what candle's `matmul`, which always makes a new
//! buffer, cannot do.

use gemm::Parallelism;
use num_complex::Complex;

/// A matrix to read: a slice, and the steps from row to row and from column to column.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a, T> {
    pub data: &'a [T],
    pub rows: usize,
    pub columns: usize,
    pub row_step: usize,
    pub column_step: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// Rows one after the other.
    pub fn plain(data: &'a [T], rows: usize, columns: usize) -> Self {
        Self {
            data,
            rows,
            columns,
            row_step: columns,
            column_step: 1,
        }
    }

    /// Rows as columns and columns as rows.
    pub fn t(self) -> Self {
        Self {
            data: self.data,
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
        }
    }

    fn fits(&self) -> bool {
        self.rows == 0
            || self.columns == 0
            || (self.rows - 1) * self.row_step + (self.columns - 1) * self.column_step
                < self.data.len()
    }
}

/// A type that `gemm` multiplies.
pub(crate) trait Gemm: Copy + 'static {
    const ZERO: Self;
    const ONE: Self;
}

impl Gemm for f32 {
    const ZERO: Self = 0.;
    const ONE: Self = 1.;
}

impl Gemm for f64 {
    const ZERO: Self = 0.;
    const ONE: Self = 1.;
}

impl Gemm for Complex<f32> {
    const ZERO: Self = Self::new(0., 0.);
    const ONE: Self = Self::new(1., 0.);
}

impl Gemm for Complex<f64> {
    const ZERO: Self = Self::new(0., 0.);
    const ONE: Self = Self::new(1., 0.);
}

/// `out = a · b`, or `out += a · b` with `accumulate`. `out` has its rows one after the other.
///
/// # Panics
/// If a slice is too short for its matrix or the sizes do not go together.
pub(crate) fn product<T: Gemm>(
    out: &mut [T],
    accumulate: bool,
    a: Matrix<T>,
    b: Matrix<T>,
    parallel: bool,
) {
    let (m, k, n) = (a.rows, a.columns, b.columns);
    assert!(
        b.rows == k && a.fits() && b.fits() && out.len() >= m * n,
        "matrices do not go together"
    );
    let parallelism = if parallel {
        Parallelism::Rayon(0)
    } else {
        Parallelism::None
    };
    // SAFETY: the assertion above keeps every element that gemm reads inside `a.data` and `b.data` and every one it
    // writes inside `out`, which nobody else can see meanwhile; `gemm` supports f32, f64 and complex
    // numbers of them, the only `Gemm` types.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            n as isize,
            accumulate,
            a.data.as_ptr(),
            a.column_step as isize,
            a.row_step as isize,
            b.data.as_ptr(),
            b.column_step as isize,
            b.row_step as isize,
            T::ONE,
            T::ONE,
            false,
            false,
            false,
            parallelism,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_add_up_in_place() {
        let (a, b) = ([1f32, 2., 3., 4.], [5f32, 6., 7., 8.]);
        let mut out = [0f32; 4];
        product(
            &mut out,
            false,
            Matrix::plain(&a, 2, 2),
            Matrix::plain(&b, 2, 2),
            false,
        );
        assert_eq!(out, [19., 22., 43., 50.]);
        product(
            &mut out,
            true,
            Matrix::plain(&a, 2, 2).t(),
            Matrix::plain(&b, 2, 2),
            true,
        );
        assert_eq!(out, [19. + 26., 22. + 30., 43. + 38., 50. + 44.]);
    }
}
