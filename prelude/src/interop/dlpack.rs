//! DLPack, the form in which Python's libraries and others hand tensors to each other: `torch.utils.dlpack`.
//!
//! ```
//! use wick::dlpack::{from_dlpack, to_dlpack};
//! use wick::prelude::*;
//!
//! let x = Tensor::zeros([2, 3]);
//! let capsule = to_dlpack(&x);
//! x.add_(1);
//! assert_eq!(from_dlpack(&capsule).to_vec2::<f32>(), [[1.; 3]; 2]);
//! ```
//!
//! What [`to_dlpack`] gives away shares the tensor's numbers. What [`from_dlpack`] reads is a copy: a tensor's memory
//! comes from Rust's allocator and goes back there.
//!
//! The structures are those of DLPack 0.8 (<https://dmlc.github.io/dlpack/latest/c_api.html>), which every library that
//! speaks DLPack understands. Only main memory is shared.

use crate::device::Device;
use crate::dtype::DType;
use crate::error::{OrPanic, Result, bail};
use crate::kernels::Array;
use crate::kernels::element::{Stored, with_stored};
use crate::tensor::Tensor;
use std::ffi::c_void;
use std::ptr::NonNull;

/// Where numbers are: `DLDevice`.
///
/// ```
/// use wick::dlpack::{DLDevice, to_dlpack};
/// use wick::prelude::*;
/// let main_memory = DLDevice { device_type: 1, device_id: 0 };
/// assert_eq!(to_dlpack(&Tensor::zeros([2])).tensor().device, main_memory);
/// ```
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DLDevice {
    /// 1 for main memory; `DLDeviceType` lists the others.
    pub device_type: i32,
    /// Which one of that kind.
    pub device_id: i32,
}

/// What numbers are: `DLDataType`.
///
/// ```
/// use wick::dlpack::{DLDataType, to_dlpack};
/// use wick::prelude::*;
/// let float = DLDataType { code: 2, bits: 32, lanes: 1 };
/// assert_eq!(to_dlpack(&Tensor::zeros([2])).tensor().dtype, float);
/// ```
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DLDataType {
    /// 0 integer, 1 unsigned, 2 float, 4 bfloat16, 5 complex, 6 bool.
    pub code: u8,
    /// How many bits a number has.
    pub bits: u8,
    /// How many numbers an element has; 1 but for vector types.
    pub lanes: u16,
}

/// Numbers with a shape, owned by somebody else: `DLTensor`.
///
/// ```
/// use wick::dlpack::{DLTensor, to_dlpack};
/// use wick::prelude::*;
/// let capsule = to_dlpack(&Tensor::zeros([2, 3]));
/// let raw: &DLTensor = capsule.tensor();
/// assert_eq!((raw.ndim, raw.byte_offset), (2, 0));
/// ```
#[repr(C)]
#[derive(Debug)]
pub struct DLTensor {
    /// The allocation; `byte_offset` bytes into it the first element lies.
    pub data: *mut c_void,
    /// Where it is.
    pub device: DLDevice,
    /// How many dimensions there are.
    pub ndim: i32,
    /// What an element is.
    pub dtype: DLDataType,
    /// The sizes, outermost first.
    pub shape: *mut i64,
    /// Elements from one to the next of each dimension; null for row-major order.
    pub strides: *mut i64,
    /// Where the first element lies.
    pub byte_offset: u64,
}

/// A [`DLTensor`] and how to give it back: `DLManagedTensor`.
///
/// ```
/// use wick::dlpack::{DLManagedTensor, DLPack, to_dlpack};
/// use wick::prelude::*;
/// let raw: *mut DLManagedTensor = to_dlpack(&Tensor::zeros([2, 3])).into_raw();
/// assert!(!raw.is_null());
/// // SAFETY: it was just made, and nobody else gives it back.
/// drop(unsafe { DLPack::from_raw(raw) });
/// ```
#[repr(C)]
#[derive(Debug)]
pub struct DLManagedTensor {
    /// The numbers.
    pub dl_tensor: DLTensor,
    /// What belongs to whoever made it.
    pub manager_ctx: *mut c_void,
    /// Called once, with this structure, by the one who needs it no more.
    pub deleter: Option<unsafe extern "C" fn(*mut DLManagedTensor)>,
}

/// A [`DLManagedTensor`] that is given back when this is dropped: what Python wraps in a capsule named `dltensor`.
///
/// ```
/// use wick::dlpack::{DLPack, from_dlpack, to_dlpack};
/// use wick::prelude::*;
/// let capsule: DLPack = to_dlpack(&tensor!([1., 2.]));
/// assert_eq!(capsule.tensor().ndim, 1);
/// // Through C, where only the pointer goes.
/// let raw = capsule.into_raw();
/// // SAFETY: it was just made, and nobody else gives it back.
/// let again = unsafe { DLPack::from_raw(raw) }.unwrap();
/// assert_eq!(from_dlpack(&again).to_vec1::<f32>(), [1., 2.]);
/// ```
#[derive(Debug)]
pub struct DLPack(NonNull<DLManagedTensor>);

// SAFETY: DLPack lets any thread call the deleter, and nothing else here is bound to one.
unsafe impl Send for DLPack {}

impl DLPack {
    /// Hands it over: who takes it calls its deleter once.
    pub fn into_raw(self) -> *mut DLManagedTensor {
        let raw = self.0.as_ptr();
        std::mem::forget(self);
        raw
    }

    /// Takes it over. Null gives nothing.
    ///
    /// # Safety
    /// `raw` is a valid structure, as DLPack describes it, that nobody else will give back.
    pub unsafe fn from_raw(raw: *mut DLManagedTensor) -> Option<DLPack> {
        NonNull::new(raw).map(DLPack)
    }

    /// What it holds.
    pub fn tensor(&self) -> &DLTensor {
        // SAFETY: whoever made this vouched for the structure, which lives until the drop.
        unsafe { &self.0.as_ref().dl_tensor }
    }
}

impl Drop for DLPack {
    fn drop(&mut self) {
        // SAFETY: as in `tensor`; it is given back once, because nothing can be done with it afterwards.
        unsafe {
            if let Some(deleter) = self.0.as_ref().deleter {
                deleter(self.0.as_ptr());
            }
        }
    }
}

/// What an exported structure points to; its address is stable because it is boxed with it.
struct Export {
    managed: DLManagedTensor,
    shape: Vec<i64>,
    strides: Vec<i64>,
    /// Keeps the numbers alive.
    _array: Array,
}

unsafe extern "C" fn give_back(managed: *mut DLManagedTensor) {
    // SAFETY: `to_dlpack` put the address of the box there, and a deleter is called once.
    unsafe {
        if let Some(managed) = managed.as_ref() {
            drop(Box::from_raw(managed.manager_ctx.cast::<Export>()));
        }
    }
}

/// `DLDataTypeCode` and bits of each dtype.
fn described(dtype: DType) -> DLDataType {
    let (code, bits) = match dtype {
        DType::I8 => (0, 8),
        DType::I16 => (0, 16),
        DType::I32 => (0, 32),
        DType::I64 => (0, 64),
        DType::U8 => (1, 8),
        DType::F16 => (2, 16),
        DType::F32 => (2, 32),
        DType::F64 => (2, 64),
        DType::BF16 => (4, 16),
        DType::C64 => (5, 64),
        DType::C128 => (5, 128),
        DType::Bool => (6, 8),
    };
    DLDataType {
        code,
        bits,
        lanes: 1,
    }
}

/// Gives a tensor away, sharing its numbers: `torch.utils.dlpack.to_dlpack`. On the CPU only, and not for tensors that
/// require gradients.
///
/// ```
/// use wick::dlpack::to_dlpack;
/// use wick::prelude::*;
/// let capsule = to_dlpack(&Tensor::zeros([2, 3]));
/// assert_eq!(capsule.tensor().ndim, 2);
/// let w = Tensor::zeros([2]).requires_grad_(true);
/// let error = wick::dlpack::try_to_dlpack(&w).unwrap_err();
/// assert_eq!(error.to_string(), "Can't export tensors that require gradient, use tensor.detach()");
/// ```
#[track_caller]
pub fn to_dlpack(x: &Tensor) -> DLPack {
    try_to_dlpack(x).or_panic()
}

/// Like [`to_dlpack`]. Fails on a GPU, and for a tensor that requires gradients.
pub fn try_to_dlpack(x: &Tensor) -> Result<DLPack> {
    if x.requires_grad() {
        bail!("Can't export tensors that require gradient, use tensor.detach()");
    }
    if x.device() != Device::Cpu {
        bail!(
            "DLPack shares main memory only, and the tensor is on {}; use tensor.to(Device::Cpu) first",
            x.device()
        );
    }
    let array = x.array();
    let dtype = array.dtype();
    let start = array.layout.start_offset();
    // Through the pointer that writing is done with, because the one who takes it may write.
    let (data, byte_offset) = array.storage.write(|storage| {
        with_stored!(dtype, T => match T::slice_mut(storage) {
            Some(numbers) => Ok((numbers.as_mut_ptr().cast::<c_void>(), start * size_of::<T>())),
            None => bail!("the numbers are not of dtype {dtype}"),
        })
    })??;
    let export = Box::new(Export {
        managed: DLManagedTensor {
            dl_tensor: DLTensor {
                data,
                device: DLDevice {
                    device_type: 1,
                    device_id: 0,
                },
                ndim: array.dims().len() as i32,
                dtype: described(dtype),
                shape: std::ptr::null_mut(),
                strides: std::ptr::null_mut(),
                byte_offset: byte_offset as u64,
            },
            manager_ctx: std::ptr::null_mut(),
            deleter: Some(give_back),
        },
        shape: array.dims().iter().map(|&size| size as i64).collect(),
        strides: array
            .layout
            .stride()
            .iter()
            .map(|&step| step as i64)
            .collect(),
        _array: array,
    });
    let export = Box::into_raw(export);
    // SAFETY: the box was just made and nobody else knows it; from here on it belongs to its own deleter.
    unsafe {
        let Export {
            managed,
            shape,
            strides,
            ..
        } = &mut *export;
        managed.dl_tensor.shape = shape.as_mut_ptr();
        managed.dl_tensor.strides = strides.as_mut_ptr();
        managed.manager_ctx = export.cast();
        Ok(DLPack(NonNull::from(managed)))
    }
}

/// A tensor with a copy of what somebody gives away: `torch.utils.dlpack.from_dlpack`.
///
/// ```
/// use wick::dlpack::{from_dlpack, to_dlpack};
/// use wick::prelude::*;
/// let x = tensor!([[1, 2], [3, 4]]);
/// assert_eq!(from_dlpack(&to_dlpack(&x)).to_vec2::<i64>(), [[1, 2], [3, 4]]);
/// ```
#[track_caller]
pub fn from_dlpack(given: &DLPack) -> Tensor {
    try_from_dlpack(given).or_panic()
}

/// Like [`from_dlpack`]. Fails for numbers that are not in main memory or are of a type that no dtype stands for.
pub fn try_from_dlpack(given: &DLPack) -> Result<Tensor> {
    let tensor = given.tensor();
    // Main memory, and main memory that a GPU can reach.
    if !matches!(tensor.device.device_type, 1 | 3) {
        bail!(
            "DLPack's device type {} is not main memory; copy the numbers to the CPU first",
            tensor.device.device_type
        );
    }
    let Some(dtype) = DType::ALL
        .into_iter()
        .find(|&dtype| described(dtype) == tensor.dtype)
    else {
        bail!(
            "no dtype stands for DLPack's type of code {}, {} bits and {} lanes",
            tensor.dtype.code,
            tensor.dtype.bits,
            tensor.dtype.lanes
        );
    };
    // SAFETY: whoever made the structure vouched for `ndim` sizes, and as many strides or none.
    let (shape, strides) = unsafe {
        (
            list(tensor.shape, tensor.ndim),
            list(tensor.strides, tensor.ndim),
        )
    };
    let shape: Vec<usize> = shape.iter().map(|&size| size.max(0) as usize).collect();
    let count = shape.iter().product();
    // In row-major order unless something else is said.
    let mut steps = vec![1isize; shape.len()];
    for d in (1..shape.len()).rev() {
        steps[d - 1] = steps[d] * shape[d] as isize;
    }
    if !tensor.strides.is_null() {
        steps = strides.iter().map(|&step| step as isize).collect();
    }
    let array = with_stored!(dtype, T => {
        // SAFETY: whoever made the structure vouched that elements of this type lie in this shape at these steps.
        let numbers = unsafe { gathered::<T>(tensor, &shape, &steps, count) };
        Array::from_vec(numbers, dtype, &shape)
    });
    Ok(Tensor::from_array(array))
}

/// The numbers that a pointer of a structure leads to.
///
/// # Safety
/// `pointer` is null or leads to `length` numbers that live for `'a`.
unsafe fn list<'a>(pointer: *const i64, length: i32) -> &'a [i64] {
    match (pointer.is_null(), usize::try_from(length)) {
        // SAFETY: the caller's.
        (false, Ok(length)) => unsafe { std::slice::from_raw_parts(pointer, length) },
        _ => &[],
    }
}

/// The elements in row-major order.
///
/// # Safety
/// `count` elements of type `T` lie in this shape at these steps from the tensor's first one.
unsafe fn gathered<T: Stored>(
    tensor: &DLTensor,
    shape: &[usize],
    steps: &[isize],
    count: usize,
) -> Vec<T> {
    let first = tensor
        .data
        .cast::<u8>()
        .wrapping_add(tensor.byte_offset as usize)
        .cast::<T>();
    let mut place = vec![0; shape.len()];
    let mut numbers = Vec::with_capacity(count);
    for _ in 0..count {
        let step: isize = place
            .iter()
            .zip(steps)
            .map(|(&i, &step)| i as isize * step)
            .sum();
        // SAFETY: the caller's; nothing promises that they are aligned.
        numbers.push(unsafe { first.offset(step).read_unaligned() });
        for d in (0..shape.len()).rev() {
            place[d] += 1;
            if place[d] < shape[d] {
                break;
            }
            place[d] = 0;
        }
    }
    numbers
}
