//! The part of a transformer that writes.

use super::layer::{Activation, Config, clones, layer_options};
use crate::Tensor;
use crate::error::{OrPanic, Result};
use crate::nn::draws::Redraw;
use crate::nn::hooks::call_with;
use crate::nn::{
    AttentionOptions, Dropout, Forward, LayerNorm, Linear, Mode, Module, MultiheadAttention,
};

/// What a decoder is not to look at: the masks among PyTorch's arguments of `torch.nn.TransformerDecoder`. A mask of
/// truth values says where *not* to look; one of floats is added to the scores.
///
/// ```
/// use wick::prelude::*;
/// let layer = nn::TransformerDecoderLayer::new(4, 2).dim_feedforward(8).dropout(0.);
/// let (tgt, memory) = (Tensor::rand([3, 1, 4]), Tensor::rand([5, 1, 4]));
/// let masks = nn::DecoderMasks {
///     tgt_mask: Some(nn::Transformer::generate_square_subsequent_mask(3)),
///     ..Default::default()
/// };
/// let y = layer.forward_with(&tgt, &memory, &masks);
/// // The first position comes out as if there were no later one.
/// assert!(y.narrow(0, 0, 1).allclose(&layer.forward(&tgt.narrow(0, 0, 1), &memory)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct DecoderMasks {
    /// Which position of the output each of them may not look at, `[T, T]` or `[N * nhead, T, T]`.
    pub tgt_mask: Option<Tensor>,
    /// Which position of the memory each position of the output may not look at, `[T, S]` or `[N * nhead, T, S]`.
    pub memory_mask: Option<Tensor>,
    /// Which positions of each output are padding, `[N, T]`.
    pub tgt_key_padding_mask: Option<Tensor>,
    /// Which positions of each memory are padding, `[N, S]`.
    pub memory_key_padding_mask: Option<Tensor>,
    /// A hint that `tgt_mask` lets each position look back only.
    pub tgt_is_causal: bool,
    /// A hint that `memory_mask` lets each position look back only.
    pub memory_is_causal: bool,
}

/// Self-attention, attention to what was read, and a small network. The inputs are `[T, N, d_model]` and the memory
/// `[S, N, d_model]`, or both without `N`; the output is like the input. PyTorch: `torch.nn.TransformerDecoderLayer`.
///
/// ```
/// use wick::prelude::*;
/// let layer = nn::TransformerDecoderLayer::new(16, 4).dim_feedforward(32);
/// let (tgt, memory) = (Tensor::rand([3, 2, 16]), Tensor::rand([5, 2, 16]));
/// assert_eq!(layer.forward(&tgt, &memory).shape(), [3, 2, 16]);
/// let mask = nn::Transformer::generate_square_subsequent_mask(3);
/// let masks = nn::DecoderMasks { tgt_mask: Some(mask), ..Default::default() };
/// assert_eq!(layer.forward_with(&tgt, &memory, &masks).shape(), [3, 2, 16]);
/// // Other choices than PyTorch's defaults.
/// let layer = nn::TransformerDecoderLayer::new(16, 4)
///     .dim_feedforward(32)
///     .dropout(0.)
///     .activation(nn::functional::gelu)
///     .layer_norm_eps(1e-6)
///     .batch_first(true)
///     .norm_first(true)
///     .bias(false);
/// assert_eq!(layer.forward(&Tensor::rand([2, 3, 16]), &Tensor::rand([2, 5, 16])).shape(), [2, 3, 16]);
/// ```
#[derive(Module)]
pub struct TransformerDecoderLayer {
    /// How positions look at each other.
    pub self_attn: MultiheadAttention,
    /// How positions look at the memory.
    pub multihead_attn: MultiheadAttention,
    /// The first layer of the small network.
    pub linear1: Linear,
    /// Between its layers.
    pub dropout: Dropout,
    /// The second layer of the small network.
    pub linear2: Linear,
    /// Around the self-attention.
    pub norm1: LayerNorm,
    /// Around the attention to the memory.
    pub norm2: LayerNorm,
    /// Around the small network.
    pub norm3: LayerNorm,
    /// After the self-attention.
    pub dropout1: Dropout,
    /// After the attention to the memory.
    pub dropout2: Dropout,
    /// After the small network.
    pub dropout3: Dropout,
    #[module(skip)]
    config: Config,
    mode: Mode,
    #[module(skip)]
    redraw: Redraw,
}

impl TransformerDecoderLayer {
    /// A layer for `d_model` features and `nhead` heads, with PyTorch's defaults and initial values. PyTorch's
    /// arguments `d_model` and `nhead`.
    ///
    /// # Panics
    /// When `nhead` does not divide `d_model`.
    #[track_caller]
    pub fn new(d_model: usize, nhead: usize) -> Self {
        Self::with(Config::new(d_model, nhead))
    }

    #[track_caller]
    pub(super) fn with(config: Config) -> Self {
        let drawn = Redraw::around(|| {
            let attentions = [config.attention(), config.attention()];
            (attentions, config.linears())
        });
        let (([self_attn, multihead_attn], (linear1, linear2)), redraw) = drawn;
        let dropout = || Dropout::new(config.dropout);
        Self {
            self_attn,
            multihead_attn,
            linear1,
            dropout: dropout(),
            linear2,
            norm1: config.norm(),
            norm2: config.norm(),
            norm3: config.norm(),
            dropout1: dropout(),
            dropout2: dropout(),
            dropout3: dropout(),
            config,
            mode: Mode::default(),
            redraw,
        }
    }

    #[track_caller]
    fn again(self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.config;
        change(&mut config);
        self.redraw.undo();
        Self::with(config)
    }

    /// What follows from the output so far, `tgt`, and what was read, `memory`. Every position of `tgt` sees all
    /// others: a mask in [`forward_with`](Self::forward_with) prevents that.
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward(&self, tgt: &Tensor, memory: &Tensor) -> Tensor {
        self.forward_with(tgt, memory, &DecoderMasks::default())
    }

    /// The same with masks.
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward_with(&self, tgt: &Tensor, memory: &Tensor, masks: &DecoderMasks) -> Tensor {
        self.decode(tgt, memory, masks).or_panic()
    }

    fn decode(&self, x: &Tensor, memory: &Tensor, masks: &DecoderMasks) -> Result<Tensor> {
        call_with(self, &[x, memory], |inputs| {
            self.write(&inputs[0], &inputs[1], masks)
        })
    }

    fn write(&self, x: &Tensor, memory: &Tensor, masks: &DecoderMasks) -> Result<Tensor> {
        let to_itself = |x: &Tensor| -> Result<Tensor> {
            let options = AttentionOptions {
                attn_mask: masks.tgt_mask.clone(),
                key_padding_mask: masks.tgt_key_padding_mask.clone(),
                is_causal: masks.tgt_is_causal,
                need_weights: false,
                ..AttentionOptions::default()
            };
            let (y, _) = self.self_attn.attend(x, x, x, &options)?;
            Ok(self.dropout1.forward(&y))
        };
        let to_memory = |x: &Tensor| -> Result<Tensor> {
            let options = AttentionOptions {
                attn_mask: masks.memory_mask.clone(),
                key_padding_mask: masks.memory_key_padding_mask.clone(),
                is_causal: masks.memory_is_causal,
                need_weights: false,
                ..AttentionOptions::default()
            };
            let (y, _) = self.multihead_attn.attend(x, memory, memory, &options)?;
            Ok(self.dropout2.forward(&y))
        };
        if self.config.norm_first {
            let x = x.try_add(to_itself(&self.norm1.forward(x))?)?;
            let x = x.try_add(to_memory(&self.norm2.forward(&x))?)?;
            return x.try_add(self.feed(&self.norm3.forward(&x)));
        }
        let x = self.norm1.forward(&x.try_add(to_itself(x)?)?);
        let x = self.norm2.forward(&x.try_add(to_memory(&x)?)?);
        Ok(self.norm3.forward(&x.try_add(self.feed(&x))?))
    }

    fn feed(&self, x: &Tensor) -> Tensor {
        let hidden = (self.config.activation)(&self.linear1.forward(x));
        let y = self.linear2.forward(&self.dropout.forward(&hidden));
        self.dropout3.forward(&y)
    }
}

layer_options!(TransformerDecoderLayer);

/// Decoder layers one after another. The inputs are `[T, N, d_model]` and the memory `[S, N, d_model]`, or both without
/// `N`; the output is like the input. PyTorch: `torch.nn.TransformerDecoder`.
///
/// ```
/// use wick::prelude::*;
/// let layer = nn::TransformerDecoderLayer::new(16, 4).dim_feedforward(32);
/// let decoder = nn::TransformerDecoder::new(&layer, 2).norm(LayerNorm::new(16));
/// let (tgt, memory) = (Tensor::rand([3, 2, 16]), Tensor::rand([5, 2, 16]));
/// assert_eq!(decoder.forward(&tgt, &memory).shape(), [3, 2, 16]);
/// // No position of the output may see a later one.
/// let mask = nn::Transformer::generate_square_subsequent_mask(3);
/// let masks = nn::DecoderMasks { tgt_mask: Some(mask), ..Default::default() };
/// assert_eq!(decoder.forward_with(&tgt, &memory, &masks).shape(), [3, 2, 16]);
/// assert_eq!(decoder.named_parameters().last().unwrap().0, "norm.bias");
/// ```
#[derive(Module)]
pub struct TransformerDecoder {
    /// The layers.
    pub layers: Vec<TransformerDecoderLayer>,
    /// After the last one.
    pub norm: Option<LayerNorm>,
    mode: Mode,
}

impl TransformerDecoder {
    /// So many copies of a layer, which all begin with its values. PyTorch's arguments `decoder_layer` and
    /// `num_layers`.
    #[track_caller]
    pub fn new(decoder_layer: &TransformerDecoderLayer, num_layers: usize) -> Self {
        let config = decoder_layer.config;
        let make = || TransformerDecoderLayer::with(config);
        Self {
            layers: clones(decoder_layer, num_layers, make),
            norm: None,
            mode: Mode::default(),
        }
    }

    /// A normalization after the last layer: PyTorch's argument `norm`.
    pub fn norm(mut self, norm: LayerNorm) -> Self {
        self.norm = Some(norm);
        self
    }

    /// What follows from the output so far, `tgt`, and what was read, `memory`. Every position of `tgt` sees all
    /// others: a mask in [`forward_with`](Self::forward_with) prevents that.
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward(&self, tgt: &Tensor, memory: &Tensor) -> Tensor {
        self.forward_with(tgt, memory, &DecoderMasks::default())
    }

    /// The same with masks.
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward_with(&self, tgt: &Tensor, memory: &Tensor, masks: &DecoderMasks) -> Tensor {
        call_with(self, &[tgt, memory], |inputs| {
            self.decode(&inputs[0], &inputs[1], masks)
        })
        .or_panic()
    }

    fn decode(&self, tgt: &Tensor, memory: &Tensor, masks: &DecoderMasks) -> Result<Tensor> {
        let mut x = tgt.clone();
        for layer in &self.layers {
            x = layer.decode(&x, memory, masks)?;
        }
        Ok(match &self.norm {
            Some(norm) => norm.forward(&x),
            None => x,
        })
    }
}

crate::shown::debug_is_display!(TransformerDecoderLayer, TransformerDecoder);
