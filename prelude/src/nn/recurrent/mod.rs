//! Recurrent networks: layers that read a sequence step by step, and single steps.

mod cells;
mod core;
mod layers;

pub use cells::{GRUCell, LSTMCell, RNNCell};
pub use layers::{GRU, LSTM, RNN};
