//! Two-dimensional convolution and its derivatives, as matrix products of unfolded images.
//!
//! One image at a time is unfolded to a matrix with a column per output pixel ("im2col"), so that what is multiplied
//! stays in the caches; images are spread over the cores.

use super::array::{Array, elements, on_cpu};
use super::element::Element;
use super::gemm::{Gemm, Matrix, product};
use super::transfer::{cast, contiguous};
use crate::dtype::DType;
use crate::error::Result;
use candle_core::{CpuStorage, Layout};
use rayon::prelude::*;

/// The sizes of a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub batch: usize,
    pub channels: usize,
    pub input: [usize; 2],
    pub filters: usize,
    pub kernel: [usize; 2],
    pub output: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    pub dilation: [usize; 2],
    pub groups: usize,
}

impl Geometry {
    /// Channels and filters of one group.
    fn group(&self) -> (usize, usize) {
        (self.channels / self.groups, self.filters / self.groups)
    }

    fn pixels_in(&self) -> usize {
        self.input[0] * self.input[1]
    }

    fn pixels_out(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// The rows of an unfolded image of one group.
    fn unfolded(&self) -> usize {
        self.group().0 * self.kernel[0] * self.kernel[1]
    }

    /// Whether an unfolded image is the image itself.
    fn is_pointwise(&self) -> bool {
        // What a transposed convolution appends to its output has no place in the other image.
        self.kernel == [1, 1]
            && self.stride == [1, 1]
            && self.padding == [0, 0]
            && self.input == self.output
    }

    /// Which output columns of a kernel column see the image, and the input column of output column 0, which may lie
    /// outside.
    fn columns(&self, kernel_column: usize) -> (std::ops::Range<usize>, isize) {
        let first = (kernel_column * self.dilation[1]) as isize - self.padding[1] as isize;
        let stride = self.stride[1] as isize;
        let from = if first < 0 {
            (-first + stride - 1) / stride
        } else {
            0
        };
        let to = (self.input[1] as isize - first + stride - 1)
            .div_euclid(stride)
            .clamp(0, self.output[1] as isize);
        (from.min(to) as usize..to as usize, first)
    }

    /// The input row that an output row sees through a kernel row.
    fn row(&self, kernel_row: usize, output_row: usize) -> Option<usize> {
        (output_row * self.stride[0] + kernel_row * self.dilation[0])
            .checked_sub(self.padding[0])
            .filter(|&row| row < self.input[0])
    }

    /// Calls `f` for each run of output pixels that one point of the kernel sees: where the run starts in the unfolded
    /// matrix, where in the image of the group, and how long it is. Input pixels are `stride[1]` apart.
    fn each_run(&self, mut f: impl FnMut(usize, usize, usize)) {
        let [rows, columns] = self.output;
        let pixels = self.pixels_out();
        let mut line = 0;
        for channel in 0..self.group().0 {
            for kernel_row in 0..self.kernel[0] {
                for kernel_column in 0..self.kernel[1] {
                    let (seen, first) = self.columns(kernel_column);
                    for row in 0..rows {
                        let Some(input_row) = self.row(kernel_row, row) else {
                            continue;
                        };
                        if seen.is_empty() {
                            continue;
                        }
                        let column = (first + (seen.start * self.stride[1]) as isize) as usize;
                        let image = (channel * self.input[0] + input_row) * self.input[1] + column;
                        f(
                            line * pixels + row * columns + seen.start,
                            image,
                            seen.len(),
                        );
                    }
                    line += 1;
                }
            }
        }
    }

    /// The unfolded image of one group. `out` must be zero where the kernel sees padding.
    fn unfold<T: Copy>(&self, image: &[T], out: &mut [T]) {
        let step = self.stride[1];
        self.each_run(|to, from, len| {
            let out = &mut out[to..to + len];
            if step == 1 {
                out.copy_from_slice(&image[from..from + len]);
            } else {
                out.iter_mut()
                    .zip(image[from..].iter().step_by(step))
                    .for_each(|(o, &x)| *o = x);
            }
        });
    }

    /// Adds an unfolded image back to where it came from.
    fn fold<T: Copy + std::ops::AddAssign>(&self, unfolded: &[T], image: &mut [T]) {
        let step = self.stride[1];
        self.each_run(|from, to, len| {
            let source = &unfolded[from..from + len];
            if step == 1 {
                image[to..to + len]
                    .iter_mut()
                    .zip(source)
                    .for_each(|(x, &u)| *x += u);
            } else {
                image[to..]
                    .iter_mut()
                    .step_by(step)
                    .zip(source)
                    .for_each(|(x, &u)| *x += u);
            }
        });
    }
}

type Input<'a> = (&'a CpuStorage, &'a Layout);

fn plain<'a, T: Element>((data, layout): Input<'a>) -> Result<&'a [T]> {
    debug_assert!(layout.is_contiguous());
    let from = layout.start_offset();
    Ok(&elements::<T>(data)?[from..from + layout.shape().elem_count()])
}

/// Half floats are computed in `f32`.
fn widened(
    g: Geometry,
    inputs: [&Array; 2],
    shape: &[usize],
    single: impl FnOnce(Geometry, Input, Input) -> Result<CpuStorage>,
    double: impl FnOnce(Geometry, Input, Input) -> Result<CpuStorage>,
) -> Result<Array> {
    let dtype = inputs[0].dtype();
    match dtype {
        DType::F16 | DType::BF16 => {
            let [a, b] = [cast(inputs[0], DType::F32)?, cast(inputs[1], DType::F32)?];
            let wide = widened(g, [&a, &b], shape, single, double)?;
            cast(&wide, dtype)
        }
        DType::F32 | DType::F64 => {
            let [a, b] = [contiguous(inputs[0])?, contiguous(inputs[1])?];
            on_cpu([&a, &b], dtype, shape, |[a, b]| {
                if dtype == DType::F32 {
                    single(g, a, b)
                } else {
                    double(g, a, b)
                }
            })
        }
        other => Err(crate::Error::not_implemented("slow_conv2d_cpu", other)),
    }
}

/// Images `[N, C, H, W]` seen through a kernel `[F, C / groups, h, w]`.
pub(crate) fn forward(g: Geometry, image: &Array, kernel: &Array) -> Result<Array> {
    let shape = [g.batch, g.filters, g.output[0], g.output[1]];
    widened(
        g,
        [image, kernel],
        &shape,
        forward_of::<f32>,
        forward_of::<f64>,
    )
}

fn forward_of<T: Element + Gemm>(g: Geometry, image: Input, kernel: Input) -> Result<CpuStorage> {
    let (images, kernel) = (plain::<T>(image)?, plain::<T>(kernel)?);
    let ((channels, filters), pixels, unfolded) = (g.group(), g.pixels_out(), g.unfolded());
    let mut out = vec![T::ZERO; g.batch * g.filters * pixels];
    // Few images: let the product itself use the cores.
    let inside = g.batch * g.groups < rayon::current_num_threads();
    let work = |buffer: &mut Vec<T>, (i, out): (usize, &mut [T])| {
        let image = &images[i * channels * g.pixels_in()..][..channels * g.pixels_in()];
        let weights = &kernel[i % g.groups * filters * unfolded..][..filters * unfolded];
        let columns: &[T] = if g.is_pointwise() {
            image
        } else {
            buffer.resize(unfolded * pixels, T::ZERO);
            g.unfold(image, buffer);
            buffer
        };
        let columns = Matrix::plain(columns, unfolded, pixels);
        product(
            out,
            false,
            Matrix::plain(weights, filters, unfolded),
            columns,
            inside,
        );
    };
    if pixels * filters > 0 {
        let chunks = filters * pixels;
        if inside {
            let mut buffer = Vec::new();
            out.chunks_mut(chunks)
                .enumerate()
                .for_each(|item| work(&mut buffer, item));
        } else {
            out.par_chunks_mut(chunks)
                .enumerate()
                .for_each_init(Vec::new, work);
        }
    }
    Ok(T::wrap(out))
}

/// The gradient of the images from that of the output.
pub(crate) fn backward_image(g: Geometry, gradient: &Array, kernel: &Array) -> Result<Array> {
    let shape = [g.batch, g.channels, g.input[0], g.input[1]];
    widened(
        g,
        [gradient, kernel],
        &shape,
        backward_image_of::<f32>,
        backward_image_of::<f64>,
    )
}

fn backward_image_of<T>(g: Geometry, gradient: Input, kernel: Input) -> Result<CpuStorage>
where
    T: Element + Gemm + std::ops::AddAssign,
{
    let (gradient, kernel) = (plain::<T>(gradient)?, plain::<T>(kernel)?);
    let ((channels, filters), pixels, unfolded) = (g.group(), g.pixels_out(), g.unfolded());
    let mut out = vec![T::ZERO; g.batch * g.channels * g.pixels_in()];
    let inside = g.batch * g.groups < rayon::current_num_threads();
    let work = |buffer: &mut Vec<T>, (i, out): (usize, &mut [T])| {
        let gradient = &gradient[i * filters * pixels..][..filters * pixels];
        let weights = &kernel[i % g.groups * filters * unfolded..][..filters * unfolded];
        let (weights, gradient) = (
            Matrix::plain(weights, filters, unfolded).t(),
            Matrix::plain(gradient, filters, pixels),
        );
        if g.is_pointwise() {
            product(out, false, weights, gradient, inside);
        } else {
            buffer.resize(unfolded * pixels, T::ZERO);
            product(buffer, false, weights, gradient, inside);
            g.fold(buffer, out);
        }
    };
    if channels * g.pixels_in() > 0 && pixels > 0 {
        let chunks = channels * g.pixels_in();
        if inside {
            let mut buffer = Vec::new();
            out.chunks_mut(chunks)
                .enumerate()
                .for_each(|item| work(&mut buffer, item));
        } else {
            out.par_chunks_mut(chunks)
                .enumerate()
                .for_each_init(Vec::new, work);
        }
    }
    Ok(T::wrap(out))
}

/// The gradient of the kernel from that of the output.
pub(crate) fn backward_kernel(g: Geometry, image: &Array, gradient: &Array) -> Result<Array> {
    let shape = [g.filters, g.channels / g.groups, g.kernel[0], g.kernel[1]];
    widened(
        g,
        [image, gradient],
        &shape,
        backward_kernel_of::<f32>,
        backward_kernel_of::<f64>,
    )
}

fn backward_kernel_of<T>(g: Geometry, image: Input, gradient: Input) -> Result<CpuStorage>
where
    T: Element + Gemm + std::ops::AddAssign,
{
    /// Into how many shares the images are split; fixed, so that the sum does not depend on the number of cores.
    const SHARES: usize = 8;
    let (images, gradient) = (plain::<T>(image)?, plain::<T>(gradient)?);
    let ((channels, filters), pixels, unfolded) = (g.group(), g.pixels_out(), g.unfolded());
    let size = g.filters * unfolded;
    let share = |share: usize| {
        let mut sum = vec![T::ZERO; size];
        let mut buffer = Vec::new();
        for n in (g.batch * share / SHARES)..(g.batch * (share + 1) / SHARES) {
            for group in 0..g.groups {
                let i = n * g.groups + group;
                let image = &images[i * channels * g.pixels_in()..][..channels * g.pixels_in()];
                let gradient = &gradient[i * filters * pixels..][..filters * pixels];
                let columns: &[T] = if g.is_pointwise() {
                    image
                } else {
                    buffer.resize(unfolded * pixels, T::ZERO);
                    g.unfold(image, &mut buffer);
                    &buffer
                };
                product(
                    &mut sum[group * filters * unfolded..][..filters * unfolded],
                    true,
                    Matrix::plain(gradient, filters, pixels),
                    Matrix::plain(columns, unfolded, pixels).t(),
                    false,
                );
            }
        }
        sum
    };
    if pixels == 0 || g.batch == 0 {
        return Ok(T::wrap(vec![T::ZERO; size]));
    }
    let sums: Vec<Vec<T>> = (0..SHARES).into_par_iter().map(share).collect();
    let mut total = vec![T::ZERO; size];
    for sum in sums {
        total.iter_mut().zip(sum).for_each(|(t, x)| *t += x);
    }
    Ok(T::wrap(total))
}
