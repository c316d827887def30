//! What automatic augmentation may do to a picture, and how strongly.

use super::affine::Placement;
use super::color::Colors;
use super::picture::Picture;
use super::resample::InterpolationMode;
use super::turn::STILL;
use crate::error::{OrPanic, Result};
use crate::tensor::Tensor;

/// An operation, under torchvision's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
    Invert,
}

/// How strong an operation can be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Strength {
    /// From so much to so much, and as often in the other direction if it has one.
    Between { from: f64, to: f64, signed: bool },
    /// From so many bits a channel to `fewer` than that.
    Bits { most: f64, fewer: f64 },
    /// There is only one.
    One,
}

impl Strength {
    /// Up to so much in both directions.
    pub fn both(to: f64) -> Self {
        Self::Between {
            from: 0.0,
            to,
            signed: true,
        }
    }

    /// Of solarization: from a threshold that nothing reaches to 0.
    pub fn threshold() -> Self {
        Self::Between {
            from: 255.0,
            to: 0.0,
            signed: false,
        }
    }

    pub fn is_signed(self) -> bool {
        matches!(self, Self::Between { signed: true, .. })
    }

    pub fn is_one(self) -> bool {
        matches!(self, Self::One)
    }

    /// The one of that number, of so many in equal steps.
    pub fn magnitude(self, index: usize, bins: usize) -> Result<f64> {
        Ok(match self {
            Self::Between { from, to, .. } => {
                let steps: Vec<f32> = Tensor::try_linspace(from, to, bins)?.try_to_vec()?;
                steps[index].into()
            }
            Self::Bits { most, fewer } => {
                let step = (bins as f64 - 1.0) / fewer;
                most - f64::from((index as f32 / step as f32).round_ties_even())
            }
            Self::One => 0.0,
        })
    }
}

/// How pixels between pixels are found and what lies beyond the edges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings {
    pub interpolation: InterpolationMode,
    pub fill: Option<f64>,
}

/// Gives a transform with such fields in a field of its own the options of both. `$mode` says what the first is.
macro_rules! surroundings {
    ($name:ident.$field:ident, $mode:literal) => {
        impl $name {
            #[doc = concat!("How pixels between pixels are found: ", $mode)]
            pub fn interpolation(mut self, mode: $crate::transforms::InterpolationMode) -> Self {
                self.$field.interpolation = mode;
                self
            }

            /// What lies beyond the edges; 0 unless told otherwise.
            pub fn fill(mut self, fill: f64) -> Self {
                self.$field.fill = Some(fill);
                self
            }
        }
    };
}
pub(super) use surroundings;

impl Operation {
    /// Does it that strongly: torchvision's `_apply_op`.
    pub fn apply<P: Picture>(self, picture: P, magnitude: f64, around: Surroundings) -> P {
        let still = Placement {
            interpolation: around.interpolation,
            fill: around.fill,
            ..STILL
        };
        // Slanted so far for each pixel of distance from the corner.
        let slant = || magnitude.atan().to_degrees();
        let corner = Some((0.0, 0.0));
        match self {
            Self::Identity => picture,
            Self::ShearX => picture.place(&Placement {
                shear: (slant(), 0.0),
                center: corner,
                ..still
            }),
            Self::ShearY => picture.place(&Placement {
                shear: (0.0, slant()),
                center: corner,
                ..still
            }),
            Self::TranslateX => picture.place(&Placement {
                translate: (magnitude.trunc(), 0.0),
                ..still
            }),
            Self::TranslateY => picture.place(&Placement {
                translate: (0.0, magnitude.trunc()),
                ..still
            }),
            Self::Rotate => picture.place(&Placement {
                angle: magnitude,
                rotate: true,
                ..still
            }),
            Self::Brightness => picture.recolor(Colors::Brightness(1.0 + magnitude)),
            Self::Color => picture.recolor(Colors::Saturation(1.0 + magnitude)),
            Self::Contrast => picture.recolor(Colors::Contrast(1.0 + magnitude)),
            Self::Sharpness => picture.recolor(Colors::Sharpness(1.0 + magnitude)),
            Self::Posterize => picture.recolor(Colors::Posterized(magnitude as u32)),
            Self::Solarize => picture.recolor(Colors::Solarized(magnitude)),
            Self::AutoContrast => picture.recolor(Colors::Stretched),
            Self::Equalize => picture.recolor(Colors::Equalized),
            Self::Invert => picture.recolor(Colors::Inverted),
        }
    }
}

/// The operations that may be drawn, and how strong each can be.
pub(super) struct Space(pub Vec<(Operation, Strength)>);

impl Space {
    /// Those of AutoAugment and RandAugment, for a picture of that height and width.
    pub fn learned((height, width): (usize, usize)) -> Self {
        let moved = |size: usize| Strength::both(150.0 / 331.0 * size as f64);
        Self::of(0.3, moved(width), moved(height), 30.0, 0.9, 4.0)
    }

    /// Those of TrivialAugmentWide.
    pub fn wide() -> Self {
        let moved = Strength::both(32.0);
        Self::of(0.99, moved, moved, 135.0, 0.99, 6.0)
    }

    fn of(
        shear: f64,
        across: Strength,
        down: Strength,
        degrees: f64,
        change: f64,
        fewer: f64,
    ) -> Self {
        use Operation::*;
        Self(vec![
            (Identity, Strength::One),
            (ShearX, Strength::both(shear)),
            (ShearY, Strength::both(shear)),
            (TranslateX, across),
            (TranslateY, down),
            (Rotate, Strength::both(degrees)),
            (Brightness, Strength::both(change)),
            (Color, Strength::both(change)),
            (Contrast, Strength::both(change)),
            (Sharpness, Strength::both(change)),
            (Posterize, Strength::Bits { most: 8.0, fewer }),
            (Solarize, Strength::threshold()),
            (AutoContrast, Strength::One),
            (Equalize, Strength::One),
        ])
    }

    /// Those of AugMix, for a picture of that height and width.
    pub fn mixed((height, width): (usize, usize), all: bool) -> Self {
        use Operation::*;
        let mut space = vec![
            (ShearX, Strength::both(0.3)),
            (ShearY, Strength::both(0.3)),
            (TranslateX, Strength::both(width as f64 / 3.0)),
            (TranslateY, Strength::both(height as f64 / 3.0)),
            (Rotate, Strength::both(30.0)),
            (
                Posterize,
                Strength::Bits {
                    most: 4.0,
                    fewer: 4.0,
                },
            ),
            (Solarize, Strength::threshold()),
            (AutoContrast, Strength::One),
            (Equalize, Strength::One),
        ];
        if all {
            space.extend(
                [Brightness, Color, Contrast, Sharpness].map(|op| (op, Strength::both(0.9))),
            );
        }
        Self(space)
    }

    /// How strong an operation of a learned policy is.
    pub fn strength(&self, operation: Operation) -> Strength {
        let mut found = self.0.iter().filter(|(other, _)| *other == operation);
        found
            .next()
            .map_or(Strength::One, |(_, strength)| *strength)
    }

    /// Draws an operation, its magnitude by `index` out of so many, and its direction, and does it.
    #[track_caller]
    pub fn any<P: Picture>(
        &self,
        picture: P,
        bins: usize,
        index: impl FnOnce() -> usize,
        around: Surroundings,
    ) -> P {
        let (operation, strength) = self.0[super::draws::draw_below(self.0.len())];
        let mut magnitude = match strength.is_one() {
            true => 0.0,
            false => strength.magnitude(index(), bins).or_panic(),
        };
        if strength.is_signed() && super::draws::draw_below(2) == 1 {
            magnitude = -magnitude;
        }
        operation.apply(picture, magnitude, around)
    }
}
