//! The numbers behind tensors, shared by all views of them.

use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Error, Result};
use candle_core::op::BackpropOp;
use candle_core::{CpuStorage, InplaceOp1, Layout};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A flat run of numbers in candle's storage, with a count of the times it was written to.
///
/// It is held through a candle tensor, so that handing it to candle and taking it back costs nothing; Wick's own
/// layouts say which element is where.
pub(crate) struct Storage {
    owner: candle_core::Tensor,
    dtype: DType,
    device: Device,
    /// Shared by every [`Storage`] that sees the same memory.
    version: Arc<AtomicU64>,
    /// Whether it was made in inference mode: autograd must have nothing to do with it outside.
    inference: bool,
}

impl Storage {
    /// Storage that holds `data`, all of which is part of a tensor of `len` elements. Complex numbers lie there as
    /// pairs of floats.
    pub fn from_cpu(data: CpuStorage, dtype: DType, len: usize) -> Arc<Storage> {
        let owner = candle_core::Tensor::from_storage(
            candle_core::Storage::Cpu(data),
            len * dtype.parts(),
            BackpropOp::none(),
            false,
        );
        Arc::new(Storage {
            owner,
            dtype,
            device: Device::Cpu,
            version: Arc::default(),
            inference: crate::autograd::is_inference_mode_enabled(),
        })
    }

    /// Storage that a candle tensor already has.
    pub fn from_candle(owner: candle_core::Tensor, dtype: DType, device: Device) -> Arc<Storage> {
        Arc::new(Storage {
            owner,
            dtype,
            device,
            version: Arc::default(),
            inference: crate::autograd::is_inference_mode_enabled(),
        })
    }

    /// The same memory as numbers of another dtype that lie in it in the same way: complex numbers as their parts, or
    /// the other way round.
    pub fn seen_as(&self, dtype: DType) -> Arc<Storage> {
        debug_assert_eq!(self.dtype.candle(), dtype.candle());
        Arc::new(Storage {
            owner: self.owner.clone(),
            dtype,
            device: self.device,
            version: self.version.clone(),
            inference: self.inference,
        })
    }

    /// Whether both are the same memory, of whatever dtype.
    pub fn same_memory(&self, other: &Storage) -> bool {
        Arc::ptr_eq(&self.version, &other.version)
    }

    /// Whether nobody but the holder of this handle can see the memory.
    pub fn is_unshared(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) == 1 && Arc::strong_count(&self.version) == 1
    }

    /// How many elements it holds.
    pub fn len(&self) -> usize {
        self.owner.elem_count() / self.dtype.parts()
    }

    pub fn dtype(&self) -> DType {
        self.dtype
    }

    pub fn device(&self) -> Device {
        self.device
    }

    /// The candle tensor that owns the numbers.
    pub fn owner(&self) -> &candle_core::Tensor {
        &self.owner
    }

    /// Whether it was made in inference mode.
    pub fn is_inference(&self) -> bool {
        self.inference
    }

    /// How often the numbers were written to since they were made.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// Notes that the numbers were written to.
    pub fn bump_version(&self) {
        self.version.fetch_add(1, Ordering::AcqRel);
    }

    /// Read access to numbers in main memory.
    pub fn read(&self) -> Result<CpuGuard<'_>> {
        let (guard, _) = self.owner.storage_and_layout();
        match &*guard {
            candle_core::Storage::Cpu(_) => Ok(CpuGuard(guard)),
            _ => Err(Error::runtime(format!(
                "expected a tensor on the cpu, but it is on {}",
                self.device
            ))),
        }
    }

    /// Write access to numbers in main memory, for as long as `write` runs.
    pub fn write<R>(&self, write: impl FnOnce(&mut CpuStorage) -> R) -> Result<R> {
        let op = Write {
            write: std::cell::Cell::new(Some(write)),
            result: std::cell::Cell::new(None),
        };
        self.owner.inplace_op1(&op)?;
        op.result
            .into_inner()
            .ok_or_else(|| Error::runtime("the storage could not be written"))
    }
}

/// Locked storage that is known to be in main memory.
pub(crate) struct CpuGuard<'a>(candle_core::StorageRef<'a>);

impl Deref for CpuGuard<'_> {
    type Target = CpuStorage;
    fn deref(&self) -> &CpuStorage {
        match &*self.0 {
            candle_core::Storage::Cpu(storage) => storage,
            _ => unreachable!("a CpuGuard is only made for storage in main memory"),
        }
    }
}

/// Candle lends mutable storage only to an "in-place op"; this one runs a closure.
struct Write<F, R> {
    write: std::cell::Cell<Option<F>>,
    result: std::cell::Cell<Option<R>>,
}

impl<R, F: FnOnce(&mut CpuStorage) -> R> InplaceOp1 for Write<F, R> {
    fn name(&self) -> &'static str {
        "write"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, _: &Layout) -> candle_core::Result<()> {
        if let Some(write) = self.write.take() {
            self.result.set(Some(write(storage)));
        }
        Ok(())
    }
}
