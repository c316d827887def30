//! Pictures in other colours, at random.

use std::fmt;

use super::Transform;
use super::color::Colors;
use super::draws::{draw_between, draw_order, happens};
use super::picture::Picture;
use crate::error::{Error, OrPanic, Result};
use crate::nn::python;

/// How much something may change: by so much in each direction, or between two factors.
///
/// ```
/// use wick::transforms::{Amount, ColorJitter};
/// assert_eq!(Amount::from(0.2), Amount::By(0.2));
/// assert_eq!(
///     ColorJitter::new(0.2, (0.5, 2.), 0, Amount::Between(-0.1, 0.3)).to_string(),
///     "ColorJitter(brightness=(0.8, 1.2), contrast=(0.5, 2.0), saturation=None, hue=(-0.1, 0.3))"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// So much in each direction from no change.
    By(f64),
    /// Between the two.
    Between(f64, f64),
}

impl From<f64> for Amount {
    fn from(by: f64) -> Self {
        Self::By(by)
    }
}

impl From<i32> for Amount {
    fn from(by: i32) -> Self {
        Self::By(by.into())
    }
}

impl From<(f64, f64)> for Amount {
    fn from((from, to): (f64, f64)) -> Self {
        Self::Between(from, to)
    }
}

impl Amount {
    /// The least and the largest factor; `None` where nothing can change.
    fn bounds(self, name: &str, center: f64, bound: (f64, f64)) -> Result<Option<(f64, f64)>> {
        let (from, to) = match self {
            Self::By(by) if by < 0.0 => {
                return Err(Error::value(format!(
                    "If {name} is a single number, it must be non negative."
                )));
            }
            Self::By(by) if center == 1.0 => ((center - by).max(0.0), center + by),
            Self::By(by) => (center - by, center + by),
            Self::Between(from, to) => (from, to),
        };
        if !(bound.0 <= from && from <= to && to <= bound.1) {
            // torchvision says it with an integer.
            let shown = |value: f64| match value == 0.0 {
                true => "0".to_owned(),
                false => python::float(value),
            };
            return Err(Error::value(format!(
                "{name} values should be between ({}, {}), but got [{}, {}].",
                shown(bound.0),
                shown(bound.1),
                python::float(from),
                python::float(to)
            )));
        }
        Ok((from != center || to != center).then_some((from, to)))
    }
}

/// Other brightness, contrast, saturation and hue, at random and in random order:
/// `torchvision.transforms.ColorJitter`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{ColorJitter, Transform};
/// let jitter = ColorJitter::new(0.2, 0.0, (0.5, 1.5), 0.1);
/// assert_eq!(jitter.apply(Tensor::rand([3, 8, 8])).shape(), [3, 8, 8]);
/// assert_eq!(
///     jitter.to_string(),
///     "ColorJitter(brightness=(0.8, 1.2), contrast=None, saturation=(0.5, 1.5), hue=(-0.1, 0.1))"
/// );
/// ```
#[derive(Clone)]
pub struct ColorJitter {
    /// Brightness, contrast, saturation, hue.
    ranges: [Option<(f64, f64)>; 4],
}

impl ColorJitter {
    /// The transform that changes each by at most as much, or by a factor between two.
    ///
    /// # Panics
    /// When one is negative, or the hue is to go further than 0.5.
    #[track_caller]
    pub fn new(
        brightness: impl Into<Amount>,
        contrast: impl Into<Amount>,
        saturation: impl Into<Amount>,
        hue: impl Into<Amount>,
    ) -> Self {
        let factor =
            |amount: Amount, name| amount.bounds(name, 1.0, (0.0, f64::INFINITY)).or_panic();
        Self {
            ranges: [
                factor(brightness.into(), "brightness"),
                factor(contrast.into(), "contrast"),
                factor(saturation.into(), "saturation"),
                hue.into().bounds("hue", 0.0, (-0.5, 0.5)).or_panic(),
            ],
        }
    }
}

impl<P: Picture> Transform<P> for ColorJitter {
    type Output = P;

    #[track_caller]
    fn apply(&self, mut picture: P) -> P {
        let order = draw_order(4);
        let drawn = self
            .ranges
            .map(|range| range.map(|(from, to)| draw_between(from, to)));
        for place in order {
            let Some(factor) = drawn[place] else { continue };
            picture = picture.recolor(match place {
                0 => Colors::Brightness(factor),
                1 => Colors::Contrast(factor),
                2 => Colors::Saturation(factor),
                _ => Colors::Hue(factor),
            });
        }
        picture
    }
}

impl fmt::Display for ColorJitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [brightness, contrast, saturation, hue] = self.ranges.map(|range| {
            range.map_or("None".to_owned(), |(from, to)| {
                format!("({}, {})", python::float(from), python::float(to))
            })
        });
        write!(
            f,
            "ColorJitter(brightness={brightness}, contrast={contrast}, saturation={saturation}, hue={hue})"
        )
    }
}

/// Without colours: `torchvision.transforms.Grayscale`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Grayscale, Transform};
/// assert_eq!(Grayscale::new(1).apply(Tensor::rand([3, 8, 8])).shape(), [1, 8, 8]);
/// ```
#[derive(Clone)]
pub struct Grayscale {
    num_output_channels: usize,
}

impl Grayscale {
    /// The transform to one channel, or to three that are the same.
    pub fn new(num_output_channels: usize) -> Self {
        Self {
            num_output_channels,
        }
    }
}

/// In one channel.
impl Default for Grayscale {
    fn default() -> Self {
        Self::new(1)
    }
}

impl<P: Picture> Transform<P> for Grayscale {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        picture.recolor(Colors::Gray(self.num_output_channels))
    }
}

impl fmt::Display for Grayscale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let channels = self.num_output_channels;
        write!(f, "Grayscale(num_output_channels={channels})")
    }
}

/// Declares transforms of colours that happen with probability `p`.
macro_rules! sometimes {
    ($(
        $(#[$doc:meta])*
        $name:ident($($argument:ident: $type:ty)?) => |$picture:ident, $this:ident| $colors:expr;
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $($argument: $type,)?
            p: f64,
        }

        impl $name {
            /// The transform that happens with probability `p`; torchvision's default is 0.5, for `RandomGrayscale`
            /// 0.1.
            pub fn new($($argument: $type,)? p: f64) -> Self {
                Self { $($argument,)? p }
            }
        }

        impl<P: Picture> Transform<P> for $name {
            type Output = P;

            #[track_caller]
            fn apply(&self, $picture: P) -> P {
                if !happens(self.p) {
                    return $picture;
                }
                let $this = self;
                let colors = $colors;
                $picture.recolor(colors)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "("))?;
                $(write!(f, concat!(stringify!($argument), "={},"), self.$argument)?;)?
                write!(f, "p={})", python::float(self.p))
            }
        }
    )*};
}

sometimes! {
    /// Without colours, sometimes, in as many channels as before: `torchvision.transforms.RandomGrayscale`, which has
    /// 0.1 for `p` unless told otherwise.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::{RandomGrayscale, Transform};
    /// let x = tensor!([[[10, 200]], [[30, 40]], [[50, 60]]]).to(DType::U8);
    /// assert_eq!(RandomGrayscale::new(1.).apply(x).to_vec::<u8>(), [26, 90, 26, 90, 26, 90]);
    /// ```
    RandomGrayscale() => |picture, _this| Colors::Gray(picture.channels());
    /// The opposite colours, sometimes: `torchvision.transforms.RandomInvert`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::{RandomInvert, Transform};
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(RandomInvert::new(1.).apply(x).to_vec::<u8>(), [245, 55, 225, 215]);
    /// ```
    RandomInvert() => |picture, _this| Colors::Inverted;
    /// The opposite of what is at least as light as `threshold`, sometimes: `torchvision.transforms.RandomSolarize`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::{RandomSolarize, Transform};
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(RandomSolarize::new(100., 1.).apply(x).to_vec::<u8>(), [10, 55, 30, 40]);
    /// ```
    RandomSolarize(threshold: f64) => |picture, this| Colors::Solarized(this.threshold);
    /// With so many bits a channel, sometimes: `torchvision.transforms.RandomPosterize`. Tensors must be of bytes.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::{RandomPosterize, Transform};
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(RandomPosterize::new(2, 1.).apply(x).to_vec::<u8>(), [0, 192, 0, 0]);
    /// assert_eq!(RandomPosterize::new(2, 0.5).to_string(), "RandomPosterize(bits=2,p=0.5)");
    /// ```
    RandomPosterize(bits: u32) => |picture, this| Colors::Posterized(this.bits);
    /// Sharper, or more blurred below 1, sometimes: `torchvision.transforms.RandomAdjustSharpness`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::{RandomAdjustSharpness, Transform};
    /// let x = tensor!([[[50, 50, 50], [50, 140, 50], [50, 50, 50]]]).to(DType::U8);
    /// assert_eq!(RandomAdjustSharpness::new(2., 1.).apply(x).to_vec::<u8>(), [50, 50, 50, 50, 195, 50, 50, 50, 50]);
    /// ```
    RandomAdjustSharpness(sharpness_factor: f64) => |picture, this| Colors::Sharpness(this.sharpness_factor);
    /// With the darkest number of each channel at 0 and the lightest at the top, sometimes:
    /// `torchvision.transforms.RandomAutocontrast`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::{RandomAutocontrast, Transform};
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(RandomAutocontrast::new(1.).apply(x).to_vec::<u8>(), [0, 255, 26, 40]);
    /// ```
    RandomAutocontrast() => |picture, _this| Colors::Stretched;
    /// With all numbers of each channel about as frequent, sometimes: `torchvision.transforms.RandomEqualize`. Tensors
    /// must be of bytes.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::{RandomEqualize, Transform};
    /// let x = tensor!([[[10, 200], [30, 40]]]).to(DType::U8);
    /// assert_eq!(RandomEqualize::new(1.).apply(x).to_vec::<u8>(), [10, 200, 30, 40]);
    /// ```
    RandomEqualize() => |picture, _this| Colors::Equalized;
}

crate::shown::debug_is_display!(ColorJitter, Grayscale);
