//! Pictures as they look from aside.

use std::fmt;

use image::DynamicImage;

use super::Transform;
use super::affine::{blended, is_smooth, pixel, sampled};
use super::draws::{draw_integer, happens};
use super::operation::{Surroundings, surroundings};
use super::picture::Picture;
use super::resample::InterpolationMode;
use crate::error::Result;
use crate::interop::image::Raster;
use crate::linalg::{LstsqDriver, try_lstsq_with};
use crate::nn::python;
use crate::tensor::Tensor;

/// The corners of a picture, x and y each: upper left, upper right, lower right, lower left.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{Corners, InterpolationMode, functional as TF};
/// let corners: Corners = [(0, 0), (2, 0), (2, 2), (0, 2)];
/// let x = Tensor::arange(0., 9., 1.).reshape([1, 3, 3]);
/// let same = TF::perspective(x.clone(), &corners, &corners, InterpolationMode::Bilinear, None);
/// assert_eq!(same.shape(), x.shape());
/// ```
pub type Corners = [(i64, i64); 4];

/// Where in the input the places of the output are: `x' = (a·x + b·y + c) / (g·x + h·y + 1)`, `y' = (d·x + e·y + f) / (…)`.
type Coefficients = [f32; 8];

/// The way back from where the corners went to where they were.
fn coefficients(start: &Corners, end: &Corners) -> Result<Coefficients> {
    let (mut rows, mut places) = (Vec::with_capacity(64), Vec::with_capacity(8));
    for (&to, &from) in end.iter().zip(start) {
        let [(x, y), (u, v)] = [to, from].map(|(x, y)| (x as f64, y as f64));
        rows.extend([x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y]);
        rows.extend([0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y]);
        places.extend([u, v]);
    }
    let (rows, places) = (
        Tensor::try_from_vec(rows, [8, 8])?,
        Tensor::try_from_vec(places, [8, 1])?,
    );
    let found: Vec<f64> = try_lstsq_with(&rows, &places, None, LstsqDriver::Gels)?
        .solution
        .try_to_vec()?;
    let mut coefficients = [0f32; 8];
    for (to, from) in coefficients.iter_mut().zip(found) {
        *to = from as f32;
    }
    Ok(coefficients)
}

/// An image whose corners went from some places to others, as Pillow has it.
pub(super) fn tilt_image(
    image: DynamicImage,
    (start, end): (&Corners, &Corners),
    interpolation: InterpolationMode,
    fill: Option<f64>,
) -> Result<DynamicImage> {
    let smooth = is_smooth(interpolation)?;
    let m = coefficients(start, end)?.map(f64::from);
    let from = Raster::new(image);
    let (width, height, channels) = (from.width, from.height, from.channels);
    let mut bytes = vec![fill.unwrap_or(0.0) as u8; from.bytes.len()];
    for (place, to) in bytes.chunks_exact_mut(channels).enumerate() {
        let (x, y) = ((place % width) as f64 + 0.5, (place / width) as f64 + 0.5);
        let depth = m[6] * x + m[7] * y + 1.0;
        let (x, y) = (
            (m[0] * x + m[1] * y + m[2]) / depth,
            (m[3] * x + m[4] * y + m[5]) / depth,
        );
        if smooth {
            blended(&from, x, y, to);
        } else if x >= 0.0 && y >= 0.0 && x < width as f64 && y < height as f64 {
            let at = (y as usize * width + x as usize) * channels;
            to.copy_from_slice(&from.bytes[at..at + channels]);
        }
    }
    Ok(Raster { bytes, ..from }.into_image())
}

/// A tensor `[…, height, width]` whose corners went from some places to others, as torchvision has it.
pub(super) fn tilt_tensor(
    x: &Tensor,
    (start, end): (&Corners, &Corners),
    interpolation: InterpolationMode,
    fill: Option<f64>,
) -> Result<Tensor> {
    let smooth = is_smooth(interpolation)?;
    let m = coefficients(start, end)?;
    let (width, height) = (x.try_size(-1)?, x.try_size(-2)?);
    let (half_w, half_h) = (0.5 * width as f32, 0.5 * height as f32);
    let across = [m[0] / half_w, m[1] / half_w, m[2] / half_w];
    let down = [m[3] / half_h, m[4] / half_h, m[5] / half_h];
    let mut places = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (column as f32 + 0.5, row as f32 + 0.5);
            let along = |row: [f32; 3]| x * row[0] + y * row[1] + row[2];
            let depth = along([m[6], m[7], 1.0]);
            let share = |row: [f32; 3]| along(row) / depth - 1.0;
            places.push((pixel(share(across), width), pixel(share(down), height)));
        }
    }
    sampled(x, &places, [width, height], smooth, fill)
}

/// As it looks from aside, sometimes: `torchvision.transforms.RandomPerspective`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{InterpolationMode, RandomPerspective, Transform};
/// let tilt = RandomPerspective::new(0.6, 1.0);
/// assert_eq!(tilt.apply(Tensor::rand([3, 8, 8])).shape(), [3, 8, 8]);
/// assert_eq!(tilt.to_string(), "RandomPerspective(p=1.0)");
///
/// // White beyond the edges, and no pixels that are mixed of their neighbours.
/// let tilt = tilt.interpolation(InterpolationMode::Nearest).fill(1.);
/// assert_eq!(tilt.apply(Tensor::ones([1, 8, 8])).min().item::<f32>(), 1.);
/// ```
#[derive(Clone)]
pub struct RandomPerspective {
    distortion_scale: f64,
    p: f64,
    around: Surroundings,
}

surroundings!(
    RandomPerspective.around,
    "`Bilinear`, unless told otherwise, or `Nearest`."
);

impl RandomPerspective {
    /// With corners that move inwards by at most that share of half a side, with probability `p`; torchvision's defaults
    /// are 0.5 and 0.5.
    pub fn new(distortion_scale: f64, p: f64) -> Self {
        Self {
            distortion_scale,
            p,
            around: Surroundings {
                interpolation: InterpolationMode::Bilinear,
                fill: Some(0.0),
            },
        }
    }

    /// Where the corners of a picture of that size are, and where they go.
    fn drawn(&self, width: usize, height: usize) -> (Corners, Corners) {
        let most = |size: usize| (self.distortion_scale * (size / 2) as f64) as i64;
        let (across, down) = (most(width), most(height));
        let (width, height) = (width as i64, height as i64);
        let first = |most: i64| draw_integer(0, most + 1);
        let last = |size: i64, most: i64| draw_integer(size - most - 1, size);
        let end = [
            (first(across), first(down)),
            (last(width, across), first(down)),
            (last(width, across), last(height, down)),
            (first(across), last(height, down)),
        ];
        let (right, bottom) = (width - 1, height - 1);
        ([(0, 0), (right, 0), (right, bottom), (0, bottom)], end)
    }
}

/// By at most half of half a side, every second time.
impl Default for RandomPerspective {
    fn default() -> Self {
        Self::new(0.5, 0.5)
    }
}

impl<P: Picture> Transform<P> for RandomPerspective {
    type Output = P;

    #[track_caller]
    fn apply(&self, picture: P) -> P {
        if !happens(self.p) {
            return picture;
        }
        let (height, width) = picture.size();
        let (start, end) = self.drawn(width, height);
        picture.tilt(&start, &end, self.around.interpolation, self.around.fill)
    }
}

impl fmt::Display for RandomPerspective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RandomPerspective(p={})", python::float(self.p))
    }
}

crate::shown::debug_is_display!(RandomPerspective);
