//! Elements that tensors of indices or truth values pick, and writing to their places.

use super::Tensor;
use super::index::{Given, places};
use super::rule::{Keep, composed};
use crate::autograd::{no_grad, refuse_overlap};
use crate::dtype::DType;
use crate::error::{Result, bail, bail_index};
use crate::kernels::memory_order::inverse;
use crate::shape::{Shape, broadcast};
use std::sync::Arc;

/// Writes to the places that tensors of indices name.
pub(super) fn put_at(
    view: &Tensor,
    given: &[Given],
    values: &Tensor,
    accumulate: bool,
) -> Result<()> {
    // A single number where a mask says where it goes may be of any dtype, and the mask may be the tensor itself.
    let fills = matches!(given, [only] if only.is_mask()) && values.numel() == 1 && !accumulate;
    if fills && given[0].tensor.dtype() == DType::U8 {
        bail!("masked_fill_ only supports boolean masks, but got mask with dtype unsigned char");
    }
    let values = match fills {
        true => &values.try_to_dtype(view.dtype())?,
        false => values,
    };
    crate::autograd::in_place(view, |view| {
        if !fills {
            let read: Vec<&Tensor> = given.iter().map(|it| &it.tensor).chain([values]).collect();
            refuse_overlap(view, &read)?;
        }
        let fits = |shape: &[usize]| {
            values
                .detach()
                .try_expand(shape)
                .map_err(|_| does_not_fit(values, shape))?;
            if view.dtype() != values.dtype() {
                bail!(
                    "Index put requires the source and destination dtypes match, got {} for the destination and {} for \
                     the source.",
                    view.dtype().scalar_type(),
                    values.dtype().scalar_type()
                );
            }
            Ok(())
        };
        Arc::new(Picked::new(view, places(view, given)?, fits)?).put(view, values, accumulate)
    })
}

/// Values that do not broadcast to the places they are for.
fn does_not_fit(values: &Tensor, shape: &[usize]) -> crate::Error {
    crate::Error::runtime(format!(
        "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {shape:?}",
        values.shape().list()
    ))
}

/// Elements that tensors of indices pick: the indexed dimensions brought to the front and numbered through.
pub(super) struct Picked {
    /// The indexed dimensions first, then the others.
    order: Vec<usize>,
    /// For each element of the picked shape, its number among the indexed dimensions.
    numbers: Tensor,
    picked: Shape,
    /// Where the picked dimensions go in the result.
    at: usize,
    /// The sizes of the other dimensions.
    rest: Vec<usize>,
}

impl Picked {
    /// Checks the tensors, one for each dimension that is indexed; `fits` may refuse the shape of the result before it is
    /// known whether the indices are all inside.
    pub fn new(
        x: &Tensor,
        tensors: Vec<Option<Tensor>>,
        fits: impl FnOnce(&[usize]) -> Result<()>,
    ) -> Result<Picked> {
        let dims = x.dims();
        let indexed: Vec<usize> = (0..dims.len())
            .filter(|&d| tensors.get(d).is_some_and(Option::is_some))
            .collect();
        let rest: Vec<usize> = (0..dims.len()).filter(|d| !indexed.contains(d)).collect();
        let mut picked = Shape::default();
        for index in tensors.iter().flatten() {
            picked = broadcast(&picked, &index.shape()).map_err(|_| {
                let shapes: Vec<String> = tensors
                    .iter()
                    .flatten()
                    .map(|index| index.shape().list())
                    .collect();
                crate::Error::index(format!(
                    "shape mismatch: indexing tensors could not be broadcast together with shapes {}",
                    shapes.join(", ")
                ))
            })?;
        }
        let adjacent = indexed.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let at = if adjacent {
            indexed.first().copied().unwrap_or(0)
        } else {
            0
        };
        let sizes: Vec<usize> = rest.iter().map(|&d| dims[d]).collect();
        if picked.numel() > 0 && indexed.iter().any(|&d| dims[d] == 0) {
            bail_index!("index is out of bounds for dimension with size 0");
        }
        fits(&[&sizes[..at], &picked, &sizes[at..]].concat())?;
        // PyTorch does not look at indices for a result without elements.
        let anything = picked.numel() > 0 && !sizes.contains(&0);
        let numbers = no_grad(|| -> Result<Tensor> {
            let mut numbers = Tensor::try_full(&picked, 0)?.try_to_device(x.device())?;
            if !anything {
                return numbers.try_reshape(-1);
            }
            for (place, &d) in indexed.iter().enumerate() {
                let Some(index) = &tensors[d] else { continue };
                let size = dims[d] as i64;
                let index = index
                    .detach()
                    .try_to_dtype(DType::I64)?
                    .try_to_device(x.device())?;
                let outside = index.try_ge(size)?.try_logical_or(&index.try_lt(-size)?)?;
                if outside.try_any()?.try_item()? {
                    let wrong: Vec<i64> = indexed_values(&index, &outside)?;
                    bail_index!(
                        "index {} is out of bounds for dimension {place} with size {size}",
                        wrong[0]
                    );
                }
                let index = index.try_lt(0)?.try_where_(index.try_add(size)?, &index)?;
                numbers = numbers.try_mul(size)?.try_add(index.try_expand(&picked)?)?;
            }
            numbers.try_reshape(-1)
        })?;
        let order = indexed.iter().chain(&rest).copied().collect();
        Ok(Picked {
            order,
            numbers,
            picked,
            at,
            rest: sizes,
        })
    }

    /// How many dimensions are indexed.
    fn depth(&self) -> usize {
        self.order.len() - self.rest.len()
    }

    /// The tensor as a table: a row for each place among the indexed dimensions.
    fn table(&self, x: &Tensor) -> Result<Tensor> {
        let front = x.try_permute(&self.order)?;
        let rows: usize = front.shape()[..self.depth()].iter().product();
        let width: usize = self.rest.iter().product();
        front.try_reshape([rows, width])
    }

    /// The shape of the result: the picked dimensions where the indexed ones were.
    fn shape(&self) -> Vec<usize> {
        [&self.rest[..self.at], &self.picked, &self.rest[self.at..]].concat()
    }

    /// The order that brings the picked dimensions from the front to their place.
    fn back(&self) -> Vec<usize> {
        let n = self.picked.rank();
        (n..n + self.at)
            .chain(0..n)
            .chain(n + self.at..n + self.rest.len())
            .collect()
    }

    pub fn get(self: &Arc<Self>, x: &Tensor) -> Result<Tensor> {
        let (shape, picked) = (x.shape(), self.clone());
        composed(
            "IndexBackward0",
            &[x],
            Keep::Nothing,
            || {
                let rows = self.table(x)?.try_index_select(0, &self.numbers)?;
                let shape: Vec<usize> = self.picked.iter().chain(&self.rest).copied().collect();
                rows.try_reshape(shape)?
                    .try_permute(self.back())?
                    .try_contiguous()
            },
            move |_, g| {
                Ok(vec![Some(picked.put(
                    &g.try_new_zeros(&shape)?,
                    g,
                    true,
                )?)])
            },
        )
    }

    /// The tensor with the values in the picked places, or added to them.
    fn put(self: &Arc<Self>, x: &Tensor, values: &Tensor, add: bool) -> Result<Tensor> {
        let (shape, picked) = (values.shape(), self.clone());
        composed(
            "IndexPutBackward0",
            &[x, values],
            Keep::Nothing,
            || self.placed(x, values, add),
            move |ctx, g| {
                let rest = || match add {
                    true => Ok(g.clone()),
                    false => picked.put(g, &g.try_new_zeros(&[])?, false),
                };
                Ok(vec![
                    ctx.when(0, rest)?,
                    ctx.when(1, || picked.get(g)?.try_sum_to(&shape))?,
                ])
            },
        )
    }

    fn placed(&self, x: &Tensor, values: &Tensor, add: bool) -> Result<Tensor> {
        let shape = self.shape();
        let values = values
            .try_expand(&shape)
            .map_err(|_| does_not_fit(values, &shape))?;
        // From the result's order back to picked dimensions first.
        let front = inverse(&self.back());
        let width: usize = self.rest.iter().product();
        let rows = values
            .try_permute(front)?
            .try_reshape([self.picked.numel(), width])?;
        let table = self.table(x)?;
        let changed = if add {
            table.try_index_add(0, &self.numbers, &rows)?
        } else {
            table.try_index_copy(0, &self.numbers, &rows)?
        };
        let dims = x.dims();
        let ordered: Vec<usize> = self.order.iter().map(|&d| dims[d]).collect();
        changed
            .try_reshape(ordered)?
            .try_permute(inverse(&self.order))
    }
}

/// The elements of `x` where `mask` is true.
fn indexed_values(x: &Tensor, mask: &Tensor) -> Result<Vec<i64>> {
    let values: Vec<i64> = x.try_to_vec()?;
    let mask: Vec<bool> = mask.try_to_vec()?;
    Ok(values
        .into_iter()
        .zip(mask)
        .filter(|(_, m)| *m)
        .map(|(v, _)| v)
        .collect())
}

/// The elements where `mask` is true, in one dimension.
pub(super) fn masked_select(x: &Tensor, mask: &Tensor) -> Result<Tensor> {
    if mask.dtype() != DType::Bool {
        bail!("masked_select: expected BoolTensor for mask");
    }
    let shape = broadcast(&mask.shape(), &x.shape())?;
    let x = x.try_expand(&shape)?;
    let places = mask
        .detach()
        .try_expand(&shape)?
        .try_reshape(-1)?
        .try_nonzero()?
        .try_reshape(-1)?;
    let again = places.clone();
    composed(
        "MaskedSelectBackward0",
        &[&x],
        Keep::Nothing,
        || x.try_reshape(-1)?.try_index_select(0, &places),
        move |_, g| {
            let zeros = g.try_new_zeros(&[shape.numel()])?;
            Ok(vec![Some(
                zeros.try_index_add(0, &again, g)?.try_reshape(&shape)?,
            )])
        },
    )
}

super::ops::ops! {
    /// The elements where `mask` is true, in one dimension. `mask` is a bool tensor; the shapes broadcast.
    /// PyTorch: `torch.masked_select`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1, 5], [7, 2]]);
    /// assert_eq!(x.masked_select(&x.gt(3)).to_string(), "tensor([5, 7])");
    /// ```
    masked_select, try_masked_select, [] (x, mask: &Tensor) => masked_select(x, mask);
}
