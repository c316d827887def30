//! A whole transformer.

use super::decoder::{DecoderMasks, TransformerDecoder, TransformerDecoderLayer};
use super::encoder::{EncoderMasks, TransformerEncoder, TransformerEncoderLayer};
use super::layer::{Activation, Config, layer_options};
use crate::Tensor;
use crate::nn::draws::Redraw;
use crate::nn::hooks::seen;
use crate::nn::module::ModuleExt;
use crate::nn::{Mode, Module, init};

/// What a transformer is not to look at: the masks among PyTorch's arguments of `torch.nn.Transformer`. A mask of truth
/// values says where *not* to look; one of floats is added to the scores.
///
/// ```
/// use wick::prelude::*;
/// let model = nn::Transformer::new(4, 2).num_encoder_layers(1).num_decoder_layers(1).dim_feedforward(8).dropout(0.);
/// let (src, tgt) = (Tensor::rand([5, 1, 4]), Tensor::rand([3, 1, 4]));
/// let masked = |steps: usize| {
///     let mask = nn::Transformer::generate_square_subsequent_mask(steps);
///     let masks = nn::TransformerMasks { tgt_mask: Some(mask), ..Default::default() };
///     model.forward_with(&src, &tgt.narrow(0, 0, steps), &masks)
/// };
/// // What the first two positions give does not depend on the third.
/// assert!(masked(3).narrow(0, 0, 2).allclose(&masked(2)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct TransformerMasks {
    /// Which position of the input each of them may not look at, `[S, S]` or `[N * nhead, S, S]`.
    pub src_mask: Option<Tensor>,
    /// Which position of the output each of them may not look at, `[T, T]` or `[N * nhead, T, T]`.
    pub tgt_mask: Option<Tensor>,
    /// Which position of the input each position of the output may not look at, `[T, S]` or `[N * nhead, T, S]`.
    pub memory_mask: Option<Tensor>,
    /// Which positions of each input are padding, `[N, S]`.
    pub src_key_padding_mask: Option<Tensor>,
    /// Which positions of each output are padding, `[N, T]`.
    pub tgt_key_padding_mask: Option<Tensor>,
    /// Which positions of each encoded input are padding, `[N, S]`.
    pub memory_key_padding_mask: Option<Tensor>,
    /// A hint that `src_mask` lets each position look back only.
    pub src_is_causal: bool,
    /// A hint that `tgt_mask` lets each position look back only.
    pub tgt_is_causal: bool,
    /// A hint that `memory_mask` lets each position look back only.
    pub memory_is_causal: bool,
}

/// An encoder and a decoder. The inputs are `[S, N, d_model]` and `[T, N, d_model]`, or both without `N`; the output is
/// like the second. PyTorch: `torch.nn.Transformer`.
///
/// ```
/// use wick::prelude::*;
/// let model = nn::Transformer::new(16, 4).num_encoder_layers(1).num_decoder_layers(1).dim_feedforward(32);
/// let (src, tgt) = (Tensor::rand([5, 2, 16]), Tensor::rand([3, 2, 16]));
/// assert_eq!(model.forward(&src, &tgt).shape(), [3, 2, 16]);
/// // No position of the output may see a later one.
/// let mask = nn::Transformer::generate_square_subsequent_mask(3);
/// let masks = nn::TransformerMasks { tgt_mask: Some(mask), ..Default::default() };
/// assert_eq!(model.forward_with(&src, &tgt, &masks).shape(), [3, 2, 16]);
/// // Other choices than PyTorch's defaults.
/// let model = model
///     .dropout(0.)
///     .activation(nn::functional::gelu)
///     .layer_norm_eps(1e-6)
///     .batch_first(true)
///     .norm_first(true)
///     .bias(false);
/// assert_eq!(model.forward(&Tensor::rand([2, 5, 16]), &Tensor::rand([2, 3, 16])).shape(), [2, 3, 16]);
/// ```
///
/// Each option that changes the weights draws all of them anew; of large models choose the numbers of layers first.
#[derive(Module)]
pub struct Transformer {
    /// Reads.
    pub encoder: TransformerEncoder,
    /// Writes.
    pub decoder: TransformerDecoder,
    #[module(skip)]
    config: Config,
    num_encoder_layers: usize,
    num_decoder_layers: usize,
    mode: Mode,
    #[module(skip)]
    redraw: Redraw,
}

impl Transformer {
    /// Six encoder and six decoder layers for `d_model` features and `nhead` heads (PyTorch's defaults are 512 and 8).
    ///
    /// # Panics
    /// When `nhead` does not divide `d_model`.
    #[track_caller]
    pub fn new(d_model: usize, nhead: usize) -> Self {
        Self::with(Config::new(d_model, nhead), 6, 6)
    }

    #[track_caller]
    fn with(config: Config, num_encoder_layers: usize, num_decoder_layers: usize) -> Self {
        let ((encoder, decoder), redraw) = Redraw::around(|| {
            let layer = TransformerEncoderLayer::with(config);
            let encoder = TransformerEncoder::new(&layer, num_encoder_layers).norm(config.norm());
            let layer = TransformerDecoderLayer::with(config);
            let decoder = TransformerDecoder::new(&layer, num_decoder_layers).norm(config.norm());
            let all = encoder.parameters().into_iter().chain(decoder.parameters());
            for parameter in all.filter(|parameter| parameter.dim() > 1) {
                init::xavier_uniform_(&parameter, 1.0);
            }
            (encoder, decoder)
        });
        Self {
            encoder,
            decoder,
            config,
            num_encoder_layers,
            num_decoder_layers,
            mode: Mode::default(),
            redraw,
        }
    }

    #[track_caller]
    fn again(self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.config;
        change(&mut config);
        self.redraw.undo();
        Self::with(config, self.num_encoder_layers, self.num_decoder_layers)
    }

    /// How many layers read; 6 at first. PyTorch's argument `num_encoder_layers`.
    #[track_caller]
    pub fn num_encoder_layers(self, count: usize) -> Self {
        self.redraw.undo();
        Self::with(self.config, count, self.num_decoder_layers)
    }

    /// How many layers write; 6 at first. PyTorch's argument `num_decoder_layers`.
    #[track_caller]
    pub fn num_decoder_layers(self, count: usize) -> Self {
        self.redraw.undo();
        Self::with(self.config, self.num_encoder_layers, count)
    }

    /// A mask `[size, size]` with which each position looks at itself and back: 0 there, -∞ elsewhere. PyTorch:
    /// `torch.nn.Transformer.generate_square_subsequent_mask`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let mask = nn::Transformer::generate_square_subsequent_mask(2);
    /// assert_eq!(mask.to_string(), "tensor([[0., -inf],\n        [0., 0.]])");
    /// ```
    pub fn generate_square_subsequent_mask(size: usize) -> Tensor {
        let rows = Tensor::arange(0, size, 1).unsqueeze(1);
        let later = Tensor::arange(0, size, 1).gt(rows);
        Tensor::zeros([size, size]).masked_fill(&later, f64::NEG_INFINITY)
    }

    /// What follows from the input and the output so far. Every position of `tgt` sees all others: a mask in
    /// [`forward_with`](Self::forward_with) prevents that.
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward(&self, src: &Tensor, tgt: &Tensor) -> Tensor {
        self.forward_with(src, tgt, &TransformerMasks::default())
    }

    /// The same with masks.
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward_with(&self, src: &Tensor, tgt: &Tensor, masks: &TransformerMasks) -> Tensor {
        seen!(self, [src, tgt], self.read_and_write(src, tgt, masks))
    }

    #[track_caller]
    fn read_and_write(&self, src: &Tensor, tgt: &Tensor, masks: &TransformerMasks) -> Tensor {
        let batch = i64::from(!self.config.batch_first);
        assert!(
            src.dim() != 3 || tgt.dim() != 3 || src.size(batch) == tgt.size(batch),
            "the batch number of src and tgt must be equal"
        );
        assert!(
            src.size(-1) == self.config.d_model && tgt.size(-1) == self.config.d_model,
            "the feature number of src and tgt must be equal to d_model"
        );
        let masks = masks.clone();
        let reading = EncoderMasks {
            src_mask: masks.src_mask,
            src_key_padding_mask: masks.src_key_padding_mask,
            is_causal: masks.src_is_causal,
        };
        let writing = DecoderMasks {
            tgt_mask: masks.tgt_mask,
            memory_mask: masks.memory_mask,
            tgt_key_padding_mask: masks.tgt_key_padding_mask,
            memory_key_padding_mask: masks.memory_key_padding_mask,
            tgt_is_causal: masks.tgt_is_causal,
            memory_is_causal: masks.memory_is_causal,
        };
        let memory = self.encoder.forward_with(src, &reading);
        self.decoder.forward_with(tgt, &memory, &writing)
    }
}

layer_options!(Transformer);

crate::shown::debug_is_display!(Transformer);
