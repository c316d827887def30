//! What `torch.cuda` answers.

use super::{Device, gpu};
use crate::error::{OrPanic, Result};

/// Whether there is a GPU that this build can use. PyTorch: `torch.cuda.is_available`.
///
/// ```
/// use wick::prelude::*;
/// let device = if cuda::is_available() { Device::cuda(0) } else { Device::Cpu };
/// assert_eq!(device, Device::best());
/// ```
pub fn is_available() -> bool {
    gpu::open(0).is_ok()
}

/// How many GPUs this build can use. PyTorch: `torch.cuda.device_count`.
///
/// ```
/// use wick::prelude::*;
/// assert_eq!(cuda::device_count() > 0, cuda::is_available());
/// ```
pub fn device_count() -> usize {
    (0..).take_while(|&index| gpu::open(index).is_ok()).count()
}

/// The name of the first GPU. Panics where there is none. PyTorch: `torch.cuda.get_device_name`.
///
/// ```no_run
/// use wick::prelude::*;
/// println!("{}", cuda::get_device_name()); // NVIDIA GeForce RTX 2060
/// ```
#[track_caller]
pub fn get_device_name() -> String {
    try_get_device_name().or_panic()
}

/// The name of the first GPU, or why there is none.
pub fn try_get_device_name() -> Result<String> {
    Ok(Device::try_cuda(0)?.device_name())
}
