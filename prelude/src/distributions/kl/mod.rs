//! How much one distribution differs from another.

mod cross;
mod same;
mod vectors;

use super::distribution::Distribution;
use super::independent::Independent;
use super::numbers::sum_rightmost;
use crate::error::{OrPanic, Result, bail};
use crate::tensor::Tensor;

#[diagnostic::on_unimplemented(
    message = "No KL(p || q) is implemented for p type {Self} and q type {Q}",
    note = "`(p.log_prob(&x) - q.log_prob(&x)).mean()` of many draws `x` from `p` comes near it"
)]
/// Pairs of distributions for which [`kl_divergence`] is known. PyTorch: `torch.distributions.kl.register_kl`.
///
/// ```
/// use wick::distributions::{KlDivergence, Normal};
/// use wick::prelude::*;
/// fn bits(p: &Normal, q: &Normal) -> Tensor {
///     p.kl(q).unwrap() / 2f64.ln()
/// }
/// assert_eq!(bits(&Normal::new(0, 1), &Normal::new(1, 1)).to_string(), "tensor(0.7213)");
/// ```
pub trait KlDivergence<Q>: Distribution {
    /// How much `q` differs from this distribution. The batches go together.
    fn kl(&self, q: &Q) -> Result<Tensor>;
}

/// How much `q` differs from `p`: the mean of `ln(p(x) / q(x))` over draws from `p`. Batches broadcast. PyTorch:
/// `torch.distributions.kl_divergence`.
///
/// ```
/// use wick::distributions::{Categorical, kl_divergence};
/// use wick::prelude::*;
/// let (old, new) = (tensor!([0.5, 0.25, 0.25]), tensor!([0.25, 0.5, 0.25]));
/// let step = kl_divergence(&Categorical::new(&old), &Categorical::new(&new));
/// assert_eq!(step.to_string(), "tensor(0.1733)");
/// ```
///
/// # Panics
/// When the shapes do not go together.
#[track_caller]
pub fn kl_divergence<P: KlDivergence<Q>, Q: Distribution>(p: &P, q: &Q) -> Tensor {
    try_kl_divergence(p, q).or_panic()
}

/// [`kl_divergence`] that returns what is wrong instead of panicking.
pub fn try_kl_divergence<P: KlDivergence<Q>, Q: Distribution>(p: &P, q: &Q) -> Result<Tensor> {
    crate::shape::broadcast(&p.batch_shape(), &q.batch_shape())?;
    p.kl(q)
}

/// Infinite where `mask` holds. Shapes broadcast.
fn infinite_where(result: Tensor, mask: &Tensor) -> Result<Tensor> {
    mask.try_where_(f64::INFINITY, result)
}

/// A line for each pair: a formula, whose operations cannot fail where the batches go together.
macro_rules! pairs {
    ($($p_type:ty, $q_type:ty: |$p:ident, $q:ident| $body:expr;)*) => {$(
        impl super::KlDivergence<$q_type> for $p_type {
            fn kl(&self, $q: &$q_type) -> $crate::Result<$crate::Tensor> {
                let $p = self;
                $body
            }
        }
    )*};
}
use pairs;

impl<P: KlDivergence<Q>, Q: Distribution> KlDivergence<Independent<Q>> for Independent<P> {
    fn kl(&self, q: &Independent<Q>) -> Result<Tensor> {
        let dims = self.reinterpreted_batch_ndims();
        if dims != q.reinterpreted_batch_ndims() {
            bail!(
                "No KL(p || q) is implemented for p type Independent and q type Independent where they take {dims} and {} \
                 batch dimensions for those of an event",
                q.reinterpreted_batch_ndims()
            );
        }
        sum_rightmost(&try_kl_divergence(self.base_dist(), q.base_dist())?, dims)
    }
}
