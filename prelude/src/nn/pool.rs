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
            /// Windows of that size, side by side.
            pub fn new(kernel_size: impl Into<Size<$n>>) -> Self {
                Self { window: Window::new(kernel_size.into()), mode: Mode::default() }
            }

            /// How far a window is from the next; the window's size unless this says otherwise.
            pub fn stride(mut self, stride: impl Into<Size<$n>>) -> Self {
                self.window.stride = Some(stride.into());
                self
            }

            /// How much is put around the input on each side.
            pub fn padding(mut self, padding: impl Into<Size<$n>>) -> Self {
                self.window.padding = padding.into();
                self
            }

            /// Whether a last window that hangs over the end counts.
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
    /// The largest value of each window: `nn.MaxPool1d`. The input is `[N, C, L]`.
    MaxPool1d<1>(max_pool1d, max_text);
    /// The largest value of each window: `nn.MaxPool2d`. The input is `[N, C, H, W]`.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let pool = MaxPool2d::new(3).stride(2).padding(1);
    /// assert_eq!(pool.forward(&Tensor::rand([1, 64, 112, 112])).shape(), [1, 64, 56, 56]);
    /// ```
    MaxPool2d<2>(max_pool2d, max_text);
    /// The mean of each window: `nn.AvgPool1d`. The input is `[N, C, L]`; padding counts as zeros.
    AvgPool1d<1>(avg_pool1d, mean_text);
    /// The mean of each window: `nn.AvgPool2d`. The input is `[N, C, H, W]`; padding counts as zeros.
    AvgPool2d<2>(avg_pool2d, mean_text);
    /// The largest value of each window: `nn.MaxPool3d`. The input is `[N, C, D, H, W]`.
    MaxPool3d<3>(max_pool3d, max_text);
    /// The mean of each window: `nn.AvgPool3d`. The input is `[N, C, D, H, W]`; padding counts as zeros.
    AvgPool3d<3>(avg_pool3d, mean_text);
}

macro_rules! dilated {
    ($($pool:ident<$n:literal>),*) => {$(
        impl $pool {
            /// The distance between neighbouring points of a window.
            pub fn dilation(mut self, dilation: impl Into<Size<$n>>) -> Self {
                self.window.dilation = dilation.into();
                self
            }
        }
    )*};
}
dilated!(MaxPool1d<1>, MaxPool2d<2>, MaxPool3d<3>);

impl MaxPool1d {
    /// The largest values, and where in its row each is: `return_indices=True`.
    #[track_caller]
    pub fn forward_with_indices(&self, x: &Tensor) -> (Tensor, Tensor) {
        x.max_pool1d_with_indices(self.window.options())
    }
}

impl MaxPool3d {
    /// The largest values, and where in its volume each is: `return_indices=True`.
    #[track_caller]
    pub fn forward_with_indices(&self, x: &Tensor) -> (Tensor, Tensor) {
        x.max_pool3d_with_indices(self.window.options())
    }
}

impl MaxPool2d {
    /// The largest values, and where in its image each is: `return_indices=True`.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
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
            /// Whether padding counts as zeros, as it does unless this says `false`.
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
            /// What the sum of a window is divided by, instead of the window's size.
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
            /// Pools whatever comes to that size.
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
    /// The means of as many windows as the output is to have: `nn.AdaptiveAvgPool1d`. The input is `[N, C, L]`.
    AdaptiveAvgPool1d<1> |x, size| x.adaptive_avg_pool1d(size[0]);
    /// The means of as many windows as the output is to have: `nn.AdaptiveAvgPool2d`. The input is `[N, C, H, W]`.
    AdaptiveAvgPool2d<2> |x, size| x.adaptive_avg_pool2d(size);
    /// The largest values of as many windows as the output is to have: `nn.AdaptiveMaxPool1d`. The input is `[N, C, L]`.
    AdaptiveMaxPool1d<1> |x, size| x.adaptive_max_pool1d(size[0]);
    /// The largest values of as many windows as the output is to have: `nn.AdaptiveMaxPool2d`. The input is
    /// `[N, C, H, W]`.
    AdaptiveMaxPool2d<2> |x, size| x.adaptive_max_pool2d(size);
    /// The means of as many windows as the output is to have: `nn.AdaptiveAvgPool3d`. The input is `[N, C, D, H, W]`.
    AdaptiveAvgPool3d<3> |x, size| x.adaptive_avg_pool3d(size);
    /// The largest values of as many windows as the output is to have: `nn.AdaptiveMaxPool3d`. The input is
    /// `[N, C, D, H, W]`.
    AdaptiveMaxPool3d<3> |x, size| x.adaptive_max_pool3d(size);
}
