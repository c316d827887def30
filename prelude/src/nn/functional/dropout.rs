//! Dropout of whole channels, and the one that keeps mean and variance.

use crate::error::{OrPanic, Result, bail};
use crate::{Tensor, no_grad};

functions! {
    /// While `training`, sets whole channels of `[N, C, L]` or `[C, L]` to zero with probability `p`, and divides the
    /// others by `1 - p`. PyTorch: `F.dropout1d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let y = F::dropout1d(&Tensor::ones([1, 4, 2]), 0.5, true);
    /// assert_eq!(y.i(0).to_string(), "tensor([[0., 0.],\n        [0., 0.],\n        [2., 2.],\n        [0., 0.]])");
    /// ```
    dropout1d(x: &Tensor, p: f64, training: bool) => channels("dropout1d", x, 1, p, training).or_panic();
    /// While `training`, sets whole channels of `[N, C, H, W]` to zero with probability `p`, and divides the others by
    /// `1 - p`. PyTorch: `F.dropout2d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let y = F::dropout2d(&Tensor::ones([1, 4, 2, 2]), 0.5, true);
    /// // The sum of each channel.
    /// assert_eq!(y.sum_dim([2, 3], false).to_string(), "tensor([[0., 0., 8., 0.]])");
    /// ```
    dropout2d(x: &Tensor, p: f64, training: bool) => channels("dropout2d", x, 2, p, training).or_panic();
    /// While `training`, sets whole channels of `[N, C, D, H, W]` to zero with probability `p`, and divides the others
    /// by `1 - p`. PyTorch: `F.dropout3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let y = F::dropout3d(&Tensor::ones([1, 4, 2, 2, 2]), 0.5, true);
    /// // The sum of each channel.
    /// assert_eq!(y.sum_dim([2, 3, 4], false).to_string(), "tensor([[ 0.,  0., 16.,  0.]])");
    /// ```
    dropout3d(x: &Tensor, p: f64, training: bool) => channels("dropout3d", x, 3, p, training).or_panic();
    /// While `training`, sets values to the limit of [`selu`](super::selu) with probability `p`, so that mean and
    /// variance stay. Any shape. PyTorch: `F.alpha_dropout`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let y = F::alpha_dropout(&tensor!([-1., 0., 1., 2.]), 0.5, true);
    /// assert_eq!(y.to_string(), "tensor([-0.7792, -0.7792,  1.6656, -0.7792])");
    /// ```
    alpha_dropout(x: &Tensor, p: f64, training: bool) => alpha(x, p, training, x.dim()).or_panic();
    /// [`alpha_dropout`] of whole channels of `[N, C, …]`. PyTorch: `F.feature_alpha_dropout`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let y = F::feature_alpha_dropout(&Tensor::zeros([1, 3, 2]), 0.5, true);
    /// assert_eq!(
    ///     y.i(0).to_string(),
    ///     "tensor([[-0.7792, -0.7792],\n        [-0.7792, -0.7792],\n        [ 0.7792,  0.7792]])"
    /// );
    /// ```
    feature_alpha_dropout(x: &Tensor, p: f64, training: bool) => by_feature(x, p, training).or_panic();
}

fn check(p: f64) -> Result<()> {
    if !(0. ..=1.).contains(&p) {
        return Err(crate::Error::value(format!(
            "dropout probability has to be between 0 and 1, but got {p}"
        )));
    }
    Ok(())
}

/// Channels of `spatial` dimensions; a batch is one dimension more.
fn channels(name: &str, x: &Tensor, spatial: usize, p: f64, training: bool) -> Result<Tensor> {
    check(p)?;
    let rank = x.dim();
    if rank == spatial + 1 {
        return channels(name, &x.try_unsqueeze(0)?, spatial, p, training)?.try_squeeze_dim(0);
    }
    if rank != spatial + 2 {
        bail!(
            "{name}: Expected {}D or {}D input, but received a {rank}D input.",
            spatial + 1,
            spatial + 2
        );
    }
    if !training || p == 0. || x.numel() == 0 {
        return Ok(x.clone());
    }
    if p == 1. {
        return x.try_mul(0);
    }
    let mut shape = vec![1; rank];
    shape[..2].copy_from_slice(&x.dims()[..2]);
    let kept = no_grad(|| x.try_new_zeros(&shape)?.bernoulli_(1. - p).try_div_(1. - p))?;
    x.try_mul(kept)
}

fn by_feature(x: &Tensor, p: f64, training: bool) -> Result<Tensor> {
    if training && p != 0. && x.numel() != 0 && x.dim() < 2 {
        bail!("Feature dropout requires at least 2 dimensions in the input");
    }
    alpha(x, p, training, 2)
}

/// As `_dropout_impl` in PyTorch's Dropout.cpp, with a draw for each element of the first `drawn` dimensions.
fn alpha(x: &Tensor, p: f64, training: bool, drawn: usize) -> Result<Tensor> {
    /// The limit of `selu` for negative numbers, with its sign changed.
    const ALPHA: f64 = 1.7580993408473766;
    check(p)?;
    if !training || p == 0. || x.numel() == 0 {
        return Ok(x.clone());
    }
    if p == 1. {
        return x.try_mul(0);
    }
    let scale = 1. / ((ALPHA * ALPHA * p + 1.) * (1. - p)).sqrt();
    let mut shape = x.dims().to_vec();
    shape.iter_mut().skip(drawn).for_each(|size| *size = 1);
    let kept = no_grad(|| {
        x.try_new_zeros(&shape)
            .map(|noise| noise.bernoulli_(1. - p))
    })?;
    let shift = kept
        .try_sub(1)?
        .try_mul(ALPHA * scale)?
        .try_add(ALPHA * scale * p)?;
    x.try_mul(kept.try_mul(scale)?)?.try_add(shift)
}
