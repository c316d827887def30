//! Convolutions in one and three dimensions, and those that go the other way, by the two-dimensional one.

use super::Tensor;
use super::neural::{Conv1dOptions, Conv2dOptions, Conv3dOptions, conv2d, image_gradient};
use super::ops::ops;
use crate::autograd::composite;
use crate::error::{Result, bail};
use crate::kernels::conv::Geometry;

/// How a transposed convolution spreads its input; in two dimensions, height before width. By default the stride and
/// the dilation are 1, the paddings 0, and there is one group. The fields are named as the arguments of
/// `F.conv_transpose2d`.
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::ConvTransposeOptions;
/// let options = ConvTransposeOptions { stride: [2], ..Default::default() };
/// let y = tensor!([[[1., 2.]]]).conv_transpose1d(&tensor!([[[1., 10.]]]), None, options);
/// assert_eq!(y.to_string(), "tensor([[[ 1., 10.,  2., 20.]]])");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvTransposeOptions<const N: usize> {
    /// How far the places of neighbouring inputs are apart in the output.
    pub stride: [usize; N],
    /// How much is cut off the output on each side.
    pub padding: [usize; N],
    /// How much longer the output is at its end, where several sizes would be possible.
    pub output_padding: [usize; N],
    /// The distance between neighbouring points of the kernel.
    pub dilation: [usize; N],
    /// Into how many groups the channels are split that do not see each other.
    pub groups: usize,
}

/// The options of [`Tensor::conv_transpose1d`].
///
/// ```
/// use wick::prelude::*;
/// use wick::nn::functional::ConvTranspose1dOptions;
/// let options = ConvTranspose1dOptions { padding: [1], ..Default::default() };
/// let y = tensor!([[[1., 2.]]]).conv_transpose1d(&tensor!([[[1., 10., 100.]]]), None, options);
/// assert_eq!(y.to_string(), "tensor([[[ 12., 120.]]])");
/// ```
pub type ConvTranspose1dOptions = ConvTransposeOptions<1>;
/// The options of [`Tensor::conv_transpose2d`].
///
/// ```
/// use wick::prelude::*;
/// use wick::nn::functional::ConvTranspose2dOptions;
/// // Exactly twice as large: without the output padding 15 and 16 would both lead to 8.
/// let options =
///     ConvTranspose2dOptions { stride: [2, 2], padding: [1, 1], output_padding: [1, 1], ..Default::default() };
/// let y = Tensor::rand([1, 3, 8, 8]).conv_transpose2d(&Tensor::rand([3, 5, 3, 3]), None, options);
/// assert_eq!(y.shape(), [1, 5, 16, 16]);
/// ```
pub type ConvTranspose2dOptions = ConvTransposeOptions<2>;
/// The options of [`Tensor::conv_transpose3d`].
///
/// ```
/// use wick::prelude::*;
/// use wick::nn::functional::ConvTranspose3dOptions;
/// let options = ConvTranspose3dOptions { groups: 2, ..Default::default() };
/// let y = Tensor::rand([1, 4, 2, 2, 2]).conv_transpose3d(&Tensor::rand([4, 3, 1, 1, 1]), None, options);
/// assert_eq!(y.shape(), [1, 6, 2, 2, 2]);
/// ```
pub type ConvTranspose3dOptions = ConvTransposeOptions<3>;

impl<const N: usize> Default for ConvTransposeOptions<N> {
    fn default() -> Self {
        Self {
            stride: [1; N],
            padding: [0; N],
            output_padding: [0; N],
            dilation: [1; N],
            groups: 1,
        }
    }
}

/// A convolution, on the tape as one; `compute` does it for a batch, which has `rank` dimensions.
fn one<O: Copy + Send + Sync + 'static>(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: O,
    rank: usize,
    compute: fn(&Tensor, &Tensor, Option<&Tensor>, O) -> Result<Tensor>,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    if x.dim() + 1 == rank && weight.dim() == rank {
        let batch = x.try_unsqueeze(0)?;
        return one(&batch, weight, bias, options, rank, compute)?.try_squeeze_dim(0);
    }
    let inputs: Vec<&Tensor> = [x, weight].into_iter().chain(bias).collect();
    composite("ConvolutionBackward0", &inputs, move |of| {
        compute(&of[0], &of[1], of.get(2), options)
    })
}

fn conv1d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: Conv1dOptions,
) -> Result<Tensor> {
    if weight.dim() != 3 || !matches!(x.dim(), 2 | 3) {
        bail!(
            "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: {}",
            x.shape().list()
        );
    }
    let wanted = weight.size(1) * options.groups;
    if x.size(1) != wanted {
        bail!(
            "Given groups={}, weight of size {}, expected input{} to have {wanted} channels, but got {} channels instead",
            options.groups,
            weight.shape().list(),
            x.shape().list(),
            x.size(1)
        );
    }
    let seen = x.size(2) + 2 * options.padding[0];
    let reach = options.dilation[0] * (weight.size(2).max(1) - 1) + 1;
    if reach > seen {
        bail!(
            "Calculated padded input size per channel: ({seen}). Kernel size: ({reach}). Kernel size can't be greater \
             than actual input size"
        );
    }
    let options = Conv2dOptions {
        stride: [1, options.stride[0]],
        padding: [0, options.padding[0]],
        dilation: [1, options.dilation[0]],
        groups: options.groups,
    };
    conv2d(
        &x.try_unsqueeze(-2)?,
        &weight.try_unsqueeze(-2)?,
        bias,
        options,
    )?
    .try_squeeze_dim(-2)
}

/// The frames that each output frame sees become channels of one image, so that one convolution does all.
fn conv3d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: Conv3dOptions,
) -> Result<Tensor> {
    let (&[batch, channels, frames, rows, columns], &[filters, per_group, depth, height, width]) =
        (&x.shape()[..], &weight.shape()[..])
    else {
        bail!(
            "Expected 4D (unbatched) or 5D (batched) input to conv3d, but got input of size: {}",
            x.shape().list()
        );
    };
    let ([stride, ..], [padding, ..], [dilation, ..]) =
        (options.stride, options.padding, options.dilation);
    if stride == 0 {
        bail!("non-positive stride is not supported");
    }
    if channels != per_group * options.groups {
        bail!(
            "Given groups={}, weight of size {}, expected input{} to have {} channels, but got {channels} channels \
             instead",
            options.groups,
            weight.shape().list(),
            x.shape().list(),
            per_group * options.groups
        );
    }
    let (seen, reach) = (frames + 2 * padding, dilation * (depth.max(1) - 1) + 1);
    if reach > seen {
        bail!(
            "Calculated padded input size per channel: ({seen} x {} x {}). Kernel size: ({reach} x {height} x {width}). \
             Kernel size can't be greater than actual input size",
            rows + 2 * options.padding[1],
            columns + 2 * options.padding[2]
        );
    }
    let outputs = (seen - reach) / stride + 1;
    let padded = if padding == 0 {
        x.clone()
    } else {
        let zeros = x.try_new_zeros(&[batch, channels, padding, rows, columns])?;
        Tensor::try_cat(&[&zeros, x, &zeros], 2)?
    };
    let places: Vec<i64> = (0..outputs)
        .flat_map(|o| (0..depth).map(move |k| (o * stride + k * dilation) as i64))
        .collect();
    let places = Tensor::try_from_vec(places, [outputs * depth])?.try_to_device(x.device())?;
    let images = padded
        .try_index_select(2, &places)?
        .try_reshape([batch, channels, outputs, depth, rows, columns])?
        .try_permute([0, 2, 1, 3, 4, 5])?
        .try_reshape([batch * outputs, channels * depth, rows, columns])?;
    let [_, down, right] = options.stride;
    let flat = Conv2dOptions {
        stride: [down, right],
        padding: [options.padding[1], options.padding[2]],
        dilation: [options.dilation[1], options.dilation[2]],
        groups: options.groups,
    };
    let weight = weight.try_reshape([filters, per_group * depth, height, width])?;
    let y = conv2d(&images, &weight, bias, flat)?;
    let (high, wide) = (y.try_size(2)?, y.try_size(3)?);
    y.try_reshape([batch, outputs, filters, high, wide])?
        .try_permute([0, 2, 1, 3, 4])
}

/// The sizes of the convolution whose input a transposed one computes from its output, after PyTorch's checks.
fn transposed_geometry(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvTranspose2dOptions,
) -> Result<Geometry> {
    let (&[batch, channels, rows, columns], &[inputs, per_group, height, width]) =
        (&x.shape()[..], &weight.shape()[..])
    else {
        bail!(
            "Expected 3D (unbatched) or 4D (batched) input to conv_transpose2d, but got input of size: {}",
            x.shape().list()
        );
    };
    let ConvTransposeOptions {
        stride,
        padding,
        output_padding,
        dilation,
        groups,
    } = options;
    if groups == 0 {
        bail!("non-positive groups is not supported");
    }
    if stride.contains(&0) {
        bail!("non-positive stride is not supported");
    }
    if dilation.contains(&0) {
        bail!("dilation should be greater than zero, but got {dilation:?}");
    }
    if channels != inputs || !inputs.is_multiple_of(groups) {
        bail!(
            "Given transposed=1, weight of size {}, expected input{} to have {inputs} channels, but got {channels} \
             channels instead",
            weight.shape().list(),
            x.shape().list()
        );
    }
    if let Some(bias) = bias
        && bias.shape() != [per_group * groups]
    {
        bail!(
            "Given transposed=1, weight of size {}, expected bias to be 1-dimensional with {} elements, but got bias of \
             size {} instead",
            weight.shape().list(),
            per_group * groups,
            bias.shape().list()
        );
    }
    if x.dtype() != weight.dtype() {
        bail!(
            "Input type ({}) and weight type ({}) should be the same",
            x.dtype().scalar_type().to_lowercase(),
            weight.dtype().scalar_type().to_lowercase()
        );
    }
    not_too_long(["height", "width"], output_padding, stride, dilation)?;
    let (small, kernel) = ([rows, columns], [height, width]);
    let mut large = [0; 2];
    for d in 0..2 {
        let full = (small[d].max(1) - 1) * stride[d]
            + dilation[d] * (kernel[d].max(1) - 1)
            + output_padding[d]
            + 1;
        let Some(size) = full.checked_sub(2 * padding[d]).filter(|&size| size > 0) else {
            bail!(
                "Given input size per channel: ({rows} x {columns}). Calculated output size per channel is too small"
            );
        };
        large[d] = size;
    }
    Ok(Geometry {
        batch,
        channels: per_group * groups,
        input: large,
        filters: inputs,
        kernel,
        output: small,
        stride,
        padding,
        dilation,
        groups,
    })
}

/// What is appended to the output of a transposed convolution must have a place in it.
fn not_too_long<const N: usize>(
    names: [&str; N],
    output_padding: [usize; N],
    stride: [usize; N],
    dilation: [usize; N],
) -> Result<()> {
    if (0..N).all(|d| output_padding[d] < stride[d].max(dilation[d])) {
        return Ok(());
    }
    let listed = |what: &str, sizes: [usize; N]| -> String {
        let all = names.iter().zip(sizes);
        all.map(|(name, size)| format!(" {what}_{name}: {size}"))
            .collect()
    };
    bail!(
        "output padding must be smaller than either stride or dilation, but got{}{}{}",
        listed("output_padding", output_padding),
        listed("stride", stride),
        listed("dilation", dilation)
    );
}

/// What a convolution does to gradients of its input, done to an input.
fn conv_transpose2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvTranspose2dOptions,
) -> Result<Tensor> {
    let geometry = transposed_geometry(x, weight, bias, options)?;
    let y = image_gradient(x, weight, geometry)?;
    match bias {
        Some(bias) => y.try_add(bias.try_reshape([-1, 1, 1])?),
        None => Ok(y),
    }
}

fn conv_transpose1d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvTranspose1dOptions,
) -> Result<Tensor> {
    if weight.dim() != 3 || !matches!(x.dim(), 2 | 3) {
        bail!(
            "Expected 2D (unbatched) or 3D (batched) input to conv_transpose1d, but got input of size: {}",
            x.shape().list()
        );
    }
    if x.size(1) != weight.size(0) {
        bail!(
            "Given transposed=1, weight of size {}, expected input{} to have {} channels, but got {} channels instead",
            weight.shape().list(),
            x.shape().list(),
            weight.size(0),
            x.size(1)
        );
    }
    let options = ConvTransposeOptions {
        stride: [1, options.stride[0]],
        padding: [0, options.padding[0]],
        output_padding: [0, options.output_padding[0]],
        dilation: [1, options.dilation[0]],
        groups: options.groups,
    };
    conv_transpose2d(
        &x.try_unsqueeze(-2)?,
        &weight.try_unsqueeze(-2)?,
        bias,
        options,
    )?
    .try_squeeze_dim(-2)
}

/// A convolution by the mirrored kernels over the volumes with zeros between and around their elements.
fn conv_transpose3d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: ConvTranspose3dOptions,
) -> Result<Tensor> {
    let (shape, kernels) = (x.shape(), weight.shape());
    if shape.rank() != 5 || kernels.rank() != 5 {
        bail!(
            "Expected 4D (unbatched) or 5D (batched) input to conv_transpose3d, but got input of size: {}",
            shape.list()
        );
    }
    let ConvTransposeOptions {
        stride,
        padding,
        output_padding,
        dilation,
        groups,
    } = options;
    if groups == 0 || stride.contains(&0) {
        bail!("non-positive stride is not supported");
    }
    if shape[1] != kernels[0] || !kernels[0].is_multiple_of(groups) {
        bail!(
            "Given transposed=1, weight of size {}, expected input{} to have {} channels, but got {} channels instead",
            kernels.list(),
            shape.list(),
            kernels[0],
            shape[1]
        );
    }
    let names = ["depth", "height", "width"];
    not_too_long(names, output_padding, stride, dilation)?;
    let mut spread = x.clone();
    for (d, &step) in stride.iter().enumerate() {
        if step == 1 {
            continue;
        }
        // Every element becomes the first of `step`, and the zeros after the last one go again.
        let dim = d as i64 + 2;
        let apart = spread.try_unsqueeze(dim + 1)?;
        let mut zeros = apart.dims();
        let size = zeros[d + 2];
        zeros[d + 3] = step - 1;
        let zeros = x.try_new_zeros(&zeros)?;
        spread = Tensor::try_cat(&[&apart, &zeros], dim + 1)?
            .try_flatten(dim, dim + 1)?
            .try_narrow(dim, 0, (size - 1) * step + 1)?;
    }
    let around: Vec<i64> = (0..3)
        .rev()
        .flat_map(|d| {
            let reach = (dilation[d] * (kernels[d + 2].max(1) - 1)) as i64;
            let before = reach - padding[d] as i64;
            [before, before + output_padding[d] as i64]
        })
        .collect();
    let spread = spread.try_pad(&around, super::Padding::Constant(0.0))?;
    let (inputs, outputs) = (kernels[0] / groups, kernels[1]);
    let volume = [kernels[2], kernels[3], kernels[4]];
    let mirrored = weight
        .try_flip([2, 3, 4])?
        .try_reshape([groups, inputs, outputs, volume.iter().product()])?
        .try_transpose(1, 2)?
        .try_reshape([groups * outputs, inputs, volume[0], volume[1], volume[2]])?;
    let options = Conv3dOptions {
        dilation,
        groups,
        ..Conv3dOptions::default()
    };
    conv3d(&spread, &mirrored, bias, options)
}

ops! {
    /// Volumes `[N, C, D, H, W]` (or one, `[C, D, H, W]`) spread by the kernels `weight` `[C, F / groups, d, h, w]`.
    /// Gives `[N, F, …]`; `bias` is `[F]`. PyTorch: `F.conv_transpose3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let options = wick::nn::functional::ConvTranspose3dOptions { stride: [2, 2, 2], ..Default::default() };
    /// let y = Tensor::rand([2, 3, 4, 4, 4]).conv_transpose3d(&Tensor::rand([3, 5, 2, 2, 2]), None, options);
    /// assert_eq!(y.shape(), [2, 5, 8, 8, 8]);
    /// ```
    conv_transpose3d, try_conv_transpose3d, []
        (x, weight: &Tensor, bias: Option<&Tensor>, options: ConvTranspose3dOptions)
        => one(x, weight, bias, options, 5, conv_transpose3d);
    /// Rows `[N, C, L]` (or one, `[C, L]`) seen through the kernels `weight` `[F, C / groups, l]`. Gives `[N, F, …]`;
    /// `bias` is `[F]`. PyTorch: `F.conv1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = tensor!([[[1., 2., 4., 8.]]]).conv1d(&tensor!([[[-1., 1.]]]), None, Default::default());
    /// assert_eq!(y.to_string(), "tensor([[[1., 2., 4.]]])");
    /// let y = Tensor::rand([2, 3, 8]).conv1d(&Tensor::rand([5, 3, 3]), None, Default::default());
    /// assert_eq!(y.shape(), [2, 5, 6]);
    /// ```
    conv1d, try_conv1d, [] (x, weight: &Tensor, bias: Option<&Tensor>, options: Conv1dOptions)
        => one(x, weight, bias, options, 3, conv1d);
    /// Volumes `[N, C, D, H, W]` (or one, `[C, D, H, W]`) seen through the kernels `weight` `[F, C / groups, d, h, w]`.
    /// Gives `[N, F, …]`; `bias` is `[F]`. PyTorch: `F.conv3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = Tensor::rand([2, 3, 4, 4, 4]).conv3d(&Tensor::rand([5, 3, 3, 3, 3]), None, Default::default());
    /// assert_eq!(y.shape(), [2, 5, 2, 2, 2]);
    /// ```
    conv3d, try_conv3d, [] (x, weight: &Tensor, bias: Option<&Tensor>, options: Conv3dOptions)
        => one(x, weight, bias, options, 5, conv3d);
    /// Images `[N, C, H, W]` (or one, `[C, H, W]`) spread by the kernels `weight` `[C, F / groups, h, w]`. It is the
    /// derivative of [`Tensor::conv2d`], as a layer of its own. Gives `[N, F, …]`; `bias` is `[F]`. PyTorch:
    /// `F.conv_transpose2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let options = ConvTranspose2dOptions { stride: [2, 2], ..Default::default() };
    /// let y = Tensor::rand([2, 3, 8, 8]).conv_transpose2d(&Tensor::rand([3, 5, 2, 2]), None, options);
    /// assert_eq!(y.shape(), [2, 5, 16, 16]);
    /// ```
    conv_transpose2d, try_conv_transpose2d, []
        (x, weight: &Tensor, bias: Option<&Tensor>, options: ConvTranspose2dOptions)
        => one(x, weight, bias, options, 4, conv_transpose2d);
    /// Rows `[N, C, L]` (or one, `[C, L]`) spread by the kernels `weight` `[C, F / groups, l]`. Gives `[N, F, …]`;
    /// `bias` is `[F]`. PyTorch: `F.conv_transpose1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let y = tensor!([[[1., 2.]]]).conv_transpose1d(&tensor!([[[1., 10., 100.]]]), None, Default::default());
    /// assert_eq!(y.to_string(), "tensor([[[  1.,  12., 120., 200.]]])");
    /// ```
    conv_transpose1d, try_conv_transpose1d, []
        (x, weight: &Tensor, bias: Option<&Tensor>, options: ConvTranspose1dOptions)
        => one(x, weight, bias, options, 3, conv_transpose1d);
}
