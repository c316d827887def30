//! All parameters in one row.

use crate::error::OrPanic;
use crate::{Tensor, no_grad};

/// All parameters one after another as one vector, `[number of elements]`. PyTorch:
/// `torch.nn.utils.parameters_to_vector`.
///
/// ```
/// use wick::prelude::*;
/// let parameters = [tensor!([[1., 2.], [3., 4.]]), tensor!([5.])];
/// let vector = nn::utils::parameters_to_vector(&parameters);
/// assert_eq!(vector.to_string(), "tensor([1., 2., 3., 4., 5.])");
/// assert_eq!(nn::utils::parameters_to_vector(&Linear::new(2, 3).parameters()).shape(), [9]);
/// ```
///
/// # Panics
/// When there are none.
#[track_caller]
pub fn parameters_to_vector(parameters: &[Tensor]) -> Tensor {
    let rows: Vec<Tensor> = parameters.iter().map(Tensor::ravel).collect();
    Tensor::cat(&rows, 0)
}

/// Sets all parameters to the numbers of a vector, one after another. PyTorch: `torch.nn.utils.vector_to_parameters`.
///
/// ```
/// use wick::prelude::*;
/// let net = Linear::new(2, 1);
/// nn::utils::vector_to_parameters(&tensor!([1., 2., 3.]), &net.parameters());
/// assert_eq!(net.forward(&tensor!([10., 10.])).item::<f32>(), 33.);
/// ```
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
