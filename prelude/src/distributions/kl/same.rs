//! Pairs of one family.

use super::{infinite_where, pairs};
use crate::distributions::numbers::EULER;
use crate::distributions::*;
use crate::error::{Error, bail};

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
    ContinuousBernoulli, ContinuousBernoulli: |p, q| {
        let t1 = p.try_mean()? * (p.odds().logits()? - q.odds().logits()?);
        let t2 = p.log_norm()? + (-p.odds().probs()?).log1p();
        Ok(t1 + t2 - q.log_norm()? - (-q.odds().probs()?).log1p())
    };
}
