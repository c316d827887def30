//! Wick's tape: which operation made which tensor, and how gradients flow back.
//!
//! Every operation on a tensor that requires gradients leaves a node with PyTorch's name for it
//! (`AddBackward0`), the nodes its inputs came from, the tensors its derivative needs and the derivative itself,
//! written with tensor operations. The engine walks the nodes; because derivatives are tensor operations too, they can
//! be recorded in turn (`create_graph`).
//!
//! | for | see |
//! | --- | --- |
//! | gradients | [`Tensor::backward`](crate::Tensor::backward), [`backward`], [`grad`], [`grad_with`] |
//! | whole matrices of derivatives | [`functional`] |
//! | modes | [`no_grad`], [`enable_grad`], [`set_grad_enabled`], [`inference_mode`] |
//! | looking at gradients on their way | [`Tensor::register_hook`](crate::Tensor::register_hook), [`GradFn`] |
//! | operations of one's own | [`Function`] |
//! | less memory | [`checkpoint`](checkpoint()) |
//! | finding mistakes | [`gradcheck`](gradcheck()), [`detect_anomaly`] |

mod anomaly;
mod api;
mod checkpoint;
mod composite;
mod engine;
mod function;
pub mod functional;
mod grad;
mod grad_fn;
mod grad_mode;
mod gradcheck;
mod hooks;
mod inplace;
pub(crate) mod meta;
pub(crate) mod node;
mod overlap;
mod record;
mod saved;
mod second;

pub use anomaly::{
    detect_anomaly, is_anomaly_check_nan_enabled, is_anomaly_enabled, set_detect_anomaly,
    set_detect_anomaly_with,
};
pub use api::{BackwardOptions, backward};
pub use checkpoint::{CheckpointOptions, checkpoint, checkpoint_with};
pub use function::{FromOutputs, Function, FunctionCtx};
pub use functional::Outputs;
pub use grad::{GradOptions, grad, grad_with};
pub use grad_fn::GradFn;
pub use grad_mode::{
    InferenceModeGuard, NoGradGuard, SetGradGuard, enable_grad, inference_mode,
    inference_mode_guard, is_grad_enabled, is_inference_mode_enabled, no_grad, no_grad_guard,
    set_grad_enabled,
};
pub use gradcheck::{GradcheckOptions, gradcheck, gradgradcheck, try_gradcheck, try_gradgradcheck};
pub use hooks::RemovableHandle;

pub(crate) use composite::{composite, named};
pub(crate) use inplace::{check_in_place, in_place, refill};
pub(crate) use node::Ctx;
pub(crate) use overlap::{is_written_to, refuse_overlap, refuse_partial_overlap};
pub(crate) use record::{record, record_as_is, record_many};
pub(crate) use saved::Saved;
