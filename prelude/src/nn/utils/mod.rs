//! What is done to gradients, parameters and sequences around modules: `torch.nn.utils`.

mod clip;
mod parameters;
pub mod rnn;

pub use clip::{clip_grad_norm_, clip_grad_norm_with_, clip_grad_value_, get_total_norm};
pub use parameters::{parameters_to_vector, vector_to_parameters};
