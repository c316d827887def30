//! Pictures seen in a mirror.

use std::fmt;

use super::Transform;
use super::picture::Picture;
use crate::nn::python;
use crate::random::default_generator;

/// What `torch.rand(1)` draws.
fn happens(p: f64) -> bool {
    let mut drawn = [0f32];
    default_generator().lock().rand(&mut drawn);
    f64::from(drawn[0]) < p
}

/// As they are, or from the last to the first.
fn places(count: usize, reversed: bool) -> Vec<Option<usize>> {
    match reversed {
        true => (0..count).rev().map(Some).collect(),
        false => (0..count).map(Some).collect(),
    }
}

macro_rules! flips {
    ($($(#[$doc:meta])* $name:ident: $rows:literal, $columns:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            p: f64,
        }

        impl $name {
            /// With probability `p`.
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
                if !happens(self.p) {
                    return picture;
                }
                let (height, width) = picture.size();
                picture.select(&places(height, $rows), &places(width, $columns), 0.0)
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
    RandomHorizontalFlip: false, true;
    /// Top becomes bottom, sometimes: `torchvision.transforms.RandomVerticalFlip`.
    RandomVerticalFlip: true, false;
}
