//! One element in, one element out.

use super::array::{Array, elements, on_cpu};
use super::complex;
use super::element::{Element, Stored, with_element, with_float, with_stored};
use super::map::{fill, map2, map3};
use super::transfer::contiguous;
use crate::dtype::DType;
use crate::error::{Result, bail};
use candle_core::{CpuStorage, Layout};
use half::{bf16, f16};
use num_traits::Float;

/// Functions of one float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    Expm1,
    Log,
    Log2,
    Log10,
    Log1p,
    Sqrt,
    Rsqrt,
    Reciprocal,
    Sigmoid,
    LogSigmoid,
    Softplus,
    Silu,
    Gelu,
    GeluTanh,
    Erf,
    Floor,
    Ceil,
    Round,
    Trunc,
}

/// Functions of one number of any dtype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Neg,
    Abs,
    Sgn,
    Square,
    Relu,
}

/// Functions of two numbers of one dtype.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Remainder,
    Pow,
    Max,
    Min,
    Atan2,
}

/// Questions about two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// A function of each float.
pub(crate) fn unary(op: Unary, a: &Array) -> Result<Array> {
    if a.dtype().is_complex() {
        return complex::unary(op, a);
    }
    let a = &contiguous(a)?;
    let name = format!("{op:?}").to_lowercase();
    on_cpu(
        [a],
        a.dtype(),
        a.dims(),
        |[(data, layout)]| with_float!(a.dtype(), name, T => unary_of::<T>(op, data, layout)),
    )
}

fn unary_of<T: Element<Wide: Float + Erf>>(
    op: Unary,
    data: &CpuStorage,
    layout: &Layout,
) -> Result<CpuStorage> {
    let data = &elements::<T>(data)?[layout.start_offset()..];
    let len = layout.shape().elem_count();
    macro_rules! each {
        (|$x:ident| $f:expr) => {
            fill(len, |from, out| {
                out.iter_mut().zip(&data[from..]).for_each(|(o, &x)| {
                    let $x = x.wide();
                    *o = T::narrow($f);
                })
            })
        };
    }
    let one = <T::Wide as num_traits::One>::one();
    let zero = <T::Wide as num_traits::Zero>::zero();
    let c = |x: f64| <T::Wide as num_traits::NumCast>::from(x).unwrap_or(zero);
    let (half, inv_sqrt2) = (c(0.5), c(std::f64::consts::FRAC_1_SQRT_2));
    Ok(T::wrap(match op {
        Unary::Sin => each!(|x| x.sin()),
        Unary::Cos => each!(|x| x.cos()),
        Unary::Tan => each!(|x| x.tan()),
        Unary::Asin => each!(|x| x.asin()),
        Unary::Acos => each!(|x| x.acos()),
        Unary::Atan => each!(|x| x.atan()),
        Unary::Sinh => each!(|x| x.sinh()),
        Unary::Cosh => each!(|x| x.cosh()),
        Unary::Tanh => each!(|x| x.tanh()),
        Unary::Exp => each!(|x| x.exp()),
        Unary::Expm1 => each!(|x| x.exp_m1()),
        Unary::Log => each!(|x| x.ln()),
        Unary::Log2 => each!(|x| x.log2()),
        Unary::Log10 => each!(|x| x.log10()),
        Unary::Log1p => each!(|x| x.ln_1p()),
        Unary::Sqrt => each!(|x| x.sqrt()),
        Unary::Rsqrt => each!(|x| one / x.sqrt()),
        Unary::Reciprocal => each!(|x| one / x),
        Unary::Sigmoid => each!(|x| one / (one + (-x).exp())),
        // min(x, 0) - log(1 + e^-|x|) does not overflow.
        Unary::LogSigmoid => each!(|x| x.min(zero) - (-x.abs()).exp().ln_1p()),
        Unary::Softplus => {
            let threshold = c(20.);
            each!(|x| if x > threshold { x } else { x.exp().ln_1p() })
        }
        Unary::Silu => each!(|x| x / (one + (-x).exp())),
        Unary::Gelu => each!(|x| half * x * (one + (x * inv_sqrt2).erf())),
        Unary::GeluTanh => {
            let (k, cube) = (c((2. / std::f64::consts::PI).sqrt()), c(0.044715));
            each!(|x| half * x * (one + (k * (x + cube * x * x * x)).tanh()))
        }
        Unary::Erf => each!(|x| x.erf()),
        Unary::Floor => each!(|x| x.floor()),
        Unary::Ceil => each!(|x| x.ceil()),
        // Half to even, as IEEE and PyTorch do it.
        Unary::Round => each!(|x| {
            let r = x.round();
            if (x - x.trunc()).abs() == half {
                (x * half).round() * (one + one)
            } else {
                r
            }
        }),
        Unary::Trunc => each!(|x| x.trunc()),
    }))
}

/// A function that is known in `f64`, of each float.
pub(crate) fn through(name: &str, f: &(dyn Fn(f64) -> f64 + Sync), a: &Array) -> Result<Array> {
    let a = &contiguous(a)?;
    on_cpu([a], a.dtype(), a.dims(), |[(data, layout)]| {
        with_float!(a.dtype(), name, T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            Ok(T::wrap(fill(a.numel(), |from, out| {
                out.iter_mut().zip(&data[from..]).for_each(|(o, x)| *o = T::from_f64(f(x.to_f64())))
            })))
        })
    })
}

/// A function that is known in `f64`, of each pair of floats; both arrays have one dtype and one shape.
pub(crate) fn through_pair(
    name: &str,
    f: fn(f64, f64) -> f64,
    a: &Array,
    b: &Array,
) -> Result<Array> {
    on_cpu([a, b], a.dtype(), a.dims(), |[(da, la), (db, lb)]| {
        with_float!(a.dtype(), name, T => {
            let (a, b) = (elements::<T>(da)?, elements::<T>(db)?);
            Ok(T::wrap(map2(a, la, b, lb, |x, y| T::from_f64(f(x.to_f64(), y.to_f64())))))
        })
    })
}

/// The float next to each one of `a` on the way to that of `b`; both arrays have one dtype and one shape.
pub(crate) fn next_after(a: &Array, b: &Array) -> Result<Array> {
    /// A float of 16 bits, next to another one: their bits are in order, but for the sign.
    fn step(x: f64, y: f64, bits: u16) -> u16 {
        match x {
            _ if x.is_nan() || x == y => bits,
            0. if y < 0. => 0x8001,
            0. => 0x0001,
            _ if (x < y) == (x > 0.) => bits + 1,
            _ => bits - 1,
        }
    }
    on_cpu([a, b], a.dtype(), a.dims(), |[(da, la), (db, lb)]| {
        macro_rules! each {
            ($T:ty, $f:expr) => {
                <$T>::wrap(map2(elements::<$T>(da)?, la, elements::<$T>(db)?, lb, $f))
            };
        }
        macro_rules! halves {
            ($T:ty) => {
                each!($T, |x: $T, y: $T| match y.is_nan() {
                    true => y,
                    false => <$T>::from_bits(step(x.to_f64(), y.to_f64(), x.to_bits())),
                })
            };
        }
        Ok(match a.dtype() {
            DType::F32 => each!(f32, libm::nextafterf),
            DType::F64 => each!(f64, libm::nextafter),
            DType::F16 => halves!(half::f16),
            DType::BF16 => halves!(half::bf16),
            other => return Err(crate::Error::not_implemented("nextafter_cpu", other)),
        })
    })
}

/// The error function, which `std` lacks.
pub(crate) trait Erf {
    fn erf(self) -> Self;
}

impl Erf for f32 {
    fn erf(self) -> f32 {
        candle_core::cpu::erf::erf_f64(f64::from(self)) as f32
    }
}

impl Erf for f64 {
    fn erf(self) -> f64 {
        candle_core::cpu::erf::erf_f64(self)
    }
}

/// A function of each number.
pub(crate) fn sign(op: Sign, a: &Array) -> Result<Array> {
    if a.dtype().is_complex() {
        return complex::sign(op, a);
    }
    let a = &contiguous(a)?;
    on_cpu(
        [a],
        a.dtype(),
        a.dims(),
        |[(data, layout)]| with_element!(a.dtype(), "sign", T => sign_of::<T>(op, data, layout)),
    )
}

fn sign_of<T: Element>(op: Sign, data: &CpuStorage, layout: &Layout) -> Result<CpuStorage> {
    let data = &elements::<T>(data)?[layout.start_offset()..];
    let len = layout.shape().elem_count();
    macro_rules! each {
        (|$x:ident| $f:expr) => {
            fill(len, |from, out| {
                out.iter_mut()
                    .zip(&data[from..])
                    .for_each(|(o, &$x)| *o = $f)
            })
        };
    }
    let zero = T::default();
    let neg = |x: T| {
        if T::FLOAT {
            T::from_f64(-x.to_f64())
        } else {
            T::from_i64(x.to_i64().wrapping_neg())
        }
    };
    Ok(T::wrap(match op {
        Sign::Neg => each!(|x| neg(x)),
        Sign::Abs if T::FLOAT => each!(|x| T::from_f64(x.to_f64().abs())),
        Sign::Abs => each!(|x| if x < zero { neg(x) } else { x }),
        Sign::Sgn => each!(|x| {
            if x > zero {
                T::from_i64(1)
            } else if x < zero {
                T::from_i64(-1)
            } else {
                // What is not a number has no sign either.
                zero
            }
        }),
        Sign::Square => each!(|x| {
            use super::element::Wide;
            T::narrow(x.wide().times(x.wide()))
        }),
        // NaN stays NaN.
        Sign::Relu => each!(|x| if x < zero { zero } else { x }),
    }))
}

/// A function of each pair; both arrays have one dtype and one shape.
pub(crate) fn binary(op: Binary, a: &Array, b: &Array) -> Result<Array> {
    if a.dtype().is_complex() {
        return complex::binary(op, a, b);
    }
    if a.dtype() == DType::Bool {
        return binary_bool(op, a, b);
    }
    on_cpu([a, b], a.dtype(), a.dims(), |[a_in, b_in]| {
        match a.dtype() {
            DType::I64 => binary_int::<i64>(op, a_in, b_in),
            DType::I32 => binary_int::<i32>(op, a_in, b_in),
            DType::I16 => binary_int::<i16>(op, a_in, b_in),
            DType::I8 => binary_int::<i8>(op, a_in, b_in),
            DType::U8 => binary_int::<u8>(op, a_in, b_in),
            // The second one may be of the 32 bits that 16 are computed in.
            DType::F16 if b.dtype() == DType::F32 => binary_float::<f16, f32>(op, a_in, b_in),
            DType::BF16 if b.dtype() == DType::F32 => binary_float::<bf16, f32>(op, a_in, b_in),
            dtype => with_float!(dtype, "binary", T => binary_float::<T, T>(op, a_in, b_in)),
        }
    })
}

type Input<'a> = (&'a CpuStorage, &'a Layout);

fn binary_float<T: Element<Wide: Float>, U: Element<Wide = T::Wide>>(
    op: Binary,
    (a, la): Input,
    (b, lb): Input,
) -> Result<CpuStorage> {
    let (a, b) = (elements::<T>(a)?, elements::<U>(b)?);
    macro_rules! each {
        (|$x:ident, $y:ident| $f:expr) => {
            map2(a, la, b, lb, |x: T, y: U| {
                let ($x, $y) = (x.wide(), y.wide());
                T::narrow($f)
            })
        };
    }
    let one = <T::Wide as num_traits::One>::one();
    let two = one + one;
    Ok(T::wrap(match op {
        Binary::Add => each!(|x, y| x + y),
        Binary::Sub => each!(|x, y| x - y),
        Binary::Mul => each!(|x, y| x * y),
        Binary::Div => each!(|x, y| x / y),
        Binary::FloorDiv => each!(|x, y| floor_quotient(x, y)),
        // The sign of the divisor, as Python has it.
        Binary::Remainder => each!(|x, y| {
            let r = x % y;
            if r != T::Wide::default() && ((r < T::Wide::default()) != (y < T::Wide::default())) {
                r + y
            } else {
                r
            }
        }),
        Binary::Pow => each!(|x, y| if y == two { x * x } else { x.powf(y) }),
        Binary::Max => each!(|x, y| if x > y || x.is_nan() { x } else { y }),
        Binary::Min => each!(|x, y| if x < y || x.is_nan() { x } else { y }),
        Binary::Atan2 => each!(|x, y| x.atan2(y)),
    }))
}

/// Python's `//`: exact where `x / y` was rounded up to the next whole number.
fn floor_quotient<F: Float>(x: F, y: F) -> F {
    let (zero, one) = (F::zero(), F::one());
    if y == zero {
        return x / y;
    }
    let rest = x % y;
    let mut quotient = (x - rest) / y;
    if rest != zero && (y < zero) != (rest < zero) {
        quotient = quotient - one;
    }
    if quotient == zero {
        return zero.copysign(x / y);
    }
    let whole = quotient.floor();
    if quotient - whole > one / (one + one) {
        whole + one
    } else {
        whole
    }
}

fn binary_int<T: Element<Wide = i64>>(
    op: Binary,
    (a, la): Input,
    (b, lb): Input,
) -> Result<CpuStorage> {
    let (a, b) = (elements::<T>(a)?, elements::<T>(b)?);
    macro_rules! each {
        (|$x:ident, $y:ident| $f:expr) => {
            map2(a, la, b, lb, |x, y| {
                let ($x, $y) = (x.wide(), y.wide());
                T::narrow($f)
            })
        };
    }
    let any = |test: fn(i64) -> bool| {
        let mut found = false;
        super::walk::Walk::new([lb]).runs(0, lb.shape().elem_count(), &mut |run| {
            found |= (0..run.len).any(|i| test(b[run.at[0] + i * run.step[0]].wide()));
        });
        found
    };
    Ok(T::wrap(match op {
        Binary::Add => each!(|x, y| x.wrapping_add(y)),
        Binary::Sub => each!(|x, y| x.wrapping_sub(y)),
        Binary::Mul => each!(|x, y| x.wrapping_mul(y)),
        Binary::FloorDiv | Binary::Remainder if any(|y| y == 0) => bail!("ZeroDivisionError"),
        Binary::FloorDiv => each!(|x, y| {
            let q = x.wrapping_div(y);
            if x.wrapping_rem(y) != 0 && ((x < 0) != (y < 0)) {
                q - 1
            } else {
                q
            }
        }),
        Binary::Remainder => each!(|x, y| {
            let r = x.wrapping_rem(y);
            if r != 0 && ((r < 0) != (y < 0)) {
                r + y
            } else {
                r
            }
        }),
        // Nothing is left of 1 / n, unless n is 1 or -1.
        Binary::Pow => each!(|x, y| match (x, y) {
            (1, y) if y < 0 => 1,
            (-1, y) if y < 0 => 1 - 2 * (y & 1),
            (_, y) if y < 0 => 0,
            _ => x.wrapping_pow(y as u32),
        }),
        Binary::Max => each!(|x, y| x.max(y)),
        Binary::Min => each!(|x, y| x.min(y)),
        Binary::Div | Binary::Atan2 => bail!("{op:?} of integers is computed in floats"),
    }))
}

fn binary_bool(op: Binary, a: &Array, b: &Array) -> Result<Array> {
    on_cpu([a, b], DType::Bool, a.dims(), |[(a, la), (b, lb)]| {
        let (a, b) = (elements::<u8>(a)?, elements::<u8>(b)?);
        Ok(CpuStorage::U8(match op {
            Binary::Add | Binary::Max => map2(a, la, b, lb, |x, y| x | y),
            Binary::Mul | Binary::Min => map2(a, la, b, lb, |x, y| x & y),
            Binary::Sub => bail!(
                "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."
            ),
            Binary::Pow => return Err(crate::Error::not_implemented("pow", DType::Bool)),
            _ => bail!("\"{op:?}\" not implemented for 'Bool'"),
        }))
    })
}

/// The answer for each pair; both arrays have one dtype and one shape.
pub(crate) fn compare(op: Compare, a: &Array, b: &Array) -> Result<Array> {
    if a.dtype().is_complex() {
        return complex::compare(op, a, b);
    }
    on_cpu([a, b], DType::Bool, a.dims(), |[(da, la), (db, lb)]| {
        with_element!(a.dtype(), "compare", T => {
            let (a, b) = (elements::<T>(da)?, elements::<T>(db)?);
            Ok(CpuStorage::U8(match op {
                Compare::Eq => map2(a, la, b, lb, |x, y| u8::from(x == y)),
                Compare::Ne => map2(a, la, b, lb, |x, y| u8::from(x != y)),
                Compare::Lt => map2(a, la, b, lb, |x, y| u8::from(x < y)),
                Compare::Le => map2(a, la, b, lb, |x, y| u8::from(x <= y)),
                Compare::Gt => map2(a, la, b, lb, |x, y| u8::from(x > y)),
                Compare::Ge => map2(a, la, b, lb, |x, y| u8::from(x >= y)),
            }))
        })
    })
}

/// Bits of two integer or bool arrays: and, or, exclusive or.
pub(crate) fn bits(op: fn(i64, i64) -> i64, a: &Array, b: &Array) -> Result<Array> {
    on_cpu([a, b], a.dtype(), a.dims(), |[(da, la), (db, lb)]| {
        with_element!(a.dtype(), "bitwise", T => {
            let (a, b) = (elements::<T>(da)?, elements::<T>(db)?);
            Ok(T::wrap(map2(a, la, b, lb, |x, y| T::from_i64(op(x.to_i64(), y.to_i64())))))
        })
    })
}

/// The element of `a` where `cond` is true, that of `b` elsewhere; one shape for all.
pub(crate) fn select(cond: &Array, a: &Array, b: &Array) -> Result<Array> {
    on_cpu(
        [cond, a, b],
        a.dtype(),
        a.dims(),
        |[(dc, lc), (da, la), (db, lb)]| {
            let cond = elements::<u8>(dc)?;
            with_stored!(a.dtype(), T => {
                let (a, b) = (elements::<T>(da)?, elements::<T>(db)?);
                Ok(T::wrap(map3((cond, lc), (a, la), (b, lb), |c, x, y| if c != 0 { x } else { y })))
            })
        },
    )
}
