//! What a tensor says of itself.

use super::Tensor;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{OrPanic, Result};
use crate::shape::{Shape, axis};
use std::sync::Arc;

impl Tensor {
    /// The size of each dimension; shows itself as `torch.Size([2, 3])`.
    pub fn shape(&self) -> Shape {
        self.array().shape()
    }

    /// The size of each dimension, as a plain vector.
    pub fn dims(&self) -> Vec<usize> {
        self.array().dims().to_vec()
    }

    /// The size of one dimension; -1 is the last.
    #[track_caller]
    pub fn size(&self, dim: i64) -> usize {
        self.try_size(dim).or_panic()
    }

    /// Like [`Tensor::size`]. Fails if there is no such dimension.
    pub fn try_size(&self, dim: i64) -> Result<usize> {
        let shape = self.shape();
        let axis = axis(dim, shape.rank())?;
        shape.get(axis).copied().ok_or_else(|| {
            crate::Error::index(format!(
                "Dimension specified as {dim} but tensor has no dimensions"
            ))
        })
    }

    /// How many dimensions there are (`tensor.dim()`, `tensor.ndim`).
    pub fn dim(&self) -> usize {
        self.array().dims().len()
    }

    /// [`Tensor::dim`].
    pub fn ndimension(&self) -> usize {
        self.dim()
    }

    /// How many elements there are.
    pub fn numel(&self) -> usize {
        self.array().numel()
    }

    /// [`Tensor::numel`].
    pub fn nelement(&self) -> usize {
        self.numel()
    }

    /// How many bytes an element takes.
    pub fn element_size(&self) -> usize {
        self.dtype().size()
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        self.array().dtype()
    }

    /// Where the numbers are.
    pub fn device(&self) -> Device {
        self.array().device()
    }

    /// How many elements lie between neighbours along each dimension.
    pub fn stride(&self) -> Vec<usize> {
        self.array().layout.stride().to_vec()
    }

    /// Where in the storage the first element is.
    pub fn storage_offset(&self) -> usize {
        self.array().layout.start_offset()
    }

    /// Whether the elements lie in row-major order without gaps.
    pub fn is_contiguous(&self) -> bool {
        self.array().is_contiguous()
    }

    /// Whether it is a view of another tensor.
    pub fn is_view(&self) -> bool {
        self.view_base().is_some()
    }

    /// Whether the elements are floats.
    pub fn is_floating_point(&self) -> bool {
        self.dtype().is_floating_point()
    }

    /// Whether the elements are complex numbers.
    pub fn is_complex(&self) -> bool {
        self.dtype().is_complex()
    }

    /// How often the numbers were changed in place (`tensor._version`).
    pub fn version(&self) -> u64 {
        self.array().storage.version()
    }

    /// Whether both handles are of one tensor (Python's `a is b`).
    pub fn same_as(&self, other: &Tensor) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether both tensors look at the same numbers.
    pub fn shares_storage(&self, other: &Tensor) -> bool {
        self.array().storage.same_memory(&other.array().storage)
    }

    /// Makes this tensor hold the numbers of `other`, without copying (`tensor.data = other`): every handle to it sees
    /// the new shape, dtype and device. Gradients and `requires_grad` stay.
    pub fn set_data(&self, other: &Tensor) {
        self.replace_array(other.array());
    }
}
