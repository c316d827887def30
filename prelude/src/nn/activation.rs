//! Functions that are applied to every value, as modules.

use super::nonlinear::inplace_option;
use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;

/// The rectified linear unit as a layer, `max(x, 0)` of each value. Any shape. PyTorch: `torch.nn.ReLU`.
///
/// ```
/// use wick::prelude::*;
/// let relu = ReLU::new();
/// assert_eq!(relu.forward(&tensor!([-1., 0., 2.])).to_string(), "tensor([0., 0., 2.])");
/// // Changes its input itself.
/// let x = tensor!([-3., 4.]);
/// ReLU::new().inplace(true).forward(&x);
/// assert_eq!(x.to_string(), "tensor([0., 4.])");
/// ```
#[derive(Module, Default)]
#[module(extra_repr = Self::options)]
pub struct ReLU {
    inplace: bool,
    mode: Mode,
}

impl ReLU {
    /// A rectifier that leaves its input as it is.
    pub fn new() -> Self {
        Self::default()
    }

    fn options(&self) -> String {
        python::inplace(String::new(), self.inplace)
    }
}

#[hooked]
impl Forward for ReLU {
    fn forward(&self, x: &Tensor) -> Tensor {
        if self.inplace { x.relu_() } else { x.relu() }
    }
}

/// `max(x, 0)`, and a small slope where `x` is negative. Any shape. PyTorch: `torch.nn.LeakyReLU`.
///
/// ```
/// use wick::prelude::*;
/// let relu = LeakyReLU::new(0.1);
/// assert_eq!(relu.forward(&tensor!([-1., 2.])).to_string(), "tensor([-0.1000,  2.0000])");
/// assert_eq!(LeakyReLU::default().inplace(true).to_string(), "LeakyReLU(negative_slope=0.01, inplace=True)");
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct LeakyReLU {
    negative_slope: f64,
    inplace: bool,
    mode: Mode,
}

impl LeakyReLU {
    /// A rectifier with this slope on the negative side; PyTorch's default `negative_slope` is 0.01.
    pub fn new(negative_slope: f64) -> Self {
        Self {
            negative_slope,
            inplace: false,
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        let slope = python::float(self.negative_slope);
        python::inplace(format!("negative_slope={slope}"), self.inplace)
    }
}

/// With a slope of 0.01.
impl Default for LeakyReLU {
    fn default() -> Self {
        Self::new(0.01)
    }
}

#[hooked]
impl Forward for LeakyReLU {
    fn forward(&self, x: &Tensor) -> Tensor {
        match self.inplace {
            true => x.leaky_relu_(self.negative_slope),
            false => x.leaky_relu(self.negative_slope),
        }
    }
}

/// `max(x, 0)`, and a slope where `x` is negative that is drawn anew for each number in training (Xu and others, 2015).
/// Any shape. PyTorch: `torch.nn.RReLU`.
///
/// ```
/// use wick::prelude::*;
/// manual_seed(0);
/// let relu = nn::RReLU::new(0.1, 0.3);
/// let x = tensor!([-1., -1., 2.]);
/// assert_eq!(relu.forward(&x).to_string(), "tensor([-0.2940, -0.2416,  2.0000])");
/// relu.eval();
/// assert_eq!(relu.forward(&x).to_string(), "tensor([-0.2000, -0.2000,  2.0000])");
/// assert_eq!(nn::RReLU::new(0.1, 0.3).inplace(true).to_string(), "RReLU(lower=0.1, upper=0.3, inplace=True)");
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct RReLU {
    lower: f64,
    upper: f64,
    inplace: bool,
    mode: Mode,
}

impl RReLU {
    /// A rectifier with slopes between these; PyTorch's defaults are 1/8 and 1/3. Without training their middle is
    /// taken.
    ///
    /// # Panics
    /// When `lower` is above `upper`.
    #[track_caller]
    pub fn new(lower: f64, upper: f64) -> Self {
        assert!(
            lower <= upper,
            "Lower bound should be less than or equal to the upper bound"
        );
        Self {
            lower,
            upper,
            inplace: false,
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        let (lower, upper) = (python::float(self.lower), python::float(self.upper));
        python::inplace(format!("lower={lower}, upper={upper}"), self.inplace)
    }
}

/// With PyTorch's bounds.
impl Default for RReLU {
    fn default() -> Self {
        Self::new(1. / 8., 1. / 3.)
    }
}

#[hooked]
impl Forward for RReLU {
    fn forward(&self, x: &Tensor) -> Tensor {
        let (lower, upper, training) = (self.lower, self.upper, self.mode.is_training());
        match self.inplace {
            true => x.rrelu_(lower, upper, training),
            false => x.rrelu(lower, upper, training),
        }
    }
}

inplace_option!(ReLU, LeakyReLU, RReLU);

/// The logistic function as a layer, `1 / (1 + exp(-x))` of each value. Any shape. PyTorch: `torch.nn.Sigmoid`.
///
/// ```
/// use wick::prelude::*;
/// let y = Sigmoid::new().forward(&tensor!([-2., 0., 2.]));
/// assert_eq!(y.to_string(), "tensor([0.1192, 0.5000, 0.8808])");
/// ```
#[derive(Module, Default)]
pub struct Sigmoid {
    mode: Mode,
}

impl Sigmoid {
    /// The logistic function.
    pub fn new() -> Self {
        Self {
            mode: Mode::default(),
        }
    }
}

#[hooked]
impl Forward for Sigmoid {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.sigmoid()
    }
}

/// The hyperbolic tangent as a layer. Any shape. PyTorch: `torch.nn.Tanh`.
///
/// ```
/// use wick::prelude::*;
/// let y = Tanh::new().forward(&tensor!([-1., 0., 1.]));
/// assert_eq!(y.to_string(), "tensor([-0.7616,  0.0000,  0.7616])");
/// ```
#[derive(Module, Default)]
pub struct Tanh {
    mode: Mode,
}

impl Tanh {
    /// The hyperbolic tangent.
    pub fn new() -> Self {
        Self {
            mode: Mode::default(),
        }
    }
}

#[hooked]
impl Forward for Tanh {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.tanh()
    }
}

/// The Gaussian error linear unit as a layer: `x` times the probability that a standard normal number is below it. Any
/// shape. PyTorch: `torch.nn.GELU`.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([-1., 1.]);
/// assert_eq!(GELU::new().forward(&x).to_string(), "tensor([-0.1587,  0.8413])");
/// let nearly = GELU::new().approximate_tanh(true);
/// assert_eq!(nearly.forward(&x).to_string(), "tensor([-0.1588,  0.8412])");
/// assert_eq!(nearly.to_string(), "GELU(approximate='tanh')");
/// ```
#[derive(Module, Default)]
#[module(extra_repr = Self::options)]
pub struct GELU {
    tanh: bool,
    mode: Mode,
}

impl GELU {
    /// The exact function, by the error function.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the approximation by `tanh` is taken: PyTorch's `approximate='tanh'`.
    pub fn approximate_tanh(mut self, tanh: bool) -> Self {
        self.tanh = tanh;
        self
    }

    fn options(&self) -> String {
        let name = if self.tanh { "tanh" } else { "none" };
        format!("approximate='{name}'")
    }
}

#[hooked]
impl Forward for GELU {
    fn forward(&self, x: &Tensor) -> Tensor {
        if self.tanh { x.gelu_tanh() } else { x.gelu() }
    }
}

/// Turns the values along a dimension into probabilities, which sum to 1. Any shape, which stays. PyTorch:
/// `torch.nn.Softmax`.
///
/// ```
/// use wick::prelude::*;
/// let y = Softmax::new(1).forward(&tensor!([[1., 2., 3.], [0., 0., 0.]]));
/// assert_eq!(y.to_string(), "tensor([[0.0900, 0.2447, 0.6652],\n        [0.3333, 0.3333, 0.3333]])");
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Softmax {
    dim: i64,
    mode: Mode,
}

impl Softmax {
    /// Along `dim`; negative ones count from the back.
    pub fn new(dim: i64) -> Self {
        Self {
            dim,
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!("dim={}", self.dim)
    }
}

#[hooked]
impl Forward for Softmax {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.softmax(self.dim)
    }
}

/// The logarithms of [`Softmax`]'s probabilities. Any shape, which stays; [`NLLLoss`](super::NLLLoss) takes them.
/// PyTorch: `torch.nn.LogSoftmax`.
///
/// ```
/// use wick::prelude::*;
/// let y = LogSoftmax::new(-1).forward(&tensor!([1., 2., 3.]));
/// assert_eq!(y.to_string(), "tensor([-2.4076, -1.4076, -0.4076])");
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct LogSoftmax {
    dim: i64,
    mode: Mode,
}

impl LogSoftmax {
    /// Along `dim`; negative ones count from the back.
    pub fn new(dim: i64) -> Self {
        Self {
            dim,
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!("dim={}", self.dim)
    }
}

#[hooked]
impl Forward for LogSoftmax {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.log_softmax(self.dim)
    }
}

/// Turns the channels of each pixel into probabilities. `[N, C, H, W]` or `[C, H, W]`, which stays. PyTorch:
/// `torch.nn.Softmax2d`.
///
/// ```
/// use wick::prelude::*;
/// let y = nn::Softmax2d::new().forward(&Tensor::rand([1, 3, 2, 2]));
/// assert_eq!(y.sum_dim(1, false).i(0).to_string(), "tensor([[1., 1.],\n        [1., 1.]])");
/// ```
///
/// # Panics
/// When the input has neither three nor four dimensions.
#[derive(Module, Default)]
pub struct Softmax2d {
    mode: Mode,
}

impl Softmax2d {
    /// Along the channels.
    pub fn new() -> Self {
        Self::default()
    }
}

#[hooked]
impl Forward for Softmax2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        assert!(
            matches!(x.dim(), 3 | 4),
            "Softmax2d: expected input to be 3D or 4D, got {}D instead",
            x.dim()
        );
        x.softmax(-3)
    }
}

super::debug_is_display!(Softmax2d, RReLU);
super::debug_is_display!(ReLU, LeakyReLU, Sigmoid, Tanh, GELU, Softmax, LogSoftmax);
