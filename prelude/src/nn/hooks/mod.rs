//! Functions that look at what goes into a module and comes out of it, and may replace it.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use wick::prelude::*;
//!
//! let net = Sequential::new((Linear::new(4, 8), ReLU::new(), Linear::new(8, 2)));
//! let seen = Arc::new(Mutex::new(Vec::new()));
//! let kept = seen.clone();
//! let handle = net[1].register_forward_hook(move |module, _inputs, output| {
//!     kept.lock().unwrap().push((module.kind(), output.shape()));
//! });
//! net.forward(&Tensor::rand([3, 4]));
//! handle.remove();
//! net.forward(&Tensor::rand([3, 4]));
//! assert_eq!(seen.lock().unwrap().len(), 1);
//! ```
//!
//! All modules of `wick::nn` and `wick::models` are seen wherever they are called. A module of one's own is seen where
//! a [`Sequential`](super::Sequential) or another container calls it; everywhere else too, if `#[hooked]` stands before
//! its `impl Forward` (in a notebook, Wick's kernel sees to that):
//!
//! ```
//! use wick::prelude::*;
//!
//! #[derive(Module)]
//! struct Scale {
//!     factor: Tensor,
//! }
//!
//! #[hooked]
//! impl Forward for Scale {
//!     fn forward(&self, x: &Tensor) -> Tensor {
//!         x * &self.factor
//!     }
//! }
//!
//! let scale = Scale { factor: tensor!(2.).requires_grad_(true) };
//! scale.register_forward_hook(|_, _, output| output + 1.);
//! assert_eq!(scale.forward(&tensor!([1., 2.])).detach().to_vec::<f32>(), [3., 5.]);
//! ```

mod backward;
mod call;
mod key;
#[doc(hidden)]
pub mod own;
mod registry;
mod results;

use std::sync::Arc;

pub use call::{call, call_with};
pub(super) use call::{contained, inside, seen};
pub(super) use key::Anchor;
use key::Key;
use registry::add;
pub(super) use registry::{Hook, forget, forget_made, is_empty, made};
pub use results::{Outputs, Replaced};

use super::module::Module;
use crate::Tensor;
use crate::autograd::RemovableHandle;

/// Calls `hook(module, inputs)` before every forward pass of every module; see
/// [`register_forward_pre_hook`](super::ModuleExt::register_forward_pre_hook). PyTorch:
/// `torch.nn.modules.module.register_module_forward_pre_hook`.
///
/// ```
/// use wick::prelude::*;
/// // Every layer sees its input doubled.
/// let handle = nn::hooks::register_module_forward_pre_hook(|_, inputs| &inputs[0] * 2.);
/// let y = ReLU::new().forward(&tensor!([3.]));
/// handle.remove();
/// assert_eq!(y.to_string(), "tensor([6.])");
/// ```
pub fn register_module_forward_pre_hook<R: Replaced>(
    hook: impl Fn(&dyn Module, &[Tensor]) -> R + Send + Sync + 'static,
) -> RemovableHandle {
    add(None, pre(hook))
}

/// Calls `hook(module, inputs, output)` after every forward pass of every module; see
/// [`register_forward_hook`](super::ModuleExt::register_forward_hook). PyTorch:
/// `torch.nn.modules.module.register_module_forward_hook`.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use wick::prelude::*;
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let kept = seen.clone();
/// let handle = nn::hooks::register_module_forward_hook(move |module, _, output| {
///     kept.lock().unwrap().push(module.kind());
/// });
/// Sequential::new((Linear::new(4, 2), ReLU::new())).forward(&Tensor::rand([3, 4]));
/// handle.remove();
/// // Parts are done before the whole.
/// assert_eq!(seen.lock().unwrap().join(", "), "Linear, ReLU, Sequential");
/// ```
pub fn register_module_forward_hook<R: Replaced>(
    hook: impl Fn(&dyn Module, &[Tensor], &Tensor) -> R + Send + Sync + 'static,
) -> RemovableHandle {
    add(None, post(hook))
}

/// Calls `hook(grad_inputs, grad_outputs)` in every backward pass through any module; see
/// [`register_full_backward_hook`](super::ModuleExt::register_full_backward_hook). PyTorch:
/// `torch.nn.modules.module.register_module_full_backward_hook`.
///
/// ```
/// use wick::prelude::*;
/// // No gradient leaves a layer with more than this length.
/// let handle = nn::hooks::register_module_full_backward_hook(|grad_inputs, _| {
///     grad_inputs[0].as_ref().map(|gradient| gradient.clamp(-1., 1.))
/// });
/// let x = tensor!([2., -2.]).requires_grad_(true);
/// (ReLU::new().forward(&x) * 10.).sum().backward();
/// handle.remove();
/// assert_eq!(x.grad().unwrap().to_string(), "tensor([1., 0.])");
/// ```
pub fn register_module_full_backward_hook<R: Replaced>(
    hook: impl Fn(&[Option<Tensor>], &[Option<Tensor>]) -> R + Send + Sync + 'static,
) -> RemovableHandle {
    add(None, backward(hook))
}

pub(super) fn pre<R: Replaced>(
    hook: impl Fn(&dyn Module, &[Tensor]) -> R + Send + Sync + 'static,
) -> Hook {
    Hook::Pre(Arc::new(move |module, inputs| {
        hook(module, inputs).tensors()
    }))
}

pub(super) fn post<R: Replaced>(
    hook: impl Fn(&dyn Module, &[Tensor], &Tensor) -> R + Send + Sync + 'static,
) -> Hook {
    Hook::Post(Arc::new(move |module, inputs, outputs| {
        hook(module, inputs, outputs.first()?).tensors()
    }))
}

pub(super) fn post_all<R: Replaced>(
    hook: impl Fn(&dyn Module, &[Tensor], &[Tensor]) -> R + Send + Sync + 'static,
) -> Hook {
    Hook::Post(Arc::new(move |module, inputs, outputs| {
        hook(module, inputs, outputs).tensors()
    }))
}

pub(super) fn backward<R: Replaced>(
    hook: impl Fn(&[Option<Tensor>], &[Option<Tensor>]) -> R + Send + Sync + 'static,
) -> Hook {
    Hook::Backward(Arc::new(move |inputs, outputs| {
        hook(inputs, outputs).tensors()
    }))
}

pub(super) fn backward_pre<R: Replaced>(
    hook: impl Fn(&[Option<Tensor>]) -> R + Send + Sync + 'static,
) -> Hook {
    Hook::BackwardPre(Arc::new(move |outputs| hook(outputs).tensors()))
}

/// Registers a hook of one module.
///
/// # Panics
/// When nothing tells the module from others.
#[track_caller]
pub(super) fn register(module: &dyn Module, hook: Hook) -> RemovableHandle {
    let Some(key) = Key::of(module) else {
        panic!(
            "{} has neither parameters nor parts, so nothing tells one of them from another: give it a field `mode: Mode` \
             (made by `Mode::default()`), by which hooks can find it",
            module.kind()
        );
    };
    add(Some(key), hook)
}
