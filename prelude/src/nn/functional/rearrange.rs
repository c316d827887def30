//! Images whose elements change places, and products of two inputs.

use crate::Tensor;
use crate::autograd::composite;
use crate::error::{OrPanic, Result, bail};
use crate::kernels::pool::Windows;
use crate::nn::Pair;
use crate::tensor::{Padding, Pool1dOptions, Pool2dOptions, Pool3dOptions};

functions! {
    /// Images `[…, C, H r, W r]` laid out as channels `[…, C r², H, W]`: [`pixel_shuffle`](super::pixel_shuffle)
    /// undone. PyTorch: `F.pixel_unshuffle`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let image = tensor!([[[1., 2.], [3., 4.]]]);
    /// assert_eq!(F::pixel_unshuffle(&image, 2).ravel().to_string(), "tensor([1., 2., 3., 4.])");
    /// assert_eq!(F::pixel_unshuffle(&image, 2).shape(), [4, 1, 1]);
    /// ```
    ///
    /// # Panics
    /// When `r` does not divide the height and the width.
    pixel_unshuffle(x: &Tensor, downscale_factor: usize) => composite("PixelUnshuffleBackward0", &[x], move |of| unshuffled(&of[0], downscale_factor)).or_panic();
    /// Channels of `[N, C, …]` dealt out to `groups`, one after the other. The shape stays. PyTorch:
    /// `F.channel_shuffle`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[[1.], [2.], [3.], [4.]]]);
    /// assert_eq!(F::channel_shuffle(&x, 2).ravel().to_string(), "tensor([1., 3., 2., 4.])");
    /// ```
    ///
    /// # Panics
    /// When `groups` does not divide the number of channels.
    channel_shuffle(x: &Tensor, groups: usize) => composite("ChannelShuffleBackward0", &[x], move |of| dealt(&of[0], groups)).or_panic();
    /// The windows of images `[N, C, H, W]` as columns `[N, C * kernel, L]`, one for each of `L` windows. PyTorch:
    /// `F.unfold`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let image = tensor!([[[[1., 2., 3.], [4., 5., 6.]]]]);
    /// // Two windows of 2 by 2, each a column.
    /// assert_eq!(
    ///     F::unfold(&image, 2, 1, 0, 1).to_string(),
    ///     "tensor([[[1., 2.],\n         [2., 3.],\n         [4., 5.],\n         [5., 6.]]])"
    /// );
    /// ```
    unfold(x: &Tensor, kernel_size: impl Into<Pair>, dilation: impl Into<Pair>, padding: impl Into<Pair>, stride: impl Into<Pair>)
        => {
            let sizes = [kernel_size.into(), dilation.into(), padding.into(), stride.into()].map(Pair::sizes);
            composite("Im2ColBackward0", &[x], move |of| windows(&of[0], sizes)).or_panic()
        };
    /// Columns `[N, C * kernel, L]` added up to images `[N, C, H, W]`, where windows overlap. PyTorch: `F.fold`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let columns = F::unfold(&Tensor::ones([1, 1, 2, 3]), 2, 1, 0, 1);
    /// // How many windows each pixel is in.
    /// assert_eq!(
    ///     F::fold(&columns, (2, 3), 2, 1, 0, 1).i((0, 0)).to_string(),
    ///     "tensor([[1., 2., 1.],\n        [1., 2., 1.]])"
    /// );
    /// ```
    fold(x: &Tensor, output_size: impl Into<Pair>, kernel_size: impl Into<Pair>, dilation: impl Into<Pair>, padding: impl Into<Pair>, stride: impl Into<Pair>)
        => {
            let output = output_size.into().sizes();
            let sizes = [kernel_size.into(), dilation.into(), padding.into(), stride.into()].map(Pair::sizes);
            composite("Col2ImBackward0", &[x], move |of| added_up(&of[0], output, sizes)).or_panic()
        };
    /// `x1ᵀ weight x2 + bias`, with a weight `[out, in1, in2]`. `[…, in1]` and `[…, in2]` to `[…, out]`. PyTorch:
    /// `F.bilinear`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let weight = tensor!([[[1., 0.], [0., 1.]], [[0., 1.], [0., 0.]]]);
    /// let y = F::bilinear(&tensor!([[2., 3.]]), &tensor!([[10., 100.]]), &weight, None);
    /// assert_eq!(y.to_string(), "tensor([[320., 200.]])");
    /// ```
    bilinear(x1: &Tensor, x2: &Tensor, weight: &Tensor, bias: Option<&Tensor>) => product(x1, x2, weight, bias).or_panic();
    /// Each element divided by a mean of squares over `size` neighbouring channels of `[N, C, …]` (Krizhevsky and
    /// others, 2012). PyTorch's defaults are 1e-4, 0.75 and 1. PyTorch: `F.local_response_norm`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[[1.], [2.], [30.]]]);
    /// let y = F::local_response_norm(&x, 2, 0.1, 0.75, 1.);
    /// assert_eq!(y.ravel().to_string(), "tensor([0.9641, 1.6918, 1.6929])");
    /// ```
    local_response_norm(x: &Tensor, size: usize, alpha: f64, beta: f64, k: f64)
        => by_neighbours(x, size, alpha, beta, k).or_panic();
    /// The `norm_type`-norm of each window of rows; windows lie side by side without a stride. `[N, C, L]` to
    /// `[N, C, L']`. PyTorch: `F.lp_pool1d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[3., 4., 6., 8.]]);
    /// assert_eq!(F::lp_pool1d(&x, 2., Pool1dOptions::new(2)).to_string(), "tensor([[ 5., 10.]])");
    /// ```
    lp_pool1d(x: &Tensor, norm_type: f64, options: Pool1dOptions) => {
        let kernel = options.kernel[0] as f64;
        normed(&x.pow(norm_type).avg_pool1d(options), norm_type, kernel)
    };
    /// The `norm_type`-norm of each window of images. `[N, C, H, W]` to `[N, C, H', W']`. PyTorch: `F.lp_pool2d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let image = tensor!([[[[1., 1., 2., 2.], [1., 1., 2., 2.]]]]);
    /// assert_eq!(F::lp_pool2d(&image, 2., Pool2dOptions::new(2)).to_string(), "tensor([[[[2., 4.]]]])");
    /// ```
    lp_pool2d(x: &Tensor, norm_type: f64, options: Pool2dOptions) => {
        let kernel = (options.kernel[0] * options.kernel[1]) as f64;
        normed(&x.pow(norm_type).avg_pool2d(options), norm_type, kernel)
    };
    /// The `norm_type`-norm of each window of volumes. `[N, C, D, H, W]` to `[N, C, D', H', W']`. PyTorch:
    /// `F.lp_pool3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// use wick::tensor::Pool3dOptions;
    /// let y = F::lp_pool3d(&Tensor::ones([1, 1, 4, 2, 2]), 1., Pool3dOptions::new(2));
    /// // With the 1-norm the sum of each window.
    /// assert_eq!(y.ravel().to_string(), "tensor([8., 8.])");
    /// ```
    lp_pool3d(x: &Tensor, norm_type: f64, options: Pool3dOptions) => {
        let kernel = options.kernel.iter().product::<usize>() as f64;
        normed(&x.pow(norm_type).avg_pool3d(options), norm_type, kernel)
    };
}

/// As PyTorch computes a norm from a mean: negative means, of odd powers, count as zero.
fn normed(mean: &Tensor, p: f64, count: f64) -> Tensor {
    (mean.sign() * mean.abs().relu()).mul(count).pow(1.0 / p)
}

fn unshuffled(x: &Tensor, factor: usize) -> Result<Tensor> {
    let shape = x.shape();
    let Some((lead, &[channels, rows, columns])) = shape.split_last_chunk::<3>() else {
        bail!(
            "pixel_unshuffle expects input to have at least 3 dimensions, but got input with {} dimension(s)",
            shape.rank()
        );
    };
    if factor == 0 {
        bail!("pixel_unshuffle expects a positive downscale_factor, but got {factor}");
    }
    for (name, size, dim) in [("height", rows, -2), ("width", columns, -1)] {
        if !size.is_multiple_of(factor) {
            bail!(
                "pixel_unshuffle expects {name} to be divisible by downscale_factor, but input.size({dim})={size} is not \
                 divisible by {factor}"
            );
        }
    }
    let (high, wide) = (rows / factor, columns / factor);
    let batch: usize = lead.iter().product();
    let mut whole = lead.to_vec();
    whole.extend([channels * factor * factor, high, wide]);
    x.try_reshape([batch, channels, high, factor, wide, factor])?
        .try_permute([0, 1, 3, 5, 2, 4])?
        .try_reshape(whole)
}

fn dealt(x: &Tensor, groups: usize) -> Result<Tensor> {
    let shape = x.shape();
    if shape.rank() < 3 {
        bail!(
            "channel_shuffle expects input with > 2 dims, but got input with sizes {}",
            shape.list()
        );
    }
    let channels = shape[1];
    if groups == 0 || !channels.is_multiple_of(groups) {
        bail!(
            "Number of channels must be divisible by groups. Got {channels} channels and {groups} groups."
        );
    }
    x.try_reshape([
        shape[0] as i64,
        groups as i64,
        (channels / groups) as i64,
        -1,
    ])?
    .try_transpose(1, 2)?
    .try_reshape(&shape)
}

/// How many windows there are in an image, down and across.
fn counts(sizes: [usize; 2], [kernel, dilation, padding, stride]: [[usize; 2]; 4]) -> [i64; 2] {
    [0, 1].map(|d| {
        let points = [kernel[d].max(1), dilation[d]];
        Windows::how_many(sizes[d], points, stride[d].max(1), padding[d], false)
    })
}

/// For each point of a kernel and each window, where it is in the padded image.
fn places(
    outputs: [usize; 2],
    width: usize,
    [kernel, dilation, _, stride]: [[usize; 2]; 4],
) -> Vec<i64> {
    let mut places = Vec::with_capacity(kernel[0] * kernel[1] * outputs[0] * outputs[1]);
    for point in 0..kernel[0] * kernel[1] {
        let (down, right) = (
            point / kernel[1] * dilation[0],
            point % kernel[1] * dilation[1],
        );
        for window in 0..outputs[0] * outputs[1] {
            let (row, column) = (
                window / outputs[1] * stride[0],
                window % outputs[1] * stride[1],
            );
            places.push(((row + down) * width + column + right) as i64);
        }
    }
    places
}

fn windows(x: &Tensor, sizes: [[usize; 2]; 4]) -> Result<Tensor> {
    if x.dim() == 3 {
        return windows(&x.try_unsqueeze(0)?, sizes)?.try_squeeze_dim(0);
    }
    let &[batch, channels, rows, columns] = &x.shape()[..] else {
        bail!(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but \
             got: {}",
            x.shape().list()
        );
    };
    let [kernel, _, padding, _] = sizes;
    let outputs = counts([rows, columns], sizes);
    if outputs.into_iter().any(|count| count < 1) {
        let [kernel, dilation, padding, _] = sizes.map(Pair::Each);
        bail!(
            "Given input with spatial size ({rows}, {columns}), kernel_size={kernel}, dilation={dilation}, \
             padding={padding}, calculated shape of the array of sliding blocks as ({}, {}), but its components must be \
             at least one.",
            outputs[0],
            outputs[1]
        );
    }
    let outputs = outputs.map(|count| count as usize);
    let [top, left] = padding.map(|padding| padding as i64);
    let padded = x.try_pad(&[left, left, top, top], Padding::Constant(0.0))?;
    let places = places(outputs, columns + 2 * padding[1], sizes);
    let total = places.len();
    let places = Tensor::try_from_vec(places, [total])?.try_to_device(x.device())?;
    padded
        .try_flatten(2, 3)?
        .try_index_select(2, &places)?
        .try_reshape([
            batch,
            channels * kernel[0] * kernel[1],
            outputs[0] * outputs[1],
        ])
}

fn added_up(x: &Tensor, output: [usize; 2], sizes: [[usize; 2]; 4]) -> Result<Tensor> {
    if x.dim() == 2 {
        return added_up(&x.try_unsqueeze(0)?, output, sizes)?.try_squeeze_dim(0);
    }
    let [kernel, _, padding, _] = sizes;
    let &[batch, columns, blocks] = &x.shape()[..] else {
        bail!(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, \
             but got: {}",
            x.shape().list()
        );
    };
    let points = kernel[0] * kernel[1];
    if points == 0 || !columns.is_multiple_of(points) {
        bail!(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got \
             input.size(1)={columns} and kernel_size=({}, {}).",
            kernel[0],
            kernel[1]
        );
    }
    let outputs = counts(output, sizes).map(|count| count.max(0) as usize);
    if outputs[0] * outputs[1] != blocks || blocks == 0 {
        let [kernel, dilation, padding, stride] = sizes.map(Pair::Each);
        bail!(
            "Given output_size=({}, {}), kernel_size={kernel}, dilation={dilation}, padding={padding}, stride={stride}, \
             expected size of input's dimension 2 to match the calculated number of sliding blocks {} * {} = {}, but got \
             input.size(2)={blocks}.",
            output[0],
            output[1],
            outputs[0],
            outputs[1],
            outputs[0] * outputs[1]
        );
    }
    let [high, wide] = [0, 1].map(|d| output[d] + 2 * padding[d]);
    let places = places(outputs, wide, sizes);
    let total = places.len();
    let places = Tensor::try_from_vec(places, [total])?.try_to_device(x.device())?;
    let channels = columns / points;
    let source = x.try_reshape([batch, channels, points * blocks])?;
    x.try_new_zeros(&[batch, channels, high * wide])?
        .try_index_add(2, &places, &source)?
        .try_reshape([batch, channels, high, wide])?
        .try_narrow(2, padding[0] as i64, output[0])?
        .try_narrow(3, padding[1] as i64, output[1])
}

fn product(x1: &Tensor, x2: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    let &[outputs, first, second] = &weight.shape()[..] else {
        bail!("bilinear(): weight must be 3D, but got {}D", weight.dim());
    };
    if x1.dim() != x2.dim() {
        bail!(
            "bilinear(): input dimensions do not match: got {} and {}",
            x1.dim(),
            x2.dim()
        );
    }
    for (name, x, size, dim) in [("input1", x1, first, 1), ("input2", x2, second, 2)] {
        if x.try_size(-1)? != size {
            bail!(
                "bilinear(): {name} size does not match weight size: got {} but expected {size} (weight dimension {dim})",
                x.try_size(-1)?
            );
        }
    }
    let mut shape = x1.dims();
    let last = shape.len() - 1;
    shape[last] = outputs;
    let (rows1, rows2) = (
        x1.try_reshape([-1, first as i64])?,
        x2.try_reshape([-1, second as i64])?,
    );
    let half = rows1
        .try_matmul(
            &weight
                .try_permute([1, 0, 2])?
                .try_reshape([first, outputs * second])?,
        )?
        .try_reshape([-1, outputs as i64, second as i64])?;
    let y = half
        .try_matmul(&rows2.try_unsqueeze(-1)?)?
        .try_reshape(shape)?;
    match bias {
        Some(bias) => y.try_add(bias),
        None => Ok(y),
    }
}

fn by_neighbours(x: &Tensor, size: usize, alpha: f64, beta: f64, k: f64) -> Result<Tensor> {
    let shape = x.shape();
    if shape.rank() < 3 {
        return Err(crate::Error::value(format!(
            "Expected 3D or higher dimensionality                          input (got {} dimensions)",
            shape.rank()
        )));
    }
    let (batch, channels) = (shape[0] as i64, shape[1] as i64);
    let squares = x
        .try_square()?
        .try_reshape([batch, channels, -1])?
        .try_transpose(1, 2)?;
    let (before, after) = ((size / 2) as i64, (size.max(1) as i64 - 1) / 2);
    let means = squares
        .try_pad(&[before, after], Padding::Constant(0.0))?
        .try_avg_pool1d(Pool1dOptions::new(size).stride(1))?
        .try_transpose(1, 2)?
        .try_reshape(&shape)?;
    x.try_div(means.try_mul(alpha)?.try_add(k)?.try_pow(beta)?)
}
