//! Sizes in several dimensions.

use std::fmt;

/// Sizes in `N` dimensions. One number may stand for all: `3` is `(3, 3)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size<const N: usize> {
    /// The same in all dimensions.
    All(usize),
    /// One for each.
    Each([usize; N]),
}

/// A height and a width.
pub type Pair = Size<2>;

impl<const N: usize> Size<N> {
    /// The size in each dimension.
    pub fn sizes(self) -> [usize; N] {
        match self {
            Self::All(size) => [size; N],
            Self::Each(sizes) => sizes,
        }
    }
}

/// As it was written: `3` or `(3, 3)`.
impl<const N: usize> fmt::Display for Size<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(size) => write!(f, "{size}"),
            Self::Each(sizes) => f.write_str(&super::python::tuple(sizes)),
        }
    }
}

impl<const N: usize> From<usize> for Size<N> {
    fn from(all: usize) -> Self {
        Self::All(all)
    }
}

impl<const N: usize> From<[usize; N]> for Size<N> {
    fn from(sizes: [usize; N]) -> Self {
        Self::Each(sizes)
    }
}

impl From<(usize,)> for Size<1> {
    fn from((length,): (usize,)) -> Self {
        Self::Each([length])
    }
}

impl From<(usize, usize)> for Size<2> {
    fn from((height, width): (usize, usize)) -> Self {
        Self::Each([height, width])
    }
}

impl From<(usize, usize, usize)> for Size<3> {
    fn from((depth, height, width): (usize, usize, usize)) -> Self {
        Self::Each([depth, height, width])
    }
}
