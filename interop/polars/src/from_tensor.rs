//! From tensors to polars.

use polars_core::prelude::*;
use wick::tensor::FromElement;
use wick::{DType, Error, Result, Tensor};

/// A tensor as a series or table of polars.
pub trait ToPolars {
    /// The numbers of one dimension as a series called `name`, of the tensor's own type; `bfloat16` becomes `Float32`,
    /// which holds all of its numbers. [`Series::into_column`] makes a column of it.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick_polars::ToPolars;
    ///
    /// let losses = tensor!([0.5, 0.25]).series("loss")?;
    /// assert_eq!((losses.name().as_str(), losses.f32()?.get(1)), ("loss", Some(0.25)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// For other numbers of dimensions and for complex numbers.
    fn series(&self, name: &str) -> Result<Series>;

    /// The numbers of `[rows, columns]` as a table, with a name for each column.
    ///
    /// # Errors
    /// For other numbers of dimensions, complex numbers, and where there are not as many names as columns or one comes
    /// twice.
    fn data_frame<N: AsRef<str>>(&self, names: impl AsRef<[N]>) -> Result<DataFrame>;
}

impl ToPolars for Tensor {
    fn series(&self, name: &str) -> Result<Series> {
        if self.dim() != 1 {
            return Err(Error::value(format!(
                "a series has one dimension, but the tensor has {}; choose a row or column with i(…), or use flatten(), \
                 or data_frame(…) for two",
                self.dim()
            )));
        }
        let series = match self.dtype() {
            DType::Bool => {
                let numbers = self.try_to_vec::<bool>()?;
                BooleanChunked::from_slice(name.into(), &numbers).into_series()
            }
            DType::I8 => column::<Int8Type>(self, name)?,
            DType::I16 => column::<Int16Type>(self, name)?,
            DType::I32 => column::<Int32Type>(self, name)?,
            DType::I64 => column::<Int64Type>(self, name)?,
            DType::U8 => column::<UInt8Type>(self, name)?,
            DType::F32 | DType::BF16 => column::<Float32Type>(self, name)?,
            DType::F64 => column::<Float64Type>(self, name)?,
            DType::F16 => {
                let exact = column::<Float32Type>(self, name)?;
                let series = exact.cast(&DataType::Float16);
                series.map_err(|error| Error::value(error.to_string()))?
            }
            DType::C64 | DType::C128 => {
                return Err(Error::dtype(
                    "polars has no complex numbers; give it real() and imag()",
                ));
            }
        };
        Ok(series)
    }

    fn data_frame<N: AsRef<str>>(&self, names: impl AsRef<[N]>) -> Result<DataFrame> {
        let (names, dims) = (names.as_ref(), self.dims());
        let [_, columns] = dims[..] else {
            return Err(Error::value(format!(
                "a table has two dimensions, but the tensor has {}; choose a matrix with i(…) or view(…)",
                dims.len()
            )));
        };
        if names.len() != columns {
            return Err(Error::value(format!(
                "{} names were given for the {columns} columns of a tensor of shape {dims:?}",
                names.len()
            )));
        }
        let series = names.iter().enumerate().map(|(at, name)| {
            let column = self.try_select(1, at as i64)?;
            Ok(column.series(name.as_ref())?.into_column())
        });
        let columns = series.collect::<Result<_>>()?;
        DataFrame::new(dims[0], columns).map_err(|error| Error::value(error.to_string()))
    }
}

fn column<T>(tensor: &Tensor, name: &str) -> Result<Series>
where
    T: PolarsNumericType,
    T::Native: FromElement,
    ChunkedArray<T>: IntoSeries,
{
    let numbers = tensor.try_to_vec::<T::Native>()?;
    Ok(ChunkedArray::<T>::from_vec(name.into(), numbers).into_series())
}
