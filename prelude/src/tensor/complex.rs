//! Complex tensors: their parts, made of parts, conjugates and angles.
//!
//! Gradients follow PyTorch: that of a real result with respect to `z = x + iy` is `∂/∂x + i ∂/∂y`, so that a step
//! against it makes the result smaller.

use super::Tensor;
use super::arithmetic::{Operands, operands};
use super::ops::ops;
use crate::Complex;
use crate::autograd::{Ctx, Saved, record_as_is};
use crate::dtype::{Category, DType};
use crate::error::{OrPanic, Result, bail};
use crate::kernels::{Array, complex};
use candle_core::Layout;
use std::sync::Once;

/// Says once, as PyTorch does, that the imaginary part of numbers is lost.
pub(super) fn warn_of_discarded_part() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        eprintln!("UserWarning: Casting complex values to real discards the imaginary part");
    });
}

/// The layout of complex numbers as that of their parts: a last dimension of two.
pub(super) fn in_parts(layout: &Layout) -> Layout {
    let dims: Vec<usize> = layout.dims().iter().copied().chain([2]).collect();
    let strides = layout.stride().iter().map(|stride| stride * 2).chain([1]);
    Layout::new(dims.into(), strides.collect(), layout.start_offset() * 2)
}

/// Complex numbers as pairs of their parts, of the same memory.
fn parts(array: &Array) -> Array {
    let storage = array.storage.seen_as(array.dtype().to_real());
    Array::new(storage, in_parts(&array.layout))
}

/// The real (0) or imaginary (1) parts of complex numbers, of the same memory.
pub(super) fn part(array: &Array, which: usize) -> Array {
    let pairs = parts(array);
    let rank = array.dims().len();
    let layout = Layout::new(
        array.dims().into(),
        pairs.layout.stride()[..rank].to_vec(),
        pairs.layout.start_offset() + which,
    );
    pairs.with_layout(layout)
}

/// Pairs of parts, which lie one after the other, as complex numbers of the same memory.
pub(super) fn paired(pairs: &Array) -> Array {
    let (dims, strides) = (pairs.dims(), pairs.layout.stride());
    let rank = dims.len() - 1;
    let layout = Layout::new(
        dims[..rank].into(),
        strides[..rank].iter().map(|stride| stride / 2).collect(),
        pairs.layout.start_offset() / 2,
    );
    Array::new(pairs.storage.seen_as(pairs.dtype().to_complex()), layout)
}

fn as_real(x: &Tensor) -> Result<Tensor> {
    if !x.is_complex() {
        bail!("view_as_real is only supported for complex tensors");
    }
    x.view_of(parts(&x.array()), "ViewAsRealBackward0", |_, g| {
        Ok(vec![Some(g.try_contiguous()?.try_view_as_complex()?)])
    })
}

fn as_complex(x: &Tensor) -> Result<Tensor> {
    let array = x.array();
    let dtype = array.dtype();
    if dtype.is_complex() {
        bail!("view_as_complex is not supported for complex tensors");
    }
    if !matches!(dtype, DType::F32 | DType::F64) {
        bail!(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: {}",
            dtype.scalar_type()
        );
    }
    let (dims, strides) = (array.dims(), array.layout.stride());
    let (Some(&last), Some((&step, others))) = (dims.last(), strides.split_last()) else {
        bail!("Input tensor must have one or more dimensions");
    };
    if last != 2 {
        bail!("Tensor must have a last dimension of size 2");
    }
    if step != 1 {
        bail!("Tensor must have a last dimension with stride 1");
    }
    if others.iter().any(|stride| !stride.is_multiple_of(2)) {
        bail!("Tensor must have a stride divisible by 2 for all but last dimension");
    }
    if !array.layout.start_offset().is_multiple_of(2) {
        bail!("Tensor must have a storage_offset divisible by 2");
    }
    if array.device().is_cuda() {
        bail!(
            "complex tensors are on the cpu only, and this one is on {}",
            array.device()
        );
    }
    x.view_of(paired(&array), "ViewAsComplexBackward0", |_, g| {
        Ok(vec![Some(g.try_view_as_real()?)])
    })
}

fn conj(x: &Tensor) -> Result<Tensor> {
    if !x.is_complex() {
        return Ok(x.clone());
    }
    let output = Tensor::from_array(complex::conj(&x.array())?);
    record_as_is("ConjBackward0", &[x], output, |_| {
        (Vec::new(), |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(g.try_conj()?)])
        })
    })
}

/// The unit number in the same direction; its gradient is what is left of the given one across that direction.
fn sgn(x: &Tensor) -> Result<Tensor> {
    use crate::kernels::pointwise::{Sign, sign};
    wick_runtime::interrupt::check();
    let output = Tensor::from_array(sign(Sign::Sgn, &x.array())?);
    record_as_is("SgnBackward0", &[x], output, |output| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            let (x, y) = (ctx.saved(0)?, ctx.saved(1)?);
            if !x.is_complex() {
                return Ok(vec![Some(g.try_zeros_like()?)]);
            }
            let along = g.try_mul(y.try_conj()?)?.try_real()?;
            let across = g.try_sub(y.try_mul(along)?)?.try_div(x.try_abs()?)?;
            Ok(vec![Some(across.try_masked_fill(&x.try_eq(0)?, 0)?)])
        };
        (vec![Saved::input(x), Saved::output(output)], backward)
    })
}

fn angle(x: &Tensor) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    if !x.is_complex() {
        let x = x.try_to_dtype(x.dtype().to_float())?;
        let flat = x.detach();
        let turned = flat.try_lt(0)?.try_where_(crate::PI, 0.)?;
        let output = flat
            .try_isnan()?
            .try_where_(&flat, turned.try_to_dtype(x.dtype())?)?;
        return record_as_is("AngleBackward0", &[&x], output, |_| {
            (Vec::new(), |_: &Ctx, g: &Tensor| {
                Ok(vec![Some(g.try_zeros_like()?)])
            })
        });
    }
    let output = Tensor::from_array(complex::angle(&x.array())?);
    record_as_is("AngleBackward0", &[x], output, |_| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            // i z / |z|²
            let x = ctx.saved(0)?;
            let length = x.try_abs()?;
            let turn = x.try_sgn()?.try_mul(Complex::new(0., 1.))?;
            let slope = turn
                .try_div(&length)?
                .try_masked_fill(&length.try_eq(0)?, 0)?;
            Ok(vec![Some(slope.try_mul(g)?)])
        };
        (vec![Saved::input(x)], backward)
    })
}

/// Two float tensors of one dtype, broadcast to each other.
fn both_parts(name: &str, a: &Tensor, b: &Tensor) -> Result<(Operands, Array, Array)> {
    let fits = |x: &Tensor| matches!(x.dtype(), DType::F32 | DType::F64);
    if !fits(a) || !fits(b) {
        bail!(
            "Expected both inputs to be Half, Float or Double tensors but got {} and {}{}",
            a.dtype().scalar_type(),
            b.dtype().scalar_type(),
            if a.dtype() == DType::F16 {
                ". Wick has no complex numbers of halves"
            } else {
                ""
            }
        );
    }
    if a.dtype() != b.dtype() {
        bail!(
            "Expected object of scalar type {} but got scalar type {} for second argument",
            a.dtype().scalar_type(),
            b.dtype().scalar_type()
        );
    }
    if a.device().is_cuda() || b.device().is_cuda() {
        bail!("{name}: complex tensors are on the cpu only");
    }
    let pair = operands(a, b.into(), Category::Float)?;
    let (first, second) = (
        pair.a.array().broadcast(&pair.shape)?,
        pair.b.array().broadcast(&pair.shape)?,
    );
    Ok((pair, first, second))
}

fn combined(real: &Tensor, imaginary: &Tensor) -> Result<Tensor> {
    let (pair, a, b) = both_parts("complex", real, imaginary)?;
    let output = Tensor::from_array(complex::combine(&a, &b, false)?);
    record_as_is("ComplexBackward0", &[&pair.a, &pair.b], output, |_| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            Ok(vec![
                ctx.when(0, || g.try_real())?,
                ctx.when(1, || g.try_imag())?,
            ])
        };
        (Vec::new(), backward)
    })
}

fn polar(abs: &Tensor, angle: &Tensor) -> Result<Tensor> {
    let (pair, a, b) = both_parts("polar", abs, angle)?;
    let output = Tensor::from_array(complex::combine(&a, &b, true)?);
    record_as_is("PolarBackward0", &[&pair.a, &pair.b], output, |output| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            let (angle, z) = (ctx.saved(0)?, ctx.saved(1)?);
            let g = g.try_conj()?;
            // Along e^iθ, which is not sgn(z) where the length is 0 or negative.
            let direction = Tensor::try_complex(&angle.try_cos()?, &angle.try_sin()?)?;
            Ok(vec![
                ctx.when(0, || g.try_mul(&direction)?.try_real())?,
                ctx.when(1, || {
                    g.try_mul(z.try_mul(Complex::new(0., 1.))?)?.try_real()
                })?,
            ])
        };
        (vec![Saved::input(&pair.b), Saved::output(output)], backward)
    })
}

impl Tensor {
    /// Complex numbers of these real and imaginary parts, which broadcast (`torch.complex`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = Tensor::complex(&tensor!([1., 2.]), &tensor!([3., -4.]));
    /// assert_eq!(z.to_string(), "tensor([1.+3.j, 2.-4.j])");
    /// ```
    #[track_caller]
    pub fn complex(real: &Tensor, imaginary: &Tensor) -> Tensor {
        combined(real, imaginary).or_panic()
    }

    /// Like [`Tensor::complex`]. Fails unless both are of one float dtype and broadcast.
    pub fn try_complex(real: &Tensor, imaginary: &Tensor) -> Result<Tensor> {
        combined(real, imaginary)
    }

    /// Complex numbers of these lengths and angles, in radians (`torch.polar`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = Tensor::polar(&tensor!([2.]), &tensor!([PI / 2.]));
    /// assert!(z.imag().allclose(&tensor!([2.])));
    /// ```
    #[track_caller]
    pub fn polar(abs: &Tensor, angle: &Tensor) -> Tensor {
        polar(abs, angle).or_panic()
    }

    /// Like [`Tensor::polar`]. Fails unless both are of one float dtype and broadcast.
    pub fn try_polar(abs: &Tensor, angle: &Tensor) -> Result<Tensor> {
        polar(abs, angle)
    }
}

ops! {
    /// Complex numbers as pairs of their parts, in a new last dimension (a view): `torch.view_as_real`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = tensor!([Complex::new(1., 2.), Complex::new(3., 4.)]);
    /// z.view_as_real().i((.., 1)).neg_();
    /// assert_eq!(z.to_string(), "tensor([1.-2.j, 3.-4.j])");
    /// ```
    view_as_real, try_view_as_real, [] (x) => as_real(x);
    /// Pairs along the last dimension, which has size 2, as complex numbers (a view). `f32` or `f64`. PyTorch:
    /// `torch.view_as_complex`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = tensor!([[1., 2.], [3., 4.]]).view_as_complex();
    /// assert_eq!(z.to_string(), "tensor([1.+2.j, 3.+4.j])");
    /// ```
    view_as_complex, try_view_as_complex, [] (x) => as_complex(x);
    /// The real parts (a view); a real tensor is its own. PyTorch: `torch.real`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = tensor!([Complex::new(1., 2.), Complex::new(3., 4.)]);
    /// assert_eq!(z.real().to_string(), "tensor([1., 3.])");
    /// ```
    real, try_real, [] (x) => if x.is_complex() { as_real(x)?.try_select(-1, 0) } else { Ok(x.clone()) };
    /// The imaginary parts (a view). Fails for real tensors. PyTorch: `torch.imag`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = tensor!([Complex::new(1., 2.), Complex::new(3., 4.)]);
    /// z.imag().fill_(0.);
    /// assert_eq!(z.to_string(), "tensor([1.+0.j, 3.+0.j])");
    /// ```
    imag, try_imag, [] (x) => {
        if !x.is_complex() {
            bail!("imag is not implemented for tensors with non-complex dtypes.");
        }
        as_real(x)?.try_select(-1, 1)
    };
    /// The complex conjugate of each number; a real tensor is its own. Where PyTorch gives a view, this is a copy.
    /// PyTorch: `torch.conj`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([Complex::new(1., 2.)]).conj().to_string(), "tensor([1.-2.j])");
    /// ```
    conj, try_conj, [] (x) => conj(x);
    /// [`Tensor::conj`] as a copy. PyTorch: `torch.conj_physical`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([Complex::new(1., 2.)]).conj_physical().to_string(), "tensor([1.-2.j])");
    /// ```
    conj_physical, try_conj_physical, [] (x) => conj(x);
    /// Itself: conjugates are always computed. PyTorch: `torch.resolve_conj`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = tensor!([Complex::new(1., 2.)]).conj();
    /// assert_eq!(z.resolve_conj().to_string(), "tensor([1.-2.j])");
    /// ```
    resolve_conj, try_resolve_conj, [] (x) => Ok(x.clone());
    /// The conjugate of the transposed matrices. `[…, N, M]` to `[…, M, N]`. PyTorch: `torch.adjoint`, `Tensor.mH`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = tensor!([[Complex::new(1., 2.), Complex::new(3., 4.)]]);
    /// assert_eq!(z.adjoint().to_string(), "tensor([[1.-2.j],\n        [3.-4.j]])");
    /// ```
    adjoint, try_adjoint, [] (x) => {
        if x.dim() == 1 {
            bail!("tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.");
        }
        conj(&x.try_mt()?)
    };
    /// Numbers divided by how far they are from 0; of real ones the sign. PyTorch: `torch.sgn`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = tensor!([Complex::new(3., -4.), Complex::new(0., 0.)]);
    /// assert_eq!(z.sgn().to_string(), "tensor([0.6000-0.8000j, 0.0000+0.0000j])");
    /// ```
    sgn, try_sgn, [sgn_, try_sgn_] (x) => sgn(x);
    /// The angle of each number against the real axis, in radians: of real ones 0 or π. PyTorch: `torch.angle`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = tensor!([Complex::new(1., 1.), Complex::new(-1., 0.)]);
    /// assert_eq!(z.angle().to_string(), "tensor([0.7854, 3.1416])");
    /// ```
    angle, try_angle, [] (x) => angle(x);
    /// Where the imaginary part is 0; true for every real number. PyTorch: `torch.isreal`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let z = tensor!([Complex::new(1., 2.), Complex::new(3., 0.)]);
    /// assert_eq!(z.isreal().to_string(), "tensor([False,  True])");
    /// ```
    isreal, try_isreal, [] (x) => match x.is_complex() {
        true => x.detach().try_imag()?.try_eq(0),
        false => Tensor::try_ones_with(x.shape(), (DType::Bool, x.device())),
    };
}
