//! Tensors kept for a derivative.

use super::node::{Edge, Node};
use crate::error::{Result, bail};
use crate::kernels::{Array, transfer};
use crate::tensor::Tensor;
use std::sync::Arc;

/// A tensor kept for a derivative, and the version it had then.
///
/// Only a leaf is kept as itself. Of any other tensor the numbers are kept and where it came from at that time, so
/// that a later in-place operation on it cannot tie a node to itself.
pub(crate) struct Saved {
    array: Array,
    version: u64,
    origin: Origin,
}

enum Origin {
    Leaf(Tensor),
    Interior(Edge),
    /// The output of the very node that saves it.
    Output,
}

impl Saved {
    /// An input of the operation.
    pub fn input(tensor: &Tensor) -> Saved {
        let array = tensor.array();
        let origin = match tensor.grad_fn_node() {
            Some(node) => Origin::Interior(Some(node)),
            None if tensor.requires_grad() => Origin::Leaf(tensor.clone()),
            None => Origin::Interior(None),
        };
        Saved {
            version: array.storage.version(),
            array,
            origin,
        }
    }

    /// The output of the operation.
    pub fn output(tensor: &Tensor) -> Saved {
        let array = tensor.array();
        Saved {
            version: array.storage.version(),
            array,
            origin: Origin::Output,
        }
    }

    /// If the numbers lie in `storage`, keeps a copy of them instead.
    pub fn copy_if_in(&mut self, storage: &Array) -> Result<()> {
        if Arc::ptr_eq(&self.array.storage, &storage.storage) {
            self.array = transfer::copy(&self.array)?;
            self.version = self.array.storage.version();
            if let Origin::Leaf(leaf) = &self.origin {
                self.origin = Origin::Interior(leaf.gradient_edge());
            }
        }
        Ok(())
    }

    /// The tensor, unless it was changed in place since.
    pub fn unpack(&self, node: &Arc<Node>) -> Result<Tensor> {
        let version = self.array.storage.version();
        if version != self.version {
            let made_by = match &self.origin {
                Origin::Interior(Some(node)) => format!(", which is output 0 of {},", node.name()),
                Origin::Output => format!(", which is output 0 of {},", node.name()),
                _ => String::new(),
            };
            bail!(
                "one of the variables needed for gradient computation has been modified by an inplace operation: \
                 [{} {}]{made_by} is at version {version}; expected version {} instead. Hint: enable anomaly detection \
                 to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True).",
                tensor_type(&self.array),
                self.array.shape().list(),
                self.version
            );
        }
        Ok(match &self.origin {
            Origin::Leaf(leaf) => leaf.clone(),
            Origin::Interior(edge) => Tensor::with_edge(self.array.clone(), edge.clone()),
            Origin::Output => Tensor::with_edge(self.array.clone(), Some(node.clone())),
        })
    }
}

/// The old name of a tensor's type, which PyTorch uses in this message.
fn tensor_type(array: &Array) -> String {
    let place = if array.device().is_cuda() {
        "torch.cuda"
    } else {
        "torch"
    };
    format!("{place}.{}Tensor", array.dtype().scalar_type())
}
