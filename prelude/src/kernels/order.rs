//! Elements by their size: sorting, counting equals, and finding a place.

use super::array::{Array, elements, on_cpu};
use super::element::{Element, with_element};
use super::parallel;
use super::reduce::{Rows, rows};
use super::select;
use super::transfer::contiguous;
use crate::dtype::DType;
use crate::error::Result;
use candle_core::CpuStorage;
use std::cmp::Ordering;

/// What is not a number is the largest, as PyTorch has it.
pub(crate) fn compare<T: Element>(a: T, b: T) -> Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        _ => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
    }
}

/// Which of two elements of a column comes first.
type Order<'a> = dyn Fn(usize, usize) -> Ordering + 'a;

/// Whether an element of a column is not a number.
type NotANumber<'a> = dyn Fn(usize) -> bool + 'a;

/// For each place of one dimension in sorted order, where its element is (i64); equals stay in their order.
pub(crate) fn argsort(a: &Array, axis: usize, descending: bool) -> Result<Array> {
    each_column(a, axis, &|order, _, places| {
        places.sort_by(|&i, &j| {
            let order = order(i as usize, j as usize);
            if descending { order.reverse() } else { order }
        });
    })
}

/// Where the `k` largest or smallest elements of each column are, in order (i64): the first `k` of the result, which has
/// the shape of `a`.
pub(crate) fn top(a: &Array, axis: usize, k: usize, largest: bool) -> Result<Array> {
    let wanted = if largest {
        Ordering::Greater
    } else {
        Ordering::Less
    };
    each_column(a, axis, &|order, _, places| {
        select::top(places, k, &|i, j| order(i as usize, j as usize) == wanted);
    })
}

/// Where the element is that is `k`-th (from 0) in each column: at `k` of the result, which has the shape of `a`.
pub(crate) fn kth(a: &Array, axis: usize, k: usize) -> Result<Array> {
    each_column(a, axis, &|order, _, places| {
        select::kth(places, k, &|i, j| order(i as usize, j as usize).is_lt());
    })
}

/// Where a copy of the most frequent element of each column is, of equally frequent ones the smallest (i64): the one that
/// PyTorch's way of sorting puts last. The dimension stays with size 1.
pub(crate) fn mode(a: &Array, axis: usize) -> Result<Array> {
    let picked = each_column(a, axis, &|order, nan, places| {
        // What is not a number equals nothing here and has no place in the order, as in PyTorch.
        let are = |i: i64, j: i64, wanted: Ordering| {
            let (i, j) = (i as usize, j as usize);
            order(i, j) == wanted && !nan(i) && !nan(j)
        };
        select::sort(places, &|i, j| are(i, j, Ordering::Less));
        let (mut best, mut most, mut from) = (0, 0, 0);
        for to in 1..=places.len() {
            let ends = to == places.len() || !are(places[to - 1], places[to], Ordering::Equal);
            if ends {
                if to - from > most {
                    (best, most) = (places[to - 1], to - from);
                }
                from = to;
            }
        }
        if let Some(first) = places.first_mut() {
            *first = best;
        }
    })?;
    let mut dims = a.dims().to_vec();
    dims[axis] = dims[axis].min(1);
    let layout = candle_core::Layout::new(
        dims.into(),
        picked.layout.stride().to_vec(),
        picked.layout.start_offset(),
    );
    contiguous(&picked.with_layout(layout))
}

/// Calls `work` for each column of a dimension with the order of its elements, which of them are not numbers, and the places 0, 1, 2, … in it, which
/// it turns into its result.
fn each_column(
    a: &Array,
    axis: usize,
    work: &(dyn Fn(&Order<'_>, &NotANumber<'_>, &mut [i64]) + Sync),
) -> Result<Array> {
    // The dimension comes last, so that columns are rows; then it goes back to its place.
    let rank = a.dims().len();
    let mut order: Vec<usize> = (0..rank).filter(|&d| d != axis).collect();
    order.push(axis);
    let moved = contiguous(&a.permuted(&order))?;
    let len = moved.dims()[rank - 1];
    let done = on_cpu([&moved], DType::I64, moved.dims(), |[(data, layout)]| {
        with_element!(moved.dtype(), "sort", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let mut out = vec![0i64; moved.numel()];
            parallel::chunks(&mut out, len, &|row, places| {
                let values = &data[row * len..][..len];
                places.iter_mut().enumerate().for_each(|(i, place)| *place = i as i64);
                work(&|i, j| compare(values[i], values[j]), &|i| values[i].is_nan(), places);
            });
            Ok(CpuStorage::I64(out))
        })
    })?;
    let mut back: Vec<usize> = (0..rank - 1).collect();
    back.insert(axis, rank - 1);
    contiguous(&done.permuted(&back))
}

/// For each value the first place of a sorted row where it could go (`right`: the last), i64.
///
/// `rows` is one row for all values, or has a row for each row of them. `order` says how a row is sorted.
pub(crate) fn search(
    sorted: &Array,
    order: Option<&Array>,
    values: &Array,
    right: bool,
) -> Result<Array> {
    let (sorted, values) = (contiguous(sorted)?, contiguous(values)?);
    let order = match order {
        Some(order) => contiguous(order)?,
        None => Array::from_vec(Vec::<i64>::new(), DType::I64, &[0]),
    };
    let order = super::transfer::to_device(&order, values.device())?;
    let len = sorted.dims().last().copied().unwrap_or(0);
    let per_row = match sorted.dims().len() {
        0 | 1 => values.numel(),
        _ => values.dims().last().copied().unwrap_or(1),
    };
    on_cpu(
        [&sorted, &values, &order],
        DType::I64,
        values.dims(),
        |[(ds, ls), (dv, lv), (dorder, lorder)]| {
            let order = &elements::<i64>(dorder)?[lorder.start_offset()..];
            with_element!(values.dtype(), "searchsorted", T => {
                let (s, v) = (&elements::<T>(ds)?[ls.start_offset()..], &elements::<T>(dv)?[lv.start_offset()..]);
                Ok(CpuStorage::I64(super::map::fill(values.numel(), |from, out| {
                    for (i, o) in out.iter_mut().enumerate() {
                        let (value, start) = (v[from + i], (from + i) / per_row.max(1) * len);
                        let before = |at: usize| {
                            let at = if order.is_empty() { at } else { order[start + at] as usize };
                            // Written so that what is not a number goes behind all others.
                            let beyond = if right { s[start + at] > value } else { s[start + at] >= value };
                            !beyond
                        };
                        let (mut low, mut high) = (0, len);
                        while low < high {
                            let middle = low.midpoint(high);
                            if before(middle) { low = middle + 1 } else { high = middle }
                        }
                        *o = low as i64;
                    }
                })))
            })
        },
    )
}

/// The rows of a matrix that differ from the one before (the first always does), as bool.
pub(crate) fn changes(a: &Array) -> Result<Array> {
    let a = contiguous(a)?;
    let (count, width) = (a.dims()[0], a.dims()[1..].iter().product::<usize>());
    on_cpu([&a], DType::Bool, &[count], |[(data, layout)]| {
        with_element!(a.dtype(), "unique", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            // What is not a number differs from itself.
            let differs = |i: usize| i == 0 || data[(i - 1) * width..][..width] != data[i * width..][..width];
            Ok(CpuStorage::U8((0..count).map(|i| u8::from(differs(i))).collect()))
        })
    })
}

/// The order in which the rows of a matrix are sorted, compared element by element (i64).
pub(crate) fn argsort_rows(a: &Array) -> Result<Array> {
    let a = contiguous(a)?;
    let (a, Rows { len, inner, .. }) = rows(&a, &[0])?;
    on_cpu([&a], DType::I64, &[len], |[(data, layout)]| {
        with_element!(a.dtype(), "unique", T => {
            let data = &elements::<T>(data)?[layout.start_offset()..];
            let row = |i: i64| &data[i as usize * inner..][..inner];
            let mut order: Vec<i64> = (0..len as i64).collect();
            order.sort_by(|&i, &j| {
                let pairs = row(i).iter().zip(row(j));
                pairs.map(|(&x, &y)| compare(x, y)).find(|o| *o != Ordering::Equal).unwrap_or(Ordering::Equal)
            });
            Ok(CpuStorage::I64(order))
        })
    })
}
