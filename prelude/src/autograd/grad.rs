//! `torch.autograd.grad`: gradients that are returned, not accumulated.

use super::engine::{self, Plan};
use super::node::Target;
use crate::error::{Error, OrPanic, Result, bail};
use crate::tensor::Tensor;

/// Where a backward pass starts, and with which gradients.
pub(super) fn roots(
    outputs: &[&Tensor],
    gradients: &[Option<&Tensor>],
) -> Result<Vec<(Target, Tensor)>> {
    if outputs.len() != gradients.len() {
        bail!(
            "got {} tensors and {} gradients",
            outputs.len(),
            gradients.len()
        );
    }
    let mut roots = Vec::new();
    for (i, (output, gradient)) in outputs.iter().zip(gradients).enumerate() {
        let gradient = match gradient {
            Some(gradient) if gradient.shape() != output.shape() => bail!(
                "Mismatch in shape: grad_output[{i}] has a shape of {} and output[{i}] has a shape of {}.",
                gradient.shape(),
                output.shape()
            ),
            Some(gradient) if gradient.is_complex() != output.is_complex() => bail!(
                "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in \
                 dtype: grad_output[{i}] has a dtype of {} and output[{i}] has a dtype of {}.",
                gradient.dtype(),
                output.dtype()
            ),
            Some(gradient) => gradient.try_to_dtype(output.dtype())?,
            None if output.requires_grad() && output.numel() != 1 => {
                bail!("grad can be implicitly created only for scalar outputs")
            }
            None if output.requires_grad() && output.is_complex() => bail!(
                "grad can be implicitly created only for real scalar outputs but got {}",
                output.dtype()
            ),
            None => output.try_ones_like()?,
        };
        let Some(target) = output.gradient_edge()? else {
            bail!("element {i} of tensors does not require grad and does not have a grad_fn");
        };
        roots.push((target, gradient));
    }
    Ok(roots)
}

/// Gradients of the outputs' sum with respect to the inputs, without touching anyone's `.grad()`
/// (`torch.autograd.grad`). Each output is a single number.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// let gradients = grad(&[&x.pow(3).sum()], &[&x]);
/// assert_eq!(gradients[0].to_vec1::<f32>(), [3., 12.]);
/// assert!(x.grad().is_none());
/// ```
#[track_caller]
pub fn grad(outputs: &[&Tensor], inputs: &[&Tensor]) -> Vec<Tensor> {
    let none = vec![None; outputs.len()];
    let options = GradOptions::default();
    grad_with(outputs, inputs, &none, options)
        .map(|gradients| gradients.into_iter().flatten().collect())
        .or_panic()
}

/// The choices of [`grad_with`]: the keyword arguments of `torch.autograd.grad`.
///
/// ```
/// use wick::autograd::{GradOptions, grad_with};
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// let unused = tensor!([3.]).requires_grad_(true);
/// let options = GradOptions { materialize_grads: true, ..Default::default() };
/// let gradients = grad_with(&[&x.square().sum()], &[&x, &unused], &[None], options)?;
/// assert_eq!(gradients[0].as_ref().unwrap().to_vec1::<f32>(), [2., 4.]);
/// assert_eq!(gradients[1].as_ref().unwrap().to_vec1::<f32>(), [0.]);
/// # Ok::<(), wick::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GradOptions {
    /// Record the derivatives, so that they can be differentiated again.
    pub create_graph: bool,
    /// Keep the graph, so that it can be walked again; as `create_graph` unless said otherwise.
    pub retain_graph: Option<bool>,
    /// Accept inputs that the outputs do not depend on: their gradient is `None`. As `materialize_grads` unless said
    /// otherwise.
    pub allow_unused: Option<bool>,
    /// Give zeros in place of `None`.
    pub materialize_grads: bool,
    /// The first dimension of each gradient counts several of them; so does that of each result.
    pub is_grads_batched: bool,
}

/// [`grad`] with gradients for the outputs and with choices; `None` for an input that the outputs do not depend on,
/// where that is allowed.
///
/// ```
/// use wick::autograd::{GradOptions, grad_with};
/// use wick::prelude::*;
/// let x = tensor!([1., 2.]).requires_grad_(true);
/// let options = GradOptions { create_graph: true, ..Default::default() };
/// let first = grad_with(&[&x.pow(3).sum()], &[&x], &[None], options)?[0].clone().unwrap();
/// assert_eq!(grad(&[&first.sum()], &[&x])[0].to_vec1::<f32>(), [6., 12.]);
/// # Ok::<(), wick::Error>(())
/// ```
///
/// # Errors
/// If an input requires no gradient or was not used, if an output has no graph, is not a single number and has no
/// gradient, or has one of another shape; if the graph was freed, or a tensor that it needs was changed in place.
pub fn grad_with(
    outputs: &[&Tensor],
    inputs: &[&Tensor],
    gradients: &[Option<&Tensor>],
    options: GradOptions,
) -> Result<Vec<Option<Tensor>>> {
    if options.materialize_grads && options.allow_unused == Some(false) {
        return Err(Error::value(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False.",
        ));
    }
    if inputs.is_empty() {
        bail!("`inputs` argument to `grad()` cannot be empty.");
    }
    if options.is_grads_batched {
        return batched(outputs, inputs, gradients, options);
    }
    let roots = roots(outputs, gradients)?;
    let mut only = Vec::new();
    for input in inputs {
        match input.gradient_edge()? {
            Some(target) => only.push(target),
            None => bail!("One of the differentiated Tensors does not require grad"),
        }
    }
    let plan = Plan {
        retain_graph: options.retain_graph.unwrap_or(options.create_graph),
        create_graph: options.create_graph,
        only: Some(only),
        capture: true,
    };
    let mut found = engine::run(roots, &plan)?;
    let allow_unused = options.allow_unused.unwrap_or(options.materialize_grads);
    for (i, (gradient, input)) in found.iter_mut().zip(inputs).enumerate() {
        if gradient.is_none() && !allow_unused {
            bail!(
                "The differentiated Tensor at index {i} appears to not have been used in the graph. Set \
                 allow_unused=True if this is the desired behavior."
            );
        }
        if gradient.is_none() && options.materialize_grads {
            *gradient = Some(
                input
                    .try_zeros_like()?
                    .try_requires_grad_(options.create_graph)?,
            );
        }
    }
    Ok(found)
}

/// One pass for each gradient along the first dimension.
fn batched(
    outputs: &[&Tensor],
    inputs: &[&Tensor],
    gradients: &[Option<&Tensor>],
    options: GradOptions,
) -> Result<Vec<Option<Tensor>>> {
    let Some(count) = gradients.iter().flatten().next().map(|g| g.size(0)) else {
        bail!("is_grads_batched=True needs a gradient for at least one of the outputs");
    };
    let one = GradOptions {
        is_grads_batched: false,
        ..options
    };
    let mut rows: Vec<Vec<Option<Tensor>>> = vec![Vec::new(); inputs.len()];
    for i in 0..count {
        let picked = gradients
            .iter()
            .map(|g| g.map(|g| g.try_select(0, i as i64)).transpose())
            .collect::<Result<Vec<_>>>()?;
        let picked: Vec<Option<&Tensor>> = picked.iter().map(Option::as_ref).collect();
        // All but the last pass need the graph after them.
        let last = i + 1 == count;
        let retain = one.retain_graph.unwrap_or(one.create_graph) || !last;
        let options = GradOptions {
            retain_graph: Some(retain),
            ..one
        };
        for (row, gradient) in rows
            .iter_mut()
            .zip(grad_with(outputs, inputs, &picked, options)?)
        {
            row.push(gradient);
        }
    }
    rows.into_iter()
        .map(|row| match row.into_iter().collect::<Option<Vec<_>>>() {
            Some(row) => Tensor::try_stack(&row, 0).map(Some),
            None => Ok(None),
        })
        .collect()
}
