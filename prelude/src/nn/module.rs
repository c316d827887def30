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
/// PyTorch: `torch.nn.Module`.
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
/// let body = Sequential::new((Linear::new(8, 4), ReLU::new()));
/// let net = Classifier { body, head: Linear::new(4, 3), classes: 3 };
/// let names: Vec<_> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["body.0.weight", "body.0.bias", "head.weight", "head.bias"]);
/// assert_eq!(net.kind(), "Classifier");
/// assert_eq!(net.head.extra_repr(), "in_features=4, out_features=3, bias=True");
/// ```
///
/// By hand it is more to write, which is of use where members are not fields:
///
/// ```
/// use wick::nn::Members;
/// use wick::prelude::*;
///
/// struct Scale(Tensor);
///
/// impl Module for Scale {
///     fn kind(&self) -> &'static str {
///         "Scale"
///     }
///     fn members<'a>(&'a self, members: &mut Members<'a>) {
///         members.parameter("factor", &self.0);
///     }
///     fn as_module(&self) -> &dyn Module {
///         self
///     }
/// }
///
/// let scale = Scale(Tensor::ones([3]).requires_grad_(true));
/// assert_eq!(scale.named_parameters()[0].0, "factor");
/// ```
pub trait Module: Any {
    /// The name of the module's type, as in `Conv2d`.
    fn kind(&self) -> &'static str;

    /// Adds everything the module holds to `members`, in the order in which it is declared.
    fn members<'a>(&'a self, members: &mut Members<'a>);

    /// The module without its type. Always `self`.
    fn as_module(&self) -> &dyn Module;

    /// What the printed module says between its parentheses: `3, 64, kernel_size=(3, 3)`. PyTorch's method of that
    /// name.
    fn extra_repr(&self) -> String {
        String::new()
    }
}

/// A module that turns one tensor into another: PyTorch's method `forward`.
///
/// PyTorch writes `net(x)` for what is `net.forward(&x)` here. A layer of one's own that implements it fits into a
/// [`Sequential`](super::Sequential). `#[hooked]` lets hooks see its calls.
///
/// ```
/// use wick::prelude::*;
///
/// #[derive(Module, Default)]
/// struct Square {
///     mode: Mode,
/// }
///
/// #[hooked]
/// impl Forward for Square {
///     fn forward(&self, x: &Tensor) -> Tensor {
///         x * x
///     }
/// }
///
/// let net = Sequential::new((ReLU::new(), Square::default()));
/// assert_eq!(net.forward(&tensor!([-1., 3.])).to_string(), "tensor([0., 9.])");
/// ```
pub trait Forward: Module {
    /// Applies the module to `x`. What shapes it takes is up to the module.
    fn forward(&self, x: &Tensor) -> Tensor;
}

impl dyn Module {
    /// The module as what it is, if it is a `M`; `None` otherwise.
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
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(8, 4), ReLU::new()));
    /// net.apply(|module| {
    ///     if module.is::<Linear>() {
    ///         nn::init::zeros_(&module.get_parameter("bias").unwrap());
    ///     }
    /// });
    /// assert_eq!(net.get_parameter("0.bias").unwrap().detach().to_string(), "tensor([0., 0., 0., 0.])");
    /// ```
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

/// What can be done with every module: the methods of PyTorch's `torch.nn.Module`.
///
/// Tensors that come out of here are handles on the module's own: what is done to them in place is done to the module.
///
/// ```
/// use wick::prelude::*;
/// let net = Sequential::new((Linear::new(4, 8), BatchNorm1d::new(8), ReLU::new(), Linear::new(8, 2)));
/// let count: usize = net.parameters().iter().map(|parameter| parameter.numel()).sum();
/// assert_eq!(count, 40 + 16 + 18);
///
/// net.eval();
/// assert!(!net.is_training());
/// net.train();
///
/// net.forward(&Tensor::rand([5, 4])).sum().backward();
/// net.zero_grad();
/// assert!(net.parameters()[0].grad().is_none());
///
/// let twin = Sequential::new((Linear::new(4, 8), BatchNorm1d::new(8), ReLU::new(), Linear::new(8, 2)));
/// twin.load_state_dict(&net.state_dict()).unwrap();
/// assert!(twin.parameters()[0].equal(&net.parameters()[0]));
/// ```
// The bodies are short because every cell that calls one compiles it for its own model.
pub trait ModuleExt: Module {
    /// The parameters of this module and of all modules in it, each once. An optimizer is made of them. PyTorch's
    /// method of that name.
    fn parameters(&self) -> Vec<Tensor> {
        Visit::new(self.as_module()).parameters()
    }

    /// The parameters with their names: `conv1.0.weight`. Those of a module come before those of the modules in it.
    /// PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), BatchNorm1d::new(2)));
    /// for (name, parameter) in net.named_parameters() {
    ///     println!("{name}: {}", parameter.shape());
    /// }
    /// let names: Vec<_> = net.named_parameters().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["0.weight", "0.bias", "1.weight", "1.bias"]);
    /// ```
    fn named_parameters(&self) -> Vec<(String, Tensor)> {
        Visit::new(self.as_module()).named_parameters()
    }

    /// The tensors that belong to the state but are not trained, such as running means. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), BatchNorm1d::new(2)));
    /// assert_eq!(net.buffers()[0].to_string(), "tensor([0., 0.])");
    /// ```
    fn buffers(&self) -> Vec<Tensor> {
        Visit::new(self.as_module()).buffers()
    }

    /// The buffers with their names: `bn1.running_mean`. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), BatchNorm1d::new(2)));
    /// let names: Vec<_> = net.named_buffers().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["1.running_mean", "1.running_var", "1.num_batches_tracked"]);
    /// ```
    fn named_buffers(&self) -> Vec<(String, Tensor)> {
        Visit::new(self.as_module()).named_buffers()
    }

    /// This module and all modules in it, at any depth. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), Sequential::new((ReLU::new(), Linear::new(2, 1)))));
    /// let kinds: Vec<_> = net.modules().iter().map(|module| module.kind()).collect();
    /// assert_eq!(kinds, ["Sequential", "Linear", "Sequential", "ReLU", "Linear"]);
    /// ```
    fn modules(&self) -> Vec<&dyn Module> {
        Visit::new(self.as_module()).modules()
    }

    /// This module, under the name `""`, and all modules in it with their names. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), Sequential::new((ReLU::new(), Linear::new(2, 1)))));
    /// let names: Vec<_> = net.named_modules().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["", "0", "1", "1.0", "1.1"]);
    /// ```
    fn named_modules(&self) -> Vec<(String, &dyn Module)> {
        Visit::new(self.as_module()).named_modules()
    }

    /// The modules that this one holds itself, with their names. Those in a `Vec` count as its own: `layers.0`.
    /// PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), Sequential::new((ReLU::new(), Linear::new(2, 1)))));
    /// let names: Vec<_> = net.named_children().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["0", "1"]);
    /// ```
    fn named_children(&self) -> Vec<(String, &dyn Module)> {
        Visit::new(self.as_module()).named_children()
    }

    /// The modules that this one holds itself. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), Sequential::new((ReLU::new(), Linear::new(2, 1)))));
    /// let kinds: Vec<_> = net.children().iter().map(|module| module.kind()).collect();
    /// assert_eq!(kinds, ["Linear", "Sequential"]);
    /// ```
    fn children(&self) -> Vec<&dyn Module> {
        Visit::new(self.as_module()).children()
    }

    /// The module under that name, such as `layer1.0.conv1`; this one under `""`, and `None` if there is none.
    /// PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), Sequential::new((ReLU::new(), Linear::new(2, 1)))));
    /// assert_eq!(net.get_submodule("1.0").unwrap().kind(), "ReLU");
    /// assert!(net.get_submodule("2").is_none());
    /// ```
    fn get_submodule(&self, name: &str) -> Option<&dyn Module> {
        Visit::new(self.as_module()).submodule(name)
    }

    /// The parameter under that name, such as `layer1.0.conv1.weight`, if there is one. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), BatchNorm1d::new(2)));
    /// let bias = net.get_parameter("0.bias").unwrap();
    /// nn::init::zeros_(&bias);
    /// assert_eq!(net.parameters()[1].detach().to_string(), "tensor([0., 0.])");
    /// ```
    fn get_parameter(&self, name: &str) -> Option<Tensor> {
        Visit::new(self.as_module()).parameter(name)
    }

    /// The buffer under that name, such as `bn1.running_mean`, if there is one. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), BatchNorm1d::new(2)));
    /// assert_eq!(net.get_buffer("1.running_var").unwrap().to_string(), "tensor([1., 1.])");
    /// assert!(net.get_buffer("1.weight").is_none());
    /// ```
    fn get_buffer(&self, name: &str) -> Option<Tensor> {
        Visit::new(self.as_module()).buffer(name)
    }

    /// Forgets the gradients of all parameters; `grad()` is `None` then. PyTorch's method of that name.
    fn zero_grad(&self) {
        Visit::new(self.as_module()).zero_grad();
    }

    /// Sets the gradients of all parameters to zero instead, where there are any: PyTorch's
    /// `zero_grad(set_to_none=False)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let fc = Linear::new(2, 1);
    /// fc.forward(&tensor!([[3., 4.]])).sum().backward();
    /// assert_eq!(fc.weight.grad().unwrap().to_string(), "tensor([[3., 4.]])");
    /// fc.zero_grad_in_place();
    /// assert_eq!(fc.weight.grad().unwrap().to_string(), "tensor([[0., 0.]])");
    /// ```
    fn zero_grad_in_place(&self) {
        Visit::new(self.as_module()).clear_grad();
    }

    /// Says of all parameters whether they get gradients; `false` freezes the module. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(4, 8), ReLU::new(), Linear::new(8, 2)));
    /// net[0].requires_grad_(false);
    /// let trained = net.parameters().iter().filter(|parameter| parameter.requires_grad()).count();
    /// assert_eq!(trained, 2);
    /// ```
    fn requires_grad_(&self, requires_grad: bool) -> &Self {
        Visit::new(self.as_module()).set_requires_grad(requires_grad);
        self
    }

    /// Makes batch norms and dropouts behave as they do in training, which is what they do at first. PyTorch's method
    /// of that name.
    fn train(&self) -> &Self {
        Visit::new(self.as_module()).set_training(true);
        self
    }

    /// Makes batch norms use their running statistics and dropouts let everything through. PyTorch's method of that
    /// name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Dropout::new(0.5), ReLU::new()));
    /// net.eval();
    /// assert_eq!(net.forward(&tensor!([1., 2., 3.])).to_string(), "tensor([1., 2., 3.])");
    /// ```
    fn eval(&self) -> &Self {
        Visit::new(self.as_module()).set_training(false);
        self
    }

    /// Whether any part of the module is in training mode. PyTorch's attribute `training`.
    fn is_training(&self) -> bool {
        Visit::new(self.as_module()).is_training()
    }

    /// All parameters and buffers under their names, as they are saved. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), BatchNorm1d::new(2)));
    /// let state = net.state_dict();
    /// let names: Vec<_> = state.keys().collect();
    /// assert_eq!(names[..3], ["0.weight", "0.bias", "1.weight"]);
    /// assert_eq!(state.get("1.running_mean").unwrap().to_string(), "tensor([0., 0.])");
    /// ```
    fn state_dict(&self) -> StateDict {
        StateDict::of(self.as_module())
    }

    /// Copies the values in `state` into the parameters and buffers of the same names. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (net, twin) = (Linear::new(3, 2), Linear::new(3, 2));
    /// twin.load_state_dict(&net.state_dict()).unwrap();
    /// assert!(twin.weight.equal(&net.weight));
    /// let error = Linear::new(3, 4).load_state_dict(&net.state_dict()).unwrap_err();
    /// assert!(error.to_string().contains("size mismatch for weight"));
    /// ```
    ///
    /// # Errors
    /// When a name is missing on either side or a shape differs; then nothing is copied.
    fn load_state_dict(&self, state: &StateDict) -> Result<IncompatibleKeys> {
        state.load_into(self.as_module(), true)
    }

    /// Copies the values in `state` like [`load_state_dict`](Self::load_state_dict), but names that only one side has
    /// are left alone and listed. PyTorch's argument `strict=False`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let body = Sequential::new((Linear::new(3, 2), ReLU::new()));
    /// let net = Sequential::new((Linear::new(3, 2), ReLU::new(), Linear::new(2, 1)));
    /// let keys = net.load_state_dict_partial(&body.state_dict()).unwrap();
    /// assert_eq!(keys.missing_keys, ["2.weight", "2.bias"]);
    /// ```
    ///
    /// # Errors
    /// When a shape differs; then nothing is copied.
    fn load_state_dict_partial(&self, state: &StateDict) -> Result<IncompatibleKeys> {
        state.load_into(self.as_module(), false)
    }

    /// Moves all parameters and buffers to a device, or makes those that are floats another kind of float. Their
    /// handles stay the same, so an optimizer goes on working. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), BatchNorm1d::new(2)));
    /// net.to(Device::Cpu).to(DType::F64);
    /// assert_eq!(net.forward(&Tensor::rand([4, 3]).double()).dtype(), DType::F64);
    /// ```
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
    /// tensor or a `Vec` of them), stands for the inputs. See [`hooks`] for which calls are seen. PyTorch's method of
    /// that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let relu = ReLU::new();
    /// let handle = relu.register_forward_pre_hook(|_, inputs| &inputs[0] + 1.);
    /// assert_eq!(relu.forward(&tensor!([-3., 1.])).to_string(), "tensor([0., 2.])");
    /// handle.remove();
    /// assert_eq!(relu.forward(&tensor!([-3., 1.])).to_string(), "tensor([0., 1.])");
    /// ```
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
    /// [`register_forward_hook_all`](Self::register_forward_hook_all) sees all. PyTorch's method of that name.
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

    /// Calls `hook(module, inputs, outputs)` after every forward pass with all outputs, in the order in which the
    /// module returns them. A `Vec` that the hook returns stands for them. PyTorch's `register_forward_hook`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let lstm = nn::LSTM::new(3, 4);
    /// lstm.register_forward_hook_all(|_, _, outputs| {
    ///     // The outputs of all steps, and the last hidden and cell states.
    ///     assert_eq!(outputs.len(), 3);
    /// });
    /// lstm.forward(&Tensor::rand([5, 1, 3]));
    /// ```
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
    /// the hook returns, if anything, stands for those of the inputs that have one. PyTorch's method of that name.
    ///
    /// PyTorch's hooks get the module as well, which here may have moved by then; a hook that needs a part of it clones
    /// that before.
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
    /// stands for them. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let fc = Linear::new(2, 1);
    /// fc.register_full_backward_pre_hook(|grad_outputs| grad_outputs[0].as_ref().map(|gradient| gradient * 10.));
    /// fc.forward(&tensor!([[3., 4.]])).sum().backward();
    /// assert_eq!(fc.weight.grad().unwrap().to_string(), "tensor([[30., 40.]])");
    /// ```
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

    /// Makes all parameters and buffers that are floats of half precision, `f16`. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Linear::new(2, 2);
    /// net.half();
    /// assert_eq!(net.weight.dtype(), DType::F16);
    /// ```
    fn half(&self) -> &Self {
        self.to(DType::F16)
    }

    /// Makes all parameters and buffers that are floats of brain floats, `bf16`. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Linear::new(2, 2);
    /// net.bfloat16();
    /// assert_eq!(net.weight.dtype(), DType::BF16);
    /// ```
    fn bfloat16(&self) -> &Self {
        self.to(DType::BF16)
    }

    /// Makes all parameters and buffers that are floats of single precision, `f32`. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Linear::new(2, 2);
    /// net.half().float();
    /// assert_eq!(net.weight.dtype(), DType::F32);
    /// ```
    fn float(&self) -> &Self {
        self.to(DType::F32)
    }

    /// Makes all parameters and buffers that are floats of double precision, `f64`. PyTorch's method of that name.
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

    /// Calls `action` with every module in this one and then with this one. It is the place to draw initial values, as
    /// in `net.apply(init)`. PyTorch's method of that name.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(3, 2), ReLU::new()));
    /// net.apply(|module| {
    ///     if let Some(linear) = module.downcast_ref::<Linear>() {
    ///         nn::init::ones_(&linear.weight);
    ///     }
    /// });
    /// assert_eq!(net.parameters()[0].detach().to_string(), "tensor([[1., 1., 1.],\n        [1., 1., 1.]])");
    /// ```
    fn apply(&self, mut action: impl FnMut(&dyn Module)) -> &Self {
        Visit::new(self.as_module()).apply(&mut action);
        self
    }
}

impl<M: Module + ?Sized> ModuleExt for M {}
