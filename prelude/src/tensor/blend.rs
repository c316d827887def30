//! Functions of three operands: mixtures, and products and quotients that are added to something.

use super::Tensor;
use super::arithmetic::{self, in_dtype};
use super::creation::full_array;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::autograd::refuse_partial_overlap;
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::scalar::Arg;

/// Written so that both ends are exact, as PyTorch does.
fn lerp(x: &Tensor, end: &Tensor, weight: Arg) -> Result<Tensor> {
    refuse_partial_overlap(x, &[end])?;
    if let Arg::Tensor(weight) = &weight {
        refuse_partial_overlap(x, &[weight])?;
    }
    if x.dtype() != end.dtype() {
        bail!(
            "expected dtype {} for `end` but got dtype {}",
            x.dtype().c_name(),
            end.dtype().c_name()
        );
    }
    if let Arg::Tensor(weight) = &weight
        && weight.dtype() != x.dtype()
    {
        bail!(
            "expected dtype {} for `weight` but got dtype {}",
            x.dtype().c_name(),
            weight.dtype().c_name()
        );
    }
    let name = if matches!(weight, Arg::Scalar(_)) {
        "LerpBackward0"
    } else {
        "LerpBackward1"
    };
    // A number says for all which end is nearer.
    let (weight, nearer) = match weight {
        Arg::Tensor(weight) => (weight, None),
        Arg::Scalar(weight) => {
            let exact = x.dtype().opmath();
            weight.check_fits(exact)?;
            let number = Tensor::from_array(full_array(&[], weight, exact, x.device())?);
            let nearer = (!x.is_complex()).then(|| weight.to_f64().abs() < 0.5);
            (number, nearer)
        }
    };
    let kernel = match name {
        "LerpBackward0" => "lerp_kernel_scalar",
        _ => "lerp_kernel_tensor",
    };
    if !x.dtype().is_differentiable() {
        return Err(crate::Error::not_implemented(kernel, x.dtype()));
    }
    let dtype = x.dtype();
    composed(
        name,
        &[x, end, &weight],
        Keep::Inputs,
        || {
            crate::shape::broadcast(&x.shape(), &end.shape())?;
            let [x, end, weight] = in_dtype(dtype.opmath(), [x, end, &weight])?;
            let way = end.try_sub(&x)?;
            let near = || arithmetic::mul_add(&x, &way, &weight);
            let far = || arithmetic::mul_add(&end, &way, &weight.try_sub(1.)?);
            let way = match nearer {
                Some(true) => near()?,
                Some(false) => far()?,
                None => {
                    let nearer = weight.try_abs()?.try_lt(0.5)?;
                    nearer.try_where_(near()?, far()?)?
                }
            };
            way.try_to_dtype(dtype)
        },
        |ctx, g| {
            let (x, end, weight) = (ctx.saved(0)?, ctx.saved(1)?, ctx.saved(2)?);
            Ok(vec![
                ctx.when(0, || g.try_mul(weight.try_rsub(1.)?))?,
                ctx.when(1, || g.try_mul(&weight))?,
                ctx.when(2, || g.try_mul(end.try_sub(&x)?))?,
            ])
        },
    )
}

fn addcmul(x: &Tensor, a: &Tensor, b: &Tensor, value: f64) -> Result<Tensor> {
    refuse_partial_overlap(x, &[a, b])?;
    if [x, a, b].iter().all(|it| it.dtype() == DType::Bool) {
        return Err(crate::Error::not_implemented(
            "addcmul_cpu_out",
            DType::Bool,
        ));
    }
    composed(
        "AddcmulBackward0",
        &[x, a, b],
        Keep::Inputs,
        || {
            // All in the dtype of the result: integers are not made floats by the factor, it is cut instead.
            let dtype = arithmetic::joint_dtype_of(&[x, a, b]);
            let factor = if dtype.is_differentiable() {
                crate::Scalar::Float(value)
            } else {
                crate::Scalar::Int(value as i64)
            };
            factor.check_fits(dtype)?;
            let [x, a, b] = in_dtype(dtype.opmath(), [x, a, b])?;
            arithmetic::mul_add(&x, &a.try_mul(factor)?, &b)?.try_to_dtype(dtype)
        },
        move |ctx, g| {
            Ok(vec![
                Some(g.clone()),
                ctx.when(1, || g.try_mul(ctx.saved(2)?.try_mul(value)?))?,
                ctx.when(2, || g.try_mul(ctx.saved(1)?.try_mul(value)?))?,
            ])
        },
    )
}

fn addcdiv(x: &Tensor, a: &Tensor, b: &Tensor, value: f64) -> Result<Tensor> {
    refuse_partial_overlap(x, &[a, b])?;
    if !a.dtype().is_differentiable() && !b.dtype().is_differentiable() {
        bail!(
            "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true \
             division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * \
             torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / \
             tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * \
             tensor1 / tensor2), for all dtypes."
        );
    }
    composed(
        "AddcdivBackward0",
        &[x, a, b],
        Keep::Inputs,
        || {
            let dtype = arithmetic::joint_dtype_of(&[x, a, b]);
            let [x, a, b] = in_dtype(dtype.opmath(), [x, a, b])?;
            x.try_add(a.try_mul(value)?.try_div(b)?)?
                .try_to_dtype(dtype)
        },
        move |ctx, g| {
            let (a, b) = (ctx.saved(1)?, ctx.saved(2)?);
            Ok(vec![
                Some(g.clone()),
                ctx.when(1, || g.try_mul(b.try_reciprocal()?.try_mul(value)?))?,
                ctx.when(2, || {
                    g.try_neg()?
                        .try_mul(a.try_mul(value)?.try_div(b.try_square()?)?)
                })?,
            ])
        },
    )
}

ops! {
    /// `self + weight * (end - self)`; the weight is a number or a tensor. The shapes broadcast; all are floats of one
    /// dtype. PyTorch: `torch.lerp`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (start, end) = (tensor!([0., 10.]), tensor!([4., 20.]));
    /// assert_eq!(start.lerp(&end, 0.25).to_string(), "tensor([ 1.0000, 12.5000])");
    /// ```
    lerp, try_lerp, [lerp_, try_lerp_] (x, end: &Tensor, weight: impl crate::Given<Arg>) => lerp(x, end, weight.into());
    /// `self + value * a * b`. The shapes broadcast. PyTorch: `torch.addcmul`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, a, b) = (tensor!([1., 1.]), tensor!([2., 3.]), tensor!([4., 5.]));
    /// assert_eq!(x.addcmul(&a, &b, 0.5).to_string(), "tensor([5.0000, 8.5000])");
    /// ```
    addcmul, try_addcmul, [addcmul_, try_addcmul_] (x, a: &Tensor, b: &Tensor, value: f64) => addcmul(x, a, b, value);
    /// `self + value * a / b`. The shapes broadcast; `a` or `b` holds floats. PyTorch: `torch.addcdiv`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, a, b) = (tensor!([1., 1.]), tensor!([2., 3.]), tensor!([4., 5.]));
    /// assert_eq!(x.addcdiv(&a, &b, 10.).to_string(), "tensor([6., 7.])");
    /// ```
    addcdiv, try_addcdiv, [addcdiv_, try_addcdiv_] (x, a: &Tensor, b: &Tensor, value: f64) => addcdiv(x, a, b, value);
}
