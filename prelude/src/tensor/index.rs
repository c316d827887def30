//! `t.i(…)`: what Python writes in square brackets.

use super::Tensor;
use super::view::{selected, sliced};
use crate::autograd::{Ctx, no_grad, record_as_is};
use crate::dtype::DType;
use crate::error::{OrPanic, Result, bail, bail_index};
use crate::shape::{DimInt, Shape, broadcast};
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// What may stand for one dimension inside `t.i(…)`.
#[derive(Clone)]
pub enum Index {
    /// One element; the dimension goes away.
    At(i64),
    /// Every `step`-th element from `start` to before `end`; ends are as in Python.
    Slice {
        /// The first element; the first of all if absent.
        start: Option<i64>,
        /// The element before which to stop; behind the last of all if absent.
        end: Option<i64>,
        /// How far to the next element.
        step: usize,
    },
    /// As many whole dimensions as are needed (`...`).
    Ellipsis,
    /// A new dimension of size 1 (`None`).
    NewAxis,
    /// Elements by number, or where a bool tensor is true.
    Tensor(Tensor),
}

/// `...` in `t.i((Ellipsis, 0))`.
#[derive(Clone, Copy, Debug)]
pub struct Ellipsis;

/// `None` in Python's `t[:, None]`: a new dimension of size 1.
#[derive(Clone, Copy, Debug)]
pub struct NewAxis;

/// Every `step`-th element of a range: Python's `start:end:step`.
///
/// ```
/// use wick::prelude::*;
/// assert_eq!(Tensor::arange(0, 7, 1).i(step(1..6, 2)).to_vec1::<i64>(), [1, 3, 5]);
/// ```
pub fn step(range: impl IndexArg, step: usize) -> Index {
    match range.index() {
        Index::Slice { start, end, .. } => Index::Slice {
            start,
            end,
            step: step.max(1),
        },
        other => other,
    }
}

/// What can index one dimension: integers (negative ones count from the back), ranges, tensors of indices or truth
/// values, [`Ellipsis`], [`NewAxis`].
pub trait IndexArg {
    /// Its meaning.
    fn index(self) -> Index;
}

/// What can stand inside `t.i(…)`: one [`IndexArg`], or a tuple of them.
pub trait IndexArgs {
    /// Their meanings.
    fn indices(self) -> Vec<Index>;
}

impl<T: IndexArg> IndexArgs for T {
    fn indices(self) -> Vec<Index> {
        vec![self.index()]
    }
}

macro_rules! index_int {
    ($($t:ty),*) => {$(
        impl IndexArg for $t {
            fn index(self) -> Index { Index::At(self as i64) }
        }
    )*};
}
index_int!(i32, i64, isize, usize);

fn slice(start: Option<i64>, end: Option<i64>) -> Index {
    Index::Slice {
        start,
        end,
        step: 1,
    }
}

/// The end after the last element of an inclusive range: after -1 comes the very end.
fn after(last: i64) -> Option<i64> {
    if last == -1 { None } else { Some(last + 1) }
}

impl IndexArg for RangeFull {
    fn index(self) -> Index {
        slice(None, None)
    }
}
impl<T: DimInt> IndexArg for Range<T> {
    fn index(self) -> Index {
        slice(Some(self.start.dim()), Some(self.end.dim()))
    }
}
impl<T: DimInt> IndexArg for RangeInclusive<T> {
    fn index(self) -> Index {
        slice(Some(self.start().dim()), after(self.end().dim()))
    }
}
impl<T: DimInt> IndexArg for RangeFrom<T> {
    fn index(self) -> Index {
        slice(Some(self.start.dim()), None)
    }
}
impl<T: DimInt> IndexArg for RangeTo<T> {
    fn index(self) -> Index {
        slice(None, Some(self.end.dim()))
    }
}
impl<T: DimInt> IndexArg for RangeToInclusive<T> {
    fn index(self) -> Index {
        slice(None, after(self.end.dim()))
    }
}
impl IndexArg for Ellipsis {
    fn index(self) -> Index {
        Index::Ellipsis
    }
}
impl IndexArg for NewAxis {
    fn index(self) -> Index {
        Index::NewAxis
    }
}
impl IndexArg for &Tensor {
    fn index(self) -> Index {
        Index::Tensor(self.clone())
    }
}
impl IndexArg for Tensor {
    fn index(self) -> Index {
        Index::Tensor(self)
    }
}
impl<T: DimInt> IndexArg for Vec<T> {
    fn index(self) -> Index {
        self.as_slice().index()
    }
}
impl<T: DimInt> IndexArg for &[T] {
    fn index(self) -> Index {
        let places: Vec<i64> = self.iter().map(|n| n.dim()).collect();
        Index::Tensor(Tensor::from_vec(places, -1))
    }
}
impl<T: DimInt, const N: usize> IndexArg for [T; N] {
    fn index(self) -> Index {
        self.as_slice().index()
    }
}
impl IndexArg for Index {
    fn index(self) -> Index {
        self
    }
}
impl IndexArgs for Vec<Index> {
    fn indices(self) -> Vec<Index> {
        self
    }
}

macro_rules! index_tuple {
    ($($t:ident . $i:tt),+) => {
        impl<$($t: IndexArg),+> IndexArgs for ($($t,)+) {
            fn indices(self) -> Vec<Index> { vec![$(self.$i.index()),+] }
        }
    };
}
index_tuple!(A.0);
index_tuple!(A.0, B.1);
index_tuple!(A.0, B.1, C.2);
index_tuple!(A.0, B.1, C.2, D.3);
index_tuple!(A.0, B.1, C.2, D.3, E.4);
index_tuple!(A.0, B.1, C.2, D.3, E.4, F.5);

impl Tensor {
    /// Part of the tensor, as Python's square brackets give it: `t[:, 0:2]` is `t.i((.., 0..2))`.
    ///
    /// Integers and ranges give a view, so `t.i((.., 0..2)).add_(&e)` changes `t`; tensors of indices or truth values
    /// give a copy.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let t = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(t.i((1, -1)).item::<i64>(), 6);
    /// assert_eq!(t.i(&t.gt(3)).to_vec1::<i64>(), [4, 5, 6]);
    /// ```
    #[track_caller]
    pub fn i(&self, index: impl IndexArgs) -> Tensor {
        indexed(self, index.indices()).or_panic()
    }

    /// Like [`Tensor::i`]. Fails if an index is out of range.
    pub fn try_i(&self, index: impl IndexArgs) -> Result<Tensor> {
        indexed(self, index.indices())
    }

    /// Writes to part of the tensor: Python's `t[index] = value`. The value broadcasts.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let t = tensor!([1, -2, 3]);
    /// t.set(&t.lt(0), 0);
    /// assert_eq!(t.to_vec1::<i64>(), [1, 0, 3]);
    /// ```
    #[track_caller]
    pub fn set(&self, index: impl IndexArgs, value: impl crate::Given<crate::Arg>) {
        assign(self, index.indices(), value.into()).or_panic();
    }

    /// Like [`Tensor::set`]. Fails if an index is out of range or the value does not fit.
    pub fn try_set(
        &self,
        index: impl IndexArgs,
        value: impl crate::Given<crate::Arg>,
    ) -> Result<()> {
        assign(self, index.indices(), value.into())
    }

    /// Writes values to the places that tensors of indices name, one per leading dimension; with `accumulate` they are
    /// added (`t.index_put_((i, j), values, accumulate)`).
    #[track_caller]
    pub fn index_put_(&self, index: impl IndexArgs, values: &Tensor, accumulate: bool) -> Tensor {
        self.try_index_put_(index, values, accumulate).or_panic()
    }

    /// Like [`Tensor::index_put_`]. Fails if an index is out of range or the values do not fit.
    pub fn try_index_put_(
        &self,
        index: impl IndexArgs,
        values: &Tensor,
        accumulate: bool,
    ) -> Result<Tensor> {
        let (view, tensors) = basic(self, index.indices())?;
        let picked = Picked::new(&view, tensors)?;
        crate::autograd::in_place(&view, |view| picked.put(view, values, accumulate))?;
        Ok(self.clone())
    }
}

#[inline(never)]
fn indexed(x: &Tensor, indices: Vec<Index>) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let (view, tensors) = basic(x, indices)?;
    if tensors.iter().all(Option::is_none) {
        return Ok(view);
    }
    Picked::new(&view, tensors)?.get(&view)
}

#[inline(never)]
fn assign(x: &Tensor, indices: Vec<Index>, value: crate::Arg) -> Result<()> {
    let (view, tensors) = basic(x, indices)?;
    let value = match value {
        crate::Arg::Tensor(value) => value,
        crate::Arg::Scalar(number) => Tensor::scalar(number)
            .try_to_dtype(x.dtype())?
            .try_to_device(x.device())?,
    };
    if tensors.iter().all(Option::is_none) {
        view.try_copy_(&value)?;
        return Ok(());
    }
    let picked = Picked::new(&view, tensors)?;
    crate::autograd::in_place(&view, |view| {
        picked.put(view, &value.try_to_dtype(view.dtype())?, false)
    })
}

/// Applies what gives views. What is left are the tensors, each at the dimension of the view that it indexes.
fn basic(x: &Tensor, indices: Vec<Index>) -> Result<(Tensor, Vec<Option<Tensor>>)> {
    let consumed: usize = indices
        .iter()
        .map(|index| match index {
            Index::At(_) | Index::Slice { .. } => 1,
            Index::Tensor(t) if t.dtype() == DType::Bool => t.dim(),
            Index::Tensor(_) => 1,
            Index::Ellipsis | Index::NewAxis => 0,
        })
        .sum();
    let rank = x.dim();
    if consumed > rank {
        bail_index!("too many indices for tensor of dimension {rank}");
    }
    let (mut view, mut tensors, mut at) = (x.clone(), Vec::new(), 0);
    let mut seen_ellipsis = false;
    for index in indices {
        match index {
            Index::At(place) => view = selected(&view, at as i64, place)?,
            Index::Slice {
                start: None,
                end: None,
                step: 1,
            } => at += 1,
            Index::Slice { start, end, step } => {
                let size = view.dims()[at] as i64;
                let clip = |i: i64| (if i < 0 { i + size } else { i }).clamp(0, size) as usize;
                let (start, end) = (start.map_or(0, clip), end.map_or(size as usize, clip));
                view = sliced(&view, at, start, end.max(start), step, "SliceBackward0");
                at += 1;
            }
            Index::Ellipsis if seen_ellipsis => {
                bail_index!("an index can only have a single ellipsis ('...')")
            }
            Index::Ellipsis => {
                seen_ellipsis = true;
                at += rank - consumed;
            }
            Index::NewAxis => {
                view = view.try_unsqueeze(at as i64)?;
                at += 1;
            }
            Index::Tensor(t) => {
                tensors.resize(at, None);
                let list = if t.dtype() == DType::Bool {
                    true_places(&view, &t, at)?
                } else {
                    vec![t]
                };
                at += list.len();
                tensors.extend(list.into_iter().map(Some));
            }
        }
    }
    tensors.resize(view.dim(), None);
    Ok((view, tensors))
}

/// A bool tensor stands for one tensor of indices per dimension it covers.
fn true_places(x: &Tensor, mask: &Tensor, at: usize) -> Result<Vec<Tensor>> {
    let shape = x.shape();
    for (d, &n) in mask.shape().iter().enumerate() {
        if shape.get(at + d) != Some(&n) {
            bail_index!(
                "The shape of the mask {} at index {d} does not match the shape of the indexed tensor {} at index {}",
                mask.shape().list(),
                shape.list(),
                at + d
            );
        }
    }
    let places = mask.try_nonzero()?;
    (0..mask.dim() as i64)
        .map(|d| places.try_select(1, d))
        .collect()
}

/// Elements that tensors of indices pick: the indexed dimensions brought to the front and numbered through.
struct Picked {
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
    fn new(x: &Tensor, tensors: Vec<Option<Tensor>>) -> Result<Picked> {
        let dims = x.dims();
        let indexed: Vec<usize> = (0..dims.len())
            .filter(|&d| tensors.get(d).is_some_and(Option::is_some))
            .collect();
        let rest: Vec<usize> = (0..dims.len()).filter(|d| !indexed.contains(d)).collect();
        let mut picked = Shape::default();
        for index in tensors.iter().flatten() {
            if !matches!(
                index.dtype(),
                DType::I64 | DType::I32 | DType::U8 | DType::I16 | DType::I8
            ) {
                bail_index!("tensors used as indices must be long, int, byte or bool tensors");
            }
            picked = broadcast(&picked, &index.shape()).map_err(|_| {
                crate::Error::index(
                    "shape mismatch: indexing tensors could not be broadcast together",
                )
            })?;
        }
        let numbers = no_grad(|| -> Result<Tensor> {
            let mut numbers = Tensor::try_full(&picked, 0)?.try_to_device(x.device())?;
            for &d in &indexed {
                let Some(index) = &tensors[d] else { continue };
                let size = dims[d] as i64;
                let index = index
                    .detach()
                    .try_to_dtype(DType::I64)?
                    .try_to_device(x.device())?;
                let outside = index.try_ge(size)?.try_logical_or(&index.try_lt(-size)?)?;
                if index.numel() > 0 && outside.try_any()?.try_item()? {
                    let wrong: Vec<i64> = indexed_values(&index, &outside)?;
                    bail_index!(
                        "index {} is out of bounds for dimension {d} with size {size}",
                        wrong[0]
                    );
                }
                let index = index.try_lt(0)?.try_where_(index.try_add(size)?, &index)?;
                numbers = numbers.try_mul(size)?.try_add(index.try_expand(&picked)?)?;
            }
            numbers.try_reshape(-1)
        })?;
        let adjacent = indexed.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let at = if adjacent {
            indexed.first().copied().unwrap_or(0)
        } else {
            0
        };
        let order = indexed.iter().chain(&rest).copied().collect();
        Ok(Picked {
            order,
            numbers,
            picked,
            at,
            rest: rest.iter().map(|&d| dims[d]).collect(),
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

    fn get(self, x: &Tensor) -> Result<Tensor> {
        let output = no_grad(|| -> Result<Tensor> {
            let rows = self.table(x)?.try_index_select(0, &self.numbers)?;
            let shape: Vec<usize> = self.picked.iter().chain(&self.rest).copied().collect();
            rows.try_reshape(shape)?
                .try_permute(self.back())?
                .try_contiguous()
        })?;
        let output = Tensor::from_array(output.array());
        let shape = x.shape();
        Ok(record_as_is("IndexBackward0", &[x], output, |_| {
            (Vec::new(), move |_: &Ctx, g: &Tensor| {
                Ok(vec![Some(self.put(&g.try_new_zeros(&shape)?, g, true)?)])
            })
        }))
    }

    /// The tensor with the values in the picked places, or added to them.
    fn put(&self, x: &Tensor, values: &Tensor, add: bool) -> Result<Tensor> {
        let shape = self.shape();
        let values = values.try_expand(&shape).map_err(|_| {
            crate::Error::runtime(format!(
                "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {shape:?}",
                values.shape().list()
            ))
        })?;
        // From the result's order back to picked dimensions first.
        let back = self.back();
        let mut front = vec![0; back.len()];
        for (to, &from) in back.iter().enumerate() {
            front[from] = to;
        }
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
        let mut original = vec![0; self.order.len()];
        for (to, &from) in self.order.iter().enumerate() {
            original[from] = to;
        }
        changed.try_reshape(ordered)?.try_permute(original)
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
    let shape = broadcast(&x.shape(), &mask.shape())?;
    let x = x.try_expand(&shape)?;
    let places = mask
        .detach()
        .try_expand(&shape)?
        .try_reshape(-1)?
        .try_nonzero()?
        .try_reshape(-1)?;
    let again = places.clone();
    super::rule::composed(
        "MaskedSelectBackward0",
        &[&x],
        super::rule::Keep::Nothing,
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
    /// The elements where `mask` is true, in one dimension.
    masked_select, try_masked_select, [] (x, mask: &Tensor) => masked_select(x, mask);
}
