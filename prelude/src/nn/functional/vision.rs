//! Pooling in one dimension, the largest of adaptive windows, and images in another size.

use crate::Tensor;
use crate::nn::Pair;
use crate::tensor::{InterpolateOptions, Pool1dOptions, Pool3dOptions};

functions! {
    /// The largest value of each window of rows. `[N, C, L]` to `[N, C, L']`. PyTorch: `F.max_pool1d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 5., 2., 3., 4., 0.]]);
    /// assert_eq!(F::max_pool1d(&x, Pool1dOptions::new(2)).to_string(), "tensor([[5., 3., 4.]])");
    /// // Windows that overlap.
    /// assert_eq!(F::max_pool1d(&x, Pool1dOptions::new(3).stride(1)).to_string(), "tensor([[5., 5., 4., 4.]])");
    /// ```
    max_pool1d(x: &Tensor, options: Pool1dOptions) => x.max_pool1d(options);
    /// The mean of each window of rows. `[N, C, L]` to `[N, C, L']`. PyTorch: `F.avg_pool1d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3., 2., 4., 6., 0.]]);
    /// assert_eq!(F::avg_pool1d(&x, Pool1dOptions::new(2)).to_string(), "tensor([[2., 3., 3.]])");
    /// ```
    avg_pool1d(x: &Tensor, options: Pool1dOptions) => x.avg_pool1d(options);
    /// The means of as many windows of rows as the output is to have. `[N, C, L]` to `[N, C, output_size]`. PyTorch:
    /// `F.adaptive_avg_pool1d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3., 2., 4., 6., 0.]]);
    /// assert_eq!(F::adaptive_avg_pool1d(&x, 2).to_string(), "tensor([[2.0000, 3.3333]])");
    /// ```
    adaptive_avg_pool1d(x: &Tensor, output_size: usize) => x.adaptive_avg_pool1d(output_size);
    /// The largest value of each window of volumes. `[N, C, D, H, W]` to `[N, C, D', H', W']`. PyTorch: `F.max_pool3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// use wick::tensor::Pool3dOptions;
    /// let x = Tensor::arange(0., 16., 1.).view([1, 1, 4, 2, 2]);
    /// assert_eq!(F::max_pool3d(&x, Pool3dOptions::new(2)).ravel().to_string(), "tensor([ 7., 15.])");
    /// ```
    max_pool3d(x: &Tensor, options: Pool3dOptions) => x.max_pool3d(options);
    /// The mean of each window of volumes. `[N, C, D, H, W]` to `[N, C, D', H', W']`. PyTorch: `F.avg_pool3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// use wick::tensor::Pool3dOptions;
    /// let x = Tensor::arange(0., 16., 1.).view([1, 1, 4, 2, 2]);
    /// assert_eq!(F::avg_pool3d(&x, Pool3dOptions::new(2)).ravel().to_string(), "tensor([ 3.5000, 11.5000])");
    /// ```
    avg_pool3d(x: &Tensor, options: Pool3dOptions) => x.avg_pool3d(options);
    /// The means of as many windows of volumes as the output is to have. `[N, C, D, H, W]` to `[N, C, output_size]`.
    /// PyTorch: `F.adaptive_avg_pool3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = Tensor::arange(0., 16., 1.).view([1, 1, 4, 2, 2]);
    /// assert_eq!(F::adaptive_avg_pool3d(&x, [2, 1, 1]).ravel().to_string(), "tensor([ 3.5000, 11.5000])");
    /// ```
    adaptive_avg_pool3d(x: &Tensor, output_size: [usize; 3]) => x.adaptive_avg_pool3d(output_size);
    /// The largest values of as many windows of volumes as the output is to have. `[N, C, D, H, W]` to
    /// `[N, C, output_size]`. PyTorch: `F.adaptive_max_pool3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = Tensor::arange(0., 16., 1.).view([1, 1, 4, 2, 2]);
    /// assert_eq!(F::adaptive_max_pool3d(&x, [2, 1, 1]).ravel().to_string(), "tensor([ 7., 15.])");
    /// ```
    adaptive_max_pool3d(x: &Tensor, output_size: [usize; 3]) => x.adaptive_max_pool3d(output_size);
    /// The largest values of as many windows of rows as the output is to have. `[N, C, L]` to `[N, C, output_size]`.
    /// PyTorch: `F.adaptive_max_pool1d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3., 2., 4., 6., 0.]]);
    /// assert_eq!(F::adaptive_max_pool1d(&x, 3).to_string(), "tensor([[3., 4., 6.]])");
    /// ```
    adaptive_max_pool1d(x: &Tensor, output_size: usize) => x.adaptive_max_pool1d(output_size);
    /// The largest values of as many windows as the output is to have. `[N, C, H, W]` to `[N, C, output_size]`.
    /// PyTorch: `F.adaptive_max_pool2d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let image = tensor!([[[1., 2., 3., 4.], [5., 6., 7., 8.]]]);
    /// assert_eq!(F::adaptive_max_pool2d(&image, (1, 2)).to_string(), "tensor([[[6., 8.]]])");
    /// ```
    adaptive_max_pool2d(x: &Tensor, output_size: impl Into<Pair>) => x.adaptive_max_pool2d(output_size.into().sizes());
    /// Rows `[N, C, L]`, images `[N, C, H, W]` or volumes `[N, C, D, H, W]` in another size. PyTorch: `F.interpolate`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[[0., 10.]]]);
    /// let options = InterpolateOptions { size: vec![4], mode: Interpolation::Linear, ..Default::default() };
    /// assert_eq!(F::interpolate(&x, &options).to_string(), "tensor([[[ 0.0000,  2.5000,  7.5000, 10.0000]]])");
    /// let options = InterpolateOptions { scale_factor: vec![2.], ..Default::default() };
    /// assert_eq!(F::interpolate(&x, &options).to_string(), "tensor([[[ 0.,  0., 10., 10.]]])");
    /// ```
    ///
    /// # Panics
    /// When both `size` and `scale_factor` are given, or none, or the mode is for other shapes.
    interpolate(x: &Tensor, options: &InterpolateOptions) => x.interpolate(options);
    /// Channels `[…, C r², H, W]` laid out as images `r` times as high and wide, `[…, C, H r, W r]`. PyTorch:
    /// `F.pixel_shuffle`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[[1.]], [[2.]], [[3.]], [[4.]]]);
    /// assert_eq!(F::pixel_shuffle(&x, 2).to_string(), "tensor([[[1., 2.],\n         [3., 4.]]])");
    /// ```
    ///
    /// # Panics
    /// When `r²` does not divide the number of channels.
    pixel_shuffle(x: &Tensor, upscale_factor: usize) => x.pixel_shuffle(upscale_factor);
}
