//! Pictures turned, moved, stretched and slanted.
//!
//! Both kinds of pictures are computed from the output back to the input, images as Pillow does it and tensors as
//! `grid_sample` does.

use image::DynamicImage;

use super::convert::as_in;
use super::resample::InterpolationMode;
use crate::DType;
use crate::error::{Error, Result};
use crate::interop::image::Raster;
use crate::tensor::Tensor;

/// Where in the input the places of the output are: `x' = a·x + b·y + c`, `y' = d·x + e·y + f`.
pub(super) type Matrix = [f64; 6];

/// Where a picture is put by [`Picture::place`](super::Picture::place): the arguments of
/// `torchvision.transforms.functional.affine` and `rotate`.
///
/// ```
/// use wick::prelude::*;
/// use wick::transforms::{InterpolationMode, Picture, Placement};
/// let x = Tensor::arange(0., 9., 1.).reshape([1, 3, 3]);
/// let moved = x.place(&Placement {
///     angle: 0.,
///     translate: (1., 0.),
///     scale: 1.,
///     shear: (0., 0.),
///     center: None,
///     expand: false,
///     rotate: false,
///     interpolation: InterpolationMode::Nearest,
///     fill: None,
/// });
/// assert_eq!(moved.squeeze(0).to_vec2::<f32>(), [[0., 0., 1.], [0., 3., 4.], [0., 6., 7.]]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Counter-clockwise for `rotate`, clockwise otherwise, in degrees.
    pub angle: f64,
    /// To the right and down, in pixels.
    pub translate: (f64, f64),
    /// Larger than 1 is larger.
    pub scale: f64,
    /// Along x and along y, in degrees.
    pub shear: (f64, f64),
    /// What stays where it is, from the upper left corner; the middle if there is none.
    pub center: Option<(f64, f64)>,
    /// Whether the picture becomes as large as what was turned.
    pub expand: bool,
    /// Whether this is `rotate`, which turns the other way round than `affine`.
    pub rotate: bool,
    /// How pixels between pixels are found: `Nearest` or `Bilinear`.
    pub interpolation: InterpolationMode,
    /// What lies beyond the edges; without it 0, which then does not mix with the pixels at the edges of a tensor.
    pub fill: Option<f64>,
}

/// The way back through rotation, scale, shear and translation around a center.
fn inverse(placement: &Placement, angle: f64, center: (f64, f64), translate: (f64, f64)) -> Matrix {
    let (rotation, scale) = (angle.to_radians(), placement.scale);
    let (sx, sy) = (
        placement.shear.0.to_radians(),
        placement.shear.1.to_radians(),
    );
    let ((cx, cy), (tx, ty)) = (center, translate);
    let a = (rotation - sy).cos() / sy.cos();
    let b = -(rotation - sy).cos() * sx.tan() / sy.cos() - rotation.sin();
    let c = (rotation - sy).sin() / sy.cos();
    let d = -(rotation - sy).sin() * sx.tan() / sy.cos() + rotation.cos();
    let mut matrix = [d, -b, 0.0, -c, a, 0.0].map(|entry| entry / scale);
    matrix[2] += matrix[0] * (-cx - tx) + matrix[1] * (-cy - ty);
    matrix[5] += matrix[3] * (-cx - tx) + matrix[4] * (-cy - ty);
    matrix[2] += cx;
    matrix[5] += cy;
    matrix
}

fn at(matrix: &Matrix, x: f64, y: f64) -> (f64, f64) {
    let [a, b, c, d, e, f] = *matrix;
    (a * x + b * y + c, d * x + e * y + f)
}

/// Pillow's matrix of a rotation, and the size of what comes out.
fn rotation(placement: &Placement, width: usize, height: usize) -> (Matrix, usize, usize) {
    let (w, h) = (width as f64, height as f64);
    let (cx, cy) = placement.center.unwrap_or((w / 2.0, h / 2.0));
    let angle = -(placement.angle.rem_euclid(360.0)).to_radians();
    let places = |value: f64| (value * 1e15).round_ties_even() / 1e15;
    let (sin, cos) = (places(angle.sin()), places(angle.cos()));
    let mut matrix = [cos, sin, 0.0, places(-angle.sin()), cos, 0.0];
    let (x, y) = at(&matrix, -cx, -cy);
    (matrix[2], matrix[5]) = (x + cx, y + cy);
    if !placement.expand {
        return (matrix, width, height);
    }
    let corners = [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)].map(|(x, y)| at(&matrix, x, y));
    let extent = |of: fn((f64, f64)) -> f64| {
        let values = corners.map(of);
        let most = values.iter().copied().fold(f64::MIN, f64::max);
        let least = values.iter().copied().fold(f64::MAX, f64::min);
        most.ceil() - least.floor()
    };
    let (new_w, new_h) = (extent(|corner| corner.0), extent(|corner| corner.1));
    (matrix[2], matrix[5]) = at(&matrix, -(new_w - w) / 2.0, -(new_h - h) / 2.0);
    (matrix, new_w as usize, new_h as usize)
}

/// Whether pixels between pixels are mixed of their neighbours.
pub(super) fn is_smooth(interpolation: InterpolationMode) -> Result<bool> {
    match interpolation {
        InterpolationMode::Nearest => Ok(false),
        InterpolationMode::Bilinear => Ok(true),
        other => Err(Error::value(format!(
            "Interpolation mode '{other}' is unsupported here; use nearest or bilinear"
        ))),
    }
}

/// An image in another place, to the byte as Pillow has it.
pub(super) fn place_image(image: DynamicImage, placement: &Placement) -> Result<DynamicImage> {
    let smooth = is_smooth(placement.interpolation)?;
    let from = Raster::new(image);
    let (w, h) = (from.width, from.height);
    let (matrix, width, height) = match placement.rotate {
        true => rotation(placement, w, h),
        false => {
            let center = placement.center.unwrap_or((w as f64 * 0.5, h as f64 * 0.5));
            (
                inverse(placement, placement.angle, center, placement.translate),
                w,
                h,
            )
        }
    };
    let channels = from.channels;
    let mut bytes = vec![placement.fill.unwrap_or(0.0) as u8; width * height * channels];
    if let (true, Some(quarter)) = (
        placement.rotate && placement.center.is_none(),
        quarter(placement, w, h),
    ) {
        for (place, pixel) in bytes.chunks_exact_mut(channels).enumerate() {
            let (x, y) = quarter(place % width, place / width);
            let start = (y * w + x) * channels;
            pixel.copy_from_slice(&from.bytes[start..start + channels]);
        }
    } else if smooth {
        for (place, pixel) in bytes.chunks_exact_mut(channels).enumerate() {
            let (x, y) = at(
                &matrix,
                (place % width) as f64 + 0.5,
                (place / width) as f64 + 0.5,
            );
            blended(&from, x, y, pixel);
        }
    } else {
        nearest(&from, &matrix, width, &mut bytes);
    }
    let placed = Raster {
        bytes,
        height,
        width,
        channels,
    };
    Ok(placed.into_image())
}

/// Where each place of the result is taken from.
type PixelMap = Box<dyn Fn(usize, usize) -> (usize, usize)>;

/// Turns by quarters lose nothing: where the pixel of the output is in the input.
fn quarter(placement: &Placement, w: usize, h: usize) -> Option<PixelMap> {
    let angle = placement.angle.rem_euclid(360.0);
    let fits = placement.expand || w == h;
    if angle == 0.0 {
        Some(Box::new(|x, y| (x, y)))
    } else if angle == 180.0 {
        Some(Box::new(move |x, y| (w - 1 - x, h - 1 - y)))
    } else if angle == 90.0 && fits {
        Some(Box::new(move |x, y| (w - 1 - y, x)))
    } else if angle == 270.0 && fits {
        Some(Box::new(move |x, y| (y, h - 1 - x)))
    } else {
        None
    }
}

/// In steps of 1/65536 of a pixel, unless the rows stay rows.
fn nearest(from: &Raster, matrix: &Matrix, width: usize, bytes: &mut [u8]) {
    let channels = from.channels;
    let height = bytes.len() / channels / width.max(1);
    let [a, b, c, d, e, f] = *matrix;
    let mut copy = |x: usize, y: usize, from_x: i64, from_y: i64| {
        let inside =
            |place: i64, size: usize| usize::try_from(place).ok().filter(|&place| place < size);
        if let (Some(from_x), Some(from_y)) =
            (inside(from_x, from.width), inside(from_y, from.height))
        {
            let (to, at) = (
                (y * width + x) * channels,
                (from_y * from.width + from_x) * channels,
            );
            bytes[to..to + channels].copy_from_slice(&from.bytes[at..at + channels]);
        }
    };
    if b == 0.0 && d == 0.0 {
        let place = |value: f64| if value < 0.0 { -1 } else { value as i64 };
        let steps = |start: f64, step: f64, count: usize| {
            let mut value = start + step * 0.5;
            let mut next = || {
                let found = place(value);
                value += step;
                found
            };
            (0..count).map(|_| next()).collect::<Vec<i64>>()
        };
        let columns = steps(c, a, width);
        for (y, row) in steps(f, e, height).into_iter().enumerate() {
            for (x, &column) in columns.iter().enumerate() {
                copy(x, y, column, row);
            }
        }
        return;
    }
    let fixed = |value: f64| (value * 65536.0 + 0.5).floor() as i64;
    let (mut row_x, mut row_y) = (fixed(c + a * 0.5 + b * 0.5), fixed(f + d * 0.5 + e * 0.5));
    for y in 0..height {
        let (mut from_x, mut from_y) = (row_x, row_y);
        for x in 0..width {
            copy(x, y, from_x >> 16, from_y >> 16);
            from_x += fixed(a);
            from_y += fixed(d);
        }
        row_x += fixed(b);
        row_y += fixed(e);
    }
}

/// Between four pixels.
pub(super) fn blended(from: &Raster, x: f64, y: f64, pixel: &mut [u8]) {
    let (w, h) = (from.width as f64, from.height as f64);
    if !(0.0..w).contains(&x) || !(0.0..h).contains(&y) {
        return;
    }
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (dx, dy) = (x - left, y - top);
    let clip = |place: f64, size: usize| place.clamp(0.0, size as f64 - 1.0) as usize;
    let columns = [clip(left, from.width), clip(left + 1.0, from.width)];
    for (channel, value) in pixel.iter_mut().enumerate() {
        let between = |row: usize| {
            let [a, b] = columns.map(|column| {
                f64::from(from.bytes[(row * from.width + column) * from.channels + channel])
            });
            a + (b - a) * dx
        };
        let upper = between(clip(top, from.height));
        let lower = match top + 1.0 >= 0.0 && top + 1.0 < h {
            true => between((top + 1.0) as usize),
            false => upper,
        };
        *value = (upper + (lower - upper) * dy) as u8;
    }
}

/// A tensor `[…, height, width]` in another place, as `torchvision.transforms.functional` makes it.
pub(super) fn place_tensor(x: &Tensor, placement: &Placement) -> Result<Tensor> {
    let smooth = is_smooth(placement.interpolation)?;
    if x.dim() < 2 {
        return Err(Error::dtype("Tensor is not a torch image."));
    }
    let dims = x.dims();
    let (h, w) = (dims[dims.len() - 2], dims[dims.len() - 1]);
    let (half_w, half_h) = (w as f64 * 0.5, h as f64 * 0.5);
    let center = placement
        .center
        .map_or((0.0, 0.0), |(x, y)| (x - half_w, y - half_h));
    let angle = if placement.rotate {
        -placement.angle
    } else {
        placement.angle
    };
    let matrix = inverse(placement, angle, center, placement.translate);
    let (width, height) = match placement.expand {
        true => expanded(&matrix, w, h),
        false => (w, h),
    };
    let places = grid(&matrix, [w, h], [width, height]);
    sampled(x, &places, [width, height], smooth, placement.fill)
}

/// A tensor `[…, height, width]` of what is at these columns and rows of another: torchvision's `_apply_grid_transform`.
pub(super) fn sampled(
    x: &Tensor,
    places: &[(f32, f32)],
    [width, height]: [usize; 2],
    smooth: bool,
    fill: Option<f64>,
) -> Result<Tensor> {
    let dims = x.dims();
    let (h, w) = (dims[dims.len() - 2], dims[dims.len() - 1]);
    let computed = if x.dtype() == DType::F64 {
        DType::F64
    } else {
        DType::F32
    };
    let values: Vec<f32> = x.try_to_dtype(computed)?.try_to_vec()?;
    let fill = fill.map(|fill| fill as f32);
    let mut placed = Vec::with_capacity(values.len() / (w * h).max(1) * width * height);
    for image in values.chunks_exact((w * h).max(1)) {
        let pixel = |x: f32, y: f32| {
            let inside = x >= 0.0 && y >= 0.0 && x < w as f32 && y < h as f32;
            inside.then(|| image[y as usize * w + x as usize])
        };
        for &(x, y) in places {
            placed.push(match smooth {
                true => {
                    let (left, top) = (x.floor(), y.floor());
                    let (dx, dy) = (x - left, y - top);
                    let corners = [
                        (left, top, (1.0 - dx) * (1.0 - dy)),
                        (left + 1.0, top, dx * (1.0 - dy)),
                        (left, top + 1.0, (1.0 - dx) * dy),
                        (left + 1.0, top + 1.0, dx * dy),
                    ];
                    // What lies beyond the edges weighs nothing, and then the filling comes in as much.
                    let (mut value, mut weight) = (0.0, 0.0);
                    for (x, y, part) in corners {
                        if let Some(found) = pixel(x, y) {
                            value = found.mul_add(part, value);
                            weight += part;
                        }
                    }
                    match fill {
                        Some(fill) => value * weight + (1.0 - weight) * fill,
                        None => value,
                    }
                }
                false => {
                    let found = pixel(x.round_ties_even(), y.round_ties_even());
                    found.or(fill).unwrap_or(0.0)
                }
            });
        }
    }
    let mut shape = dims[..dims.len() - 2].to_vec();
    shape.extend([height, width]);
    let placed = Tensor::try_from_vec(placed, shape)?;
    as_in(x, placed)
}

/// The size that the turned picture has.
fn expanded(matrix: &Matrix, w: usize, h: usize) -> (usize, usize) {
    let (half_w, half_h) = (w as f32 * 0.5, h as f32 * 0.5);
    let m = matrix.map(|entry| entry as f32);
    let corners = [
        (-half_w, -half_h),
        (-half_w, half_h),
        (half_w, half_h),
        (half_w, -half_h),
    ];
    let side = |row: [f32; 3], half: f32| {
        let values = corners.map(|(x, y)| x * row[0] + y * row[1] + row[2]);
        let most = values.iter().copied().fold(f32::MIN, f32::max) + half;
        let least = values.iter().copied().fold(f32::MAX, f32::min) + half;
        // A ten-thousandth of a pixel is none.
        let cut = |value: f32| (value / 1e-4).trunc() * 1e-4;
        (cut(most).ceil() - cut(least).floor()) as usize
    };
    (
        side([m[0], m[1], m[2]], half_w),
        side([m[3], m[4], m[5]], half_h),
    )
}

/// The place of a pixel, from its share of the way from the first edge (-1) to the last (1). It is rounded once, as in
/// PyTorch's kernel, and so is each product of a pixel and its weight.
pub(super) fn pixel(share: f32, size: usize) -> f32 {
    (share + 1.0).mul_add(size as f32 / 2.0, -0.5)
}

/// For each pixel of the output, the column and row of the input.
fn grid(matrix: &Matrix, [w, h]: [usize; 2], [width, height]: [usize; 2]) -> Vec<(f32, f32)> {
    let m = matrix.map(|entry| entry as f32);
    let (half_w, half_h) = (w as f32 * 0.5, h as f32 * 0.5);
    let across = [m[0] / half_w, m[1] / half_w, m[2] / half_w];
    let down = [m[3] / half_h, m[4] / half_h, m[5] / half_h];
    let place = |at: usize, size: usize| at as f32 - size as f32 * 0.5 + 0.5;
    let mut places = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (place(column, width), place(row, height));
            let share = |row: [f32; 3]| x * row[0] + y * row[1] + row[2];
            places.push((pixel(share(across), w), pixel(share(down), h)));
        }
    }
    places
}
