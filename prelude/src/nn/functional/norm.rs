//! Normalizations and what goes with tables of vectors.

use crate::autograd::composite;
use crate::error::{Error, OrPanic, Result, bail};
use crate::tensor::normalized;
use crate::{DType, Dims, Tensor, no_grad};

functions! {
    /// Brings each of `groups` groups of channels of `[N, C, …]` to mean 0 and variance 1, then scales and shifts every
    /// channel. `weight` and `bias` are `[C]`; PyTorch's default `eps` is 1e-5. PyTorch: `F.group_norm`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3., 10., 30.]]);
    /// assert_eq!(
    ///     F::group_norm(&x, 2, None, None, 1e-5).to_string(),
    ///     "tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])"
    /// );
    /// ```
    ///
    /// # Panics
    /// When `groups` does not divide the number of channels.
    group_norm(x: &Tensor, groups: usize, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64)
        => more_than_one(x, groups).and_then(|()| in_groups(x, groups, weight, bias, eps)).or_panic();
    /// Brings each channel of each example of `[N, C, …]` to mean 0 and variance 1, then scales and shifts it. `weight`
    /// and `bias` are `[C]`; PyTorch's default `eps` is 1e-5. PyTorch: `F.instance_norm`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[[1., 3.], [10., 30.]]]);
    /// assert_eq!(
    ///     F::instance_norm(&x, None, None, 1e-5).to_string(),
    ///     "tensor([[[-1.0000,  1.0000],\n         [-1.0000,  1.0000]]])"
    /// );
    /// ```
    ///
    /// # Panics
    /// When there is only one value of each channel.
    instance_norm(x: &Tensor, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64)
        => several_places(x).and_then(|()| each_alone(x, weight, bias, eps)).or_panic();
    /// Divides the last dimensions, which have that `shape`, by their root mean square, then scales them. `weight` has
    /// that `shape`; without `eps` the smallest step of the dtype at 1 is taken. PyTorch: `F.rms_norm`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[3., 4.], [30., 40.]]);
    /// assert_eq!(
    ///     F::rms_norm(&x, &[2].into(), None, None).to_string(),
    ///     "tensor([[0.8485, 1.1314],\n        [0.8485, 1.1314]])"
    /// );
    /// ```
    ///
    /// # Panics
    /// When the input does not end with that shape.
    rms_norm(x: &Tensor, shape: &Dims, weight: Option<&Tensor>, eps: Option<f64>)
        => root_mean_square(x, shape, weight, eps).or_panic();
    /// Scales vectors along `dim` to length 1 in the `p`-norm. Any shape, which stays; PyTorch's defaults are 2, 1 and
    /// 1e-12. PyTorch: `F.normalize`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[3., 4.], [0., 0.]]);
    /// assert_eq!(F::normalize(&x, 2., 1, 1e-12).to_string(), "tensor([[0.6000, 0.8000],\n        [0.0000, 0.0000]])");
    /// ```
    normalize(x: &Tensor, p: f64, dim: i64, eps: f64) => normalized(x, p, dim, eps).or_panic();
    /// A 1 at each index and 0 elsewhere, with a last dimension of `num_classes`, or as many as there are with -1. An
    /// `i64` tensor of any shape to an `i64` tensor of one more dimension. PyTorch: `F.one_hot`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// assert_eq!(F::one_hot(&tensor!([2, 0]), 3).to_string(), "tensor([[0, 0, 1],\n        [1, 0, 0]])");
    /// ```
    ///
    /// # Panics
    /// When the input is not an `i64` tensor, or an index is negative or not below `num_classes`.
    one_hot(input: &Tensor, num_classes: i64) => hot(input, num_classes).or_panic();
}

/// PyTorch refuses images of one pixel where their own statistics are taken.
pub(crate) fn several_places(x: &Tensor) -> Result<()> {
    let shape = x.shape();
    if shape.iter().skip(2).product::<usize>() == 1 {
        return Err(Error::value(format!(
            "Expected more than 1 spatial element when training, got input size {shape}"
        )));
    }
    Ok(())
}

/// PyTorch refuses a batch in which every group is a single number.
fn more_than_one(x: &Tensor, groups: usize) -> Result<()> {
    let shape = x.shape();
    if let Some((&[batch, channels], rest)) = shape.split_first_chunk::<2>()
        && groups > 0
    {
        let size: Vec<usize> = [batch * channels / groups, groups]
            .into_iter()
            .chain(rest.iter().copied())
            .collect();
        if size[0] * rest.iter().product::<usize>() == 1 {
            return Err(Error::value(format!(
                "Expected more than 1 value per channel when training, got input size {size:?}"
            )));
        }
    }
    Ok(())
}

/// The normalization of groups, on the tape as one.
fn in_groups(
    x: &Tensor,
    groups: usize,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    let inputs: Vec<&Tensor> = [x].into_iter().chain(weight).chain(bias).collect();
    let (weighted, biased) = (weight.is_some(), bias.is_some());
    composite("NativeGroupNormBackward0", &inputs, move |of| {
        let weight = weighted.then(|| &of[1]);
        let bias = biased.then(|| &of[of.len() - 1]);
        grouped(&of[0], groups, weight, bias, eps)
    })
}

/// The normalization of each channel of each example. The last step in PyTorch is a view, of what a batch normalization
/// made of one example whose channels are those of all.
fn each_alone(
    x: &Tensor,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    let y = grouped(x, x.size(1), weight, bias, eps)?;
    y.try_view(y.shape())
}

fn grouped(
    x: &Tensor,
    groups: usize,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    let shape = x.shape();
    let (&[batch, channels], rest) = match shape.split_first_chunk::<2>() {
        Some(parts) => parts,
        None => bail!(
            "Expected at least 2 dimensions for input tensor but received {}",
            shape.rank()
        ),
    };
    if groups == 0 || !channels.is_multiple_of(groups) {
        bail!(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape {} and num_groups={groups}",
            shape.list()
        );
    }
    let size = channels / groups * rest.iter().product::<usize>();
    let mut y = x
        .try_reshape([batch, groups, size])?
        .try_layer_norm([size], None, None, eps)?
        .try_reshape(&shape)?;
    let over = |tensor: &Tensor| {
        let mut shape = vec![1; shape.rank()];
        shape[1] = channels;
        tensor.try_reshape(shape)
    };
    if let Some(weight) = weight {
        y = y.try_mul(over(weight)?)?;
    }
    if let Some(bias) = bias {
        y = y.try_add(over(bias)?)?;
    }
    Ok(y)
}

fn root_mean_square(
    x: &Tensor,
    shape: &Dims,
    weight: Option<&Tensor>,
    eps: Option<f64>,
) -> Result<Tensor> {
    let shape = shape.to_shape()?;
    let full = x.shape();
    if !full.ends_with(&shape) {
        bail!(
            "Given normalized_shape={}, expected input with shape [*{}], but got input of size{}",
            shape.list(),
            shape.list().trim_matches(['[', ']']),
            full.list()
        );
    }
    let eps = eps.unwrap_or(match x.dtype() {
        DType::F64 => f64::EPSILON,
        DType::F16 => 2f64.powi(-10),
        DType::BF16 => 2f64.powi(-7),
        _ => f64::from(f32::EPSILON),
    });
    let dims: Vec<i64> = (full.rank() - shape.rank()..full.rank())
        .map(|d| d as i64)
        .collect();
    let inverse = x
        .try_square()?
        .try_mean_dim(dims, true)?
        .try_add(eps)?
        .try_rsqrt()?;
    let y = x.try_mul(inverse)?;
    match weight {
        Some(weight) => y.try_mul(weight),
        None => Ok(y),
    }
}

fn hot(input: &Tensor, classes: i64) -> Result<Tensor> {
    if input.dtype() != DType::I64 {
        bail!(
            "one_hot is only applicable to index tensor of type LongTensor, but got: {}",
            input.dtype().scalar_type()
        );
    }
    if input.numel() == 0 && classes <= 0 {
        bail!("Can not infer total number of classes from empty tensor.");
    }
    no_grad(|| {
        if input.numel() > 0 && input.try_min()?.try_item::<i64>()? < 0 {
            bail!("Class values must be non-negative.");
        }
        let largest = if input.numel() > 0 {
            input.try_max()?.try_item::<i64>()?
        } else {
            -1
        };
        let classes = if classes == -1 { largest + 1 } else { classes };
        if largest >= classes {
            bail!("Class values must be smaller than num_classes.");
        }
        input
            .try_unsqueeze(-1)?
            .try_eq(Tensor::try_arange(0, classes, 1)?.try_to_device(input.device())?)?
            .try_to_dtype(DType::I64)
    })
}
