//! Shapes, and everything a person may write where a shape or a list of dimensions is wanted.

use crate::error::{Result, bail, bail_index};
use crate::given::given;
use std::fmt;
use std::ops::Deref;

/// The size of each dimension. PyTorch: `torch.Size`.
///
/// It shows itself as `torch.Size([2, 3])` and is otherwise a `[usize]`.
///
/// ```
/// use wick::prelude::*;
/// let shape = Tensor::zeros([2, 3]).shape();
/// assert_eq!(shape.to_string(), "torch.Size([2, 3])");
/// assert_eq!((shape.rank(), shape.numel(), shape[1]), (2, 6, 3));
/// assert_eq!(shape.dims(), [2, 3]);
/// assert_eq!(Tensor::ones(&shape).shape(), shape);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Shape(Vec<usize>);

impl Shape {
    /// The sizes, outermost first.
    pub fn dims(&self) -> &[usize] {
        &self.0
    }

    /// How many dimensions there are; a single number has none.
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// How many elements there are: the product of the sizes. PyTorch: `torch.Size.numel`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(Shape::from([2, 3, 4]).numel(), 24);
    /// assert_eq!(Shape::from([]).numel(), 1);
    /// ```
    pub fn numel(&self) -> usize {
        self.0.iter().product()
    }

    /// The sizes as PyTorch lists them inside messages: `[2, 3]`.
    pub(crate) fn list(&self) -> String {
        format!("{:?}", self.0)
    }
}

impl Deref for Shape {
    type Target = [usize];
    fn deref(&self) -> &[usize] {
        &self.0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "torch.Size({:?})", self.0)
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Vec<usize>> for Shape {
    fn from(dims: Vec<usize>) -> Self {
        Shape(dims)
    }
}

impl From<&[usize]> for Shape {
    fn from(dims: &[usize]) -> Self {
        Shape(dims.to_vec())
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(dims: [usize; N]) -> Self {
        Shape(dims.to_vec())
    }
}

impl<const N: usize> PartialEq<[usize; N]> for Shape {
    fn eq(&self, other: &[usize; N]) -> bool {
        self.0 == other
    }
}

impl PartialEq<[usize]> for Shape {
    fn eq(&self, other: &[usize]) -> bool {
        self.0 == other
    }
}

impl PartialEq<Vec<usize>> for Shape {
    fn eq(&self, other: &Vec<usize>) -> bool {
        self.0 == *other
    }
}

/// An integer that may stand for a size or a dimension. Literals fall back to `i32`, so negative ones work.
///
/// ```
/// use wick::prelude::*;
/// use wick::DimInt;
/// let batch: usize = 2;
/// assert_eq!((batch.dim(), (-1).dim()), (2, -1));
/// assert_eq!(Tensor::arange(0, 6, 1).view((batch, -1)).shape(), [2, 3]);
/// ```
pub trait DimInt: Copy {
    /// Its value; what is larger than an `i64` wraps.
    fn dim(self) -> i64;
}

macro_rules! dim_int {
    ($($t:ty),*) => {$(
        impl DimInt for $t {
            fn dim(self) -> i64 { self as i64 }
        }
        given!([] $t => Dims, |dim| Dims::of_numbers(&[dim as i64]));
    )*};
}
dim_int!(i32, i64, isize, u32, usize);

/// A shape or a list of dimensions, as it was written: `[2, 3]`, `(2, 3)`, `5`, `[-1, 6]`, `&[usize]`, a [`Shape`].
///
/// Functions take it as [`impl Given<Dims>`](crate::Given).
///
/// ```
/// use wick::prelude::*;
/// use wick::Dims;
/// assert_eq!(Dims::from((2, 3)), Dims::from([2, 3]));
/// assert_eq!(Dims::from([-1, 6]).as_slice(), [-1, 6]);
/// assert_eq!(Dims::from(5).to_shape().unwrap(), [5]);
/// assert_eq!(Tensor::zeros([2, 3, 4]).amax((0, -1), false).shape(), [3]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Dims(Vec<i64>);

impl Dims {
    /// The numbers as they were written, negative ones too.
    pub fn as_slice(&self) -> &[i64] {
        &self.0
    }

    /// Of a slice, number by number.
    fn of<T: DimInt>(dims: &[T]) -> Self {
        let mut all = Dims::default();
        for dim in dims {
            all.push(dim.dim());
        }
        all
    }

    /// Every cell carries a copy of this, for each type and length in it: a loop that brings neither iterators nor
    /// anything to be dropped along.
    fn of_array<T: DimInt, const N: usize>(dims: &[T; N]) -> Self {
        let mut all = [0; N];
        let mut at = 0;
        while at < N {
            all[at] = dims[at].dim();
            at += 1;
        }
        Self::of_numbers(&all)
    }

    #[inline(never)]
    fn of_numbers(dims: &[i64]) -> Self {
        Dims(dims.to_vec())
    }

    #[inline(never)]
    fn push(&mut self, dim: i64) {
        self.0.push(dim);
    }

    /// The numbers as the shape of a tensor to create.
    ///
    /// ```
    /// use wick::Dims;
    /// assert_eq!(Dims::from([2, 3]).to_shape().unwrap(), [2, 3]);
    /// assert_eq!(
    ///     Dims::from([-1, 2]).to_shape().unwrap_err().to_string(),
    ///     "Trying to create tensor with negative dimension -1: [-1, 2]"
    /// );
    /// ```
    ///
    /// # Errors
    /// When a number is negative.
    pub fn to_shape(&self) -> Result<Shape> {
        if let Some(negative) = self.0.iter().find(|&&n| n < 0) {
            bail!(
                "Trying to create tensor with negative dimension {negative}: {:?}",
                self.0
            );
        }
        Ok(Shape(self.0.iter().map(|&n| n as usize).collect()))
    }

    /// A shape for `numel` elements, in which one number may be -1.
    pub(crate) fn to_view_shape(&self, numel: usize) -> Result<Shape> {
        let invalid = || format!("shape '{:?}' is invalid for input of size {numel}", self.0);
        if let Some(dim) = self.0.iter().find(|&&n| n < -1) {
            bail!("invalid shape dimension {dim}");
        }
        let holes = self.0.iter().filter(|&&n| n == -1).count();
        let known: usize = self
            .0
            .iter()
            .filter(|&&n| n >= 0)
            .map(|&n| n as usize)
            .product();
        let hole = match holes {
            0 if known == numel => 0,
            1 if known == 0 && numel == 0 => {
                bail!(
                    "cannot reshape tensor of 0 elements into shape {:?} because the unspecified dimension size -1 can be any value and is ambiguous",
                    self.0
                )
            }
            1 if known != 0 && numel.is_multiple_of(known) => numel / known,
            0 | 1 => bail!("{}", invalid()),
            _ => bail!("only one dimension can be inferred"),
        };
        Ok(Shape(
            self.0
                .iter()
                .map(|&n| if n == -1 { hole } else { n as usize })
                .collect(),
        ))
    }

    /// Dimensions of a tensor of that rank; negative ones count from the back, none may come twice.
    pub(crate) fn to_axes(&self, rank: usize) -> Result<Vec<usize>> {
        let axes = self
            .0
            .iter()
            .map(|&dim| axis(dim, rank))
            .collect::<Result<Vec<_>>>()?;
        for (i, axis) in axes.iter().enumerate() {
            if axes[..i].contains(axis) {
                bail!("dim {axis} appears multiple times in the list of dims");
            }
        }
        Ok(axes)
    }
}

/// A dimension of a tensor of that rank; a negative one counts from the back.
pub(crate) fn axis(dim: i64, rank: usize) -> Result<usize> {
    // A 0-d tensor takes 0 and -1, as if it had one dimension.
    let n = rank.max(1) as i64;
    if dim < -n || dim >= n {
        bail_index!(
            "Dimension out of range (expected to be in range of [{}, {}], but got {dim})",
            -n,
            n - 1
        );
    }
    Ok(if dim < 0 {
        (dim + n) as usize
    } else {
        dim as usize
    })
}

given!([T: DimInt, const N: usize] [T; N] => Dims, |dims| Dims::of_array(&dims));
given!([T: DimInt, const N: usize] &[T; N] => Dims, |dims| Dims::of_array(dims));
given!([T: DimInt] &[T] => Dims, |dims| Dims::of(dims));
given!([T: DimInt] Vec<T> => Dims, |dims| Dims::of(&dims));
given!([T: DimInt] &Vec<T> => Dims, |dims| Dims::of(dims));
given!([] Shape => Dims, |shape| Dims::of(shape.dims()));
given!([] &Shape => Dims, |shape| Dims::of(shape.dims()));
given!([] () => Dims, |_none| Dims(Vec::new()));
macro_rules! tuples {
    ($($($t:ident $i:tt),+;)+) => {$(
        given!([$($t: DimInt),+] ($($t,)+) => Dims, |it| Dims::of_numbers(&[$(it.$i.dim()),+]));
    )+};
}
tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
}

/// The shape two operands take together, or PyTorch's message.
pub(crate) fn broadcast(a: &[usize], b: &[usize]) -> Result<Shape> {
    let rank = a.len().max(b.len());
    let size = |dims: &[usize], i: usize| (i + dims.len()).checked_sub(rank).map_or(1, |i| dims[i]);
    let mut out = vec![0; rank];
    // From behind, so that of several that differ the last one is named, as in PyTorch.
    for i in (0..rank).rev() {
        out[i] = match (size(a, i), size(b, i)) {
            (x, y) if x == y => x,
            (1, y) => y,
            (x, 1) => x,
            (x, y) => bail!(
                "The size of tensor a ({x}) must match the size of tensor b ({y}) at non-singleton dimension {i}"
            ),
        };
    }
    Ok(Shape(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn view_shapes_fill_the_hole() {
        assert_eq!(Dims::from([-1, 6]).to_view_shape(12).unwrap(), [2, 6]);
        assert_eq!(
            Dims::from([5, 3])
                .to_view_shape(12)
                .unwrap_err()
                .to_string(),
            "shape '[5, 3]' is invalid for input of size 12"
        );
    }

    #[test]
    fn broadcasting_says_which_dimension_differs() {
        assert_eq!(broadcast(&[4, 1, 3], &[2, 1]).unwrap(), [4, 2, 3]);
        assert_eq!(
            broadcast(&[2, 3], &[2]).unwrap_err().to_string(),
            "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1"
        );
    }

    #[test]
    fn sizes_show_themselves_as_pytorch_does() {
        assert_eq!(format!("{:?}", Shape::from([2, 3])), "torch.Size([2, 3])");
        assert_eq!(Dims::from((2, 3usize)).to_shape().unwrap(), [2, 3]);
    }
}
