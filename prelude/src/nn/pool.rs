//! Pooling: several neighbours become one value.

use super::pair::Size;
use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;
use crate::tensor::PoolOptions;

/// What a pooling module was made with.
#[derive(Clone, Copy)]
struct Window<const N: usize> {
    kernel_size: Size<N>,
    stride: Option<Size<N>>,
    padding: Size<N>,
    dilation: Size<N>,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: Option<usize>,
}

impl<const N: usize> Window<N> {
    fn new(kernel_size: Size<N>) -> Self {
        Self {
            kernel_size,
            stride: None,
            padding: Size::All(0),
            dilation: Size::All(1),
            ceil_mode: false,
            count_include_pad: true,
            divisor_override: None,
        }
    }

    /// Windows lie side by side unless a stride is given.
    fn stride(&self) -> Size<N> {
        self.stride.unwrap_or(self.kernel_size)
    }

    fn options(&self) -> PoolOptions<N> {
        PoolOptions {
            kernel: self.kernel_size.sizes(),
            stride: self.stride().sizes(),
            padding: self.padding.sizes(),
            dilation: self.dilation.sizes(),
            ceil_mode: self.ceil_mode,
            count_include_pad: self.count_include_pad,
            divisor_override: self.divisor_override,
        }
    }

    fn max_text(&self) -> String {
        format!(
            "kernel_size={}, stride={}, padding={}, dilation={}, ceil_mode={}",
            self.kernel_size,
            self.stride(),
            self.padding,
            self.dilation,
            python::bool(self.ceil_mode)
        )
    }

    /// In one dimension PyTorch makes tuples of all sizes, in two it shows them as they were given.
    fn mean_text(&self) -> String {
        let shown = |size: Size<N>| match N {
            1 => Size::Each(size.sizes()),
            _ => size,
        };
        format!(
            "kernel_size={}, stride={}, padding={}",
            shown(self.kernel_size),
            shown(self.stride()),
            shown(self.padding)
        )
    }
}

/// Declares pooling modules: their name, the number of their dimensions, the tensor's method, and their text.
macro_rules! pools {
    ($($(#[$doc:meta])* $pool:ident<$n:literal>($method:ident, $text:ident);)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $pool {
            #[module(skip)]
            window: Window<$n>,
            mode: Mode,
        }

        impl $pool {
            /// Windows of that size, side by side: PyTorch's argument `kernel_size`.
            pub fn new(kernel_size: impl Into<Size<$n>>) -> Self {
                Self { window: Window::new(kernel_size.into()), mode: Mode::default() }
            }

            /// How far a window is from the next; the window's size unless this says otherwise. PyTorch's argument
            /// `stride`.
            pub fn stride(mut self, stride: impl Into<Size<$n>>) -> Self {
                self.window.stride = Some(stride.into());
                self
            }

            /// How much is put around the input on each side; at most half the window. PyTorch's argument `padding`, 0
            /// at first.
            pub fn padding(mut self, padding: impl Into<Size<$n>>) -> Self {
                self.window.padding = padding.into();
                self
            }

            /// Whether a last window that hangs over the end counts. PyTorch's argument `ceil_mode`, `false` at first.
            pub fn ceil_mode(mut self, ceil_mode: bool) -> Self {
                self.window.ceil_mode = ceil_mode;
                self
            }

            fn options(&self) -> String {
                self.window.$text()
            }
        }

        #[hooked]
        impl Forward for $pool {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$method(self.window.options())
            }
        }

        super::debug_is_display!($pool);
    )*};
}

pools! {
    /// The largest value of each window of rows. The input is `[N, C, L]` or `[C, L]`, the output alike with fewer
    /// steps. PyTorch: `torch.nn.MaxPool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let row = tensor!([[[1., 5., 2., 4., 3.]]]);
    /// assert_eq!(MaxPool1d::new(2).forward(&row).to_string(), "tensor([[[5., 4.]]])");
    /// // The last window holds only one element.
    /// assert_eq!(MaxPool1d::new(2).ceil_mode(true).forward(&row).to_string(), "tensor([[[5., 4., 3.]]])");
    /// let (y, places) = MaxPool1d::new(2).forward_with_indices(&row);
    /// assert_eq!((y.to_vec::<f32>(), places.to_vec::<i64>()), (vec![5., 4.], vec![1, 3]));
    /// let wide = MaxPool1d::new(2).stride(1).padding(1).dilation(2);
    /// assert_eq!(wide.forward(&row).to_string(), "tensor([[[5., 2., 5., 3., 4.]]])");
    /// ```
    MaxPool1d<1>(max_pool1d, max_text);
    /// The largest value of each window of images. The input is `[N, C, H, W]` or `[C, H, W]`, the output alike with
    /// smaller images. PyTorch: `torch.nn.MaxPool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let image = Tensor::arange(1., 17., 1.).reshape([1, 1, 4, 4]);
    /// let y = MaxPool2d::new(2).forward(&image);
    /// assert_eq!(y.i((0, 0)).to_string(), "tensor([[ 6.,  8.],\n        [14., 16.]])");
    /// // What the first convolution of a ResNet is followed by.
    /// let pool = MaxPool2d::new(3).stride(2).padding(1).dilation(1).ceil_mode(false);
    /// assert_eq!(pool.forward(&Tensor::rand([1, 64, 112, 112])).shape(), [1, 64, 56, 56]);
    /// ```
    MaxPool2d<2>(max_pool2d, max_text);
    /// The mean of each window of rows. The input is `[N, C, L]` or `[C, L]`, the output alike with fewer steps.
    /// Padding counts as zeros. PyTorch: `torch.nn.AvgPool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let row = tensor!([[[1., 5., 2., 4., 3.]]]);
    /// assert_eq!(AvgPool1d::new(2).ceil_mode(true).forward(&row).to_string(), "tensor([[[3., 3., 3.]]])");
    /// let pool = AvgPool1d::new(3).stride(2).padding(1);
    /// assert_eq!(pool.forward(&row).to_string(), "tensor([[[2.0000, 3.6667, 2.3333]]])");
    /// // The means of what is there, without the zeros around it.
    /// let pool = pool.count_include_pad(false);
    /// assert_eq!(pool.forward(&row).to_string(), "tensor([[[3.0000, 3.6667, 3.5000]]])");
    /// ```
    AvgPool1d<1>(avg_pool1d, mean_text);
    /// The mean of each window of images. The input is `[N, C, H, W]` or `[C, H, W]`, the output alike with smaller
    /// images. Padding counts as zeros. PyTorch: `torch.nn.AvgPool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let image = Tensor::arange(1., 17., 1.).reshape([1, 1, 4, 4]);
    /// let y = AvgPool2d::new(2).forward(&image);
    /// assert_eq!(y.i((0, 0)).to_string(), "tensor([[ 3.5000,  5.5000],\n        [11.5000, 13.5000]])");
    /// // The means of what is there, without the zeros around it.
    /// let pool = AvgPool2d::new(2).stride(3).padding(1).ceil_mode(false).count_include_pad(false);
    /// assert_eq!(pool.forward(&image).to_vec::<f32>(), [1., 3.5, 11., 13.5]);
    /// // Divided by 1: the sums.
    /// assert_eq!(AvgPool2d::new(2).divisor_override(1).forward(&image).to_vec::<f32>(), [14., 22., 46., 54.]);
    /// ```
    AvgPool2d<2>(avg_pool2d, mean_text);
    /// The largest value of each window of volumes. The input is `[N, C, D, H, W]` or `[C, D, H, W]`, the output alike
    /// with smaller volumes. PyTorch: `torch.nn.MaxPool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let volume = Tensor::arange(1., 9., 1.).reshape([1, 1, 2, 2, 2]);
    /// let (y, places) = nn::MaxPool3d::new(2).forward_with_indices(&volume);
    /// assert_eq!((y.item::<f32>(), places.item::<i64>()), (8., 7));
    /// let pool = nn::MaxPool3d::new(2).stride(1).padding(1).dilation(2).ceil_mode(true);
    /// assert_eq!(pool.forward(&volume).shape(), [1, 1, 2, 2, 2]);
    /// ```
    MaxPool3d<3>(max_pool3d, max_text);
    /// The mean of each window of volumes. The input is `[N, C, D, H, W]` or `[C, D, H, W]`, the output alike with
    /// smaller volumes. Padding counts as zeros. PyTorch: `torch.nn.AvgPool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let volume = Tensor::arange(1., 9., 1.).reshape([1, 1, 2, 2, 2]);
    /// assert_eq!(nn::AvgPool3d::new(2).forward(&volume).item::<f32>(), 4.5);
    /// assert_eq!(nn::AvgPool3d::new(2).divisor_override(2).forward(&volume).item::<f32>(), 18.);
    /// // Eight windows with one element each, and zeros that do not count.
    /// let pool = nn::AvgPool3d::new(2).stride(2).padding(1).ceil_mode(true).count_include_pad(false);
    /// assert_eq!(pool.forward(&volume).to_vec::<f32>(), volume.to_vec::<f32>());
    /// ```
    AvgPool3d<3>(avg_pool3d, mean_text);
}

macro_rules! dilated {
    ($($pool:ident<$n:literal>),*) => {$(
        impl $pool {
            /// The distance between neighbouring points of a window. PyTorch's argument `dilation`, 1 at first.
            pub fn dilation(mut self, dilation: impl Into<Size<$n>>) -> Self {
                self.window.dilation = dilation.into();
                self
            }
        }
    )*};
}
dilated!(MaxPool1d<1>, MaxPool2d<2>, MaxPool3d<3>);

impl MaxPool1d {
    /// The largest values, and where in its row each is, an `i64` tensor of the same shape: `return_indices=True`.
    /// [`MaxUnpool1d`](super::MaxUnpool1d) takes both.
    #[track_caller]
    pub fn forward_with_indices(&self, x: &Tensor) -> (Tensor, Tensor) {
        x.max_pool1d_with_indices(self.window.options())
    }
}

impl MaxPool3d {
    /// The largest values, and where in its volume each is, an `i64` tensor of the same shape: `return_indices=True`.
    /// [`MaxUnpool3d`](super::MaxUnpool3d) takes both.
    #[track_caller]
    pub fn forward_with_indices(&self, x: &Tensor) -> (Tensor, Tensor) {
        x.max_pool3d_with_indices(self.window.options())
    }
}

impl MaxPool2d {
    /// The largest values, and where in its image each is, an `i64` tensor of the same shape: `return_indices=True`.
    /// [`MaxUnpool2d`](super::MaxUnpool2d) takes both.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (y, places) = MaxPool2d::new(2).forward_with_indices(&tensor!([[[1., 2.], [4., 3.]]]));
    /// assert_eq!((y.item::<f32>(), places.item::<i64>()), (4., 2));
    /// ```
    #[track_caller]
    pub fn forward_with_indices(&self, x: &Tensor) -> (Tensor, Tensor) {
        x.max_pool2d_with_indices(self.window.options())
    }
}

macro_rules! averaged {
    ($($pool:ident),*) => {$(
        impl $pool {
            /// Whether padding counts as zeros, as it does unless this says `false`. PyTorch's argument
            /// `count_include_pad`.
            pub fn count_include_pad(mut self, count: bool) -> Self {
                self.window.count_include_pad = count;
                self
            }
        }
    )*};
}
averaged!(AvgPool1d, AvgPool2d, AvgPool3d);

macro_rules! divided {
    ($($pool:ident),*) => {$(
        impl $pool {
            /// What the sum of a window is divided by, instead of the window's size. PyTorch's argument
            /// `divisor_override`.
            pub fn divisor_override(mut self, divisor: usize) -> Self {
                self.window.divisor_override = Some(divisor);
                self
            }
        }
    )*};
}
divided!(AvgPool2d, AvgPool3d);

/// Declares pooling modules that are told how large their output is to be.
macro_rules! adaptive {
    ($($(#[$doc:meta])* $pool:ident<$n:literal> |$x:ident, $size:ident| $body:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $pool {
            #[module(skip)]
            output_size: Size<$n>,
            mode: Mode,
        }

        impl $pool {
            /// Pools whatever comes to that size, one number for all dimensions or one for each: PyTorch's argument
            /// `output_size`.
            pub fn new(output_size: impl Into<Size<$n>>) -> Self {
                Self {
                    output_size: output_size.into(), mode: Mode::default() }
            }

            fn options(&self) -> String {
                format!("output_size={}", self.output_size)
            }
        }

        #[hooked]
        impl Forward for $pool {
            fn forward(&self, $x: &Tensor) -> Tensor {
                let $size = self.output_size.sizes();
                $body
            }
        }

        super::debug_is_display!($pool);
    )*};
}

adaptive! {
    /// The means of as many windows as the output is to have. The input is `[N, C, L]` or `[C, L]` of any size, the
    /// output `[N, C, output_size]`. PyTorch: `torch.nn.AdaptiveAvgPool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = AdaptiveAvgPool1d::new(2).forward(&tensor!([[[1., 2., 3., 4., 5.]]]));
    /// // Windows overlap where the sizes do not divide: 1 to 3 and 3 to 5.
    /// assert_eq!(y.to_string(), "tensor([[[2., 4.]]])");
    /// ```
    AdaptiveAvgPool1d<1> |x, size| x.adaptive_avg_pool1d(size[0]);
    /// The means of as many windows as the output is to have. The input is `[N, C, H, W]` or `[C, H, W]` of any size,
    /// the output `[N, C, H_out, W_out]`. PyTorch: `torch.nn.AdaptiveAvgPool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let image = Tensor::arange(1., 17., 1.).reshape([1, 1, 4, 4]);
    /// let y = AdaptiveAvgPool2d::new(2).forward(&image);
    /// assert_eq!(y.i((0, 0)).to_string(), "tensor([[ 3.5000,  5.5000],\n        [11.5000, 13.5000]])");
    /// // Images of any size become one number a channel.
    /// assert_eq!(AdaptiveAvgPool2d::new((1, 1)).forward(&Tensor::rand([2, 8, 7, 9])).shape(), [2, 8, 1, 1]);
    /// ```
    AdaptiveAvgPool2d<2> |x, size| x.adaptive_avg_pool2d(size);
    /// The largest values of as many windows as the output is to have. The input is `[N, C, L]` or `[C, L]` of any
    /// size, the output `[N, C, output_size]`. PyTorch: `torch.nn.AdaptiveMaxPool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = AdaptiveMaxPool1d::new(2).forward(&tensor!([[[1., 5., 2., 4., 3.]]]));
    /// assert_eq!(y.to_string(), "tensor([[[5., 4.]]])");
    /// ```
    AdaptiveMaxPool1d<1> |x, size| x.adaptive_max_pool1d(size[0]);
    /// The largest values of as many windows as the output is to have. The input is `[N, C, H, W]` or `[C, H, W]` of
    /// any size, the output `[N, C, H_out, W_out]`. PyTorch: `torch.nn.AdaptiveMaxPool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let image = Tensor::arange(1., 17., 1.).reshape([1, 1, 4, 4]);
    /// let y = AdaptiveMaxPool2d::new((1, 2)).forward(&image);
    /// assert_eq!(y.to_string(), "tensor([[[[14., 16.]]]])");
    /// ```
    AdaptiveMaxPool2d<2> |x, size| x.adaptive_max_pool2d(size);
    /// The means of as many windows as the output is to have. The input is `[N, C, D, H, W]` or `[C, D, H, W]` of any
    /// size, the output `[N, C, D_out, H_out, W_out]`. PyTorch: `torch.nn.AdaptiveAvgPool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let volume = Tensor::arange(1., 9., 1.).reshape([1, 1, 2, 2, 2]);
    /// assert_eq!(nn::AdaptiveAvgPool3d::new(1).forward(&volume).item::<f32>(), 4.5);
    /// ```
    AdaptiveAvgPool3d<3> |x, size| x.adaptive_avg_pool3d(size);
    /// The largest values of as many windows as the output is to have. The input is `[N, C, D, H, W]` or `[C, D, H, W]`
    /// of any size, the output `[N, C, D_out, H_out, W_out]`. PyTorch: `torch.nn.AdaptiveMaxPool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let volume = Tensor::arange(1., 9., 1.).reshape([1, 1, 2, 2, 2]);
    /// // One number for each of both images.
    /// assert_eq!(nn::AdaptiveMaxPool3d::new((2, 1, 1)).forward(&volume).to_vec::<f32>(), [4., 8.]);
    /// ```
    AdaptiveMaxPool3d<3> |x, size| x.adaptive_max_pool3d(size);
}
