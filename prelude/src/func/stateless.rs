//! Modules called with parameters from elsewhere.

use crate::error::{OrPanic, Result, bail};
use crate::nn::{Forward, Module, ModuleExt, StateDict};
use crate::tensor::Tensor;

/// The choices of [`functional_call_with`]: the keyword arguments of `torch.func.functional_call`.
///
/// ```
/// use wick::func::{FunctionalCallOptions, functional_call_with};
/// use wick::prelude::*;
/// let (net, nothing) = (Linear::new(2, 1), Default::default());
/// let options = FunctionalCallOptions { strict: true };
/// let error = functional_call_with(&net, &nothing, options, |net| net.forward(&Tensor::ones([2]))).unwrap_err();
/// assert!(error.to_string().contains("Missing key(s): 'weight', 'bias'."));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FunctionalCallOptions {
    /// Fail where the module has a parameter or buffer that is not given, and where one is given that it does not have.
    pub strict: bool,
}

/// What `module` makes of `x` with the parameters and buffers in `state` in the place of its own. Those that are not
/// named stay, and so does the module. The result can be differentiated with respect to what was given. PyTorch:
/// `torch.func.functional_call`.
///
/// ```
/// use wick::func::functional_call;
/// use wick::prelude::*;
/// let net = Linear::new(2, 1);
/// let weight = tensor!([[1., 2.]]).requires_grad_(true);
/// let state = [("weight".to_owned(), weight.clone()), ("bias".to_owned(), tensor!([0.5]))].into_iter().collect();
/// let y = functional_call(&net, &state, &tensor!([10., 1.]));
/// assert_eq!(y.item::<f32>(), 12.5);
/// y.backward();
/// assert_eq!(weight.grad().unwrap().to_vec2::<f32>(), [[10., 1.]]);
/// assert!(net.weight.grad().is_none());
/// ```
///
/// # Panics
/// Where the module does not take tensors of these shapes.
#[track_caller]
pub fn functional_call(module: &impl Forward, state: &StateDict, x: &Tensor) -> Tensor {
    let options = FunctionalCallOptions::default();
    functional_call_with(module, state, options, |module| module.forward(x)).or_panic()
}

/// [`functional_call`] of a module that takes something else than one tensor, with choices. PyTorch:
/// `torch.func.functional_call`.
///
/// While `call` runs the module has the other tensors, for other threads as well.
///
/// ```
/// use wick::func::functional_call_with;
/// use wick::prelude::*;
/// let net = Linear::new(2, 1);
/// let state = [("weight".to_owned(), tensor!([[1., 2.]]))].into_iter().collect();
/// let sum = functional_call_with(&net, &state, Default::default(), |net| net.weight.sum())?;
/// assert_eq!(sum.item::<f32>(), 3.);
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// With [`FunctionalCallOptions::strict`], where names are missing or unknown.
pub fn functional_call_with<M: Module, T>(
    module: &M,
    state: &StateDict,
    options: FunctionalCallOptions,
    call: impl FnOnce(&M) -> T,
) -> Result<T> {
    let own: Vec<(String, Tensor)> = module
        .named_parameters()
        .into_iter()
        .chain(module.named_buffers())
        .collect();
    if options.strict {
        check_names(module.kind(), &own, state)?;
    }
    let mut replaced = Replaced(Vec::new());
    for (name, own) in own {
        if let Some(given) = state.get(&name) {
            // A leaf has no node by which its gradient could be found from another tensor.
            let given = match given.requires_grad() {
                true => given.try_view(given.shape())?,
                false => given.detach(),
            };
            own.swap(&given);
            replaced.0.push((own, given));
        }
    }
    Ok(call(module))
}

/// Tensors of a module and what they were before; they are that again when this goes away, also in a panic.
struct Replaced(Vec<(Tensor, Tensor)>);

impl Drop for Replaced {
    fn drop(&mut self) {
        for (own, before) in self.0.iter().rev() {
            own.swap(before);
        }
    }
}

fn check_names(kind: &str, own: &[(String, Tensor)], state: &StateDict) -> Result<()> {
    let unexpected: Vec<&str> = state
        .keys()
        .filter(|key| !own.iter().any(|(name, _)| name == key))
        .collect();
    let missing: Vec<&str> = own
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| state.get(name).is_none())
        .collect();
    let mut wrong = String::new();
    for (what, keys) in [("Unexpected", unexpected), ("Missing", missing)] {
        if !keys.is_empty() {
            let keys: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
            wrong += &format!("\n\t{what} key(s): {}.", keys.join(", "));
        }
    }
    if !wrong.is_empty() {
        bail!("Error(s) in reparametrizing for {kind}:{wrong}");
    }
    Ok(())
}

/// The parameters of several modules of one type, stacked under their names, and the buffers. What they are stacked to are
/// leaves that require gradients where the parameters do. With [`functional_call`] inside a function that
/// [`vmap_with`](super::vmap_with) maps, they make an ensemble. PyTorch: `torch.func.stack_module_state`.
///
/// ```
/// use wick::func::stack_module_state;
/// use wick::prelude::*;
/// let (a, b) = (Linear::new(3, 2), Linear::new(3, 2));
/// let (parameters, buffers) = stack_module_state(&[&a, &b]);
/// assert_eq!(parameters.get("weight").unwrap().shape(), [2, 2, 3]);
/// assert!(buffers.is_empty());
/// ```
///
/// # Panics
/// Without a module, and where some are in training mode and others are not.
#[track_caller]
pub fn stack_module_state<M: Module>(modules: &[&M]) -> (StateDict, StateDict) {
    try_stack_module_state(modules).or_panic()
}

/// Like [`stack_module_state`]. Fails where that panics.
pub fn try_stack_module_state<M: Module>(modules: &[&M]) -> Result<(StateDict, StateDict)> {
    let Some(first) = modules.first() else {
        bail!("stack_module_state: Expected at least one model, got 0.");
    };
    if modules
        .iter()
        .any(|module| module.is_training() != first.is_training())
    {
        bail!("stack_module_state: Expected all models to have the same training/eval mode.");
    }
    let stacked = |members: fn(&M) -> Vec<(String, Tensor)>| {
        let all: Vec<Vec<(String, Tensor)>> =
            modules.iter().map(|module| members(module)).collect();
        members(first)
            .into_iter()
            .enumerate()
            .map(|(at, (name, own))| {
                let parts: Vec<Tensor> = all
                    .iter()
                    .filter_map(|members| Some(members.get(at)?.1.detach()))
                    .collect();
                let stacked = Tensor::try_stack(&parts, 0)?;
                Ok((name, stacked.try_requires_grad_(own.requires_grad())?))
            })
            .collect::<Result<Vec<_>>>()
    };
    let parameters = stacked(|module| module.named_parameters())?;
    let buffers = stacked(|module| module.named_buffers())?;
    Ok((
        parameters.into_iter().collect(),
        buffers.into_iter().collect(),
    ))
}
