//! What encoder and decoder layers share.

use crate::Tensor;
use crate::error::OrPanic;
use crate::nn::module::ModuleExt;
use crate::nn::{LayerNorm, Linear, MultiheadAttention};
use crate::random::fork_rng;

/// A function between the two layers of the small networks: [`relu`](crate::nn::functional::relu),
/// [`gelu`](crate::nn::functional::gelu) or any other. PyTorch's argument `activation`.
///
/// ```
/// use wick::prelude::*;
/// let silu: nn::Activation = |x| x.silu();
/// let layer = nn::TransformerEncoderLayer::new(16, 4).dim_feedforward(32).activation(silu);
/// assert_eq!(layer.forward(&Tensor::rand([5, 2, 16])).shape(), [5, 2, 16]);
/// ```
pub type Activation = fn(&Tensor) -> Tensor;

/// The choices of a layer.
#[derive(Clone, Copy)]
pub struct Config {
    pub d_model: usize,
    pub nhead: usize,
    pub dim_feedforward: usize,
    pub dropout: f64,
    pub activation: Activation,
    pub layer_norm_eps: f64,
    pub batch_first: bool,
    pub norm_first: bool,
    pub bias: bool,
}

impl Config {
    pub fn new(d_model: usize, nhead: usize) -> Self {
        Self {
            d_model,
            nhead,
            dim_feedforward: 2048,
            dropout: 0.1,
            activation: crate::nn::functional::relu,
            layer_norm_eps: 1e-5,
            batch_first: false,
            norm_first: false,
            bias: true,
        }
    }

    #[track_caller]
    pub fn attention(&self) -> MultiheadAttention {
        MultiheadAttention::new(self.d_model, self.nhead)
            .bias(self.bias)
            .dropout(self.dropout)
            .batch_first(self.batch_first)
    }

    pub fn linears(&self) -> (Linear, Linear) {
        let linear1 = Linear::with(self.d_model, self.dim_feedforward, self.bias);
        (
            linear1,
            Linear::with(self.dim_feedforward, self.d_model, self.bias),
        )
    }

    pub fn norm(&self) -> LayerNorm {
        LayerNorm::new(self.d_model)
            .eps(self.layer_norm_eps)
            .bias(self.bias)
    }
}

/// Copies of a module with values of their own, as `_get_clones` makes them: they all begin with the same ones.
pub fn clones<M: crate::nn::Module>(one: &M, count: usize, make: impl Fn() -> M) -> Vec<M> {
    let values = one.state_dict();
    let copy = || {
        let copy = fork_rng(&make);
        copy.load_state_dict(&values).or_panic();
        copy
    };
    (0..count).map(|_| copy()).collect()
}

/// The options of layers that are made from a [`Config`].
macro_rules! layer_options {
    ($layer:ident) => {
        impl $layer {
            /// The size between the two layers of the small network; 2048 at first. The weights are drawn anew.
            /// PyTorch's argument `dim_feedforward`.
            #[track_caller]
            pub fn dim_feedforward(self, dim_feedforward: usize) -> Self {
                self.again(|config| config.dim_feedforward = dim_feedforward)
            }

            /// The probability with which values are set to zero in training; 0.1 at first. PyTorch's argument
            /// `dropout`.
            #[track_caller]
            pub fn dropout(self, dropout: f64) -> Self {
                self.again(|config| config.dropout = dropout)
            }

            /// The function between the two layers of the small network; `relu` at first. PyTorch's argument
            /// `activation`.
            #[track_caller]
            pub fn activation(self, activation: Activation) -> Self {
                self.again(|config| config.activation = activation)
            }

            /// What normalizations add to the variance; 1e-5 at first. PyTorch's argument `layer_norm_eps`.
            #[track_caller]
            pub fn layer_norm_eps(self, eps: f64) -> Self {
                self.again(|config| config.layer_norm_eps = eps)
            }

            /// Whether inputs and outputs are `[N, L, …]` instead of `[L, N, …]`. PyTorch's argument `batch_first`,
            /// `false` at first.
            #[track_caller]
            pub fn batch_first(self, batch_first: bool) -> Self {
                self.again(|config| config.batch_first = batch_first)
            }

            /// Whether values are normalized before attention and small network instead of after. PyTorch's argument
            /// `norm_first`, `false` at first.
            #[track_caller]
            pub fn norm_first(self, norm_first: bool) -> Self {
                self.again(|config| config.norm_first = norm_first)
            }

            /// Whether there are biases, which there are unless this says `false`. PyTorch's argument `bias`.
            #[track_caller]
            pub fn bias(self, bias: bool) -> Self {
                self.again(|config| config.bias = bias)
            }
        }
    };
}
pub(super) use layer_options;
