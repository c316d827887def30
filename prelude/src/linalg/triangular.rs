//! Equations with triangular matrices.

use super::check::{equation, floats, matrices, same_dtype, square};
use super::parts::{common, tril, triu};
use crate::autograd::{Ctx, Saved, record};
use crate::error::Result;
use crate::kernels::linalg as kernels;
use crate::tensor::Tensor;

/// The choices of [`solve_triangular_with`]: the keyword arguments of `torch.linalg.solve_triangular`.
///
/// ```
/// use wick::linalg::TriangularOptions;
/// use wick::prelude::*;
/// let a = tensor!([[2., 0.], [1., 4.]]);
/// let lower = TriangularOptions { upper: false, ..Default::default() };
/// let x = linalg::solve_triangular_with(&a, &tensor!([[4.], [10.]]), lower);
/// assert_eq!(x.to_vec2::<f32>(), [[2.], [2.]]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TriangularOptions {
    /// Whether the upper triangle is read, not the lower one.
    pub upper: bool,
    /// Whether to solve `A X = B`, not `X A = B`.
    pub left: bool,
    /// Whether to take ones for the diagonal.
    pub unitriangular: bool,
}

impl Default for TriangularOptions {
    fn default() -> Self {
        TriangularOptions {
            upper: true,
            left: true,
            unitriangular: false,
        }
    }
}

functions! {
    /// `X` of `A X = B` with a triangular `A`, of which the other triangle is not read
    /// (`torch.linalg.solve_triangular`). A zero on the diagonal gives infinities, not an error.
    ///
    /// ```
    /// use wick::linalg::solve_triangular;
    /// use wick::prelude::*;
    /// let a = tensor!([[2., 1.], [0., 4.]]);
    /// let x = solve_triangular(&a, &tensor!([[4.], [8.]]), true);
    /// assert_eq!(x.to_vec2::<f32>(), [[1.], [2.]]);
    /// ```
    solve_triangular, try_solve_triangular (a: &Tensor, b: &Tensor, upper: bool) -> Tensor
        => solve(a, b, TriangularOptions { upper, ..TriangularOptions::default() });
    /// [`solve_triangular`] with every choice. PyTorch: `torch.linalg.solve_triangular`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[2., 1.], [0., 4.]]);
    /// let right = linalg::TriangularOptions { left: false, ..Default::default() };
    /// let x = linalg::solve_triangular_with(&a, &tensor!([[2., 9.]]), right);
    /// assert_eq!(x.to_vec2::<f32>(), [[1., 2.]]);
    /// ```
    solve_triangular_with, try_solve_triangular_with (a: &Tensor, b: &Tensor, options: TriangularOptions) -> Tensor
        => solve(a, b, options);
}

fn solve(a: &Tensor, b: &Tensor, options: TriangularOptions) -> Result<Tensor> {
    const NAME: &str = "linalg.solve_triangular";
    wick_runtime::interrupt::check();
    same_dtype(a, b, NAME)?;
    floats(a, NAME, true)?;
    matrices(b, NAME, "B")?;
    square(a, NAME)?;
    equation(a, b, options.left, NAME)?;
    if !options.left {
        // X A = B is Aᵀ Xᵀ = Bᵀ.
        let options = TriangularOptions {
            upper: !options.upper,
            left: true,
            ..options
        };
        return solve(&a.try_mt()?, &b.try_mt()?, options)?.try_mt();
    }
    let (a, b) = common(a, b)?;
    let TriangularOptions {
        upper,
        unitriangular,
        ..
    } = options;
    let x = kernels::solve_triangular(&a.array(), &b.array(), upper, unitriangular)?;
    record(
        "LinalgSolveTriangularBackward0",
        &[&a, &b],
        Tensor::from_array(x),
        |x| {
            let backward = move |ctx: &Ctx, g: &Tensor| {
                let (a, x) = (ctx.saved(0)?, ctx.saved(1)?);
                let options = TriangularOptions {
                    upper: !upper,
                    ..options
                };
                let gb = solve(&a.try_mt()?, g, options)?;
                let ga = ctx.when(0, || {
                    let ga = gb.try_matmul(&x.try_mt()?)?.try_neg()?;
                    // Ones that were only taken for granted have no gradient.
                    let strict = i64::from(unitriangular);
                    if upper {
                        triu(&ga, strict)
                    } else {
                        tril(&ga, -strict)
                    }
                })?;
                Ok(vec![ga, Some(gb)])
            };
            (vec![Saved::input(&a), Saved::output(x)], backward)
        },
    )
}
