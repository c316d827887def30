//! Functions between layers.

use crate::Tensor;

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
    /// For each query the mean of values weighted by how well their keys answer to it: see
    /// [`Tensor::scaled_dot_product_attention`].
    scaled_dot_product_attention(
        query: &Tensor, key: &Tensor, value: &Tensor, attn_mask: Option<&Tensor>, dropout_p: f64, is_causal: bool,
        scale: Option<f64>
    ) => query.scaled_dot_product_attention(key, value, attn_mask, dropout_p, is_causal, scale);
}
