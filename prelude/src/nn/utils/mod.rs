//! What is done to gradients, parameters and sequences around modules: `torch.nn.utils`.

mod clip;
mod orthogonal;
mod parameters;
pub mod parametrizations;
pub mod parametrize;
pub mod rnn;
mod spectral_norm;
mod weight_norm;

pub use clip::{clip_grad_norm_, clip_grad_norm_with_, clip_grad_value_, get_total_norm};
pub use parameters::{parameters_to_vector, vector_to_parameters};
pub use spectral_norm::{remove_spectral_norm, spectral_norm};
pub use weight_norm::{remove_weight_norm, weight_norm};
