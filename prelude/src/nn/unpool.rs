//! Pooling undone.

use super::functional as F;
use super::hooks::seen;
use super::pair::Size;
use super::{Mode, Module, python};
use crate::Tensor;
use crate::tensor::PoolOptions;

/// Declares modules that undo a pooling: their name and the number of their dimensions.
macro_rules! unpools {
    ($($(#[$doc:meta])* $unpool:ident<$n:literal> = $function:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::text)]
        pub struct $unpool {
            #[module(skip)]
            kernel_size: Size<$n>,
            #[module(skip)]
            stride: Option<Size<$n>>,
            #[module(skip)]
            padding: Size<$n>,
            mode: Mode,
        }

        impl $unpool {
            /// Undoes windows of that size, side by side.
            pub fn new(kernel_size: impl Into<Size<$n>>) -> Self {
                Self {
                    kernel_size: kernel_size.into(),
                    stride: None,
                    padding: Size::All(0),
                    mode: Mode::default(),
                }
            }

            /// How far a window was from the next; the window's size unless this says otherwise.
            pub fn stride(mut self, stride: impl Into<Size<$n>>) -> Self {
                self.stride = Some(stride.into());
                self
            }

            /// How much was around the input on each side.
            pub fn padding(mut self, padding: impl Into<Size<$n>>) -> Self {
                self.padding = padding.into();
                self
            }

            /// The values of `x` at the places that `indices` say, and zeros elsewhere.
            ///
            /// # Panics
            /// When an index is none of the output.
            #[track_caller]
            pub fn forward(&self, x: &Tensor, indices: &Tensor) -> Tensor {
                seen!(self, [x, indices], F::$function(x, indices, self.options(), None))
            }

            /// The same in an output of that size, where several sizes are possible.
            ///
            /// # Panics
            /// When pooling such an output does not give the size of `x`.
            #[track_caller]
            pub fn forward_sized(&self, x: &Tensor, indices: &Tensor, output_size: [usize; $n]) -> Tensor {
                seen!(self, [x, indices], F::$function(x, indices, self.options(), Some(output_size)))
            }

            fn options(&self) -> PoolOptions<$n> {
                let mut options = PoolOptions::new(1);
                options.kernel = self.kernel_size.sizes();
                options.stride = self.stride.unwrap_or(self.kernel_size).sizes();
                options.padding = self.padding.sizes();
                options
            }

            fn text(&self) -> String {
                let options = self.options();
                let mut text = String::new();
                python::keyword(&mut text, "kernel_size", python::tuple(&options.kernel));
                python::keyword(&mut text, "stride", python::tuple(&options.stride));
                python::keyword(&mut text, "padding", python::tuple(&options.padding));
                text
            }
        }

        super::debug_is_display!($unpool);
    )*};
}

unpools! {
    /// Undoes [`MaxPool1d`](super::MaxPool1d) with its indices: `nn.MaxUnpool1d`.
    MaxUnpool1d<1> = max_unpool1d;
    /// Undoes [`MaxPool2d`](super::MaxPool2d) with its indices: `nn.MaxUnpool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let (y, indices) = MaxPool2d::new(2).forward_with_indices(&tensor!([[[1., 2.], [4., 3.]]]));
    /// let x = nn::MaxUnpool2d::new(2).forward(&y, &indices);
    /// assert_eq!(x.to_vec::<f32>(), [0., 0., 4., 0.]);
    /// ```
    MaxUnpool2d<2> = max_unpool2d;
    /// Undoes [`MaxPool3d`](super::MaxPool3d) with its indices: `nn.MaxUnpool3d`.
    MaxUnpool3d<3> = max_unpool3d;
}
