//! Images in another size.

use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;
use crate::tensor::{InterpolateOptions, Interpolation};

/// Brings rows `[N, C, L]`, images `[N, C, H, W]` or volumes to another size. PyTorch: `torch.nn.Upsample`.
///
/// ```
/// use wick::prelude::*;
/// let image = tensor!([[[[1., 2.], [3., 4.]]]]);
/// let up = Upsample::scale_factor(2.).mode(Interpolation::Bilinear);
/// assert_eq!(up.forward(&image).shape(), [1, 1, 4, 4]);
/// assert_eq!(up.to_string(), "Upsample(scale_factor=2.0, mode='bilinear')");
/// let up = Upsample::size(&[3, 3]).mode(Interpolation::Bilinear).align_corners(true);
/// assert_eq!(up.forward(&image).i((0, 0, 0)).to_string(), "tensor([1.0000, 1.5000, 2.0000])");
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Upsample {
    #[module(skip)]
    options: InterpolateOptions,
    mode: Mode,
}

impl Upsample {
    /// To that size: one number for all dimensions, or one for each. PyTorch's argument `size`.
    pub fn size(size: &[usize]) -> Self {
        let options = InterpolateOptions {
            size: size.to_vec(),
            ..Default::default()
        };
        Self {
            options,
            mode: Mode::default(),
        }
    }

    /// By that factor in all dimensions. PyTorch's argument `scale_factor`.
    pub fn scale_factor(factor: f64) -> Self {
        let options = InterpolateOptions {
            scale_factor: vec![factor],
            ..Default::default()
        };
        Self {
            options,
            mode: Mode::default(),
        }
    }

    /// By a factor of its own for each dimension. PyTorch's argument `scale_factor`, a tuple.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let up = Upsample::scale_factors(&[1., 2.5]);
    /// assert_eq!(up.forward(&Tensor::ones([1, 1, 2, 2])).shape(), [1, 1, 2, 5]);
    /// ```
    pub fn scale_factors(factors: &[f64]) -> Self {
        let options = InterpolateOptions {
            scale_factor: factors.to_vec(),
            ..Default::default()
        };
        Self {
            options,
            mode: Mode::default(),
        }
    }

    /// Whether elements are looked up by the factor of the sizes, which are whole, and not by the one that was given.
    /// PyTorch's argument `recompute_scale_factor`, `false` at first.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::arange(0., 4., 1.).view([1, 1, 4]);
    /// let up = Upsample::scale_factor(0.6).mode(Interpolation::Linear);
    /// assert_eq!(up.forward(&x).to_string(), "tensor([[[0.3333, 2.0000]]])");
    /// // Half of the elements: by 0.5.
    /// assert_eq!(up.recompute_scale_factor(true).forward(&x).to_string(), "tensor([[[0.5000, 2.5000]]])");
    /// ```
    pub fn recompute_scale_factor(mut self, recompute: bool) -> Self {
        self.options.recompute_scale_factor = recompute;
        self
    }

    /// How elements between elements are found; the nearest is taken unless this says otherwise. PyTorch's argument
    /// `mode`.
    pub fn mode(mut self, mode: Interpolation) -> Self {
        self.options.mode = mode;
        self
    }

    /// Whether corners stay where they are, instead of borders. PyTorch's argument `align_corners`, `false` at first.
    pub fn align_corners(mut self, align: bool) -> Self {
        self.options.align_corners = align;
        self
    }

    fn options(&self) -> String {
        let mut text = String::new();
        match (&self.options.size[..], &self.options.scale_factor[..]) {
            ([], [factor]) => {
                python::keyword(&mut text, "scale_factor", python::float(*factor));
            }
            ([], factors) => {
                let factors: Vec<String> = factors
                    .iter()
                    .map(|&factor| python::float(factor))
                    .collect();
                python::keyword(
                    &mut text,
                    "scale_factor",
                    format!("({})", factors.join(", ")),
                );
            }
            ([size], _) => python::keyword(&mut text, "size", size),
            (sizes, _) => python::keyword(&mut text, "size", python::tuple(sizes)),
        }
        let mode = format!("'{}'", self.options.mode.name());
        python::keyword(&mut text, "mode", mode);
        text
    }
}

#[hooked]
impl Forward for Upsample {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.interpolate(&self.options)
    }
}

/// Declares the older names of [`Upsample`]: how elements between elements are found, and whether corners stay.
macro_rules! upsamplings {
    ($($(#[$doc:meta])* $upsampling:ident = $mode:ident, $align:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $upsampling {
            #[module(skip)]
            upsample: Upsample,
            mode: Mode,
        }

        impl $upsampling {
            /// To that size: one number for both dimensions, or one for each. PyTorch's argument `size`.
            pub fn size(size: &[usize]) -> Self {
                Self::of(Upsample::size(size))
            }

            /// By that factor in both dimensions. PyTorch's argument `scale_factor`.
            pub fn scale_factor(factor: f64) -> Self {
                Self::of(Upsample::scale_factor(factor))
            }

            fn of(upsample: Upsample) -> Self {
                Self {
                    upsample: upsample.mode(Interpolation::$mode).align_corners($align),
                    mode: Mode::default(),
                }
            }

            fn options(&self) -> String {
                self.upsample.options()
            }
        }

        #[hooked]
        impl Forward for $upsampling {
            fn forward(&self, x: &Tensor) -> Tensor {
                x.interpolate(&self.upsample.options)
            }
        }

        super::debug_is_display!($upsampling);
    )*};
}

upsamplings! {
    /// Brings images `[N, C, H, W]` to another size, each element the nearest one: an older name of [`Upsample`].
    /// PyTorch: `torch.nn.UpsamplingNearest2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let image = tensor!([[[[1., 2.], [3., 4.]]]]);
    /// let y = nn::UpsamplingNearest2d::scale_factor(2.).forward(&image);
    /// assert_eq!(y.i((0, 0, 0)).to_string(), "tensor([1., 1., 2., 2.])");
    /// assert_eq!(nn::UpsamplingNearest2d::size(&[4, 6]).forward(&image).shape(), [1, 1, 4, 6]);
    /// ```
    UpsamplingNearest2d = Nearest, false;
    /// Brings images `[N, C, H, W]` to another size, between their elements, with corners where they were: an older
    /// name of [`Upsample`]. PyTorch: `torch.nn.UpsamplingBilinear2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let image = tensor!([[[[1., 2.], [3., 4.]]]]);
    /// let y = nn::UpsamplingBilinear2d::size(&[3, 3]).forward(&image);
    /// assert_eq!(y.i((0, 0, 1)).to_string(), "tensor([2.0000, 2.5000, 3.0000])");
    /// assert_eq!(nn::UpsamplingBilinear2d::scale_factor(2.).forward(&image).shape(), [1, 1, 4, 4]);
    /// ```
    UpsamplingBilinear2d = Bilinear, true;
}

/// Lays channels `[…, C r², H, W]` out as images `[…, C, H r, W r]`, `r` times as high and wide (Shi and others, 2016).
/// PyTorch: `torch.nn.PixelShuffle`.
///
/// ```
/// use wick::prelude::*;
/// let channels = tensor!([[[[1.]], [[2.]], [[3.]], [[4.]]]]);
/// let image = PixelShuffle::new(2).forward(&channels);
/// assert_eq!(image.i((0, 0)).to_string(), "tensor([[1., 2.],\n        [3., 4.]])");
/// ```
///
/// # Panics
/// When `r²` does not divide the number of channels.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct PixelShuffle {
    upscale_factor: usize,
    mode: Mode,
}

impl PixelShuffle {
    /// By that factor: PyTorch's argument `upscale_factor`.
    pub fn new(upscale_factor: usize) -> Self {
        Self {
            upscale_factor,
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!("upscale_factor={}", self.upscale_factor)
    }
}

#[hooked]
impl Forward for PixelShuffle {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.pixel_shuffle(self.upscale_factor)
    }
}

super::debug_is_display!(Upsample, PixelShuffle);
