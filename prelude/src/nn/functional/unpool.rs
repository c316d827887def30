//! Pooling undone: values return to the places that they came from.

use crate::autograd::{composite, named};
use crate::error::{Error, OrPanic, Result, bail};
use crate::tensor::PoolOptions;
use crate::{DType, Tensor};

functions! {
    /// The values of [`max_pool1d`](Tensor::max_pool1d) at the places that their `indices` say, in rows of zeros.
    /// `[N, C, L]` and an `i64` tensor of that shape to `[N, C, L']`: the size that pooling such windows makes
    /// smallest, or `output_size`. PyTorch: `F.max_unpool1d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (x, indices) = (tensor!([[5., 3.]]), tensor!([[1, 2]]));
    /// let y = F::max_unpool1d(&x, &indices, Pool1dOptions::new(2), None);
    /// assert_eq!(y.to_string(), "tensor([[0., 5., 3., 0.]])");
    /// ```
    ///
    /// # Panics
    /// When an index is not in the output, or `output_size` would not have been pooled to this size.
    max_unpool1d(x: &Tensor, indices: &Tensor, options: PoolOptions<1>, output_size: Option<[usize; 1]>)
        => unpooled(x, indices, options, output_size).or_panic();
    /// The values of [`max_pool2d`](Tensor::max_pool2d) at the places that their `indices` say, in images of zeros.
    /// `[N, C, H, W]` and an `i64` tensor of that shape to `[N, C, H', W']`, as in [`max_unpool1d`]; an index counts
    /// the pixels of its channel. PyTorch: `F.max_unpool2d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let (x, indices) = (tensor!([[[7., 8.]]]), tensor!([[[4, 3]]]));
    /// let y = F::max_unpool2d(&x, &indices, Pool2dOptions::new(2), None);
    /// assert_eq!(y.to_string(), "tensor([[[0., 0., 0., 8.],\n         [7., 0., 0., 0.]]])");
    /// ```
    ///
    /// # Panics
    /// When an index is not in the output, or `output_size` would not have been pooled to this size.
    max_unpool2d(x: &Tensor, indices: &Tensor, options: PoolOptions<2>, output_size: Option<[usize; 2]>)
        => unpooled(x, indices, options, output_size).or_panic();
    /// The values of [`max_pool3d`](Tensor::max_pool3d) at the places that their `indices` say, in volumes of zeros.
    /// `[N, C, D, H, W]` and an `i64` tensor of that shape to `[N, C, D', H', W']`, as in [`max_unpool1d`]; an index
    /// counts the elements of its channel. PyTorch: `F.max_unpool3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// use wick::tensor::Pool3dOptions;
    /// let (x, indices) = (tensor!([[[[7.]]]]), tensor!([[[[5]]]]));
    /// let y = F::max_unpool3d(&x, &indices, Pool3dOptions::new(2), None);
    /// assert_eq!(
    ///     y.to_string(),
    ///     "tensor([[[[0., 0.],\n          [0., 0.]],\n\n         [[0., 7.],\n          [0., 0.]]]])"
    /// );
    /// ```
    ///
    /// # Panics
    /// When an index is not in the output, or `output_size` would not have been pooled to this size.
    max_unpool3d(x: &Tensor, indices: &Tensor, options: PoolOptions<3>, output_size: Option<[usize; 3]>)
        => unpooled(x, indices, options, output_size).or_panic();
}

/// The values in their places, on the tape as one operation; rows are images of one row.
fn unpooled<const N: usize>(
    x: &Tensor,
    indices: &Tensor,
    options: PoolOptions<N>,
    output_size: Option<[usize; N]>,
) -> Result<Tensor> {
    let name = match N {
        1 | 2 => "MaxUnpool2DBackward0",
        _ => "MaxUnpool3DBackward0",
    };
    let indices = indices.clone();
    let y = composite(name, &[x], move |of| {
        put_back(&of[0], &indices, options, output_size)
    })?;
    match N {
        1 => named("SqueezeBackward1", &y),
        _ => Ok(y),
    }
}

fn put_back<const N: usize>(
    x: &Tensor,
    indices: &Tensor,
    options: PoolOptions<N>,
    output_size: Option<[usize; N]>,
) -> Result<Tensor> {
    let shape = x.dims();
    if shape.len() != N + 1 && shape.len() != N + 2 {
        bail!(
            "Input to max_unpooling{}d should be a {}d or {}d Tensor, but got a tensor with {} dimensions.",
            N.max(2),
            N.max(2) + 1,
            N.max(2) + 2,
            shape.len()
        );
    }
    if indices.dtype() != DType::I64 {
        bail!(
            "elements in indices should be type int64 but got: {}",
            indices.dtype().scalar_type()
        );
    }
    if indices.dims() != shape {
        bail!(
            "Expected shape of indices to be same as that of the input tensor ({}) but got indices tensor with shape: {}",
            x.shape().list(),
            indices.shape().list()
        );
    }
    let (lead, small) = shape.split_at(shape.len() - N);
    let size = sizes(small, options, output_size)?;
    let (within, values): (usize, usize) = (size.iter().product(), small.iter().product());
    let flat = |x: &Tensor| {
        let mut shape = lead.to_vec();
        shape.push(values);
        x.try_reshape(shape)
    };
    let indices = flat(indices)?;
    if indices.numel() > 0 {
        let wrong = indices
            .try_lt(0)?
            .try_logical_or(&indices.try_ge(within)?)?;
        if wrong.try_any()?.try_item::<bool>()? {
            let first = indices.try_masked_select(&wrong)?.try_select(0, 0)?;
            let size: Vec<String> = size.iter().map(usize::to_string).collect();
            bail!(
                "Found an invalid max index: {} (output volumes are of size {}{})",
                first.try_item::<i64>()?,
                size.join("x"),
                if N == 1 { "x1" } else { "" }
            );
        }
    }
    let mut shape = lead.to_vec();
    shape.push(within);
    let zeros = x.try_new_zeros(&shape)?;
    let mut shape = lead.to_vec();
    shape.extend(size);
    zeros
        .try_scatter(-1, &indices, &flat(x)?)?
        .try_reshape(shape)
}

/// The size of the output.
fn sizes<const N: usize>(
    small: &[usize],
    options: PoolOptions<N>,
    wanted: Option<[usize; N]>,
) -> Result<[usize; N]> {
    let smallest: [usize; N] = std::array::from_fn(|d| {
        ((small[d].max(1) - 1) * options.stride[d] + options.kernel[d])
            .saturating_sub(2 * options.padding[d])
    });
    let Some(wanted) = wanted else {
        return Ok(smallest);
    };
    for d in 0..N {
        let least = smallest[d] as i64 - options.stride[d] as i64;
        let most = smallest[d] + options.stride[d];
        if wanted[d] as i64 <= least || wanted[d] >= most {
            return Err(Error::value(format!(
                "invalid output_size \"{wanted:?}\" (dim {d} must be between {least} and {most})"
            )));
        }
    }
    Ok(wanted)
}
