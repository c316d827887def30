//! A function's run, remembered so that it can be differentiated.

use crate::autograd::functional::{Function, prepared};
use crate::autograd::node::Node;
use crate::autograd::{enable_grad, is_grad_enabled};
use crate::error::Result;
use crate::tensor::Tensor;
use std::collections::HashSet;
use std::sync::Arc;

/// What a function made of its arguments.
pub(super) struct Trace {
    /// The arguments to differentiate with respect to, as the function got them.
    pub inputs: Vec<Tensor>,
    pub outputs: Vec<Tensor>,
    /// Whether derivatives have to be recorded, because somebody else may differentiate them.
    pub keep: bool,
}

impl Trace {
    /// Calls `f` with these arguments, recording, and hands the run to `then`. With respect to the arguments of the
    /// numbers `which` it is going to be differentiated.
    pub fn run<T>(
        f: Function<'_>,
        arguments: &[&Tensor],
        which: &[usize],
        then: impl FnOnce(Trace) -> Result<T>,
    ) -> Result<T> {
        let recorded = is_grad_enabled();
        enable_grad(|| {
            let chosen: Vec<&Tensor> = which.iter().map(|&i| arguments[i]).collect();
            let inputs = prepared(&chosen, true)?;
            let mut given: Vec<Tensor> = arguments.iter().map(|&x| x.clone()).collect();
            for (&i, input) in which.iter().zip(&inputs) {
                given[i] = input.clone();
            }
            let outputs = f(&given);
            let keep = recorded
                && (chosen.iter().any(|x| x.requires_grad())
                    || others_are_reached(&outputs, &inputs)?);
            then(Trace {
                inputs,
                outputs,
                keep,
            })
        })
    }
}

/// Whether a leaf that is none of the inputs is behind the outputs.
fn others_are_reached(outputs: &[Tensor], inputs: &[Tensor]) -> Result<bool> {
    let mut waiting: Vec<Arc<Node>> = Vec::new();
    for output in outputs {
        waiting.extend(output.gradient_edge()?.map(|edge| edge.node));
    }
    let mut seen = HashSet::new();
    while let Some(node) = waiting.pop() {
        if !seen.insert(Arc::as_ptr(&node)) {
            continue;
        }
        if let Some(leaf) = node.leaf()
            && !inputs.iter().any(|input| input.same_as(leaf))
        {
            return Ok(true);
        }
        waiting.extend(node.edges().iter().flatten().map(|edge| edge.node.clone()));
    }
    Ok(false)
}
