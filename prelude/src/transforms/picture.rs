//! What transforms of places and sizes work on.

use image::DynamicImage;

use super::affine::{Placement, place_image, place_tensor};
use super::color::{Colors, recolor_image, recolor_tensor};
use super::perspective::{Corners, tilt_image, tilt_tensor};
use super::resample::{InterpolationMode, resize_bytes, resize_tensor};
use crate::error::{OrPanic, Result};
use crate::interop::image::Raster;
use crate::tensor::Tensor;

/// An image, or a tensor `[…, height, width]`: what torchvision's transforms take.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Colors, InterpolationMode, Picture, Placement};
///
/// let x = tensor!([[[1., 2., 3.], [4., 5., 6.]]]);
/// assert_eq!((Picture::size(&x), x.channels()), ((2, 3), 1));
/// let part = x.clone().select(&[Some(1), None], &[Some(2), Some(0)], 9.);
/// assert_eq!(part.to_vec::<f32>(), [6., 4., 9., 9.]);
/// let flat = Picture::resize(x.clone(), 1, 3, InterpolationMode::Nearest, false);
/// assert_eq!(flat.to_vec::<f32>(), [1., 2., 3.]);
/// let inverted = (x.clone() / 8.).recolor(Colors::Inverted);
/// assert_eq!(inverted.to_vec::<f32>(), [0.875, 0.75, 0.625, 0.5, 0.375, 0.25]);
/// assert_eq!(x.clone().map_tensor(|x| Ok(x * 2.)).unwrap().to_vec::<f32>(), [2., 4., 6., 8., 10., 12.]);
///
/// let upside_down = Placement {
///     angle: 180., translate: (0., 0.), scale: 1., shear: (0., 0.), center: None,
///     expand: false, rotate: true, interpolation: InterpolationMode::Nearest, fill: None,
/// };
/// assert_eq!(x.clone().place(&upside_down).to_vec::<f32>(), [6., 5., 4., 3., 2., 1.]);
/// let corners = [(0, 0), (2, 0), (2, 1), (0, 1)];
/// assert_eq!(x.tilt(&corners, &corners, InterpolationMode::Nearest, None).shape(), [1, 2, 3]);
/// ```
pub trait Picture: Sized {
    /// The height and the width in pixels.
    fn size(&self) -> (usize, usize);

    /// The picture whose rows and columns are these of this one, and `fill` where there is `None`.
    fn select(self, rows: &[Option<usize>], columns: &[Option<usize>], fill: f64) -> Self;

    /// The picture in another size. An image is smoothed as it shrinks, a tensor if `antialias` says so.
    fn resize(self, height: usize, width: usize, mode: InterpolationMode, antialias: bool) -> Self;

    /// How many channels the picture has; a tensor without a dimension for them has one.
    fn channels(&self) -> usize;

    /// The picture in other colours.
    fn recolor(self, colors: Colors) -> Self;

    /// The picture turned, moved, stretched or slanted.
    fn place(self, placement: &Placement) -> Self;

    /// The picture with its corners moved from `start` to `end`, and `fill` beyond its edges: `perspective`.
    fn tilt(
        self,
        start: &Corners,
        end: &Corners,
        interpolation: InterpolationMode,
        fill: Option<f64>,
    ) -> Self;

    /// What `f` makes of the picture as a tensor, as the same kind of picture.
    ///
    /// # Errors
    /// Those of `f`.
    fn map_tensor(self, f: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Self>;
}

impl Picture for Tensor {
    fn size(&self) -> (usize, usize) {
        (self.size(-2), self.size(-1))
    }

    #[track_caller]
    fn select(self, rows: &[Option<usize>], columns: &[Option<usize>], fill: f64) -> Self {
        select(&self, rows, columns, fill).or_panic()
    }

    #[track_caller]
    fn resize(self, height: usize, width: usize, mode: InterpolationMode, antialias: bool) -> Self {
        resize_tensor(&self, height, width, mode, antialias).or_panic()
    }

    fn channels(&self) -> usize {
        if self.dim() < 3 { 1 } else { self.size(-3) }
    }

    #[track_caller]
    fn recolor(self, colors: Colors) -> Self {
        recolor_tensor(&self, colors).or_panic()
    }

    #[track_caller]
    fn place(self, placement: &Placement) -> Self {
        place_tensor(&self, placement).or_panic()
    }

    #[track_caller]
    fn tilt(
        self,
        start: &Corners,
        end: &Corners,
        interpolation: InterpolationMode,
        fill: Option<f64>,
    ) -> Self {
        tilt_tensor(&self, (start, end), interpolation, fill).or_panic()
    }

    fn map_tensor(self, f: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Self> {
        f(&self)
    }
}

fn select(
    x: &Tensor,
    rows: &[Option<usize>],
    columns: &[Option<usize>],
    fill: f64,
) -> Result<Tensor> {
    let mut x = x.clone();
    for (dim, places) in [(-2, rows), (-1, columns)] {
        let from: Vec<i64> = places
            .iter()
            .map(|place| place.unwrap_or(0) as i64)
            .collect();
        let from = Tensor::try_from_vec(from, [places.len()])?;
        x = x.try_index_select(dim, &from)?;
        if places.iter().any(Option::is_none) {
            let outside: Vec<bool> = places.iter().map(Option::is_none).collect();
            let shape = if dim == -2 {
                vec![places.len(), 1]
            } else {
                vec![places.len()]
            };
            x = x.try_masked_fill(&Tensor::try_from_vec(outside, shape)?, fill)?;
        }
    }
    Ok(x)
}

impl Picture for DynamicImage {
    fn size(&self) -> (usize, usize) {
        (self.height() as usize, self.width() as usize)
    }

    fn select(self, rows: &[Option<usize>], columns: &[Option<usize>], fill: f64) -> Self {
        let raster = Raster::new(self);
        let channels = raster.channels;
        let mut bytes = vec![fill as u8; rows.len() * columns.len() * channels];
        let mut pixels = bytes.chunks_exact_mut(channels);
        for row in rows {
            for column in columns {
                let Some(pixel) = pixels.next() else { break };
                if let (Some(row), Some(column)) = (row, column) {
                    let at = (row * raster.width + column) * channels;
                    pixel.copy_from_slice(&raster.bytes[at..at + channels]);
                }
            }
        }
        let selected = Raster {
            bytes,
            height: rows.len(),
            width: columns.len(),
            channels,
        };
        selected.into_image()
    }

    fn resize(self, height: usize, width: usize, mode: InterpolationMode, _: bool) -> Self {
        resize_bytes(&Raster::new(self), height, width, mode).into_image()
    }

    fn channels(&self) -> usize {
        usize::from(self.color().channel_count())
    }

    #[track_caller]
    fn recolor(self, colors: Colors) -> Self {
        recolor_image(self, colors).or_panic()
    }

    #[track_caller]
    fn place(self, placement: &Placement) -> Self {
        place_image(self, placement).or_panic()
    }

    #[track_caller]
    fn tilt(
        self,
        start: &Corners,
        end: &Corners,
        interpolation: InterpolationMode,
        fill: Option<f64>,
    ) -> Self {
        tilt_image(self, (start, end), interpolation, fill).or_panic()
    }

    fn map_tensor(self, f: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Self> {
        f(&Tensor::from_image(&self))?.try_to_image()
    }
}

/// The part of a picture that begins at `top` and `left`; 0 where it reaches beyond it.
pub(super) fn crop<P: Picture>(picture: P, top: i64, left: i64, height: usize, width: usize) -> P {
    let (rows, columns) = picture.size();
    let places = |start: i64, count: usize, size: usize| -> Vec<Option<usize>> {
        let place = |at| {
            usize::try_from(start + at as i64)
                .ok()
                .filter(|&at| at < size)
        };
        (0..count).map(place).collect()
    };
    let (rows, columns) = (places(top, height, rows), places(left, width, columns));
    picture.select(&rows, &columns, 0.0)
}
