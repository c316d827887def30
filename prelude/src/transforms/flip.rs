//! Pictures seen in a mirror.

use std::fmt;

use super::Transform;
use super::draws::happens;
use super::picture::Picture;
use crate::nn::python;

/// As they are, or from the last to the first.
fn places(count: usize, reversed: bool) -> Vec<Option<usize>> {
    match reversed {
        true => (0..count).rev().map(Some).collect(),
        false => (0..count).map(Some).collect(),
    }
}

/// Left becomes right.
pub(super) fn mirrored<P: Picture>(picture: P) -> P {
    let (height, width) = picture.size();
    picture.select(&places(height, false), &places(width, true), 0.0)
}

/// Top becomes bottom.
pub(super) fn upside_down<P: Picture>(picture: P) -> P {
    let (height, width) = picture.size();
    picture.select(&places(height, true), &places(width, false), 0.0)
}

macro_rules! flips {
    ($($(#[$doc:meta])* $name:ident: $flipped:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            p: f64,
        }

        impl $name {
            /// The transform that happens with probability `p`; torchvision's default is 0.5.
            pub fn new(p: f64) -> Self {
                Self { p }
            }
        }

        /// With probability 0.5.
        impl Default for $name {
            fn default() -> Self {
                Self::new(0.5)
            }
        }

        impl<P: Picture> Transform<P> for $name {
            type Output = P;

            #[track_caller]
            fn apply(&self, picture: P) -> P {
                match happens(self.p) {
                    true => $flipped(picture),
                    false => picture,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "(p={})"), python::float(self.p))
            }
        }
    )*};
}

flips! {
    /// Left becomes right, sometimes: `torchvision.transforms.RandomHorizontalFlip`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::{RandomHorizontalFlip, Transform};
    /// let flipped = RandomHorizontalFlip::new(1.0).apply(tensor!([[1, 2, 3]]));
    /// assert_eq!(flipped.to_vec2::<i64>(), [[3, 2, 1]]);
    /// ```
    RandomHorizontalFlip: mirrored;
    /// Top becomes bottom, sometimes: `torchvision.transforms.RandomVerticalFlip`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::transforms::{RandomVerticalFlip, Transform};
    /// let flipped = RandomVerticalFlip::new(1.).apply(tensor!([[1, 2], [3, 4]]));
    /// assert_eq!(flipped.to_vec2::<i64>(), [[3, 4], [1, 2]]);
    /// ```
    RandomVerticalFlip: upside_down;
}
