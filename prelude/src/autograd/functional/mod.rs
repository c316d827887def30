//! Jacobians, Hessians and products with them (`torch.autograd.functional`).
//!
//! Each function comes twice: for a function of one tensor, and, with `_with` behind its name, for a function of
//! several tensors with one result or several, with choices, which says what is wrong instead of panicking.

mod jacobian;
mod outputs;
mod products;
mod strict;

pub use jacobian::{hessian, hessian_with, jacobian, jacobian_with};
pub(crate) use jacobian::{rows_of, unit};
pub(crate) use products::placeholders;

pub use outputs::Outputs;
pub use products::{hvp, hvp_with, jvp, jvp_with, vhp, vhp_with, vjp, vjp_with};

use super::grad::{GradOptions, grad_with};
use crate::error::Result;
use crate::tensor::Tensor;

/// A function of tensors, whoever wrote it.
pub(crate) type Function<'a> = &'a dyn Fn(&[Tensor]) -> Vec<Tensor>;

/// The choices of the functions of this module: the keyword arguments of `torch.autograd.functional.jacobian`.
///
/// ```
/// use wick::autograd::functional::{FunctionalOptions, jacobian_with};
/// use wick::prelude::*;
/// let (a, b) = (tensor!([2.]), tensor!([3.]));
/// let options = FunctionalOptions { strict: true, ..Default::default() };
/// let error = jacobian_with(|x| x[1].exp(), &[&a, &b], options).unwrap_err();
/// assert!(error.to_string().contains("is independent of input 0"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FunctionalOptions {
    /// Make results that can be differentiated again.
    pub create_graph: bool,
    /// Fail where a result does not depend on an input, instead of answering with zeros.
    pub strict: bool,
    /// Accepted for PyTorch's sake: the rows of a Jacobian are computed one after the other either way.
    pub vectorize: bool,
}

/// The inputs as the function gets them: results of operations where derivatives are to be recorded, leaves where not.
pub(crate) fn prepared(inputs: &[&Tensor], record: bool) -> Result<Vec<Tensor>> {
    inputs
        .iter()
        .map(|input| {
            if record && input.requires_grad() {
                input.try_view(input.shape())
            } else {
                input.detach().try_requires_grad_(true)
            }
        })
        .collect()
}

/// Results as they are given back: cut off unless they are to be differentiated again.
pub(crate) fn finished(results: Vec<Tensor>, record: bool) -> Vec<Tensor> {
    if record {
        return results;
    }
    results.iter().map(Tensor::detach).collect()
}

/// Gradients that are there only where there is something to differentiate; the graph stays.
pub(crate) fn gradients(
    outputs: &[Tensor],
    inputs: &[Tensor],
    given: &[Tensor],
    create_graph: bool,
) -> Result<Vec<Option<Tensor>>> {
    let tracked: Vec<usize> = (0..outputs.len())
        .filter(|&i| outputs[i].requires_grad())
        .collect();
    if tracked.is_empty() {
        return Ok(vec![None; inputs.len()]);
    }
    let outputs: Vec<&Tensor> = tracked.iter().map(|&i| &outputs[i]).collect();
    let given: Vec<Option<&Tensor>> = tracked.iter().map(|&i| given.get(i)).collect();
    let options = GradOptions {
        create_graph,
        retain_graph: Some(true),
        allow_unused: Some(true),
        ..GradOptions::default()
    };
    grad_with(
        &outputs,
        &inputs.iter().collect::<Vec<_>>(),
        &given,
        options,
    )
}

/// Zeros where there is no gradient.
pub(crate) fn filled(gradients: Vec<Option<Tensor>>, like: &[Tensor]) -> Result<Vec<Tensor>> {
    gradients
        .into_iter()
        .zip(like)
        .map(|(gradient, like)| match gradient {
            Some(gradient) => Ok(gradient),
            None => like.try_zeros_like(),
        })
        .collect()
}
