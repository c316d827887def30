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
            /// Undoes windows of that size, side by side: PyTorch's argument `kernel_size`.
            pub fn new(kernel_size: impl Into<Size<$n>>) -> Self {
                Self {
                    kernel_size: kernel_size.into(),
                    stride: None,
                    padding: Size::All(0),
                    mode: Mode::default(),
                }
            }

            /// How far a window was from the next; the window's size unless this says otherwise. PyTorch's argument
            /// `stride`.
            pub fn stride(mut self, stride: impl Into<Size<$n>>) -> Self {
                self.stride = Some(stride.into());
                self
            }

            /// How much was around the input on each side. PyTorch's argument `padding`, 0 at first.
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

            /// The same in an output of that size, where several sizes are possible: PyTorch's argument `output_size`.
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
    /// Undoes [`MaxPool1d`](super::MaxPool1d) with its indices, with zeros where no largest value was. The input is
    /// `[N, C, L]` or `[C, L]`. PyTorch: `torch.nn.MaxUnpool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (y, indices) = MaxPool1d::new(2).forward_with_indices(&tensor!([[[1., 5., 4., 2.]]]));
    /// let unpool = nn::MaxUnpool1d::new(2).stride(2).padding(0);
    /// assert_eq!(unpool.forward(&y, &indices).to_string(), "tensor([[[0., 5., 4., 0.]]])");
    /// // Pooling five steps gives two as well.
    /// assert_eq!(unpool.forward_sized(&y, &indices, [5]).to_string(), "tensor([[[0., 5., 4., 0., 0.]]])");
    /// ```
    MaxUnpool1d<1> = max_unpool1d;
    /// Undoes [`MaxPool2d`](super::MaxPool2d) with its indices, with zeros where no largest value was. The input is
    /// `[N, C, H, W]` or `[C, H, W]`. PyTorch: `torch.nn.MaxUnpool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (y, indices) = MaxPool2d::new(2).forward_with_indices(&tensor!([[[1., 2.], [4., 3.]]]));
    /// let unpool = nn::MaxUnpool2d::new(2).stride(2).padding(0);
    /// let x = unpool.forward(&y, &indices);
    /// assert_eq!(x.i(0).to_string(), "tensor([[0., 0.],\n        [4., 0.]])");
    /// assert_eq!(unpool.forward_sized(&y, &indices, [3, 2]).shape(), [1, 3, 2]);
    /// ```
    MaxUnpool2d<2> = max_unpool2d;
    /// Undoes [`MaxPool3d`](super::MaxPool3d) with its indices, with zeros where no largest value was. The input is
    /// `[N, C, D, H, W]` or `[C, D, H, W]`. PyTorch: `torch.nn.MaxUnpool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let volume = Tensor::arange(1., 9., 1.).reshape([1, 1, 2, 2, 2]);
    /// let (y, indices) = nn::MaxPool3d::new(2).forward_with_indices(&volume);
    /// let unpool = nn::MaxUnpool3d::new(2).stride(2).padding(0);
    /// assert_eq!(unpool.forward(&y, &indices).to_vec::<f32>(), [0., 0., 0., 0., 0., 0., 0., 8.]);
    /// assert_eq!(unpool.forward_sized(&y, &indices, [3, 2, 2]).shape(), [1, 1, 3, 2, 2]);
    /// ```
    MaxUnpool3d<3> = max_unpool3d;
}
