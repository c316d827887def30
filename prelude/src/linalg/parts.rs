//! Parts of matrices that derivatives are made of.

use super::check::{batch, sizes};
use crate::dtype::DType;
use crate::error::Result;
use crate::shape::broadcast;
use crate::tensor::Tensor;

/// The elements on and below the `k`-th diagonal.
pub(super) fn tril(a: &Tensor, k: i64) -> Result<Tensor> {
    a.try_tril(k)
}

/// The elements on and above the `k`-th diagonal.
pub(super) fn triu(a: &Tensor, k: i64) -> Result<Tensor> {
    a.try_triu(k)
}

/// Ones on the diagonal of an `n` by `n` matrix, of the dtype and on the device of `like`.
pub(super) fn eye(n: usize, like: &Tensor) -> Result<Tensor> {
    Tensor::try_eye_with(n, (like.dtype(), like.device()))
}

/// Square matrices with these diagonals.
pub(super) fn diagonal_matrix(values: &Tensor) -> Result<Tensor> {
    let n = values.size(-1);
    values.try_unsqueeze(-1)?.try_mul(&eye(n, values)?)
}

/// The diagonals of square matrices.
pub(super) fn diagonal(a: &Tensor) -> Result<Tensor> {
    let (n, _) = sizes(a);
    let shape: Vec<usize> = batch(a).into_iter().chain([n, 1]).collect();
    let places = Tensor::try_arange(0, n as i64, 1)?.try_to_device(a.device())?;
    let places = places.try_unsqueeze(-1)?.try_expand(shape)?;
    a.try_gather(-1, &places)?.try_squeeze_dim(-1)
}

/// Matrices times vectors along the last dimension.
pub(super) fn columns(a: &Tensor) -> Result<Tensor> {
    a.try_unsqueeze(-1)
}

/// Two batches of matrices, expanded to a common batch.
pub(super) fn common(a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor)> {
    let together = broadcast(&batch(a), &batch(b))?;
    let widen = |t: &Tensor| {
        let (m, n) = sizes(t);
        let shape: Vec<usize> = together.iter().copied().chain([m, n]).collect();
        t.try_expand(shape)
    };
    Ok((widen(a)?, widen(b)?))
}

/// Which matrices of a batch are all zero-free in `values`' last dimension; for messages about the first that is not.
pub(super) fn first_zero(values: &Tensor) -> Result<Option<(usize, usize)>> {
    let zeros = values.try_eq(0)?;
    if zeros.numel() == 0 || !zeros.try_any()?.item::<bool>() {
        return Ok(None);
    }
    let at = zeros
        .try_to_dtype(DType::I64)?
        .try_reshape(-1)?
        .try_argmax()?;
    let (at, n) = (at.item::<i64>() as usize, values.size(-1));
    Ok(Some((at / n, at % n)))
}
