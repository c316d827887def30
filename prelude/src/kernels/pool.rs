//! Windows that move over images, and what becomes of each.

use super::array::{Array, elements, on_cpu};
use super::element::{Element, Stored, with_element, with_float};
use super::transfer::contiguous;
use crate::dtype::DType;
use crate::error::Result;
use candle_core::CpuStorage;
use std::ops::Range;

/// One dimension of the windows: where each begins and ends in the image.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    /// Inside the image.
    pub ranges: Vec<Range<usize>>,
    /// With the padding that each covers.
    pub widths: Vec<usize>,
    pub input: usize,
    /// How far the points of a window are from each other.
    pub step: usize,
}

impl Windows {
    /// How many windows [`Windows::regular`] has; less than one says by how much the image is too small.
    pub fn how_many(
        input: usize,
        [kernel, dilation]: [usize; 2],
        stride: usize,
        padding: usize,
        ceil: bool,
    ) -> i64 {
        let [input, kernel, dilation, stride, padding] =
            [input, kernel, dilation, stride, padding].map(|size| size as i64);
        let room = input + 2 * padding - dilation * (kernel - 1) - 1;
        let rounded = if ceil { room + stride - 1 } else { room };
        let count = rounded.div_euclid(stride) + 1;
        match ceil && (count - 1) * stride >= input + padding {
            true => count - 1,
            false => count,
        }
    }

    /// Windows of `kernel` points that are `dilation` apart, `stride` from each other, over an image with `padding` on
    /// both sides. With `ceil` a last window may hang over the end if it begins inside the image or the padding before it.
    pub fn regular(
        input: usize,
        [kernel, dilation]: [usize; 2],
        stride: usize,
        padding: usize,
        ceil: bool,
    ) -> Windows {
        let reach = dilation * (kernel - 1) + 1;
        let count =
            Self::how_many(input, [kernel, dilation], stride, padding, ceil).max(0) as usize;
        let ranges = (0..count).map(|i| {
            let start = i * stride;
            // The first point that is not in the padding.
            let skipped = padding.saturating_sub(start).div_ceil(dilation) * dilation;
            let end = (start + reach).saturating_sub(padding).min(input);
            (start + skipped).saturating_sub(padding).min(end)..end
        });
        let widths =
            (0..count).map(|i| (i * stride + kernel).min(input + 2 * padding) - i * stride);
        Windows {
            ranges: ranges.collect(),
            widths: widths.collect(),
            input,
            step: dilation,
        }
    }

    /// Lets only the part of each window inside the image count in a mean.
    pub fn ignore_padding(&mut self) {
        self.widths = self.ranges.iter().map(|range| range.len().max(1)).collect();
    }

    /// As many windows as are wanted, of as equal sizes as can be.
    pub fn adaptive(input: usize, count: usize) -> Windows {
        let ranges: Vec<Range<usize>> = (0..count)
            .map(|i| i * input / count..((i + 1) * input).div_ceil(count))
            .collect();
        Windows {
            widths: ranges.iter().map(Range::len).collect(),
            ranges,
            input,
            step: 1,
        }
    }

    pub fn count(&self) -> usize {
        self.ranges.len()
    }
}

/// Work on each plane `[H, W]` of the leading dimensions, on all cores.
fn each_plane<T: Send>(out: &mut [T], plane: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    super::parallel::chunks(out, plane, &f);
}

fn shapes(a: &Array, rows: &Windows, columns: &Windows) -> (Vec<usize>, usize, usize) {
    let mut shape = a.dims().to_vec();
    let rank = shape.len();
    let plane = shape[rank - 2] * shape[rank - 1];
    shape[rank - 2] = rows.count();
    shape[rank - 1] = columns.count();
    (shape, plane, rows.count() * columns.count())
}

/// Where in its plane the largest element of each window is (i64): the first of equals, or a NaN.
pub(crate) fn max_places(a: &Array, rows: &Windows, columns: &Windows) -> Result<Array> {
    let a = contiguous(a)?;
    let (shape, plane, windows) = shapes(&a, rows, columns);
    on_cpu([&a], DType::I64, &shape, |[(data, layout)]| {
        with_element!(a.dtype(), "max_pool2d", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let mut out = vec![0i64; shape.iter().product()];
            each_plane(&mut out, windows, |i, out| {
                let image = &data[i * plane..(i + 1) * plane];
                let mut out = out.iter_mut();
                for row in &rows.ranges {
                    for column in &columns.ranges {
                        let mut best = row.start * columns.input + column.start;
                        for y in row.clone().step_by(rows.step) {
                            for x in column.clone().step_by(columns.step) {
                                let at = y * columns.input + x;
                                if image[at] > image[best] || (image[at].is_nan() && !image[best].is_nan()) {
                                    best = at;
                                }
                            }
                        }
                        if let Some(out) = out.next() {
                            *out = best as i64;
                        }
                    }
                }
            });
            Ok(CpuStorage::I64(out))
        })
    })
}

/// The elements of each plane at places within it.
pub(crate) fn take(a: &Array, places: &Array) -> Result<Array> {
    let (a, places) = (contiguous(a)?, contiguous(places)?);
    let shape = places.dims().to_vec();
    let (plane, count) = (plane_of(&a), plane_of(&places));
    on_cpu(
        [&a, &places],
        a.dtype(),
        &shape,
        |[(data, ld), (at, la)]| {
            let at = &elements::<i64>(at)?[la.start_offset()..];
            with_element!(a.dtype(), "max_pool2d", T => {
                let data = &elements::<T>(data)?[ld.start_offset()..];
                let mut out = vec![<T as Default>::default(); shape.iter().product()];
                each_plane(&mut out, count, |i, out| {
                    let image = &data[i * plane..(i + 1) * plane];
                    out.iter_mut().zip(&at[i * count..]).for_each(|(o, &at)| *o = image[at as usize]);
                });
                Ok(T::wrap(out))
            })
        },
    )
}

/// Planes of zeros with the elements added at places within them: the reverse of [`take`].
pub(crate) fn put(a: &Array, places: &Array, shape: &[usize]) -> Result<Array> {
    let (a, places) = (contiguous(a)?, contiguous(places)?);
    let plane: usize = shape[shape.len() - 2..].iter().product();
    let count = plane_of(&places);
    on_cpu([&a, &places], a.dtype(), shape, |[(data, ld), (at, la)]| {
        let at = &elements::<i64>(at)?[la.start_offset()..];
        with_element!(a.dtype(), "max_pool2d", T => {
            use super::element::Wide;
            let data = &elements::<T>(data)?[ld.start_offset()..];
            let mut out = vec![<T as Default>::default(); shape.iter().product()];
            each_plane(&mut out, plane, |i, out| {
                for (&at, &x) in at[i * count..(i + 1) * count].iter().zip(&data[i * count..]) {
                    let o = &mut out[at as usize];
                    *o = T::narrow(o.wide().plus(x.wide()));
                }
            });
            Ok(T::wrap(out))
        })
    })
}

fn plane_of(a: &Array) -> usize {
    let dims = a.dims();
    dims[dims.len() - 2..].iter().product()
}

/// The mean of each window; padding counts as zeros.
pub(crate) fn mean(a: &Array, rows: &Windows, columns: &Windows) -> Result<Array> {
    let a = contiguous(a)?;
    let (shape, plane, windows) = shapes(&a, rows, columns);
    on_cpu([&a], a.dtype(), &shape, |[(data, layout)]| {
        with_float!(a.dtype(), "avg_pool2d", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let mut out = vec![<T as Default>::default(); shape.iter().product()];
            each_plane(&mut out, windows, |i, out| {
                let image = &data[i * plane..(i + 1) * plane];
                let mut out = out.iter_mut();
                for (row, height) in rows.ranges.iter().zip(&rows.widths) {
                    for (column, width) in columns.ranges.iter().zip(&columns.widths) {
                        let sum: f64 = row
                            .clone()
                            .flat_map(|y| &image[y * columns.input + column.start..y * columns.input + column.end])
                            .map(|x| x.to_f64())
                            .sum();
                        if let Some(out) = out.next() {
                            *out = T::from_f64(sum / (height * width) as f64);
                        }
                    }
                }
            });
            Ok(T::wrap(out))
        })
    })
}

/// Each element spread evenly over its window: the derivative of [`mean`].
pub(crate) fn spread(a: &Array, rows: &Windows, columns: &Windows) -> Result<Array> {
    let a = contiguous(a)?;
    let mut shape = a.dims().to_vec();
    let rank = shape.len();
    let windows = shape[rank - 2] * shape[rank - 1];
    shape[rank - 2] = rows.input;
    shape[rank - 1] = columns.input;
    let plane = rows.input * columns.input;
    on_cpu([&a], a.dtype(), &shape, |[(data, layout)]| {
        with_float!(a.dtype(), "avg_pool2d_backward", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let mut out = vec![<T as Default>::default(); shape.iter().product()];
            each_plane(&mut out, plane, |i, out| {
                let mut gradients = data[i * windows..].iter();
                for (row, height) in rows.ranges.iter().zip(&rows.widths) {
                    for (column, width) in columns.ranges.iter().zip(&columns.widths) {
                        let share = gradients.next().map_or(0., |g| g.to_f64()) / (height * width) as f64;
                        for y in row.clone() {
                            for o in &mut out[y * columns.input + column.start..y * columns.input + column.end] {
                                *o = T::from_f64(o.to_f64() + share);
                            }
                        }
                    }
                }
            });
            Ok(T::wrap(out))
        })
    })
}
