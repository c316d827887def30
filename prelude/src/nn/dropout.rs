//! Dropout.

use super::functional as F;
use super::nonlinear::{applied, inplace_option};
use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;

/// Declares dropouts, which differ in what they drop.
macro_rules! dropouts {
    ($($(#[$doc:meta])* $dropout:ident = $function:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $dropout {
            p: f64,
            inplace: bool,
            mode: Mode,
        }

        impl $dropout {
            /// Drops with probability `p`; PyTorch's default is 0.5.
            ///
            /// # Panics
            /// When `p` is not between 0 and 1.
            #[track_caller]
            pub fn new(p: f64) -> Self {
                assert!(
                    (0.0..=1.0).contains(&p),
                    "dropout probability has to be between 0 and 1, but got {p}"
                );
                Self {
                    p,
                    inplace: false,
                    mode: Mode::default(),
                }
            }

            fn options(&self) -> String {
                let inplace = python::bool(self.inplace);
                format!("p={}, inplace={inplace}", python::float(self.p))
            }
        }

        /// With probability 0.5.
        impl Default for $dropout {
            fn default() -> Self {
                Self::new(0.5)
            }
        }

        #[hooked]
        impl Forward for $dropout {
            fn forward(&self, x: &Tensor) -> Tensor {
                applied(x, self.inplace, |x| {
                    Ok(F::$function(x, self.p, self.mode.is_training()))
                })
            }
        }

        super::debug_is_display!($dropout);
    )*};
}

dropouts! {
    /// Sets values to zero with probability `p` while training, and scales the others so that the sum stays:
    /// `nn.Dropout`.
    Dropout = dropout;
    /// Sets whole channels of `[N, C, L]` to zero with probability `p` while training: `nn.Dropout1d`.
    Dropout1d = dropout1d;
    /// Sets whole channels of `[N, C, H, W]` to zero with probability `p` while training: `nn.Dropout2d`.
    Dropout2d = dropout2d;
    /// Sets whole channels of `[N, C, D, H, W]` to zero with probability `p` while training: `nn.Dropout3d`.
    Dropout3d = dropout3d;
    /// Sets values to the limit of [`SELU`](super::SELU) with probability `p` while training, so that mean and variance
    /// stay 0 and 1: `nn.AlphaDropout`.
    AlphaDropout = alpha_dropout;
    /// The same for whole channels of `[N, C, …]`: `nn.FeatureAlphaDropout`.
    FeatureAlphaDropout = feature_alpha_dropout;
}

inplace_option!(
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    AlphaDropout,
    FeatureAlphaDropout
);
