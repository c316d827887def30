//! Instance normalization.

use super::functional as F;
use super::{Forward, Mode, Module, hooked, python};
use crate::error::OrPanic;
use crate::{Tensor, no_grad};

/// Declares instance normalizations, which differ in the inputs they take.
macro_rules! instance_norms {
    ($($(#[$doc:meta])* $norm:ident ($rank:literal, $expected:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $norm {
            /// The scale, `[num_features]`, if the layer has one.
            #[module(parameter)]
            pub weight: Option<Tensor>,
            /// The shift, `[num_features]`, if the layer has one.
            #[module(parameter)]
            pub bias: Option<Tensor>,
            /// The mean of each channel over the past, `[num_features]`, if it is kept.
            #[module(buffer)]
            pub running_mean: Option<Tensor>,
            /// The variance of each channel over the past, `[num_features]`, if it is kept.
            #[module(buffer)]
            pub running_var: Option<Tensor>,
            /// How many batches there were, a 0-d `i64` tensor, if statistics are kept.
            #[module(buffer)]
            pub num_batches_tracked: Option<Tensor>,
            num_features: usize,
            eps: f64,
            momentum: f64,
            mode: Mode,
        }

        impl $norm {
            /// A normalization of so many channels with eps 1e-5, without scale, shift and running statistics.
            pub fn new(num_features: usize) -> Self {
                Self {
                    weight: None,
                    bias: None,
                    running_mean: None,
                    running_var: None,
                    num_batches_tracked: None,
                    num_features,
                    eps: 1e-5,
                    momentum: 0.1,
                    mode: Mode::default(),
                }
            }

            /// How much a batch counts in the running statistics; 0.1 at first. PyTorch's argument `momentum`.
            pub fn momentum(mut self, momentum: f64) -> Self {
                self.momentum = momentum;
                self
            }

            /// What is added to the variance, so that nothing is divided by zero. PyTorch's argument `eps`, 1e-5 at
            /// first.
            pub fn eps(mut self, eps: f64) -> Self {
                self.eps = eps;
                self
            }

            /// Whether there are a scale and a shift, which there are not unless this says `true`. PyTorch's argument
            /// `affine`.
            pub fn affine(mut self, affine: bool) -> Self {
                let shape = [self.num_features];
                self.weight = affine.then(|| Tensor::ones(shape).into_parameter());
                self.bias = affine.then(|| Tensor::zeros(shape).into_parameter());
                self
            }

            /// Whether running statistics are kept, which are used after `eval()`. They are not unless this says
            /// `true`. PyTorch's argument `track_running_stats`.
            pub fn track_running_stats(mut self, track: bool) -> Self {
                let shape = [self.num_features];
                self.running_mean = track.then(|| Tensor::zeros(shape));
                self.running_var = track.then(|| Tensor::ones(shape));
                self.num_batches_tracked = track.then(|| Tensor::scalar(0i64));
                self
            }

            fn options(&self) -> String {
                let mut text = self.num_features.to_string();
                python::keyword(&mut text, "eps", python::float(self.eps));
                python::keyword(&mut text, "momentum", python::float(self.momentum));
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
            #[track_caller]
            fn forward(&self, x: &Tensor) -> Tensor {
                let rank = x.dim();
                assert!(
                    rank == $rank || rank == $rank - 1,
                    concat!("expected ", $expected, " input (got {}D input)"),
                    rank
                );
                let batched = rank == $rank;
                let size = x.dims()[usize::from(batched)];
                if let Some(features) = self.weight.as_ref().map(Tensor::numel) {
                    assert!(
                        size == features,
                        "expected input's size at dim={} to match num_features ({features}), but got: {size}.",
                        usize::from(batched)
                    );
                }
                let x = if batched { x.clone() } else { x.unsqueeze(0) };
                let running = self.running_mean.as_ref().zip(self.running_var.as_ref());
                let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
                let y = normalize(&x, running, weight, bias, self.mode.is_training(), self.momentum, self.eps);
                if batched { y } else { y.squeeze_dim(0) }
            }
        }

        super::debug_is_display!($norm);
    )*};
}

/// As `instance_norm` in PyTorch's Normalization.cpp: a batch normalization of one example whose channels are those of
/// all examples. The running statistics move towards the means over the examples.
#[track_caller]
fn normalize(
    x: &Tensor,
    running: Option<(&Tensor, &Tensor)>,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    training: bool,
    momentum: f64,
    eps: f64,
) -> Tensor {
    let Some((mean, var)) = running else {
        return F::instance_norm(x, weight, bias, eps);
    };
    if training {
        F::several_places(x).or_panic();
    }
    let shape = x.dims();
    let (batch, channels) = (shape[0], shape[1]);
    let mut flat = vec![1, batch * channels];
    flat.extend(&shape[2..]);
    let each = |tensor: &Tensor| tensor.repeat([batch as i64]);
    let (means, vars) = (each(mean), each(var));
    let y = F::batch_norm(
        &x.reshape(flat),
        Some((&means, &vars)),
        weight.map(each).as_ref(),
        bias.map(each).as_ref(),
        training,
        momentum,
        eps,
    );
    if training {
        no_grad(|| {
            for (running, all) in [(mean, means), (var, vars)] {
                running.copy_(&all.reshape([batch, channels]).mean_dim([0], false));
            }
        });
    }
    y.reshape(shape)
}

instance_norms! {
    /// Brings every channel of every example to mean 0 and variance 1. The input is `[N, num_features, L]` and keeps
    /// its shape; the batch may be missing. PyTorch: `torch.nn.InstanceNorm1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[[1., 3.], [10., 30.]]]);
    /// let norm = nn::InstanceNorm1d::new(2);
    /// assert_eq!(norm.forward(&x).to_string(), "tensor([[[-1.0000,  1.0000],\n         [-1.0000,  1.0000]]])");
    /// // Halfway from 0 to the means of the channels, 2 and 20.
    /// let kept = nn::InstanceNorm1d::new(2).track_running_stats(true).momentum(0.5).eps(1e-3).affine(true);
    /// kept.forward(&x);
    /// assert_eq!(kept.running_mean.as_ref().unwrap().to_string(), "tensor([ 1., 10.])");
    /// ```
    ///
    /// # Panics
    /// When the rank of the input is neither 2 nor 3, when there is a scale or shift and the number of channels is not
    /// `num_features`, or when a channel has only one value (where statistics are kept, in training only).
    InstanceNorm1d(3, "2D or 3D");
    /// Brings every channel of every example to mean 0 and variance 1. The input is `[N, num_features, H, W]` and keeps
    /// its shape; the batch may be missing. All else is as in [`InstanceNorm1d`]. PyTorch: `torch.nn.InstanceNorm2d`.
    ///
    /// Style transfer uses it, as it takes the contrast out of each picture.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let norm = nn::InstanceNorm2d::new(3);
    /// let (picture, bright) = (Tensor::rand([1, 3, 8, 8]), Tensor::full([1, 3, 8, 8], 5.));
    /// let difference = norm.forward(&picture) - norm.forward(&(&picture + bright));
    /// assert!(difference.abs().max().item::<f32>() < 1e-3);
    /// let norm = norm.affine(true).track_running_stats(true).momentum(0.2).eps(1e-3);
    /// assert_eq!(
    ///     norm.to_string(),
    ///     "InstanceNorm2d(3, eps=0.001, momentum=0.2, affine=True, bias=True, track_running_stats=True)"
    /// );
    /// ```
    InstanceNorm2d(4, "3D or 4D");
    /// Brings every channel of every example to mean 0 and variance 1. The input is `[N, num_features, D, H, W]` and
    /// keeps its shape; the batch may be missing. All else is as in [`InstanceNorm1d`]. PyTorch:
    /// `torch.nn.InstanceNorm3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let norm = nn::InstanceNorm3d::new(4).affine(true).track_running_stats(true).momentum(0.2).eps(1e-3);
    /// let y = norm.forward(&Tensor::rand([2, 4, 3, 5, 5]));
    /// assert_eq!(y.shape(), [2, 4, 3, 5, 5]);
    /// assert!(y.mean_dim([2, 3, 4], false).abs().max().item::<f32>() < 1e-4);
    /// ```
    InstanceNorm3d(5, "4D or 5D");
}
