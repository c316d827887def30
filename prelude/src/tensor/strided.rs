//! Parts of a tensor that are described by layouts alone: what gradients of in-place operations through views need.

use super::Tensor;
use super::complex::in_parts;
use crate::autograd::record_as_is as record;
use crate::dtype::DType;
use crate::error::Result;
use crate::kernels::{Array, transfer};
use candle_core::Layout;

/// A layout of the same elements that counts from `start`.
fn from_start(layout: &Layout, start: usize) -> Layout {
    Layout::new(
        layout.shape().clone(),
        layout.stride().to_vec(),
        layout.start_offset() - start,
    )
}

/// Zeros in which `base` and `view` find their elements, and the two layouts in it.
fn buffer(like: &Array, base: &Layout, view: &Layout) -> Result<(Array, Array)> {
    let start = base.start_offset().min(view.start_offset());
    let end = |layout: &Layout| -> usize {
        let reach: usize = layout
            .dims()
            .iter()
            .zip(layout.stride())
            .map(|(&n, &s)| n.saturating_sub(1) * s)
            .sum();
        layout.start_offset() + reach + 1
    };
    let len = end(base).max(end(view)) - start;
    let zeros = super::creation::full_array(&[len], 0.0.into(), like.dtype(), like.device())?;
    Ok((
        zeros.with_layout(from_start(base, start)),
        zeros.with_layout(from_start(view, start)),
    ))
}

/// The gradient of the base of a view: `g` where the view looks, 0 elsewhere.
pub(crate) fn scatter_view(g: &Tensor, view: &Layout, base: &Layout) -> Result<Tensor> {
    let array = g.array();
    let (in_base, in_view) = buffer(&array, base, view)?;
    super::index_ops::add_into(&in_view, &array)?;
    let output = Tensor::from_array(transfer::copy(&in_base)?);
    let (view, base) = (view.clone(), base.clone());
    record("AsStridedBackward0", &[g], output, |_| {
        (Vec::new(), move |_: &_, g: &Tensor| {
            Ok(vec![Some(gather_view(g, &view, &base)?)])
        })
    })
}

/// The part of `g`, shaped like the base, at which the view looks.
pub(crate) fn gather_view(g: &Tensor, view: &Layout, base: &Layout) -> Result<Tensor> {
    let array = g.array();
    let (in_base, in_view) = buffer(&array, base, view)?;
    transfer::write(&in_base, &array)?;
    let output = Tensor::from_array(transfer::copy(&in_view)?);
    let (view, base) = (view.clone(), base.clone());
    record("AsStridedBackward0", &[g], output, |_| {
        (Vec::new(), move |_: &_, g: &Tensor| {
            Ok(vec![Some(scatter_view(g, &view, &base)?)])
        })
    })
}

/// `g`, shaped like the base, with 0 where the view looks.
pub(crate) fn erase_view(g: &Tensor, view: &Layout, base: &Layout) -> Result<Tensor> {
    let array = g.array();
    let (in_base, in_view) = buffer(&array, base, view)?;
    transfer::write(&in_base, &array)?;
    let zero = super::creation::full_array(&[], 0.0.into(), array.dtype(), array.device())?;
    transfer::write(&in_view, &zero.broadcast(in_view.dims())?)?;
    let output = Tensor::from_array(transfer::copy(&in_base)?);
    let (view, base) = (view.clone(), base.clone());
    record("CopySlices", &[g], output, |_| {
        (Vec::new(), move |_: &_, g: &Tensor| {
            Ok(vec![Some(erase_view(g, &view, &base)?)])
        })
    })
}

/// Where a tensor's elements are and of what dtype they are: a view of complex numbers may be of their parts, and the
/// other way round.
pub(crate) struct Place {
    layout: Layout,
    dtype: DType,
}

impl Place {
    pub fn of(array: &Array) -> Place {
        Place {
            layout: (*array.layout).clone(),
            dtype: array.dtype(),
        }
    }
}

/// The layouts of a view and its base, both in parts if they differ in dtype.
fn alike(view: &Place, base: &Place) -> [Layout; 2] {
    let of = |place: &Place| match place.dtype.is_complex() && view.dtype != base.dtype {
        true => in_parts(&place.layout),
        false => place.layout.clone(),
    };
    [of(view), of(base)]
}

/// A gradient of elements of that dtype, as the parts of them if the other is real.
fn enter(g: &Tensor, from: &Place, other: &Place) -> Result<Tensor> {
    match from.dtype.is_complex() && !other.dtype.is_complex() {
        true => g.try_view_as_real(),
        false => Ok(g.clone()),
    }
}

/// Back from [`enter`].
fn leave(g: Tensor, to: &Place, other: &Place) -> Result<Tensor> {
    match to.dtype.is_complex() && !other.dtype.is_complex() {
        true => g.try_view_as_complex(),
        false => Ok(g),
    }
}

/// [`scatter_view`] for places of two dtypes.
pub(crate) fn scatter_into(g: &Tensor, view: &Place, base: &Place) -> Result<Tensor> {
    let [in_view, in_base] = alike(view, base);
    let scattered = scatter_view(&enter(g, view, base)?, &in_view, &in_base)?;
    leave(scattered, base, view)
}

/// [`gather_view`] for places of two dtypes.
pub(crate) fn gather_from(g: &Tensor, view: &Place, base: &Place) -> Result<Tensor> {
    let [in_view, in_base] = alike(view, base);
    let gathered = gather_view(&enter(g, base, view)?, &in_view, &in_base)?;
    leave(gathered, view, base)
}

/// [`erase_view`] for places of two dtypes.
pub(crate) fn erase_from(g: &Tensor, view: &Place, base: &Place) -> Result<Tensor> {
    let [in_view, in_base] = alike(view, base);
    let erased = erase_view(&enter(g, base, view)?, &in_view, &in_base)?;
    leave(erased, base, view)
}
