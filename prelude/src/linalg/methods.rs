//! Linear algebra that PyTorch has as methods of tensors, too.

use super::*;
use crate::tensor::Tensor;
use crate::tensor::ops::ops;

ops! {
    /// The inverses of square matrices: [`linalg::inv`](inv). PyTorch: `torch.inverse`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([[2., 0.], [0., 4.]]).inverse().to_vec2::<f32>(), [[0.5, 0.], [0., 0.25]]);
    /// ```
    inverse, try_inverse, [] (x) => try_inv(x);
    /// The determinants of square matrices: [`linalg::det`](det). PyTorch: `torch.det`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([[4., 2.], [1., 3.]]).det().to_string(), "tensor(10.)");
    /// ```
    det, try_det, [] (x) => try_det(x);
    /// The signs and the logarithms of the magnitudes of determinants: [`linalg::slogdet`](slogdet). PyTorch:
    /// `torch.slogdet`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (sign, logarithm) = tensor!([[0., 2.], [2., 0.]]).slogdet();
    /// assert_eq!(sign.item::<f32>(), -1.);
    /// assert_eq!(logarithm.to_string(), "tensor(1.3863)");
    /// ```
    slogdet, try_slogdet, [] (x) -> (Tensor, Tensor) => try_slogdet(x);
    /// The logarithms of determinants: [`linalg::logdet`](logdet). PyTorch: `torch.logdet`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([[4., 2.], [1., 3.]]).logdet().to_string(), "tensor(2.3026)");
    /// ```
    logdet, try_logdet, [] (x) => try_logdet(x);
    /// The Cholesky factors, upper triangular if `upper`: [`linalg::cholesky`](cholesky). PyTorch: `torch.cholesky`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[4., 2.], [2., 5.]]);
    /// assert_eq!(a.cholesky(false).to_vec2::<f32>(), [[2., 0.], [1., 2.]]);
    /// ```
    cholesky, try_cholesky, [] (x, upper: bool) => if upper { try_cholesky_upper(x) } else { try_cholesky(x) };
    /// `X` of `A X = self` from the Cholesky factor of `A`: [`linalg::cholesky_solve`](cholesky_solve). PyTorch:
    /// `torch.cholesky_solve`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let l = tensor!([[4., 2.], [2., 5.]]).cholesky(false);
    /// let x = tensor!([[8.], [12.]]).cholesky_solve(&l, false);
    /// assert_eq!(x.to_string(), "tensor([[1.],\n        [2.]])");
    /// ```
    cholesky_solve, try_cholesky_solve, [] (x, factor: &Tensor, upper: bool) => try_cholesky_solve(x, factor, upper);
    /// `Q` and `R`: [`linalg::qr`](qr). PyTorch: `torch.qr`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.], [5., 6.]]);
    /// let (q, r) = a.qr();
    /// assert!(q.matmul(&r).allclose_with(&a, 1e-5, 1e-5));
    /// ```
    qr, try_qr, [] (x) -> (Tensor, Tensor) => try_qr(x);
    /// `U`, the singular values and `V` (not transposed), without superfluous columns: `torch.svd`, of which
    /// [`linalg::svd`](svd) is the successor.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3., 0.], [0., 2.], [0., 0.]]);
    /// let (u, s, v) = a.svd();
    /// assert_eq!(s.to_string(), "tensor([3., 2.])");
    /// assert!((u * s).matmul(&v.t()).allclose_with(&a, 1e-5, 1e-5));
    /// ```
    svd, try_svd, [] (x) -> (Tensor, Tensor, Tensor) => {
        let (u, s, vh) = try_svd_with(x, false)?;
        Ok((u, s, vh.try_mt()?))
    };
    /// The pseudoinverses: [`linalg::pinv`](pinv). `[…, M, N]` to `[…, N, M]`. PyTorch: `torch.pinverse`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let p = tensor!([[2., 0.], [0., 0.]]).pinverse();
    /// assert!(p.allclose(&tensor!([[0.5, 0.], [0., 0.]])));
    /// ```
    pinverse, try_pinverse, [] (x) => try_pinv(x);
    /// Square matrices to a whole power: [`linalg::matrix_power`](matrix_power). PyTorch: `torch.matrix_power`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 1.], [0., 1.]]);
    /// assert_eq!(a.matrix_power(5).to_vec2::<f32>(), [[1., 5.], [0., 1.]]);
    /// ```
    matrix_power, try_matrix_power, [] (x, n: i64) => try_matrix_power(x, n);
    /// The exponentials of square matrices: [`linalg::matrix_exp`](matrix_exp). PyTorch: `torch.matrix_exp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[0., 1.], [0., 0.]]);
    /// assert_eq!(a.matrix_exp().to_vec2::<f32>(), [[1., 1.], [0., 1.]]);
    /// ```
    matrix_exp, try_matrix_exp, [] (x) => try_matrix_exp(x);
}
