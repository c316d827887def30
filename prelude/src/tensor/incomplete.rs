//! The incomplete gamma functions.

use super::Tensor;
use super::arithmetic::operands;
use super::ops::ops;
use super::rule::{Keep, composed};
use crate::dtype::Category;
use crate::error::{Result, bail};
use crate::kernels::incomplete;
use crate::scalar::Arg;

/// One of the two; `sign` is that of its derivative in `other`. PyTorch has none in `x`.
fn gamma(
    [node, name, kernel]: [&'static str; 3],
    x: &Tensor,
    other: Arg,
    f: fn(f64, f64) -> f64,
    sign: f64,
) -> Result<Tensor> {
    let operands = operands(x, other, Category::Float)?;
    composed(
        node,
        &[&operands.a, &operands.b],
        Keep::Inputs,
        || operands.through(kernel, f),
        move |ctx, g| {
            if ctx.wants(0) {
                bail!("the derivative for '{name}: input' is not implemented.");
            }
            let (a, x) = (ctx.saved(0)?, ctx.saved(1)?);
            let log = (&a - 1) * x.log() - &x - a.lgamma();
            Ok(vec![None, Some(g * log.exp() * sign)])
        },
    )
}

ops! {
    /// The share of gamma values of shape `x` (and scale 1) that lie below `other`: the regularized lower incomplete
    /// gamma function. Shapes broadcast; integers give `f32`. It has a derivative in `other` alone. PyTorch:
    /// `torch.igamma`, also `torch.special.gammainc`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0.5, 1., 4.]).igamma(2.).to_string(), "tensor([0.9545, 0.8647, 0.1429])");
    /// ```
    igamma, try_igamma, [igamma_, try_igamma_] (x, other: impl crate::Given<Arg>)
        => gamma(["IgammaBackward0", "igamma", "igamma_cpu"], x, other.into(), incomplete::gammainc, 1.);
    /// The share of gamma values of shape `x` (and scale 1) that lie above `other`: the regularized upper incomplete
    /// gamma function. Shapes broadcast; integers give `f32`. It has a derivative in `other` alone. PyTorch:
    /// `torch.igammac`, also `torch.special.gammaincc`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0.5, 1., 4.]).igammac(2.).to_string(), "tensor([0.0455, 0.1353, 0.8571])");
    /// ```
    igammac, try_igammac, [igammac_, try_igammac_] (x, other: impl crate::Given<Arg>)
        => gamma(["IgammacBackward0", "igammac", "igammac_cpu"], x, other.into(), incomplete::gammaincc, -1.);
    /// [`Tensor::igamma`] by its other name. PyTorch: `torch.special.gammainc`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 4.]).gammainc(2.).to_string(), "tensor([0.8647, 0.1429])");
    /// ```
    gammainc, try_gammainc, [] (x, other: impl crate::Given<Arg>) => x.try_igamma(other.into());
    /// [`Tensor::igammac`] by its other name. PyTorch: `torch.special.gammaincc`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 4.]).gammaincc(2.).to_string(), "tensor([0.1353, 0.8571])");
    /// ```
    gammaincc, try_gammaincc, [] (x, other: impl crate::Given<Arg>) => x.try_igammac(other.into());
}
