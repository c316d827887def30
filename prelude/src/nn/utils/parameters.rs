//! All parameters in one row.

use crate::error::OrPanic;
use crate::{Tensor, no_grad};

/// All parameters one after another as one vector.
///
/// ```
/// use wick::nn::utils::{parameters_to_vector, vector_to_parameters};
/// use wick::prelude::*;
///
/// let net = Linear::new(2, 3);
/// let vector = parameters_to_vector(&net.parameters());
/// assert_eq!(vector.shape(), [9]);
/// vector_to_parameters(&Tensor::zeros([9]), &net.parameters());
/// assert_eq!(net.weight.sum().item::<f32>(), 0.);
/// ```
///
/// # Panics
/// When there are none.
#[track_caller]
pub fn parameters_to_vector(parameters: &[Tensor]) -> Tensor {
    let rows: Vec<Tensor> = parameters.iter().map(Tensor::ravel).collect();
    Tensor::cat(&rows, 0)
}

/// Sets all parameters to the numbers of a vector, one after another.
///
/// # Panics
/// When the vector has less numbers than the parameters.
#[track_caller]
pub fn vector_to_parameters(vector: &Tensor, parameters: &[Tensor]) {
    let mut start = 0;
    for parameter in parameters {
        let count = parameter.numel();
        let part = vector.detach().try_narrow(0, start, count);
        let part = part.and_then(|part| part.try_reshape(parameter.dims()));
        no_grad(|| parameter.try_copy_(&part?)).or_panic();
        start += count as i64;
    }
}
