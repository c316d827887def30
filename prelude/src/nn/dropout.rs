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
            /// A layer that drops with probability `p`; PyTorch's default is 0.5.
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
    /// Sets values to zero with probability `p` while training, and divides the others by `1 - p`, so that the sum
    /// stays about the same. Any shape; after `eval()` nothing changes. PyTorch: `torch.nn.Dropout`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let dropout = Dropout::new(0.5);
    /// let x = Tensor::ones([6]);
    /// assert_eq!(dropout.forward(&x).to_string(), "tensor([0., 0., 2., 0., 0., 0.])");
    /// dropout.eval();
    /// assert_eq!(dropout.forward(&x).to_string(), "tensor([1., 1., 1., 1., 1., 1.])");
    /// assert_eq!(Dropout::new(0.2).inplace(true).to_string(), "Dropout(p=0.2, inplace=True)");
    /// ```
    Dropout = dropout;
    /// Sets whole channels of `[N, C, L]` to zero with probability `p` while training, and divides the others by
    /// `1 - p`. PyTorch: `torch.nn.Dropout1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = Tensor::ones([1, 4, 2]);
    /// Dropout1d::new(0.5).inplace(true).forward(&x);
    /// assert_eq!(x.i(0).to_string(), "tensor([[0., 0.],\n        [0., 0.],\n        [2., 2.],\n        [0., 0.]])");
    /// ```
    Dropout1d = dropout1d;
    /// Sets whole channels of `[N, C, H, W]` to zero with probability `p` while training, and divides the others by
    /// `1 - p`. PyTorch: `torch.nn.Dropout2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = Tensor::ones([1, 4, 2, 2]);
    /// Dropout2d::new(0.5).inplace(true).forward(&x);
    /// // The sum of each channel.
    /// assert_eq!(x.sum_dim([2, 3], false).to_string(), "tensor([[0., 0., 8., 0.]])");
    /// ```
    Dropout2d = dropout2d;
    /// Sets whole channels of `[N, C, D, H, W]` to zero with probability `p` while training, and divides the others by
    /// `1 - p`. PyTorch: `torch.nn.Dropout3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = Tensor::ones([1, 4, 2, 2, 2]);
    /// Dropout3d::new(0.5).inplace(true).forward(&x);
    /// // The sum of each channel.
    /// assert_eq!(x.sum_dim([2, 3, 4], false).to_string(), "tensor([[ 0.,  0., 16.,  0.]])");
    /// ```
    Dropout3d = dropout3d;
    /// Sets values to the limit of [`SELU`](super::SELU) with probability `p` while training, so that mean and variance
    /// stay 0 and 1. Any shape. PyTorch: `torch.nn.AlphaDropout`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = tensor!([-1., 0., 1., 2.]);
    /// AlphaDropout::new(0.5).inplace(true).forward(&x);
    /// assert_eq!(x.to_string(), "tensor([-0.7792, -0.7792,  1.6656, -0.7792])");
    /// ```
    AlphaDropout = alpha_dropout;
    /// [`AlphaDropout`] of whole channels of `[N, C, …]`. PyTorch: `torch.nn.FeatureAlphaDropout`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = Tensor::zeros([1, 3, 2]);
    /// nn::FeatureAlphaDropout::new(0.5).inplace(true).forward(&x);
    /// assert_eq!(
    ///     x.i(0).to_string(),
    ///     "tensor([[-0.7792, -0.7792],\n        [-0.7792, -0.7792],\n        [ 0.7792,  0.7792]])"
    /// );
    /// ```
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
