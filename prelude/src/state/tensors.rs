//! The tensors of a state, each once, whatever holds it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::kernels::array::layout_within;
use crate::kernels::{Array, transfer};
use crate::storage::Storage;
use crate::{DType, Device, Error, Result, Tensor};

/// How a tensor looks at its storage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Described {
    pub storage: usize,
    pub dtype: String,
    pub device: String,
    pub shape: Vec<usize>,
    pub stride: Vec<usize>,
    pub offset: usize,
    pub requires_grad: bool,
    /// The number of its gradient in the list.
    pub grad: Option<usize>,
}

/// The tensors met while values are written.
#[derive(Default)]
pub(super) struct Collected {
    pub described: Vec<Described>,
    pub storages: Vec<Arc<Storage>>,
    by_id: HashMap<u64, usize>,
    /// Held, so that no other tensor or storage gets their identity.
    held: Vec<Tensor>,
}

impl Collected {
    fn number_of(&mut self, tensor: &Tensor) -> Result<usize> {
        if let Some(number) = self.by_id.get(&tensor.id()) {
            return Ok(*number);
        }
        let array = transfer::whole(tensor.array())?;
        let known = |storage: &Arc<Storage>| Arc::ptr_eq(storage, &array.storage);
        let storage = self.storages.iter().position(known).unwrap_or_else(|| {
            self.storages.push(array.storage.clone());
            self.storages.len() - 1
        });
        let number = self.described.len();
        self.by_id.insert(tensor.id(), number);
        self.held.push(tensor.clone());
        self.described.push(Described {
            storage,
            dtype: array.dtype().name().to_owned(),
            device: array.device().to_string(),
            shape: array.dims().to_vec(),
            stride: array.layout.stride().to_vec(),
            offset: array.layout.start_offset(),
            requires_grad: tensor.requires_grad(),
            grad: None,
        });
        // Only a leaf has one; asking another tensor would make PyTorch warn.
        let grad = tensor.is_leaf().then(|| tensor.grad()).flatten();
        self.described[number].grad = grad.map(|grad| self.number_of(&grad)).transpose()?;
        Ok(number)
    }
}

/// The tensors of an opened state, made when they are first asked for.
pub(super) struct Restored {
    pub described: Vec<Described>,
    /// Reads the bytes of a storage.
    pub read: Box<dyn FnMut(usize) -> Result<Vec<u8>>>,
    pub storages: HashMap<usize, Arc<Storage>>,
    pub made: HashMap<usize, Tensor>,
}

impl Restored {
    fn tensor_of(&mut self, number: usize) -> Result<Tensor> {
        if let Some(tensor) = self.made.get(&number) {
            return Ok(tensor.clone());
        }
        let damaged = |what: &str| Error::runtime(format!("the file is damaged: {what}"));
        let described = self.described.get(number).cloned();
        let described =
            described.ok_or_else(|| damaged("it names a tensor that it does not hold"))?;
        let storage = self.storage_of(&described)?;
        let Described {
            shape,
            stride,
            offset,
            ..
        } = &described;
        let layout = layout_within(shape, stride, *offset, storage.len())
            .ok_or_else(|| damaged("a tensor reaches beyond its numbers"))?;
        let tensor = Tensor::from_array(Array::new(storage, layout));
        let tensor = tensor.try_requires_grad_(described.requires_grad)?;
        self.made.insert(number, tensor.clone());
        if let Some(grad) = described.grad.filter(|grad| *grad != number) {
            let grad = self.tensor_of(grad)?;
            tensor.set_grad(Some(grad));
        }
        Ok(tensor)
    }

    fn storage_of(&mut self, described: &Described) -> Result<Arc<Storage>> {
        if let Some(storage) = self.storages.get(&described.storage) {
            return Ok(storage.clone());
        }
        let dtype = DType::from_name(&described.dtype).ok_or_else(|| {
            let dtype = &described.dtype;
            Error::runtime(format!(
                "the file holds numbers of an unknown dtype, {dtype}"
            ))
        })?;
        let mut storage = storage_of(&(self.read)(described.storage)?, dtype)?;
        // Where there is no such GPU, the CPU does.
        if let Some(index) = described.device.strip_prefix("cuda:")
            && let Ok(device) = Device::try_cuda(index.parse().unwrap_or(0))
        {
            let owner = storage.owner().to_device(&device.candle()?)?;
            storage = Storage::from_candle(owner, dtype, device);
        }
        self.storages.insert(described.storage, storage.clone());
        Ok(storage)
    }
}

/// Storage in main memory of numbers as they lie in memory.
pub(crate) fn storage_of(bytes: &[u8], dtype: DType) -> Result<Arc<Storage>> {
    let count = bytes.len() / dtype.size() * dtype.parts();
    let cpu = candle_core::Device::Cpu;
    let owner = candle_core::Tensor::from_raw_buffer(bytes, dtype.candle(), &[count], &cpu)?;
    Ok(Storage::from_candle(owner, dtype, Device::Cpu))
}

/// The numbers of a tensor as they lie in memory.
pub(crate) fn bytes_of(tensor: &candle_core::Tensor) -> Result<Vec<u8>> {
    let tensor = tensor.to_device(&candle_core::Device::Cpu)?.flatten_all()?;
    Ok(safetensors::View::data(&tensor).into_owned())
}

thread_local! {
    static COLLECTED: RefCell<Option<Collected>> = const { RefCell::new(None) };
    static RESTORED: RefCell<Option<Restored>> = const { RefCell::new(None) };
}

/// Runs `write`, collecting the tensors that it serializes.
pub(super) fn collecting<R>(write: impl FnOnce() -> R) -> (R, Collected) {
    let outer = COLLECTED.replace(Some(Collected::default()));
    let result = write();
    let collected = COLLECTED.replace(outer).unwrap_or_default();
    (result, collected)
}

/// Runs `read`, which finds the tensors of `restored` by number.
pub(super) fn restoring<R>(restored: Restored, read: impl FnOnce() -> R) -> R {
    let outer = RESTORED.replace(Some(restored));
    let result = read();
    RESTORED.replace(outer);
    result
}

/// The number of a tensor in the state that is being written, if one is.
pub(crate) fn number_of(tensor: &Tensor) -> Option<Result<usize>> {
    COLLECTED.with_borrow_mut(|it| it.as_mut().map(|collected| collected.number_of(tensor)))
}

/// Whether a state is being read.
pub(crate) fn is_read() -> bool {
    RESTORED.with_borrow(Option::is_some)
}

/// The tensor of that number in the state that is being read.
pub(crate) fn tensor_of(number: usize) -> Result<Tensor> {
    RESTORED.with_borrow_mut(|it| match it {
        Some(restored) => restored.tensor_of(number),
        None => Err(Error::runtime("no state is being read")),
    })
}
