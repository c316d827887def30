//! Initial values for parameters: `torch.nn.init`. The same seed gives PyTorch's numbers.

mod shaped;

pub use shaped::{dirac_, eye_, orthogonal_, sparse_, trunc_normal_};

use crate::error::OrPanic;
use crate::{Error, Result, Tensor, no_grad};

/// Which number of connections keeps its variance: PyTorch's argument `mode` of `torch.nn.init.kaiming_normal_`.
///
/// ```
/// use wick::nn::init::{Fan, Nonlinearity, kaiming_uniform_};
/// use wick::prelude::*;
/// // 100 inputs and 1 output: a bound of √(6 / 100) or of √6.
/// let weight = Tensor::empty([1, 100]);
/// assert!(kaiming_uniform_(&weight, Fan::In, Nonlinearity::ReLU).abs().max().item::<f64>() < 0.245);
/// assert!(kaiming_uniform_(&weight, Fan::Out, Nonlinearity::ReLU).abs().max().item::<f64>() > 1.);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fan {
    /// Inputs of a unit: keeps the variance in the forward pass.
    #[default]
    In,
    /// Outputs of a unit: keeps the variance of gradients in the backward pass.
    Out,
}

/// The function that comes after a layer: PyTorch's argument `nonlinearity` of `torch.nn.init.calculate_gain`.
///
/// ```
/// use wick::nn::init::{Nonlinearity, calculate_gain};
/// assert_eq!(calculate_gain(Nonlinearity::Linear), 1.);
/// assert_eq!(calculate_gain(Nonlinearity::Tanh), 5. / 3.);
/// assert_eq!(format!("{:.4}", calculate_gain(Nonlinearity::LeakyReLU(0.2))), "1.3868");
/// ```
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

/// The factor by which weights before `nonlinearity` are larger than before none. PyTorch:
/// `torch.nn.init.calculate_gain`.
///
/// ```
/// use wick::nn::init::{Nonlinearity, calculate_gain};
/// assert_eq!(format!("{:.4}", calculate_gain(Nonlinearity::ReLU)), "1.4142");
/// assert_eq!(calculate_gain(Nonlinearity::SELU), 0.75);
/// ```
pub fn calculate_gain(nonlinearity: Nonlinearity) -> f64 {
    match nonlinearity {
        Nonlinearity::Linear => 1.0,
        Nonlinearity::Tanh => 5.0 / 3.0,
        Nonlinearity::ReLU => 2f64.sqrt(),
        Nonlinearity::LeakyReLU(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
        Nonlinearity::SELU => 0.75,
    }
}

/// Fills `tensor` with numbers drawn evenly from `low` to `high`. Floats of any shape; PyTorch's defaults are 0 and 1.
/// PyTorch: `torch.nn.init.uniform_`.
///
/// ```
/// use wick::prelude::*;
/// manual_seed(0);
/// let weight = Tensor::empty([3]);
/// nn::init::uniform_(&weight, -1., 1.);
/// assert_eq!(weight.to_string(), "tensor([-0.0075,  0.5364, -0.8230])");
/// ```
pub fn uniform_(tensor: &Tensor, low: f64, high: f64) -> &Tensor {
    no_grad(|| tensor.uniform_(low, high));
    tensor
}

/// Fills `tensor` with normally distributed numbers. Floats of any shape; PyTorch's defaults are a `mean` of 0 and an
/// `std` of 1. PyTorch: `torch.nn.init.normal_`.
///
/// ```
/// use wick::prelude::*;
/// manual_seed(0);
/// let weight = Tensor::empty([3]);
/// nn::init::normal_(&weight, 0., 0.1);
/// assert_eq!(weight.to_string(), "tensor([ 0.1541, -0.0293, -0.2179])");
/// ```
pub fn normal_(tensor: &Tensor, mean: f64, std: f64) -> &Tensor {
    no_grad(|| tensor.normal_(mean, std));
    tensor
}

/// Fills `tensor` with `value`. Any shape. PyTorch: `torch.nn.init.constant_`.
///
/// ```
/// use wick::prelude::*;
/// let fc = Linear::new(2, 2);
/// nn::init::constant_(&fc.weight, 0.5);
/// assert_eq!(fc.forward(&tensor!([[1., 3.]])).shape(), [1, 2]);
/// assert_eq!(fc.weight.detach().to_string(), "tensor([[0.5000, 0.5000],\n        [0.5000, 0.5000]])");
/// ```
pub fn constant_(tensor: &Tensor, value: f64) -> &Tensor {
    no_grad(|| tensor.fill_(value));
    tensor
}

/// Fills `tensor` with ones. Any shape. PyTorch: `torch.nn.init.ones_`.
///
/// ```
/// use wick::prelude::*;
/// let norm = LayerNorm::new([3]);
/// nn::init::ones_(norm.weight.as_ref().unwrap());
/// assert_eq!(norm.weight.unwrap().detach().to_string(), "tensor([1., 1., 1.])");
/// ```
pub fn ones_(tensor: &Tensor) -> &Tensor {
    constant_(tensor, 1.0)
}

/// Fills `tensor` with zeros. Any shape. PyTorch: `torch.nn.init.zeros_`.
///
/// ```
/// use wick::prelude::*;
/// let fc = Linear::new(4, 3);
/// nn::init::zeros_(fc.bias.as_ref().unwrap());
/// assert_eq!(fc.bias.unwrap().detach().to_string(), "tensor([0., 0., 0.])");
/// ```
pub fn zeros_(tensor: &Tensor) -> &Tensor {
    constant_(tensor, 0.0)
}

/// Fills `tensor` from Glorot's uniform distribution, scaled by `gain` (PyTorch's default is 1). A weight
/// `[out, in, …]`. PyTorch: `torch.nn.init.xavier_uniform_`.
///
/// ```
/// use wick::prelude::*;
/// manual_seed(0);
/// let weight = Tensor::empty([2, 3]);
/// nn::init::xavier_uniform_(&weight, 1.);
/// assert_eq!(weight.to_string(), "tensor([[-0.0082,  0.5876, -0.9016],\n        [-0.8062, -0.4219,  0.2938]])");
/// ```
///
/// # Panics
/// When `tensor` has fewer than two dimensions.
#[track_caller]
pub fn xavier_uniform_(tensor: &Tensor, gain: f64) -> &Tensor {
    let bound = 3f64.sqrt() * xavier_std(tensor, gain).or_panic();
    uniform_(tensor, -bound, bound)
}

/// Fills `tensor` from Glorot's normal distribution, scaled by `gain` (PyTorch's default is 1). A weight
/// `[out, in, …]`. PyTorch: `torch.nn.init.xavier_normal_`.
///
/// ```
/// use wick::prelude::*;
/// manual_seed(0);
/// let weight = Tensor::empty([2, 3]);
/// nn::init::xavier_normal_(&weight, 1.);
/// assert_eq!(weight.to_string(), "tensor([[ 0.9746, -0.1856, -1.3780],\n        [ 0.3595, -0.6859, -0.8845]])");
/// ```
///
/// # Panics
/// When `tensor` has fewer than two dimensions.
#[track_caller]
pub fn xavier_normal_(tensor: &Tensor, gain: f64) -> &Tensor {
    normal_(tensor, 0.0, xavier_std(tensor, gain).or_panic())
}

/// Fills `tensor` from He's uniform distribution for a layer before `nonlinearity`. A weight `[out, in, …]`. PyTorch:
/// `torch.nn.init.kaiming_uniform_`.
///
/// ```
/// use wick::nn::init::{Fan, Nonlinearity, kaiming_uniform_};
/// use wick::prelude::*;
/// manual_seed(0);
/// let weight = Tensor::empty([2, 3]);
/// kaiming_uniform_(&weight, Fan::In, Nonlinearity::ReLU);
/// assert_eq!(weight.to_string(), "tensor([[-0.0106,  0.7586, -1.1640],\n        [-1.0408, -0.5447,  0.3792]])");
/// ```
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

/// Fills `tensor` from He's normal distribution for a layer before `nonlinearity`. A weight `[out, in, …]`. PyTorch:
/// `torch.nn.init.kaiming_normal_`.
///
/// ```
/// use wick::nn::init::{Fan, Nonlinearity, kaiming_normal_};
/// use wick::prelude::*;
/// manual_seed(0);
/// let weight = Tensor::empty([2, 3]);
/// kaiming_normal_(&weight, Fan::Out, Nonlinearity::ReLU);
/// assert_eq!(weight.to_string(), "tensor([[ 1.5410, -0.2934, -2.1788],\n        [ 0.5684, -1.0845, -1.3986]])");
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
