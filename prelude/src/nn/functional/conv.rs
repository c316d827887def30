//! Convolutions other than those of images.

use super::{
    Conv1dOptions, Conv3dOptions, ConvTranspose1dOptions, ConvTranspose2dOptions,
    ConvTranspose3dOptions,
};
use crate::Tensor;

functions! {
    /// The convolution of `[N, C, L]` with a weight `[out, C / groups, l]`.
    conv1d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: Conv1dOptions) => x.conv1d(weight, bias, options);
    /// The convolution of `[N, C, D, H, W]` with a weight `[out, C / groups, d, h, w]`.
    conv3d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: Conv3dOptions) => x.conv3d(weight, bias, options);
    /// The transposed convolution of `[N, C, L]` with a weight `[C, out / groups, l]`.
    conv_transpose1d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: ConvTranspose1dOptions)
        => x.conv_transpose1d(weight, bias, options);
    /// The transposed convolution of `[N, C, H, W]` with a weight `[C, out / groups, h, w]`.
    conv_transpose2d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: ConvTranspose2dOptions)
        => x.conv_transpose2d(weight, bias, options);
    /// The transposed convolution of `[N, C, D, H, W]` with a weight `[C, out / groups, d, h, w]`.
    conv_transpose3d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: ConvTranspose3dOptions)
        => x.conv_transpose3d(weight, bias, options);
}
