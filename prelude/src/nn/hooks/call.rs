//! A call of a module, with the hooks around it.

use std::any::TypeId;
use std::cell::Cell;

use super::backward::Pass;
use super::registry::{self, Hook};
use super::results::Outputs;
use crate::Tensor;
use crate::autograd::is_grad_enabled;
use crate::error::OrPanic;
use crate::nn::module::{Forward, Module};

/// Where a module lies and what it is.
type Place = (TypeId, *const ());

thread_local! {
    /// The module whose hooks a container has run and whose `forward` comes next.
    static STARTED: Cell<Option<Place>> = const { Cell::new(None) };
}

fn place(module: &dyn Module) -> Place {
    (module.type_id(), std::ptr::from_ref(module).cast())
}

/// Runs `forward` on `x` with the hooks of `module` around it. `#[hooked]` puts it into an `impl Forward`. PyTorch:
/// `torch.nn.Module.__call__`.
///
/// ```
/// use wick::prelude::*;
/// #[derive(Module)]
/// struct Scale {
///     factor: Tensor,
/// }
///
/// impl Scale {
///     fn forward(&self, x: &Tensor) -> Tensor {
///         nn::hooks::call(self, x, |x| x * &self.factor)
///     }
/// }
///
/// let scale = Scale { factor: tensor!(2.) };
/// scale.register_forward_hook(|_, _, output| output + 1.);
/// assert_eq!(scale.forward(&tensor!(5.)).item::<f32>(), 11.);
/// ```
#[inline]
pub fn call<T: Outputs>(module: &dyn Module, x: &Tensor, forward: impl FnOnce(&Tensor) -> T) -> T {
    if registry::is_empty() {
        return forward(x);
    }
    call_with(module, &[x], |inputs| forward(&inputs[0]))
}

/// [`call`] for a module of several inputs.
///
/// ```
/// use wick::prelude::*;
/// #[derive(Module)]
/// struct Product {
///     factor: Tensor,
/// }
///
/// impl Product {
///     fn forward(&self, a: &Tensor, b: &Tensor) -> Tensor {
///         nn::hooks::call_with(self, &[a, b], |inputs| &inputs[0] * &inputs[1] * &self.factor)
///     }
/// }
///
/// let product = Product { factor: tensor!(2.) };
/// let handle = product.register_forward_pre_hook(|_, inputs| vec![&inputs[0] + 1., inputs[1].clone()]);
/// assert_eq!(product.forward(&tensor!(1.), &tensor!(3.)).item::<f32>(), 12.);
/// handle.remove();
/// assert_eq!(product.forward(&tensor!(1.), &tensor!(3.)).item::<f32>(), 6.);
/// ```
pub fn call_with<T: Outputs>(
    module: &dyn Module,
    inputs: &[&Tensor],
    forward: impl FnOnce(&[Tensor]) -> T,
) -> T {
    let inputs: Vec<Tensor> = inputs.iter().map(|&input| input.clone()).collect();
    if registry::is_empty() || STARTED.take() == Some(place(module)) {
        return forward(&inputs);
    }
    let mut around = Around::new(module, inputs);
    let output = forward(&around.inputs);
    let mut outputs = Vec::new();
    output.list(&mut outputs);
    around.finish(&mut outputs);
    output.replace(&mut outputs.into_iter())
}

/// The value of an expression of some inputs, with the hooks of a module around it. Without hooks the expression stands
/// where it is written, so that an error in it points at the caller's line.
macro_rules! seen {
    ($module:expr, [$($input:ident),+], $body:expr) => {
        if $crate::nn::hooks::is_empty() {
            $body
        } else {
            $crate::nn::hooks::call_with($module, &[$($input),+], |inputs| {
                let [$($input),+] = inputs else {
                    unreachable!("as many inputs as there were")
                };
                $body
            })
        }
    };
}
pub(in crate::nn) use seen;

/// Runs a module inside a container, where it is seen even if its `forward` does not ask for hooks.
#[inline]
pub(in crate::nn) fn contained<M: Forward + ?Sized>(layer: &M, x: &Tensor) -> Tensor {
    if registry::is_empty() {
        return layer.forward(x);
    }
    let module = layer.as_module();
    call(module, x, |x| {
        STARTED.set(Some(place(module)));
        let y = layer.forward(x);
        STARTED.set(None);
        y
    })
}

/// Runs a module that is another one's body, with the hooks of the other around it and none of its own.
#[inline]
pub(in crate::nn) fn inside<M: Forward>(outer: &dyn Module, body: &M, x: &Tensor) -> Tensor {
    call(outer, x, |x| {
        if registry::is_empty() {
            return body.forward(x);
        }
        STARTED.set(Some(place(body.as_module())));
        let y = body.forward(x);
        STARTED.set(None);
        y
    })
}

/// What a module's `forward` returns with its hooks around it; `None` where they have run, and its body is to go on.
pub(super) fn around<M: Forward>(layer: &M, x: &Tensor) -> Option<Tensor> {
    let module = layer.as_module();
    if STARTED.get() == Some(place(module)) {
        STARTED.set(None);
        return None;
    }
    Some(contained(layer, x))
}

/// The hooks of one call.
struct Around<'a> {
    module: &'a dyn Module,
    hooks: Vec<Hook>,
    inputs: Vec<Tensor>,
    pass: Option<Pass>,
}

impl<'a> Around<'a> {
    /// Runs what comes before the call.
    fn new(module: &'a dyn Module, mut inputs: Vec<Tensor>) -> Self {
        let hooks = registry::of(module);
        for hook in &hooks {
            match hook {
                Hook::Pre(hook) => {
                    let replaced = hook(module, &inputs);
                    replace(&mut inputs, replaced);
                }
                Hook::Made(made) => made.make_for_call(module).or_panic(),
                _ => {}
            }
        }
        let pass = is_grad_enabled().then(|| Pass::new(&hooks)).flatten();
        if let Some(pass) = &pass {
            pass.enter(&mut inputs);
        }
        Self {
            module,
            hooks,
            inputs,
            pass,
        }
    }

    /// Runs what comes after it.
    fn finish(&mut self, outputs: &mut [Tensor]) {
        for hook in &self.hooks {
            if let Hook::Post(hook) = hook {
                let replaced = hook(self.module, &self.inputs, outputs);
                replace(outputs, replaced);
            }
        }
        if let Some(pass) = &self.pass {
            pass.leave(outputs);
        }
    }
}

/// Puts the tensors that a hook returned in the place of the first ones.
fn replace(tensors: &mut [Tensor], replaced: Option<Vec<Tensor>>) {
    for (tensor, new) in tensors.iter_mut().zip(replaced.into_iter().flatten()) {
        *tensor = new;
    }
}
