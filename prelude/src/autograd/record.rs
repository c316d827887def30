//! Putting an operation on the tape.

use super::grad_mode::is_grad_enabled;
use super::node::{Ctx, Edge, Form, Gradients, Node};
use super::saved::Saved;
use crate::error::Result;
use crate::tensor::Tensor;
use std::borrow::Cow;

/// Whether what is made of these inputs has to go on the tape.
pub(crate) fn is_recorded(inputs: &[&Tensor]) -> bool {
    is_grad_enabled() && inputs.iter().any(|input| input.requires_grad())
}

/// Records that `output` was made from `inputs`, if anyone may ask for gradients. Fails where an input is a view whose way
/// back was lost when its base was written to ([`Tensor::grad_fn_target`]).
///
/// `derivative` is called only then. It gives the tensors to save and the derivative, whose gradients are in the order
/// of `inputs`; they need not have the inputs' shapes where an input was broadcast, nor their dtypes: the engine sums
/// and converts.
///
/// Derivatives are written as for real numbers. Where the output is complex, the same rule is applied between two
/// conjugations: that makes the product with the derivative the product with its conjugate, which is what PyTorch's
/// gradients of complex functions are. A rule that says itself what happens to complex numbers takes
/// [`record_as_is`].
pub(crate) fn record<B>(
    name: &'static str,
    inputs: &[&Tensor],
    output: Tensor,
    derivative: impl FnOnce(&Tensor) -> (Vec<Saved>, B),
) -> Result<Tensor>
where
    B: Fn(&Ctx, &Tensor) -> Result<Gradients> + Send + Sync + 'static,
{
    if !output.is_complex() {
        return record_as_is(name, inputs, output, derivative);
    }
    record_as_is(name, inputs, output, |output| {
        let (saved, backward) = derivative(output);
        let backward = move |ctx: &Ctx, g: &Tensor| conjugated(backward(ctx, &g.try_conj()?)?);
        (saved, backward)
    })
}

/// The conjugates of the gradients.
fn conjugated(gradients: Gradients) -> Result<Gradients> {
    gradients
        .into_iter()
        .map(|gradient| gradient.map(|g| g.try_conj()).transpose())
        .collect()
}

/// [`record`] for a derivative that is right for complex numbers as it stands: what only moves, adds up or repeats
/// elements, and what is not a function of complex numbers in the sense of calculus, such as their parts.
pub(crate) fn record_as_is<B>(
    name: &'static str,
    inputs: &[&Tensor],
    output: Tensor,
    derivative: impl FnOnce(&Tensor) -> (Vec<Saved>, B),
) -> Result<Tensor>
where
    B: Fn(&Ctx, &Tensor) -> Result<Gradients> + Send + Sync + 'static,
{
    if !output.dtype().is_differentiable() || !is_recorded(inputs) {
        return Ok(output);
    }
    let edges = edges_to(inputs)?;
    let (saved, backward) = derivative(&output);
    let backward = move |ctx: &Ctx, gradients: &[Option<Tensor>]| match &gradients[0] {
        Some(gradient) => backward(ctx, gradient),
        None => Ok(vec![None; ctx.inputs()]),
    };
    let form = vec![Form::of(&output)];
    let node = Node::function(name.into(), edges, form, saved, Box::new(backward));
    output.set_grad_fn(node, 0);
    Ok(output)
}

/// Where the gradients for these go.
fn edges_to(inputs: &[&Tensor]) -> Result<Vec<Edge>> {
    inputs.iter().map(|input| input.gradient_edge()).collect()
}

/// [`record`] for an operation with several outputs, which share a node as in PyTorch.
///
/// The derivative gets a gradient for each output, `None` where none arrived, and says itself what happens to complex
/// numbers. Outputs that are no numbers with a derivative are left alone.
pub(crate) fn record_many<B>(
    name: impl Into<Cow<'static, str>>,
    inputs: &[&Tensor],
    outputs: &[&Tensor],
    derivative: impl FnOnce() -> (Vec<Saved>, B),
) -> Result<()>
where
    B: Fn(&Ctx, &[Option<Tensor>]) -> Result<Gradients> + Send + Sync + 'static,
{
    if !is_recorded(inputs) {
        return Ok(());
    }
    let edges = edges_to(inputs)?;
    let (saved, backward) = derivative();
    let forms = outputs.iter().map(|output| Form::of(output)).collect();
    let node = Node::function(name.into(), edges, forms, saved, Box::new(backward));
    for (i, output) in outputs.iter().enumerate() {
        if output.dtype().is_differentiable() {
            output.set_grad_fn(node.clone(), i);
        }
    }
    Ok(())
}
