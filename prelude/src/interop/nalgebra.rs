//! Matrices and vectors of the `nalgebra` crate, with the cargo feature `nalgebra`.

use super::faer::sizes;
use crate::error::{OrPanic, Result};
use crate::numpy::{NdNumber, NdRead};
use crate::tensor::{FromElement, Tensor, TensorElement};
use nalgebra::{DMatrix, DMatrixView, DVector, Dyn, Scalar, ViewStorage};

impl<T: NdNumber + Scalar> NdRead<'_, T> {
    /// The numbers of one or two dimensions as a view of `nalgebra`, without a copy; one dimension is a column.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.]]).numpy::<f32>();
    /// assert_eq!(a.read().nalgebra().determinant(), -2.);
    /// ```
    ///
    /// # Panics
    /// When there are more dimensions, or none, and when numbers are repeated by `expand`, which views of `nalgebra`
    /// cannot show.
    #[track_caller]
    pub fn nalgebra(&self) -> DMatrixView<'_, T, Dyn, Dyn> {
        let view = self.view();
        let (rows, columns) = sizes(view.shape(), "nalgebra()").or_panic();
        let matrix = match view.ndim() {
            1 => view.insert_axis(ndarray::Axis(1)),
            _ => view,
        };
        // Those of a tensor are never negative.
        let [down, right] = [0, 1].map(|axis| matrix.strides()[axis].unsigned_abs());
        assert!(
            (down > 0 || rows < 2) && (right > 0 || columns < 2),
            "nalgebra(): the numbers are repeated by expand(); use contiguous() first, or to_dmatrix()"
        );
        // SAFETY: the view shows that `rows` by `columns` numbers lie at these strides, and they stay locked for
        // reading as long as `self` is borrowed, which the result's lifetime is. nalgebra's iterators take a step of 0
        // for the end of a row, and there is none where there are two elements to step between.
        let storage = unsafe {
            ViewStorage::from_raw_parts(
                matrix.as_ptr(),
                (Dyn(rows), Dyn(columns)),
                (Dyn(down), Dyn(right)),
            )
        };
        DMatrixView::from_data(storage)
    }
}

impl Tensor {
    /// A tensor `[rows, columns]` of a matrix of `nalgebra`, whose numbers are taken over without a copy: they lie column
    /// after column.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let m = wick::nalgebra::dmatrix![1., 2.; 3., 4.];
    /// let x = Tensor::from_dmatrix(m.clone());
    /// assert_eq!((x.to_vec2::<f64>(), x.stride()), (vec![vec![1., 2.], vec![3., 4.]], vec![1, 2]));
    /// assert_eq!(x.to_dmatrix::<f64>(), m);
    /// ```
    pub fn from_dmatrix<T: TensorElement + Scalar>(matrix: DMatrix<T>) -> Tensor {
        let (rows, columns) = matrix.shape();
        Tensor::from_vec(Vec::from(matrix.data), [columns, rows]).t()
    }

    /// A tensor `[length]` of a vector of `nalgebra`, whose numbers are taken over without a copy.
    pub fn from_dvector<T: TensorElement + Scalar>(vector: DVector<T>) -> Tensor {
        let length = vector.len();
        Tensor::from_vec(Vec::from(vector.data), length)
    }

    /// The numbers of one or two dimensions as a matrix of `nalgebra` of its own; one dimension is a column.
    /// [`NdRead::nalgebra`] shows them without a copy.
    #[track_caller]
    pub fn to_dmatrix<T: FromElement + Scalar>(&self) -> DMatrix<T> {
        self.try_to_dmatrix().or_panic()
    }

    /// Like [`Tensor::to_dmatrix`]. Fails for other numbers of dimensions.
    pub fn try_to_dmatrix<T: FromElement + Scalar>(&self) -> Result<DMatrix<T>> {
        let (rows, columns) = sizes(&self.dims(), "to_dmatrix()")?;
        Ok(DMatrix::from_row_iterator(
            rows,
            columns,
            self.try_to_vec::<T>()?,
        ))
    }

    /// The numbers of one dimension as a vector of `nalgebra` of its own.
    #[track_caller]
    pub fn to_dvector<T: FromElement + Scalar>(&self) -> DVector<T> {
        DVector::from_vec(self.to_vec1())
    }
}
