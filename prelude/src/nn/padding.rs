//! Tensors made larger at their edges.

use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;
use crate::tensor::Padding;

/// How much is added in each of `N` dimensions, before and after, the last dimension first. One number may stand for
/// all; negative ones cut off.
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
            /// That much on all sides, or on each: before and after, the last dimension first.
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
    /// Zeros at the ends of rows: `nn.ZeroPad1d`.
    ZeroPad1d<1> = Padding::Constant(0.0);
    /// Zeros around images: `nn.ZeroPad2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let pad = nn::ZeroPad2d::new((1, 1, 2, 0));
    /// assert_eq!(pad.forward(&Tensor::rand([1, 3, 4, 4])).shape(), [1, 3, 6, 6]);
    /// assert_eq!(pad.to_string(), "ZeroPad2d((1, 1, 2, 0))");
    /// ```
    ZeroPad2d<2> = Padding::Constant(0.0);
    /// Zeros around volumes: `nn.ZeroPad3d`.
    ZeroPad3d<3> = Padding::Constant(0.0);
    /// A mirror at the ends of rows: `nn.ReflectionPad1d`.
    ReflectionPad1d<1> = Padding::Reflect;
    /// Mirrors around images: `nn.ReflectionPad2d`.
    ReflectionPad2d<2> = Padding::Reflect;
    /// Mirrors around volumes: `nn.ReflectionPad3d`.
    ReflectionPad3d<3> = Padding::Reflect;
    /// The last element at the ends of rows: `nn.ReplicationPad1d`.
    ReplicationPad1d<1> = Padding::Replicate;
    /// The last elements around images: `nn.ReplicationPad2d`.
    ReplicationPad2d<2> = Padding::Replicate;
    /// The last elements around volumes: `nn.ReplicationPad3d`.
    ReplicationPad3d<3> = Padding::Replicate;
    /// The other end of rows: `nn.CircularPad1d`.
    CircularPad1d<1> = Padding::Circular;
    /// The other ends of images: `nn.CircularPad2d`.
    CircularPad2d<2> = Padding::Circular;
    /// The other ends of volumes: `nn.CircularPad3d`.
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
            /// That much of `value` on all sides, or on each: before and after, the last dimension first.
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
    /// One number at the ends of rows: `nn.ConstantPad1d`.
    ConstantPad1d<1>;
    /// One number around images: `nn.ConstantPad2d`.
    ConstantPad2d<2>;
    /// One number around volumes: `nn.ConstantPad3d`.
    ConstantPad3d<3>;
}
