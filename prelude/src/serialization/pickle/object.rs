//! What a pickle made.

use super::call::{Global, StorageKind};
use crate::error::{Error, Result};
use crate::serialization::damaged;
use crate::serialization::value::Value;
use crate::{DType, Tensor};

/// Where an object is in the list of all of them. Objects can hold each other, so they are held by number.
pub(super) type Id = usize;

/// How deep lists and dicts may hold each other.
const DEEPEST: usize = 256;
/// How many parts a value may have at least; one object may be part of others many times.
const MANY: usize = 1 << 20;

/// An object as the machine sees it.
#[derive(Debug, Clone)]
pub(super) enum Node {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Complex(f64, f64),
    Str(String),
    Bytes(Vec<u8>),
    DType(DType),
    Device(String),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Set(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Global(Global),
    Storage(String, StorageKind),
    Tensor(TensorNode),
    /// An array of NumPy's, in parts: it is made empty and filled afterwards.
    NumPy(Option<(Vec<usize>, Vec<u8>, bool)>),
}

/// A tensor that looks at the storage of a key.
#[derive(Debug, Clone)]
pub(crate) struct TensorNode {
    pub key: String,
    pub kind: StorageKind,
    pub offset: usize,
    pub size: Vec<usize>,
    pub stride: Vec<usize>,
    pub requires_grad: bool,
}

impl Node {
    /// Python's name of the type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Complex(..) => "complex",
            Self::Str(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::DType(_) => "torch.dtype",
            Self::Device(_) => "torch.device",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Set(_) => "set",
            Self::Dict(_) => "dict",
            Self::Global(_) => "type",
            Self::Storage(..) => "Storage",
            Self::Tensor(_) => "Tensor",
            Self::NumPy(_) => "ndarray",
        }
    }
}

/// All that a pickle made, and which of it is the result.
#[derive(Debug)]
pub(crate) struct Object {
    pub(super) nodes: Vec<Node>,
    pub(super) root: Id,
}

impl Object {
    /// The result, if it is an integer.
    pub fn integer(&self) -> Option<i128> {
        match self.nodes.get(self.root)? {
            Node::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The keys of all storages that were met, with the bytes that one number of each takes.
    pub fn storages(&self) -> impl Iterator<Item = (&str, usize)> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Storage(key, kind) => Some((key.as_str(), kind.size())),
            _ => None,
        })
    }

    /// The result as a value whose tensors `tensor` makes.
    pub fn value(&self, tensor: &mut dyn FnMut(&TensorNode) -> Result<Tensor>) -> Result<Value> {
        let parts = MANY.max(4 * self.nodes.len());
        Conversion {
            nodes: &self.nodes,
            parts,
            tensor,
        }
        .value(self.root, 0)
    }
}

struct Conversion<'a> {
    nodes: &'a [Node],
    /// How many more parts there may be.
    parts: usize,
    tensor: &'a mut dyn FnMut(&TensorNode) -> Result<Tensor>,
}

impl Conversion<'_> {
    fn value(&mut self, id: Id, depth: usize) -> Result<Value> {
        let nested = || damaged("its lists and dicts hold each other too often");
        if depth > DEEPEST {
            return Err(nested());
        }
        self.parts = self.parts.checked_sub(1).ok_or_else(nested)?;
        let nodes = self.nodes;
        let node = nodes
            .get(id)
            .ok_or_else(|| damaged("an object is missing"))?;
        Ok(match node {
            Node::None => Value::None,
            Node::Bool(value) => Value::Bool(*value),
            Node::Int(value) => Value::Int(i64::try_from(*value).map_err(|_| {
                Error::value(format!(
                    "the integer {value} of the file is larger than 64 bits"
                ))
            })?),
            Node::Float(value) => Value::Float(*value),
            Node::Complex(real, imaginary) => Value::Complex(*real, *imaginary),
            Node::Str(text) => Value::Str(text.clone()),
            Node::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Node::DType(dtype) => Value::DType(*dtype),
            Node::Device(name) => Value::Device(name.clone()),
            Node::List(items) => Value::List(self.values(items, depth)?),
            Node::Tuple(items) => Value::Tuple(self.values(items, depth)?),
            Node::Set(items) => Value::Set(self.values(items, depth)?),
            Node::Dict(entries) => {
                let entry = |&(key, value): &(Id, Id)| {
                    Ok((self.value(key, depth + 1)?, self.value(value, depth + 1)?))
                };
                Value::Dict(entries.iter().map(entry).collect::<Result<_>>()?)
            }
            Node::Tensor(node) => Value::Tensor((self.tensor)(node)?),
            Node::NumPy(Some((shape, bytes, fortran))) => numpy(shape, bytes, *fortran)?,
            Node::Global(_) | Node::Storage(..) | Node::NumPy(None) => {
                return Err(Error::dtype(format!(
                    "it holds a {}, which is not supported",
                    node.kind()
                )));
            }
        })
    }

    fn values(&mut self, items: &[Id], depth: usize) -> Result<Vec<Value>> {
        items
            .iter()
            .map(|&item| self.value(item, depth + 1))
            .collect()
    }
}

/// An array of bytes as a tensor.
fn numpy(shape: &[usize], bytes: &[u8], fortran: bool) -> Result<Value> {
    let count = shape
        .iter()
        .try_fold(1usize, |count, &size| count.checked_mul(size));
    if count != Some(bytes.len()) {
        return Err(damaged(
            "an array has another number of bytes than its shape says",
        ));
    }
    if !fortran {
        return Ok(Tensor::try_from_vec(bytes.to_vec(), shape)?.into());
    }
    let turned: Vec<usize> = shape.iter().rev().copied().collect();
    let axes: Vec<i64> = (0..shape.len() as i64).rev().collect();
    Ok(Tensor::try_from_vec(bytes.to_vec(), turned)?
        .try_permute(axes)?
        .into())
}
