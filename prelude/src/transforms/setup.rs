//! What transforms are told: sizes, margins and numbers for each channel.

use std::fmt;

use crate::nn::python;

/// The size of an image: one number, or a height and a width. torchvision's argument `size`.
///
/// ```
/// use wick::transforms::{CenterCrop, Resize, Size};
/// assert_eq!(CenterCrop::new(4).to_string(), "CenterCrop(size=(4, 4))");
/// assert!(Resize::new((4, 5)).to_string().starts_with("Resize(size=(4, 5),"));
/// assert_eq!(Size::from([4, 5]), Size::Both(4, 5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// For a crop both sides, for `Resize` the shorter one.
    One(usize),
    /// Height and width.
    Both(usize, usize),
}

impl Size {
    /// Height and width of a crop.
    pub(super) fn both(self) -> (usize, usize) {
        match self {
            Self::One(side) => (side, side),
            Self::Both(height, width) => (height, width),
        }
    }
}

impl From<usize> for Size {
    fn from(side: usize) -> Self {
        Self::One(side)
    }
}

impl From<(usize, usize)> for Size {
    fn from((height, width): (usize, usize)) -> Self {
        Self::Both(height, width)
    }
}

impl From<[usize; 2]> for Size {
    fn from([height, width]: [usize; 2]) -> Self {
        Self::Both(height, width)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(side) => write!(f, "{side}"),
            Self::Both(height, width) => write!(f, "({height}, {width})"),
        }
    }
}

/// How much is added at each border: torchvision's argument `padding`.
///
/// ```
/// use wick::transforms::{Margins, Pad};
/// assert_eq!(Margins::from((1, 2)), Margins::Sides(1, 2));
/// assert_eq!(Pad::new((1, 2, 3, 4)).to_string(), "Pad(padding=(1, 2, 3, 4), fill=0, padding_mode=constant)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Margins {
    /// Everywhere the same.
    All(usize),
    /// Left and right, top and bottom.
    Sides(usize, usize),
    /// Left, top, right, bottom.
    Each(usize, usize, usize, usize),
}

impl Margins {
    /// Left, top, right, bottom.
    pub(super) fn each(self) -> [usize; 4] {
        match self {
            Self::All(all) => [all; 4],
            Self::Sides(x, y) => [x, y, x, y],
            Self::Each(left, top, right, bottom) => [left, top, right, bottom],
        }
    }
}

impl From<usize> for Margins {
    fn from(all: usize) -> Self {
        Self::All(all)
    }
}

impl From<(usize, usize)> for Margins {
    fn from((x, y): (usize, usize)) -> Self {
        Self::Sides(x, y)
    }
}

impl From<(usize, usize, usize, usize)> for Margins {
    fn from((left, top, right, bottom): (usize, usize, usize, usize)) -> Self {
        Self::Each(left, top, right, bottom)
    }
}

impl fmt::Display for Margins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(all) => write!(f, "{all}"),
            Self::Sides(x, y) => write!(f, "({x}, {y})"),
            Self::Each(left, top, right, bottom) => write!(f, "({left}, {top}, {right}, {bottom})"),
        }
    }
}

/// A number for each channel, shown as the list or tuple that it was given as.
///
/// ```
/// use wick::transforms::{Normalize, PerChannel};
/// assert_eq!(PerChannel::from((0.5,)).to_string(), "(0.5,)");
/// let normalize = Normalize::new([0.5; 3], vec![0.25; 3]);
/// assert_eq!(normalize.to_string(), "Normalize(mean=[0.5, 0.5, 0.5], std=[0.25, 0.25, 0.25])");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PerChannel {
    pub(super) values: Vec<f64>,
    is_tuple: bool,
}

impl<const N: usize> From<[f64; N]> for PerChannel {
    fn from(values: [f64; N]) -> Self {
        values.to_vec().into()
    }
}

impl From<Vec<f64>> for PerChannel {
    fn from(values: Vec<f64>) -> Self {
        Self {
            values,
            is_tuple: false,
        }
    }
}

impl From<(f64,)> for PerChannel {
    fn from((one,): (f64,)) -> Self {
        Self {
            values: vec![one],
            is_tuple: true,
        }
    }
}

impl From<(f64, f64, f64)> for PerChannel {
    fn from((red, green, blue): (f64, f64, f64)) -> Self {
        Self {
            values: vec![red, green, blue],
            is_tuple: true,
        }
    }
}

impl fmt::Display for PerChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = self
            .values
            .iter()
            .map(|&value| python::float(value))
            .collect();
        let values = values.join(", ");
        match (self.is_tuple, self.values.len()) {
            (true, 1) => write!(f, "({values},)"),
            (true, _) => write!(f, "({values})"),
            (false, _) => write!(f, "[{values}]"),
        }
    }
}
