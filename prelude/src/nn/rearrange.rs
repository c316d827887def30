//! Images whose elements change places.

use super::functional as F;
use super::pair::{Pair, Size};
use super::{Forward, Mode, Module, hooked, python};
use crate::tensor::PoolOptions;
use crate::{Scalar, Tensor};

/// Images as channels of smaller ones: `nn.PixelUnshuffle`.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct PixelUnshuffle {
    downscale_factor: usize,
    mode: Mode,
}

impl PixelUnshuffle {
    /// Images that many times smaller.
    pub fn new(downscale_factor: usize) -> Self {
        Self {
            downscale_factor,
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!("downscale_factor={}", self.downscale_factor)
    }
}

#[hooked]
impl Forward for PixelUnshuffle {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::pixel_unshuffle(x, self.downscale_factor)
    }
}

/// Channels dealt out to groups: `nn.ChannelShuffle`.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct ChannelShuffle {
    groups: usize,
    mode: Mode,
}

impl ChannelShuffle {
    /// So many groups.
    pub fn new(groups: usize) -> Self {
        Self {
            groups,
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!("groups={}", self.groups)
    }
}

#[hooked]
impl Forward for ChannelShuffle {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::channel_shuffle(x, self.groups)
    }
}

/// Declares modules of sliding windows.
macro_rules! sliding {
    ($($module:ident),*) => {$(
        impl $module {
            /// The distance between neighbouring points of a window.
            pub fn dilation(mut self, dilation: impl Into<Pair>) -> Self {
                self.dilation = dilation.into();
                self
            }

            /// How many zeros are put around the images.
            pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
                self.padding = padding.into();
                self
            }

            /// How far a window is from the next.
            pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
                self.stride = stride.into();
                self
            }
        }
    )*};
}
sliding!(Unfold, Fold);

/// The windows of images as columns: `nn.Unfold`.
///
/// ```
/// use wick::prelude::*;
///
/// let columns = nn::Unfold::new((2, 3)).forward(&Tensor::rand([2, 5, 3, 4]));
/// assert_eq!(columns.shape(), [2, 30, 4]);
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Unfold {
    #[module(skip)]
    kernel_size: Pair,
    #[module(skip)]
    dilation: Pair,
    #[module(skip)]
    padding: Pair,
    #[module(skip)]
    stride: Pair,
    mode: Mode,
}

impl Unfold {
    /// Windows of that size, at every place.
    pub fn new(kernel_size: impl Into<Pair>) -> Self {
        Self {
            kernel_size: kernel_size.into(),
            dilation: Size::All(1),
            padding: Size::All(0),
            stride: Size::All(1),
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!(
            "kernel_size={}, dilation={}, padding={}, stride={}",
            self.kernel_size, self.dilation, self.padding, self.stride
        )
    }
}

#[hooked]
impl Forward for Unfold {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::unfold(
            x,
            self.kernel_size,
            self.dilation,
            self.padding,
            self.stride,
        )
    }
}

/// Columns added up to images, where windows overlap: `nn.Fold`.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Fold {
    #[module(skip)]
    output_size: Pair,
    #[module(skip)]
    kernel_size: Pair,
    #[module(skip)]
    dilation: Pair,
    #[module(skip)]
    padding: Pair,
    #[module(skip)]
    stride: Pair,
    mode: Mode,
}

impl Fold {
    /// Images of that size from windows of that size, at every place.
    pub fn new(output_size: impl Into<Pair>, kernel_size: impl Into<Pair>) -> Self {
        Self {
            output_size: output_size.into(),
            kernel_size: kernel_size.into(),
            dilation: Size::All(1),
            padding: Size::All(0),
            stride: Size::All(1),
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!(
            "output_size={}, kernel_size={}, dilation={}, padding={}, stride={}",
            self.output_size, self.kernel_size, self.dilation, self.padding, self.stride
        )
    }
}

#[hooked]
impl Forward for Fold {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::fold(
            x,
            self.output_size,
            self.kernel_size,
            self.dilation,
            self.padding,
            self.stride,
        )
    }
}

/// Declares poolings by norms: their name, the number of their dimensions, and the function.
macro_rules! norm_pools {
    ($($(#[$doc:meta])* $pool:ident<$n:literal> = $function:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $pool {
            #[module(skip)]
            norm_type: Scalar,
            #[module(skip)]
            kernel_size: Size<$n>,
            #[module(skip)]
            stride: Option<Size<$n>>,
            ceil_mode: bool,
            mode: Mode,
        }

        impl $pool {
            /// The `norm_type`-norm of windows of that size, side by side.
            pub fn new(norm_type: impl crate::Given<Scalar>, kernel_size: impl Into<Size<$n>>) -> Self {
                Self {
                    norm_type: norm_type.into(),
                    kernel_size: kernel_size.into(),
                    stride: None,
                    ceil_mode: false,
                    mode: Mode::default(),
                }
            }

            /// How far a window is from the next.
            pub fn stride(mut self, stride: impl Into<Size<$n>>) -> Self {
                self.stride = Some(stride.into());
                self
            }

            /// Whether a last window that hangs over the end counts.
            pub fn ceil_mode(mut self, ceil_mode: bool) -> Self {
                self.ceil_mode = ceil_mode;
                self
            }

            fn options(&self) -> String {
                format!(
                    "norm_type={}, kernel_size={}, stride={}, ceil_mode={}",
                    python::number(self.norm_type),
                    self.kernel_size,
                    self.stride.map_or("None".to_owned(), |stride| stride.to_string()),
                    python::bool(self.ceil_mode)
                )
            }
        }

        #[hooked]
        impl Forward for $pool {
            fn forward(&self, x: &Tensor) -> Tensor {
                let options = PoolOptions {
                    kernel: self.kernel_size.sizes(),
                    stride: self.stride.unwrap_or(self.kernel_size).sizes(),
                    ceil_mode: self.ceil_mode,
                    ..PoolOptions::new(1)
                };
                F::$function(x, self.norm_type.to_f64(), options)
            }
        }

        super::debug_is_display!($pool);
    )*};
}

norm_pools! {
    /// The norm of each window of rows: `nn.LPPool1d`.
    LPPool1d<1> = lp_pool1d;
    /// The norm of each window of images: `nn.LPPool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let y = nn::LPPool2d::new(2., 2).forward(&tensor!([[[[3., 0.], [0., 4.]]]]));
    /// assert_eq!(y.item::<f32>(), 5.);
    /// ```
    LPPool2d<2> = lp_pool2d;
    /// The norm of each window of volumes: `nn.LPPool3d`.
    LPPool3d<3> = lp_pool3d;
}

super::debug_is_display!(PixelUnshuffle, ChannelShuffle, Unfold, Fold);
