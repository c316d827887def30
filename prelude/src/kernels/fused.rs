//! A product and a sum with one rounding.

use super::array::{Array, elements, on_cpu};
use super::element::Stored;
use super::map::map3;
use super::pointwise::{Binary, binary};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::Result;

/// `x + a * b`; all have one dtype and one shape. Floats of 32 and 64 bits are rounded once, as in PyTorch's kernels for
/// vectors, where the compiler makes one instruction of the two operations (UfuncCPUKernel, PointwiseOpsKernel.cpp,
/// Lerp.h).
pub(crate) fn mul_add(x: &Array, a: &Array, b: &Array) -> Result<Array> {
    macro_rules! each {
        ($T:ty, $f:expr) => {
            on_cpu(
                [x, a, b],
                x.dtype(),
                x.dims(),
                |[(dx, lx), (da, la), (db, lb)]| {
                    let (x, a, b) = (elements(dx)?, elements(da)?, elements(db)?);
                    Ok(<$T>::wrap(map3((x, lx), (a, la), (b, lb), $f)))
                },
            )
        };
    }
    match (x.device(), x.dtype()) {
        // The product of two is exact in 64 bits.
        (Device::Cpu, DType::F32) => each!(f32, |x: f32, a: f32, b: f32| {
            (f64::from(a) * f64::from(b) + f64::from(x)) as f32
        }),
        (Device::Cpu, DType::F64) => each!(f64, |x: f64, a: f64, b: f64| a.mul_add(b, x)),
        _ => binary(Binary::Add, x, &binary(Binary::Mul, a, b)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_product_is_not_rounded() {
        let tiny = f32::EPSILON;
        let [x, a] = [-1., 1. + 3. * tiny]
            .map(|number: f32| Array::from_vec(vec![number], DType::F32, &[1]));
        let sum = mul_add(&x, &a, &a).unwrap();
        let exact = 6. * f64::from(tiny) + 9. * f64::from(tiny).powi(2);
        super::super::array::locked([&sum], |[(data, _)]| {
            assert_eq!(elements::<f32>(data)?, [exact as f32]);
            assert_ne!(
                elements::<f32>(data)?,
                [(1. + 3. * tiny) * (1. + 3. * tiny) - 1.]
            );
            Ok(())
        })
        .unwrap();
    }
}
