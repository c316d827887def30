//! Parts of a tensor, which share its memory: slices, elements, pieces.

use super::Tensor;
use super::ops::ops;
use crate::error::{Result, bail, bail_index};
use crate::shape::axis;
use candle_core::Layout;

/// A view that shows some of the elements, as `pick` picks them from a layout; its gradient is 0 elsewhere.
pub(super) fn part(
    x: &Tensor,
    name: &'static str,
    pick: impl Fn(&Layout) -> Layout,
) -> Result<Tensor> {
    let array = x.array();
    // A gradient lies in a plain layout, whatever the tensor's own is.
    let plain = Layout::contiguous(array.dims());
    let picked = pick(&plain);
    x.view_through(pick(&array.layout), name, move |_, g| {
        Ok(vec![Some(super::strided::scatter_view(
            g, &picked, &plain,
        )?)])
    })
}

/// Every `step`-th of the elements `start..end` of one dimension.
pub(super) fn sliced(
    x: &Tensor,
    at: usize,
    start: usize,
    end: usize,
    step: usize,
    name: &'static str,
) -> Result<Tensor> {
    part(x, name, |layout| {
        let (mut shape, mut strides) = (layout.dims().to_vec(), layout.stride().to_vec());
        let offset = layout.start_offset() + start * strides[at];
        shape[at] = end.saturating_sub(start).div_ceil(step);
        strides[at] *= step;
        Layout::new(shape.into(), strides, offset)
    })
}

fn narrowed(x: &Tensor, dim: i64, start: i64, len: usize) -> Result<Tensor> {
    let shape = x.shape();
    if shape.rank() == 0 {
        bail!("narrow() cannot be applied to a 0-dim tensor.");
    }
    let at = axis(dim, shape.rank())?;
    let size = shape[at] as i64;
    if start < -size || start > size {
        bail_index!(
            "start out of range (expected to be in range of [{}, {size}], but got {start})",
            -size
        );
    }
    let start = if start < 0 { start + size } else { start };
    if start + len as i64 > size {
        bail!("start ({start}) + length ({len}) exceeds dimension size ({size}).");
    }
    let start = start as usize;
    sliced(x, at, start, start + len, 1, "SliceBackward0")
}

/// One element of one dimension, which goes away.
pub(super) fn selected(x: &Tensor, dim: i64, index: i64) -> Result<Tensor> {
    let shape = x.shape();
    if shape.rank() == 0 {
        bail_index!("select() cannot be applied to a 0-dim tensor.");
    }
    let at = axis(dim, shape.rank())?;
    let size = shape[at] as i64;
    if index < -size || index >= size {
        bail_index!(
            "select(): index {index} out of range for tensor of size {} at dimension {at}",
            shape.list()
        );
    }
    let start = (if index < 0 { index + size } else { index }) as usize;
    element(x, at, start, "SelectBackward0")
}

fn element(x: &Tensor, at: usize, place: usize, name: &'static str) -> Result<Tensor> {
    part(x, name, |layout| {
        let (mut shape, mut strides) = (layout.dims().to_vec(), layout.stride().to_vec());
        let offset = layout.start_offset() + place * strides[at];
        shape.remove(at);
        strides.remove(at);
        Layout::new(shape.into(), strides, offset)
    })
}

fn pieces(name: &'static str, x: &Tensor, dim: i64, sizes: &[usize]) -> Result<Vec<Tensor>> {
    if x.dim() == 0 {
        bail!("split_with_sizes expects at least a 1-dimensional tensor");
    }
    let at = axis(dim, x.dim())?;
    let total: usize = sizes.iter().sum();
    if total != x.try_size(dim)? {
        bail!(
            "split_with_sizes expects split_sizes to sum exactly to {} (input tensor's size at dimension {at}), but got \
             split_sizes={sizes:?}",
            x.try_size(dim)?
        );
    }
    let mut start = 0;
    let piece = |(i, &size): (usize, &usize)| {
        start += size;
        Ok(sliced(x, at, start - size, start, 1, name)?.one_of_several(i))
    };
    sizes.iter().enumerate().map(piece).collect()
}

/// Pieces of `size`; the last may be smaller.
fn split(x: &Tensor, size: usize, dim: i64) -> Result<Vec<Tensor>> {
    if x.dim() == 0 {
        bail!("split expects at least a 1-dimensional tensor");
    }
    if size == 0 {
        bail!("split expects split_size to be positive, but got split_size=0");
    }
    let total = x.try_size(dim)?;
    let mut sizes = vec![size; total / size];
    if total % size > 0 || total == 0 {
        sizes.push(total % size);
    }
    pieces("SplitBackward0", x, dim, &sizes)
}

ops! {
    /// `len` elements of one dimension from `start` on, without a copy. A part that is not within the tensor is an
    /// error. PyTorch: `torch.narrow`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3, 4], [5, 6, 7, 8]]);
    /// assert_eq!(a.narrow(1, 1, 2).to_string(), "tensor([[2, 3],\n        [6, 7]])");
    /// ```
    narrow, try_narrow, [] (x, dim: i64, start: i64, len: usize) => narrowed(x, dim, start, len);
    /// One element of one dimension, which goes away: a row, a column, an image. It shares the memory; a negative
    /// `index` counts from the end. PyTorch: `torch.select`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2], [3, 4]]);
    /// a.select(1, -1).fill_(0);
    /// assert_eq!(a.to_string(), "tensor([[1, 0],\n        [3, 0]])");
    /// ```
    select, try_select, [] (x, dim: i64, index: i64) => selected(x, dim, index);
    /// Pieces of `size` along one dimension; the last may be smaller. They share the memory. PyTorch: `torch.split`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let batches = Tensor::arange(0, 5, 1).split(2, 0);
    /// assert_eq!(batches.len(), 3);
    /// assert_eq!(batches[2].to_string(), "tensor([4])");
    /// ```
    split, try_split, [] (x, size: usize, dim: i64) -> Vec<Tensor> => split(x, size, dim);
    /// Pieces of the given sizes along one dimension. The sizes must add up to that of the dimension.
    /// PyTorch: `torch.split`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let pieces = Tensor::arange(0, 5, 1).split_sizes(&[4, 1], 0);
    /// assert_eq!(pieces[0].to_string(), "tensor([0, 1, 2, 3])");
    /// assert_eq!(pieces[1].to_string(), "tensor([4])");
    /// ```
    split_sizes, try_split_sizes, [] (x, sizes: &[usize], dim: i64) -> Vec<Tensor> => pieces("SplitWithSizesBackward0", x, dim, sizes);
    /// At most `chunks` pieces of equal size along one dimension; the last may be smaller. They share the memory.
    /// PyTorch: `torch.chunk`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // Queries, keys and values out of one product.
    /// let pieces = Tensor::zeros([4, 12]).chunk(3, -1);
    /// assert_eq!((pieces.len(), pieces[0].dims()), (3, vec![4, 4]));
    /// ```
    chunk, try_chunk, [] (x, chunks: usize, dim: i64) -> Vec<Tensor> => {
        if x.dim() == 0 {
            bail!("chunk expects at least a 1-dimensional tensor");
        }
        if chunks == 0 {
            bail!("chunk expects `chunks` to be greater than 0, got: 0");
        }
        match x.try_size(dim)? {
            // Nothing, as often as was asked for.
            0 => pieces("SplitWithSizesBackward0", x, dim, &vec![0; chunks]),
            size => split(x, size.div_ceil(chunks), dim),
        }
    };
    /// The elements of one dimension, one by one, without it. PyTorch: `torch.unbind`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let rows = tensor!([[1, 2], [3, 4]]).unbind(0);
    /// assert_eq!(rows[1].to_string(), "tensor([3, 4])");
    /// ```
    unbind, try_unbind, [] (x, dim: i64) -> Vec<Tensor>
        => {
            let at = axis(dim, x.dim())?;
            if x.dim() == 0 {
                bail_index!("Dimension specified as 0 but tensor has no dimensions");
            }
            let one = |i| Ok(element(x, at, i, "UnbindBackward0")?.one_of_several(i));
            (0..x.try_size(dim)?).map(one).collect()
        };
}
