//! Elements in order: sorting, the largest few, medians, quantiles.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed, picked};
use crate::autograd::no_grad;
use crate::error::{Result, bail};
use crate::kernels::order;
use crate::scalar::{Arg, Scalar};
use crate::shape::axis;

/// What [`Tensor::quantile_with`] gives where a quantile lies between two elements. PyTorch's argument `interpolation`.
///
/// ```
/// use wick::prelude::*;
/// let x = tensor!([0., 10.]);
/// let quantile = |how| x.quantile_with(0.3, None, false, how).to_string();
/// assert_eq!(quantile(QuantileInterpolation::Linear), "tensor(3.)");
/// assert_eq!(quantile(QuantileInterpolation::Higher), "tensor(10.)");
/// assert_eq!(quantile(QuantileInterpolation::Midpoint), "tensor(5.)");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuantileInterpolation {
    /// The point on the straight line between them.
    #[default]
    Linear,
    /// The lower one.
    Lower,
    /// The higher one.
    Higher,
    /// The mean of both.
    Midpoint,
    /// The nearer one.
    Nearest,
}

fn sorted_places(x: &Tensor, at: usize, descending: bool) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    if x.is_complex() {
        // With the space that PyTorch's sentence begins with.
        bail!(" Sort does not support complex dtypes on CPU");
    }
    if x.dim() == 0 {
        return Tensor::try_full((), 0)?.try_to_device(x.device());
    }
    Ok(Tensor::from_array(order::argsort(
        &x.array(),
        at,
        descending,
    )?))
}

fn sort(x: &Tensor, dim: i64, descending: bool) -> Result<(Tensor, Tensor)> {
    let at = axis(dim, x.dim())?;
    let places = sorted_places(x, at, descending)?;
    picked("SortBackward0", x, at, &places, true, false)
}

fn topk(x: &Tensor, k: usize, dim: i64, largest: bool) -> Result<(Tensor, Tensor)> {
    wick_runtime::interrupt::check();
    let at = axis(dim, x.dim())?;
    let size = if x.dim() == 0 { 1 } else { x.dims()[at] };
    if k > size {
        bail!("selected index k out of range");
    }
    if x.dtype() == crate::DType::Bool {
        bail!("topk does not support bool dtypes on CPU");
    }
    if x.is_complex() {
        // With the space that PyTorch's sentence begins with.
        bail!(" topk does not support complex dtypes on CPU");
    }
    let places = if x.dim() == 0 {
        sorted_places(x, at, largest)?
    } else {
        let places = Tensor::from_array(order::top(&x.array(), at, k, largest)?);
        places.try_narrow(at as i64, 0, k)?.try_contiguous()?
    };
    picked("TopkBackward0", x, at, &places, true, false)
}

fn kth(x: &Tensor, k: usize, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
    let at = axis(dim, x.dim())?;
    let size = if x.dim() == 0 { 1 } else { x.dims()[at] };
    if x.numel() == 0 && size == 0 {
        return Err(crate::Error::index(format!(
            "kthvalue(): Expected reduction dim {at} to have non-zero size."
        )));
    }
    if k == 0 || k > size {
        bail!("kthvalue(): selected number k out of range for dimension {at}");
    }
    let place = if x.dim() == 0 {
        Tensor::try_full((), 0)?.try_to_device(x.device())?
    } else if x.is_complex() || x.dtype() == crate::DType::Bool {
        return Err(crate::Error::not_implemented("kthvalue_cpu", x.dtype()));
    } else {
        wick_runtime::interrupt::check();
        Tensor::from_array(order::kth(&x.array(), at, k - 1)?)
            .try_narrow(at as i64, k as i64 - 1, 1)?
            .try_contiguous()?
    };
    picked("KthvalueBackward0", x, at, &place, keepdim, false)
}

/// Where the lower median of each column is: a NaN if there is one and NaNs count, the middle of the numbers if not.
fn median_place(x: &Tensor, at: usize, skip_nan: bool) -> Result<Tensor> {
    let places = sorted_places(x, at, false)?;
    if x.dim() == 0 {
        return Ok(places);
    }
    let (dim, size) = (at as i64, x.dims()[at]);
    let nans = x.try_isnan()?.try_sum_dim(dim, true)?;
    let middle = if skip_nan {
        nans.try_rsub(size)?
            .try_sub(1)?
            .try_clamp_min(0)?
            .try_div_rounding(2, super::Rounding::Floor)?
    } else {
        // NaNs are sorted to the end: the first of them.
        let first_nan = nans.try_rsub(size)?;
        nans.try_gt(0)?
            .try_where_(first_nan, Tensor::try_full((), size.saturating_sub(1) / 2)?)?
    };
    places.try_gather(dim, &middle)
}

fn median_dim(x: &Tensor, dim: i64, keepdim: bool, skip_nan: bool) -> Result<(Tensor, Tensor)> {
    let at = axis(dim, x.dim())?;
    if x.dtype() == crate::DType::Bool {
        bail!("\"median_out\" not implemented for 'Bool'");
    }
    if x.dim() > 0 && x.dims()[at] == 0 {
        return Err(crate::Error::index(format!(
            "median(): Expected reduction dim {at} to have non-zero size."
        )));
    }
    let place = no_grad(|| median_place(&x.detach(), at, skip_nan))?;
    let node = if skip_nan {
        "NanmedianBackward1"
    } else {
        "MedianBackward1"
    };
    picked(node, x, at, &place, keepdim, false)
}

/// The median of all elements; every element that equals it shares the gradient.
fn median(x: &Tensor, skip_nan: bool) -> Result<Tensor> {
    if x.is_complex() {
        return Err(crate::Error::not_implemented("median_cpu", x.dtype()));
    }
    let node = if skip_nan {
        "NanmedianBackward0"
    } else {
        "MedianBackward0"
    };
    if x.dtype() == crate::DType::Bool {
        bail!("\"median_cpu\" not implemented for 'Bool'");
    }
    composed(
        node,
        &[x],
        Keep::Both,
        || {
            if x.numel() == 0 {
                return Tensor::try_full((), f64::NAN)?.try_to((x.dtype(), x.device()));
            }
            let flat = x.try_reshape(-1)?;
            let place = median_place(&flat, 0, skip_nan)?;
            flat.try_gather(0, &place)?.try_reshape(())
        },
        |ctx, g| {
            let (x, y) = (ctx.saved(0)?, ctx.saved(1)?);
            let same = x
                .try_eq(&y)?
                .try_logical_or(&x.try_isnan()?.try_logical_and(&y.try_isnan()?)?)?;
            let share = same.try_sum()?;
            Ok(vec![Some(same.try_where_(
                g.try_div(share.try_to_dtype(g.dtype())?)?,
                0.,
            )?)])
        },
    )
}

fn mode(x: &Tensor, dim: i64, keepdim: bool) -> Result<(Tensor, Tensor)> {
    let at = axis(dim, x.dim())?;
    if x.dim() > 0 && x.dims()[at] == 0 {
        return Err(crate::Error::index(format!(
            "mode(): Expected reduction dim {at} to have non-zero size."
        )));
    }
    let place = if x.dim() == 0 {
        sorted_places(x, 0, false)?
    } else {
        Tensor::from_array(order::mode(&x.array(), at)?)
    };
    picked("ModeBackward0", x, at, &place, keepdim, false)
}

/// Quantiles by PyTorch's own steps, so that the nodes have its names too.
fn quantile(
    x: &Tensor,
    q: &Arg,
    dim: Option<(i64, bool)>,
    interpolation: QuantileInterpolation,
    skip_nan: bool,
) -> Result<Tensor> {
    if let Arg::Scalar(q) = q
        && !(0. ..=1.).contains(&q.to_f64())
    {
        bail!(
            "quantile() q must be in the range [0, 1] but got {}",
            q.to_f64()
        );
    }
    if x.numel() == 0 {
        bail!("quantile() input tensor must be non-empty");
    }
    if !matches!(x.dtype(), crate::DType::F32 | crate::DType::F64) {
        bail!("quantile() input tensor must be either float or double dtype");
    }
    let q = match q {
        Arg::Scalar(q) => super::creation::number_like(x, *q)?,
        Arg::Tensor(q) => {
            if q.dim() > 1 {
                bail!("quantile() q must be a scalar or 1D tensor");
            }
            if q.dtype() != x.dtype() {
                bail!("quantile() q tensor must be same dtype as the input tensor");
            }
            if !q
                .try_ge(0)?
                .try_logical_and(&q.try_le(1)?)?
                .try_all()?
                .try_item::<bool>()?
            {
                bail!("quantile() q values must be in the range [0, 1]");
            }
            q.clone()
        }
    };
    let rank = x.dim();
    // The dimension to look along comes last.
    let (columns, kept) = match dim {
        None => (x.try_reshape(-1)?, vec![1; rank]),
        Some((dim, _)) => {
            let at = axis(dim, rank)?;
            let mut kept = x.dims();
            if let Some(size) = kept.get_mut(at) {
                *size = 1;
            }
            let columns = if rank == 0 {
                x.try_reshape(1)?
            } else {
                x.try_transpose(at as i64, -1)?
            };
            (columns, kept)
        }
    };
    let at = dim.map(|(dim, _)| axis(dim, rank)).transpose()?;
    let (sorted, _) = sort(&columns, -1, false)?;
    let size = sorted.try_size(-1)?;
    let ranks = no_grad(|| -> Result<Tensor> {
        // One row of ranks for each column.
        let last = if skip_nan {
            let numbers = sorted
                .try_isnan()?
                .try_logical_not()?
                .try_sum_dim(-1, true)?;
            numbers
                .try_sub(1)?
                .try_clamp_min(0)?
                .try_to_dtype(x.dtype())?
        } else {
            super::creation::number_like(x, Scalar::Float((size - 1) as f64))?
        };
        let ranks = q.try_reshape(-1)?.try_mul(&last)?;
        let mut shape = sorted.dims();
        if let Some(size) = shape.last_mut() {
            *size = q.numel();
        }
        let ranks = ranks.try_expand(shape)?;
        if skip_nan {
            return Ok(ranks);
        }
        // One NaN makes the whole column one: it was sorted to the end.
        let nan = sorted.try_isnan()?.try_any_dim(-1, true)?;
        nan.try_where_((size - 1) as f64, ranks)
    })?;
    let ranks = match interpolation {
        QuantileInterpolation::Lower => ranks.try_floor()?,
        QuantileInterpolation::Higher => ranks.try_ceil()?,
        QuantileInterpolation::Nearest => ranks.try_round()?,
        _ => ranks,
    };
    let below = ranks.try_to_dtype(crate::DType::I64)?;
    let mut values = sorted.try_gather(-1, &below)?;
    if matches!(
        interpolation,
        QuantileInterpolation::Linear | QuantileInterpolation::Midpoint
    ) {
        let weight: Arg = match interpolation {
            QuantileInterpolation::Midpoint => Scalar::Float(0.5).into(),
            _ => ranks.try_sub(below.try_to_dtype(ranks.dtype())?)?.into(),
        };
        let above = ranks.try_ceil()?.try_to_dtype(crate::DType::I64)?;
        values = values.try_lerp(&sorted.try_gather(-1, &above)?, weight)?;
    }
    // The quantiles lie last, where the dimension was swapped to: it goes back, and they come first.
    let values = match at.filter(|_| rank > 0) {
        Some(at) => {
            let apart = values.try_unsqueeze(-1)?.try_movedim(-2, 0)?;
            apart.try_transpose(at as i64 + 1, -1)?
        }
        None => values,
    };
    let keepdim = dim.is_some_and(|(_, keepdim)| keepdim);
    let mut shape: Vec<usize> = if q.dim() == 0 {
        Vec::new()
    } else {
        vec![q.numel()]
    };
    if keepdim {
        shape.extend(kept);
    } else if let Some(at) = at {
        shape.extend(
            kept.iter()
                .enumerate()
                .filter(|(i, _)| *i != at)
                .map(|(_, n)| n),
        );
    }
    super::rule::reshaped_as("SqueezeBackward4", &values, shape)
}

ops! {
    /// The elements of one dimension in order, and where they were; equals stay in their order. PyTorch: `torch.sort`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([3, 1, 2]);
    /// let (values, places) = x.sort(0, false);
    /// assert_eq!(values.to_string(), "tensor([1, 2, 3])");
    /// assert_eq!(places.to_string(), "tensor([1, 2, 0])");
    /// ```
    sort, try_sort, [] (x, dim: i64, descending: bool) -> (Tensor, Tensor) => sort(x, dim, descending);
    /// Where the elements of one dimension are, in order; equals stay in their order.
    /// Gives an `i64` tensor of the same shape. PyTorch: `torch.argsort`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([3, 1, 2]);
    /// assert_eq!(x.argsort(0, true).to_string(), "tensor([0, 2, 1])");
    /// ```
    argsort, try_argsort, [] (x, dim: i64, descending: bool) => sorted_places(&x.detach(), axis(dim, x.dim())?, descending);
    /// The rows in order of each column: [`Tensor::sort`] along the first dimension. PyTorch: `torch.msort`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([3, 1, 2]).msort().to_string(), "tensor([1, 2, 3])");
    /// ```
    msort, try_msort, [] (x) => Ok(sort(x, 0, false)?.0);
    /// The `k` largest (or smallest) elements of one dimension in order, and where they are. Which of equal elements
    /// are taken is not said; here it is the first ones. PyTorch: `torch.topk`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (values, places) = tensor!([3, 1, 2]).topk(2, 0, true);
    /// assert_eq!(values.to_string(), "tensor([3, 2])");
    /// assert_eq!(places.to_string(), "tensor([0, 2])");
    /// ```
    topk, try_topk, [] (x, k: usize, dim: i64, largest: bool) -> (Tensor, Tensor) => topk(x, k, dim, largest);
    /// The `k`-th smallest element of one dimension (from 1), and where it is.
    /// The two results have the shape of the input without `dim`, or with it as 1 if `keepdim`.
    /// PyTorch: `torch.kthvalue`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (value, place) = tensor!([3, 1, 2]).kthvalue(2, 0, false);
    /// assert_eq!((value.item::<i64>(), place.item::<i64>()), (2, 2));
    /// ```
    kthvalue, try_kthvalue, [] (x, k: usize, dim: i64, keepdim: bool) -> (Tensor, Tensor) => kth(x, k, dim, keepdim);
    /// The middle element; of two, the smaller. Any shape gives a number. PyTorch: `torch.median`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([4, 1, 3, 2]).median().to_string(), "tensor(2)");
    /// ```
    median, try_median, [] (x) => median(x, false);
    /// The middle element of one dimension (of two, the smaller), and where it is: `torch.median(x, dim)`.
    /// The two results have the shape of the input without `dim`, or with it as 1 if `keepdim`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (values, places) = tensor!([[3, 1, 2], [6, 5, 4]]).median_dim(1, false);
    /// assert_eq!(values.to_string(), "tensor([2, 5])");
    /// assert_eq!(places.to_string(), "tensor([2, 1])");
    /// ```
    median_dim, try_median_dim, [] (x, dim: i64, keepdim: bool) -> (Tensor, Tensor) => median_dim(x, dim, keepdim, false);
    /// [`Tensor::median`] of the elements that are numbers. PyTorch: `torch.nanmedian`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([f32::NAN, 1., 5., 3.]).nanmedian().to_string(), "tensor(3.)");
    /// ```
    nanmedian, try_nanmedian, [] (x) => median(x, true);
    /// [`Tensor::median_dim`] of the elements that are numbers: `torch.nanmedian(x, dim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (value, place) = tensor!([f32::NAN, 1., 5., 3.]).nanmedian_dim(0, false);
    /// assert_eq!((value.item::<f64>(), place.item::<i64>()), (3., 3));
    /// ```
    nanmedian_dim, try_nanmedian_dim, [] (x, dim: i64, keepdim: bool) -> (Tensor, Tensor) => median_dim(x, dim, keepdim, true);
    /// The most frequent element of one dimension (the smallest of them), and where its last copy is.
    /// The two results have the shape of the input without `dim`, or with it as 1 if `keepdim`. PyTorch: `torch.mode`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (value, place) = tensor!([2, 1, 2, 3]).mode(0, false);
    /// assert_eq!((value.item::<i64>(), place.item::<i64>()), (2, 2));
    /// ```
    mode, try_mode, [] (x, dim: i64, keepdim: bool) -> (Tensor, Tensor) => mode(x, dim, keepdim);
    /// The number that a share `q` of all elements lies below, a number or a 1-d tensor of several. Floats only.
    /// PyTorch: `torch.quantile`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2., 3., 4.]).quantile(0.5).to_string(), "tensor(2.5000)");
    /// ```
    quantile, try_quantile, [] (x, q: impl crate::Given<Arg>) => quantile(x, &q.into(), None, QuantileInterpolation::Linear, false);
    /// Quantiles along one dimension: `torch.quantile(x, q, dim, keepdim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 2., 3.], [4., 6., 8.]]);
    /// assert_eq!(x.quantile_dim(0.5, 1, false).to_string(), "tensor([2., 6.])");
    /// ```
    quantile_dim, try_quantile_dim, [] (x, q: impl crate::Given<Arg>, dim: i64, keepdim: bool)
        => quantile(x, &q.into(), Some((dim, keepdim)), QuantileInterpolation::Linear, false);
    /// Quantiles along one dimension (`None`: of all elements), with another `interpolation`.
    /// PyTorch: `torch.quantile`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2., 3., 4.]);
    /// let lower = x.quantile_with(0.5, None, false, QuantileInterpolation::Lower);
    /// assert_eq!(lower.to_string(), "tensor(2.)");
    /// ```
    quantile_with, try_quantile_with, [] (x, q: impl crate::Given<Arg>, dim: Option<i64>, keepdim: bool, interpolation: QuantileInterpolation)
        => quantile(x, &q.into(), dim.map(|dim| (dim, keepdim)), interpolation, false);
    /// [`Tensor::quantile`] of the elements that are numbers. PyTorch: `torch.nanquantile`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([f32::NAN, 1., 3.]).nanquantile(0.5).to_string(), "tensor(2.)");
    /// ```
    nanquantile, try_nanquantile, [] (x, q: impl crate::Given<Arg>) => quantile(x, &q.into(), None, QuantileInterpolation::Linear, true);
    /// [`Tensor::quantile_dim`] of the elements that are numbers: `torch.nanquantile(x, q, dim, keepdim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[f32::NAN, 1., 3.], [4., 6., 8.]]);
    /// assert_eq!(x.nanquantile_dim(0.5, 1, false).to_string(), "tensor([2., 6.])");
    /// ```
    nanquantile_dim, try_nanquantile_dim, [] (x, q: impl crate::Given<Arg>, dim: i64, keepdim: bool)
        => quantile(x, &q.into(), Some((dim, keepdim)), QuantileInterpolation::Linear, true);
}
