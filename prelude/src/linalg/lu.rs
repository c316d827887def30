//! `LU` factorizations.

use super::check::{batch, matrices, sizes};
use super::parts::{common, diagonal, eye, first_zero, tril, triu};
use super::triangular::TriangularOptions;
use crate::autograd::{Ctx, Saved, no_grad, record, record_many};
use crate::error::{Result, bail};
use crate::kernels::linalg::{self as kernels, element};
use crate::kernels::{Array, transfer};
use crate::tensor::Tensor;

/// A factorization off the tape.
pub(super) struct Factors {
    /// `L` without its diagonal of ones, and `U`.
    pub packed: Tensor,
    pub pivots: Tensor,
    /// For each matrix, which of its rows each row of `L U` is.
    pub rows: Vec<Vec<usize>>,
}

pub(super) fn factor(a: &Tensor) -> Result<Factors> {
    wick_runtime::interrupt::check();
    let lu = kernels::lu(&a.array())?;
    Ok(Factors {
        packed: Tensor::from_array(lu.packed),
        pivots: Tensor::from_array(lu.pivots),
        rows: lu.rows,
    })
}

impl Factors {
    /// The permutation matrices `P` of `A = P L U`.
    fn permutation(&self, like: &Tensor) -> Result<Tensor> {
        let (m, _) = sizes(like);
        let mut numbers = vec![0f32; self.rows.len() * m * m];
        for (b, rows) in self.rows.iter().enumerate() {
            for (i, &row) in rows.iter().enumerate() {
                numbers[b * m * m + row * m + i] = 1.;
            }
        }
        let shape: Vec<usize> = batch(like).into_iter().chain([m, m]).collect();
        let array = Array::from_vec(numbers, crate::DType::F32, &shape);
        let array = transfer::cast(&array, like.dtype())?;
        Ok(Tensor::from_array(transfer::to_device(
            &array,
            like.device(),
        )?))
    }

    /// The determinants of the permutations: 1 or -1.
    pub fn signs(&self, like: &Tensor) -> Result<Tensor> {
        let sign = |rows: &Vec<usize>| {
            let mut rows = rows.clone();
            let mut sign = 1f32;
            for i in 0..rows.len() {
                while rows[i] != i {
                    let j = rows[i];
                    rows.swap(i, j);
                    sign = -sign;
                }
            }
            sign
        };
        let numbers: Vec<f32> = self.rows.iter().map(sign).collect();
        let array = Array::from_vec(numbers, crate::DType::F32, &batch(like));
        let array = transfer::cast(&array, like.dtype())?;
        Ok(Tensor::from_array(transfer::to_device(
            &array,
            like.device(),
        )?))
    }
}

/// `L` with its ones, and `U`, of one packed factorization.
fn unpacked(packed: &Tensor) -> Result<(Tensor, Tensor)> {
    let (m, n) = sizes(packed);
    let k = m.min(n);
    let lower = tril(&packed.try_narrow(-1, 0, k)?, -1)?;
    let lower = lower.try_add(eye(m, packed)?.try_narrow(-1, 0, k)?)?;
    Ok((lower, triu(&packed.try_narrow(-2, 0, k)?, 0)?))
}

functions! {
    /// Permutation matrices `P`, unit lower triangular `L` and upper triangular `U` with `A = P L U`
    /// (`torch.linalg.lu`). `[…, M, N]` to `[…, M, M]`, `[…, M, K]` and `[…, K, N]`, where `K` is the smaller of `M`
    /// and `N`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [4., 4.]]);
    /// let (p, l, u) = linalg::lu(&a);
    /// assert_eq!(l.to_vec2::<f32>(), [[1., 0.], [0.25, 1.]]);
    /// assert_eq!(u.to_vec2::<f32>(), [[4., 4.], [0., 1.]]);
    /// assert_eq!(p.matmul(&l).matmul(&u).to_vec2::<f32>(), a.to_vec2::<f32>());
    /// ```
    lu, try_lu (a: &Tensor) -> (Tensor, Tensor, Tensor) => decompose(a);
    /// `L` (without its diagonal of ones) and `U` in one matrix, and LAPACK's pivots, from 1
    /// (`torch.linalg.lu_factor`). Fails where a matrix is singular. `[…, M, N]` to `[…, M, N]` and pivots of dtype
    /// `i32`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (lu, pivots) = linalg::lu_factor(&tensor!([[1., 2.], [4., 4.]]));
    /// assert_eq!(lu.to_vec2::<f32>(), [[4., 4.], [0.25, 1.]]);
    /// assert_eq!(pivots.to_string(), "tensor([2, 2], dtype=torch.int32)");
    /// ```
    lu_factor, try_lu_factor (a: &Tensor) -> (Tensor, Tensor) => packed_factor(a);
    /// `X` of `A X = B` from [`lu_factor`]'s results (`torch.linalg.lu_solve`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (lu, pivots) = linalg::lu_factor(&tensor!([[1., 2.], [4., 4.]]));
    /// // One factorization serves for many right sides.
    /// let x = linalg::lu_solve(&lu, &pivots, &tensor!([[5.], [12.]]));
    /// assert_eq!(x.to_vec2::<f32>(), [[1.], [2.]]);
    /// ```
    lu_solve, try_lu_solve (lu: &Tensor, pivots: &Tensor, b: &Tensor) -> Tensor => solve_factored(lu, pivots, b);
}

fn check(a: &Tensor, name: &str) -> Result<()> {
    if a.dim() < 2 {
        bail!(
            "{name}: Expected tensor with 2 or more dimensions. Got size: {} instead",
            a.shape().list()
        );
    }
    Ok(())
}

fn decompose(a: &Tensor) -> Result<(Tensor, Tensor, Tensor)> {
    check(a, "linalg.lu")?;
    let factors = factor(a)?;
    let (p, (l, u)) =
        no_grad(|| Ok::<_, crate::Error>((factors.permutation(a)?, unpacked(&factors.packed)?)))?;
    record_many("LinalgLuBackward0", &[a], &[&l, &u], || {
        let saved = vec![
            Saved::input(&p),
            Saved::nth_output(&l, 0),
            Saved::nth_output(&u, 1),
        ];
        let backward = |ctx: &Ctx, g: &[Option<Tensor>]| {
            let [p, l, u] = &ctx.all_saved()?[..] else {
                bail!("lu saves three tensors")
            };
            Ok(vec![derivative(p, l, u, g[0].as_ref(), g[1].as_ref())?])
        };
        (saved, backward)
    })?;
    Ok((p, l, u))
}

/// `torch::plu_backward_base`'s formulas for square, wide and tall matrices.
fn derivative(
    p: &Tensor,
    l: &Tensor,
    u: &Tensor,
    gl: Option<&Tensor>,
    gu: Option<&Tensor>,
) -> Result<Option<Tensor>> {
    if gl.is_none() && gu.is_none() {
        return Ok(None);
    }
    let (gl, gu) = (
        gl.map_or_else(|| l.detach().try_zeros_like(), |g| Ok(g.clone()))?,
        gu.map_or_else(|| u.detach().try_zeros_like(), |g| Ok(g.clone()))?,
    );
    let ((m, k), (_, n)) = (sizes(l), sizes(u));
    let (l1, u1) = (l.try_narrow(-2, 0, k)?, u.try_narrow(-1, 0, k)?);
    let (gl1, gu1) = (gl.try_narrow(-2, 0, k)?, gu.try_narrow(-1, 0, k)?);
    let mut lower = l1.try_mt()?.try_matmul(&gl1)?;
    let mut upper = gu1.try_matmul(&u1.try_mt()?)?;
    let (l2, gl2) = (
        l.try_narrow(-2, k as i64, m - k)?,
        gl.try_narrow(-2, k as i64, m - k)?,
    );
    let (u2, gu2) = (
        u.try_narrow(-1, k as i64, n - k)?,
        gu.try_narrow(-1, k as i64, n - k)?,
    );
    if n > k {
        lower = lower.try_sub(gu2.try_matmul(&u2.try_mt()?)?)?;
    }
    if m > k {
        upper = upper.try_sub(l2.try_mt()?.try_matmul(&gl2)?)?;
    }
    let inner = tril(&lower, -1)?.try_add(triu(&upper, 0)?)?;
    // L1⁻ᵀ · U1⁻ᵀ around it.
    let of_l = TriangularOptions {
        upper: true,
        unitriangular: true,
        ..Default::default()
    };
    let of_u = TriangularOptions {
        upper: false,
        left: false,
        ..Default::default()
    };
    let inner = super::try_solve_triangular_with(&u1.try_mt()?, &inner, of_u)?;
    let mut g = super::try_solve_triangular_with(&l1.try_mt()?, &inner, of_l)?;
    if n > k {
        let right = super::try_solve_triangular_with(&l1.try_mt()?, &gu2, of_l)?;
        g = Tensor::try_cat(&[g, right], -1)?;
    }
    if m > k {
        let below = super::try_solve_triangular_with(&u1.try_mt()?, &gl2, of_u)?;
        g = Tensor::try_cat(&[g, below], -2)?;
    }
    p.try_matmul(&g).map(Some)
}

fn packed_factor(a: &Tensor) -> Result<(Tensor, Tensor)> {
    check(a, "torch.lu_factor")?;
    let factors = factor(a)?;
    let (m, n) = sizes(a);
    let k = m.min(n);
    let corner = factors.packed.try_narrow(-1, 0, k)?.try_narrow(-2, 0, k)?;
    if let Some((number, at)) = first_zero(&diagonal(&corner)?)? {
        let at = at + 1;
        bail!(
            "torch.linalg.lu_factor: {}U[{at},{at}] is zero and using it on lu_solve would result in a division by zero. \
             If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or \
             linalg.lu_factor_ex(A, pivot)",
            element(&batch(a), number)
        );
    }
    let p = factors.permutation(a)?;
    let output = record(
        "LinalgLuFactorExBackward0",
        &[a],
        factors.packed,
        |packed| {
            let saved = vec![Saved::input(&p), Saved::output(packed)];
            let backward = move |ctx: &Ctx, g: &Tensor| {
                let (l, u) = unpacked(&ctx.saved(1)?)?;
                let gl = tril(&g.try_narrow(-1, 0, k)?, -1)?;
                let gu = triu(&g.try_narrow(-2, 0, k)?, 0)?;
                Ok(vec![derivative(
                    &ctx.saved(0)?,
                    &l,
                    &u,
                    Some(&gl),
                    Some(&gu),
                )?])
            };
            (saved, backward)
        },
    )?;
    Ok((output, factors.pivots))
}

fn solve_factored(lu: &Tensor, pivots: &Tensor, b: &Tensor) -> Result<Tensor> {
    matrices(lu, "torch.linalg.lu_solve", "LU")?;
    let (n, _) = sizes(lu);
    super::check::same_dtype(lu, b, "torch.linalg.lu_solve")?;
    super::check::equation(lu, b, true, "torch.linalg.lu_solve")?;
    let steps: Vec<i64> = pivots.try_to_dtype(crate::DType::I64)?.to_vec();
    let rows = steps.chunks(n.max(1)).map(|steps| {
        let mut rows: Vec<usize> = (0..n).collect();
        for (i, &step) in steps.iter().enumerate() {
            rows.swap(i, step as usize - 1);
        }
        rows
    });
    let factors = Factors {
        packed: lu.detach(),
        pivots: pivots.clone(),
        rows: rows.collect(),
    };
    let p = factors.permutation(lu)?;
    let (p, b) = common(&p, b)?;
    let (l, u) = unpacked(lu)?;
    let below = TriangularOptions {
        upper: false,
        unitriangular: true,
        ..Default::default()
    };
    let y = super::try_solve_triangular_with(&l, &p.try_mt()?.try_matmul(&b)?, below)?;
    super::try_solve_triangular(&u, &y, true)
}
