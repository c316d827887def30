//! Files of the safetensors format.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use candle_core::Layout;
use safetensors::{Dtype, SafeTensors, View};

use super::pickle::StorageKind;
use super::{damaged, io, persist};
use crate::error::{Error, OrPanic, Result};
use crate::kernels::Array;
use crate::nn::StateDict;
use crate::{DType, Tensor, state};

/// Reads the tensors of a safetensors file, in the order in which they lie there: `safetensors.torch.load_file`.
///
/// ```
/// use wick::prelude::*;
/// use wick::serialization::{load_file, save_file};
///
/// let path = std::env::temp_dir().join(format!("wick-load-{}.safetensors", std::process::id()));
/// let net = Linear::new(2, 3);
/// save_file(&net.state_dict(), &path);
/// net.load_state_dict(&load_file(&path)).unwrap();
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Panics
/// When the file cannot be read, is damaged, or holds a dtype that Wick does not have.
#[track_caller]
pub fn load_file(path: impl AsRef<Path>) -> StateDict {
    try_load_file(path).or_panic()
}

/// [`load_file`] that returns what is wrong as an error.
///
/// # Errors
/// Where that panics.
pub fn try_load_file(path: impl AsRef<Path>) -> Result<StateDict> {
    let path = path.as_ref();
    read(path).map_err(|error| Error::runtime(format!("{}: {error}", path.display())))
}

/// Writes tensors to a safetensors file: `safetensors.torch.save_file`. The format knows no shared numbers, so every
/// tensor gets its own.
///
/// ```
/// use wick::prelude::*;
/// use wick::serialization::{load_file, save_file};
///
/// let path = std::env::temp_dir().join(format!("wick-save-{}.safetensors", std::process::id()));
/// save_file(&Linear::new(2, 3).state_dict(), &path);
/// let shapes: Vec<_> = load_file(&path).iter().map(|(name, x)| format!("{name} {:?}", x.dims())).collect();
/// assert_eq!(shapes, ["bias [3]", "weight [3, 2]"]);
/// std::fs::remove_file(&path).unwrap();
/// ```
///
/// # Panics
/// When the file cannot be written, or a tensor is `c128`, which the format does not have.
#[track_caller]
pub fn save_file(tensors: &StateDict, path: impl AsRef<Path>) {
    try_save_file(tensors, path).or_panic();
}

/// [`save_file`] that returns what is wrong as an error.
///
/// # Errors
/// Where that panics.
pub fn try_save_file(tensors: &StateDict, path: impl AsRef<Path>) -> Result<()> {
    let entry = |(name, tensor): (&str, &Tensor)| {
        if tensor.dtype() == DType::C128 {
            return Err(Error::dtype(format!(
                "{name} is of dtype complex128, which safetensors does not have; convert it first: x.to(DType::C64), or \
                 save its parts: x.view_as_real()"
            )));
        }
        let parts = match tensor.is_complex() {
            true => tensor.detach().try_view_as_real()?,
            false => tensor.detach(),
        };
        Ok((
            name.to_owned(),
            Entry {
                dtype: tensor.dtype(),
                shape: tensor.dims(),
                bytes: state::bytes_of(&parts.contiguous().to_candle()?)?,
            },
        ))
    };
    let entries = tensors.iter().map(entry).collect::<Result<Vec<_>>>()?;
    let metadata = std::collections::HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let bytes = safetensors::serialize(entries, Some(metadata))
        .map_err(|error| Error::runtime(error.to_string()))?;
    persist(path.as_ref(), &mut |file| {
        file.write_all(&bytes).map_err(io)
    })
}

struct Entry {
    dtype: DType,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl View for Entry {
    fn dtype(&self) -> Dtype {
        match self.dtype {
            DType::F32 => Dtype::F32,
            DType::F64 => Dtype::F64,
            DType::F16 => Dtype::F16,
            DType::BF16 => Dtype::BF16,
            DType::I64 => Dtype::I64,
            DType::I32 => Dtype::I32,
            DType::I16 => Dtype::I16,
            DType::I8 => Dtype::I8,
            DType::U8 => Dtype::U8,
            DType::Bool => Dtype::BOOL,
            DType::C64 | DType::C128 => Dtype::C64,
        }
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> std::borrow::Cow<'_, [u8]> {
        self.bytes.as_slice().into()
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

fn read(path: &Path) -> Result<StateDict> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .map_err(io)?;
    let file = SafeTensors::deserialize(&bytes).map_err(damaged)?;
    let mut views: Vec<_> = file.iter().collect();
    // The names come in no order; the numbers do.
    views.sort_by_key(|(name, view)| (view.data().as_ptr().addr(), name.to_string()));
    let entry = |(name, view): (&str, safetensors::tensor::TensorView<'_>)| {
        let kind = kind(view.dtype()).ok_or_else(|| {
            Error::dtype(format!(
                "{name} has the dtype {:?}, which Wick does not have",
                view.dtype()
            ))
        })?;
        let storage = kind.storage(view.data())?;
        let layout = Layout::contiguous(view.shape());
        Ok((
            name.to_owned(),
            Tensor::from_array(Array::new(storage, layout)),
        ))
    };
    views.into_iter().map(entry).collect()
}

fn kind(dtype: Dtype) -> Option<StorageKind> {
    Some(match dtype {
        Dtype::F32 => StorageKind::Plain(DType::F32),
        Dtype::F64 => StorageKind::Plain(DType::F64),
        Dtype::F16 => StorageKind::Plain(DType::F16),
        Dtype::BF16 => StorageKind::Plain(DType::BF16),
        Dtype::I64 => StorageKind::Plain(DType::I64),
        Dtype::I32 => StorageKind::Plain(DType::I32),
        Dtype::I16 => StorageKind::Plain(DType::I16),
        Dtype::I8 => StorageKind::Plain(DType::I8),
        Dtype::U8 => StorageKind::Plain(DType::U8),
        Dtype::BOOL => StorageKind::Plain(DType::Bool),
        Dtype::C64 => StorageKind::Plain(DType::C64),
        Dtype::U16 => StorageKind::U16,
        Dtype::U32 => StorageKind::U32,
        _ => return None,
    })
}
