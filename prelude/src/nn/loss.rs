//! Losses as modules: what is asked of a network, as one number.

use super::functional as F;
use super::hooks::seen;
use super::{Mode, Module, python};
use crate::Tensor;
use crate::tensor::{ClassLossOptions, PoissonOptions, Reduction, TripletOptions};

/// Declares losses: their name, their own choices (those that are `buffer`s are part of the state), the other arguments of `forward`, and what they compute.
macro_rules! losses {
    ($(
        $(#[$doc:meta])*
        $loss:ident { $($(#[$field_doc:meta])* $kind:ident $field:ident : $ty:ty = $default:expr),* }
        ($input:ident $(, $arg:ident)*) |$this:ident| $body:expr;
    )*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        pub struct $loss {
            #[module(skip)]
            reduction: Reduction,
            $(#[module($kind)] $field: $ty,)*
            mode: Mode,
        }

        impl $loss {
            /// The loss with PyTorch's defaults, reduced to its mean over the batch.
            pub fn new() -> Self {
                Self { reduction: Reduction::Mean, $($field: $default,)* mode: Mode::default() }
            }

            /// What becomes of the losses of a batch: their mean at first. PyTorch's argument `reduction`.
            pub fn reduction(mut self, reduction: Reduction) -> Self {
                self.reduction = reduction;
                self
            }

            $(
                $(#[$field_doc])*
                pub fn $field(mut self, $field: $ty) -> Self {
                    self.$field = $field;
                    self
                }
            )*

            /// The loss, a 0-d tensor unless the reduction is [`Reduction::None`].
            #[track_caller]
            pub fn forward(&self, $input: &Tensor, $($arg: &Tensor),*) -> Tensor {
                let $this = self;
                seen!(self, [$input $(, $arg)*], $body)
            }
        }

        impl Default for $loss {
            fn default() -> Self {
                Self::new()
            }
        }

        super::debug_is_display!($loss);
    )*};
}

losses! {
    /// The mean of the squared differences of two tensors of one shape, which is the usual loss of a regression.
    /// PyTorch: `torch.nn.MSELoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (input, target) = (tensor!([1., 2., 3.]), tensor!([1., 4., 6.]));
    /// assert_eq!(MSELoss::new().forward(&input, &target).to_string(), "tensor(4.3333)");
    /// let each = MSELoss::new().reduction(Reduction::None);
    /// assert_eq!(each.forward(&input, &target).to_string(), "tensor([0., 4., 9.])");
    /// ```
    MSELoss {} (input, target) |this| input.mse_loss_with(target, this.reduction);
    /// The mean of the absolute differences of two tensors of one shape. Outliers count less than in [`MSELoss`].
    /// PyTorch: `torch.nn.L1Loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (input, target) = (tensor!([1., 2., 3.]), tensor!([1., 4., 6.]));
    /// assert_eq!(L1Loss::new().forward(&input, &target).to_string(), "tensor(1.6667)");
    /// let sum = L1Loss::new().reduction(Reduction::Sum);
    /// assert_eq!(sum.forward(&input, &target).to_string(), "tensor(5.)");
    /// ```
    L1Loss {} (input, target) |this| input.l1_loss_with(target, this.reduction);
    /// Half the squares of small differences over `beta`, absolute values less `beta / 2` of large ones. Both tensors
    /// have one shape. PyTorch: `torch.nn.SmoothL1Loss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (input, target) = (tensor!([1., 2., 3.]), tensor!([1., 4., 6.]));
    /// assert_eq!(SmoothL1Loss::new().forward(&input, &target).to_string(), "tensor(1.3333)");
    /// let wide = SmoothL1Loss::new().beta(2.).reduction(Reduction::None);
    /// assert_eq!(wide.forward(&input, &target).to_string(), "tensor([0., 1., 2.])");
    /// ```
    SmoothL1Loss {
        /// The difference at which both meet; 1 at first. PyTorch's argument `beta`.
        skip beta: f64 = 1.
    } (input, target) |this| F::smooth_l1_loss(input, target, this.reduction, this.beta);
    /// Half the squares of small differences, straight lines of slope `delta` beyond. It is [`SmoothL1Loss`] times
    /// `delta`, for two tensors of one shape. PyTorch: `torch.nn.HuberLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (input, target) = (tensor!([1., 2., 3.]), tensor!([1., 4., 6.]));
    /// assert_eq!(HuberLoss::new().forward(&input, &target).to_string(), "tensor(1.3333)");
    /// let wide = HuberLoss::new().delta(2.).reduction(Reduction::None);
    /// assert_eq!(wide.forward(&input, &target).to_string(), "tensor([0., 2., 4.])");
    /// ```
    HuberLoss {
        /// Where the lines begin, and their slope; 1 at first. PyTorch's argument `delta`.
        skip delta: f64 = 1.
    } (input, target) |this| F::huber_loss(input, target, this.reduction, this.delta);
    /// How far the distribution with the logarithms `input` is from `target`, both of one shape. PyTorch:
    /// `torch.nn.KLDivLoss`.
    ///
    /// The mathematical mean is that of [`Reduction::BatchMean`].
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (input, target) = (tensor!([[0.5, 0.5]]).log(), tensor!([[0.25, 0.75]]));
    /// let criterion = KLDivLoss::new().reduction(Reduction::BatchMean);
    /// assert_eq!(criterion.forward(&input, &target).to_string(), "tensor(0.1308)");
    /// let criterion = criterion.log_target(true);
    /// assert_eq!(criterion.forward(&input, &target.log()).to_string(), "tensor(0.1308)");
    /// ```
    KLDivLoss {
        /// Whether the target holds logarithms too; `false` at first. PyTorch's argument `log_target`.
        skip log_target: bool = false
    } (input, target) |this| F::kl_div(input, target, this.reduction, this.log_target);
    /// The binary cross entropy of probabilities and those they should be, which are floats of the same shape. PyTorch:
    /// `torch.nn.BCELoss`.
    ///
    /// [`BCEWithLogitsLoss`] is more exact, as it takes what comes before the sigmoid.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (probabilities, target) = (tensor!([0.9, 0.2]), tensor!([1., 0.]));
    /// assert_eq!(BCELoss::new().forward(&probabilities, &target).to_string(), "tensor(0.1643)");
    /// let weighted = BCELoss::new().weight(Some(tensor!([1., 2.]))).reduction(Reduction::None);
    /// assert_eq!(weighted.forward(&probabilities, &target).to_string(), "tensor([0.1054, 0.4463])");
    /// ```
    ///
    /// # Panics
    /// When the shapes differ.
    BCELoss {
        /// How much each element counts, a tensor that can be broadcast to the input. PyTorch's argument `weight`.
        buffer weight: Option<Tensor> = None
    } (probabilities, target) |this|
        probabilities.binary_cross_entropy_with(target, this.weight.as_ref(), this.reduction);
    /// The binary cross entropy of logits and the probabilities their sigmoids should be, which are floats of the same
    /// shape. PyTorch: `torch.nn.BCEWithLogitsLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (logits, target) = (tensor!([0., 0.]), tensor!([1., 0.]));
    /// assert_eq!(BCEWithLogitsLoss::new().forward(&logits, &target).to_string(), "tensor(0.6931)");
    /// // Where one example in four is positive, these count three times.
    /// let criterion = BCEWithLogitsLoss::new().pos_weight(Some(tensor!([3.])));
    /// assert_eq!(criterion.forward(&logits, &target).to_string(), "tensor(1.3863)");
    /// let weighted = BCEWithLogitsLoss::new().weight(Some(tensor!([1., 2.]))).reduction(Reduction::None);
    /// assert_eq!(weighted.forward(&logits, &target).to_string(), "tensor([0.6931, 1.3863])");
    /// ```
    BCEWithLogitsLoss {
        /// How much each element counts, a tensor that can be broadcast to the input. PyTorch's argument `weight`.
        buffer weight: Option<Tensor> = None,
        /// How much the positive examples of each class count. PyTorch's argument `pos_weight`.
        buffer pos_weight: Option<Tensor> = None
    } (logits, probabilities) |this| logits.binary_cross_entropy_with_logits_weighted(
        probabilities, this.weight.as_ref(), this.reduction, this.pos_weight.as_ref()
    );
    /// What of a difference is not small between pairs that should be alike (target 1) or not (-1). The inputs are `[N,
    /// D]` (or `[D]`), the target `[N]`. PyTorch: `torch.nn.CosineEmbeddingLoss`.
    ///
    /// It is 1 less the cosine of the angle between alike ones, and what the cosine of the others has above the margin.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (first, second) = (tensor!([[1., 0.], [1., 0.]]), tensor!([[0., 1.], [1., 1.]]));
    /// let target = tensor!([1, -1]);
    /// assert_eq!(CosineEmbeddingLoss::new().forward(&first, &second, &target).to_string(), "tensor(0.8536)");
    /// let lenient = CosineEmbeddingLoss::new().margin(0.5).reduction(Reduction::None);
    /// assert_eq!(lenient.forward(&first, &second, &target).to_string(), "tensor([1.0000, 0.2071])");
    /// ```
    CosineEmbeddingLoss {
        /// How large the cosine of unlike pairs may be; 0 at first. PyTorch's argument `margin`.
        skip margin: f64 = 0.
    } (input1, input2, target) |this| F::cosine_embedding_loss(input1, input2, target, this.margin, this.reduction);
    /// Distances that should be small (target 1) or above the margin (-1). Both tensors have one shape. PyTorch:
    /// `torch.nn.HingeEmbeddingLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (distances, target) = (tensor!([0.3, 0.3]), tensor!([1, -1]));
    /// assert_eq!(HingeEmbeddingLoss::new().forward(&distances, &target).to_string(), "tensor(0.5000)");
    /// let far = HingeEmbeddingLoss::new().margin(2.).reduction(Reduction::None);
    /// assert_eq!(far.forward(&distances, &target).to_string(), "tensor([0.3000, 1.7000])");
    /// ```
    HingeEmbeddingLoss {
        /// How large distances should be; 1 at first. PyTorch's argument `margin`.
        skip margin: f64 = 1.
    } (input, target) |this| F::hinge_embedding_loss(input, target, this.margin, this.reduction);
    /// What pairs lack whose first should be above the second (target 1) or below (-1). All three tensors have one
    /// shape. PyTorch: `torch.nn.MarginRankingLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (first, second, target) = (tensor!([1., 1.]), tensor!([2., 0.5]), tensor!([1, 1]));
    /// assert_eq!(MarginRankingLoss::new().forward(&first, &second, &target).to_string(), "tensor(0.5000)");
    /// let apart = MarginRankingLoss::new().margin(1.).reduction(Reduction::None);
    /// assert_eq!(apart.forward(&first, &second, &target).to_string(), "tensor([2.0000, 0.5000])");
    /// ```
    MarginRankingLoss {
        /// By how much they should differ; 0 at first. PyTorch's argument `margin`.
        skip margin: f64 = 0.
    } (input1, input2, target) |this| F::margin_ranking_loss(input1, input2, target, this.margin, this.reduction);
    /// The mean of `log(1 + exp(-target * input))` for targets 1 and -1. Both tensors have one shape. PyTorch:
    /// `torch.nn.SoftMarginLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (input, target) = (tensor!([2., 2.]), tensor!([1., -1.]));
    /// assert_eq!(SoftMarginLoss::new().forward(&input, &target).to_string(), "tensor(1.1269)");
    /// let each = SoftMarginLoss::new().reduction(Reduction::None);
    /// assert_eq!(each.forward(&input, &target).to_string(), "tensor([0.1269, 2.1269])");
    /// ```
    SoftMarginLoss {} (input, target) |this| F::soft_margin_loss(input, target, this.reduction);
    /// What the scores of other classes come too near to that of the right one, a hinge over classes. Scores are `[N,
    /// C]`, right classes an `i64` tensor `[N]`. PyTorch: `torch.nn.MultiMarginLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let scores = tensor!([[0.1, 0.2, 0.9], [0.1, 0.2, 0.9]]);
    /// let target = tensor!([2, 0]);
    /// assert_eq!(nn::MultiMarginLoss::new().forward(&scores, &target).to_string(), "tensor(0.5667)");
    /// let squares = nn::MultiMarginLoss::new().p(2).margin(0.5).weight(Some(tensor!([1., 1., 2.])));
    /// let each = squares.reduction(Reduction::None).forward(&scores, &target);
    /// assert_eq!(each.to_string(), "tensor([0.0000, 0.6833])");
    /// ```
    MultiMarginLoss {
        /// The power of what is too near, 1 or 2; 1 at first. PyTorch's argument `p`.
        skip p: i64 = 1,
        /// How far the scores should be apart; 1 at first. PyTorch's argument `margin`.
        skip margin: f64 = 1.,
        /// How much each class counts, `[C]`. PyTorch's argument `weight`.
        buffer weight: Option<Tensor> = None
    } (input, target) |this|
        F::multi_margin_loss(input, target, this.p, this.margin, this.weight.as_ref(), this.reduction);
    /// What the scores of other classes come too near to those of the right ones, of which there may be several. Scores
    /// are `[N, C]`; the right classes are listed up to the first -1 in an `i64` tensor `[N, C]`. PyTorch:
    /// `torch.nn.MultiLabelMarginLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let scores = tensor!([[0.1, 0.2, 0.4, 0.8]]);
    /// // Classes 3 and 0: what is behind the -1 does not count.
    /// let target = tensor!([[3, 0, -1, 1]]);
    /// assert_eq!(nn::MultiLabelMarginLoss::new().forward(&scores, &target).to_string(), "tensor(0.8500)");
    /// let each = nn::MultiLabelMarginLoss::new().reduction(Reduction::None);
    /// assert_eq!(each.forward(&scores, &target).to_string(), "tensor([0.8500])");
    /// ```
    MultiLabelMarginLoss {} (input, target) |this| F::multilabel_margin_loss(input, target, this.reduction);
    /// The mean over all classes of the binary cross entropy of their logits. Logits and targets, which are 0 or 1, are
    /// `[N, C]`. PyTorch: `torch.nn.MultiLabelSoftMarginLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (logits, target) = (tensor!([[2., -1., 0.]]), tensor!([[1., 0., 1.]]));
    /// assert_eq!(nn::MultiLabelSoftMarginLoss::new().forward(&logits, &target).to_string(), "tensor(0.3778)");
    /// let weighted = nn::MultiLabelSoftMarginLoss::new().weight(Some(tensor!([1., 1., 0.])));
    /// let weighted = weighted.reduction(Reduction::None);
    /// assert_eq!(weighted.forward(&logits, &target).to_string(), "tensor([0.1467])");
    /// ```
    MultiLabelSoftMarginLoss {
        /// How much each class counts, `[C]`. PyTorch's argument `weight`.
        buffer weight: Option<Tensor> = None
    } (input, target) |this|
        F::multilabel_soft_margin_loss(input, target, this.weight.as_ref(), this.reduction);
    /// How much an anchor lacks of being nearer, by a margin, to what is like it than to what is not. All three tensors
    /// are `[N, D]` or `[D]`. PyTorch: `torch.nn.TripletMarginLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let anchor = tensor!([[0., 0.]]);
    /// let (positive, negative) = (tensor!([[0., 1.]]), tensor!([[0., 1.5]]));
    /// assert_eq!(TripletMarginLoss::new().forward(&anchor, &positive, &negative).to_string(), "tensor(0.5000)");
    /// // The negative is only 0.5 away from the positive, which counts with `swap`.
    /// let strict = TripletMarginLoss::new().margin(2.).p(1.).swap(true).reduction(Reduction::None);
    /// assert_eq!(strict.forward(&anchor, &positive, &negative).to_string(), "tensor([2.5000])");
    /// ```
    TripletMarginLoss {
        /// By how much it should be nearer; 1 at first. PyTorch's argument `margin`.
        skip margin: f64 = 1.,
        /// The degree of the norm that measures distances; 2 at first. PyTorch's argument `p`.
        skip p: f64 = 2.,
        /// Whether the distance of both others may stand for that of anchor and negative, where it is smaller.
        /// PyTorch's argument `swap`, `false` at first.
        skip swap: bool = false,
        /// What is added to each difference, so that no distance is 0; 1e-6 at first. PyTorch's argument `eps`.
        skip eps: f64 = 1e-6
    } (anchor, positive, negative) |this| {
        let options = TripletOptions {
            margin: this.margin,
            p: this.p,
            swap: this.swap,
            eps: this.eps,
            reduction: this.reduction,
        };
        F::triplet_margin_loss(anchor, positive, negative, options)
    };
    /// The negative log-likelihood of counts under Poisson distributions. Both tensors have one shape: logarithms of
    /// rates, and counts. PyTorch: `torch.nn.PoissonNLLLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let counts = tensor!([1., 3.]);
    /// assert_eq!(PoissonNLLLoss::new().forward(&tensor!([0., 1.]), &counts).to_string(), "tensor(0.3591)");
    /// let of_rates = PoissonNLLLoss::new().log_input(false).full(true).reduction(Reduction::None);
    /// assert_eq!(of_rates.forward(&tensor!([1., 2.]), &counts).to_string(), "tensor([1.0000, 1.6846])");
    /// ```
    PoissonNLLLoss {
        /// Whether the input is the logarithm of the rate, as it is at first. PyTorch's argument `log_input`.
        skip log_input: bool = true,
        /// Whether Stirling's approximation of `log(target!)` is added; `false` at first. PyTorch's argument `full`.
        skip full: bool = false,
        /// What keeps the logarithm of a rate of zero finite; 1e-8 at first. PyTorch's argument `eps`.
        skip eps: f64 = 1e-8
    } (input, target) |this| {
        let options = PoissonOptions {
            log_input: this.log_input,
            full: this.full,
            eps: this.eps,
            reduction: this.reduction,
        };
        F::poisson_nll_loss(input, target, options)
    };
    /// The negative log-likelihood of targets under bell curves of these means and variances. All three tensors have
    /// one shape; the variance may lack the last dimension, or have 1 there. PyTorch: `torch.nn.GaussianNLLLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (mean, target, var) = (tensor!([1., 2.]), tensor!([1., 4.]), tensor!([1., 2.]));
    /// assert_eq!(GaussianNLLLoss::new().forward(&mean, &target, &var).to_string(), "tensor(0.6733)");
    /// let full = GaussianNLLLoss::new().full(true).eps(1e-3).reduction(Reduction::None);
    /// assert_eq!(full.forward(&mean, &target, &var).to_string(), "tensor([0.9189, 2.2655])");
    /// ```
    ///
    /// # Panics
    /// When a variance is negative.
    GaussianNLLLoss {
        /// Whether the constant term is added; `false` at first. PyTorch's argument `full`.
        skip full: bool = false,
        /// The least variance; 1e-6 at first. PyTorch's argument `eps`.
        skip eps: f64 = 1e-6
    } (input, target, var) |this| F::gaussian_nll_loss(input, target, var, this.full, this.eps, this.reduction);
}

/// Declares losses of classes, whose choices are those of [`ClassLossOptions`].
macro_rules! class_losses {
    ($($(#[$doc:meta])* $loss:ident = $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Module, Default)]
        pub struct $loss {
            #[module(buffer)]
            weight: Option<Tensor>,
            #[module(skip)]
            options: ClassLossOptions,
            mode: Mode,
        }

        impl $loss {
            /// The loss as its mean over the batch, all classes counting the same.
            pub fn new() -> Self {
                Self::default()
            }

            /// How much each class counts, `[C]`. PyTorch's argument `weight`.
            pub fn weight(mut self, weight: Tensor) -> Self {
                self.weight = Some(weight);
                self
            }

            /// The target that does not count, such as padding; -100 at first. PyTorch's argument `ignore_index`.
            pub fn ignore_index(mut self, ignore_index: i64) -> Self {
                self.options.ignore_index = ignore_index;
                self
            }

            /// What becomes of the losses of a batch: their mean at first. PyTorch's argument `reduction`.
            pub fn reduction(mut self, reduction: Reduction) -> Self {
                self.options.reduction = reduction;
                self
            }

            /// The loss, a 0-d tensor unless the reduction is [`Reduction::None`].
            #[track_caller]
            pub fn forward(&self, input: &Tensor, target: &Tensor) -> Tensor {
                let options = ClassLossOptions {
                    weight: self.weight.clone(),
                    ..self.options.clone()
                };
                seen!(self, [input, target], input.$method(target, &options))
            }
        }

        super::debug_is_display!($loss);
    )*};
}

class_losses! {
    /// The cross entropy of logits and the right classes, which is the usual loss of a classification. Logits are `[N,
    /// C, …]` (or `[C]`); the target is an `i64` tensor of classes `[N, …]`, or probabilities of classes `[N, C, …]`.
    /// PyTorch: `torch.nn.CrossEntropyLoss`.
    ///
    /// The softmax is in it: a network ends in a linear layer.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (logits, target) = (tensor!([[2., 0.], [0., 0.]]), tensor!([0, 1]));
    /// assert_eq!(CrossEntropyLoss::new().forward(&logits, &target).to_string(), "tensor(0.4100)");
    /// let weighted = CrossEntropyLoss::new().weight(tensor!([1., 3.]));
    /// assert_eq!(weighted.forward(&logits, &target).to_string(), "tensor(0.5516)");
    /// // Targets of class 1 do not count.
    /// let one = CrossEntropyLoss::new().ignore_index(1);
    /// assert_eq!(one.forward(&logits, &target).to_string(), "tensor(0.1269)");
    /// let smooth = CrossEntropyLoss::new().label_smoothing(0.1).reduction(Reduction::None);
    /// assert_eq!(smooth.forward(&logits, &target).to_string(), "tensor([0.2269, 0.6931])");
    /// ```
    ///
    /// # Panics
    /// When a class is not below `C`, or the shapes do not fit.
    CrossEntropyLoss = cross_entropy_with;
    /// The negative log-likelihood of log-probabilities and the right classes: what comes after a
    /// [`LogSoftmax`](super::LogSoftmax). Log-probabilities are `[N, C, …]` (or `[C]`), the target is an `i64` tensor
    /// of classes `[N, …]`. PyTorch: `torch.nn.NLLLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let input = tensor!([[0.7, 0.3], [0.4, 0.6]]).log();
    /// let target = tensor!([0, 1]);
    /// assert_eq!(NLLLoss::new().forward(&input, &target).to_string(), "tensor(0.4338)");
    /// let weighted = NLLLoss::new().weight(tensor!([1., 3.])).reduction(Reduction::None);
    /// assert_eq!(weighted.forward(&input, &target).to_string(), "tensor([0.3567, 1.5325])");
    /// let one = NLLLoss::new().ignore_index(1);
    /// assert_eq!(one.forward(&input, &target).to_string(), "tensor(0.3567)");
    /// ```
    NLLLoss = nll_loss_with;
}

impl CrossEntropyLoss {
    /// How much of the target is spread over all classes; nothing at first. PyTorch's argument `label_smoothing`.
    ///
    /// # Panics
    /// When it is not between 0 and 1.
    #[track_caller]
    pub fn label_smoothing(mut self, label_smoothing: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&label_smoothing),
            "label_smoothing must be between 0.0 and 1.0. Got: {}",
            python::float(label_smoothing)
        );
        self.options.label_smoothing = label_smoothing;
        self
    }
}
