//! Images whose elements change places.

use super::functional as F;
use super::pair::{Pair, Size};
use super::{Forward, Mode, Module, hooked, python};
use crate::tensor::PoolOptions;
use crate::{Scalar, Tensor};

/// Lays images `[N, C, H r, W r]` out as channels `[N, C r², H, W]` of smaller ones:
/// [`PixelShuffle`](super::PixelShuffle) undone. PyTorch: `torch.nn.PixelUnshuffle`.
///
/// ```
/// use wick::prelude::*;
/// let image = tensor!([[[[1., 2.], [3., 4.]]]]);
/// let y = nn::PixelUnshuffle::new(2).forward(&image);
/// assert_eq!(y.shape(), [1, 4, 1, 1]);
/// assert_eq!(PixelShuffle::new(2).forward(&y).to_vec::<f32>(), [1., 2., 3., 4.]);
/// ```
///
/// # Panics
/// When `r` does not divide the height and the width.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct PixelUnshuffle {
    downscale_factor: usize,
    mode: Mode,
}

impl PixelUnshuffle {
    /// Images that many times smaller: PyTorch's argument `downscale_factor`.
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

/// Deals the channels of `[N, C, …]` out to groups, one after the other. The shape stays. PyTorch:
/// `torch.nn.ChannelShuffle`.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([[[[1.]], [[2.]], [[3.]], [[4.]]]]);
/// // The first of each half, then the second of each.
/// assert_eq!(nn::ChannelShuffle::new(2).forward(&x).ravel().to_string(), "tensor([1., 3., 2., 4.])");
/// ```
///
/// # Panics
/// When the number of channels cannot be split evenly.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct ChannelShuffle {
    groups: usize,
    mode: Mode,
}

impl ChannelShuffle {
    /// So many groups: PyTorch's argument `groups`.
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
            /// The distance between neighbouring points of a window. PyTorch's argument `dilation`, 1 at first.
            pub fn dilation(mut self, dilation: impl Into<Pair>) -> Self {
                self.dilation = dilation.into();
                self
            }

            /// How many zeros are put around the images. PyTorch's argument `padding`, 0 at first.
            pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
                self.padding = padding.into();
                self
            }

            /// How far a window is from the next. PyTorch's argument `stride`, 1 at first.
            pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
                self.stride = stride.into();
                self
            }
        }
    )*};
}
sliding!(Unfold, Fold);

/// The windows of images as columns: `[N, C, H, W]` to `[N, C * kernel elements, windows]`. PyTorch: `torch.nn.Unfold`.
///
/// ```
/// use wick::prelude::*;
/// let image = Tensor::arange(1., 17., 1.).reshape([1, 1, 4, 4]);
/// let columns = nn::Unfold::new(2).stride(2).forward(&image);
/// assert_eq!(columns.shape(), [1, 4, 4]);
/// // The first window.
/// assert_eq!(columns.i((0, .., 0)).to_string(), "tensor([1., 2., 5., 6.])");
/// let unfold = nn::Unfold::new((2, 3)).dilation(2).padding(1);
/// assert_eq!(unfold.forward(&Tensor::rand([2, 5, 3, 4])).shape(), [2, 30, 6]);
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
    /// Windows of that size, at every place: PyTorch's argument `kernel_size`.
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

/// Adds columns up to images, where windows overlap: `[N, C * kernel elements, windows]` to `[N, C, H, W]`. PyTorch:
/// `torch.nn.Fold`.
///
/// ```
/// use wick::prelude::*;
/// // Two windows, which share the middle column.
/// let y = nn::Fold::new((2, 3), 2).forward(&Tensor::ones([1, 4, 2]));
/// assert_eq!(y.i((0, 0)).to_string(), "tensor([[1., 2., 1.],\n        [1., 2., 1.]])");
/// // Without overlap it undoes an `Unfold`.
/// let image = Tensor::rand([1, 3, 4, 4]);
/// let columns = nn::Unfold::new(2).stride(2).forward(&image);
/// let fold = nn::Fold::new(4, 2).dilation(1).padding(0).stride(2);
/// assert!(fold.forward(&columns).equal(&image));
/// ```
///
/// # Panics
/// When there are not as many columns as windows.
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
    /// Images of that size from windows of that size, at every place: PyTorch's arguments `output_size` and
    /// `kernel_size`.
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
            /// The `norm_type`-norm of windows of that size, side by side: PyTorch's arguments `norm_type` and
            /// `kernel_size`.
            pub fn new(norm_type: impl crate::Given<Scalar>, kernel_size: impl Into<Size<$n>>) -> Self {
                Self {
                    norm_type: norm_type.into(),
                    kernel_size: kernel_size.into(),
                    stride: None,
                    ceil_mode: false,
                    mode: Mode::default(),
                }
            }

            /// How far a window is from the next; the window's size unless this says otherwise. PyTorch's argument
            /// `stride`.
            pub fn stride(mut self, stride: impl Into<Size<$n>>) -> Self {
                self.stride = Some(stride.into());
                self
            }

            /// Whether a last window that hangs over the end counts. PyTorch's argument `ceil_mode`, `false` at first.
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
    /// The norm of each window of rows. The input is `[N, C, L]` or `[C, L]`, the output alike with fewer steps.
    /// PyTorch: `torch.nn.LPPool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let row = tensor!([[[3., 4., 5., 12., 1.]]]);
    /// assert_eq!(nn::LPPool1d::new(2., 2).forward(&row).to_string(), "tensor([[[ 5., 13.]]])");
    /// // The 1-norm of windows at every second place, with one that hangs over the end.
    /// let pool = nn::LPPool1d::new(1., 3).stride(2).ceil_mode(true);
    /// assert_eq!(pool.to_string(), "LPPool1d(norm_type=1.0, kernel_size=3, stride=2, ceil_mode=True)");
    /// assert_eq!(pool.forward(&row).to_string(), "tensor([[[12., 18.]]])");
    /// ```
    LPPool1d<1> = lp_pool1d;
    /// The norm of each window of images. The input is `[N, C, H, W]` or `[C, H, W]`, the output alike with smaller
    /// images. PyTorch: `torch.nn.LPPool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let image = tensor!([[[[3., 0.], [0., 4.]]]]);
    /// assert_eq!(nn::LPPool2d::new(2., 2).forward(&image).item::<f32>(), 5.);
    /// let pool = nn::LPPool2d::new(2., 2).stride(1).ceil_mode(true);
    /// assert_eq!(pool.to_string(), "LPPool2d(norm_type=2.0, kernel_size=2, stride=1, ceil_mode=True)");
    /// ```
    LPPool2d<2> = lp_pool2d;
    /// The norm of each window of volumes. The input is `[N, C, D, H, W]` or `[C, D, H, W]`, the output alike with
    /// smaller volumes. PyTorch: `torch.nn.LPPool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pool = nn::LPPool3d::new(1., 2).stride(1).ceil_mode(true);
    /// assert_eq!(pool.forward(&Tensor::ones([1, 1, 2, 2, 2])).to_string(), "tensor([[[[[8.]]]]])");
    /// ```
    LPPool3d<3> = lp_pool3d;
}

super::debug_is_display!(PixelUnshuffle, ChannelShuffle, Unfold, Fold);
