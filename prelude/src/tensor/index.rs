//! `t.i(…)`: what Python writes in square brackets.

use super::Tensor;
use super::creation::number_like;
use super::index_ops::filled_with;
use super::parts::{selected, sliced};
use super::picked::{Picked, put_at};
use crate::autograd::refill;
use crate::dtype::DType;
use crate::error::{OrPanic, Result, bail_index};
use crate::scalar::Arg;
use crate::shape::DimInt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use std::sync::Arc;

/// What may stand for one dimension inside `t.i(…)`. Integers, ranges and tensors turn into it by themselves; it is for
/// code that makes a list of indices.
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::Index;
/// let x = tensor!([[1, 2, 3], [4, 5, 6]]);
/// let columns = Index::Slice { start: Some(0), end: None, step: 2 };
/// assert_eq!(x.i(vec![Index::At(-1), columns]).to_string(), "tensor([4, 6])");
/// ```
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

/// As many whole dimensions as are needed: `...` in Python's `t[..., 0]`.
///
/// ```
/// use wick::prelude::*;
/// let x = Tensor::arange(0, 8, 1).view([2, 2, 2]);
/// assert_eq!(x.i((Ellipsis, 0)).to_string(), "tensor([[0, 2],\n        [4, 6]])");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ellipsis;

/// A new dimension of size 1: `None` in Python's `t[:, None]`.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([1, 2]);
/// assert_eq!(x.i((.., NewAxis)).to_string(), "tensor([[1],\n        [2]])");
/// ```
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

/// What can index one dimension. Integers (negative ones count from the back), ranges, tensors of indices or truth
/// values, lists of integers, [`Ellipsis`], [`NewAxis`] and [`step`].
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::{Index, IndexArg};
/// assert!(matches!((1..3).index(), Index::Slice { start: Some(1), end: Some(3), step: 1 }));
/// let x = tensor!([10, 20, 30, 40]);
/// assert_eq!(x.i(1..3).to_string(), "tensor([20, 30])");
/// assert_eq!(x.i([3, 0, 0]).to_string(), "tensor([40, 10, 10])");
/// ```
pub trait IndexArg {
    /// Its meaning.
    fn index(self) -> Index;
}

/// What can stand inside `t.i(…)`: one [`IndexArg`], or a tuple of them.
///
/// ```
/// use wick::prelude::*;
/// use wick::tensor::IndexArgs;
/// fn corner(x: &Tensor, at: impl IndexArgs) -> Tensor {
///     assert!(at.indices().len() <= x.dim());
///     x.i((0, 0))
/// }
/// assert_eq!(corner(&tensor!([[1, 2], [3, 4]]), (0, ..)).item::<i64>(), 1);
/// ```
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

    /// Writes values to the places that tensors of indices name, one per leading dimension. With `accumulate` they are
    /// added, also where a place is named twice. PyTorch: `Tensor.index_put_`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = Tensor::zeros([2, 2]);
    /// let (rows, columns) = (tensor!([0, 1, 1]), tensor!([1, 0, 0]));
    /// x.index_put_((rows, columns), &tensor!([5., 1., 2.]), true);
    /// assert_eq!(x.to_string(), "tensor([[0., 5.],\n        [3., 0.]])");
    /// ```
    #[track_caller]
    pub fn index_put_(&self, index: impl IndexArgs, values: &Tensor, accumulate: bool) -> Tensor {
        self.try_index_put_(index, values, accumulate).or_panic()
    }

    /// [`Tensor::index_put_`] in a copy. PyTorch: `torch.index_put`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, rows) = (Tensor::zeros([3]), tensor!([2, 0]));
    /// assert_eq!(x.index_put(&rows, &tensor!([5., 1.]), false).to_string(), "tensor([1., 0., 5.])");
    /// assert_eq!(x.to_string(), "tensor([0., 0., 0.])");
    /// ```
    #[track_caller]
    pub fn index_put(&self, index: impl IndexArgs, values: &Tensor, accumulate: bool) -> Tensor {
        self.try_index_put(index, values, accumulate).or_panic()
    }

    /// Like [`Tensor::index_put`]. Fails if an index is out of range or the values do not fit.
    pub fn try_index_put(
        &self,
        index: impl IndexArgs,
        values: &Tensor,
        accumulate: bool,
    ) -> Result<Tensor> {
        self.try_copy()?.try_index_put_(index, values, accumulate)
    }

    /// Like [`Tensor::index_put_`]. Fails if an index is out of range or the values do not fit.
    pub fn try_index_put_(
        &self,
        index: impl IndexArgs,
        values: &Tensor,
        accumulate: bool,
    ) -> Result<Tensor> {
        let indices = index.indices();
        let (consumed, rank) = (consumed(&indices), self.dim());
        crate::autograd::check_in_place(self)?;
        if consumed > rank {
            bail_index!("too many indices for tensor of dimension {rank} (got {consumed})");
        }
        let (view, given) = basic(self, indices)?;
        put_at(&view, &given, values, accumulate)?;
        Ok(self.clone())
    }
}

#[inline(never)]
fn indexed(x: &Tensor, indices: Vec<Index>) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    // A single slice is one even where it takes everything.
    let sliced = matches!(indices[..], [Index::Slice { .. }]);
    let (view, given) = basic(x, indices)?;
    if !given.is_empty() {
        return Arc::new(Picked::new(&view, places(&view, &given)?, |_| Ok(()))?).get(&view);
    }
    if !view.same_as(x) {
        return Ok(view);
    }
    // Even what takes everything gives a tensor of its own.
    let name = if sliced {
        "SliceBackward0"
    } else {
        "AliasBackward0"
    };
    super::view::alias(x, name)
}

#[inline(never)]
fn assign(x: &Tensor, indices: Vec<Index>, value: Arg) -> Result<()> {
    let (view, given) = basic(x, indices)?;
    match (&given[..], value) {
        ([], Arg::Scalar(number)) => {
            let value = number_like(x, number)?;
            refill(&view, |view| filled_with("FillBackward2", view, &value))
        }
        ([], Arg::Tensor(value)) => {
            let shape = view.shape();
            if value.shape() == shape {
                view.try_copy_(&value)?;
            } else if value.dim() == 0 {
                return refill(&view, |view| filled_with("FillBackward3", view, &value));
            } else {
                view.try_copy_(&without_front(&value)?.try_expand(&shape)?)?;
            }
            Ok(())
        }
        // As PyTorch does, which nodes show.
        ([only], Arg::Scalar(number)) if only.is_mask() => {
            true_places(&view, &only.tensor, only.at)?;
            let behind = view.dim() - only.at - only.tensor.dim();
            let mut mask = only.tensor.clone();
            for _ in 0..behind {
                mask = mask.try_unsqueeze(-1)?;
            }
            view.try_masked_fill_(&mask, number)?;
            Ok(())
        }
        ([only], Arg::Scalar(number)) if matches!(only.tensor.dtype(), DType::I64 | DType::I32) => {
            let index = only.tensor.try_to_dtype(DType::I64)?.try_reshape(-1)?;
            view.try_index_fill_(only.at as i64, &index, number)?;
            Ok(())
        }
        (_, Arg::Scalar(number)) => put_at(&view, &given, &number_like(x, number)?, false),
        (_, Arg::Tensor(value)) => put_at(&view, &given, &without_front(&value)?, false),
    }
}

/// A value without the dimensions of size 1 in front, which say nothing about where it goes.
fn without_front(value: &Tensor) -> Result<Tensor> {
    let mut value = value.clone();
    while value.dims().first() == Some(&1) {
        value = value.try_select(0, 0)?;
    }
    Ok(value)
}

/// How many dimensions a list of indices is for.
fn consumed(indices: &[Index]) -> usize {
    let of = |index: &Index| match index {
        Index::At(_) | Index::Slice { .. } => 1,
        Index::Tensor(t) if is_mask(t) => t.dim(),
        Index::Tensor(_) => 1,
        Index::Ellipsis | Index::NewAxis => 0,
    };
    indices.iter().map(of).sum()
}

/// Truth values say which elements to take, and so do bytes, as they did before there were truth values.
fn is_mask(index: &Tensor) -> bool {
    matches!(index.dtype(), DType::Bool | DType::U8)
}

/// A single integer in a tensor is that integer.
fn plain(index: Index) -> Result<Index> {
    match index {
        Index::Tensor(t)
            if t.dim() == 0
                && t.dtype().category() == crate::dtype::Category::Int
                && !is_mask(&t) =>
        {
            Ok(Index::At(t.try_item()?))
        }
        other => Ok(other),
    }
}

/// Applies what gives views. What is left are the tensors, each at the dimension of the view that it indexes.
fn basic(x: &Tensor, indices: Vec<Index>) -> Result<(Tensor, Vec<Given>)> {
    let consumed = consumed(&indices);
    if x.dim() == 0 && matches!(indices[..], [Index::At(_)]) {
        bail_index!(
            "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a \
             0-dim tensor to a number"
        );
    }
    let indices = indices
        .into_iter()
        .map(plain)
        .collect::<Result<Vec<Index>>>()?;
    let rank = x.dim();
    if consumed > rank {
        bail_index!("too many indices for tensor of dimension {rank}");
    }
    let (mut view, mut given, mut at) = (x.clone(), Vec::new(), 0);
    let mut seen_ellipsis = false;
    // Messages name an index by its place among the indices.
    for (own, index) in indices.into_iter().enumerate() {
        match index {
            Index::At(place) => {
                let size = view.dims()[at] as i64;
                if place < -size || place >= size {
                    bail_index!(
                        "index {place} is out of bounds for dimension {own} with size {size}"
                    );
                }
                view = selected(&view, at as i64, place)?;
            }
            Index::Slice { start, end, step } => {
                let size = view.dims()[at] as i64;
                if start.unwrap_or(0) == 0 && end.is_none_or(|end| end >= size) && step == 1 {
                    at += 1;
                    continue;
                }
                let clip = |i: i64| (if i < 0 { i + size } else { i }).clamp(0, size) as usize;
                let (start, end) = (start.map_or(0, clip), end.map_or(size as usize, clip));
                view = sliced(&view, at, start, end.max(start), step, "SliceBackward0")?;
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
            Index::Tensor(tensor) => {
                // A single truth value is for a new dimension of size 1, of which it takes all or nothing.
                let tensor = if is_mask(&tensor) && tensor.dim() == 0 {
                    view = view.try_unsqueeze(at as i64)?;
                    tensor.try_reshape(1)?.try_nonzero()?.try_reshape(-1)?
                } else {
                    tensor
                };
                let here = Given { at, tensor };
                at += here.depth();
                given.push(here);
            }
        }
    }
    Ok((view, given))
}

/// A tensor of indices or of truth values among indices.
pub(super) struct Given {
    /// The first dimension that it stands for.
    at: usize,
    pub tensor: Tensor,
}

impl Given {
    pub fn is_mask(&self) -> bool {
        is_mask(&self.tensor)
    }

    /// How many dimensions it stands for.
    fn depth(&self) -> usize {
        if self.is_mask() { self.tensor.dim() } else { 1 }
    }
}

/// The tensors of indices that stand for dimensions of `view`, one for each that is indexed.
pub(super) fn places(view: &Tensor, given: &[Given]) -> Result<Vec<Option<Tensor>>> {
    let mut places = vec![None; view.dim()];
    for Given { at, tensor } in given {
        let list = match tensor.dtype() {
            _ if is_mask(tensor) => true_places(view, tensor, *at)?,
            DType::I64 | DType::I32 => vec![tensor.clone()],
            _ => bail_index!("tensors used as indices must be long, int, byte or bool tensors"),
        };
        for (i, tensor) in list.into_iter().enumerate() {
            places[at + i] = Some(tensor);
        }
    }
    Ok(places)
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
