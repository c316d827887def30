//! The less common functions between layers, as modules.

use super::python::float;
use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;
use crate::autograd::in_place;
use crate::error::{OrPanic, Result};

/// The function of a module, on `x` itself if that is what was chosen.
pub(super) fn applied(
    x: &Tensor,
    inplace: bool,
    function: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Tensor {
    if inplace {
        in_place(x, function).map(|()| x.clone())
    } else {
        function(x)
    }
    .or_panic()
}

/// Gives modules with a field `inplace` the option of that name.
macro_rules! inplace_option {
    ($($name:ident),*) => {$(
        impl $name {
            /// Whether the input itself is changed, which saves memory where nobody else needs it.
            pub fn inplace(mut self, inplace: bool) -> Self {
                self.inplace = inplace;
                self
            }
        }
    )*};
}
pub(super) use inplace_option;

/// Declares modules that have nothing to choose but whether they change their input itself.
macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident = $method:ident $(or $in_place:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Module, Default)]
        #[module(extra_repr = Self::options)]
        pub struct $name {
            inplace: bool,
            mode: Mode,
        }

        impl $name {
            /// The function as a module.
            pub fn new() -> Self {
                Self::default()
            }

            fn options(&self) -> String {
                // PyTorch's two hard ones do not say it.
                let silent = matches!(stringify!($name), "Hardsigmoid" | "Hardswish");
                python::inplace(String::new(), self.inplace && !silent)
            }
        }

        #[hooked]
        impl Forward for $name {
            fn forward(&self, x: &Tensor) -> Tensor {
                $(if self.inplace {
                    return x.$in_place().or_panic();
                })?
                applied(x, self.inplace, Tensor::$method)
            }
        }

        super::debug_is_display!($name);
    )*};
}

plain! {
    /// `x * sigmoid(x)`: `nn.SiLU`.
    SiLU = try_silu;
    /// `x * tanh(softplus(x))`: `nn.Mish`.
    Mish = try_mish;
    /// `max(x, 0)`, at most 6: `nn.ReLU6`.
    ReLU6 = try_relu6;
    /// The scaled exponential unit: `nn.SELU`.
    SELU = try_selu or try_selu_;
    /// A sigmoid of straight lines: `nn.Hardsigmoid`.
    Hardsigmoid = try_hardsigmoid;
    /// `x * hardsigmoid(x)`: `nn.Hardswish`.
    Hardswish = try_hardswish;
    /// `x / (1 + |x|)`: `nn.Softsign`.
    Softsign = try_softsign;
    /// `x - tanh(x)`: `nn.Tanhshrink`.
    Tanhshrink = try_tanhshrink;
    /// The logarithm of the sigmoid: `nn.LogSigmoid`.
    LogSigmoid = try_logsigmoid;
}

inplace_option!(SiLU, Mish, ReLU6, SELU, Hardsigmoid, Hardswish);

/// Declares modules that are made with numbers: the field, its default, how Python writes it, and the function.
macro_rules! chosen {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($field:ident : $ty:ty = $show:ident $default:tt),* } $text:literal
            => |$x:ident, $this:ident| $body:expr $(, in place $in_place:expr)?;
    )*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $name {
            $($field: $ty,)*
            inplace: bool,
            mode: Mode,
        }

        impl $name {
            /// The function with these choices.
            pub fn new($($field: $ty),*) -> Self {
                Self { $($field,)* inplace: false, mode: Mode::default() }
            }

            fn options(&self) -> String {
                python::inplace(format!($text $(, $show(self.$field))*), self.inplace)
            }
        }

        chosen!(@default $name $($default)*);

        #[hooked]
        impl Forward for $name {
            fn forward(&self, $x: &Tensor) -> Tensor {
                let $this = self;
                $(if self.inplace {
                    return $in_place.or_panic();
                })?
                applied($x, self.inplace, |$x| $body)
            }
        }

        super::debug_is_display!($name);
    )*};
    // `_` stands for an argument that PyTorch has no default for.
    (@default $name:ident $(_)+) => {};
    (@default $name:ident $($default:tt)+) => {
        /// With PyTorch's defaults.
        impl Default for $name {
            fn default() -> Self {
                Self::new($($default),+)
            }
        }
    };
}

/// As it is.
fn integer(value: i64) -> i64 {
    value
}

chosen! {
    /// `x` where it is positive, `alpha * (exp(x) - 1)` elsewhere: `nn.ELU`, whose default alpha is 1.
    ELU { alpha: f64 = float 1. } "alpha={}"
        => |x, this| x.try_elu(this.alpha), in place x.try_elu_(this.alpha);
    /// `x` where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere: `nn.CELU`, whose default alpha is 1.
    CELU { alpha: f64 = float 1. } "alpha={}"
        => |x, this| x.try_celu(this.alpha), in place x.try_celu_(this.alpha);
    /// `x` between two bounds: `nn.Hardtanh`, whose defaults are -1 and 1.
    Hardtanh { min_val: f64 = float (-1.), max_val: f64 = float 1. } "min_val={}, max_val={}"
        => |x, this| x.try_hardtanh(this.min_val, this.max_val);
    /// `log(1 + exp(beta * x)) / beta`, a smooth rectifier: `nn.Softplus`, whose defaults are 1 and 20.
    Softplus { beta: f64 = float 1., threshold: f64 = float 20. } "beta={}, threshold={}"
        => |x, this| x.try_softplus_with(this.beta, this.threshold);
    /// `x` moved towards 0 by `lambda`: `nn.Softshrink`, whose default is 0.5.
    Softshrink { lambda: f64 = float 0.5 } "{}" => |x, this| x.try_softshrink(this.lambda);
    /// `x` where it is farther from 0 than `lambda`: `nn.Hardshrink`, whose default is 0.5.
    Hardshrink { lambda: f64 = float 0.5 } "{}" => |x, this| x.try_hardshrink(this.lambda);
    /// `x` where it is above `threshold`, `value` elsewhere: `nn.Threshold`.
    Threshold { threshold: f64 = float _, value: f64 = float _ } "threshold={}, value={}"
        => |x, this| x.try_threshold(this.threshold, this.value),
        in place x.try_threshold_(this.threshold, this.value);
    /// The first half of a dimension, times the sigmoid of the second: `nn.GLU`, whose default is the last (-1).
    GLU { dim: i64 = integer (-1) } "dim={}" => |x, this| x.try_glu(this.dim);
    /// Probabilities along a dimension, the largest where `x` is smallest: `nn.Softmin`.
    Softmin { dim: i64 = integer _ } "dim={}" => |x, this| x.try_softmin(this.dim);
}

inplace_option!(ELU, CELU, Hardtanh, Threshold);

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
