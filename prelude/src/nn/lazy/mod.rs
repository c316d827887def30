//! Layers that learn from their first input how large it is.

mod conv;
mod norm;

use std::sync::{Arc, OnceLock};

use super::hooks::inside;
use super::members::Members;
use super::{BatchNorm1d, BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d, ConvTranspose1d};
use super::{ConvTranspose2d, ConvTranspose3d, Forward, InstanceNorm1d, InstanceNorm2d};
use super::{InstanceNorm3d, Linear, Module};
use crate::Tensor;
use crate::error::{OrPanic, Result};
use crate::random::fork_rng;

/// A layer that can be made when it is known how many features its input has.
pub trait Deferred: Forward + Sized {
    /// The name of the layer before that.
    const LAZY: &'static str;

    /// How many features an input has.
    ///
    /// # Errors
    /// When its shape is none that the layer takes.
    fn features(x: &Tensor) -> Result<usize>;

    /// How many features the layer has been loaded for; `None` where nobody can tell yet.
    fn loaded(&self) -> Option<usize>;
}

type Make<M> = Arc<dyn Fn(usize) -> M + Send + Sync>;

/// A layer that learns from its first input how many features it has: [`LazyLinear`] and its kin. From then on it is, and
/// prints itself as, the layer proper.
///
/// Its tensors are empty until then, but they are the same handles: an optimizer may be made before. What is drawn is
/// drawn at the first input. A state of the layer proper can be loaded before it, too.
///
/// ```
/// use wick::prelude::*;
///
/// let net = Sequential::new((nn::LazyLinear::new(8), ReLU::new(), nn::LazyLinear::new(2)));
/// assert!(net.to_string().contains("(0): LazyLinear(in_features=0, out_features=8, bias=True)"));
/// let optimizer = optim::SGD::new(net.parameters(), 0.1);
/// net.forward(&Tensor::rand([4, 3])).sum().backward();
/// optimizer.step();
/// assert!(net.to_string().contains("(0): Linear(in_features=3, out_features=8, bias=True)"));
/// ```
pub struct Lazy<M> {
    /// The layer, of no features until the first input.
    layer: M,
    make: Make<M>,
    /// What the ready layer prints between its parentheses.
    ready: OnceLock<String>,
}

/// `nn.LazyLinear`: see [`Lazy`].
pub type LazyLinear = Lazy<Linear>;
/// `nn.LazyConv1d`: see [`Lazy`].
pub type LazyConv1d = Lazy<Conv1d>;
/// `nn.LazyConv2d`: see [`Lazy`].
///
/// ```
/// use wick::prelude::*;
///
/// let conv = nn::LazyConv2d::new(16, 3).stride(2).padding(1);
/// assert_eq!(conv.forward(&Tensor::rand([1, 3, 8, 8])).shape(), [1, 16, 4, 4]);
/// assert_eq!(conv.get_parameter("weight").unwrap().shape(), [16, 3, 3, 3]);
/// ```
pub type LazyConv2d = Lazy<Conv2d>;
/// `nn.LazyConv3d`: see [`Lazy`].
pub type LazyConv3d = Lazy<Conv3d>;
/// `nn.LazyConvTranspose1d`: see [`Lazy`].
pub type LazyConvTranspose1d = Lazy<ConvTranspose1d>;
/// `nn.LazyConvTranspose2d`: see [`Lazy`].
///
/// ```
/// use wick::prelude::*;
///
/// let up = nn::LazyConvTranspose2d::new(8, 2).stride(2);
/// assert_eq!(up.forward(&Tensor::rand([1, 3, 8, 8])).shape(), [1, 8, 16, 16]);
/// assert_eq!(up.get_parameter("weight").unwrap().shape(), [3, 8, 2, 2]);
/// ```
pub type LazyConvTranspose2d = Lazy<ConvTranspose2d>;
/// `nn.LazyConvTranspose3d`: see [`Lazy`].
pub type LazyConvTranspose3d = Lazy<ConvTranspose3d>;
/// `nn.LazyBatchNorm1d`: see [`Lazy`].
pub type LazyBatchNorm1d = Lazy<BatchNorm1d>;
/// `nn.LazyBatchNorm2d`: see [`Lazy`].
pub type LazyBatchNorm2d = Lazy<BatchNorm2d>;
/// `nn.LazyBatchNorm3d`: see [`Lazy`].
pub type LazyBatchNorm3d = Lazy<BatchNorm3d>;
/// `nn.LazyInstanceNorm1d`: see [`Lazy`]. As in PyTorch, it has a scale and running statistics unless told otherwise, the
/// features are the second dimension of the first input, and nobody counts them where there is neither of the two.
///
/// ```
/// use wick::prelude::*;
///
/// let norm = nn::LazyInstanceNorm1d::new();
/// norm.forward(&Tensor::rand([2, 3, 8]));
/// assert_eq!(norm.get_parameter("weight").unwrap().shape(), [3]);
/// ```
pub type LazyInstanceNorm1d = Lazy<InstanceNorm1d>;
/// `nn.LazyInstanceNorm2d`: see [`LazyInstanceNorm1d`].
pub type LazyInstanceNorm2d = Lazy<InstanceNorm2d>;
/// `nn.LazyInstanceNorm3d`: see [`LazyInstanceNorm1d`].
pub type LazyInstanceNorm3d = Lazy<InstanceNorm3d>;

impl<M: Deferred> Lazy<M> {
    /// What `make` makes of a number of features. Nothing is drawn for it yet.
    fn of(make: impl Fn(usize) -> M + Send + Sync + 'static) -> Self {
        Self {
            layer: fork_rng(|| make(0)),
            make: Arc::new(make),
            ready: OnceLock::new(),
        }
    }

    /// With one more choice.
    fn with(self, choose: impl Fn(M) -> M + Send + Sync + 'static) -> Self {
        let make = self.make;
        Self::of(move |features| choose(make(features)))
    }

    /// Makes the layer for an input, unless it is there.
    fn prepare(&self, x: &Tensor) -> Result<()> {
        if self.ready.get().is_some() {
            return Ok(());
        }
        let text = match self.layer.loaded() {
            Some(features) => fork_rng(|| (self.make)(features)).extra_repr(),
            None => {
                let layer = (self.make)(M::features(x)?);
                let tensors = |layer: &M| Members::declared(layer.as_module()).tensors();
                for (to, from) in tensors(&self.layer).iter().zip(tensors(&layer)) {
                    to.set_data(&from.detach().try_to_dtype(to.dtype())?);
                }
                layer.extra_repr()
            }
        };
        // Another thread may have been first, with the same layer.
        let _ = self.ready.set(text);
        Ok(())
    }
}

impl<M: Deferred> Module for Lazy<M> {
    fn kind(&self) -> &'static str {
        match self.ready.get() {
            Some(_) => self.layer.kind(),
            None => M::LAZY,
        }
    }

    fn members<'a>(&'a self, members: &mut Members<'a>) {
        self.layer.members(members);
        if self.ready.get().is_none() {
            members.take_any_shape();
        }
    }

    fn as_module(&self) -> &dyn Module {
        self
    }

    fn extra_repr(&self) -> String {
        match self.ready.get() {
            Some(text) => text.clone(),
            None => self.layer.extra_repr(),
        }
    }
}

impl<M: Deferred> Forward for Lazy<M> {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.prepare(x).or_panic();
        inside(self, &self.layer, x)
    }
}

impl<M: Deferred> std::fmt::Display for Lazy<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        super::fmt_module(self, f)
    }
}

impl<M: Deferred> std::fmt::Debug for Lazy<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Deferred for Linear {
    const LAZY: &'static str = "LazyLinear";

    fn features(x: &Tensor) -> Result<usize> {
        match x.dim() {
            0 => Err(crate::Error::index("tuple index out of range")),
            _ => x.try_size(-1),
        }
    }

    fn loaded(&self) -> Option<usize> {
        Some(self.weight.size(1)).filter(|&features| features > 0)
    }
}

impl Lazy<Linear> {
    /// A layer of so many outputs.
    pub fn new(out_features: usize) -> Self {
        Self::of(move |features| Linear::new(features, out_features))
    }

    /// Whether the layer has a bias, which it has unless this says `false`.
    pub fn bias(self, bias: bool) -> Self {
        self.with(move |layer| layer.bias(bias))
    }
}
