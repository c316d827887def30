//! Tensors kept for a derivative.

use super::anomaly::operation;
use super::checkpoint::Kept;
use super::node::{Edge, Node, Target};
use crate::error::{Result, bail};
use crate::kernels::{Array, transfer};
use crate::tensor::{Tensor, WeakTensor};
use std::sync::Arc;

/// A tensor kept for a derivative, and the version it had then.
///
/// Only a leaf is kept as itself. Of any other tensor the numbers are kept and where it came from at that time, so
/// that a later in-place operation on it cannot tie a node to itself. Inside a checkpoint not even the numbers are
/// kept.
pub(crate) struct Saved {
    numbers: Kept,
    origin: Origin,
}

enum Origin {
    Leaf(Tensor),
    /// Where it came from, and the tensor itself for as long as somebody else holds it.
    Interior(Edge, WeakTensor),
    /// An output of the very node that saves it, by its number.
    Output(usize),
    /// The tensor itself, whatever happens to its numbers.
    Whole(Tensor),
}

impl Saved {
    /// An input of the operation, or something else that it needs.
    pub fn input(tensor: &Tensor) -> Saved {
        let origin = match tensor.last_grad_fn() {
            None if tensor.requires_grad() => Origin::Leaf(tensor.clone()),
            made_by => Origin::Interior(made_by, tensor.downgrade()),
        };
        Saved::new(tensor, origin)
    }

    /// The output of the operation.
    pub fn output(tensor: &Tensor) -> Saved {
        Saved::nth_output(tensor, 0)
    }

    /// One of several outputs.
    pub fn nth_output(tensor: &Tensor, output: usize) -> Saved {
        Saved::new(tensor, Origin::Output(output))
    }

    /// A tensor with the way back from it, which looks after its numbers itself.
    pub fn whole(tensor: Tensor) -> Saved {
        Saved {
            numbers: Kept::now(tensor.array()),
            origin: Origin::Whole(tensor),
        }
    }

    fn new(tensor: &Tensor, origin: Origin) -> Saved {
        let array = tensor.array();
        if array.storage.is_inference() {
            panic!(
                "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in \
                 computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and \
                 use it in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
            );
        }
        let numbers = match origin {
            // A leaf's numbers live on anyway.
            Origin::Leaf(_) => Kept::now(array),
            _ => Kept::here_or_later(array),
        };
        Saved { numbers, origin }
    }

    /// If the numbers lie in the storage of `written`, keeps a copy of them instead.
    pub fn copy_if_in(&mut self, written: &Array) -> Result<()> {
        if matches!(self.origin, Origin::Whole(_)) {
            return Ok(());
        }
        let in_it = |array: &Array| array.storage.same_memory(&written.storage);
        if self.numbers.replace_if(in_it, transfer::copy)?
            && let Origin::Leaf(leaf) = &self.origin
        {
            self.origin = Origin::Interior(leaf.gradient_edge()?, leaf.downgrade());
        }
        Ok(())
    }

    /// If this is the output of the node and its numbers are `from`, which have been written to `to`, keeps those.
    pub fn follow_output(&mut self, from: &Array, to: &Array) -> Result<()> {
        if matches!(self.origin, Origin::Output(_)) {
            let is_output = |array: &Array| array.storage.same_memory(&from.storage);
            self.numbers.replace_if(is_output, |_| Ok(to.clone()))?;
        }
        Ok(())
    }

    /// The tensor, unless it was changed in place since.
    pub fn unpack(&self, node: &Arc<Node>) -> Result<Tensor> {
        let (array, expected) = self.numbers.get()?;
        let version = array.storage.version();
        if version != expected && !matches!(self.origin, Origin::Whole(_)) {
            bail!(
                "one of the variables needed for gradient computation has been modified by an inplace operation: \
                 [{} {}]{} is at version {version}; expected version {expected} instead. Hint: enable anomaly detection \
                 to find the operation that failed to compute its gradient, with \
                 torch.autograd.set_detect_anomaly(True, check_nan=False).",
                tensor_type(&array),
                array.shape().list(),
                self.made_by(node)?,
            );
        }
        Ok(match &self.origin {
            Origin::Leaf(tensor) | Origin::Whole(tensor) => tensor.clone(),
            Origin::Interior(edge, _) => Tensor::with_edge(array, edge.clone()),
            Origin::Output(output) => Tensor::with_edge(
                array,
                Some(Target {
                    node: node.clone(),
                    output: *output,
                }),
            ),
        })
    }

    /// Which operation made the tensor, in the words of PyTorch's message: what it is now, if it still is.
    fn made_by(&self, node: &Arc<Node>) -> Result<String> {
        let made_by = match &self.origin {
            Origin::Leaf(_) | Origin::Whole(_) => None,
            Origin::Interior(edge, tensor) => match tensor.upgrade() {
                Some(tensor) => tensor.grad_fn_target()?,
                None => edge.clone(),
            },
            Origin::Output(output) => Some(Target {
                node: node.clone(),
                output: *output,
            }),
        };
        Ok(made_by.map_or(String::new(), |made_by| {
            let name = made_by.node.name();
            // A node of another version of its operation keeps the number: `Elu1`.
            let version = name
                .rsplit_once("Backward")
                .map_or("", |(_, number)| number);
            let version = if version == "0" { "" } else { version };
            let (output, operation) = (made_by.output, operation(name));
            format!(", which is output {output} of {operation}{version},")
        }))
    }
}

/// The old name of a tensor's type, which PyTorch uses in this message.
fn tensor_type(array: &Array) -> String {
    let (name, dtype) = (array.dtype().type_name(), array.dtype().scalar_type());
    match array.device().is_cuda() {
        true if name.starts_with("CPU") => format!("CUDA{dtype}Type"),
        true => format!("torch.cuda.{dtype}Tensor"),
        false => name,
    }
}
