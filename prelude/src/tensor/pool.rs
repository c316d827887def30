//! Pooling: several neighbours become one value.

use super::Tensor;
use super::ops::ops;
use crate::autograd::{Ctx, record};
use crate::error::{Result, bail};
use crate::kernels::pool::{self, Windows};

/// How windows move over an image; height before width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool2dOptions {
    /// The size of a window.
    pub kernel: [usize; 2],
    /// How far a window is from the next.
    pub stride: [usize; 2],
    /// How much is put around the image on each side.
    pub padding: [usize; 2],
}

impl Pool2dOptions {
    /// Square windows of that size, side by side.
    pub fn new(kernel: usize) -> Self {
        Self {
            kernel: [kernel; 2],
            stride: [kernel; 2],
            padding: [0; 2],
        }
    }

    /// With another distance from window to window.
    pub fn stride(mut self, stride: usize) -> Self {
        self.stride = [stride; 2];
        self
    }

    /// With that much around the image.
    pub fn padding(mut self, padding: usize) -> Self {
        self.padding = [padding; 2];
        self
    }
}

/// The windows of both dimensions, after PyTorch's checks.
fn windows(name: &str, x: &Tensor, options: Pool2dOptions) -> Result<[Windows; 2]> {
    let Pool2dOptions {
        kernel,
        stride,
        padding,
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
    if (0..2).any(|d| padding[d] > kernel[d] / 2) {
        bail!(
            "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation=1",
            padding[0].max(padding[1]),
            kernel[0]
        );
    }
    if (0..2).any(|d| input[d] + 2 * padding[d] < kernel[d]) {
        bail!(
            "Given input size: ({}x{}x{}). Calculated output size: ({0}x0x0). Output size is too small",
            x.try_size(-3)?,
            input[0],
            input[1]
        );
    }
    Ok([0, 1].map(|d| Windows::regular(input[d], kernel[d], stride[d], padding[d])))
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
    let [rows, columns] = windows("max_pool2d", x, options)?;
    let array = x.array();
    let places = Tensor::from_array(pool::max_places(&array, &rows, &columns)?);
    Ok((taken(x, &places, "MaxPool2DWithIndicesBackward0")?, places))
}

/// The elements of each plane at places within it.
fn taken(x: &Tensor, places: &Tensor, name: &'static str) -> Result<Tensor> {
    let output = Tensor::from_array(pool::take(&x.array(), &places.array())?);
    let (shape, places) = (x.shape(), places.clone());
    Ok(record(name, &[x], output, |_| {
        (Vec::new(), move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(put_back(g, &places, &shape)?)])
        })
    }))
}

/// The derivative of [`taken`]; its own is `taken` again.
fn put_back(g: &Tensor, places: &Tensor, shape: &[usize]) -> Result<Tensor> {
    let output = Tensor::from_array(pool::put(&g.array(), &places.array(), shape)?);
    let places = places.clone();
    Ok(record(
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
    ))
}

fn averaged(x: &Tensor, windows: [Windows; 2], name: &'static str) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let output = Tensor::from_array(pool::mean(&x.array(), &windows[0], &windows[1])?);
    Ok(record(name, &[x], output, |_| {
        (Vec::new(), move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(spread(g, windows.clone(), name)?)])
        })
    }))
}

/// The derivative of [`averaged`]; its own is `averaged` again.
fn spread(g: &Tensor, windows: [Windows; 2], name: &'static str) -> Result<Tensor> {
    let output = Tensor::from_array(pool::spread(&g.array(), &windows[0], &windows[1])?);
    Ok(record(name, &[g], output, |_| {
        (Vec::new(), move |_: &Ctx, v: &Tensor| {
            Ok(vec![Some(averaged(v, windows.clone(), name)?)])
        })
    }))
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

ops! {
    /// The largest element of each window of images `[N, C, H, W]` or `[C, H, W]`.
    max_pool2d, try_max_pool2d, [] (x, options: Pool2dOptions) => Ok(max_pool(x, options)?.0);
    /// [`Tensor::max_pool2d`] and where in its image each of those elements is.
    max_pool2d_with_indices, try_max_pool2d_with_indices, [] (x, options: Pool2dOptions) -> (Tensor, Tensor)
        => max_pool(x, options);
    /// The mean of each window of images `[N, C, H, W]` or `[C, H, W]`; padding counts as zeros.
    avg_pool2d, try_avg_pool2d, [] (x, options: Pool2dOptions)
        => averaged(x, windows("avg_pool2d", x, options)?, "AvgPool2DBackward0");
    /// The means of as many windows as the output is to have.
    adaptive_avg_pool2d, try_adaptive_avg_pool2d, [] (x, output: [usize; 2]) => adaptive(x, output);
}
