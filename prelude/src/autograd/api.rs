//! What users ask of a tensor: `backward`, `requires_grad_`, `detach` and their kin.

use super::engine::{self, Plan};
use super::grad::roots;
use super::grad_fn::GradFn;
use super::is_inference_mode_enabled;
use crate::error::{OrPanic, Result, bail};
use crate::tensor::Tensor;

impl Tensor {
    /// Says whether gradients for this tensor are wanted, and gives it back, so that it can end a creation:
    /// `Tensor::rand([3]).requires_grad_(true)`. Floats and complex numbers only. PyTorch: `Tensor.requires_grad_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// assert_eq!(w.to_string(), "tensor([1., 2.], requires_grad=True)");
    /// let error = tensor!([1, 2]).try_requires_grad_(true).unwrap_err();
    /// assert_eq!(error.to_string(), "only Tensors of floating point dtype can require gradients");
    /// ```
    #[track_caller]
    pub fn requires_grad_(&self, requires_grad: bool) -> Tensor {
        self.try_requires_grad_(requires_grad).or_panic()
    }

    /// Like [`Tensor::requires_grad_`]. Fails for integers, for results of recorded operations and, outside inference
    /// mode, for tensors that were made in it.
    pub fn try_requires_grad_(&self, requires_grad: bool) -> Result<Tensor> {
        if requires_grad && !self.dtype().is_differentiable() {
            bail!("only Tensors of floating point dtype can require gradients");
        }
        if requires_grad && self.is_inference() && !is_inference_mode_enabled() {
            bail!(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
            );
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

    /// Whether it was made by the user, not by a recorded operation. Gradients stay in the leaves. PyTorch:
    /// `Tensor.is_leaf`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// assert!(x.is_leaf());
    /// assert!(!(&x * 2).is_leaf());
    /// assert!((x.detach() * 2).is_leaf()); // Nothing was recorded.
    /// ```
    #[track_caller]
    pub fn is_leaf(&self) -> bool {
        self.grad_fn_target().or_panic().is_none()
    }

    /// Whether it was made in [`inference_mode`](super::inference_mode). PyTorch: `Tensor.is_inference`.
    ///
    /// ```
    /// use wick::autograd::inference_mode;
    /// use wick::prelude::*;
    /// let x = inference_mode(|| Tensor::ones([2]));
    /// assert!(x.is_inference());
    /// assert!(!x.copy().is_inference());
    /// ```
    pub fn is_inference(&self) -> bool {
        self.array().storage.is_inference()
    }

    /// The gradient that backward passes have added up here, if there is one: a tensor of the same shape. PyTorch:
    /// `Tensor.grad`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// assert!(x.grad().is_none());
    /// x.square().sum().backward();
    /// x.square().sum().backward();
    /// assert_eq!(x.grad().unwrap().to_string(), "tensor([4., 8.])"); // Twice [2., 4.].
    /// ```
    pub fn grad(&self) -> Option<Tensor> {
        self.meta().grad.clone()
    }

    /// Replaces the gradient. `None` takes it away. PyTorch: `Tensor.grad`, assigned to.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// x.set_grad(Some(tensor!([10., 20.])));
    /// x.sum().backward();
    /// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [11., 21.]);
    /// ```
    pub fn set_grad(&self, gradient: Option<Tensor>) {
        let before = std::mem::replace(&mut self.meta().grad, gradient);
        drop(before);
    }

    /// Forgets the gradient, as `optimizer.zero_grad()` does.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// x.sum().backward();
    /// x.zero_grad();
    /// assert!(x.grad().is_none());
    /// ```
    pub fn zero_grad(&self) {
        self.set_grad(None);
    }

    /// What made this tensor; `None` for a leaf. PyTorch: `Tensor.grad_fn`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// assert!(x.grad_fn().is_none());
    /// assert_eq!(x.exp().grad_fn().unwrap().name(), "ExpBackward0");
    /// ```
    #[track_caller]
    pub fn grad_fn(&self) -> Option<GradFn> {
        self.try_grad_fn().or_panic()
    }

    /// Like [`Tensor::grad_fn`]. Fails where there is no way back any more: for a view that was made in
    /// [`no_grad`](super::no_grad) or as one of several outputs, and whose base was written to since.
    pub fn try_grad_fn(&self) -> Result<Option<GradFn>> {
        let made_by = self.grad_fn_target()?;
        Ok(made_by.map(|made_by| GradFn(made_by.node)))
    }

    /// Which of its node's outputs this tensor is (`Tensor.output_nr`); 0 for a leaf.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = Tensor::rand([3, 2]).requires_grad_(true);
    /// let (u, s, vh) = linalg::svd(&a);
    /// assert_eq!((u.output_nr(), s.output_nr(), vh.output_nr()), (0, 1, 2));
    /// ```
    pub fn output_nr(&self) -> usize {
        let view = self.meta().view.clone();
        self.last_grad_fn().map_or(0, |made_by| {
            view.and_then(|view| view.made_in.output())
                .unwrap_or(made_by.output)
        })
    }

    /// Asks a tensor that is not a leaf to keep its gradient as well. Nothing happens for a leaf. PyTorch:
    /// `Tensor.retain_grad`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// let y = &x * 3;
    /// y.retain_grad();
    /// y.square().sum().backward();
    /// assert_eq!(y.grad().unwrap().to_vec1::<f32>(), [6., 12.]);
    /// ```
    #[track_caller]
    pub fn retain_grad(&self) {
        self.try_retain_grad().or_panic();
    }

    /// Like [`Tensor::retain_grad`]. Fails for a tensor that needs no gradient.
    pub fn try_retain_grad(&self) -> Result<()> {
        if !self.requires_grad() {
            bail!("can't retain_grad on Tensor that has requires_grad=False");
        }
        if let Some(made_by) = self.grad_fn_target()? {
            let first = !std::mem::replace(&mut self.meta().retains_grad, true);
            if first {
                made_by.node.hooks.retain(made_by.output, self.downgrade());
            }
        }
        Ok(())
    }

    /// Whether it is no leaf and keeps its gradient all the same (`Tensor.retains_grad`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// let y = &x * 3;
    /// y.retain_grad();
    /// assert!(y.retains_grad() && !x.retains_grad());
    /// ```
    pub fn retains_grad(&self) -> bool {
        self.meta().retains_grad
    }

    /// Computes the gradients of this single number with respect to all leaves it came from, and adds them to theirs.
    /// PyTorch: `Tensor.backward`.
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
        backward(&[self], &[None], BackwardOptions::default())
    }

    /// Like [`Tensor::backward`] for a tensor of any shape: `gradient` is that of the final result with respect to it,
    /// and has its shape. PyTorch: `Tensor.backward(gradient)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// x.square().backward_with(&tensor!([1., 10.]));
    /// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [2., 40.]);
    /// ```
    #[track_caller]
    pub fn backward_with(&self, gradient: &Tensor) {
        self.try_backward_with(gradient).or_panic();
    }

    /// Like [`Tensor::backward_with`]. Fails if the gradient has another shape.
    pub fn try_backward_with(&self, gradient: &Tensor) -> Result<()> {
        backward(&[self], &[Some(gradient)], BackwardOptions::default())
    }

    /// [`Tensor::backward`] with every choice: the gradient (`None` for a single number), whether the graph can be
    /// walked again, and whether the derivatives are recorded. PyTorch: `Tensor.backward`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([2.]).requires_grad_(true);
    /// let y = x.pow(3).sum();
    /// y.backward_options(None, true, false); // The graph stays,
    /// y.backward_options(None, false, false); // so that it can be walked again.
    /// assert_eq!(x.grad().unwrap().item::<f32>(), 24.);
    /// assert!(y.try_backward().is_err()); // Now it is gone.
    /// ```
    #[track_caller]
    pub fn backward_options(
        &self,
        gradient: Option<&Tensor>,
        retain_graph: bool,
        create_graph: bool,
    ) {
        let options = BackwardOptions {
            retain_graph: Some(retain_graph || create_graph),
            create_graph,
            inputs: None,
        };
        backward(&[self], &[gradient], options).or_panic();
    }

    /// [`Tensor::backward`] that adds to the gradients of `inputs` only (`y.backward(inputs=[…])`). They need not be
    /// leaves.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([2.]).requires_grad_(true);
    /// let b = tensor!([3.]).requires_grad_(true);
    /// (&a * &b).sum().backward_inputs(&[&a]);
    /// assert_eq!(a.grad().unwrap().item::<f32>(), 3.);
    /// assert!(b.grad().is_none());
    /// ```
    #[track_caller]
    pub fn backward_inputs(&self, inputs: &[&Tensor]) {
        let options = BackwardOptions {
            inputs: Some(inputs),
            ..BackwardOptions::default()
        };
        backward(&[self], &[None], options).or_panic();
    }

    /// The same numbers (shared, not copied), cut off from the tape. PyTorch: `Tensor.detach`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// let y = (&x * 3).detach();
    /// assert_eq!(y.to_string(), "tensor([3., 6.])"); // Without a grad_fn.
    /// x.detach().fill_(7.);
    /// assert_eq!(x.to_vec1::<f32>(), [7., 7.]);
    /// ```
    pub fn detach(&self) -> Tensor {
        Tensor::from_array(self.array())
    }

    /// Cuts this tensor itself off from the tape: it becomes a leaf that requires no gradient. Not for views. PyTorch:
    /// `Tensor.detach_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// let y = &x * 3;
    /// y.detach_();
    /// assert!(y.is_leaf() && !y.requires_grad());
    /// ```
    #[track_caller]
    pub fn detach_(&self) -> Tensor {
        self.try_detach_().or_panic()
    }

    /// Like [`Tensor::detach_`]. Fails for a view.
    pub fn try_detach_(&self) -> Result<Tensor> {
        let mut meta = self.meta();
        if meta.view.is_some() {
            bail!(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for \
                 training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence \
                 detach_() cannot be called on these gradients. To fix this error, please refer to the \
                 Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
            );
        }
        meta.requires_grad = false;
        meta.retains_grad = false;
        let before = meta.grad_fn.take();
        drop(meta);
        if let Some(before) = &before {
            before.node.hooks.release(self);
        }
        Ok(self.clone())
    }
}

/// The choices of [`backward`]: the keyword arguments of `torch.autograd.backward`.
///
/// ```
/// use wick::autograd::{BackwardOptions, backward};
/// use wick::prelude::*;
/// let a = tensor!([2.]).requires_grad_(true);
/// let b = tensor!([3.]).requires_grad_(true);
/// let options = BackwardOptions { inputs: Some(&[&b]), ..Default::default() };
/// backward(&[&(&a * &b)], &[None], options)?;
/// assert!(a.grad().is_none());
/// assert_eq!(b.grad().unwrap().item::<f32>(), 2.);
/// # Ok::<(), wick::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct BackwardOptions<'a> {
    /// Keep the graph, so that it can be walked again; as `create_graph` unless said otherwise.
    pub retain_graph: Option<bool>,
    /// Record the derivatives, so that they can be differentiated again.
    pub create_graph: bool,
    /// Add to the gradients of these only; all leaves unless said otherwise.
    pub inputs: Option<&'a [&'a Tensor]>,
}

/// Computes the gradients of the sum of several results, and adds them to those of the leaves
/// (`torch.autograd.backward`).
///
/// `gradients` has one for each output; `None` for a single number.
///
/// ```
/// use wick::autograd::{BackwardOptions, backward};
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// let (sum, squares) = (x.sum(), x.square());
/// let gradients = [None, Some(&tensor!([1., 10.]))];
/// backward(&[&sum, &squares], &gradients, BackwardOptions::default())?;
/// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [3., 41.]);
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// If an output has no graph, is not a single number and has no gradient, or has one of another shape; if the graph
/// was freed, or a tensor that it needs was changed in place.
pub fn backward(
    outputs: &[&Tensor],
    gradients: &[Option<&Tensor>],
    options: BackwardOptions<'_>,
) -> Result<()> {
    let only = match options.inputs {
        None => None,
        Some([]) => bail!("`inputs` argument to `backward()` cannot be empty."),
        Some(inputs) => {
            let mut only = Vec::new();
            for input in inputs {
                input.try_retain_grad()?;
                only.extend(input.gradient_edge()?);
            }
            Some(only)
        }
    };
    let plan = Plan {
        retain_graph: options.retain_graph.unwrap_or(options.create_graph),
        create_graph: options.create_graph,
        only,
        capture: false,
    };
    engine::run(roots(outputs, gradients)?, &plan)?;
    Ok(())
}
