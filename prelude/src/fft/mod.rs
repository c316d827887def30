//! Fourier transforms (`torch.fft`), along one, two or several dimensions, of any length, with their derivatives.
//!
//! A complex transform of `n` numbers is `X[k] = Σ x[j] exp(-2πi jk / n)`; the `i` functions go back. The `r` functions
//! take or give real numbers and only the half of the spectrum that is not the mirror image of the other one. Each
//! function transforms what PyTorch transforms without more being said, and its `_with` twin takes the rest: the
//! length (`n`, or `s` for several dimensions), to which the input is cut or filled up with zeros, the dimensions, and
//! where the factor goes ([`Norm`]). Floats of 32 and of 64 bits are transformed in that precision, integers as `f32`.
//! The transforms are [rustfft](https://docs.rs/rustfft)'s, on the CPU.
//!
//! ```
//! use wick::fft;
//! use wick::prelude::*;
//! let t = Tensor::arange(0, 4, 1) * (2. * PI / 4.);
//! let spectrum = fft::rfft(&t.sin());
//! assert!(spectrum.abs().allclose_with(&tensor!([0., 2., 0.]), 1e-5, 1e-6));
//! let back = fft::irfft(&spectrum);
//! assert!(back.allclose_with(&t.sin(), 1e-5, 1e-6));
//! ```

mod frequencies;
mod half;
mod one;
mod plan;
mod several;
mod short;

pub use frequencies::*;
pub use one::*;
pub use plan::Norm;
pub use several::*;
pub use short::{IstftOptions, StftOptions};
