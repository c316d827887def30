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

/// The rectified linear unit, `max(x, 0)` of each value. Any shape. PyTorch: `F.relu`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// assert_eq!(F::relu(&tensor!([-1., 0., 2.])).to_string(), "tensor([0., 0., 2.])");
/// ```
pub fn relu(x: &Tensor) -> Tensor {
    x.relu()
}

/// `max(x, 0)`, and `negative_slope * x` where `x` is negative. Any shape; PyTorch's default slope is 0.01. PyTorch:
/// `F.leaky_relu`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// assert_eq!(F::leaky_relu(&tensor!([-1., 2.]), 0.1).to_string(), "tensor([-0.1000,  2.0000])");
/// ```
pub fn leaky_relu(x: &Tensor, negative_slope: f64) -> Tensor {
    x.leaky_relu(negative_slope)
}

/// The Gaussian error linear unit: `x` times the probability that a standard normal number is below `x`. Any shape.
/// PyTorch: `F.gelu`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// assert_eq!(F::gelu(&tensor!([-1., 0., 1.])).to_string(), "tensor([-0.1587,  0.0000,  0.8413])");
/// ```
pub fn gelu(x: &Tensor) -> Tensor {
    x.gelu()
}

/// `x * sigmoid(x)`, also called swish. Any shape. PyTorch: `F.silu`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// assert_eq!(F::silu(&tensor!([-1., 0., 1.])).to_string(), "tensor([-0.2689,  0.0000,  0.7311])");
/// ```
pub fn silu(x: &Tensor) -> Tensor {
    x.silu()
}

/// The logistic function, `1 / (1 + exp(-x))` of each value. Any shape. PyTorch: `F.sigmoid`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// assert_eq!(F::sigmoid(&tensor!([-2., 0., 2.])).to_string(), "tensor([0.1192, 0.5000, 0.8808])");
/// ```
pub fn sigmoid(x: &Tensor) -> Tensor {
    x.sigmoid()
}

/// The hyperbolic tangent of each value. Any shape. PyTorch: `F.tanh`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// assert_eq!(F::tanh(&tensor!([-1., 0., 1.])).to_string(), "tensor([-0.7616,  0.0000,  0.7616])");
/// ```
pub fn tanh(x: &Tensor) -> Tensor {
    x.tanh()
}

/// Probabilities along `dim`, which sum to 1 there. Any shape, which stays; a negative `dim` counts from the back.
/// PyTorch: `F.softmax`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let logits = tensor!([[1., 2., 3.], [0., 0., 0.]]);
/// assert_eq!(
///     F::softmax(&logits, 1).to_string(),
///     "tensor([[0.0900, 0.2447, 0.6652],\n        [0.3333, 0.3333, 0.3333]])"
/// );
/// ```
///
/// # Panics
/// When there is no such dimension.
#[track_caller]
pub fn softmax(x: &Tensor, dim: i64) -> Tensor {
    x.softmax(dim)
}

/// The logarithms of [`softmax`]'s probabilities along `dim`, without their rounding to 0. Any shape, which stays.
/// PyTorch: `F.log_softmax`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let y = F::log_softmax(&tensor!([0., 200.]), 0);
/// assert_eq!(y.to_string(), "tensor([-200.,    0.])");
/// ```
///
/// # Panics
/// When there is no such dimension.
#[track_caller]
pub fn log_softmax(x: &Tensor, dim: i64) -> Tensor {
    x.log_softmax(dim)
}

/// `x weightᵀ + bias`, what a fully connected layer computes. `[…, in]` to `[…, out]`, with a weight `[out, in]` and a
/// bias `[out]`. PyTorch: `F.linear`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let weight = tensor!([[1., 0.], [0., 1.], [1., 1.]]);
/// let y = F::linear(&tensor!([[2., 3.]]), &weight, Some(&tensor!([0., 0., 10.])));
/// assert_eq!(y.to_string(), "tensor([[ 2.,  3., 15.]])");
/// ```
///
/// # Panics
/// When the last dimension is not the weight's.
#[track_caller]
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Tensor {
    x.linear(weight, bias)
}

/// The convolution of images `[N, C, H, W]` with a weight `[out, C / groups, h, w]`. The result is `[N, out, H', W']`;
/// a bias is `[out]`. PyTorch: `F.conv2d`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let image = tensor!([[[[0., 0., 1.], [0., 0., 1.], [0., 0., 1.]]]]);
/// let edge = tensor!([[[[-1., 1.]]]]);
/// let y = F::conv2d(&image, &edge, None, Conv2dOptions::default());
/// assert_eq!(y.shape(), [1, 1, 3, 2]);
/// assert_eq!(y.i((0, 0, 0)).to_string(), "tensor([0., 1.])");
/// ```
///
/// # Panics
/// When the channels do not go with the weight's, or the kernel is larger than the padded image.
#[track_caller]
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: Conv2dOptions,
) -> Tensor {
    x.conv2d(weight, bias, options)
}

/// The largest value of each window of images. `[N, C, H, W]` to `[N, C, H', W']`; where PyTorch has no stride, it is
/// the size of the window. PyTorch: `F.max_pool2d`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let image = tensor!([[[[1., 2., 3., 4.], [5., 6., 7., 8.]]]]);
/// assert_eq!(F::max_pool2d(&image, 2, 2, 0).to_string(), "tensor([[[[6., 8.]]]])");
/// ```
///
/// # Panics
/// When a window is larger than the padded image, or the padding than half a window.
#[track_caller]
pub fn max_pool2d(
    x: &Tensor,
    kernel_size: impl Into<Pair>,
    stride: impl Into<Pair>,
    padding: impl Into<Pair>,
) -> Tensor {
    x.max_pool2d(window(kernel_size.into(), stride.into(), padding.into()))
}

/// The mean of each window of images; padding counts as zeros. `[N, C, H, W]` to `[N, C, H', W']`; where PyTorch has no
/// stride, it is the size of the window. PyTorch: `F.avg_pool2d`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let image = tensor!([[[[1., 2., 3., 4.], [5., 6., 7., 8.]]]]);
/// assert_eq!(F::avg_pool2d(&image, 2, 2, 0).to_string(), "tensor([[[[3.5000, 5.5000]]]])");
/// ```
///
/// # Panics
/// When a window is larger than the padded image, or the padding than half a window.
#[track_caller]
pub fn avg_pool2d(
    x: &Tensor,
    kernel_size: impl Into<Pair>,
    stride: impl Into<Pair>,
    padding: impl Into<Pair>,
) -> Tensor {
    x.avg_pool2d(window(kernel_size.into(), stride.into(), padding.into()))
}

/// The means of as many windows as the output is to have, whatever the size of the images. `[N, C, H, W]` to
/// `[N, C, output_size]`. PyTorch: `F.adaptive_avg_pool2d`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let image = tensor!([[[[1., 2., 3., 4.], [5., 6., 7., 8.]]]]);
/// assert_eq!(F::adaptive_avg_pool2d(&image, 1).to_string(), "tensor([[[[4.5000]]]])");
/// assert_eq!(F::adaptive_avg_pool2d(&image, (1, 2)).to_string(), "tensor([[[[3.5000, 5.5000]]]])");
/// ```
#[track_caller]
pub fn adaptive_avg_pool2d(x: &Tensor, output_size: impl Into<Pair>) -> Tensor {
    x.adaptive_avg_pool2d(output_size.into().sizes())
}

/// While `training`, sets values to zero with probability `p` and divides the others by `1 - p`, so that the sum stays
/// about the same. Any shape. PyTorch: `F.dropout`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// manual_seed(0);
/// let x = Tensor::ones([6]);
/// assert_eq!(F::dropout(&x, 0.5, true).to_string(), "tensor([0., 0., 2., 0., 0., 0.])");
/// assert_eq!(F::dropout(&x, 0.5, false).to_string(), "tensor([1., 1., 1., 1., 1., 1.])");
/// ```
///
/// # Panics
/// When `p` is not between 0 and 1.
#[track_caller]
pub fn dropout(x: &Tensor, p: f64, training: bool) -> Tensor {
    x.dropout(p, training)
}

/// Brings every channel to mean 0 and variance 1, then scales and shifts it. The shape `[N, C, …]` stays; `weight`,
/// `bias` and both of `running` (mean and variance) are `[C]`. PyTorch: `F.batch_norm`.
///
/// With `training`, mean and variance are those of the batch, and `running` ones move towards them by `momentum`;
/// otherwise the running ones are used. PyTorch's defaults are 0.1 for `momentum` and 1e-5 for `eps`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let (mean, var) = (Tensor::zeros([1]), Tensor::ones([1]));
/// let x = tensor!([[1.], [3.]]);
/// let y = F::batch_norm(&x, Some((&mean, &var)), None, None, true, 0.1, 1e-5);
/// assert_eq!(y.to_string(), "tensor([[-1.0000],\n        [ 1.0000]])");
/// // A tenth of the way to the batch's mean, 2.
/// assert_eq!(mean.to_string(), "tensor([0.2000])");
/// ```
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

/// Brings the values of the last dimensions, which have that `shape`, to mean 0 and variance 1, then scales and shifts
/// them. `weight` and `bias` have that `shape` too; PyTorch's default `eps` is 1e-5. PyTorch: `F.layer_norm`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let x = tensor!([[1., 2., 3.], [10., 20., 30.]]);
/// assert_eq!(
///     F::layer_norm(&x, [3], None, None, 1e-5).to_string(),
///     "tensor([[-1.2247,  0.0000,  1.2247],\n        [-1.2247,  0.0000,  1.2247]])"
/// );
/// ```
///
/// # Panics
/// When the input does not end with that shape.
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

/// The mean cross entropy of logits `[N, C]` and the right classes `[N]`, integers from 0. The result is a 0-d tensor;
/// probabilities `[N, C]` are taken as targets too. PyTorch: `F.cross_entropy`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let logits = tensor!([[2., 0., 0.], [0., 0., 0.]]);
/// assert_eq!(F::cross_entropy(&logits, &tensor!([0, 2])).to_string(), "tensor(0.6691)");
/// ```
///
/// # Panics
/// When the shapes do not go together or there is no such class.
#[track_caller]
pub fn cross_entropy(logits: &Tensor, classes: &Tensor) -> Tensor {
    logits.cross_entropy(classes)
}

/// The mean negative log-likelihood of log-probabilities `[N, C]` and the right classes `[N]`, integers from 0. It is
/// [`cross_entropy`] after [`log_softmax`]. PyTorch: `F.nll_loss`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let log_probabilities = F::log_softmax(&tensor!([[2., 0., 0.], [0., 0., 0.]]), 1);
/// assert_eq!(F::nll_loss(&log_probabilities, &tensor!([0, 2])).to_string(), "tensor(0.6691)");
/// ```
///
/// # Panics
/// When the shapes do not go together or there is no such class.
#[track_caller]
pub fn nll_loss(log_probabilities: &Tensor, classes: &Tensor) -> Tensor {
    log_probabilities.nll_loss(classes)
}

/// The mean squared difference of two tensors of one shape, a 0-d tensor. PyTorch: `F.mse_loss`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// assert_eq!(F::mse_loss(&tensor!([1., 2.]), &tensor!([1., 4.])).to_string(), "tensor(2.)");
/// ```
#[track_caller]
pub fn mse_loss(input: &Tensor, target: &Tensor) -> Tensor {
    input.mse_loss(target)
}

/// The mean absolute difference of two tensors of one shape, a 0-d tensor. PyTorch: `F.l1_loss`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// assert_eq!(F::l1_loss(&tensor!([1., 2.]), &tensor!([1., 4.])).to_string(), "tensor(1.)");
/// ```
#[track_caller]
pub fn l1_loss(input: &Tensor, target: &Tensor) -> Tensor {
    input.l1_loss(target)
}

/// The mean binary cross entropy of probabilities and those they should be. Both have one shape; the result is a 0-d
/// tensor. PyTorch: `F.binary_cross_entropy`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let loss = F::binary_cross_entropy(&tensor!([0.9, 0.2]), &tensor!([1., 0.]));
/// assert_eq!(loss.to_string(), "tensor(0.1643)");
/// ```
///
/// # Panics
/// When the shapes differ.
#[track_caller]
pub fn binary_cross_entropy(input: &Tensor, target: &Tensor) -> Tensor {
    input.binary_cross_entropy(target)
}

/// The mean binary cross entropy of logits and the probabilities that they should stand for. Both have one shape; it is
/// [`binary_cross_entropy`] after [`sigmoid`], without its rounding. PyTorch: `F.binary_cross_entropy_with_logits`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let loss = F::binary_cross_entropy_with_logits(&tensor!([3., -200.]), &tensor!([1., 1.]));
/// assert_eq!(loss.to_string(), "tensor(100.0243)");
/// ```
///
/// # Panics
/// When the shapes differ.
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
