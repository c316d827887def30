//! Functions that look at gradients on their way.
//!
//! PyTorch's order at each place: hooks of the tensor as they were registered, then `retain_grad`, then the node's
//! prehooks, its derivative, its hooks; at a leaf last of all what listens after the accumulation.

use super::node::{Gradients, Node, lock};
use crate::error::{OrPanic, Result, bail};
use crate::tensor::{Tensor, WeakTensor};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Looks at a gradient and may replace it.
pub(crate) type Hook = Arc<dyn Fn(&Tensor) -> Option<Tensor> + Send + Sync>;
/// Looks at a leaf whose gradient has just grown.
pub(crate) type AfterHook = Arc<dyn Fn(&Tensor) + Send + Sync>;
/// Looks at the gradients of a node's outputs.
pub(crate) type NodePrehook = Arc<dyn Fn(&[Option<Tensor>]) -> Option<Gradients> + Send + Sync>;
/// Looks at the gradients of a node's inputs and outputs.
pub(crate) type NodeHook =
    Arc<dyn Fn(&[Option<Tensor>], &[Option<Tensor>]) -> Option<Gradients> + Send + Sync>;

/// What listens at a node.
#[derive(Default)]
pub(crate) struct NodeHooks {
    /// Hooks of the tensors that the node made, with the output's number.
    tensors: Mutex<Vec<(u64, usize, Hook)>>,
    /// Tensors (not leaves) that asked to keep the gradient that arrives here.
    retained: Mutex<Vec<(usize, WeakTensor)>>,
    before: Mutex<Vec<(u64, NodePrehook)>>,
    after: Mutex<Vec<(u64, NodeHook)>>,
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl NodeHooks {
    pub fn retain(&self, output: usize, tensor: WeakTensor) {
        lock(&self.retained).push((output, tensor));
    }

    /// Takes the wish of a tensor that something else has made since.
    pub fn release(&self, tensor: &Tensor) {
        lock(&self.retained).retain(|(_, other)| {
            other
                .upgrade()
                .is_some_and(|other| other.id() != tensor.id())
        });
    }

    pub fn add_after(&self, node: &Arc<Node>, hook: NodeHook) -> RemovableHandle {
        let id = next_id();
        lock(&self.after).push((id, hook));
        RemovableHandle::at_node(id, node)
    }

    pub fn add_before(&self, node: &Arc<Node>, hook: NodePrehook) -> RemovableHandle {
        let id = next_id();
        lock(&self.before).push((id, hook));
        RemovableHandle::at_node(id, node)
    }

    /// The hooks of one output's tensor, oldest first.
    fn of_output(&self, output: usize) -> Vec<Hook> {
        let hooks = lock(&self.tensors);
        let these = hooks.iter().filter(|(_, of, _)| *of == output);
        these.map(|(_, _, hook)| hook.clone()).collect()
    }

    /// Runs what listens to the gradient of one output, which may replace it.
    pub fn run_tensor_hooks(&self, node: &Node, output: usize, gradient: Tensor) -> Result<Tensor> {
        let mut gradient = gradient;
        let on_leaf = node.leaf().map(Tensor::leaf_hooks).unwrap_or_default();
        for hook in self.of_output(output).into_iter().chain(on_leaf) {
            if let Some(replaced) = hook(&gradient) {
                check_replacement(&replaced, &gradient)?;
                gradient = replaced;
            }
        }
        let kept: Vec<Tensor> = {
            let retained = lock(&self.retained);
            let these = retained.iter().filter(|(of, _)| *of == output);
            these.filter_map(|(_, weak)| weak.upgrade()).collect()
        };
        for tensor in kept {
            let sum = match tensor.grad() {
                Some(earlier) => earlier.try_add(&gradient)?,
                None => gradient.try_copy()?,
            };
            tensor.set_grad(Some(sum));
        }
        Ok(gradient)
    }

    /// Runs the node's prehooks on the gradients of its outputs.
    pub fn run_before(&self, gradients: Gradients) -> Gradients {
        let hooks: Vec<NodePrehook> = lock(&self.before).iter().map(|(_, h)| h.clone()).collect();
        hooks.iter().fold(gradients, |gradients, hook| {
            hook(&gradients).unwrap_or(gradients)
        })
    }

    /// Runs the node's hooks on the gradients of its inputs.
    pub fn run_after(&self, results: Gradients, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        let hooks: Vec<NodeHook> = lock(&self.after).iter().map(|(_, h)| h.clone()).collect();
        let mut results = results;
        for hook in hooks {
            if let Some(replaced) = hook(&results, gradients) {
                if replaced.len() != results.len() {
                    bail!(
                        "hook has returned an incorrect number of values (got {}, but expected {})",
                        replaced.len(),
                        results.len()
                    );
                }
                results = replaced;
            }
        }
        Ok(results)
    }

    fn remove(&self, id: u64) {
        lock(&self.tensors).retain(|(other, _, _)| *other != id);
        lock(&self.before).retain(|(other, _)| *other != id);
        lock(&self.after).retain(|(other, _)| *other != id);
    }
}

fn check_replacement(replaced: &Tensor, gradient: &Tensor) -> Result<()> {
    if replaced.dtype() != gradient.dtype() {
        bail!(
            "hook has changed the type of value (was torch.{}Tensor got torch.{}Tensor)",
            gradient.dtype().scalar_type(),
            replaced.dtype().scalar_type()
        );
    }
    if replaced.shape() != gradient.shape() {
        bail!("hook has changed the size of value");
    }
    Ok(())
}

impl Tensor {
    /// Calls `hook` with this tensor's gradient whenever it is computed; what it returns, if anything, replaces it.
    /// The handle takes the hook away again; dropping the handle does not.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]).requires_grad_(true);
    /// let handle = x.register_hook(|g| Some(g * 10));
    /// x.sum().backward();
    /// handle.remove();
    /// x.sum().backward();
    /// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [11., 11.]);
    /// ```
    #[track_caller]
    pub fn register_hook(
        &self,
        hook: impl Fn(&Tensor) -> Option<Tensor> + Send + Sync + 'static,
    ) -> RemovableHandle {
        self.hook(Arc::new(hook)).or_panic()
    }

    /// Like [`Tensor::register_hook`]. Fails for a tensor that requires no gradient.
    pub fn try_register_hook(
        &self,
        hook: impl Fn(&Tensor) -> Option<Tensor> + Send + Sync + 'static,
    ) -> Result<RemovableHandle> {
        self.hook(Arc::new(hook))
    }

    fn hook(&self, hook: Hook) -> Result<RemovableHandle> {
        self.check_hookable()?;
        let id = next_id();
        if let Some(target) = self.grad_fn_target()? {
            lock(&target.node.hooks.tensors).push((id, target.output, hook));
            return Ok(RemovableHandle::at_node(id, &target.node));
        }
        self.meta().hooks.push((id, hook));
        Ok(RemovableHandle::at_leaf(id, self))
    }

    /// Calls `hook` with this leaf whenever a backward pass has added to its gradient: an optimizer can step for it
    /// there and free the gradient at once. PyTorch: `Tensor.register_post_accumulate_grad_hook`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// w.register_post_accumulate_grad_hook(|w| {
    ///     no_grad(|| w.sub_(w.grad().unwrap() * 0.1));
    ///     w.zero_grad();
    /// });
    /// (&w * 10).sum().backward();
    /// assert_eq!(w.to_vec1::<f32>(), [0., 1.]);
    /// assert!(w.grad().is_none());
    /// ```
    #[track_caller]
    pub fn register_post_accumulate_grad_hook(
        &self,
        hook: impl Fn(&Tensor) + Send + Sync + 'static,
    ) -> RemovableHandle {
        self.after_hook(Arc::new(hook)).or_panic()
    }

    /// Like [`Tensor::register_post_accumulate_grad_hook`]. Fails for a tensor that is not a leaf or requires no
    /// gradient.
    pub fn try_register_post_accumulate_grad_hook(
        &self,
        hook: impl Fn(&Tensor) + Send + Sync + 'static,
    ) -> Result<RemovableHandle> {
        self.after_hook(Arc::new(hook))
    }

    fn after_hook(&self, hook: AfterHook) -> Result<RemovableHandle> {
        self.check_hookable()?;
        if !self.is_leaf() {
            bail!("post accumulate grad hooks cannot be registered on non-leaf tensors");
        }
        let id = next_id();
        self.meta().after_hooks.push((id, hook));
        Ok(RemovableHandle::at_leaf(id, self))
    }

    fn check_hookable(&self) -> Result<()> {
        if !self.requires_grad() {
            bail!("cannot register a hook on a tensor that doesn't require gradient");
        }
        Ok(())
    }

    fn leaf_hooks(&self) -> Vec<Hook> {
        self.meta().hooks.iter().map(|(_, h)| h.clone()).collect()
    }

    pub(super) fn run_after_hooks(&self) {
        let hooks: Vec<AfterHook> = {
            let meta = self.meta();
            meta.after_hooks.iter().map(|(_, h)| h.clone()).collect()
        };
        for hook in hooks {
            hook(self);
        }
    }
}

/// Takes a hook of a tensor, a node or a module away again. Dropping it leaves the hook where it is. PyTorch:
/// `torch.utils.hooks.RemovableHandle`.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// let handle = x.register_hook(|g| Some(g * 10));
/// handle.remove();
/// x.sum().backward();
/// assert_eq!(x.grad().unwrap().to_vec1::<f32>(), [1., 1.]);
/// ```
#[derive(Clone)]
pub struct RemovableHandle {
    id: u64,
    remove: Arc<dyn Fn(u64) + Send + Sync>,
}

impl RemovableHandle {
    /// The handle of a hook that `remove` takes away, if it is still there.
    pub(crate) fn new(id: u64, remove: impl Fn(u64) + Send + Sync + 'static) -> RemovableHandle {
        RemovableHandle {
            id,
            remove: Arc::new(remove),
        }
    }

    fn at_node(id: u64, node: &Arc<Node>) -> RemovableHandle {
        let node = Arc::downgrade(node);
        RemovableHandle::new(id, move |id| {
            if let Some(node) = node.upgrade() {
                node.hooks.remove(id);
            }
        })
    }

    fn at_leaf(id: u64, leaf: &Tensor) -> RemovableHandle {
        let leaf = leaf.downgrade();
        RemovableHandle::new(id, move |id| {
            if let Some(leaf) = leaf.upgrade() {
                let mut meta = leaf.meta();
                meta.hooks.retain(|(other, _)| *other != id);
                meta.after_hooks.retain(|(other, _)| *other != id);
            }
        })
    }

    /// Takes the hook away. Nothing happens if it, or what it listened to, is gone already.
    pub fn remove(&self) {
        (self.remove)(self.id);
    }
}

impl fmt::Debug for RemovableHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemovableHandle {{ id: {} }}", self.id)
    }
}
