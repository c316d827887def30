//! Numbers as they are in memory, slopes between them, counts of them, and places in a shape.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::dtype::{Category, DType};
use crate::error::{Result, bail, bail_index};
use crate::kernels::pointwise;
use crate::scalar::Arg;
use crate::shape::Dims;

/// The float next to each one on the way to another; there is no derivative, as in PyTorch.
fn next_after(x: &Tensor, other: Arg) -> Result<Tensor> {
    let pair = super::arithmetic::operands(&x.detach(), other, Category::Bool)?;
    let (a, b) = (
        pair.a.array().broadcast(&pair.shape)?,
        pair.b.array().broadcast(&pair.shape)?,
    );
    Ok(Tensor::from_array(pointwise::next_after(&a, &b)?))
}

/// `x = mantissa · 2^exponent`.
fn taken_apart(x: &Tensor) -> Result<(Tensor, Tensor)> {
    if !x.is_floating_point() {
        bail!("torch.frexp() only supports floating-point dtypes");
    }
    let array = x.detach().try_to_dtype(DType::F64)?.array();
    let part = |f: &(dyn Fn(f64) -> f64 + Sync)| -> Result<Tensor> {
        Ok(Tensor::from_array(pointwise::through("frexp", f, &array)?))
    };
    let exponent = part(&|x| f64::from(libm::frexp(x).1))?;
    let scale = exponent.try_neg()?.try_exp2()?;
    let mantissa = composed(
        "FrexpBackward0",
        &[x],
        Keep::Nothing,
        || part(&|x| libm::frexp(x).0)?.try_to_dtype(x.dtype()),
        move |_, g| Ok(vec![Some(g.try_mul(scale.try_to_dtype(g.dtype())?)?)]),
    )?;
    Ok((mantissa, exponent.try_to_dtype(DType::I32)?))
}

/// Central differences, and those to the only neighbour at both ends.
fn slopes(x: &Tensor, spacing: f64, dims: &Dims) -> Result<Vec<Tensor>> {
    let axes = match dims.as_slice().is_empty() {
        true => (0..x.dim()).collect(),
        false => dims.to_axes(x.dim())?,
    };
    let shape = x.shape();
    let slope = |axis: usize| -> Result<Tensor> {
        let (dim, size) = (axis as i64, shape.get(axis).copied().unwrap_or(0));
        if size < 2 {
            bail!("torch.gradient expected each dimension size to be at least edge_order+1");
        }
        let piece = |start: usize, len: usize| x.try_narrow(dim, start as i64, len);
        let over = |to: Tensor, from: Tensor, width: f64| to.try_sub(&from)?.try_div(width);
        Tensor::try_cat(
            &[
                over(piece(1, 1)?, piece(0, 1)?, spacing)?,
                over(piece(2, size - 2)?, piece(0, size - 2)?, 2. * spacing)?,
                over(piece(size - 1, 1)?, piece(size - 2, 1)?, spacing)?,
            ],
            dim,
        )
    };
    axes.into_iter().map(slope).collect()
}

/// Counts in equal parts of a range, and the ends of the parts.
fn histogram(x: &Tensor, bins: usize, range: Option<(f64, f64)>) -> Result<(Tensor, Tensor)> {
    if bins == 0 {
        bail!("torch.histogram(): bins must be > 0, but got 0 for dimension 0");
    }
    if !x.is_floating_point() {
        return Err(crate::Error::not_implemented("histogramdd", x.dtype()));
    }
    let x = x.detach();
    let (low, high) = match range {
        Some((low, high)) if low > high => {
            bail!(
                "torch.histogramdd: min should not exceed max, but got min {low} max {high} for dimension 0"
            )
        }
        Some(range) => range,
        None if x.numel() == 0 => (0., 1.),
        None => (x.try_min()?.try_item()?, x.try_max()?.try_item()?),
    };
    let (low, high) = if low == high {
        (low - 0.5, high + 0.5)
    } else {
        (low, high)
    };
    let ends = Tensor::try_linspace_with(low, high, bins + 1, (x.dtype(), x.device()))?;
    Ok((x.try_histc(bins, low, high)?, ends))
}

/// Places in row-major order as coordinates.
fn coordinates(x: &Tensor, shape: &Dims) -> Result<Vec<Tensor>> {
    let shape = shape.to_shape()?;
    if x.dtype().category() != Category::Int {
        bail!(
            "expected 'indices' to be integer dtype, but got {}",
            x.dtype()
        );
    }
    let mut rest: i64 = shape.iter().product::<usize>() as i64;
    shape
        .iter()
        .map(|&size| {
            if size == 0 {
                bail_index!("unravel_index: a shape without elements has no places");
            }
            rest /= size as i64;
            x.try_to_dtype(crate::DType::I64)?
                .try_floor_divide(rest)?
                .try_remainder(size as i64)
        })
        .collect()
}

ops! {
    /// The float next to each element on the way to another one. Floats only; `other` is a number or a tensor whose
    /// shape broadcasts. PyTorch: `torch.nextafter`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let next = tensor!([1.]).nextafter(2.);
    /// assert_eq!((next - 1).to_string(), "tensor([1.1921e-07])");
    /// ```
    nextafter, try_nextafter, [nextafter_, try_nextafter_] (x, other: impl crate::Given<Arg>) => next_after(x, other.into());
    /// Mantissas between 0.5 and 1 and exponents (`i32`), of which `mantissa * 2^exponent` is the element. Any shape,
    /// of floats; integers are an error. PyTorch: `torch.frexp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (mantissa, exponent) = tensor!([6., 0.25]).frexp();
    /// assert_eq!(mantissa.to_string(), "tensor([0.7500, 0.5000])");
    /// assert_eq!(exponent.to_string(), "tensor([ 3, -1], dtype=torch.int32)");
    /// ```
    frexp, try_frexp, [] (x) -> (Tensor, Tensor) => taken_apart(x);
    /// The slope along each of `dims` (`()` for all) between elements that are `spacing` apart: `torch.gradient`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let squares = tensor!([0., 1., 4., 9.]);
    /// assert_eq!(squares.gradient(1., ())[0].to_vec1::<f32>(), [1., 2., 4., 5.]);
    /// ```
    gradient, try_gradient, [] (x, spacing: f64, dims: impl crate::Given<Dims>) -> Vec<Tensor> => slopes(x, spacing, &dims.into());
    /// How many elements fall into each of `bins` equal parts of what they span, and the ends of the parts. Any shape,
    /// of floats; gives `[bins]` and `[bins + 1]`. PyTorch: `torch.histogram`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (counts, ends) = tensor!([1., 2., 2.5, 4., 5.]).histogram(2);
    /// assert_eq!(counts.to_string(), "tensor([3., 2.])");
    /// assert_eq!(ends.to_string(), "tensor([1., 3., 5.])");
    /// ```
    histogram, try_histogram, [] (x, bins: usize) -> (Tensor, Tensor) => histogram(x, bins, None);
    /// [`Tensor::histogram`] of another range. Elements outside it do not count. PyTorch: `torch.histogram`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (counts, ends) = tensor!([1., 2., 2.5, 4., 5.]).histogram_with(3, (0., 3.));
    /// assert_eq!(counts.to_string(), "tensor([0., 1., 2.])");
    /// assert_eq!(ends.to_string(), "tensor([0., 1., 2., 3.])");
    /// ```
    histogram_with, try_histogram_with, [] (x, bins: usize, range: (f64, f64)) -> (Tensor, Tensor)
        => histogram(x, bins, Some(range));
    /// Places in a tensor of that shape, counted in row-major order, as a tensor of coordinates for each dimension.
    /// Integers only. PyTorch: `torch.unravel_index`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[3, 9, 2], [4, 1, 7]]);
    /// let place = x.argmax().unravel_index([2, 3]);
    /// assert_eq!((place[0].item::<i64>(), place[1].item::<i64>()), (0, 1));
    /// ```
    unravel_index, try_unravel_index, [] (x, shape: impl crate::Given<Dims>) -> Vec<Tensor> => coordinates(x, &shape.into());
    /// Whether the only element is not 0. None or several elements are an error. PyTorch: `torch.is_nonzero`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert!(tensor!([-0.5]).is_nonzero());
    /// assert!(!tensor!(0).is_nonzero());
    /// assert!(tensor!([1, 2]).try_is_nonzero().is_err());
    /// ```
    is_nonzero, try_is_nonzero, [] (x) -> bool => match x.numel() {
        1 => x.detach().try_to_dtype(DType::Bool)?.try_item(),
        0 => bail!("Boolean value of Tensor with no values is ambiguous"),
        _ => bail!("Boolean value of Tensor with more than one value is ambiguous"),
    };
}
