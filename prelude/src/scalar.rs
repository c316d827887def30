//! Plain numbers next to tensors.

use crate::dtype::{Category, DType};
use crate::tensor::Tensor;
use num_complex::{Complex, Complex64};

/// A plain number. In type promotion only its kind counts, as in PyTorch: an `f32` tensor times `2` or `2.5` is `f32`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A complex number.
    Complex(Complex64),
}

impl Scalar {
    /// The value as a float; of a complex number the real part.
    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Complex(z) => z.re,
            Scalar::Bool(b) => f64::from(u8::from(b)),
            Scalar::Int(n) => n as f64,
            Scalar::Float(x) => x,
        }
    }

    /// The value as a complex number.
    pub fn to_complex(self) -> Complex64 {
        match self {
            Scalar::Complex(z) => z,
            real => Complex::new(real.to_f64(), 0.),
        }
    }

    /// The value as an integer, cut towards zero.
    pub fn to_i64(self) -> i64 {
        match self {
            Scalar::Complex(z) => z.re as i64,
            Scalar::Bool(b) => i64::from(b),
            Scalar::Int(n) => n,
            Scalar::Float(x) => x as i64,
        }
    }

    /// The dtype a tensor made of it gets.
    pub fn dtype(self) -> DType {
        match self {
            Scalar::Bool(_) => DType::Bool,
            Scalar::Int(_) => DType::I64,
            Scalar::Float(_) => DType::F32,
            Scalar::Complex(_) => DType::C64,
        }
    }

    pub(crate) fn category(self) -> Category {
        self.dtype().category()
    }
}

macro_rules! scalar_from {
    ($($t:ty => $variant:ident),*) => {$(
        impl From<$t> for Scalar {
            fn from(value: $t) -> Self { Scalar::$variant(value.into()) }
        }
        impl From<$t> for Arg {
            // Compiled here, and not in every cell.
            #[inline(never)]
            fn from(value: $t) -> Self { Arg::Scalar(Scalar::$variant(value.into())) }
        }
    )*};
}
scalar_from!(bool => Bool, u8 => Int, i8 => Int, i16 => Int, i32 => Int, i64 => Int, f32 => Float, f64 => Float);

impl From<Complex64> for Scalar {
    fn from(value: Complex64) -> Self {
        Scalar::Complex(value)
    }
}

impl From<Complex<f32>> for Scalar {
    fn from(value: Complex<f32>) -> Self {
        Scalar::Complex(Complex::new(value.re.into(), value.im.into()))
    }
}

impl From<Complex64> for Arg {
    fn from(value: Complex64) -> Self {
        Arg::Scalar(value.into())
    }
}

impl From<Complex<f32>> for Arg {
    fn from(value: Complex<f32>) -> Self {
        Arg::Scalar(value.into())
    }
}

impl From<usize> for Scalar {
    fn from(value: usize) -> Self {
        Scalar::Int(value as i64)
    }
}

impl From<usize> for Arg {
    fn from(value: usize) -> Self {
        Arg::Scalar(value.into())
    }
}

/// The other operand of a binary operation: a tensor or a plain number.
#[derive(Clone)]
pub enum Arg {
    /// A tensor, which broadcasts.
    Tensor(Tensor),
    /// A number.
    Scalar(Scalar),
}

impl From<Tensor> for Arg {
    fn from(tensor: Tensor) -> Self {
        Arg::Tensor(tensor)
    }
}

impl From<&Tensor> for Arg {
    #[inline(never)]
    fn from(tensor: &Tensor) -> Self {
        Arg::Tensor(tensor.clone())
    }
}

impl From<Scalar> for Arg {
    fn from(scalar: Scalar) -> Self {
        Arg::Scalar(scalar)
    }
}
