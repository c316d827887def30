//! Matrices with orthonormal columns or rows, made of free numbers.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use super::parametrize::Parametrization;
use crate::error::{Error, Result};
use crate::{DType, Shape, Tensor, linalg};

/// How a matrix of free numbers becomes one with orthonormal columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Map {
    /// The exponential of what is skew-symmetric.
    MatrixExp,
    /// Cayley's transform of what is skew-symmetric.
    Cayley,
    /// The product of reflections.
    Householder,
}

/// PyTorch's names.
impl FromStr for Map {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "matrix_exp" => Ok(Map::MatrixExp),
            "cayley" => Ok(Map::Cayley),
            "householder" => Ok(Map::Householder),
            _ => Err(Error::value(format!(
                "orthogonal_map has to be one of \"matrix_exp\", \"cayley\", \"householder\". Got: {name}"
            ))),
        }
    }
}

/// A matrix with orthonormal columns, or rows where it is wide; batches too.
pub(super) struct Orthogonal {
    map: Map,
    shape: Shape,
    /// What the result of the map is multiplied with, if anything is (Lezcano-Casado, 2019): then training begins at 0,
    /// where the map is at its best.
    base: Option<Mutex<Option<Tensor>>>,
}

impl Orthogonal {
    /// For a weight of that form; without a map the one that PyTorch chooses.
    pub fn new(weight: &Tensor, map: Option<&str>, use_trivialization: bool) -> Result<Self> {
        if weight.dim() < 2 {
            return Err(Error::value(format!(
                "Expected a matrix or batch of matrices. Got a tensor of {} dimensions.",
                weight.dim()
            )));
        }
        let map = match map {
            Some(name) => name.parse()?,
            None if weight.size(-2) == weight.size(-1) || weight.is_complex() => Map::MatrixExp,
            None => Map::Householder,
        };
        if weight.is_complex() && map == Map::Householder {
            return Err(Error::value(
                "The householder parametrization does not support complex tensors.",
            ));
        }
        Ok(Self {
            map,
            shape: weight.shape(),
            base: use_trivialization.then(Mutex::default),
        })
    }

    fn base(&self) -> Option<Tensor> {
        let base = self.base.as_ref()?;
        base.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Of a tall matrix.
    fn mapped(&self, x: &Tensor) -> Result<Tensor> {
        let (n, k) = (x.try_size(-2)?, x.try_size(-1)?);
        if self.map == Map::Householder {
            let vectors = x.try_tril(-1)?;
            let factors = vectors
                .try_square()?
                .try_sum_dim(-2, false)?
                .try_add(1)?
                .try_rdiv(2)?;
            // 1 and -1, which are not trained.
            let signs = x.detach().try_diagonal_dims(0, -2, -1)?.try_trunc()?;
            return reflections(&vectors, &factors)?.try_mul(signs.try_unsqueeze(-2)?);
        }
        let mut lower = x.try_tril(0)?;
        if n > k {
            let mut shape = x.dims();
            shape[x.dim() - 1] = n - k;
            lower = Tensor::try_cat(&[&lower, &x.try_new_zeros(&shape)?], -1)?;
        }
        let skew = lower.try_sub(lower.try_adjoint()?)?;
        let square = match self.map {
            Map::Cayley => {
                let one = identity(&skew, n)?;
                let half = skew.try_mul(0.5)?;
                linalg::try_solve(&one.try_sub(&half)?, &one.try_add(&half)?)?
            }
            _ => linalg::try_matrix_exp(&skew)?,
        };
        square.try_narrow(-1, 0, k)
    }

    /// An orthogonal matrix of `n` rows that begins with the columns of `q`, or those next to them. What it lacks is drawn.
    fn completed(q: &Tensor) -> Result<Tensor> {
        let (n, k) = (q.try_size(-2)?, q.try_size(-1)?);
        if n == k {
            let distance = q
                .try_adjoint()?
                .try_matmul(q)?
                .try_sub(identity(q, n)?)?
                .try_abs()?;
            let step = match q.dtype().to_real() {
                DType::F64 => f64::EPSILON,
                _ => f32::EPSILON.into(),
            };
            let allowed = 10. * n as f64 * step;
            // As `torch.allclose` compares: where 1 is expected, a little more is allowed.
            let allowed = identity(&distance, n)?.try_mul(1e-5)?.try_add(allowed)?;
            if distance.try_le(&allowed)?.try_all()?.try_item()? {
                return q.try_copy();
            }
            return orthonormal(q);
        }
        let mut shape = q.dims();
        shape[q.dim() - 1] = n - k;
        let rest = Tensor::try_randn_with(shape, (q.dtype(), q.device()))?;
        orthonormal(&Tensor::try_cat(&[q, &rest], -1)?)
    }
}

impl Parametrization for Orthogonal {
    fn forward(&self, originals: &[Tensor], _training: bool) -> Result<Tensor> {
        let x = &originals[0];
        let wide = x.try_size(-2)? < x.try_size(-1)?;
        let tall = if wide { x.try_mt()? } else { x.clone() };
        let mut q = self.mapped(&tall)?;
        if let Some(base) = self.base() {
            q = base.try_matmul(&q)?;
        }
        if wide { q.try_mt() } else { Ok(q) }
    }

    fn right_inverse(&self, value: &Tensor) -> Result<Option<Vec<Tensor>>> {
        if value.shape() != self.shape {
            return Err(Error::value(format!(
                "Expected a matrix or batch of matrices of shape {}. Got a tensor of shape {}.",
                self.shape,
                value.shape()
            )));
        }
        let wide = value.try_size(-2)? < value.try_size(-1)?;
        let q = if wide { value.try_mt()? } else { value.clone() };
        let Some(base) = &self.base else {
            if self.map != Map::Householder {
                return Err(Error::runtime(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations when \
                     use_trivialization=False.",
                ));
            }
            let vectors = reflecting(&q)?;
            return Ok(Some(vec![if wide { vectors.try_mt()? } else { vectors }]));
        };
        *base.lock().unwrap_or_else(PoisonError::into_inner) = Some(Self::completed(&q)?);
        // -1 on the diagonal, which the reflections read: of these numbers they make the identity.
        let original = value.try_zeros_like()?;
        original.try_diagonal_dims(0, -2, -1)?.try_fill_(-1)?;
        Ok(Some(vec![original]))
    }

    fn buffers(&self) -> Vec<(&'static str, Tensor)> {
        self.base().into_iter().map(|base| ("base", base)).collect()
    }

    fn kind(&self) -> &'static str {
        "_Orthogonal"
    }
}

fn identity(like: &Tensor, n: usize) -> Result<Tensor> {
    Tensor::try_eye_with(n, (like.dtype(), like.device()))
}

/// The orthonormal columns of a QR decomposition in which the diagonal of R is not negative.
fn orthonormal(a: &Tensor) -> Result<Tensor> {
    let (q, r) = linalg::try_qr(a)?;
    q.try_mul(
        r.try_diagonal_dims(0, -2, -1)?
            .try_sgn()?
            .try_unsqueeze(-2)?,
    )
}

/// The first columns of the product of the reflections `1 - factor · v vᵀ`, where `v` is 1 on the diagonal and below it
/// what `vectors` has: `torch.linalg.householder_product`.
fn reflections(vectors: &Tensor, factors: &Tensor) -> Result<Tensor> {
    let (n, k) = (vectors.try_size(-2)?, vectors.try_size(-1)?);
    let one = identity(vectors, n)?.try_narrow(-1, 0, k)?;
    let unit = vectors.try_add(&one)?;
    let mut product = one.try_expand(vectors.shape())?;
    for at in (0..k).rev() {
        let v = unit.try_narrow(-1, at as i64, 1)?;
        let factor = factors.try_narrow(-1, at as i64, 1)?.try_unsqueeze(-1)?;
        let along = v.try_mt()?.try_matmul(&product)?;
        product = product.try_sub(v.try_mul(&factor)?.try_matmul(&along)?)?;
    }
    Ok(product)
}

/// What [`reflections`] make these columns of: their vectors below the diagonal, signs on it.
fn reflecting(q: &Tensor) -> Result<Tensor> {
    let (n, k) = (q.try_size(-2)?, q.try_size(-1)?);
    let mut numbers = q.try_to_vec::<f64>()?;
    for matrix in numbers.chunks_mut((n * k).max(1)) {
        for at in 0..k {
            reflect(matrix, at, n, k);
        }
    }
    let found = Tensor::try_from_vec(numbers, q.shape())?;
    found.try_to((q.dtype(), q.device()))
}

/// One step of LAPACK's `geqrf`: the reflection that leaves nothing of column `at` below the diagonal.
fn reflect(matrix: &mut [f64], at: usize, n: usize, k: usize) {
    let tail =
        |matrix: &[f64], j: usize| -> Vec<f64> { (at + 1..n).map(|i| matrix[i * k + j]).collect() };
    let (first, below) = (matrix[at * k + at], tail(matrix, at));
    let length = below.iter().fold(0f64, |length, x| length.hypot(*x));
    if length == 0. {
        // Nothing is reflected; the sign says that.
        matrix[at * k + at] = if first == 0. { 0. } else { -first.signum() };
        return;
    }
    let turned = -first.signum() * first.hypot(length);
    let factor = (turned - first) / turned;
    let vector: Vec<f64> = below.iter().map(|x| x / (first - turned)).collect();
    for j in at + 1..k {
        let along: f64 = vector.iter().zip(tail(matrix, j)).map(|(v, x)| v * x).sum();
        let along = factor * (matrix[at * k + j] + along);
        matrix[at * k + j] -= along;
        for (i, v) in vector.iter().enumerate() {
            matrix[(at + 1 + i) * k + j] -= along * v;
        }
    }
    matrix[at * k + at] = turned.signum();
    for (i, v) in vector.into_iter().enumerate() {
        matrix[(at + 1 + i) * k + at] = v;
    }
}
