//! Transposed convolutions.

use super::conv::{ConvPadding, Text, check_groups};
use super::draws::Draws;
use super::functional as F;
use super::pair::Size;
use super::{Forward, Mode, Module, hooked};
use crate::Tensor;

/// Declares transposed convolutions: their name, the number of their dimensions, their options and the function.
macro_rules! transposed {
    ($($(#[$doc:meta])* $conv:ident<$n:literal>($options:ident, $function:ident);)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $conv {
            /// `[in_channels, out_channels / groups, …]`, with the kernel's sizes last.
            #[module(parameter)]
            pub weight: Tensor,
            /// `[out_channels]`
            #[module(parameter)]
            pub bias: Option<Tensor>,
            in_channels: usize,
            out_channels: usize,
            #[module(skip)]
            kernel_size: Size<$n>,
            #[module(skip)]
            geometry: F::$options,
            mode: Mode,
            #[module(skip)]
            draws: Draws,
        }

        impl $conv {
            /// A layer with PyTorch's initial values: stride 1, no padding, dilation 1, one group, and a bias.
            pub fn new(
                in_channels: usize,
                out_channels: usize,
                kernel_size: impl Into<Size<$n>>,
            ) -> Self {
                let geometry = F::$options::default();
                Self::with(in_channels, out_channels, kernel_size.into(), geometry, true)
            }

            fn with(
                in_channels: usize,
                out_channels: usize,
                kernel_size: Size<$n>,
                geometry: F::$options,
                bias: bool,
            ) -> Self {
                let mut shape = vec![in_channels, out_channels / geometry.groups];
                shape.extend(kernel_size.sizes());
                let (weight, bias, draws) = Draws::weight_and_bias_of(&shape, out_channels, bias);
                Self {
                    weight,
                    bias,
                    in_channels,
                    out_channels,
                    kernel_size,
                    geometry,
                    mode: Mode::default(),
                    draws,
                }
            }

            /// How far the places of neighbouring inputs are apart in the output, 1 at first. PyTorch's argument
            /// `stride`.
            pub fn stride(mut self, stride: impl Into<Size<$n>>) -> Self {
                self.geometry.stride = stride.into().sizes();
                self
            }

            /// How much is cut off the output on each side, 0 at first. PyTorch's argument `padding`.
            pub fn padding(mut self, padding: impl Into<Size<$n>>) -> Self {
                self.geometry.padding = padding.into().sizes();
                self
            }

            /// How much longer the output is at its end, where several sizes would be possible. It has to be smaller
            /// than the stride or the dilation; 0 at first. PyTorch's argument `output_padding`.
            pub fn output_padding(mut self, output_padding: impl Into<Size<$n>>) -> Self {
                self.geometry.output_padding = output_padding.into().sizes();
                self
            }

            /// The distance between neighbouring points of the kernel, 1 at first. PyTorch's argument `dilation`.
            pub fn dilation(mut self, dilation: impl Into<Size<$n>>) -> Self {
                self.geometry.dilation = dilation.into().sizes();
                self
            }

            /// Splits the channels into groups that do not see each other. The weight has another shape then and is
            /// drawn anew. PyTorch's argument `groups`, 1 at first.
            ///
            /// # Panics
            /// When `groups` does not divide the numbers of channels.
            #[track_caller]
            pub fn groups(self, groups: usize) -> Self {
                check_groups(groups, self.in_channels, self.out_channels);
                if groups == self.geometry.groups {
                    return self;
                }
                self.draws.undo();
                let geometry = F::$options {
                    groups,
                    ..self.geometry
                };
                let bias = self.bias.is_some();
                Self::with(self.in_channels, self.out_channels, self.kernel_size, geometry, bias)
            }

            /// Whether the layer has a bias, which it has unless this says `false`. PyTorch's argument `bias`.
            pub fn bias(mut self, bias: bool) -> Self {
                if !bias && self.bias.take().is_some() {
                    self.draws.undo_bias();
                } else if bias && self.bias.is_none() {
                    self.bias = Some(self.draws.draw_bias(&self.weight));
                }
                self
            }

            fn options(&self) -> String {
                Text {
                    channels: [self.in_channels, self.out_channels],
                    kernel_size: self.kernel_size.sizes(),
                    stride: self.geometry.stride,
                    padding: ConvPadding::Size(Size::Each(self.geometry.padding)),
                    dilation: self.geometry.dilation,
                    output_padding: self.geometry.output_padding,
                    groups: self.geometry.groups,
                    bias: self.bias.is_some(),
                    padding_mode: "zeros",
                }
                .write()
            }
        }

        #[hooked]
        impl Forward for $conv {
            fn forward(&self, x: &Tensor) -> Tensor {
                F::$function(x, &self.weight, self.bias.as_ref(), self.geometry)
            }
        }

        super::debug_is_display!($conv);
    )*};
}

transposed! {
    /// A one-dimensional transposed convolution as a layer: it makes rows longer. `[N, in_channels, L]` to
    /// `[N, out_channels, L']`; the batch may be missing. PyTorch: `torch.nn.ConvTranspose1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let up = ConvTranspose1d::new(4, 2, 2).stride(2);
    /// assert_eq!(up.forward(&Tensor::rand([1, 4, 10])).shape(), [1, 2, 20]);
    ///
    /// let up = ConvTranspose1d::new(1, 1, 2).stride(2).bias(false);
    /// nn::init::ones_(&up.weight);
    /// assert_eq!(up.forward(&tensor!([[[1., 5.]]])).detach().to_string(), "tensor([[[1., 1., 5., 5.]]])");
    ///
    /// let up = ConvTranspose1d::new(4, 2, 3).stride(2).padding(1).output_padding(1).dilation(2).groups(2);
    /// assert_eq!(up.forward(&Tensor::rand([1, 4, 10])).shape(), [1, 2, 22]);
    /// ```
    ///
    /// # Panics
    /// When the input has another number of channels.
    ConvTranspose1d<1>(ConvTranspose1dOptions, conv_transpose1d);
    /// A two-dimensional transposed convolution as a layer: it makes images larger. `[N, in_channels, H, W]` to
    /// `[N, out_channels, H', W']`; the batch may be missing. PyTorch: `torch.nn.ConvTranspose2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let up = ConvTranspose2d::new(16, 8, 3).stride(2).padding(1).output_padding(1);
    /// assert_eq!(up.forward(&Tensor::rand([1, 16, 12, 12])).shape(), [1, 8, 24, 24]);
    ///
    /// let up = ConvTranspose2d::new(16, 8, 3).dilation(2).groups(4).bias(false);
    /// assert_eq!(
    ///     up.to_string(),
    ///     "ConvTranspose2d(16, 8, kernel_size=(3, 3), stride=(1, 1), dilation=(2, 2), groups=4, bias=False)"
    /// );
    /// assert_eq!(up.weight.shape(), [16, 2, 3, 3]);
    /// ```
    ///
    /// # Panics
    /// When the input has another number of channels.
    ConvTranspose2d<2>(ConvTranspose2dOptions, conv_transpose2d);
    /// A three-dimensional transposed convolution as a layer: it makes volumes larger. `[N, in_channels, D, H, W]` to
    /// `[N, out_channels, D', H', W']`; the batch may be missing. PyTorch: `torch.nn.ConvTranspose3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let up = nn::ConvTranspose3d::new(4, 2, 2).stride(2);
    /// assert_eq!(up.forward(&Tensor::rand([1, 4, 3, 4, 5])).shape(), [1, 2, 6, 8, 10]);
    ///
    /// let up = nn::ConvTranspose3d::new(4, 2, 3).padding(1).output_padding(1).dilation(2).groups(2).bias(false);
    /// assert_eq!(up.forward(&Tensor::rand([1, 4, 3, 3, 3])).shape(), [1, 2, 6, 6, 6]);
    /// ```
    ///
    /// # Panics
    /// When the input has another number of channels.
    ConvTranspose3d<3>(ConvTranspose3dOptions, conv_transpose3d);
}
