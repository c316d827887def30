//! Convolution.

use super::Tensor;
use super::creation::lying_like;
use super::ops::ops;
use crate::autograd::{Ctx, Saved, record};
use crate::error::{Result, bail};
use crate::kernels::conv::{self, Geometry};

/// How a kernel moves over an input of `N` dimensions; in two, height before width. The defaults are PyTorch's: steps
/// of 1, no padding, no gaps, one group.
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::ConvOptions;
/// let options = ConvOptions { stride: [2], ..Default::default() };
/// let (x, weight) = (tensor!([[1., 2., 3., 4., 5.]]), tensor!([[[1., 0., -1.]]]));
/// assert_eq!(x.conv1d(&weight, None, options).to_string(), "tensor([[-2., -2.]])");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvOptions<const N: usize> {
    /// How far the kernel moves from one output to the next.
    pub stride: [usize; N],
    /// How many zeros are put around the input on each side.
    pub padding: [usize; N],
    /// The distance between neighbouring points of the kernel.
    pub dilation: [usize; N],
    /// Into how many groups the channels are split that do not see each other.
    pub groups: usize,
}

/// The options of [`Tensor::conv1d`].
///
/// ```
/// use wick::prelude::*;
/// let options = Conv1dOptions { padding: [1], ..Default::default() };
/// let (x, weight) = (tensor!([[1., 2., 3.]]), tensor!([[[1., 1., 1.]]]));
/// assert_eq!(x.conv1d(&weight, None, options).to_string(), "tensor([[3., 6., 5.]])");
/// ```
pub type Conv1dOptions = ConvOptions<1>;
/// The options of [`Tensor::conv2d`].
///
/// ```
/// use wick::prelude::*;
/// // Each of two channels is seen by a kernel of its own.
/// let options = Conv2dOptions { groups: 2, ..Default::default() };
/// let (x, weight) = (tensor!([[[3.]], [[5.]]]), tensor!([[[[10.]]], [[[100.]]]]));
/// assert_eq!(x.conv2d(&weight, None, options).view(-1).to_string(), "tensor([ 30., 500.])");
/// ```
pub type Conv2dOptions = ConvOptions<2>;
/// The options of [`Tensor::conv3d`].
///
/// ```
/// use wick::prelude::*;
/// let options = Conv3dOptions { stride: [1, 2, 2], ..Default::default() };
/// let y = Tensor::ones([1, 4, 4, 4]).conv3d(&Tensor::ones([1, 1, 2, 2, 2]), None, options);
/// assert_eq!(y.shape(), [1, 3, 2, 2]);
/// ```
pub type Conv3dOptions = ConvOptions<3>;

impl<const N: usize> Default for ConvOptions<N> {
    fn default() -> Self {
        Self {
            stride: [1; N],
            padding: [0; N],
            dilation: [1; N],
            groups: 1,
        }
    }
}

/// PyTorch's checks, and the sizes that follow.
fn geometry(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: Conv2dOptions,
) -> Result<Geometry> {
    let ConvOptions {
        stride,
        padding,
        dilation,
        groups,
    } = options;
    let (image, kernel) = (x.shape(), weight.shape());
    let &[filters, per_group, height, width] = &kernel[..] else {
        bail!("weight should have at least three dimensions");
    };
    let &[batch, channels, rows, columns] = &image[..] else {
        bail!(
            "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: {}",
            image.list()
        );
    };
    if groups == 0 {
        bail!("non-positive groups is not supported");
    }
    if stride.contains(&0) {
        bail!("non-positive stride is not supported");
    }
    if dilation.contains(&0) {
        bail!("dilation should be greater than zero, but got {dilation:?}");
    }
    if !filters.is_multiple_of(groups) {
        bail!(
            "Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size \
             {} instead",
            kernel.list()
        );
    }
    if channels != per_group * groups {
        bail!(
            "Given groups={groups}, weight of size {}, expected input{} to have {} channels, but got {channels} \
             channels instead",
            kernel.list(),
            image.list(),
            per_group * groups
        );
    }
    if let Some(bias) = bias
        && bias.shape() != [filters]
    {
        bail!(
            "Given weight of size {}, expected bias to be 1-dimensional with {filters} elements, but got bias of size \
             {} instead",
            kernel.list(),
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
    let (input, kernel) = ([rows, columns], [height, width]);
    let mut output = [0; 2];
    for d in 0..2 {
        let (seen, reach) = (
            input[d] + 2 * padding[d],
            dilation[d] * (kernel[d].max(1) - 1) + 1,
        );
        if reach > seen {
            bail!(
                "Calculated padded input size per channel: ({} x {}). Kernel size: ({} x {}). Kernel size can't be \
                 greater than actual input size",
                input[0] + 2 * padding[0],
                input[1] + 2 * padding[1],
                dilation[0] * (kernel[0].max(1) - 1) + 1,
                dilation[1] * (kernel[1].max(1) - 1) + 1
            );
        }
        output[d] = (seen - reach) / stride[d] + 1;
    }
    Ok(Geometry {
        batch,
        channels,
        input,
        filters,
        kernel,
        output,
        stride,
        padding,
        dilation,
        groups,
    })
}

pub(super) fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: Conv2dOptions,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    if x.dim() == 3 {
        return conv2d(&x.try_unsqueeze(0)?, weight, bias, options)?.try_squeeze_dim(0);
    }
    seen(x, weight, bias, geometry(x, weight, bias, options)?)
}

/// The convolution of sizes that are known to go together.
fn seen(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, geometry: Geometry) -> Result<Tensor> {
    let mut output = Tensor::from_array(conv::forward(geometry, &x.array(), &weight.array())?);
    if let Some(bias) = bias {
        output = output.try_add(bias.detach().try_view([-1, 1, 1])?)?;
    }
    let inputs: Vec<&Tensor> = [x, weight].into_iter().chain(bias).collect();
    let biased = bias.is_some();
    record("ConvolutionBackward0", &inputs, output, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let mut gradients = vec![
                ctx.when(0, || image_gradient(g, &ctx.saved(1)?, geometry))?,
                ctx.when(1, || kernel_gradient(&ctx.saved(0)?, g, geometry))?,
            ];
            if biased {
                gradients.push(ctx.when(2, || g.try_sum_dim([0, 2, 3], false))?);
            }
            Ok(gradients)
        };
        (vec![Saved::input(x), Saved::input(weight)], backward)
    })
}

/// The gradient of the image; itself linear in both, so its own derivatives are the other convolutions.
pub(super) fn image_gradient(gradient: &Tensor, weight: &Tensor, g: Geometry) -> Result<Tensor> {
    let output = Tensor::from_array(conv::backward_image(g, &gradient.array(), &weight.array())?);
    record(
        "ConvolutionBackwardBackward0",
        &[gradient, weight],
        output,
        |_| {
            let backward = move |ctx: &Ctx, v: &Tensor| {
                Ok(vec![
                    ctx.when(0, || seen(v, &ctx.saved(1)?, None, g))?,
                    ctx.when(1, || kernel_gradient(v, &ctx.saved(0)?, g))?,
                ])
            };
            (vec![Saved::input(gradient), Saved::input(weight)], backward)
        },
    )
}

/// The gradient of the kernel; itself linear in both.
fn kernel_gradient(x: &Tensor, gradient: &Tensor, g: Geometry) -> Result<Tensor> {
    let output = Tensor::from_array(conv::backward_kernel(g, &x.array(), &gradient.array())?);
    record(
        "ConvolutionBackwardBackward0",
        &[x, gradient],
        output,
        |_| {
            let backward = move |ctx: &Ctx, v: &Tensor| {
                Ok(vec![
                    ctx.when(0, || image_gradient(&ctx.saved(1)?, v, g))?,
                    ctx.when(1, || seen(&ctx.saved(0)?, v, None, g))?,
                ])
            };
            (vec![Saved::input(x), Saved::input(gradient)], backward)
        },
    )
}

/// Zeros like `x`, filled by draws in the order in which the numbers of `x` lie in memory, as PyTorch fills what
/// `empty_like` gives: a transposed tensor has other numbers dropped than a contiguous one.
fn drawn_like(x: &Tensor, draw: impl FnOnce(&Tensor) -> Tensor) -> Result<Tensor> {
    lying_like(x, |shape| Ok(draw(&x.try_new_zeros(&shape)?)))
}

ops! {
    /// Images `[N, C, H, W]` (or one, `[C, H, W]`) seen through the kernels `weight` `[F, C / groups, h, w]`. The
    /// result has `F` channels. Sizes or dtypes that do not go together are an error. PyTorch: `F.conv2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let options = Conv2dOptions { padding: [1, 1], ..Default::default() };
    /// let y = Tensor::rand([2, 3, 8, 8]).conv2d(&Tensor::rand([5, 3, 3, 3]), None, options);
    /// assert_eq!(y.shape(), [2, 5, 8, 8]);
    /// ```
    conv2d, try_conv2d, [] (x, weight: &Tensor, bias: Option<&Tensor>, options: Conv2dOptions)
        => conv2d(x, weight, bias, options);
    /// Zeroes each element with probability `p` and scales the others by `1 / (1 - p)`, if `training`. Any shape, of
    /// floats; a `p` outside 0 to 1 is an error. PyTorch: `F.dropout`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let x = Tensor::ones(6);
    /// assert_eq!(x.dropout(0.5, true).to_string(), "tensor([0., 0., 2., 0., 0., 0.])");
    /// assert_eq!(x.dropout(0.5, false).to_string(), "tensor([1., 1., 1., 1., 1., 1.])");
    /// ```
    dropout, try_dropout, [] (x, p: f64, training: bool) => {
        if !(0. ..=1.).contains(&p) {
            bail!("dropout probability has to be between 0 and 1, but got {p}");
        }
        if !training || p == 0. {
            return Ok(x.clone());
        }
        if p == 1. {
            return x.try_mul(0);
        }
        if !x.dtype().is_differentiable() {
            bail!(
                "result type Float can't be cast to the desired output type {}",
                x.dtype().scalar_type()
            );
        }
        let kept = drawn_like(x, |zeros| zeros.bernoulli_(1. - p))?;
        x.try_mul(kept.try_div(1. - p)?)
    };
}
