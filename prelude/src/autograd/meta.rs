//! What a tensor knows of autograd.

use super::hooks::{AfterHook, Hook};
use super::inplace::{Written, check_written_view};
use super::node::{Edge, Form, Node, Target};
use super::{Ctx, is_grad_enabled, is_inference_mode_enabled, record_as_is};
use crate::error::Result;
use crate::kernels::Array;
use crate::tensor::Tensor;
use crate::tensor::strided::{self, Place};
use candle_core::Layout;
use std::sync::{Arc, Weak};

/// What a tensor knows of autograd.
#[derive(Default)]
pub(crate) struct Meta {
    /// Set by the user on a leaf.
    pub requires_grad: bool,
    pub grad: Option<Tensor>,
    /// What made it.
    pub grad_fn: Edge,
    /// Where a leaf's gradient arrives; held by the graph, found again through here.
    pub accumulator: Weak<Node>,
    pub retains_grad: bool,
    /// Hooks on a leaf.
    pub hooks: Vec<(u64, Hook)>,
    /// Hooks on a leaf that run after its gradient has grown.
    pub after_hooks: Vec<(u64, AfterHook)>,
    pub view: Option<ViewOf>,
    /// Whether it belongs to a module, to be trained: `torch.nn.Parameter`.
    pub is_parameter: bool,
}

/// Which tensor a view looks at, for in-place operations through it.
#[derive(Clone)]
pub(crate) struct ViewOf {
    /// Never a view itself.
    pub base: Tensor,
    /// The version at which `grad_fn` was right; a later one means that the base was written to since.
    pub version: u64,
    /// Where it was made.
    pub made_in: MadeIn,
}

/// The mode in which a view was made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MadeIn {
    Recording,
    NoGrad,
    Inference,
    /// While recording, as that output of an operation that gives several.
    Several(usize),
}

impl MadeIn {
    /// What becomes of it for a view of the view: whoever may not write to one may not write to the other.
    fn of_a_view(self) -> MadeIn {
        match self {
            MadeIn::Several(_) => MadeIn::Several(0),
            other => other,
        }
    }

    /// Which output it is, of an operation that gives several: each of those has a node of its own.
    pub fn output(self) -> Option<usize> {
        match self {
            MadeIn::Several(output) => Some(output),
            MadeIn::Recording | MadeIn::NoGrad | MadeIn::Inference => None,
        }
    }

    fn now() -> MadeIn {
        if is_inference_mode_enabled() {
            MadeIn::Inference
        } else if is_grad_enabled() {
            MadeIn::Recording
        } else {
            MadeIn::NoGrad
        }
    }
}

impl Tensor {
    /// A view of this tensor's numbers through another layout, recorded under `name`.
    pub(crate) fn view_through<B>(
        &self,
        layout: Layout,
        name: &'static str,
        backward: B,
    ) -> Result<Tensor>
    where
        B: Fn(&Ctx, &Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync + 'static,
    {
        self.view_of(self.array().with_layout(layout), name, backward)
    }

    /// A view of this tensor's memory as an array of it, recorded under `name`. The derivative is right for complex
    /// numbers as it stands.
    pub(crate) fn view_of<B>(&self, array: Array, name: &'static str, backward: B) -> Result<Tensor>
    where
        B: Fn(&Ctx, &Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync + 'static,
    {
        let parent = self.meta().view.clone();
        let made_in = match (MadeIn::now(), &parent) {
            (MadeIn::Recording, Some(parent)) => parent.made_in.of_a_view(),
            (now, _) => now,
        };
        let view = ViewOf {
            base: parent.map_or_else(|| self.clone(), |parent| parent.base),
            version: array.storage.version(),
            made_in,
        };
        let output = Tensor::from_array(array);
        output.meta().view = Some(view);
        record_as_is(name, &[self], output, |_| (Vec::new(), backward))
    }

    /// Says that this view is that output of an operation that gives several: nobody may write to it.
    pub(crate) fn one_of_several(self, output: usize) -> Tensor {
        if let Some(view) = &mut self.meta().view
            && view.made_in == MadeIn::Recording
        {
            view.made_in = MadeIn::Several(output);
        }
        self
    }

    /// The tensor this one is a view of.
    pub(crate) fn view_base(&self) -> Option<Tensor> {
        self.meta().view.as_ref().map(|view| view.base.clone())
    }

    /// Whether gradients flow to or through this tensor. A view of a tensor that requires gradients says that it does
    /// too, as in PyTorch; where it was made without recording, there is no way for one to come. PyTorch:
    /// `Tensor.requires_grad`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let x = tensor!([3., 4.]);
    /// assert!(w.requires_grad() && !x.requires_grad());
    /// assert!((&w * &x).requires_grad());
    /// assert!(!no_grad(|| &w * &x).requires_grad());
    /// ```
    pub fn requires_grad(&self) -> bool {
        let base = {
            let meta = self.meta();
            if meta.requires_grad || meta.grad_fn.is_some() {
                return true;
            }
            meta.view.as_ref().map(|view| view.base.clone())
        };
        base.is_some_and(|base| base.requires_grad() && self.dtype().is_differentiable())
    }

    /// What made this tensor. A view whose base was written to since gets it anew from the base; fails where there is no
    /// such way, for a view made where nothing is recorded or as one of several outputs.
    pub(crate) fn grad_fn_target(&self) -> Result<Edge> {
        let (current, view) = {
            let meta = self.meta();
            (meta.grad_fn.clone(), meta.view.clone())
        };
        let Some(view) = view else {
            return Ok(current);
        };
        let array = self.array();
        if view.version == array.storage.version() || !self.dtype().is_differentiable() {
            return Ok(current);
        }
        if current.is_none() && !view.base.requires_grad() {
            return Ok(None);
        }
        check_written_view(&view, current.as_ref(), Written::Elsewhere)?;
        let base = view.base.gradient_edge()?;
        self.set_grad_fn(as_strided_node(&view.base, &array, base, self), 0);
        Ok(self.meta().grad_fn.clone())
    }

    /// What made this tensor when that was last asked for, whatever was written to it since.
    pub(crate) fn last_grad_fn(&self) -> Edge {
        self.meta().grad_fn.clone()
    }

    /// Where a gradient for this tensor has to go. Fails as [`Tensor::grad_fn_target`] does.
    pub(crate) fn gradient_edge(&self) -> Result<Edge> {
        if let Some(target) = self.grad_fn_target()? {
            return Ok(Some(target));
        }
        let mut meta = self.meta();
        if !meta.requires_grad {
            return Ok(None);
        }
        if let Some(node) = meta.accumulator.upgrade() {
            return Ok(Some(Target { node, output: 0 }));
        }
        let node = Node::accumulate(self.clone());
        meta.accumulator = Arc::downgrade(&node);
        Ok(Some(Target { node, output: 0 }))
    }

    /// Says that this tensor is now what that output of the node is.
    pub(crate) fn set_grad_fn(&self, node: Arc<Node>, output: usize) {
        let version = self.array().storage.version();
        let mut meta = self.meta();
        if let Some(view) = &mut meta.view {
            view.version = version;
        }
        let retains = meta.retains_grad;
        let target = Target {
            node: node.clone(),
            output,
        };
        let before = meta.grad_fn.replace(target);
        drop(meta);
        if retains {
            // The gradient that is kept is that of what the tensor is now.
            if let Some(before) = &before {
                before.node.hooks.release(self);
            }
            node.hooks.retain(output, self.downgrade());
        }
        drop(before);
    }

    /// Makes this tensor what `other` is: its numbers and where they came from. Every handle to it sees that; what was
    /// recorded with it before stays right.
    pub(crate) fn assign(&self, other: &Tensor) {
        let new = {
            let meta = other.meta();
            Meta {
                requires_grad: meta.requires_grad,
                grad_fn: meta.grad_fn.clone(),
                view: meta.view.clone(),
                ..Meta::default()
            }
        };
        self.replace_array(other.array());
        let mut meta = self.meta();
        let is_parameter = meta.is_parameter;
        let before = std::mem::replace(
            &mut *meta,
            Meta {
                is_parameter,
                ..new
            },
        );
        drop(meta);
        drop(before);
    }

    /// Makes each of two tensors what the other is. PyTorch: `torch.utils.swap_tensors`.
    pub(crate) fn swap(&self, other: &Tensor) {
        let (ours, theirs) = (self.array(), other.array());
        self.replace_array(theirs);
        other.replace_array(ours);
        // One lock at a time: another thread may ask for them in the other order.
        let ours = std::mem::take(&mut *self.meta());
        let theirs = std::mem::replace(&mut *other.meta(), ours);
        *self.meta() = theirs;
    }

    /// Says that it belongs to a module, to be trained.
    pub(crate) fn mark_parameter(&self) {
        self.meta().is_parameter = true;
    }

    /// Whether it is what a module trains, and not what a parametrization made of it.
    pub(crate) fn is_parameter(&self) -> bool {
        let meta = self.meta();
        meta.is_parameter && meta.grad_fn.is_none()
    }

    /// A tensor of these numbers that came from `edge`.
    pub(crate) fn with_edge(array: Array, edge: Edge) -> Tensor {
        let tensor = Tensor::from_array(array);
        tensor.meta().grad_fn = edge;
        tensor
    }
}

/// The node of a view that is described by its layout alone.
fn as_strided_node(base: &Tensor, view: &Array, edge: Edge, output: &Tensor) -> Arc<Node> {
    let (base, view) = (Place::of(&base.array()), Place::of(view));
    Node::function(
        "AsStridedBackward0".into(),
        vec![edge],
        vec![Form::of(output)],
        Vec::new(),
        Box::new(move |_, gradients| {
            let scatter = |g| strided::scatter_into(g, &view, &base);
            Ok(vec![gradients[0].as_ref().map(scatter).transpose()?])
        }),
    )
}
