//! Normalizations that look at one example at a time.

use super::functional as F;
use super::{Forward, Mode, Module, hooked, python};
use crate::{Dims, Shape, Tensor};

/// Brings the last dimensions to mean 0 and variance 1, then scales and shifts them. The input is
/// `[…, *normalized_shape]` and keeps its shape. PyTorch: `torch.nn.LayerNorm`.
///
/// ```
/// use wick::prelude::*;
/// let norm = LayerNorm::new(4);
/// let y = norm.forward(&tensor!([[1., 2., 3., 4.]]));
/// assert_eq!(y.detach().to_string(), "tensor([[-1.3416, -0.4472,  0.4472,  1.3416]])");
/// // Over the last two dimensions, with a scale for each element and no shift.
/// let norm = LayerNorm::new([2, 4]).eps(1e-6).elementwise_affine(true).bias(false);
/// assert_eq!(norm.to_string(), "LayerNorm((2, 4), eps=1e-06, elementwise_affine=True, bias=False)");
/// ```
///
/// # Panics
/// When the last sizes of the input are not the normalized shape.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct LayerNorm {
    /// The scale, of the normalized shape.
    #[module(parameter)]
    pub weight: Option<Tensor>,
    /// The shift, of the normalized shape.
    #[module(parameter)]
    pub bias: Option<Tensor>,
    #[module(skip)]
    normalized_shape: Shape,
    eps: f64,
    mode: Mode,
}

impl LayerNorm {
    /// A normalization of last dimensions of that shape, with eps 1e-5, scale 1 and shift 0: PyTorch's argument
    /// `normalized_shape`.
    ///
    /// # Panics
    /// When a size is negative.
    #[track_caller]
    pub fn new(normalized_shape: impl crate::Given<Dims>) -> Self {
        let shape = last_dimensions(&normalized_shape.into());
        Self {
            weight: Some(Tensor::ones(&shape).into_parameter()),
            bias: Some(Tensor::zeros(&shape).into_parameter()),
            normalized_shape: shape,
            eps: 1e-5,
            mode: Mode::default(),
        }
    }

    /// What is added to the variance, so that nothing is divided by zero. PyTorch's argument `eps`, 1e-5 at first.
    pub fn eps(mut self, eps: f64) -> Self {
        self.eps = eps;
        self
    }

    /// Whether there are a scale and a shift, which there are unless this says `false`. PyTorch's argument
    /// `elementwise_affine`.
    pub fn elementwise_affine(mut self, affine: bool) -> Self {
        let fresh = Self::new(&self.normalized_shape);
        self.weight = fresh.weight.filter(|_| affine);
        self.bias = fresh.bias.filter(|_| affine);
        self
    }

    /// Whether there is a shift next to the scale, which there is unless this says `false`. PyTorch's argument `bias`.
    pub fn bias(mut self, bias: bool) -> Self {
        let zeros = || Tensor::zeros(&self.normalized_shape).into_parameter();
        self.bias = (bias && self.weight.is_some()).then(zeros);
        self
    }

    fn options(&self) -> String {
        let mut text = normalized_text(
            &self.normalized_shape,
            python::float(self.eps),
            self.weight.is_some(),
        );
        python::keyword(&mut text, "bias", python::bool(self.bias.is_some()));
        text
    }
}

#[hooked]
impl Forward for LayerNorm {
    fn forward(&self, x: &Tensor) -> Tensor {
        let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
        x.layer_norm(&self.normalized_shape, weight, bias, self.eps)
    }
}

/// Divides the last dimensions by their root mean square, then scales them. The input is `[…, *normalized_shape]` and
/// keeps its shape. PyTorch: `torch.nn.RMSNorm`.
///
/// ```
/// use wick::prelude::*;
/// let y = RMSNorm::new(2).eps(0.).forward(&tensor!([[3., 4.]]));
/// assert_eq!(y.to_string(), "tensor([[0.8485, 1.1314]], grad_fn=<MulBackward0>)");
/// let plain = RMSNorm::new(2).elementwise_affine(false);
/// assert_eq!(plain.to_string(), "RMSNorm((2,), eps=None, elementwise_affine=False)");
/// ```
///
/// # Panics
/// When the last sizes of the input are not the normalized shape.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct RMSNorm {
    /// The scale, of the normalized shape.
    #[module(parameter)]
    pub weight: Option<Tensor>,
    #[module(skip)]
    normalized_shape: Shape,
    #[module(skip)]
    eps: Option<f64>,
    mode: Mode,
}

impl RMSNorm {
    /// A normalization of last dimensions of that shape, with scale 1 and the dtype's own eps.
    ///
    /// # Panics
    /// When a size is negative.
    #[track_caller]
    pub fn new(normalized_shape: impl crate::Given<Dims>) -> Self {
        let shape = last_dimensions(&normalized_shape.into());
        Self {
            weight: Some(Tensor::ones(&shape).into_parameter()),
            normalized_shape: shape,
            eps: None,
            mode: Mode::default(),
        }
    }

    /// What is added to the mean square, so that nothing is divided by zero. PyTorch's argument `eps`; the dtype's own
    /// unless this says otherwise.
    pub fn eps(mut self, eps: f64) -> Self {
        self.eps = Some(eps);
        self
    }

    /// Whether there is a scale, which there is unless this says `false`. PyTorch's argument `elementwise_affine`.
    pub fn elementwise_affine(mut self, affine: bool) -> Self {
        self.weight = Self::new(&self.normalized_shape).weight.filter(|_| affine);
        self
    }

    fn options(&self) -> String {
        let eps = self.eps.map_or_else(|| "None".to_owned(), python::float);
        normalized_text(&self.normalized_shape, eps, self.weight.is_some())
    }
}

#[hooked]
impl Forward for RMSNorm {
    fn forward(&self, x: &Tensor) -> Tensor {
        let shape = Dims::from(&self.normalized_shape);
        F::rms_norm(x, &shape, self.weight.as_ref(), self.eps)
    }
}

/// Brings groups of channels to mean 0 and variance 1, then scales and shifts every channel. The input is
/// `[N, num_channels, …]` and keeps its shape. PyTorch: `torch.nn.GroupNorm`.
///
/// ```
/// use wick::prelude::*;
/// // Two groups of one channel each.
/// let y = GroupNorm::new(2, 2).forward(&tensor!([[[1., 3.], [5., 9.]]]));
/// assert_eq!(y.detach().to_string(), "tensor([[[-1.0000,  1.0000],\n         [-1.0000,  1.0000]]])");
/// let norm = GroupNorm::new(3, 6).eps(1e-3).affine(true).bias(false);
/// assert_eq!(norm.to_string(), "GroupNorm(3, 6, eps=0.001, affine=True, bias=False)");
/// assert_eq!(norm.forward(&Tensor::rand([20, 6, 10, 10])).shape(), [20, 6, 10, 10]);
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct GroupNorm {
    /// The scale, `[num_channels]`.
    #[module(parameter)]
    pub weight: Option<Tensor>,
    /// The shift, `[num_channels]`.
    #[module(parameter)]
    pub bias: Option<Tensor>,
    num_groups: usize,
    num_channels: usize,
    eps: f64,
    mode: Mode,
}

impl GroupNorm {
    /// A normalization of so many groups of so many channels in all, with eps 1e-5, scale 1 and shift 0.
    ///
    /// # Panics
    /// When the channels cannot be split evenly.
    #[track_caller]
    pub fn new(num_groups: usize, num_channels: usize) -> Self {
        assert!(
            num_groups > 0 && num_channels.is_multiple_of(num_groups),
            "num_channels must be divisible by num_groups"
        );
        Self {
            weight: Some(Tensor::ones([num_channels]).into_parameter()),
            bias: Some(Tensor::zeros([num_channels]).into_parameter()),
            num_groups,
            num_channels,
            eps: 1e-5,
            mode: Mode::default(),
        }
    }

    /// What is added to the variance, so that nothing is divided by zero. PyTorch's argument `eps`, 1e-5 at first.
    pub fn eps(mut self, eps: f64) -> Self {
        self.eps = eps;
        self
    }

    /// Whether there are a scale and a shift, which there are unless this says `false`. PyTorch's argument `affine`.
    pub fn affine(mut self, affine: bool) -> Self {
        let fresh = Self::new(self.num_groups, self.num_channels);
        self.weight = fresh.weight.filter(|_| affine);
        self.bias = fresh.bias.filter(|_| affine);
        self
    }

    /// Whether there is a shift next to the scale, which there is unless this says `false`. PyTorch's argument `bias`.
    pub fn bias(mut self, bias: bool) -> Self {
        let zeros = || Tensor::zeros([self.num_channels]).into_parameter();
        self.bias = (bias && self.weight.is_some()).then(zeros);
        self
    }

    fn options(&self) -> String {
        let mut text = format!("{}, {}", self.num_groups, self.num_channels);
        python::keyword(&mut text, "eps", python::float(self.eps));
        python::keyword(&mut text, "affine", python::bool(self.weight.is_some()));
        python::keyword(&mut text, "bias", python::bool(self.bias.is_some()));
        text
    }
}

#[hooked]
impl Forward for GroupNorm {
    fn forward(&self, x: &Tensor) -> Tensor {
        let (weight, bias) = (self.weight.as_ref(), self.bias.as_ref());
        F::group_norm(x, self.num_groups, weight, bias, self.eps)
    }
}

#[track_caller]
fn last_dimensions(shape: &Dims) -> Shape {
    crate::error::OrPanic::or_panic(shape.to_shape())
}

fn normalized_text(shape: &Shape, eps: String, affine: bool) -> String {
    let mut text = python::tuple(shape);
    python::keyword(&mut text, "eps", eps);
    python::keyword(&mut text, "elementwise_affine", python::bool(affine));
    text
}

super::debug_is_display!(LayerNorm, RMSNorm, GroupNorm);
