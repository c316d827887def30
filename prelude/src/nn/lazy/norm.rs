//! Normalizations that learn how many features their input has.

use super::{Deferred, Lazy};
use crate::Tensor;
use crate::error::Result;
use crate::nn::{BatchNorm1d, BatchNorm2d, BatchNorm3d};
use crate::nn::{InstanceNorm1d, InstanceNorm2d, InstanceNorm3d};

/// Lets normalizations of inputs of these ranks be lazy: how one of so many features is made, and what it was loaded for
/// where it has neither weights nor statistics.
macro_rules! lazy_norms {
    ($($norm:ident($ranks:pat, $expected:literal) = $lazy:literal, $make:expr, $bare:expr;)*) => {$(
        impl Deferred for $norm {
            const LAZY: &'static str = $lazy;

            fn features(x: &Tensor) -> Result<usize> {
                match x.dim() {
                    $ranks => x.try_size(1),
                    rank => Err(crate::Error::value(format!(
                        concat!("expected ", $expected, " input (got {}D input)"),
                        rank
                    ))),
                }
            }

            fn loaded(&self) -> Option<usize> {
                match self.weight.as_ref().or(self.running_mean.as_ref()) {
                    Some(tensor) => Some(tensor.numel()).filter(|&features| features > 0),
                    None => $bare,
                }
            }
        }

        impl Default for Lazy<$norm> {
            fn default() -> Self {
                Self::new()
            }
        }

        impl Lazy<$norm> {
            /// A normalization with a scale, a shift and running statistics.
            pub fn new() -> Self {
                Self::of($make)
            }

            /// What is added to the variance, so that nothing is divided by zero. PyTorch's argument `eps`, 1e-5 at
            /// first.
            pub fn eps(self, eps: f64) -> Self {
                self.with(move |layer| layer.eps(eps))
            }

            /// Whether there are a scale and a shift, which there are unless this says `false`. PyTorch's argument
            /// `affine`.
            pub fn affine(self, affine: bool) -> Self {
                self.with(move |layer| layer.affine(affine))
            }

            /// Whether running statistics are kept, which they are unless this says `false`. PyTorch's argument
            /// `track_running_stats`.
            pub fn track_running_stats(self, track: bool) -> Self {
                self.with(move |layer| layer.track_running_stats(track))
            }
        }
    )*};
}

/// Normalizations over batches: without weights and statistics nobody can tell what they were loaded for.
macro_rules! lazy_batch_norms {
    ($($norm:ident($ranks:pat, $expected:literal) = $lazy:literal;)*) => {
        lazy_norms! { $($norm($ranks, $expected) = $lazy, $norm::new, None;)* }

        $(impl Lazy<$norm> {
            /// How much a batch counts in the running statistics; with `None` all batches count the same. PyTorch's
            /// argument `momentum`, 0.1 at first.
            pub fn momentum(self, momentum: impl Into<Option<f64>>) -> Self {
                let momentum = momentum.into();
                self.with(move |layer| layer.momentum(momentum))
            }
        })*
    };
}
lazy_batch_norms! {
    BatchNorm1d(2 | 3, "2D or 3D") = "LazyBatchNorm1d";
    BatchNorm2d(4, "4D") = "LazyBatchNorm2d";
    BatchNorm3d(5, "5D") = "LazyBatchNorm3d";
}

/// Normalizations of single examples. PyTorch takes the second dimension for the features even where there is no batch, and
/// without weights and statistics there is nothing that has features.
macro_rules! lazy_instance_norms {
    ($($norm:ident($ranks:pat, $expected:literal) = $lazy:literal;)*) => {
        lazy_norms! { $(
            $norm($ranks, $expected) = $lazy,
            |features| $norm::new(features).affine(true).track_running_stats(true),
            Some(0);
        )* }

        $(impl Lazy<$norm> {
            /// How much a batch counts in the running statistics; 0.1 at first. PyTorch's argument `momentum`.
            pub fn momentum(self, momentum: f64) -> Self {
                self.with(move |layer| layer.momentum(momentum))
            }
        })*
    };
}
lazy_instance_norms! {
    InstanceNorm1d(2 | 3, "2D or 3D") = "LazyInstanceNorm1d";
    InstanceNorm2d(3 | 4, "3D or 4D") = "LazyInstanceNorm2d";
    InstanceNorm3d(4 | 5, "4D or 5D") = "LazyInstanceNorm3d";
}
