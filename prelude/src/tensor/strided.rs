//! Parts of a tensor that are described by layouts alone: what gradients of in-place operations through views need.

use super::Tensor;
use crate::autograd::record;
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
    Ok(record("AsStridedBackward0", &[g], output, |_| {
        (Vec::new(), move |_: &_, g: &Tensor| {
            Ok(vec![Some(gather_view(g, &view, &base)?)])
        })
    }))
}

/// The part of `g`, shaped like the base, at which the view looks.
pub(crate) fn gather_view(g: &Tensor, view: &Layout, base: &Layout) -> Result<Tensor> {
    let array = g.array();
    let (in_base, in_view) = buffer(&array, base, view)?;
    transfer::write(&in_base, &array)?;
    let output = Tensor::from_array(transfer::copy(&in_view)?);
    let (view, base) = (view.clone(), base.clone());
    Ok(record("AsStridedBackward0", &[g], output, |_| {
        (Vec::new(), move |_: &_, g: &Tensor| {
            Ok(vec![Some(scatter_view(g, &view, &base)?)])
        })
    }))
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
    Ok(record("CopySlices", &[g], output, |_| {
        (Vec::new(), move |_: &_, g: &Tensor| {
            Ok(vec![Some(erase_view(g, &view, &base)?)])
        })
    }))
}
