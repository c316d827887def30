//! Tensors made larger at their edges.

use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;
use crate::tensor::Padding;

/// How much is added in each of `N` dimensions, before and after, the last dimension first: PyTorch's argument
/// `padding` of its padding layers. One number may stand for all; negative ones cut off.
///
/// ```
/// use wick::prelude::*;
/// assert_eq!(nn::ZeroPad2d::new(1).to_string(), "ZeroPad2d((1, 1, 1, 1))");
/// // Left, right, top, bottom.
/// assert_eq!(nn::ZeroPad2d::new((1, 1, 2, 0)).to_string(), "ZeroPad2d((1, 1, 2, 0))");
/// let y = nn::ZeroPad1d::new([2, -1]).forward(&tensor!([[1., 2., 3.]]));
/// assert_eq!(y.to_string(), "tensor([[0., 0., 1., 2.]])");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides(Vec<i64>);

impl Sides {
    #[track_caller]
    fn of(self, dimensions: usize) -> Vec<i64> {
        match self.0[..] {
            [all] => vec![all; 2 * dimensions],
            _ => {
                assert_eq!(
                    self.0.len(),
                    2 * dimensions,
                    "padding has to be one number or {} numbers",
                    2 * dimensions
                );
                self.0
            }
        }
    }
}

impl From<i64> for Sides {
    fn from(all: i64) -> Self {
        Self(vec![all])
    }
}

impl<const N: usize> From<[i64; N]> for Sides {
    fn from(sides: [i64; N]) -> Self {
        Self(sides.to_vec())
    }
}

impl From<(i64, i64)> for Sides {
    fn from((before, after): (i64, i64)) -> Self {
        Self(vec![before, after])
    }
}

impl From<(i64, i64, i64, i64)> for Sides {
    fn from((left, right, top, bottom): (i64, i64, i64, i64)) -> Self {
        Self(vec![left, right, top, bottom])
    }
}

fn tuple(sides: &[i64]) -> String {
    let shown: Vec<String> = sides.iter().map(i64::to_string).collect();
    format!("({})", shown.join(", "))
}

/// Declares paddings without further choices: their name, the number of their dimensions, and what is added.
macro_rules! paddings {
    ($($(#[$doc:meta])* $pad:ident<$n:literal> = $mode:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $pad {
            #[module(skip)]
            padding: Vec<i64>,
            mode: Mode,
        }

        impl $pad {
            /// That much on all sides, or on each: before and after, the last dimension first. PyTorch's argument
            /// `padding`.
            ///
            /// # Panics
            /// When there are neither one nor two numbers a dimension.
            #[track_caller]
            pub fn new(padding: impl Into<Sides>) -> Self {
                Self { padding: padding.into().of($n), mode: Mode::default() }
            }

            fn options(&self) -> String {
                tuple(&self.padding)
            }
        }

        #[hooked]
        impl Forward for $pad {
            #[track_caller]
            fn forward(&self, x: &Tensor) -> Tensor {
                x.pad(&self.padding, $mode)
            }
        }

        super::debug_is_display!($pad);
    )*};
}

paddings! {
    /// Puts zeros at the ends of rows. The input is `[N, C, L]` or `[C, L]`. PyTorch: `torch.nn.ZeroPad1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = nn::ZeroPad1d::new((2, 1)).forward(&tensor!([[1., 2., 3.]]));
    /// assert_eq!(y.to_string(), "tensor([[0., 0., 1., 2., 3., 0.]])");
    /// ```
    ZeroPad1d<1> = Padding::Constant(0.0);
    /// Puts zeros around images. The input is `[N, C, H, W]` or `[C, H, W]`. PyTorch: `torch.nn.ZeroPad2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pad = nn::ZeroPad2d::new((1, 0, 1, 0));
    /// let y = pad.forward(&tensor!([[[1., 2.], [3., 4.]]]));
    /// assert_eq!(y.i(0).to_string(), "tensor([[0., 0., 0.],\n        [0., 1., 2.],\n        [0., 3., 4.]])");
    /// assert_eq!(pad.to_string(), "ZeroPad2d((1, 0, 1, 0))");
    /// ```
    ZeroPad2d<2> = Padding::Constant(0.0);
    /// Puts zeros around volumes. The input is `[N, C, D, H, W]` or `[C, D, H, W]`. PyTorch: `torch.nn.ZeroPad3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // A column on the left and an image in front.
    /// let y = nn::ZeroPad3d::new([1, 0, 0, 0, 1, 0]).forward(&tensor!([[[[1., 2.], [3., 4.]]]]));
    /// assert_eq!(y.ravel().to_string(), "tensor([0., 0., 0., 0., 0., 0., 0., 1., 2., 0., 3., 4.])");
    /// ```
    ZeroPad3d<3> = Padding::Constant(0.0);
    /// Mirrors rows at their ends, without the outermost element. The input is `[N, C, L]` or `[C, L]`. PyTorch:
    /// `torch.nn.ReflectionPad1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = nn::ReflectionPad1d::new((2, 1)).forward(&tensor!([[1., 2., 3.]]));
    /// assert_eq!(y.to_string(), "tensor([[3., 2., 1., 2., 3., 2.]])");
    /// ```
    ///
    /// # Panics
    /// When a padding is not smaller than the size that it mirrors.
    ReflectionPad1d<1> = Padding::Reflect;
    /// Mirrors images at their borders, without the outermost elements. The input is `[N, C, H, W]` or `[C, H, W]`.
    /// PyTorch: `torch.nn.ReflectionPad2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // A column on the left and a row on top.
    /// let y = nn::ReflectionPad2d::new((1, 0, 1, 0)).forward(&tensor!([[[1., 2.], [3., 4.]]]));
    /// assert_eq!(y.i(0).to_string(), "tensor([[4., 3., 4.],\n        [2., 1., 2.],\n        [4., 3., 4.]])");
    /// ```
    ///
    /// # Panics
    /// When a padding is not smaller than the size that it mirrors.
    ReflectionPad2d<2> = Padding::Reflect;
    /// Mirrors volumes at their borders, without the outermost elements. The input is `[N, C, D, H, W]` or
    /// `[C, D, H, W]`. PyTorch: `torch.nn.ReflectionPad3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // A column on the left and an image in front.
    /// let y = nn::ReflectionPad3d::new([1, 0, 0, 0, 1, 0]).forward(&tensor!([[[[1., 2.]], [[3., 4.]]]]));
    /// assert_eq!(y.ravel().to_string(), "tensor([4., 3., 4., 2., 1., 2., 4., 3., 4.])");
    /// ```
    ///
    /// # Panics
    /// When a padding is not smaller than the size that it mirrors.
    ReflectionPad3d<3> = Padding::Reflect;
    /// Repeats the first and the last element of rows at their ends. The input is `[N, C, L]` or `[C, L]`. PyTorch:
    /// `torch.nn.ReplicationPad1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = nn::ReplicationPad1d::new((2, 1)).forward(&tensor!([[1., 2., 3.]]));
    /// assert_eq!(y.to_string(), "tensor([[1., 1., 1., 2., 3., 3.]])");
    /// ```
    ReplicationPad1d<1> = Padding::Replicate;
    /// Repeats the outermost elements of images around them. The input is `[N, C, H, W]` or `[C, H, W]`. PyTorch:
    /// `torch.nn.ReplicationPad2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // A column on the left and a row on top.
    /// let y = nn::ReplicationPad2d::new((1, 0, 1, 0)).forward(&tensor!([[[1., 2.], [3., 4.]]]));
    /// assert_eq!(y.i(0).to_string(), "tensor([[1., 1., 2.],\n        [1., 1., 2.],\n        [3., 3., 4.]])");
    /// ```
    ReplicationPad2d<2> = Padding::Replicate;
    /// Repeats the outermost elements of volumes around them. The input is `[N, C, D, H, W]` or `[C, D, H, W]`.
    /// PyTorch: `torch.nn.ReplicationPad3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // A column on the left and an image in front.
    /// let y = nn::ReplicationPad3d::new([1, 0, 0, 0, 1, 0]).forward(&tensor!([[[[1., 2.], [3., 4.]]]]));
    /// assert_eq!(y.ravel().to_string(), "tensor([1., 1., 2., 3., 3., 4., 1., 1., 2., 3., 3., 4.])");
    /// ```
    ReplicationPad3d<3> = Padding::Replicate;
    /// Continues rows at each end with their other end. The input is `[N, C, L]` or `[C, L]`. PyTorch:
    /// `torch.nn.CircularPad1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = nn::CircularPad1d::new((2, 1)).forward(&tensor!([[1., 2., 3.]]));
    /// assert_eq!(y.to_string(), "tensor([[2., 3., 1., 2., 3., 1.]])");
    /// ```
    ///
    /// # Panics
    /// When a padding is larger than the size that it goes around.
    CircularPad1d<1> = Padding::Circular;
    /// Continues images at each border from the opposite one. The input is `[N, C, H, W]` or `[C, H, W]`. PyTorch:
    /// `torch.nn.CircularPad2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // A column on the left and a row on top.
    /// let y = nn::CircularPad2d::new((1, 0, 1, 0)).forward(&tensor!([[[1., 2.], [3., 4.]]]));
    /// assert_eq!(y.i(0).to_string(), "tensor([[4., 3., 4.],\n        [2., 1., 2.],\n        [4., 3., 4.]])");
    /// ```
    ///
    /// # Panics
    /// When a padding is larger than the size that it goes around.
    CircularPad2d<2> = Padding::Circular;
    /// Continues volumes at each border from the opposite one. The input is `[N, C, D, H, W]` or `[C, D, H, W]`.
    /// PyTorch: `torch.nn.CircularPad3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // A column on the left and an image in front.
    /// let y = nn::CircularPad3d::new([1, 0, 0, 0, 1, 0]).forward(&tensor!([[[[1., 2.], [3., 4.]]]]));
    /// assert_eq!(y.ravel().to_string(), "tensor([2., 1., 2., 4., 3., 4., 2., 1., 2., 4., 3., 4.])");
    /// ```
    ///
    /// # Panics
    /// When a padding is larger than the size that it goes around.
    CircularPad3d<3> = Padding::Circular;
}

/// Declares paddings with one number.
macro_rules! constant {
    ($($(#[$doc:meta])* $pad:ident<$n:literal>;)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $pad {
            #[module(skip)]
            padding: Vec<i64>,
            value: f64,
            mode: Mode,
        }

        impl $pad {
            /// That much of `value` on all sides, or on each: before and after, the last dimension first. PyTorch's
            /// arguments `padding` and `value`.
            ///
            /// # Panics
            /// When there are neither one nor two numbers a dimension.
            #[track_caller]
            pub fn new(padding: impl Into<Sides>, value: f64) -> Self {
                Self { padding: padding.into().of($n), value, mode: Mode::default() }
            }

            fn options(&self) -> String {
                format!("padding={}, value={}", tuple(&self.padding), python::float(self.value))
            }
        }

        #[hooked]
        impl Forward for $pad {
            #[track_caller]
            fn forward(&self, x: &Tensor) -> Tensor {
                x.pad(&self.padding, Padding::Constant(self.value))
            }
        }

        super::debug_is_display!($pad);
    )*};
}

constant! {
    /// Puts one number at the ends of rows. The input is `[N, C, L]` or `[C, L]`. PyTorch: `torch.nn.ConstantPad1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pad = nn::ConstantPad1d::new((2, 1), 9.);
    /// assert_eq!(pad.forward(&tensor!([[1., 2., 3.]])).to_string(), "tensor([[9., 9., 1., 2., 3., 9.]])");
    /// assert_eq!(pad.to_string(), "ConstantPad1d(padding=(2, 1), value=9.0)");
    /// ```
    ConstantPad1d<1>;
    /// Puts one number around images. The input is `[N, C, H, W]` or `[C, H, W]`. PyTorch: `torch.nn.ConstantPad2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // A column on the left and a row below.
    /// let y = nn::ConstantPad2d::new((1, 0, 0, 1), 9.).forward(&tensor!([[[1., 2.], [3., 4.]]]));
    /// assert_eq!(y.i(0).to_string(), "tensor([[9., 1., 2.],\n        [9., 3., 4.],\n        [9., 9., 9.]])");
    /// ```
    ConstantPad2d<2>;
    /// Puts one number around volumes. The input is `[N, C, D, H, W]` or `[C, D, H, W]`. PyTorch:
    /// `torch.nn.ConstantPad3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // An image behind.
    /// let y = nn::ConstantPad3d::new([0, 0, 0, 0, 0, 1], 9.).forward(&tensor!([[[[1., 2.]], [[3., 4.]]]]));
    /// assert_eq!(y.ravel().to_string(), "tensor([1., 2., 3., 4., 9., 9.])");
    /// ```
    ConstantPad3d<3>;
}
