//! How a tensor is to be created.

use crate::device::Device;
use crate::dtype::DType;

/// The dtype, the device and whether gradients are wanted: what Python passes as `dtype=`, `device=` and
/// `requires_grad=`. A [`DType`] or a [`Device`] alone will do as well.
///
/// ```
/// use wick::prelude::*;
/// let options = TensorOptions::new().dtype(DType::F64).device(Device::Cpu).requires_grad(true);
/// let t = Tensor::zeros_with([2], options);
/// assert_eq!(t.to_string(), "tensor([0., 0.], dtype=torch.float64, requires_grad=True)");
/// let n = Tensor::ones_with(3, DType::I64);
/// assert_eq!(n.to_string(), "tensor([1, 1, 1])");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TensorOptions {
    pub(crate) dtype: Option<DType>,
    pub(crate) device: Device,
    pub(crate) requires_grad: bool,
}

impl TensorOptions {
    /// What a creation does by itself: its own dtype, on the CPU, no gradients.
    #[inline(never)]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this dtype.
    pub fn dtype(mut self, dtype: DType) -> Self {
        self.dtype = Some(dtype);
        self
    }

    /// The dtype of floats made so.
    pub(crate) fn float_dtype(self) -> DType {
        self.dtype.unwrap_or_else(crate::get_default_dtype)
    }

    /// With the default dtype for floats where there is none.
    pub(crate) fn or_default_dtype(self) -> Self {
        self.dtype(self.float_dtype())
    }

    /// On this device.
    pub fn device(mut self, device: Device) -> Self {
        self.device = device;
        self
    }

    /// Whether gradients are wanted.
    pub fn requires_grad(mut self, requires_grad: bool) -> Self {
        self.requires_grad = requires_grad;
        self
    }
}

impl From<DType> for TensorOptions {
    fn from(dtype: DType) -> Self {
        Self::new().dtype(dtype)
    }
}

impl From<Device> for TensorOptions {
    fn from(device: Device) -> Self {
        Self::new().device(device)
    }
}

impl From<(DType, Device)> for TensorOptions {
    fn from((dtype, device): (DType, Device)) -> Self {
        Self::new().dtype(dtype).device(device)
    }
}
