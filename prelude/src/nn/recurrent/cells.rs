//! Single steps of recurrent networks.

use super::core::{State, Step};
use crate::error::OrPanic;
use crate::nn::draws::Redraw;
use crate::nn::hooks::call_with;
use crate::nn::{Mode, Module, init, python};
use crate::{Error, Result, Tensor};

/// Declares cells: their name and their step.
macro_rules! cells {
    ($($(#[$doc:meta])* $cell:ident($step:expr);)*) => {$(
        $(#[$doc])*
        #[derive(Module)]
        #[module(extra_repr = Self::text)]
        pub struct $cell {
            /// What is applied to the input, `[gates * hidden_size, input_size]`.
            #[module(parameter)]
            pub weight_ih: Tensor,
            /// What is applied to the state, `[gates * hidden_size, hidden_size]`.
            #[module(parameter)]
            pub weight_hh: Tensor,
            /// `[gates * hidden_size]`
            #[module(parameter)]
            pub bias_ih: Option<Tensor>,
            /// `[gates * hidden_size]`
            #[module(parameter)]
            pub bias_hh: Option<Tensor>,
            input_size: usize,
            hidden_size: usize,
            #[module(skip)]
            step: Step,
            mode: Mode,
            #[module(skip)]
            redraw: Redraw,
        }

        impl $cell {
            /// A cell with PyTorch's initial values, uniform within `1/√hidden_size`. PyTorch's arguments `input_size`
            /// and `hidden_size`.
            pub fn new(input_size: usize, hidden_size: usize) -> Self {
                Self::with(input_size, hidden_size, $step, true)
            }

            fn with(input_size: usize, hidden_size: usize, step: Step, bias: bool) -> Self {
                let rows = step.gates() * hidden_size;
                let bound = 1.0 / (hidden_size as f64).sqrt();
                let draw = |shape: &[usize]| {
                    let weight = Tensor::empty(shape);
                    init::uniform_(&weight, -bound, bound);
                    weight.into_parameter()
                };
                let ((weights, biases), redraw) = Redraw::around(|| {
                    let weights = [input_size, hidden_size].map(|columns| draw(&[rows, columns]));
                    (weights, [(); 2].map(|()| bias.then(|| draw(&[rows]))))
                });
                let ([weight_ih, weight_hh], [bias_ih, bias_hh]) = (weights, biases);
                Self {
                    weight_ih,
                    weight_hh,
                    bias_ih,
                    bias_hh,
                    input_size,
                    hidden_size,
                    step,
                    mode: Mode::default(),
                    redraw,
                }
            }

            /// Whether there are biases, which there are unless this says `false`. PyTorch's argument `bias`. The
            /// weights are drawn anew where it changes.
            pub fn bias(self, bias: bool) -> Self {
                if bias == self.bias_ih.is_some() {
                    return self;
                }
                self.redraw.undo();
                Self::with(self.input_size, self.hidden_size, self.step, bias)
            }

            fn text(&self) -> String {
                let mut text = format!("{}, {}", self.input_size, self.hidden_size);
                if self.bias_ih.is_none() {
                    python::keyword(&mut text, "bias", python::bool(false));
                }
                if self.step == Step::ReLU {
                    python::keyword(&mut text, "nonlinearity", "relu");
                }
                text
            }

            /// The state after the step, with a batch where the input has one.
            fn advance(&self, x: &Tensor, state: Option<[&Tensor; 2]>) -> Result<State> {
                let name = stringify!($cell);
                let batched = match x.dim() {
                    1 => false,
                    2 => true,
                    rank => {
                        return Err(Error::value(format!(
                            "{name}: Expected input to be 1D or 2D, got {rank}D instead"
                        )));
                    }
                };
                let lstm = self.step == Step::Lstm;
                for (index, part) in state.iter().flatten().take(1 + usize::from(lstm)).enumerate() {
                    let what = if lstm { format!("hx[{index}]") } else { "hidden".to_owned() };
                    if !matches!(part.dim(), 1 | 2) {
                        return Err(Error::value(format!(
                            "{name}: Expected {what} to be 1D or 2D, got {}D instead",
                            part.dim()
                        )));
                    }
                }
                let row = |tensor: &Tensor| match batched {
                    true => Ok(tensor.clone()),
                    false => tensor.try_unsqueeze(0),
                };
                let x = row(x)?;
                if x.try_size(1)? != self.input_size {
                    crate::error::bail!(
                        "input has inconsistent input_size: got {} expected {}",
                        x.try_size(1)?,
                        self.input_size
                    );
                }
                let state = match state {
                    Some([h, c]) => [row(h)?, row(c)?],
                    None => {
                        let zeros = x.try_new_zeros(&[x.try_size(0)?, self.hidden_size])?;
                        [zeros.clone(), zeros]
                    }
                };
                for (index, part) in state.iter().enumerate().take(1 + usize::from(lstm)) {
                    let (batch, size) = (part.try_size(0)?, part.try_size(-1)?);
                    if batch != x.try_size(0)? {
                        crate::error::bail!(
                            "Input batch size {} doesn't match hidden{index} batch size {batch}",
                            x.try_size(0)?
                        );
                    }
                    if size != self.hidden_size {
                        crate::error::bail!(
                            "hidden{index} has inconsistent hidden_size: got {size}, expected {}",
                            self.hidden_size
                        );
                    }
                }
                let [h, c] = state;
                let from_input = x.try_linear(&self.weight_ih, self.bias_ih.as_ref())?;
                let (h, c) = self.step.advance(
                    &from_input,
                    &(h, Some(c)),
                    &self.weight_hh,
                    self.bias_hh.as_ref(),
                    None,
                )?;
                if batched {
                    return Ok((h, c));
                }
                let c = c.map(|c| c.try_squeeze_dim(0)).transpose()?;
                Ok((h.try_squeeze_dim(0)?, c))
            }
        }

        crate::shown::debug_is_display!($cell);
    )*};
}

cells! {
    /// One step of [`RNN`](super::RNN). The input is `[N, input_size]` or `[input_size]`, the state `[N, hidden_size]`
    /// or `[hidden_size]`. PyTorch: `torch.nn.RNNCell`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let cell = nn::RNNCell::new(1, 1).bias(false).nonlinearity("relu");
    /// cell.parameters().iter().for_each(|weight| _ = nn::init::ones_(weight));
    /// // With weights of 1 it adds up what it reads.
    /// let mut h = cell.forward(&tensor!([1.]));
    /// for x in [2., 3.] {
    ///     h = cell.forward_with(&tensor!([x]), &h);
    /// }
    /// assert_eq!(h.item::<f32>(), 6.);
    /// ```
    RNNCell(Step::Tanh);
    /// One step of [`LSTM`](super::LSTM). The input is `[N, input_size]` or `[input_size]`, both states
    /// `[N, hidden_size]` or `[hidden_size]`. PyTorch: `torch.nn.LSTMCell`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let cell = nn::LSTMCell::new(10, 20).bias(true);
    /// let mut xs = Tensor::rand([6, 3, 10]).unbind(0).into_iter();
    /// let (mut h, mut c) = cell.forward(&xs.next().unwrap());
    /// for x in xs {
    ///     (h, c) = cell.forward_with(&x, (&h, &c));
    /// }
    /// assert_eq!((h.dims(), c.dims()), (vec![3, 20], vec![3, 20]));
    /// ```
    LSTMCell(Step::Lstm);
    /// One step of [`GRU`](super::GRU). The input is `[N, input_size]` or `[input_size]`, the state `[N, hidden_size]`
    /// or `[hidden_size]`. PyTorch: `torch.nn.GRUCell`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let cell = nn::GRUCell::new(2, 3).bias(true);
    /// let h = cell.forward(&tensor!([1., 2.]));
    /// assert_eq!(h.detach().to_string(), "tensor([-0.2311,  0.0452,  0.3810])");
    /// let h = cell.forward_with(&tensor!([0., 1.]), &h);
    /// assert_eq!(h.shape(), [3]);
    /// ```
    GRUCell(Step::Gru);
}

macro_rules! one_state {
    ($($cell:ident),*) => {$(
        impl $cell {
            /// The state after a step from zeros.
            ///
            /// # Panics
            /// When the input has the wrong shape.
            #[track_caller]
            pub fn forward(&self, x: &Tensor) -> Tensor {
                call_with(self, &[x], |inputs| self.advance(&inputs[0], None)).or_panic().0
            }

            /// The state after a step from the state `h`.
            ///
            /// # Panics
            /// When the input or the state has the wrong shape.
            #[track_caller]
            pub fn forward_with(&self, x: &Tensor, h: &Tensor) -> Tensor {
                let step = |inputs: &[Tensor]| self.advance(&inputs[0], Some([&inputs[1], &inputs[1]]));
                call_with(self, &[x, h], step).or_panic().0
            }
        }
    )*};
}
one_state!(RNNCell, GRUCell);

impl RNNCell {
    /// The function of the step, `"tanh"` or `"relu"`: PyTorch's argument `nonlinearity`, `"tanh"` at first.
    ///
    /// # Panics
    /// When it is neither.
    #[track_caller]
    pub fn nonlinearity(mut self, nonlinearity: &str) -> Self {
        self.step = match nonlinearity {
            "tanh" => Step::Tanh,
            "relu" => Step::ReLU,
            other => panic!("Unknown nonlinearity: {other}"),
        };
        self
    }
}

impl LSTMCell {
    /// The hidden state and the cell state after a step from zeros.
    ///
    /// # Panics
    /// When the input has the wrong shape.
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> (Tensor, Tensor) {
        both(call_with(self, &[x], |inputs| self.advance(&inputs[0], None)).or_panic())
    }

    /// The hidden state and the cell state after a step from these.
    ///
    /// # Panics
    /// When the input or a state has the wrong shape.
    #[track_caller]
    pub fn forward_with(&self, x: &Tensor, (h, c): (&Tensor, &Tensor)) -> (Tensor, Tensor) {
        let step = |inputs: &[Tensor]| self.advance(&inputs[0], Some([&inputs[1], &inputs[2]]));
        both(call_with(self, &[x, h, c], step).or_panic())
    }
}

/// An LSTM always has a cell state.
fn both((h, c): State) -> (Tensor, Tensor) {
    let c = c.unwrap_or_else(|| h.zeros_like());
    (h, c)
}
