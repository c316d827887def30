//! What a transform is to do: over which dimensions, how long, and times what.

use crate::dtype::DType;
use crate::error::{Error, Result, bail};
use crate::shape::axis;
use crate::tensor::{Padding, Tensor};

/// Where the factor `1/n` goes that makes a transform there and back what it was (PyTorch's `norm`).
///
/// ```
/// use wick::fft::Norm;
/// use wick::prelude::*;
/// let x = tensor!([1., 1., 1., 1.]);
/// let first = |norm| fft::fft_with(&x, None, -1, norm).real().to_vec1::<f32>()[0];
/// assert_eq!([first(Norm::Backward), first(Norm::Forward), first(Norm::Ortho)], [4., 1., 2.]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Norm {
    /// On the way back (`norm="backward"`): forward transforms are plain sums.
    #[default]
    Backward,
    /// On the way there (`norm="forward"`).
    Forward,
    /// `1/√n` on both (`norm="ortho"`), so that lengths are kept.
    Ortho,
}

impl Norm {
    /// The factor of a transform of `n` numbers in that direction.
    pub(super) fn scale(self, n: usize, forward: bool) -> f64 {
        match (self, forward) {
            (Norm::Ortho, _) => 1. / (n as f64).sqrt(),
            (Norm::Forward, true) | (Norm::Backward, false) => 1. / n as f64,
            _ => 1.,
        }
    }
}

/// The input as floats that can be transformed, complex ones if need be.
pub(super) fn promoted(x: &Tensor, complex: bool) -> Result<Tensor> {
    let dtype = x.dtype().to_float();
    if matches!(dtype, DType::F16 | DType::BF16) {
        bail!("Unsupported dtype {}", dtype.scalar_type());
    }
    if x.device().is_cuda() {
        bail!(
            "Fourier transforms are computed on the cpu, and this tensor is on {}",
            x.device()
        );
    }
    x.try_to_dtype(if complex { dtype.to_complex() } else { dtype })
}

pub(super) fn real_only(name: &str, x: &Tensor) -> Result<()> {
    if x.is_complex() {
        return Err(Error::dtype(format!(
            "{name} input tensor, but got {}",
            x.dtype().scalar_type()
        )));
    }
    Ok(())
}

/// The dimension of a transform along one.
pub(super) fn only_axis(x: &Tensor, dim: i64) -> Result<usize> {
    if x.dim() == 0 {
        return Err(Error::index(format!(
            "Dimension specified as {dim} but tensor has no dimensions"
        )));
    }
    axis(dim, x.dim())
}

pub(super) fn at_least_one(n: i64) -> Result<usize> {
    if n < 1 {
        bail!("Invalid number of data points ({n}) specified");
    }
    Ok(n as usize)
}

/// The dimensions of a transform along several, and the length of each.
pub(super) fn axes_and_lengths(
    x: &Tensor,
    s: Option<&[usize]>,
    dim: Option<&[i64]>,
) -> Result<(Vec<usize>, Vec<usize>)> {
    let (shape, rank) = (x.shape(), x.dim());
    let axes = match (dim, s) {
        (Some(dim), _) => dim
            .iter()
            .map(|&d| only_axis(x, d))
            .collect::<Result<Vec<_>>>()?,
        (None, Some(s)) if s.len() > rank => bail!(
            "Got shape with {} values but input tensor only has {rank} dimensions.",
            s.len()
        ),
        (None, Some(s)) => (rank - s.len()..rank).collect(),
        (None, None) => (0..rank).collect(),
    };
    if (1..axes.len()).any(|i| axes[..i].contains(&axes[i])) {
        bail!("FFT dims must be unique");
    }
    let lengths = match s {
        Some(s) if s.len() != axes.len() => {
            bail!("When given, dim and shape arguments must have the same length")
        }
        Some(s) => s.to_vec(),
        None => axes.iter().map(|&axis| shape[axis]).collect(),
    };
    for &length in &lengths {
        at_least_one(length as i64)?;
    }
    Ok((axes, lengths))
}

/// The first `length` numbers along a dimension, with zeros behind them where there are fewer.
pub(super) fn resized(x: &Tensor, axis: usize, length: usize) -> Result<Tensor> {
    let size = x.dims()[axis];
    if size > length {
        return x.try_narrow(axis as i64, 0, length);
    }
    if size == length {
        return Ok(x.clone());
    }
    let mut padding = vec![0; 2 * (x.dim() - axis)];
    if let Some(behind) = padding.last_mut() {
        *behind = (length - size) as i64;
    }
    x.try_pad(&padding, Padding::Constant(0.))
}
