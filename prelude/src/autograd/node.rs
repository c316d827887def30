//! The nodes of the graph.

use super::grad_mode::is_grad_enabled;
use super::saved::Saved;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::shape::Shape;
use crate::tensor::{Tensor, WeakTensor};
use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What leads from a node to the node of one of its inputs; `None` where no gradient is wanted.
pub(crate) type Edge = Option<Arc<Node>>;

/// The derivative of an operation: gradients of its inputs from the gradient of its output.
pub(crate) type Backward = Box<dyn Fn(&Ctx, &Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync>;

/// A function that looks at a gradient on its way and may replace it.
pub(crate) type Hook = Arc<dyn Fn(&Tensor) -> Option<Tensor> + Send + Sync>;

/// An operation that was recorded, or the place where a leaf collects its gradient.
pub(crate) struct Node {
    name: &'static str,
    /// Later nodes have larger numbers; the engine takes the largest first.
    sequence: u64,
    edges: Vec<Edge>,
    work: Work,
    /// What the operation's output looked like: gradients are brought to this form.
    pub shape: Shape,
    pub dtype: DType,
    pub device: Device,
    /// Tensors (not leaves) that asked to keep the gradient that arrives here.
    retained: Mutex<Vec<WeakTensor>>,
    hooks: Mutex<Vec<(u64, Hook)>>,
}

enum Work {
    /// Adds the gradient to the leaf's.
    Accumulate(Tensor),
    /// Applies the derivative. What it needs is given up after a backward pass that does not retain the graph.
    Function {
        saved: Mutex<Option<Vec<Saved>>>,
        backward: Option<Backward>,
    },
}

static SEQUENCE: AtomicU64 = AtomicU64::new(1);

/// The number that the next node will at least have.
pub(super) fn next_sequence() -> u64 {
    SEQUENCE.load(Ordering::Relaxed)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Node {
    /// The node at which gradients for a leaf arrive.
    pub fn accumulate(leaf: Tensor) -> Arc<Node> {
        Arc::new(Node {
            name: "AccumulateGrad",
            sequence: u64::MAX,
            edges: Vec::new(),
            shape: leaf.shape(),
            dtype: leaf.dtype(),
            device: leaf.device(),
            work: Work::Accumulate(leaf),
            retained: Mutex::default(),
            hooks: Mutex::default(),
        })
    }

    /// A node for an operation whose output is `output`.
    pub fn function(
        name: &'static str,
        edges: Vec<Edge>,
        output: &Tensor,
        saved: Vec<Saved>,
        backward: Backward,
    ) -> Arc<Node> {
        Arc::new(Node {
            name,
            sequence: SEQUENCE.fetch_add(1, Ordering::Relaxed),
            edges,
            shape: output.shape(),
            dtype: output.dtype(),
            device: output.device(),
            work: Work::Function {
                saved: Mutex::new(Some(saved)),
                backward: Some(backward),
            },
            retained: Mutex::default(),
            hooks: Mutex::default(),
        })
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The leaf whose gradient arrives here, if this is such a node.
    pub fn leaf(&self) -> Option<&Tensor> {
        match &self.work {
            Work::Accumulate(leaf) => Some(leaf),
            Work::Function { .. } => None,
        }
    }

    /// Applies the derivative; `wanted` says which inputs' gradients will be used.
    pub fn apply(
        self: &Arc<Self>,
        gradient: &Tensor,
        wanted: &[bool],
    ) -> Result<Vec<Option<Tensor>>> {
        match &self.work {
            Work::Accumulate(_) => Ok(Vec::new()),
            Work::Function { backward, .. } => {
                let Some(backward) = backward else {
                    return Ok(Vec::new());
                };
                let gradients = backward(&Ctx { node: self, wanted }, gradient)?;
                if gradients.len() != self.edges.len() {
                    bail!(
                        "Function {} returned an incorrect number of gradients (expected {}, got {})",
                        self.name,
                        self.edges.len(),
                        gradients.len()
                    );
                }
                Ok(gradients)
            }
        }
    }

    /// Gives up what the derivative needs.
    pub fn release(&self) {
        if let Work::Function { saved, .. } = &self.work {
            let freed = {
                let mut saved = lock(saved);
                match saved.as_ref() {
                    // Nothing to give up: such a node can be walked again.
                    Some(list) if list.is_empty() => None,
                    _ => saved.take(),
                }
            };
            drop(freed);
        }
    }

    /// Changes what was saved; in-place operations use it to save what they are about to overwrite.
    pub fn edit_saved(&self, edit: impl FnMut(&mut Saved) -> Result<()>) -> Result<()> {
        match &self.work {
            Work::Function { saved, .. } => lock(saved).iter_mut().flatten().try_for_each(edit),
            Work::Accumulate(_) => Ok(()),
        }
    }

    pub fn retain(&self, tensor: WeakTensor) {
        lock(&self.retained).push(tensor);
    }

    pub fn retained(&self) -> Vec<Tensor> {
        lock(&self.retained)
            .iter()
            .filter_map(WeakTensor::upgrade)
            .collect()
    }

    pub fn add_hook(&self, hook: Hook) -> u64 {
        let id = SEQUENCE.fetch_add(1, Ordering::Relaxed);
        lock(&self.hooks).push((id, hook));
        id
    }

    pub fn hooks(&self) -> Vec<Hook> {
        lock(&self.hooks)
            .iter()
            .map(|(_, hook)| hook.clone())
            .collect()
    }
}

thread_local! {
    /// What dropped nodes leave behind, while this thread is dropping some.
    static REMAINS: RefCell<Option<Vec<Remains>>> = const { RefCell::new(None) };
}

type Remains = (Vec<Edge>, Option<Vec<Saved>>, Option<Backward>);

/// A long chain of nodes is dropped one by one: recursion would overflow the stack.
impl Drop for Node {
    fn drop(&mut self) {
        let edges = std::mem::take(&mut self.edges);
        let (saved, backward) = match &mut self.work {
            Work::Function { saved, backward } => (
                saved
                    .get_mut()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take(),
                backward.take(),
            ),
            Work::Accumulate(_) => (None, None),
        };
        let mut remains = Some((edges, saved, backward));
        let first = REMAINS
            .try_with(|queue| match &mut *queue.borrow_mut() {
                Some(queue) => {
                    queue.extend(remains.take());
                    false
                }
                empty => {
                    *empty = Some(Vec::new());
                    true
                }
            })
            .unwrap_or(false);
        if !first {
            return;
        }
        let mut next = remains;
        while let Some(remains) = next {
            drop(remains);
            next = REMAINS
                .try_with(|queue| queue.borrow_mut().as_mut().and_then(Vec::pop))
                .ok()
                .flatten();
        }
        let _ = REMAINS.try_with(|queue| *queue.borrow_mut() = None);
    }
}

/// What a derivative may look at.
pub(crate) struct Ctx<'a> {
    node: &'a Arc<Node>,
    wanted: &'a [bool],
}

impl Ctx<'_> {
    /// Whether anyone wants the gradient of that input.
    pub fn wants(&self, input: usize) -> bool {
        self.wanted.get(input).copied().unwrap_or(false)
    }

    /// The gradient of an input if anyone wants it.
    pub fn when(
        &self,
        input: usize,
        gradient: impl FnOnce() -> Result<Tensor>,
    ) -> Result<Option<Tensor>> {
        if self.wants(input) {
            gradient().map(Some)
        } else {
            Ok(None)
        }
    }

    /// A tensor that was saved for the derivative.
    pub fn saved(&self, index: usize) -> Result<Tensor> {
        let Work::Function { saved, .. } = &self.node.work else {
            bail!("{} saves nothing", self.node.name);
        };
        let saved = lock(saved);
        let Some(saved) = saved.as_ref() else {
            bail!(
                "Trying to backward through the graph a second time (or directly access saved tensors after they have \
                 already been freed). Saved intermediate values of the graph are freed when you call .backward() or \
                 autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or \
                 if you need to access saved tensors after calling backward."
            );
        };
        saved[index].unpack(self.node)
    }
}

/// Records that `output` was made from `inputs`, if anyone may ask for gradients.
///
/// `derivative` is called only then. It gives the tensors to save and the derivative, whose gradients are in the order
/// of `inputs`; they need not have the inputs' shapes where an input was broadcast, nor their dtypes: the engine sums
/// and converts.
pub(crate) fn record<B>(
    name: &'static str,
    inputs: &[&Tensor],
    output: Tensor,
    derivative: impl FnOnce(&Tensor) -> (Vec<Saved>, B),
) -> Tensor
where
    B: Fn(&Ctx, &Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync + 'static,
{
    if !is_grad_enabled()
        || !output.dtype().is_floating_point()
        || !inputs.iter().any(|input| input.requires_grad())
    {
        return output;
    }
    let (saved, backward) = derivative(&output);
    let edges = inputs.iter().map(|input| input.gradient_edge()).collect();
    let node = Node::function(name, edges, &output, saved, Box::new(backward));
    output.set_grad_fn(node);
    output
}

/// What made a tensor, as `grad_fn` shows it.
#[derive(Clone)]
pub struct GradFn(pub(crate) Arc<Node>);

impl GradFn {
    /// PyTorch's name of the operation's derivative: `AddBackward0`.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// What made the operation's inputs; `None` for inputs that need no gradient.
    pub fn next_functions(&self) -> Vec<Option<GradFn>> {
        self.0
            .edges()
            .iter()
            .map(|edge| edge.clone().map(GradFn))
            .collect()
    }

    /// The leaf tensor whose gradient arrives here, if this is an `AccumulateGrad`.
    pub fn variable(&self) -> Option<Tensor> {
        self.0.leaf().cloned()
    }
}

impl fmt::Debug for GradFn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.name())
    }
}
