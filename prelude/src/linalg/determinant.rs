//! Determinants.

use super::check::{floats, square};
use super::lu::{Factors, factor};
use super::parts::{diagonal, diagonal_matrix};
use super::solve::try_inv;
use super::svd::try_svd_with;
use crate::autograd::{Ctx, Saved, no_grad, record, record_many};
use crate::error::Result;
use crate::tensor::Tensor;

functions! {
    /// The determinants of square matrices (`torch.linalg.det`). `[…, N, N]` to `[…]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(wick::linalg::det(&tensor!([[4., 2.], [1., 3.]])).item::<f32>(), 10.);
    /// ```
    det, try_det (a: &Tensor) -> Tensor => determinant(a);
    /// The signs of determinants and the logarithms of their magnitudes (`torch.linalg.slogdet`), also where the
    /// determinants themselves are too large or too small for the dtype. `[…, N, N]` to twice `[…]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (sign, logarithm) = linalg::slogdet(&tensor!([[0., 2.], [2., 0.]]));
    /// assert_eq!((sign.to_string(), logarithm.to_string()), ("tensor(-1.)".into(), "tensor(1.3863)".into()));
    /// ```
    slogdet, try_slogdet (a: &Tensor) -> (Tensor, Tensor) => sign_and_logarithm(a);
    /// The logarithms of determinants, not-a-number where they are negative (`torch.logdet`). `[…, N, N]` to `[…]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(linalg::logdet(&tensor!([[4., 2.], [1., 3.]])).to_string(), "tensor(2.3026)");
    /// ```
    logdet, try_logdet (a: &Tensor) -> Tensor => logarithm(a);
}

/// The determinants, or their signs and logarithms, from the factors of an `LU`.
fn of_factors(a: &Tensor, factors: &Factors) -> Result<(Tensor, Tensor)> {
    Ok((diagonal(&factors.packed)?, factors.signs(a)?))
}

fn determinant(a: &Tensor) -> Result<Tensor> {
    square(a, "linalg.det")?;
    floats(a, "linalg.det", true)?;
    let det = no_grad(|| {
        let (pivots, sign) = of_factors(a, &factor(a)?)?;
        pivots.try_prod_dim(-1, false)?.try_mul(&sign)
    })?;
    record("LinalgDetBackward0", &[a], det, |det| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            let (a, det) = (ctx.saved(0)?, ctx.saved(1)?);
            let wide = |t: &Tensor| t.try_unsqueeze(-1)?.try_unsqueeze(-1);
            let singular =
                no_grad(|| Ok::<_, crate::Error>(det.try_eq(0)?.try_any()?.item::<bool>()))?;
            if singular {
                return Ok(vec![Some(adjugate(&a)?.try_mul(&wide(g)?)?)]);
            }
            let scale = g.try_mul(&det)?;
            Ok(vec![Some(try_inv(&a)?.try_mt()?.try_mul(&wide(&scale)?)?)])
        };
        (vec![Saved::input(a), Saved::output(det)], backward)
    })
}

/// The transposed adjugates, which exist for singular matrices too: from `A = U S Vᵀ`, the products of all singular
/// values but one.
fn adjugate(a: &Tensor) -> Result<Tensor> {
    let n = a.size(-1);
    let (u, s, vh) = try_svd_with(a, true)?;
    let others = (0..n as i64)
        .map(|i| {
            let before = s.try_narrow(-1, 0, i as usize)?;
            let behind = s.try_narrow(-1, i + 1, n - 1 - i as usize)?;
            Tensor::try_cat(&[before, behind], -1)?.try_prod_dim(-1, false)
        })
        .collect::<Result<Vec<_>>>()?;
    if others.is_empty() {
        return a.try_zeros_like();
    }
    let others = diagonal_matrix(&Tensor::try_stack(&others, -1)?)?;
    let sign = no_grad(|| determinant(&u.detach())?.try_mul(&determinant(&vh.detach())?))?;
    let sign = sign.try_round()?.try_unsqueeze(-1)?.try_unsqueeze(-1)?;
    u.try_matmul(&others)?.try_matmul(&vh)?.try_mul(&sign)
}

fn sign_and_logarithm(a: &Tensor) -> Result<(Tensor, Tensor)> {
    square(a, "linalg.slogdet")?;
    floats(a, "linalg.slogdet", false)?;
    let (sign, logarithm) = no_grad(|| {
        let (pivots, sign) = of_factors(a, &factor(a)?)?;
        Ok::<_, crate::Error>((
            pivots.try_sign()?.try_prod_dim(-1, false)?.try_mul(&sign)?,
            pivots.try_abs()?.try_log()?.try_sum_dim(-1, false)?,
        ))
    })?;
    record_many("LinalgSlogdetBackward0", &[a], &[&sign, &logarithm], || {
        let backward = |ctx: &Ctx, g: &[Option<Tensor>]| {
            // The sign is constant wherever it has a derivative.
            let Some(g) = &g[1] else {
                return Ok(vec![None]);
            };
            let g = g.try_unsqueeze(-1)?.try_unsqueeze(-1)?;
            Ok(vec![Some(try_inv(&ctx.saved(0)?)?.try_mt()?.try_mul(&g)?)])
        };
        (vec![Saved::input(a)], backward)
    })?;
    Ok((sign, logarithm))
}

fn logarithm(a: &Tensor) -> Result<Tensor> {
    square(a, "logdet")?;
    floats(a, "logdet", false)?;
    let (sign, logarithm) = sign_and_logarithm(a)?;
    sign.detach().try_eq(-1)?.try_where_(f64::NAN, &logarithm)
}
