//! Linear algebra (`torch.linalg`): inverses, determinants, equations, factorizations and norms of matrices and
//! batches of them.
//!
//! Matrices are the last two dimensions; the dimensions in front count them. Dtypes are `f32` and `f64`. Everything
//! that PyTorch can differentiate can be differentiated here, and again. Each function panics with PyTorch's sentence
//! and has a `try_` twin that returns it; the best known are methods of [`Tensor`](crate::Tensor) as well
//! (`a.inverse()`, `a.det()`).
//!
//! Factorizations are [faer](https://faer.veganb.tw)'s. Where a factorization is not unique, a column's sign may differ
//! from LAPACK's, which PyTorch calls: singular and eigenvectors. [`inv`], [`solve`], [`eig`] and products take complex
//! matrices too.
//!
//! ```
//! use wick::linalg;
//! use wick::prelude::*;
//! let a = tensor!([[4., 2.], [1., 3.]]);
//! let x = linalg::solve(&a, &tensor!([1., 1.]));
//! assert!(a.matmul(&x).allclose(&tensor!([1., 1.])));
//! ```

mod check;
mod cholesky;
mod determinant;
mod eig;
mod eigen;
mod least_squares;
mod lu;
mod methods;
mod norm;
mod parts;
mod power;
mod product;
mod qr;
mod solve;
mod svd;
mod triangular;

pub use cholesky::*;
pub use determinant::*;
pub use eig::*;
pub use eigen::*;
pub use least_squares::*;
pub use lu::*;
pub use norm::*;
pub use power::*;
pub use product::*;
pub use qr::*;
pub use solve::*;
pub use svd::*;
pub use triangular::*;
