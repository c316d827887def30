//! Which axis of a tensor is what in a picture.

use crate::error::bail;
use crate::{Result, Tensor};

/// Images of one size: how many, how many channels, how high and how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planes {
    pub images: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    /// Whether the channels are the last axis.
    pub channels_last: bool,
}

impl Planes {
    pub fn of(dims: &[usize]) -> Result<Self> {
        let is_color = |size: usize| matches!(size, 1 | 3 | 4);
        let planes = |images, channels, height, width, channels_last| Self {
            images,
            channels,
            height,
            width,
            channels_last,
        };
        let found = match *dims {
            [h, w] => planes(1, 1, h, w, false),
            [c, h, w] if is_color(c) => planes(1, c, h, w, false),
            [h, w, c] if is_color(c) => planes(1, c, h, w, true),
            [n, h, w] => planes(n, 1, h, w, false),
            [n, c, h, w] if is_color(c) => planes(n, c, h, w, false),
            [n, h, w, c] if is_color(c) => planes(n, c, h, w, true),
            _ => bail!(
                "expected an image of shape (H, W) or (C, H, W), or a batch (N, C, H, W), with 1, 3 or 4 channels; got shape {dims:?}"
            ),
        };
        if dims.contains(&0) {
            bail!("an image of shape {dims:?} has nothing to show");
        }
        Ok(found)
    }

    /// The first `count` images as numbers in the order image, row, column, channel; bytes become 0 to 1.
    pub fn numbers(&self, tensor: &Tensor, count: usize) -> Result<Vec<f32>> {
        let Self {
            channels,
            height,
            width,
            ..
        } = *self;
        let shape = if self.channels_last {
            [self.images, height, width, channels]
        } else {
            [self.images, channels, height, width]
        };
        let some = tensor
            .detach()
            .try_reshape(shape)?
            .try_narrow(0, 0, count)?;
        let raw: Vec<f32> = some.try_to_vec()?;
        let is_bytes = !tensor.dtype().is_floating_point() && tensor.dtype() != crate::DType::Bool;
        let scale = if is_bytes { 1.0 / 255.0 } else { 1.0 };
        let mut numbers = Vec::with_capacity(raw.len());
        for image in raw.chunks(channels * height * width) {
            for pixel in 0..height * width {
                for channel in 0..channels {
                    let at = if self.channels_last {
                        pixel * channels + channel
                    } else {
                        channel * height * width + pixel
                    };
                    numbers.push(image[at] * scale);
                }
            }
        }
        Ok(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    #[test]
    fn axes_are_told_apart() {
        let of = |dims: &[usize]| {
            let planes = Planes::of(dims).unwrap();
            (planes.images, planes.channels, planes.height, planes.width)
        };
        assert_eq!(of(&[28, 28]), (1, 1, 28, 28));
        assert_eq!(of(&[3, 32, 40]), (1, 3, 32, 40));
        assert_eq!(of(&[32, 40, 3]), (1, 3, 32, 40));
        assert_eq!(of(&[60, 28, 28]), (60, 1, 28, 28));
        assert_eq!(of(&[8, 1, 28, 28]), (8, 1, 28, 28));
        assert_eq!(of(&[8, 32, 40, 4]), (8, 4, 32, 40));
        assert!(
            Planes::of(&[8, 5, 28, 28])
                .unwrap_err()
                .to_string()
                .contains("[8, 5, 28, 28]")
        );
        assert!(Planes::of(&[3, 0, 4]).is_err());
    }

    #[test]
    fn channels_come_last_and_bytes_end_at_one() {
        let image = tensor!([[[0, 255]], [[255, 0]], [[0, 0]]]);
        let planes = Planes::of(&image.dims()).unwrap();
        assert_eq!(planes.numbers(&image, 1).unwrap(), [0., 1., 0., 1., 0., 0.]);
    }
}
