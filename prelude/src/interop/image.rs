//! Images of the `image` crate, and tensors of their bytes.

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

use crate::DType;
use crate::error::{Error, OrPanic, Result};
use crate::tensor::Tensor;

/// The bytes of an image, pixel by pixel.
pub(crate) struct Raster {
    pub bytes: Vec<u8>,
    pub height: usize,
    pub width: usize,
    /// Gray, gray and opacity, red green blue, or those and opacity.
    pub channels: usize,
}

impl Raster {
    /// The image, in eight bits a channel if it has more.
    pub fn new(image: DynamicImage) -> Self {
        let (height, width) = (image.height() as usize, image.width() as usize);
        let channels = usize::from(image.color().channel_count());
        let bytes = match channels {
            1 => image.into_luma8().into_raw(),
            2 => image.into_luma_alpha8().into_raw(),
            3 => image.into_rgb8().into_raw(),
            _ => image.into_rgba8().into_raw(),
        };
        Self {
            bytes,
            height,
            width,
            channels,
        }
    }

    /// The image that these are the bytes of.
    pub fn into_image(self) -> DynamicImage {
        let (width, height) = (self.width as u32, self.height as u32);
        let image = match self.channels {
            1 => GrayImage::from_raw(width, height, self.bytes).map(DynamicImage::from),
            2 => GrayAlphaImage::from_raw(width, height, self.bytes).map(DynamicImage::from),
            3 => RgbImage::from_raw(width, height, self.bytes).map(DynamicImage::from),
            _ => RgbaImage::from_raw(width, height, self.bytes).map(DynamicImage::from),
        };
        // There are as many bytes as pixels and channels.
        image.unwrap_or_default()
    }

    /// The same bytes channel by channel.
    pub fn planes(self) -> Self {
        let channels = self.channels;
        if channels == 1 {
            return self;
        }
        let plane = |channel| self.bytes.iter().skip(channel).step_by(channels).copied();
        let bytes = (0..channels).flat_map(plane).collect();
        Self { bytes, ..self }
    }
}

impl Tensor {
    /// The bytes of an image as `[channels, height, width]`, with dtype `u8`: `pil_to_tensor`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let image = wick::image::DynamicImage::new_rgb8(4, 2);
    /// let x = Tensor::from_image(&image);
    /// assert_eq!((x.shape().dims(), x.dtype()), (&[3, 2, 4][..], DType::U8));
    /// assert_eq!(x.to_image(), image);
    /// ```
    #[track_caller]
    pub fn from_image(image: &DynamicImage) -> Tensor {
        let planes = Raster::new(image.clone()).planes();
        Tensor::try_from_vec(planes.bytes, [planes.channels, planes.height, planes.width])
            .or_panic()
    }

    /// A tensor `[height, width]` or `[channels, height, width]` as an image. Floats are from 0 to 1, bytes from 0 to
    /// 255. PyTorch: `torchvision.transforms.functional.to_pil_image`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let image = Tensor::ones([3, 2, 4]).to_image();
    /// assert_eq!((image.width(), image.height()), (4, 2));
    /// assert_eq!(image.to_rgb8().get_pixel(0, 0).0, [255, 255, 255]);
    /// ```
    #[track_caller]
    pub fn to_image(&self) -> DynamicImage {
        self.try_to_image().or_panic()
    }

    /// Like [`Tensor::to_image`]. Fails for other shapes and dtypes.
    pub fn try_to_image(&self) -> Result<DynamicImage> {
        let dims = self.dims();
        let (channels, height, width) = match dims[..] {
            [height, width] => (1, height, width),
            [channels @ 1..=4, height, width] => (channels, height, width),
            [channels, _, _] => {
                return Err(Error::value(format!(
                    "pic should not have > 4 channels. Got {channels} channels."
                )));
            }
            _ => {
                return Err(Error::value(format!(
                    "pic should be 2/3 dimensional. Got {} dimensions.",
                    dims.len()
                )));
            }
        };
        let bytes = match self.dtype() {
            DType::U8 => self.detach(),
            dtype if dtype.is_floating_point() => {
                self.detach().try_mul(255)?.try_to_dtype(DType::U8)?
            }
            other => return Err(Error::dtype(format!("Input type {other} is not supported"))),
        };
        let pixels = bytes
            .try_reshape([channels, height, width])?
            .try_permute([1, 2, 0])?;
        let raster = Raster {
            bytes: pixels.try_to_vec()?,
            height,
            width,
            channels,
        };
        Ok(raster.into_image())
    }
}
