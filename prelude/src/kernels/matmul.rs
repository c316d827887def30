//! Matrix products.

use super::array::{Array, elements, on_cpu};
use super::element::{Element, Wide};
use super::transfer::contiguous;
use crate::dtype::DType;
use crate::error::{Result, bail};
use candle_core::backend::BackendStorage;
use candle_core::op::BackpropOp;
use candle_core::{CpuStorage, Layout};

/// Products of matrices: `[batch, m, k]` times `[batch, k, n]`, both of one dtype. Floats go to candle.
pub(crate) fn batched(a: &Array, b: &Array) -> Result<Array> {
    let [batch, m, k] = *a.dims() else {
        bail!("batched: expected three dimensions")
    };
    let n = b.dims()[2];
    let shape = [batch, m, n];
    if a.numel() == 0 || b.numel() == 0 {
        let zero = Array::from_vec(vec![0u8; batch * m * n], DType::U8, &shape);
        return super::transfer::to_device(&super::transfer::cast(&zero, a.dtype())?, a.device());
    }
    match a.dtype() {
        dtype if dtype.is_complex() => super::complex::batched(a, b),
        DType::I64 => integers::<i64>(a, b, shape, k),
        DType::I32 => integers::<i32>(a, b, shape, k),
        DType::I16 => integers::<i16>(a, b, shape, k),
        DType::I8 => integers::<i8>(a, b, shape, k),
        DType::U8 => integers::<u8>(a, b, shape, k),
        DType::Bool => bail!("\"addmm_impl_cpu_\" not implemented for 'Bool'"),
        _ => {
            let (mut a, b) = (plain_batches(a)?, plain_batches(b)?);
            // One matrix for all batches: candle then takes those on the left for one tall matrix, row after row.
            if b.layout.stride()[0] == 0 && batch > 1 {
                a = contiguous(&a)?;
            }
            if a.device().is_cuda() {
                return on_device(&a, &b, shape, k);
            }
            on_cpu([&a, &b], a.dtype(), &shape, |[(da, la), (db, lb)]| {
                Ok(da.matmul(db, (batch, m, n, k), la, lb)?)
            })
        }
    }
}

/// Candle takes any strides inside a matrix, but batches must follow each other evenly.
fn plain_batches(a: &Array) -> Result<Array> {
    let strides = a.layout.stride();
    let dims = a.dims();
    let inside =
        strides[1] == dims[2] && strides[2] == 1 || strides[2] == dims[1] && strides[1] == 1;
    if inside && (dims[0] == 1 || strides[0] == dims[1] * dims[2] || strides[0] == 0) {
        Ok(a.clone())
    } else {
        contiguous(a)
    }
}

fn on_device(a: &Array, b: &Array, shape: [usize; 3], k: usize) -> Result<Array> {
    let [batch, m, n] = shape;
    let ((ga, _), (gb, _)) = (
        a.storage.owner().storage_and_layout(),
        b.storage.owner().storage_and_layout(),
    );
    let (candle_core::Storage::Cuda(da), candle_core::Storage::Cuda(db)) = (&*ga, &*gb) else {
        bail!(
            "Expected all tensors to be on the same device, but found at least two devices, {} and {}!",
            a.device(),
            b.device()
        );
    };
    let product = da.matmul(db, (batch, m, n, k), &a.layout, &b.layout)?;
    let owner = candle_core::Tensor::from_storage(
        candle_core::Storage::Cuda(product),
        &shape[..],
        BackpropOp::none(),
        false,
    );
    let storage = crate::storage::Storage::from_candle(owner, a.dtype(), a.device());
    Ok(Array::new(storage, Layout::contiguous(&shape[..])))
}

/// Candle multiplies no integer matrices.
fn integers<T: Element<Wide = i64>>(
    a: &Array,
    b: &Array,
    shape: [usize; 3],
    k: usize,
) -> Result<Array> {
    let [_, m, n] = shape;
    let (a, b) = (contiguous(a)?, contiguous(b)?);
    on_cpu([&a, &b], a.dtype(), &shape, |[(da, la), (db, lb)]| {
        let (da, db) = (
            &elements::<T>(da)?[la.start_offset()..],
            &elements::<T>(db)?[lb.start_offset()..],
        );
        let mut out = vec![0i64; shape.iter().product()];
        super::parallel::chunks(&mut out, n, &|row, out| {
            let matrix = &db[row / m * k * n..][..k * n];
            for (x, line) in da[row * k..(row + 1) * k].iter().zip(matrix.chunks(n)) {
                for (o, y) in out.iter_mut().zip(line) {
                    *o = o.plus(x.wide().times(y.wide()));
                }
            }
        });
        Ok::<CpuStorage, crate::Error>(T::wrap(out.into_iter().map(T::narrow).collect()))
    })
}
