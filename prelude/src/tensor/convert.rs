//! From tensors to Rust's own types, to other dtypes and devices, and to candle and back.

use super::Tensor;
use crate::autograd::record_as_is;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{OrPanic, Result, bail};
use crate::kernels::array::{elements, locked};
use crate::kernels::element::Stored;
use crate::kernels::memory_order::as_operands_lie;
use crate::kernels::{Array, transfer};
use crate::storage::Storage;
use candle_core::CpuStorage;
use half::{bf16, f16};
use num_complex::Complex;

/// A Rust type that is the element type of some dtype. [`Tensor::from_vec`] and [`Tensor::from_slice`] take numbers of
/// such types.
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::TensorElement;
/// assert_eq!(<bool as TensorElement>::DTYPE, DType::Bool);
/// assert_eq!(Tensor::from_vec(vec![1u8, 2], 2).to_string(), "tensor([1, 2], dtype=torch.uint8)");
/// ```
pub trait TensorElement: Copy + Send + Sync + 'static {
    /// That dtype.
    const DTYPE: DType;
    #[doc(hidden)]
    fn store(numbers: Vec<Self>) -> CpuStorage;
}

macro_rules! tensor_element {
    ($($t:ty => $dtype:ident),*) => {$(
        impl TensorElement for $t {
            const DTYPE: DType = DType::$dtype;
            fn store(numbers: Vec<Self>) -> CpuStorage {
                <$t as Stored>::wrap(numbers)
            }
        }
    )*};
}
tensor_element!(f32 => F32, f64 => F64, f16 => F16, bf16 => BF16, i64 => I64, i32 => I32, i16 => I16, i8 => I8, u8 => U8,
    Complex<f32> => C64, Complex<f64> => C128);

impl TensorElement for bool {
    const DTYPE: DType = DType::Bool;
    fn store(numbers: Vec<Self>) -> CpuStorage {
        CpuStorage::U8(numbers.into_iter().map(u8::from).collect())
    }
}

/// A Rust type that elements can be taken out as, converted where the dtype is another one. [`Tensor::item`] and
/// [`Tensor::to_vec`] give such types.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([1, 0]);
/// assert_eq!(x.to_vec::<f64>(), [1., 0.]);
/// assert_eq!(x.to_vec::<usize>(), [1, 0]);
/// assert_eq!(x.to_vec::<bool>(), [true, false]);
/// ```
pub trait FromElement: Sized {
    #[doc(hidden)]
    fn take(tensor: &Tensor) -> Result<Vec<Self>>;
}

macro_rules! from_element {
    ($($t:ty => $dtype:ident as $e:ty, $f:expr);*) => {$(
        impl FromElement for $t {
            fn take(tensor: &Tensor) -> Result<Vec<Self>> {
                let f: fn($e) -> $t = $f;
                Ok(numbers::<$e>(&tensor.array(), DType::$dtype)?.into_iter().map(f).collect())
            }
        }
    )*};
}
from_element!(
    f32 => F32 as f32, |x| x; f64 => F64 as f64, |x| x; f16 => F16 as f16, |x| x; bf16 => BF16 as bf16, |x| x;
    i64 => I64 as i64, |x| x; i32 => I32 as i32, |x| x; i16 => I16 as i16, |x| x; i8 => I8 as i8, |x| x; u8 => U8 as u8, |x| x;
    usize => I64 as i64, |x| x as usize; u64 => I64 as i64, |x| x as u64; u32 => I64 as i64, |x| x as u32;
    bool => Bool as u8, |x| x != 0;
    Complex<f32> => C64 as Complex<f32>, |z| z; Complex<f64> => C128 as Complex<f64>, |z| z
);

/// The numbers in row-major order, as that dtype.
fn numbers<T: Stored>(array: &Array, dtype: DType) -> Result<Vec<T>> {
    if array.dtype().is_complex() && !dtype.is_complex() && dtype != DType::Bool {
        // A real number that is written as a complex one is still a real number.
        let imaginary = super::complex::part(array, 1);
        if numbers::<f64>(&imaginary, DType::F64)?
            .iter()
            .any(|&y| y != 0.)
        {
            bail!(
                "value cannot be converted to type {} without overflow",
                dtype.cpp_name()
            );
        }
    }
    let array = transfer::cast(&transfer::to_device(array, Device::Cpu)?, dtype)?;
    let array = transfer::contiguous(&array)?;
    locked([&array], |[(data, layout)]| {
        let from = layout.start_offset();
        Ok(elements::<T>(data)?[from..from + array.numel()].to_vec())
    })
}

impl Tensor {
    /// All elements in row-major order, whatever the shape. They are converted to `T`. PyTorch: `Tensor.flatten` and
    /// `Tensor.tolist`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([[1, 2], [3, 4]]).to_vec::<f32>(), [1., 2., 3., 4.]);
    /// ```
    #[track_caller]
    pub fn to_vec<T: FromElement>(&self) -> Vec<T> {
        self.try_to_vec().or_panic()
    }

    /// Like [`Tensor::to_vec`]. Fails if the numbers cannot be read.
    pub fn try_to_vec<T: FromElement>(&self) -> Result<Vec<T>> {
        T::take(self)
    }

    /// The single element of a tensor that has one, as a Rust number. Fails if there are more or none. PyTorch:
    /// `Tensor.item`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let loss = tensor!([1., 2., 6.]).mean();
    /// assert_eq!(loss.item::<f64>(), 3.);
    /// ```
    #[track_caller]
    pub fn item<T: FromElement>(&self) -> T {
        self.try_item().or_panic()
    }

    /// Like [`Tensor::item`]. Fails if there is not exactly one element.
    pub fn try_item<T: FromElement>(&self) -> Result<T> {
        match (self.numel(), self.try_to_vec()?.pop()) {
            (1, Some(element)) => Ok(element),
            (n, _) => bail!("a Tensor with {n} elements cannot be converted to Scalar"),
        }
    }

    /// The element of a 0-d tensor. Fails if there are dimensions. PyTorch: `Tensor.item`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).sum().to_vec0::<i64>(), 6);
    /// ```
    #[track_caller]
    pub fn to_vec0<T: FromElement>(&self) -> T {
        self.expect_dims(0).or_panic();
        self.item()
    }

    /// The elements of a 1-d tensor. Fails if it is not 1-d. PyTorch: `Tensor.tolist`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0.5, 1.]).to_vec1::<f32>(), [0.5, 1.]);
    /// ```
    #[track_caller]
    pub fn to_vec1<T: FromElement>(&self) -> Vec<T> {
        self.expect_dims(1).or_panic();
        self.to_vec()
    }

    /// The rows of a 2-d tensor. Fails if it is not 2-d. PyTorch: `Tensor.tolist`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([[1, 2], [3, 4]]).to_vec2::<i64>(), [[1, 2], [3, 4]]);
    /// ```
    #[track_caller]
    pub fn to_vec2<T: FromElement>(&self) -> Vec<Vec<T>> {
        self.expect_dims(2).or_panic();
        let columns = self.dims()[1];
        nest(self.to_vec(), columns, self.dims()[0])
    }

    /// The matrices of a 3-d tensor. Fails if it is not 3-d. PyTorch: `Tensor.tolist`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::arange(0, 4, 1).view([2, 1, 2]).to_vec3::<i64>(), [[[0, 1]], [[2, 3]]]);
    /// ```
    #[track_caller]
    pub fn to_vec3<T: FromElement>(&self) -> Vec<Vec<Vec<T>>> {
        self.expect_dims(3).or_panic();
        let dims = self.dims();
        nest(
            nest(self.to_vec(), dims[2], dims[0] * dims[1]),
            dims[1],
            dims[0],
        )
    }

    fn expect_dims(&self, dims: usize) -> Result<()> {
        if self.dim() != dims {
            bail!(
                "expected a tensor of {dims} dimensions, got one of shape {}",
                self.shape().list()
            );
        }
        Ok(())
    }

    /// The tensor as another dtype or on another device; itself if it is that already. Takes a [`DType`], a [`Device`]
    /// or a pair of both. Floats are cut off towards 0 as integers. Fails if the device cannot be used. PyTorch:
    /// `Tensor.to`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::ones([2]).to(DType::F64).dtype(), DType::F64);
    /// assert_eq!(tensor!([1.9, -1.9]).to(DType::I64).to_string(), "tensor([ 1, -1])");
    /// assert!(tensor!([1.]).to(Device::Cpu).device() == Device::Cpu);
    /// ```
    #[track_caller]
    pub fn to(&self, target: impl Into<To>) -> Tensor {
        self.try_to(target).or_panic()
    }

    /// Like [`Tensor::to`]. Fails if the device cannot be used.
    pub fn try_to(&self, target: impl Into<To>) -> Result<Tensor> {
        match target.into() {
            To::DType(dtype) => self.try_to_dtype(dtype),
            To::Device(device) => self.try_to_device(device),
            To::Both(dtype, device) => self.try_to_dtype(dtype)?.try_to_device(device),
        }
    }

    pub(crate) fn try_to_dtype(&self, dtype: DType) -> Result<Tensor> {
        if self.dtype() == dtype {
            return Ok(self.clone());
        }
        if self.is_complex() && !dtype.is_complex() && dtype != DType::Bool {
            super::complex::warn_of_discarded_part();
        }
        // The engine brings the gradient back to this dtype.
        let array = as_operands_lie([&self.array()], |[x]| transfer::cast(x, dtype))?;
        let output = Tensor::from_array(array);
        record_as_is("ToCopyBackward0", &[self], output, |_| {
            (Vec::new(), |_: &_, g: &Tensor| Ok(vec![Some(g.clone())]))
        })
    }

    pub(crate) fn try_to_device(&self, device: Device) -> Result<Tensor> {
        if self.device() == device {
            return Ok(self.clone());
        }
        let output = Tensor::from_array(transfer::to_device(&self.array(), device)?);
        record_as_is("ToCopyBackward0", &[self], output, |_| {
            (Vec::new(), |_: &_, g: &Tensor| Ok(vec![Some(g.clone())]))
        })
    }

    /// The tensor in main memory; itself if it is there already. PyTorch: `Tensor.cpu`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).cpu().device(), Device::Cpu);
    /// ```
    #[track_caller]
    pub fn cpu(&self) -> Tensor {
        self.try_to_device(Device::Cpu).or_panic()
    }

    /// The tensor as `f32`. PyTorch: `Tensor.float`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let labels = tensor!([2, 0, 1]);
    /// assert_eq!(labels.eq(0).float().to_string(), "tensor([0., 1., 0.])");
    /// ```
    #[track_caller]
    pub fn float(&self) -> Tensor {
        self.try_to_dtype(DType::F32).or_panic()
    }

    /// The tensor as `f64`. PyTorch: `Tensor.double`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2]).double().to_string(), "tensor([1., 2.], dtype=torch.float64)");
    /// ```
    #[track_caller]
    pub fn double(&self) -> Tensor {
        self.try_to_dtype(DType::F64).or_panic()
    }

    /// The tensor as `i64`, floats cut off towards 0. PyTorch: `Tensor.long`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.9, -1.9]).long().to_string(), "tensor([ 1, -1])");
    /// ```
    #[track_caller]
    pub fn long(&self) -> Tensor {
        self.try_to_dtype(DType::I64).or_panic()
    }

    /// The tensor as truth values; all but 0 is true. PyTorch: `Tensor.bool`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 0.5]).bool().to_string(), "tensor([False,  True])");
    /// ```
    #[track_caller]
    pub fn bool(&self) -> Tensor {
        self.try_to_dtype(DType::Bool).or_panic()
    }

    /// A candle tensor of the same numbers. Contiguous tensors share them; others are copied. Truth values and signed
    /// bytes, which candle lacks, are there the bytes of the same bits.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).to_candle().unwrap();
    /// assert_eq!(x.to_vec1::<f32>().unwrap(), [1., 2.]);
    /// ```
    pub fn to_candle(&self) -> Result<candle_core::Tensor> {
        transfer::as_candle(&self.array())
    }

    /// A tensor of the same numbers as a candle tensor. They are shared, except for `u32`, which becomes `i64`. Fails
    /// if candle's dtype has no counterpart.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::candle_core;
    /// let x = candle_core::Tensor::new(&[1u32, 2], &candle_core::Device::Cpu).unwrap();
    /// assert_eq!(Tensor::from_candle(&x).unwrap().to_string(), "tensor([1, 2])");
    /// ```
    pub fn from_candle(tensor: &candle_core::Tensor) -> Result<Tensor> {
        let tensor = tensor.detach();
        let device = Device::from_candle(tensor.device())?;
        let (tensor, dtype) = match (DType::from_candle(tensor.dtype()), tensor.dtype()) {
            (Some(dtype), _) => (tensor, dtype),
            (None, candle_core::DType::U32) => {
                (tensor.to_dtype(candle_core::DType::I64)?, DType::I64)
            }
            (None, other) => bail!("candle's dtype {other:?} has no counterpart"),
        };
        // Numbers that candle sees twice cannot be written to through it.
        let plain = device == Device::Cpu || tensor.is_contiguous();
        let tensor = if tensor.layout().has_internal_overlap() || !plain {
            tensor.force_contiguous()?
        } else {
            tensor
        };
        let layout = tensor.layout().clone();
        Ok(Tensor::from_array(Array::new(
            Storage::from_candle(tensor, dtype, device),
            layout,
        )))
    }
}

/// Rows of `width` each.
fn nest<T>(flat: Vec<T>, width: usize, rows: usize) -> Vec<Vec<T>> {
    let mut flat = flat.into_iter();
    (0..rows)
        .map(|_| flat.by_ref().take(width).collect())
        .collect()
}

/// What a tensor is to become: a [`DType`], a [`Device`], or both. [`Tensor::to`] takes it, and all that turns into it.
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::To;
/// let target = To::from((DType::F64, Device::Cpu));
/// assert_eq!(tensor!([1, 2]).to(target).to_string(), "tensor([1., 2.], dtype=torch.float64)");
/// assert_eq!(tensor!([1, 2]).to(To::DType(DType::Bool)).to_string(), "tensor([True, True])");
/// assert!(matches!(To::from(Device::Cpu), To::Device(Device::Cpu)));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum To {
    /// Another dtype.
    DType(DType),
    /// Another device.
    Device(Device),
    /// Both.
    Both(DType, Device),
}

impl From<DType> for To {
    fn from(dtype: DType) -> Self {
        To::DType(dtype)
    }
}

impl From<Device> for To {
    fn from(device: Device) -> Self {
        To::Device(device)
    }
}

impl From<(DType, Device)> for To {
    fn from((dtype, device): (DType, Device)) -> Self {
        To::Both(dtype, device)
    }
}

impl TryFrom<&Tensor> for candle_core::Tensor {
    type Error = crate::Error;
    fn try_from(tensor: &Tensor) -> Result<Self> {
        tensor.to_candle()
    }
}

impl TryFrom<&candle_core::Tensor> for Tensor {
    type Error = crate::Error;
    fn try_from(tensor: &candle_core::Tensor) -> Result<Self> {
        Tensor::from_candle(tensor)
    }
}
