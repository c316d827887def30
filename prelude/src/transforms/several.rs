//! Several transforms of which chance picks, and several parts of one picture.

use std::fmt;

use super::crop::middle;
use super::draws::{draw, draw_order};
use super::flip::{mirrored, upside_down};
use super::picture::{Picture, crop};
use super::setup::Size;
use super::{Chain, Transform};
use crate::error::{Error, OrPanic, Result};
use crate::nn::python;

/// A tuple of transforms of which each gives what it takes.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Pad, RandomInvert, Steps};
/// let steps = (Pad::new(1), RandomInvert::new(1.));
/// assert_eq!(steps.step(0, tensor!([[0.25]])).shape(), [3, 3]);
/// assert_eq!(steps.step(1, tensor!([[[0.25]]])).to_vec::<f32>(), [0.75]);
/// ```
pub trait Steps<I>: Chain + Send + Sync {
    /// How many there are.
    const COUNT: usize;

    /// What the transform of that number makes of `input`.
    fn step(&self, index: usize, input: I) -> I;
}

macro_rules! steps {
    ($($count:literal: ($($name:ident $index:tt),+))*) => {$(
        impl<I, $($name: Transform<I, Output = I>),+> Steps<I> for ($($name,)+) {
            const COUNT: usize = $count;

            #[track_caller]
            fn step(&self, index: usize, input: I) -> I {
                match index {
                    $($index => self.$index.apply(input),)+
                    _ => input,
                }
            }
        }
    )*};
}
steps! {
    1: (A 0)
    2: (A 0, B 1)
    3: (A 0, B 1, C 2)
    4: (A 0, B 1, C 2, D 3)
    5: (A 0, B 1, C 2, D 3, E 4)
    6: (A 0, B 1, C 2, D 3, E 4, F 5)
    7: (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    8: (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}

/// All transforms of a tuple or none: `torchvision.transforms.RandomApply`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{GaussianBlur, RandomApply, Transform};
/// let blur = RandomApply::new((GaussianBlur::new(3),), 0.5);
/// assert_eq!(blur.apply(Tensor::rand([3, 8, 8])).shape(), [3, 8, 8]);
/// assert_eq!(
///     blur.to_string(),
///     "RandomApply(\n    p=0.5\n    GaussianBlur(kernel_size=(3, 3), sigma=(0.1, 2.0))\n)"
/// );
/// ```
#[derive(Clone)]
pub struct RandomApply<T> {
    transforms: T,
    p: f64,
}

impl<T> RandomApply<T> {
    /// The transforms of a tuple, all of them with probability `p`; torchvision's default is 0.5.
    pub fn new(transforms: T, p: f64) -> Self {
        Self { transforms, p }
    }
}

impl<I, T: Steps<I>> Transform<I> for RandomApply<T> {
    type Output = I;

    #[track_caller]
    fn apply(&self, input: I) -> I {
        if self.p < f64::from(draw()) {
            return input;
        }
        let each = |input, index| self.transforms.step(index, input);
        (0..T::COUNT).fold(input, each)
    }
}

impl<T: Chain> fmt::Display for RandomApply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RandomApply(\n    p={}", python::float(self.p))?;
        self.transforms.lines(f)?;
        f.write_str("\n)")
    }
}

/// One transform of a tuple: `torchvision.transforms.RandomChoice`.
///
/// torchvision lets Python's own generator choose; here it is the default generator, so that `manual_seed` decides.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{RandomChoice, RandomHorizontalFlip, RandomVerticalFlip, Transform};
/// let flip = RandomChoice::new((RandomHorizontalFlip::new(1.0), RandomVerticalFlip::new(1.0)));
/// assert_eq!(flip.apply(Tensor::rand([3, 8, 8])).shape(), [3, 8, 8]);
///
/// // Always the first one.
/// let flip = flip.p([1., 0.]);
/// assert_eq!(flip.apply(tensor!([[1, 2], [3, 4]])).to_vec2::<i64>(), [[2, 1], [4, 3]]);
/// ```
#[derive(Clone)]
pub struct RandomChoice<T> {
    transforms: T,
    p: Option<Vec<f64>>,
}

impl<T> RandomChoice<T> {
    /// The transform that is one of a tuple, each as likely as the others.
    pub fn new(transforms: T) -> Self {
        Self {
            transforms,
            p: None,
        }
    }

    /// How likely each transform is, in proportion to the others.
    pub fn p(mut self, p: impl Into<Vec<f64>>) -> Self {
        self.p = Some(p.into());
        self
    }

    fn chosen(&self, count: usize) -> Result<usize> {
        let even = vec![1.0; count];
        let weights = self.p.as_ref().unwrap_or(&even);
        let total: f64 = weights.iter().sum();
        if weights.len() != count || !total.is_finite() || total <= 0.0 {
            return Err(Error::value(format!(
                "RandomChoice: there are {count} transforms, and p is {weights:?}"
            )));
        }
        let drawn = f64::from(draw()) * total;
        let mut sum = 0.0;
        let reached = weights.iter().position(|weight| {
            sum += weight;
            drawn < sum
        });
        Ok(reached.unwrap_or(count - 1))
    }
}

impl<I, T: Steps<I>> Transform<I> for RandomChoice<T> {
    type Output = I;

    #[track_caller]
    fn apply(&self, input: I) -> I {
        let chosen = self.chosen(T::COUNT).or_panic();
        self.transforms.step(chosen, input)
    }
}

impl<T: Chain> fmt::Display for RandomChoice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RandomChoice(")?;
        self.transforms.lines(f)?;
        match &self.p {
            None => f.write_str("\n)(p=None)"),
            Some(p) => {
                let p: Vec<String> = p.iter().map(|&p| python::float(p)).collect();
                write!(f, "\n)(p=[{}])", p.join(", "))
            }
        }
    }
}

/// All transforms of a tuple, in random order: `torchvision.transforms.RandomOrder`.
///
/// torchvision lets Python's own generator shuffle; here it is the default generator, so that `manual_seed` decides.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Grayscale, RandomInvert, RandomOrder, Transform};
/// let change = RandomOrder::new((Grayscale::new(1), RandomInvert::new(1.)));
/// assert_eq!(change.apply(Tensor::rand([3, 8, 8])).shape(), [1, 8, 8]);
/// assert_eq!(
///     change.to_string(),
///     "RandomOrder(\n    Grayscale(num_output_channels=1)\n    RandomInvert(p=1.0)\n)"
/// );
/// ```
#[derive(Clone)]
pub struct RandomOrder<T> {
    transforms: T,
}

impl<T> RandomOrder<T> {
    /// The transform that is all those of a tuple in random order.
    pub fn new(transforms: T) -> Self {
        Self { transforms }
    }
}

impl<I, T: Steps<I>> Transform<I> for RandomOrder<T> {
    type Output = I;

    #[track_caller]
    fn apply(&self, input: I) -> I {
        let each = |input, index| self.transforms.step(index, input);
        draw_order(T::COUNT).into_iter().fold(input, each)
    }
}

impl<T: Chain> fmt::Display for RandomOrder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RandomOrder(")?;
        self.transforms.lines(f)?;
        f.write_str("\n)")
    }
}

/// The four corners and the middle.
fn five<P: Picture + Clone>(picture: P, size: (usize, usize)) -> Result<Vec<P>> {
    let (height, width) = picture.size();
    let (rows, columns) = size;
    if columns > width || rows > height {
        return Err(Error::value(format!(
            "Requested crop size {size:?} is bigger than input size {:?}",
            (height, width)
        )));
    }
    let (bottom, right) = ((height - rows) as i64, (width - columns) as i64);
    let places = [
        (0, 0),
        (0, right),
        (bottom, 0),
        (bottom, right),
        (middle(height, rows), middle(width, columns)),
    ];
    let part = |(top, left)| crop(picture.clone(), top, left, rows, columns);
    Ok(places.map(part).into())
}

/// The four corners and the middle of a picture: `torchvision.transforms.FiveCrop`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{FiveCrop, Transform};
/// let parts = FiveCrop::new(4).apply(Tensor::rand([3, 8, 8]));
/// assert_eq!(Tensor::stack(&parts, 0).shape(), [5, 3, 4, 4]);
/// ```
#[derive(Clone)]
pub struct FiveCrop {
    size: (usize, usize),
}

impl FiveCrop {
    /// The transform to parts of this size.
    pub fn new(size: impl Into<Size>) -> Self {
        Self {
            size: size.into().both(),
        }
    }
}

impl<P: Picture + Clone> Transform<P> for FiveCrop {
    type Output = Vec<P>;

    #[track_caller]
    fn apply(&self, picture: P) -> Vec<P> {
        five(picture, self.size).or_panic()
    }
}

impl fmt::Display for FiveCrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FiveCrop(size=({}, {}))", self.size.0, self.size.1)
    }
}

/// The four corners and the middle of a picture, and of the picture in a mirror: `torchvision.transforms.TenCrop`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{TenCrop, Transform};
/// let x = Tensor::arange(0, 16, 1).reshape([1, 4, 4]);
/// let pixels = |crop: TenCrop| -> Vec<i64> { crop.apply(x.clone()).iter().map(|part| part.item()).collect() };
/// assert_eq!(pixels(TenCrop::new(1)), [0, 3, 12, 15, 10, 3, 0, 15, 12, 9]);
/// assert_eq!(pixels(TenCrop::new(1).vertical_flip(true)), [0, 3, 12, 15, 10, 12, 15, 0, 3, 6]);
/// ```
#[derive(Clone)]
pub struct TenCrop {
    size: (usize, usize),
    vertical_flip: bool,
}

impl TenCrop {
    /// The transform to parts of this size, left and right swapped for the second five.
    pub fn new(size: impl Into<Size>) -> Self {
        Self {
            size: size.into().both(),
            vertical_flip: false,
        }
    }

    /// Whether top and bottom are swapped instead, which they are not at first.
    pub fn vertical_flip(mut self, vertical_flip: bool) -> Self {
        self.vertical_flip = vertical_flip;
        self
    }
}

impl<P: Picture + Clone> Transform<P> for TenCrop {
    type Output = Vec<P>;

    #[track_caller]
    fn apply(&self, picture: P) -> Vec<P> {
        let mut parts = five(picture.clone(), self.size).or_panic();
        let flipped = match self.vertical_flip {
            true => upside_down(picture),
            false => mirrored(picture),
        };
        parts.extend(five(flipped, self.size).or_panic());
        parts
    }
}

impl fmt::Display for TenCrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "TenCrop(size=({}, {}), vertical_flip={})",
            self.size.0,
            self.size.1,
            python::bool(self.vertical_flip)
        )
    }
}

crate::shown::debug_is_display!([T: Chain] RandomApply<T>);
crate::shown::debug_is_display!([T: Chain] RandomChoice<T>);
crate::shown::debug_is_display!([T: Chain] RandomOrder<T>);
crate::shown::debug_is_display!(FiveCrop, TenCrop);
