//! The graph as people see it.

use super::hooks::{NodeHook, NodePrehook, RemovableHandle};
use super::node::Node;
use crate::tensor::Tensor;
use std::fmt;
use std::sync::Arc;

/// How many inputs PyTorch's node has where Wick's has fewer, without the tensors that were not given, or more, with the
/// plain numbers.
const INPUTS: [(&str, usize); 14] = [
    ("ClampBackward1", 1),
    ("ClampMaxBackward0", 1),
    ("ClampMinBackward0", 1),
    ("ConvolutionBackward0", 3),
    ("DivBackward1", 1),
    ("EmbeddingBagBackward0", 2),
    ("FmodBackward0", 1),
    ("IndexFillBackward0", 1),
    ("MulBackward1", 1),
    ("NativeBatchNormBackward0", 3),
    ("NativeGroupNormBackward0", 3),
    ("NativeLayerNormBackward0", 3),
    ("RemainderBackward0", 1),
    ("SoftMarginLossBackward0", 1),
];

/// What made a tensor, as `grad_fn` shows it. PyTorch: `torch.autograd.graph.Node`.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// let node = x.exp().sum().grad_fn().unwrap();
/// assert_eq!(node.name(), "SumBackward0");
/// let exp = node.next_functions()[0].clone().unwrap();
/// assert_eq!(format!("{exp:?}"), "<ExpBackward0>");
/// assert!(exp.next_functions()[0].as_ref().unwrap().variable().is_some());
/// ```
#[derive(Clone)]
pub struct GradFn(pub(crate) Arc<Node>);

impl GradFn {
    /// PyTorch's name of the operation's derivative: `AddBackward0`.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// What made the operation's inputs; `None` for inputs that need no gradient, and for tensors that may be left away,
    /// such as a bias. PyTorch: `Node.next_functions`.
    pub fn next_functions(&self) -> Vec<Option<GradFn>> {
        let mut next: Vec<Option<GradFn>> = self
            .0
            .edges()
            .iter()
            .map(|edge| edge.as_ref().map(|target| GradFn(target.node.clone())))
            .collect();
        let inputs = INPUTS.iter().find(|(name, _)| *name == self.name());
        if let Some(&(_, inputs)) = inputs
            && next.iter().skip(inputs).all(Option::is_none)
        {
            next.resize(inputs, None);
        }
        next
    }

    /// The leaf tensor whose gradient arrives here, if this is an `AccumulateGrad`.
    pub fn variable(&self) -> Option<Tensor> {
        self.0.leaf().cloned()
    }

    /// Calls `hook` whenever this node has computed gradients, with those of its inputs and those of its outputs
    /// (`Node.register_hook`). If it returns gradients, they replace those of the inputs.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// let y = &x * 3;
    /// y.grad_fn().unwrap().register_hook(|inputs, outputs| {
    ///     assert_eq!(outputs[0].as_ref().unwrap().to_vec1::<f32>(), [1., 1.]);
    ///     Some(inputs.iter().map(|g| g.as_ref().map(|g| g * 2)).collect())
    /// });
    /// y.sum().backward();
    /// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [6., 6.]);
    /// ```
    pub fn register_hook(
        &self,
        hook: impl Fn(&[Option<Tensor>], &[Option<Tensor>]) -> Option<Vec<Option<Tensor>>>
        + Send
        + Sync
        + 'static,
    ) -> RemovableHandle {
        let hook: NodeHook = Arc::new(hook);
        self.0.hooks.add_after(&self.0, hook)
    }

    /// Calls `hook` with the gradients of this node's outputs before it computes those of its inputs
    /// (`Node.register_prehook`). If it returns gradients, they replace those of the outputs.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// let y = &x * 3;
    /// let tenfold = |g: &Option<Tensor>| g.as_ref().map(|g| g * 10);
    /// y.grad_fn().unwrap().register_prehook(move |outputs| Some(outputs.iter().map(tenfold).collect()));
    /// y.sum().backward();
    /// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [30., 30.]);
    /// ```
    pub fn register_prehook(
        &self,
        hook: impl Fn(&[Option<Tensor>]) -> Option<Vec<Option<Tensor>>> + Send + Sync + 'static,
    ) -> RemovableHandle {
        let hook: NodePrehook = Arc::new(hook);
        self.0.hooks.add_before(&self.0, hook)
    }
}

/// The same node.
impl PartialEq for GradFn {
    fn eq(&self, other: &GradFn) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for GradFn {}

impl fmt::Debug for GradFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.name())
    }
}
