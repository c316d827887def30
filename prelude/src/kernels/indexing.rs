//! Picking and placing elements by index.

use super::array::{Array, elements, locked, on_cpu};
use super::element::{Element, Stored, with_element, with_stored};
use super::map::update;
use super::reduce::{Rows, rows};
use super::transfer::contiguous;
use crate::dtype::DType;
use crate::error::{Result, bail};
use candle_core::{CpuStorage, Layout};

/// An index as a place; here negative ones do not count from the back.
fn place(index: i64, dim: usize, size: usize) -> Result<usize> {
    if index < 0 || index >= size as i64 {
        bail!("index {index} is out of bounds for dimension {dim} with size {size}");
    }
    Ok(index as usize)
}

fn plain<'a, T: Stored>((data, layout): (&'a CpuStorage, &Layout)) -> Result<&'a [T]> {
    debug_assert!(layout.is_contiguous());
    let from = layout.start_offset();
    Ok(&elements::<T>(data)?[from..from + layout.shape().elem_count()])
}

/// A single number is taken for a row of one.
fn flat(a: &Array) -> Result<Array> {
    let a = contiguous(a)?;
    Ok(a.reshaped(&[a.numel()]))
}

/// For each index of `index` (i64, in the shape of the result) the element there along `axis`.
pub(crate) fn gather(a: &Array, axis: usize, index: &Array) -> Result<Array> {
    if index.dims().is_empty() {
        return Ok(gather(a, axis, &flat(index)?)?.reshaped(&[]));
    }
    let index = contiguous(index)?;
    on_cpu(
        [a, &index],
        a.dtype(),
        index.dims(),
        |[(data, layout), at]| {
            let at = plain::<i64>(at)?;
            with_stored!(a.dtype(), T => {
                let data = elements::<T>(data)?;
                let mut out = Vec::with_capacity(at.len());
                each_place(&index, axis, layout, at, |_, place| out.push(data[place]))?;
                Ok(T::wrap(out))
            })
        },
    )
}

/// Calls `f` with the number of each index and the place in `layout` that it stands for.
fn each_place(
    index: &Array,
    axis: usize,
    layout: &Layout,
    at: &[i64],
    mut f: impl FnMut(usize, usize),
) -> Result<()> {
    let (dims, strides) = (index.dims(), layout.stride());
    let size = layout.dims()[axis];
    let mut position = vec![0; dims.len()];
    for (i, &index) in at.iter().enumerate() {
        let mut offset = layout.start_offset();
        for (d, &p) in position.iter().enumerate() {
            offset += strides[d]
                * if d == axis {
                    place(index, axis, size)?
                } else {
                    p
                };
        }
        f(i, offset);
        for d in (0..dims.len()).rev() {
            position[d] += 1;
            if position[d] < dims[d] {
                break;
            }
            position[d] = 0;
        }
    }
    Ok(())
}

/// A copy of `a` in which each element of `source` replaces, or is added to, the one its index stands for.
pub(crate) fn scatter(
    a: &Array,
    axis: usize,
    index: &Array,
    source: &Array,
    add: bool,
) -> Result<Array> {
    if a.dims().is_empty() || index.dims().is_empty() {
        let done = scatter(&flat(a)?, axis, &flat(index)?, &flat(source)?, add)?;
        return Ok(done.reshaped(a.dims()));
    }
    let (a, index, source) = (contiguous(a)?, contiguous(index)?, contiguous(source)?);
    on_cpu(
        [&a, &index, &source],
        a.dtype(),
        a.dims(),
        |[base, at, source]| {
            let at = plain::<i64>(at)?;
            let layout = Layout::contiguous(a.dims());
            with_stored!(a.dtype(), T => {
                let (mut out, source) = (plain::<T>(base)?.to_vec(), plain::<T>(source)?);
                each_place(&index, axis, &layout, at, |i, place| {
                    out[place] = if add { out[place].sum(source[i]) } else { source[i] };
                })?;
                Ok(T::wrap(out))
            })
        },
    )
}

/// What becomes of elements that fall on one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combine {
    Sum,
    Prod,
    Max,
    Min,
}

/// A copy of `a` in which the elements of `source` that an index sends to one place are combined, with the element
/// that was there if `include_self`.
pub(crate) fn scatter_reduce(
    a: &Array,
    axis: usize,
    index: &Array,
    source: &Array,
    combine: Combine,
    include_self: bool,
) -> Result<Array> {
    let (a, index, source) = (contiguous(a)?, contiguous(index)?, contiguous(source)?);
    on_cpu(
        [&a, &index, &source],
        a.dtype(),
        a.dims(),
        |[base, at, source]| {
            let at = plain::<i64>(at)?;
            let layout = Layout::contiguous(a.dims());
            with_element!(a.dtype(), "scatter_reduce", T => {
                let (mut out, source) = (plain::<T>(base)?.to_vec(), plain::<T>(source)?);
                let mut fresh = vec![!include_self; out.len()];
                each_place(&index, axis, &layout, at, |i, place| {
                    let (x, y) = (out[place], source[i]);
                    out[place] = match combine {
                        _ if std::mem::take(&mut fresh[place]) => y,
                        Combine::Sum => x.sum(y),
                        Combine::Prod => x.product(y),
                        Combine::Max => if x > y || x.is_nan() { x } else { y },
                        Combine::Min => if x < y || x.is_nan() { x } else { y },
                    };
                })?;
                Ok(T::wrap(out))
            })
        },
    )
}

/// The slices of `axis` that a 1-d index lists.
pub(crate) fn index_select(a: &Array, axis: usize, index: &Array) -> Result<Array> {
    if a.dims().is_empty() {
        let picked = index_select(&flat(a)?, axis, index)?;
        return Ok(match picked.numel() {
            1 => picked.reshaped(&[]),
            _ => picked,
        });
    }
    let index = contiguous(index)?;
    let mut shape = a.dims().to_vec();
    shape[axis] = index.numel();
    let (a, Rows { outer, len, inner }) = rows(a, &[axis])?;
    on_cpu([&a, &index], a.dtype(), &shape, |[data, at]| {
        let places = plain::<i64>(at)?
            .iter()
            .map(|&i| {
                // PyTorch has a way of its own for columns, which tells it in other words.
                place(i, axis, len).map_err(|_| match axis {
                    1 => crate::Error::runtime(format!(
                        "INDICES element is out of DATA bounds, id={i} axis_dim={len}"
                    )),
                    _ => crate::Error::index("index out of range in self"),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        with_stored!(a.dtype(), T => {
            let data = plain::<T>(data)?;
            let mut out = Vec::with_capacity(outer * places.len() * inner);
            for block in 0..outer {
                for place in &places {
                    let from = (block * len + place) * inner;
                    out.extend_from_slice(&data[from..from + inner]);
                }
            }
            Ok(T::wrap(out))
        })
    })
}

/// A copy of `a` in which the slices of `source` replace, or are added to, those of `axis` that a 1-d index lists.
pub(crate) fn index_put(
    a: &Array,
    axis: usize,
    index: &Array,
    source: &Array,
    add: bool,
) -> Result<Array> {
    if a.dims().is_empty() {
        return Ok(index_put(&flat(a)?, axis, index, &flat(source)?, add)?.reshaped(&[]));
    }
    let (index, source) = (contiguous(index)?, contiguous(source)?);
    let shape = a.dims().to_vec();
    let (a, Rows { outer, len, inner }) = rows(a, &[axis])?;
    on_cpu(
        [&a, &index, &source],
        a.dtype(),
        &shape,
        |[base, at, source]| {
            let places = plain::<i64>(at)?
                .iter()
                .map(|&i| place(i, axis, len))
                .collect::<Result<Vec<_>>>()?;
            with_stored!(a.dtype(), T => {
                let (mut out, source) = (plain::<T>(base)?.to_vec(), plain::<T>(source)?);
                for block in 0..outer {
                    for (i, place) in places.iter().enumerate() {
                        let (to, from) = ((block * len + place) * inner, (block * places.len() + i) * inner);
                        let target = out[to..to + inner].iter_mut().zip(&source[from..from + inner]);
                        if add {
                            target.for_each(|(x, &y)| *x = x.sum(y));
                        } else {
                            target.for_each(|(x, &y)| *x = y);
                        }
                    }
                }
                Ok(T::wrap(out))
            })
        },
    )
}

/// Adds `source` to the numbers that `target` looks at; where it looks twice, both are added.
pub(crate) fn add_into(target: &Array, source: &Array) -> Result<()> {
    if target.device().is_cuda() {
        let sum = super::pointwise::binary(super::pointwise::Binary::Add, target, source)?;
        return super::transfer::write(target, &sum);
    }
    locked([source], |[(source, ls)]| {
        target.storage.write(|storage| {
            with_stored!(target.dtype(), T => {
                let Some(data) = T::slice_mut(storage) else { bail!("dtypes differ") };
                update(data, &target.layout, elements::<T>(source)?, ls, T::sum);
            });
            Ok(())
        })?
    })
}

/// The positions of all elements that are not 0, one row each (i64).
pub(crate) fn nonzero(a: &Array) -> Result<Array> {
    let a = super::transfer::cast(
        &super::transfer::to_device(a, crate::Device::Cpu)?,
        DType::Bool,
    )?;
    let a = contiguous(&a)?;
    let dims = a.dims().to_vec();
    let mut found = Vec::new();
    locked([&a], |[data]| {
        for (i, _) in plain::<u8>(data)?
            .iter()
            .enumerate()
            .filter(|(_, x)| **x != 0)
        {
            let mut rest = i;
            let start = found.len();
            for &size in dims.iter().rev() {
                found.push((rest % size) as i64);
                rest /= size;
            }
            found[start..].reverse();
        }
        Ok(())
    })?;
    // A 0-d tensor has a place without coordinates.
    let whole = locked([&a], |[data]| {
        Ok(plain::<u8>(data)?.iter().filter(|x| **x != 0).count())
    })?;
    let count = found.len().checked_div(dims.len()).unwrap_or(whole);
    Ok(Array::from_vec(found, DType::I64, &[count, dims.len()]))
}

/// The elements of some dimensions in reverse.
pub(crate) fn flip(a: &Array, axes: &[usize]) -> Result<Array> {
    let mut a = a.clone();
    for &axis in axes {
        let size = a.dims()[axis];
        let index = Array::from_vec((0..size as i64).rev().collect(), DType::I64, &[size]);
        a = index_select(&a, axis, &super::transfer::to_device(&index, a.device())?)?;
    }
    contiguous(&a)
}
