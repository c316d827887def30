//! Cholesky factorizations.

use super::check::{batch, floats, square};
use super::parts::{common, diagonal, diagonal_matrix, tril, triu};
use super::triangular::{TriangularOptions, try_solve_triangular, try_solve_triangular_with};
use crate::autograd::{Ctx, Saved, no_grad, record};
use crate::error::{Result, bail};
use crate::kernels::linalg::{self as kernels, element};
use crate::tensor::Tensor;

functions! {
    /// The lower triangular `L` of `A = L Lᵀ`, for symmetric positive-definite matrices, of which only the lower
    /// triangle is read (`torch.linalg.cholesky`). `[…, N, N]` to `[…, N, N]`. Fails where a matrix is not
    /// positive-definite.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let l = wick::linalg::cholesky(&tensor!([[4., 2.], [2., 5.]]));
    /// assert_eq!(l.to_vec2::<f32>(), [[2., 0.], [1., 2.]]);
    /// ```
    cholesky, try_cholesky (a: &Tensor) -> Tensor => lower(a);
    /// The upper triangular `U` of `A = Uᵀ U`, from the upper triangle (`torch.linalg.cholesky` with `upper=True`).
    /// `[…, N, N]` to `[…, N, N]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(
    ///     linalg::cholesky_upper(&tensor!([[4., 2.], [2., 5.]])).to_vec2::<f32>(),
    ///     [[2., 1.], [0., 2.]]
    /// );
    /// ```
    cholesky_upper, try_cholesky_upper (a: &Tensor) -> Tensor => lower(&a.try_mt()?)?.try_mt();
    /// `X` of `A X = B` from the Cholesky factor of `A`, which is upper triangular if `upper` (`torch.cholesky_solve`,
    /// whose order of arguments this is). `[…, N, K]` and `[…, N, N]` to `[…, N, K]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[4., 2.], [2., 5.]]);
    /// let l = linalg::cholesky(&a);
    /// let x = linalg::cholesky_solve(&tensor!([[8.], [12.]]), &l, false);
    /// assert!(a.matmul(&x).allclose(&tensor!([[8.], [12.]])));
    /// assert_eq!(x.to_string(), "tensor([[1.],\n        [2.]])");
    /// ```
    cholesky_solve, try_cholesky_solve (b: &Tensor, factor: &Tensor, upper: bool) -> Tensor => solve(b, factor, upper);
    /// `A⁻¹` from the Cholesky factor of `A`, which is upper triangular if `upper` (`torch.cholesky_inverse`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[4., 2.], [2., 5.]]);
    /// let inverse = linalg::cholesky_inverse(&linalg::cholesky(&a), false);
    /// assert!(inverse.matmul(&a).allclose_with(&Tensor::eye(2), 1e-5, 1e-6));
    /// ```
    cholesky_inverse, try_cholesky_inverse (factor: &Tensor, upper: bool) -> Tensor => {
        square(factor, "cholesky_inverse")?;
        let ones = super::parts::eye(factor.size(-1), factor)?;
        solve(&ones.try_expand(factor.shape())?, factor, upper)
    };
}

fn lower(a: &Tensor) -> Result<Tensor> {
    const NAME: &str = "linalg.cholesky";
    wick_runtime::interrupt::check();
    square(a, NAME)?;
    floats(a, NAME, true)?;
    let (l, failed) = kernels::cholesky(&a.array())?;
    if let Some(number) = failed.iter().position(Option::is_some) {
        bail!(
            "linalg.cholesky: {}The factorization could not be completed because the input is not positive-definite (the \
             leading minor of order {} is not positive-definite).",
            element(&batch(a), number),
            failed[number].unwrap_or_default()
        );
    }
    let l = no_grad(|| tril(&Tensor::from_array(l), 0))?;
    record("LinalgCholeskyExBackward0", &[a], l, |l| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            // ½ L⁻ᵀ (Φ + Φᵀ) L⁻¹ with the lower triangle Φ of Lᵀ g, whose diagonal counts half.
            let l = ctx.saved(0)?;
            let phi = tril(&l.try_mt()?.try_matmul(g)?, 0)?;
            let both = phi.try_add(phi.try_mt()?)?;
            let inner = both
                .try_sub(diagonal_matrix(&diagonal(&phi)?)?)?
                .try_mul(0.5)?;
            let right = TriangularOptions {
                upper: false,
                left: false,
                ..Default::default()
            };
            let inner = try_solve_triangular_with(&l, &inner, right)?;
            Ok(vec![Some(try_solve_triangular(
                &l.try_mt()?,
                &inner,
                true,
            )?)])
        };
        (vec![Saved::output(l)], backward)
    })
}

fn solve(b: &Tensor, factor: &Tensor, upper: bool) -> Result<Tensor> {
    super::check::matrices(b, "cholesky_solve", "b")?;
    square(factor, "cholesky_solve")?;
    super::check::same_dtype(factor, b, "cholesky_solve")?;
    let ((n, _), (rows, columns)) = (super::check::sizes(factor), super::check::sizes(b));
    if n != rows {
        bail!(
            "Incompatible matrix sizes for cholesky_solve: each A matrix is {n} by {n} but each b matrix is {rows} by \
             {columns}"
        );
    }
    let (factor, b) = common(factor, b)?;
    let x = no_grad(|| {
        let l = if upper {
            factor.try_mt()?
        } else {
            factor.clone()
        };
        let y = try_solve_triangular(&l, &b, false)?;
        try_solve_triangular(&l.try_mt()?, &y, true)
    })?;
    record("CholeskySolveBackward0", &[&b, &factor], x, |x| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let (factor, x) = (ctx.saved(0)?, ctx.saved(1)?);
            let gb = solve(g, &factor, upper)?;
            let gf = ctx.when(1, || {
                let half = gb.try_matmul(&x.try_mt()?)?;
                let both = half.try_add(half.try_mt()?)?.try_neg()?;
                if upper {
                    triu(&factor.try_matmul(&both)?, 0)
                } else {
                    tril(&both.try_matmul(&factor)?, 0)
                }
            })?;
            Ok(vec![Some(gb), gf])
        };
        (vec![Saved::input(&factor), Saved::output(x)], backward)
    })
}
