//! Eigenvalues of any square matrix.

use super::check::{numbers, square};
use super::parts::{diagonal, diagonal_matrix, eye};
use super::solve::try_solve;
use crate::autograd::{Ctx, Saved, record_many};
use crate::error::{Result, bail};
use crate::kernels::eigen as kernels;
use crate::tensor::Tensor;

functions! {
    /// Eigenvalues and eigenvectors (columns) of square matrices, both complex (`torch.linalg.eig`). They come in no
    /// order that can be relied on; a vector is of length 1 and its largest element is real, but its sign may differ
    /// from PyTorch's. `[…, N, N]` to `[…, N]` and `[…, N, N]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[0., 1.], [-1., 0.]]);
    /// let (values, vectors) = wick::linalg::eig(&a);
    /// assert!(values.real().allclose_with(&tensor!([0., 0.]), 0., 1e-6));
    /// let turned = a.to(DType::C64).matmul(&vectors);
    /// assert!(turned.allclose_with(&(&vectors * &values), 1e-4, 1e-5));
    /// ```
    eig, try_eig (a: &Tensor) -> (Tensor, Tensor) => decompose(a);
    /// The eigenvalues alone, complex (`torch.linalg.eigvals`). `[…, N, N]` to `[…, N]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let turn = tensor!([[0., -1.], [1., 0.]]);
    /// let values = linalg::eigvals(&turn);
    /// assert_eq!(values.abs().to_string(), "tensor([1., 1.])");
    /// ```
    eigvals, try_eigvals (a: &Tensor) -> Tensor => Ok(decompose(a)?.0);
}

fn decompose(a: &Tensor) -> Result<(Tensor, Tensor)> {
    wick_runtime::interrupt::check();
    square(a, "linalg.eig")?;
    numbers(a, "linalg.eig")?;
    if a.device().is_cuda() {
        bail!("linalg.eig: eigenvalues are complex, and complex tensors are on the cpu only");
    }
    let (values, vectors) = kernels::eig(&a.array())?;
    let (values, vectors) = (Tensor::from_array(values), Tensor::from_array(vectors));
    let is_complex = a.is_complex();
    record_many("LinalgEigBackward0", &[a], &[&values, &vectors], || {
        let saved = vec![
            Saved::nth_output(&values, 0),
            Saved::nth_output(&vectors, 1),
        ];
        let backward = move |ctx: &Ctx, g: &[Option<Tensor>]| {
            let (values, vectors) = (ctx.saved(0)?, ctx.saved(1)?);
            Ok(vec![derivative(&values, &vectors, g, is_complex)?])
        };
        (saved, backward)
    })?;
    Ok((values, vectors))
}

/// `V⁻ᴴ (diag(gL) + (Vᴴ gV - Vᴴ V diag(Re(Vᴴ gV))) / E*) Vᴴ`, where `E` has the gaps between the eigenvalues.
fn derivative(
    values: &Tensor,
    vectors: &Tensor,
    g: &[Option<Tensor>],
    is_complex: bool,
) -> Result<Option<Tensor>> {
    let adjoint = vectors.try_adjoint()?;
    let of_values = g[0].as_ref().map(diagonal_matrix).transpose()?;
    let of_vectors = match &g[1] {
        Some(g) => {
            let ones = eye(values.size(-1), values)?;
            let gaps = values
                .try_unsqueeze(-2)?
                .try_sub(values.try_unsqueeze(-1)?)?;
            let turned = adjoint.try_matmul(g)?;
            let along = diagonal(&turned)?;
            if is_complex {
                depends_on_phase(&along)?;
            }
            let grown = adjoint
                .try_matmul(vectors)?
                .try_mul(along.try_real()?.try_unsqueeze(-2)?)?;
            let across = turned
                .try_sub(&grown)?
                .try_div(gaps.try_conj()?.try_add(&ones)?)?;
            Some(across.try_mul(ones.try_rsub(1)?)?)
        }
        None => None,
    };
    let inner = match (of_values, of_vectors) {
        (Some(a), Some(b)) => a.try_add(&b)?,
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => return Ok(None),
    };
    try_solve(&adjoint, &inner.try_matmul(&adjoint)?).map(Some)
}

/// A complex eigenvector may be turned by any angle: what depends on that angle has no derivative.
fn depends_on_phase(along: &Tensor) -> Result<()> {
    let turned = along.detach().try_imag()?;
    if !turned.try_allclose_with(&turned.try_zeros_like()?, 1e-2, 1e-2)? {
        bail!(
            "linalg_eig_backward: The eigenvectors in the complex case are specified up to multiplication by e^{{i phi}}. \
             The specified loss function depends on this quantity, so it is ill-defined."
        );
    }
    Ok(())
}
