//! Losses with all their choices.

use crate::Tensor;
use crate::tensor::{ClassLossOptions, PoissonOptions, Reduction, TripletOptions};

functions! {
    /// The cross entropy with weights, an ignored class, label smoothing or another reduction. Logits `[N, C]` or
    /// `[N, C, …]`, and classes `[N]` or `[N, …]` or probabilities of the logits' shape. PyTorch: `F.cross_entropy`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (logits, classes) = (tensor!([[2., 0.], [0., 0.], [1., 3.]]), tensor!([0, 1, 1]));
    /// let options = ClassLossOptions { reduction: Reduction::None, ignore_index: 0, ..Default::default() };
    /// assert_eq!(F::cross_entropy_with(&logits, &classes, &options).to_string(), "tensor([0.0000, 0.6931, 0.1269])");
    /// let options = ClassLossOptions { label_smoothing: 0.1, ..Default::default() };
    /// assert_eq!(F::cross_entropy_with(&logits, &classes, &options).to_string(), "tensor(0.3823)");
    /// ```
    cross_entropy_with(logits: &Tensor, target: &Tensor, options: &ClassLossOptions)
        => logits.cross_entropy_with(target, options);
    /// The negative log-likelihood with weights, an ignored class or another reduction. Log-probabilities `[N, C]` or
    /// `[N, C, …]` and classes `[N]` or `[N, …]`. PyTorch: `F.nll_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (log_probabilities, classes) = (tensor!([[-0.1, -2.4], [-1.2, -0.4]]), tensor!([0, 1]));
    /// let options = ClassLossOptions { weight: Some(tensor!([1., 3.])), ..Default::default() };
    /// // A mean weighted by classes: (1 * 0.1 + 3 * 0.4) / 4.
    /// assert_eq!(F::nll_loss_with(&log_probabilities, &classes, &options).to_string(), "tensor(0.3250)");
    /// ```
    nll_loss_with(log_probabilities: &Tensor, target: &Tensor, options: &ClassLossOptions)
        => log_probabilities.nll_loss_with(target, options);
    /// Squares of small differences, absolute values of those above `beta`; PyTorch's default `beta` is 1. Two tensors
    /// of one shape. PyTorch: `F.smooth_l1_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let loss = F::smooth_l1_loss(&tensor!([0.5, 3.]), &tensor!([0., 0.]), Reduction::None, 1.);
    /// assert_eq!(loss.to_string(), "tensor([0.1250, 2.5000])");
    /// ```
    smooth_l1_loss(input: &Tensor, target: &Tensor, reduction: Reduction, beta: f64)
        => input.smooth_l1_loss(target, reduction, beta);
    /// Half the squares of small differences, straight lines beyond `delta`; PyTorch's default is 1. Two tensors of one
    /// shape. PyTorch: `F.huber_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let loss = F::huber_loss(&tensor!([0.5, 3.]), &tensor!([0., 0.]), Reduction::None, 2.);
    /// assert_eq!(loss.to_string(), "tensor([0.1250, 4.0000])");
    /// ```
    huber_loss(input: &Tensor, target: &Tensor, reduction: Reduction, delta: f64)
        => input.huber_loss(target, reduction, delta);
    /// How far the distribution with the logarithms `input` is from `target` (Kullback and Leibler). Two tensors of one
    /// shape; with `log_target` the second holds logarithms too. PyTorch: `F.kl_div`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (input, target) = (tensor!([[0.5, 0.5], [0.9, 0.1]]).log(), tensor!([[0.5, 0.5], [0.5, 0.5]]));
    /// assert_eq!(F::kl_div(&input, &target, Reduction::BatchMean, false).to_string(), "tensor(0.2554)");
    /// ```
    kl_div(input: &Tensor, target: &Tensor, reduction: Reduction, log_target: bool)
        => input.kl_div(target, reduction, log_target);
    /// What is wrong with the cosine of pairs that should be alike (target 1) or not (target -1). Vectors `[N, D]`
    /// twice and a target `[N]`; PyTorch's default `margin` is 0. PyTorch: `F.cosine_embedding_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (x1, x2) = (tensor!([[1., 0.], [1., 0.]]), tensor!([[1., 0.], [1., 1.]]));
    /// let loss = F::cosine_embedding_loss(&x1, &x2, &tensor!([1., -1.]), 0., Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([0.0000, 0.7071])");
    /// ```
    cosine_embedding_loss(input1: &Tensor, input2: &Tensor, target: &Tensor, margin: f64, reduction: Reduction)
        => input1.cosine_embedding_loss(input2, target, margin, reduction);
    /// Distances that should be small (target 1) or above `margin` (target -1). Two tensors of one shape; PyTorch's
    /// default `margin` is 1. PyTorch: `F.hinge_embedding_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let distances = tensor!([0.2, 0.2, 3.]);
    /// let loss = F::hinge_embedding_loss(&distances, &tensor!([1., -1., -1.]), 1., Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([0.2000, 0.8000, 0.0000])");
    /// ```
    hinge_embedding_loss(input: &Tensor, target: &Tensor, margin: f64, reduction: Reduction)
        => input.hinge_embedding_loss(target, margin, reduction);
    /// Pairs whose first should be above the second (target 1) or below (target -1), by `margin`. Three tensors of one
    /// shape; PyTorch's default `margin` is 0. PyTorch: `F.margin_ranking_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (first, second) = (tensor!([3., 1.]), tensor!([1., 3.]));
    /// let loss = F::margin_ranking_loss(&first, &second, &tensor!([1., 1.]), 0.5, Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([0.0000, 2.5000])");
    /// ```
    margin_ranking_loss(input1: &Tensor, input2: &Tensor, target: &Tensor, margin: f64, reduction: Reduction)
        => input1.margin_ranking_loss(input2, target, margin, reduction);
    /// `log(1 + exp(-target * input))`, for targets 1 and -1. Two tensors of one shape. PyTorch: `F.soft_margin_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let loss = F::soft_margin_loss(&tensor!([2., 2.]), &tensor!([1., -1.]), Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([0.1269, 2.1269])");
    /// ```
    soft_margin_loss(input: &Tensor, target: &Tensor, reduction: Reduction) => input.soft_margin_loss(target, reduction);
    /// How much nearer `anchor` should be to `positive` than to `negative`. Three tensors `[N, D]` or `[D]`. PyTorch:
    /// `F.triplet_margin_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (anchor, positive, negative) = (tensor!([[0., 0.]]), tensor!([[3., 0.]]), tensor!([[0., 3.5]]));
    /// // The distances are 3 and 3.5, which is half a margin too little.
    /// let loss = F::triplet_margin_loss(&anchor, &positive, &negative, TripletOptions::default());
    /// assert_eq!(loss.to_string(), "tensor(0.5000)");
    /// ```
    triplet_margin_loss(anchor: &Tensor, positive: &Tensor, negative: &Tensor, options: TripletOptions)
        => anchor.triplet_margin_loss(positive, negative, options);
    /// How much nearer `anchor` should be to `positive` than to `negative` in a distance of one's own. PyTorch's
    /// defaults are a margin of 1 and no `swap`; with it the negative's distance from the positive counts where that is
    /// less. PyTorch: `F.triplet_margin_with_distance_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (anchor, positive, negative) = (tensor!([[0., 0.]]), tensor!([[3., 1.]]), tensor!([[0., 3.5]]));
    /// let largest = |a: &Tensor, b: &Tensor| (a - b).abs().max_dim(1, false).0;
    /// let loss = F::triplet_margin_with_distance_loss(
    ///     &anchor, &positive, &negative, largest, 1., false, Reduction::Mean
    /// );
    /// assert_eq!(loss.to_string(), "tensor(0.5000)");
    /// ```
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
    /// The negative log-likelihood of counts under Poisson distributions. The input holds their rates' logarithms
    /// unless the options say otherwise; the target has its shape. PyTorch: `F.poisson_nll_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (rates, counts) = (tensor!([1., 4.]), tensor!([1., 4.]));
    /// let options = PoissonOptions { log_input: false, reduction: Reduction::None, ..Default::default() };
    /// assert_eq!(F::poisson_nll_loss(&rates, &counts, options).to_string(), "tensor([ 1.0000, -1.5452])");
    /// ```
    poisson_nll_loss(input: &Tensor, target: &Tensor, options: PoissonOptions)
        => input.poisson_nll_loss(target, options);
    /// The negative log-likelihood under bell curves with the means `input` and the variances `var`. Three tensors of
    /// one shape; PyTorch's defaults are `full` false and `eps` 1e-6. PyTorch: `F.gaussian_nll_loss`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (input, target, var) = (tensor!([0., 0.]), tensor!([0., 2.]), tensor!([1., 4.]));
    /// let loss = F::gaussian_nll_loss(&input, &target, &var, false, 1e-6, Reduction::None);
    /// assert_eq!(loss.to_string(), "tensor([0.0000, 1.1931])");
    /// ```
    gaussian_nll_loss(input: &Tensor, target: &Tensor, var: &Tensor, full: bool, eps: f64, reduction: Reduction)
        => input.gaussian_nll_loss(target, var, full, eps, reduction);
    /// The cosine of the angle between vectors along `dim`, which is gone from the result. PyTorch's defaults are 1 and
    /// 1e-8. PyTorch: `F.cosine_similarity`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (x1, x2) = (tensor!([[3., 4.], [1., 0.]]), tensor!([[-3., -4.], [0., 2.]]));
    /// assert_eq!(F::cosine_similarity(&x1, &x2, 1, 1e-8).to_string(), "tensor([-1.,  0.])");
    /// ```
    cosine_similarity(x1: &Tensor, x2: &Tensor, dim: i64, eps: f64) => x1.cosine_similarity(x2, dim, eps);
    /// The distances of vectors along the last dimension, which is gone from the result. PyTorch's defaults are `p` 2
    /// and `eps` 1e-6. PyTorch: `F.pairwise_distance`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (x1, x2) = (tensor!([[0., 0.], [1., 1.]]), tensor!([[3., 4.], [1., 2.]]));
    /// assert_eq!(F::pairwise_distance(&x1, &x2, 2., 1e-6).to_string(), "tensor([5.0000, 1.0000])");
    /// ```
    pairwise_distance(x1: &Tensor, x2: &Tensor, p: f64, eps: f64) => x1.pairwise_distance(x2, p, eps);
    /// The `p`-norm distance of each row to each row below it. `[N, D]` to `[N (N - 1) / 2]`; `p` is 2 in PyTorch
    /// unless given. PyTorch: `F.pdist`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// // The sides of a triangle.
    /// let corners = tensor!([[0., 0.], [3., 0.], [0., 4.]]);
    /// assert_eq!(F::pdist(&corners, 2.).to_string(), "tensor([3., 4., 5.])");
    /// ```
    pdist(x: &Tensor, p: f64) => x.pdist(p);
}
