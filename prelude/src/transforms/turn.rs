//! Pictures turned, moved, stretched and slanted at random.

use std::fmt;

use super::Transform;
use super::affine::Placement;
use super::draws::draw_between;
use super::operation::surroundings;
use super::picture::Picture;
use super::resample::InterpolationMode;
use crate::error::{Error, OrPanic};
use crate::nn::python;

/// From so many degrees to so many: torchvision's argument `degrees`. A single number goes to both sides of 0.
///
/// ```
/// use wick::transforms::{Degrees, RandomRotation};
/// assert_eq!(Degrees::from(30).to_string(), "[-30.0, 30.0]");
/// assert!(RandomRotation::new((0., 90.)).to_string().starts_with("RandomRotation(degrees=[0.0, 90.0],"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Degrees(f64, f64);

impl From<f64> for Degrees {
    fn from(degrees: f64) -> Self {
        Self(-degrees, degrees)
    }
}

impl From<i32> for Degrees {
    fn from(degrees: i32) -> Self {
        // An integer has no -0.
        Self(f64::from(-degrees), f64::from(degrees))
    }
}

impl From<(f64, f64)> for Degrees {
    fn from((from, to): (f64, f64)) -> Self {
        Self(from, to)
    }
}

impl From<(i32, i32)> for Degrees {
    fn from((from, to): (i32, i32)) -> Self {
        Self(from.into(), to.into())
    }
}

impl Degrees {
    fn draw(self) -> f64 {
        draw_between(self.0, self.1)
    }
}

impl fmt::Display for Degrees {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {}]", python::float(self.0), python::float(self.1))
    }
}

/// A number as it was given: `0` or `0.5`.
pub(super) fn number(value: f64) -> String {
    match value.fract() == 0.0 {
        true => format!("{value}"),
        false => python::float(value),
    }
}

fn pair((first, second): (f64, f64)) -> String {
    format!("({}, {})", python::float(first), python::float(second))
}

/// What changes nothing.
pub(super) const STILL: Placement = Placement {
    angle: 0.0,
    translate: (0.0, 0.0),
    scale: 1.0,
    shear: (0.0, 0.0),
    center: None,
    expand: false,
    rotate: false,
    interpolation: InterpolationMode::Nearest,
    fill: Some(0.0),
};

/// Turned by a random angle, counter-clockwise: `torchvision.transforms.RandomRotation`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{RandomRotation, Transform};
/// let rotate = RandomRotation::new(30);
/// assert_eq!(rotate.apply(Tensor::rand([3, 8, 8])).shape(), [3, 8, 8]);
/// assert_eq!(
///     rotate.to_string(),
///     "RandomRotation(degrees=[-30.0, 30.0], interpolation=nearest, expand=False, fill=0)"
/// );
///
/// // A quarter around, about the middle or about a corner.
/// let x = tensor!([[[1., 2.], [3., 4.]]]);
/// let quarter = RandomRotation::new((90., 90.));
/// assert_eq!(quarter.apply(x.clone()).to_vec::<f32>(), [2., 4., 1., 3.]);
/// let quarter = quarter.center((0., 0.)).fill(9.);
/// assert_eq!(quarter.apply(x).to_vec::<f32>(), [9., 9., 9., 9.]);
/// ```
#[derive(Clone)]
pub struct RandomRotation {
    degrees: Degrees,
    placement: Placement,
}

surroundings!(
    RandomRotation.placement,
    "`Nearest`, unless told otherwise, or `Bilinear`."
);

impl RandomRotation {
    /// The transform that turns by at most so many degrees, or between so many and so many.
    pub fn new(degrees: impl Into<Degrees>) -> Self {
        Self {
            degrees: degrees.into(),
            placement: Placement {
                rotate: true,
                ..STILL
            },
        }
    }

    /// Whether the picture grows until all of what was turned is in it, which it does not at first.
    pub fn expand(mut self, expand: bool) -> Self {
        self.placement.expand = expand;
        self
    }

    /// What stays where it is, x and y from the upper left corner; the middle at first.
    pub fn center(mut self, center: (f64, f64)) -> Self {
        self.placement.center = Some(center);
        self
    }
}

impl<P: Picture> Transform<P> for RandomRotation {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        let angle = self.degrees.draw();
        picture.place(&Placement {
            angle,
            ..self.placement
        })
    }
}

impl fmt::Display for RandomRotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let placement = &self.placement;
        write!(
            f,
            "RandomRotation(degrees={}, interpolation={}, expand={}",
            self.degrees,
            placement.interpolation,
            python::bool(placement.expand)
        )?;
        if let Some((x, y)) = placement.center {
            write!(f, ", center=({}, {})", number(x), number(y))?;
        }
        write!(f, ", fill={})", number(placement.fill.unwrap_or(0.0)))
    }
}

/// Turned clockwise, moved, stretched and slanted, each at random: `torchvision.transforms.RandomAffine`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{InterpolationMode, RandomAffine, Transform};
/// let affine = RandomAffine::new(10).translate((0.1, 0.1)).scale((0.9, 1.1));
/// assert_eq!(affine.apply(Tensor::rand([3, 8, 8])).shape(), [3, 8, 8]);
/// assert_eq!(
///     affine.to_string(),
///     "RandomAffine(degrees=[-10.0, 10.0], translate=(0.1, 0.1), scale=(0.9, 1.1))"
/// );
///
/// let slanted = RandomAffine::new(10).shear_both(5, (-2., 2.)).center((1., 2.));
/// let slanted = slanted.interpolation(InterpolationMode::Bilinear).fill(3.);
/// assert_eq!(
///     slanted.to_string(),
///     "RandomAffine(degrees=[-10.0, 10.0], shear=[-5.0, 5.0, -2.0, 2.0], interpolation=bilinear, fill=3, \
///      center=(1, 2))"
/// );
/// assert_eq!(RandomAffine::new(10).shear(5).to_string(), "RandomAffine(degrees=[-10.0, 10.0], shear=[-5.0, 5.0])");
/// ```
#[derive(Clone)]
pub struct RandomAffine {
    degrees: Degrees,
    translate: Option<(f64, f64)>,
    scale: Option<(f64, f64)>,
    shear: Option<(Degrees, Option<Degrees>)>,
    placement: Placement,
}

surroundings!(
    RandomAffine.placement,
    "`Nearest`, unless told otherwise, or `Bilinear`."
);

impl RandomAffine {
    /// The transform that turns by at most so many degrees, or between so many and so many.
    pub fn new(degrees: impl Into<Degrees>) -> Self {
        Self {
            degrees: degrees.into(),
            translate: None,
            scale: None,
            shear: None,
            placement: STILL,
        }
    }

    /// Moves it too, by at most so much of its width and its height.
    ///
    /// # Panics
    /// When one is not between 0 and 1.
    #[track_caller]
    pub fn translate(mut self, translate: (f64, f64)) -> Self {
        let valid = [translate.0, translate.1]
            .iter()
            .all(|part| (0.0..=1.0).contains(part));
        let checked = valid
            .then_some(translate)
            .ok_or_else(|| Error::value("translation values should be between 0 and 1"));
        self.translate = Some(checked.or_panic());
        self
    }

    /// Stretches it too, by a factor between the two.
    ///
    /// # Panics
    /// When one is not positive.
    #[track_caller]
    pub fn scale(mut self, scale: (f64, f64)) -> Self {
        let valid = scale.0 > 0.0 && scale.1 > 0.0;
        let checked = valid
            .then_some(scale)
            .ok_or_else(|| Error::value("scale values should be positive"));
        self.scale = Some(checked.or_panic());
        self
    }

    /// Slants it too, along x by at most so many degrees, or between so many and so many.
    pub fn shear(mut self, x: impl Into<Degrees>) -> Self {
        self.shear = Some((x.into(), None));
        self
    }

    /// Slants it too, along x and along y.
    pub fn shear_both(mut self, x: impl Into<Degrees>, y: impl Into<Degrees>) -> Self {
        self.shear = Some((x.into(), Some(y.into())));
        self
    }

    /// What stays where it is, x and y from the upper left corner; the middle at first.
    pub fn center(mut self, center: (f64, f64)) -> Self {
        self.placement.center = Some(center);
        self
    }
}

impl<P: Picture> Transform<P> for RandomAffine {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        let (height, width) = picture.size();
        let mut placement = self.placement;
        placement.angle = self.degrees.draw();
        if let Some((x, y)) = self.translate {
            let draw = |part: f64, size: usize| {
                let most = part * size as f64;
                draw_between(-most, most).round_ties_even()
            };
            let across = draw(x, width);
            placement.translate = (across, draw(y, height));
        }
        if let Some((from, to)) = self.scale {
            placement.scale = draw_between(from, to);
        }
        if let Some((x, y)) = self.shear {
            let across = x.draw();
            placement.shear = (across, y.map_or(0.0, Degrees::draw));
        }
        picture.place(&placement)
    }
}

impl fmt::Display for RandomAffine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RandomAffine(degrees={}", self.degrees)?;
        if let Some(translate) = self.translate {
            write!(f, ", translate={}", pair(translate))?;
        }
        if let Some(scale) = self.scale {
            write!(f, ", scale={}", pair(scale))?;
        }
        if let Some((Degrees(from, to), y)) = self.shear {
            write!(f, ", shear=[{}, {}", python::float(from), python::float(to))?;
            if let Some(Degrees(from, to)) = y {
                write!(f, ", {}, {}", python::float(from), python::float(to))?;
            }
            f.write_str("]")?;
        }
        let placement = &self.placement;
        if placement.interpolation != InterpolationMode::Nearest {
            write!(f, ", interpolation={}", placement.interpolation)?;
        }
        let fill = placement.fill.unwrap_or(0.0);
        if fill != 0.0 {
            write!(f, ", fill={}", number(fill))?;
        }
        if let Some((x, y)) = placement.center {
            write!(f, ", center=({}, {})", number(x), number(y))?;
        }
        f.write_str(")")
    }
}

crate::shown::debug_is_display!(RandomRotation, RandomAffine);
