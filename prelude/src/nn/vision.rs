//! Images in another size.

use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;
use crate::tensor::{InterpolateOptions, Interpolation};

/// Rows `[N, C, L]` or images `[N, C, H, W]` in another size: `nn.Upsample`.
///
/// ```
/// use wick::prelude::*;
///
/// let up = Upsample::scale_factor(2.).mode(Interpolation::Bilinear);
/// assert_eq!(up.forward(&Tensor::rand([1, 3, 4, 4])).shape(), [1, 3, 8, 8]);
/// assert_eq!(up.to_string(), "Upsample(scale_factor=2.0, mode='bilinear')");
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Upsample {
    #[module(skip)]
    options: InterpolateOptions,
    mode: Mode,
}

impl Upsample {
    /// To that size: one number for all dimensions, or one for each.
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

    /// By that factor in all dimensions.
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

    /// How elements between elements are found; the nearest is taken unless this says otherwise.
    pub fn mode(mut self, mode: Interpolation) -> Self {
        self.options.mode = mode;
        self
    }

    /// Whether corners stay where they are, instead of borders.
    pub fn align_corners(mut self, align: bool) -> Self {
        self.options.align_corners = align;
        self
    }

    fn options(&self) -> String {
        let mut text = String::new();
        match (&self.options.size[..], &self.options.scale_factor[..]) {
            ([], [factor, ..]) => {
                python::keyword(&mut text, "scale_factor", python::float(*factor));
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
            /// To that size: one number for both dimensions, or one for each.
            pub fn size(size: &[usize]) -> Self {
                Self::of(Upsample::size(size))
            }

            /// By that factor in both dimensions.
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
    /// Images in another size, of the nearest elements: `nn.UpsamplingNearest2d`.
    UpsamplingNearest2d = Nearest, false;
    /// Images in another size, with corners where they were: `nn.UpsamplingBilinear2d`.
    UpsamplingBilinear2d = Bilinear, true;
}

/// Lays channels `[…, C r², H, W]` out as images `r` times as high and wide (Shi and others, 2016): `nn.PixelShuffle`.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct PixelShuffle {
    upscale_factor: usize,
    mode: Mode,
}

impl PixelShuffle {
    /// By that factor.
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
