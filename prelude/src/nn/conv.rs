//! Convolution.

use super::draws::Draws;
use super::functional as F;
use super::{Forward, Mode, Module, Pair, python};
use crate::Tensor;

/// A two-dimensional convolution: `nn.Conv2d`. The input is `[N, in_channels, H, W]`.
///
/// ```
/// use wick::prelude::*;
///
/// let conv = Conv2d::new(3, 64, 3).stride(2).padding(1).bias(false);
/// assert_eq!(conv.forward(&Tensor::rand([1, 3, 32, 32])).shape(), [1, 64, 16, 16]);
/// ```
///
/// The options may come in any order; the layer's values are those that PyTorch would have drawn.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Conv2d {
    /// `[out_channels, in_channels / groups, height, width]`
    #[module(parameter)]
    pub weight: Tensor,
    /// `[out_channels]`
    #[module(parameter)]
    pub bias: Option<Tensor>,
    in_channels: usize,
    out_channels: usize,
    #[module(skip)]
    kernel_size: Pair,
    #[module(skip)]
    geometry: F::Conv2dOptions,
    mode: Mode,
    #[module(skip)]
    draws: Draws,
}

impl Conv2d {
    /// A convolution with PyTorch's initial values: stride 1, no padding, dilation 1, one group, and a bias.
    pub fn new(in_channels: usize, out_channels: usize, kernel_size: impl Into<Pair>) -> Self {
        let geometry = F::Conv2dOptions::default();
        Self::with(
            in_channels,
            out_channels,
            kernel_size.into(),
            geometry,
            true,
        )
    }

    /// The same with all options at once, for which nothing has to be drawn twice.
    pub(crate) fn with(
        in_channels: usize,
        out_channels: usize,
        kernel_size: Pair,
        geometry: F::Conv2dOptions,
        bias: bool,
    ) -> Self {
        let [height, width] = kernel_size.sizes();
        let shape = [out_channels, in_channels / geometry.groups, height, width];
        let (weight, bias, draws) = Draws::weight_and_bias(&shape, bias);
        let mode = Mode::default();
        Self {
            weight,
            bias,
            in_channels,
            out_channels,
            kernel_size,
            geometry,
            mode,
            draws,
        }
    }

    /// How far the kernel moves from one output to the next.
    pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
        self.geometry.stride = stride.into().sizes();
        self
    }

    /// How many zeros are put around the input on each side.
    pub fn padding(mut self, padding: impl Into<Pair>) -> Self {
        self.geometry.padding = padding.into().sizes();
        self
    }

    /// The distance between neighbouring points of the kernel.
    pub fn dilation(mut self, dilation: impl Into<Pair>) -> Self {
        self.geometry.dilation = dilation.into().sizes();
        self
    }

    /// Splits the channels into groups that do not see each other. The weight has another shape then and is drawn anew.
    ///
    /// # Panics
    /// When `groups` does not divide the numbers of channels.
    #[track_caller]
    pub fn groups(self, groups: usize) -> Self {
        let Self {
            in_channels,
            out_channels,
            kernel_size,
            ..
        } = self;
        let divides = |channels: usize| groups > 0 && channels.is_multiple_of(groups);
        assert!(
            divides(in_channels),
            "in_channels must be divisible by groups"
        );
        assert!(
            divides(out_channels),
            "out_channels must be divisible by groups"
        );
        if groups == self.geometry.groups {
            return self;
        }
        self.draws.undo();
        let geometry = F::Conv2dOptions {
            groups,
            ..self.geometry
        };
        Self::with(
            in_channels,
            out_channels,
            kernel_size,
            geometry,
            self.bias.is_some(),
        )
    }

    /// Whether the layer has a bias, which it has unless this says `false`.
    pub fn bias(mut self, bias: bool) -> Self {
        if !bias && self.bias.take().is_some() {
            self.draws.undo_bias();
        } else if bias && self.bias.is_none() {
            self.bias = Some(self.draws.draw_bias(&self.weight));
        }
        self
    }

    fn options(&self) -> String {
        let F::Conv2dOptions {
            stride,
            padding,
            dilation,
            groups,
        } = self.geometry;
        let pair = |[height, width]: [usize; 2]| Pair::Each(height, width);
        let mut text = format!("{}, {}", self.in_channels, self.out_channels);
        python::keyword(&mut text, "kernel_size", pair(self.kernel_size.sizes()));
        python::keyword(&mut text, "stride", pair(stride));
        if padding != [0, 0] {
            python::keyword(&mut text, "padding", pair(padding));
        }
        if dilation != [1, 1] {
            python::keyword(&mut text, "dilation", pair(dilation));
        }
        if groups != 1 {
            python::keyword(&mut text, "groups", groups);
        }
        if self.bias.is_none() {
            python::keyword(&mut text, "bias", python::bool(false));
        }
        text
    }
}

impl Forward for Conv2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::conv2d(x, &self.weight, self.bias.as_ref(), self.geometry)
    }
}

super::debug_is_display!(Conv2d);
