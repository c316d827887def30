//! Sizes in several dimensions.

use std::fmt;

/// Sizes in `N` dimensions. One number may stand for all: `3` is `(3, 3)`, as in PyTorch's arguments `kernel_size`,
/// `stride` and their like.
///
/// ```
/// use wick::nn::Size;
/// assert_eq!(Size::<2>::from(3).sizes(), [3, 3]);
/// assert_eq!(Size::from((3, 5)).sizes(), [3, 5]);
/// // Printed as it was written.
/// assert_eq!(format!("{} {}", Size::<2>::All(3), Size::from((3, 5))), "3 (3, 5)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size<const N: usize> {
    /// The same in all dimensions.
    All(usize),
    /// One for each.
    Each([usize; N]),
}

/// A height and a width, or one number for both: what two-dimensional layers take as a size.
///
/// ```
/// use wick::nn::Pair;
/// use wick::prelude::*;
/// assert_eq!(Pair::from(3), Pair::All(3));
/// let conv = Conv2d::new(1, 1, (3, 5)).stride(Pair::Each([1, 2]));
/// assert_eq!(conv.forward(&Tensor::zeros([1, 1, 8, 9])).shape(), [1, 1, 6, 3]);
/// ```
pub type Pair = Size<2>;

impl<const N: usize> Size<N> {
    /// The size in each dimension, one number repeated for all.
    ///
    /// ```
    /// use wick::nn::Size;
    /// assert_eq!(Size::<3>::All(2).sizes(), [2, 2, 2]);
    /// assert_eq!(Size::Each([1, 2, 3]).sizes(), [1, 2, 3]);
    /// ```
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
