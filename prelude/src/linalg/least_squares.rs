//! Pseudoinverses, ranks and least squares.

use super::check::{batch, matrices, same_dtype, sizes};
use super::eigen::try_eigh;
use super::parts::columns;
use super::svd::{try_svd_with, try_svdvals};
use crate::autograd::{Ctx, Saved, no_grad, record};
use crate::dtype::DType;
use crate::error::{Error, Result, bail};
use crate::tensor::Tensor;
use std::str::FromStr;

/// Which singular values count, and what is known of the matrix: the keyword arguments of `torch.linalg.pinv`.
///
/// ```
/// use wick::linalg::RankOptions;
/// use wick::prelude::*;
/// let a = tensor!([[1., 0.], [0., 0.001]]);
/// assert_eq!(linalg::matrix_rank(&a).item::<i64>(), 2);
/// let options = RankOptions { atol: Some(0.01), ..Default::default() };
/// assert_eq!(linalg::matrix_rank_with(&a, options).item::<i64>(), 1);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RankOptions {
    /// Singular values up to this count as zero; 0 unless said otherwise.
    pub atol: Option<f64>,
    /// Those up to this share of the largest, too; the larger size times the dtype's precision unless said otherwise, 0
    /// where `atol` is given.
    pub rtol: Option<f64>,
    /// Whether the matrices are symmetric; then their eigenvalues are taken, from the lower triangle.
    pub hermitian: bool,
}

/// How least squares are computed. PyTorch: `driver`, an argument of `torch.linalg.lstsq`.
///
/// ```
/// use wick::linalg::LstsqDriver;
/// use wick::prelude::*;
/// let (a, b) = (tensor!([[1., 0.], [0., 2.], [0., 0.]]), tensor!([[3.], [4.], [1.]]));
/// let found = linalg::lstsq_with(&a, &b, None, LstsqDriver::Gelsd);
/// assert_eq!(found.singular_values.to_string(), "tensor([2., 1.])");
/// assert_eq!("gels".parse::<LstsqDriver>()?, LstsqDriver::Gels);
/// # Ok::<(), wick::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LstsqDriver {
    /// For matrices of any rank; says the rank (PyTorch's default on the CPU).
    #[default]
    Gelsy,
    /// For matrices of full rank; fails for others.
    Gels,
    /// For matrices of any rank; says the rank and the singular values.
    Gelsd,
    /// As `Gelsd`.
    Gelss,
}

/// PyTorch's names.
impl FromStr for LstsqDriver {
    type Err = Error;

    fn from_str(name: &str) -> Result<LstsqDriver> {
        match name {
            "gels" => Ok(LstsqDriver::Gels),
            "gelsy" => Ok(LstsqDriver::Gelsy),
            "gelsd" => Ok(LstsqDriver::Gelsd),
            "gelss" => Ok(LstsqDriver::Gelss),
            _ => bail!(
                "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"
            ),
        }
    }
}

/// What [`lstsq`] finds.
///
/// ```
/// use wick::linalg::Lstsq;
/// use wick::prelude::*;
/// let (a, b) = (tensor!([[1., 0.], [0., 2.], [0., 0.]]), tensor!([[3.], [4.], [1.]]));
/// let found: Lstsq = linalg::lstsq(&a, &b);
/// assert!(found.solution.allclose_with(&tensor!([[3.], [2.]]), 1e-5, 1e-6));
/// assert_eq!(found.rank.item::<i64>(), 2);
/// assert_eq!(found.residuals.numel(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Lstsq {
    /// The `X` for which `‖A X - B‖` is smallest; the smallest such `X` where there are several.
    pub solution: Tensor,
    /// The squared distances for each column, where there are more rows than columns and the rank is full; else, and
    /// for [`LstsqDriver::Gelsy`], nothing.
    pub residuals: Tensor,
    /// The ranks of the matrices; nothing for [`LstsqDriver::Gels`].
    pub rank: Tensor,
    /// The singular values, from drivers that compute them; else nothing.
    pub singular_values: Tensor,
}

functions! {
    /// The pseudoinverses of matrices of any sizes and ranks (`torch.linalg.pinv`). `[…, M, N]` to `[…, N, M]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.], [5., 6.]]);
    /// let p = wick::linalg::pinv(&a);
    /// assert!(p.matmul(&a).sub(Tensor::eye(2)).abs().max().item::<f32>() < 1e-4);
    /// ```
    pinv, try_pinv (a: &Tensor) -> Tensor => pseudoinverse(a, RankOptions::default());
    /// [`pinv`] with the choice of which singular values count as zero. PyTorch: `torch.linalg.pinv`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[2., 0.], [0., 0.001]]);
    /// let options = linalg::RankOptions { atol: Some(0.01), ..Default::default() };
    /// assert!(linalg::pinv_with(&a, options).allclose(&tensor!([[0.5, 0.], [0., 0.]])));
    /// ```
    pinv_with, try_pinv_with (a: &Tensor, options: RankOptions) -> Tensor => pseudoinverse(a, options);
    /// How many rows of each matrix are independent: `[…, M, N]` to an `i64` tensor (`torch.linalg.matrix_rank`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(linalg::matrix_rank(&tensor!([[1., 2.], [2., 4.]])).to_string(), "tensor(1)");
    /// ```
    matrix_rank, try_matrix_rank (a: &Tensor) -> Tensor => rank(a, RankOptions::default());
    /// [`matrix_rank`] with the choice of which singular values count as zero. PyTorch: `torch.linalg.matrix_rank`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 0.], [0., 0.001]]);
    /// let options = linalg::RankOptions { atol: Some(0.01), ..Default::default() };
    /// assert_eq!(linalg::matrix_rank_with(&a, options).item::<i64>(), 1);
    /// ```
    matrix_rank_with, try_matrix_rank_with (a: &Tensor, options: RankOptions) -> Tensor => rank(a, options);
    /// The `X` for which `‖A X - B‖` is smallest: `[…, M, N]` and `[…, M, K]` to `[…, N, K]` (`torch.linalg.lstsq`).
    /// Their numbers of rows and dtypes must agree.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // The line through (0, 1), (1, 3) and (2, 5): y = 1 + 2 x.
    /// let a = tensor!([[1., 0.], [1., 1.], [1., 2.]]);
    /// let line = linalg::lstsq(&a, &tensor!([[1.], [3.], [5.]])).solution;
    /// assert!(line.allclose_with(&tensor!([[1.], [2.]]), 1e-4, 1e-5));
    /// ```
    lstsq, try_lstsq (a: &Tensor, b: &Tensor) -> Lstsq => least_squares(a, b, None, LstsqDriver::default());
    /// [`lstsq`] with the share of the largest singular value up to which others count as zero (`rcond`, the larger
    /// size times the dtype's precision if `None`), and a driver. PyTorch: `torch.linalg.lstsq(a, b, rcond, driver=…)`.
    ///
    /// ```
    /// use wick::linalg::LstsqDriver;
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1., 0.], [0., 2.], [0., 0.]]), tensor!([[3.], [4.], [1.]]));
    /// let found = linalg::lstsq_with(&a, &b, None, LstsqDriver::Gels);
    /// assert!(found.residuals.allclose_with(&tensor!([1.]), 1e-4, 1e-5));
    /// ```
    lstsq_with, try_lstsq_with (a: &Tensor, b: &Tensor, rcond: Option<f64>, driver: LstsqDriver) -> Lstsq
        => least_squares(a, b, rcond, driver);
}

/// The precision of a dtype.
fn epsilon(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => f64::EPSILON,
        _ => f64::from(f32::EPSILON),
    }
}

/// Singular values, or the magnitudes of eigenvalues, up to which they count as zero.
fn tolerance(a: &Tensor, values: &Tensor, options: RankOptions) -> Result<Tensor> {
    let (m, n) = sizes(a);
    let standard = epsilon(a.dtype()) * m.max(n) as f64;
    let rtol = options.rtol.unwrap_or(match options.atol {
        Some(atol) if atol > 0. => 0.,
        _ => standard,
    });
    let largest = match values.size(-1) {
        0 => values.try_sum_dim(-1, true)?,
        _ => values.try_amax(-1, true)?,
    };
    largest
        .try_mul(rtol)?
        .try_clamp_min(options.atol.unwrap_or(0.))
}

fn pseudoinverse(a: &Tensor, options: RankOptions) -> Result<Tensor> {
    let float = matches!(a.dtype(), DType::F32 | DType::F64);
    if a.dim() < 2 || !float {
        bail!(
            "linalg.pinv({}{{{}}}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types",
            a.dtype().scalar_type(),
            a.shape().list()
        );
    }
    if a.numel() == 0 {
        let (m, n) = sizes(a);
        let shape: Vec<usize> = batch(a).into_iter().chain([n, m]).collect();
        return a.try_new_zeros(&shape);
    }
    let p = no_grad(|| {
        let inverted = |values: &Tensor, sizes: &Tensor| {
            let counts = sizes.try_gt(&tolerance(a, sizes, options)?)?;
            counts.try_where_(values.try_reciprocal()?, 0)
        };
        if options.hermitian {
            let (values, vectors) = try_eigh(&a.detach())?;
            let inverted = inverted(&values, &values.try_abs()?)?.try_unsqueeze(-2)?;
            return vectors.try_mul(&inverted)?.try_matmul(&vectors.try_mt()?);
        }
        let (u, s, vh) = try_svd_with(&a.detach(), false)?;
        let inverted = inverted(&s, &s)?.try_unsqueeze(-2)?;
        vh.try_mt()?.try_mul(&inverted)?.try_matmul(&u.try_mt()?)
    })?;
    record("LinalgPinvBackward0", &[a], p, |p| {
        let backward =
            |ctx: &Ctx, g: &Tensor| Ok(vec![Some(derivative(&ctx.saved(0)?, &ctx.saved(1)?, g)?)]);
        (vec![Saved::input(a), Saved::output(p)], backward)
    })
}

/// Golub and Pereyra's derivative of a pseudoinverse `P` of `A` of constant rank, turned around:
/// `-Pᵀ g Pᵀ + (I - A P) gᵀ P Pᵀ + Pᵀ P gᵀ (I - P A)`.
fn derivative(a: &Tensor, p: &Tensor, g: &Tensor) -> Result<Tensor> {
    let (pt, gt) = (p.try_mt()?, g.try_mt()?);
    let first = pt.try_matmul(g)?.try_matmul(&pt)?;
    let second = gt.try_matmul(p)?.try_matmul(&pt)?;
    let second = second.try_sub(a.try_matmul(&p.try_matmul(&second)?)?)?;
    let third = pt.try_matmul(&p.try_matmul(&gt)?)?;
    let third = third.try_sub(third.try_matmul(p)?.try_matmul(a)?)?;
    second.try_add(&third)?.try_sub(&first)
}

fn rank(a: &Tensor, options: RankOptions) -> Result<Tensor> {
    if !matches!(a.dtype(), DType::F32 | DType::F64) && a.dim() >= 2 {
        bail!("This function doesn't handle types other than float and double");
    }
    matrices(a, "torch.linalg.matrix_rank", "input")?;
    no_grad(|| {
        let values = match options.hermitian {
            true => try_eigh(&a.detach())?.0.try_abs()?,
            false => try_svdvals(&a.detach())?,
        };
        let counts = values.try_gt(&tolerance(a, &values, options)?)?;
        counts.try_to_dtype(DType::I64)?.try_sum_dim(-1, false)
    })
}

fn least_squares(a: &Tensor, b: &Tensor, rcond: Option<f64>, driver: LstsqDriver) -> Result<Lstsq> {
    const NAME: &str = "torch.linalg.lstsq";
    if a.dim() < 2 {
        bail!("{NAME}: input must have at least 2 dimensions.");
    }
    if b.dim() < 1 {
        bail!("{NAME}: other must have at least 1 dimension.");
    }
    same_dtype(a, b, NAME)?;
    let (m, n) = sizes(a);
    let vector = b.dim() + 1 == a.dim();
    let right = if vector { columns(b)? } else { b.clone() };
    if right.dim() < 2 || sizes(&right).0 != m {
        bail!(
            "{NAME}: {}",
            if vector {
                "input.size(-2) should match other.size(-1)"
            } else {
                "input.size(-2) should match other.size(-2)"
            }
        );
    }
    let options = RankOptions {
        rtol: rcond,
        ..RankOptions::default()
    };
    let values = no_grad(|| try_svdvals(&a.detach()))?;
    let ranks = no_grad(|| {
        let counts = values.try_gt(&tolerance(a, &values, options)?)?;
        counts.try_to_dtype(DType::I64)?.try_sum_dim(-1, false)
    })?;
    let full =
        no_grad(|| Ok::<_, Error>(ranks.try_eq(m.min(n) as i64)?.try_all()?.item::<bool>()))?;
    if driver == LstsqDriver::Gels && !full {
        let first = ranks.try_to_dtype(DType::I64)?.to_vec::<i64>();
        let number = first
            .iter()
            .position(|&rank| rank < m.min(n) as i64)
            .unwrap_or(0);
        bail!(
            "{NAME}: {}The least squares solution could not be computed because the input matrix does not have full rank \
             (error code: {}).",
            crate::kernels::linalg::element(&batch(a), number),
            first[number] + 1
        );
    }
    let solution = no_grad(|| pseudoinverse(&a.detach(), options)?.try_matmul(&right.detach()))?;
    let solution = record("LinalgLstsqBackward0", &[a, &right], solution, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let (a, b) = (ctx.saved(0)?, ctx.saved(1)?);
            let p = pseudoinverse(&a, options)?;
            Ok(vec![
                ctx.when(0, || derivative(&a, &p, &g.try_matmul(&b.try_mt()?)?))?,
                ctx.when(1, || p.try_mt()?.try_matmul(g))?,
            ])
        };
        (vec![Saved::input(a), Saved::input(&right)], backward)
    })?;
    let nothing = || a.try_new_zeros(&[0]);
    let tall = m > n && full && driver != LstsqDriver::Gelsy;
    let residuals = match tall {
        true => {
            let apart = a.try_matmul(&solution)?.try_sub(&right)?;
            apart.try_square()?.try_sum_dim(-2, false)?
        }
        false => nothing()?,
    };
    let with_values = matches!(driver, LstsqDriver::Gelsd | LstsqDriver::Gelss);
    Ok(Lstsq {
        solution: match vector {
            true => solution.try_squeeze_dim(-1)?,
            false => solution,
        },
        residuals,
        rank: match driver {
            LstsqDriver::Gels => nothing()?.try_to_dtype(DType::I64)?,
            _ => ranks,
        },
        singular_values: if with_values { values } else { nothing()? },
    })
}
