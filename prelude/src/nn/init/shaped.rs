//! Initial values that follow from a tensor's shape.

use super::normal_;
use crate::error::{OrPanic, Result};
use crate::random::default_generator;
use crate::{Error, Scalar, Tensor, no_grad};

/// Fills a matrix with ones on its diagonal and zeros elsewhere, and returns it. PyTorch: `torch.nn.init.eye_`.
///
/// ```
/// use wick::nn::init::eye_;
/// use wick::prelude::*;
/// let w = Tensor::empty([2, 3]);
/// assert_eq!(eye_(&w).to_string(), "tensor([[1., 0., 0.],\n        [0., 1., 0.]])");
/// ```
///
/// # Panics
/// When `tensor` has not two dimensions.
#[track_caller]
pub fn eye_(tensor: &Tensor) -> &Tensor {
    let (rows, columns) = matrix(tensor).or_panic();
    no_grad(|| {
        tensor.zero_();
        for place in 0..rows.min(columns) as i64 {
            tensor.i((place, place)).fill_(1);
        }
    });
    tensor
}

/// Fills the weight of a convolution so that it passes its input on, in each of `groups`. The weight is `[out, in /
/// groups, …]` of three to five dimensions; PyTorch's default `groups` is 1. PyTorch: `torch.nn.init.dirac_`.
///
/// ```
/// use wick::nn::init::dirac_;
/// use wick::prelude::*;
/// let conv = nn::Conv1d::new(2, 2, 3).padding(1).bias(false);
/// dirac_(&conv.weight, 1);
/// let x = Tensor::rand([1, 2, 5]);
/// assert!(conv.forward(&x).detach().equal(&x));
/// ```
///
/// # Panics
/// When `tensor` has not three to five dimensions, or `groups` does not divide the first.
#[track_caller]
pub fn dirac_(tensor: &Tensor, groups: usize) -> &Tensor {
    let shape = tensor.dims();
    assert!(
        matches!(shape.len(), 3..=5),
        "Only tensors with 3, 4, or 5 dimensions are supported"
    );
    assert!(
        groups > 0 && shape[0].is_multiple_of(groups),
        "dim 0 must be divisible by groups"
    );
    let per_group = shape[0] / groups;
    no_grad(|| {
        tensor.zero_();
        for group in 0..groups {
            for channel in 0..per_group.min(shape[1]) {
                let mut point = tensor
                    .select(0, (group * per_group + channel) as i64)
                    .select(0, channel as i64);
                for size in &shape[2..] {
                    point = point.select(0, (size / 2) as i64);
                }
                point.fill_(1);
            }
        }
    });
    tensor
}

/// Fills `tensor` with normally distributed numbers of which those beyond `a` and `b` are drawn again. PyTorch:
/// `torch.nn.init.trunc_normal_`, whose defaults are 0, 1, -2 and 2.
///
/// ```
/// use wick::nn::init::trunc_normal_;
/// use wick::prelude::*;
/// let w = Tensor::empty([100]);
/// trunc_normal_(&w, 0., 1., -1., 1.);
/// assert!(w.abs().max().item::<f32>() <= 1.);
/// ```
#[track_caller]
pub fn trunc_normal_(tensor: &Tensor, mean: f64, std: f64, a: f64, b: f64) -> &Tensor {
    no_grad(|| truncated(tensor, mean, std, a, b)).or_panic();
    tensor
}

/// The share of the bell curve below `x`.
fn below(x: f64) -> Result<f64> {
    let half = Tensor::try_full_with((), x / 2f64.sqrt(), crate::DType::F64)?;
    Ok((1.0 + half.try_erf()?.try_item::<f64>()?) / 2.0)
}

fn truncated(tensor: &Tensor, mean: f64, std: f64, a: f64, b: f64) -> Result<()> {
    let share = below((b - mean) / std)? - below((a - mean) / std)?;
    if share > 0.3 {
        // Most draws are kept, so the others are drawn again.
        let mut result = tensor.normal_(mean, std);
        loop {
            let outside = result.try_lt(a)?.try_logical_or(&result.try_gt(b)?)?;
            if !outside.try_any()?.try_item::<bool>()? {
                break;
            }
            let again = result.try_zeros_like()?.normal_(mean, std);
            result = outside.try_where_(again, &result)?;
        }
        if !result.same_as(tensor) {
            tensor.try_copy_(&result)?;
        }
        return Ok(());
    }
    // Few would be: even draws are kept as often as the curve is high.
    let peak = -0.5 * ((mean.clamp(a, b) - mean) / std).powi(2);
    let height = |x: &Tensor| -> Result<Tensor> {
        x.try_sub(mean)?
            .try_div(std)?
            .try_square()?
            .try_mul(-0.5)?
            .try_sub(peak)
    };
    let refused = |x: &Tensor| -> Result<Tensor> {
        x.try_zeros_like()?
            .uniform_(0.0, 1.0)
            .try_log()?
            .try_gt(height(x)?)
    };
    let mut result = tensor.uniform_(a, b);
    let mut pending = refused(&result)?;
    while pending.try_any()?.try_item::<bool>()? {
        let again = tensor.try_zeros_like()?.uniform_(a, b);
        result = pending.try_where_(&again, &result)?;
        let still = refused(&again)?;
        pending = pending.try_logical_and(&still)?;
    }
    if !result.same_as(tensor) {
        tensor.try_copy_(&result)?;
    }
    Ok(())
}

/// Fills `tensor`, seen as a matrix of its first dimension and all others, with orthogonal rows or columns of length
/// `gain` (Saxe and others, 2014). PyTorch: `torch.nn.init.orthogonal_`, whose default `gain` is 1.
///
/// ```
/// use wick::nn::init::orthogonal_;
/// use wick::prelude::*;
/// let w = Tensor::empty([2, 3]);
/// orthogonal_(&w, 2.);
/// // The rows have length 2, and nothing in common.
/// let difference = w.matmul(&w.t()) - tensor!([[4., 0.], [0., 4.]]);
/// assert!(difference.abs().max().item::<f32>() < 1e-5);
/// ```
///
/// # Panics
/// When `tensor` has less than two dimensions.
#[track_caller]
pub fn orthogonal_(tensor: &Tensor, gain: f64) -> &Tensor {
    assert!(
        tensor.dim() >= 2,
        "Only tensors with 2 or more dimensions are supported"
    );
    if tensor.numel() > 0 {
        no_grad(|| orthogonal(tensor, gain)).or_panic();
    }
    tensor
}

fn orthogonal(tensor: &Tensor, gain: f64) -> Result<()> {
    let rows = tensor.try_size(0)?;
    let columns = tensor.numel() / rows;
    let drawn = tensor.try_new_zeros(&[rows, columns])?.normal_(0.0, 1.0);
    // The shorter side are the vectors.
    let vectors = if rows < columns {
        drawn
    } else {
        drawn.try_t()?
    };
    let mut basis = vectors
        .try_to(crate::DType::F64)?
        .try_contiguous()?
        .to_vec2::<f64>();
    for index in 0..basis.len() {
        let (before, rest) = basis.split_at_mut(index);
        let vector = &mut rest[0];
        // Twice, since one pass leaves what its own roundings add (Giraud and others, 2005).
        for _ in 0..2 {
            for other in before.iter() {
                let share: f64 = other.iter().zip(vector.iter()).map(|(a, b)| a * b).sum();
                vector
                    .iter_mut()
                    .zip(other)
                    .for_each(|(v, o)| *v -= share * o);
            }
        }
        let length = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|v| *v /= length);
    }
    let count = basis.len();
    let size = rows.max(columns);
    let flat: Vec<f64> = basis.into_iter().flatten().collect();
    let found = Tensor::try_from_vec(flat, [count, size])?;
    let found = if rows < columns {
        found
    } else {
        found.try_t()?
    };
    let values = found.try_reshape(tensor.dims())?.try_mul(gain)?;
    tensor.try_copy_(&values.try_to(tensor.dtype())?)?;
    Ok(())
}

/// Fills a matrix with normally distributed numbers, of which a share of each column is zero (Martens, 2010). PyTorch:
/// `torch.nn.init.sparse_`, whose default `std` is 0.01.
///
/// ```
/// use wick::nn::init::sparse_;
/// use wick::prelude::*;
/// let w = Tensor::empty([10, 3]);
/// sparse_(&w, 0.4, 0.01);
/// assert_eq!(w.eq(0.).sum_dim([0], false).to_string(), "tensor([4, 4, 4])");
/// ```
///
/// # Panics
/// When `tensor` has not two dimensions.
#[track_caller]
pub fn sparse_(tensor: &Tensor, sparsity: f64, std: f64) -> &Tensor {
    let (rows, columns) = matrix(tensor).or_panic();
    let zeros = (sparsity * rows as f64).ceil() as usize;
    normal_(tensor, 0.0, std);
    no_grad(|| {
        for column in 0..columns {
            let order = default_generator().lock().permutation(rows);
            for row in &order[..zeros.min(rows)] {
                tensor.i((*row, column as i64)).fill_(Scalar::from(0.0));
            }
        }
    });
    tensor
}

fn matrix(tensor: &Tensor) -> Result<(usize, usize)> {
    match tensor.dims()[..] {
        [rows, columns] => Ok((rows, columns)),
        _ => Err(Error::value("Only tensors with 2 dimensions are supported")),
    }
}
