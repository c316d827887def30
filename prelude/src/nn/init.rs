//! Initial values for parameters: `torch.nn.init`. The same seed gives PyTorch's numbers.

mod shaped;

pub use shaped::{dirac_, eye_, orthogonal_, sparse_, trunc_normal_};

use crate::error::OrPanic;
use crate::{Error, Result, Tensor, no_grad};

/// Which number of connections keeps its variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fan {
    /// Inputs of a unit: keeps the variance in the forward pass.
    #[default]
    In,
    /// Outputs of a unit: keeps the variance of gradients in the backward pass.
    Out,
}

/// The function that comes after a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Nonlinearity {
    /// None, or one that needs no factor: sigmoid.
    Linear,
    /// `tanh`.
    Tanh,
    /// `max(x, 0)`.
    ReLU,
    /// `x`, times this slope where it is negative.
    LeakyReLU(f64),
    /// The scaled exponential linear unit.
    SELU,
}

/// The factor by which weights before `nonlinearity` are larger than before none.
pub fn calculate_gain(nonlinearity: Nonlinearity) -> f64 {
    match nonlinearity {
        Nonlinearity::Linear => 1.0,
        Nonlinearity::Tanh => 5.0 / 3.0,
        Nonlinearity::ReLU => 2f64.sqrt(),
        Nonlinearity::LeakyReLU(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
        Nonlinearity::SELU => 0.75,
    }
}

/// Fills `tensor` with numbers drawn evenly from `low` to `high`.
pub fn uniform_(tensor: &Tensor, low: f64, high: f64) -> &Tensor {
    no_grad(|| tensor.uniform_(low, high));
    tensor
}

/// Fills `tensor` with normally distributed numbers.
pub fn normal_(tensor: &Tensor, mean: f64, std: f64) -> &Tensor {
    no_grad(|| tensor.normal_(mean, std));
    tensor
}

/// Fills `tensor` with `value`.
pub fn constant_(tensor: &Tensor, value: f64) -> &Tensor {
    no_grad(|| tensor.fill_(value));
    tensor
}

/// Fills `tensor` with ones.
pub fn ones_(tensor: &Tensor) -> &Tensor {
    constant_(tensor, 1.0)
}

/// Fills `tensor` with zeros.
pub fn zeros_(tensor: &Tensor) -> &Tensor {
    constant_(tensor, 0.0)
}

/// Glorot's uniform distribution, scaled by `gain` (PyTorch's default is 1).
///
/// # Panics
/// When `tensor` has fewer than two dimensions.
#[track_caller]
pub fn xavier_uniform_(tensor: &Tensor, gain: f64) -> &Tensor {
    let bound = 3f64.sqrt() * xavier_std(tensor, gain).or_panic();
    uniform_(tensor, -bound, bound)
}

/// Glorot's normal distribution, scaled by `gain` (PyTorch's default is 1).
///
/// # Panics
/// When `tensor` has fewer than two dimensions.
#[track_caller]
pub fn xavier_normal_(tensor: &Tensor, gain: f64) -> &Tensor {
    normal_(tensor, 0.0, xavier_std(tensor, gain).or_panic())
}

/// He's uniform distribution for a layer before `nonlinearity`.
///
/// # Panics
/// When `tensor` has fewer than two dimensions.
#[track_caller]
pub fn kaiming_uniform_(tensor: &Tensor, fan: Fan, nonlinearity: Nonlinearity) -> &Tensor {
    let bound = 3f64.sqrt() * kaiming_std(tensor, fan, nonlinearity).or_panic();
    if tensor.numel() == 0 {
        return tensor;
    }
    uniform_(tensor, -bound, bound)
}

/// He's normal distribution for a layer before `nonlinearity`.
///
/// ```
/// use wick::nn::init::{Fan, Nonlinearity, kaiming_normal_};
/// use wick::prelude::*;
///
/// let conv = Conv2d::new(3, 64, 7);
/// kaiming_normal_(&conv.weight, Fan::Out, Nonlinearity::ReLU);
/// ```
///
/// # Panics
/// When `tensor` has fewer than two dimensions.
#[track_caller]
pub fn kaiming_normal_(tensor: &Tensor, fan: Fan, nonlinearity: Nonlinearity) -> &Tensor {
    normal_(
        tensor,
        0.0,
        kaiming_std(tensor, fan, nonlinearity).or_panic(),
    )
}

fn xavier_std(tensor: &Tensor, gain: f64) -> Result<f64> {
    let (fan_in, fan_out) = fans(tensor)?;
    Ok(gain * (2.0 / (fan_in + fan_out) as f64).sqrt())
}

fn kaiming_std(tensor: &Tensor, fan: Fan, nonlinearity: Nonlinearity) -> Result<f64> {
    let (fan_in, fan_out) = fans(tensor)?;
    let fan = match fan {
        Fan::In => fan_in,
        Fan::Out => fan_out,
    };
    Ok(calculate_gain(nonlinearity) / (fan as f64).sqrt())
}

/// How many inputs and outputs a unit of a layer with this weight has.
pub(super) fn fans(weight: &Tensor) -> Result<(usize, usize)> {
    match weight.shape().dims() {
        [outputs, inputs, field @ ..] => {
            let field: usize = field.iter().product();
            Ok((inputs * field, outputs * field))
        }
        _ => Err(Error::value(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
        )),
    }
}
