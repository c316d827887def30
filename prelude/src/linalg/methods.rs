//! Linear algebra that PyTorch has as methods of tensors, too.

use super::*;
use crate::tensor::Tensor;
use crate::tensor::ops::ops;

ops! {
    /// The inverses of square matrices: [`linalg::inv`](inv).
    inverse, try_inverse, [] (x) => try_inv(x);
    /// The determinants of square matrices: [`linalg::det`](det).
    det, try_det, [] (x) => try_det(x);
    /// The signs and the logarithms of the magnitudes of determinants: [`linalg::slogdet`](slogdet).
    slogdet, try_slogdet, [] (x) -> (Tensor, Tensor) => try_slogdet(x);
    /// The logarithms of determinants: [`linalg::logdet`](logdet).
    logdet, try_logdet, [] (x) => try_logdet(x);
    /// The Cholesky factors, upper triangular if `upper`: [`linalg::cholesky`](cholesky).
    cholesky, try_cholesky, [] (x, upper: bool) => if upper { try_cholesky_upper(x) } else { try_cholesky(x) };
    /// `X` of `A X = self` from the Cholesky factor of `A`: [`linalg::cholesky_solve`](cholesky_solve).
    cholesky_solve, try_cholesky_solve, [] (x, factor: &Tensor, upper: bool) => try_cholesky_solve(x, factor, upper);
    /// `Q` and `R`: [`linalg::qr`](qr).
    qr, try_qr, [] (x) -> (Tensor, Tensor) => try_qr(x);
    /// `U`, the singular values and `V` (not transposed), without superfluous columns: `torch.svd`, of which
    /// [`linalg::svd`](svd) is the successor.
    svd, try_svd, [] (x) -> (Tensor, Tensor, Tensor) => {
        let (u, s, vh) = try_svd_with(x, false)?;
        Ok((u, s, vh.try_mt()?))
    };
    /// The pseudoinverses: [`linalg::pinv`](pinv).
    pinverse, try_pinverse, [] (x) => try_pinv(x);
    /// Square matrices to a whole power: [`linalg::matrix_power`](matrix_power).
    matrix_power, try_matrix_power, [] (x, n: i64) => try_matrix_power(x, n);
    /// The exponentials of square matrices: [`linalg::matrix_exp`](matrix_exp).
    matrix_exp, try_matrix_exp, [] (x) => try_matrix_exp(x);
}
