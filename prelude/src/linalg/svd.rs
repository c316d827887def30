//! Singular values.

use super::check::{floats, matrices, sizes};
use super::parts::{diagonal_matrix, eye};
use crate::autograd::{Ctx, Saved, record_many};
use crate::error::{Result, bail};
use crate::kernels::linalg as kernels;
use crate::tensor::Tensor;

functions! {
    /// `U`, the singular values `S`, largest first, and `Vᵀ` with `A = U diag(S) Vᵀ`, where `U` and `V` are square
    /// (`torch.linalg.svd`). `[…, M, N]` to `[…, M, M]`, `[…, K]` and `[…, N, N]`, where `K` is the smaller of `M` and
    /// `N`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3., 0.], [0., 2.], [0., 0.]]);
    /// let (u, s, vh) = linalg::svd(&a);
    /// assert_eq!((u.shape(), vh.shape()), ([3, 3].into(), [2, 2].into()));
    /// assert_eq!(s.to_string(), "tensor([3., 2.])");
    /// ```
    svd, try_svd (a: &Tensor) -> (Tensor, Tensor, Tensor) => decompose(a, true);
    /// [`svd`], with or without the columns of `U` and `V` that belong to no singular value (`full_matrices`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.], [5., 6.]]);
    /// let (u, s, vh) = wick::linalg::svd_with(&a, false);
    /// assert!((u * s).matmul(&vh).sub(&a).abs().max().item::<f32>() < 1e-5);
    /// ```
    svd_with, try_svd_with (a: &Tensor, full_matrices: bool) -> (Tensor, Tensor, Tensor) => decompose(a, full_matrices);
    /// The singular values alone, largest first (`torch.linalg.svdvals`). `[…, M, N]` to `[…, K]`, where `K` is the
    /// smaller of `M` and `N`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(linalg::svdvals(&tensor!([[0., 2.], [3., 0.]])).to_string(), "tensor([3., 2.])");
    /// ```
    svdvals, try_svdvals (a: &Tensor) -> Tensor => Ok(decompose(a, false)?.1);
}

fn decompose(a: &Tensor, full: bool) -> Result<(Tensor, Tensor, Tensor)> {
    wick_runtime::interrupt::check();
    matrices(a, "linalg.svd", "A")?;
    floats(a, "linalg.svd", true)?;
    let (u, s, vh) = kernels::svd(&a.array(), full)?;
    let [u, s, vh] = [u, s, vh].map(Tensor::from_array);
    record_many("LinalgSvdBackward0", &[a], &[&u, &s, &vh], || {
        let saved = vec![
            Saved::nth_output(&u, 0),
            Saved::nth_output(&s, 1),
            Saved::nth_output(&vh, 2),
        ];
        let backward = |ctx: &Ctx, g: &[Option<Tensor>]| {
            let [u, s, vh] = &ctx.all_saved()?[..] else {
                bail!("svd saves three tensors")
            };
            Ok(vec![derivative(u, s, vh, g)?])
        };
        (saved, backward)
    })?;
    Ok((u, s, vh))
}

/// The formula of `svd_backward`. Of `U` and `V` only the columns count that belong to a singular value; gradients for
/// the others would depend on how they were chosen.
fn derivative(u: &Tensor, s: &Tensor, vh: &Tensor, g: &[Option<Tensor>]) -> Result<Option<Tensor>> {
    let k = s.size(-1);
    let ((m, _), (_, n)) = (sizes(u), sizes(vh));
    let (u, vh) = (u.try_narrow(-1, 0, k)?, vh.try_narrow(-2, 0, k)?);
    let gu = g[0].as_ref().map(|g| g.try_narrow(-1, 0, k)).transpose()?;
    let gvh = g[2].as_ref().map(|g| g.try_narrow(-2, 0, k)).transpose()?;
    let mut inner = match &g[1] {
        Some(gs) => Some(diagonal_matrix(gs)?),
        None => None,
    };
    let mut add = |term: Tensor| -> Result<()> {
        inner = Some(match &inner {
            Some(sum) => sum.try_add(&term)?,
            None => term,
        });
        Ok(())
    };
    let (row, column) = (s.try_unsqueeze(-2)?, s.try_unsqueeze(-1)?);
    let skew = |t: &Tensor| t.try_sub(t.try_mt()?);
    // Sums times differences lose less than differences of squares; ones where there would be a division by zero.
    let gaps = row.try_sub(&column)?.try_mul(&row.try_add(&column)?)?;
    let gaps = gaps.try_add(&eye(k, s)?)?;
    if let Some(gu) = &gu {
        let skewed = skew(&u.try_mt()?.try_matmul(gu)?)?;
        add(skewed.try_div(&gaps)?.try_mul(&row)?)?;
    }
    if let Some(gvh) = &gvh {
        let skewed = skew(&vh.try_matmul(&gvh.try_mt()?)?)?;
        add(column.try_mul(&skewed.try_div(&gaps)?)?)?;
    }
    let Some(inner) = inner else {
        return Ok(None);
    };
    let mut left = u.try_matmul(&inner)?;
    if let Some(gu) = gu.filter(|_| m > k) {
        let scaled = gu.try_div(&row)?;
        let inside = u.try_matmul(&u.try_mt()?.try_matmul(&scaled)?)?;
        left = left.try_add(scaled.try_sub(&inside)?)?;
    }
    let mut result = left.try_matmul(&vh)?;
    if let Some(gvh) = gvh.filter(|_| n > k) {
        let scaled = gvh.try_div(&column)?;
        let inside = scaled.try_matmul(&vh.try_mt()?)?.try_matmul(&vh)?;
        result = result.try_add(u.try_matmul(&scaled.try_sub(&inside)?)?)?;
    }
    Ok(Some(result))
}
