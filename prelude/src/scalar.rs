//! Plain numbers next to tensors.

use crate::dtype::{Category, DType};
use crate::error::{Result, bail};
use crate::given::given;
use crate::tensor::Tensor;
use num_complex::{Complex, Complex64};

/// A plain number. In type promotion only its kind counts, as in PyTorch: an `f32` tensor times `2` or `2.5` is `f32`.
///
/// ```
/// use wick::prelude::*;
/// assert_eq!((tensor!([1, 2]) * 2).dtype(), DType::I64);
/// assert_eq!((tensor!([1, 2]) * 2.5).dtype(), DType::F32);
///
/// let number = Scalar::from(-2.5);
/// assert_eq!((number.to_f64(), number.to_i64(), number.dtype()), (-2.5, -2, DType::F32));
/// assert_eq!(number.to_complex(), Complex::new(-2.5, 0.));
/// ```
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
    /// The value as a float; of a complex number the real part. A truth value gives 0 or 1.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Scalar::from(true).to_f64(), 1.0);
    /// assert_eq!(Scalar::from(Complex::new(0.5, 2.)).to_f64(), 0.5);
    /// ```
    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Complex(z) => z.re,
            Scalar::Bool(b) => f64::from(u8::from(b)),
            Scalar::Int(n) => n as f64,
            Scalar::Float(x) => x,
        }
    }

    /// The value as a complex number; of a real one the imaginary part is 0.
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

    /// The dtype a tensor made of it gets: `bool`, `i64`, the default dtype, or its complex counterpart.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Scalar::from(3).dtype(), DType::I64);
    /// assert_eq!(Scalar::from(Complex::new(2., 1.)).dtype(), DType::C64);
    /// assert_eq!(tensor!(3.5).dtype(), Scalar::from(3.5).dtype());
    /// ```
    pub fn dtype(self) -> DType {
        match self {
            Scalar::Bool(_) => DType::Bool,
            Scalar::Int(_) => DType::I64,
            Scalar::Float(_) => crate::get_default_dtype(),
            Scalar::Complex(_) => crate::get_default_dtype().to_complex(),
        }
    }

    pub(crate) fn category(self) -> Category {
        self.dtype().category()
    }

    /// Fails for a number that has no place in a dtype; for an unsigned one a negative integer may wrap around, as in
    /// C. Arithmetic does without this and takes what is left of the number. (PyTorch's `checked_convert`.)
    pub(crate) fn check_fits(self, dtype: DType) -> Result<()> {
        let (number, float) = (
            self.to_f64(),
            matches!(self, Scalar::Float(_) | Scalar::Complex(_)),
        );
        let (low, high) = match (dtype, dtype.integer_range()) {
            (DType::U8, _) if !float => (-255., 255.),
            (_, Some((low, high))) => (low as f64, high as f64),
            (DType::F16, _) => (-65504., 65504.),
            (DType::BF16, _) => (f64::from(half::bf16::MIN), f64::from(half::bf16::MAX)),
            (DType::F32 | DType::C64, _) => (f64::from(f32::MIN), f64::from(f32::MAX)),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        // Floats have infinities and what is no number, too.
        let in_range = (low..=high).contains(&number)
            || (!number.is_finite() && (dtype.is_differentiable() || dtype == DType::Bool));
        if !in_range || (self.to_complex().im != 0. && !dtype.is_complex()) {
            bail!(
                "value cannot be converted to type {} without overflow",
                dtype.cpp_name()
            );
        }
        Ok(())
    }
}

macro_rules! scalar_from {
    ($($t:ty => $variant:ident),*) => {$(
        given!([] $t => Scalar, |value| Scalar::$variant(From::from(value)));
        given!([] $t => Arg, |value| Arg::Scalar(Scalar::$variant(From::from(value))));
    )*};
}
scalar_from!(bool => Bool, u8 => Int, i8 => Int, i16 => Int, i32 => Int, i64 => Int, f32 => Float, f64 => Float);

given!([] usize => Scalar, |value| Scalar::Int(value as i64));
given!([] usize => Arg, |value| Arg::Scalar(Scalar::Int(value as i64)));
given!([] Complex64 => Scalar, |value| Scalar::Complex(value));
given!([] Complex64 => Arg, |value| Arg::Scalar(Scalar::Complex(value)));
given!([] Complex<f32> => Scalar, |value| Scalar::Complex(double(value)));
given!([] Complex<f32> => Arg, |value| Arg::Scalar(Scalar::Complex(double(value))));
given!([] Tensor => Arg, |tensor| Arg::Tensor(tensor));
given!([] &Tensor => Arg, |tensor| Arg::Tensor(tensor.clone()));
given!([] Scalar => Arg, |scalar| Arg::Scalar(scalar));

fn double(value: Complex<f32>) -> Complex64 {
    Complex::new(f64::from(value.re), f64::from(value.im))
}

/// The other operand of a binary operation: a tensor or a plain number.
///
/// Functions take it as [`impl Given<Arg>`](crate::Given), so that both can be written.
///
/// ```
/// use wick::prelude::*;
/// use wick::{Arg, Given};
///
/// fn describe<T: Given<Arg>>(operand: T) -> String {
///     match operand.into() {
///         Arg::Tensor(tensor) => format!("a tensor of {}", tensor.shape()),
///         Arg::Scalar(number) => format!("the number {}", number.to_f64()),
///     }
/// }
/// assert_eq!(describe(tensor!([1., 2.])), "a tensor of torch.Size([2])");
/// assert_eq!(describe(2), "the number 2");
/// ```
#[derive(Clone)]
pub enum Arg {
    /// A tensor, which broadcasts.
    Tensor(Tensor),
    /// A number.
    Scalar(Scalar),
}
