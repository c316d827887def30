//! What kernels need to know of an element type.

use candle_core::CpuStorage;
use half::{bf16, f16};
use num_complex::Complex;

/// A number as it lies in storage, real or complex: what can be moved, compared and added up.
pub trait Stored: Copy + Default + Send + Sync + PartialEq + 'static {
    /// The elements, if the storage is of this type.
    fn slice(storage: &CpuStorage) -> Option<&[Self]>;
    /// The elements to write to, if the storage is of this type.
    fn slice_mut(storage: &mut CpuStorage) -> Option<&mut [Self]>;
    /// Storage made of these elements.
    fn wrap(elements: Vec<Self>) -> CpuStorage;
    /// Sum, wrapping for integers.
    fn sum(self, other: Self) -> Self;
    /// Product, wrapping for integers.
    fn product(self, other: Self) -> Self;
}

/// A real number as it lies in storage.
pub trait Element: Stored + PartialOrd {
    /// The type that sums and float functions are computed in.
    type Wide: Wide;

    /// Exact for every type but large `i64`.
    fn to_f64(self) -> f64;
    /// Rounds; integers are cut towards zero.
    fn from_f64(value: f64) -> Self;
    /// Cut towards zero.
    fn to_i64(self) -> i64;
    /// Wraps where it does not fit.
    fn from_i64(value: i64) -> Self;
    /// The value to compute with.
    fn wide(self) -> Self::Wide;
    /// Back from the computed value.
    fn narrow(wide: Self::Wide) -> Self;
    /// Whether the type has fractions.
    const FLOAT: bool;
    /// The smallest value.
    const LOWEST: Self;
    /// The largest value.
    const HIGHEST: Self;

    /// Whether it is not a number.
    #[inline(always)]
    #[allow(clippy::eq_op)]
    fn is_nan(self) -> bool {
        self != self
    }
}

/// A type that sums are computed in.
pub trait Wide: Copy + Send + Sync + PartialOrd + Default + 'static {
    /// Sum, wrapping for integers.
    fn plus(self, other: Self) -> Self;
    /// Product, wrapping for integers.
    fn times(self, other: Self) -> Self;
}

macro_rules! wide {
    ($t:ty, $plus:expr, $times:expr) => {
        impl Wide for $t {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                let f: fn($t, $t) -> $t = $plus;
                f(self, other)
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                let f: fn($t, $t) -> $t = $times;
                f(self, other)
            }
        }
    };
}
wide!(f64, |a, b| a + b, |a, b| a * b);
wide!(f32, |a, b| a + b, |a, b| a * b);
wide!(i64, i64::wrapping_add, i64::wrapping_mul);

macro_rules! element {
    ($t:ty, $variant:ident, $wide:ty, $float:literal, $lowest:expr, $highest:expr,
     to_f64 $to_f64:expr, from_f64 $from_f64:expr, to_i64 $to_i64:expr, from_i64 $from_i64:expr,
     wide $to_wide:expr, narrow $narrow:expr) => {
        impl Stored for $t {
            fn slice(storage: &CpuStorage) -> Option<&[Self]> {
                match storage {
                    CpuStorage::$variant(elements) => Some(elements),
                    _ => None,
                }
            }
            fn slice_mut(storage: &mut CpuStorage) -> Option<&mut [Self]> {
                match storage {
                    CpuStorage::$variant(elements) => Some(elements),
                    _ => None,
                }
            }
            fn wrap(elements: Vec<Self>) -> CpuStorage {
                CpuStorage::$variant(elements)
            }
            #[inline(always)]
            fn sum(self, other: Self) -> Self {
                Self::narrow(Wide::plus(self.wide(), other.wide()))
            }
            #[inline(always)]
            fn product(self, other: Self) -> Self {
                Self::narrow(Wide::times(self.wide(), other.wide()))
            }
        }

        impl Element for $t {
            type Wide = $wide;
            const FLOAT: bool = $float;
            const LOWEST: Self = $lowest;
            const HIGHEST: Self = $highest;

            #[inline(always)]
            fn to_f64(self) -> f64 {
                let f: fn($t) -> f64 = $to_f64;
                f(self)
            }
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                let f: fn(f64) -> $t = $from_f64;
                f(value)
            }
            #[inline(always)]
            fn to_i64(self) -> i64 {
                let f: fn($t) -> i64 = $to_i64;
                f(self)
            }
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                let f: fn(i64) -> $t = $from_i64;
                f(value)
            }
            #[inline(always)]
            fn wide(self) -> $wide {
                let f: fn($t) -> $wide = $to_wide;
                f(self)
            }
            #[inline(always)]
            fn narrow(wide: $wide) -> Self {
                let f: fn($wide) -> $t = $narrow;
                f(wide)
            }
        }
    };
    (int $t:ty, $variant:ident) => {
        element!(
            $t,
            $variant,
            i64,
            false,
            <$t>::MIN,
            <$t>::MAX,
            to_f64 | x | x as f64,
            from_f64 | x | x as i64 as $t,
            to_i64 | x | x as i64,
            from_i64 | x | x as $t,
            wide | x | x as i64,
            narrow | x | x as $t
        );
    };
    (float $t:ty, $variant:ident) => {
        element!(
            $t,
            $variant,
            $t,
            true,
            <$t>::NEG_INFINITY,
            <$t>::INFINITY,
            to_f64 | x | x as f64,
            from_f64 | x | x as $t,
            to_i64 | x | x as i64,
            from_i64 | x | x as $t,
            wide | x | x,
            narrow | x | x
        );
    };
    (half $t:ty, $variant:ident) => {
        element!(
            $t,
            $variant,
            f32,
            true,
            <$t>::NEG_INFINITY,
            <$t>::INFINITY,
            to_f64 | x | x.to_f64(),
            from_f64 | x | <$t>::from_f32(x as f32),
            to_i64 | x | x.to_f32() as i64,
            from_i64 | x | <$t>::from_f32(x as f32),
            wide | x | x.to_f32(),
            narrow<$t>::from_f32
        );
    };
}
element!(int u8, U8);
element!(int i16, I16);

/// Candle has no signed byte: it lies there as the byte of the same bits.
impl Stored for i8 {
    fn slice(storage: &CpuStorage) -> Option<&[Self]> {
        u8::slice(storage).map(bytemuck::cast_slice)
    }
    fn slice_mut(storage: &mut CpuStorage) -> Option<&mut [Self]> {
        u8::slice_mut(storage).map(bytemuck::cast_slice_mut)
    }
    fn wrap(elements: Vec<Self>) -> CpuStorage {
        CpuStorage::U8(elements.into_iter().map(|x| x as u8).collect())
    }
    #[inline(always)]
    fn sum(self, other: Self) -> Self {
        self.wrapping_add(other)
    }
    #[inline(always)]
    fn product(self, other: Self) -> Self {
        self.wrapping_mul(other)
    }
}

impl Element for i8 {
    type Wide = i64;
    const FLOAT: bool = false;
    const LOWEST: Self = i8::MIN;
    const HIGHEST: Self = i8::MAX;

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as i64 as i8
    }
    #[inline(always)]
    fn to_i64(self) -> i64 {
        i64::from(self)
    }
    #[inline(always)]
    fn from_i64(value: i64) -> Self {
        value as i8
    }
    #[inline(always)]
    fn wide(self) -> i64 {
        i64::from(self)
    }
    #[inline(always)]
    fn narrow(wide: i64) -> Self {
        wide as i8
    }
}

element!(int i32, I32);
element!(int i64, I64);
element!(float f32, F32);
element!(float f64, F64);
element!(half f16, F16);
element!(half bf16, BF16);

/// Candle has no complex numbers: they lie there as their parts, one pair after the other.
macro_rules! complex {
    ($($part:ty),*) => {$(
        impl Stored for Complex<$part> {
            fn slice(storage: &CpuStorage) -> Option<&[Self]> {
                <$part>::slice(storage).map(bytemuck::cast_slice)
            }
            fn slice_mut(storage: &mut CpuStorage) -> Option<&mut [Self]> {
                <$part>::slice_mut(storage).map(bytemuck::cast_slice_mut)
            }
            fn wrap(elements: Vec<Self>) -> CpuStorage {
                <$part>::wrap(bytemuck::cast_vec(elements))
            }
            #[inline(always)]
            fn sum(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn product(self, other: Self) -> Self {
                self * other
            }
        }
    )*};
}
complex!(f32, f64);

/// Runs `$body` with `$T` standing for the element type of a dtype; a bool is a `u8`. Complex numbers, which have no
/// order, are an error that names the operation.
macro_rules! with_element {
    ($dtype:expr, $name:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::F16 => {
                type $T = half::f16;
                $body
            }
            $crate::DType::BF16 => {
                type $T = half::bf16;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::I32 => {
                type $T = i32;
                $body
            }
            $crate::DType::I16 => {
                type $T = i16;
                $body
            }
            $crate::DType::I8 => {
                type $T = i8;
                $body
            }
            $crate::DType::U8 | $crate::DType::Bool => {
                type $T = u8;
                $body
            }
            other => return Err($crate::Error::not_implemented($name, other)),
        }
    };
}

/// Runs `$body` with `$T` standing for the element type of any dtype, also a complex one.
macro_rules! with_stored {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::C64 => {
                type $T = num_complex::Complex<f32>;
                $body
            }
            $crate::DType::C128 => {
                type $T = num_complex::Complex<f64>;
                $body
            }
            real => $crate::kernels::element::with_element!(real, "unreachable", $T => $body),
        }
    };
}

/// Runs `$body` with `$F` standing for the type of the parts of a complex dtype, for which it is run only.
macro_rules! with_complex {
    ($dtype:expr, $F:ident => $body:expr) => {
        match $dtype {
            $crate::DType::C64 => {
                type $F = f32;
                $body
            }
            $crate::DType::C128 => {
                type $F = f64;
                $body
            }
            other => $crate::error::bail!("expected complex numbers, got {other}"),
        }
    };
}

/// Runs `$body` with `$T` standing for a float element type; other dtypes are PyTorch's error.
macro_rules! with_float {
    ($dtype:expr, $name:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::F16 => {
                type $T = half::f16;
                $body
            }
            $crate::DType::BF16 => {
                type $T = half::bf16;
                $body
            }
            other => return Err($crate::Error::not_implemented($name, other)),
        }
    };
}
pub(crate) use {with_complex, with_element, with_float, with_stored};
