//! In-place operations that read some of the memory that they write to, which PyTorch refuses.
//!
//! As PyTorch's MemoryOverlap.cpp does, only tensors whose numbers lie side by side are compared.

use crate::error::{Result, bail};
use crate::kernels::Array;
use crate::tensor::Tensor;
use std::cell::RefCell;

thread_local! {
    /// The tensors whose numbers an operation is about to replace, the innermost last.
    static WRITTEN: RefCell<Vec<Tensor>> = const { RefCell::new(Vec::new()) };
}

/// As long as it lives, its tensor counts as written to, on this thread.
pub(super) struct Writing;

impl Writing {
    pub fn to(target: &Tensor) -> Writing {
        WRITTEN.with_borrow_mut(|written| written.push(target.clone()));
        Writing
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        WRITTEN.with_borrow_mut(Vec::pop);
    }
}

/// Whether the operation that runs replaces the numbers of this tensor.
pub(crate) fn is_written_to(x: &Tensor) -> bool {
    WRITTEN.with_borrow(|written| written.last().is_some_and(|target| target.same_as(x)))
}

#[derive(PartialEq, Eq)]
enum Overlap {
    /// None that is known of.
    None,
    Partial,
    /// Both are the same numbers in the same order.
    Full,
}

/// Refuses operands that share some numbers with `x`, if `x` is written to: they would change while they are read.
/// Exactly the numbers of `x` are fine, for an operation that goes from element to element.
pub(crate) fn refuse_partial_overlap(x: &Tensor, operands: &[&Tensor]) -> Result<()> {
    refuse(x, operands, |overlap| overlap == Overlap::Partial)
}

/// Refuses operands that share any numbers with `x`, if `x` is written to.
pub(crate) fn refuse_overlap(x: &Tensor, operands: &[&Tensor]) -> Result<()> {
    refuse(x, operands, |overlap| overlap != Overlap::None)
}

fn refuse(x: &Tensor, operands: &[&Tensor], refused: fn(Overlap) -> bool) -> Result<()> {
    if is_written_to(x) {
        let target = x.array();
        let with = |operand: &Tensor| match operand.same_as(x) {
            true => Overlap::Full,
            false => overlap(&target, &operand.array()),
        };
        if operands.iter().any(|operand| refused(with(operand))) {
            bail!(
                "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single \
                 memory location. Please clone() the tensor before performing the operation."
            );
        }
    }
    Ok(())
}

fn overlap(a: &Array, b: &Array) -> Overlap {
    let apart = a.numel() == 0 || b.numel() == 0 || !a.storage.same_memory(&b.storage);
    if apart || !is_dense(a) || !is_dense(b) {
        return Overlap::None;
    }
    let range = |array: &Array| {
        let from = array.layout.start_offset();
        from..from + array.numel()
    };
    let (x, y) = (range(a), range(b));
    if x == y && a.layout.stride() == b.layout.stride() {
        Overlap::Full
    } else if x.start < y.end && y.start < x.end {
        Overlap::Partial
    } else {
        Overlap::None
    }
}

/// Whether the numbers lie side by side, in whatever order of the dimensions.
fn is_dense(array: &Array) -> bool {
    let strides = array.layout.stride().iter().copied();
    let mut dims: Vec<(usize, usize)> = strides
        .zip(array.dims().iter().copied())
        .filter(|&(_, size)| size != 1)
        .collect();
    dims.sort_unstable();
    let mut next = 1;
    dims.into_iter().all(|(stride, size)| {
        let fits = stride == next;
        next *= size;
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    #[test]
    fn dense_is_what_has_no_gaps_and_no_number_twice() {
        let x = Tensor::zeros([4, 6]);
        assert!(is_dense(&x.array()) && is_dense(&x.t().array()) && is_dense(&x.i(1..3).array()));
        assert!(!is_dense(&x.i((.., 1..3)).array()) && !is_dense(&x.i(0).expand([2, 6]).array()));
    }

    #[test]
    fn a_tensor_counts_as_written_to_only_while_it_is() {
        let x = tensor!([1., 2., 3.]);
        assert!(x.i(1..).try_add_(x.i(..2)).is_err());
        assert!(!is_written_to(&x));
        // Read beside it, not written to.
        assert_eq!((x.i(1..) + x.i(..2)).to_string(), "tensor([3., 5.])");
    }
}
