//! What functions refuse, in PyTorch's words.

use crate::error::{Result, bail};
use crate::tensor::Tensor;

/// At least a matrix.
pub(super) fn matrices(a: &Tensor, name: &str, argument: &str) -> Result<()> {
    if a.dim() < 2 {
        bail!("{name}: The input tensor {argument} must have at least 2 dimensions.");
    }
    Ok(())
}

/// Square matrices.
pub(super) fn square(a: &Tensor, name: &str) -> Result<()> {
    matrices(a, name, "A")?;
    let (m, n) = sizes(a);
    if m != n {
        bail!("{name}: A must be batches of square matrices, but they are {m} by {n} matrices");
    }
    Ok(())
}

/// Floats; `low` says whether half precision will do.
pub(super) fn floats(a: &Tensor, name: &str, low: bool) -> Result<()> {
    if a.is_complex() {
        bail!(
            "{name}: complex matrices are not supported here yet. Got {}",
            a.dtype().scalar_type()
        );
    }
    if !a.is_floating_point() {
        bail!(
            "{name}: Expected a floating point or complex tensor as input. Got {}",
            a.dtype().scalar_type()
        );
    }
    if !low && a.dtype().size() < 4 {
        bail!(
            "{name}: Low precision dtypes not supported. Got {}",
            a.dtype().scalar_type()
        );
    }
    Ok(())
}

/// Floats that are not too coarse, or complex numbers.
pub(super) fn numbers(a: &Tensor, name: &str) -> Result<()> {
    if a.is_complex() {
        return Ok(());
    }
    floats(a, name, false)
}

/// Both of one dtype.
pub(super) fn same_dtype(a: &Tensor, b: &Tensor, name: &str) -> Result<()> {
    if a.dtype() != b.dtype() {
        bail!(
            "{name}: Expected A and B to have the same dtype, but found A of type {} and B of type {} instead",
            a.dtype().scalar_type(),
            b.dtype().scalar_type()
        );
    }
    Ok(())
}

/// Sizes that go together in `A X = B`, or in `X A = B`.
pub(super) fn equation(a: &Tensor, b: &Tensor, left: bool, name: &str) -> Result<()> {
    let ((m, n), (rows, columns)) = (sizes(a), sizes(b));
    let fits = if left { m == rows } else { m == columns };
    if !fits {
        bail!(
            "{name}: Incompatible shapes of A and B for the equation {} ({m}x{n} and {rows}x{columns})",
            if left { "AX = B" } else { "XA = B" }
        );
    }
    Ok(())
}

/// Rows and columns of the matrices.
pub(super) fn sizes(a: &Tensor) -> (usize, usize) {
    let shape = a.shape();
    (shape[shape.len() - 2], shape[shape.len() - 1])
}

/// The dimensions in front of the matrices.
pub(super) fn batch(a: &Tensor) -> Vec<usize> {
    let shape = a.shape();
    shape[..shape.len() - 2].to_vec()
}
