//! Batch normalization.

use std::any::Any;

use super::functional as F;
use super::layers::Layer;
use super::sequential::Sequential;
use super::{Forward, Mode, Module, hooked, python};
use crate::{Tensor, no_grad};

/// Declares batch normalizations, which differ in the inputs they take.
macro_rules! batch_norms {
    ($($(#[$doc:meta])* $norm:ident ($ranks:pat, $expected:literal);)*) => {
        $(
            $(#[$doc])*
            #[derive(Module)]
            #[module(extra_repr = Self::options)]
            pub struct $norm {
                /// The scale, `[num_features]`.
                #[module(parameter)]
                pub weight: Option<Tensor>,
                /// The shift, `[num_features]`.
                #[module(parameter)]
                pub bias: Option<Tensor>,
                /// The mean of each channel over the batches of the past, `[num_features]`.
                #[module(buffer)]
                pub running_mean: Option<Tensor>,
                /// The variance of each channel over the batches of the past, `[num_features]`.
                #[module(buffer)]
                pub running_var: Option<Tensor>,
                /// How many batches there were, a 0-d `i64` tensor.
                #[module(buffer)]
                pub num_batches_tracked: Option<Tensor>,
                num_features: usize,
                eps: f64,
                #[module(skip)]
                momentum: Option<f64>,
                mode: Mode,
            }

            impl $norm {
                /// A normalization with momentum 0.1, eps 1e-5, scale 1, shift 0, and running statistics.
                pub fn new(num_features: usize) -> Self {
                    Self {
                        weight: Some(Tensor::ones([num_features]).into_parameter()),
                        bias: Some(Tensor::zeros([num_features]).into_parameter()),
                        running_mean: Some(Tensor::zeros([num_features])),
                        running_var: Some(Tensor::ones([num_features])),
                        num_batches_tracked: Some(Tensor::scalar(0i64)),
                        num_features,
                        eps: 1e-5,
                        momentum: Some(0.1),
                        mode: Mode::default(),
                    }
                }

                /// How much a batch counts in the running statistics; with `None` all batches count the same. PyTorch's
                /// argument `momentum`, 0.1 at first.
                pub fn momentum(mut self, momentum: impl Into<Option<f64>>) -> Self {
                    self.momentum = momentum.into();
                    self
                }

                /// What is added to the variance, so that nothing is divided by zero. PyTorch's argument `eps`, 1e-5 at
                /// first.
                pub fn eps(mut self, eps: f64) -> Self {
                    self.eps = eps;
                    self
                }

                /// Whether there are a scale and a shift, which there are unless this says `false`. PyTorch's argument
                /// `affine`.
                pub fn affine(mut self, affine: bool) -> Self {
                    let fresh = Self::new(self.num_features);
                    self.weight = fresh.weight.filter(|_| affine);
                    self.bias = fresh.bias.filter(|_| affine);
                    self
                }

                /// Whether running statistics are kept, which they are unless this says `false`. Without them, batches
                /// are normalized by their own statistics after `eval()` too. PyTorch's argument `track_running_stats`.
                pub fn track_running_stats(mut self, track: bool) -> Self {
                    let fresh = Self::new(self.num_features);
                    self.running_mean = fresh.running_mean.filter(|_| track);
                    self.running_var = fresh.running_var.filter(|_| track);
                    self.num_batches_tracked = fresh.num_batches_tracked.filter(|_| track);
                    self
                }

                /// Counts a batch, and says how much it counts.
                fn count_batch(&self) -> f64 {
                    let Some(count) = &self.num_batches_tracked else {
                        return self.momentum.unwrap_or(0.0);
                    };
                    no_grad(|| count.add_(1));
                    self.momentum.unwrap_or_else(|| 1.0 / count.item::<f64>())
                }

                fn options(&self) -> String {
                    let mut text = self.num_features.to_string();
                    python::keyword(&mut text, "eps", python::float(self.eps));
                    python::keyword(
                        &mut text,
                        "momentum",
                        self.momentum
                            .map_or_else(|| "None".to_owned(), python::float),
                    );
                    python::keyword(&mut text, "affine", python::bool(self.weight.is_some()));
                    python::keyword(&mut text, "bias", python::bool(self.bias.is_some()));
                    python::keyword(
                        &mut text,
                        "track_running_stats",
                        python::bool(self.running_mean.is_some()),
                    );
                    text
                }
            }

            #[hooked]
            impl Forward for $norm {
                fn forward(&self, x: &Tensor) -> Tensor {
                    let rank = x.shape().rank();
                    assert!(
                        matches!(rank, $ranks),
                        concat!("expected ", $expected, " input (got {}D input)"),
                        rank
                    );
                    let training = self.mode.is_training();
                    let momentum = if training { self.count_batch() } else { 0.0 };
                    let running = self.running_mean.as_ref().zip(self.running_var.as_ref());
                    let by_batch = training || running.is_none();
                    F::batch_norm(
                        x,
                        running,
                        self.weight.as_ref(),
                        self.bias.as_ref(),
                        by_batch,
                        momentum,
                        self.eps,
                    )
                }
            }

            super::debug_is_display!($norm);
        )*
    };
}

batch_norms! {
    /// Brings every channel to mean 0 and variance 1, then scales and shifts it. The input is `[N, num_features]` or
    /// `[N, num_features, L]` and keeps its shape; all else is as in [`BatchNorm2d`]. PyTorch: `torch.nn.BatchNorm1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let norm = BatchNorm1d::new(2);
    /// let y = norm.forward(&tensor!([[1., 10.], [3., 30.]]));
    /// assert_eq!(y.detach().to_string(), "tensor([[-1.0000, -1.0000],\n        [ 1.0000,  1.0000]])");
    /// // A tenth of the way to the means of the batch, 2 and 20.
    /// assert_eq!(norm.running_mean.as_ref().unwrap().to_string(), "tensor([0.2000, 2.0000])");
    /// let plain = BatchNorm1d::new(2).eps(1e-3).momentum(None).affine(false).track_running_stats(false);
    /// assert_eq!(
    ///     plain.to_string(),
    ///     "BatchNorm1d(2, eps=0.001, momentum=None, affine=False, bias=False, track_running_stats=False)"
    /// );
    /// ```
    BatchNorm1d(2 | 3, "2D or 3D");
    /// Brings every channel to mean 0 and variance 1, then scales and shifts it. The input is `[N, num_features, H, W]`
    /// and keeps its shape. PyTorch: `torch.nn.BatchNorm2d`.
    ///
    /// In training the mean and variance are those of the batch, and running ones are kept; after `eval()` the running
    /// ones are used.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let norm = BatchNorm2d::new(64).momentum(0.9);
    /// norm.forward(&Tensor::rand([8, 64, 4, 4]));
    /// assert_eq!(norm.num_batches_tracked.as_ref().map(|count| count.item::<i64>()), Some(1));
    /// norm.eval();
    /// // Nothing to train, and the statistics of each batch alone.
    /// let plain = BatchNorm2d::new(64).eps(1e-3).affine(false).track_running_stats(false);
    /// assert!(plain.weight.is_none() && plain.running_mean.is_none());
    /// ```
    ///
    /// # Panics
    /// In training, when a batch has only one value of each channel.
    BatchNorm2d(4, "4D");
    /// Brings every channel to mean 0 and variance 1, then scales and shifts it. The input is
    /// `[N, num_features, D, H, W]` and keeps its shape; all else is as in [`BatchNorm2d`]. PyTorch:
    /// `torch.nn.BatchNorm3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let norm = nn::BatchNorm3d::new(4).momentum(0.5).eps(1e-3).affine(true).track_running_stats(true);
    /// let y = norm.forward(&Tensor::rand([2, 4, 3, 5, 5]));
    /// assert_eq!(y.shape(), [2, 4, 3, 5, 5]);
    /// assert!(y.mean().abs().item::<f32>() < 1e-4);
    /// ```
    BatchNorm3d(5, "5D");
    /// Brings every channel to mean 0 and variance 1, then scales and shifts it, over the batches of all processes that
    /// train together. PyTorch: `torch.nn.SyncBatchNorm`.
    ///
    /// There is one process here, on which it is what the others are, for inputs `[N, num_features, …]` of any rank.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Conv2d::new(3, 8, 3), BatchNorm2d::new(8), ReLU::new()));
    /// let net = nn::SyncBatchNorm::convert_sync_batchnorm(net);
    /// assert_eq!(net[1].kind(), "SyncBatchNorm");
    /// let norm = nn::SyncBatchNorm::new(8).momentum(0.2).eps(1e-3).affine(false).track_running_stats(false);
    /// assert_eq!(
    ///     norm.to_string(),
    ///     "SyncBatchNorm(8, eps=0.001, momentum=0.2, affine=False, bias=False, track_running_stats=False)"
    /// );
    /// ```
    SyncBatchNorm(2.., "at least 2D");
}

/// Turns batch normalizations into synchronized ones, with all they hold.
macro_rules! synchronized {
    ($($norm:ident),*) => {
        $(
            impl From<$norm> for SyncBatchNorm {
                fn from(norm: $norm) -> Self {
                    Self {
                        weight: norm.weight,
                        bias: norm.bias,
                        running_mean: norm.running_mean,
                        running_var: norm.running_var,
                        num_batches_tracked: norm.num_batches_tracked,
                        num_features: norm.num_features,
                        eps: norm.eps,
                        momentum: norm.momentum,
                        mode: norm.mode,
                    }
                }
            }
        )*

        /// A layer with synchronized batch normalizations for others.
        fn convert(layer: Layer) -> Layer {
            let module = layer.as_module();
            if module.is::<Sequential>() {
                return replaced(layer, SyncBatchNorm::convert_sync_batchnorm);
            }
            $(
                if module.is::<$norm>() {
                    return replaced(layer, |norm: $norm| SyncBatchNorm::from(norm));
                }
            )*
            layer
        }
    };
}
synchronized!(BatchNorm1d, BatchNorm2d, BatchNorm3d);

/// What a function makes of a layer that is known to be an `M`.
fn replaced<M: Module, N: Forward + Send + Sync>(layer: Layer, f: impl FnOnce(M) -> N) -> Layer {
    let any: Box<dyn Any> = layer;
    match any.downcast::<M>() {
        Ok(module) => Box::new(f(*module)),
        Err(_) => unreachable!("the layer was asked what it is"),
    }
}

impl SyncBatchNorm {
    /// Puts synchronized batch normalizations in the place of all others in a `Sequential` and in those within it.
    ///
    /// Fields of structs of one's own have their types: `SyncBatchNorm::from(norm)` makes one of the other.
    pub fn convert_sync_batchnorm(net: Sequential) -> Sequential {
        net.map_layers(convert)
    }
}
