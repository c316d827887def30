//! The less common functions between layers, as modules.

use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;

/// Declares modules that have nothing to choose.
macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident = $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Module, Default)]
        pub struct $name {
            mode: Mode,
        }

        impl $name {
            /// The function as a module.
            pub fn new() -> Self {
                Self { mode: Mode::default() }
            }
        }

        #[hooked]
        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$method()
            }
        }

        super::debug_is_display!($name);
    )*};
}

plain! {
    /// `x * sigmoid(x)`: `nn.SiLU`.
    SiLU = silu;
    /// `x * tanh(softplus(x))`: `nn.Mish`.
    Mish = mish;
    /// `max(x, 0)`, at most 6: `nn.ReLU6`.
    ReLU6 = relu6;
    /// The scaled exponential unit: `nn.SELU`.
    SELU = selu;
    /// A sigmoid of straight lines: `nn.Hardsigmoid`.
    Hardsigmoid = hardsigmoid;
    /// `x * hardsigmoid(x)`: `nn.Hardswish`.
    Hardswish = hardswish;
    /// `x / (1 + |x|)`: `nn.Softsign`.
    Softsign = softsign;
    /// `x - tanh(x)`: `nn.Tanhshrink`.
    Tanhshrink = tanhshrink;
    /// The logarithm of the sigmoid: `nn.LogSigmoid`.
    LogSigmoid = logsigmoid;
}

/// Declares modules that are made with numbers: the field, how Python writes it, and the function.
macro_rules! chosen {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($field:ident : $ty:ty = $show:expr),* } $text:literal => |$x:ident, $this:ident| $body:expr;
    )*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $name {
            $($field: $ty,)*
            mode: Mode,
        }

        impl $name {
            /// The function with these choices.
            pub fn new($($field: $ty),*) -> Self {
                Self { $($field,)* mode: Mode::default() }
            }

            fn options(&self) -> String {
                format!($text $(, ($show)(self.$field))*)
            }
        }

        #[hooked]
        impl Forward for $name {
            fn forward(&self, $x: &Tensor) -> Tensor {
                let $this = self;
                $body
            }
        }

        super::debug_is_display!($name);
    )*};
}

/// As it is.
fn integer(value: i64) -> i64 {
    value
}

chosen! {
    /// `x` where it is positive, `alpha * (exp(x) - 1)` elsewhere: `nn.ELU`, whose default alpha is 1.
    ELU { alpha: f64 = python::float } "alpha={}" => |x, this| x.elu(this.alpha);
    /// `x` where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere: `nn.CELU`, whose default alpha is 1.
    CELU { alpha: f64 = python::float } "alpha={}" => |x, this| x.celu(this.alpha);
    /// `x` between two bounds: `nn.Hardtanh`, whose defaults are -1 and 1.
    Hardtanh { min_val: f64 = python::float, max_val: f64 = python::float } "min_val={}, max_val={}"
        => |x, this| x.hardtanh(this.min_val, this.max_val);
    /// `log(1 + exp(beta * x)) / beta`, a smooth rectifier: `nn.Softplus`, whose defaults are 1 and 20.
    Softplus { beta: f64 = python::float, threshold: f64 = python::float } "beta={}, threshold={}"
        => |x, this| x.softplus_with(this.beta, this.threshold);
    /// `x` moved towards 0 by `lambda`: `nn.Softshrink`, whose default is 0.5.
    Softshrink { lambda: f64 = python::float } "{}" => |x, this| x.softshrink(this.lambda);
    /// `x` where it is farther from 0 than `lambda`: `nn.Hardshrink`, whose default is 0.5.
    Hardshrink { lambda: f64 = python::float } "{}" => |x, this| x.hardshrink(this.lambda);
    /// `x` where it is above `threshold`, `value` elsewhere: `nn.Threshold`.
    Threshold { threshold: f64 = python::float, value: f64 = python::float } "threshold={}, value={}"
        => |x, this| x.threshold(this.threshold, this.value);
    /// The first half of a dimension, times the sigmoid of the second: `nn.GLU`, whose default is the last (-1).
    GLU { dim: i64 = integer } "dim={}" => |x, this| x.glu(this.dim);
    /// Probabilities along a dimension, the largest where `x` is smallest: `nn.Softmin`.
    Softmin { dim: i64 = integer } "dim={}" => |x, this| x.softmin(this.dim);
}

/// `x` where it is positive, a learned slope times `x` elsewhere (He and others, 2015): `nn.PReLU`.
///
/// ```
/// use wick::prelude::*;
///
/// let y = PReLU::new().forward(&tensor!([-4., 2.]));
/// assert_eq!(y.detach().to_vec::<f32>(), [-1., 2.]);
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct PReLU {
    /// The slopes, one or `[channels]`.
    #[module(parameter)]
    pub weight: Tensor,
    mode: Mode,
}

impl PReLU {
    /// One slope for all channels, 0.25 at first.
    pub fn new() -> Self {
        Self::with(1, 0.25)
    }

    /// So many slopes (one, or one for each channel of `[N, C, …]`) that begin with `init`.
    pub fn with(num_parameters: usize, init: f64) -> Self {
        Self {
            weight: Tensor::full([num_parameters], init).requires_grad_(true),
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!("num_parameters={}", self.weight.numel())
    }
}

impl Default for PReLU {
    fn default() -> Self {
        Self::new()
    }
}

#[hooked]
impl Forward for PReLU {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.prelu(&self.weight)
    }
}

super::debug_is_display!(PReLU);
