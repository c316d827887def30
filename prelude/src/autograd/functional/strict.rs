//! PyTorch's refusals where a result does not depend on an input.

use crate::error::{Result, bail};
use crate::tensor::Tensor;

/// What was found to be independent.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Outputs,
    GradInput,
    Jacobian,
    Hessian,
}

/// Every one of `tensors` must be on the tape.
pub(super) fn check_requires_grad(tensors: &[Tensor], of: Of, strict: bool) -> Result<()> {
    if !strict {
        return Ok(());
    }
    let Some(i) = tensors.iter().position(|tensor| !tensor.requires_grad()) else {
        return Ok(());
    };
    match of {
        Of::Outputs => bail!(
            "Output {i} of the user-provided function does not require gradients. The outputs must be computed in a \
             differentiable manner from the input when running in strict mode."
        ),
        Of::GradInput => bail!(
            "The gradient with respect to input {i} is independent of the inputs of the user-provided function. This \
             is not allowed in strict mode."
        ),
        Of::Jacobian => bail!(
            "While computing the hessian, found that the jacobian of the user-provided function with respect to input \
             {i} is independent of the input. This is not allowed in strict mode. You should ensure that your function \
             is twice differentiable and that the jacobian depends on the inputs (this would be violated by a linear \
             function for example)."
        ),
        Of::Hessian => bail!(
            "The hessian of the user-provided function with respect to input {i} is independent of the input. This is \
             not allowed in strict mode. You should ensure that your function is thrice differentiable and the hessian \
             depends on the inputs."
        ),
    }
}

/// Zeros where there is no gradient, or the refusal of those in strict mode. `stage` is the last step of a computation
/// of several: `back`, `back_trick`, `double_back` or `double_back_trick`.
pub(super) fn fill(
    gradients: Vec<Option<Tensor>>,
    like: &[Tensor],
    strict: bool,
    create_graph: bool,
    stage: &str,
) -> Result<Vec<Tensor>> {
    if strict && let Some(i) = gradients.iter().position(Option::is_none) {
        match stage {
            "back" => bail!(
                "The output of the user-provided function is independent of input {i}. This is not allowed in strict \
                 mode."
            ),
            "back_trick" => bail!(
                "The gradient with respect to the input is independent of entry {i} in the grad_outputs when using the \
                 double backward trick to compute forward mode gradients. This is not allowed in strict mode."
            ),
            "double_back" => bail!(
                "The jacobian of the user-provided function is independent of input {i}. This is not allowed in strict \
                 mode."
            ),
            _ => bail!(
                "The hessian of the user-provided function is independent of entry {i} in the grad_jacobian. This is \
                 not allowed in strict mode as it prevents from using the double backward trick to replace forward mode \
                 AD."
            ),
        }
    }
    let filled = super::filled(gradients, like)?;
    if strict
        && create_graph
        && let Some(i) = filled.iter().position(|gradient| !gradient.requires_grad())
    {
        if stage.starts_with("double") {
            bail!(
                "The hessian of the user-provided function is independent of input {i}. This is not allowed in strict \
                 mode when create_graph=True."
            );
        }
        bail!(
            "The jacobian of the user-provided function is independent of input {i}. This is not allowed in strict mode \
             when create_graph=True."
        );
    }
    Ok(filled)
}
