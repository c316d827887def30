//! The floating-point types that can be drawn.

use std::fmt;
use std::ops::{Add, Div};

use half::{bf16, f16};

use super::generator::Draws;

/// A type that draws can fill: `f32`, `f64`, `f16`, `bf16`.
///
/// The half types are computed in `f32` and rounded at the end.
///
/// ```
/// use wick::random::{Generator, Real};
///
/// fn draw<T: Real>() -> [f64; 3] {
///     let mut values = [T::from_f64(0.); 3];
///     Generator::with_seed(0).lock().uniform(&mut values, 0., 1.);
///     values.map(T::to_f64)
/// }
/// assert_eq!(draw::<f32>().map(|x| format!("{x:.4}")), ["0.4963", "0.7682", "0.0885"]);
/// assert_eq!(draw::<f64>().map(|x| format!("{x:.4}")), ["0.9701", "0.7078", "0.4594"]);
/// // What is computed in `f32` and comes back is the same number.
/// assert_eq!(f64::from_wide(0.1).to_wide(), 0.1);
/// ```
pub trait Real: Copy + PartialEq + fmt::Debug + 'static {
    /// The type that draws are computed in: `f32`, or `f64` for `f64`.
    type Wide: WideReal;

    /// Whether a block-wise normal draw also draws uniform values for the end that is no whole block, and then throws
    /// them away.
    #[doc(hidden)]
    const DRAWS_RAGGED_END: bool;

    /// Rounds a computed value to this type.
    fn from_wide(value: Self::Wide) -> Self;
    /// This value, unrounded.
    fn to_wide(self) -> Self::Wide;
    /// Rounds a double, as PyTorch does where it computes in double whatever the dtype.
    fn from_f64(value: f64) -> Self;
    /// This value, unrounded.
    fn to_f64(self) -> f64;
}

/// A type that draws are computed in: `f32` or `f64`.
pub trait WideReal:
    Real<Wide = Self> + PartialOrd + Add<Output = Self> + Div<Output = Self>
{
    #[doc(hidden)]
    const ZERO: Self;
    #[doc(hidden)]
    const ONE: Self;

    /// A uniform value in `[0, 1)` with all bits of the mantissa.
    #[doc(hidden)]
    fn unit(draws: &mut Draws<'_>) -> Self;
    /// Maps `[0, 1)` to `[from, to)` with one rounding, as PyTorch's compiler fuses it.
    #[doc(hidden)]
    fn stretch(self, from: Self, to: Self) -> Self;
    /// Turns 16 uniform values in place into 16 normal ones.
    #[doc(hidden)]
    fn normal_16(values: &mut [Self; 16], mean: Self, std: Self);
}

macro_rules! real {
    ($type:ty, wide $wide:ty, ragged $ragged:literal, from_wide $from_wide:expr, to_wide $to_wide:expr, from_f64 $from_f64:expr) => {
        impl Real for $type {
            type Wide = $wide;

            const DRAWS_RAGGED_END: bool = $ragged;

            fn from_wide(value: $wide) -> Self {
                $from_wide(value)
            }

            fn to_wide(self) -> $wide {
                $to_wide(self)
            }

            fn from_f64(value: f64) -> Self {
                $from_f64(value)
            }

            fn to_f64(self) -> f64 {
                f64::from(self.to_wide())
            }
        }
    };
}

real!(f32, wide f32, ragged true, from_wide |v| v, to_wide |v| v, from_f64 |v| v as f32);
real!(f64, wide f64, ragged true, from_wide |v| v, to_wide |v| v, from_f64 |v| v);
// PyTorch has no conversion from double to a half type: it goes by way of float.
real!(f16, wide f32, ragged false, from_wide f16::from_f32, to_wide f16::to_f32, from_f64 |v| f16::from_f32(v as f32));
real!(bf16, wide f32, ragged false, from_wide bf16::from_f32, to_wide bf16::to_f32, from_f64 |v| bf16::from_f32(v as f32));
