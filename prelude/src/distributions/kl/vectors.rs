//! Pairs of normal vectors.

use super::pairs;
use crate::distributions::low_rank::scaled;
use crate::distributions::numbers::sum_rightmost;
use crate::distributions::spread::{half_log_det, mahalanobis};
use crate::distributions::{Distribution, LowRankMultivariateNormal, MultivariateNormal};
use crate::error::{Error, Result};
use crate::linalg::try_solve_triangular;
use crate::tensor::Tensor;

fn same_events(p: &dyn Distribution, q: &dyn Distribution, what: &str) -> Result<()> {
    match p.event_shape() == q.event_shape() {
        true => Ok(()),
        // With the spaces of a line that goes on in PyTorch's source.
        false => Err(Error::value(format!(
            "KL-divergence between two {what} with{:26}different event shapes cannot be computed",
            ""
        ))),
    }
}

/// The trace of a matrix times its transpose.
fn trace_of_square(matrix: &Tensor) -> Result<Tensor> {
    sum_rightmost(&matrix.try_pow(2)?, 2)
}

/// What a spread by a few ways takes away of `matrix`, in that of `q`.
fn by_ways(q: &LowRankMultivariateNormal, matrix: &Tensor) -> Result<Tensor> {
    let (factor, diag) = q.unbroadcast();
    let ways = try_solve_triangular(q.capacitance(), &scaled(factor, diag)?, false)?;
    trace_of_square(&ways.try_matmul(matrix)?)
}

pairs! {
    MultivariateNormal, MultivariateNormal: |p, q| {
        same_events(p, q, "Multivariate Normals")?;
        let (p_tril, q_tril) = (p.unbroadcast_tril(), q.unbroadcast_tril());
        let half = half_log_det(q_tril)? - half_log_det(p_tril)?;
        let batch = crate::shape::broadcast(&q_tril.dims()[..q_tril.dim() - 2], &p_tril.dims()[..p_tril.dim() - 2])?;
        let n = p.loc().size(-1);
        let shape = [batch.dims(), &[n, n]].concat();
        let quotient = try_solve_triangular(&q_tril.try_expand(&shape)?, &p_tril.try_expand(&shape)?, false)?;
        let trace = sum_rightmost(&quotient.pow(2), 2)?;
        let distance = mahalanobis(q_tril, &(q.loc() - p.loc()))?;
        Ok(half + 0.5 * (trace + distance - n))
    };
    LowRankMultivariateNormal, LowRankMultivariateNormal: |p, q| {
        same_events(p, q, "Low Rank Multivariate Normals")?;
        let ((p_factor, p_diag), (_, q_diag)) = (p.unbroadcast(), q.unbroadcast());
        let t1 = q.log_det()? - p.log_det()?;
        let alone = (p_diag / q_diag).sum_dim(-1, false);
        let together = trace_of_square(&(p_factor * q_diag.rsqrt().unsqueeze(-1)))?;
        let deviation = p_diag.sqrt().try_diag_embed(0, -2, -1)?;
        let t2 = alone + together - by_ways(q, &deviation)? - by_ways(q, p_factor)?;
        let t3 = q.distance(&(q.loc() - p.loc()))?;
        Ok(0.5 * (t1 + t2 + t3 - p.loc().size(-1)))
    };
    MultivariateNormal, LowRankMultivariateNormal: |p, q| {
        same_events(p, q, "(Low Rank) Multivariate Normals")?;
        let (p_tril, (_, q_diag)) = (p.unbroadcast_tril(), q.unbroadcast());
        let t1 = q.log_det()? - 2 * half_log_det(p_tril)?;
        let measured = trace_of_square(&(p_tril * q_diag.rsqrt().unsqueeze(-1)))?;
        let t2 = measured - by_ways(q, p_tril)?;
        let t3 = q.distance(&(q.loc() - p.loc()))?;
        Ok(0.5 * (t1 + t2 + t3 - p.loc().size(-1)))
    };
    LowRankMultivariateNormal, MultivariateNormal: |p, q| {
        same_events(p, q, "(Low Rank) Multivariate Normals")?;
        let ((p_factor, p_diag), q_tril) = (p.unbroadcast(), q.unbroadcast_tril());
        let t1 = 2 * half_log_det(q_tril)? - p.log_det()?;
        let deviation = p_diag.sqrt().try_diag_embed(0, -2, -1)?;
        let together = trace_of_square(&try_solve_triangular(q_tril, p_factor, false)?)?;
        let t2 = together + trace_of_square(&try_solve_triangular(q_tril, &deviation, false)?)?;
        let t3 = mahalanobis(q_tril, &(q.loc() - p.loc()))?;
        Ok(0.5 * (t1 + t2 + t3 - p.loc().size(-1)))
    };
}
