//! What `:vars` and a pointer on a variable tell of a tensor.

use super::Tensor;
use wick_runtime::facts::{Facts, Glance};

impl Glance for Tensor {
    /// The bytes are those of its elements; views share them with what they are views of.
    fn glance(&self) -> Facts {
        Facts {
            shape: Some(self.dims()),
            dtype: Some(self.dtype().to_string()),
            device: Some(self.device().to_string()),
            bytes: (self.numel() * self.dtype().size()) as u64,
            text: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;
    use wick_runtime::facts::Glance;

    #[test]
    fn a_tensor_tells_its_shape_type_and_place() {
        let facts = Tensor::zeros([2, 3]).glance();
        assert_eq!(facts.shape, Some(vec![2, 3]));
        assert_eq!(facts.dtype.as_deref(), Some("torch.float32"));
        assert_eq!((facts.device.as_deref(), facts.bytes), (Some("cpu"), 24));
    }
}
