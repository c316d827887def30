//! Copies: to another device, to another dtype, to a plain layout, and into existing numbers.

use super::array::{Array, elements, locked, on_cpu};
use super::complex;
use super::element::{Element, Stored, with_element, with_stored};
use super::map::{fill, map1, update};
use crate::device::Device;
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::storage::Storage;
use candle_core::{CpuStorage, Layout};
use half::{bf16, f16};

/// The numbers on another device, contiguous.
pub(crate) fn to_device(a: &Array, device: Device) -> Result<Array> {
    if a.device() == device {
        return contiguous(a);
    }
    if a.dtype().is_complex() {
        bail!(
            "complex tensors are on the cpu only, and this one was to be on {device}: move its parts, \
             a.view_as_real().to({device:?})"
        );
    }
    let plain = contiguous(a)?;
    let moved = as_candle(&plain)?.to_device(&device.candle()?)?;
    Ok(Array::new(
        Storage::from_candle(moved, a.dtype(), device),
        Layout::contiguous(a.dims()),
    ))
}

/// The numbers as a candle tensor, which shares them wherever candle can describe where they are.
pub(crate) fn as_candle(a: &Array) -> Result<candle_core::Tensor> {
    if a.dtype().is_complex() {
        bail!("candle has no complex numbers: hand it their parts, a.view_as_real()");
    }
    let owner = a.storage.owner();
    if owner.layout() == &*a.layout {
        return Ok(owner.clone());
    }
    let start = a
        .layout
        .start_offset()
        .checked_sub(owner.layout().start_offset());
    match start.filter(|start| owner.is_contiguous() && start + a.numel() <= owner.elem_count()) {
        Some(start) if a.is_contiguous() => Ok(owner
            .flatten_all()?
            .narrow(0, start, a.numel())?
            .reshape(a.dims())?),
        _ => Ok(copy(a)?.storage.owner().reshape(a.dims())?),
    }
}

/// The same array if it is contiguous, a contiguous copy if not.
pub(crate) fn contiguous(a: &Array) -> Result<Array> {
    if a.is_contiguous() {
        Ok(a.clone())
    } else {
        copy(a)
    }
}

/// A contiguous copy.
pub(crate) fn copy(a: &Array) -> Result<Array> {
    if a.device().is_cuda() {
        return copy_on_device(a);
    }
    on_cpu([a], a.dtype(), a.dims(), |[(data, layout)]| {
        with_stored!(a.dtype(), T => {
            let data = elements::<T>(data)?;
            Ok(T::wrap(match layout.contiguous_offsets() {
                Some((from, to)) => data[from..to].to_vec(),
                None => map1(data, layout, |x| x),
            }))
        })
    })
}

/// A contiguous copy that never leaves the device.
fn copy_on_device(a: &Array) -> Result<Array> {
    use candle_core::backend::BackendStorage;
    use candle_core::op::BackpropOp;
    let (guard, _) = a.storage.owner().storage_and_layout();
    let candle_core::Storage::Cuda(source) = &*guard else {
        bail!("expected a tensor on a GPU, but it is on {}", a.device());
    };
    // Candle's own way to make a strided tensor plain: allocate, then copy by layout.
    let fresh =
        candle_core::Tensor::zeros(a.dims(), a.dtype().candle(), a.storage.owner().device())?;
    let mut target = {
        let (fresh, layout) = fresh.storage_and_layout();
        let candle_core::Storage::Cuda(fresh) = &*fresh else {
            bail!("expected a tensor on a GPU");
        };
        fresh.try_clone(layout)?
    };
    source.copy_strided_src(&mut target, 0, &a.layout)?;
    let owner = candle_core::Tensor::from_storage(
        candle_core::Storage::Cuda(target),
        a.dims(),
        BackpropOp::none(),
        false,
    );
    Ok(Array::new(
        Storage::from_candle(owner, a.dtype(), a.device()),
        Layout::contiguous(a.dims()),
    ))
}

/// An array whose storage can be seen in whole; a copy where candle made a part of one.
pub(crate) fn whole(array: Array) -> Result<Array> {
    let owner = array.storage.owner();
    if owner.layout().start_offset() != 0 || !owner.is_contiguous() {
        return copy(&array);
    }
    Ok(array)
}

/// The numbers as another dtype, contiguous if a conversion was needed.
pub(crate) fn cast(a: &Array, dtype: DType) -> Result<Array> {
    if a.dtype() == dtype {
        return Ok(a.clone());
    }
    if a.dtype().is_complex() || dtype.is_complex() {
        return complex::cast(a, dtype);
    }
    // Sixty-four pairs of types: one plain loop each.
    let a = &contiguous(a)?;
    on_cpu([a], dtype, a.dims(), |[(data, layout)]| {
        macro_rules! direct {
            ($T:ty => $U:ty, $f:expr) => {{
                let data = &elements::<$T>(data)?[layout.start_offset()..];
                return Ok(<$U>::wrap(each(data, a.numel(), $f)));
            }};
        }
        // What 16 bits are computed in: often, and so without a detour.
        match (a.dtype(), dtype) {
            (DType::BF16, DType::F32) => direct!(bf16 => f32, bf16::to_f32),
            (DType::F16, DType::F32) => direct!(f16 => f32, f16::to_f32),
            (DType::F32, DType::BF16) => direct!(f32 => bf16, bf16::from_f32),
            (DType::F32, DType::F16) => direct!(f32 => f16, f16::from_f32),
            _ => {}
        }
        with_element!(a.dtype(), "to", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            if dtype == DType::Bool {
                return Ok(CpuStorage::U8(each(data, a.numel(), |x| u8::from(x != T::default()))));
            }
            with_element!(dtype, "to", U => Ok(U::wrap(each(data, a.numel(), convert::<T, U>))))
        })
    })
}

fn each<T: Element, U: Element>(data: &[T], len: usize, f: impl Fn(T) -> U + Sync) -> Vec<U> {
    fill(len, |from, out| {
        out.iter_mut()
            .zip(&data[from..])
            .for_each(|(o, &x)| *o = f(x))
    })
}

#[inline(always)]
fn convert<T: Element, U: Element>(x: T) -> U {
    if U::FLOAT {
        U::from_f64(x.to_f64())
    } else if T::FLOAT {
        truncated(x.to_f64())
    } else {
        U::from_i64(x.to_i64())
    }
}

/// Cut towards zero as x86 does it, which is what shows in PyTorch: what does not fit, nan and the infinities become the
/// lowest `i64`, and for the narrower types the lowest `i32`, of which they keep the low bits.
#[inline(always)]
fn truncated<U: Element>(x: f64) -> U {
    const I64_END: f64 = 9_223_372_036_854_775_808.;
    const I32_END: f64 = 2_147_483_648.;
    if size_of::<U>() == size_of::<i64>() {
        let fits = (-I64_END..I64_END).contains(&x);
        U::from_i64(if fits { x as i64 } else { i64::MIN })
    } else {
        let fits = x > -I32_END - 1. && x < I32_END;
        U::from_i64((if fits { x as i32 } else { i32::MIN }).into())
    }
}

/// Writes `src` into the numbers of `dst`. Both have one dtype, one device and one shape; `src` may repeat elements
/// but must not share storage with `dst`.
pub(crate) fn write(dst: &Array, src: &Array) -> Result<()> {
    debug_assert!(!dst.storage.same_memory(&src.storage));
    if dst.device().is_cuda() {
        return write_on_device(dst, src);
    }
    let result = locked([src], |[(src, ls)]| {
        dst.storage.write(|storage| {
            with_stored!(dst.dtype(), T => {
                let src = elements::<T>(src)?;
                let Some(dst_data) = T::slice_mut(storage) else { bail!("dtypes differ") };
                match (dst.layout.contiguous_offsets(), ls.contiguous_offsets()) {
                    (Some((d0, d1)), Some((s0, s1))) => dst_data[d0..d1].copy_from_slice(&src[s0..s1]),
                    _ => update(dst_data, &dst.layout, src, ls, |_, s| s),
                }
            });
            Ok(())
        })?
    });
    dst.storage.bump_version();
    result
}

/// On a GPU, whole runs are copied one by one through candle's `slice_set`.
fn write_on_device(dst: &Array, src: &Array) -> Result<()> {
    let flat = dst.storage.owner().flatten_all()?;
    let first = dst.storage.owner().layout().start_offset();
    let source = as_candle(&contiguous(src)?)?.flatten_all()?;
    let mut done = 0;
    let mut result = Ok(());
    super::walk::Walk::new([&dst.layout]).runs(0, dst.numel(), &mut |run| {
        let [step] = run.step;
        let pieces = if step == 1 { 1 } else { run.len };
        let len = run.len / pieces;
        for piece in 0..pieces {
            if result.is_ok() {
                result = source.narrow(0, done, len).and_then(|part| {
                    flat.slice_set(&part.contiguous()?, 0, run.at[0] + piece * step - first)
                });
            }
            done += len;
        }
    });
    dst.storage.bump_version();
    Ok(result?)
}
