//! Attention: means of values, weighted by how well keys answer to queries.

use super::Tensor;
use super::ops::ops;
use crate::autograd::composite;
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Result, bail};

/// Which of `keys` positions each of `queries` positions may look at: those up to its own.
fn causal(queries: usize, keys: usize) -> Result<Tensor> {
    let row = Tensor::try_arange(0, queries, 1)?.try_unsqueeze(1)?;
    Tensor::try_arange(0, keys, 1)?.try_le(row)
}

/// The weights of all values for each query, before dropout.
fn weights(q: &Tensor, k: &Tensor, mask: Option<&Tensor>, scale: f64) -> Result<Tensor> {
    let scores = q.try_mul(scale)?.try_matmul(&k.try_mt()?)?;
    let Some(mask) = mask else {
        return scores.try_softmax(-1);
    };
    if mask.dtype() != DType::Bool {
        if !mask.is_floating_point() {
            bail!(
                "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: {} and \
                 query.dtype: {} instead.",
                mask.dtype().c_name(),
                q.dtype().c_name()
            );
        }
        let weights = scores
            .try_add(mask.try_to_dtype(q.dtype())?)?
            .try_softmax(-1)?;
        let blind = mask.try_eq(f64::NEG_INFINITY)?.try_all_dim(-1, true)?;
        return match blind.try_any()?.try_item::<bool>()? {
            true => blind.try_where_(0, weights),
            false => Ok(weights),
        };
    }
    let mask = mask.try_to_device(q.device())?;
    // A query that may look at nothing gets zeros, and not a share of nothing by nothing.
    let blind = mask.try_any_dim(-1, true)?.try_logical_not()?;
    let seen = mask.try_logical_or(&blind)?;
    let weights = scores
        .try_masked_fill(&seen.try_logical_not()?, f64::NEG_INFINITY)?
        .try_softmax(-1)?;
    blind.try_where_(0, weights)
}

/// Values and the weights by which they were taken.
pub(crate) fn attend(
    [q, k, v]: [&Tensor; 3],
    mask: Option<&Tensor>,
    dropout_p: f64,
    causal_only: bool,
    scale: Option<f64>,
) -> Result<(Tensor, Tensor)> {
    wick_runtime::interrupt::check();
    if q.dim() < 2 || k.dim() < 2 || v.dim() < 2 {
        bail!(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim(): {}, key.dim(): {} and \
             value.dim(): {} instead.",
            q.dim(),
            k.dim(),
            v.dim()
        );
    }
    if causal_only && mask.is_some() {
        bail!(
            "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True"
        );
    }
    let own = if causal_only {
        Some(causal(q.try_size(-2)?, k.try_size(-2)?)?)
    } else {
        None
    };
    let scale = scale.unwrap_or(1. / (q.try_size(-1)? as f64).sqrt());
    let weights = weights(q, k, own.as_ref().or(mask), scale)?;
    let weights = weights.try_dropout(dropout_p, true)?;
    Ok((weights.try_matmul(v)?, weights))
}

/// Whether PyTorch has one operation for it on the CPU: `use_flash_attention_cpp` (aten/src/ATen/native/transformers).
fn is_flash([q, k, v]: [&Tensor; 3], mask: Option<&Tensor>, dropout_p: f64) -> bool {
    let (a, b, c) = (q.dims(), k.dims(), v.dims());
    dropout_p == 0.
        && a.len() == 4
        && [&b, &c]
            .iter()
            .all(|dims| dims.len() == 4 && dims[..2] == a[..2] && dims[3] == a[3])
        && [q, k, v]
            .iter()
            .all(|x| x.is_floating_point() && x.numel() > 0 && x.device() == Device::Cpu)
        && !mask.is_some_and(Tensor::requires_grad)
}

ops! {
    /// For each of these queries `[…, L, E]` the mean of values `[…, S, Ev]`, weighted by how well their keys
    /// `[…, S, E]` answer to it (Vaswani and others, 2017).
    ///
    /// A mask `[…, L, S]` of truth values says which keys a query may look at; one of floats is added to the scores.
    /// `is_causal` lets query `i` look at keys up to `i`. `scale` is `1 / √E` unless given. Dropout is applied
    /// whenever `dropout_p` is above 0.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (q, v) = (Tensor::zeros([1, 2, 4]), tensor!([[[1.], [3.]]]));
    /// let y = q.scaled_dot_product_attention(&q, &v, None, 0., true, None);
    /// assert_eq!(y.to_vec::<f32>(), [1., 2.]);
    /// ```
    scaled_dot_product_attention, try_scaled_dot_product_attention, []
        (x, key: &Tensor, value: &Tensor, attn_mask: Option<&Tensor>, dropout_p: f64, is_causal: bool, scale: Option<f64>)
        => {
            if !is_flash([x, key, value], attn_mask, dropout_p) {
                return Ok(attend([x, key, value], attn_mask, dropout_p, is_causal, scale)?.0);
            }
            let mask = attn_mask.cloned();
            composite("ScaledDotProductFlashAttentionForCpuBackward0", &[x, key, value], move |of| {
                Ok(attend([&of[0], &of[1], &of[2]], mask.as_ref(), 0., is_causal, scale)?.0)
            })
        };
}
