//! What a tensor says of itself.

use super::Tensor;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{OrPanic, Result, bail};
use crate::kernels::array::{elements, locked};
use crate::kernels::element::with_stored;
use crate::shape::{Shape, axis};
use std::sync::Arc;

impl Tensor {
    /// The size of each dimension. It prints as PyTorch's does and compares with arrays. PyTorch: `Tensor.shape`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3]);
    /// assert_eq!(x.shape().to_string(), "torch.Size([2, 3])");
    /// assert_eq!(x.shape(), [2, 3]);
    /// ```
    pub fn shape(&self) -> Shape {
        self.array().shape()
    }

    /// The size of each dimension, as a plain vector. PyTorch: `Tensor.shape`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::zeros([2, 3]).dims(), vec![2, 3]);
    /// ```
    pub fn dims(&self) -> Vec<usize> {
        self.array().dims().to_vec()
    }

    /// The size of one dimension; -1 is the last. Fails if there is no such dimension. PyTorch: `Tensor.size`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let batch = Tensor::zeros([64, 1, 28, 28]);
    /// assert_eq!((batch.size(0), batch.size(-1)), (64, 28));
    /// ```
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

    /// How many dimensions there are. PyTorch: `Tensor.dim`, `Tensor.ndim`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::zeros([2, 3]).dim(), 2);
    /// assert_eq!(tensor!(1.5).dim(), 0);
    /// ```
    pub fn dim(&self) -> usize {
        self.array().dims().len()
    }

    /// [`Tensor::dim`] by its other name. PyTorch: `Tensor.ndimension`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::zeros([2, 3]).ndimension(), 2);
    /// ```
    pub fn ndimension(&self) -> usize {
        self.dim()
    }

    /// How many elements there are. PyTorch: `Tensor.numel`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::zeros([2, 3]).numel(), 6);
    /// ```
    pub fn numel(&self) -> usize {
        self.array().numel()
    }

    /// [`Tensor::numel`] by its other name. PyTorch: `Tensor.nelement`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::zeros([2, 3]).nelement(), 6);
    /// ```
    pub fn nelement(&self) -> usize {
        self.numel()
    }

    /// How many bytes an element takes. PyTorch: `Tensor.element_size`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3]);
    /// assert_eq!(x.element_size() * x.numel(), 24);
    /// ```
    pub fn element_size(&self) -> usize {
        self.dtype().size()
    }

    /// How many bytes the elements take. PyTorch: `Tensor.nbytes`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Tensor::zeros([2, 3]).nbytes(), 24);
    /// ```
    pub fn nbytes(&self) -> usize {
        self.element_size() * self.numel()
    }

    /// Whether another tensor has the same sizes. PyTorch: `Tensor.is_same_size`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3]);
    /// assert!(x.is_same_size(&tensor!([[1, 2, 3], [4, 5, 6]])) && !x.is_same_size(&x.t()));
    /// ```
    pub fn is_same_size(&self, other: &Tensor) -> bool {
        self.shape() == other.shape()
    }

    /// Whether another tensor is the same part of the same memory. PyTorch: `Tensor.is_set_to`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3]);
    /// assert!(x.detach().is_set_to(&x) && !x.t().is_set_to(&x));
    /// ```
    pub fn is_set_to(&self, other: &Tensor) -> bool {
        let (a, b) = (self.array(), other.array());
        self.shares_storage(other)
            && a.dims() == b.dims()
            && a.layout.stride() == b.layout.stride()
            && a.layout.start_offset() == b.layout.start_offset()
    }

    /// Where in main memory the first element is, for telling which tensors share it; 0 if there are no elements.
    /// PyTorch: `Tensor.data_ptr`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2., 3.]);
    /// assert_eq!(x.view([3, 1]).data_ptr(), x.data_ptr());
    /// assert_eq!(x.i(1..).data_ptr(), x.data_ptr() + x.element_size());
    /// ```
    #[track_caller]
    pub fn data_ptr(&self) -> usize {
        self.try_data_ptr().or_panic()
    }

    /// Like [`Tensor::data_ptr`]. Fails on a GPU, whose memory has no address here.
    pub fn try_data_ptr(&self) -> Result<usize> {
        let array = self.array();
        if array.device() != Device::Cpu {
            bail!(
                "a tensor on {} has no address in main memory; a.is_set_to(&b) tells whether two tensors are the same memory",
                array.device()
            );
        }
        if array.numel() == 0 {
            return Ok(0);
        }
        let dtype = array.dtype();
        let start = locked(
            [&array],
            |[(data, _)]| with_stored!(dtype, T => Ok(elements::<T>(data)?.as_ptr().addr())),
        )?;
        Ok(start + array.layout.start_offset() * self.element_size())
    }

    /// The element type. PyTorch: `Tensor.dtype`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2]).dtype(), DType::I64);
    /// assert_eq!(tensor!([1., 2.]).dtype().to_string(), "torch.float32");
    /// ```
    pub fn dtype(&self) -> DType {
        self.array().dtype()
    }

    /// Where the numbers are: in main memory or on a GPU. PyTorch: `Tensor.device`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.]).device(), Device::Cpu);
    /// ```
    pub fn device(&self) -> Device {
        self.array().device()
    }

    /// How many elements lie between neighbours along each dimension. PyTorch: `Tensor.stride`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3]);
    /// assert_eq!(x.stride(), [3, 1]);
    /// assert_eq!(x.t().stride(), [1, 3]);
    /// ```
    pub fn stride(&self) -> Vec<usize> {
        self.array().layout.stride().to_vec()
    }

    /// Where in the storage the first element is, in elements. PyTorch: `Tensor.storage_offset`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2, 3]).i(1..).storage_offset(), 1);
    /// ```
    pub fn storage_offset(&self) -> usize {
        self.array().layout.start_offset()
    }

    /// Whether the elements lie in row-major order without gaps. PyTorch: `Tensor.is_contiguous`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 3]);
    /// assert!(x.is_contiguous() && !x.t().is_contiguous());
    /// ```
    pub fn is_contiguous(&self) -> bool {
        self.array().is_contiguous()
    }

    /// Whether it is a view of another tensor, so that writing to one changes both. PyTorch: `Tensor._is_view`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 2], [3, 4]]);
    /// assert!(x.t().is_view() && !x.is_view());
    /// ```
    pub fn is_view(&self) -> bool {
        self.view_base().is_some()
    }

    /// Whether the elements are floats. PyTorch: `Tensor.is_floating_point`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert!(tensor!([1.]).is_floating_point() && !tensor!([1]).is_floating_point());
    /// ```
    pub fn is_floating_point(&self) -> bool {
        self.dtype().is_floating_point()
    }

    /// Whether the elements are complex numbers. PyTorch: `Tensor.is_complex`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert!(tensor!([Complex::new(1., 2.)]).is_complex() && !tensor!([1.]).is_complex());
    /// ```
    pub fn is_complex(&self) -> bool {
        self.dtype().is_complex()
    }

    /// How often the numbers were changed in place. The tape compares it to notice that numbers it saved are no longer
    /// there. PyTorch: `Tensor._version`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]);
    /// x.add_(1.);
    /// x.mul_(2.);
    /// assert_eq!(x.version(), 2);
    /// ```
    pub fn version(&self) -> u64 {
        self.array().storage.version()
    }

    /// Whether both handles are of one tensor: Python's `a is b`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1, 2]);
    /// assert!(a.same_as(&a.clone()) && !a.same_as(&a.copy()));
    /// ```
    pub fn same_as(&self, other: &Tensor) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether both tensors look at the same numbers, so that writing to one may change the other. PyTorch: equal
    /// `Tensor.untyped_storage`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2], [3, 4]]);
    /// assert!(a.shares_storage(&a.t()) && !a.shares_storage(&a.copy()));
    /// ```
    pub fn shares_storage(&self, other: &Tensor) -> bool {
        self.array().storage.same_memory(&other.array().storage)
    }

    /// Makes this tensor hold the numbers of `other`, without copying. Every handle to it sees the new shape, dtype and
    /// device; gradients and `requires_grad` stay. PyTorch: setting `Tensor.data`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let weight = tensor!([1., 2.]).requires_grad_(true);
    /// weight.set_data(&tensor!([3., 4., 5.]));
    /// assert_eq!(weight.to_string(), "tensor([3., 4., 5.], requires_grad=True)");
    /// ```
    pub fn set_data(&self, other: &Tensor) {
        self.replace_array(other.array());
    }
}
