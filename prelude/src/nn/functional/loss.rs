//! Losses with all their choices.

use crate::Tensor;
use crate::tensor::{ClassLossOptions, PoissonOptions, Reduction, TripletOptions};

functions! {
    /// The cross entropy with weights, an ignored class, label smoothing or another reduction.
    cross_entropy_with(logits: &Tensor, target: &Tensor, options: &ClassLossOptions)
        => logits.cross_entropy_with(target, options);
    /// The negative log-likelihood with weights, an ignored class or another reduction.
    nll_loss_with(log_probabilities: &Tensor, target: &Tensor, options: &ClassLossOptions)
        => log_probabilities.nll_loss_with(target, options);
    /// Squares of small differences, absolute values of large ones; PyTorch's default `beta` is 1.
    smooth_l1_loss(input: &Tensor, target: &Tensor, reduction: Reduction, beta: f64)
        => input.smooth_l1_loss(target, reduction, beta);
    /// Half the squares of small differences, straight lines beyond `delta`; PyTorch's default is 1.
    huber_loss(input: &Tensor, target: &Tensor, reduction: Reduction, delta: f64)
        => input.huber_loss(target, reduction, delta);
    /// How far the distribution with the logarithms `input` is from `target`.
    kl_div(input: &Tensor, target: &Tensor, reduction: Reduction, log_target: bool)
        => input.kl_div(target, reduction, log_target);
    /// The cosine of pairs that should be alike (target 1) or not (target -1).
    cosine_embedding_loss(input1: &Tensor, input2: &Tensor, target: &Tensor, margin: f64, reduction: Reduction)
        => input1.cosine_embedding_loss(input2, target, margin, reduction);
    /// Distances that should be small (target 1) or above `margin` (target -1).
    hinge_embedding_loss(input: &Tensor, target: &Tensor, margin: f64, reduction: Reduction)
        => input.hinge_embedding_loss(target, margin, reduction);
    /// Pairs whose first should be above the second (target 1) or below (target -1).
    margin_ranking_loss(input1: &Tensor, input2: &Tensor, target: &Tensor, margin: f64, reduction: Reduction)
        => input1.margin_ranking_loss(input2, target, margin, reduction);
    /// `log(1 + exp(-target * input))`.
    soft_margin_loss(input: &Tensor, target: &Tensor, reduction: Reduction) => input.soft_margin_loss(target, reduction);
    /// How much nearer `anchor` should be to `positive` than to `negative`.
    triplet_margin_loss(anchor: &Tensor, positive: &Tensor, negative: &Tensor, options: TripletOptions)
        => anchor.triplet_margin_loss(positive, negative, options);
    /// How much nearer `anchor` should be to `positive` than to `negative` in a distance of one's own; PyTorch's defaults
    /// are a margin of 1 and no `swap`.
    triplet_margin_with_distance_loss(
        anchor: &Tensor, positive: &Tensor, negative: &Tensor, distance: impl Fn(&Tensor, &Tensor) -> Tensor, margin: f64,
        swap: bool, reduction: Reduction
    ) => {
        let near = distance(anchor, positive);
        let mut far = distance(anchor, negative);
        if swap {
            far = far.minimum(distance(positive, negative));
        }
        let losses = (margin + near - far).clamp_min(0);
        match reduction {
            Reduction::None => losses,
            Reduction::Sum => losses.sum(),
            Reduction::Mean | Reduction::BatchMean => losses.mean(),
        }
    };
    /// The negative log-likelihood of counts under Poisson distributions.
    poisson_nll_loss(input: &Tensor, target: &Tensor, options: PoissonOptions)
        => input.poisson_nll_loss(target, options);
    /// The negative log-likelihood under bell curves; PyTorch's defaults are `full` false and `eps` 1e-6.
    gaussian_nll_loss(input: &Tensor, target: &Tensor, var: &Tensor, full: bool, eps: f64, reduction: Reduction)
        => input.gaussian_nll_loss(target, var, full, eps, reduction);
    /// The cosine of angles between vectors along `dim`; PyTorch's defaults are 1 and 1e-8.
    cosine_similarity(x1: &Tensor, x2: &Tensor, dim: i64, eps: f64) => x1.cosine_similarity(x2, dim, eps);
    /// The distances of vectors; PyTorch's defaults are `p` 2 and `eps` 1e-6.
    pairwise_distance(x1: &Tensor, x2: &Tensor, p: f64, eps: f64) => x1.pairwise_distance(x2, p, eps);
    /// The `p`-norm distance of each row to each row below it; PyTorch's default is 2.
    pdist(x: &Tensor, p: f64) => x.pdist(p);
}
