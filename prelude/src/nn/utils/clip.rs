//! Gradients that must not become too large.

use crate::error::{OrPanic, Result, bail};
use crate::{Tensor, no_grad};

/// Scales the gradients of all parameters together so that their 2-norm is at most `max_norm`, and returns the norm
/// that they had, a 0-d tensor. Parameters without a gradient are left out. PyTorch: `torch.nn.utils.clip_grad_norm_`.
///
/// ```
/// use wick::prelude::*;
/// let w = tensor!([3., 4.]).requires_grad_(true);
/// (&w * tensor!([3., 4.])).sum().backward();
/// let norm = nn::utils::clip_grad_norm_(&[w.clone()], 1.);
/// assert_eq!(norm.item::<f32>(), 5.);
/// assert_eq!(w.grad().unwrap().to_string(), "tensor([0.6000, 0.8000])");
/// ```
#[track_caller]
pub fn clip_grad_norm_(parameters: &[Tensor], max_norm: f64) -> Tensor {
    clip_grad_norm_with_(parameters, max_norm, 2.0, false)
}

/// [`clip_grad_norm_`] in the `norm_type`-norm, where `f64::INFINITY` takes the largest element. PyTorch's arguments
/// `norm_type` and `error_if_nonfinite`.
///
/// ```
/// use wick::prelude::*;
/// let w = tensor!([3., 4.]).requires_grad_(true);
/// (&w * tensor!([3., 4.])).sum().backward();
/// let norm = nn::utils::clip_grad_norm_with_(&[w.clone()], 2., f64::INFINITY, true);
/// // The largest of both; it is brought to 2.
/// assert_eq!(norm.item::<f32>(), 4.);
/// assert_eq!(w.grad().unwrap().to_string(), "tensor([1.5000, 2.0000])");
/// ```
///
/// # Panics
/// When `error_if_nonfinite` and the norm is infinite or NaN; then the gradients stay as they are.
#[track_caller]
pub fn clip_grad_norm_with_(
    parameters: &[Tensor],
    max_norm: f64,
    norm_type: f64,
    error_if_nonfinite: bool,
) -> Tensor {
    no_grad(|| {
        let gradients: Vec<Tensor> = parameters.iter().filter_map(Tensor::grad).collect();
        let norm = total_norm(&gradients, norm_type)?;
        if error_if_nonfinite && !norm.try_item::<f64>()?.is_finite() {
            bail!(
                "The total norm of order {} for gradients from `parameters` is non-finite, so it cannot be clipped. To \
                 disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`",
                crate::nn::python::float(norm_type)
            );
        }
        // A factor of 1 is multiplied too, as in PyTorch, so that no device has to answer how large the norm is.
        let factor = norm.try_add(1e-6)?.try_rdiv(max_norm)?.try_clamp_max(1.0)?;
        for gradient in &gradients {
            gradient.try_mul_(&factor.try_to_dtype(gradient.dtype())?)?;
        }
        Ok(norm)
    })
    .or_panic()
}

/// The norm of all tensors together, a 0-d tensor. PyTorch: `torch.nn.utils.get_total_norm`.
///
/// ```
/// use wick::prelude::*;
/// let tensors = [tensor!([3.]), tensor!([[4.]])];
/// assert_eq!(nn::utils::get_total_norm(&tensors, 2.).to_string(), "tensor(5.)");
/// assert_eq!(nn::utils::get_total_norm(&tensors, f64::INFINITY).to_string(), "tensor(4.)");
/// ```
///
/// # Panics
/// When they are on different devices.
#[track_caller]
pub fn get_total_norm(tensors: &[Tensor], norm_type: f64) -> Tensor {
    no_grad(|| total_norm(tensors, norm_type)).or_panic()
}

fn total_norm(tensors: &[Tensor], p: f64) -> Result<Tensor> {
    if tensors.is_empty() {
        return Ok(Tensor::scalar(0.0));
    }
    let norms = tensors.iter().map(|tensor| one_norm(tensor, p));
    one_norm(
        &Tensor::try_stack(&norms.collect::<Result<Vec<_>>>()?, 0)?,
        p,
    )
}

pub(crate) fn one_norm(tensor: &Tensor, p: f64) -> Result<Tensor> {
    if p == 2.0 {
        return tensor.try_norm();
    }
    let size = tensor.try_abs()?;
    if p == f64::INFINITY {
        return size.try_max();
    }
    if p == f64::NEG_INFINITY {
        return size.try_min();
    }
    if p == 0.0 {
        return size.try_ne(0)?.try_to_dtype(tensor.dtype())?.try_sum();
    }
    if p == 1.0 {
        return size.try_sum();
    }
    size.try_pow(p)?.try_sum()?.try_pow(1.0 / p)
}

/// Brings every element of the gradients of all parameters between `-clip_value` and `clip_value`. PyTorch:
/// `torch.nn.utils.clip_grad_value_`.
///
/// ```
/// use wick::prelude::*;
/// let w = tensor!([1., 1.]).requires_grad_(true);
/// (&w * tensor!([3., -0.5])).sum().backward();
/// nn::utils::clip_grad_value_(&[w.clone()], 1.);
/// assert_eq!(w.grad().unwrap().to_string(), "tensor([ 1.0000, -0.5000])");
/// ```
#[track_caller]
pub fn clip_grad_value_(parameters: &[Tensor], clip_value: f64) {
    no_grad(|| {
        for gradient in parameters.iter().filter_map(Tensor::grad) {
            gradient.clamp_(-clip_value, clip_value);
        }
    });
}
