//! Functions that are applied to every value, as modules.

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

    /// Whether the input itself is changed, which saves memory where nobody else needs it.
    pub fn inplace(mut self, inplace: bool) -> Self {
        self.inplace = inplace;
        self
    }

    fn options(&self) -> String {
        if self.inplace {
            "inplace=True".to_owned()
        } else {
            String::new()
        }
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
    mode: Mode,
}

impl LeakyReLU {
    /// A rectifier with this slope on the negative side; PyTorch's default is 0.01.
    pub fn new(negative_slope: f64) -> Self {
        Self {
            negative_slope,
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!("negative_slope={}", python::float(self.negative_slope))
    }
}

#[hooked]
impl Forward for LeakyReLU {
    fn forward(&self, x: &Tensor) -> Tensor {
        super::functional::leaky_relu(x, self.negative_slope)
    }
}

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

super::debug_is_display!(ReLU, LeakyReLU, Sigmoid, Tanh, GELU, Softmax, LogSoftmax);
