//! What modules compute, as functions: `torch.nn.functional`, often imported as `F`.
//!
//! ```
//! use wick::nn::functional as F;
//! use wick::prelude::*;
//!
//! let y = F::relu(&F::linear(&tensor!([[1., -1.]]), &tensor!([[2., 3.]]), None));
//! assert_eq!(y.to_string(), "tensor([[0.]])");
//! ```

use super::Pair;
use crate::{Dims, Tensor};

use crate::tensor::{Pool2dOptions, PoolOptions};

pub use crate::tensor::{
    Conv1dOptions, Conv2dOptions, Conv3dOptions, ConvTranspose1dOptions, ConvTranspose2dOptions,
    ConvTranspose3dOptions,
};

/// Declares functions that panic with PyTorch's sentence at the line of their caller.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident : $ty:ty),* $(,)?) => $body:expr;)*) => {$(
        $(#[$doc])*
        // As many as PyTorch's function has.
        #[allow(clippy::too_many_arguments)]
        #[track_caller]
        pub fn $name($($arg: $ty),*) -> $crate::Tensor {
            $body
        }
    )*};
}

mod activation;
mod bags;
mod conv;
mod ctc;
mod dropout;
mod fractional;
mod grid;
mod loss;
mod margin;
mod norm;
mod rearrange;
mod table;
mod unpool;
mod vision;

pub use activation::*;
pub use bags::*;
pub use conv::*;
pub use ctc::*;
pub use dropout::*;
pub use fractional::*;
pub use grid::*;
pub use loss::*;
pub use margin::*;
pub use norm::*;
pub use rearrange::*;
pub use table::*;
pub use unpool::*;
pub use vision::*;

/// `max(x, 0)`.
pub fn relu(x: &Tensor) -> Tensor {
    x.relu()
}

/// `max(x, 0)`, and `negative_slope * x` where `x` is negative.
pub fn leaky_relu(x: &Tensor, negative_slope: f64) -> Tensor {
    x.leaky_relu(negative_slope)
}

/// `x` times the probability that a standard normal number is below `x`.
pub fn gelu(x: &Tensor) -> Tensor {
    x.gelu()
}

/// `x * sigmoid(x)`.
pub fn silu(x: &Tensor) -> Tensor {
    x.silu()
}

/// `1 / (1 + exp(-x))`.
pub fn sigmoid(x: &Tensor) -> Tensor {
    x.sigmoid()
}

/// The hyperbolic tangent.
pub fn tanh(x: &Tensor) -> Tensor {
    x.tanh()
}

/// Probabilities along `dim`.
#[track_caller]
pub fn softmax(x: &Tensor, dim: i64) -> Tensor {
    x.softmax(dim)
}

/// The logarithms of probabilities along `dim`.
#[track_caller]
pub fn log_softmax(x: &Tensor, dim: i64) -> Tensor {
    x.log_softmax(dim)
}

/// `x weightᵀ + bias`, with a weight `[out, in]`.
#[track_caller]
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
    x.linear(weight, bias)
}

/// The convolution of `[N, C, H, W]` with a weight `[out, C / groups, h, w]`.
#[track_caller]
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: Conv2dOptions,
) -> Tensor {
    x.conv2d(weight, bias, options)
}

/// The largest value of each window.
#[track_caller]
pub fn max_pool2d(
    x: &Tensor,
    kernel_size: impl Into<Pair>,
    stride: impl Into<Pair>,
    padding: impl Into<Pair>,
) -> Tensor {
    x.max_pool2d(window(kernel_size.into(), stride.into(), padding.into()))
}

/// The mean of each window; padding counts as zeros.
#[track_caller]
pub fn avg_pool2d(
    x: &Tensor,
    kernel_size: impl Into<Pair>,
    stride: impl Into<Pair>,
    padding: impl Into<Pair>,
) -> Tensor {
    x.avg_pool2d(window(kernel_size.into(), stride.into(), padding.into()))
}

/// The means of as many windows as the output is to have.
#[track_caller]
pub fn adaptive_avg_pool2d(x: &Tensor, output_size: impl Into<Pair>) -> Tensor {
    x.adaptive_avg_pool2d(output_size.into().sizes())
}

/// While `training`, sets values to zero with probability `p` and scales the others so that the sum stays.
#[track_caller]
pub fn dropout(x: &Tensor, p: f64, training: bool) -> Tensor {
    x.dropout(p, training)
}

/// Brings every channel to mean 0 and variance 1, then scales and shifts it.
///
/// With `training`, mean and variance are those of the batch, and `running` ones move towards them by `momentum`;
/// otherwise the running ones are used.
///
/// # Panics
/// When there is only one value of each channel to learn from.
#[track_caller]
pub fn batch_norm(
    x: &Tensor,
    running: Option<(&Tensor, &Tensor)>,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    training: bool,
    momentum: f64,
    eps: f64,
) -> Tensor {
    let shape = x.shape();
    let per_channel = shape
        .iter()
        .enumerate()
        .filter(|(dim, _)| *dim != 1)
        .map(|(_, size)| size)
        .product::<usize>();
    assert!(
        !training || per_channel != 1,
        "Expected more than 1 value per channel when training, got input size {shape}"
    );
    let (mean, var) = running.unzip();
    x.batch_norm(mean, var, weight, bias, training, momentum, eps)
}

/// Brings the values of the last dimensions, which have that `shape`, to mean 0 and variance 1, then scales and shifts them.
#[track_caller]
pub fn layer_norm(
    x: &Tensor,
    shape: impl crate::Given<Dims>,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Tensor {
    x.layer_norm(shape, weight, bias, eps)
}

/// The mean cross entropy of logits `[N, C]` and the right classes `[N]`.
#[track_caller]
pub fn cross_entropy(logits: &Tensor, classes: &Tensor) -> Tensor {
    logits.cross_entropy(classes)
}

/// The mean negative log-likelihood of log-probabilities `[N, C]` and the right classes `[N]`.
#[track_caller]
pub fn nll_loss(log_probabilities: &Tensor, classes: &Tensor) -> Tensor {
    log_probabilities.nll_loss(classes)
}

/// The mean squared difference.
#[track_caller]
pub fn mse_loss(input: &Tensor, target: &Tensor) -> Tensor {
    input.mse_loss(target)
}

/// The mean absolute difference.
#[track_caller]
pub fn l1_loss(input: &Tensor, target: &Tensor) -> Tensor {
    input.l1_loss(target)
}

/// The mean binary cross entropy of probabilities and those they should be.
#[track_caller]
pub fn binary_cross_entropy(input: &Tensor, target: &Tensor) -> Tensor {
    input.binary_cross_entropy(target)
}

/// The mean binary cross entropy of logits and probabilities.
#[track_caller]
pub fn binary_cross_entropy_with_logits(logits: &Tensor, probabilities: &Tensor) -> Tensor {
    logits.binary_cross_entropy_with_logits(probabilities)
}

fn window(kernel_size: Pair, stride: Pair, padding: Pair) -> Pool2dOptions {
    Pool2dOptions {
        kernel: kernel_size.sizes(),
        stride: stride.sizes(),
        padding: padding.sizes(),
        ..PoolOptions::new(1)
    }
}
