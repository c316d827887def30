//! Attention with several heads.

use std::ops::{Deref, DerefMut};

use super::draws::Redraw;
use super::hooks::call_with;
use super::init;
use super::members::Members;
use super::{Forward, Linear, Mode, Module, hooked};
use crate::error::{OrPanic, Result, bail};
use crate::tensor::attention::attend;
use crate::{DType, Error, Tensor};

/// The projection of all heads' results in [`MultiheadAttention`]: a [`Linear`] under the name that PyTorch gives it.
/// PyTorch: `torch.nn.modules.linear.NonDynamicallyQuantizableLinear`.
///
/// ```
/// use wick::prelude::*;
/// let attention = nn::MultiheadAttention::new(16, 4);
/// assert_eq!(attention.out_proj.kind(), "NonDynamicallyQuantizableLinear");
/// assert_eq!(attention.out_proj.weight.shape(), [16, 16]);
/// ```
pub struct NonDynamicallyQuantizableLinear(Linear);

impl Deref for NonDynamicallyQuantizableLinear {
    type Target = Linear;

    fn deref(&self) -> &Linear {
        &self.0
    }
}

impl DerefMut for NonDynamicallyQuantizableLinear {
    fn deref_mut(&mut self) -> &mut Linear {
        &mut self.0
    }
}

impl Module for NonDynamicallyQuantizableLinear {
    fn kind(&self) -> &'static str {
        "NonDynamicallyQuantizableLinear"
    }

    fn members<'a>(&'a self, members: &mut Members<'a>) {
        self.0.members(members);
    }

    fn as_module(&self) -> &dyn Module {
        self
    }

    fn extra_repr(&self) -> String {
        self.0.extra_repr()
    }
}

#[hooked]
impl Forward for NonDynamicallyQuantizableLinear {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.0.forward(x)
    }
}

impl std::fmt::Display for NonDynamicallyQuantizableLinear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        super::fmt_module(self, f)
    }
}

/// The choices of [`MultiheadAttention::forward_with`], which are PyTorch's arguments of its `forward`.
///
/// A mask of truth values says where *not* to look; one of floats is added to the scores.
///
/// ```
/// use wick::prelude::*;
/// let attention = nn::MultiheadAttention::new(4, 2);
/// let x = Tensor::rand([3, 4]);
/// // The last of three keys is padding.
/// let options = nn::AttentionOptions {
///     key_padding_mask: Some(tensor!([false, false, true])),
///     ..Default::default()
/// };
/// let (_, weights) = attention.forward_with(&x, &x, &x, &options);
/// assert_eq!(weights.unwrap().i((.., 2)).detach().to_vec::<f32>(), [0., 0., 0.]);
/// ```
#[derive(Clone, Debug)]
pub struct AttentionOptions {
    /// Which keys of each sequence are padding, `[N, S]`, or `[S]` without a batch.
    pub key_padding_mask: Option<Tensor>,
    /// Whether the weights are wanted, as they are at first; without them there is less to keep.
    pub need_weights: bool,
    /// Which key each query may not look at, `[L, S]` or `[N * num_heads, L, S]`.
    pub attn_mask: Option<Tensor>,
    /// Whether the weights are the means of those of all heads, as they are at first.
    pub average_attn_weights: bool,
    /// A hint that `attn_mask` lets each query look back only.
    pub is_causal: bool,
}

impl Default for AttentionOptions {
    fn default() -> Self {
        Self {
            key_padding_mask: None,
            need_weights: true,
            attn_mask: None,
            average_attn_weights: true,
            is_causal: false,
        }
    }
}

/// What decides about the weights of an attention.
#[derive(Clone, Copy)]
struct Config {
    embed_dim: usize,
    num_heads: usize,
    kdim: usize,
    vdim: usize,
    bias: bool,
    add_bias_kv: bool,
}

/// Attention of several heads side by side (Vaswani and others, 2017). Queries `[L, N, embed_dim]`, keys `[S, N, kdim]`
/// and values `[S, N, vdim]` give `[L, N, embed_dim]` and weights `[N, L, S]`; the batch may be missing. PyTorch:
/// `torch.nn.MultiheadAttention`.
///
/// ```
/// use wick::prelude::*;
/// let attention = nn::MultiheadAttention::new(16, 4).batch_first(true);
/// let x = Tensor::rand([2, 5, 16]);
/// let (y, weights) = attention.forward(&x, &x, &x);
/// assert_eq!(y.shape(), [2, 5, 16]);
/// assert_eq!(weights.shape(), [2, 5, 5]);
///
/// // Keys and values of another size, and two more of each: a trained one and zeros.
/// let attention = nn::MultiheadAttention::new(16, 4)
///     .kdim(8).vdim(6).bias(false).add_bias_kv(true).add_zero_attn(true).dropout(0.1);
/// let (query, key, value) = (Tensor::rand([5, 16]), Tensor::rand([7, 8]), Tensor::rand([7, 6]));
/// let (y, weights) = attention.forward(&query, &key, &value);
/// assert_eq!((y.shape(), weights.shape()), ([5, 16].into(), [5, 9].into()));
/// ```
#[derive(Module)]
pub struct MultiheadAttention {
    /// The projections of queries, keys and values, `[3 * embed_dim, embed_dim]`, if all have that size.
    #[module(parameter)]
    pub in_proj_weight: Option<Tensor>,
    /// The projection of queries, `[embed_dim, embed_dim]`, if keys or values have another size.
    #[module(parameter)]
    pub q_proj_weight: Option<Tensor>,
    /// The projection of keys, `[embed_dim, kdim]`, if keys or values have another size.
    #[module(parameter)]
    pub k_proj_weight: Option<Tensor>,
    /// The projection of values, `[embed_dim, vdim]`, if keys or values have another size.
    #[module(parameter)]
    pub v_proj_weight: Option<Tensor>,
    /// `[3 * embed_dim]`
    #[module(parameter)]
    pub in_proj_bias: Option<Tensor>,
    /// A key that every query finds, `[1, 1, embed_dim]`.
    #[module(parameter)]
    pub bias_k: Option<Tensor>,
    /// Its value, `[1, 1, embed_dim]`.
    #[module(parameter)]
    pub bias_v: Option<Tensor>,
    /// The projection of all heads' results.
    pub out_proj: NonDynamicallyQuantizableLinear,
    #[module(skip)]
    config: Config,
    dropout: f64,
    add_zero_attn: bool,
    batch_first: bool,
    mode: Mode,
    #[module(skip)]
    redraw: Redraw,
}

impl MultiheadAttention {
    /// Attention with biases, without dropout, and with PyTorch's initial values.
    ///
    /// # Panics
    /// When `num_heads` does not divide `embed_dim`.
    #[track_caller]
    pub fn new(embed_dim: usize, num_heads: usize) -> Self {
        assert!(
            embed_dim > 0 && num_heads > 0,
            "embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} instead"
        );
        assert!(
            embed_dim.is_multiple_of(num_heads),
            "embed_dim must be divisible by num_heads"
        );
        Self::with(Config {
            embed_dim,
            num_heads,
            kdim: embed_dim,
            vdim: embed_dim,
            bias: true,
            add_bias_kv: false,
        })
    }

    fn with(config: Config) -> Self {
        let (made, redraw) = Redraw::around(|| draw(config));
        Self { redraw, ..made }
    }

    fn again(self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.config;
        change(&mut config);
        self.redraw.undo();
        Self {
            dropout: self.dropout,
            add_zero_attn: self.add_zero_attn,
            batch_first: self.batch_first,
            ..Self::with(config)
        }
    }

    /// The probability with which weights are set to zero in training; 0 at first. PyTorch's argument `dropout`.
    pub fn dropout(mut self, dropout: f64) -> Self {
        self.dropout = dropout;
        self
    }

    /// Whether there are biases, which there are unless this says `false`. PyTorch's argument `bias`.
    pub fn bias(self, bias: bool) -> Self {
        match bias == self.config.bias {
            true => self,
            false => self.again(|config| config.bias = bias),
        }
    }

    /// Whether a trained key and value are added to those given. PyTorch's argument `add_bias_kv`.
    pub fn add_bias_kv(self, add_bias_kv: bool) -> Self {
        match add_bias_kv == self.config.add_bias_kv {
            true => self,
            false => self.again(|config| config.add_bias_kv = add_bias_kv),
        }
    }

    /// Whether a key and a value of zeros are added to those given. PyTorch's argument `add_zero_attn`.
    pub fn add_zero_attn(mut self, add_zero_attn: bool) -> Self {
        self.add_zero_attn = add_zero_attn;
        self
    }

    /// The size of keys, if it is not `embed_dim`. PyTorch's argument `kdim`.
    pub fn kdim(self, kdim: usize) -> Self {
        self.again(|config| config.kdim = kdim)
    }

    /// The size of values, if it is not `embed_dim`. PyTorch's argument `vdim`.
    pub fn vdim(self, vdim: usize) -> Self {
        self.again(|config| config.vdim = vdim)
    }

    /// Whether inputs and outputs are `[N, L, …]` instead of `[L, N, …]`. PyTorch's argument `batch_first`.
    pub fn batch_first(mut self, batch_first: bool) -> Self {
        self.batch_first = batch_first;
        self
    }

    /// For each query the mean of values, weighted by how well their keys answer to it, and the weights, averaged over
    /// all heads.
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward(&self, query: &Tensor, key: &Tensor, value: &Tensor) -> (Tensor, Tensor) {
        let options = AttentionOptions::default();
        let (y, weights) = self.attend(query, key, value, &options).or_panic();
        let weights = weights.unwrap_or_else(|| y.clone());
        (y, weights)
    }

    /// The same with masks. There are no weights where `need_weights` is `false`.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let attention = nn::MultiheadAttention::new(4, 2);
    /// let x = Tensor::rand([3, 4]);
    /// let options = nn::AttentionOptions {
    ///     attn_mask: Some(nn::Transformer::generate_square_subsequent_mask(3)),
    ///     average_attn_weights: false,
    ///     ..Default::default()
    /// };
    /// let (_, weights) = attention.forward_with(&x, &x, &x, &options);
    /// assert_eq!(weights.unwrap().shape(), [2, 3, 3]);
    /// ```
    ///
    /// # Panics
    /// When the shapes do not go together.
    #[track_caller]
    pub fn forward_with(
        &self,
        query: &Tensor,
        key: &Tensor,
        value: &Tensor,
        options: &AttentionOptions,
    ) -> (Tensor, Option<Tensor>) {
        self.attend(query, key, value, options).or_panic()
    }

    pub(super) fn is_batch_first(&self) -> bool {
        self.batch_first
    }

    pub(super) fn num_heads(&self) -> usize {
        self.config.num_heads
    }

    pub(super) fn attend(
        &self,
        query: &Tensor,
        key: &Tensor,
        value: &Tensor,
        options: &AttentionOptions,
    ) -> Result<(Tensor, Option<Tensor>)> {
        call_with(self, &[query, key, value], |inputs| {
            self.attend_to(&inputs[0], &inputs[1], &inputs[2], options)
        })
    }

    fn attend_to(
        &self,
        query: &Tensor,
        key: &Tensor,
        value: &Tensor,
        options: &AttentionOptions,
    ) -> Result<(Tensor, Option<Tensor>)> {
        let Config {
            embed_dim,
            num_heads,
            ..
        } = self.config;
        let batched = check_ranks(query, key, value, options)?;
        let time_first = |x: &Tensor| match (batched, self.batch_first) {
            (false, _) => x.try_unsqueeze(1),
            (true, true) => x.try_transpose(0, 1),
            (true, false) => Ok(x.clone()),
        };
        let q = time_first(query)?;
        let k = if key.same_as(query) {
            q.clone()
        } else {
            time_first(key)?
        };
        let v = if value.same_as(key) {
            k.clone()
        } else {
            time_first(value)?
        };
        let (length, batch) = (q.try_size(0)?, q.try_size(1)?);
        if options.is_causal && options.attn_mask.is_none() {
            bail!(
                "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method \
                 `generate_square_subsequent_mask` to create this mask."
            );
        }
        if q.try_size(2)? != embed_dim {
            bail!(
                "was expecting embedding dimension of {embed_dim}, but got {}",
                q.try_size(2)?
            );
        }
        if self.in_proj_weight.is_some() && k.shape() != v.shape() {
            bail!(
                "key shape {} does not match value shape {}",
                k.shape(),
                v.shape()
            );
        }
        if k.dims()[..2] != v.dims()[..2] {
            bail!(
                "key's sequence and batch dims {} do not match value's {}",
                crate::Shape::from(&k.dims()[..2]),
                crate::Shape::from(&v.dims()[..2])
            );
        }
        let mut mask = self.mask(options, q.dtype(), [length, k.try_size(0)?, batch])?;
        let mut padding = match &options.key_padding_mask {
            Some(mask) => {
                let mask = canonical(mask, "key_padding_mask", q.dtype())?;
                Some(if batched {
                    mask
                } else {
                    mask.try_unsqueeze(0)?
                })
            }
            None => None,
        };

        let [q, mut k, mut v] = self.project(&q, &k, &v)?;
        let mut longer = |k_end: Tensor, v_end: Tensor| -> Result<()> {
            k = Tensor::try_cat(&[&k, &k_end], 0)?;
            v = Tensor::try_cat(&[&v, &v_end], 0)?;
            for mask in [&mut mask, &mut padding].into_iter().flatten() {
                let mut column = mask.dims();
                column[mask.dim() - 1] = 1;
                *mask = Tensor::try_cat(&[&*mask, &mask.try_new_zeros(&column)?], -1)?;
            }
            Ok(())
        };
        if let (Some(bias_k), Some(bias_v)) = (&self.bias_k, &self.bias_v) {
            let each = |bias: &Tensor| bias.try_repeat([1, batch as i64, 1]);
            longer(each(bias_k)?, each(bias_v)?)?;
        }
        if self.add_zero_attn {
            let zeros = q.try_new_zeros(&[1, batch, embed_dim])?;
            longer(zeros.clone(), zeros)?;
        }
        let sources = k.try_size(0)?;
        if let Some(padding) = &padding {
            for (dim, expected) in [batch, sources].into_iter().enumerate() {
                let found = padding.try_size(dim as i64)?;
                if found != expected {
                    bail!(
                        "Expected key_padded_mask.shape[{dim}] to be {expected}, but got {found}"
                    );
                }
            }
        }
        let mask = match (mask, padding) {
            (mask, None) => mask,
            (mask, Some(padding)) => {
                let padding = padding.try_reshape([batch, 1, 1, sources])?;
                Some(match mask {
                    Some(mask) => mask.try_add(padding)?,
                    None => padding,
                })
            }
        };

        // [L, N, E] -> [N, heads, L, E / heads]
        let heads = |x: &Tensor| {
            x.try_reshape([x.try_size(0)?, batch, num_heads, embed_dim / num_heads])?
                .try_permute([1, 2, 0, 3])
        };
        let [q, k, v] = [heads(&q)?, heads(&k)?, heads(&v)?];
        let dropout = if self.mode.is_training() {
            self.dropout
        } else {
            0.0
        };
        let (y, weights) = if options.need_weights {
            let scale = (1.0 / (embed_dim / num_heads) as f64).sqrt();
            let mut scores = q.try_mul(scale)?.try_matmul(&k.try_mt()?)?;
            if let Some(mask) = &mask {
                scores = scores.try_add(mask)?;
            }
            let weights = scores.try_softmax(-1)?.try_dropout(dropout, true)?;
            (weights.try_matmul(&v)?, Some(weights))
        } else {
            (
                attend([&q, &k, &v], mask.as_ref(), dropout, false, None)?.0,
                None,
            )
        };
        let y = y
            .try_permute([2, 0, 1, 3])?
            .try_reshape([length * batch, embed_dim])?
            .try_linear(&self.out_proj.weight, self.out_proj.bias.as_ref())?
            .try_view([length, batch, embed_dim])?;
        let y = match (batched, self.batch_first) {
            (false, _) => y.try_squeeze_dim(1)?,
            (true, true) => y.try_transpose(0, 1)?,
            (true, false) => y,
        };
        let Some(mut weights) = weights else {
            return Ok((y, None));
        };
        if options.average_attn_weights {
            weights = weights.try_mean_dim([1], false)?;
        }
        if !batched {
            weights = weights.try_squeeze_dim(0)?;
        }
        Ok((y, Some(weights)))
    }

    /// The mask of scores `[N, heads, L, S]`, or one that is spread over them.
    fn mask(
        &self,
        options: &AttentionOptions,
        dtype: DType,
        [length, sources, batch]: [usize; 3],
    ) -> Result<Option<Tensor>> {
        let Some(mask) = &options.attn_mask else {
            return Ok(None);
        };
        let mask = canonical(mask, "attn_mask", dtype)?;
        let heads = self.config.num_heads;
        match mask.dim() {
            2 if mask.shape() != [length, sources] => bail!(
                "The shape of the 2D attn_mask is {}, but should be ({length}, {sources}).",
                mask.shape()
            ),
            2 => Ok(Some(mask)),
            3 if mask.shape() != [batch * heads, length, sources] => bail!(
                "The shape of the 3D attn_mask is {}, but should be ({}, {length}, {sources}).",
                mask.shape(),
                batch * heads
            ),
            3 => Ok(Some(mask.try_reshape([batch, heads, length, sources])?)),
            rank => bail!("attn_mask's dimension {rank} is not supported"),
        }
    }

    /// Queries, keys and values as the heads see them, `[…, N, embed_dim]`.
    fn project(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<[Tensor; 3]> {
        let biases = match &self.in_proj_bias {
            Some(bias) => bias.try_chunk(3, 0)?.into_iter().map(Some).collect(),
            None => vec![None; 3],
        };
        let weights = match (
            &self.in_proj_weight,
            &self.q_proj_weight,
            &self.k_proj_weight,
            &self.v_proj_weight,
        ) {
            (Some(weight), ..) => {
                if q.same_as(k) && k.same_as(v) {
                    let all = q
                        .try_linear(weight, self.in_proj_bias.as_ref())?
                        .try_chunk(3, -1)?;
                    return Ok([all[0].clone(), all[1].clone(), all[2].clone()]);
                }
                weight.try_chunk(3, 0)?
            }
            (None, Some(q), Some(k), Some(v)) => vec![q.clone(), k.clone(), v.clone()],
            _ => bail!("the attention has no weights"),
        };
        let one = |x: &Tensor, i: usize| x.try_linear(&weights[i], biases[i].as_ref());
        Ok([one(q, 0)?, one(k, 1)?, one(v, 2)?])
    }
}

/// An attention with values as PyTorch draws them.
fn draw(config: Config) -> MultiheadAttention {
    let Config {
        embed_dim,
        kdim,
        vdim,
        bias,
        add_bias_kv,
        ..
    } = config;
    let out_proj = Linear::with(embed_dim, embed_dim, bias);
    let drawn = |columns: usize, rows: usize| {
        let weight = Tensor::empty([rows, columns]);
        init::xavier_uniform_(&weight, 1.0);
        weight.into_parameter()
    };
    let same = kdim == embed_dim && vdim == embed_dim;
    let in_proj_weight = same.then(|| drawn(embed_dim, 3 * embed_dim));
    let [q_proj_weight, k_proj_weight, v_proj_weight] =
        [embed_dim, kdim, vdim].map(|size| (!same).then(|| drawn(size, embed_dim)));
    if let Some(bias) = &out_proj.bias {
        init::zeros_(bias);
    }
    let [bias_k, bias_v] = [(); 2].map(|()| {
        add_bias_kv.then(|| {
            let bias = Tensor::empty([1, 1, embed_dim]);
            init::xavier_normal_(&bias, 1.0);
            bias.into_parameter()
        })
    });
    MultiheadAttention {
        in_proj_weight,
        q_proj_weight,
        k_proj_weight,
        v_proj_weight,
        in_proj_bias: bias.then(|| Tensor::zeros([3 * embed_dim]).into_parameter()),
        bias_k,
        bias_v,
        out_proj: NonDynamicallyQuantizableLinear(out_proj),
        config,
        dropout: 0.0,
        add_zero_attn: false,
        batch_first: false,
        mode: Mode::default(),
        redraw: Redraw::around(|| ()).1,
    }
}

/// A mask of truth values as one of floats.
pub(super) fn canonical(mask: &Tensor, name: &str, dtype: DType) -> Result<Tensor> {
    if mask.is_floating_point() {
        return Ok(mask.clone());
    }
    if mask.dtype() != DType::Bool {
        return Err(Error::dtype(format!(
            "only bool and floating types of {name} are supported"
        )));
    }
    let zeros = Tensor::try_zeros_with(mask.dims(), dtype)?.try_to_device(mask.device())?;
    zeros.try_masked_fill(mask, f64::NEG_INFINITY)
}

/// Whether there is a batch, after PyTorch's checks.
fn check_ranks(q: &Tensor, k: &Tensor, v: &Tensor, options: &AttentionOptions) -> Result<bool> {
    let (kind, rank) = match q.dim() {
        3 => ("batched (3-D)", 3),
        2 => ("unbatched (2-D)", 2),
        other => bail!(
            "query should be unbatched 2D or batched 3D tensor but received {other}-D query tensor"
        ),
    };
    if k.dim() != rank || v.dim() != rank {
        bail!(
            "For {kind} `query`, expected `key` and `value` to be {rank}-D but found {}-D and {}-D tensors respectively",
            k.dim(),
            v.dim()
        );
    }
    if let Some(mask) = &options.key_padding_mask
        && mask.dim() != rank - 1
    {
        bail!(
            "For {kind} `query`, expected `key_padding_mask` to be `None` or {}-D but found {}-D tensor instead",
            rank - 1,
            mask.dim()
        );
    }
    if let Some(mask) = &options.attn_mask
        && !matches!(mask.dim(), 2 | 3)
    {
        bail!(
            "For {kind} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {}-D tensor instead",
            mask.dim()
        );
    }
    Ok(rank == 3)
}

super::debug_is_display!(MultiheadAttention, NonDynamicallyQuantizableLinear);
