//! Reductions that skip what is not a number, that give two results, or that measure lengths and distances.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed, summable};
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::kernels::reduce::reduced_shape;
use crate::shape::{Dims, Shape};

/// The dimensions that are meant: all where none are given.
pub(super) fn axes(x: &Tensor, dims: &Dims) -> Result<Vec<usize>> {
    let axes = dims.to_axes(x.dim())?;
    Ok(if axes.is_empty() {
        (0..x.dim()).collect()
    } else if x.dim() == 0 {
        Vec::new()
    } else {
        axes
    })
}

/// A reduced tensor with its dimensions back as size 1, so that it broadcasts.
fn restored(reduced: &Tensor, shape: &Shape, axes: &[usize]) -> Result<Tensor> {
    reduced.try_reshape(reduced_shape(shape, axes, true))
}

fn nansum(x: &Tensor, dims: &Dims, keepdim: bool) -> Result<Tensor> {
    let x = summable(x)?;
    let (shape, axes) = (x.shape(), axes(&x, dims)?);
    let dims = dims.clone();
    composed(
        "NansumBackward0",
        &[&x],
        Keep::Inputs,
        || x.try_isnan()?.try_where_(0, &x)?.try_sum_dim(dims, keepdim),
        move |ctx, g| {
            let number = ctx.saved(0)?.try_isnan()?.try_logical_not()?;
            Ok(vec![Some(
                number.try_where_(restored(g, &shape, &axes)?, 0.)?,
            )])
        },
    )
}

fn nanmean(x: &Tensor, dims: &Dims, keepdim: bool) -> Result<Tensor> {
    if !x.is_floating_point() {
        bail!(
            "nanmean(): expected input to have floating point or complex dtype but got {}",
            x.dtype().scalar_type()
        );
    }
    let count = x
        .detach()
        .try_isnan()?
        .try_logical_not()?
        .try_sum_dim(dims.clone(), keepdim)?;
    nansum(x, dims, keepdim)?.try_div(count)
}

fn count_nonzero(x: &Tensor, dims: &Dims) -> Result<Tensor> {
    x.detach().try_ne(0)?.try_sum_dim(dims.clone(), false)
}

/// How long vectors are: the `p`-norm over some dimensions.
fn vector_norm(x: &Tensor, p: f64, dims: &Dims, keepdim: bool) -> Result<Tensor> {
    norm_node("LinalgVectorNormBackward0", x, p, dims, keepdim)
}

pub(super) fn norm_node(
    node: &'static str,
    x: &Tensor,
    p: f64,
    dims: &Dims,
    keepdim: bool,
) -> Result<Tensor> {
    if x.is_complex() {
        // How far numbers are from 0 is all that counts.
        return norm_node(node, &x.try_abs()?, p, dims, keepdim);
    }
    if !x.is_floating_point() {
        bail!(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got {}",
            x.dtype().scalar_type()
        );
    }
    let (shape, over) = (x.shape(), axes(x, dims)?);
    let empty = over.iter().find(|&&axis| shape[axis] == 0);
    if let Some(axis) = empty
        && (p < 0. || p.is_infinite())
        && reduced_shape(&shape, &over, false)
            .iter()
            .product::<usize>()
            > 0
    {
        bail!(
            "linalg.vector_norm cannot compute the {p} norm on {}",
            if dims.as_slice().is_empty() {
                "an empty tensor because the operation does not have an identity".to_string()
            } else {
                format!(
                    "the dimension {axis}because this dimension is empty and the operation does not have an identity"
                )
            }
        );
    }
    let forward_dims = dims.clone();
    composed(
        node,
        &[x],
        Keep::Both,
        || {
            let dims = forward_dims;
            if p == 0. {
                return x
                    .try_ne(0)?
                    .try_to_dtype(x.dtype())?
                    .try_sum_dim(dims, keepdim);
            }
            if p == 1. {
                return x.try_abs()?.try_sum_dim(dims, keepdim);
            }
            if p == f64::INFINITY {
                return x.try_abs()?.try_amax(dims, keepdim);
            }
            if p == f64::NEG_INFINITY {
                return x.try_abs()?.try_amin(dims, keepdim);
            }
            // In f64, so that squares neither overflow nor lose the small ones.
            let x64 = x.try_to_dtype(DType::F64)?;
            let powers = if p == 2. {
                x64.try_square()?
            } else {
                x64.try_abs()?.try_pow(p)?
            };
            let sum = powers.try_sum_dim(dims, keepdim)?;
            if p == 2. {
                sum.try_sqrt()?
            } else {
                sum.try_pow(1. / p)?
            }
            .try_to_dtype(x.dtype())
        },
        move |ctx, g| {
            Ok(vec![Some(norm_slope(
                &ctx.saved(0)?,
                &ctx.saved(1)?,
                g,
                p,
                &over,
            )?)])
        },
    )
}

/// The gradient of a norm: 0 where the vector is 0, as PyTorch chooses.
fn norm_slope(x: &Tensor, y: &Tensor, g: &Tensor, p: f64, axes: &[usize]) -> Result<Tensor> {
    let shape = x.shape();
    let (g, y) = (restored(g, &shape, axes)?, restored(y, &shape, axes)?);
    if p == 0. {
        return x.try_zeros_like();
    }
    if p == 1. {
        return g.try_mul(x.try_sign()?);
    }
    if p.is_infinite() {
        let both_nan = x.try_isnan()?.try_logical_and(&y.try_isnan()?)?;
        let mask = x
            .try_abs()?
            .try_eq(&y)?
            .try_logical_or(&both_nan)?
            .try_to_dtype(x.dtype())?;
        let dims: Vec<i64> = axes.iter().map(|&axis| axis as i64).collect();
        let ties = mask.try_sum_dim(dims, true)?;
        return g.try_div(ties)?.try_mul(mask)?.try_mul(x.try_sign()?);
    }
    let zero = y.try_eq(0)?;
    if p == 2. {
        let share = zero.try_where_(0., g.try_div(zero.try_where_(1., &y)?)?)?;
        return x.try_mul(share);
    }
    // sign(x) · |x|^(p-1) / y^(p-1)
    let share = x.try_abs()?.try_pow(p - 1.)?.try_mul(x.try_sign()?)?;
    let slope = share
        .try_mul(g)?
        .try_div(zero.try_where_(1., &y)?.try_pow(p - 1.)?)?;
    let nothing = zero.try_logical_or(&if p < 1. {
        x.try_eq(0)?
    } else {
        x.try_isnan()?.try_logical_and(&zero)?
    })?;
    nothing.try_where_(0., slope)
}

/// Each slice along a dimension, made shorter where its norm is above `maxnorm`.
fn renorm(x: &Tensor, p: f64, dim: i64, maxnorm: f64) -> Result<Tensor> {
    if p <= 0. {
        bail!("renorm: non-positive-norm not supported");
    }
    if maxnorm < 0. {
        bail!("renorm: expected maxnorm to be >= 0 but got {maxnorm}");
    }
    if x.dim() < 2 {
        bail!(
            "renorm: input needs at least 2 dimensions, got {} dimensions",
            x.dim()
        );
    }
    let at = crate::shape::axis(dim, x.dim())?;
    let others: Vec<usize> = (0..x.dim()).filter(|&d| d != at).collect();
    let dims = Dims::from(&others);
    let factor = move |norm: &Tensor| {
        let shorter = norm.try_add(1e-7)?.try_reciprocal()?.try_mul(maxnorm)?;
        norm.try_gt(maxnorm)?.try_where_(shorter, 1.)
    };
    let again = factor;
    let back = dims.clone();
    composed(
        "RenormBackward0",
        &[x],
        Keep::Inputs,
        || x.try_mul(factor(&vector_norm(x, p, &dims, true)?)?),
        move |ctx, g| {
            let x = ctx.saved(0)?;
            let norm = vector_norm(&x, p, &back, true)?;
            let long = norm.try_gt(maxnorm)?;
            let slope = norm
                .try_add(1e-7)?
                .try_square()?
                .try_reciprocal()?
                .try_mul(-maxnorm)?;
            let of_norm = g
                .try_mul(&x)?
                .try_sum_dim(back.clone(), true)?
                .try_mul(slope)?;
            let of_norm = long.try_where_(of_norm, 0.)?;
            Ok(vec![Some(
                g.try_mul(again(&norm)?)?
                    .try_add(norm_slope(&x, &norm, &of_norm, p, &others)?)?,
            )])
        },
    )
}

/// The distance of each row of one matrix to each row of the other, in batches.
fn distances(a: &Tensor, b: &Tensor, p: f64) -> Result<Tensor> {
    for (i, t) in [a, b].into_iter().enumerate() {
        if !t.is_floating_point() {
            bail!(
                "cdist only supports floating-point dtypes, X{} got: {}",
                i + 1,
                t.dtype().scalar_type()
            );
        }
        if t.dim() < 2 {
            bail!(
                "cdist only supports at least 2D tensors, X{} got: {}D",
                i + 1,
                t.dim()
            );
        }
    }
    let (m, n) = (a.try_size(-1)?, b.try_size(-1)?);
    if m != n {
        bail!("X1 and X2 must have the same number of columns. X1: {m} X2: {n}");
    }
    if p < 0. {
        bail!("cdist only supports non-negative p values");
    }
    let apart = |a: &Tensor, b: &Tensor| a.try_unsqueeze(-2)?.try_sub(b.try_unsqueeze(-3)?);
    composed(
        "CdistBackward0",
        &[a, b],
        Keep::Inputs,
        || vector_norm(&apart(a, b)?, p, &(-1).into(), false),
        move |ctx, g| {
            let differences = apart(&ctx.saved(0)?, &ctx.saved(1)?)?;
            let y = vector_norm(&differences, p, &(-1).into(), true)?;
            let zero = y.try_eq(0)?;
            let g = g.try_unsqueeze(-1)?;
            let slope = if p == 0. {
                differences.try_mul(0)?
            } else if p == 1. {
                differences.try_sign()?.try_mul(&g)?
            } else if p == f64::INFINITY {
                let farthest = differences.try_abs()?.try_eq(&y)?.try_to_dtype(g.dtype())?;
                differences.try_sign()?.try_mul(farthest)?.try_mul(&g)?
            } else {
                let lengths = zero.try_where_(1., &y)?;
                let share = if p == 2. {
                    differences.try_div(lengths)?
                } else {
                    differences
                        .try_abs()?
                        .try_pow(p - 1.)?
                        .try_mul(differences.try_sign()?)?
                        .try_div(lengths.try_pow(p - 1.)?)?
                };
                zero.try_where_(0., share.try_mul(&g)?)?
            };
            Ok(vec![
                ctx.when(0, || slope.try_sum_dim(-2, false))?,
                ctx.when(1, || slope.try_neg()?.try_sum_dim(-3, false))?,
            ])
        },
    )
}

fn histogram_of(x: &Tensor, bins: usize, min: f64, max: f64) -> Result<Tensor> {
    if bins == 0 {
        bail!("torch.histc: bins must be > 0");
    }
    if !x.is_floating_point() {
        return Err(crate::Error::not_implemented("histogram_cpu", x.dtype()));
    }
    let numbers: Vec<f64> = x.detach().try_to_vec()?;
    let (mut low, mut high) = (min, max);
    if low == high && !numbers.is_empty() {
        (low, high) = numbers
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| {
                (low.min(x), high.max(x))
            });
        if numbers.iter().any(|x| x.is_nan()) {
            (low, high) = (f64::NAN, f64::NAN);
        }
    }
    if low == high {
        (low, high) = (low - 1., high + 1.);
    }
    if !low.is_finite() || !high.is_finite() {
        bail!("torch.histc: range of [{low}, {high}] is not finite");
    }
    if low > high {
        bail!("torch.histc: max must be larger than min");
    }
    let mut counts = vec![0f64; bins];
    for x in numbers.into_iter().filter(|x| (low..=high).contains(x)) {
        let bin = ((x - low) / (high - low) * bins as f64) as usize;
        counts[bin.min(bins - 1)] += 1.;
    }
    Tensor::try_from_vec(counts, [bins])?
        .try_to_dtype(x.dtype())?
        .try_to_device(x.device())
}

fn bincount(x: &Tensor, weights: Option<&Tensor>, minlength: usize) -> Result<Tensor> {
    let integer = !x.is_floating_point() && x.dtype() != DType::Bool;
    if x.dim() != 1 {
        bail!("bincount only supports 1-d non-negative integral inputs.");
    }
    if !integer {
        return Err(crate::Error::not_implemented("bincount_cpu", x.dtype()));
    }
    let places: Vec<i64> = x.try_to_vec()?;
    if places.iter().any(|&place| place < 0) {
        bail!("bincount only supports 1-d non-negative integral inputs.");
    }
    let len = places
        .iter()
        .max()
        .map_or(0, |&most| most as usize + 1)
        .max(minlength);
    let index = x.try_to_dtype(DType::I64)?;
    match weights {
        Some(weights) => {
            if weights.dim() != 1 || weights.numel() != x.numel() {
                bail!("weights should be 1-d and have the same length as input");
            }
            let dtype = if weights.dtype() == DType::F32 {
                DType::F32
            } else {
                DType::F64
            };
            let weights = weights.detach().try_to_dtype(dtype)?;
            weights
                .try_new_zeros(&[len])?
                .try_index_add(0, &index, &weights)
        }
        None => index
            .try_new_zeros(&[len])?
            .try_index_add(0, &index, &index.try_ones_like()?),
    }
}

ops! {
    /// The sum of the elements that are numbers. Where there are none, it is 0. PyTorch: `torch.nansum`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., f64::NAN, 3.]).nansum().to_string(), "tensor(4.)");
    /// ```
    nansum, try_nansum, [] (x) => nansum(x, &Dims::default(), false);
    /// Sums over some dimensions of the elements that are numbers: `torch.nansum(x, dim)`. They go away, or stay with
    /// size 1 if `keepdim`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., f64::NAN], [3., 4.]]);
    /// assert_eq!(a.nansum_dim(1, false).to_string(), "tensor([1., 7.])");
    /// ```
    nansum_dim, try_nansum_dim, [] (x, dims: impl crate::Given<Dims>, keepdim: bool) => nansum(x, &dims.into(), keepdim);
    /// The mean of the elements that are numbers. Integers are an error. PyTorch: `torch.nanmean`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., f64::NAN, 3.]).nanmean().to_string(), "tensor(2.)");
    /// ```
    nanmean, try_nanmean, [] (x) => nanmean(x, &Dims::default(), false);
    /// Means over some dimensions of the elements that are numbers: `torch.nanmean(x, dim)`. They go away, or stay with
    /// size 1 if `keepdim`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // The means of columns with gaps.
    /// let a = tensor!([[1., f64::NAN], [3., 4.]]);
    /// assert_eq!(a.nanmean_dim(0, false).to_string(), "tensor([2., 4.])");
    /// ```
    nanmean_dim, try_nanmean_dim, [] (x, dims: impl crate::Given<Dims>, keepdim: bool) => nanmean(x, &dims.into(), keepdim);
    /// How many elements are not 0, as an `i64` tensor without dimensions. PyTorch: `torch.count_nonzero`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[0., 1.], [2., 0.]]);
    /// assert_eq!(a.count_nonzero().to_string(), "tensor(2)");
    /// ```
    count_nonzero, try_count_nonzero, [] (x) => count_nonzero(x, &Dims::default());
    /// How many elements over some dimensions are not 0: `torch.count_nonzero(x, dim)`. The result is `i64`; the
    /// dimensions go away.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[0, 1, 1], [2, 0, 0]]);
    /// assert_eq!(a.count_nonzero_dim(1).to_string(), "tensor([2, 1])");
    /// ```
    count_nonzero_dim, try_count_nonzero_dim, [] (x, dims: impl crate::Given<Dims>) => count_nonzero(x, &dims.into());

    /// The Euclidean length of all elements together; its gradient at 0 is 0. Integers are an error.
    /// PyTorch: `torch.norm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([3., 4.]).norm().to_string(), "tensor(5.)");
    /// ```
    norm, try_norm, [] (x) => vector_norm(x, 2., &Dims::default(), false);
    /// The `p`-norm of all elements together, infinity included: `x.norm(p)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([3., -4.]);
    /// assert_eq!(a.norm_p(1.).to_string(), "tensor(7.)");
    /// assert_eq!(a.norm_p(f64::INFINITY).to_string(), "tensor(4.)");
    /// ```
    norm_p, try_norm_p, [] (x, p: f64) => vector_norm(x, p, &Dims::default(), false);
    /// `p`-norms over some dimensions: `x.norm(p, dim, keepdim)`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3., 4.], [6., 8.]]);
    /// assert_eq!(a.norm_dim(2., 1, false).to_string(), "tensor([ 5., 10.])");
    /// // Rows of length 1.
    /// assert_eq!((&a / a.norm_dim(2., 1, true)).to_string(), "tensor([[0.6000, 0.8000],\n        [0.6000, 0.8000]])");
    /// ```
    norm_dim, try_norm_dim, [] (x, p: f64, dims: impl crate::Given<Dims>, keepdim: bool) => vector_norm(x, p, &dims.into(), keepdim);
    /// The `p`-norm of the difference, over all elements together. The shapes broadcast. PyTorch: `torch.dist`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (a, b) = (tensor!([1., 1.]), tensor!([4., 5.]));
    /// assert_eq!(a.dist(&b, 2.).to_string(), "tensor(5.)");
    /// ```
    dist, try_dist, [] (x, other: &Tensor, p: f64) => norm_node("DistBackward0", &x.try_sub(other)?, p, &Dims::default(), false);
    /// With every slice of one dimension shortened to a `p`-norm of at most `maxnorm`. PyTorch: `torch.renorm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[3., 4.], [0.3, 0.4]]);
    /// assert_eq!(a.renorm(2., 0, 1.).to_string(), "tensor([[0.6000, 0.8000],\n        [0.3000, 0.4000]])");
    /// ```
    renorm, try_renorm, [renorm_, try_renorm_] (x, p: f64, dim: i64, maxnorm: f64) => renorm(x, p, dim, maxnorm);
    /// The `p`-norm distance of each row to each row of the other (`torch.cdist(a, b, p)`), in batches. `[…, M, K]` and
    /// `[…, N, K]` give `[…, M, N]`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (points, centres) = (tensor!([[0., 0.], [3., 4.]]), tensor!([[0., 0.], [0., 1.], [3., 0.]]));
    /// assert_eq!(points.cdist(&centres, 1.).to_string(), "tensor([[0., 1., 3.],\n        [7., 6., 4.]])");
    /// ```
    cdist, try_cdist, [] (x, other: &Tensor, p: f64) => distances(x, other, p);

    /// How many elements fall into each of `bins` equal parts of the range from `min` to `max`; of what the elements
    /// span where both are equal. Floats only, and the counts have their dtype. PyTorch: `torch.histc`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([0.5, 1.5, 1.7, 3.5]);
    /// assert_eq!(a.histc(4, 0., 4.).to_string(), "tensor([1., 2., 0., 1.])");
    /// ```
    histc, try_histc, [] (x, bins: usize, min: f64, max: f64) => histogram_of(x, bins, min, max);
    /// How often each number from 0 on comes, or the sum of its weights, at least `minlength` of them. For a vector of
    /// integers that are not negative. PyTorch: `torch.bincount`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let labels = tensor!([0, 2, 2, 1]);
    /// assert_eq!(labels.bincount(None, 5).to_string(), "tensor([1, 1, 2, 0, 0])");
    /// let weights = tensor!([0.5, 1., 2., 4.]);
    /// assert_eq!(labels.bincount(Some(&weights), 0).to_string(), "tensor([0.5000, 4.0000, 3.0000])");
    /// ```
    bincount, try_bincount, [] (x, weights: Option<&Tensor>, minlength: usize) => bincount(x, weights, minlength);
}
