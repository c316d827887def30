//! Parametrizations that are often needed: `torch.nn.utils.parametrizations`.
//!
//! They are undone by [`remove_parametrizations`](super::parametrize::remove_parametrizations).

use std::sync::Arc;

use super::orthogonal::Orthogonal;
use super::parametrize::{own_tensor, register};
use super::spectral_norm::{SpectralNorm, checked, outputs};
use super::weight_norm::WeightNorm;
use crate::Tensor;
use crate::error::{Error, OrPanic, Result};
use crate::nn::module::Module;
use crate::nn::repr::repr;

/// Makes a weight of its lengths along `dim` (PyTorch's default is `Some(0)`; `None` is one length of all) and its
/// direction from now on (Salimans and Kingma, 2016): `parametrizations.weight_norm`. They are
/// `parametrizations.weight.original0` and `original1`; a state with `weight_g` and `weight_v` can be loaded too. Returns
/// the module.
///
/// ```
/// use wick::nn::utils::parametrizations::weight_norm;
/// use wick::prelude::*;
///
/// let fc = Linear::new(20, 40);
/// weight_norm(&fc, "weight", Some(0));
/// assert_eq!(
///     fc.to_string(),
///     "ParametrizedLinear(\n  in_features=20, out_features=40, bias=True\n  (parametrizations): ModuleDict(\n    \
///      (weight): ParametrizationList(\n      (0): _WeightNorm()\n    )\n  )\n)"
/// );
/// ```
///
/// # Panics
/// When the module has no tensor of that name.
#[track_caller]
pub fn weight_norm<'a, M: Module + ?Sized>(module: &'a M, name: &str, dim: Option<i64>) -> &'a M {
    let dim = dim.unwrap_or(-1);
    register(module.as_module(), name, Arc::new(WeightNorm { dim }), true).or_panic();
    module
}

/// Divides a weight by its largest singular value from now on (Miyato and others, 2018):
/// `parametrizations.spectral_norm`. The singular vectors begin near the right ones and come `n_power_iterations` steps
/// (PyTorch's default is 1) nearer before each call in training. What is divided by is at least `eps` (1e-12). `dim` is
/// the one of the outputs; `None` takes 0, and 1 for transposed convolutions. A vector is divided by its length. Returns
/// the module.
///
/// ```
/// use wick::nn::utils::parametrizations::spectral_norm;
/// use wick::prelude::*;
///
/// let fc = Linear::new(20, 40);
/// spectral_norm(&fc, "weight", 1, 1e-12, None);
/// let largest = wick::linalg::svdvals(&fc.weight.detach()).i(0).item::<f32>();
/// assert!((largest - 1.).abs() < 0.1);
/// ```
///
/// # Panics
/// When the module has no tensor of that name or it has no such dimension, or there are no iterations.
#[track_caller]
pub fn spectral_norm<'a, M: Module + ?Sized>(
    module: &'a M,
    name: &str,
    n_power_iterations: usize,
    eps: f64,
    dim: Option<i64>,
) -> &'a M {
    spectral(module.as_module(), name, n_power_iterations, eps, dim).or_panic();
    module
}

/// Makes a matrix, or each of a batch, have orthonormal columns from now on, or rows where it is wide:
/// `parametrizations.orthogonal`. `orthogonal_map` makes it of free numbers: `"matrix_exp"` (PyTorch's choice for square
/// and complex ones), `"cayley"` or `"householder"` (its choice for others). With `use_trivialization` (its default) the
/// result is multiplied with a matrix that stays, so that it begins as the weight itself, or the nearest by a QR
/// decomposition. Returns the module.
///
/// ```
/// use wick::nn::utils::parametrizations::orthogonal;
/// use wick::prelude::*;
///
/// let fc = Linear::new(20, 40);
/// orthogonal(&fc, "weight", None, true);
/// let q = fc.weight.detach();
/// assert!(q.t().matmul(&q).allclose_with(&Tensor::eye(20), 1e-5, 1e-5));
/// ```
///
/// # Panics
/// When the module has no tensor of that name, it is no matrix, the map is none of the three, `"householder"` is asked
/// for complex numbers, or one of the others without a trivialization for a tensor that is not made of others yet.
#[track_caller]
pub fn orthogonal<'a, M: Module + ?Sized>(
    module: &'a M,
    name: &str,
    orthogonal_map: Option<&str>,
    use_trivialization: bool,
) -> &'a M {
    let this = module.as_module();
    weight_of(this, name)
        .and_then(|weight| Orthogonal::new(&weight, orthogonal_map, use_trivialization))
        .and_then(|step| register(this, name, Arc::new(step), true))
        .or_panic();
    module
}

/// The numbers of that tensor of the module.
fn weight_of(module: &dyn Module, name: &str) -> Result<Tensor> {
    let own = own_tensor(module, name).map(|(weight, _)| weight.detach());
    own.ok_or_else(|| {
        Error::value(format!(
            "Module '{}' has no parameter or buffer with name '{name}'",
            repr(module)
        ))
    })
}

fn spectral(
    module: &dyn Module,
    name: &str,
    iterations: usize,
    eps: f64,
    dim: Option<i64>,
) -> Result<()> {
    let weight = weight_of(module, name)?;
    let dim = dim.unwrap_or_else(|| outputs(module));
    let rank = weight.dim() as i64;
    if !(-rank..rank).contains(&dim) {
        return Err(Error::index(format!(
            "Dimension out of range (expected to be in range of [-{rank}, {}] but got {dim})",
            rank - 1
        )));
    }
    let step = SpectralNorm {
        dim: dim.rem_euclid(rank),
        iterations: checked(iterations)?,
        eps,
        vectors: None,
        right_first: false,
    };
    let step = match rank {
        1 => step,
        _ => {
            let step = step.drawn(&weight)?;
            step.improve(&weight, 15)?;
            step
        }
    };
    register(module, name, Arc::new(step), false)
}
