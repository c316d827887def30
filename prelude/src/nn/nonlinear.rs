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
            /// Whether the input itself is changed, which saves memory where nobody else needs it. PyTorch's argument
            /// `inplace`.
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
            /// The function as a module, which leaves its input as it is.
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
    /// The sigmoid linear unit as a layer, `x * sigmoid(x)`; others call it swish. Any shape. PyTorch: `torch.nn.SiLU`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = SiLU::new().forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-0.2384,  0.0000,  1.7616])");
    /// assert_eq!(SiLU::new().inplace(true).to_string(), "SiLU(inplace=True)");
    /// ```
    SiLU = try_silu;
    /// The function `x * tanh(softplus(x))` as a layer (Misra, 2019). Any shape. PyTorch: `torch.nn.Mish`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Mish::new().forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-0.2525,  0.0000,  1.9440])");
    /// assert_eq!(Mish::new().inplace(true).to_string(), "Mish(inplace=True)");
    /// ```
    Mish = try_mish;
    /// The rectifier with a bound as a layer: `max(x, 0)`, at most 6. Any shape. PyTorch: `torch.nn.ReLU6`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = ReLU6::new().forward(&tensor!([-1., 3., 9.]));
    /// assert_eq!(y.to_string(), "tensor([0., 3., 6.])");
    /// // Changes its input itself.
    /// let x = tensor!([-1., 3., 9.]);
    /// ReLU6::new().inplace(true).forward(&x);
    /// assert_eq!(x.to_string(), "tensor([0., 3., 6.])");
    /// ```
    ReLU6 = try_relu6;
    /// The scaled exponential unit as a layer, which keeps mean 0 and variance 1 from layer to layer (Klambauer and
    /// others, 2017). Any shape. PyTorch: `torch.nn.SELU`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = SELU::new().forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-1.5202,  0.0000,  2.1014])");
    /// assert_eq!(SELU::new().inplace(true).to_string(), "SELU(inplace=True)");
    /// ```
    SELU = try_selu or try_selu_;
    /// A sigmoid of straight lines as a layer: `x / 6 + 1 / 2` between 0 and 1. Any shape. PyTorch:
    /// `torch.nn.Hardsigmoid`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Hardsigmoid::new().forward(&tensor!([-4., 0., 1.5]));
    /// assert_eq!(y.to_string(), "tensor([0.0000, 0.5000, 0.7500])");
    /// let x = tensor!([6.]);
    /// Hardsigmoid::new().inplace(true).forward(&x);
    /// assert_eq!(x.to_string(), "tensor([1.])");
    /// ```
    Hardsigmoid = try_hardsigmoid;
    /// The function `x * hardsigmoid(x)` as a layer, a cheap [`SiLU`]. Any shape. PyTorch: `torch.nn.Hardswish`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Hardswish::new().forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-0.3333,  0.0000,  1.6667])");
    /// let x = tensor!([4.]);
    /// Hardswish::new().inplace(true).forward(&x);
    /// assert_eq!(x.to_string(), "tensor([4.])");
    /// ```
    Hardswish = try_hardswish;
    /// The function `x / (1 + |x|)` as a layer, which lies between -1 and 1. Any shape. PyTorch: `torch.nn.Softsign`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Softsign::new().forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-0.6667,  0.0000,  0.6667])");
    /// ```
    Softsign = try_softsign;
    /// The function `x - tanh(x)` as a layer. Any shape. PyTorch: `torch.nn.Tanhshrink`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Tanhshrink::new().forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-1.0360,  0.0000,  1.0360])");
    /// ```
    Tanhshrink = try_tanhshrink;
    /// The logarithm of the sigmoid as a layer. Any shape. PyTorch: `torch.nn.LogSigmoid`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = LogSigmoid::new().forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-2.1269, -0.6931, -0.1269])");
    /// ```
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
            /// The function as a module, with these choices.
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
    /// The exponential linear unit as a layer: `x` where it is positive, `alpha * (exp(x) - 1)` elsewhere. PyTorch's
    /// default `alpha` is 1. Any shape. PyTorch: `torch.nn.ELU`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = ELU::default().forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-0.8647,  0.0000,  2.0000])");
    /// let y = ELU::new(0.5).forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-0.4323,  0.0000,  2.0000])");
    /// assert_eq!(ELU::new(0.5).inplace(true).to_string(), "ELU(alpha=0.5, inplace=True)");
    /// ```
    ELU { alpha: f64 = float 1. } "alpha={}"
        => |x, this| x.try_elu(this.alpha), in place x.try_elu_(this.alpha);
    /// The exponential linear unit with a smooth slope as a layer: `x` where it is positive, `alpha * (exp(x / alpha) -
    /// 1)` elsewhere. PyTorch's default `alpha` is 1. Any shape. PyTorch: `torch.nn.CELU`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = CELU::new(2.).forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-1.2642,  0.0000,  2.0000])");
    /// assert_eq!(CELU::default().inplace(true).to_string(), "CELU(alpha=1.0, inplace=True)");
    /// ```
    CELU { alpha: f64 = float 1. } "alpha={}"
        => |x, this| x.try_celu(this.alpha), in place x.try_celu_(this.alpha);
    /// Keeps `x` between two bounds, as a layer. PyTorch's defaults of `min_val` and `max_val` are -1 and 1. Any shape.
    /// PyTorch: `torch.nn.Hardtanh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Hardtanh::new(-0.5, 1.).forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([-0.5000,  0.0000,  1.0000])");
    /// assert_eq!(Hardtanh::default().inplace(true).to_string(), "Hardtanh(min_val=-1.0, max_val=1.0, inplace=True)");
    /// ```
    Hardtanh { min_val: f64 = float (-1.), max_val: f64 = float 1. } "min_val={}, max_val={}"
        => |x, this| x.try_hardtanh(this.min_val, this.max_val);
    /// A smooth rectifier as a layer: `log(1 + exp(beta * x)) / beta`, and `x` itself where `beta * x` is above
    /// `threshold`. PyTorch's defaults are 1 and 20. Any shape. PyTorch: `torch.nn.Softplus`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Softplus::default().forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([0.1269, 0.6931, 2.1269])");
    /// let y = Softplus::new(2., 20.).forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([0.0091, 0.3466, 2.0091])");
    /// ```
    Softplus { beta: f64 = float 1., threshold: f64 = float 20. } "beta={}, threshold={}"
        => |x, this| x.try_softplus_with(this.beta, this.threshold);
    /// Moves `x` towards 0 by `lambda`, as a layer. PyTorch's default `lambd` is 0.5. Any shape. PyTorch:
    /// `torch.nn.Softshrink`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Softshrink::new(0.5).forward(&tensor!([-1., 0.2, 2.]));
    /// assert_eq!(y.to_string(), "tensor([-0.5000,  0.0000,  1.5000])");
    /// assert_eq!(Softshrink::default().to_string(), "Softshrink(0.5)");
    /// ```
    Softshrink { lambda: f64 = float 0.5 } "{}" => |x, this| x.try_softshrink(this.lambda);
    /// Keeps `x` where it is farther from 0 than `lambda`, as a layer, and gives 0 elsewhere. PyTorch's default `lambd`
    /// is 0.5. Any shape. PyTorch: `torch.nn.Hardshrink`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Hardshrink::new(0.5).forward(&tensor!([-1., 0.2, 2.]));
    /// assert_eq!(y.to_string(), "tensor([-1.,  0.,  2.])");
    /// assert_eq!(Hardshrink::default().to_string(), "Hardshrink(0.5)");
    /// ```
    Hardshrink { lambda: f64 = float 0.5 } "{}" => |x, this| x.try_hardshrink(this.lambda);
    /// Keeps `x` where it is above `threshold`, as a layer, and gives `value` elsewhere. Any shape. PyTorch:
    /// `torch.nn.Threshold`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Threshold::new(1., 9.).forward(&tensor!([-2., 0., 2.]));
    /// assert_eq!(y.to_string(), "tensor([9., 9., 2.])");
    /// let shown = Threshold::new(1., 9.).inplace(true).to_string();
    /// assert_eq!(shown, "Threshold(threshold=1.0, value=9.0, inplace=True)");
    /// ```
    Threshold { threshold: f64 = float _, value: f64 = float _ } "threshold={}, value={}"
        => |x, this| x.try_threshold(this.threshold, this.value),
        in place x.try_threshold_(this.threshold, this.value);
    /// The first half of a dimension times the sigmoid of the second, as a layer. The dimension halves: `[N, 2 * C]`
    /// gives `[N, C]`. PyTorch: `torch.nn.GLU`, whose default `dim` is the last (-1).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = GLU::default().forward(&tensor!([[1., 2., 0., 2.]]));
    /// assert_eq!(y.to_string(), "tensor([[0.5000, 1.7616]])");
    /// assert_eq!(GLU::new(1).to_string(), "GLU(dim=1)");
    /// ```
    ///
    /// # Panics
    /// When the size of the dimension is odd.
    GLU { dim: i64 = integer (-1) } "dim={}" => |x, this| x.try_glu(this.dim);
    /// Turns the values along a dimension into probabilities, the largest where `x` is smallest. Any shape. PyTorch:
    /// `torch.nn.Softmin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Softmin::new(0).forward(&tensor!([1., 2., 3.]));
    /// assert_eq!(y.to_string(), "tensor([0.6652, 0.2447, 0.0900])");
    /// ```
    Softmin { dim: i64 = integer _ } "dim={}" => |x, this| x.try_softmin(this.dim);
}

inplace_option!(ELU, CELU, Hardtanh, Threshold);

/// A rectifier that learns its slope on the negative side (He and others, 2015): `x` where it is positive, the slope
/// times `x` elsewhere. Any shape; with several slopes `[N, num_parameters, …]`. PyTorch: `torch.nn.PReLU`.
///
/// ```
/// use wick::prelude::*;
/// let y = PReLU::new().forward(&tensor!([-4., 2.]));
/// assert_eq!(y.detach().to_string(), "tensor([-1.,  2.])");
/// // One slope for each of two channels.
/// let y = PReLU::with(2, 0.1).forward(&tensor!([[-1., 3.]]));
/// assert_eq!(y.detach().to_string(), "tensor([[-0.1000,  3.0000]])");
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

    /// So many slopes (one, or one for each channel of `[N, C, …]`) that begin with `init`. PyTorch's arguments
    /// `num_parameters` and `init`.
    pub fn with(num_parameters: usize, init: f64) -> Self {
        Self {
            weight: Tensor::full([num_parameters], init).into_parameter(),
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
