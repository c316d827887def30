//! Element types and PyTorch's rules for which type an operation answers in.

use std::fmt;

/// The element type of a tensor. `f32` unless something says otherwise, as in PyTorch: [`crate::set_default_dtype`],
/// for one. PyTorch: `torch.dtype`.
///
/// ```
/// use wick::prelude::*;
/// assert_eq!(tensor!([1., 2.]).dtype(), DType::F32);
/// assert_eq!(tensor!([1, 2]).dtype(), DType::I64);
/// assert_eq!(tensor!([1, 2]).to(DType::F16).to_string(), "tensor([1., 2.], dtype=torch.float16)");
/// assert_eq!(DType::BF16.to_string(), "torch.bfloat16");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum DType {
    /// 32-bit float, PyTorch's default.
    F32,
    /// 64-bit float.
    F64,
    /// 16-bit IEEE float.
    F16,
    /// 16-bit float with `f32`'s range.
    BF16,
    /// 64-bit integer, what integer literals become.
    I64,
    /// 32-bit integer.
    I32,
    /// 16-bit integer.
    I16,
    /// Signed byte.
    I8,
    /// Unsigned byte.
    U8,
    /// True or false, stored as one byte that is 1 or 0.
    Bool,
    /// A complex number of two 32-bit floats (`complex64`, `cfloat`). On the CPU only.
    C64,
    /// A complex number of two 64-bit floats (`complex128`, `cdouble`). On the CPU only.
    C128,
}

/// The order in which kinds of numbers win over each other in type promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    Bool,
    Int,
    Float,
    Complex,
}

impl DType {
    /// Every dtype there is.
    pub const ALL: [DType; 12] = [
        DType::F32,
        DType::F64,
        DType::F16,
        DType::BF16,
        DType::I64,
        DType::I32,
        DType::I16,
        DType::I8,
        DType::U8,
        DType::Bool,
        DType::C64,
        DType::C128,
    ];

    /// PyTorch's name without `torch.`: `float32`.
    ///
    /// ```
    /// use wick::DType;
    /// assert_eq!(DType::F32.name(), "float32");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            DType::F32 => "float32",
            DType::F64 => "float64",
            DType::F16 => "float16",
            DType::BF16 => "bfloat16",
            DType::I64 => "int64",
            DType::I32 => "int32",
            DType::I16 => "int16",
            DType::I8 => "int8",
            DType::U8 => "uint8",
            DType::Bool => "bool",
            DType::C64 => "complex64",
            DType::C128 => "complex128",
        }
    }

    /// The dtype of that name (`float32`, `torch.float32`), if there is one.
    ///
    /// ```
    /// use wick::DType;
    /// assert_eq!(DType::from_name("torch.int64"), Some(DType::I64));
    /// assert_eq!(DType::from_name("int63"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<DType> {
        let name = name.strip_prefix("torch.").unwrap_or(name);
        DType::ALL.into_iter().find(|dtype| dtype.name() == name)
    }

    /// The name of the C++ type in PyTorch's messages: `Float`, `Long`.
    pub(crate) fn scalar_type(self) -> &'static str {
        match self {
            DType::F32 => "Float",
            DType::F64 => "Double",
            DType::F16 => "Half",
            DType::BF16 => "BFloat16",
            DType::I64 => "Long",
            DType::I32 => "Int",
            DType::I16 => "Short",
            DType::I8 => "Char",
            DType::U8 => "Byte",
            DType::Bool => "Bool",
            DType::C64 => "ComplexFloat",
            DType::C128 => "ComplexDouble",
        }
    }

    /// The name in messages that speak of C types: `float`, `long int`.
    pub(crate) fn c_name(self) -> &'static str {
        match self {
            DType::F32 => "float",
            DType::F64 => "double",
            DType::F16 => "c10::Half",
            DType::BF16 => "c10::BFloat16",
            DType::I64 => "long int",
            DType::I32 => "int",
            DType::I16 => "short int",
            DType::I8 => "signed char",
            DType::U8 => "unsigned char",
            DType::Bool => "bool",
            DType::C64 => "c10::complex<float>",
            DType::C128 => "c10::complex<double>",
        }
    }

    /// The type of tensors of a dtype as PyTorch prints it: younger dtypes never had a class of tensors of their own.
    pub(crate) fn type_name(self) -> String {
        let name = self.scalar_type();
        match self {
            DType::Bool | DType::BF16 | DType::C64 | DType::C128 => format!("CPU{name}Type"),
            _ => format!("torch.{name}Tensor"),
        }
    }

    /// The smallest and the largest number of a dtype of integers.
    pub(crate) fn integer_range(self) -> Option<(i64, i64)> {
        Some(match self {
            DType::U8 => (0, u8::MAX.into()),
            DType::I8 => (i8::MIN.into(), i8::MAX.into()),
            DType::I16 => (i16::MIN.into(), i16::MAX.into()),
            DType::I32 => (i32::MIN.into(), i32::MAX.into()),
            DType::I64 => (i64::MIN, i64::MAX),
            _ => return None,
        })
    }

    /// The name of the type that PyTorch's own code uses.
    pub(crate) fn cpp_name(self) -> &'static str {
        match self {
            DType::I64 => "int64_t",
            DType::I16 => "int16_t",
            DType::I8 => "int8_t",
            DType::U8 => "uint8_t",
            other => other.c_name(),
        }
    }

    /// How many numbers of candle's dtype make an element.
    pub(crate) fn parts(self) -> usize {
        if self.is_complex() { 2 } else { 1 }
    }

    /// Bytes per element. PyTorch: `torch.dtype.itemsize`.
    ///
    /// ```
    /// use wick::DType;
    /// assert_eq!((DType::F32.size(), DType::BF16.size(), DType::Bool.size()), (4, 2, 1));
    /// ```
    pub fn size(self) -> usize {
        match self {
            DType::C128 => 16,
            DType::F64 | DType::I64 | DType::C64 => 8,
            DType::F32 | DType::I32 => 4,
            DType::F16 | DType::BF16 | DType::I16 => 2,
            DType::I8 | DType::U8 | DType::Bool => 1,
        }
    }

    /// Whether it is one of the float types. PyTorch: `torch.dtype.is_floating_point`.
    ///
    /// ```
    /// use wick::DType;
    /// assert!(DType::F16.is_floating_point());
    /// assert!(!DType::I64.is_floating_point() && !DType::C64.is_floating_point());
    /// ```
    pub fn is_floating_point(self) -> bool {
        self.category() == Category::Float
    }

    /// Whether it is one of the complex types. PyTorch: `torch.dtype.is_complex`.
    ///
    /// ```
    /// use wick::DType;
    /// assert!(DType::C64.is_complex() && !DType::F32.is_complex());
    /// ```
    pub fn is_complex(self) -> bool {
        self.category() == Category::Complex
    }

    /// Whether gradients can be wanted: floats and complex numbers.
    pub(crate) fn is_differentiable(self) -> bool {
        self.category() >= Category::Float
    }

    /// The complex type whose parts are of this type; there is none narrower than [`DType::C64`]. PyTorch:
    /// `torch.dtype.to_complex`.
    ///
    /// ```
    /// use wick::DType;
    /// assert_eq!(DType::F32.to_complex(), DType::C64);
    /// assert_eq!(DType::F64.to_complex(), DType::C128);
    /// ```
    pub fn to_complex(self) -> DType {
        match self {
            DType::C64 | DType::C128 => self,
            DType::F64 => DType::C128,
            float if float.category() == Category::Float => DType::C64,
            _ => match crate::get_default_dtype() {
                DType::F64 => DType::C128,
                _ => DType::C64,
            },
        }
    }

    /// The type of a complex type's parts, itself if it is not complex. PyTorch: `torch.dtype.to_real`.
    ///
    /// ```
    /// use wick::DType;
    /// assert_eq!(DType::C128.to_real(), DType::F64);
    /// ```
    pub fn to_real(self) -> DType {
        match self {
            DType::C64 => DType::F32,
            DType::C128 => DType::F64,
            real => real,
        }
    }

    pub(crate) fn category(self) -> Category {
        match self {
            DType::F32 | DType::F64 | DType::F16 | DType::BF16 => Category::Float,
            DType::I64 | DType::I32 | DType::I16 | DType::I8 | DType::U8 => Category::Int,
            DType::Bool => Category::Bool,
            DType::C64 | DType::C128 => Category::Complex,
        }
    }

    /// The smallest and the largest finite number of a float type.
    pub(crate) fn float_range(self) -> (f64, f64) {
        let highest = match self {
            DType::F64 | DType::C128 => f64::MAX,
            DType::F16 => half::f16::MAX.to_f64(),
            DType::BF16 => half::bf16::MAX.to_f64(),
            _ => f64::from(f32::MAX),
        };
        (-highest, highest)
    }

    /// Itself if it is a float or complex type, PyTorch's default float type if not.
    pub(crate) fn to_float(self) -> DType {
        if self.is_differentiable() {
            self
        } else {
            crate::get_default_dtype()
        }
    }

    /// The type that can hold the values of both. PyTorch: `torch.promote_types`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(DType::I64.promote(DType::F16), DType::F16);
    /// assert_eq!(DType::U8.promote(DType::I8), DType::I16);
    /// assert_eq!((tensor!([1, 2]) + tensor!([0.5, 0.5])).dtype(), DType::I64.promote(DType::F32));
    /// ```
    pub fn promote(self, other: DType) -> DType {
        use DType::*;
        if self == other {
            return self;
        }
        match (self, other) {
            (Bool, x) | (x, Bool) => x,
            (F16, BF16) | (BF16, F16) => F32,
            (C128, _) | (_, C128) | (C64, F64) | (F64, C64) => C128,
            (a, b) if a.category() != b.category() => {
                if a.category() > b.category() {
                    a
                } else {
                    b
                }
            }
            // u8 with a signed type needs the sign; all others differ only in width.
            (U8, I8) | (I8, U8) => I16,
            (U8, x) | (x, U8) => x,
            (a, b) => {
                if a.size() >= b.size() {
                    a
                } else {
                    b
                }
            }
        }
    }

    /// Whether a result of this type may be written into a tensor of the type `to`: complex numbers go nowhere else,
    /// floats not into integers, and only truth values into truth values. Width and sign may be lost. PyTorch:
    /// `torch.can_cast`.
    ///
    /// ```
    /// use wick::DType;
    /// assert!(DType::I64.can_cast(DType::F16) && DType::F64.can_cast(DType::F32));
    /// assert!(!DType::F32.can_cast(DType::I64) && !DType::U8.can_cast(DType::Bool));
    /// ```
    pub fn can_cast(self, to: DType) -> bool {
        self.category() <= to.category()
    }

    /// The type that numbers of this one are computed in; floats of 16 bits are computed in 32. PyTorch:
    /// `at::opmath_type`.
    pub(crate) fn opmath(self) -> DType {
        match self {
            DType::F16 | DType::BF16 => DType::F32,
            own => own,
        }
    }

    /// How candle stores it. It has no bool and no signed byte: both are a byte there. A complex number lies there as
    /// two floats.
    pub(crate) fn candle(self) -> candle_core::DType {
        match self {
            DType::F32 | DType::C64 => candle_core::DType::F32,
            DType::F64 | DType::C128 => candle_core::DType::F64,
            DType::F16 => candle_core::DType::F16,
            DType::BF16 => candle_core::DType::BF16,
            DType::I64 => candle_core::DType::I64,
            DType::I32 => candle_core::DType::I32,
            DType::I16 => candle_core::DType::I16,
            DType::I8 | DType::U8 | DType::Bool => candle_core::DType::U8,
        }
    }

    /// The dtype that holds candle's values as they are, if there is one.
    pub(crate) fn from_candle(dtype: candle_core::DType) -> Option<DType> {
        Some(match dtype {
            candle_core::DType::F32 => DType::F32,
            candle_core::DType::F64 => DType::F64,
            candle_core::DType::F16 => DType::F16,
            candle_core::DType::BF16 => DType::BF16,
            candle_core::DType::I64 => DType::I64,
            candle_core::DType::I32 => DType::I32,
            candle_core::DType::I16 => DType::I16,
            candle_core::DType::U8 => DType::U8,
            _ => return None,
        })
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "torch.{}", self.name())
    }
}

impl fmt::Debug for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::DType::{self, *};

    #[test]
    fn promotion_follows_pytorch() {
        for (a, b, expected) in [
            (F32, I64, F32),
            (F16, I64, F16),
            (F16, BF16, F32),
            (U8, I16, I16),
            (U8, I8, I16),
            (I8, I16, I16),
            (Bool, I8, I8),
            (I32, I64, I64),
            (Bool, U8, U8),
            (F32, F64, F64),
            (F32, C64, C64),
            (F64, C64, C128),
            (F16, C64, C64),
            (I64, C64, C64),
            (Bool, C128, C128),
            (C64, C128, C128),
        ] {
            assert_eq!(a.promote(b), expected);
            assert_eq!(b.promote(a), expected);
        }
    }

    #[test]
    fn names_go_both_ways() {
        for dtype in DType::ALL {
            assert_eq!(DType::from_name(&dtype.to_string()), Some(dtype));
        }
    }
}
