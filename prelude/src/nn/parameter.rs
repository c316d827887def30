//! What modules train.

use crate::tensor::Tensor;

/// The tensor as a parameter: it wants gradients, and says that it belongs to a module. A field of a module that wants
/// gradients becomes one by itself as soon as the module is asked for its parameters. PyTorch: `torch.nn.Parameter`.
///
/// ```
/// use wick::prelude::*;
/// let w = nn::parameter(tensor!([1., 2.]));
/// assert_eq!(w.to_string(), "Parameter containing:\ntensor([1., 2.], requires_grad=True)");
/// assert_eq!(w.detach().to_string(), "tensor([1., 2.])");
/// ```
///
/// # Panics
/// For a tensor of integers or truth values, and for one that was computed with gradients: detach it first.
#[track_caller]
pub fn parameter(tensor: Tensor) -> Tensor {
    tensor.into_parameter()
}

impl Tensor {
    #[track_caller]
    pub(crate) fn into_parameter(self) -> Tensor {
        let parameter = self.requires_grad_(true);
        parameter.mark_parameter();
        parameter
    }
}
