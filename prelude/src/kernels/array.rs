//! Numbers with a shape, and nothing of autograd: what kernels take and give.

use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::element::Stored;
use crate::shape::Shape;
use crate::storage::Storage;
use candle_core::{CpuStorage, Layout};
use std::sync::Arc;

/// Shared numbers and where in them each element is.
#[derive(Clone)]
pub(crate) struct Array {
    pub storage: Arc<Storage>,
    pub layout: Arc<Layout>,
}

impl Array {
    pub fn new(storage: Arc<Storage>, layout: Layout) -> Self {
        // Where nothing is looked at, the offset may lie anywhere: keep it inside.
        let layout = if layout.shape().elem_count() == 0 {
            Layout::contiguous(layout.dims())
        } else {
            layout
        };
        Self {
            storage,
            layout: Arc::new(layout),
        }
    }

    /// Fresh contiguous numbers in main memory.
    pub fn from_cpu(data: CpuStorage, dtype: DType, shape: &[usize]) -> Self {
        let storage = Storage::from_cpu(data, dtype, shape.iter().product());
        Self::new(storage, Layout::contiguous(shape))
    }

    /// Fresh contiguous numbers in main memory, of the dtype that goes with the element type.
    pub fn from_vec<T: Stored>(elements: Vec<T>, dtype: DType, shape: &[usize]) -> Self {
        Self::from_cpu(T::wrap(elements), dtype, shape)
    }

    pub fn dtype(&self) -> DType {
        self.storage.dtype()
    }

    pub fn device(&self) -> Device {
        self.storage.device()
    }

    pub fn dims(&self) -> &[usize] {
        self.layout.dims()
    }

    pub fn shape(&self) -> Shape {
        Shape::from(self.dims())
    }

    pub fn numel(&self) -> usize {
        self.dims().iter().product()
    }

    pub fn is_contiguous(&self) -> bool {
        self.layout.is_contiguous()
    }

    /// The same numbers seen through another layout.
    pub fn with_layout(&self, layout: Layout) -> Self {
        Self::new(self.storage.clone(), layout)
    }

    /// The same numbers as another shape; only for a contiguous array of as many elements.
    pub fn reshaped(&self, shape: &[usize]) -> Self {
        debug_assert!(self.is_contiguous() && self.numel() == shape.iter().product::<usize>());
        self.with_layout(Layout::contiguous_with_offset(
            shape,
            self.layout.start_offset(),
        ))
    }

    /// The same numbers with the dimensions in another order.
    pub fn permuted(&self, axes: &[usize]) -> Self {
        let dims: Vec<usize> = axes.iter().map(|&axis| self.dims()[axis]).collect();
        let strides = axes
            .iter()
            .map(|&axis| self.layout.stride()[axis])
            .collect();
        self.with_layout(Layout::new(
            dims.into(),
            strides,
            self.layout.start_offset(),
        ))
    }

    /// The same numbers repeated along dimensions of size 1 or new dimensions in front, to fill `shape`.
    pub fn broadcast(&self, shape: &[usize]) -> Result<Self> {
        if self.dims() == shape {
            return Ok(self.clone());
        }
        Ok(self.with_layout(self.layout.broadcast_as(shape)?))
    }
}

/// Runs a kernel for main memory on inputs that are wherever they are, and puts the result there too.
///
/// On a GPU this is the path of operations that candle has no GPU kernel for: correct, but with two copies.
pub(crate) fn on_cpu<const N: usize>(
    inputs: [&Array; N],
    dtype: DType,
    shape: &[usize],
    kernel: impl FnOnce([(&CpuStorage, &Layout); N]) -> Result<CpuStorage>,
) -> Result<Array> {
    let device = inputs[0].device();
    if let Some(other) = inputs.iter().find(|input| input.device() != device) {
        bail!(
            "Expected all tensors to be on the same device, but found at least two devices, {device} and {}!",
            other.device()
        );
    }
    if device == Device::Cpu {
        let data = locked(inputs, kernel)?;
        return Ok(Array::from_cpu(data, dtype, shape));
    }
    let mut host = Vec::with_capacity(N);
    for input in inputs {
        host.push(super::transfer::to_device(input, Device::Cpu)?);
    }
    let data = locked(std::array::from_fn(|i| &host[i]), kernel)?;
    super::transfer::to_device(&Array::from_cpu(data, dtype, shape), device)
}

/// Locks the inputs for reading, each storage once: a second lock of the same one could wait for a writer that waits
/// for the first.
pub(crate) fn locked<const N: usize, R>(
    inputs: [&Array; N],
    read: impl FnOnce([(&CpuStorage, &Layout); N]) -> Result<R>,
) -> Result<R> {
    let mut guards = Vec::with_capacity(N);
    let mut guard_of = [0; N];
    for (i, input) in inputs.iter().enumerate() {
        guard_of[i] = match inputs[..i]
            .iter()
            .position(|other| other.storage.same_memory(&input.storage))
        {
            Some(earlier) => guard_of[earlier],
            None => {
                guards.push(input.storage.read()?);
                guards.len() - 1
            }
        };
    }
    read(std::array::from_fn(|i| {
        (&*guards[guard_of[i]], &*inputs[i].layout)
    }))
}

/// A layout from a file, if it is one and stays inside of `len` elements.
pub(crate) fn layout_within(
    size: &[usize],
    stride: &[usize],
    offset: usize,
    len: usize,
) -> Option<Layout> {
    let count = size
        .iter()
        .try_fold(1usize, |count, &size| count.checked_mul(size))
        .filter(|&count| count <= isize::MAX as usize / 16)?;
    let last = size
        .iter()
        .zip(stride)
        .try_fold(offset, |last, (&size, &stride)| {
            last.checked_add(size.saturating_sub(1).checked_mul(stride)?)
        });
    let fits = size.len() == stride.len() && (count == 0 || last.is_some_and(|last| last < len));
    fits.then(|| Layout::new(size.to_vec().into(), stride.to_vec(), offset))
}

/// The elements of storage whose dtype is known.
pub(crate) fn elements<T: Stored>(storage: &CpuStorage) -> Result<&[T]> {
    match T::slice(storage) {
        Some(elements) => Ok(elements),
        None => bail!("expected elements of type {}", std::any::type_name::<T>()),
    }
}
