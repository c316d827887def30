//! Convolutions.

use super::draws::Draws;
use super::functional as F;
use super::pair::Size;
use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;
use crate::tensor::{ConvOptions, Padding};

/// How much is put around the input of a convolution. Anything that is a size may be written, or `"same"` or `"valid"`:
/// PyTorch's argument `padding`.
///
/// ```
/// use wick::nn::ConvPadding;
/// use wick::prelude::*;
/// assert_eq!(ConvPadding::<2>::from("same"), ConvPadding::Same);
/// let sized = |padding: ConvPadding<2>| {
///     Conv2d::new(1, 1, 3).padding(padding).forward(&Tensor::zeros([1, 1, 8, 8])).shape()
/// };
/// assert_eq!(sized("same".into()), [1, 1, 8, 8]);
/// assert_eq!(sized(ConvPadding::Valid), [1, 1, 6, 6]);
/// assert_eq!(sized((2, 0).into()), [1, 1, 10, 6]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConvPadding<const N: usize> {
    /// That much on each side.
    Size(Size<N>),
    /// So much that the output has the size of the input.
    Same,
    /// Nothing.
    Valid,
}

impl<const N: usize, S: Into<Size<N>>> From<S> for ConvPadding<N> {
    fn from(size: S) -> Self {
        Self::Size(size.into())
    }
}

/// # Panics
/// When it is neither `"same"` nor `"valid"`.
impl<const N: usize> From<&str> for ConvPadding<N> {
    #[track_caller]
    fn from(word: &str) -> Self {
        match word {
            "same" => Self::Same,
            "valid" => Self::Valid,
            other => {
                panic!("Invalid padding string '{other}', should be one of {{'valid', 'same'}}")
            }
        }
    }
}

/// What stands around the input: `padding_mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Around {
    Zeros,
    Reflect,
    Replicate,
    Circular,
}

impl Around {
    #[track_caller]
    fn named(name: &str) -> Self {
        match name {
            "zeros" => Self::Zeros,
            "reflect" => Self::Reflect,
            "replicate" => Self::Replicate,
            "circular" => Self::Circular,
            other => panic!(
                "padding_mode must be one of {{'zeros', 'reflect', 'replicate', 'circular'}}, but got padding_mode='{other}'"
            ),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Zeros => "zeros",
            Self::Reflect => "reflect",
            Self::Replicate => "replicate",
            Self::Circular => "circular",
        }
    }
}

/// The input with what stands around it, and how the kernel moves over that.
fn surrounded<const N: usize>(
    x: &Tensor,
    kernel: [usize; N],
    options: ConvOptions<N>,
    padding: ConvPadding<N>,
    around: Around,
) -> (Tensor, ConvOptions<N>) {
    // Before and after, in each dimension.
    let sides: [(usize, usize); N] = std::array::from_fn(|d| match padding {
        ConvPadding::Size(size) => (size.sizes()[d], size.sizes()[d]),
        ConvPadding::Valid => (0, 0),
        ConvPadding::Same => {
            let total = options.dilation[d] * (kernel[d].max(1) - 1);
            (total / 2, total - total / 2)
        }
    });
    let even = sides.iter().all(|(before, after)| before == after);
    if around == Around::Zeros && even {
        let padding = sides.map(|(before, _)| before);
        return (x.clone(), ConvOptions { padding, ..options });
    }
    let mode = match around {
        Around::Zeros => Padding::Constant(0.0),
        Around::Reflect => Padding::Reflect,
        Around::Replicate => Padding::Replicate,
        Around::Circular => Padding::Circular,
    };
    let reversed = sides.iter().rev();
    let sides: Vec<i64> = reversed
        .flat_map(|(before, after)| [*before as i64, *after as i64])
        .collect();
    let inside = ConvOptions {
        padding: [0; N],
        ..options
    };
    (x.pad(&sides, mode), inside)
}

/// What the text of a convolution says between its parentheses.
pub(super) struct Text<const N: usize> {
    pub channels: [usize; 2],
    pub kernel_size: [usize; N],
    pub stride: [usize; N],
    pub padding: ConvPadding<N>,
    pub dilation: [usize; N],
    pub output_padding: [usize; N],
    pub groups: usize,
    pub bias: bool,
    pub padding_mode: &'static str,
}

impl<const N: usize> Text<N> {
    pub fn write(self) -> String {
        let tuple = |sizes: [usize; N]| python::tuple(&sizes);
        let mut text = format!("{}, {}", self.channels[0], self.channels[1]);
        python::keyword(&mut text, "kernel_size", tuple(self.kernel_size));
        python::keyword(&mut text, "stride", tuple(self.stride));
        match self.padding {
            ConvPadding::Same => python::keyword(&mut text, "padding", "same"),
            ConvPadding::Valid => python::keyword(&mut text, "padding", "valid"),
            ConvPadding::Size(size) if size.sizes() == [0; N] => {}
            ConvPadding::Size(size) => {
                python::keyword(&mut text, "padding", tuple(size.sizes()));
            }
        }
        if self.dilation != [1; N] {
            python::keyword(&mut text, "dilation", tuple(self.dilation));
        }
        if self.output_padding != [0; N] {
            python::keyword(&mut text, "output_padding", tuple(self.output_padding));
        }
        if self.groups != 1 {
            python::keyword(&mut text, "groups", self.groups);
        }
        if !self.bias {
            python::keyword(&mut text, "bias", python::bool(false));
        }
        if self.padding_mode != "zeros" {
            python::keyword(&mut text, "padding_mode", self.padding_mode);
        }
        text
    }
}

/// # Panics
/// When `groups` does not divide the numbers of channels.
#[track_caller]
pub(super) fn check_groups(groups: usize, in_channels: usize, out_channels: usize) {
    let divides = |channels: usize| groups > 0 && channels.is_multiple_of(groups);
    assert!(
        divides(in_channels),
        "in_channels must be divisible by groups"
    );
    assert!(
        divides(out_channels),
        "out_channels must be divisible by groups"
    );
}

/// Declares convolutions: their name, the number of their dimensions, their options and the function.
macro_rules! convolutions {
    ($($(#[$doc:meta])* $conv:ident<$n:literal>($options:ident, $function:ident);)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $conv {
            /// `[out_channels, in_channels / groups, …]`, with the kernel's sizes last.
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
            #[module(skip)]
            padding: ConvPadding<$n>,
            #[module(skip)]
            around: Around,
            mode: Mode,
            #[module(skip)]
            draws: Draws,
        }

        impl $conv {
            /// A convolution with PyTorch's initial values: stride 1, no padding, dilation 1, one group, and a bias.
            pub fn new(
                in_channels: usize,
                out_channels: usize,
                kernel_size: impl Into<Size<$n>>,
            ) -> Self {
                let geometry = F::$options::default();
                Self::with(in_channels, out_channels, kernel_size.into(), geometry, true)
            }

            /// The same with all options at once, for which nothing has to be drawn twice.
            pub(crate) fn with(
                in_channels: usize,
                out_channels: usize,
                kernel_size: Size<$n>,
                geometry: F::$options,
                bias: bool,
            ) -> Self {
                let mut shape = vec![out_channels, in_channels / geometry.groups];
                shape.extend(kernel_size.sizes());
                let (weight, bias, draws) = Draws::weight_and_bias(&shape, bias);
                let mode = Mode::default();
                Self {
                    weight,
                    bias,
                    in_channels,
                    out_channels,
                    kernel_size,
                    geometry,
                    padding: ConvPadding::Size(Size::Each(geometry.padding)),
                    around: Around::Zeros,
                    mode,
                    draws,
                }
            }

            /// How far the kernel moves from one output to the next, 1 at first. PyTorch's argument `stride`.
            ///
            /// # Panics
            /// When the padding is `"same"` and the stride is not 1.
            #[track_caller]
            pub fn stride(mut self, stride: impl Into<Size<$n>>) -> Self {
                self.geometry.stride = stride.into().sizes();
                self.check_same();
                self
            }

            /// How much is put around the input on each side: a size, or `"same"` for outputs of the input's size, or
            /// `"valid"` for nothing. PyTorch's argument `padding`, 0 at first.
            ///
            /// # Panics
            /// When a word is neither of them, or `"same"` is asked of a convolution with a stride.
            #[track_caller]
            pub fn padding(mut self, padding: impl Into<ConvPadding<$n>>) -> Self {
                self.padding = padding.into();
                self.check_same();
                self
            }

            /// What stands around the input: `"zeros"`, `"reflect"`, `"replicate"` or `"circular"`. PyTorch's argument
            /// `padding_mode`, zeros at first.
            ///
            /// # Panics
            /// When it is none of them.
            #[track_caller]
            pub fn padding_mode(mut self, padding_mode: &str) -> Self {
                self.around = Around::named(padding_mode);
                self
            }

            #[track_caller]
            fn check_same(&self) {
                assert!(
                    self.padding != ConvPadding::Same || self.geometry.stride == [1; $n],
                    "padding='same' is not supported for strided convolutions"
                );
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
                Self {
                    padding: self.padding,
                    around: self.around,
                    ..Self::with(self.in_channels, self.out_channels, self.kernel_size, geometry, bias)
                }
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

            /// How the kernel moves.
            pub(super) fn geometry(&self) -> &F::$options {
                &self.geometry
            }

            fn options(&self) -> String {
                Text {
                    channels: [self.in_channels, self.out_channels],
                    kernel_size: self.kernel_size.sizes(),
                    stride: self.geometry.stride,
                    padding: self.padding,
                    dilation: self.geometry.dilation,
                    output_padding: [0; $n],
                    groups: self.geometry.groups,
                    bias: self.bias.is_some(),
                    padding_mode: self.around.name(),
                }
                .write()
            }
        }

        #[hooked]
        impl Forward for $conv {
            fn forward(&self, x: &Tensor) -> Tensor {
                let kernel = self.kernel_size.sizes();
                let (x, geometry) =
                    surrounded(x, kernel, self.geometry, self.padding, self.around);
                F::$function(&x, &self.weight, self.bias.as_ref(), geometry)
            }
        }

        super::debug_is_display!($conv);
    )*};
}

convolutions! {
    /// A one-dimensional convolution as a layer. `[N, in_channels, L]` to `[N, out_channels, L']`; the batch may be
    /// missing. PyTorch: `torch.nn.Conv1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let conv = Conv1d::new(16, 33, 3).stride(2);
    /// assert_eq!(conv.forward(&Tensor::rand([20, 16, 50])).shape(), [20, 33, 24]);
    ///
    /// // A moving average that repeats the border.
    /// let mean = Conv1d::new(1, 1, 3).padding(1).padding_mode("replicate").bias(false);
    /// nn::init::constant_(&mean.weight, 1. / 3.);
    /// let y = mean.forward(&tensor!([[[0., 3., 6., 3.]]]));
    /// assert_eq!(y.detach().to_string(), "tensor([[[1., 3., 4., 4.]]])");
    ///
    /// let conv = Conv1d::new(4, 8, 3).dilation(2).groups(2);
    /// assert_eq!(conv.to_string(), "Conv1d(4, 8, kernel_size=(3,), stride=(1,), dilation=(2,), groups=2)");
    /// assert_eq!(conv.weight.shape(), [8, 2, 3]);
    /// ```
    ///
    /// # Panics
    /// When the input has another number of channels, or the kernel is larger than the padded input.
    Conv1d<1>(Conv1dOptions, conv1d);
    /// A two-dimensional convolution as a layer. `[N, in_channels, H, W]` to `[N, out_channels, H', W']`; the batch may
    /// be missing. PyTorch: `torch.nn.Conv2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let conv = Conv2d::new(3, 64, 3).stride(2).padding(1).bias(false);
    /// assert_eq!(conv.forward(&Tensor::rand([1, 3, 32, 32])).shape(), [1, 64, 16, 16]);
    ///
    /// // Each channel on its own: a weight for each, and no weights between them.
    /// let depthwise = Conv2d::new(8, 8, 3).padding(2).padding_mode("reflect").dilation(2).groups(8);
    /// assert_eq!(depthwise.forward(&Tensor::rand([1, 8, 10, 10])).shape(), [1, 8, 10, 10]);
    /// assert_eq!(depthwise.weight.shape(), [8, 1, 3, 3]);
    /// ```
    ///
    /// The options may come in any order; the layer's values are those that PyTorch would have drawn.
    ///
    /// # Panics
    /// When the input has another number of channels, or the kernel is larger than the padded input.
    Conv2d<2>(Conv2dOptions, conv2d);
    /// A three-dimensional convolution as a layer. `[N, in_channels, D, H, W]` to `[N, out_channels, D', H', W']`; the
    /// batch may be missing. PyTorch: `torch.nn.Conv3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let conv = Conv3d::new(2, 4, (3, 5, 2)).padding((1, 2, 0));
    /// assert_eq!(conv.forward(&Tensor::rand([1, 2, 4, 6, 6])).shape(), [1, 4, 4, 6, 5]);
    ///
    /// let conv = Conv3d::new(2, 4, 3).stride((1, 2, 2)).dilation(2).groups(2).bias(false).padding_mode("circular");
    /// assert_eq!(conv.forward(&Tensor::rand([1, 2, 5, 6, 6])).shape(), [1, 4, 1, 1, 1]);
    /// assert!(conv.bias.is_none());
    /// ```
    ///
    /// # Panics
    /// When the input has another number of channels, or the kernel is larger than the padded input.
    Conv3d<3>(Conv3dOptions, conv3d);
}
