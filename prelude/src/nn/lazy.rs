//! Layers that learn from their first input how large it is.

use std::sync::{Arc, OnceLock};

use super::conv::ConvPadding;
use super::hooks::inside;
use super::members::Members;
use super::pair::Size;
use super::{
    BatchNorm1d, BatchNorm2d, BatchNorm3d, Conv1d, Conv2d, Conv3d, Forward, Linear, Module,
};
use crate::Tensor;
use crate::error::{OrPanic, Result, bail};
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
/// `nn.LazyBatchNorm1d`: see [`Lazy`].
pub type LazyBatchNorm1d = Lazy<BatchNorm1d>;
/// `nn.LazyBatchNorm2d`: see [`Lazy`].
pub type LazyBatchNorm2d = Lazy<BatchNorm2d>;
/// `nn.LazyBatchNorm3d`: see [`Lazy`].
pub type LazyBatchNorm3d = Lazy<BatchNorm3d>;

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

/// Lets convolutions of `n` dimensions be lazy.
macro_rules! lazy_convolutions {
    ($($conv:ident<$n:literal> = $lazy:literal;)*) => {$(
        impl Deferred for $conv {
            const LAZY: &'static str = $lazy;

            fn features(x: &Tensor) -> Result<usize> {
                match x.dim() {
                    rank if rank == $n + 1 => x.try_size(0),
                    rank if rank == $n + 2 => x.try_size(1),
                    _ => bail!(
                        "Expected {}D (unbatched) or {}D (batched) input to {}, but got input of size: {}",
                        $n + 1,
                        $n + 2,
                        $lazy,
                        x.shape()
                    ),
                }
            }

            fn loaded(&self) -> Option<usize> {
                let of_group = self.weight.size(1);
                (of_group > 0).then(|| of_group * self.geometry().groups)
            }
        }

        impl Lazy<$conv> {
            /// A convolution with so many outputs; all else is as in the layer proper.
            pub fn new(out_channels: usize, kernel_size: impl Into<Size<$n>>) -> Self {
                let kernel_size = kernel_size.into();
                Self::of(move |channels| $conv::new(channels, out_channels, kernel_size))
            }

            /// How far the kernel moves from one output to the next.
            #[track_caller]
            pub fn stride(self, stride: impl Into<Size<$n>>) -> Self {
                let stride = stride.into();
                self.with(move |layer| layer.stride(stride))
            }

            /// How much is put around the input on each side: a size, or `"same"` or `"valid"`.
            ///
            /// # Panics
            /// When a word is neither of them, or `"same"` is asked of a convolution with a stride.
            #[track_caller]
            pub fn padding(self, padding: impl Into<ConvPadding<$n>>) -> Self {
                let padding = padding.into();
                self.with(move |layer| layer.padding(padding))
            }

            /// What stands around the input: `"zeros"`, `"reflect"`, `"replicate"` or `"circular"`.
            ///
            /// # Panics
            /// When it is none of them.
            #[track_caller]
            pub fn padding_mode(self, padding_mode: &str) -> Self {
                let padding_mode = padding_mode.to_owned();
                self.with(move |layer| layer.padding_mode(&padding_mode))
            }

            /// The distance between neighbouring points of the kernel.
            pub fn dilation(self, dilation: impl Into<Size<$n>>) -> Self {
                let dilation = dilation.into();
                self.with(move |layer| layer.dilation(dilation))
            }

            /// Splits the channels into groups that do not see each other.
            ///
            /// # Panics
            /// When `groups` does not divide the number of outputs, and later that of inputs.
            #[track_caller]
            pub fn groups(self, groups: usize) -> Self {
                self.with(move |layer| layer.groups(groups))
            }

            /// Whether the layer has a bias, which it has unless this says `false`.
            pub fn bias(self, bias: bool) -> Self {
                self.with(move |layer| layer.bias(bias))
            }
        }
    )*};
}
lazy_convolutions! {
    Conv1d<1> = "LazyConv1d";
    Conv2d<2> = "LazyConv2d";
    Conv3d<3> = "LazyConv3d";
}

/// Lets batch normalizations of inputs of these ranks be lazy.
macro_rules! lazy_batch_norms {
    ($($norm:ident($ranks:pat, $expected:literal) = $lazy:literal;)*) => {$(
        impl Deferred for $norm {
            const LAZY: &'static str = $lazy;

            fn features(x: &Tensor) -> Result<usize> {
                match x.dim() {
                    $ranks => x.try_size(1),
                    rank => Err(crate::Error::value(format!(
                        concat!("expected ", $expected, " input (got {}D input)"),
                        rank
                    ))),
                }
            }

            fn loaded(&self) -> Option<usize> {
                let tensor = self.weight.as_ref().or(self.running_mean.as_ref())?;
                Some(tensor.numel()).filter(|&features| features > 0)
            }
        }

        impl Default for Lazy<$norm> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl Lazy<$norm> {
            /// A normalization; all else is as in the layer proper.
            pub fn new() -> Self {
                Self::of($norm::new)
            }

            /// How much a batch counts in the running statistics; with `None` all batches count the same.
            pub fn momentum(self, momentum: impl Into<Option<f64>>) -> Self {
                let momentum = momentum.into();
                self.with(move |layer| layer.momentum(momentum))
            }

            /// What is added to the variance, so that nothing is divided by zero.
            pub fn eps(self, eps: f64) -> Self {
                self.with(move |layer| layer.eps(eps))
            }

            /// Whether there are a scale and a shift, which there are unless this says `false`.
            pub fn affine(self, affine: bool) -> Self {
                self.with(move |layer| layer.affine(affine))
            }

            /// Whether running statistics are kept, which they are unless this says `false`.
            pub fn track_running_stats(self, track: bool) -> Self {
                self.with(move |layer| layer.track_running_stats(track))
            }
        }
    )*};
}
lazy_batch_norms! {
    BatchNorm1d(2 | 3, "2D or 3D") = "LazyBatchNorm1d";
    BatchNorm2d(4, "4D") = "LazyBatchNorm2d";
    BatchNorm3d(5, "5D") = "LazyBatchNorm3d";
}
