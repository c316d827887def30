//! The numbers that tensors of a file look at.

use std::collections::HashMap;
use std::sync::Arc;

use candle_core::Layout;

use super::damaged;
use super::pickle::{StorageKind, TensorNode};
use crate::error::{Error, Result};
use crate::kernels::Array;
use crate::kernels::array::layout_within;
use crate::storage::Storage;
use crate::{DType, Tensor, state};

/// Reads the bytes of the storage of that key.
pub(super) type ReadStorage<'a> = Box<dyn FnMut(&str) -> Result<Vec<u8>> + 'a>;

/// The storages of a file, read when they are first needed and shared from then on.
pub(super) struct Storages<'a> {
    read: ReadStorage<'a>,
    made: HashMap<(String, StorageKind), Arc<Storage>>,
}

impl<'a> Storages<'a> {
    pub fn new(read: ReadStorage<'a>) -> Self {
        Self {
            read,
            made: HashMap::new(),
        }
    }

    /// The tensor that a file describes.
    pub fn tensor(&mut self, node: &TensorNode) -> Result<Tensor> {
        let storage = self.storage(&node.key, node.kind)?;
        let layout = layout(node, storage.len())?;
        let tensor = Tensor::from_array(Array::new(storage, layout));
        tensor.try_requires_grad_(node.requires_grad)
    }

    fn storage(&mut self, key: &str, kind: StorageKind) -> Result<Arc<Storage>> {
        let known = (key.to_owned(), kind);
        if let Some(storage) = self.made.get(&known) {
            return Ok(storage.clone());
        }
        let storage = kind.storage(&(self.read)(key)?)?;
        self.made.insert(known, storage.clone());
        Ok(storage)
    }
}

/// The layout, if it stays inside of `len` elements.
fn layout(node: &TensorNode, len: usize) -> Result<Layout> {
    if node.size.len() != node.stride.len() {
        return Err(damaged(
            "a tensor has sizes and strides of different counts",
        ));
    }
    layout_within(&node.size, &node.stride, node.offset, len)
        .ok_or_else(|| damaged("a tensor reaches beyond its numbers"))
}

impl StorageKind {
    /// Storage of these little-endian numbers.
    pub fn storage(self, bytes: &[u8]) -> Result<Arc<Storage>> {
        let size = self.size();
        if !bytes.len().is_multiple_of(size) {
            return Err(damaged(format!(
                "{} bytes are no whole numbers of {size} bytes",
                bytes.len()
            )));
        }
        match self {
            Self::Plain(DType::Bool) => {
                // A byte that is neither 0 nor 1 would be a truth value of its own.
                let bytes: Vec<u8> = bytes.iter().map(|&byte| u8::from(byte != 0)).collect();
                state::storage_of(&bytes, DType::Bool)
            }
            Self::Plain(dtype) => state::storage_of(bytes, dtype),
            Self::U16 => Ok(widened(
                bytes
                    .chunks_exact(2)
                    .map(|b| i32::from(u16::from_le_bytes([b[0], b[1]])))
                    .collect(),
            )),
            Self::U32 => Ok(widened(
                bytes
                    .chunks_exact(4)
                    .map(|b| i64::from(u32::from_le_bytes([b[0], b[1], b[2], b[3]])))
                    .collect(),
            )),
            Self::Foreign(name) => Err(Error::dtype(format!(
                "a tensor of the file has the dtype torch.{name}, which Wick does not have; convert it in PyTorch before it \
                 is saved"
            ))),
        }
    }
}

fn widened<T: crate::tensor::TensorElement>(numbers: Vec<T>) -> Arc<Storage> {
    let len = numbers.len();
    Storage::from_cpu(T::store(numbers), T::DTYPE, len)
}
