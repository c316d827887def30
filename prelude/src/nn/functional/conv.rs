//! Convolutions other than those of images.

use super::{
    Conv1dOptions, Conv3dOptions, ConvTranspose1dOptions, ConvTranspose2dOptions,
    ConvTranspose3dOptions,
};
use crate::Tensor;

functions! {
    /// The convolution of rows `[N, C, L]` with a weight `[out, C / groups, l]`. The result is `[N, out, L']`; a bias
    /// is `[out]`. PyTorch: `F.conv1d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let x = tensor!([[[1., 2., 4., 8.]]]);
    /// let y = F::conv1d(&x, &tensor!([[[-1., 1.]]]), None, Conv1dOptions::default());
    /// assert_eq!(y.to_string(), "tensor([[[1., 2., 4.]]])");
    /// ```
    conv1d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: Conv1dOptions) => x.conv1d(weight, bias, options);
    /// The convolution of volumes `[N, C, D, H, W]` with a weight `[out, C / groups, d, h, w]`. The result is
    /// `[N, out, D', H', W']`; a bias is `[out]`. PyTorch: `F.conv3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let options = Conv3dOptions { padding: [1, 0, 0], ..Default::default() };
    /// let y = F::conv3d(&Tensor::ones([1, 2, 4, 4, 4]), &Tensor::ones([1, 2, 3, 3, 3]), None, options);
    /// assert_eq!(y.shape(), [1, 1, 4, 2, 2]);
    /// // Where the padding is not touched, 2 * 27 ones are added.
    /// assert_eq!(y.i((0, 0, 1, 0, 0)).item::<f32>(), 54.);
    /// ```
    conv3d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: Conv3dOptions) => x.conv3d(weight, bias, options);
    /// The transposed convolution of rows `[N, C, L]` with a weight `[C, out / groups, l]`. The result is
    /// `[N, out, L']`, longer with a stride. PyTorch: `F.conv_transpose1d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let options = ConvTranspose1dOptions { stride: [2], ..Default::default() };
    /// let y = F::conv_transpose1d(&tensor!([[[1., 2.]]]), &tensor!([[[1., 10.]]]), None, options);
    /// assert_eq!(y.to_string(), "tensor([[[ 1., 10.,  2., 20.]]])");
    /// ```
    conv_transpose1d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: ConvTranspose1dOptions)
        => x.conv_transpose1d(weight, bias, options);
    /// The transposed convolution of images `[N, C, H, W]` with a weight `[C, out / groups, h, w]`. The result is
    /// `[N, out, H', W']`, larger with a stride. PyTorch: `F.conv_transpose2d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let options = ConvTranspose2dOptions { stride: [2, 2], ..Default::default() };
    /// let y = F::conv_transpose2d(&tensor!([[[[1., 2.]]]]), &Tensor::ones([1, 1, 2, 2]), None, options);
    /// assert_eq!(y.i((0, 0)).to_string(), "tensor([[1., 1., 2., 2.],\n        [1., 1., 2., 2.]])");
    /// ```
    conv_transpose2d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: ConvTranspose2dOptions)
        => x.conv_transpose2d(weight, bias, options);
    /// The transposed convolution of volumes `[N, C, D, H, W]` with a weight `[C, out / groups, d, h, w]`. The result
    /// is `[N, out, D', H', W']`, larger with a stride. PyTorch: `F.conv_transpose3d`.
    ///
    /// ```
    /// use wick::nn::functional as F;
    /// use wick::prelude::*;
    /// let options = F::ConvTranspose3dOptions { stride: [2; 3], ..Default::default() };
    /// let (x, weight) = (Tensor::ones([1, 2, 3, 3, 3]), Tensor::ones([2, 1, 2, 2, 2]));
    /// let y = F::conv_transpose3d(&x, &weight, Some(&tensor!([0.5])), options);
    /// assert_eq!(y.shape(), [1, 1, 6, 6, 6]);
    /// assert_eq!((y.min().item::<f32>(), y.max().item::<f32>()), (2.5, 2.5));
    /// ```
    conv_transpose3d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: ConvTranspose3dOptions)
        => x.conv_transpose3d(weight, bias, options);
}
