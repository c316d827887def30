//! Functions between layers.

use crate::error::{OrPanic, Result};
use crate::random::default_generator;
use crate::{DType, Tensor, no_grad};

functions! {
    /// The exponential linear unit: `x` where it is positive, `alpha * (exp(x) - 1)` elsewhere. Any shape; PyTorch's
    /// default alpha is 1. PyTorch: `F.elu`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::elu(&tensor!([-2., 0., 2.]), 1.).to_string(), "tensor([-0.8647,  0.0000,  2.0000])");
    /// ```
    elu(x: &Tensor, alpha: f64) => x.elu(alpha);
    /// The scaled exponential unit, which keeps mean 0 and variance 1 from layer to layer. Any shape. PyTorch:
    /// `F.selu`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::selu(&tensor!([-2., 0., 2.])).to_string(), "tensor([-1.5202,  0.0000,  2.1014])");
    /// ```
    selu(x: &Tensor) => x.selu();
    /// `x` where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere. Any shape; PyTorch's default alpha is 1.
    /// PyTorch: `F.celu`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::celu(&tensor!([-2., 0., 2.]), 0.5).to_string(), "tensor([-0.4908,  0.0000,  2.0000])");
    /// ```
    celu(x: &Tensor, alpha: f64) => x.celu(alpha);
    /// `x`, at least 0 and at most 6. Any shape. PyTorch: `F.relu6`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::relu6(&tensor!([-1., 3., 8.])).to_string(), "tensor([0., 3., 6.])");
    /// ```
    relu6(x: &Tensor) => x.relu6();
    /// `x`, at least `min_val` and at most `max_val`. Any shape; PyTorch's defaults are -1 and 1. PyTorch:
    /// `F.hardtanh`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::hardtanh(&tensor!([-2., 0.5, 3.]), -1., 1.).to_string(), "tensor([-1.0000,  0.5000,  1.0000])");
    /// ```
    hardtanh(x: &Tensor, min_val: f64, max_val: f64) => x.hardtanh(min_val, max_val);
    /// `x` where it is positive, `weight * x` elsewhere. The weight is one number or one for each channel, `[C]`.
    /// PyTorch: `F.prelu`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[-1., -1.], [2., -2.]]);
    /// assert_eq!(
    ///     F::prelu(&x, &tensor!([0.1, 0.5])).to_string(),
    ///     "tensor([[-0.1000, -0.5000],\n        [ 2.0000, -1.0000]])"
    /// );
    /// ```
    prelu(x: &Tensor, weight: &Tensor) => x.prelu(weight);
    /// `log(1 + exp(beta * x)) / beta`, and `x` where `beta * x` is above `threshold`. Any shape; PyTorch's defaults
    /// are 1 and 20. PyTorch: `F.softplus`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::softplus(&tensor!([-1., 0., 30.]), 1., 20.).to_string(), "tensor([ 0.3133,  0.6931, 30.0000])");
    /// ```
    softplus(x: &Tensor, beta: f64, threshold: f64) => x.softplus_with(beta, threshold);
    /// `x * tanh(softplus(x))`. Any shape. PyTorch: `F.mish`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::mish(&tensor!([-1., 0., 1.])).to_string(), "tensor([-0.3034,  0.0000,  0.8651])");
    /// ```
    mish(x: &Tensor) => x.mish();
    /// A sigmoid of straight lines: 0 up to -3, 1 from 3 on, and a line between them. Any shape. PyTorch:
    /// `F.hardsigmoid`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(
    ///     F::hardsigmoid(&tensor!([-4., 0., 1.5, 4.])).to_string(),
    ///     "tensor([0.0000, 0.5000, 0.7500, 1.0000])"
    /// );
    /// ```
    hardsigmoid(x: &Tensor) => x.hardsigmoid();
    /// `x * hardsigmoid(x)`, which needs no exponential. Any shape. PyTorch: `F.hardswish`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(
    ///     F::hardswish(&tensor!([-4., -1., 1., 4.])).to_string(),
    ///     "tensor([-0.0000, -0.3333,  0.6667,  4.0000])"
    /// );
    /// ```
    hardswish(x: &Tensor) => x.hardswish();
    /// `x / (1 + |x|)`. Any shape. PyTorch: `F.softsign`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::softsign(&tensor!([-3., 0., 1.])).to_string(), "tensor([-0.7500,  0.0000,  0.5000])");
    /// ```
    softsign(x: &Tensor) => x.softsign();
    /// `x - tanh(x)`, which is small near 0. Any shape. PyTorch: `F.tanhshrink`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(
    ///     F::tanhshrink(&tensor!([-2., 0.1, 2.])).to_string(),
    ///     "tensor([-1.0360e+00,  3.3201e-04,  1.0360e+00])"
    /// );
    /// ```
    tanhshrink(x: &Tensor) => x.tanhshrink();
    /// `x` moved towards 0 by `lambda`, and 0 where it is nearer than that. Any shape; PyTorch's default is 0.5.
    /// PyTorch: `F.softshrink`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::softshrink(&tensor!([-2., 0.3, 2.]), 0.5).to_string(), "tensor([-1.5000,  0.0000,  1.5000])");
    /// ```
    softshrink(x: &Tensor, lambda: f64) => x.softshrink(lambda);
    /// `x` where it is farther from 0 than `lambda`, 0 elsewhere. Any shape; PyTorch's default is 0.5. PyTorch:
    /// `F.hardshrink`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::hardshrink(&tensor!([-2., 0.3, 2.]), 0.5).to_string(), "tensor([-2.,  0.,  2.])");
    /// ```
    hardshrink(x: &Tensor, lambda: f64) => x.hardshrink(lambda);
    /// `x` where it is above `threshold`, `value` elsewhere. Any shape. PyTorch: `F.threshold`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::threshold(&tensor!([0.5, 1., 2.]), 1., 20.).to_string(), "tensor([20., 20.,  2.])");
    /// ```
    threshold(x: &Tensor, threshold: f64, value: f64) => x.threshold(threshold, value);
    /// The gated linear unit: the first half of `dim`, times the sigmoid of the second. That dimension becomes half as
    /// long; PyTorch's default is the last. PyTorch: `F.glu`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// // The second half is open for the first number and nearly shut for the other.
    /// assert_eq!(F::glu(&tensor!([3., 4., 10., -5.]), -1).to_string(), "tensor([2.9999, 0.0268])");
    /// ```
    ///
    /// # Panics
    /// When the dimension has an odd size.
    glu(x: &Tensor, dim: i64) => x.glu(dim);
    /// The logarithm of the sigmoid, exact also where that rounds to 0. Any shape. PyTorch: `F.logsigmoid`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(
    ///     F::logsigmoid(&tensor!([-200., 0., 2.])).to_string(),
    ///     "tensor([-2.0000e+02, -6.9315e-01, -1.2693e-01])"
    /// );
    /// ```
    logsigmoid(x: &Tensor) => x.logsigmoid();
    /// Probabilities along `dim`, the largest where `x` is smallest. Any shape, which stays. PyTorch: `F.softmin`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::softmin(&tensor!([1., 2., 3.]), 0).to_string(), "tensor([0.6652, 0.2447, 0.0900])");
    /// ```
    softmin(x: &Tensor, dim: i64) => x.softmin(dim);
    /// `max(x, 0)`, and a slope between `lower` and `upper` where `x` is negative: drawn for each number while
    /// `training`, their middle otherwise. Any shape; PyTorch's defaults are 1/8, 1/3 and `false`. PyTorch: `F.rrelu`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::rrelu(&tensor!([-1., 2.]), 0.1, 0.3, false).to_string(), "tensor([-0.2000,  2.0000])");
    /// ```
    rrelu(x: &Tensor, lower: f64, upper: f64, training: bool) => x.rrelu(lower, upper, training);
    /// [`Tensor::relu`] whose result replaces `x`, which it also returns. PyTorch: `F.relu_`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([-1., 2.]);
    /// F::relu_(&x);
    /// assert_eq!(x.to_string(), "tensor([0., 2.])");
    /// ```
    relu_(x: &Tensor) => x.relu_();
    /// [`Tensor::leaky_relu`] whose result replaces `x`, which it also returns. PyTorch: `F.leaky_relu_`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([-1., 2.]);
    /// F::leaky_relu_(&x, 0.1);
    /// assert_eq!(x.to_string(), "tensor([-0.1000,  2.0000])");
    /// ```
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
    /// is; with `hard` the single one, with the gradient of the others. Any shape, which stays; PyTorch's defaults are
    /// 1, `false` and -1. PyTorch: `F.gumbel_softmax`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let y = F::gumbel_softmax(&tensor!([[0., 3., 0.], [0., 3., 0.]]), 0.5, true, -1);
    /// assert_eq!(y.to_string(), "tensor([[0., 1., 0.],\n        [0., 1., 0.]])");
    /// ```
    gumbel_softmax(logits: &Tensor, tau: f64, hard: bool, dim: i64) => gumbel(logits, tau, hard, dim).or_panic();
    /// For each query the mean of values weighted by how well their keys answer to it: see
    /// [`Tensor::scaled_dot_product_attention`]. Queries `[…, L, E]`, keys `[…, S, E]` and values `[…, S, V]` give
    /// `[…, L, V]`. PyTorch: `F.scaled_dot_product_attention`.
    ///
    /// A mask `[…, L, S]` of truth values says where to look, one of floats is added to the scores. With `is_causal`
    /// each query looks at the keys up to its own place. The scale is `1 / √E` unless another is given.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// // The query is like the second key.
    /// let (key, value) = (tensor!([[9., 0.], [0., 9.]]), tensor!([[1., 2.], [3., 4.]]));
    /// let y = F::scaled_dot_product_attention(&tensor!([[0., 9.]]), &key, &value, None, 0., false, None);
    /// assert_eq!(y.to_string(), "tensor([[3., 4.]])");
    /// ```
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
