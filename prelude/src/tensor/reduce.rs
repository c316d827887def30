//! Sums, means, extremes and their kin, over everything or over some dimensions.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed, summable};
use crate::autograd::{Ctx, Saved, is_written_to, record};
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::reduce::{self, Reduce, reduced_shape};
use crate::kernels::softmax::softmax;
use crate::shape::{Dims, Shape, axis};

/// Which dimensions, and whether they stay with size 1.
#[derive(Clone)]
struct Over {
    axes: Vec<usize>,
    keepdim: bool,
    full: bool,
}

impl Over {
    fn all(x: &Tensor) -> Over {
        Over {
            axes: (0..x.dim()).collect(),
            keepdim: false,
            full: true,
        }
    }

    /// An empty list means all dimensions, as in PyTorch.
    fn dims(x: &Tensor, dims: &Dims, keepdim: bool) -> Result<Over> {
        let rank = x.dim();
        if dims.as_slice().is_empty() {
            return Ok(Over {
                keepdim,
                ..Over::all(x)
            });
        }
        let axes = dims.to_axes(rank)?;
        Ok(Over {
            axes: if rank == 0 { Vec::new() } else { axes },
            keepdim,
            full: false,
        })
    }

    fn one(x: &Tensor, dim: i64, keepdim: bool) -> Result<Over> {
        Over::dims(x, &dim.into(), keepdim)
    }

    /// The dimensions as numbers of the kind that a caller gives.
    fn named(&self) -> impl Iterator<Item = i64> {
        self.axes.iter().map(|&axis| axis as i64)
    }

    /// A reduced array, whose dimensions all stayed, in the shape that was asked for.
    fn shaped(&self, x: &Shape, array: &crate::kernels::Array) -> Tensor {
        Tensor::from_array(array.reshaped(&reduced_shape(x, &self.axes, self.keepdim)))
    }

    /// A reduced tensor with its dimensions back as size 1, so that it broadcasts.
    fn restored(&self, x: &Shape, reduced: &Tensor) -> Result<Tensor> {
        reduced.try_reshape(reduced_shape(x, &self.axes, true))
    }

    fn count(&self, x: &Shape) -> usize {
        self.axes.iter().map(|&axis| x[axis]).product()
    }

    /// The node's name: PyTorch numbers its overloads.
    fn name(&self, full: &'static str, some: &'static str) -> &'static str {
        if self.full { full } else { some }
    }
}

fn sum(x: &Tensor, over: Over) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let x = &summable(x)?;
    let shape = x.shape();
    let output = over.shaped(
        &shape,
        &reduce::reduce(Reduce::Sum, &x.array(), &over.axes)?,
    );
    Ok(record(
        over.name("SumBackward0", "SumBackward1"),
        &[x],
        output,
        |_| {
            let backward = move |_: &Ctx, g: &Tensor| {
                Ok(vec![Some(over.restored(&shape, g)?.try_expand(&shape)?)])
            };
            (Vec::new(), backward)
        },
    ))
}

/// Only floats and complex numbers do.
fn has_mean(x: &Tensor) -> Result<()> {
    if !x.dtype().is_differentiable() {
        bail!(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: {}",
            x.dtype().scalar_type()
        );
    }
    Ok(())
}

fn mean(x: &Tensor, over: Over) -> Result<Tensor> {
    let name = over.name("MeanBackward0", "MeanBackward1");
    mean_node(name, x, over)
}

fn mean_node(name: &'static str, x: &Tensor, over: Over) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    has_mean(x)?;
    let shape = x.shape();
    let count = over.count(&shape) as f64;
    let sum = over.shaped(
        &shape,
        &reduce::reduce(Reduce::Sum, &x.array(), &over.axes)?,
    );
    let output = sum.try_div(count)?;
    Ok(record(name, &[x], output, |_| {
        let backward = move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(
                over.restored(&shape, g)?
                    .try_expand(&shape)?
                    .try_div(count)?,
            )])
        };
        (Vec::new(), backward)
    }))
}

fn prod(x: &Tensor, over: Over) -> Result<Tensor> {
    let x = &summable(x)?;
    let shape = x.shape();
    let output = over.shaped(
        &shape,
        &reduce::reduce(Reduce::Prod, &x.array(), &over.axes)?,
    );
    Ok(record(
        over.name("ProdBackward0", "ProdBackward1"),
        &[x],
        output,
        |output| {
            let saved = vec![Saved::input(x), Saved::output(output)];
            let backward = move |ctx: &Ctx, g: &Tensor| {
                let (x, y) = (ctx.saved(0)?, over.restored(&shape, &ctx.saved(1)?)?);
                let g = over.restored(&shape, g)?;
                // Where there are zeros, the product of the others is needed: move the zero aside.
                let zeros = x.try_eq(0)?;
                let dims: Vec<i64> = over.axes.iter().map(|&a| a as i64).collect();
                let many = sum(
                    &zeros.try_to_dtype(DType::I64)?,
                    Over::dims(&x, &dims.clone().into(), true)?,
                )?;
                let others = prod(
                    &x.try_masked_fill(&zeros, 1)?,
                    Over::dims(&x, &dims.into(), true)?,
                )?;
                let at_zero = many
                    .try_eq(1)?
                    .try_logical_and(&zeros)?
                    .try_where_(&others, 0)?;
                let plain = zeros.try_where_(0, y.try_div(&x)?)?;
                Ok(vec![Some(g.try_mul(zeros.try_where_(at_zero, plain)?)?)])
            };
            (saved, backward)
        },
    ))
}

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
    Ok(record(name, &[x], output, |output| {
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
    }))
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
    super::rule::picked(name, x, at, &index, keepdim)
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

fn truth(x: &Tensor, over: &Over, op: Reduce) -> Result<Tensor> {
    // Bytes once stood for truth in PyTorch, and their truth is a byte still.
    let dtype = match x.dtype() {
        DType::U8 => DType::U8,
        _ => DType::Bool,
    };
    let x = x.detach().try_to_dtype(DType::Bool)?;
    let axes = &over.axes;
    let truth = if over.count(&x.shape()) == 0 {
        // All of nothing is true, any of nothing is not.
        let shape = reduced_shape(&x.shape(), axes, over.keepdim);
        Tensor::try_full(shape, op == Reduce::Min)?
    } else {
        over.shaped(&x.shape(), &reduce::reduce(op, &x.array(), axes)?)
    };
    truth.try_to_dtype(dtype)
}

fn has_spread(name: &str, x: &Tensor) -> Result<()> {
    if !x.dtype().is_differentiable() {
        bail!("{name} only support floating point and complex dtypes");
    }
    Ok(())
}

fn variance(x: &Tensor, over: Over, correction: f64) -> Result<Tensor> {
    variance_node("VarBackward0", x, over, correction)
}

/// The spread and the mean, as PyTorch's one node for both.
fn with_mean(x: &Tensor, over: Over, correction: f64, root: bool) -> Result<(Tensor, Tensor)> {
    let (name, node) = if root {
        ("std_mean", "StdMeanBackward0")
    } else {
        ("var_mean", "VarMeanBackward0")
    };
    has_spread(name, x)?;
    let spread = if root { deviation_node } else { variance_node };
    Ok((
        spread(node, x, over.clone(), correction)?,
        mean_node(node, x, over)?,
    ))
}

fn variance_node(name: &'static str, x: &Tensor, over: Over, correction: f64) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    has_spread("std and var", x)?;
    let shape = x.shape();
    let spread = |x: &Tensor| -> Result<Tensor> {
        let array = reduce::variance(&x.array(), &over.axes, correction)?;
        Ok(over.shaped(&shape, &array))
    };
    // Squared distances of complex numbers are those of both parts.
    let output = match x.is_complex() {
        true => {
            let x = x.detach();
            spread(&x.try_real()?)?.try_add(spread(&x.try_imag()?)?)?
        }
        false => spread(x)?,
    };
    let freedom = (over.count(&shape) as f64 - correction).max(0.);
    Ok(record(name, &[x], output, |_| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let x = ctx.saved(0)?;
            let center = mean(
                &x,
                Over {
                    keepdim: true,
                    ..over.clone()
                },
            )?;
            Ok(vec![Some(
                (over.restored(&shape, g)? * (2. / freedom)) * (&x - center),
            )])
        };
        (vec![Saved::input(x)], backward)
    }))
}

fn deviation(x: &Tensor, over: Over, correction: f64) -> Result<Tensor> {
    deviation_node("StdBackward0", x, over, correction)
}

fn deviation_node(name: &'static str, x: &Tensor, over: Over, correction: f64) -> Result<Tensor> {
    let shape = x.shape();
    let output = variance(&x.detach(), over.clone(), correction)?.try_sqrt()?;
    let freedom = (over.count(&shape) as f64 - correction).max(0.);
    Ok(record(name, &[x], output, |output| {
        let saved = vec![Saved::input(x), Saved::output(output)];
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let (x, y) = (ctx.saved(0)?, ctx.saved(1)?);
            let center = mean(
                &x,
                Over {
                    keepdim: true,
                    ..over.clone()
                },
            )?;
            let slope = y.try_eq(0)?.try_where_(0, g / (y * freedom))?;
            Ok(vec![Some(over.restored(&shape, &slope)? * (&x - center))])
        };
        (saved, backward)
    }))
}

fn softmax_along(x: &Tensor, dim: i64, log: bool) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let axis = axis(dim, x.dim())?;
    let kernel = match (log, axis + 1 >= x.dim()) {
        (false, true) => "softmax_lastdim_kernel_impl",
        (false, false) => "softmax_kernel_impl",
        (true, true) => "log_softmax_lastdim_kernel_impl",
        (true, false) => "log_softmax_kernel_impl",
    };
    if x.numel() == 0 && !x.dtype().is_differentiable() {
        return x.try_copy();
    }
    super::pointwise::only_floats(kernel, x)?;
    let array = match x.dim() {
        0 => softmax(&x.array().reshaped(&[1]), 0, log)?.reshaped(&[]),
        _ => softmax(&x.array(), axis, log)?,
    };
    let output = Tensor::from_array(array);
    let name = if log {
        "LogSoftmaxBackward0"
    } else {
        "SoftmaxBackward0"
    };
    Ok(record(name, &[x], output, |output| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let y = ctx.saved(0)?;
            let dims = Dims::from(axis);
            let over = Over::dims(&y, &dims, true)?;
            Ok(vec![Some(if log {
                g - y.exp() * sum(g, over)?
            } else {
                let weighted = g * &y;
                &weighted - &y * sum(&weighted, over)?
            })])
        };
        (vec![Saved::output(output)], backward)
    }))
}

/// Integers are what truth values sum up to, and those have no place in them. One alone is its own sum.
pub(super) fn running_bools(kernel: &str, x: &Tensor) -> Result<Option<Tensor>> {
    match x.dtype() {
        DType::Bool if is_written_to(x) && x.dim() == 0 => x.try_copy().map(Some),
        DType::Bool if is_written_to(x) => Err(crate::Error::not_implemented(kernel, DType::Bool)),
        _ => Ok(None),
    }
}

fn running_sum(x: &Tensor, dim: i64) -> Result<Tensor> {
    if let Some(bools) = running_bools("cumsum_out_cpu", x)? {
        return Ok(bools);
    }
    let x = &summable(x)?;
    let axis = axis(dim, x.dim())?;
    if x.dim() == 0 {
        return composed(
            "CumsumBackward0",
            &[x],
            Keep::Nothing,
            || x.try_copy(),
            |_, g| Ok(vec![Some(g.clone())]),
        );
    }
    let output = Tensor::from_array(reduce::cumulative(&x.array(), axis, false)?);
    Ok(record("CumsumBackward0", &[x], output, |_| {
        let at = axis as i64;
        let backward = move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(running_sum(&g.try_flip(at)?, at)?.try_flip(at)?)])
        };
        (Vec::new(), backward)
    }))
}

/// Sums away what broadcasting added, so that the tensor has `shape`.
fn sum_to(x: &Tensor, shape: &Shape) -> Result<Tensor> {
    let from = x.shape();
    let Some(added) = from.rank().checked_sub(shape.rank()) else {
        bail!("a gradient of shape {from} does not go with a tensor of shape {shape}");
    };
    let axes: Vec<i64> = (0..from.rank())
        .filter(|&i| i < added || (shape[i - added] == 1 && from[i] != 1))
        .map(|i| i as i64)
        .collect();
    let summed = if axes.is_empty() {
        x.clone()
    } else {
        sum(x, Over::dims(x, &axes.into(), true)?)?
    };
    summed.try_reshape(shape)
}

ops! {
    /// The sum of all elements, as a tensor without dimensions. Integers and truth values give `i64`.
    /// PyTorch: `torch.sum`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.]]);
    /// assert_eq!(a.sum().to_string(), "tensor(10.)");
    /// // Truth values are counted.
    /// assert_eq!(a.gt(1.5).sum().item::<i64>(), 3);
    /// ```
    sum, try_sum, [] (x) => sum(x, Over::all(x));
    /// Sums over some dimensions, which go away, or stay with size 1 if `keepdim`. `()` stands for all of them;
    /// integers and truth values give `i64`. A dimension that the tensor does not have is an error.
    /// PyTorch: `torch.sum`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2., 3.], [4., 5., 6.]]);
    /// assert_eq!(a.sum_dim(0, false).to_string(), "tensor([5., 7., 9.])");
    /// assert_eq!(a.sum_dim(1, true).to_string(), "tensor([[ 6.],\n        [15.]])");
    /// assert_eq!(Tensor::ones([2, 3, 4]).sum_dim((0, 2), false).to_string(), "tensor([8., 8., 8.])");
    /// ```
    sum_dim, try_sum_dim, [] (x, dims: impl crate::Given<Dims>, keepdim: bool) => sum(x, Over::dims(x, &dims.into(), keepdim)?);
    /// The mean of all elements, as a tensor without dimensions. Integers are an error: turn them into floats first.
    /// PyTorch: `torch.mean`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([[1., 2.], [3., 6.]]).mean().to_string(), "tensor(3.)");
    /// let mistake = tensor!([1, 2]).try_mean().unwrap_err();
    /// assert!(mistake.to_string().contains("could not infer output dtype"));
    /// ```
    mean, try_mean, [] (x) => mean(x, Over::all(x));
    /// Means over some dimensions, which go away, or stay with size 1 if `keepdim`. Integers are an error.
    /// PyTorch: `torch.mean`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2., 3.], [4., 5., 6.]]);
    /// assert_eq!(a.mean_dim(1, false).to_string(), "tensor([2., 5.])");
    /// // What keeps its dimension broadcasts with the tensor.
    /// assert_eq!((&a - a.mean_dim(0, true)).to_vec2::<f32>(), [[-1.5; 3], [1.5; 3]]);
    /// ```
    mean_dim, try_mean_dim, [] (x, dims: impl crate::Given<Dims>, keepdim: bool) => {
        has_mean(x)?;
        mean(x, Over::dims(x, &dims.into(), keepdim)?)
    };
    /// The product of all elements, as a tensor without dimensions. Integers and truth values give `i64`.
    /// PyTorch: `torch.prod`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([2, 3, 4]).prod().to_string(), "tensor(24)");
    /// ```
    prod, try_prod, [] (x) => prod(x, Over::all(x));
    /// Products over one dimension, which goes away, or stays with size 1 if `keepdim`. Integers and truth values give
    /// `i64`. PyTorch: `torch.prod`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2., 3.], [4., 5., 6.]]);
    /// assert_eq!(a.prod_dim(1, false).to_string(), "tensor([  6., 120.])");
    /// ```
    prod_dim, try_prod_dim, [] (x, dim: i64, keepdim: bool) => prod(x, Over::one(x, dim, keepdim)?);
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
    /// Whether no element is 0, as a `bool` tensor without dimensions. PyTorch: `torch.all`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1., 2., 3.]);
    /// assert_eq!(a.gt(0).all().to_string(), "tensor(True)");
    /// assert!(!a.gt(1).all().item::<bool>());
    /// ```
    all, try_all, [] (x) => truth(x, &Over::all(x), Reduce::Min);
    /// Whether no element over some dimensions is 0, as `bool`. They go away, or stay with size 1 if `keepdim`.
    /// PyTorch: `torch.all`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2], [0, 4]]);
    /// assert_eq!(a.all_dim(1, false).to_string(), "tensor([ True, False])");
    /// ```
    all_dim, try_all_dim, [] (x, dims: impl crate::Given<Dims>, keepdim: bool) => truth(x, &Over::dims(x, &dims.into(), keepdim)?, Reduce::Min);
    /// Whether any element is not 0, as a `bool` tensor without dimensions. PyTorch: `torch.any`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let losses = tensor!([0.3, f64::NAN, 0.1]);
    /// assert!(losses.isnan().any().item::<bool>());
    /// ```
    any, try_any, [] (x) => truth(x, &Over::all(x), Reduce::Max);
    /// Whether any element over some dimensions is not 0, as `bool`. They go away, or stay with size 1 if `keepdim`.
    /// PyTorch: `torch.any`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[0, 0], [0, 4]]);
    /// assert_eq!(a.any_dim(0, true).to_string(), "tensor([[False,  True]])");
    /// ```
    any_dim, try_any_dim, [] (x, dims: impl crate::Given<Dims>, keepdim: bool) => truth(x, &Over::dims(x, &dims.into(), keepdim)?, Reduce::Max);
    /// The variance of all elements, over `n - 1`. A tensor without dimensions; integers are an error.
    /// PyTorch: `torch.var`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2., 3., 4.]).var().to_string(), "tensor(1.6667)");
    /// ```
    var, try_var, [] (x) => variance(x, Over::all(x), 1.);
    /// Variances over some dimensions, over `n - correction`. PyTorch's default of `correction` is 1; with 0 it is the
    /// variance of the elements themselves, as batch normalization takes it. PyTorch: `torch.var`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 3.], [2., 6.]]);
    /// assert_eq!(a.var_dim(1, 1., false).to_string(), "tensor([2., 8.])");
    /// assert_eq!(a.var_dim(1, 0., false).to_string(), "tensor([1., 4.])");
    /// ```
    var_dim, try_var_dim, [] (x, dims: impl crate::Given<Dims>, correction: f64, keepdim: bool)
        => {
            has_spread("std and var", x)?;
            variance(x, Over::dims(x, &dims.into(), keepdim)?, correction)
        };
    /// The standard deviation of all elements, over `n - 1`. A tensor without dimensions; integers are an error.
    /// PyTorch: `torch.std`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2., 3., 4.]).std().to_string(), "tensor(1.2910)");
    /// ```
    std, try_std, [] (x) => deviation(x, Over::all(x), 1.);
    /// Standard deviations over some dimensions, over `n - correction`. PyTorch's default of `correction` is 1.
    /// PyTorch: `torch.std`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // Each column with mean 0 and standard deviation 1.
    /// let a = tensor!([[1., 10.], [3., 50.]]);
    /// let scaled = (&a - a.mean_dim(0, true)) / a.std_dim(0, 0., true);
    /// assert_eq!(scaled.to_string(), "tensor([[-1., -1.],\n        [ 1.,  1.]])");
    /// ```
    std_dim, try_std_dim, [] (x, dims: impl crate::Given<Dims>, correction: f64, keepdim: bool)
        => {
            has_spread("std and var", x)?;
            deviation(x, Over::dims(x, &dims.into(), keepdim)?, correction)
        };
    /// The standard deviation (over `n - 1`) and the mean of all elements. PyTorch: `torch.std_mean`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (std, mean) = tensor!([1., 2., 3., 4.]).std_mean();
    /// assert_eq!(std.to_string(), "tensor(1.2910)");
    /// assert_eq!(mean.to_string(), "tensor(2.5000)");
    /// ```
    std_mean, try_std_mean, [] (x) -> (Tensor, Tensor) => with_mean(x, Over::all(x), 1., true);
    /// Standard deviations (over `n - correction`) and means over some dimensions: `torch.std_mean(x, dim)`. For images
    /// `[N, C, H, W]`, `(0, 2, 3)` gives one of each for a channel.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let images = tensor!([[[[0., 1.]], [[4., 4.]]]]);
    /// let (std, mean) = images.std_mean_dim((0, 2, 3), 0., false);
    /// assert_eq!(std.to_string(), "tensor([0.5000, 0.0000])");
    /// assert_eq!(mean.to_string(), "tensor([0.5000, 4.0000])");
    /// ```
    std_mean_dim, try_std_mean_dim, [] (x, dims: impl crate::Given<Dims>, correction: f64, keepdim: bool) -> (Tensor, Tensor)
        => with_mean(x, Over::dims(x, &dims.into(), keepdim)?, correction, true);
    /// The variance (over `n - 1`) and the mean of all elements. PyTorch: `torch.var_mean`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (var, mean) = tensor!([1., 2., 3., 4.]).var_mean();
    /// assert_eq!(var.to_string(), "tensor(1.6667)");
    /// assert_eq!(mean.to_string(), "tensor(2.5000)");
    /// ```
    var_mean, try_var_mean, [] (x) -> (Tensor, Tensor) => with_mean(x, Over::all(x), 1., false);
    /// Variances (over `n - correction`) and means over some dimensions: `torch.var_mean(x, dim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (var, mean) = tensor!([[1., 3.], [2., 6.]]).var_mean_dim(1, 0., false);
    /// assert_eq!(var.to_string(), "tensor([1., 4.])");
    /// assert_eq!(mean.to_string(), "tensor([2., 4.])");
    /// ```
    var_mean_dim, try_var_mean_dim, [] (x, dims: impl crate::Given<Dims>, correction: f64, keepdim: bool) -> (Tensor, Tensor)
        => with_mean(x, Over::dims(x, &dims.into(), keepdim)?, correction, false);
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
    /// The logarithm of the sum of exponentials over some dimensions, without overflow. Integers give `f32`.
    /// PyTorch: `torch.logsumexp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([1000., 1000.]);
    /// assert_eq!(a.logsumexp(0, false).to_string(), "tensor(1000.6932)");
    /// assert_eq!(a.exp().sum().log().to_string(), "tensor(inf)");
    /// ```
    logsumexp, try_logsumexp, [] (x, dims: impl crate::Given<Dims>, keepdim: bool) => {
        let dims = dims.into();
        let over = Over::dims(x, &dims, keepdim)?;
        let x = x.try_to_dtype(x.dtype().to_float())?;
        // Over nothing the sum is 0.
        let largest = match x.numel() {
            0 => x.detach().try_sum_dim(dims.clone(), true)?,
            _ => x.detach().try_amax(dims.clone(), true)?,
        };
        let largest = largest.try_isfinite()?.try_where_(&largest, 0)?;
        let (shape, restoring) = (x.shape(), over.clone());
        composed(
            "LogsumexpBackward0",
            &[&x],
            Keep::Both,
            || {
                let sums = x.try_sub(&largest)?.try_exp()?.try_sum_dim(dims, true)?.try_log()?.try_add(&largest)?;
                sums.try_reshape(reduced_shape(&x.shape(), &over.axes, keepdim))
            },
            move |ctx, g| {
                let y = restoring.restored(&shape, &ctx.saved(1)?)?;
                Ok(vec![Some(restoring.restored(&shape, g)?.try_mul(ctx.saved(0)?.try_sub(y)?.try_exp()?)?)])
            },
        )
    };
    /// Exponentials over their sum, along one dimension. The shape stays, and the numbers along `dim` add up to 1;
    /// integers are an error. PyTorch: `torch.softmax`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let logits = tensor!([[0., 0.], [1., 3.]]);
    /// assert_eq!(logits.softmax(1).to_string(), "tensor([[0.5000, 0.5000],\n        [0.1192, 0.8808]])");
    /// ```
    softmax, try_softmax, [] (x, dim: i64) => softmax_along(x, dim, false);
    /// The logarithm of [`Tensor::softmax`], without losing small ones. PyTorch: `torch.log_softmax`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let logits = tensor!([0., 200.]);
    /// assert_eq!(logits.log_softmax(0).to_string(), "tensor([-200.,    0.])");
    /// // The share itself is too small for `f32`.
    /// assert_eq!(logits.softmax(0).log().to_string(), "tensor([-inf, 0.])");
    /// ```
    log_softmax, try_log_softmax, [] (x, dim: i64) => softmax_along(x, dim, true);
    /// Running sums along one dimension. The shape stays; integers and truth values give `i64`.
    /// PyTorch: `torch.cumsum`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(a.cumsum(1).to_string(), "tensor([[ 1,  3,  6],\n        [ 4,  9, 15]])");
    /// ```
    cumsum, try_cumsum, [cumsum_, try_cumsum_] (x, dim: i64) => running_sum(x, dim);
    /// Sums away dimensions until the tensor has a shape that broadcasts to its own. It undoes [`Tensor::expand`] in a
    /// gradient; a shape that does not broadcast is an error. PyTorch: `Tensor.sum_to_size`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let gradient = Tensor::ones([4, 3]);
    /// let bias = tensor!([0., 0., 0.]);
    /// assert_eq!(gradient.sum_to(&bias.shape()).to_string(), "tensor([4., 4., 4.])");
    /// ```
    sum_to, try_sum_to, [] (x, shape: &Shape) => sum_to(x, shape);
}

impl Tensor {
    /// Zeros of another shape, in this tensor's dtype and on its device.
    pub(crate) fn try_new_zeros(&self, shape: &[usize]) -> Result<Tensor> {
        let zero = super::creation::full_array(shape, 0.into(), self.dtype(), self.device())?;
        Ok(Tensor::from_array(zero))
    }
}
