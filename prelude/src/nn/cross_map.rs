//! Normalization over neighbouring channels.

use super::functional as F;
use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;
use crate::autograd::{Ctx, Saved, no_grad, record};
use crate::error::{Error, OrPanic, Result};

/// Declares normalizations over neighbouring channels, and how they print `k`.
macro_rules! over_channels {
    ($($(#[$doc:meta])* $norm:ident, $k:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::options)]
        pub struct $norm {
            size: usize,
            alpha: f64,
            beta: f64,
            k: f64,
            mode: Mode,
        }

        impl $norm {
            /// A layer over so many channels, with alpha 1e-4, beta 0.75 and k 1.
            pub fn new(size: usize) -> Self {
                Self {
                    size,
                    alpha: 1e-4,
                    beta: 0.75,
                    k: 1.0,
                    mode: Mode::default(),
                }
            }

            /// How much the mean of squares counts. PyTorch's argument `alpha`, 1e-4 at first.
            pub fn alpha(mut self, alpha: f64) -> Self {
                self.alpha = alpha;
                self
            }

            /// The power of the divisor. PyTorch's argument `beta`, 0.75 at first.
            pub fn beta(mut self, beta: f64) -> Self {
                self.beta = beta;
                self
            }

            /// What is added to the mean of squares. PyTorch's argument `k`, 1 at first.
            pub fn k(mut self, k: f64) -> Self {
                self.k = k;
                self
            }

            fn options(&self) -> String {
                let k: fn(f64) -> String = $k;
                let mut text = self.size.to_string();
                python::keyword(&mut text, "alpha", python::float(self.alpha));
                python::keyword(&mut text, "beta", python::float(self.beta));
                python::keyword(&mut text, "k", k(self.k));
                text
            }
        }

        super::debug_is_display!($norm);
    )*};
}

over_channels! {
    /// Divides each element by a mean of squares over neighbouring channels (Krizhevsky and others, 2012). `[N, C, …]`,
    /// which stays. PyTorch: `torch.nn.LocalResponseNorm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let norm = nn::LocalResponseNorm::new(2).alpha(0.1).beta(0.75).k(1.);
    /// let y = norm.forward(&tensor!([[[1.], [2.], [30.]]]));
    /// assert_eq!(y.ravel().to_string(), "tensor([0.9641, 1.6918, 1.6929])");
    /// ```
    LocalResponseNorm, python::float;
    /// Divides each element of `[N, C, H, W]` by a mean of squares over neighbouring channels. The shape stays.
    /// PyTorch: `torch.nn.CrossMapLRN2d`.
    ///
    /// [`LocalResponseNorm`](super::LocalResponseNorm) is the newer one. This one lets the squares of the first
    /// channels count longer than its size says, as it does in PyTorch, whose gradient does not know of that either.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let norm = nn::CrossMapLRN2d::new(3);
    /// assert_eq!(norm.forward(&Tensor::rand([1, 4, 2, 2])).shape(), [1, 4, 2, 2]);
    /// assert_eq!(norm.to_string(), "CrossMapLRN2d(3, alpha=0.0001, beta=0.75, k=1)");
    /// let norm = nn::CrossMapLRN2d::new(3).alpha(0.3).beta(0.5).k(2.);
    /// let y = norm.forward(&tensor!([[[[1.]], [[2.]], [[30.]]]]));
    /// assert_eq!(y.ravel().to_string(), "tensor([0.6325, 0.2080, 3.1193])");
    /// ```
    ///
    /// # Panics
    /// When the input has not four dimensions.
    // PyTorch's default for `k` is an integer here.
    CrossMapLRN2d, |k| if k == 1.0 { "1".to_owned() } else { python::float(k) };
}

#[hooked]
impl Forward for LocalResponseNorm {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::local_response_norm(x, self.size, self.alpha, self.beta, self.k)
    }
}

impl CrossMapLRN2d {
    fn normalized(&self, x: &Tensor) -> Result<Tensor> {
        if x.dim() != 4 {
            return Err(Error::value(format!(
                "CrossMapLRN2d: Expected input to be 4D, got {}D instead.",
                x.dim()
            )));
        }
        let (size, alpha, beta) = (self.size, self.alpha, self.beta);
        let (scale, y) = no_grad(|| {
            let sums = sums_before(&x.try_square()?, size)?;
            let scale = sums.try_mul(alpha / size as f64)?.try_add(self.k)?;
            let y = scale.try_pow(-beta)?.try_mul(x)?;
            Ok::<_, Error>((scale, y))
        })?;
        record("CrossMapLRN2dBackward", &[x], y, |y| {
            let saved = vec![Saved::input(x), Saved::output(y), Saved::input(&scale)];
            let backward = move |ctx: &Ctx, g: &Tensor| {
                let (x, y, scale) = (ctx.saved(0)?, ctx.saved(1)?, ctx.saved(2)?);
                let ratios = sums_around(&g.try_mul(y)?.try_div(&scale)?, size)?;
                let factor = 2. * alpha * beta / size as f64;
                let own = scale.try_pow(-beta)?.try_mul(g)?;
                Ok(vec![Some(
                    own.try_sub(x.try_mul(ratios)?.try_mul(factor)?)?,
                )])
            };
            (saved, backward)
        })
    }
}

/// The sums of squares that PyTorch's loop comes to, which forgets a channel later than it should.
fn sums_before(squares: &Tensor, size: usize) -> Result<Tensor> {
    let channels = squares.size(1);
    let ahead = size.div_ceil(2);
    let channel = |c: usize| squares.try_select(1, c as i64);
    let mut sum = channel(0)?.try_zeros_like()?;
    for c in 0..ahead.min(channels) {
        sum = sum.try_add(channel(c)?)?;
    }
    let mut sums = vec![sum.clone()];
    for c in 1..channels {
        if c + ahead < channels + 1 {
            sum = sum.try_add(channel(c + ahead - 1)?)?;
        }
        if c > ahead {
            sum = sum.try_sub(channel(c - ahead)?)?;
        }
        sums.push(sum.clone());
    }
    Tensor::try_stack(&sums, 1)
}

/// The sums over windows of channels, with nothing beyond the first and last.
fn sums_around(ratios: &Tensor, size: usize) -> Result<Tensor> {
    let channels = ratios.size(1);
    let before = size - (size - 1).div_ceil(2);
    let channel = |c: usize| ratios.try_select(1, c as i64);
    let mut sums = Vec::with_capacity(channels);
    for c in 0..channels {
        let mut sum = channel(0)?.try_zeros_like()?;
        for place in (c..c + size).filter(|place| (before..before + channels).contains(place)) {
            sum = sum.try_add(channel(place - before)?)?;
        }
        sums.push(sum);
    }
    Tensor::try_stack(&sums, 1)
}

#[hooked]
impl Forward for CrossMapLRN2d {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.normalized(x).or_panic()
    }
}
