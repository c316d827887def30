//! What all modules have in common.

use std::any::Any;

use super::hooks::{self, Replaced};
use super::members::{Members, Visit};
use super::state_dict::{IncompatibleKeys, StateDict};
use crate::autograd::RemovableHandle;
use crate::error::OrPanic;
use crate::tensor::To;
use crate::{DType, Result, Tensor};

/// A part of a network: it holds parameters, buffers and other modules. Write `#[derive(Module)]` to implement it.
///
/// What can be done with a module (`parameters`, `eval`, `state_dict`, …) is in [`ModuleExt`].
///
/// ```
/// use wick::prelude::*;
///
/// #[derive(Module)]
/// struct Classifier {
///     body: Sequential,
///     head: Linear,
///     classes: usize, // no module: ignored
/// }
///
/// let net = Classifier { body: Sequential::new((Linear::new(8, 4), ReLU::new())), head: Linear::new(4, 3), classes: 3 };
/// let names: Vec<_> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["body.0.weight", "body.0.bias", "head.weight", "head.bias"]);
/// ```
pub trait Module: Any {
    /// The name of the module's type, as in `Conv2d`.
    fn kind(&self) -> &'static str;

    /// Adds everything the module holds to `members`, in the order in which it is declared.
    fn members<'a>(&'a self, members: &mut Members<'a>);

    /// The module without its type. Always `self`.
    fn as_module(&self) -> &dyn Module;

    /// What the printed module says between its parentheses: `3, 64, kernel_size=(3, 3)`.
    fn extra_repr(&self) -> String {
        String::new()
    }
}

/// A module that turns one tensor into another.
///
/// PyTorch writes `net(x)` for what is `net.forward(&x)` here.
pub trait Forward: Module {
    /// Applies the module to `x`.
    fn forward(&self, x: &Tensor) -> Tensor;
}

impl dyn Module {
    /// The module as what it is, if it is a `M`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(8, 4), ReLU::new()));
    /// let linears = net.modules().into_iter().filter_map(|module| module.downcast_ref::<Linear>());
    /// assert_eq!(linears.count(), 1);
    /// ```
    pub fn downcast_ref<M: Module>(&self) -> Option<&M> {
        (self as &dyn Any).downcast_ref()
    }

    /// Whether the module is a `M`: Python's `isinstance`.
    pub fn is<M: Module>(&self) -> bool {
        (self as &dyn Any).is::<M>()
    }
}

impl<M: Module + ?Sized> Module for Box<M> {
    fn kind(&self) -> &'static str {
        (**self).kind()
    }

    fn members<'a>(&'a self, members: &mut Members<'a>) {
        (**self).members(members);
    }

    fn as_module(&self) -> &dyn Module {
        (**self).as_module()
    }

    fn extra_repr(&self) -> String {
        (**self).extra_repr()
    }
}

impl<M: Forward + ?Sized> Forward for Box<M> {
    fn forward(&self, x: &Tensor) -> Tensor {
        hooks::contained(&**self, x)
    }
}

/// What can be done with every module.
///
/// Tensors that come out of here are handles on the module's own: what is done to them in place is done to the module.
// The bodies are short because every cell that calls one compiles it for its own model.
pub trait ModuleExt: Module {
    /// The parameters of this module and of all modules in it.
    fn parameters(&self) -> Vec<Tensor> {
        Visit::new(self.as_module()).parameters()
    }

    /// The parameters with their names: `conv1.0.weight`.
    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        Visit::new(self.as_module()).named_parameters()
    }

    /// The tensors that belong to the state but are not trained, such as running means.
    fn buffers(&self) -> Vec<Tensor> {
        Visit::new(self.as_module()).buffers()
    }

    /// The buffers with their names: `bn1.running_mean`.
    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        Visit::new(self.as_module()).named_buffers()
    }

    /// This module and all modules in it.
    fn modules(&self) -> Vec<&dyn Module> {
        Visit::new(self.as_module()).modules()
    }

    /// This module, under the name ``, and all modules in it with their names.
    fn named_modules(&self) -> Vec<(String, &dyn Module)> {
        Visit::new(self.as_module()).named_modules()
    }

    /// The modules that this one holds itself, with their names. Those in a `Vec` count as its own: `layers.0`.
    fn named_children(&self) -> Vec<(String, &dyn Module)> {
        Visit::new(self.as_module()).named_children()
    }

    /// The modules that this one holds itself.
    fn children(&self) -> Vec<&dyn Module> {
        Visit::new(self.as_module()).children()
    }

    /// The module under that name, such as `layer1.0.conv1`; this one under ``.
    fn get_submodule(&self, name: &str) -> Option<&dyn Module> {
        Visit::new(self.as_module()).submodule(name)
    }

    /// The parameter under that name, such as `layer1.0.conv1.weight`.
    fn get_parameter(&self, name: &str) -> Option<Tensor> {
        Visit::new(self.as_module()).parameter(name)
    }

    /// The buffer under that name, such as `bn1.running_mean`.
    fn get_buffer(&self, name: &str) -> Option<Tensor> {
        Visit::new(self.as_module()).buffer(name)
    }

    /// Forgets the gradients of all parameters.
    fn zero_grad(&self) {
        Visit::new(self.as_module()).zero_grad();
    }

    /// Sets the gradients of all parameters to zero instead, where there are any: PyTorch's `set_to_none=False`.
    fn zero_grad_in_place(&self) {
        Visit::new(self.as_module()).clear_grad();
    }

    /// Says of all parameters whether they get gradients; `false` freezes the module.
    fn requires_grad_(&self, requires_grad: bool) -> &Self {
        Visit::new(self.as_module()).set_requires_grad(requires_grad);
        self
    }

    /// Makes batch norms and dropouts behave as they do in training, which is what they do at first.
    fn train(&self) -> &Self {
        Visit::new(self.as_module()).set_training(true);
        self
    }

    /// Makes batch norms use their running statistics and dropouts let everything through.
    fn eval(&self) -> &Self {
        Visit::new(self.as_module()).set_training(false);
        self
    }

    /// Whether any part of the module is in training mode.
    fn is_training(&self) -> bool {
        Visit::new(self.as_module()).is_training()
    }

    /// All parameters and buffers under their names.
    fn state_dict(&self) -> StateDict {
        StateDict::of(self.as_module())
    }

    /// Copies the values in `state` into the parameters and buffers of the same names.
    ///
    /// # Errors
    /// When a name is missing on either side or a shape differs; then nothing is copied.
    fn load_state_dict(&self, state: &StateDict) -> Result<IncompatibleKeys> {
        state.load_into(self.as_module(), true)
    }

    /// The same, but names that only one side has are left alone and listed: PyTorch's `strict=False`.
    ///
    /// # Errors
    /// When a shape differs; then nothing is copied.
    fn load_state_dict_partial(&self, state: &StateDict) -> Result<IncompatibleKeys> {
        state.load_into(self.as_module(), false)
    }

    /// Moves all parameters and buffers to a device, or makes those that are floats another kind of float. Their handles
    /// stay the same, so an optimizer goes on working.
    ///
    /// # Panics
    /// When the device cannot be used, or the dtype is none of floats.
    #[track_caller]
    fn to(&self, target: impl Into<To>) -> &Self {
        Visit::new(self.as_module())
            .convert(target.into())
            .or_panic();
        self
    }

    /// Calls `hook(module, inputs)` before every forward pass of this module. What the hook returns, if anything (a
    /// tensor or a `Vec` of them), stands for the inputs. See [`hooks`] for which calls are seen.
    ///
    /// # Panics
    /// When the module has neither parameters nor parts nor a [`Mode`](super::Mode).
    #[track_caller]
    fn register_forward_pre_hook<R: Replaced>(
        &self,
        hook: impl Fn(&dyn Module, &[Tensor]) -> R + Send + Sync + 'static,
    ) -> RemovableHandle {
        hooks::register(self.as_module(), hooks::pre(hook))
    }

    /// Calls `hook(module, inputs, output)` after every forward pass of this module. What the hook returns, if
    /// anything, stands for the output. Of several outputs (as `LSTM` has) it is the first;
    /// [`register_forward_hook_all`](Self::register_forward_hook_all) sees all.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let net = Sequential::new((Linear::new(4, 2), ReLU::new()));
    /// net[0].register_forward_hook(|module, inputs, output| {
    ///     println!("{}: {} -> {}", module.kind(), inputs[0].shape(), output.shape());
    /// });
    /// net[1].register_forward_hook(|_, _, output| output * 0.);
    /// assert_eq!(net.forward(&Tensor::rand([1, 4])).detach().to_vec::<f32>(), [0., 0.]);
    /// ```
    ///
    /// # Panics
    /// When the module has neither parameters nor parts nor a [`Mode`](super::Mode).
    #[track_caller]
    fn register_forward_hook<R: Replaced>(
        &self,
        hook: impl Fn(&dyn Module, &[Tensor], &Tensor) -> R + Send + Sync + 'static,
    ) -> RemovableHandle {
        hooks::register(self.as_module(), hooks::post(hook))
    }

    /// The same with all outputs, in the order in which the module returns them; a `Vec` that is returned stands for
    /// them.
    ///
    /// # Panics
    /// When the module has neither parameters nor parts nor a [`Mode`](super::Mode).
    #[track_caller]
    fn register_forward_hook_all<R: Replaced>(
        &self,
        hook: impl Fn(&dyn Module, &[Tensor], &[Tensor]) -> R + Send + Sync + 'static,
    ) -> RemovableHandle {
        hooks::register(self.as_module(), hooks::post_all(hook))
    }

    /// Calls `hook(grad_inputs, grad_outputs)` whenever the gradients of the module's inputs have been computed. What
    /// the hook returns, if anything, stands for those of the inputs that have one. PyTorch's hooks get the module as
    /// well, which here may have moved by then; a hook that needs a part of it clones that before.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let fc = Linear::new(2, 1);
    /// fc.register_full_backward_hook(|grad_inputs, grad_outputs| {
    ///     assert_eq!(grad_outputs[0].as_ref().unwrap().shape(), [1, 1]);
    ///     grad_inputs[0].as_ref().map(|gradient| gradient * 0.)
    /// });
    /// let x = Tensor::rand([1, 2]).requires_grad_(true);
    /// fc.forward(&x).sum().backward();
    /// assert_eq!(x.grad().unwrap().to_vec::<f32>(), [0., 0.]);
    /// ```
    ///
    /// # Panics
    /// When the module has neither parameters nor parts nor a [`Mode`](super::Mode).
    #[track_caller]
    fn register_full_backward_hook<R: Replaced>(
        &self,
        hook: impl Fn(&[Option<Tensor>], &[Option<Tensor>]) -> R + Send + Sync + 'static,
    ) -> RemovableHandle {
        hooks::register(self.as_module(), hooks::backward(hook))
    }

    /// Calls `hook(grad_outputs)` before the gradients go back through the module. What the hook returns, if anything,
    /// stands for them.
    ///
    /// # Panics
    /// When the module has neither parameters nor parts nor a [`Mode`](super::Mode).
    #[track_caller]
    fn register_full_backward_pre_hook<R: Replaced>(
        &self,
        hook: impl Fn(&[Option<Tensor>]) -> R + Send + Sync + 'static,
    ) -> RemovableHandle {
        hooks::register(self.as_module(), hooks::backward_pre(hook))
    }

    /// Makes all parameters and buffers that are floats of half precision.
    fn half(&self) -> &Self {
        self.to(DType::F16)
    }

    /// Makes all parameters and buffers that are floats of brain floats.
    fn bfloat16(&self) -> &Self {
        self.to(DType::BF16)
    }

    /// Makes all parameters and buffers that are floats of single precision.
    fn float(&self) -> &Self {
        self.to(DType::F32)
    }

    /// Makes all parameters and buffers that are floats of double precision.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let net = Sequential::new((Linear::new(2, 2), BatchNorm1d::new(2)));
    /// net.double();
    /// assert_eq!(net.parameters()[0].dtype(), DType::F64);
    /// assert_eq!(net.get_buffer("1.num_batches_tracked").unwrap().dtype(), DType::I64);
    /// ```
    fn double(&self) -> &Self {
        self.to(DType::F64)
    }

    /// Calls `action` with every module in this one and then with this one: `net.apply(init)`.
    fn apply(&self, mut action: impl FnMut(&dyn Module)) -> &Self {
        Visit::new(self.as_module()).apply(&mut action);
        self
    }
}

impl<M: Module + ?Sized> ModuleExt for M {}
