//! Chains of products.

use crate::error::{Result, bail};
use crate::tensor::Tensor;

functions! {
    /// The product of several matrices, in the order of multiplications that takes the fewest
    /// (`torch.linalg.multi_dot`). The first and the last may be vectors.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[4., 2.], [1., 3.]]);
    /// let ones = tensor!([1., 1.]);
    /// assert_eq!(wick::linalg::multi_dot(&[&a, &a, &ones]).to_vec1::<f32>(), [32., 18.]);
    /// ```
    multi_dot, try_multi_dot (tensors: &[&Tensor]) -> Tensor => chain(tensors);
    /// The inner products of vectors along a dimension, of which the first are conjugated (`torch.linalg.vecdot`).
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([[1., 2.], [3., 4.]]), tensor!([[1., 1.], [2., 0.]]));
    /// assert_eq!(linalg::vecdot(&a, &b, 1).to_string(), "tensor([3., 6.])");
    /// ```
    vecdot, try_vecdot (a: &Tensor, b: &Tensor, dim: i64) -> Tensor
        => a.try_conj()?.try_mul(b)?.try_sum_dim(dim, false);
}

fn check(tensors: &[&Tensor]) -> Result<()> {
    let [first, inner @ .., last] = tensors else {
        bail!(
            "multi_dot(): expected at least 2 tensors but got {}",
            tensors.len()
        );
    };
    for (which, tensor) in [("first", first), ("last", last)] {
        if !matches!(tensor.dim(), 1 | 2) {
            bail!(
                "multi_dot(): the {which} tensor must be 1D or 2D but got {}D",
                tensor.dim()
            );
        }
    }
    for (i, tensor) in inner.iter().enumerate() {
        if tensor.dim() != 2 {
            bail!(
                "multi_dot(): tensor {} must be 2D but got {}D",
                i + 1,
                tensor.dim()
            );
        }
    }
    if let Some(i) = tensors.iter().position(|t| t.dtype() != first.dtype()) {
        bail!(
            "multi_dot(): all tensors must have be the same dtype but tensor 0 is {} and tensor {i} {}",
            first.dtype().c_name(),
            tensors[i].dtype().c_name()
        );
    }
    for (i, pair) in tensors.windows(2).enumerate() {
        if pair[0].size(-1) != pair[1].size(0) {
            bail!(
                "multi_dot(): tensors {i} and {} with shapes {} and {} cannot be multiplied",
                i + 1,
                pair[0].shape().list(),
                pair[1].shape().list()
            );
        }
    }
    Ok(())
}

fn chain(tensors: &[&Tensor]) -> Result<Tensor> {
    check(tensors)?;
    let last = tensors.len() - 1;
    let (row, column) = (tensors[0].dim() == 1, tensors[last].dim() == 1);
    let mut matrices: Vec<Tensor> = tensors.iter().map(|&t| t.clone()).collect();
    if row {
        matrices[0] = matrices[0].try_unsqueeze(0)?;
    }
    if column {
        matrices[last] = matrices[last].try_unsqueeze(-1)?;
    }
    let mut sizes: Vec<usize> = matrices.iter().map(|m| m.size(0)).collect();
    sizes.push(matrices[last].size(1));
    let product = multiplied(&matrices, &splits(&sizes), 0, last)?;
    match (row, column) {
        (true, true) => product.try_reshape(()),
        (true, false) => product.try_squeeze_dim(0),
        (false, true) => product.try_squeeze_dim(-1),
        (false, false) => Ok(product),
    }
}

/// Where each part of a chain is best split, by dynamic programming (Cormen et al., chapter 15.2).
fn splits(sizes: &[usize]) -> Vec<Vec<usize>> {
    let n = sizes.len() - 1;
    let mut cost = vec![vec![0f64; n]; n];
    let mut split = vec![vec![0; n]; n];
    for length in 1..n {
        for i in 0..n - length {
            let j = i + length;
            cost[i][j] = f64::INFINITY;
            for k in i..j {
                let this = sizes[i] as f64 * sizes[k + 1] as f64 * sizes[j + 1] as f64;
                let all = cost[i][k] + cost[k + 1][j] + this;
                if all < cost[i][j] {
                    cost[i][j] = all;
                    split[i][j] = k;
                }
            }
        }
    }
    split
}

fn multiplied(matrices: &[Tensor], split: &[Vec<usize>], i: usize, j: usize) -> Result<Tensor> {
    if i == j {
        return Ok(matrices[i].clone());
    }
    let k = split[i][j];
    let left = multiplied(matrices, split, i, k)?;
    left.try_matmul(&multiplied(matrices, split, k + 1, j)?)
}
