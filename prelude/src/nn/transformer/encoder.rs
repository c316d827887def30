//! The part of a transformer that reads.

use super::layer::{Activation, Config, clones, layer_options};
use crate::autograd::is_grad_enabled;
use crate::error::{OrPanic, Result};
use crate::nn::attention::canonical;
use crate::nn::draws::Redraw;
use crate::nn::hooks::call;
use crate::nn::module::ModuleExt;
use crate::nn::{
    AttentionOptions, Dropout, Forward, LayerNorm, Linear, Mode, Module, MultiheadAttention,
};
use crate::{DType, Tensor};

/// What an encoder is not to look at: the masks among PyTorch's arguments of `torch.nn.TransformerEncoder`. A mask of
/// truth values says where *not* to look; one of floats is added to the scores.
///
/// ```
/// use wick::prelude::*;
/// let layer = nn::TransformerEncoderLayer::new(4, 2).dim_feedforward(8).dropout(0.).batch_first(true);
/// let x = Tensor::rand([1, 3, 4]);
/// let padding = tensor!([[false, false, true]]);
/// let masks = nn::EncoderMasks { src_key_padding_mask: Some(padding), ..Default::default() };
/// let y = layer.forward_with(&x, &masks);
/// // Both positions come out as if there were no third one.
/// assert!(y.narrow(1, 0, 2).allclose(&layer.forward(&x.narrow(1, 0, 2))));
/// ```
#[derive(Clone, Debug, Default)]
pub struct EncoderMasks {
    /// Which position each position may not look at, `[L, L]` or `[N * nhead, L, L]`.
    pub src_mask: Option<Tensor>,
    /// Which positions of each sequence are padding, `[N, L]`.
    pub src_key_padding_mask: Option<Tensor>,
    /// A hint that `src_mask` lets each position look back only.
    pub is_causal: bool,
}

/// Self-attention and a small network. The input is `[L, N, d_model]` or `[L, d_model]`, the output alike. PyTorch:
/// `torch.nn.TransformerEncoderLayer`.
///
/// ```
/// use wick::prelude::*;
/// let layer = nn::TransformerEncoderLayer::new(16, 4).dim_feedforward(32).batch_first(true);
/// let x = Tensor::rand([2, 5, 16]);
/// assert_eq!(layer.forward(&x).shape(), [2, 5, 16]);
/// let mask = nn::Transformer::generate_square_subsequent_mask(5);
/// let masks = nn::EncoderMasks { src_mask: Some(mask), is_causal: true, ..Default::default() };
/// assert_eq!(layer.forward_with(&x, &masks).shape(), [2, 5, 16]);
/// // Other choices than PyTorch's defaults.
/// let layer = nn::TransformerEncoderLayer::new(16, 4)
///     .dim_feedforward(32)
///     .dropout(0.)
///     .activation(nn::functional::gelu)
///     .layer_norm_eps(1e-6)
///     .norm_first(true)
///     .bias(false);
/// assert!(layer.linear1.bias.is_none());
/// ```
#[derive(Module)]
pub struct TransformerEncoderLayer {
    /// How positions look at each other.
    pub self_attn: MultiheadAttention,
    /// The first layer of the small network.
    pub linear1: Linear,
    /// Between its layers.
    pub dropout: Dropout,
    /// The second layer of the small network.
    pub linear2: Linear,
    /// Around the attention.
    pub norm1: LayerNorm,
    /// Around the small network.
    pub norm2: LayerNorm,
    /// After the attention.
    pub dropout1: Dropout,
    /// After the small network.
    pub dropout2: Dropout,
    #[module(skip)]
    config: Config,
    mode: Mode,
    #[module(skip)]
    redraw: Redraw,
}

impl TransformerEncoderLayer {
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
        let start = Redraw::around(|| {
            let self_attn = config.attention();
            (self_attn, config.linears())
        });
        let ((self_attn, (linear1, linear2)), redraw) = start;
        let dropout = || Dropout::new(config.dropout);
        Self {
            self_attn,
            linear1,
            dropout: dropout(),
            linear2,
            norm1: config.norm(),
            norm2: config.norm(),
            dropout1: dropout(),
            dropout2: dropout(),
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

    /// What [`Forward::forward`] gives, with masks.
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward_with(&self, src: &Tensor, masks: &EncoderMasks) -> Tensor {
        self.encode(src, masks).or_panic()
    }

    fn encode(&self, x: &Tensor, masks: &EncoderMasks) -> Result<Tensor> {
        call(self, x, |x| self.read(x, masks))
    }

    fn read(&self, x: &Tensor, masks: &EncoderMasks) -> Result<Tensor> {
        if self.config.norm_first {
            let x = x.try_add(self.attend(&self.norm1.forward(x), masks)?)?;
            return x.try_add(self.feed(&self.norm2.forward(&x)));
        }
        let x = self.norm1.forward(&x.try_add(self.attend(x, masks)?)?);
        Ok(self.norm2.forward(&x.try_add(self.feed(&x))?))
    }

    fn attend(&self, x: &Tensor, masks: &EncoderMasks) -> Result<Tensor> {
        let options = AttentionOptions {
            key_padding_mask: masks.src_key_padding_mask.clone(),
            attn_mask: masks.src_mask.clone(),
            is_causal: masks.is_causal,
            need_weights: false,
            ..AttentionOptions::default()
        };
        let (y, _) = self.self_attn.attend(x, x, x, &options)?;
        Ok(self.dropout1.forward(&y))
    }

    fn feed(&self, x: &Tensor) -> Tensor {
        let hidden = (self.config.activation)(&self.linear1.forward(x));
        let y = self.linear2.forward(&self.dropout.forward(&hidden));
        self.dropout2.forward(&y)
    }
}

layer_options!(TransformerEncoderLayer);

impl Forward for TransformerEncoderLayer {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        self.forward_with(x, &EncoderMasks::default())
    }
}

/// Encoder layers one after another. The input is `[L, N, d_model]` or `[L, d_model]`, the output alike. PyTorch:
/// `torch.nn.TransformerEncoder`.
///
/// ```
/// use wick::prelude::*;
/// let layer = nn::TransformerEncoderLayer::new(16, 4).dim_feedforward(32).batch_first(true);
/// let encoder = nn::TransformerEncoder::new(&layer, 2).norm(LayerNorm::new(16)).enable_nested_tensor(false);
/// let x = Tensor::rand([2, 5, 16]);
/// assert_eq!(encoder.forward(&x).shape(), [2, 5, 16]);
/// assert_eq!(encoder.named_parameters()[0].0, "layers.0.self_attn.in_proj_weight");
/// // The last two positions of the second sequence are padding.
/// let padding = tensor!([[false, false, false, false, false], [false, false, false, true, true]]);
/// let masks = nn::EncoderMasks { src_key_padding_mask: Some(padding), ..Default::default() };
/// assert_eq!(encoder.forward_with(&x, &masks).shape(), [2, 5, 16]);
/// ```
#[derive(Module)]
pub struct TransformerEncoder {
    /// The layers.
    pub layers: Vec<TransformerEncoderLayer>,
    /// After the last one.
    pub norm: Option<LayerNorm>,
    enable_nested_tensor: bool,
    mode: Mode,
}

impl TransformerEncoder {
    /// So many copies of a layer, which all begin with its values. PyTorch's arguments `encoder_layer` and
    /// `num_layers`.
    #[track_caller]
    pub fn new(encoder_layer: &TransformerEncoderLayer, num_layers: usize) -> Self {
        let config = encoder_layer.config;
        let make = || TransformerEncoderLayer::with(config);
        Self {
            layers: clones(encoder_layer, num_layers, make),
            norm: None,
            enable_nested_tensor: true,
            mode: Mode::default(),
        }
    }

    /// A normalization after the last layer: PyTorch's argument `norm`.
    pub fn norm(mut self, norm: LayerNorm) -> Self {
        self.norm = Some(norm);
        self
    }

    /// Whether padding is left out where nothing is trained, so that it comes out as zeros. It is unless this says
    /// `false`. PyTorch's argument `enable_nested_tensor`.
    pub fn enable_nested_tensor(mut self, enable: bool) -> Self {
        self.enable_nested_tensor = enable;
        self
    }

    /// What [`Forward::forward`] gives, with masks.
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward_with(&self, src: &Tensor, masks: &EncoderMasks) -> Tensor {
        call(self, src, |src| self.encode(src, masks)).or_panic()
    }

    fn encode(&self, src: &Tensor, masks: &EncoderMasks) -> Result<Tensor> {
        let mut x = src.clone();
        for layer in &self.layers {
            x = layer.encode(&x, masks)?;
        }
        if let Some(padding) = self.left_out(src, masks)? {
            x = x.masked_fill(&padding.unsqueeze(-1), 0);
        }
        Ok(match &self.norm {
            Some(norm) => norm.forward(&x),
            None => x,
        })
    }

    /// The padding, where PyTorch computes without it: its nested tensors come back with zeros there.
    fn left_out(&self, src: &Tensor, masks: &EncoderMasks) -> Result<Option<Tensor>> {
        let (Some(padding), Some(first)) = (&masks.src_key_padding_mask, self.layers.first())
        else {
            return Ok(None);
        };
        let even_heads = first.self_attn.num_heads().is_multiple_of(2);
        let rectified = {
            let probe = Tensor::from_vec(vec![-1f32, 0.5, 2.0], [3]);
            let y = (first.config.activation)(&probe);
            y.equal(&probe.relu()) || y.equal(&probe.gelu())
        };
        let traced = is_grad_enabled()
            && (src.requires_grad() || first.parameters().iter().any(Tensor::requires_grad));
        let nested = self.enable_nested_tensor
            && !first.config.norm_first
            && first.self_attn.is_batch_first()
            && first.config.bias
            && even_heads
            && rectified
            && !first.mode.is_training()
            && src.dim() == 3
            && masks.src_mask.is_none()
            && !traced;
        if !nested {
            return Ok(None);
        }
        let padding = canonical(padding, "src_key_padding_mask", DType::F32)?.ne(0);
        // Padding before the end of a sequence is no padding to nested tensors.
        let steps = padding.size(1) as i64;
        let kept_later = padding
            .narrow(1, 0, (steps - 1).max(0) as usize)
            .logical_and(
                &padding
                    .narrow(1, i64::from(steps > 0), (steps - 1).max(0) as usize)
                    .logical_not(),
            );
        let nothing = kept_later.numel() == 0 || !kept_later.any().item::<bool>();
        Ok(nothing.then_some(padding))
    }
}

impl Forward for TransformerEncoder {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        self.forward_with(x, &EncoderMasks::default())
    }
}

crate::shown::debug_is_display!(TransformerEncoderLayer, TransformerEncoder);
