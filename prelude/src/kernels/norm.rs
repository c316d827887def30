//! Normalization of channels: the passes over `[N, C, …]` that would be slow as single operations.

use super::array::{Array, elements, on_cpu};
use super::element::{Element, Stored, with_float};
use super::transfer::contiguous;
use crate::dtype::DType;
use crate::error::Result;
use candle_core::CpuStorage;

/// `[N, C, …]` as `batch` times `channels` planes of `plane` elements.
#[derive(Clone, Copy)]
struct Planes {
    batch: usize,
    channels: usize,
    plane: usize,
}

fn planes(a: &Array) -> Planes {
    let dims = a.dims();
    Planes {
        batch: dims[0],
        channels: dims[1],
        plane: dims[2..].iter().product(),
    }
}

impl Planes {
    /// The pieces of one channel.
    fn of<T>(self, data: &[T], channel: usize) -> impl Iterator<Item = &[T]> {
        (0..self.batch)
            .map(move |n| &data[(n * self.channels + channel) * self.plane..][..self.plane])
    }
}

/// The mean and the variance (over `n`) of each channel, as `f64`, one after the other.
pub(crate) fn statistics(a: &Array) -> Result<(Vec<f64>, Vec<f64>)> {
    let a = super::transfer::to_device(&contiguous(a)?, crate::Device::Cpu)?;
    let planes = planes(&a);
    let n = (planes.batch * planes.plane) as f64;
    super::array::locked([&a], |[(data, layout)]| {
        with_float!(a.dtype(), "batch_norm", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            Ok(super::parallel::map(planes.channels, &|channel| {
                    let mean = planes.of(data, channel).map(super::reduce::sum_floats).sum::<f64>() / n;
                    let squares: f64 = planes
                        .of(data, channel)
                        .map(|piece| {
                            let mut lanes = [0f64; 8];
                            let mut chunks = piece.chunks_exact(8);
                            for chunk in &mut chunks {
                                for (lane, x) in lanes.iter_mut().zip(chunk) {
                                    *lane += (x.to_f64() - mean) * (x.to_f64() - mean);
                                }
                            }
                            let rest = chunks.remainder().iter().map(|x| (x.to_f64() - mean).powi(2));
                            lanes.iter().sum::<f64>() + rest.sum::<f64>()
                        })
                        .sum();
                    (mean, squares / n)
            }).into_iter().unzip())
        })
    })
}

/// `scale * x + shift`, each per channel.
pub(crate) fn affine(a: &Array, scale: &[f64], shift: &[f64]) -> Result<Array> {
    let a = contiguous(a)?;
    let planes = planes(&a);
    on_cpu([&a], a.dtype(), a.dims(), |[(data, layout)]| {
        with_float!(a.dtype(), "batch_norm", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let mut out = vec![<T as Default>::default(); a.numel()];
                super::parallel::chunks(&mut out, planes.plane, &|i, out| {
                    let channel = i % planes.channels;
                    let (scale, shift) = (T::from_f64(scale[channel]).wide(), T::from_f64(shift[channel]).wide());
                    out.iter_mut().zip(&data[i * planes.plane..]).for_each(|(o, x)| {
                        use super::element::Wide;
                        *o = T::narrow(x.wide().times(scale).plus(shift));
                    });
                });
            Ok(T::wrap(out))
        })
    })
}

/// The sums over each channel of the gradient, and of the gradient times the normalized element.
pub(crate) fn gradient_sums(
    g: &Array,
    x: &Array,
    mean: &[f64],
    inverse: &[f64],
) -> Result<(Vec<f64>, Vec<f64>)> {
    let host = |a: &Array| super::transfer::to_device(&contiguous(a)?, crate::Device::Cpu);
    let (g, x) = (host(g)?, host(x)?);
    let planes = planes(&x);
    super::array::locked([&g, &x], |[(dg, lg), (dx, lx)]| {
        with_float!(x.dtype(), "batch_norm_backward", T => {
            let (dg, dx) = (&elements::<T>(dg)?[lg.start_offset()..], &elements::<T>(dx)?[lx.start_offset()..]);
            Ok(super::parallel::map(planes.channels, &|channel| {
                    let (mut sum, mut dot) = (0., 0.);
                    for (g, x) in planes.of(dg, channel).zip(planes.of(dx, channel)) {
                        sum += super::reduce::sum_floats(g);
                        let mut lanes = [0f64; 8];
                        for (g, x) in g.chunks(8).zip(x.chunks(8)) {
                            for (lane, (g, x)) in lanes.iter_mut().zip(g.iter().zip(x)) {
                                *lane += g.to_f64() * (x.to_f64() - mean[channel]);
                            }
                        }
                        dot += lanes.iter().sum::<f64>();
                    }
                    (sum, dot * inverse[channel])
            }).into_iter().unzip())
        })
    })
}

/// `a * g + b * (x - mean) + c`, each per channel: the gradient of the input. The mean is taken off first because
/// `b * x` and what is left of `c` would cancel, and the rounding of both would stay.
pub(crate) fn combine(g: &Array, x: &Array, mean: &[f64], factors: &[[f64; 3]]) -> Result<Array> {
    let (g, x) = (contiguous(g)?, contiguous(x)?);
    let planes = planes(&x);
    on_cpu([&g, &x], x.dtype(), x.dims(), |[(dg, lg), (dx, lx)]| {
        with_float!(x.dtype(), "batch_norm_backward", T => {
            use super::element::Wide;
            let (dg, dx) = (&elements::<T>(dg)?[lg.start_offset()..], &elements::<T>(dx)?[lx.start_offset()..]);
            let mut out = vec![<T as Default>::default(); x.numel()];
                super::parallel::chunks(&mut out, planes.plane, &|i, out| {
                    let channel = i % planes.channels;
                    let [a, b, c] = factors[channel].map(|f| T::from_f64(f).wide());
                    let mean = T::from_f64(-mean[channel]).wide();
                    let (dg, dx) = (&dg[i * planes.plane..], &dx[i * planes.plane..]);
                    out.iter_mut().zip(dg.iter().zip(dx)).for_each(|(o, (g, x))| {
                        *o = T::narrow(g.wide().times(a).plus(x.wide().plus(mean).times(b)).plus(c));
                    });
                });
            Ok(T::wrap(out))
        })
    })
}

/// Numbers per channel as an array of that dtype, on the device of `like`.
pub(crate) fn per_channel(numbers: &[f64], dtype: DType, like: &Array) -> Result<Array> {
    let array = Array::from_cpu(
        CpuStorage::F64(numbers.to_vec()),
        DType::F64,
        &[numbers.len()],
    );
    super::transfer::to_device(&super::transfer::cast(&array, dtype)?, like.device())
}
