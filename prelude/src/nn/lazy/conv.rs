//! Convolutions that learn how many channels their input has.

use super::{Deferred, Lazy};
use crate::Tensor;
use crate::error::{Result, bail};
use crate::nn::conv::ConvPadding;
use crate::nn::pair::Size;
use crate::nn::{Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d};

/// Lets convolutions of `n` dimensions be lazy. `loaded` tells the number of channels from the weight.
macro_rules! lazy_convolutions {
    ($($conv:ident<$n:literal> = $lazy:literal, $loaded:expr;)*) => {$(
        impl Deferred for $conv {
            const LAZY: &'static str = $lazy;

            fn features(x: &Tensor) -> Result<usize> {
                match x.dim() {
                    rank if rank == $n + 1 => x.try_size(0),
                    rank if rank == $n + 2 => x.try_size(1),
                    _ => bail!(
                        "Expected {}D (unbatched) or {}D (batched) input to {}, but got input of size: {}",
                        $n + 1,
                        $n + 2,
                        $lazy,
                        x.shape()
                    ),
                }
            }

            fn loaded(&self) -> Option<usize> {
                let loaded: fn(&Self) -> usize = $loaded;
                Some(loaded(self)).filter(|&channels| channels > 0)
            }
        }

        impl Lazy<$conv> {
            /// A convolution with so many outputs; all else is as in the layer proper.
            pub fn new(out_channels: usize, kernel_size: impl Into<Size<$n>>) -> Self {
                let kernel_size = kernel_size.into();
                Self::of(move |channels| $conv::new(channels, out_channels, kernel_size))
            }

            /// How far the kernel moves from one output to the next; 1 at first. PyTorch's argument `stride`.
            #[track_caller]
            pub fn stride(self, stride: impl Into<Size<$n>>) -> Self {
                let stride = stride.into();
                self.with(move |layer| layer.stride(stride))
            }

            /// The distance between neighbouring points of the kernel; 1 at first. PyTorch's argument `dilation`.
            pub fn dilation(self, dilation: impl Into<Size<$n>>) -> Self {
                let dilation = dilation.into();
                self.with(move |layer| layer.dilation(dilation))
            }

            /// Splits the channels into groups that do not see each other; one at first. PyTorch's argument `groups`.
            ///
            /// # Panics
            /// When `groups` does not divide the number of outputs, and later that of inputs.
            #[track_caller]
            pub fn groups(self, groups: usize) -> Self {
                self.with(move |layer| layer.groups(groups))
            }

            /// Whether the layer has a bias, which it has unless this says `false`. PyTorch's argument `bias`.
            pub fn bias(self, bias: bool) -> Self {
                self.with(move |layer| layer.bias(bias))
            }
        }
    )*};
}
lazy_convolutions! {
    Conv1d<1> = "LazyConv1d", |conv| conv.weight.size(1) * conv.geometry().groups;
    Conv2d<2> = "LazyConv2d", |conv| conv.weight.size(1) * conv.geometry().groups;
    Conv3d<3> = "LazyConv3d", |conv| conv.weight.size(1) * conv.geometry().groups;
    ConvTranspose1d<1> = "LazyConvTranspose1d", |conv| conv.weight.size(0);
    ConvTranspose2d<2> = "LazyConvTranspose2d", |conv| conv.weight.size(0);
    ConvTranspose3d<3> = "LazyConvTranspose3d", |conv| conv.weight.size(0);
}

/// What only plain convolutions have.
macro_rules! plain_paddings {
    ($($conv:ident<$n:literal>;)*) => {$(
        impl Lazy<$conv> {
            /// How much is put around the input on each side: a size, or `"same"` or `"valid"`. PyTorch's argument
            /// `padding`, 0 at first.
            ///
            /// # Panics
            /// When a word is neither of them, or `"same"` is asked of a convolution with a stride.
            #[track_caller]
            pub fn padding(self, padding: impl Into<ConvPadding<$n>>) -> Self {
                let padding = padding.into();
                self.with(move |layer| layer.padding(padding))
            }

            /// What stands around the input: `"zeros"`, `"reflect"`, `"replicate"` or `"circular"`. PyTorch's argument
            /// `padding_mode`, `"zeros"` at first.
            ///
            /// # Panics
            /// When it is none of them.
            #[track_caller]
            pub fn padding_mode(self, padding_mode: &str) -> Self {
                let padding_mode = padding_mode.to_owned();
                self.with(move |layer| layer.padding_mode(&padding_mode))
            }
        }
    )*};
}
plain_paddings! {
    Conv1d<1>;
    Conv2d<2>;
    Conv3d<3>;
}

/// What only transposed convolutions have.
macro_rules! transposed_paddings {
    ($($conv:ident<$n:literal>;)*) => {$(
        impl Lazy<$conv> {
            /// How much is cut off the output on each side; nothing at first. PyTorch's argument `padding`.
            pub fn padding(self, padding: impl Into<Size<$n>>) -> Self {
                let padding = padding.into();
                self.with(move |layer| layer.padding(padding))
            }

            /// How much longer the output is at its end, where several sizes would be possible. PyTorch's argument
            /// `output_padding`, 0 at first.
            pub fn output_padding(self, output_padding: impl Into<Size<$n>>) -> Self {
                let output_padding = output_padding.into();
                self.with(move |layer| layer.output_padding(output_padding))
            }
        }
    )*};
}
transposed_paddings! {
    ConvTranspose1d<1>;
    ConvTranspose2d<2>;
    ConvTranspose3d<3>;
}
