//! Weights as a length and a direction.

use std::sync::Arc;

use super::parametrize::{Form, Made, Parametrization, begin, find, leaf, own_tensor, undo};
use crate::error::{Error, OrPanic, Result, bail};
use crate::nn::module::Module;
use crate::{Tensor, no_grad};

/// Makes a weight of its length and its direction from now on (Salimans and Kingma, 2016). Returns the module. PyTorch:
/// `torch.nn.utils.weight_norm`.
///
/// The parameter gives way to `weight_g`, the lengths along `dim` (PyTorch's default is `Some(0)`; `None` is one length
/// of all), and `weight_v`; it is made of them before each call of the module.
///
/// ```
/// use wick::nn::utils::{remove_weight_norm, weight_norm};
/// use wick::prelude::*;
/// let fc = Linear::new(20, 40);
/// weight_norm(&fc, "weight", Some(0));
/// assert_eq!(fc.get_parameter("weight_g").unwrap().shape(), [40, 1]);
/// assert_eq!(fc.get_parameter("weight_v").unwrap().shape(), [40, 20]);
/// remove_weight_norm(&fc, "weight");
/// assert!(fc.weight.is_leaf());
/// ```
///
/// Make the optimizer after this: it has to change the new parameters.
/// [`parametrizations::weight_norm`](super::parametrizations::weight_norm) is the same under newer names.
///
/// # Panics
/// When the module has no tensor of that name or it is made so already.
#[track_caller]
pub fn weight_norm<'a, M: Module + ?Sized>(module: &'a M, name: &str, dim: Option<i64>) -> &'a M {
    register(module.as_module(), name, dim.unwrap_or(-1)).or_panic();
    module
}

/// Makes a weight a parameter again that was made of its length and direction. It keeps its numbers. Returns the
/// module. PyTorch: `torch.nn.utils.remove_weight_norm`.
///
/// ```
/// use wick::nn::utils::{remove_weight_norm, weight_norm};
/// use wick::prelude::*;
/// let fc = Linear::new(2, 3);
/// let before = fc.weight.detach().copy();
/// weight_norm(&fc, "weight", Some(0));
/// remove_weight_norm(&fc, "weight");
/// assert!(fc.weight.is_leaf() && fc.weight.allclose(&before));
/// ```
///
/// # Panics
/// When [`weight_norm`] was not called for it.
#[track_caller]
pub fn remove_weight_norm<'a, M: Module + ?Sized>(module: &'a M, name: &str) -> &'a M {
    undo(module.as_module(), name, FORM, "weight_norm").or_panic();
    module
}

/// The ends of the names of both.
const ENDS: &[&str] = &["_g", "_v"];

const FORM: Form = Form::Ends(ENDS);

/// PyTorch's sentence for a name that the module does not have.
pub(super) fn no_attribute(module: &dyn Module, name: &str) -> Error {
    Error::value(format!(
        "'{}' object has no attribute '{name}'",
        module.kind()
    ))
}

fn register(module: &dyn Module, name: &str, dim: i64) -> Result<()> {
    if find(module, name, FORM).is_some() {
        bail!("Cannot register two weight_norm hooks on the same parameter {name}");
    }
    let own = own_tensor(module, name).ok_or_else(|| no_attribute(module, name))?;
    let step = WeightNorm { dim };
    let parts = no_grad(|| step.parts(&own.0))?;
    let originals = parts.iter().map(|part| leaf(part, true)).collect();
    let made = Made::new(name, (own.0, true), vec![Arc::new(step)], originals, FORM);
    begin(module, made).make(module)
}

/// A tensor of its lengths and its direction; the dimension -1 stands for one length of all, as in PyTorch.
pub(super) struct WeightNorm {
    pub dim: i64,
}

impl WeightNorm {
    fn parts(&self, weight: &Tensor) -> Result<[Tensor; 2]> {
        Ok([weight.try_norm_except_dim(2., self.dim)?, weight.detach()])
    }
}

impl Parametrization for WeightNorm {
    fn forward(&self, originals: &[Tensor], _: bool) -> Result<Tensor> {
        originals[1].try_weight_norm(&originals[0], self.dim)
    }

    fn right_inverse(&self, value: &Tensor) -> Result<Option<Vec<Tensor>>> {
        Ok(Some(self.parts(value)?.to_vec()))
    }

    fn kind(&self) -> &'static str {
        "_WeightNorm"
    }

    fn old_ends(&self) -> &'static [&'static str] {
        ENDS
    }
}
