//! What a function of tensors may return.

use crate::tensor::Tensor;

/// One tensor or several, as a function returned them: a [`Tensor`], a tuple, an array or a `Vec` of them.
///
/// ```
/// use wick::autograd::functional::Outputs;
/// use wick::prelude::*;
/// let outputs = Outputs::from((tensor!([1.]), tensor!([2., 3.])));
/// assert_eq!(outputs.0[1].to_vec1::<f32>(), [2., 3.]);
/// ```
#[derive(Clone, Debug)]
pub struct Outputs(pub Vec<Tensor>);

impl From<Tensor> for Outputs {
    fn from(output: Tensor) -> Self {
        Outputs(vec![output])
    }
}

impl From<Vec<Tensor>> for Outputs {
    fn from(outputs: Vec<Tensor>) -> Self {
        Outputs(outputs)
    }
}

impl<const N: usize> From<[Tensor; N]> for Outputs {
    fn from(outputs: [Tensor; N]) -> Self {
        Outputs(outputs.into())
    }
}

impl From<(Tensor, Tensor)> for Outputs {
    fn from((a, b): (Tensor, Tensor)) -> Self {
        Outputs(vec![a, b])
    }
}

impl From<(Tensor, Tensor, Tensor)> for Outputs {
    fn from((a, b, c): (Tensor, Tensor, Tensor)) -> Self {
        Outputs(vec![a, b, c])
    }
}
