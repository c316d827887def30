//! `tensor!`: tensors written down as nested lists.

use super::Tensor;
use crate::dtype::DType;
use crate::error::{OrPanic, Result, bail};
use crate::get_default_dtype;
use crate::kernels::{Array, transfer};
use num_complex::Complex;

/// A tensor written down as nested lists: integers give `i64`, floats `f32` (PyTorch's defaults; see
/// [`set_default_dtype`](crate::set_default_dtype)), truth values `bool`, [`Complex`](crate::Complex) numbers
/// `complex64`. PyTorch: `torch.tensor`.
///
/// ```
/// use wick::prelude::*;
/// let a = tensor!([[1, 1], [2, 2]]);
/// assert_eq!((a.dtype(), a.dims()), (DType::I64, vec![2, 2]));
/// let x = 0.5;
/// assert_eq!(tensor!([x, 2. * x]).dtype(), DType::F32);
/// assert_eq!(tensor!(7).item::<i64>(), 7);
/// ```
#[macro_export]
macro_rules! tensor {
    ($value:expr) => {
        $crate::Tensor::new(&$value)
    };
    ($($value:expr),+ $(,)?) => {
        $crate::Tensor::new(&[$($value),+])
    };
}

/// What may stand inside `tensor!`: numbers, truth values, and arrays, slices and vectors of them. A type of one's own
/// can join them by passing on its number.
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::{Literal, LiteralBuffer};
/// struct Celsius(f64);
/// impl Literal for Celsius {
///     const DTYPE: DType = DType::F32;
///     fn dims(&self, _: &mut Vec<usize>) {}
///     fn append(&self, depth: usize, buffer: &mut LiteralBuffer) -> wick::Result<()> {
///         self.0.append(depth, buffer)
///     }
/// }
/// assert_eq!(tensor!([Celsius(20.), Celsius(25.5)]).to_string(), "tensor([20.0000, 25.5000])");
/// ```
pub trait Literal {
    /// The dtype of its numbers, as long as the default for floats is `f32`.
    const DTYPE: DType;
    /// Its sizes, outermost first, as far as the first element of each level shows them.
    fn dims(&self, dims: &mut Vec<usize>);
    /// Appends its numbers; fails where a list is longer or shorter than its neighbours.
    fn append(&self, depth: usize, buffer: &mut LiteralBuffer) -> Result<()>;
}

/// The numbers of a literal, as they are collected. It starts empty, and [`Literal::append`] fills it.
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::{Literal, LiteralBuffer};
/// let mut buffer = LiteralBuffer::default();
/// 7.append(0, &mut buffer).unwrap();
/// assert!(format!("{buffer:?}").contains("integers: [7]"));
/// ```
#[derive(Debug, Default)]
pub struct LiteralBuffer {
    dims: Vec<usize>,
    floats: Vec<f64>,
    integers: Vec<i64>,
    complex: Vec<Complex<f64>>,
}

impl LiteralBuffer {
    fn enter(&self, depth: usize, len: usize) -> Result<()> {
        let expected = self.dims[depth];
        if len != expected {
            return Err(crate::Error::value(format!(
                "expected sequence of length {expected} at dim {depth} (got {len})"
            )));
        }
        Ok(())
    }

    /// Collects the numbers of a literal.
    fn of<L: Literal + ?Sized>(value: &L) -> Result<Self> {
        let mut buffer = Self::default();
        value.dims(&mut buffer.dims);
        value.append(0, &mut buffer)?;
        Ok(buffer)
    }

    fn into_tensor(self, dtype: DType) -> Result<Tensor> {
        let own = match dtype {
            DType::F32 => get_default_dtype(),
            DType::C64 => get_default_dtype().to_complex(),
            other => other,
        };
        Ok(Tensor::from_array(transfer::cast(
            &self.into_array(dtype)?,
            own,
        )?))
    }

    /// A tensor of another dtype than the literal's own. Floats do not become `f32` on their way.
    fn into_tensor_like(self, dtype: DType, like: &Tensor) -> Result<Tensor> {
        let array = transfer::cast(&self.into_array(dtype)?, like.dtype())?;
        let array = transfer::to_device(&array, like.device())?;
        Ok(Tensor::from_array(array))
    }

    /// The numbers as exactly as they were written.
    fn into_array(self, dtype: DType) -> Result<Array> {
        Ok(match dtype {
            DType::F32 => Array::from_vec(self.floats, DType::F64, &self.dims),
            DType::I64 => Array::from_vec(self.integers, dtype, &self.dims),
            DType::C64 => Array::from_vec(self.complex, DType::C128, &self.dims),
            DType::I8 => Array::from_vec(
                self.integers.iter().map(|&x| x as i8).collect::<Vec<i8>>(),
                dtype,
                &self.dims,
            ),
            DType::U8 | DType::Bool => Array::from_vec(
                self.integers.iter().map(|&x| x as u8).collect::<Vec<u8>>(),
                dtype,
                &self.dims,
            ),
            other => bail!("a literal cannot be {other}"),
        })
    }
}

macro_rules! literal {
    ($($t:ty => $dtype:ident, $buffer:ident as $as:ty);*) => {$(
        impl Literal for $t {
            const DTYPE: DType = DType::$dtype;
            fn dims(&self, _: &mut Vec<usize>) {}
            fn append(&self, _: usize, buffer: &mut LiteralBuffer) -> Result<()> {
                buffer.$buffer.push(*self as $as);
                Ok(())
            }
        }
    )*};
}
literal!(f32 => F32, floats as f64; f64 => F32, floats as f64; i32 => I64, integers as i64; i64 => I64, integers as i64;
    usize => I64, integers as i64; u32 => I64, integers as i64; i8 => I8, integers as i64; u8 => U8, integers as i64; bool => Bool, integers as i64);

impl Literal for Complex<f32> {
    const DTYPE: DType = DType::C64;
    fn dims(&self, _: &mut Vec<usize>) {}
    fn append(&self, depth: usize, buffer: &mut LiteralBuffer) -> Result<()> {
        Complex::new(f64::from(self.re), f64::from(self.im)).append(depth, buffer)
    }
}

impl Literal for Complex<f64> {
    const DTYPE: DType = DType::C64;
    fn dims(&self, _: &mut Vec<usize>) {}
    fn append(&self, _: usize, buffer: &mut LiteralBuffer) -> Result<()> {
        buffer.complex.push(*self);
        Ok(())
    }
}

impl<T: Literal> Literal for [T] {
    const DTYPE: DType = T::DTYPE;
    fn dims(&self, dims: &mut Vec<usize>) {
        dims.push(self.len());
        if let Some(first) = self.first() {
            first.dims(dims);
        }
    }
    fn append(&self, depth: usize, buffer: &mut LiteralBuffer) -> Result<()> {
        buffer.enter(depth, self.len())?;
        self.iter()
            .try_for_each(|item| item.append(depth + 1, buffer))
    }
}

impl<T: Literal, const N: usize> Literal for [T; N] {
    const DTYPE: DType = T::DTYPE;
    fn dims(&self, dims: &mut Vec<usize>) {
        self.as_slice().dims(dims);
    }
    fn append(&self, depth: usize, buffer: &mut LiteralBuffer) -> Result<()> {
        self.as_slice().append(depth, buffer)
    }
}

impl<T: Literal> Literal for Vec<T> {
    const DTYPE: DType = T::DTYPE;
    fn dims(&self, dims: &mut Vec<usize>) {
        self.as_slice().dims(dims);
    }
    fn append(&self, depth: usize, buffer: &mut LiteralBuffer) -> Result<()> {
        self.as_slice().append(depth, buffer)
    }
}

impl<T: Literal + ?Sized> Literal for &T {
    const DTYPE: DType = T::DTYPE;
    fn dims(&self, dims: &mut Vec<usize>) {
        (**self).dims(dims);
    }
    fn append(&self, depth: usize, buffer: &mut LiteralBuffer) -> Result<()> {
        (**self).append(depth, buffer)
    }
}

impl Tensor {
    /// What `tensor!` calls: a tensor of a number or of nested lists of numbers. Lists of unequal lengths are an error.
    /// PyTorch: `torch.tensor`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let rows = vec![vec![1, 2], vec![3, 4]];
    /// assert_eq!(Tensor::new(&rows).to_string(), "tensor([[1, 2],\n        [3, 4]])");
    /// ```
    #[track_caller]
    pub fn new<L: Literal + ?Sized>(value: &L) -> Tensor {
        Self::try_new(value).or_panic()
    }

    /// Like [`Tensor::new`]. Fails if the lists are not all of one length.
    pub fn try_new<L: Literal + ?Sized>(value: &L) -> Result<Tensor> {
        LiteralBuffer::of(value)?.into_tensor(L::DTYPE)
    }

    /// Other numbers, a number or nested lists of them, in the dtype and on the device of this tensor. PyTorch:
    /// `Tensor.new_tensor`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).double();
    /// assert_eq!(x.new_tensor(&[[1, 2]]).to_string(), "tensor([[1., 2.]], dtype=torch.float64)");
    /// assert_eq!(x.new_tensor(&0.1).item::<f64>(), 0.1);
    /// ```
    #[track_caller]
    pub fn new_tensor<L: Literal + ?Sized>(&self, value: &L) -> Tensor {
        self.try_new_tensor(value).or_panic()
    }

    /// Like [`Tensor::new_tensor`]. Fails if the lists are not all of one length.
    pub fn try_new_tensor<L: Literal + ?Sized>(&self, value: &L) -> Result<Tensor> {
        LiteralBuffer::of(value)?.into_tensor_like(L::DTYPE, self)
    }
}
