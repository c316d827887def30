//! Pictures with more around them.

use std::fmt;

use super::Transform;
use super::picture::Picture;
use super::setup::Margins;
use crate::error::{Error, OrPanic, Result};
use crate::nn::python;

/// What is put around a picture: torchvision's argument `padding_mode`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Pad, PaddingMode, Transform};
/// let padded = |mode| Pad::new((2, 0)).padding_mode(mode).apply(tensor!([[[1, 2, 3]]])).to_vec::<i64>();
/// assert_eq!(padded(PaddingMode::Constant), [0, 0, 1, 2, 3, 0, 0]);
/// assert_eq!(padded(PaddingMode::Edge), [1, 1, 1, 2, 3, 3, 3]);
/// assert_eq!(padded(PaddingMode::Reflect), [3, 2, 1, 2, 3, 2, 1]);
/// assert_eq!(padded(PaddingMode::Symmetric), [2, 1, 1, 2, 3, 3, 2]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PaddingMode {
    /// One value.
    #[default]
    Constant,
    /// The outermost pixels again and again.
    Edge,
    /// The picture in a mirror that lies on the outermost pixels.
    Reflect,
    /// The picture in a mirror that lies beside the outermost pixels.
    Symmetric,
}

impl fmt::Display for PaddingMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Constant => "constant",
            Self::Edge => "edge",
            Self::Reflect => "reflect",
            Self::Symmetric => "symmetric",
        })
    }
}

/// Puts something around a picture: `torchvision.transforms.Pad`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Pad, PaddingMode, Transform};
/// let x = tensor!([[1, 2, 3]]);
/// assert_eq!(Pad::new((1, 0)).apply(x.clone()).to_vec2::<i64>(), [[0, 1, 2, 3, 0]]);
/// assert_eq!(Pad::new((2, 0)).fill(7.).apply(x.clone()).to_vec2::<i64>(), [[7, 7, 1, 2, 3, 7, 7]]);
/// let mirrored = Pad::new((2, 0)).padding_mode(PaddingMode::Reflect).apply(x);
/// assert_eq!(mirrored.to_vec2::<i64>(), [[3, 2, 1, 2, 3, 2, 1]]);
/// ```
#[derive(Clone)]
pub struct Pad {
    padding: Margins,
    fill: f64,
    padding_mode: PaddingMode,
}

impl Pad {
    /// The transform that puts zeros around: everywhere as many, or left and right and top and bottom, or left, top,
    /// right and bottom.
    pub fn new(padding: impl Into<Margins>) -> Self {
        Self {
            padding: padding.into(),
            fill: 0.0,
            padding_mode: PaddingMode::Constant,
        }
    }

    /// The value that is put there; 0 at first.
    pub fn fill(mut self, fill: f64) -> Self {
        self.fill = fill;
        self
    }

    /// What is put there instead of one value; [`PaddingMode::Constant`] at first.
    pub fn padding_mode(mut self, mode: PaddingMode) -> Self {
        self.padding_mode = mode;
        self
    }
}

/// Puts margins (left, top, right, bottom) around a picture.
#[track_caller]
pub(super) fn pad<P: Picture>(picture: P, margins: [usize; 4], fill: f64, mode: PaddingMode) -> P {
    let (height, width) = picture.size();
    let [left, top, right, bottom] = margins;
    let rows = places(height, top, bottom, mode).or_panic();
    let columns = places(width, left, right, mode).or_panic();
    picture.select(&rows, &columns, fill)
}

fn places(
    count: usize,
    before: usize,
    after: usize,
    mode: PaddingMode,
) -> Result<Vec<Option<usize>>> {
    let last = count as i64 - 1;
    let most = before.max(after);
    let too_much = match mode {
        PaddingMode::Reflect => most >= count,
        PaddingMode::Symmetric => most > count,
        PaddingMode::Edge => count == 0,
        PaddingMode::Constant => false,
    };
    if too_much {
        return Err(Error::runtime(format!(
            "Padding size should be less than the corresponding input dimension, but got: padding ({before}, {after}) for \
             {count} pixels in the mode {mode}"
        )));
    }
    let place = |at: i64| {
        let inside = (0..=last).contains(&at);
        match mode {
            _ if inside => Some(at as usize),
            PaddingMode::Constant => None,
            PaddingMode::Edge => Some(at.clamp(0, last) as usize),
            PaddingMode::Reflect => Some(if at < 0 { -at } else { 2 * last - at } as usize),
            PaddingMode::Symmetric => {
                Some(if at < 0 { -at - 1 } else { 2 * last + 1 - at } as usize)
            }
        }
    };
    Ok((-(before as i64)..=last + after as i64)
        .map(place)
        .collect())
}

impl<P: Picture> Transform<P> for Pad {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        pad(picture, self.padding.each(), self.fill, self.padding_mode)
    }
}

impl fmt::Display for Pad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fill = match self.fill.fract() == 0.0 {
            true => format!("{}", self.fill),
            false => python::float(self.fill),
        };
        let (padding, mode) = (self.padding, self.padding_mode);
        write!(
            f,
            "Pad(padding={padding}, fill={fill}, padding_mode={mode})"
        )
    }
}

crate::shown::debug_is_display!(Pad);
