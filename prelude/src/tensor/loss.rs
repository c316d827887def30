//! Losses: how far a prediction is from what it should be, as one number.

use super::Tensor;
use super::ops::ops;
use crate::autograd::{Ctx, Saved, no_grad, record};
use crate::dtype::DType;
use crate::error::{Result, bail, bail_index};

/// What becomes of the losses of a batch. PyTorch's argument `reduction`.
///
/// ```
/// use wick::prelude::*;
/// let (x, target) = (tensor!([1., 2.]), tensor!([1., 5.]));
/// assert_eq!(x.mse_loss_with(&target, Reduction::None).to_string(), "tensor([0., 9.])");
/// assert_eq!(x.mse_loss_with(&target, Reduction::Sum).to_string(), "tensor(9.)");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Their mean.
    #[default]
    Mean,
    /// Their sum.
    Sum,
    /// Nothing: one loss each.
    None,
    /// Their sum over the number of examples, which is the mean in the sense of Kullback and Leibler; only for
    /// [`Tensor::kl_div`].
    BatchMean,
}

/// The choices of [`Tensor::cross_entropy_with`] and [`Tensor::nll_loss_with`]. The defaults are PyTorch's: no weights,
/// classes of -100 ignored, no smoothing, the mean.
///
/// ```
/// use wick::prelude::*;
/// let options = ClassLossOptions {
///     weight: Some(tensor!([1., 3.])),
///     ignore_index: -1,
///     ..Default::default()
/// };
/// // The class of the last example is not known, so it does not count.
/// let (logits, classes) = (tensor!([[2., 0.], [0., 0.], [5., 5.]]), tensor!([0, 1, -1]));
/// assert_eq!(logits.cross_entropy_with(&classes, &options).to_string(), "tensor(0.5516)");
/// ```
#[derive(Clone, Debug)]
pub struct ClassLossOptions {
    /// How much each class counts, `[C]`.
    pub weight: Option<Tensor>,
    /// The class that does not count.
    pub ignore_index: i64,
    /// How much of the target is spread over all classes.
    pub label_smoothing: f64,
    /// What becomes of the losses of a batch.
    pub reduction: Reduction,
}

impl Default for ClassLossOptions {
    fn default() -> Self {
        Self {
            weight: None,
            ignore_index: -100,
            label_smoothing: 0.,
            reduction: Reduction::Mean,
        }
    }
}

pub(super) fn reduced(losses: &Tensor, reduction: Reduction) -> Result<Tensor> {
    match reduction {
        Reduction::Mean => losses.try_mean(),
        Reduction::Sum => losses.try_sum(),
        Reduction::None => Ok(losses.clone()),
        Reduction::BatchMean => Err(no_batch_mean()),
    }
}

fn no_batch_mean() -> crate::Error {
    crate::Error::value("batchmean is not a valid value for reduction")
}

/// Log-probabilities with the classes in dimension 1 (or alone), and the right classes.
fn nll(x: &Tensor, target: &Tensor, options: &ClassLossOptions) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let shape = x.shape();
    let class_dim = if shape.rank() == 1 { 0 } else { 1 };
    let Some(&classes) = shape.get(class_dim) else {
        bail!("input tensor should be 1D or 2D")
    };
    if !matches!(target.dtype(), DType::I64 | DType::I32 | DType::U8) {
        bail!(
            "expected scalar type Long but found {}",
            target.dtype().scalar_type()
        );
    }
    let mut expected = shape.to_vec();
    expected.remove(class_dim);
    if target.dims() != expected {
        if shape.rank() == 2 {
            bail!(
                "Expected input batch_size ({}) to match target batch_size ({}).",
                shape[0],
                target.try_size(0).unwrap_or(1)
            );
        }
        bail!(
            "Expected target size {expected:?}, got {}",
            target.shape().list()
        );
    }
    let ignore = options.ignore_index;
    let (output, factors, places, counts) = no_grad(|| -> Result<_> {
        let target = target
            .detach()
            .try_to_dtype(DType::I64)?
            .try_to_device(x.device())?;
        let counts = target.try_ne(ignore)?;
        let inside = target
            .try_ge(0)?
            .try_logical_and(&target.try_lt(classes)?)?;
        if !inside
            .try_logical_or(&counts.try_logical_not()?)?
            .try_all()?
            .try_item::<bool>()?
        {
            let wrong: Vec<i64> = target
                .try_masked_select(&inside.try_logical_not()?)?
                .try_to_vec()?;
            let wrong = wrong.into_iter().find(|&t| t != ignore).unwrap_or_default();
            bail_index!("Target {wrong} is out of bounds.");
        }
        let places = counts.try_where_(&target, 0)?;
        let mut weights = counts.try_to_dtype(x.dtype())?;
        if let Some(weight) = &options.weight {
            weights = weights.try_mul(weight.detach().try_embedding_1d(&places)?)?;
        }
        let places = places.try_unsqueeze(class_dim as i64)?;
        let picked = x
            .detach()
            .try_gather(class_dim as i64, &places)?
            .try_squeeze_dim(class_dim as i64)?;
        let losses = picked.try_mul(&weights)?.try_neg()?;
        let (output, factors) = match options.reduction {
            Reduction::None => (losses, weights.try_neg()?),
            Reduction::Sum => (losses.try_sum()?, weights.try_neg()?),
            Reduction::BatchMean => return Err(no_batch_mean()),
            Reduction::Mean => {
                let total = weights.try_sum()?;
                (
                    losses.try_sum()?.try_div(&total)?,
                    weights.try_div(total)?.try_neg()?,
                )
            }
        };
        Ok((output, factors, places, counts))
    })?;
    let name = if shape.rank() > 2 {
        "NllLoss2DBackward0"
    } else {
        "NllLossBackward0"
    };
    record(name, &[x], output, |_| {
        let backward = move |_: &Ctx, g: &Tensor| {
            let at = class_dim as i64;
            // What is ignored has no gradient, also where it is all there is, and the mean is 0 / 0.
            let shares = counts.try_where_(g.try_mul(&factors)?, 0)?;
            let shares = shares.try_unsqueeze(at)?;
            Ok(vec![Some(
                g.try_new_zeros(&shape)?.try_scatter(at, &places, &shares)?,
            )])
        };
        // The derivative does not look at it, and has a gradient of zeros for it.
        (vec![Saved::input(x)], backward)
    })
}

fn cross_entropy(x: &Tensor, target: &Tensor, options: &ClassLossOptions) -> Result<Tensor> {
    let class_dim = if x.dim() == 1 { 0 } else { 1 };
    if x.dim() == 0 {
        bail!("cross_entropy: expected an input of at least one dimension");
    }
    let log = x.try_log_softmax(class_dim)?;
    let classes = x.try_size(class_dim)?;
    if target.is_floating_point() {
        // Probabilities of classes instead of the right class.
        if target.shape() != x.shape() {
            bail!(
                "cross_entropy: expected probabilities of shape {}, got {}",
                x.shape().list(),
                target.shape().list()
            );
        }
        let smooth = options.label_smoothing;
        let target = target
            .try_mul(1. - smooth)?
            .try_add(smooth / classes as f64)?;
        let mut terms = log.try_mul(&target)?;
        if let Some(weight) = &options.weight {
            let mut shape = vec![1; x.dim()];
            shape[class_dim as usize] = classes;
            terms = terms.try_mul(weight.try_reshape(shape)?)?;
        }
        let losses = terms.try_sum_dim(class_dim, false)?.try_neg()?;
        return match options.reduction {
            Reduction::Mean => losses.try_sum()?.try_div(x.numel() / classes.max(1)),
            other => reduced(&losses, other),
        };
    }
    let hard = nll(&log, target, options)?;
    if options.label_smoothing == 0. {
        return Ok(hard);
    }
    // As `cross_entropy_loss_label_smoothing` in PyTorch's LossNLL.cpp: all classes, each by its weight.
    let smooth = options.label_smoothing;
    let counts = target.try_ne(options.ignore_index)?;
    let mut terms = log;
    if let Some(weight) = &options.weight {
        let mut shape = vec![1; x.dim()];
        shape[class_dim as usize] = classes;
        terms = terms.try_mul(weight.try_reshape(shape)?)?;
    }
    let spread = counts.try_where_(terms.try_sum_dim(class_dim, false)?.try_neg()?, 0)?;
    let spread = match (options.reduction, &options.weight) {
        (Reduction::Mean, Some(weight)) => {
            let right = target
                .try_masked_select(&counts)?
                .try_to_dtype(DType::I64)?;
            let total = weight.detach().try_embedding_1d(&right)?.try_sum()?;
            spread.try_sum()?.try_div(total)?
        }
        (Reduction::Mean, None) => spread.try_sum()?.try_div(counts.try_sum()?)?,
        (other, _) => reduced(&spread, other)?,
    };
    hard.try_mul(1. - smooth)?
        .try_add(spread.try_mul(smooth / classes as f64)?)
}

/// A loss of each pair of elements, reduced, as one node of that name.
fn pairwise(
    name: &'static str,
    x: &Tensor,
    target: &Tensor,
    reduction: Reduction,
    loss: fn(&Tensor, &Tensor) -> Result<Tensor>,
    slopes: fn(&Tensor, &Tensor) -> Result<(Tensor, Tensor)>,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let (a, b) = (x.detach(), target.detach());
    let losses = loss(&a, &b)?;
    let output = reduced(&losses, reduction)?;
    let count = losses.numel() as f64;
    record(name, &[x, target], output, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let (dx, dt) = slopes(&ctx.saved(0)?, &ctx.saved(1)?)?;
            let g = if reduction == Reduction::Mean {
                g.try_div(count)?
            } else {
                g.clone()
            };
            Ok(vec![
                ctx.when(0, || g.try_mul(&dx))?,
                ctx.when(1, || g.try_mul(&dt))?,
            ])
        };
        (vec![Saved::input(x), Saved::input(target)], backward)
    })
}

fn mse(x: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    pairwise(
        "MseLossBackward0",
        x,
        target,
        reduction,
        |x, t| x.try_sub(t)?.try_square(),
        |x, t| {
            let slope = x.try_sub(t)?.try_mul(2)?;
            Ok((slope.clone(), slope.try_neg()?))
        },
    )
}

fn l1(x: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    reduced(&x.try_sub(target)?.try_abs()?, reduction)
}

pub(super) fn same_sizes(x: &Tensor, target: &Tensor) -> Result<()> {
    if x.shape() != target.shape() {
        return Err(crate::Error::value(format!(
            "Target size ({}) must be the same as input size ({})",
            target.shape(),
            x.shape()
        )));
    }
    Ok(())
}

pub(super) fn bce_logits(x: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    same_sizes(x, target)?;
    // (1 - t) x - log sigmoid(x), which does not overflow.
    let loss = |x: &Tensor, t: &Tensor| t.try_rsub(1)?.try_mul(x)?.try_sub(x.try_logsigmoid()?);
    pairwise(
        "BinaryCrossEntropyWithLogitsBackward0",
        x,
        target,
        reduction,
        loss,
        |x, t| Ok((x.try_sigmoid()?.try_sub(t)?, x.try_neg()?)),
    )
}

fn probabilities(what: &str, x: &Tensor) -> Result<()> {
    let x = x.detach();
    let inside = x.try_ge(0)?.try_logical_and(&x.try_le(1)?)?.try_all()?;
    if !inside.try_item::<bool>()? {
        bail!("all elements of {what} should be between 0 and 1");
    }
    Ok(())
}

pub(super) fn bce(x: &Tensor, target: &Tensor, reduction: Reduction) -> Result<Tensor> {
    same_sizes(x, target)?;
    probabilities("input", x)?;
    probabilities("target", target)?;
    // PyTorch cuts logarithms off at -100.
    fn log(p: &Tensor) -> Result<Tensor> {
        p.try_log()?.try_clamp_min(-100.)
    }
    let loss = |p: &Tensor, t: &Tensor| {
        t.try_mul(log(p)?)?
            .try_add(t.try_rsub(1)?.try_mul(log(&p.try_rsub(1)?)?)?)?
            .try_neg()
    };
    pairwise(
        "BinaryCrossEntropyBackward0",
        x,
        target,
        reduction,
        loss,
        |p, t| {
            let variance = p.try_rsub(1)?.try_mul(p)?.try_clamp_min(1e-12)?;
            Ok((
                p.try_sub(t)?.try_div(variance)?,
                p.try_rsub(1)?.try_log()?.try_sub(p.try_log()?)?,
            ))
        },
    )
}

impl Tensor {
    /// Element `i` of this vector for each index `i`.
    fn try_embedding_1d(&self, index: &Tensor) -> Result<Tensor> {
        self.try_index_select(0, &index.try_reshape(-1)?)?
            .try_reshape(index.shape())
    }
}

ops! {
    /// The mean cross entropy of these logits `[N, C, …]` and the right classes `[N, …]`, or probabilities of classes.
    /// The classes are `i64`; the loss is a number. PyTorch: `F.cross_entropy`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (logits, classes) = (tensor!([[2., 0.], [0., 0.]]), tensor!([0, 1]));
    /// assert_eq!(logits.cross_entropy(&classes).to_string(), "tensor(0.4100)");
    /// ```
    cross_entropy, try_cross_entropy, [] (x, target: &Tensor) => cross_entropy(x, target, &ClassLossOptions::default());
    /// [`Tensor::cross_entropy`] with weights, an ignored class, label smoothing or another reduction. With
    /// [`Reduction::None`] the losses have the shape of the classes. PyTorch: `F.cross_entropy`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (logits, classes) = (tensor!([[2., 0.], [0., 0.]]), tensor!([0, 1]));
    /// let options = ClassLossOptions { label_smoothing: 0.1, ..Default::default() };
    /// assert_eq!(logits.cross_entropy_with(&classes, &options).to_string(), "tensor(0.4600)");
    /// ```
    cross_entropy_with, try_cross_entropy_with, [] (x, target: &Tensor, options: &ClassLossOptions)
        => cross_entropy(x, target, options);
    /// The mean negative log-likelihood of these log-probabilities `[N, C, …]` and the right classes `[N, …]`.
    /// The classes are `i64`; the loss is a number. PyTorch: `F.nll_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (chances, classes) = (tensor!([[0.5, 0.5], [0.8, 0.2]]), tensor!([0, 1]));
    /// assert_eq!(chances.log().nll_loss(&classes).to_string(), "tensor(1.1513)");
    /// ```
    nll_loss, try_nll_loss, [] (x, target: &Tensor) => nll(x, target, &ClassLossOptions::default());
    /// [`Tensor::nll_loss`] with weights, an ignored class or another reduction. Label smoothing plays no part.
    /// PyTorch: `F.nll_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (chances, classes) = (tensor!([[0.5, 0.5], [0.8, 0.2]]), tensor!([0, 1]));
    /// let options = ClassLossOptions { reduction: Reduction::None, ..Default::default() };
    /// assert_eq!(chances.log().nll_loss_with(&classes, &options).to_string(), "tensor([0.6931, 1.6094])");
    /// ```
    nll_loss_with, try_nll_loss_with, [] (x, target: &Tensor, options: &ClassLossOptions) => nll(x, target, options);
    /// The mean squared difference. Two tensors of one shape give a number. PyTorch: `F.mse_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([1., 2.]), tensor!([1., 5.]));
    /// assert_eq!(x.mse_loss(&target).to_string(), "tensor(4.5000)");
    /// ```
    mse_loss, try_mse_loss, [] (x, target: &Tensor) => mse(x, target, Reduction::Mean);
    /// [`Tensor::mse_loss`] with another reduction. PyTorch: `F.mse_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([1., 2.]), tensor!([1., 5.]));
    /// assert_eq!(x.mse_loss_with(&target, Reduction::Sum).to_string(), "tensor(9.)");
    /// ```
    mse_loss_with, try_mse_loss_with, [] (x, target: &Tensor, reduction: Reduction) => mse(x, target, reduction);
    /// The mean absolute difference. Two tensors of one shape give a number. PyTorch: `F.l1_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([1., 2.]), tensor!([1., 5.]));
    /// assert_eq!(x.l1_loss(&target).to_string(), "tensor(1.5000)");
    /// ```
    l1_loss, try_l1_loss, [] (x, target: &Tensor) => l1(x, target, Reduction::Mean);
    /// [`Tensor::l1_loss`] with another reduction. PyTorch: `F.l1_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([1., 2.]), tensor!([1., 5.]));
    /// assert_eq!(x.l1_loss_with(&target, Reduction::Sum).to_string(), "tensor(3.)");
    /// ```
    l1_loss_with, try_l1_loss_with, [] (x, target: &Tensor, reduction: Reduction) => l1(x, target, reduction);
    /// The mean binary cross entropy of these logits and probabilities. Two tensors of one shape give a number.
    /// PyTorch: `F.binary_cross_entropy_with_logits`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([0., 0.]), tensor!([1., 0.]));
    /// assert_eq!(x.binary_cross_entropy_with_logits(&target).to_string(), "tensor(0.6931)");
    /// ```
    binary_cross_entropy_with_logits, try_binary_cross_entropy_with_logits, [] (x, target: &Tensor)
        => bce_logits(x, target, Reduction::Mean);
    /// [`Tensor::binary_cross_entropy_with_logits`] with another reduction.
    /// PyTorch: `F.binary_cross_entropy_with_logits`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([0., 0.]), tensor!([1., 0.]));
    /// let loss = x.binary_cross_entropy_with_logits_with(&target, Reduction::Sum);
    /// assert_eq!(loss.to_string(), "tensor(1.3863)");
    /// ```
    binary_cross_entropy_with_logits_with, try_binary_cross_entropy_with_logits_with, []
        (x, target: &Tensor, reduction: Reduction) => bce_logits(x, target, reduction);
    /// The mean binary cross entropy of these probabilities and those they should be.
    /// Two tensors of one shape give a number. PyTorch: `F.binary_cross_entropy`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([0.5, 0.5]), tensor!([1., 0.]));
    /// assert_eq!(x.binary_cross_entropy(&target).to_string(), "tensor(0.6931)");
    /// ```
    binary_cross_entropy, try_binary_cross_entropy, [] (x, target: &Tensor) => bce(x, target, Reduction::Mean);
}
