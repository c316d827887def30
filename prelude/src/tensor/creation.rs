//! Tensors out of nothing: constants, ranges and random numbers.

use super::{Tensor, TensorOptions};
use crate::device::Device;
use crate::dtype::{Category, DType};
use crate::error::{OrPanic, Result, bail};
use crate::kernels::element::{with_complex, with_element};
use crate::kernels::memory_order::{inverse, memory_order};
use crate::kernels::{Array, Element, pointwise, transfer};
use crate::random::default_generator;
use crate::scalar::Scalar;
use crate::shape::Dims;
use num_complex::Complex;

/// A single number, exactly as far as the dtype of `x` goes, next to `x`.
pub(super) fn number_like(x: &Tensor, value: Scalar) -> Result<Tensor> {
    value.check_fits(x.dtype())?;
    Ok(Tensor::from_array(full_array(
        &[],
        value,
        x.dtype(),
        x.device(),
    )?))
}

/// An array filled with one number.
pub(crate) fn full_array(
    shape: &[usize],
    value: Scalar,
    dtype: DType,
    device: Device,
) -> Result<Array> {
    let len = shape.iter().product();
    if dtype.is_complex() {
        let z = value.to_complex();
        let array = with_complex!(dtype, F => {
            let value = Complex::new(F::from_f64(z.re), F::from_f64(z.im));
            Array::from_vec(vec![value; len], dtype, shape)
        });
        return transfer::to_device(&array, device);
    }
    if value.to_complex().im != 0. {
        bail!(
            "value cannot be converted to type {} without overflow",
            dtype.cpp_name()
        );
    }
    let array = with_element!(dtype, "fill", T => {
        let value = match value {
            _ if dtype == DType::Bool => T::from_i64(i64::from(value.to_f64() != 0.0)),
            Scalar::Float(x) => T::from_f64(x),
            other => if T::FLOAT { T::from_f64(other.to_f64()) } else { T::from_i64(other.to_i64()) },
        };
        Array::from_vec(vec![value; len], dtype, shape)
    });
    transfer::to_device(&array, device)
}

/// Puts fresh numbers where the options want them.
pub(super) fn finish(array: &Array, options: TensorOptions) -> Result<Tensor> {
    let array = match options.dtype {
        Some(dtype) => transfer::cast(array, dtype)?,
        None => array.clone(),
    };
    Tensor::from_array(transfer::to_device(&array, options.device)?)
        .try_requires_grad_(options.requires_grad)
}

#[inline(never)]
fn filled(shape: Dims, value: Scalar, options: TensorOptions) -> Result<Tensor> {
    let dtype = options.dtype.unwrap_or(value.dtype());
    let shape = shape.to_shape()?;
    value.check_fits(dtype)?;
    Tensor::from_array(full_array(&shape, value, dtype, options.device)?)
        .try_requires_grad_(options.requires_grad)
}

/// A tensor of the shape of `x`, made in the order in which that lies in memory (`torch.preserve_format`). `make` gets
/// the sizes in that order.
pub(super) fn lying_like(
    x: &Tensor,
    make: impl FnOnce(Vec<usize>) -> Result<Tensor>,
) -> Result<Tensor> {
    let layout = x.array().layout.clone();
    let Some(order) = memory_order(&[&layout]) else {
        return make(x.dims());
    };
    let made = make(order.iter().map(|&dim| layout.dims()[dim]).collect())?;
    Ok(Tensor::from_array(made.array().permuted(&inverse(&order))))
}

#[inline(never)]
fn zeros(shape: Dims, options: TensorOptions) -> Result<Tensor> {
    if shape.as_slice().iter().any(|&size| size < 0) {
        bail!("zeros: Dimension size must be non-negative.");
    }
    filled(shape, Scalar::Float(0.), options)
}

/// `name` and `name_with` (options last), each with its `try_` twin, from one line. None of them calls another one: each
/// step in between would be compiled in every cell.
macro_rules! creations {
    ($(
        $(#[$doc:meta])*
        $name:ident, $try_name:ident, $with:ident, $try_with:ident
        ($($arg:ident : $ty:ty),*) |$options:ident| $body:expr;
    )*) => {
        impl Tensor {$(
            $(#[$doc])*
            #[track_caller]
            pub fn $name($($arg: $ty),*) -> Tensor {
                let $options = TensorOptions::new();
                $crate::error::OrPanic::or_panic($body)
            }

            #[doc = concat!("[`Tensor::", stringify!($name), "`] that returns what is wrong instead of panicking.")]
            pub fn $try_name($($arg: $ty),*) -> Result<Tensor> {
                let $options = TensorOptions::new();
                $body
            }

            #[doc = concat!("[`Tensor::", stringify!($name), "`] with a dtype, a device, or that gradients are wanted.")]
            #[track_caller]
            pub fn $with($($arg: $ty,)* options: impl Into<TensorOptions>) -> Tensor {
                $crate::error::OrPanic::or_panic(Self::$try_with($($arg,)* options))
            }

            #[doc = concat!("[`Tensor::", stringify!($with), "`] that returns what is wrong instead of panicking.")]
            pub fn $try_with($($arg: $ty,)* options: impl Into<TensorOptions>) -> Result<Tensor> {
                let $options: TensorOptions = options.into();
                $body
            }
        )*}
    };
}
pub(super) use creations;

creations! {
    /// Zeros of a given shape (`f32`). A shape is a number, an array, a tuple, a `Vec` or another tensor's `shape()`.
    /// PyTorch: `torch.zeros`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::zeros([2, 3]).to_string(), "tensor([[0., 0., 0.],\n        [0., 0., 0.]])");
    /// assert_eq!(Tensor::zeros_with(2, DType::I64).to_string(), "tensor([0, 0])");
    /// ```
    zeros, try_zeros, zeros_with, try_zeros_with (shape: impl crate::Given<Dims>)
        |options| zeros(shape.into(), options);

    /// Ones of a given shape (`f32`). PyTorch: `torch.ones`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::ones([2, 2]).to_string(), "tensor([[1., 1.],\n        [1., 1.]])");
    /// assert_eq!(Tensor::ones_with(2, DType::Bool).to_string(), "tensor([True, True])");
    /// ```
    ones, try_ones, ones_with, try_ones_with (shape: impl crate::Given<Dims>)
        |options| filled(shape.into(), Scalar::Float(1.), options);

    /// A tensor of a given shape whose numbers nobody should rely on (`f32`). They are zeros here; PyTorch leaves what
    /// was in memory. PyTorch: `torch.empty`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::empty([2, 3]).shape(), [2, 3]);
    /// assert_eq!(Tensor::empty_with(2, DType::I32).dtype(), DType::I32);
    /// ```
    empty, try_empty, empty_with, try_empty_with (shape: impl crate::Given<Dims>)
        |options| filled(shape.into(), Scalar::Float(0.), options);

    /// One number everywhere. An integer gives `i64`, a float `f32`, a truth value `bool`. PyTorch: `torch.full`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::full(2, 7).to_string(), "tensor([7, 7])");
    /// assert_eq!(Tensor::full(2, 1.5).to_string(), "tensor([1.5000, 1.5000])");
    /// assert_eq!(Tensor::full_with(2, 7, DType::F32).to_string(), "tensor([7., 7.])");
    /// ```
    full, try_full, full_with, try_full_with (shape: impl crate::Given<Dims>, value: impl crate::Given<Scalar>)
        |options| filled(shape.into(), value.into(), options);

    /// Random floats, evenly from 0 up to but not including 1 (`f32`). After the same `manual_seed` they are PyTorch's.
    /// PyTorch: `torch.rand`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::rand(3).to_string(), "tensor([0.4963, 0.7682, 0.0885])");
    /// manual_seed(0);
    /// let wide = Tensor::rand_with(3, DType::F64);
    /// assert_eq!(wide.to_string(), "tensor([0.9701, 0.7078, 0.4594], dtype=torch.float64)");
    /// ```
    rand, try_rand, rand_with, try_rand_with (shape: impl crate::Given<Dims>)
        |options| super::random::uniform(&shape.into(), options);

    /// Random floats from the standard normal distribution (`f32`). After the same `manual_seed` they are PyTorch's.
    /// PyTorch: `torch.randn`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::randn(3).to_string(), "tensor([ 1.5410, -0.2934, -2.1788])");
    /// let weight = Tensor::randn_with([2, 3], TensorOptions::new().requires_grad(true));
    /// assert!(weight.requires_grad());
    /// ```
    randn, try_randn, randn_with, try_randn_with (shape: impl crate::Given<Dims>)
        |options| super::random::normal(&shape.into(), options);

    /// Random integers from `low` up to but not including `high` (`i64`). Fails if there are none between them.
    /// PyTorch: `torch.randint`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::randint(0, 10, 5).to_string(), "tensor([4, 9, 3, 0, 3])");
    /// manual_seed(0);
    /// assert_eq!(Tensor::randint_with(0, 10, 3, DType::F32).to_string(), "tensor([4., 9., 3.])");
    /// ```
    randint, try_randint, randint_with, try_randint_with (low: i64, high: i64, shape: impl crate::Given<Dims>)
        |options| super::random::random_integers(low, high, &shape.into(), options);

    /// The numbers from 0 to `n - 1` in random order (`i64`), to shuffle rows with. PyTorch: `torch.randperm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(Tensor::randperm(5).to_string(), "tensor([4, 0, 1, 3, 2])");
    /// assert_eq!(Tensor::randperm_with(5, DType::I32).dtype(), DType::I32);
    /// let rows = tensor!([[1, 2], [3, 4], [5, 6]]);
    /// assert_eq!(rows.i(&Tensor::randperm(3)).sum().item::<i64>(), 21);
    /// ```
    randperm, try_randperm, randperm_with, try_randperm_with (n: usize)
        |options| finish(&Array::from_vec(default_generator().lock().permutation(n), DType::I64, &[n]), options);

    /// The numbers from `start` up to but not including `end`, in steps of `step`. They are `i64` if all three are
    /// integers, `f32` if one is not. Fails if `step` is 0 or leads away from `end`. PyTorch: `torch.arange`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::arange(0., 3., 0.5).numel(), 6);
    /// assert_eq!(Tensor::arange(3, 0, -1).to_vec1::<i64>(), [3, 2, 1]);
    /// assert_eq!(Tensor::arange_with(0, 3, 1, DType::F32).to_string(), "tensor([0., 1., 2.])");
    /// ```
    arange, try_arange, arange_with, try_arange_with
        (start: impl crate::Given<Scalar>, end: impl crate::Given<Scalar>, step: impl crate::Given<Scalar>)
        |options| range(start.into(), end.into(), step.into(), options);

    /// `steps` numbers from `start` to `end`, both included (`f32`). PyTorch: `torch.linspace`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::linspace(0., 1., 5).to_string(), "tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])");
    /// assert_eq!(Tensor::linspace_with(0., 1., 3, DType::F64).dtype(), DType::F64);
    /// ```
    linspace, try_linspace, linspace_with, try_linspace_with (start: f64, end: f64, steps: usize)
        |options| spaced(start, end, steps, options);

    /// `base` to the power of `steps` numbers from `start` to `end`, both included (`f32`). PyTorch's default of `base`
    /// is 10. PyTorch: `torch.logspace`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::logspace(0., 2., 3, 10.).to_vec1::<f32>(), [1., 10., 100.]);
    /// let wide = Tensor::logspace_with(0., 2., 3, 10., DType::F64);
    /// assert_eq!(wide.to_string(), "tensor([  1.,  10., 100.], dtype=torch.float64)");
    /// ```
    logspace, try_logspace, logspace_with, try_logspace_with (start: f64, end: f64, steps: usize, base: f64)
        |options| powers(start, end, steps, base, options);

    /// The identity matrix of `n` rows (`f32`). PyTorch: `torch.eye`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::eye(2).to_string(), "tensor([[1., 0.],\n        [0., 1.]])");
    /// assert_eq!(Tensor::eye_with(2, DType::I64).to_string(), "tensor([[1, 0],\n        [0, 1]])");
    /// ```
    eye, try_eye, eye_with, try_eye_with (n: usize)
        |options| identity(n, options);
}

fn range(start: Scalar, end: Scalar, step: Scalar, options: TensorOptions) -> Result<Tensor> {
    let (first, last, by) = (start.to_f64(), end.to_f64(), step.to_f64());
    if by == 0. {
        bail!("step must be nonzero");
    }
    if !first.is_finite() || !last.is_finite() {
        bail!("unsupported range: {first} -> {last}");
    }
    if (by > 0. && last < first) || (by < 0. && last > first) {
        bail!("upper bound and lower bound inconsistent with step sign");
    }
    let len = ((last - first) / by).ceil() as usize;
    let integers = [start, end, step]
        .iter()
        .all(|s| s.category() <= Category::Int);
    let array = if integers {
        let (first, by) = (start.to_i64(), step.to_i64());
        Array::from_vec(
            (0..len as i64).map(|i| first + i * by).collect(),
            DType::I64,
            &[len],
        )
    } else if options.float_dtype() == DType::F64 {
        Array::from_vec(
            (0..len).map(|i| first + i as f64 * by).collect(),
            DType::F64,
            &[len],
        )
    } else {
        Array::from_vec(
            (0..len).map(|i| (first + i as f64 * by) as f32).collect(),
            DType::F32,
            &[len],
        )
    };
    finish(
        &array,
        if integers {
            options
        } else {
            options.or_default_dtype()
        },
    )
}

/// In `f64`, rounded at the end.
fn powers(start: f64, end: f64, steps: usize, base: f64, options: TensorOptions) -> Result<Tensor> {
    let exponents = spaced(start, end, steps, TensorOptions::new().dtype(DType::F64))?;
    let powers = pointwise::through("logspace_cpu", &|x| base.powf(x), &exponents.array())?;
    finish(&powers, options.or_default_dtype())
}

/// Counts from both ends, so that the numbers are symmetric, as PyTorch does.
fn spaced(start: f64, end: f64, steps: usize, options: TensorOptions) -> Result<Tensor> {
    let array = if options.float_dtype() == DType::F64 {
        let by = (end - start) / (steps.max(2) - 1) as f64;
        let number = |i| {
            if i < steps / 2 {
                start + by * i as f64
            } else {
                end - by * (steps - i - 1) as f64
            }
        };
        Array::from_vec((0..steps).map(number).collect(), DType::F64, &[steps])
    } else {
        let (start, end) = (start as f32, end as f32);
        let by = (end - start) / (steps.max(2) - 1) as f32;
        let number = |i| {
            if i < steps / 2 {
                start + by * i as f32
            } else {
                end - by * (steps - i - 1) as f32
            }
        };
        let mut numbers: Vec<f32> = (0..steps).map(number).collect();
        if steps == 1 {
            numbers[0] = start;
        }
        Array::from_vec(numbers, DType::F32, &[steps])
    };
    finish(&array, options.or_default_dtype())
}

fn identity(n: usize, options: TensorOptions) -> Result<Tensor> {
    let mut numbers = vec![0f32; n * n];
    numbers.iter_mut().step_by(n + 1).for_each(|x| *x = 1.);
    let array = Array::from_vec(numbers, DType::F32, &[n, n]);
    finish(&array, options.or_default_dtype())
}

impl Tensor {
    fn like(&self) -> TensorOptions {
        TensorOptions::new()
            .dtype(self.dtype())
            .device(self.device())
    }

    fn like_dtype(&self, dtype: DType) -> TensorOptions {
        self.like().dtype(dtype)
    }

    pub(crate) fn try_ones_like(&self) -> Result<Tensor> {
        self.filled_like(Scalar::Int(1), self.dtype())
    }

    pub(crate) fn try_zeros_like(&self) -> Result<Tensor> {
        self.filled_like(Scalar::Int(0), self.dtype())
    }

    fn filled_like(&self, value: Scalar, dtype: DType) -> Result<Tensor> {
        lying_like(self, |shape| {
            filled(shape.into(), value, self.like_dtype(dtype))
        })
    }

    /// Ones in the shape and dtype and on the device of this tensor. PyTorch: `torch.ones_like`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([5, 6]).ones_like().to_string(), "tensor([1, 1])");
    /// ```
    pub fn ones_like(&self) -> Tensor {
        self.try_ones_like().or_panic()
    }

    /// Ones in the shape and on the device of this tensor, of another dtype. PyTorch: `torch.ones_like` with `dtype`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([5, 6]).ones_like_with(DType::F32).to_string(), "tensor([1., 1.])");
    /// ```
    pub fn ones_like_with(&self, dtype: DType) -> Tensor {
        self.filled_like(Scalar::Int(1), dtype).or_panic()
    }

    /// Zeros in the shape and dtype and on the device of this tensor. PyTorch: `torch.zeros_like`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([5., 6.]).zeros_like().to_string(), "tensor([0., 0.])");
    /// ```
    pub fn zeros_like(&self) -> Tensor {
        self.try_zeros_like().or_panic()
    }

    /// Zeros in the shape and on the device of this tensor, of another dtype. PyTorch: `torch.zeros_like` with `dtype`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([5., 6.]).zeros_like_with(DType::Bool).to_string(), "tensor([False, False])");
    /// ```
    pub fn zeros_like_with(&self, dtype: DType) -> Tensor {
        self.filled_like(Scalar::Int(0), dtype).or_panic()
    }

    /// Numbers that nobody should rely on, in the shape and dtype and on the device of this tensor. They are zeros
    /// here. PyTorch: `torch.empty_like`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let e = tensor!([[5, 6]]).empty_like();
    /// assert_eq!((e.shape(), e.dtype()), ([1, 2].into(), DType::I64));
    /// ```
    pub fn empty_like(&self) -> Tensor {
        self.zeros_like()
    }

    /// One number in the shape and dtype and on the device of this tensor. PyTorch: `torch.full_like`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([[1., 2.]]).full_like(7).to_string(), "tensor([[7., 7.]])");
    /// ```
    pub fn full_like(&self, value: impl crate::Given<Scalar>) -> Tensor {
        self.filled_like(value.into(), self.dtype()).or_panic()
    }

    /// Zeros of another shape in the dtype and on the device of this tensor. PyTorch: `Tensor.new_zeros`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([5, 6]).new_zeros(3).to_string(), "tensor([0, 0, 0])");
    /// ```
    #[track_caller]
    pub fn new_zeros(&self, shape: impl crate::Given<Dims>) -> Tensor {
        filled(shape.into(), Scalar::Int(0), self.like()).or_panic()
    }

    /// Ones of another shape in the dtype and on the device of this tensor. PyTorch: `Tensor.new_ones`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([5, 6]).new_ones(3).to_string(), "tensor([1, 1, 1])");
    /// ```
    #[track_caller]
    pub fn new_ones(&self, shape: impl crate::Given<Dims>) -> Tensor {
        filled(shape.into(), Scalar::Int(1), self.like()).or_panic()
    }

    /// Numbers that nobody should rely on, of another shape in the dtype and on the device of this tensor. They are
    /// zeros here. PyTorch: `Tensor.new_empty`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([5, 6]).new_empty([2, 3]).shape(), [2, 3]);
    /// ```
    #[track_caller]
    pub fn new_empty(&self, shape: impl crate::Given<Dims>) -> Tensor {
        self.new_zeros(shape)
    }

    /// One number in another shape, in the dtype and on the device of this tensor. PyTorch: `Tensor.new_full`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([5., 6.]).new_full([1, 3], 4).to_string(), "tensor([[4., 4., 4.]])");
    /// ```
    #[track_caller]
    pub fn new_full(
        &self,
        shape: impl crate::Given<Dims>,
        value: impl crate::Given<Scalar>,
    ) -> Tensor {
        filled(shape.into(), value.into(), self.like()).or_panic()
    }

    /// Random floats from 0 up to 1 in the shape and dtype and on the device of this tensor. Fails if the dtype is not
    /// a float. PyTorch: `torch.rand_like`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(tensor!([5., 6., 7.]).rand_like().to_string(), "tensor([0.4963, 0.7682, 0.0885])");
    /// ```
    #[track_caller]
    pub fn rand_like(&self) -> Tensor {
        self.rand_like_with(self.dtype())
    }

    /// Random floats from 0 up to 1 in the shape and on the device of this tensor, of another dtype. PyTorch:
    /// `torch.rand_like` with `dtype`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(tensor!([5, 6, 7]).rand_like_with(DType::F32).to_string(), "tensor([0.4963, 0.7682, 0.0885])");
    /// ```
    #[track_caller]
    pub fn rand_like_with(&self, dtype: DType) -> Tensor {
        let empty = self.filled_like(Scalar::Int(0), dtype);
        empty.and_then(|x| x.try_uniform_(0., 1.)).or_panic()
    }

    /// Standard normal numbers in the shape and dtype and on the device of this tensor. Fails if the dtype is not a
    /// float. PyTorch: `torch.randn_like`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = tensor!([10., 20., 30.]);
    /// assert_eq!((&x + x.randn_like()).to_string(), "tensor([11.5410, 19.7066, 27.8212])");
    /// ```
    #[track_caller]
    pub fn randn_like(&self) -> Tensor {
        self.randn_like_with(self.dtype())
    }

    /// Standard normal numbers in the shape and on the device of this tensor, of another dtype. PyTorch:
    /// `torch.randn_like` with `dtype`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// assert_eq!(tensor!([5, 6, 7]).randn_like_with(DType::F32).to_string(), "tensor([ 1.5410, -0.2934, -2.1788])");
    /// ```
    #[track_caller]
    pub fn randn_like_with(&self, dtype: DType) -> Tensor {
        let empty = self.filled_like(Scalar::Int(0), dtype);
        empty.and_then(|x| x.try_normal_(0., 1.)).or_panic()
    }

    /// A tensor of these numbers in row-major order. Its dtype is that of the Rust type; one size may be -1. Fails if
    /// the shape is not for that many numbers. PyTorch: `torch.tensor` and `Tensor.reshape`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let t = Tensor::from_vec(vec![1f32, 2., 3., 4.], [2, 2]);
    /// assert_eq!(t.shape(), [2, 2]);
    /// ```
    #[track_caller]
    pub fn from_vec<T: super::TensorElement>(
        numbers: Vec<T>,
        shape: impl crate::Given<Dims>,
    ) -> Tensor {
        Self::try_from_vec(numbers, shape).or_panic()
    }

    /// Like [`Tensor::from_vec`]. Fails if the shape is not for that many numbers.
    pub fn try_from_vec<T: super::TensorElement>(
        numbers: Vec<T>,
        shape: impl crate::Given<Dims>,
    ) -> Result<Tensor> {
        let shape = shape.into().to_view_shape(numbers.len())?;
        Ok(Tensor::from_array(Array::from_cpu(
            T::store(numbers),
            T::DTYPE,
            &shape,
        )))
    }

    /// A tensor with a copy of these numbers in row-major order. Its dtype is that of the Rust type. Fails if the shape
    /// is not for that many numbers. PyTorch: `torch.tensor` and `Tensor.reshape`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let row = [1i64, 2, 3, 4];
    /// assert_eq!(Tensor::from_slice(&row, [2, -1]).to_string(), "tensor([[1, 2],\n        [3, 4]])");
    /// ```
    #[track_caller]
    pub fn from_slice<T: super::TensorElement>(
        numbers: &[T],
        shape: impl crate::Given<Dims>,
    ) -> Tensor {
        Self::from_vec(numbers.to_vec(), shape)
    }

    /// A 0-d tensor of one number. An integer gives `i64`, a float `f32`, a truth value `bool`. PyTorch:
    /// `torch.tensor`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::scalar(2.5).to_string(), "tensor(2.5000)");
    /// ```
    pub fn scalar(value: impl crate::Given<Scalar>) -> Tensor {
        let value = value.into();
        filled(Dims::default(), value, TensorOptions::new()).or_panic()
    }
}
