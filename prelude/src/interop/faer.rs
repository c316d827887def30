//! Matrices of the `faer` crate.

use crate::error::{Error, OrPanic, Result};
use crate::numpy::{NdNumber, NdRead};
use crate::tensor::{FromElement, Tensor, TensorElement};
use faer::{Mat, MatRef};

/// Rows and columns of a matrix, or of a vector as a column.
pub(super) fn sizes(dims: &[usize], what: &str) -> Result<(usize, usize)> {
    match *dims {
        [rows, columns] => Ok((rows, columns)),
        [rows] => Ok((rows, 1)),
        _ => Err(Error::value(format!(
            "{what} takes one or two dimensions, but the tensor has {}; choose a matrix with i(…)",
            dims.len()
        ))),
    }
}

impl<T: NdNumber> NdRead<'_, T> {
    /// The numbers of one or two dimensions as a matrix of `faer`, without a copy; one dimension is a column.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[2., 0.], [0., 4.]]).numpy::<f32>();
    /// let guard = a.read();
    /// let m = guard.faer();
    /// assert_eq!((m * m)[(1, 1)], 16.);
    /// ```
    ///
    /// # Panics
    /// When there are more dimensions, or none.
    #[track_caller]
    pub fn faer(&self) -> MatRef<'_, T> {
        let view = self.view();
        let (rows, columns) = sizes(view.shape(), "faer()").or_panic();
        let matrix = match view.ndim() {
            1 => view.insert_axis(ndarray::Axis(1)),
            _ => view,
        };
        let strides = matrix.strides();
        // SAFETY: the view shows that `rows` by `columns` numbers lie at these strides, and they stay locked for
        // reading as long as `self` is borrowed, which the result's lifetime is.
        unsafe { MatRef::from_raw_parts(matrix.as_ptr(), rows, columns, strides[0], strides[1]) }
    }
}

impl Tensor {
    /// A tensor with the numbers of a matrix of `faer`, whose columns are padded and therefore copied; the result lies
    /// column after column too.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let m = wick::faer::mat![[1., 2.], [3., 4.], [5., 6.]];
    /// let x = Tensor::from_faer(m.as_ref());
    /// assert_eq!(x.to_vec2::<f64>(), [[1., 2.], [3., 4.], [5., 6.]]);
    /// assert_eq!(x.to_faer::<f64>(), m);
    /// ```
    pub fn from_faer<T: TensorElement>(matrix: MatRef<'_, T>) -> Tensor {
        let (rows, columns) = (matrix.nrows(), matrix.ncols());
        let numbers = (0..columns)
            .flat_map(|j| (0..rows).map(move |i| matrix[(i, j)]))
            .collect();
        Tensor::from_vec(numbers, [columns, rows]).t()
    }

    /// The numbers of one or two dimensions as a matrix of `faer` of its own; one dimension is a column.
    /// [`NdRead::faer`] shows them without a copy.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let m = tensor!([[1., 2.], [3., 4.]]).to_faer::<f64>();
    /// assert_eq!(m[(1, 0)], 3.);
    /// let column = tensor!([5., 6.]).to_faer::<f64>();
    /// assert_eq!((column.nrows(), column.ncols()), (2, 1));
    /// ```
    #[track_caller]
    pub fn to_faer<T: FromElement + Copy>(&self) -> Mat<T> {
        self.try_to_faer().or_panic()
    }

    /// Like [`Tensor::to_faer`]. Fails for other numbers of dimensions.
    pub fn try_to_faer<T: FromElement + Copy>(&self) -> Result<Mat<T>> {
        let (rows, columns) = sizes(&self.dims(), "to_faer()")?;
        let numbers = self.try_to_vec::<T>()?;
        Ok(Mat::from_fn(rows, columns, |i, j| numbers[i * columns + j]))
    }
}
