//! Several arrays as one.

use super::array::{Array, elements, locked};
use super::element::with_stored;
use super::reduce::Rows;
use super::transfer::{contiguous, to_device};
use crate::device::Device;
use crate::error::{Result, bail};

/// The arrays, of one dtype and rank, one after the other along `axis`.
pub(crate) fn cat(arrays: &[Array], axis: usize) -> Result<Array> {
    let Some(first) = arrays.first() else {
        bail!("nothing to join")
    };
    let (dtype, device) = (first.dtype(), first.device());
    if let Some(other) = arrays.iter().find(|a| a.device() != device) {
        bail!(
            "Expected all tensors to be on the same device, but found at least two devices, {device} and {}!",
            other.device()
        );
    }
    let mut shape = first.dims().to_vec();
    shape[axis] = arrays.iter().map(|a| a.dims()[axis]).sum();
    let rows = Rows {
        outer: shape[..axis].iter().product(),
        len: shape[axis],
        inner: shape[axis + 1..].iter().product(),
    };
    let joined = with_stored!(dtype, T => {
        let mut out = vec![<T as Default>::default(); shape.iter().product()];
        let mut start = 0;
        for a in arrays {
            let a = contiguous(&to_device(a, Device::Cpu)?)?;
            let width = a.dims()[axis] * rows.inner;
            locked([&a], |[(data, layout)]| {
                let data = &elements::<T>(data)?[layout.start_offset()..];
                for block in 0..rows.outer {
                    let to = block * rows.len * rows.inner + start;
                    out[to..to + width].copy_from_slice(&data[block * width..(block + 1) * width]);
                }
                Ok(())
            })?;
            start += width;
        }
        Array::from_vec(out, dtype, &shape)
    });
    to_device(&joined, device)
}
