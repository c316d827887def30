//! Functions that are applied to every value, as modules.

use super::nonlinear::inplace_option;
use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;

/// `max(x, 0)`: `nn.ReLU`.
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

/// `max(x, 0)`, and a small slope where `x` is negative: `nn.LeakyReLU`.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct LeakyReLU {
    negative_slope: f64,
    inplace: bool,
    mode: Mode,
}

impl LeakyReLU {
    /// A rectifier with this slope on the negative side; PyTorch's default is 0.01.
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

/// `max(x, 0)`, and a slope where `x` is negative that is drawn anew for each number in training: `nn.RReLU`
/// (Xu and others, 2015).
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct RReLU {
    lower: f64,
    upper: f64,
    inplace: bool,
    mode: Mode,
}

impl RReLU {
    /// With slopes between these; PyTorch's defaults are 1/8 and 1/3. Without training their middle is taken.
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

/// `1 / (1 + exp(-x))`: `nn.Sigmoid`.
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

/// The hyperbolic tangent: `nn.Tanh`.
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

/// The Gaussian error linear unit: `nn.GELU`.
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

/// Turns the values along a dimension into probabilities: `nn.Softmax`.
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

/// The logarithm of [`Softmax`]: `nn.LogSoftmax`.
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

/// Turns the channels `[N, C, H, W]` of each pixel into probabilities: `nn.Softmax2d`.
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
