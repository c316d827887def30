//! Functions between layers.

use crate::error::{OrPanic, Result};
use crate::random::default_generator;
use crate::{DType, Tensor, no_grad};

functions! {
    /// `x` where it is positive, `alpha * (exp(x) - 1)` elsewhere; PyTorch's default alpha is 1.
    elu(x: &Tensor, alpha: f64) => x.elu(alpha);
    /// The scaled exponential unit.
    selu(x: &Tensor) => x.selu();
    /// `x` where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere; PyTorch's default alpha is 1.
    celu(x: &Tensor, alpha: f64) => x.celu(alpha);
    /// `x`, at least 0 and at most 6.
    relu6(x: &Tensor) => x.relu6();
    /// `x`, at least `min_val` and at most `max_val`.
    hardtanh(x: &Tensor, min_val: f64, max_val: f64) => x.hardtanh(min_val, max_val);
    /// `x` where it is positive, `weight * x` elsewhere.
    prelu(x: &Tensor, weight: &Tensor) => x.prelu(weight);
    /// `log(1 + exp(beta * x)) / beta`, and `x` where `beta * x` is above `threshold`; PyTorch's defaults are 1 and 20.
    softplus(x: &Tensor, beta: f64, threshold: f64) => x.softplus_with(beta, threshold);
    /// `x * tanh(softplus(x))`.
    mish(x: &Tensor) => x.mish();
    /// A sigmoid of straight lines.
    hardsigmoid(x: &Tensor) => x.hardsigmoid();
    /// `x * hardsigmoid(x)`.
    hardswish(x: &Tensor) => x.hardswish();
    /// `x / (1 + |x|)`.
    softsign(x: &Tensor) => x.softsign();
    /// `x - tanh(x)`.
    tanhshrink(x: &Tensor) => x.tanhshrink();
    /// `x` moved towards 0 by `lambda`; PyTorch's default is 0.5.
    softshrink(x: &Tensor, lambda: f64) => x.softshrink(lambda);
    /// `x` where it is farther from 0 than `lambda`, 0 elsewhere; PyTorch's default is 0.5.
    hardshrink(x: &Tensor, lambda: f64) => x.hardshrink(lambda);
    /// `x` where it is above `threshold`, `value` elsewhere.
    threshold(x: &Tensor, threshold: f64, value: f64) => x.threshold(threshold, value);
    /// The first half of `dim`, times the sigmoid of the second.
    glu(x: &Tensor, dim: i64) => x.glu(dim);
    /// The logarithm of the sigmoid.
    logsigmoid(x: &Tensor) => x.logsigmoid();
    /// Probabilities along `dim`, the largest where `x` is smallest.
    softmin(x: &Tensor, dim: i64) => x.softmin(dim);
    /// `max(x, 0)`, and a slope between `lower` and `upper` where `x` is negative: drawn for each number while
    /// `training`, their middle otherwise. PyTorch's defaults are 1/8, 1/3 and `false`.
    rrelu(x: &Tensor, lower: f64, upper: f64, training: bool) => x.rrelu(lower, upper, training);
    /// [`Tensor::relu`] whose result replaces `x`, which it also returns.
    relu_(x: &Tensor) => x.relu_();
    /// [`Tensor::leaky_relu`] whose result replaces `x`, which it also returns.
    leaky_relu_(x: &Tensor, negative_slope: f64) => x.leaky_relu_(negative_slope);
    /// [`elu`] whose result replaces `x`, which it also returns.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    ///
    /// let x = tensor!([-1., 2.]);
    /// F::elu_(&x, 1.);
    /// assert_eq!(x.to_string(), "tensor([-0.6321,  2.0000])");
    /// ```
    elu_(x: &Tensor, alpha: f64) => x.elu_(alpha);
    /// [`selu`] whose result replaces `x`, which it also returns.
    selu_(x: &Tensor) => x.selu_();
    /// [`celu`] whose result replaces `x`, which it also returns.
    celu_(x: &Tensor, alpha: f64) => x.celu_(alpha);
    /// [`hardtanh`] whose result replaces `x`, which it also returns.
    hardtanh_(x: &Tensor, min_val: f64, max_val: f64) => x.hardtanh_(min_val, max_val);
    /// [`threshold`] whose result replaces `x`, which it also returns.
    threshold_(x: &Tensor, threshold: f64, value: f64) => x.threshold_(threshold, value);
    /// [`rrelu`] whose result replaces `x`, which it also returns.
    rrelu_(x: &Tensor, lower: f64, upper: f64, training: bool) => x.rrelu_(lower, upper, training);
    /// Probabilities along `dim` from logits with noise (Jang and others, 2016), nearer to a single one the lower `tau`
    /// is; with `hard` the single one, with the gradient of the others. PyTorch's defaults are 1, `false` and -1.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    ///
    /// let y = F::gumbel_softmax(&Tensor::rand([4, 3]), 0.5, true, -1);
    /// assert_eq!(y.sum().item::<f32>(), 4.);
    /// ```
    gumbel_softmax(logits: &Tensor, tau: f64, hard: bool, dim: i64) => gumbel(logits, tau, hard, dim).or_panic();
    /// For each query the mean of values weighted by how well their keys answer to it: see
    /// [`Tensor::scaled_dot_product_attention`].
    scaled_dot_product_attention(
        query: &Tensor, key: &Tensor, value: &Tensor, attn_mask: Option<&Tensor>, dropout_p: f64, is_causal: bool,
        scale: Option<f64>
    ) => query.scaled_dot_product_attention(key, value, attn_mask, dropout_p, is_causal, scale);
}

fn gumbel(logits: &Tensor, tau: f64, hard: bool, dim: i64) -> Result<Tensor> {
    let noise = no_grad(|| {
        let mut drawn = vec![0f64; logits.numel()];
        match logits.dtype() {
            DType::F64 => default_generator().lock().exponential(&mut drawn, 1.),
            _ => {
                let mut narrow = vec![0f32; drawn.len()];
                default_generator().lock().exponential(&mut narrow, 1.);
                drawn = narrow.into_iter().map(f64::from).collect();
            }
        }
        let drawn = Tensor::from_vec(drawn, logits.dims());
        drawn
            .try_to(crate::tensor::To::Both(logits.dtype(), logits.device()))?
            .try_log()?
            .try_neg()
    })?;
    let soft = logits.try_add(noise)?.try_div(tau)?.try_softmax(dim)?;
    if !hard {
        return Ok(soft);
    }
    let (_, index) = soft.detach().try_max_dim(dim, true)?;
    let single = soft.detach().try_zeros_like()?.try_scatter(
        dim,
        &index,
        &index.try_ones_like()?.try_to_dtype(soft.dtype())?,
    )?;
    single.try_sub(soft.detach())?.try_add(&soft)
}
