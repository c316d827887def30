//! Where a tensor's numbers live: in memory, or on an NVIDIA GPU.

pub mod cuda;

use crate::error::{OrPanic, Result, bail};
use std::fmt;

/// Where a tensor's numbers live and its operations run. PyTorch: `torch.device`.
///
/// ```
/// use wick::Device;
/// assert_eq!(format!("{:?}", Device::Cpu), "device(type='cpu')");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Device {
    /// Main memory and the processor's cores.
    #[default]
    Cpu,
    /// The GPU of that number, as `nvidia-smi` counts them.
    Cuda(usize),
}

impl Device {
    /// The CPU.
    pub fn cpu() -> Device {
        Device::Cpu
    }

    /// The GPU of that number. Panics with an explanation where there is none; see [`Device::try_cuda`]. PyTorch:
    /// `torch.device("cuda", index)`.
    ///
    /// ```no_run
    /// use wick::prelude::*;
    /// let x = Tensor::ones([2, 3]).to(Device::cuda(0));
    /// println!("{:?}", x.device()); // device(type='cuda', index=0)
    /// ```
    #[track_caller]
    pub fn cuda(index: usize) -> Device {
        Device::try_cuda(index).or_panic()
    }

    /// The GPU of that number, or why it cannot be used.
    pub fn try_cuda(index: usize) -> Result<Device> {
        gpu::open(index)?;
        Ok(Device::Cuda(index))
    }

    /// The first GPU if there is one, the CPU if not.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let device = Device::best();
    /// let x = Tensor::ones([2]).to(device);
    /// assert_eq!(x.device(), device);
    /// ```
    pub fn best() -> Device {
        Device::try_cuda(0).unwrap_or(Device::Cpu)
    }

    /// Whether it is a GPU.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert!(!Device::Cpu.is_cuda());
    /// assert!(Device::Cuda(0).is_cuda());
    /// ```
    pub fn is_cuda(self) -> bool {
        matches!(self, Device::Cuda(_))
    }

    /// What the maker calls it: `NVIDIA GeForce RTX 2060`, or `CPU`. PyTorch: `torch.cuda.get_device_name`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Device::Cpu.device_name(), "CPU");
    /// ```
    pub fn device_name(self) -> String {
        match self {
            Device::Cpu => "CPU".to_string(),
            Device::Cuda(index) => gpu::name(index),
        }
    }

    pub(crate) fn candle(self) -> Result<candle_core::Device> {
        match self {
            Device::Cpu => Ok(candle_core::Device::Cpu),
            Device::Cuda(index) => gpu::open(index),
        }
    }

    pub(crate) fn from_candle(device: &candle_core::Device) -> Result<Device> {
        match device.location() {
            candle_core::DeviceLocation::Cpu => Ok(Device::Cpu),
            candle_core::DeviceLocation::Cuda { gpu_id } => Ok(Device::Cuda(gpu_id)),
            candle_core::DeviceLocation::Metal { .. } => {
                bail!("Metal tensors are not supported; move the tensor to the CPU first")
            }
        }
    }
}

/// `cpu`, `cuda:0`, as PyTorch writes it in messages.
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("cpu"),
            Device::Cuda(index) => write!(f, "cuda:{index}"),
        }
    }
}

/// `device(type='cpu')`, as Python shows it.
impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Device::Cpu => f.write_str("device(type='cpu')"),
            Device::Cuda(index) => write!(f, "device(type='cuda', index={index})"),
        }
    }
}

#[cfg(feature = "cuda")]
mod gpu {
    use crate::error::{Error, Result};
    use std::collections::HashMap;
    use std::sync::Mutex;

    /// Candle takes two handles of one GPU for two devices, so each GPU is opened once.
    static OPENED: Mutex<Option<HashMap<usize, candle_core::Device>>> = Mutex::new(None);

    pub(super) fn open(index: usize) -> Result<candle_core::Device> {
        let mut opened = OPENED.lock().unwrap_or_else(|e| e.into_inner());
        let opened = opened.get_or_insert_with(HashMap::new);
        if let Some(device) = opened.get(&index) {
            return Ok(device.clone());
        }
        // The driver's library is loaded on first use, and its absence is a panic there.
        let device = std::panic::catch_unwind(|| candle_core::Device::new_cuda(index))
            .map_err(|_| Error::runtime("Found no NVIDIA driver on your system."))?
            .map_err(|e| Error::runtime(format!("CUDA device {index} cannot be used: {e}")))?;
        opened.insert(index, device.clone());
        Ok(device)
    }

    pub(super) fn name(index: usize) -> String {
        open(index)
            .ok()
            .and_then(|device| {
                let candle_core::Device::Cuda(device) = device else {
                    return None;
                };
                device.cuda_stream().context().name().ok()
            })
            .unwrap_or_else(|| format!("CUDA device {index}"))
    }
}

#[cfg(not(feature = "cuda"))]
mod gpu {
    use crate::error::{Result, bail};

    pub(super) fn open(index: usize) -> Result<candle_core::Device> {
        bail!(
            "Device::cuda({index}): this Wick was built without CUDA. With an NVIDIA driver and the CUDA toolkit \
             installed, run `./install.sh --cuda` (in a cargo project: the feature `cuda` of the crate `wick`). \
             `Device::best()` takes a GPU where there is one and the CPU elsewhere."
        )
    }

    pub(super) fn name(index: usize) -> String {
        format!("CUDA device {index}")
    }
}
