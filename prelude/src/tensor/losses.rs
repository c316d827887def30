//! Losses beyond those of every day: robust ones, those of distributions, and those of pairs and triples.

use super::Tensor;
use super::loss::{Reduction, bce, bce_logits, reduced, same_sizes};
use super::ops::ops;
use super::statistics::norm_node;
use crate::autograd::{composite, no_grad};
use crate::error::{Error, Result, bail};

/// Quadratic up to `edge`, straight from there on.
fn robust(x: &Tensor, target: &Tensor, edge: f64, quadratic: f64, straight: f64) -> Result<Tensor> {
    let distance = x.try_sub(target)?.try_abs()?;
    // Each branch sees only its own elements, so that neither spoils the other's gradient.
    let near = distance
        .try_clamp_max(edge)?
        .try_square()?
        .try_mul(quadratic)?;
    let far = distance.try_sub(0.5 * edge)?.try_mul(straight)?;
    distance.try_lt(edge)?.try_where_(near, far)
}

fn smooth_l1(x: &Tensor, target: &Tensor, reduction: Reduction, beta: f64) -> Result<Tensor> {
    if beta < 0. {
        bail!("smooth_l1_loss does not support negative values for beta.");
    }
    if beta == 0. {
        return x.try_l1_loss_with(target, reduction);
    }
    composite("SmoothL1LossBackward0", &[x, target], move |of| {
        reduced(&robust(&of[0], &of[1], beta, 0.5 / beta, 1.)?, reduction)
    })
}

fn huber(x: &Tensor, target: &Tensor, reduction: Reduction, delta: f64) -> Result<Tensor> {
    if delta <= 0. {
        bail!("huber_loss does not support non-positive values for delta.");
    }
    composite("HuberLossBackward0", &[x, target], move |of| {
        reduced(&robust(&of[0], &of[1], delta, 0.5, delta)?, reduction)
    })
}

/// `t * log(t)`, and 0 where `t` is 0.
fn times_own_logarithm(t: &Tensor) -> Result<Tensor> {
    let zero = t.try_eq(0)?;
    t.try_mul(zero.try_where_(1., t)?.try_log()?)
}

fn kl_div(x: &Tensor, target: &Tensor, reduction: Reduction, log_target: bool) -> Result<Tensor> {
    let losses = if log_target {
        target.try_exp()?.try_mul(target.try_sub(x)?)?
    } else {
        times_own_logarithm(target)?.try_sub(target.try_mul(x)?)?
    };
    if reduction == Reduction::BatchMean {
        let examples = if x.dim() == 0 { 1 } else { x.try_size(0)? };
        return losses.try_sum()?.try_div(examples);
    }
    reduced(&losses, reduction)
}

fn bce_weighted(
    x: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Tensor> {
    match weight {
        None => bce(x, target, reduction),
        Some(weight) => reduced(
            &bce(x, target, Reduction::None)?.try_mul(weight)?,
            reduction,
        ),
    }
}

fn bce_logits_weighted(
    x: &Tensor,
    target: &Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
    pos_weight: Option<&Tensor>,
) -> Result<Tensor> {
    let losses = match pos_weight {
        None if weight.is_none() => return bce_logits(x, target, reduction),
        None => bce_logits(x, target, Reduction::None)?,
        Some(positive) => {
            same_sizes(x, target)?;
            // (1 - t) x - (1 + (p - 1) t) log sigmoid(x)
            let factor = positive.try_sub(1)?.try_mul(target)?.try_add(1)?;
            target
                .try_rsub(1)?
                .try_mul(x)?
                .try_sub(factor.try_mul(x.try_logsigmoid()?)?)?
        }
    };
    match weight {
        Some(weight) => reduced(&losses.try_mul(weight)?, reduction),
        None => reduced(&losses, reduction),
    }
}

fn cosine_embedding(
    a: &Tensor,
    b: &Tensor,
    target: &Tensor,
    margin: f64,
    reduction: Reduction,
) -> Result<Tensor> {
    /// Keeps zero vectors from dividing by zero.
    const EPSILON: f64 = 1e-12;
    let rank = target.dim();
    if rank > 1 {
        bail!("0D or 1D target tensor expected, multi-target not supported");
    }
    if a.dim() != rank + 1 || b.dim() != rank + 1 {
        let (vectors, matrix) = [("1D", "0D"), ("2D", "1D")][rank];
        bail!(
            "{matrix} target tensor expects {vectors} input tensors, but found inputs with sizes {} and {}.",
            a.shape().list(),
            b.shape().list()
        );
    }
    let along = |product: Tensor| product.try_sum_dim(-1, false);
    let lengths = along(a.try_square()?)?
        .try_add(EPSILON)?
        .try_mul(along(b.try_square()?)?.try_add(EPSILON)?)?;
    let cosine = along(a.try_mul(b)?)?.try_div(lengths.try_sqrt()?)?;
    let alike = target.try_eq(1)?.try_where_(cosine.try_rsub(1)?, 0)?;
    let unlike = target
        .try_eq(-1)?
        .try_where_(cosine.try_sub(margin)?.try_clamp_min(0)?, 0)?;
    reduced(&alike.try_add(unlike)?, reduction)
}

fn hinge_embedding(
    x: &Tensor,
    target: &Tensor,
    margin: f64,
    reduction: Reduction,
) -> Result<Tensor> {
    let apart = x.try_rsub(margin)?.try_clamp_min(0)?;
    let losses = target
        .try_ne(1)?
        .try_where_(apart, 0)?
        .try_add(target.try_ne(-1)?.try_where_(x, 0)?)?;
    reduced(&losses, reduction)
}

/// The length of the differences of vectors: `torch.pairwise_distance`.
fn pairwise_distance(a: &Tensor, b: &Tensor, p: f64, eps: f64) -> Result<Tensor> {
    let difference = a.try_sub(b)?.try_add(eps)?;
    norm_node("NormBackward1", &difference, p, &(-1).into(), false)
}

/// The choices of [`Tensor::triplet_margin_loss`]. The defaults are PyTorch's: a margin of 1, the Euclidean norm, no
/// swap, the mean.
///
/// ```
/// use wick::prelude::*;
/// let (anchor, positive, negative) = (tensor!([[0., 0.]]), tensor!([[3., 4.]]), tensor!([[0., 5.5]]));
/// let loss = |margin| {
///     let options = TripletOptions { margin, ..Default::default() };
///     anchor.triplet_margin_loss(&positive, &negative, options)
/// };
/// assert_eq!(loss(1.).to_string(), "tensor(0.5000)");
/// assert_eq!(loss(0.25).to_string(), "tensor(0.)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TripletOptions {
    /// How much farther the negative has to be than the positive.
    pub margin: f64,
    /// The degree of the norm.
    pub p: f64,
    /// What is added to differences, so that no distance is exactly zero.
    pub eps: f64,
    /// Whether the negative may be nearer to the positive than to the anchor, and then that distance counts.
    pub swap: bool,
    /// What becomes of the losses of a batch.
    pub reduction: Reduction,
}

impl Default for TripletOptions {
    fn default() -> Self {
        Self {
            margin: 1.,
            p: 2.,
            eps: 1e-6,
            swap: false,
            reduction: Reduction::Mean,
        }
    }
}

fn triplet(
    anchor: &Tensor,
    positive: &Tensor,
    negative: &Tensor,
    options: TripletOptions,
) -> Result<Tensor> {
    let ranks = [anchor.dim(), positive.dim(), negative.dim()];
    if ranks.iter().any(|&rank| rank != ranks[0]) {
        bail!(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: \
             anchor {}D, positive {}D, and negative {}D inputs",
            ranks[0],
            ranks[1],
            ranks[2]
        );
    }
    let distance = |a: &Tensor, b: &Tensor| pairwise_distance(a, b, options.p, options.eps);
    let near = distance(anchor, positive)?;
    let mut far = distance(anchor, negative)?;
    if options.swap {
        far = far.try_minimum(distance(positive, negative)?)?;
    }
    let losses = near
        .try_sub(far)?
        .try_add(options.margin)?
        .try_clamp_min(0)?;
    reduced(&losses, options.reduction)
}

/// The choices of [`Tensor::poisson_nll_loss`]. The defaults are PyTorch's: logarithms of rates, no constant term, the
/// mean.
///
/// ```
/// use wick::prelude::*;
/// let (rates, counts) = (tensor!([1., 2.]), tensor!([1., 3.]));
/// let options = PoissonOptions { log_input: false, full: true, ..Default::default() };
/// assert_eq!(rates.poisson_nll_loss(&counts, options).to_string(), "tensor(1.3423)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoissonOptions {
    /// Whether the input is the logarithm of the rate.
    pub log_input: bool,
    /// Whether Stirling's approximation of `log(target!)` is added.
    pub full: bool,
    /// What keeps the logarithm of a rate of zero finite.
    pub eps: f64,
    /// What becomes of the losses of a batch.
    pub reduction: Reduction,
}

impl Default for PoissonOptions {
    fn default() -> Self {
        Self {
            log_input: true,
            full: false,
            eps: 1e-8,
            reduction: Reduction::Mean,
        }
    }
}

fn poisson(x: &Tensor, target: &Tensor, options: PoissonOptions) -> Result<Tensor> {
    let mut losses = if options.log_input {
        x.try_exp()?.try_sub(target.try_mul(x)?)?
    } else {
        x.try_sub(target.try_mul(x.try_add(options.eps)?.try_log()?)?)?
    };
    if options.full {
        let large = target.try_gt(1)?;
        let t = large.try_where_(target, 1.)?;
        let stirling = t.try_mul(t.try_log()?)?.try_sub(&t)?.try_add(
            t.try_mul(2. * std::f64::consts::PI)?
                .try_log()?
                .try_mul(0.5)?,
        )?;
        losses = losses.try_add(large.try_where_(stirling, 0)?)?;
    }
    reduced(&losses, options.reduction)
}

fn gaussian(
    x: &Tensor,
    target: &Tensor,
    var: &Tensor,
    full: bool,
    eps: f64,
    reduction: Reduction,
) -> Result<Tensor> {
    let (shape, spread) = (x.dims(), var.dims());
    let var = if spread == shape || var.dim() == 0 {
        var.clone()
    } else if shape[..shape.len().max(1) - 1] == spread[..] {
        var.try_unsqueeze(-1)?
    } else if spread.len() == shape.len()
        && spread[..spread.len() - 1] == shape[..shape.len() - 1]
        && spread.last() == Some(&1)
    {
        var.clone()
    } else {
        return Err(Error::value("var is of incorrect size"));
    };
    if var.detach().try_lt(0)?.try_any()?.try_item::<bool>()? {
        return Err(Error::value("var has negative entry/entries"));
    }
    // The variance is lifted to `eps` behind autograd's back, as in PyTorch.
    let lift = no_grad(|| var.try_clamp_min(eps)?.try_sub(&var))?;
    let var = var.try_add(lift)?;
    let mut losses = x
        .try_sub(target)?
        .try_square()?
        .try_div(&var)?
        .try_add(var.try_log()?)?
        .try_mul(0.5)?;
    if full {
        losses = losses.try_add(0.5 * (2. * std::f64::consts::PI).ln())?;
    }
    reduced(&losses, reduction)
}

/// Vectors along `dim` scaled to length 1 in the `p`-norm: `F.normalize`.
pub(crate) fn normalized(x: &Tensor, p: f64, dim: i64, eps: f64) -> Result<Tensor> {
    let length = if p == 2. {
        x.try_square()?.try_sum_dim(dim, true)?.try_sqrt()?
    } else if p == 1. {
        x.try_abs()?.try_sum_dim(dim, true)?
    } else {
        x.try_abs()?
            .try_pow(p)?
            .try_sum_dim(dim, true)?
            .try_pow(1. / p)?
    };
    x.try_div(length.try_clamp_min(eps)?)
}

ops! {
    /// The mean of squares of small differences and absolute values of large ones; `beta` is where they meet. The
    /// shapes broadcast; a negative `beta` is an error. PyTorch: `F.smooth_l1_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([0., 0.]), tensor!([0.5, 3.]));
    /// assert_eq!(x.smooth_l1_loss(&target, Reduction::None, 1.).to_string(), "tensor([0.1250, 2.5000])");
    /// ```
    smooth_l1_loss, try_smooth_l1_loss, [] (x, target: &Tensor, reduction: Reduction, beta: f64)
        => smooth_l1(x, target, reduction, beta);
    /// Half the square of small differences, and straight lines of slope `delta` beyond `delta` (Huber, 1964). The
    /// shapes broadcast; a `delta` that is not positive is an error. PyTorch: `F.huber_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([0., 0.]), tensor!([0.5, 3.]));
    /// assert_eq!(x.huber_loss(&target, Reduction::None, 2.).to_string(), "tensor([0.1250, 4.0000])");
    /// ```
    huber_loss, try_huber_loss, [] (x, target: &Tensor, reduction: Reduction, delta: f64)
        => huber(x, target, reduction, delta);
    /// How far the distribution whose logarithms this tensor holds is from `target` (Kullback and Leibler);
    /// `log_target` says that those are logarithms too. [`Reduction::BatchMean`] is the mean over the rows.
    /// PyTorch: `F.kl_div`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (guess, truth) = (tensor!([[0.5, 0.5]]), tensor!([[0.9, 0.1]]));
    /// let loss = guess.log().kl_div(&truth, Reduction::BatchMean, false);
    /// assert_eq!(loss.to_string(), "tensor(0.3681)");
    /// ```
    kl_div, try_kl_div, [] (x, target: &Tensor, reduction: Reduction, log_target: bool)
        => kl_div(x, target, reduction, log_target);
    /// [`Tensor::binary_cross_entropy`] with a weight of each element and another reduction. The shape of `weight`
    /// broadcasts. PyTorch: `F.binary_cross_entropy`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target, weight) = (tensor!([0.5, 0.5]), tensor!([1., 0.]), tensor!([1., 3.]));
    /// let loss = x.binary_cross_entropy_with(&target, Some(&weight), Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([0.6931, 2.0794])");
    /// ```
    binary_cross_entropy_with, try_binary_cross_entropy_with, []
        (x, target: &Tensor, weight: Option<&Tensor>, reduction: Reduction)
        => bce_weighted(x, target, weight, reduction);
    /// [`Tensor::binary_cross_entropy_with_logits`] with a weight of each element, another reduction, and weights of
    /// the positive examples of each class. PyTorch: `F.binary_cross_entropy_with_logits`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target, positive) = (tensor!([0., 0.]), tensor!([1., 0.]), tensor!(5.));
    /// let loss = x.binary_cross_entropy_with_logits_weighted(&target, None, Reduction::None, Some(&positive));
    /// assert_eq!(loss.to_string(), "tensor([3.4657, 0.6931])");
    /// ```
    binary_cross_entropy_with_logits_weighted, try_binary_cross_entropy_with_logits_weighted, []
        (x, target: &Tensor, weight: Option<&Tensor>, reduction: Reduction, pos_weight: Option<&Tensor>)
        => bce_logits_weighted(x, target, weight, reduction, pos_weight);
    /// `1 - cos` of the vectors of pairs whose `target` is 1, and what of `cos` is above `margin` where it is -1. Two
    /// tensors `[N, D]` and a target `[N]`, or two `[D]` and a number. PyTorch: `F.cosine_embedding_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1., 0.], [1., 0.]]), tensor!([[0., 1.], [1., 1.]]));
    /// let loss = a.cosine_embedding_loss(&b, &tensor!([1, -1]), 0.5, Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([1.0000, 0.2071])");
    /// ```
    cosine_embedding_loss, try_cosine_embedding_loss, []
        (x, other: &Tensor, target: &Tensor, margin: f64, reduction: Reduction)
        => cosine_embedding(x, other, target, margin, reduction);
    /// The distance itself where `target` is 1, and what is missing of it to `margin` where it is -1.
    /// PyTorch: `F.hinge_embedding_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (distances, target) = (tensor!([0.5, 0.25]), tensor!([1, -1]));
    /// let loss = distances.hinge_embedding_loss(&target, 1., Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([0.5000, 0.7500])");
    /// ```
    hinge_embedding_loss, try_hinge_embedding_loss, [] (x, target: &Tensor, margin: f64, reduction: Reduction)
        => hinge_embedding(x, target, margin, reduction);
    /// How much the first of two is not `margin` above the second where `target` is 1, or below where it is -1.
    /// PyTorch: `F.margin_ranking_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b, target) = (tensor!([3., 1.]), tensor!([1., 1.]), tensor!([1., -1.]));
    /// let loss = a.margin_ranking_loss(&b, &target, 0.5, Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([0.0000, 0.5000])");
    /// ```
    margin_ranking_loss, try_margin_ranking_loss, []
        (x, other: &Tensor, target: &Tensor, margin: f64, reduction: Reduction)
        => reduced(&target.try_neg()?.try_mul(x.try_sub(other)?)?.try_add(margin)?.try_clamp_min(0)?, reduction);
    /// `log(1 + exp(-target * x))` of targets 1 and -1. PyTorch: `F.soft_margin_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, target) = (tensor!([2., 2.]), tensor!([1., -1.]));
    /// assert_eq!(x.soft_margin_loss(&target, Reduction::None).to_string(), "tensor([0.1269, 2.1269])");
    /// ```
    soft_margin_loss, try_soft_margin_loss, [] (x, target: &Tensor, reduction: Reduction)
        => composite("SoftMarginLossBackward0", &[x, target], move |of| {
            reduced(&of[1].try_mul(&of[0])?.try_logsigmoid()?.try_neg()?, reduction)
        });
    /// How much nearer this tensor's vectors should be to `positive` than they are, compared with `negative`. Three
    /// tensors `[N, D]` or `[D]`. PyTorch: `F.triplet_margin_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (anchor, positive, negative) = (tensor!([[0., 0.]]), tensor!([[0., 2.]]), tensor!([[2.5, 0.]]));
    /// let loss = anchor.triplet_margin_loss(&positive, &negative, TripletOptions::default());
    /// assert_eq!(loss.to_string(), "tensor(0.5000)");
    /// ```
    triplet_margin_loss, try_triplet_margin_loss, [] (x, positive: &Tensor, negative: &Tensor, options: TripletOptions)
        => triplet(x, positive, negative, options);
    /// The negative log-likelihood of counts `target` under Poisson distributions with these (logarithms of) rates.
    /// PyTorch: `F.poisson_nll_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (logarithms, counts) = (tensor!([0., 1.]), tensor!([1., 3.]));
    /// let loss = logarithms.poisson_nll_loss(&counts, PoissonOptions::default());
    /// assert_eq!(loss.to_string(), "tensor(0.3591)");
    /// ```
    poisson_nll_loss, try_poisson_nll_loss, [] (x, target: &Tensor, options: PoissonOptions)
        => poisson(x, target, options);
    /// The negative log-likelihood of `target` under bell curves with these means and variances `var`; `full` adds the
    /// constant term, and `eps` is the least variance. `var` has the shape of the means, or it without the last
    /// dimension; negative variances are an error. PyTorch: `F.gaussian_nll_loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (means, target, var) = (tensor!([0., 0.]), tensor!([1., 1.]), tensor!([1., 4.]));
    /// let loss = means.gaussian_nll_loss(&target, &var, false, 1e-6, Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([0.5000, 0.8181])");
    /// ```
    gaussian_nll_loss, try_gaussian_nll_loss, []
        (x, target: &Tensor, var: &Tensor, full: bool, eps: f64, reduction: Reduction)
        => gaussian(x, target, var, full, eps, reduction);
    /// The cosine of the angles between vectors along `dim`. The shapes broadcast, and `dim` goes away; lengths count
    /// as `eps` at least. PyTorch: `F.cosine_similarity`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1., 0.], [1., 0.]]), tensor!([[0., 1.], [1., 1.]]));
    /// assert_eq!(a.cosine_similarity(&b, 1, 1e-8).to_string(), "tensor([0.0000, 0.7071])");
    /// ```
    cosine_similarity, try_cosine_similarity, [] (x, other: &Tensor, dim: i64, eps: f64)
        => normalized(x, 2., dim, eps)?.try_mul(normalized(other, 2., dim, eps)?)?.try_sum_dim(dim, false);
    /// The distances of vectors along the last dimension, in the `p`-norm; `eps` is added to the differences. `[N, D]`
    /// and `[N, D]` give `[N]`. PyTorch: `F.pairwise_distance`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[0., 0.], [1., 1.]]), tensor!([[3., 4.], [1., 2.]]));
    /// assert_eq!(a.pairwise_distance(&b, 2., 0.).to_string(), "tensor([5., 1.])");
    /// ```
    pairwise_distance, try_pairwise_distance, [] (x, other: &Tensor, p: f64, eps: f64)
        => pairwise_distance(x, other, p, eps);
}
