//! The largest and the smallest elements, and where they are.

use super::Tensor;
use super::ops::ops;
use super::reduce::{Over, sum};
use crate::autograd::{Ctx, Saved, record};
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::reduce::{self, Reduce};
use crate::shape::Dims;

/// Largest or smallest elements; equals share the gradient.
fn extreme(x: &Tensor, over: Over, op: Reduce) -> Result<Tensor> {
    if x.is_complex() && over.full {
        let kernel = if op == Reduce::Max {
            "max_all"
        } else {
            "min_all"
        };
        return Err(crate::Error::not_implemented(kernel, x.dtype()));
    }
    let name = match (op, over.full) {
        (Reduce::Max, true) => "MaxBackward1",
        (Reduce::Max, false) => "AmaxBackward0",
        (_, true) => "MinBackward1",
        (_, false) => "AminBackward0",
    };
    extreme_node(name, x, over, op)
}

/// Extremes over dimensions that are named, be it by an empty list that means all.
fn extreme_over(x: &Tensor, dims: &Dims, keepdim: bool, op: Reduce) -> Result<Tensor> {
    let name = match op {
        Reduce::Max => "amax()",
        _ => "amin()",
    };
    if !dims.as_slice().is_empty() {
        not_empty(name, x, dims.as_slice().iter().copied())?;
    } else if x.numel() == 0 {
        crate::error::bail_index!(
            "{name}: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the \
             'dim' argument."
        );
    }
    let over = Over {
        full: false,
        ..Over::dims(x, dims, keepdim)?
    };
    extreme(x, over, op)
}

/// Refuses dimensions without elements. They are named as here, so as the caller did where those are the caller's.
fn not_empty(name: &str, x: &Tensor, dims: impl IntoIterator<Item = i64>) -> Result<()> {
    for dim in dims {
        if x.try_size(dim).is_ok_and(|size| size == 0) {
            crate::error::bail_index!(
                "{name}: Expected reduction dim {dim} to have non-zero size."
            );
        }
    }
    Ok(())
}

fn both_extremes(x: &Tensor, over: Over) -> Result<(Tensor, Tensor)> {
    if over.full && x.numel() == 0 {
        bail!(
            "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."
        );
    }
    not_empty("aminmax", x, over.named())?;
    Ok((
        extreme_node("AminmaxBackward0", x, over.clone(), Reduce::Min)?,
        extreme_node("AminmaxBackward0", x, over, Reduce::Max)?,
    ))
}

fn extreme_node(name: &'static str, x: &Tensor, over: Over, op: Reduce) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let shape = x.shape();
    let output = over.shaped(&shape, &reduce::reduce(op, &x.array(), &over.axes)?);
    record(name, &[x], output, |output| {
        let saved = vec![Saved::input(x), Saved::output(output)];
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let (x, y) = (ctx.saved(0)?, over.restored(&shape, &ctx.saved(1)?)?);
            let mask = x.try_eq(&y)?.try_to_dtype(g.dtype())?;
            let winners = sum(
                &mask,
                Over {
                    keepdim: true,
                    ..over.clone()
                },
            )?;
            Ok(vec![Some(
                mask.try_mul(over.restored(&shape, g)?)?.try_div(winners)?,
            )])
        };
        (saved, backward)
    })
}

/// Extremes of one dimension and where they are; the gradient goes there.
fn extreme_with_index(
    x: &Tensor,
    dim: i64,
    keepdim: bool,
    largest: bool,
) -> Result<(Tensor, Tensor)> {
    let over = Over::one(x, dim, true)?;
    not_complex(if largest { "max()" } else { "min()" }, x)?;
    not_empty(if largest { "max()" } else { "min()" }, x, over.named())?;
    let index = Tensor::from_array(reduce::arg_extreme(&x.array(), &over.axes, largest)?);
    let name = if largest {
        "MaxBackward0"
    } else {
        "MinBackward0"
    };
    let at = over.axes.first().copied().unwrap_or(0);
    super::rule::picked(name, x, at, &index, keepdim, false)
}

/// Complex numbers have no order.
fn not_complex(name: &str, x: &Tensor) -> Result<()> {
    if x.is_complex() {
        bail!("{name}: does not support complex input");
    }
    Ok(())
}

fn arg(x: &Tensor, dim: Option<(i64, bool)>, largest: bool) -> Result<Tensor> {
    let name = if largest { "argmax()" } else { "argmin()" };
    not_complex(name, x)?;
    if x.dtype() == DType::Bool {
        bail!("{name}: does not support bool input");
    }
    if dim.is_none() && x.numel() == 0 {
        crate::error::bail_index!(
            "{name}: Expected reduction dim to be specified for input.numel() == 0."
        );
    }
    let over = match dim {
        Some((dim, keepdim)) => {
            let over = Over::one(x, dim, keepdim)?;
            not_empty(name, x, over.named())?;
            over
        }
        None => Over::all(x),
    };
    Ok(over.shaped(
        &x.shape(),
        &reduce::arg_extreme(&x.array(), &over.axes, largest)?,
    ))
}

ops! {
    /// The largest element, as a tensor without dimensions, of the same dtype. A tensor without elements is an error;
    /// if there is a NaN, the result is one. PyTorch: `torch.max`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3, 9], [2, 4]]);
    /// assert_eq!(a.max().to_string(), "tensor(9)");
    /// assert!(tensor!([1., f64::NAN]).max().item::<f32>().is_nan());
    /// ```
    max, try_max, [] (x) => extreme(x, Over::all(x), Reduce::Max);
    /// The smallest element, as a tensor without dimensions, of the same dtype. A tensor without elements is an error;
    /// if there is a NaN, the result is one. PyTorch: `torch.min`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3, 9], [2, 4]]);
    /// assert_eq!(a.min().to_string(), "tensor(2)");
    /// ```
    min, try_min, [] (x) => extreme(x, Over::all(x), Reduce::Min);
    /// The largest elements over some dimensions; equals share the gradient. `()` stands for all dimensions.
    /// PyTorch: `torch.amax`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3., 9.], [9., 4.]]).requires_grad_(true);
    /// assert_eq!(a.amax(1, false).detach().to_string(), "tensor([9., 9.])");
    /// a.amax((0, 1), false).backward();
    /// assert_eq!(a.grad().unwrap().to_string(), "tensor([[0.0000, 0.5000],\n        [0.5000, 0.0000]])");
    /// ```
    amax, try_amax, [] (x, dims: impl crate::Given<Dims>, keepdim: bool) => extreme_over(x, &dims.into(), keepdim, Reduce::Max);
    /// The smallest elements over some dimensions; equals share the gradient. `()` stands for all dimensions.
    /// PyTorch: `torch.amin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3, 9], [2, 4]]);
    /// assert_eq!(a.amin(0, false).to_string(), "tensor([2, 4])");
    /// assert_eq!(a.amin(1, true).to_string(), "tensor([[3],\n        [2]])");
    /// ```
    amin, try_amin, [] (x, dims: impl crate::Given<Dims>, keepdim: bool) => extreme_over(x, &dims.into(), keepdim, Reduce::Min);
    /// The largest elements over one dimension, and where they are, as `i64`: `torch.max(x, dim)`. The dimension goes
    /// away, or stays with size 1 if `keepdim`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let scores = tensor!([[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]);
    /// let (best, classes) = scores.max_dim(1, false);
    /// assert_eq!(best.to_string(), "tensor([0.7000, 0.5000])");
    /// assert_eq!(classes.to_string(), "tensor([1, 0])");
    /// ```
    max_dim, try_max_dim, [] (x, dim: i64, keepdim: bool) -> (Tensor, Tensor) => extreme_with_index(x, dim, keepdim, true);
    /// The smallest elements over one dimension, and where they are, as `i64`: `torch.min(x, dim)`. The dimension goes
    /// away, or stays with size 1 if `keepdim`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (least, places) = tensor!([[3, 9], [8, 4]]).min_dim(1, false);
    /// assert_eq!(least.to_string(), "tensor([3, 4])");
    /// assert_eq!(places.to_string(), "tensor([0, 1])");
    /// ```
    min_dim, try_min_dim, [] (x, dim: i64, keepdim: bool) -> (Tensor, Tensor) => extreme_with_index(x, dim, keepdim, false);
    /// Where the largest element is, counted through all of them. An `i64` tensor without dimensions; of equals, the
    /// first counts. PyTorch: `torch.argmax`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3, 2], [9, 4]]);
    /// assert_eq!(a.argmax().item::<i64>(), 2);
    /// ```
    argmax, try_argmax, [] (x) => arg(x, None, true);
    /// Where the largest element of one dimension is, as `i64`. The dimension goes away, or stays with size 1 if
    /// `keepdim`; of equals, the first counts. PyTorch: `torch.argmax`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (scores, classes) = (tensor!([[0.1, 0.9], [0.8, 0.2], [0.6, 0.4]]), tensor!([1, 0, 1]));
    /// let guesses = scores.argmax_dim(1, false);
    /// assert_eq!(guesses.to_string(), "tensor([1, 0, 0])");
    /// // The share of right guesses.
    /// assert_eq!(guesses.eq(&classes).float().mean().to_string(), "tensor(0.6667)");
    /// ```
    argmax_dim, try_argmax_dim, [] (x, dim: i64, keepdim: bool) => arg(x, Some((dim, keepdim)), true);
    /// Where the smallest element is, counted through all of them. An `i64` tensor without dimensions; of equals, the
    /// first counts. PyTorch: `torch.argmin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3, 2], [9, 4]]);
    /// assert_eq!(a.argmin().item::<i64>(), 1);
    /// ```
    argmin, try_argmin, [] (x) => arg(x, None, false);
    /// Where the smallest element of one dimension is, as `i64`. The dimension goes away, or stays with size 1 if
    /// `keepdim`; of equals, the first counts. PyTorch: `torch.argmin`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let distances = tensor!([[2., 0.5, 3.], [0.1, 7., 4.]]);
    /// assert_eq!(distances.argmin_dim(1, false).to_string(), "tensor([1, 0])");
    /// ```
    argmin_dim, try_argmin_dim, [] (x, dim: i64, keepdim: bool) => arg(x, Some((dim, keepdim)), false);
    /// The smallest and the largest element, as tensors without dimensions. PyTorch: `torch.aminmax`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (least, most) = tensor!([[3, 9], [2, 4]]).aminmax();
    /// assert_eq!((least.item::<i64>(), most.item::<i64>()), (2, 9));
    /// ```
    aminmax, try_aminmax, [] (x) -> (Tensor, Tensor) => both_extremes(x, Over::all(x));
    /// The smallest and the largest elements of one dimension: `torch.aminmax(x, dim=dim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (least, most) = tensor!([[3, 9], [2, 4]]).aminmax_dim(1, false);
    /// assert_eq!(least.to_string(), "tensor([3, 2])");
    /// assert_eq!(most.to_string(), "tensor([9, 4])");
    /// ```
    aminmax_dim, try_aminmax_dim, [] (x, dim: i64, keepdim: bool) -> (Tensor, Tensor) => both_extremes(x, Over::one(x, dim, keepdim)?);
}
