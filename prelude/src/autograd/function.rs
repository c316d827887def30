//! Operations of people's own, with a derivative of their own (`torch.autograd.Function`).

use super::functional::Outputs;
use super::node::{Ctx, Gradients};
use super::record::{is_recorded, record_many};
use super::saved::Saved;
use crate::error::{OrPanic, Result, bail};
use crate::tensor::Tensor;

/// An operation with a derivative of its own. PyTorch: `torch.autograd.Function`.
///
/// Its fields are what `forward` needs besides tensors. `forward` runs without recording; `backward` gets a gradient
/// for each output (zeros where none arrived) and returns one for each input, `None` where there is none. As
/// `backward` is written in tensor operations, it can be differentiated in turn. [`Function::apply`] calls it, and
/// `grad_fn` shows the type's name with `Backward` behind it.
///
/// ```
/// use wick::autograd::{Function, FunctionCtx};
/// use wick::prelude::*;
///
/// /// `x` to the third, scaled.
/// struct Cube { scale: f64 }
///
/// impl Function for Cube {
///     type Output = Tensor;
///
///     fn forward(&self, ctx: &mut FunctionCtx, inputs: &[Tensor]) -> Tensor {
///         ctx.save_for_backward(&[&inputs[0]]);
///         inputs[0].pow(3) * self.scale
///     }
///
///     fn backward(&self, ctx: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>> {
///         let x = &ctx.saved_tensors()[0];
///         vec![Some(&gradients[0] * (3. * self.scale) * x.square())]
///     }
/// }
///
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// let y = Cube { scale: 2. }.apply(&[&x]);
/// assert_eq!(y.to_string(), "tensor([ 2., 16.], grad_fn=<CubeBackward>)");
/// y.sum().backward();
/// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [6., 24.]);
/// ```
pub trait Function: Send + Sync + Sized + 'static {
    /// What `forward` returns: a [`Tensor`], a tuple, an array or a `Vec` of them.
    type Output: Into<Outputs> + FromOutputs;

    /// Computes the outputs. What is done here is not recorded.
    fn forward(&self, ctx: &mut FunctionCtx, inputs: &[Tensor]) -> Self::Output;

    /// Computes the inputs' gradients from the outputs'.
    fn backward(&self, ctx: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>>;

    /// Applies the operation and records it.
    #[track_caller]
    fn apply(self, inputs: &[&Tensor]) -> Self::Output {
        let name = backward_name(std::any::type_name::<Self>());
        let outputs = apply(name, Box::new(self), inputs).or_panic();
        Self::Output::from_outputs(outputs)
    }
}

/// What can be made of the outputs of a [`Function`] again: a tensor, a tuple, an array or a `Vec`.
///
/// ```
/// use wick::autograd::FromOutputs;
/// use wick::prelude::*;
/// let outputs = vec![tensor!([1.]), tensor!([2.])];
/// let (first, second) = <(Tensor, Tensor)>::from_outputs(outputs);
/// assert_eq!((first.item::<f32>(), second.item::<f32>()), (1., 2.));
/// ```
pub trait FromOutputs {
    /// From as many outputs as were returned.
    fn from_outputs(outputs: Vec<Tensor>) -> Self;
}

impl FromOutputs for Vec<Tensor> {
    fn from_outputs(outputs: Vec<Tensor>) -> Self {
        outputs
    }
}

impl FromOutputs for Tensor {
    fn from_outputs(outputs: Vec<Tensor>) -> Self {
        let [output] = exactly(outputs);
        output
    }
}

impl<const N: usize> FromOutputs for [Tensor; N] {
    fn from_outputs(outputs: Vec<Tensor>) -> Self {
        exactly(outputs)
    }
}

impl FromOutputs for (Tensor, Tensor) {
    fn from_outputs(outputs: Vec<Tensor>) -> Self {
        exactly::<2>(outputs).into()
    }
}

impl FromOutputs for (Tensor, Tensor, Tensor) {
    fn from_outputs(outputs: Vec<Tensor>) -> Self {
        exactly::<3>(outputs).into()
    }
}

/// A list whose length is known because it was made of an array.
fn exactly<const N: usize>(outputs: Vec<Tensor>) -> [Tensor; N] {
    match outputs.try_into() {
        Ok(outputs) => outputs,
        Err(other) => unreachable!("{} outputs instead of {N}", other.len()),
    }
}

/// The name of a type without its path and parameters, with `Backward` behind it.
fn backward_name(type_name: &str) -> String {
    let plain = type_name.split('<').next().unwrap_or(type_name);
    let last = plain.rsplit("::").next().unwrap_or(plain);
    format!("{last}Backward")
}

/// What `forward` tells `backward`, and what `backward` may know: PyTorch's `ctx`.
///
/// ```
/// use wick::autograd::{Function, FunctionCtx};
/// use wick::prelude::*;
///
/// /// The product of two tensors, and its sign, which has no derivative.
/// struct Product;
///
/// impl Function for Product {
///     type Output = (Tensor, Tensor);
///
///     fn forward(&self, ctx: &mut FunctionCtx, inputs: &[Tensor]) -> (Tensor, Tensor) {
///         ctx.save_for_backward(&[&inputs[0], &inputs[1]]);
///         let product = &inputs[0] * &inputs[1];
///         let sign = product.sign();
///         ctx.mark_non_differentiable(&[&sign]);
///         (product, sign)
///     }
///
///     fn backward(&self, ctx: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>> {
///         let (saved, wanted) = (ctx.saved_tensors(), ctx.needs_input_grad());
///         (0..2).map(|i| wanted[i].then(|| &gradients[0] * &saved[1 - i])).collect()
///     }
/// }
///
/// let a = tensor!([2.]).requires_grad_(true);
/// let (product, sign) = Product.apply(&[&a, &tensor!([-3.])]);
/// assert!(!sign.requires_grad());
/// product.sum().backward();
/// assert_eq!(a.grad().unwrap().item::<f32>(), -3.);
/// ```
#[derive(Default)]
pub struct FunctionCtx {
    needs_input_grad: Vec<bool>,
    to_save: Vec<Tensor>,
    saved: Vec<Tensor>,
    non_differentiable: Vec<Tensor>,
}

impl FunctionCtx {
    /// Keeps tensors for `backward`: inputs, outputs or others. In `forward` only; the last call counts. PyTorch:
    /// `ctx.save_for_backward`.
    pub fn save_for_backward(&mut self, tensors: &[&Tensor]) {
        self.to_save = tensors.iter().map(|&tensor| tensor.clone()).collect();
    }

    /// The tensors that were kept, in their order. In `backward` only. PyTorch: `ctx.saved_tensors`.
    pub fn saved_tensors(&self) -> &[Tensor] {
        &self.saved
    }

    /// Says that these outputs have no gradient. In `forward` only. PyTorch: `ctx.mark_non_differentiable`.
    pub fn mark_non_differentiable(&mut self, outputs: &[&Tensor]) {
        self.non_differentiable = outputs.iter().map(|&output| output.clone()).collect();
    }

    /// For each input, whether anyone wants its gradient. PyTorch: `ctx.needs_input_grad`.
    pub fn needs_input_grad(&self) -> &[bool] {
        &self.needs_input_grad
    }
}

/// A [`Function`] whose types are forgotten.
trait Operation: Send + Sync {
    fn forward(&self, ctx: &mut FunctionCtx, inputs: &[Tensor]) -> Vec<Tensor>;
    fn backward(&self, ctx: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>>;
}

impl<F: Function> Operation for F {
    fn forward(&self, ctx: &mut FunctionCtx, inputs: &[Tensor]) -> Vec<Tensor> {
        Function::forward(self, ctx, inputs).into().0
    }

    fn backward(&self, ctx: &FunctionCtx, gradients: &[Tensor]) -> Vec<Option<Tensor>> {
        Function::backward(self, ctx, gradients)
    }
}

fn apply(name: String, operation: Box<dyn Operation>, inputs: &[&Tensor]) -> Result<Vec<Tensor>> {
    let given: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
    let mut ctx = FunctionCtx {
        needs_input_grad: inputs.iter().map(|input| input.requires_grad()).collect(),
        ..FunctionCtx::default()
    };
    let returned = crate::no_grad(|| operation.forward(&mut ctx, &given));
    let is = |tensor: &Tensor, other: &Tensor| tensor.id() == other.id();
    // An input that is returned as it is becomes an output of its own, with the same numbers.
    let outputs: Vec<Tensor> = returned
        .iter()
        .map(|output| match given.iter().any(|input| is(input, output)) {
            true => output.detach(),
            false => output.clone(),
        })
        .collect();
    if !is_recorded(inputs) {
        return Ok(outputs);
    }
    if let Some(tracked) = outputs.iter().position(Tensor::requires_grad) {
        bail!(
            "output {tracked} of {name} already has a graph of its own: forward must return tensors that it made without \
             recording"
        );
    }
    // Those without a gradient are outputs that no tensor points to.
    let has_gradient = |output: &Tensor| {
        output.dtype().is_differentiable()
            && !ctx.non_differentiable.iter().any(|other| is(other, output))
    };
    let nodes: Vec<Tensor> = returned
        .iter()
        .zip(&outputs)
        .map(|(returned, output)| match has_gradient(returned) {
            true => output.clone(),
            false => output.detach(),
        })
        .collect();
    let to_save = std::mem::take(&mut ctx.to_save);
    let saved =
        to_save.iter().map(
            |tensor| match returned.iter().position(|output| is(output, tensor)) {
                Some(i) if !given.iter().any(|input| is(input, tensor)) => {
                    Saved::nth_output(tensor, i)
                }
                _ => Saved::input(tensor),
            },
        );
    let saved: Vec<Saved> = saved.collect();
    record_many(name, inputs, &nodes.iter().collect::<Vec<_>>(), || {
        let inputs = inputs.len();
        let backward = move |ctx: &Ctx, gradients: &[Option<Tensor>]| {
            run_backward(&*operation, inputs, ctx, gradients)
        };
        (saved, backward)
    })?;
    Ok(outputs)
}

fn run_backward(
    operation: &dyn Operation,
    inputs: usize,
    ctx: &Ctx,
    gradients: &[Option<Tensor>],
) -> Result<Gradients> {
    let gradients = gradients
        .iter()
        .zip(ctx.forms())
        .map(|(gradient, form)| match gradient {
            Some(gradient) => Ok(gradient.clone()),
            None => form.zeros(),
        })
        .collect::<Result<Vec<_>>>()?;
    let known = FunctionCtx {
        needs_input_grad: (0..inputs).map(|input| ctx.wants(input)).collect(),
        saved: ctx.all_saved()?,
        ..FunctionCtx::default()
    };
    let mut found = operation.backward(&known, &gradients);
    // PyTorch forgives superfluous ones that say nothing.
    while found.len() > inputs && found.last().is_some_and(Option::is_none) {
        found.pop();
    }
    Ok(found)
}
