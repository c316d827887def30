//! Pooling: several neighbours become one value.

use super::functional as F;
use super::{Forward, Module, Pair, python};
use crate::Tensor;

/// The largest value of each window: `nn.MaxPool2d`. The input is `[N, C, H, W]`.
///
/// ```
/// use wick::prelude::*;
///
/// let pool = MaxPool2d::new(3).stride(2).padding(1);
/// assert_eq!(pool.forward(&Tensor::rand([1, 64, 112, 112])).shape(), [1, 64, 56, 56]);
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct MaxPool2d {
    #[module(skip)]
    window: Window,
}

/// The mean of each window: `nn.AvgPool2d`. The input is `[N, C, H, W]`; padding counts as zeros.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct AvgPool2d {
    #[module(skip)]
    window: Window,
}

#[derive(Clone, Copy)]
struct Window {
    kernel_size: Pair,
    stride: Option<Pair>,
    padding: Pair,
}

impl Window {
    fn new(kernel_size: Pair) -> Self {
        Self {
            kernel_size,
            stride: None,
            padding: Pair::Both(0),
        }
    }

    /// Windows lie side by side unless a stride is given.
    fn stride(&self) -> Pair {
        self.stride.unwrap_or(self.kernel_size)
    }

    fn options(&self) -> String {
        format!(
            "kernel_size={}, stride={}, padding={}",
            self.kernel_size,
            self.stride(),
            self.padding
        )
    }
}

macro_rules! window_options {
    ($($pool:ident),*) => {$(
        impl $pool {
            /// Windows of that size, side by side.
            pub fn new(kernel_size: impl Into<Pair>) -> Self {
                Self { window: Window::new(kernel_size.into()) }
            }

            /// How far a window is from the next; the window's size unless this says otherwise.
            pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
                self.window.stride = Some(stride.into());
                self
            }

            /// How much is put around the input on each side.
            pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
                self.window.padding = padding.into();
                self
            }
        }
    )*};
}
window_options!(MaxPool2d, AvgPool2d);

impl MaxPool2d {
    fn options(&self) -> String {
        format!(
            "{}, dilation=1, ceil_mode={}",
            self.window.options(),
            python::bool(false)
        )
    }
}

impl Forward for MaxPool2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::max_pool2d(
            x,
            self.window.kernel_size,
            self.window.stride(),
            self.window.padding,
        )
    }
}

impl AvgPool2d {
    fn options(&self) -> String {
        self.window.options()
    }
}

impl Forward for AvgPool2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::avg_pool2d(
            x,
            self.window.kernel_size,
            self.window.stride(),
            self.window.padding,
        )
    }
}

/// The means of as many windows as the output is to have: `nn.AdaptiveAvgPool2d`. The input is `[N, C, H, W]`.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct AdaptiveAvgPool2d {
    #[module(skip)]
    output_size: Pair,
}

impl AdaptiveAvgPool2d {
    /// Pools whatever comes to that height and width.
    pub fn new(output_size: impl Into<Pair>) -> Self {
        Self {
            output_size: output_size.into(),
        }
    }

    fn options(&self) -> String {
        format!("output_size={}", self.output_size)
    }
}

impl Forward for AdaptiveAvgPool2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::adaptive_avg_pool2d(x, self.output_size)
    }
}

super::debug_is_display!(MaxPool2d, AvgPool2d, AdaptiveAvgPool2d);
