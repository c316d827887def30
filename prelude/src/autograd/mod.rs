//! Wick's tape: which operation made which tensor, and how gradients flow back.
//!
//! Every operation on a tensor that requires gradients leaves a node with PyTorch's name for it
//! (`AddBackward0`), the nodes its inputs came from, the tensors its derivative needs and the derivative itself,
//! written with tensor operations. The engine walks the nodes; because derivatives are tensor operations too, they can
//! be recorded in turn (`create_graph`).

mod api;
mod engine;
mod grad_mode;
mod inplace;
pub(crate) mod meta;
pub(crate) mod node;
mod saved;

pub use api::{GradOptions, grad, grad_with};
pub use grad_mode::{
    NoGradGuard, SetGradGuard, is_grad_enabled, no_grad, no_grad_guard, set_grad_enabled,
};
pub use node::GradFn;

pub(crate) use inplace::in_place;
pub(crate) use node::{Ctx, record};
pub(crate) use saved::Saved;
