//! Losses that take more than tensors of the same shape.

use super::functional as F;
use super::hooks::seen;
use super::{Mode, Module, PairwiseDistance};
use crate::Tensor;
use crate::tensor::Reduction;

/// How unlikely sequences of labels are, whatever steps they belong to (Graves and others, 2006). PyTorch:
/// `torch.nn.CTCLoss`.
///
/// ```
/// use wick::prelude::*;
/// // Two steps of one sequence, with two classes that are equally likely.
/// let log_probs = Tensor::zeros([2, 1, 2]).log_softmax(2);
/// let criterion = nn::CTCLoss::new().blank(0).reduction(Reduction::Mean);
/// let loss = criterion.forward(&log_probs, &tensor!([[1]]), &tensor!([2]), &tensor!([1]));
/// // Three of four ways through give the label 1: -ln(3/4).
/// assert_eq!(loss.to_string(), "tensor(0.2877)");
/// // Two steps are too short for the same label twice, which needs a blank between.
/// let targets = tensor!([[1, 1]]);
/// let loss = criterion.forward(&log_probs, &targets, &tensor!([2]), &tensor!([2]));
/// assert_eq!(loss.to_string(), "tensor(inf)");
/// let loss = criterion.zero_infinity(true).forward(&log_probs, &targets, &tensor!([2]), &tensor!([2]));
/// assert_eq!(loss.to_string(), "tensor(0.)");
/// ```
#[derive(Module)]
pub struct CTCLoss {
    blank: i64,
    #[module(skip)]
    reduction: Reduction,
    zero_infinity: bool,
    mode: Mode,
}

impl CTCLoss {
    /// The mean over the batch of each loss divided by the length of its target; class 0 is the blank.
    pub fn new() -> Self {
        Self {
            blank: 0,
            reduction: Reduction::Mean,
            zero_infinity: false,
            mode: Mode::default(),
        }
    }

    /// The class that stands for no label. PyTorch's argument `blank`, 0 at first.
    pub fn blank(mut self, blank: i64) -> Self {
        self.blank = blank;
        self
    }

    /// What becomes of the losses of a batch: PyTorch's argument `reduction`.
    pub fn reduction(mut self, reduction: Reduction) -> Self {
        self.reduction = reduction;
        self
    }

    /// Whether sequences that are too short for their targets cost nothing, instead of infinitely much. PyTorch's
    /// argument `zero_infinity`, `false` at first.
    pub fn zero_infinity(mut self, zero_infinity: bool) -> Self {
        self.zero_infinity = zero_infinity;
        self
    }

    /// The loss of the logarithms of probabilities `[T, N, C]` or `[T, C]`. The targets are `[N, S]` or, one after the
    /// other, `[sum]`, both lengths `[N]`; all three are integers. The loss is a 0-d tensor, or `[N]` without a
    /// reduction.
    ///
    /// # Panics
    /// When the lengths do not go with the other two.
    #[track_caller]
    pub fn forward(
        &self,
        log_probs: &Tensor,
        targets: &Tensor,
        input_lengths: &Tensor,
        target_lengths: &Tensor,
    ) -> Tensor {
        seen!(
            self,
            [log_probs, targets, input_lengths, target_lengths],
            F::ctc_loss(
                log_probs,
                targets,
                input_lengths,
                target_lengths,
                self.blank,
                self.reduction,
                self.zero_infinity
            )
        )
    }
}

impl Default for CTCLoss {
    fn default() -> Self {
        Self::new()
    }
}

type Distance = Box<dyn Fn(&Tensor, &Tensor) -> Tensor + Send + Sync>;

/// How much nearer an anchor should be to what is like it than to what is not, in a distance of one's own. The inputs
/// are `[N, D]`. PyTorch: `torch.nn.TripletMarginWithDistanceLoss`.
///
/// ```
/// use wick::nn::functional as F;
/// use wick::prelude::*;
/// let criterion = nn::TripletMarginWithDistanceLoss::new()
///     .distance_function(|a, b| 1. - F::cosine_similarity(a, b, 1, 1e-8))
///     .reduction(Reduction::Mean);
/// let (anchor, positive, negative) = (tensor!([[1., 0.]]), tensor!([[1., 1.]]), tensor!([[0., 1.]]));
/// // The distances are 0.2929 and 1, and the second should be larger by 1.
/// assert_eq!(criterion.forward(&anchor, &positive, &negative).to_string(), "tensor(0.2929)");
/// // A smaller margin is kept; measured from the positive, the negative is near.
/// assert_eq!(criterion.margin(0.5).swap(true).forward(&anchor, &positive, &negative).to_string(), "tensor(0.5000)");
/// ```
#[derive(Module)]
pub struct TripletMarginWithDistanceLoss {
    distance_function: Option<PairwiseDistance>,
    #[module(skip)]
    own: Option<Distance>,
    margin: f64,
    swap: bool,
    #[module(skip)]
    reduction: Reduction,
    mode: Mode,
}

impl TripletMarginWithDistanceLoss {
    /// With [`PairwiseDistance`] and a margin of 1.
    pub fn new() -> Self {
        Self {
            distance_function: Some(PairwiseDistance::new()),
            own: None,
            margin: 1.,
            swap: false,
            reduction: Reduction::Mean,
            mode: Mode::default(),
        }
    }

    /// What the distance of two batches is: PyTorch's argument `distance_function`. It gets two tensors `[N, D]` and
    /// returns `[N]`.
    pub fn distance_function(
        mut self,
        distance: impl Fn(&Tensor, &Tensor) -> Tensor + Send + Sync + 'static,
    ) -> Self {
        self.distance_function = None;
        self.own = Some(Box::new(distance));
        self
    }

    /// By how much the negative should be farther away than the positive. PyTorch's argument `margin`, 1 at first.
    pub fn margin(mut self, margin: f64) -> Self {
        self.margin = margin;
        self
    }

    /// Whether the distance of both others may stand for that of anchor and negative. PyTorch's argument `swap`,
    /// `false` at first.
    pub fn swap(mut self, swap: bool) -> Self {
        self.swap = swap;
        self
    }

    /// What becomes of the losses of a batch: PyTorch's argument `reduction`.
    pub fn reduction(mut self, reduction: Reduction) -> Self {
        self.reduction = reduction;
        self
    }

    /// The loss of anchors, positives and negatives, a 0-d tensor unless there is no reduction.
    #[track_caller]
    pub fn forward(&self, anchor: &Tensor, positive: &Tensor, negative: &Tensor) -> Tensor {
        let distance = |a: &Tensor, b: &Tensor| match (&self.own, &self.distance_function) {
            (Some(own), _) => own(a, b),
            (None, Some(pairwise)) => pairwise.forward(a, b),
            (None, None) => PairwiseDistance::new().forward(a, b),
        };
        seen!(
            self,
            [anchor, positive, negative],
            F::triplet_margin_with_distance_loss(
                anchor,
                positive,
                negative,
                distance,
                self.margin,
                self.swap,
                self.reduction
            )
        )
    }
}

impl Default for TripletMarginWithDistanceLoss {
    fn default() -> Self {
        Self::new()
    }
}

super::debug_is_display!(CTCLoss, TripletMarginWithDistanceLoss);
