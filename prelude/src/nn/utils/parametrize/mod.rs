//! Tensors of modules that are made of others: `torch.nn.utils.parametrize`.
//!
//! ```
//! use wick::nn::utils::parametrize::{Parametrization, register_parametrization};
//! use wick::prelude::*;
//!
//! struct Symmetric;
//!
//! impl Parametrization for Symmetric {
//!     fn forward(&self, originals: &[Tensor], _training: bool) -> wick::Result<Tensor> {
//!         let x = &originals[0];
//!         Ok(x.triu(0) + x.triu(1).t())
//!     }
//! }
//!
//! let fc = Linear::new(3, 3);
//! register_parametrization(&fc, "weight", Symmetric);
//! assert_eq!(fc.weight.detach().to_vec2::<f32>(), fc.weight.detach().t().to_vec2::<f32>());
//! let names: Vec<_> = fc.named_parameters().into_iter().map(|(name, _)| name).collect();
//! assert_eq!(names, ["bias", "parametrizations.weight.original"]);
//! ```
//!
//! In Python the tensor is made each time someone asks for it. A field of a struct cannot know that it is asked for:
//! here it is made when the parametrization is registered and before each call of the module (by a hook: see
//! [`hooks`] for which calls are seen); inside [`cached`] before the first of its calls.
//!
//! Make the optimizer after this: it has to change the originals, which are other tensors than the module's own.

mod cache;
mod made;

use std::sync::Arc;

pub use cache::cached;
pub(super) use made::leaf;
pub(in crate::nn) use made::{Form, Made};

use crate::error::{Error, OrPanic, Result};
use crate::nn::hooks::{self, Hook};
use crate::nn::members::{Members, Visit};
use crate::nn::module::Module;
use crate::nn::repr::repr;
use crate::{Tensor, no_grad};

/// How a tensor is made of others: in PyTorch a module with `forward` and, if it can be undone, `right_inverse`.
///
/// ```
/// use wick::nn::utils::parametrize::{Parametrization, register_parametrization, set_parametrized};
/// use wick::prelude::*;
/// /// Numbers above zero, by their logarithms.
/// struct Positive;
/// impl Parametrization for Positive {
///     fn forward(&self, originals: &[Tensor], _training: bool) -> wick::Result<Tensor> {
///         originals[0].try_exp()
///     }
///     fn right_inverse(&self, value: &Tensor) -> wick::Result<Option<Vec<Tensor>>> {
///         Ok(Some(vec![value.try_log()?]))
///     }
///     fn buffers(&self) -> Vec<(&'static str, Tensor)> {
///         Vec::new() // nothing is remembered
///     }
///     fn kind(&self) -> &'static str {
///         "Exp"
///     }
/// }
/// let fc = Linear::new(2, 1);
/// nn::init::ones_(&fc.weight);
/// register_parametrization(&fc, "weight", Positive);
/// set_parametrized(&fc, "weight", &tensor!([[2., 3.]]));
/// assert_eq!(fc.weight.detach().to_string(), "tensor([[2., 3.]])");
/// let original = fc.get_parameter("parametrizations.weight.original").unwrap();
/// assert_eq!(original.detach().to_string(), "tensor([[0.6931, 1.0986]])");
/// assert!(fc.to_string().contains("(0): Exp()"));
/// ```
pub trait Parametrization: Send + Sync + 'static {
    /// The tensor, from what it is made of: the first parametrization of a tensor gets the originals, each other one
    /// what the one before it gave. `training` says whether the module is being trained.
    ///
    /// # Errors
    /// Those of the operations in it.
    fn forward(&self, originals: &[Tensor], training: bool) -> Result<Tensor>;

    /// What makes this tensor, if that can be said; without it the tensor itself is taken for the original.
    ///
    /// # Errors
    /// Those of the operations in it.
    fn right_inverse(&self, _value: &Tensor) -> Result<Option<Vec<Tensor>>> {
        Ok(None)
    }

    /// What is remembered from call to call and belongs to the state, by names.
    fn buffers(&self) -> Vec<(&'static str, Tensor)> {
        Vec::new()
    }

    /// The name in the printed module.
    fn kind(&self) -> &'static str {
        let name = std::any::type_name::<Self>();
        let plain = name.split('<').next().unwrap_or(name);
        plain.rsplit("::").next().unwrap_or(plain)
    }

    /// What older files have behind the tensor's name for each original.
    #[doc(hidden)]
    fn old_ends(&self) -> &'static [&'static str] {
        &[]
    }
}

/// Makes a tensor of a module from others from now on. They become its members in the tensor's place:
/// `parametrizations.weight.original`, or `original0`, `original1`, … where there are several. Returns the module.
/// Several parametrizations of one tensor come one after another. PyTorch:
/// `torch.nn.utils.parametrize.register_parametrization`.
///
/// ```
/// use wick::nn::utils::parametrize::{Parametrization, register_parametrization};
/// use wick::prelude::*;
/// struct Lower;
/// impl Parametrization for Lower {
///     fn forward(&self, originals: &[Tensor], _training: bool) -> wick::Result<Tensor> {
///         originals[0].try_tril(0)
///     }
/// }
/// let fc = Linear::new(2, 2);
/// nn::init::ones_(&fc.weight);
/// register_parametrization(&fc, "weight", Lower);
/// assert_eq!(fc.weight.detach().to_string(), "tensor([[1., 0.],\n        [1., 1.]])");
/// ```
///
/// # Panics
/// When the module has no tensor of that name, or the parametrization would change its shape or dtype.
#[track_caller]
pub fn register_parametrization<'a, M: Module + ?Sized>(
    module: &'a M,
    tensor_name: &str,
    parametrization: impl Parametrization,
) -> &'a M {
    register(
        module.as_module(),
        tensor_name,
        Arc::new(parametrization),
        false,
    )
    .or_panic();
    module
}

/// [`register_parametrization`] without a look at whether shape and dtype stay: PyTorch's argument `unsafe=True`.
///
/// ```
/// use wick::nn::utils::parametrize::{Parametrization, register_parametrization_unchecked};
/// use wick::prelude::*;
/// /// Each row twice, with both signs.
/// struct BothSigns;
/// impl Parametrization for BothSigns {
///     fn forward(&self, originals: &[Tensor], _training: bool) -> wick::Result<Tensor> {
///         Tensor::try_cat(&[&originals[0], &-&originals[0]], 0)
///     }
/// }
/// let fc = Linear::new(2, 1).bias(false);
/// nn::init::ones_(&fc.weight);
/// register_parametrization_unchecked(&fc, "weight", BothSigns);
/// assert_eq!(fc.forward(&tensor!([2., 3.])).detach().to_string(), "tensor([ 5., -5.])");
/// ```
///
/// # Panics
/// When the module has no tensor of that name.
#[track_caller]
pub fn register_parametrization_unchecked<'a, M: Module + ?Sized>(
    module: &'a M,
    tensor_name: &str,
    parametrization: impl Parametrization,
) -> &'a M {
    register(
        module.as_module(),
        tensor_name,
        Arc::new(parametrization),
        true,
    )
    .or_panic();
    module
}

/// Whether that tensor of the module is made of others; without a name, whether any is. PyTorch:
/// `torch.nn.utils.parametrize.is_parametrized`.
///
/// ```
/// use wick::nn::utils::{parametrizations, parametrize::is_parametrized};
/// use wick::prelude::*;
/// let fc = Linear::new(2, 3);
/// assert!(!is_parametrized(&fc, None));
/// parametrizations::weight_norm(&fc, "weight", Some(0));
/// assert!(is_parametrized(&fc, None) && is_parametrized(&fc, Some("weight")));
/// assert!(!is_parametrized(&fc, Some("bias")));
/// ```
pub fn is_parametrized<M: Module + ?Sized>(module: &M, tensor_name: Option<&str>) -> bool {
    let mut made = hooks::made(module.as_module()).into_iter();
    made.any(|made| made.form == Form::Lists && tensor_name.is_none_or(|name| name == made.name()))
}

/// Makes a tensor one of the module's own again. With `leave_parametrized` (PyTorch's default) it stays what it was
/// made into; otherwise it is the original. Returns the module. PyTorch:
/// `torch.nn.utils.parametrize.remove_parametrizations`.
///
/// ```
/// use wick::nn::utils::{parametrizations, parametrize::remove_parametrizations};
/// use wick::prelude::*;
/// let fc = Linear::new(2, 3);
/// parametrizations::weight_norm(&fc, "weight", Some(0));
/// assert_eq!(fc.named_parameters().len(), 3);
/// remove_parametrizations(&fc, "weight", true);
/// assert_eq!(fc.named_parameters().len(), 2);
/// ```
///
/// # Panics
/// When the tensor is not made of others, or there are several originals and none was to be left.
#[track_caller]
pub fn remove_parametrizations<'a, M: Module + ?Sized>(
    module: &'a M,
    tensor_name: &str,
    leave_parametrized: bool,
) -> &'a M {
    remove(module.as_module(), tensor_name, leave_parametrized).or_panic();
    module
}

/// Changes the originals so that the tensor is made into `value`: `module.weight = value` in Python. Returns the
/// module.
///
/// ```
/// use wick::nn::utils::{parametrizations, parametrize::set_parametrized};
/// use wick::prelude::*;
/// let fc = Linear::new(2, 1);
/// parametrizations::weight_norm(&fc, "weight", Some(0));
/// set_parametrized(&fc, "weight", &tensor!([[3., 4.]]));
/// assert_eq!(fc.weight.detach().to_string(), "tensor([[3., 4.]])");
/// // The length is the first of the two that it is made of.
/// assert_eq!(fc.get_parameter("parametrizations.weight.original0").unwrap().item::<f32>(), 5.);
/// ```
///
/// # Panics
/// When the tensor is not made of others, or one of its parametrizations has no right inverse.
#[track_caller]
pub fn set_parametrized<'a, M: Module + ?Sized>(
    module: &'a M,
    tensor_name: &str,
    value: &Tensor,
) -> &'a M {
    set(module.as_module(), tensor_name, value).or_panic();
    module
}

/// What makes that tensor, in the given form.
pub(super) fn find(module: &dyn Module, name: &str, form: Form) -> Option<Arc<Made>> {
    let mut made = hooks::made(module).into_iter();
    made.find(|made| made.name() == name && made.form == form)
}

/// Lets a tensor be made like that from now on.
pub(super) fn begin(module: &dyn Module, made: Made) -> Arc<Made> {
    let made = Arc::new(made);
    hooks::register(module, Hook::Made(made.clone()));
    made
}

/// The module's own tensor of that name.
pub(super) fn own_tensor(module: &dyn Module, name: &str) -> Option<(Tensor, bool)> {
    Members::declared(module).own_tensor(name)
}

pub(super) fn register(
    module: &dyn Module,
    name: &str,
    step: Arc<dyn Parametrization>,
    unchecked: bool,
) -> Result<()> {
    let training = Visit::new(module).is_training();
    if let Some(before) = find(module, name, Form::Lists) {
        if !unchecked {
            let value = before.made(training)?;
            let next = step.forward(std::slice::from_ref(&value), training)?;
            same_form(
                (&format!("module.{name}"), &value),
                (&format!("parametrization(module.{name})"), &next),
                "the `unsafe` flag",
            )?;
        }
        let all = before.and(step);
        hooks::forget_made(module, &before);
        return begin(module, all).make(module);
    }
    let Some(own) = own_tensor(module, name) else {
        return Err(Error::value(format!(
            "Module '{}' does not have a parameter, a buffer, or a parametrized element with name '{name}'",
            repr(module)
        )));
    };
    let (tensor, trained) = &own;
    let (value, requires_grad) = (tensor.detach(), tensor.requires_grad());
    let inverse = no_grad(|| step.right_inverse(&value))?;
    let originals = inverse.unwrap_or_else(|| vec![value.clone()]);
    if let [original] = &originals[..]
        && original.dtype() != value.dtype()
    {
        return Err(Error::value(format!(
            "When `right_inverse` outputs one tensor, it may not change the dtype.\noriginal.dtype: {}\n\
             right_inverse(original).dtype: {}",
            value.dtype(),
            original.dtype()
        )));
    }
    let leaves = originals
        .iter()
        .map(|it| leaf(it, *trained && requires_grad));
    let originals = leaves.collect();
    let made = Made::new(name, own, vec![step], originals, Form::Lists);
    if !unchecked {
        let first = made.made(training)?;
        same_form(
            ("unparametrized", &value),
            ("parametrized", &first),
            "`unsafe` flag",
        )?;
    }
    begin(module, made).make(module)
}

fn same_form(
    (what, before): (&str, &Tensor),
    (then, after): (&str, &Tensor),
    flag: &str,
) -> Result<()> {
    let dot = |what: &str, property: &str| match what.contains('.') {
        true => format!("{what}.{property}"),
        false => format!("{what} {property}"),
    };
    let changed = |property: &str, before: String, after: String| {
        Err(Error::value(format!(
            "Registering a parametrization may not change the {property} of the tensor, unless {flag} is enabled.\n\
             {}: {before}\n{}: {after}",
            dot(what, property),
            dot(then, property)
        )))
    };
    if before.dtype() != after.dtype() {
        return changed(
            "dtype",
            before.dtype().to_string(),
            after.dtype().to_string(),
        );
    }
    if before.shape() != after.shape() {
        return changed(
            "shape",
            before.shape().to_string(),
            after.shape().to_string(),
        );
    }
    Ok(())
}

/// Ends what `nn.utils.weight_norm` and its like, of that name, have begun; the tensor keeps its numbers.
pub(super) fn undo(module: &dyn Module, name: &str, form: Form, what: &str) -> Result<()> {
    let made = find(module, name, form)
        .ok_or_else(|| Error::value(format!("{what} of '{name}' not found in {}", repr(module))))?;
    let weight = no_grad(|| made.made(false))?;
    made.end(module, &weight);
    Ok(())
}

fn found(module: &dyn Module, name: &str) -> Result<Arc<Made>> {
    find(module, name, Form::Lists).ok_or_else(|| {
        Error::value(format!(
            "Module {} does not have a parametrization on {name}",
            repr(module)
        ))
    })
}

fn remove(module: &dyn Module, name: &str, leave_parametrized: bool) -> Result<()> {
    let made = found(module, name)?;
    let numbers = match (leave_parametrized, &made.originals[..]) {
        (true, _) => no_grad(|| made.made(Visit::new(module).is_training()))?,
        (false, [original]) => original.clone(),
        (false, _) => {
            return Err(Error::value(
                "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a \
                 sequence of tensors.",
            ));
        }
    };
    made.end(module, &numbers);
    Ok(())
}

fn set(module: &dyn Module, name: &str, value: &Tensor) -> Result<()> {
    let made = found(module, name)?;
    no_grad(|| {
        let mut values = vec![value.detach()];
        for step in made.steps.iter().rev() {
            values = step.right_inverse(&values[0])?.ok_or_else(|| {
                Error::runtime(format!(
                    "parametrization {} does not implement right_inverse.",
                    step.kind()
                ))
            })?;
        }
        if values.len() != made.originals.len() {
            return Err(Error::value(format!(
                "'right_inverse' must return a sequence of tensors of length {}. Got a sequence of length {}.",
                made.originals.len(),
                values.len()
            )));
        }
        for (original, value) in made.originals.iter().zip(&values) {
            original.set_data(&value.try_copy()?);
        }
        Ok(())
    })?;
    made.make(module)
}
