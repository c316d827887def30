//! How much one distribution differs from another.

use super::bernoulli::Bernoulli;
use super::beta::Beta;
use super::binomial::Binomial;
use super::categorical::Categorical;
use super::cauchy::Cauchy;
use super::dirichlet::Dirichlet;
use super::distribution::Distribution;
use super::exponential::Exponential;
use super::gamma::{Chi2, Gamma};
use super::geometric::Geometric;
use super::gumbel::Gumbel;
use super::half_normal::HalfNormal;
use super::independent::Independent;
use super::laplace::Laplace;
use super::log_normal::LogNormal;
use super::multivariate_normal::MultivariateNormal;
use super::normal::Normal;
use super::numbers::{EULER, sum_rightmost};
use super::one_hot::{OneHotCategorical, OneHotCategoricalStraightThrough};
use super::pareto::Pareto;
use super::poisson::Poisson;
use super::spread::{half_log_det, mahalanobis};
use super::uniform::Uniform;
use crate::error::{Error, OrPanic, Result, bail};
use crate::linalg::try_solve_triangular;
use crate::tensor::Tensor;
use std::f64::consts::PI;

const INFINITY: f64 = f64::INFINITY;

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

/// A line for each pair: a formula, whose operations cannot fail where the batches go together.
macro_rules! pairs {
    ($($p_type:ty, $q_type:ty: |$p:ident, $q:ident| $body:expr;)*) => {$(
        impl KlDivergence<$q_type> for $p_type {
            fn kl(&self, $q: &$q_type) -> Result<Tensor> {
                let $p = self;
                $body
            }
        }
    )*};
}

/// Pairs of which the first draws what the second never does.
macro_rules! infinite {
    ($($p:ty: $($q:ty),+;)*) => {$($(
        impl KlDivergence<$q> for $p {
            fn kl(&self, q: &$q) -> Result<Tensor> {
                let _ = q;
                super::numbers::full(&self.batch_shape(), INFINITY, &self.try_mean()?)
            }
        }
    )+)*};
}

infinite! {
    Exponential: Beta, Pareto, Uniform;
    Gamma: Beta, Pareto, Uniform;
    Gumbel: Beta, Exponential, Gamma, Pareto, Uniform;
    Laplace: Beta, Exponential, Gamma, Pareto, Uniform;
    Normal: Beta, Exponential, Gamma, Pareto, Uniform;
    Pareto: Beta, Uniform;
    Poisson: Bernoulli, Binomial;
    Beta: Pareto;
}

fn x_log_x(x: &Tensor) -> Tensor {
    x.xlogy(x)
}

/// Infinite where `mask` holds. Shapes broadcast.
fn infinite_where(result: Tensor, mask: &Tensor) -> Result<Tensor> {
    mask.try_where_(INFINITY, result)
}

pairs! {
    Bernoulli, Bernoulli: |p, q| {
        let (p_probs, p_logits) = (p.odds().probs()?, p.odds().logits()?);
        let (q_probs, q_logits) = (q.odds().probs()?, q.odds().logits()?);
        let t1 = &p_probs * ((-&q_logits).softplus() - (-&p_logits).softplus());
        let t1 = p_probs.eq(0).try_where_(0, infinite_where(t1, &q_probs.eq(0))?)?;
        let t2 = (1 - &p_probs) * (q_logits.softplus() - p_logits.softplus());
        let t2 = p_probs.eq(1).try_where_(0, infinite_where(t2, &q_probs.eq(1))?)?;
        Ok(t1 + t2)
    };
    Beta, Beta: |p, q| {
        let (p1, p0, q1, q0) = (p.concentration1(), p.concentration0(), q.concentration1(), q.concentration0());
        let (p_sum, q_sum) = (&p1 + &p0, &q1 + &q0);
        let t1 = q1.lgamma() + q0.lgamma() + p_sum.lgamma();
        let t2 = p1.lgamma() + p0.lgamma() + q_sum.lgamma();
        let t3 = (&p1 - &q1) * p1.digamma();
        let t4 = (&p0 - &q0) * p0.digamma();
        let t5 = (&q_sum - &p_sum) * p_sum.digamma();
        Ok(t1 - t2 + t3 + t4 + t5)
    };
    Binomial, Binomial: |p, q| {
        let (p_count, q_count) = (p.total_count(), q.total_count());
        if p_count.detach().lt(q_count).any().item::<bool>() {
            bail!("KL between Binomials where q.total_count > p.total_count is not implemented");
        }
        let (p_probs, q_probs) = (p.odds().probs()?, q.odds().probs()?);
        let odds = &p_probs * (p.odds().logits()? - q.odds().logits()?);
        let kl = p_count * (odds + (-&p_probs).log1p() - (-q_probs).log1p());
        infinite_where(kl, &p_count.gt(q_count))
    };
    Categorical, Categorical: |p, q| {
        if p.odds().categories() != q.odds().categories() {
            bail!(
                "The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {}",
                p.odds().categories(), q.odds().categories(), p.odds().given().dim() - 1
            );
        }
        let (p_probs, q_probs) = (p.odds().probs()?, q.odds().probs()?);
        let t = &p_probs * (p.odds().logits()? - q.odds().logits()?);
        let t = infinite_where(t, &q_probs.eq(0))?;
        p_probs.eq(0).try_where_(0, t)?.try_sum_dim(-1, false)
    };
    OneHotCategorical, OneHotCategorical: |p, q| p.categorical().kl(q.categorical());
    OneHotCategoricalStraightThrough, OneHotCategoricalStraightThrough: |p, q| p.categorical().kl(q.categorical());
    Cauchy, Cauchy: |p, q| {
        let apart = (p.scale() + q.scale()).pow(2) + (p.loc() - q.loc()).pow(2);
        Ok(apart.log() - (4 * p.scale() * q.scale()).log())
    };
    Dirichlet, Dirichlet: |p, q| {
        let (p, q) = (p.concentration(), q.concentration());
        if p.size(-1) != q.size(-1) {
            return Err(Error::value("KL-divergence between two Dirichlets with different event shapes cannot be computed"));
        }
        let (p_sum, q_sum) = (p.sum_dim(-1, false), q.sum_dim(-1, false));
        let t1 = p_sum.lgamma() - q_sum.lgamma();
        let t2 = (p.lgamma() - q.lgamma()).sum_dim(-1, false);
        let t4 = p.digamma() - p_sum.digamma().unsqueeze(-1);
        Ok(t1 - t2 + ((p - q) * t4).sum_dim(-1, false))
    };
    Exponential, Exponential: |p, q| {
        let ratio = q.rate() / p.rate();
        Ok(-ratio.log() + &ratio - 1)
    };
    Gamma, Gamma: |p, q| {
        let t1 = q.concentration() * (p.rate() / q.rate()).log();
        let t2 = q.concentration().lgamma() - p.concentration().lgamma();
        let t3 = (p.concentration() - q.concentration()) * p.concentration().digamma();
        let t4 = (q.rate() - p.rate()) * (p.concentration() / p.rate());
        Ok(t1 + t2 + t3 + t4)
    };
    Chi2, Chi2: |p, q| p.gamma().kl(q.gamma());
    Geometric, Geometric: |p, q| {
        let never = (-q.odds().probs()?).log1p() / p.odds().probs()?;
        Ok(-p.try_entropy()? - never - q.odds().logits()?)
    };
    Gumbel, Gumbel: |p, q| {
        let (ct1, ct2, ct3) = (p.scale() / q.scale(), q.loc() / q.scale(), p.loc() / q.scale());
        let t1 = -ct1.log() - &ct2 + &ct3;
        let t2 = &ct1 * EULER;
        let t3 = (&ct2 + (1 + &ct1).lgamma() - &ct3).exp();
        Ok(t1 + t2 + t3 - (1. + EULER))
    };
    HalfNormal, HalfNormal: |p, q| p.signed()?.kl(&q.signed()?);
    Laplace, Laplace: |p, q| {
        let ratio = p.scale() / q.scale();
        let apart = (p.loc() - q.loc()).abs();
        let t3 = &ratio * (-&apart / p.scale()).exp();
        Ok(-ratio.log() + &apart / q.scale() + t3 - 1)
    };
    LogNormal, LogNormal: |p, q| p.normal()?.kl(&q.normal()?);
    MultivariateNormal, MultivariateNormal: |p, q| {
        if p.event_shape() != q.event_shape() {
            return Err(Error::value(
                "KL-divergence between two Multivariate Normals with                          different event shapes cannot be computed",
            ));
        }
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
    Normal, Normal: |p, q| {
        let var_ratio = (p.scale() / q.scale()).pow(2);
        let t1 = ((p.loc() - q.loc()) / q.scale()).pow(2);
        Ok(0.5 * (&var_ratio + t1 - 1 - var_ratio.log()))
    };
    Pareto, Pareto: |p, q| {
        let alpha_ratio = q.alpha() / p.alpha();
        let t1 = q.alpha() * (p.scale() / q.scale()).log();
        let result = t1 - alpha_ratio.log() + &alpha_ratio - 1;
        infinite_where(result, &p.scale().lt(q.scale()))
    };
    Poisson, Poisson: |p, q| Ok(p.rate() * (p.rate().log() - q.rate().log()) - (p.rate() - q.rate()));
    Uniform, Uniform: |p, q| {
        let result = ((q.high() - q.low()) / (p.high() - p.low())).log();
        infinite_where(result, &q.low().gt(p.low()).logical_or(&q.high().lt(p.high())))
    };

    Bernoulli, Poisson: |p, q| Ok(-p.try_entropy()? - (p.odds().probs()? * q.rate().log() - q.rate()));
    Beta, Exponential: |p, q| Ok(-p.try_entropy()? - q.rate().log() + q.rate() * p.try_mean()?);
    Beta, Gamma: |p, q| {
        let (p1, total) = (p.concentration1(), p.concentration1() + p.concentration0());
        let t2 = q.concentration().lgamma() - q.concentration() * q.rate().log();
        let t3 = (q.concentration() - 1) * (p1.digamma() - total.digamma());
        let t4 = q.rate() * &p1 / total;
        Ok(-p.try_entropy()? + t2 - t3 + t4)
    };
    Beta, Normal: |p, q| {
        let (mean, total) = (p.try_mean()?, p.concentration1() + p.concentration0());
        let variance = q.scale().pow(2);
        let t2 = 0.5 * (&variance * 2 * PI).log();
        let t3 = (&mean * (1 - &mean) / (total + 1) + mean.pow(2)) * 0.5;
        let t4 = q.loc() * &mean;
        Ok(-p.try_entropy()? + t2 + (t3 - t4 + q.loc().pow(2) * 0.5) / variance)
    };
    Beta, Uniform: |p, q| {
        let result = -p.try_entropy()? + (q.high() - q.low()).log();
        infinite_where(result, &q.low().gt(0.).logical_or(&q.high().lt(1.)))
    };
    Exponential, Gamma: |p, q| {
        let (ratio, c) = (q.rate() / p.rate(), q.concentration());
        Ok(-c * ratio.log() + &ratio + c.lgamma() + c * EULER - (1. + EULER))
    };
    Exponential, Gumbel: |p, q| {
        let (product, ratio) = (p.rate() * q.scale(), q.loc() / q.scale());
        let t2 = ratio.exp() * &product / (&product + 1);
        Ok(product.log() - 1 - ratio + t2 + product.reciprocal())
    };
    Exponential, Normal: |p, q| {
        let (variance, rate) = (q.scale().pow(2), p.rate().pow(2));
        let t1 = 0.5 * (&rate * &variance * 2 * PI).log();
        let spread = rate.reciprocal() - q.loc() / p.rate() + q.loc().pow(2) * 0.5;
        Ok(t1 - 1 + spread / variance)
    };
    Gamma, Exponential: |p, q| {
        Ok(-p.try_entropy()? - q.rate().log() + q.rate() * p.concentration() / p.rate())
    };
    Gamma, Gumbel: |p, q| {
        let (product, ratio, c) = (p.rate() * q.scale(), q.loc() / q.scale(), p.concentration());
        let t1 = (c - 1) * c.digamma() - c.lgamma() - c;
        let t2 = product.log() + c / &product;
        let t3 = ratio.exp() * (1 + product.reciprocal()).pow(-c) - &ratio;
        Ok(t1 + t2 + t3)
    };
    Gamma, Normal: |p, q| {
        let (variance, rate, c) = (q.scale().pow(2), p.rate().pow(2), p.concentration());
        let t1 = 0.5 * (&rate * &variance * 2 * PI).log() - c - c.lgamma();
        let t2 = 0.5 * (c.pow(2) + c) / &rate;
        let t3 = q.loc() * c / p.rate();
        Ok(t1 + (c - 1) * c.digamma() + (t2 - t3 + 0.5 * q.loc().pow(2)) / variance)
    };
    Gumbel, Normal: |p, q| {
        let ratio = p.scale() / q.scale();
        let t1 = (&ratio / (2. * PI).sqrt()).log();
        let t2 = (PI * &ratio * 0.5).pow(2) / 3;
        let t3 = ((p.loc() + p.scale() * EULER - q.loc()) / q.scale()).pow(2) * 0.5;
        Ok(-t1 + t2 + t3 - (EULER + 1.))
    };
    Laplace, Normal: |p, q| {
        let variance = q.scale().pow(2);
        let ratio = p.scale().pow(2) / &variance;
        let t1 = 0.5 * (2 * &ratio / PI).log();
        let apart = 0.5 * p.loc().pow(2) - p.loc() * q.loc() + 0.5 * q.loc().pow(2);
        Ok(-t1 + ratio + apart / variance - 1)
    };
    Normal, Gumbel: |p, q| {
        let (mean, variance) = (p.loc() / q.scale(), (p.scale() / q.scale()).pow(2));
        let loc = q.loc() / q.scale();
        let t3 = (-&mean + 0.5 * &variance + &loc).exp();
        Ok(-(variance.log() * 0.5) + (mean - loc) + t3 - 0.5 * (1. + (2. * PI).ln()))
    };
    Normal, Laplace: |p, q| {
        let (apart, ratio) = (p.loc() - q.loc(), p.scale() / q.scale());
        let measured = &apart / p.scale();
        let t2 = (2. / PI).sqrt() * p.scale() * (-0.5 * measured.pow(2)).exp();
        let t3 = apart * (0.5f64.sqrt() * measured).erf();
        Ok(-ratio.log() + (t2 + t3) / q.scale() - 0.5 * (1. + (0.5 * PI).ln()))
    };
    Pareto, Exponential: |p, q| {
        let (product, alpha) = (p.scale() * q.rate(), p.alpha());
        let t1 = (alpha / &product).log();
        let t3 = alpha * &product / (alpha - 1);
        infinite_where(t1 - alpha.reciprocal() + t3 - 1, &alpha.le(1))
    };
    Pareto, Gamma: |p, q| {
        let (alpha, c) = (p.alpha(), q.concentration());
        let common = p.scale().log() + alpha.reciprocal();
        let t2 = c.lgamma() - c * q.rate().log();
        let t4 = q.rate() * alpha * p.scale() / (alpha - 1);
        let result = alpha.log() - &common + t2 + (1 - c) * &common + t4 - 1;
        infinite_where(result, &alpha.le(1))
    };
    Pareto, Normal: |p, q| {
        let (alpha, variance) = (p.alpha(), 2 * q.scale().pow(2));
        let common = p.scale() / (alpha - 1);
        let t1 = ((2. * PI).sqrt() * q.scale() * alpha / p.scale()).log();
        let t3 = alpha * common.pow(2) / (alpha - 2);
        let t4 = (alpha * &common - q.loc()).pow(2);
        infinite_where(t1 - alpha.reciprocal() + (t3 + t4) / variance - 1, &alpha.le(2))
    };
    Uniform, Beta: |p, q| {
        let (width, q1, q0) = (p.high() - p.low(), q.concentration1(), q.concentration0());
        let t2 = (&q1 - 1) * (x_log_x(p.high()) - x_log_x(p.low()) - &width) / &width;
        let other_end = x_log_x(&(1 - p.high())) - x_log_x(&(1 - p.low())) + &width;
        let t3 = (&q0 - 1) * other_end / &width;
        let t4 = q1.lgamma() + q0.lgamma() - (&q1 + &q0).lgamma();
        let result = t3 + t4 - width.log() - t2;
        infinite_where(result, &p.high().gt(1.).logical_or(&p.low().lt(0.)))
    };
    Uniform, Exponential: |p, q| {
        let result = q.rate() * (p.high() + p.low()) / 2 - ((p.high() - p.low()) * q.rate()).log();
        infinite_where(result, &p.low().lt(0.))
    };
    Uniform, Gamma: |p, q| {
        let (width, c) = (p.high() - p.low(), q.concentration());
        let t2 = c.lgamma() - c * q.rate().log();
        let t3 = (1 - c) * (x_log_x(p.high()) - x_log_x(p.low()) - &width) / &width;
        let t4 = q.rate() * (p.high() + p.low()) / 2;
        infinite_where(-width.log() + t2 + t3 + t4, &p.low().lt(0.))
    };
    Uniform, Gumbel: |p, q| {
        let common = q.scale() / (p.high() - p.low());
        let (high, low) = ((p.high() - q.loc()) / q.scale(), (p.low() - q.loc()) / q.scale());
        let t1 = common.log() + 0.5 * (&high + &low);
        Ok(t1 - common * ((-high).exp() - (-low).exp()))
    };
    Uniform, Normal: |p, q| {
        let width = p.high() - p.low();
        let t1 = ((PI * 2.).sqrt() * q.scale() / &width).log();
        let t3 = ((p.high() + p.low() - 2 * q.loc()) / 2).pow(2);
        Ok(t1 + 0.5 * (width.pow(2) / 12 + t3) / q.scale().pow(2))
    };
    Uniform, Pareto: |p, q| {
        let (width, alpha) = (p.high() - p.low(), q.alpha());
        let t1 = (alpha * q.scale().pow(alpha) * &width).log();
        let t2 = (x_log_x(p.high()) - x_log_x(p.low()) - &width) / &width;
        infinite_where(t2 * (alpha + 1) - t1, &p.low().lt(q.scale()))
    };
}

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
