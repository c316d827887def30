//! Equations and inverses.

use super::check::{batch, equation, matrices, numbers, same_dtype, square};
use super::lu::factor;
use super::parts::{columns, common, diagonal, eye, first_zero};
use crate::autograd::{Ctx, Saved, composite, no_grad, record};
use crate::error::{Result, bail};
use crate::kernels::linalg::{self as kernels, element};
use crate::tensor::Tensor;

functions! {
    /// The inverses of square matrices (`torch.linalg.inv`). `[…, N, N]` to `[…, N, N]`. Fails where a matrix is
    /// singular.
    ///
    /// ```
    /// use wick::linalg::inv;
    /// use wick::prelude::*;
    /// assert_eq!(inv(&tensor!([[2., 0.], [0., 4.]])).to_vec2::<f32>(), [[0.5, 0.], [0., 0.25]]);
    /// ```
    inv, try_inv (a: &Tensor) -> Tensor => inverse(a);
    /// `X` of `A X = B`, for square matrices `A` (`torch.linalg.solve`). `B` is a vector, a matrix, or a batch of as
    /// many of either as there are matrices. Fails where a matrix is singular.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3., 1.], [1., 2.]]);
    /// let x = linalg::solve(&a, &tensor!([9., 8.]));
    /// assert_eq!(x.to_string(), "tensor([2., 3.])");
    /// ```
    solve, try_solve (a: &Tensor, b: &Tensor) -> Tensor => solve_any(a, b, true);
    /// `X` of `X A = B` (`torch.linalg.solve` with `left=False`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[2., 1.], [0., 4.]]);
    /// let x = linalg::solve_right(&a, &tensor!([[2., 9.]]));
    /// assert_eq!(x.to_vec2::<f32>(), [[1., 2.]]);
    /// ```
    solve_right, try_solve_right (a: &Tensor, b: &Tensor) -> Tensor => solve_any(a, b, false);
    /// The tensor that undoes what `a`, seen as a map from its last dimensions to its first `ind`, does
    /// (`torch.linalg.tensorinv`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = (Tensor::eye(4) * 2).reshape([2, 2, 4]);
    /// let inverse = linalg::tensorinv(&a, 2);
    /// assert_eq!(inverse.shape(), [4, 2, 2]);
    /// assert_eq!(inverse.sum().item::<f32>(), 2.);
    /// ```
    tensorinv, try_tensorinv (a: &Tensor, ind: usize) -> Tensor => tensor_inverse(a, ind);
}

/// `X` of `A X = B` by `LU`, off the tape; or which matrix is singular, and at which place of the diagonal.
fn solved(a: &Tensor, b: &Tensor) -> Result<Result<Tensor, (usize, usize)>> {
    if a.is_complex() {
        let found = crate::kernels::eigen::solve(&a.array(), &b.array())?;
        return Ok(found.map(Tensor::from_array));
    }
    no_grad(|| {
        let factors = factor(a)?;
        if let Some(place) = first_zero(&diagonal(&factors.packed)?)? {
            return Ok(Err(place));
        }
        let n = a.size(-1);
        let wide = b.size(-1);
        // Rows in the order of L U: row i is row `rows[i]` of B.
        let order: Vec<i64> = factors
            .rows
            .iter()
            .enumerate()
            .flat_map(|(number, rows)| rows.iter().map(move |row| (number * n + row) as i64))
            .collect();
        let order = Tensor::from_vec(order, [factors.rows.len() * n]).try_to_device(b.device())?;
        let count = factors.rows.len();
        let flat = b.try_reshape([count * n, wide])?;
        let permuted = flat.try_index_select(0, &order)?.try_reshape(b.shape())?;
        let packed = factors.packed.array();
        let y = kernels::solve_triangular(&packed, &permuted.array(), false, true)?;
        let x = kernels::solve_triangular(&packed, &y, true, false)?;
        Ok(Ok(Tensor::from_array(x)))
    })
}

fn inverse(a: &Tensor) -> Result<Tensor> {
    square(a, "linalg.inv")?;
    numbers(a, "linalg.inv")?;
    let n = a.size(-1);
    let ones = eye(n, a)?.try_expand(a.shape())?;
    let inverse = match solved(&a.detach(), &ones)? {
        Ok(inverse) => inverse,
        Err((number, at)) => bail!(
            "linalg.inv: {}The diagonal element {} is zero, the inversion could not be completed because the input \
             matrix is singular.",
            element(&batch(a), number),
            at + 1
        ),
    };
    record("LinalgInvExBackward0", &[a], inverse, |inverse| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            let t = ctx.saved(0)?.try_mt()?;
            Ok(vec![Some(t.try_matmul(g)?.try_matmul(&t)?.try_neg()?)])
        };
        (vec![Saved::output(inverse)], backward)
    })
}

fn solve_any(a: &Tensor, b: &Tensor, left: bool) -> Result<Tensor> {
    const NAME: &str = "linalg.solve";
    square(a, NAME)?;
    numbers(a, NAME)?;
    same_dtype(a, b, NAME)?;
    // As in NumPy 1: a vector, or as many vectors as there are matrices.
    let shape = a.shape();
    let vector = b.dim() == 1 || (b.dim() + 1 == a.dim() && b.shape()[..] == shape[..a.dim() - 1]);
    if vector && !left {
        bail!(
            "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False"
        );
    }
    if vector {
        return composite("LinalgSolveExBackward0", &[a, b], |of| {
            solve_left(&of[0], &columns(&of[1])?)?.try_squeeze_dim(-1)
        });
    }
    matrices(b, NAME, "B")?;
    equation(a, b, left, NAME)?;
    if left {
        solve_left(a, b)
    } else {
        solve_left(&a.try_mt()?, &b.try_mt()?)?.try_mt()
    }
}

fn solve_left(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    equation(a, b, true, "linalg.solve")?;
    let (a, b) = common(a, b)?;
    let x = match solved(&a.detach(), &b.detach())? {
        Ok(x) => x,
        Err((number, _)) => bail!(
            "torch.linalg.solve: {}The solver failed because the input matrix is singular.",
            element(&batch(&a), number)
        ),
    };
    record("LinalgSolveExBackward0", &[&a, &b], x, |x| {
        let backward = |ctx: &Ctx, g: &Tensor| {
            let gb = solve_left(&ctx.saved(0)?.try_mt()?, g)?;
            let ga = ctx.when(0, || gb.try_matmul(&ctx.saved(1)?.try_mt()?)?.try_neg())?;
            Ok(vec![ga, Some(gb)])
        };
        (vec![Saved::input(&a), Saved::output(x)], backward)
    })
}

fn tensor_inverse(a: &Tensor, ind: usize) -> Result<Tensor> {
    if ind == 0 {
        bail!("Expected a strictly positive integer for 'ind'");
    }
    let shape = a.shape();
    let (first, last) = shape.split_at(ind.min(shape.len()));
    let (m, n): (usize, usize) = (last.iter().product(), first.iter().product());
    if m != n {
        bail!(
            "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {m} != {n}"
        );
    }
    let turned: Vec<usize> = last.iter().chain(first).copied().collect();
    inverse(&a.try_reshape([n, m])?)?.try_reshape(turned)
}
