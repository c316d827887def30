//! Pooling: several neighbours become one value.

use super::Tensor;
use super::ops::ops;
use crate::autograd::{Ctx, composite, named, record};
use crate::error::{Result, bail};
use crate::kernels::pool::{self, Windows};

/// How windows move over an input of `N` dimensions; in two, height before width.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([[[1., 3.], [2., 4.]]]);
/// let y = x.max_pool2d(Pool2dOptions::new(2).stride(1).padding(1));
/// assert_eq!(y.to_string(), "tensor([[[1., 3., 3.],\n         [2., 4., 4.],\n         [2., 4., 4.]]])");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolOptions<const N: usize> {
    /// The size of a window.
    pub kernel: [usize; N],
    /// How far a window is from the next.
    pub stride: [usize; N],
    /// How much is put around the input on each side.
    pub padding: [usize; N],
    /// The distance between neighbouring points of a window; only for the largest element.
    pub dilation: [usize; N],
    /// Whether a last window that hangs over the end counts.
    pub ceil_mode: bool,
    /// Whether padding counts as zeros in a mean, as it does unless this says `false`.
    pub count_include_pad: bool,
    /// What the sum of a window is divided by, where that is not the window's size.
    pub divisor_override: Option<usize>,
}

/// The options of [`Tensor::max_pool1d`] and [`Tensor::avg_pool1d`].
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([[1., 3., 2., 4.]]);
/// let options = Pool1dOptions::new(2).stride(1);
/// assert_eq!(x.avg_pool1d(options).to_string(), "tensor([[2.0000, 2.5000, 3.0000]])");
/// ```
pub type Pool1dOptions = PoolOptions<1>;
/// The options of [`Tensor::max_pool2d`] and [`Tensor::avg_pool2d`].
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([[[1., 3.], [2., 4.]]]);
/// let options = Pool2dOptions { kernel: [1, 2], ..Pool2dOptions::new(1) };
/// assert_eq!(x.max_pool2d(options).view(-1).to_string(), "tensor([3., 4.])");
/// ```
pub type Pool2dOptions = PoolOptions<2>;
/// The options of [`Tensor::max_pool3d`] and [`Tensor::avg_pool3d`].
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::Pool3dOptions;
/// let x = Tensor::arange(0., 8., 1.).view([1, 2, 2, 2]);
/// let options = Pool3dOptions { kernel: [2, 1, 1], ..Pool3dOptions::new(1) };
/// assert_eq!(x.avg_pool3d(options).view(-1).to_string(), "tensor([2., 3., 4., 5.])");
/// ```
pub type Pool3dOptions = PoolOptions<3>;

impl<const N: usize> PoolOptions<N> {
    /// Windows of that size in all dimensions, side by side.
    pub fn new(kernel: usize) -> Self {
        Self {
            kernel: [kernel; N],
            stride: [kernel; N],
            padding: [0; N],
            dilation: [1; N],
            ceil_mode: false,
            count_include_pad: true,
            divisor_override: None,
        }
    }

    /// With another distance from window to window.
    pub fn stride(mut self, stride: usize) -> Self {
        self.stride = [stride; N];
        self
    }

    /// With that much around the input.
    pub fn padding(mut self, padding: usize) -> Self {
        self.padding = [padding; N];
        self
    }
}

impl Pool1dOptions {
    /// The same windows over an image of one row.
    fn over_a_row(self) -> Pool2dOptions {
        PoolOptions {
            kernel: [1, self.kernel[0]],
            stride: [1, self.stride[0]],
            padding: [0, self.padding[0]],
            dilation: [1, self.dilation[0]],
            ceil_mode: self.ceil_mode,
            count_include_pad: self.count_include_pad,
            divisor_override: self.divisor_override,
        }
    }
}

/// The windows of both dimensions, after PyTorch's checks.
fn windows(name: &str, x: &Tensor, options: Pool2dOptions) -> Result<[Windows; 2]> {
    let PoolOptions {
        kernel,
        stride,
        padding,
        dilation,
        ..
    } = options;
    let input = plane(name, x)?;
    if kernel.contains(&0) {
        bail!(
            "kernel size should be greater than zero, but got kH: {} kW: {}",
            kernel[0],
            kernel[1]
        );
    }
    if stride.contains(&0) {
        bail!("stride should not be zero");
    }
    if dilation.contains(&0) {
        bail!(
            "dilation should be greater than zero, but got dilationH: {} dilationW: {}",
            dilation[0],
            dilation[1]
        );
    }
    let reach = [0, 1].map(|d| dilation[d] * (kernel[d] - 1) + 1);
    if let Some(d) = (0..2).find(|&d| padding[d] > reach[d] / 2) {
        bail!(
            "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation={}",
            padding[d],
            kernel[d],
            dilation[d]
        );
    }
    let output = [0, 1].map(|d| {
        let points = [kernel[d], dilation[d]];
        Windows::how_many(input[d], points, stride[d], padding[d], options.ceil_mode)
    });
    if output.into_iter().any(|size| size < 1) {
        bail!(
            "Given input size: ({}x{}x{}). Calculated output size: ({0}x{}x{}). Output size is too small",
            x.try_size(-3)?,
            input[0],
            input[1],
            output[0],
            output[1]
        );
    }
    if options.divisor_override == Some(0) {
        bail!("divisor must be not zero");
    }
    Ok([0, 1].map(|d| {
        let mut windows = Windows::regular(
            input[d],
            [kernel[d], dilation[d]],
            stride[d],
            padding[d],
            options.ceil_mode,
        );
        if !options.count_include_pad {
            windows.ignore_padding();
        }
        if let Some(divisor) = options.divisor_override {
            // The product of both is what a sum is divided by.
            windows.widths.fill(if d == 0 { divisor } else { 1 });
        }
        windows
    }))
}

fn plane(name: &str, x: &Tensor) -> Result<[usize; 2]> {
    match x.shape()[..] {
        [_, h, w] | [_, _, h, w] => Ok([h, w]),
        _ => bail!(
            "{name}(): Expected 3D or 4D input, but got input of size {}",
            x.shape().list()
        ),
    }
}

fn max_pool(x: &Tensor, options: Pool2dOptions) -> Result<(Tensor, Tensor)> {
    wick_runtime::interrupt::check();
    largest(
        x,
        &windows("max_pool2d", x, options)?,
        "MaxPool2DWithIndicesBackward0",
    )
}

/// The largest element of each window, and where in its plane it is.
fn largest(
    x: &Tensor,
    [rows, columns]: &[Windows; 2],
    name: &'static str,
) -> Result<(Tensor, Tensor)> {
    let array = x.array();
    let places = Tensor::from_array(pool::max_places(&array, rows, columns)?);
    Ok((taken(x, &places, name)?, places))
}

/// The elements of each plane at places within it.
fn taken(x: &Tensor, places: &Tensor, name: &'static str) -> Result<Tensor> {
    let output = Tensor::from_array(pool::take(&x.array(), &places.array())?);
    let (shape, places) = (x.shape(), places.clone());
    record(name, &[x], output, |_| {
        (Vec::new(), move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(put_back(g, &places, &shape)?)])
        })
    })
}

/// The derivative of [`taken`]; its own is `taken` again.
fn put_back(g: &Tensor, places: &Tensor, shape: &[usize]) -> Result<Tensor> {
    let output = Tensor::from_array(pool::put(&g.array(), &places.array(), shape)?);
    let places = places.clone();
    record(
        "MaxPool2DWithIndicesBackwardBackward0",
        &[g],
        output,
        |_| {
            (Vec::new(), move |_: &Ctx, v: &Tensor| {
                Ok(vec![Some(taken(
                    v,
                    &places,
                    "MaxPool2DWithIndicesBackward0",
                )?)])
            })
        },
    )
}

fn averaged(x: &Tensor, windows: [Windows; 2], name: &'static str) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let output = Tensor::from_array(pool::mean(&x.array(), &windows[0], &windows[1])?);
    record(name, &[x], output, |_| {
        (Vec::new(), move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(spread(g, windows.clone(), name)?)])
        })
    })
}

/// The derivative of [`averaged`]; its own is `averaged` again.
fn spread(g: &Tensor, windows: [Windows; 2], name: &'static str) -> Result<Tensor> {
    let output = Tensor::from_array(pool::spread(&g.array(), &windows[0], &windows[1])?);
    record(name, &[g], output, |_| {
        (Vec::new(), move |_: &Ctx, v: &Tensor| {
            Ok(vec![Some(averaged(v, windows.clone(), name)?)])
        })
    })
}

fn adaptive(x: &Tensor, output: [usize; 2]) -> Result<Tensor> {
    let input = plane("adaptive_avg_pool2d", x)?;
    if output == [1, 1] {
        return x.try_mean_dim([-2, -1], true);
    }
    averaged(
        x,
        [0, 1].map(|d| Windows::adaptive(input[d], output[d])),
        "AdaptiveAvgPool2DBackward0",
    )
}

fn adaptive_max(x: &Tensor, output: [usize; 2]) -> Result<(Tensor, Tensor)> {
    wick_runtime::interrupt::check();
    let input = plane("adaptive_max_pool2d", x)?;
    largest(
        x,
        &[0, 1].map(|d| Windows::adaptive(input[d], output[d])),
        "AdaptiveMaxPool2DBackward0",
    )
}

/// PyTorch's checks of rows, which have sentences of their own.
fn fits_a_row(input: usize, options: Pool1dOptions) -> Result<()> {
    let PoolOptions {
        kernel: [kernel],
        stride: [stride],
        padding: [padding],
        dilation: [dilation],
        ..
    } = options;
    if kernel == 0 || stride == 0 || dilation == 0 {
        return Ok(());
    }
    if padding > kernel / 2 {
        bail!(
            "max_pool1d() padding should be at most half of kernel size, but got padding={padding} and \
             kernel_size={kernel}"
        );
    }
    let points = [kernel, dilation];
    let output = Windows::how_many(input, points, stride, padding, options.ceil_mode);
    if output < 1 {
        bail!("max_pool1d() Invalid computed output size: {output}");
    }
    Ok(())
}

/// Does to the rows `[N, C, L]` or `[C, L]` what `pool` does to images of one row.
fn over_rows(
    name: &str,
    x: &Tensor,
    pool: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    if !matches!(x.dim(), 2 | 3) {
        bail!(
            "{name}() Expected 2D or 3D input tensor, but got {}",
            x.shape().list()
        );
    }
    pool(&x.try_unsqueeze(-2)?)?.try_squeeze_dim(-2)
}

impl Pool3dOptions {
    /// The same windows in the two last dimensions, and in the first one over rows of all else. A divisor counts once.
    fn planes_and_depth(self) -> [Pool2dOptions; 2] {
        let of = |sizes: [usize; 3]| [sizes[1], sizes[2]];
        let planes = PoolOptions {
            kernel: of(self.kernel),
            stride: of(self.stride),
            padding: of(self.padding),
            dilation: of(self.dilation),
            ceil_mode: self.ceil_mode,
            count_include_pad: self.count_include_pad,
            divisor_override: self.divisor_override,
        };
        let depth = PoolOptions {
            kernel: [self.kernel[0], 1],
            stride: [self.stride[0], 1],
            padding: [self.padding[0], 0],
            dilation: [self.dilation[0], 1],
            divisor_override: self.divisor_override.map(|_| 1),
            ..planes
        };
        [planes, depth]
    }
}

/// Pools volumes `[N, C, D, H, W]` or `[C, D, H, W]`: first the planes, then the depth.
fn over_volumes(
    name: &str,
    x: &Tensor,
    planes: impl FnOnce(&Tensor) -> Result<Tensor>,
    depth: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let shape = x.shape();
    let Some((lead, &[frames, rows, columns])) = shape.split_last_chunk::<3>() else {
        bail!(
            "{name}: Expected 4D or 5D input tensor, but got {}",
            shape.list()
        );
    };
    if !matches!(lead.len(), 1 | 2) {
        bail!(
            "{name}: Expected 4D or 5D input tensor, but got {}",
            shape.list()
        );
    }
    let channels: usize = lead.iter().product();
    let flat = planes(&x.try_reshape([channels, frames, rows, columns])?)?;
    let (high, wide) = (flat.try_size(2)?, flat.try_size(3)?);
    let y = depth(&flat.try_reshape([1, channels, frames, high * wide])?)?;
    let mut whole = lead.to_vec();
    whole.extend([y.try_size(2)?, high, wide]);
    y.try_reshape(whole)
}

ops! {
    /// The largest element of each window of volumes `[N, C, D, H, W]` or `[C, D, H, W]`. PyTorch: `F.max_pool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::tensor::Pool3dOptions;
    /// let x = Tensor::arange(0., 8., 1.).view([1, 2, 2, 2]);
    /// assert_eq!(x.max_pool3d(Pool3dOptions::new(2)).view(-1).to_string(), "tensor([7.])");
    /// ```
    max_pool3d, try_max_pool3d, [] (x, options: Pool3dOptions) => {
        let [planes, depth] = options.planes_and_depth();
        composite("MaxPool3DWithIndicesBackward0", &[x], move |of| {
            over_volumes("max_pool3d", &of[0], |x| x.try_max_pool2d(planes), |x| x.try_max_pool2d(depth))
        })
    };
    /// The mean of each window of volumes `[N, C, D, H, W]` or `[C, D, H, W]`; padding counts as zeros.
    /// PyTorch: `F.avg_pool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::tensor::Pool3dOptions;
    /// let x = Tensor::arange(0., 8., 1.).view([1, 2, 2, 2]);
    /// assert_eq!(x.avg_pool3d(Pool3dOptions::new(2)).view(-1).to_string(), "tensor([3.5000])");
    /// ```
    avg_pool3d, try_avg_pool3d, [] (x, options: Pool3dOptions) => {
        let [planes, depth] = options.planes_and_depth();
        composite("AvgPool3DBackward0", &[x], move |of| {
            over_volumes("avg_pool3d", &of[0], |x| x.try_avg_pool2d(planes), |x| x.try_avg_pool2d(depth))
        })
    };
    /// The means of as many windows of volumes `[N, C, D, H, W]` or `[C, D, H, W]` as the output is to have.
    /// PyTorch: `F.adaptive_avg_pool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2., 3., 4., 5., 6., 7., 8.]).view([1, 2, 2, 2]);
    /// assert_eq!(x.adaptive_avg_pool3d([1, 1, 1]).item::<f64>(), 4.5);
    /// ```
    adaptive_avg_pool3d, try_adaptive_avg_pool3d, [] (x, output: [usize; 3]) => {
        if output == [1; 3] && matches!(x.dim(), 4 | 5) {
            return x.try_mean_dim([-3, -2, -1], true);
        }
        let [frames, rows, columns] = output;
        composite("AdaptiveAvgPool3DBackward0", &[x], move |of| {
            over_volumes(
                "adaptive_avg_pool3d",
                &of[0],
                |x| adaptive(x, [rows, columns]),
                |x| adaptive(x, [frames, rows * columns]),
            )
        })
    };
    /// The largest elements of as many windows of volumes `[N, C, D, H, W]` or `[C, D, H, W]` as the output is to have.
    /// PyTorch: `F.adaptive_max_pool3d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2., 3., 4., 5., 6., 7., 8.]).view([1, 2, 2, 2]);
    /// assert_eq!(x.adaptive_max_pool3d([1, 1, 1]).item::<f64>(), 8.0);
    /// ```
    adaptive_max_pool3d, try_adaptive_max_pool3d, [] (x, output: [usize; 3]) => {
        let [frames, rows, columns] = output;
        composite("AdaptiveMaxPool3DBackward0", &[x], move |of| {
            over_volumes(
                "adaptive_max_pool3d",
                &of[0],
                |x| Ok(adaptive_max(x, [rows, columns])?.0),
                |x| Ok(adaptive_max(x, [frames, rows * columns])?.0),
            )
        })
    };
    /// [`Tensor::max_pool1d`] and where in its row each of those elements is. The places are `i64`.
    /// PyTorch: `F.max_pool1d_with_indices`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3., 2., 4.]]);
    /// let (_, places) = x.max_pool1d_with_indices(Pool1dOptions::new(2));
    /// assert_eq!(places.view([2]).to_vec1::<i64>(), [1, 3]);
    /// ```
    max_pool1d_with_indices, try_max_pool1d_with_indices, [] (x, options: Pool1dOptions) -> (Tensor, Tensor) => {
        let mut places = None;
        let largest = over_rows("max_pool1d", x, |x| {
            let (largest, found) = x.try_max_pool2d_with_indices(options.over_a_row())?;
            places = Some(found.try_squeeze_dim(-2)?);
            Ok(largest)
        })?;
        let places = places.unwrap_or_else(|| largest.zeros_like());
        Ok((largest, places))
    };
    /// [`Tensor::max_pool3d`] and where in its volume each of those elements is. The places are `i64`.
    /// PyTorch: `F.max_pool3d_with_indices`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::tensor::Pool3dOptions;
    /// let x = Tensor::arange(0., 8., 1.).view([1, 2, 2, 2]);
    /// let (_, places) = x.max_pool3d_with_indices(Pool3dOptions::new(2));
    /// assert_eq!(places.view(-1).to_string(), "tensor([7])");
    /// ```
    max_pool3d_with_indices, try_max_pool3d_with_indices, [] (x, options: Pool3dOptions) -> (Tensor, Tensor) => {
        let [planes, depth] = options.planes_and_depth();
        let (mut in_plane, mut in_depth) = (None, None);
        let largest = over_volumes(
            "max_pool3d",
            x,
            |x| {
                let (largest, places) = x.try_max_pool2d_with_indices(planes)?;
                in_plane = Some(places);
                Ok(largest)
            },
            |x| {
                let (largest, places) = x.try_max_pool2d_with_indices(depth)?;
                in_depth = Some(places);
                Ok(largest)
            },
        )?;
        let (Some(in_plane), Some(in_depth)) = (in_plane, in_depth) else {
            bail!("max_pool3d: nothing was pooled");
        };
        // The second pass says which row and column of `[frames, high * wide]`; the first, what was taken there.
        let spread = in_depth.try_size(-1)?;
        let channels = in_depth.try_size(1)?;
        let flat = in_plane.try_reshape([channels, in_plane.numel() / channels.max(1)])?;
        let chosen = in_depth.try_reshape([channels, in_depth.numel() / channels.max(1)])?;
        let frames = chosen.try_div_rounding(spread, super::Rounding::Floor)?;
        let area = x.try_size(-1)? * x.try_size(-2)?;
        let places = frames.try_mul(area)?.try_add(flat.try_gather(-1, &chosen)?)?;
        let places = places.try_reshape(largest.dims())?;
        Ok((named("MaxPool3DWithIndicesBackward0", &largest)?, places))
    };
    /// The largest element of each window of images `[N, C, H, W]` or `[C, H, W]`. PyTorch: `F.max_pool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[[1., 3.], [2., 4.]]]);
    /// assert_eq!(x.max_pool2d(Pool2dOptions::new(2)).view([1]).to_vec1::<f32>(), [4.]);
    /// ```
    max_pool2d, try_max_pool2d, [] (x, options: Pool2dOptions) => Ok(max_pool(x, options)?.0);
    /// [`Tensor::max_pool2d`] and where in its image each of those elements is. The places are `i64`.
    /// PyTorch: `F.max_pool2d_with_indices`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[[1., 3.], [2., 4.]]]);
    /// let (_, places) = x.max_pool2d_with_indices(Pool2dOptions::new(2));
    /// assert_eq!(places.view([1]).to_vec1::<i64>(), [3]);
    /// ```
    max_pool2d_with_indices, try_max_pool2d_with_indices, [] (x, options: Pool2dOptions) -> (Tensor, Tensor)
        => max_pool(x, options);
    /// The mean of each window of images `[N, C, H, W]` or `[C, H, W]`; padding counts as zeros.
    /// PyTorch: `F.avg_pool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[[1., 3.], [2., 4.]]]);
    /// assert_eq!(x.avg_pool2d(Pool2dOptions::new(2)).view([1]).to_vec1::<f32>(), [2.5]);
    /// ```
    avg_pool2d, try_avg_pool2d, [] (x, options: Pool2dOptions)
        => averaged(x, windows("avg_pool2d", x, options)?, "AvgPool2DBackward0");
    /// The means of as many windows as the output is to have.
    /// `[N, C, H, W]` or `[C, H, W]`; `output` is height and width. PyTorch: `F.adaptive_avg_pool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[[1., 3.], [2., 4.]]]);
    /// assert_eq!(x.adaptive_avg_pool2d([1, 1]).view([1]).to_vec1::<f32>(), [2.5]);
    /// ```
    adaptive_avg_pool2d, try_adaptive_avg_pool2d, [] (x, output: [usize; 2]) => adaptive(x, output);
    /// The largest elements of as many windows as the output is to have.
    /// `[N, C, H, W]` or `[C, H, W]`; `output` is height and width. PyTorch: `F.adaptive_max_pool2d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[[1., 3.], [2., 4.]]]);
    /// assert_eq!(x.adaptive_max_pool2d([1, 1]).view([1]).to_vec1::<f32>(), [4.]);
    /// ```
    adaptive_max_pool2d, try_adaptive_max_pool2d, [] (x, output: [usize; 2]) => Ok(adaptive_max(x, output)?.0);
    /// The largest element of each window of rows `[N, C, L]` or `[C, L]`. PyTorch: `F.max_pool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3., 2., 4.]]);
    /// assert_eq!(x.max_pool1d(Pool1dOptions::new(2)).view([2]).to_vec1::<f32>(), [3., 4.]);
    /// ```
    max_pool1d, try_max_pool1d, [] (x, options: Pool1dOptions)
        => over_rows("max_pool1d", x, |x| {
            fits_a_row(x.try_size(-1)?, options)?;
            Ok(max_pool(x, options.over_a_row())?.0)
        });
    /// The mean of each window of rows `[N, C, L]` or `[C, L]`; padding counts as zeros. PyTorch: `F.avg_pool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3., 2., 4.]]);
    /// assert_eq!(x.avg_pool1d(Pool1dOptions::new(2)).view([2]).to_vec1::<f32>(), [2., 3.]);
    /// ```
    avg_pool1d, try_avg_pool1d, [] (x, options: Pool1dOptions)
        => over_rows("avg_pool1d", x, |x| x.try_avg_pool2d(options.over_a_row()));
    /// The means of as many windows of rows `[N, C, L]` or `[C, L]` as the output is to have.
    /// PyTorch: `F.adaptive_avg_pool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3., 2., 4.]]);
    /// assert_eq!(x.adaptive_avg_pool1d(2).view([2]).to_vec1::<f32>(), [2., 3.]);
    /// ```
    adaptive_avg_pool1d, try_adaptive_avg_pool1d, [] (x, output: usize)
        => over_rows("adaptive_avg_pool1d", x, |x| adaptive(x, [1, output]));
    /// The largest elements of as many windows of rows `[N, C, L]` or `[C, L]` as the output is to have.
    /// PyTorch: `F.adaptive_max_pool1d`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3., 2., 4.]]);
    /// assert_eq!(x.adaptive_max_pool1d(2).view([2]).to_vec1::<f32>(), [3., 4.]);
    /// ```
    adaptive_max_pool1d, try_adaptive_max_pool1d, [] (x, output: usize)
        => over_rows("adaptive_max_pool1d", x, |x| Ok(adaptive_max(x, [1, output])?.0));
}
