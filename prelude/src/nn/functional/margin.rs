//! Losses of classes by margins.

use crate::autograd::composite;
use crate::error::{OrPanic, Result, bail};
use crate::tensor::Reduction;
use crate::{Error, Tensor};

functions! {
    /// The mean over classes of `max(0, margin - input[y] + input[i])ᵖ`, without the right class `y` itself. Scores
    /// `[N, C]` and classes `[N]`, with a `weight` `[C]`; PyTorch's defaults are 1 for `p`, which may be 2, and 1 for
    /// `margin`. PyTorch: `F.multi_margin_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// // The right class is far enough above the first of the others, not above the second.
    /// let scores = tensor!([[0.1, 2., 1.7]]);
    /// let loss = F::multi_margin_loss(&scores, &tensor!([1]), 1, 1., None, Reduction::Mean);
    /// assert_eq!(loss.to_string(), "tensor(0.2333)");
    /// ```
    ///
    /// # Panics
    /// When `p` is neither 1 nor 2, or the shapes do not go together.
    multi_margin_loss(input: &Tensor, target: &Tensor, p: i64, margin: f64, weight: Option<&Tensor>, reduction: Reduction)
        => {
            let (target, weight) = (target.clone(), weight.cloned());
            composite("MultiMarginLossBackward0", &[input], move |of| {
                of_one(&of[0], &target, p, margin, weight.as_ref(), reduction)
            })
            .or_panic()
        };
    /// The mean over classes of `max(0, 1 - input[y] + input[i])` for each right class `y` and each other class `i`.
    /// Scores `[N, C]` or `[C]` and an `i64` target of that shape, which lists the right classes up to its first -1.
    /// PyTorch: `F.multilabel_margin_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// // Classes 3 and 0 are right.
    /// let (scores, target) = (tensor!([0.1, 0.2, 0.4, 0.8]), tensor!([3, 0, -1, 1]));
    /// let loss = F::multilabel_margin_loss(&scores, &target, Reduction::Mean);
    /// assert_eq!(loss.to_string(), "tensor(0.8500)");
    /// ```
    ///
    /// # Panics
    /// When the shapes differ.
    multilabel_margin_loss(input: &Tensor, target: &Tensor, reduction: Reduction)
        => {
            let target = target.clone();
            composite("MultilabelMarginLossBackward0", &[input], move |of| {
                of_several(&of[0], &target, reduction)
            })
            .or_panic()
        };
    /// The mean over classes of the binary cross entropy of logits. Logits `[…, C]` and a target of 0s and 1s of that
    /// shape, with a `weight` `[C]`. PyTorch: `F.multilabel_soft_margin_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (logits, target) = (tensor!([[2., -2., 2.]]), tensor!([[1., 0., 0.]]));
    /// let loss = F::multilabel_soft_margin_loss(&logits, &target, None, Reduction::Mean);
    /// assert_eq!(loss.to_string(), "tensor(0.7936)");
    /// ```
    multilabel_soft_margin_loss(input: &Tensor, target: &Tensor, weight: Option<&Tensor>, reduction: Reduction)
        => softly(input, target, weight, reduction).or_panic();
}

fn reduced(losses: Tensor, reduction: Reduction) -> Result<Tensor> {
    match reduction {
        Reduction::Mean | Reduction::BatchMean => losses.try_mean(),
        Reduction::Sum => losses.try_sum(),
        Reduction::None => Ok(losses),
    }
}

fn of_one(
    input: &Tensor,
    target: &Tensor,
    p: i64,
    margin: f64,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Tensor> {
    if p != 1 && p != 2 {
        return Err(Error::value("only p == 1 and p == 2 supported"));
    }
    let batched = input.dim() == 2;
    let (rows, target) = match batched {
        true => (input.clone(), target.clone()),
        false => (input.try_unsqueeze(0)?, target.try_reshape([1])?),
    };
    let classes = rows.try_size(1)?;
    if target.shape() != [rows.try_size(0)?] {
        bail!(
            "inconsistent target size, expected {} but got {}",
            rows.try_size(0)?,
            target.shape().list()
        );
    }
    let places = target.try_unsqueeze(1)?;
    let right = rows.try_gather(1, &places)?;
    let mut near = rows.try_sub(right)?.try_add(margin)?.try_clamp_min(0.0)?;
    if p == 2 {
        near = near.try_square()?;
    }
    if let Some(weight) = weight {
        near = near.try_mul(weight.try_index_select(0, &target)?.try_unsqueeze(1)?)?;
    }
    let own = Tensor::try_arange(0, classes, 1)?
        .try_to_device(rows.device())?
        .try_eq(&places)?;
    let losses = near
        .try_masked_fill(&own, 0.0)?
        .try_sum_dim([1], false)?
        .try_div(classes as f64)?;
    let losses = if batched {
        losses
    } else {
        losses.try_squeeze_dim(0)?
    };
    reduced(losses, reduction)
}

fn of_several(input: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    if input.shape() != target.shape() || !matches!(input.dim(), 1 | 2) {
        bail!(
            "inconsistent target size: {} for input of size: {}",
            target.shape().list(),
            input.shape().list()
        );
    }
    if input.dim() == 1 {
        let losses = of_several(
            &input.try_unsqueeze(0)?,
            &target.try_unsqueeze(0)?,
            Reduction::None,
        )?;
        return reduced(losses.try_squeeze_dim(0)?, reduction);
    }
    let classes = input.try_size(1)?;
    // Everything from the first -1 on does not count.
    let listed = target
        .try_lt(0)?
        .try_to_dtype(crate::DType::I64)?
        .try_cumsum(1)?
        .try_eq(0)?;
    let places = target.try_clamp_min(0)?;
    let hits = listed.try_to_dtype(crate::DType::I64)?;
    let is_right = target
        .try_zeros_like()?
        .try_scatter_add(1, &places, &hits)?
        .try_gt(0)?;
    let right = input.try_gather(1, &places)?;
    // [N, right classes, all classes]
    let near = input
        .try_unsqueeze(1)?
        .try_sub(right.try_unsqueeze(2)?)?
        .try_add(1.0)?
        .try_clamp_min(0.0)?;
    let counts = listed
        .try_unsqueeze(2)?
        .try_logical_and(&is_right.try_logical_not()?.try_unsqueeze(1)?)?;
    let losses = near
        .try_masked_fill(&counts.try_logical_not()?, 0.0)?
        .try_sum_dim([1, 2], false)?
        .try_div(classes as f64)?;
    reduced(losses, reduction)
}

fn softly(
    input: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Tensor> {
    let there = input.try_logsigmoid()?.try_mul(target)?;
    let not = input
        .try_neg()?
        .try_logsigmoid()?
        .try_mul(target.try_rsub(1)?)?;
    let mut losses = there.try_add(not)?.try_neg()?;
    if let Some(weight) = weight {
        losses = losses.try_mul(weight)?;
    }
    let classes = input.try_size(-1)? as f64;
    reduced(
        losses.try_sum_dim([-1], false)?.try_div(classes)?,
        reduction,
    )
}
