//! From polars to tensors.

use polars_core::prelude::*;
use wick::tensor::TensorElement;
use wick::{DType, Error, Result, Tensor};

/// What becomes a tensor: a series, a column or a table of polars.
pub trait ToTensor {
    /// The numbers as a tensor on the CPU, copied: `[length]` of a series or column, `[rows, columns]` of a table.
    ///
    /// | polars | tensor |
    /// | --- | --- |
    /// | `Boolean` | `bool` |
    /// | `Int8`, `Int16`, `Int32`, `Int64`, `UInt8` | the same |
    /// | `UInt16`, `UInt32`, `UInt64` | `int32`, `int64`, `int64` |
    /// | `Float16`, `Float32`, `Float64` | the same |
    ///
    /// The columns of a table are promoted to one dtype as in PyTorch. A missing float becomes NaN.
    ///
    /// ```
    /// use polars_core::prelude::*;
    /// use wick_polars::ToTensor;
    ///
    /// let x = Series::new("x".into(), [Some(1f32), None]).tensor()?;
    /// assert_eq!(x.to_string(), "tensor([1., nan])");
    /// let n = Series::new("n".into(), [Some(1), None]);
    /// assert!(n.tensor().unwrap_err().message().contains("fill_null"));
    /// # Ok::<(), wick::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where integers or booleans are missing, or a `UInt64` is beyond `int64`; for columns of other types, and for a
    /// table without columns.
    fn tensor(&self) -> Result<Tensor>;
}

impl ToTensor for Series {
    fn tensor(&self) -> Result<Tensor> {
        let missing = self.null_count();
        if missing > 0 && !self.dtype().is_float() {
            return Err(Error::value(format!(
                "column `{}` of type {} lacks {missing} of its {} values, and only floats have NaN for that; \
                 use fill_null(…) or drop_nulls() first, or cast it to Float64",
                self.name(),
                self.dtype(),
                self.len()
            )));
        }
        match self.dtype() {
            DataType::Boolean => numbers(self.bool().map(|ca| ca.iter().flatten().collect())),
            DataType::Int8 => numbers(self.i8().map(copied)),
            DataType::Int16 => numbers(self.i16().map(copied)),
            DataType::Int32 => numbers(self.i32().map(copied)),
            DataType::Int64 => numbers(self.i64().map(copied)),
            DataType::UInt8 => numbers(self.u8().map(copied)),
            DataType::UInt16 => of_type(self, &DataType::Int32),
            DataType::UInt32 | DataType::UInt64 => of_type(self, &DataType::Int64),
            // Exact in both directions.
            DataType::Float16 => Ok(of_type(self, &DataType::Float32)?.to(DType::F16)),
            DataType::Float32 => numbers(self.f32().map(|ca| with_nan(ca, f32::NAN))),
            DataType::Float64 => numbers(self.f64().map(|ca| with_nan(ca, f64::NAN))),
            other => Err(Error::dtype(format!(
                "column `{}` is of type {other}, which no tensor has; cast it to a type of numbers first",
                self.name()
            ))),
        }
    }
}

impl ToTensor for Column {
    fn tensor(&self) -> Result<Tensor> {
        self.as_materialized_series().tensor()
    }
}

impl ToTensor for DataFrame {
    fn tensor(&self) -> Result<Tensor> {
        let columns: Vec<Tensor> = self
            .columns()
            .iter()
            .map(Column::tensor)
            .collect::<Result<_>>()?;
        let dtypes = columns.iter().map(Tensor::dtype);
        let Some(dtype) = dtypes.reduce(DType::promote) else {
            return Err(Error::value(
                "a table without columns has no dtype; Tensor::zeros([0, 0]) is one without numbers",
            ));
        };
        let columns: Vec<Tensor> = columns.iter().map(|it| it.to(dtype)).collect();
        Tensor::try_stack(&columns, 1)
    }
}

/// The tensor of a series that was cast to `dtype` first.
fn of_type(series: &Series, dtype: &DataType) -> Result<Tensor> {
    series.strict_cast(dtype).map_err(told)?.tensor()
}

fn numbers<T: TensorElement>(numbers: PolarsResult<Vec<T>>) -> Result<Tensor> {
    let numbers = numbers.map_err(told)?;
    let length = numbers.len();
    Tensor::try_from_vec(numbers, length)
}

/// The values of a column that lacks none, chunk after chunk.
fn copied<T: PolarsNumericType>(ca: &ChunkedArray<T>) -> Vec<T::Native> {
    let mut all = Vec::with_capacity(ca.len());
    for chunk in ca.downcast_iter() {
        all.extend_from_slice(chunk.values());
    }
    all
}

fn with_nan<T: PolarsNumericType>(ca: &ChunkedArray<T>, nan: T::Native) -> Vec<T::Native> {
    match ca.null_count() {
        0 => copied(ca),
        _ => ca.iter().map(|it| it.unwrap_or(nan)).collect(),
    }
}

fn told(error: PolarsError) -> Error {
    Error::value(error.to_string())
}
