//! `QR` factorizations.

use super::check::{floats, matrices, sizes};
use super::parts::{diagonal, diagonal_matrix, triu};
use super::triangular::{TriangularOptions, try_solve_triangular_with};
use crate::autograd::{Ctx, Saved, record_many};
use crate::error::{Error, Result, bail};
use crate::kernels::linalg as kernels;
use crate::tensor::Tensor;
use std::str::FromStr;

/// How much of a `QR` factorization is wanted. PyTorch: `mode`, an argument of `torch.linalg.qr`.
///
/// ```
/// use wick::linalg::QrMode;
/// use wick::prelude::*;
/// let a = Tensor::rand([3, 2]);
/// let (q, r) = linalg::qr_with(&a, QrMode::Complete);
/// assert_eq!((q.shape(), r.shape()), ([3, 3].into(), [3, 2].into()));
/// assert_eq!("reduced".parse::<QrMode>()?, QrMode::Reduced);
/// # Ok::<(), wick::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QrMode {
    /// As many columns of `Q` and rows of `R` as say something.
    #[default]
    Reduced,
    /// All columns of `Q`: a square matrix.
    Complete,
    /// `R` alone, as in [`QrMode::Reduced`]; `Q` is empty.
    R,
}

/// PyTorch's names: `reduced`, `complete` and `r`.
impl FromStr for QrMode {
    type Err = Error;

    fn from_str(name: &str) -> Result<QrMode> {
        match name {
            "reduced" => Ok(QrMode::Reduced),
            "complete" => Ok(QrMode::Complete),
            "r" => Ok(QrMode::R),
            _ => bail!(
                "qr received unrecognized mode '{name}' but expected one of 'reduced' (default), 'r', or 'complete'"
            ),
        }
    }
}

functions! {
    /// `Q` with orthonormal columns and upper triangular `R` with `A = Q R` (`torch.linalg.qr`). `[…, M, N]` to
    /// `[…, M, K]` and `[…, K, N]`, where `K` is the smaller of `M` and `N`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (q, r) = wick::linalg::qr(&tensor!([[1., 2.], [3., 4.], [5., 6.]]));
    /// assert_eq!((q.shape(), r.shape()), ([3, 2].into(), [2, 2].into()));
    /// ```
    qr, try_qr (a: &Tensor) -> (Tensor, Tensor) => decompose(a, QrMode::Reduced);
    /// [`qr`] in another mode. PyTorch: `torch.linalg.qr(a, mode)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (q, r) = linalg::qr_with(&tensor!([[3., 0.], [4., 5.]]), linalg::QrMode::R);
    /// assert_eq!((q.numel(), r.shape()), (0, [2, 2].into()));
    /// ```
    qr_with, try_qr_with (a: &Tensor, mode: QrMode) -> (Tensor, Tensor) => decompose(a, mode);
}

fn decompose(a: &Tensor, mode: QrMode) -> Result<(Tensor, Tensor)> {
    wick_runtime::interrupt::check();
    matrices(a, "linalg.qr", "A")?;
    floats(a, "linalg.qr", true)?;
    let (q, r) = kernels::qr(&a.array(), mode == QrMode::Complete)?;
    let (q, r) = (Tensor::from_array(q), Tensor::from_array(r));
    let q = if mode == QrMode::R {
        a.try_new_zeros(&[0])?
    } else {
        q
    };
    let (m, n) = sizes(a);
    record_many("LinalgQrBackward0", &[a], &[&q, &r], || {
        let saved = vec![Saved::nth_output(&q, 0), Saved::nth_output(&r, 1)];
        let backward = move |ctx: &Ctx, g: &[Option<Tensor>]| {
            if mode == QrMode::R {
                bail!(
                    "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use \
                     linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
                );
            }
            if mode == QrMode::Complete && m > n {
                bail!(
                    "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
                );
            }
            let (q, r) = (ctx.saved(0)?, ctx.saved(1)?);
            Ok(vec![derivative(&q, &r, g[0].clone(), g[1].clone())?])
        };
        (saved, backward)
    })?;
    Ok((q, r))
}

/// Walter, Lehmann and Lamour's formula; a wide matrix `[X Y]` is `Q [U V]` with `X = Q U` and `Y = Q V`.
fn derivative(
    q: &Tensor,
    r: &Tensor,
    gq: Option<Tensor>,
    gr: Option<Tensor>,
) -> Result<Option<Tensor>> {
    if gq.is_none() && gr.is_none() {
        return Ok(None);
    }
    let gq = gq.map_or_else(|| q.detach().try_zeros_like(), Ok)?;
    let gr = gr.map_or_else(|| r.detach().try_zeros_like(), Ok)?;
    let ((_, k), (_, n)) = (sizes(q), sizes(r));
    let rest = n - k;
    let (u, gu) = (r.try_narrow(-1, 0, k)?, gr.try_narrow(-1, 0, k)?);
    let mut gq = gq;
    if rest > 0 {
        let (v, gv) = (
            r.try_narrow(-1, k as i64, rest)?,
            gr.try_narrow(-1, k as i64, rest)?,
        );
        let y = q.try_matmul(&v)?;
        gq = gq.try_add(y.try_matmul(&gv.try_mt()?)?)?;
    }
    let inner = gu
        .try_matmul(&u.try_mt()?)?
        .try_sub(q.try_mt()?.try_matmul(&gq)?)?;
    let upper = triu(&inner, 0)?;
    let symmetric = upper
        .try_add(upper.try_mt()?)?
        .try_sub(diagonal_matrix(&diagonal(&upper)?)?)?;
    let right = TriangularOptions {
        upper: false,
        left: false,
        ..Default::default()
    };
    let g = gq.try_add(q.try_matmul(&symmetric)?)?;
    let g = try_solve_triangular_with(&u.try_mt()?, &g, right)?;
    if rest == 0 {
        return Ok(Some(g));
    }
    let gv = gr.try_narrow(-1, k as i64, rest)?;
    Tensor::try_cat(&[g, q.try_matmul(&gv)?], -1).map(Some)
}
