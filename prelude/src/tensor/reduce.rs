//! Sums, means, products and their kin, over everything or over some dimensions.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed, summable};
use crate::autograd::{Ctx, Saved, is_written_to, record};
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::reduce::{self, Reduce, reduced_shape};
use crate::kernels::softmax::softmax;
use crate::kernels::transfer::cast;
use crate::shape::{Dims, Shape, axis};

/// Which dimensions, and whether they stay with size 1.
#[derive(Clone)]
pub(super) struct Over {
    pub axes: Vec<usize>,
    pub keepdim: bool,
    pub full: bool,
}

impl Over {
    pub fn all(x: &Tensor) -> Over {
        Over {
            axes: (0..x.dim()).collect(),
            keepdim: false,
            full: true,
        }
    }

    /// An empty list means all dimensions, as in PyTorch.
    pub fn dims(x: &Tensor, dims: &Dims, keepdim: bool) -> Result<Over> {
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

    pub fn one(x: &Tensor, dim: i64, keepdim: bool) -> Result<Over> {
        Over::dims(x, &dim.into(), keepdim)
    }

    /// The dimensions as numbers of the kind that a caller gives.
    pub fn named(&self) -> impl Iterator<Item = i64> {
        self.axes.iter().map(|&axis| axis as i64)
    }

    /// A reduced array, whose dimensions all stayed, in the shape that was asked for.
    pub fn shaped(&self, x: &Shape, array: &crate::kernels::Array) -> Tensor {
        Tensor::from_array(array.reshaped(&reduced_shape(x, &self.axes, self.keepdim)))
    }

    /// A reduced tensor with its dimensions back as size 1, so that it broadcasts.
    pub fn restored(&self, x: &Shape, reduced: &Tensor) -> Result<Tensor> {
        reduced.try_reshape(reduced_shape(x, &self.axes, true))
    }

    pub fn count(&self, x: &Shape) -> usize {
        self.axes.iter().map(|&axis| x[axis]).product()
    }

    /// The node's name: PyTorch numbers its overloads.
    pub fn name(&self, full: &'static str, some: &'static str) -> &'static str {
        if self.full { full } else { some }
    }
}

pub(super) fn sum(x: &Tensor, over: Over) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let x = &summable(x)?;
    let shape = x.shape();
    let output = over.shaped(
        &shape,
        &reduce::reduce(Reduce::Sum, &x.array(), &over.axes)?,
    );
    record(
        over.name("SumBackward0", "SumBackward1"),
        &[x],
        output,
        |_| {
            let backward = move |_: &Ctx, g: &Tensor| {
                Ok(vec![Some(over.restored(&shape, g)?.try_expand(&shape)?)])
            };
            (Vec::new(), backward)
        },
    )
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

pub(super) fn mean(x: &Tensor, over: Over) -> Result<Tensor> {
    let name = over.name("MeanBackward0", "MeanBackward1");
    mean_node(name, x, over)
}

pub(super) fn mean_node(name: &'static str, x: &Tensor, over: Over) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    has_mean(x)?;
    let shape = x.shape();
    let count = over.count(&shape) as f64;
    let exact = cast(&x.array(), x.dtype().opmath())?;
    let sum = over.shaped(&shape, &reduce::reduce(Reduce::Sum, &exact, &over.axes)?);
    let output = sum.try_div(count)?.try_to_dtype(x.dtype())?;
    record(name, &[x], output, |_| {
        let backward = move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(
                over.restored(&shape, g)?
                    .try_expand(&shape)?
                    .try_div(count)?,
            )])
        };
        (Vec::new(), backward)
    })
}

fn prod(x: &Tensor, over: Over) -> Result<Tensor> {
    let x = &summable(x)?;
    let shape = x.shape();
    let output = over.shaped(
        &shape,
        &reduce::reduce(Reduce::Prod, &x.array(), &over.axes)?,
    );
    record(
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
    )
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
    let dtype = x.dtype();
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
    record(name, &[x], output, |output| {
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let y = ctx.saved(0)?.try_to_dtype(dtype.opmath())?;
            let g = &g.try_to_dtype(dtype.opmath())?;
            let dims = Dims::from(axis);
            let over = Over::dims(&y, &dims, true)?;
            let gradient = if log {
                g - y.exp() * sum(g, over)?
            } else {
                let weighted = g * &y;
                &weighted - &y * sum(&weighted, over)?
            };
            Ok(vec![Some(gradient.try_to_dtype(dtype)?)])
        };
        (vec![Saved::output(output)], backward)
    })
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
    let axis = axis(dim, x.dim())?;
    if let Some(bools) = running_bools("cumsum_out_cpu", x)? {
        return Ok(bools);
    }
    let x = &summable(x)?;
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
    record("CumsumBackward0", &[x], output, |_| {
        let at = axis as i64;
        let backward = move |_: &Ctx, g: &Tensor| {
            Ok(vec![Some(running_sum(&g.try_flip(at)?, at)?.try_flip(at)?)])
        };
        (Vec::new(), backward)
    })
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
