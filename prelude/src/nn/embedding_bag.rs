//! Bags of vectors.

use super::embedding::{empty_row, limits, table};
use super::functional::{self as F, BagMode, BagOptions};
use super::hooks::call_with;
use super::{Mode, Module, init, python};
use crate::Tensor;

/// The mean (or sum, or largest numbers) of the vectors of several things at once. Integers `[N, L]`, or `[L]` with
/// offsets `[N]`, to `[N, embedding_dim]`. PyTorch: `torch.nn.EmbeddingBag`.
///
/// ```
/// use wick::prelude::*;
/// let bag = nn::EmbeddingBag::new(10, 3).mode(nn::BagMode::Sum);
/// let words = tensor!([1, 2, 4, 5, 4, 3]);
/// assert_eq!(bag.forward_with(&words, &tensor!([0, 4])).shape(), [2, 3]);
/// assert_eq!(bag.forward(&words.view([2, 3])).shape(), [2, 3]);
/// assert_eq!(bag.to_string(), "EmbeddingBag(10, 3, mode='sum')");
///
/// // Words that count more than others; the last offset is the end of the last bag.
/// let table = tensor!([[1., 10.], [2., 20.], [3., 30.]]);
/// let bag = nn::EmbeddingBag::from_pretrained(&table, true).mode(nn::BagMode::Sum).include_last_offset(true);
/// let y = bag.forward_weighted(&tensor!([0, 1, 2]), Some(&tensor!([0, 2, 3])), &tensor!([0.5, 2., 1.]));
/// assert_eq!(y.to_string(), "tensor([[ 4.5000, 45.0000],\n        [ 3.0000, 30.0000]])");
/// let bag = nn::EmbeddingBag::new(10, 3).padding_idx(0).max_norm(1.).norm_type(1.).scale_grad_by_freq(true);
/// assert_eq!(
///     bag.to_string(),
///     "EmbeddingBag(10, 3, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True, mode='mean', padding_idx=0)"
/// );
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct EmbeddingBag {
    /// `[num_embeddings, embedding_dim]`
    #[module(parameter)]
    pub weight: Tensor,
    #[module(skip)]
    options: BagOptions,
    mode: Mode,
}

table!(EmbeddingBag, BagOptions);

impl EmbeddingBag {
    /// A table with PyTorch's initial values: standard normal numbers. The vectors of a bag become their mean.
    pub fn new(num_embeddings: usize, embedding_dim: usize) -> Self {
        let weight = Tensor::empty([num_embeddings, embedding_dim]);
        init::normal_(&weight, 0.0, 1.0);
        Self {
            weight: weight.into_parameter(),
            options: BagOptions::default(),
            mode: Mode::default(),
        }
    }

    /// What becomes of the vectors of a bag; their mean at first. PyTorch's argument `mode`.
    pub fn mode(mut self, mode: BagMode) -> Self {
        self.options.mode = mode;
        self
    }

    /// Whether the last offset is where the last bag ends. PyTorch's argument `include_last_offset`.
    pub fn include_last_offset(mut self, include: bool) -> Self {
        self.options.include_last_offset = include;
        self
    }

    /// Makes one row stand for nothing: it is zero and does not count. A negative index counts from the end. PyTorch's
    /// argument `padding_idx`.
    ///
    /// # Panics
    /// When there is no such row.
    #[track_caller]
    pub fn padding_idx(mut self, padding_idx: i64) -> Self {
        let refusal = "padding_idx must be within num_embeddings";
        self.options.padding_idx = Some(empty_row(&self.weight, padding_idx, refusal));
        self
    }

    /// A vector for each row of `[N, L]`: `[N, embedding_dim]`.
    ///
    /// # Panics
    /// When the input has not two dimensions.
    #[track_caller]
    pub fn forward(&self, input: &Tensor) -> Tensor {
        self.look_up(input, None, None)
    }

    /// A vector for each bag of `[L]`, which begin at these offsets `[N]`: `[N, embedding_dim]`.
    ///
    /// # Panics
    /// When the offsets do not begin with 0 or go beyond the input.
    #[track_caller]
    pub fn forward_with(&self, input: &Tensor, offsets: &Tensor) -> Tensor {
        self.look_up(input, Some(offsets), None)
    }

    /// The sums of [`forward_with`](Self::forward_with) with how much each vector counts, in the shape of the input.
    /// PyTorch's argument `per_sample_weights`.
    ///
    /// # Panics
    /// When the mode is not that of sums.
    #[track_caller]
    pub fn forward_weighted(
        &self,
        input: &Tensor,
        offsets: Option<&Tensor>,
        per_sample_weights: &Tensor,
    ) -> Tensor {
        self.look_up(input, offsets, Some(per_sample_weights))
    }

    #[track_caller]
    fn look_up(
        &self,
        input: &Tensor,
        offsets: Option<&Tensor>,
        weights: Option<&Tensor>,
    ) -> Tensor {
        let mut options = self.options.clone();
        options.per_sample_weights = weights.cloned();
        if super::hooks::is_empty() {
            return F::embedding_bag(input, &self.weight, offsets, &options);
        }
        let inputs: Vec<&Tensor> = [input].into_iter().chain(offsets).collect();
        call_with(self, &inputs, |inputs| {
            F::embedding_bag(&inputs[0], &self.weight, inputs.get(1), &options)
        })
    }

    fn options(&self) -> String {
        let mut text = format!("{}, {}", self.weight.size(0), self.weight.size(1));
        let options = &self.options;
        limits(
            &mut text,
            options.max_norm,
            options.norm_type,
            options.scale_grad_by_freq,
        );
        python::keyword(&mut text, "mode", format!("'{}'", self.options.mode.name()));
        if let Some(padding_idx) = self.options.padding_idx {
            python::keyword(&mut text, "padding_idx", padding_idx);
        }
        text
    }
}

super::debug_is_display!(EmbeddingBag);
