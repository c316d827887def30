//! What a tensor from a file has to bear.

use wick::Tensor;

/// More numbers than this are not made: a view of one number may say that it has any count.
const MANY: usize = 1 << 16;

/// Uses each number of a tensor, and shows it.
pub fn used(tensor: &Tensor) {
    let shape = tensor.shape();
    assert!(!shape.to_string().is_empty());
    if tensor.numel() <= MANY && shape.len() <= 16 {
        let copy = tensor.detach().contiguous();
        assert_eq!(copy.numel(), tensor.numel());
        assert!(!copy.to_string().is_empty());
    }
}
