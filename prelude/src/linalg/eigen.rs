//! Eigenvalues of symmetric matrices.

use super::check::{floats, square};
use super::parts::{diagonal_matrix, eye};
use crate::autograd::{Ctx, Saved, record_many};
use crate::error::{Error, Result, bail};
use crate::kernels::linalg as kernels;
use crate::tensor::Tensor;
use std::str::FromStr;

/// Which triangle of a symmetric matrix is read. PyTorch: `UPLO`, an argument of `torch.linalg.eigh`.
///
/// ```
/// use wick::linalg::Uplo;
/// use wick::prelude::*;
/// let a = tensor!([[1., 9.], [0., 2.]]);
/// // The lower triangle is that of a diagonal matrix.
/// assert_eq!(linalg::eigvalsh_with(&a, Uplo::L).to_vec1::<f32>(), [1., 2.]);
/// assert_eq!("U".parse::<Uplo>()?, Uplo::U);
/// # Ok::<(), wick::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Uplo {
    /// The lower one.
    #[default]
    L,
    /// The upper one.
    U,
}

/// PyTorch's names: `L` and `U`, small or large.
impl FromStr for Uplo {
    type Err = Error;

    fn from_str(name: &str) -> Result<Uplo> {
        match name {
            "L" | "l" => Ok(Uplo::L),
            "U" | "u" => Ok(Uplo::U),
            _ => bail!("Expected UPLO argument to be 'L' or 'U', but got {name}"),
        }
    }
}

functions! {
    /// Eigenvalues, smallest first, and eigenvectors (columns) of symmetric matrices, of which only the lower triangle
    /// is read (`torch.linalg.eigh`). `[…, N, N]` to `[…, N]` and `[…, N, N]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (values, vectors) = wick::linalg::eigh(&tensor!([[2., 0.], [0., 1.]]));
    /// assert_eq!(values.to_vec1::<f32>(), [1., 2.]);
    /// assert_eq!(vectors.abs().to_vec2::<f32>(), [[0., 1.], [1., 0.]]);
    /// ```
    eigh, try_eigh (a: &Tensor) -> (Tensor, Tensor) => decompose(a, Uplo::L);
    /// [`eigh`] of the triangle of choice. PyTorch: `torch.linalg.eigh(a, UPLO)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[2., 0.], [9., 1.]]);
    /// let (values, _) = linalg::eigh_with(&a, linalg::Uplo::U);
    /// assert_eq!(values.to_vec1::<f32>(), [1., 2.]);
    /// ```
    eigh_with, try_eigh_with (a: &Tensor, uplo: Uplo) -> (Tensor, Tensor) => decompose(a, uplo);
    /// The eigenvalues alone, smallest first (`torch.linalg.eigvalsh`). `[…, N, N]` to `[…, N]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[2., 1.], [1., 2.]]);
    /// assert_eq!(linalg::eigvalsh(&a).to_string(), "tensor([1., 3.])");
    /// ```
    eigvalsh, try_eigvalsh (a: &Tensor) -> Tensor => Ok(decompose(a, Uplo::L)?.0);
    /// [`eigvalsh`] of the triangle of choice. PyTorch: `torch.linalg.eigvalsh(a, UPLO)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[2., 0.], [9., 1.]]);
    /// assert_eq!(linalg::eigvalsh_with(&a, linalg::Uplo::U).to_vec1::<f32>(), [1., 2.]);
    /// ```
    eigvalsh_with, try_eigvalsh_with (a: &Tensor, uplo: Uplo) -> Tensor => Ok(decompose(a, uplo)?.0);
}

fn decompose(a: &Tensor, uplo: Uplo) -> Result<(Tensor, Tensor)> {
    wick_runtime::interrupt::check();
    square(a, "linalg.eigh")?;
    if !a.is_floating_point() {
        return Err(crate::Error::not_implemented("linalg_eigh_cpu", a.dtype()));
    }
    floats(a, "linalg.eigh", true)?;
    let (values, vectors) = kernels::eigh(&a.array(), uplo == Uplo::L)?;
    let (values, vectors) = (Tensor::from_array(values), Tensor::from_array(vectors));
    record_many("LinalgEighBackward0", &[a], &[&values, &vectors], || {
        let saved = vec![
            Saved::nth_output(&values, 0),
            Saved::nth_output(&vectors, 1),
        ];
        let backward = |ctx: &Ctx, g: &[Option<Tensor>]| {
            let (values, vectors) = (ctx.saved(0)?, ctx.saved(1)?);
            Ok(vec![derivative(&values, &vectors, g)?])
        };
        (saved, backward)
    })?;
    Ok((values, vectors))
}

/// `V (Vᵀ gV / E + diag(gL)) Vᵀ`, where `E` has the gaps between the eigenvalues.
fn derivative(values: &Tensor, vectors: &Tensor, g: &[Option<Tensor>]) -> Result<Option<Tensor>> {
    let transposed = vectors.try_mt()?;
    let of_values = g[0].as_ref().map(diagonal_matrix).transpose()?;
    let of_vectors = match &g[1] {
        Some(g) => {
            let n = values.size(-1);
            let ones = eye(n, values)?;
            let gaps = values
                .try_unsqueeze(-2)?
                .try_sub(values.try_unsqueeze(-1)?)?;
            let turned = transposed.try_matmul(g)?.try_div(&gaps.try_add(&ones)?)?;
            // A vector that grows is no eigenvector of another matrix: the diagonal says nothing.
            Some(turned.try_mul(&ones.try_rsub(1)?)?)
        }
        None => None,
    };
    let inner = match (of_values, of_vectors) {
        (Some(a), Some(b)) => a.try_add(&b)?,
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return Ok(None),
    };
    vectors
        .try_matmul(&inner)?
        .try_matmul(&transposed)
        .map(Some)
}
