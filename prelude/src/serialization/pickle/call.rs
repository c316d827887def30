//! The functions and classes that a pickle may name, and what calling them gives.

use super::machine::Machine;
use super::object::{Id, Node, TensorNode};
use crate::DType;
use crate::error::{Error, Result};
use crate::serialization::damaged;

/// Which globals a pickle may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Those of state dicts.
    Weights,
    /// Those, and arrays of NumPy's: for the files of data sets.
    Arrays,
}

/// A function or class of Python's that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    OrderedDict,
    Set,
    ByteArray,
    Complex,
    Encode,
    Size,
    Device,
    TensorType,
    Parameter,
    Storage(StorageKind),
    RebuildTensor,
    RebuildTensorV2,
    RebuildTensorV3,
    RebuildParameter,
    RebuildFromType,
    ForeignDType(&'static str),
    NumPyReconstruct,
    NumPyArray,
    NumPyDType,
}

/// The numbers of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum StorageKind {
    /// Those of a dtype.
    Plain(DType),
    /// Made `i32`.
    U16,
    /// Made `i64`.
    U32,
    /// Of a dtype that Wick does not have.
    Foreign(&'static str),
}

impl StorageKind {
    /// How many bytes a number takes in the file.
    pub fn size(self) -> usize {
        match self {
            Self::Plain(dtype) => dtype.size(),
            Self::U16 => 2,
            Self::U32 => 4,
            Self::Foreign("uint64") => 8,
            Self::Foreign("complex32" | "qint32") => 4,
            Self::Foreign(_) => 1,
        }
    }

    fn of_dtype(name: &str) -> Option<Self> {
        Some(match name {
            "uint16" => Self::U16,
            "uint32" => Self::U32,
            _ => match DType::from_name(name) {
                Some(dtype) => Self::Plain(dtype),
                None => Self::Foreign(FOREIGN.iter().find(|foreign| **foreign == name)?),
            },
        })
    }
}

/// PyTorch's dtypes that have no counterpart here.
const FOREIGN: [&str; 10] = [
    "uint64",
    "complex32",
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
    "float8_e8m0fnu",
    "qint8",
    "quint8",
    "qint32",
];

/// PyTorch's modules whose functions do harm.
const BLOCKED: [&str; 4] = ["sys", "os", "posix", "nt"];

/// What a name stands for.
pub(super) fn global(module: &str, name: &str, allowed: Allowed) -> Result<Node> {
    // Python 2's names.
    let module = match module {
        "__builtin__" => "builtins",
        "copy_reg" => "copyreg",
        module => module,
    };
    let global = match (module, name) {
        ("collections", "OrderedDict" | "Counter") => Global::OrderedDict,
        ("builtins", "set") => Global::Set,
        ("builtins", "bytearray") => Global::ByteArray,
        ("builtins", "complex") => Global::Complex,
        ("_codecs", "encode") => Global::Encode,
        ("torch", "Size") => Global::Size,
        ("torch", "device") => Global::Device,
        ("torch", "Tensor") => Global::TensorType,
        ("torch.nn.parameter", "Parameter") => Global::Parameter,
        ("torch._utils", "_rebuild_tensor") => Global::RebuildTensor,
        ("torch._utils", "_rebuild_tensor_v2") => Global::RebuildTensorV2,
        ("torch._utils", "_rebuild_tensor_v3") => Global::RebuildTensorV3,
        ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
            Global::RebuildParameter
        }
        ("torch._tensor", "_rebuild_from_type_v2") => Global::RebuildFromType,
        ("torch" | "torch.storage", name) if storage(name).is_some() => {
            Global::Storage(storage(name).ok_or_else(|| damaged("a storage without a type"))?)
        }
        ("torch", name) => match StorageKind::of_dtype(name) {
            Some(StorageKind::Plain(dtype)) => return Ok(Node::DType(dtype)),
            Some(StorageKind::U16) => Global::ForeignDType("uint16"),
            Some(StorageKind::U32) => Global::ForeignDType("uint32"),
            Some(StorageKind::Foreign(name)) => Global::ForeignDType(name),
            None => return Err(refused(module, name)),
        },
        ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct")
            if allowed == Allowed::Arrays =>
        {
            Global::NumPyReconstruct
        }
        ("numpy", "ndarray") if allowed == Allowed::Arrays => Global::NumPyArray,
        ("numpy", "dtype") if allowed == Allowed::Arrays => Global::NumPyDType,
        _ => return Err(refused(module, name)),
    };
    Ok(Node::Global(global))
}

fn refused(module: &str, name: &str) -> Error {
    if BLOCKED.contains(&module) {
        return Error::runtime(format!(
            "Weights only load failed. Trying to load unsupported GLOBAL {module}.{name} whose module {module} is blocked. \
             This file wants to run code on your machine."
        ));
    }
    Error::runtime(format!(
        "Weights only load failed. Unsupported global: GLOBAL {module}.{name} was not an allowed global by default. Wick \
         reads only data; in Python, save the state dict alone: torch.save(model.state_dict(), …)"
    ))
}

/// What the storage class of that name holds.
fn storage(class: &str) -> Option<StorageKind> {
    Some(match class.strip_suffix("Storage")? {
        "Float" => StorageKind::Plain(DType::F32),
        "Double" => StorageKind::Plain(DType::F64),
        "Half" => StorageKind::Plain(DType::F16),
        "BFloat16" => StorageKind::Plain(DType::BF16),
        "Long" => StorageKind::Plain(DType::I64),
        "Int" => StorageKind::Plain(DType::I32),
        "Short" => StorageKind::Plain(DType::I16),
        "Byte" | "Untyped" => StorageKind::Plain(DType::U8),
        "Bool" => StorageKind::Plain(DType::Bool),
        "Char" => StorageKind::Plain(DType::I8),
        "ComplexFloat" => StorageKind::Plain(DType::C64),
        "ComplexDouble" => StorageKind::Plain(DType::C128),
        "QInt8" => StorageKind::Foreign("qint8"),
        "QUInt8" => StorageKind::Foreign("quint8"),
        "QInt32" => StorageKind::Foreign("qint32"),
        _ => return None,
    })
}

impl Machine<'_> {
    /// What the function gives for these arguments.
    pub fn call(&mut self, function: Global, arguments: &[Id]) -> Result<Node> {
        let wrong = || {
            damaged(format!(
                "{function:?} is called with other arguments than it has"
            ))
        };
        let node = |machine: &Self, at: usize| {
            arguments
                .get(at)
                .map(|&id| machine.node(id).clone())
                .ok_or_else(wrong)
        };
        Ok(match function {
            Global::OrderedDict if arguments.is_empty() => Node::Dict(Vec::new()),
            Global::OrderedDict => match node(self, 0)? {
                Node::Dict(entries) => Node::Dict(entries),
                Node::List(pairs) => Node::Dict(self.pairs(&pairs)?),
                _ => return Err(wrong()),
            },
            Global::Set => match arguments.first() {
                None => Node::Set(Vec::new()),
                Some(_) => Node::Set(self.items(&node(self, 0)?).ok_or_else(wrong)?),
            },
            Global::ByteArray => match arguments.first() {
                None => Node::Bytes(Vec::new()),
                Some(_) => match node(self, 0)? {
                    Node::Bytes(bytes) => Node::Bytes(bytes),
                    _ => return Err(wrong()),
                },
            },
            Global::Complex => match (node(self, 0)?, node(self, 1)?) {
                (Node::Float(real), Node::Float(imaginary)) => Node::Complex(real, imaginary),
                _ => return Err(wrong()),
            },
            // How protocol 2 writes bytes: as the text whose letters have these numbers.
            Global::Encode => match (node(self, 0)?, node(self, 1)?) {
                (Node::Str(text), Node::Str(code)) if code == "latin1" => {
                    let bytes: Option<Vec<u8>> = text
                        .chars()
                        .map(|letter| u8::try_from(u32::from(letter)).ok())
                        .collect();
                    Node::Bytes(bytes.ok_or_else(wrong)?)
                }
                _ => return Err(wrong()),
            },
            Global::Size => match arguments.first() {
                None => Node::Tuple(Vec::new()),
                Some(_) => Node::Tuple(self.items(&node(self, 0)?).ok_or_else(wrong)?),
            },
            Global::Device => match (node(self, 0)?, arguments.len()) {
                (Node::Str(name), 1) => Node::Device(name),
                (Node::Str(name), _) => match node(self, 1)? {
                    Node::Int(index) => Node::Device(format!("{name}:{index}")),
                    _ => return Err(wrong()),
                },
                _ => return Err(wrong()),
            },
            Global::RebuildTensor => self.tensor(arguments, false, None)?,
            Global::RebuildTensorV2 => {
                let requires_grad = matches!(node(self, 4)?, Node::Bool(true));
                self.tensor(arguments, requires_grad, None)?
            }
            Global::RebuildTensorV3 => {
                let requires_grad = matches!(node(self, 4)?, Node::Bool(true));
                let kind = match node(self, 6)? {
                    Node::DType(dtype) => StorageKind::Plain(dtype),
                    Node::Global(Global::ForeignDType(name)) => {
                        StorageKind::of_dtype(name).ok_or_else(wrong)?
                    }
                    _ => return Err(wrong()),
                };
                self.tensor(arguments, requires_grad, Some(kind))?
            }
            Global::RebuildParameter => match (node(self, 0)?, node(self, 1)?) {
                (Node::Tensor(tensor), Node::Bool(requires_grad)) => Node::Tensor(TensorNode {
                    requires_grad,
                    ..tensor
                }),
                _ => return Err(wrong()),
            },
            // A tensor with attributes of its own, which are left out.
            Global::RebuildFromType => match (node(self, 0)?, node(self, 1)?, node(self, 2)?) {
                (
                    Node::Global(rebuild),
                    Node::Global(Global::TensorType | Global::Parameter),
                    Node::Tuple(inner),
                ) if rebuild != Global::RebuildFromType => self.call(rebuild, &inner)?,
                _ => return Err(wrong()),
            },
            // `Parameter(tensor, requires_grad)`
            Global::Parameter => match node(self, 0)? {
                Node::Tensor(tensor) => {
                    let requires_grad =
                        arguments.len() < 2 || matches!(node(self, 1)?, Node::Bool(true));
                    Node::Tensor(TensorNode {
                        requires_grad,
                        ..tensor
                    })
                }
                _ => return Err(wrong()),
            },
            Global::NumPyReconstruct => Node::NumPy(None),
            Global::NumPyDType => match node(self, 0)? {
                Node::Str(code) if code == "u1" || code == "|u1" => {
                    Node::Global(Global::NumPyDType)
                }
                other => {
                    return Err(Error::dtype(format!(
                        "an array of the file is of the type {other:?}; only bytes are supported here"
                    )));
                }
            },
            Global::TensorType
            | Global::Storage(_)
            | Global::ForeignDType(_)
            | Global::NumPyArray => return Err(wrong()),
        })
    }

    /// `_rebuild_tensor(storage, offset, size, stride, …)`
    fn tensor(
        &self,
        arguments: &[Id],
        requires_grad: bool,
        kind: Option<StorageKind>,
    ) -> Result<Node> {
        let wrong = || {
            damaged("a tensor is made of other things than a storage, an offset, sizes and strides")
        };
        let [storage, offset, size, stride, ..] = *arguments else {
            return Err(wrong());
        };
        let Node::Storage(key, stored) = self.node(storage) else {
            return Err(wrong());
        };
        let number = |id: Id| match self.node(id) {
            Node::Int(value) => usize::try_from(*value).map_err(|_| wrong()),
            _ => Err(wrong()),
        };
        let numbers = |id: Id| match self.node(id) {
            Node::Tuple(items) | Node::List(items) => items
                .iter()
                .map(|&item| number(item))
                .collect::<Result<Vec<_>>>(),
            _ => Err(wrong()),
        };
        Ok(Node::Tensor(TensorNode {
            key: key.clone(),
            kind: kind.unwrap_or(*stored),
            offset: number(offset)?,
            size: numbers(size)?,
            stride: numbers(stride)?,
            requires_grad,
        }))
    }

    /// What a storage's identity, written by `torch.save`, stands for: `("storage", type, key, location, count)`.
    pub fn storage(&self, identity: Id) -> Result<Node> {
        let wrong = || Error::runtime("Only persistent_load of storage is allowed");
        let Node::Tuple(parts) = self.node(identity) else {
            return Err(wrong());
        };
        let parts: Vec<&Node> = parts.iter().map(|&id| self.node(id)).collect();
        match parts[..] {
            [
                Node::Str(tag),
                Node::Global(Global::Storage(kind)),
                Node::Str(key),
                ..,
            ] if tag == "storage" => {
                // Before PyTorch 0.4 a storage could be a part of another one.
                if !matches!(parts.get(5), None | Some(Node::None)) {
                    return Err(Error::runtime(
                        "it holds views of storages, as PyTorch wrote them before 0.4; save it again with a newer one",
                    ));
                }
                Ok(Node::Storage(key.clone(), *kind))
            }
            _ => Err(wrong()),
        }
    }

    /// Gives `object` the state with which it was saved.
    pub fn build(&mut self, object: Id, state: Id) -> Result<()> {
        let filled = match (self.node(object), self.node(state)) {
            // Attributes of dicts, such as `_metadata` of state dicts, and of tensors are left out.
            (Node::Dict(_) | Node::Tensor(_) | Node::Global(Global::NumPyDType), _) => {
                return Ok(());
            }
            (Node::NumPy(None), Node::Tuple(parts)) => self.array(parts)?,
            (other, _) => {
                return Err(Error::runtime(format!(
                    "Weights only load failed. Can only build Tensor, Parameter or OrderedDict, but got {}",
                    other.kind()
                )));
            }
        };
        self.set(object, filled);
        Ok(())
    }

    /// `(version, shape, dtype, is_fortran, bytes)`
    fn array(&self, parts: &[Id]) -> Result<Node> {
        let wrong = || damaged("an array has another state than NumPy gives it");
        let [_, shape, dtype, fortran, bytes] = *parts else {
            return Err(wrong());
        };
        let (Node::Tuple(shape), Node::Global(Global::NumPyDType)) =
            (self.node(shape), self.node(dtype))
        else {
            return Err(wrong());
        };
        let size = |&id: &Id| match self.node(id) {
            Node::Int(size) => usize::try_from(*size).map_err(|_| wrong()),
            _ => Err(wrong()),
        };
        let shape = shape.iter().map(size).collect::<Result<_>>()?;
        let bytes = match self.node(bytes) {
            Node::Bytes(bytes) => bytes.clone(),
            Node::Str(text) => text.clone().into_bytes(),
            _ => return Err(wrong()),
        };
        Ok(Node::NumPy(Some((
            shape,
            bytes,
            matches!(self.node(fortran), Node::Bool(true)),
        ))))
    }

    fn pairs(&self, pairs: &[Id]) -> Result<Vec<(Id, Id)>> {
        let pair = |&id: &Id| match self.node(id) {
            Node::Tuple(pair) | Node::List(pair) if pair.len() == 2 => Ok((pair[0], pair[1])),
            _ => Err(damaged("a dict is made of something else than pairs")),
        };
        pairs.iter().map(pair).collect()
    }

    fn items(&self, node: &Node) -> Option<Vec<Id>> {
        match node {
            Node::List(items) | Node::Tuple(items) | Node::Set(items) => Some(items.clone()),
            _ => None,
        }
    }
}
