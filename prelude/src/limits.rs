//! What numbers the dtypes have: `torch.finfo` and `torch.iinfo`.

use std::fmt;

use half::{bf16, f16};

use crate::dtype::DType;
use crate::error::{Error, OrPanic, Result};

/// The numbers of a float type, or of the parts of a complex one: `torch.finfo`. Shown as Python shows it.
///
/// ```
/// use wick::{DType, FloatInfo};
/// let info: FloatInfo = DType::F16.finfo();
/// assert_eq!((info.bits, info.max, info.eps), (16, 65504., 2f64.powi(-10)));
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct FloatInfo {
    /// How many bits a number has.
    pub bits: u32,
    /// The distance from 1 to the next larger number.
    pub eps: f64,
    /// The largest finite number.
    pub max: f64,
    /// The smallest finite number.
    pub min: f64,
    /// The smallest positive number with all its digits; PyTorch has it as `smallest_normal` too.
    pub tiny: f64,
    /// One of the last decimal digit that can be relied on, near 1.
    pub resolution: f64,
    /// The type.
    pub dtype: DType,
}

/// The numbers of an integer type: `torch.iinfo`. Shown as Python shows it.
///
/// ```
/// use wick::{DType, IntInfo};
/// let info: IntInfo = DType::I8.iinfo();
/// assert_eq!((info.bits, info.min, info.max), (8, -128, 127));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IntInfo {
    /// How many bits a number has.
    pub bits: u32,
    /// The largest number.
    pub max: i64,
    /// The smallest number.
    pub min: i64,
    /// The type.
    pub dtype: DType,
}

impl DType {
    /// The range and the precision of a float type, or of the parts of a complex one: `torch.finfo(dtype)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(DType::F32.finfo().eps, f64::from(f32::EPSILON));
    /// // What attention puts where it is not to look.
    /// let hidden = Tensor::full([2], DType::F16.finfo().min);
    /// assert_eq!(hidden.to_string(), "tensor([-65504., -65504.])");
    /// ```
    ///
    /// # Panics
    /// When it is a type of integers or truth values.
    #[track_caller]
    pub fn finfo(self) -> FloatInfo {
        float_info(self).or_panic()
    }

    /// The range of an integer type: `torch.iinfo(dtype)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(DType::U8.iinfo().to_string(), "iinfo(min=0, max=255, dtype=uint8)");
    /// ```
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn iinfo(self) -> IntInfo {
        int_info(self).or_panic()
    }
}

pub(crate) fn float_info(dtype: DType) -> Result<FloatInfo> {
    let real = dtype.to_real();
    let (bits, eps, tiny, resolution) = match real {
        DType::F64 => (64, f64::EPSILON, f64::MIN_POSITIVE, 1e-15),
        DType::F32 => (32, f32::EPSILON.into(), f32::MIN_POSITIVE.into(), 1e-6),
        DType::F16 => (16, f16::EPSILON.to_f64(), f16::MIN_POSITIVE.to_f64(), 1e-3),
        DType::BF16 => (
            16,
            bf16::EPSILON.to_f64(),
            bf16::MIN_POSITIVE.to_f64(),
            1e-2,
        ),
        _ => {
            return Err(Error::dtype(
                "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'",
            ));
        }
    };
    let (min, max) = real.float_range();
    Ok(FloatInfo {
        bits,
        eps,
        max,
        min,
        tiny,
        resolution,
        dtype: real,
    })
}

fn int_info(dtype: DType) -> Result<IntInfo> {
    let (min, max) = match dtype {
        DType::U8 => (0, u8::MAX.into()),
        DType::I8 => (i8::MIN.into(), i8::MAX.into()),
        DType::I16 => (i16::MIN.into(), i16::MAX.into()),
        DType::I32 => (i32::MIN.into(), i32::MAX.into()),
        DType::I64 => (i64::MIN, i64::MAX),
        DType::Bool => return Err(Error::dtype("torch.bool is not supported by torch.iinfo")),
        _ => {
            return Err(Error::dtype(
                "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'",
            ));
        }
    };
    let bits = 8 * dtype.size() as u32;
    Ok(IntInfo {
        bits,
        max,
        min,
        dtype,
    })
}

impl fmt::Display for FloatInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [resolution, min, max, eps, tiny] =
            [self.resolution, self.min, self.max, self.eps, self.tiny].map(general);
        write!(
            f,
            "finfo(resolution={resolution}, min={min}, max={max}, eps={eps}, smallest_normal={tiny}, tiny={tiny}, dtype={})",
            self.dtype.name()
        )
    }
}

impl fmt::Display for IntInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [min, max] = [self.min, self.max].map(|bound| general(bound as f64));
        write!(
            f,
            "iinfo(min={min}, max={max}, dtype={})",
            self.dtype.name()
        )
    }
}

crate::shown::debug_is_display!(FloatInfo, IntInfo);

/// A number as C++ streams write it: six digits, without zeros at the end.
fn general(number: f64) -> String {
    let scientific = format!("{number:.5e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let trimmed = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..6) => trimmed(&format!("{number:.*}", (5 - exponent) as usize)),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{}e{sign}{:02}", trimmed(digits), exponent.abs())
        }
        Err(_) => scientific,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_shown_as_python_shows_them() {
        let shown = [
            (
                DType::F16,
                "finfo(resolution=0.001, min=-65504, max=65504, eps=0.000976562, smallest_normal=6.10352e-05, tiny=6.10352e-05, dtype=float16)",
            ),
            (
                DType::BF16,
                "finfo(resolution=0.01, min=-3.38953e+38, max=3.38953e+38, eps=0.0078125, smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=bfloat16)",
            ),
            (
                DType::C64,
                "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=float32)",
            ),
            (
                DType::F64,
                "finfo(resolution=1e-15, min=-1.79769e+308, max=1.79769e+308, eps=2.22045e-16, smallest_normal=2.22507e-308, tiny=2.22507e-308, dtype=float64)",
            ),
        ];
        for (dtype, expected) in shown {
            assert_eq!(dtype.finfo().to_string(), expected);
            assert_eq!(format!("{:?}", dtype.finfo()), expected);
        }
        assert_eq!(
            DType::I64.iinfo().to_string(),
            "iinfo(min=-9.22337e+18, max=9.22337e+18, dtype=int64)"
        );
        assert_eq!(
            float_info(DType::I32).unwrap_err().to_string(),
            "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'"
        );
        assert_eq!(
            int_info(DType::Bool).unwrap_err().to_string(),
            "torch.bool is not supported by torch.iinfo"
        );
    }
}
