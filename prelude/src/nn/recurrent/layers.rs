//! The recurrent layers.

use super::core::{Config, Core, Step};
use crate::Tensor;
use crate::error::OrPanic;
use crate::nn::hooks::call_with;
use crate::nn::members::Members;
use crate::nn::module::Module;
use crate::nn::utils::rnn::PackedSequence;

/// What all recurrent layers have: the module, its text and the common options.
macro_rules! recurrent {
    ($layer:ident) => {
        impl $layer {
            /// How many layers are stacked, each reading the outputs of the one below; 1 unless this says otherwise.
            /// PyTorch's argument `num_layers`.
            ///
            /// # Panics
            /// When it is 0.
            #[track_caller]
            pub fn num_layers(self, num_layers: usize) -> Self {
                Self(
                    self.0
                        .with(|config| config.num_layers = num_layers)
                        .or_panic(),
                )
            }

            /// Whether there are biases, which there are unless this says `false`. PyTorch's argument `bias`.
            #[track_caller]
            pub fn bias(self, bias: bool) -> Self {
                Self(self.0.with(|config| config.bias = bias).or_panic())
            }

            /// Whether inputs and outputs are `[N, L, …]` instead of `[L, N, …]`. States are `[…, N, …]` either way.
            /// PyTorch's argument `batch_first`, `false` at first.
            #[track_caller]
            pub fn batch_first(self, batch_first: bool) -> Self {
                Self(
                    self.0
                        .with(|config| config.batch_first = batch_first)
                        .or_panic(),
                )
            }

            /// The probability with which values between layers are set to zero in training; 0 at first. PyTorch's
            /// argument `dropout`.
            ///
            /// # Panics
            /// When it is not between 0 and 1.
            #[track_caller]
            pub fn dropout(self, dropout: f64) -> Self {
                Self(self.0.with(|config| config.dropout = dropout).or_panic())
            }

            /// Whether the sequence is read from its end too. Outputs of both directions are joined. PyTorch's argument
            /// `bidirectional`, `false` at first.
            #[track_caller]
            pub fn bidirectional(self, bidirectional: bool) -> Self {
                Self(
                    self.0
                        .with(|config| config.bidirectional = bidirectional)
                        .or_panic(),
                )
            }

            /// The weight of that name, such as `weight_ih_l0`, `bias_hh_l1` or `weight_hh_l0_reverse`; `None` if there
            /// is none. In PyTorch it is an attribute of the layer.
            pub fn weight(&self, name: &str) -> Option<&Tensor> {
                self.0.weight(name)
            }
        }

        impl Module for $layer {
            fn kind(&self) -> &'static str {
                stringify!($layer)
            }

            fn members<'a>(&'a self, members: &mut Members<'a>) {
                self.0.join(members);
            }

            fn as_module(&self) -> &dyn Module {
                self
            }

            fn extra_repr(&self) -> String {
                self.0.text()
            }
        }

        impl std::fmt::Display for $layer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::nn::fmt_module(self, f)
            }
        }

        crate::shown::debug_is_display!($layer);
    };
}

/// What layers with one state have.
macro_rules! one_state {
    ($layer:ident) => {
        impl $layer {
            /// The outputs of the last layer for every step, `[L, N, D * hidden_size]`, and the last states of all
            /// layers and directions, `[num_layers * D, N, hidden_size]`. `D` is 2 if bidirectional, else 1. Before the
            /// first step the states are zero.
            ///
            /// # Panics
            /// When the input is no sequence of `input_size` numbers.
            #[track_caller]
            pub fn forward(&self, x: &Tensor) -> (Tensor, Tensor) {
                let run = |inputs: &[Tensor]| self.0.run(&inputs[0], None);
                let (y, (h, _)) = call_with(self, &[x], run).or_panic();
                (y, h)
            }

            /// The same with the states before the first step, `[num_layers * D, N, hidden_size]`.
            ///
            /// # Panics
            /// When the input or the states have the wrong shape.
            #[track_caller]
            pub fn forward_with(&self, x: &Tensor, h0: &Tensor) -> (Tensor, Tensor) {
                let run =
                    |inputs: &[Tensor]| self.0.run(&inputs[0], Some((inputs[1].clone(), None)));
                let (y, (h, _)) = call_with(self, &[x, h0], run).or_panic();
                (y, h)
            }

            /// The same for sequences of different lengths. The outputs are packed like the input; the last states are
            /// those at the end of each sequence.
            ///
            /// # Panics
            /// When the input or the states have the wrong shape.
            #[track_caller]
            pub fn forward_packed(
                &self,
                packed: &PackedSequence,
                h0: Option<&Tensor>,
            ) -> (PackedSequence, Tensor) {
                let state = h0.map(|h0| (h0.clone(), None));
                let (y, (h, _)) = self.0.run_packed(packed, state).or_panic();
                (y, h)
            }
        }
    };
}

/// A recurrent network with `tanh` or `relu` (Elman, 1990). The input is `[L, N, input_size]`, or `[L, input_size]`
/// without a batch. The outputs and last states are those that [`RNN::forward`] describes. PyTorch: `torch.nn.RNN`.
///
/// ```
/// use wick::prelude::*;
/// let rnn = nn::RNN::new(1, 1).bias(false).nonlinearity("relu");
/// rnn.parameters().iter().for_each(|weight| _ = nn::init::ones_(weight));
/// let x = tensor!([[1.], [2.], [3.]]);
/// // With weights of 1 it adds up what it reads.
/// let (y, h) = rnn.forward(&x);
/// assert_eq!(y.ravel().detach().to_string(), "tensor([1., 3., 6.])");
/// // Going on where the first sequence ended:
/// let (y, _) = rnn.forward_with(&x, &h);
/// assert_eq!(y.ravel().detach().to_string(), "tensor([ 7.,  9., 12.])");
/// ```
///
/// Larger ones, and sequences of different lengths:
///
/// ```
/// use wick::nn::utils::rnn::pack_sequence;
/// use wick::prelude::*;
/// let rnn = nn::RNN::new(10, 20).num_layers(2).batch_first(true).dropout(0.1).bidirectional(true);
/// let (y, h) = rnn.forward(&Tensor::rand([3, 5, 10]));
/// assert_eq!((y.dims(), h.dims()), (vec![3, 5, 40], vec![4, 3, 20]));
/// assert_eq!(rnn.weight("weight_hh_l1_reverse").unwrap().shape(), [20, 20]);
/// let packed = pack_sequence(&[Tensor::rand([4, 10]), Tensor::rand([2, 10])], true);
/// let (y, h) = rnn.forward_packed(&packed, None);
/// assert_eq!((y.data().dims(), h.dims()), (vec![6, 40], vec![4, 2, 20]));
/// ```
pub struct RNN(Core);

impl RNN {
    /// One layer with `tanh` and PyTorch's initial values: uniform within `1/√hidden_size`.
    ///
    /// # Panics
    /// When a size is 0.
    #[track_caller]
    pub fn new(input_size: usize, hidden_size: usize) -> Self {
        Self(Core::new(Config::new(Step::Tanh, input_size, hidden_size)).or_panic())
    }

    /// The function of a step, `"tanh"` or `"relu"`: PyTorch's argument `nonlinearity`, `"tanh"` at first.
    ///
    /// # Panics
    /// When it is neither.
    #[track_caller]
    pub fn nonlinearity(self, nonlinearity: &str) -> Self {
        let step = match nonlinearity {
            "tanh" => Step::Tanh,
            "relu" => Step::ReLU,
            other => panic!("Unknown nonlinearity '{other}'. Select from 'tanh' or 'relu'."),
        };
        Self(self.0.with(|config| config.step = step).or_panic())
    }
}

recurrent!(RNN);
one_state!(RNN);

/// A network with gated recurrent units (Cho and others, 2014). The input is `[L, N, input_size]`, or `[L, input_size]`
/// without a batch. The outputs and last states are those that [`GRU::forward`] describes. PyTorch: `torch.nn.GRU`.
///
/// ```
/// use wick::nn::utils::rnn::pack_sequence;
/// use wick::prelude::*;
/// let gru = nn::GRU::new(10, 20).num_layers(1).bias(true).dropout(0.).bidirectional(true).batch_first(true);
/// let (y, h) = gru.forward(&Tensor::rand([3, 5, 10]));
/// assert_eq!((y.dims(), h.dims()), (vec![3, 5, 40], vec![2, 3, 20]));
/// let (_, h) = gru.forward_with(&Tensor::rand([3, 5, 10]), &h);
/// assert_eq!(h.shape(), [2, 3, 20]);
/// // Resets, updates and new values: three gates in one weight.
/// assert_eq!(gru.weight("weight_ih_l0").unwrap().shape(), [60, 10]);
/// let packed = pack_sequence(&[Tensor::rand([4, 10]), Tensor::rand([2, 10])], true);
/// let (y, _) = gru.forward_packed(&packed, None);
/// assert_eq!(y.data().shape(), [6, 40]);
/// ```
pub struct GRU(Core);

impl GRU {
    /// One layer with PyTorch's initial values: uniform within `1/√hidden_size`.
    ///
    /// # Panics
    /// When a size is 0.
    #[track_caller]
    pub fn new(input_size: usize, hidden_size: usize) -> Self {
        Self(Core::new(Config::new(Step::Gru, input_size, hidden_size)).or_panic())
    }
}

recurrent!(GRU);
one_state!(GRU);

/// A network with long short-term memory (Hochreiter and Schmidhuber, 1997). The input is `[L, N, input_size]`, or
/// `[L, input_size]` without a batch. The outputs and last states are those that [`LSTM::forward`] describes. PyTorch:
/// `torch.nn.LSTM`.
///
/// ```
/// use wick::prelude::*;
/// let lstm = nn::LSTM::new(10, 20).num_layers(2);
/// let (y, (h, c)) = lstm.forward(&Tensor::rand([5, 3, 10]));
/// assert_eq!(y.shape(), [5, 3, 20]);
/// assert_eq!(h.shape(), [2, 3, 20]);
///
/// // Going on where the first sequence ended:
/// let (_, (_, c)) = lstm.forward_with(&Tensor::rand([5, 3, 10]), (&h, &c));
/// assert_eq!(c.shape(), [2, 3, 20]);
/// ```
///
/// Other options, and sequences of different lengths:
///
/// ```
/// use wick::nn::utils::rnn::pack_sequence;
/// use wick::prelude::*;
/// let lstm = nn::LSTM::new(10, 20).batch_first(true).bias(false).bidirectional(true).dropout(0.).proj_size(5);
/// let (y, (h, c)) = lstm.forward(&Tensor::rand([3, 4, 10]));
/// // The hidden state is projected, the cell state is not.
/// assert_eq!((y.dims(), h.dims(), c.dims()), (vec![3, 4, 10], vec![2, 3, 5], vec![2, 3, 20]));
/// assert_eq!(lstm.weight("weight_hr_l0").unwrap().shape(), [5, 20]);
/// let packed = pack_sequence(&[Tensor::rand([4, 10]), Tensor::rand([2, 10])], true);
/// let (y, _) = lstm.forward_packed(&packed, None);
/// assert_eq!(y.data().shape(), [6, 10]);
/// ```
pub struct LSTM(Core);

impl LSTM {
    /// One layer with PyTorch's initial values: uniform within `1/√hidden_size`.
    ///
    /// # Panics
    /// When a size is 0.
    #[track_caller]
    pub fn new(input_size: usize, hidden_size: usize) -> Self {
        Self(Core::new(Config::new(Step::Lstm, input_size, hidden_size)).or_panic())
    }

    /// The size to which hidden states are projected (Sak and others, 2014); 0 for no projection. PyTorch's argument
    /// `proj_size`, 0 at first.
    ///
    /// # Panics
    /// When it is not smaller than `hidden_size`.
    #[track_caller]
    pub fn proj_size(self, proj_size: usize) -> Self {
        Self(
            self.0
                .with(|config| config.proj_size = proj_size)
                .or_panic(),
        )
    }

    /// The outputs of the last layer for every step, `[L, N, D * hidden_size]`, and the last hidden and cell states of
    /// all layers and directions, `[num_layers * D, N, hidden_size]`. `D` is 2 if bidirectional, else 1; with a
    /// projection, hidden states and outputs have `proj_size` instead of `hidden_size`. Before the first step the
    /// states are zero.
    ///
    /// # Panics
    /// When the input is no sequence of `input_size` numbers.
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> (Tensor, (Tensor, Tensor)) {
        both(call_with(self, &[x], |inputs| self.0.run(&inputs[0], None)).or_panic())
    }

    /// The same with the hidden and cell states before the first step, `[num_layers * D, N, hidden_size]` each.
    ///
    /// # Panics
    /// When the input or the states have the wrong shape.
    #[track_caller]
    pub fn forward_with(
        &self,
        x: &Tensor,
        (h0, c0): (&Tensor, &Tensor),
    ) -> (Tensor, (Tensor, Tensor)) {
        let run = |inputs: &[Tensor]| {
            let state = (inputs[1].clone(), Some(inputs[2].clone()));
            self.0.run(&inputs[0], Some(state))
        };
        both(call_with(self, &[x, h0, c0], run).or_panic())
    }

    /// The same for sequences of different lengths. The outputs are packed like the input; the last states are those at
    /// the end of each sequence.
    ///
    /// # Panics
    /// When the input or the states have the wrong shape.
    #[track_caller]
    pub fn forward_packed(
        &self,
        packed: &PackedSequence,
        state: Option<(&Tensor, &Tensor)>,
    ) -> (PackedSequence, (Tensor, Tensor)) {
        let state = state.map(|(h0, c0)| (h0.clone(), Some(c0.clone())));
        both(self.0.run_packed(packed, state).or_panic())
    }
}

recurrent!(LSTM);

/// An LSTM always has a cell state.
fn both<Y>((y, (h, c)): (Y, super::core::State)) -> (Y, (Tensor, Tensor)) {
    let c = c.unwrap_or_else(|| h.zeros_like());
    (y, (h, c))
}
