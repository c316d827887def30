//! What users call: `backward`, `grad`, `requires_grad_` and their kin.

use super::engine::{self, Plan};
use super::node::{GradFn, Hook, Node};
use crate::error::{Error, OrPanic, Result, bail};
use crate::tensor::Tensor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

impl Tensor {
    /// Says whether gradients for this tensor are wanted, and gives it back, so that it can end a creation:
    /// `Tensor::rand([3]).requires_grad_(true)`.
    #[track_caller]
    pub fn requires_grad_(&self, requires_grad: bool) -> Tensor {
        self.try_requires_grad_(requires_grad).or_panic()
    }

    /// Like [`Tensor::requires_grad_`]. Fails for integers and for results of recorded operations.
    pub fn try_requires_grad_(&self, requires_grad: bool) -> Result<Tensor> {
        if requires_grad && !self.dtype().is_floating_point() {
            bail!("only Tensors of floating point dtype can require gradients");
        }
        if !requires_grad && !self.is_leaf() {
            bail!(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in \
                 a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            );
        }
        if self.is_leaf() {
            self.meta().requires_grad = requires_grad;
        }
        Ok(self.clone())
    }

    /// Whether it was made by the user, not by a recorded operation.
    pub fn is_leaf(&self) -> bool {
        self.grad_fn_node().is_none()
    }

    /// The gradient that backward passes have added up here, if there is one.
    pub fn grad(&self) -> Option<Tensor> {
        self.meta().grad.clone()
    }

    /// Replaces the gradient.
    pub fn set_grad(&self, gradient: Option<Tensor>) {
        let before = std::mem::replace(&mut self.meta().grad, gradient);
        drop(before);
    }

    /// Forgets the gradient, as `optimizer.zero_grad()` does.
    pub fn zero_grad(&self) {
        self.set_grad(None);
    }

    /// What made this tensor; `None` for a leaf.
    pub fn grad_fn(&self) -> Option<GradFn> {
        self.grad_fn_node().map(GradFn)
    }

    /// Asks a tensor that is not a leaf to keep its gradient as well.
    #[track_caller]
    pub fn retain_grad(&self) {
        self.try_retain_grad().or_panic();
    }

    /// Like [`Tensor::retain_grad`]. Fails for a tensor that needs no gradient.
    pub fn try_retain_grad(&self) -> Result<()> {
        if !self.requires_grad() {
            bail!("can't retain_grad on Tensor that has requires_grad=False");
        }
        if let Some(node) = self.grad_fn_node() {
            let first = !std::mem::replace(&mut self.meta().retains_grad, true);
            if first {
                node.retain(self.downgrade());
            }
        }
        Ok(())
    }

    /// Calls `hook` with this tensor's gradient whenever it is computed; what it returns, if anything, replaces it.
    #[track_caller]
    pub fn register_hook(&self, hook: impl Fn(&Tensor) -> Option<Tensor> + Send + Sync + 'static) {
        self.try_register_hook(Arc::new(hook)).or_panic();
    }

    fn try_register_hook(&self, hook: Hook) -> Result<()> {
        if !self.requires_grad() {
            bail!("cannot register a hook on a tensor that doesn't require gradient");
        }
        static NEXT: AtomicU64 = AtomicU64::new(0);
        match self.grad_fn_node() {
            Some(node) => {
                node.add_hook(hook);
            }
            None => self
                .meta()
                .hooks
                .push((NEXT.fetch_add(1, Ordering::Relaxed), hook)),
        }
        Ok(())
    }

    pub(crate) fn leaf_hooks(&self) -> Vec<Hook> {
        self.meta()
            .hooks
            .iter()
            .map(|(_, hook)| hook.clone())
            .collect()
    }

    /// Computes the gradients of this single number with respect to all leaves it came from, and adds them to theirs.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// (&x * &x).sum().backward();
    /// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [2., 4.]);
    /// ```
    #[track_caller]
    pub fn backward(&self) {
        self.try_backward().or_panic();
    }

    /// Like [`Tensor::backward`]. Fails if this is not a single number or came from no leaf that wants a gradient.
    pub fn try_backward(&self) -> Result<()> {
        backward(&[self], &[None], None, false)
    }

    /// Like [`Tensor::backward`] for a tensor of any shape: `gradient` is that of the final result with respect to it.
    #[track_caller]
    pub fn backward_with(&self, gradient: &Tensor) {
        self.try_backward_with(gradient).or_panic();
    }

    /// Like [`Tensor::backward_with`]. Fails if the gradient has another shape.
    pub fn try_backward_with(&self, gradient: &Tensor) -> Result<()> {
        backward(&[self], &[Some(gradient)], None, false)
    }

    /// [`Tensor::backward`] with every choice: the gradient (`None` for a single number), whether the graph can be
    /// walked again, and whether the derivatives are recorded.
    #[track_caller]
    pub fn backward_options(
        &self,
        gradient: Option<&Tensor>,
        retain_graph: bool,
        create_graph: bool,
    ) {
        backward(
            &[self],
            &[gradient],
            Some(retain_graph || create_graph),
            create_graph,
        )
        .or_panic();
    }

    /// The same numbers (shared, not copied), cut off from the tape.
    pub fn detach(&self) -> Tensor {
        Tensor::from_array(self.array())
    }
}

fn backward(
    outputs: &[&Tensor],
    gradients: &[Option<&Tensor>],
    retain_graph: Option<bool>,
    create_graph: bool,
) -> Result<()> {
    let plan = Plan {
        retain_graph: retain_graph.unwrap_or(create_graph),
        create_graph,
        captures: None,
    };
    engine::run(roots(outputs, gradients)?, &plan)?;
    Ok(())
}

fn roots(outputs: &[&Tensor], gradients: &[Option<&Tensor>]) -> Result<Vec<(Arc<Node>, Tensor)>> {
    let mut roots = Vec::new();
    for (i, (output, gradient)) in outputs.iter().zip(gradients).enumerate() {
        let Some(node) = output.gradient_edge() else {
            bail!("element {i} of tensors does not require grad and does not have a grad_fn");
        };
        let gradient = match gradient {
            Some(gradient) if gradient.shape() != output.shape() => bail!(
                "Mismatch in shape: grad_output[{i}] has a shape of {} and output[{i}] has a shape of {}.",
                gradient.shape(),
                output.shape()
            ),
            Some(gradient) => gradient.try_to_dtype(output.dtype())?,
            None if output.numel() != 1 => {
                bail!("grad can be implicitly created only for scalar outputs")
            }
            None => output.try_ones_like()?,
        };
        roots.push((node, gradient));
    }
    Ok(roots)
}

/// Gradients of the outputs' sum with respect to the inputs, without touching anyone's `.grad()`
/// (`torch.autograd.grad`). Each output is a single number.
#[track_caller]
pub fn grad(outputs: &[&Tensor], inputs: &[&Tensor]) -> Vec<Tensor> {
    grad_with(outputs, inputs, &vec![None; outputs.len()], GradOptions::default())
        .and_then(|gradients| {
            gradients.into_iter().collect::<Option<Vec<_>>>().ok_or_else(|| {
                Error::runtime(
                    "One of the differentiated Tensors appears to not have been used in the graph. Set \
                     allow_unused=True if this is the desired behavior.",
                )
            })
        })
        .or_panic()
}

/// The choices of [`grad_with`].
#[derive(Clone, Copy, Debug, Default)]
pub struct GradOptions {
    /// Record the derivatives, so that they can be differentiated again.
    pub create_graph: bool,
    /// Keep the graph, so that it can be walked again.
    pub retain_graph: bool,
}

/// [`grad`] with gradients for the outputs and with choices; `None` for an input that the outputs do not depend on.
pub fn grad_with(
    outputs: &[&Tensor],
    inputs: &[&Tensor],
    gradients: &[Option<&Tensor>],
    options: GradOptions,
) -> Result<Vec<Option<Tensor>>> {
    let mut captures = Vec::new();
    for input in inputs {
        match input.gradient_edge() {
            Some(node) => captures.push(node),
            None => bail!("One of the differentiated Tensors does not require grad"),
        }
    }
    let plan = Plan {
        retain_graph: options.retain_graph || options.create_graph,
        create_graph: options.create_graph,
        captures: Some(captures),
    };
    engine::run(roots(outputs, gradients)?, &plan)
}
