//! Arithmetic on complex numbers, which the kernels for real ones hand over here.
//!
//! Sums, products and quotients are computed in the dtype's own width, as PyTorch does; functions such as `exp` in
//! `f64`, and rounded at the end.

use super::array::{Array, elements, on_cpu};
use super::element::{Element, Stored, with_complex, with_element};
use super::gemm::{Gemm, Matrix, product};
use super::inverse;
use super::map::{fill, map1, map2};
use super::pointwise::{Binary, Compare, Sign, Unary};
use super::reduce::{Reduce, Rows};
use super::transfer::contiguous;
use crate::dtype::DType;
use crate::error::{Result, bail};
use candle_core::{CpuStorage, Layout};
use num_complex::{Complex, Complex64};
use num_traits::Float;

/// The type of a complex number's parts.
pub(crate) trait Part: Element<Wide = Self> + Float {}
impl Part for f32 {}
impl Part for f64 {}

fn wide<F: Part>(z: Complex<F>) -> Complex64 {
    Complex::new(z.re.to_f64(), z.im.to_f64())
}

fn narrow<F: Part>(z: Complex64) -> Complex<F> {
    Complex::new(F::from_f64(z.re), F::from_f64(z.im))
}

/// `f` of each number, which stays complex.
fn each<F: Part>(
    data: &CpuStorage,
    layout: &Layout,
    f: impl Fn(Complex<F>) -> Complex<F> + Sync,
) -> Result<CpuStorage>
where
    Complex<F>: Stored,
{
    Ok(<Complex<F>>::wrap(map1(
        elements::<Complex<F>>(data)?,
        layout,
        f,
    )))
}

/// `f`, which is known in `f64`, of each number.
pub(crate) fn through(a: &Array, f: impl Fn(Complex64) -> Complex64 + Sync) -> Result<Array> {
    on_cpu(
        [a],
        a.dtype(),
        a.dims(),
        |[(data, layout)]| with_complex!(a.dtype(), F => each::<F>(data, layout, |z| narrow(f(wide(z))))),
    )
}

/// A function of each number.
pub(crate) fn unary(op: Unary, a: &Array) -> Result<Array> {
    let one = Complex64::new(1., 0.);
    match op {
        Unary::Sin => through(a, |z| z.sin()),
        Unary::Cos => through(a, |z| z.cos()),
        Unary::Tan => through(a, |z| {
            // tan(z) = -i tanh(iz)
            let t = tanh(Complex::new(-z.im, z.re));
            Complex::new(t.im, -t.re)
        }),
        Unary::Asin => through(a, inverse::asin),
        Unary::Acos => through(a, inverse::acos),
        Unary::Atan => through(a, inverse::atan),
        Unary::Sinh => through(a, |z| z.sinh()),
        Unary::Cosh => through(a, |z| z.cosh()),
        Unary::Tanh => through(a, tanh),
        Unary::Exp => through(a, |z| z.exp()),
        Unary::Expm1 => through(a, |z| {
            // exp(x) cos(y) - 1 without the cancellation near 0.
            let half = (z.im / 2.).sin();
            Complex::new(
                z.re.exp_m1() * z.im.cos() - 2. * half * half,
                z.re.exp() * z.im.sin(),
            )
        }),
        Unary::Log => through(a, |z| z.ln()),
        Unary::Log2 => through(a, |z| z.ln() / std::f64::consts::LN_2),
        Unary::Log10 => through(a, |z| z.ln() / std::f64::consts::LN_10),
        Unary::Log1p => through(a, log1p),
        Unary::Sqrt => through(a, inverse::sqrt),
        Unary::Rsqrt => through(a, move |z| quotient(one, inverse::sqrt(z))),
        Unary::Reciprocal => through(a, move |z| quotient(one, z)),
        Unary::Sigmoid => through(a, move |z| quotient(one, one + (-z).exp())),
        Unary::Silu => through(a, move |z| quotient(z, one + (-z).exp())),
        other => {
            let name = format!("{other:?}").to_lowercase();
            let kernel = match other {
                Unary::Floor | Unary::Ceil | Unary::Trunc => {
                    bail!("{name} is not supported for complex inputs")
                }
                Unary::Erf => "erf_vml_cpu",
                Unary::Round => "round_vml_cpu",
                Unary::LogSigmoid => "log_sigmoid_cpu",
                Unary::Softplus => "softplus_cpu",
                Unary::Gelu | Unary::GeluTanh => "GeluKernelImpl",
                _ => &name,
            };
            Err(crate::Error::not_implemented(kernel, a.dtype()))
        }
    }
}

fn log1p(z: Complex64) -> Complex64 {
    // |1 + z|² = 1 + 2x + x² + y², of which the 1 drowns the rest where z is small.
    let apart = z.re * (2. + z.re) + z.im * z.im;
    let length = if apart.abs() < 0.5 {
        apart.ln_1p() / 2.
    } else {
        (1. + z.re).hypot(z.im).ln()
    };
    Complex::new(length, z.im.atan2(1. + z.re))
}

pub(crate) fn exp2(z: Complex64) -> Complex64 {
    (z * std::f64::consts::LN_2).exp()
}

/// The logarithm of `exp(a) + exp(b)`, without overflow.
pub(crate) fn logaddexp(a: Complex64, b: Complex64) -> Complex64 {
    let (low, high) = if a.re < b.re { (a, b) } else { (b, a) };
    if low.re.is_infinite() && low.re == high.re {
        return match low.re < 0. {
            true => low,
            false => (low.exp() + high.exp()).ln(),
        };
    }
    log1p((low - high).exp()) + high
}

/// Does not overflow where the real part is large.
fn tanh(z: Complex64) -> Complex64 {
    if z.re.abs() > 20. {
        let tail = 4. * (-2. * z.re.abs()).exp() * z.im.sin() * z.im.cos();
        return Complex::new(1f64.copysign(z.re), tail);
    }
    z.tanh()
}

/// Divides without squaring the divisor, so that it overflows only where the result does (Smith 1962).
fn quotient<F: Float>(a: Complex<F>, b: Complex<F>) -> Complex<F> {
    if b.re.abs() >= b.im.abs() {
        if b.re.is_zero() && b.im.is_zero() {
            return Complex::new(a.re / b.re.abs(), a.im / b.im.abs());
        }
        let ratio = b.im / b.re;
        let scale = F::one() / (b.re + b.im * ratio);
        Complex::new((a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale)
    } else {
        let ratio = b.re / b.im;
        let scale = F::one() / (b.re * ratio + b.im);
        Complex::new((a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale)
    }
}

/// A function of each number that has a sign or something like it.
pub(crate) fn sign(op: Sign, a: &Array) -> Result<Array> {
    match op {
        Sign::Abs => return abs(a),
        Sign::Relu => bail!("clamp is not supported for complex types"),
        Sign::Neg | Sign::Sgn | Sign::Square => {}
    }
    on_cpu([a], a.dtype(), a.dims(), |[(data, layout)]| {
        with_complex!(a.dtype(), F => each::<F>(data, layout, |z| match op {
            Sign::Square => z * z,
            Sign::Sgn => {
                let length = z.norm();
                if length == 0. { z } else { z / length }
            }
            _ => -z,
        }))
    })
}

/// Each number with its imaginary part's sign changed.
pub(crate) fn conj(a: &Array) -> Result<Array> {
    on_cpu(
        [a],
        a.dtype(),
        a.dims(),
        |[(data, layout)]| with_complex!(a.dtype(), F => each::<F>(data, layout, |z| z.conj())),
    )
}

/// How far each number is from 0, as a real one.
fn abs(a: &Array) -> Result<Array> {
    real_of(a, |x, y| x.hypot(y))
}

/// The angle of each number against the real axis.
pub(crate) fn angle(a: &Array) -> Result<Array> {
    real_of(a, |x, y| y.atan2(x))
}

/// A real number for each complex one, from its parts.
fn real_of(a: &Array, f: fn(f64, f64) -> f64) -> Result<Array> {
    on_cpu([a], a.dtype().to_real(), a.dims(), |[(data, layout)]| {
        with_complex!(a.dtype(), F => {
            let data = elements::<Complex<F>>(data)?;
            Ok(F::wrap(map1(data, layout, |z| F::from_f64(f(z.re.to_f64(), z.im.to_f64())))))
        })
    })
}

/// Complex numbers made of two real arrays of one float dtype and one shape.
pub(crate) fn combine(a: &Array, b: &Array, polar: bool) -> Result<Array> {
    let dtype = a.dtype().to_complex();
    on_cpu([a, b], dtype, a.dims(), |[(da, la), (db, lb)]| {
        with_complex!(dtype, F => {
            let (a, b) = (elements::<F>(da)?, elements::<F>(db)?);
            Ok(<Complex<F>>::wrap(map2(a, la, b, lb, |x, y| {
                if polar { Complex::new(x * y.cos(), x * y.sin()) } else { Complex::new(x, y) }
            })))
        })
    })
}

/// A function of each pair; both arrays have one dtype and one shape.
pub(crate) fn binary(op: Binary, a: &Array, b: &Array) -> Result<Array> {
    let kernel = match op {
        Binary::Add | Binary::Sub | Binary::Mul | Binary::Div | Binary::Pow => "",
        Binary::FloorDiv => "div_floor_cpu",
        Binary::Remainder => "remainder_cpu",
        Binary::Max => bail!("maximum not implemented for complex tensors."),
        Binary::Min => bail!("minimum not implemented for complex tensors."),
        Binary::Atan2 => "atan2_cpu",
    };
    if !kernel.is_empty() {
        return Err(crate::Error::not_implemented(kernel, a.dtype()));
    }
    on_cpu([a, b], a.dtype(), a.dims(), |[(da, la), (db, lb)]| {
        with_complex!(a.dtype(), F => {
            let (a, b) = (elements::<Complex<F>>(da)?, elements::<Complex<F>>(db)?);
            Ok(<Complex<F>>::wrap(match op {
                Binary::Add => map2(a, la, b, lb, |x, y| x + y),
                Binary::Sub => map2(a, la, b, lb, |x, y| x - y),
                Binary::Mul => map2(a, la, b, lb, |x, y| x * y),
                Binary::Div => map2(a, la, b, lb, quotient),
                _ => map2(a, la, b, lb, |x, y| narrow(power(wide(x), wide(y)))),
            }))
        })
    })
}

/// `f`, which is known in `f64`, of each pair; both arrays have one dtype and one shape.
pub(crate) fn through_pair(
    f: fn(Complex64, Complex64) -> Complex64,
    a: &Array,
    b: &Array,
) -> Result<Array> {
    on_cpu([a, b], a.dtype(), a.dims(), |[(da, la), (db, lb)]| {
        with_complex!(a.dtype(), F => {
            let (a, b) = (elements::<Complex<F>>(da)?, elements::<Complex<F>>(db)?);
            Ok(<Complex<F>>::wrap(map2(a, la, b, lb, |x, y| narrow(f(wide(x), wide(y))))))
        })
    })
}

fn power(x: Complex64, y: Complex64) -> Complex64 {
    if y.im == 0. && y.re.fract() == 0. && y.re.abs() <= 64. {
        // Whole powers by multiplication are exact where the numbers are.
        let power = x.powu(y.re.abs() as u32);
        return if y.re < 0. {
            quotient(Complex::new(1., 0.), power)
        } else {
            power
        };
    }
    if x == Complex64::default() && y.re > 0. {
        return x;
    }
    x.powc(y)
}

/// Whether the numbers of each pair are equal: complex numbers have no order.
pub(crate) fn compare(op: Compare, a: &Array, b: &Array) -> Result<Array> {
    if !matches!(op, Compare::Eq | Compare::Ne) {
        return Err(crate::Error::not_implemented(
            format!("{}_cpu", format!("{op:?}").to_lowercase()),
            a.dtype(),
        ));
    }
    on_cpu([a, b], DType::Bool, a.dims(), |[(da, la), (db, lb)]| {
        with_complex!(a.dtype(), F => {
            let (a, b) = (elements::<Complex<F>>(da)?, elements::<Complex<F>>(db)?);
            let wanted = op == Compare::Eq;
            Ok(CpuStorage::U8(map2(a, la, b, lb, |x, y| u8::from((x == y) == wanted))))
        })
    })
}

/// Sums or products of rows, in `f64`.
pub(crate) fn reduce(
    op: Reduce,
    dtype: DType,
    (data, layout): (&CpuStorage, &Layout),
    rows: Rows,
) -> Result<CpuStorage> {
    let Rows { outer, len, inner } = rows;
    let product = match op {
        Reduce::Sum => false,
        Reduce::Prod => true,
        Reduce::Max => return Err(crate::Error::not_implemented("max_values_cpu", dtype)),
        Reduce::Min => return Err(crate::Error::not_implemented("min_values_cpu", dtype)),
    };
    with_complex!(dtype, F => {
        let data = &elements::<Complex<F>>(data)?[layout.start_offset()..];
        Ok(<Complex<F>>::wrap(fill(outer * inner, |from, out| {
            for (i, o) in out.iter_mut().enumerate() {
                let (block, column) = ((from + i) / inner, (from + i) % inner);
                let row = (0..len).map(|row| wide(data[(block * len + row) * inner + column]));
                *o = narrow(if product {
                    row.fold(Complex::new(1., 0.), |all, z| all * z)
                } else {
                    row.fold(Complex64::default(), |all, z| all + z)
                });
            }
        })))
    })
}

/// Running sums or products of the rows of `inner` elements in each block.
pub(crate) fn cumulative(
    dtype: DType,
    (data, layout): (&CpuStorage, &Layout),
    block: usize,
    inner: usize,
    product: bool,
) -> Result<CpuStorage> {
    with_complex!(dtype, F => {
        let from = layout.start_offset();
        let mut out = elements::<Complex<F>>(data)?[from..from + layout.shape().elem_count()].to_vec();
        for block in out.chunks_mut(block.max(1)) {
            for i in inner..block.len() {
                let before = block[i - inner];
                block[i] = if product { before * block[i] } else { before + block[i] };
            }
        }
        Ok(<Complex<F>>::wrap(out))
    })
}

/// The numbers as another dtype, where that or this one is complex. The real part is what remains of a complex number
/// as a real one; a truth value says whether it is not 0.
pub(crate) fn cast(a: &Array, dtype: DType) -> Result<Array> {
    let a = &contiguous(a)?;
    on_cpu([a], dtype, a.dims(), |[(data, layout)]| {
        if a.dtype().is_complex() {
            return with_complex!(a.dtype(), F => {
                let data = elements::<Complex<F>>(data)?;
                Ok(match dtype {
                    DType::Bool => CpuStorage::U8(map1(data, layout, |z| u8::from(z != Complex::default()))),
                    DType::C64 => <Complex<f32>>::wrap(map1(data, layout, |z| narrow(wide(z)))),
                    DType::C128 => <Complex<f64>>::wrap(map1(data, layout, wide)),
                    real => with_element!(real, "to", U => U::wrap(map1(data, layout, |z| U::from_f64(z.re.to_f64())))),
                })
            });
        }
        with_element!(a.dtype(), "to", T => {
            let data = elements::<T>(data)?;
            with_complex!(dtype, F => {
                Ok(<Complex<F>>::wrap(map1(data, layout, |x| Complex::new(F::from_f64(x.to_f64()), F::from_f64(0.)))))
            })
        })
    })
}

/// Products of matrices: `[batch, m, k]` times `[batch, k, n]`, both of one dtype.
pub(crate) fn batched(a: &Array, b: &Array) -> Result<Array> {
    let ([batch, m, k], n) = (a.dims(), b.dims()[2]) else {
        bail!("batched: expected three dimensions")
    };
    let (batch, m, k) = (*batch, *m, *k);
    let (a, b) = (contiguous(a)?, contiguous(b)?);
    on_cpu(
        [&a, &b],
        a.dtype(),
        &[batch, m, n],
        |[da, db]| with_complex!(a.dtype(), F => matrices::<Complex<F>>(da, db, [batch, m, k, n])),
    )
}

fn matrices<T: Stored + Gemm>(
    (a, la): (&CpuStorage, &Layout),
    (b, lb): (&CpuStorage, &Layout),
    [batch, m, k, n]: [usize; 4],
) -> Result<CpuStorage> {
    let a = &elements::<T>(a)?[la.start_offset()..];
    let b = &elements::<T>(b)?[lb.start_offset()..];
    let mut out = vec![T::default(); batch * m * n];
    for i in 0..batch {
        product(
            &mut out[i * m * n..][..m * n],
            false,
            Matrix::plain(&a[i * m * k..][..m * k], m, k),
            Matrix::plain(&b[i * k * n..][..k * n], k, n),
            true,
        );
    }
    Ok(T::wrap(out))
}
