//! Random parts of pictures.

use std::fmt;

use super::Transform;
use super::draws::{draw_below, draw_between, draw_log_between};
use super::pad::{PaddingMode, pad};
use super::picture::{Picture, crop};
use super::resample::InterpolationMode;
use super::setup::{Margins, Size};
use crate::error::{Error, OrPanic, Result};
use crate::nn::python;

/// A part of a picture from a random place: `torchvision.transforms.RandomCrop`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{PaddingMode, RandomCrop, Transform};
/// let crop = RandomCrop::new(32).padding(4);
/// assert_eq!(crop.apply(Tensor::rand([3, 32, 32])).shape(), [3, 32, 32]);
/// assert_eq!(crop.to_string(), "RandomCrop(size=(32, 32), padding=4)");
///
/// // A picture that is too small gets as much around it as it lacks.
/// let crop = RandomCrop::new(4).pad_if_needed(true).fill(7.);
/// let x = crop.apply(Tensor::ones([1, 2, 4]));
/// assert_eq!((x.shape().to_vec(), x.max().item::<f32>()), (vec![1, 4, 4], 7.));
/// let crop = crop.padding_mode(PaddingMode::Edge);
/// assert_eq!(crop.apply(Tensor::ones([1, 2, 4])).to_vec::<f32>(), [1.; 16]);
/// ```
#[derive(Clone)]
pub struct RandomCrop {
    size: (usize, usize),
    padding: Option<Margins>,
    pad_if_needed: bool,
    fill: f64,
    padding_mode: PaddingMode,
}

impl RandomCrop {
    /// The transform to a part of this size.
    pub fn new(size: impl Into<Size>) -> Self {
        Self {
            size: size.into().both(),
            padding: None,
            pad_if_needed: false,
            fill: 0.0,
            padding_mode: PaddingMode::Constant,
        }
    }

    /// What is put around the picture before the part is taken; nothing at first.
    pub fn padding(mut self, padding: impl Into<Margins>) -> Self {
        self.padding = Some(padding.into());
        self
    }

    /// Whether a picture that is too small gets as much around it as it lacks, which it does not at first.
    pub fn pad_if_needed(mut self, pad_if_needed: bool) -> Self {
        self.pad_if_needed = pad_if_needed;
        self
    }

    /// The value that is put around; 0 at first.
    pub fn fill(mut self, fill: f64) -> Self {
        self.fill = fill;
        self
    }

    /// What is put around instead of one value; [`PaddingMode::Constant`] at first.
    pub fn padding_mode(mut self, mode: PaddingMode) -> Self {
        self.padding_mode = mode;
        self
    }

    /// Draws where the part begins, in a picture of this size.
    fn place(&self, height: usize, width: usize) -> Result<(usize, usize)> {
        let (rows, columns) = self.size;
        if height < rows || width < columns {
            return Err(Error::value(format!(
                "Required crop size {:?} is larger than input image size {:?}",
                (rows, columns),
                (height, width)
            )));
        }
        if (height, width) == self.size {
            return Ok((0, 0));
        }
        let top = draw_below(height - rows + 1);
        Ok((top, draw_below(width - columns + 1)))
    }
}

impl<P: Picture> Transform<P> for RandomCrop {
    type Output = P;

    #[track_caller]
    fn apply(&self, mut picture: P) -> P {
        let around = |picture: P, margins| pad(picture, margins, self.fill, self.padding_mode);
        if let Some(padding) = self.padding {
            picture = around(picture, padding.each());
        }
        let (rows, columns) = self.size;
        if self.pad_if_needed {
            let lacks = columns.saturating_sub(picture.size().1);
            if lacks > 0 {
                picture = around(picture, [lacks, 0, lacks, 0]);
            }
            let lacks = rows.saturating_sub(picture.size().0);
            if lacks > 0 {
                picture = around(picture, [0, lacks, 0, lacks]);
            }
        }
        let (height, width) = picture.size();
        let (top, left) = self.place(height, width).or_panic();
        crop(picture, top as i64, left as i64, rows, columns)
    }
}

impl fmt::Display for RandomCrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let padding = self
            .padding
            .map_or("None".to_owned(), |padding| padding.to_string());
        write!(
            f,
            "RandomCrop(size=({}, {}), padding={padding})",
            self.size.0, self.size.1
        )
    }
}

/// How often a part is drawn that could lie outside before the middle is taken.
const TRIES: usize = 10;

/// A part of random size and proportions, in a given size: `torchvision.transforms.RandomResizedCrop`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{InterpolationMode, RandomResizedCrop, Transform};
/// assert_eq!(RandomResizedCrop::new(24).apply(Tensor::rand([3, 40, 60])).shape(), [3, 24, 24]);
///
/// // At least half of the picture, and its proportions.
/// let crop = RandomResizedCrop::new(24).scale((0.5, 1.)).ratio((1., 1.));
/// let crop = crop.interpolation(InterpolationMode::Bicubic).antialias(false);
/// assert_eq!(
///     crop.to_string(),
///     "RandomResizedCrop(size=(24, 24), scale=(0.5, 1.0), ratio=(1.0, 1.0), interpolation=bicubic, antialias=False)"
/// );
/// ```
#[derive(Clone)]
pub struct RandomResizedCrop {
    size: (usize, usize),
    scale: (f64, f64),
    ratio: (f64, f64),
    interpolation: InterpolationMode,
    antialias: bool,
}

impl RandomResizedCrop {
    /// The transform to this size, of 0.08 to all of the picture, with 3/4 to 4/3 as much width as height.
    pub fn new(size: impl Into<Size>) -> Self {
        Self {
            size: size.into().both(),
            scale: (0.08, 1.0),
            ratio: (3.0 / 4.0, 4.0 / 3.0),
            interpolation: InterpolationMode::Bilinear,
            antialias: true,
        }
    }

    /// The least and the largest part of the picture's area; 0.08 and 1 at first.
    pub fn scale(mut self, scale: (f64, f64)) -> Self {
        self.scale = scale;
        self
    }

    /// The least and the largest width that goes with a height of 1; 3/4 and 4/3 at first.
    pub fn ratio(mut self, ratio: (f64, f64)) -> Self {
        self.ratio = ratio;
        self
    }

    /// How pixels between pixels are found; `Bilinear` at first.
    pub fn interpolation(mut self, mode: InterpolationMode) -> Self {
        self.interpolation = mode;
        self
    }

    /// Whether tensors are smoothed as they shrink, as they are at first; images always are.
    pub fn antialias(mut self, antialias: bool) -> Self {
        self.antialias = antialias;
        self
    }

    /// Draws top, left, height and width.
    fn place(&self, height: usize, width: usize) -> [usize; 4] {
        let area = (height * width) as f64;
        for _ in 0..TRIES {
            let target = area * draw_between(self.scale.0, self.scale.1);
            let ratio = draw_log_between(self.ratio);
            let side = |squared: f64| squared.sqrt().round_ties_even() as usize;
            let (columns, rows) = (side(target * ratio), side(target / ratio));
            if (1..=width).contains(&columns) && (1..=height).contains(&rows) {
                let top = draw_below(height - rows + 1);
                return [top, draw_below(width - columns + 1), rows, columns];
            }
        }
        let ratio = width as f64 / height as f64;
        let (rows, columns) = if ratio < self.ratio.0 {
            (
                (width as f64 / self.ratio.0).round_ties_even() as usize,
                width,
            )
        } else if ratio > self.ratio.1 {
            (
                height,
                (height as f64 * self.ratio.1).round_ties_even() as usize,
            )
        } else {
            (height, width)
        };
        [(height - rows) / 2, (width - columns) / 2, rows, columns]
    }
}

impl<P: Picture> Transform<P> for RandomResizedCrop {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        let (height, width) = picture.size();
        let [top, left, rows, columns] = self.place(height, width);
        let part = crop(picture, top as i64, left as i64, rows, columns);
        if self.size == (rows, columns) {
            return part;
        }
        part.resize(self.size.0, self.size.1, self.interpolation, self.antialias)
    }
}

impl fmt::Display for RandomResizedCrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let four_places = |value: f64| python::float((value * 1e4).round_ties_even() / 1e4);
        let pair =
            |(low, high): (f64, f64)| format!("({}, {})", four_places(low), four_places(high));
        write!(
            f,
            "RandomResizedCrop(size=({}, {}), scale={}, ratio={}, interpolation={}, antialias={})",
            self.size.0,
            self.size.1,
            pair(self.scale),
            pair(self.ratio),
            self.interpolation,
            python::bool(self.antialias)
        )
    }
}

crate::shown::debug_is_display!(RandomCrop, RandomResizedCrop);
