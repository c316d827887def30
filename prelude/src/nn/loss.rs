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
            /// The mean over the batch, and PyTorch's defaults.
            pub fn new() -> Self {
                Self { reduction: Reduction::Mean, $($field: $default,)* mode: Mode::default() }
            }

            /// What becomes of the losses of a batch.
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

            /// The loss, a 0-d tensor unless there is no reduction.
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
    /// The mean squared difference: `nn.MSELoss`.
    MSELoss {} (input, target) |this| input.mse_loss_with(target, this.reduction);
    /// The mean absolute difference: `nn.L1Loss`.
    L1Loss {} (input, target) |this| input.l1_loss_with(target, this.reduction);
    /// Squares of small differences, absolute values of large ones: `nn.SmoothL1Loss`.
    SmoothL1Loss {
        /// Where both meet; 1 at first.
        skip beta: f64 = 1.
    } (input, target) |this| F::smooth_l1_loss(input, target, this.reduction, this.beta);
    /// Half the squares of small differences, straight lines beyond: `nn.HuberLoss`.
    HuberLoss {
        /// Where the lines begin, and their slope; 1 at first.
        skip delta: f64 = 1.
    } (input, target) |this| F::huber_loss(input, target, this.reduction, this.delta);
    /// How far the distribution with the logarithms `input` is from `target`: `nn.KLDivLoss`.
    ///
    /// The mathematical mean is that of [`Reduction::BatchMean`].
    KLDivLoss {
        /// Whether the target holds logarithms too.
        skip log_target: bool = false
    } (input, target) |this| F::kl_div(input, target, this.reduction, this.log_target);
    /// The binary cross entropy of probabilities and those they should be: `nn.BCELoss`.
    BCELoss {
        /// How much each element counts.
        buffer weight: Option<Tensor> = None
    } (probabilities, target) |this|
        probabilities.binary_cross_entropy_with(target, this.weight.as_ref(), this.reduction);
    /// The binary cross entropy of logits and probabilities: `nn.BCEWithLogitsLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let criterion = nn::BCEWithLogitsLoss::new().pos_weight(Some(tensor!([3.])));
    /// let loss = criterion.forward(&tensor!([0., 0.]), &tensor!([1., 0.]));
    /// assert_eq!(loss.to_string(), "tensor(1.3863)");
    /// ```
    BCEWithLogitsLoss {
        /// How much each element counts.
        buffer weight: Option<Tensor> = None,
        /// How much the positive examples of each class count.
        buffer pos_weight: Option<Tensor> = None
    } (logits, probabilities) |this| logits.binary_cross_entropy_with_logits_weighted(
        probabilities, this.weight.as_ref(), this.reduction, this.pos_weight.as_ref()
    );
    /// What of a difference is not small between pairs that should be alike (target 1) or not (-1):
    /// `nn.CosineEmbeddingLoss`.
    CosineEmbeddingLoss {
        /// How large the cosine of unlike pairs may be; 0 at first.
        skip margin: f64 = 0.
    } (input1, input2, target) |this| F::cosine_embedding_loss(input1, input2, target, this.margin, this.reduction);
    /// Distances that should be small (target 1) or above the margin (-1): `nn.HingeEmbeddingLoss`.
    HingeEmbeddingLoss {
        /// How large distances should be; 1 at first.
        skip margin: f64 = 1.
    } (input, target) |this| F::hinge_embedding_loss(input, target, this.margin, this.reduction);
    /// Pairs whose first should be above the second (target 1) or below (-1): `nn.MarginRankingLoss`.
    MarginRankingLoss {
        /// By how much; 0 at first.
        skip margin: f64 = 0.
    } (input1, input2, target) |this| F::margin_ranking_loss(input1, input2, target, this.margin, this.reduction);
    /// `log(1 + exp(-target * input))` of targets 1 and -1: `nn.SoftMarginLoss`.
    SoftMarginLoss {} (input, target) |this| F::soft_margin_loss(input, target, this.reduction);
    /// What the scores of other classes `[N, C]` come too near to that of the right one `[N]`: `nn.MultiMarginLoss`.
    MultiMarginLoss {
        /// The power of what is too near, 1 or 2; 1 at first.
        skip p: i64 = 1,
        /// How far the scores should be apart; 1 at first.
        skip margin: f64 = 1.,
        /// How much each class counts, `[C]`.
        buffer weight: Option<Tensor> = None
    } (input, target) |this|
        F::multi_margin_loss(input, target, this.p, this.margin, this.weight.as_ref(), this.reduction);
    /// What the scores of other classes `[N, C]` come too near to those of the right ones, which are listed up to the
    /// first -1 in `[N, C]`: `nn.MultiLabelMarginLoss`.
    MultiLabelMarginLoss {} (input, target) |this| F::multilabel_margin_loss(input, target, this.reduction);
    /// The binary cross entropy of the logits of all classes `[N, C]`, their mean: `nn.MultiLabelSoftMarginLoss`.
    MultiLabelSoftMarginLoss {
        /// How much each class counts, `[C]`.
        buffer weight: Option<Tensor> = None
    } (input, target) |this|
        F::multilabel_soft_margin_loss(input, target, this.weight.as_ref(), this.reduction);
    /// How much nearer an anchor should be to what is like it than to what is not: `nn.TripletMarginLoss`.
    TripletMarginLoss {
        /// By how much; 1 at first.
        skip margin: f64 = 1.,
        /// The degree of the norm; 2 at first.
        skip p: f64 = 2.,
        /// Whether the distance of both others may stand for that of anchor and negative.
        skip swap: bool = false
    } (anchor, positive, negative) |this| {
        let options = TripletOptions {
            margin: this.margin,
            p: this.p,
            swap: this.swap,
            reduction: this.reduction,
            ..TripletOptions::default()
        };
        F::triplet_margin_loss(anchor, positive, negative, options)
    };
    /// The negative log-likelihood of counts under Poisson distributions: `nn.PoissonNLLLoss`.
    PoissonNLLLoss {
        /// Whether the input is the logarithm of the rate, as it is at first.
        skip log_input: bool = true,
        /// Whether Stirling's approximation of `log(target!)` is added.
        skip full: bool = false
    } (input, target) |this| {
        let options = PoissonOptions {
            log_input: this.log_input,
            full: this.full,
            reduction: this.reduction,
            ..PoissonOptions::default()
        };
        F::poisson_nll_loss(input, target, options)
    };
    /// The negative log-likelihood under bell curves of these means and variances: `nn.GaussianNLLLoss`.
    GaussianNLLLoss {
        /// Whether the constant term is added.
        skip full: bool = false,
        /// The least variance; 1e-6 at first.
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
            /// The mean over the batch, all classes counting the same.
            pub fn new() -> Self {
                Self::default()
            }

            /// How much each class counts, `[C]`.
            pub fn weight(mut self, weight: Tensor) -> Self {
                self.weight = Some(weight);
                self
            }

            /// The class that does not count; -100 at first.
            pub fn ignore_index(mut self, ignore_index: i64) -> Self {
                self.options.ignore_index = ignore_index;
                self
            }

            /// What becomes of the losses of a batch.
            pub fn reduction(mut self, reduction: Reduction) -> Self {
                self.options.reduction = reduction;
                self
            }

            /// The loss, a 0-d tensor unless there is no reduction.
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
    /// The cross entropy of logits `[N, C, …]` and the right classes `[N, …]`, or probabilities of classes
    /// `[N, C, …]`: `nn.CrossEntropyLoss`.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let criterion = nn::CrossEntropyLoss::new();
    /// let loss = criterion.forward(&tensor!([[0., 0.]]), &tensor!([1]));
    /// assert_eq!(loss.to_string(), "tensor(0.6931)");
    /// ```
    CrossEntropyLoss = cross_entropy_with;
    /// The negative log-likelihood of log-probabilities `[N, C, …]` and the right classes `[N, …]`: `nn.NLLLoss`.
    NLLLoss = nll_loss_with;
}

impl CrossEntropyLoss {
    /// How much of the target is spread over all classes.
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
