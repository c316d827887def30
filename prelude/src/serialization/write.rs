//! Writing the archive that `torch.save` writes.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::pickle::op;
use super::value::Value;
use crate::error::{Error, Result};
use crate::kernels::transfer;
use crate::storage::Storage;
use crate::{DType, Tensor, state};

/// The folder in the archive.
const ROOT: &str = "archive";
/// Where numbers begin, so that PyTorch can map them into memory.
const ALIGNMENT: u16 = 64;

pub(super) fn write(value: &Value, file: &mut File) -> Result<()> {
    let mut pickler = Pickler::default();
    pickler.bytes.extend([op::PROTO, 2]);
    pickler.value(value)?;
    pickler.bytes.push(op::STOP);

    let mut archive = ZipWriter::new(BufWriter::new(file));
    let mut entry = |name: &str, bytes: &[u8]| -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .with_alignment(ALIGNMENT)
            .large_file(bytes.len() >= u32::MAX as usize);
        archive
            .start_file(format!("{ROOT}/{name}"), options)
            .map_err(failed)?;
        archive.write_all(bytes).map_err(failed)
    };
    entry("data.pkl", &pickler.bytes)?;
    entry(".format_version", b"1")?;
    entry(".storage_alignment", ALIGNMENT.to_string().as_bytes())?;
    entry("byteorder", b"little")?;
    for (key, storage) in pickler.storages.iter().enumerate() {
        wick_runtime::interrupt::check();
        entry(&format!("data/{key}"), &state::bytes_of(storage.owner())?)?;
    }
    entry("version", b"3\n")?;
    let mut inner = archive.finish().map_err(failed)?;
    inner.flush().map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::runtime(error.to_string())
}

/// Writes values in protocol 2, the one that `torch.save` uses.
#[derive(Default)]
struct Pickler {
    bytes: Vec<u8>,
    /// The storages met, in the order of their keys.
    storages: Vec<Arc<Storage>>,
    keys: HashMap<usize, usize>,
}

impl Pickler {
    fn value(&mut self, value: &Value) -> Result<()> {
        match value {
            Value::None => self.bytes.push(op::NONE),
            Value::Bool(true) => self.bytes.push(op::NEWTRUE),
            Value::Bool(false) => self.bytes.push(op::NEWFALSE),
            Value::Int(value) => self.int(*value),
            Value::Float(value) => self.float(*value),
            Value::Complex(real, imaginary) => {
                self.global("__builtin__", "complex");
                self.float(*real);
                self.float(*imaginary);
                self.bytes.extend([op::TUPLE2, op::REDUCE]);
            }
            Value::Str(text) => self.text(text),
            Value::Bytes(bytes) => {
                // Protocol 2 has no bytes, only text whose letters have these numbers.
                let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
                self.global("_codecs", "encode");
                self.text(&text);
                self.text("latin1");
                self.bytes.extend([op::TUPLE2, op::REDUCE]);
            }
            Value::DType(dtype) => self.global("torch", dtype.name()),
            Value::Device(name) => {
                self.global("torch", "device");
                match name
                    .split_once(':')
                    .and_then(|(kind, index)| Some((kind, index.parse().ok()?)))
                {
                    Some((kind, index)) => {
                        self.text(kind);
                        self.int(index);
                        self.bytes.push(op::TUPLE2);
                    }
                    None => {
                        self.text(name);
                        self.bytes.push(op::TUPLE1);
                    }
                }
                self.bytes.push(op::REDUCE);
            }
            Value::Tensor(tensor) => self.tensor(tensor)?,
            Value::List(items) => {
                self.bytes.extend([op::EMPTY_LIST, op::MARK]);
                self.values(items)?;
                self.bytes.push(op::APPENDS);
            }
            Value::Tuple(items) => {
                self.bytes.push(op::MARK);
                self.values(items)?;
                self.bytes.push(op::TUPLE);
            }
            Value::Set(items) => {
                self.global("__builtin__", "set");
                self.bytes.extend([op::EMPTY_LIST, op::MARK]);
                self.values(items)?;
                self.bytes.extend([op::APPENDS, op::TUPLE1, op::REDUCE]);
            }
            Value::Dict(entries) => {
                self.bytes.extend([op::EMPTY_DICT, op::MARK]);
                for (key, value) in entries {
                    self.value(key)?;
                    self.value(value)?;
                }
                self.bytes.push(op::SETITEMS);
            }
        }
        Ok(())
    }

    fn values(&mut self, values: &[Value]) -> Result<()> {
        values.iter().try_for_each(|value| self.value(value))
    }

    fn global(&mut self, module: &str, name: &str) {
        self.bytes.push(op::GLOBAL);
        self.bytes.extend(format!("{module}\n{name}\n").bytes());
    }

    fn text(&mut self, text: &str) {
        self.bytes.push(op::BINUNICODE);
        self.bytes.extend((text.len() as u32).to_le_bytes());
        self.bytes.extend(text.bytes());
    }

    fn float(&mut self, value: f64) {
        self.bytes.push(op::BINFLOAT);
        self.bytes.extend(value.to_be_bytes());
    }

    fn int(&mut self, value: i64) {
        if let Ok(value) = i32::try_from(value) {
            self.bytes.push(op::BININT);
            self.bytes.extend(value.to_le_bytes());
        } else {
            self.bytes.extend([op::LONG1, 8]);
            self.bytes.extend(value.to_le_bytes());
        }
    }

    fn sizes(&mut self, sizes: &[usize]) {
        self.bytes.push(op::MARK);
        for &size in sizes {
            self.int(size as i64);
        }
        self.bytes.push(op::TUPLE);
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, OrderedDict())`
    fn tensor(&mut self, tensor: &Tensor) -> Result<()> {
        let array = transfer::whole(tensor.array())?;
        self.global("torch._utils", "_rebuild_tensor_v2");
        self.bytes.push(op::MARK);
        self.storage(&array.storage);
        self.int(array.layout.start_offset() as i64);
        self.sizes(array.dims());
        self.sizes(array.layout.stride());
        self.bytes.push(if tensor.requires_grad() {
            op::NEWTRUE
        } else {
            op::NEWFALSE
        });
        self.global("collections", "OrderedDict");
        self.bytes
            .extend([op::EMPTY_TUPLE, op::REDUCE, op::TUPLE, op::REDUCE]);
        Ok(())
    }

    /// `("storage", type, key, "cpu", count)`, by which the reader finds the numbers.
    fn storage(&mut self, storage: &Arc<Storage>) {
        let next = self.storages.len();
        let key = *self.keys.entry(Arc::as_ptr(storage).addr()).or_insert(next);
        if key == next {
            self.storages.push(storage.clone());
        }
        self.bytes.push(op::MARK);
        self.text("storage");
        self.global("torch", class(storage.dtype()));
        self.text(&key.to_string());
        self.text("cpu");
        self.int(storage.len() as i64);
        self.bytes.extend([op::TUPLE, op::BINPERSID]);
    }
}

fn class(dtype: DType) -> &'static str {
    match dtype {
        DType::F32 => "FloatStorage",
        DType::F64 => "DoubleStorage",
        DType::F16 => "HalfStorage",
        DType::BF16 => "BFloat16Storage",
        DType::I64 => "LongStorage",
        DType::I32 => "IntStorage",
        DType::I16 => "ShortStorage",
        DType::I8 => "CharStorage",
        DType::U8 => "ByteStorage",
        DType::Bool => "BoolStorage",
        DType::C64 => "ComplexFloatStorage",
        DType::C128 => "ComplexDoubleStorage",
    }
}
