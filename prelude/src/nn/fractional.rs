//! Pooling over windows that begin at random places.

use super::functional::{self as F, FractionalSize};
use super::pair::Size;
use super::python;
use super::{Forward, Mode, Module, hooked};
use crate::Tensor;
use crate::error::{Error, OrPanic};

/// Shares in `N` dimensions. One number may stand for all: `0.5` is `(0.5, 0.5)`.
///
/// ```
/// use wick::nn::Share;
/// use wick::prelude::*;
/// assert_eq!(Share::<2>::from(0.5), Share::All(0.5));
/// assert_eq!(Share::from((0.5, 0.25)), Share::Each([0.5, 0.25]));
/// let pool = nn::FractionalMaxPool2d::output_ratio(2, Share::Each([0.5, 0.25]));
/// assert_eq!(pool.forward(&Tensor::rand([1, 1, 8, 8])).shape(), [1, 1, 4, 2]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Share<const N: usize> {
    /// The same in all dimensions.
    All(f64),
    /// One for each.
    Each([f64; N]),
}

impl<const N: usize> Share<N> {
    /// The shares, which have to be between 0 and 1.
    #[track_caller]
    fn checked(self) -> [f64; N] {
        let (shares, shown) = match self {
            Self::All(share) => ([share; N], python::float(share)),
            Self::Each(shares) => (
                shares,
                format!("({})", shares.map(python::float).join(", ")),
            ),
        };
        let valid = shares.iter().all(|share| 0. < *share && *share < 1.);
        let checked = valid.then_some(shares).ok_or_else(|| {
            Error::value(format!(
                "output_ratio must be between 0 and 1 (got {shown})"
            ))
        });
        checked.or_panic()
    }
}

impl<const N: usize> From<f64> for Share<N> {
    fn from(all: f64) -> Self {
        Self::All(all)
    }
}

impl<const N: usize> From<[f64; N]> for Share<N> {
    fn from(shares: [f64; N]) -> Self {
        Self::Each(shares)
    }
}

impl From<(f64, f64)> for Share<2> {
    fn from((height, width): (f64, f64)) -> Self {
        Self::Each([height, width])
    }
}

impl From<(f64, f64, f64)> for Share<3> {
    fn from((depth, height, width): (f64, f64, f64)) -> Self {
        Self::Each([depth, height, width])
    }
}

macro_rules! fractional_pools {
    ($($(#[$doc:meta])* $pool:ident<$n:literal> = $function:ident, $with_indices:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        pub struct $pool {
            #[module(skip)]
            kernel_size: Size<$n>,
            #[module(skip)]
            size: FractionalSize<$n>,
            mode: Mode,
        }

        impl $pool {
            /// A pooling with windows of this size and as many places in the output. PyTorch's argument `output_size`.
            pub fn output_size(
                kernel_size: impl Into<Size<$n>>,
                output_size: impl Into<Size<$n>>,
            ) -> Self {
                Self {
                    kernel_size: kernel_size.into(),
                    size: FractionalSize::Places(output_size.into().sizes()),
                    mode: Mode::default(),
                }
            }

            /// A pooling with windows of this size and an output of that share of the input. PyTorch's argument
            /// `output_ratio`.
            ///
            /// # Panics
            /// When a share is not between 0 and 1.
            #[track_caller]
            pub fn output_ratio(
                kernel_size: impl Into<Size<$n>>,
                output_ratio: impl Into<Share<$n>>,
            ) -> Self {
                Self {
                    kernel_size: kernel_size.into(),
                    size: FractionalSize::Share(output_ratio.into().checked()),
                    mode: Mode::default(),
                }
            }

            /// The pooled input, and where each number was, an `i64` tensor: `return_indices=True`. An index counts the
            /// elements of its channel.
            ///
            /// # Panics
            /// When the windows do not fit into the input.
            #[track_caller]
            pub fn forward_with_indices(&self, x: &Tensor) -> (Tensor, Tensor) {
                F::$with_indices(x, self.kernel_size, self.size)
            }
        }

        #[hooked]
        impl Forward for $pool {
            fn forward(&self, x: &Tensor) -> Tensor {
                F::$function(x, self.kernel_size, self.size)
            }
        }

        super::debug_is_display!($pool);
    )*};
}

fractional_pools! {
    /// The largest number of each window of images, where the windows begin at random places (Graham, 2014).
    /// `[N, C, H, W]` to `[N, C, H', W']`. PyTorch: `torch.nn.FractionalMaxPool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pool = nn::FractionalMaxPool2d::output_ratio(3, (0.5, 0.25));
    /// assert_eq!(pool.forward(&Tensor::rand([2, 3, 10, 12])).shape(), [2, 3, 5, 3]);
    ///
    /// let (x, pool) = (Tensor::rand([1, 1, 6, 6]), nn::FractionalMaxPool2d::output_size(2, (3, 4)));
    /// let (y, indices) = pool.forward_with_indices(&x);
    /// assert_eq!(y.shape(), [1, 1, 3, 4]);
    /// assert_eq!(x.ravel().index_select(0, &indices.ravel()).to_vec::<f32>(), y.to_vec::<f32>());
    /// ```
    FractionalMaxPool2d<2> = fractional_max_pool2d, fractional_max_pool2d_with_indices;
    /// The largest number of each window of volumes, where the windows begin at random places. `[N, C, D, H, W]` to
    /// `[N, C, D', H', W']`. PyTorch: `torch.nn.FractionalMaxPool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pool = nn::FractionalMaxPool3d::output_size(2, (3, 4, 5));
    /// let (y, indices) = pool.forward_with_indices(&Tensor::rand([1, 2, 8, 8, 8]));
    /// assert_eq!(y.shape(), [1, 2, 3, 4, 5]);
    /// assert_eq!(indices.shape(), [1, 2, 3, 4, 5]);
    /// let pool = nn::FractionalMaxPool3d::output_ratio(2, 0.5);
    /// assert_eq!(pool.forward(&Tensor::rand([1, 2, 8, 8, 8])).shape(), [1, 2, 4, 4, 4]);
    /// ```
    FractionalMaxPool3d<3> = fractional_max_pool3d, fractional_max_pool3d_with_indices;
}
