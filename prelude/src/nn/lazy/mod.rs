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

/// A layer that can be made when it is known how many features its input has, so that it can be [`Lazy`].
///
/// ```
/// use wick::nn::Deferred;
/// use wick::prelude::*;
///
/// assert_eq!(Conv2d::LAZY, "LazyConv2d");
/// // The channels of a batch of pictures.
/// assert_eq!(Conv2d::features(&Tensor::rand([8, 3, 32, 32])).unwrap(), 3);
/// assert!(Conv2d::features(&Tensor::rand([3])).is_err());
/// assert_eq!(Linear::new(4, 2).loaded(), Some(4));
/// ```
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

/// A layer that learns from its first input how many features it has: [`LazyLinear`] and its kin. From then on it is,
/// and prints itself as, the layer proper. PyTorch's modules whose names begin with `Lazy`.
///
/// Its tensors are empty until then, but they are the same handles: an optimizer may be made before. What is drawn is
/// drawn at the first input. A state of the layer proper can be loaded before it, too.
///
/// ```
/// use wick::prelude::*;
/// let net = Sequential::new((nn::LazyLinear::new(8), ReLU::new(), nn::LazyLinear::new(2)));
/// assert!(net.to_string().contains("(0): LazyLinear(in_features=0, out_features=8, bias=True)"));
/// let optimizer = optim::SGD::new(net.parameters(), 0.1);
/// net.forward(&Tensor::rand([4, 3])).sum().backward();
/// optimizer.step();
/// assert!(net.to_string().contains("(0): Linear(in_features=3, out_features=8, bias=True)"));
/// ```
///
/// The choices are those of the layers proper:
///
/// ```
/// use wick::prelude::*;
/// let conv = nn::LazyConv2d::new(8, 3).stride(2).dilation(2).groups(4).bias(false).padding(1).padding_mode("reflect");
/// assert_eq!(conv.forward(&Tensor::rand([1, 4, 9, 9])).shape(), [1, 8, 4, 4]);
/// let up = nn::LazyConvTranspose1d::new(8, 3).stride(2).padding(1).output_padding(1);
/// assert_eq!(up.forward(&Tensor::rand([1, 4, 9])).shape(), [1, 8, 18]);
/// let norm = nn::LazyBatchNorm1d::new().eps(1e-3).momentum(0.2).affine(false).track_running_stats(true);
/// norm.forward(&Tensor::rand([5, 4]));
/// assert_eq!(
///     norm.to_string(),
///     "BatchNorm1d(4, eps=0.001, momentum=0.2, affine=False, bias=False, track_running_stats=True)"
/// );
/// ```
pub struct Lazy<M> {
    /// The layer, of no features until the first input.
    layer: M,
    make: Make<M>,
    /// What the ready layer prints between its parentheses.
    ready: OnceLock<String>,
}

/// A [`Linear`] that learns the number of its inputs from the first. `[…, in]` to `[…, out_features]`. See [`Lazy`].
/// PyTorch: `torch.nn.LazyLinear`.
///
/// ```
/// use wick::prelude::*;
/// let fc = nn::LazyLinear::new(2);
/// assert_eq!(fc.to_string(), "LazyLinear(in_features=0, out_features=2, bias=True)");
/// fc.forward(&Tensor::rand([4, 7]));
/// assert_eq!(fc.to_string(), "Linear(in_features=7, out_features=2, bias=True)");
/// ```
pub type LazyLinear = Lazy<Linear>;
/// A [`Conv1d`] that learns the number of its input channels from the first input, `[N, C, L]`. See [`Lazy`]. PyTorch:
/// `torch.nn.LazyConv1d`.
///
/// ```
/// use wick::prelude::*;
/// let conv = nn::LazyConv1d::new(16, 3);
/// conv.forward(&Tensor::rand([1, 3, 8]));
/// assert_eq!(conv.get_parameter("weight").unwrap().shape(), [16, 3, 3]);
/// ```
pub type LazyConv1d = Lazy<Conv1d>;
/// A [`Conv2d`] that learns the number of its input channels from the first input, `[N, C, H, W]`. See [`Lazy`].
/// PyTorch: `torch.nn.LazyConv2d`.
///
/// ```
/// use wick::prelude::*;
/// let conv = nn::LazyConv2d::new(16, 3).stride(2).padding(1);
/// assert_eq!(conv.forward(&Tensor::rand([1, 3, 8, 8])).shape(), [1, 16, 4, 4]);
/// assert_eq!(conv.get_parameter("weight").unwrap().shape(), [16, 3, 3, 3]);
/// ```
pub type LazyConv2d = Lazy<Conv2d>;
/// A [`Conv3d`] that learns the number of its input channels from the first input, `[N, C, D, H, W]`. See [`Lazy`].
/// PyTorch: `torch.nn.LazyConv3d`.
///
/// ```
/// use wick::prelude::*;
/// let conv = nn::LazyConv3d::new(16, 3);
/// conv.forward(&Tensor::rand([1, 3, 4, 4, 4]));
/// assert_eq!(conv.get_parameter("weight").unwrap().shape(), [16, 3, 3, 3, 3]);
/// ```
pub type LazyConv3d = Lazy<Conv3d>;
/// A [`ConvTranspose1d`] that learns the number of its input channels from the first input, `[N, C, L]`. See [`Lazy`].
/// PyTorch: `torch.nn.LazyConvTranspose1d`.
///
/// ```
/// use wick::prelude::*;
/// let up = nn::LazyConvTranspose1d::new(8, 2).stride(2);
/// assert_eq!(up.forward(&Tensor::rand([1, 3, 8])).shape(), [1, 8, 16]);
/// assert_eq!(up.get_parameter("weight").unwrap().shape(), [3, 8, 2]);
/// ```
pub type LazyConvTranspose1d = Lazy<ConvTranspose1d>;
/// A [`ConvTranspose2d`] that learns the number of its input channels from the first input, `[N, C, H, W]`. See
/// [`Lazy`]. PyTorch: `torch.nn.LazyConvTranspose2d`.
///
/// ```
/// use wick::prelude::*;
/// let up = nn::LazyConvTranspose2d::new(8, 2).stride(2);
/// assert_eq!(up.forward(&Tensor::rand([1, 3, 8, 8])).shape(), [1, 8, 16, 16]);
/// assert_eq!(up.get_parameter("weight").unwrap().shape(), [3, 8, 2, 2]);
/// ```
pub type LazyConvTranspose2d = Lazy<ConvTranspose2d>;
/// A [`ConvTranspose3d`] that learns the number of its input channels from the first input, `[N, C, D, H, W]`. See
/// [`Lazy`]. PyTorch: `torch.nn.LazyConvTranspose3d`.
///
/// ```
/// use wick::prelude::*;
/// let up = nn::LazyConvTranspose3d::new(8, 2).stride(2);
/// assert_eq!(up.forward(&Tensor::rand([1, 3, 4, 4, 4])).shape(), [1, 8, 8, 8, 8]);
/// assert_eq!(up.get_parameter("weight").unwrap().shape(), [3, 8, 2, 2, 2]);
/// ```
pub type LazyConvTranspose3d = Lazy<ConvTranspose3d>;
/// A [`BatchNorm1d`] that learns the number of its channels from the first input, `[N, C]` or `[N, C, L]`. See
/// [`Lazy`]. PyTorch: `torch.nn.LazyBatchNorm1d`.
///
/// ```
/// use wick::prelude::*;
/// let norm = nn::LazyBatchNorm1d::new();
/// norm.forward(&Tensor::rand([4, 3]));
/// assert_eq!(norm.get_buffer("running_mean").unwrap().shape(), [3]);
/// ```
pub type LazyBatchNorm1d = Lazy<BatchNorm1d>;
/// A [`BatchNorm2d`] that learns the number of its channels from the first input, `[N, C, H, W]`. See [`Lazy`].
/// PyTorch: `torch.nn.LazyBatchNorm2d`.
///
/// ```
/// use wick::prelude::*;
/// let norm = nn::LazyBatchNorm2d::new();
/// norm.forward(&Tensor::rand([4, 3, 8, 8]));
/// assert_eq!(norm.get_buffer("running_mean").unwrap().shape(), [3]);
/// ```
pub type LazyBatchNorm2d = Lazy<BatchNorm2d>;
/// A [`BatchNorm3d`] that learns the number of its channels from the first input, `[N, C, D, H, W]`. See [`Lazy`].
/// PyTorch: `torch.nn.LazyBatchNorm3d`.
///
/// ```
/// use wick::prelude::*;
/// let norm = nn::LazyBatchNorm3d::new();
/// norm.forward(&Tensor::rand([4, 3, 2, 8, 8]));
/// assert_eq!(norm.get_buffer("running_mean").unwrap().shape(), [3]);
/// ```
pub type LazyBatchNorm3d = Lazy<BatchNorm3d>;
/// An [`InstanceNorm1d`] that learns the number of its channels from the first input, `[N, C, L]`. See [`Lazy`].
/// PyTorch: `torch.nn.LazyInstanceNorm1d`.
///
/// As in PyTorch, it has a scale and running statistics unless told otherwise, the features are the second dimension of
/// the first input, and nobody counts them where there is neither of the two.
///
/// ```
/// use wick::prelude::*;
/// let norm = nn::LazyInstanceNorm1d::new();
/// norm.forward(&Tensor::rand([2, 3, 8]));
/// assert_eq!(norm.get_parameter("weight").unwrap().shape(), [3]);
/// ```
pub type LazyInstanceNorm1d = Lazy<InstanceNorm1d>;
/// An [`InstanceNorm2d`] that learns the number of its channels from the first input, `[N, C, H, W]`. See
/// [`LazyInstanceNorm1d`]. PyTorch: `torch.nn.LazyInstanceNorm2d`.
///
/// ```
/// use wick::prelude::*;
/// let norm = nn::LazyInstanceNorm2d::new().eps(1e-3);
/// norm.forward(&Tensor::rand([2, 3, 8, 8]));
/// assert_eq!(norm.get_parameter("weight").unwrap().shape(), [3]);
/// ```
pub type LazyInstanceNorm2d = Lazy<InstanceNorm2d>;
/// An [`InstanceNorm3d`] that learns the number of its channels from the first input, `[N, C, D, H, W]`. See
/// [`LazyInstanceNorm1d`]. PyTorch: `torch.nn.LazyInstanceNorm3d`.
///
/// ```
/// use wick::prelude::*;
/// let norm = nn::LazyInstanceNorm3d::new().eps(1e-3);
/// norm.forward(&Tensor::rand([2, 3, 2, 8, 8]));
/// assert_eq!(norm.get_parameter("weight").unwrap().shape(), [3]);
/// ```
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
    /// A layer of so many outputs. PyTorch's argument `out_features`.
    pub fn new(out_features: usize) -> Self {
        Self::of(move |features| Linear::new(features, out_features))
    }

    /// Whether the layer has a bias, which it has unless this says `false`. PyTorch's argument `bias`.
    pub fn bias(self, bias: bool) -> Self {
        self.with(move |layer| layer.bias(bias))
    }
}
