//! The nodes of the graph.

use super::anomaly::Site;
use super::hooks::NodeHooks;
use super::is_grad_enabled;
use super::saved::Saved;
use super::second::{apply_as_one, second_name};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::Array;
use crate::shape::Shape;
use crate::tensor::Tensor;
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where a gradient goes: one of the outputs of a node.
#[derive(Clone)]
pub(crate) struct Target {
    pub node: Arc<Node>,
    pub output: usize,
}

/// What leads from a node to what made one of its inputs; `None` where no gradient is wanted.
pub(crate) type Edge = Option<Target>;

/// Gradients, where there are any.
pub(crate) type Gradients = Vec<Option<Tensor>>;

/// The derivative of an operation: gradients of its inputs from those of its outputs.
pub(crate) type Backward = Box<dyn Fn(&Ctx, &[Option<Tensor>]) -> Result<Gradients> + Send + Sync>;

/// What an output of an operation looked like: gradients are brought to this form.
#[derive(Clone, PartialEq)]
pub(crate) struct Form {
    pub shape: Shape,
    pub dtype: DType,
    pub device: Device,
}

impl Form {
    pub fn of(tensor: &Tensor) -> Form {
        Form::of_array(&tensor.array())
    }

    pub fn of_array(array: &Array) -> Form {
        Form {
            shape: array.shape(),
            dtype: array.dtype(),
            device: array.device(),
        }
    }

    /// Zeros of this form.
    pub fn zeros(&self) -> Result<Tensor> {
        Tensor::try_zeros_with(&self.shape, (self.dtype, self.device))
    }
}

/// An operation that was recorded, or the place where a leaf collects its gradient.
pub(crate) struct Node {
    name: Cow<'static, str>,
    /// Later nodes have larger numbers; the engine takes the largest first.
    sequence: u64,
    edges: Vec<Edge>,
    work: Work,
    forms: Vec<Form>,
    pub hooks: NodeHooks,
    /// Where it was recorded, if anomalies are to be found.
    pub site: Option<Arc<Site>>,
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

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Node {
    /// The node at which gradients for a leaf arrive.
    pub fn accumulate(leaf: Tensor) -> Arc<Node> {
        Arc::new(Node {
            name: "AccumulateGrad".into(),
            sequence: u64::MAX,
            edges: Vec::new(),
            forms: vec![Form::of(&leaf)],
            work: Work::Accumulate(leaf),
            hooks: NodeHooks::default(),
            site: None,
        })
    }

    /// A node for an operation with outputs of these forms.
    pub fn function(
        name: Cow<'static, str>,
        edges: Vec<Edge>,
        forms: Vec<Form>,
        saved: Vec<Saved>,
        backward: Backward,
    ) -> Arc<Node> {
        let site = Site::here(&name);
        Arc::new(Node {
            name,
            sequence: SEQUENCE.fetch_add(1, Ordering::Relaxed),
            edges,
            forms,
            work: Work::Function {
                saved: Mutex::new(Some(saved)),
                backward: Some(backward),
            },
            hooks: NodeHooks::default(),
            site,
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    pub fn forms(&self) -> &[Form] {
        &self.forms
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
        gradients: &[Option<Tensor>],
        wanted: &[bool],
    ) -> Result<Gradients> {
        let Work::Function {
            backward: Some(backward),
            ..
        } = &self.work
        else {
            return Ok(Vec::new());
        };
        // What is not recorded has no name.
        let name = is_grad_enabled().then(|| second_name(&self.name)).flatten();
        let gradients = match (name, gradients) {
            (Some(name), [Some(gradient)]) => apply_as_one(name, self, gradient, wanted)?,
            _ => backward(&Ctx::new(self, wanted), gradients)?,
        };
        if gradients.len() != self.edges.len() {
            bail!(
                "function {} returned an incorrect number of gradients (expected {}, got {})",
                self.name,
                self.edges.len(),
                gradients.len()
            );
        }
        Ok(gradients)
    }

    /// What the derivative makes of these gradients, without a look at what it is called.
    pub fn derivative(&self, ctx: &Ctx, gradients: &[Option<Tensor>]) -> Result<Gradients> {
        match &self.work {
            Work::Function {
                backward: Some(backward),
                ..
            } => backward(ctx, gradients),
            _ => Ok(Vec::new()),
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
    /// What is taken for what was saved.
    instead: Option<&'a [Tensor]>,
}

impl<'a> Ctx<'a> {
    pub fn new(node: &'a Arc<Node>, wanted: &'a [bool]) -> Self {
        Self {
            node,
            wanted,
            instead: None,
        }
    }

    /// With these tensors in the place of the saved ones.
    pub fn with(node: &'a Arc<Node>, wanted: &'a [bool], saved: &'a [Tensor]) -> Self {
        Self {
            node,
            wanted,
            instead: Some(saved),
        }
    }

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

    /// How many inputs there are.
    pub fn inputs(&self) -> usize {
        self.node.edges.len()
    }

    /// What the operation's outputs looked like.
    pub fn forms(&self) -> &[Form] {
        &self.node.forms
    }

    /// A tensor that was saved for the derivative.
    pub fn saved(&self, index: usize) -> Result<Tensor> {
        match self.instead {
            Some(instead) => Ok(instead[index].clone()),
            None => self.with_saved(|saved| saved[index].unpack(self.node)),
        }
    }

    /// All of them.
    pub fn all_saved(&self) -> Result<Vec<Tensor>> {
        match self.instead {
            Some(instead) => Ok(instead.to_vec()),
            None => {
                self.with_saved(|saved| saved.iter().map(|saved| saved.unpack(self.node)).collect())
            }
        }
    }

    fn with_saved<R>(&self, read: impl FnOnce(&[Saved]) -> Result<R>) -> Result<R> {
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
        read(saved)
    }
}
