//! Sizes in two dimensions.

use std::fmt;

/// A height and a width. One number may stand for both: `3` is `(3, 3)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// The same for height and width.
    Both(usize),
    /// The height, then the width.
    Each(usize, usize),
}

impl Pair {
    /// The height and the width.
    pub fn sizes(self) -> [usize; 2] {
        match self {
            Self::Both(size) => [size, size],
            Self::Each(height, width) => [height, width],
        }
    }
}

/// As it was written: `3` or `(3, 3)`.
impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Both(size) => write!(f, "{size}"),
            Self::Each(height, width) => write!(f, "({height}, {width})"),
        }
    }
}

impl From<usize> for Pair {
    fn from(both: usize) -> Self {
        Self::Both(both)
    }
}

impl From<(usize, usize)> for Pair {
    fn from((height, width): (usize, usize)) -> Self {
        Self::Each(height, width)
    }
}

impl From<[usize; 2]> for Pair {
    fn from([height, width]: [usize; 2]) -> Self {
        Self::Each(height, width)
    }
}
