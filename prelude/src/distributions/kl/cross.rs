//! Pairs of two families.

use super::{KlDivergence, infinite_where, pairs};
use crate::distributions::numbers::{EULER, full};
use crate::distributions::*;
use crate::error::Result;
use crate::tensor::Tensor;
use std::f64::consts::PI;

/// Pairs of which the first draws what the second never does.
macro_rules! infinite {
    ($($p:ty: $($q:ty),+;)*) => {$($(
        impl KlDivergence<$q> for $p {
            fn kl(&self, q: &$q) -> Result<Tensor> {
                let _ = q;
                full(&self.batch_shape(), f64::INFINITY, &self.try_mean()?)
            }
        }
    )+)*};
}

infinite! {
    Exponential: Beta, ContinuousBernoulli, Pareto, Uniform;
    Gamma: Beta, ContinuousBernoulli, Pareto, Uniform;
    Gumbel: Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform;
    Laplace: Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform;
    Normal: Beta, ContinuousBernoulli, Exponential, Gamma, Pareto, Uniform;
    Pareto: Beta, ContinuousBernoulli, Uniform;
    Poisson: Bernoulli, Binomial;
    Beta: Pareto;
    ContinuousBernoulli: Pareto;
}

fn x_log_x(x: &Tensor) -> Tensor {
    x.xlogy(x)
}

pairs! {
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

    Beta, ContinuousBernoulli: |p, q| {
        let never = (-q.odds().probs()?).log1p() + q.log_norm()?;
        Ok(-p.try_entropy()? - p.try_mean()? * q.odds().logits()? - never)
    };
    ContinuousBernoulli, Exponential: |p, q| {
        Ok(-p.try_entropy()? - q.rate().log() + q.rate() * p.try_mean()?)
    };
    ContinuousBernoulli, Normal: |p, q| {
        let mean = p.try_mean()?;
        let t2 = 0.5 * ((2. * PI).ln() + (q.loc() / q.scale()).square()) + q.scale().log();
        let spread = p.try_variance()? + mean.square() - 2. * q.loc() * &mean;
        Ok(-p.try_entropy()? + t2 + spread / (2. * q.scale().square()))
    };
    // PyTorch says infinite of ranges that hold all numbers from 0 to 1 as well: what it says is what stands here.
    ContinuousBernoulli, Uniform: |p, q| {
        let result = -p.try_entropy()? + (q.high() - q.low()).log();
        infinite_where(result, &q.low().ge(0.).logical_or(&q.high().le(1.)))
    };
    Uniform, ContinuousBernoulli: |p, q| {
        let never = (-q.odds().probs()?).log1p() + q.log_norm()?;
        let result = -p.try_entropy()? - p.try_mean()? * q.odds().logits()? - never;
        infinite_where(result, &p.high().ge(1.).logical_or(&p.low().le(0.)))
    };
}
