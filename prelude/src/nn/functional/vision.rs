//! Pooling in one dimension, the largest of adaptive windows, and images in another size.

use crate::Tensor;
use crate::nn::Pair;
use crate::tensor::{InterpolateOptions, Pool1dOptions, Pool3dOptions};

functions! {
    /// The largest value of each window of rows.
    max_pool1d(x: &Tensor, options: Pool1dOptions) => x.max_pool1d(options);
    /// The mean of each window of rows.
    avg_pool1d(x: &Tensor, options: Pool1dOptions) => x.avg_pool1d(options);
    /// The means of as many windows of rows as the output is to have.
    adaptive_avg_pool1d(x: &Tensor, output_size: usize) => x.adaptive_avg_pool1d(output_size);
    /// The largest value of each window of volumes.
    max_pool3d(x: &Tensor, options: Pool3dOptions) => x.max_pool3d(options);
    /// The mean of each window of volumes.
    avg_pool3d(x: &Tensor, options: Pool3dOptions) => x.avg_pool3d(options);
    /// The means of as many windows of volumes as the output is to have.
    adaptive_avg_pool3d(x: &Tensor, output_size: [usize; 3]) => x.adaptive_avg_pool3d(output_size);
    /// The largest values of as many windows of volumes as the output is to have.
    adaptive_max_pool3d(x: &Tensor, output_size: [usize; 3]) => x.adaptive_max_pool3d(output_size);
    /// The largest values of as many windows of rows as the output is to have.
    adaptive_max_pool1d(x: &Tensor, output_size: usize) => x.adaptive_max_pool1d(output_size);
    /// The largest values of as many windows as the output is to have.
    adaptive_max_pool2d(x: &Tensor, output_size: impl Into<Pair>) => x.adaptive_max_pool2d(output_size.into().sizes());
    /// Rows, images or volumes in another size.
    interpolate(x: &Tensor, options: &InterpolateOptions) => x.interpolate(options);
    /// Channels `[…, C r², H, W]` laid out as images `r` times as high and wide.
    pixel_shuffle(x: &Tensor, upscale_factor: usize) => x.pixel_shuffle(upscale_factor);
}
