//! Special functions: `torch.special` and their kin, of each element.

use super::Tensor;
use super::ops::ops;
use super::rule::{Keep, analytic, composed, function, pair, times};
use crate::dtype::Category;
use crate::error::{Result, bail};
use crate::kernels::{complex, inverse, special};
use crate::scalar::Arg;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, PI};

/// A function of which PyTorch gives no derivative but 0.
fn flat(
    name: &'static str,
    x: &Tensor,
    forward: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    composed(
        name,
        &[x],
        Keep::Nothing,
        || forward(x),
        |_, g| Ok(vec![Some(g.try_zeros_like()?)]),
    )
}

/// A gradient that passes through.
fn through(
    name: &'static str,
    x: &Tensor,
    forward: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    composed(
        name,
        &[x],
        Keep::Nothing,
        || forward(x),
        |_, g| Ok(vec![Some(g.clone())]),
    )
}

fn polygamma(n: i64, x: &Tensor) -> Result<Tensor> {
    let Ok(order) = u32::try_from(n) else {
        bail!("polygamma(n, x) does not support negative n.")
    };
    if n == 0 {
        return x.try_digamma();
    }
    function(
        "PolygammaBackward0",
        "polygamma",
        x,
        move |x| special::polygamma(order, x),
        move |x, _| polygamma(n + 1, x),
    )
}

fn multivariate_lgamma(x: &Tensor, p: i64) -> Result<Tensor> {
    if p < 1 {
        bail!("p has to be greater than or equal to 1");
    }
    let x = x.try_to_dtype(x.dtype().to_float())?;
    let steps: Vec<f64> = (0..p).map(|k| 0.5 * (1 - p + k) as f64).collect();
    let steps = Tensor::try_from_vec(steps, [p])?.try_to_dtype(x.dtype())?;
    let steps_again = steps.clone();
    composed(
        "MvlgammaBackward0",
        &[&x],
        Keep::Inputs,
        || {
            let constant = (p * (p - 1)) as f64 / 4. * PI.ln();
            let arguments = x.try_unsqueeze(-1)?.try_add(&steps)?;
            arguments
                .try_lgamma()?
                .try_sum_dim(-1, false)?
                .try_add(constant)
        },
        move |ctx, g| {
            let arguments = ctx.saved(0)?.try_unsqueeze(-1)?.try_add(&steps_again)?;
            Ok(vec![Some(g.try_mul(
                arguments.try_digamma()?.try_sum_dim(-1, false)?,
            )?)])
        },
    )
}

/// PyTorch has a few functions for `f32` and `f64` alone.
fn wide<'a>(kernel: &str, x: &'a Tensor) -> Result<&'a Tensor> {
    use crate::DType::{BF16, F16};
    if matches!(x.dtype(), F16 | BF16) {
        return Err(crate::Error::not_implemented(kernel, x.dtype()));
    }
    Ok(x)
}

/// `sin(πx) / (πx)`, computed in the dtype itself, as PyTorch does: the rounding of `π · x` shows.
fn sinc(x: &Tensor) -> Result<Tensor> {
    let x = x.try_to_dtype(x.dtype().to_float())?;
    composed(
        "SincBackward0",
        &[&x],
        Keep::Inputs,
        || {
            let angle = x.try_mul(PI)?;
            x.try_eq(0)?
                .try_where_(1., angle.try_sin()?.try_div(&angle)?)
        },
        |ctx, g| {
            let angle = ctx.saved(0)?.try_mul(PI)?;
            let slope = angle.try_mul(angle.try_cos()?)?.try_sub(angle.try_sin()?)?;
            let slope = slope.try_mul(PI)?.try_div(angle.try_square()?)?;
            Ok(vec![Some(
                g.try_mul(angle.try_eq(0)?.try_where_(0., slope)?)?,
            )])
        },
    )
}

fn logit(x: &Tensor, eps: Option<f64>) -> Result<Tensor> {
    let x = x.try_to_dtype(x.dtype().to_float())?;
    composed(
        "LogitBackward0",
        &[&x],
        Keep::Inputs,
        || {
            let x = match eps {
                Some(eps) => x.try_clamp(eps, 1. - eps)?,
                None => x.clone(),
            };
            x.try_div(x.try_rsub(1.)?)?.try_log()
        },
        move |ctx, g| {
            let x = ctx.saved(0)?;
            let inside = g.try_div(x.try_mul(x.try_rsub(1.)?)?)?;
            let low = eps.unwrap_or(0.);
            let lies_inside = x.try_ge(low)?.try_logical_and(&x.try_le(1. - low)?)?;
            let outside = if eps.is_some() { 0. } else { f64::NAN };
            Ok(vec![Some(lies_inside.try_where_(inside, outside)?)])
        },
    )
}

/// `x · f(y)`, 0 where `x` is.
fn x_log(
    names: [&'static str; 2],
    x: &Tensor,
    y: Arg,
    f: fn(f64, f64) -> f64,
    rule: super::rule::PairRule,
) -> Result<Tensor> {
    pair(
        names,
        x,
        y,
        Category::Float,
        |operands| operands.through("xlogy", f),
        rule,
    )
}

fn without_nan(x: &Tensor, nan: f64, posinf: Option<f64>, neginf: Option<f64>) -> Result<Tensor> {
    if !x.is_floating_point() {
        return x.try_copy();
    }
    let (lowest, highest) = x.dtype().float_range();
    let (high, low) = (posinf.unwrap_or(highest), neginf.unwrap_or(lowest));
    composed(
        "NanToNumBackward0",
        &[x],
        Keep::Inputs,
        || {
            let y = x.try_isnan()?.try_where_(nan, x)?;
            let y = x.try_eq(f64::INFINITY)?.try_where_(high, y)?;
            x.try_eq(f64::NEG_INFINITY)?.try_where_(low, y)
        },
        |ctx, g| Ok(vec![Some(ctx.saved(0)?.try_isfinite()?.try_where_(g, 0.)?)]),
    )
}

/// Rounds to a number of decimals (to tens, hundreds, … where it is negative), in the dtype itself.
fn round_decimals(x: &Tensor, decimals: i64) -> Result<Tensor> {
    if !x.is_floating_point() {
        return Err(crate::Error::not_implemented("round_cpu", x.dtype()));
    }
    let ten = 10f64.powi(decimals.unsigned_abs().min(400) as i32);
    flat("RoundBackward1", x, |x| {
        if decimals >= 0 {
            x.try_mul(ten)?.try_round()?.try_div(ten)
        } else {
            x.try_div(ten)?.try_round()?.try_mul(ten)
        }
    })
}

ops! {
    /// 2 to the power of each element. Any shape; integers and truth values give `f32`. PyTorch: `torch.exp2`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0, 1, 10]).exp2().to_string(), "tensor([1.0000e+00, 2.0000e+00, 1.0240e+03])");
    /// ```
    exp2, try_exp2, [exp2_, try_exp2_] (x) => analytic("Exp2Backward0", "exp2", x, f64::exp2, complex::exp2, |_, y| y.try_mul(LN_2));
    /// Inverse hyperbolic sine. Any shape; integers and truth values give `f32`. PyTorch: `torch.asinh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1., -2.]).asinh().to_string(), "tensor([ 0.0000,  0.8814, -1.4436])");
    /// ```
    asinh, try_asinh, [asinh_, try_asinh_] (x)
        => analytic("AsinhBackward0", "asinh", x, libm::asinh, inverse::asinh, |x, _| x.try_square()?.try_add(1)?.try_rsqrt());
    /// Inverse hyperbolic cosine. NaN below 1; integers and truth values give `f32`. PyTorch: `torch.acosh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2., 0.5]).acosh().to_string(), "tensor([0.0000, 1.3170,    nan])");
    /// ```
    acosh, try_acosh, [acosh_, try_acosh_] (x)
        => analytic("AcoshBackward0", "acosh", x, libm::acosh, inverse::acosh, |x, _| match x.is_complex() {
            // The root of a product has another cut.
            true => x.try_add(1)?.try_rsqrt()?.try_mul(x.try_sub(1)?.try_rsqrt()?),
            false => x.try_square()?.try_sub(1)?.try_rsqrt(),
        });
    /// Inverse hyperbolic tangent. Infinite at -1 and 1, NaN beyond; integers and truth values give `f32`.
    /// PyTorch: `torch.atanh`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 0.5, 1.]).atanh().to_string(), "tensor([0.0000, 0.5493,    inf])");
    /// ```
    atanh, try_atanh, [atanh_, try_atanh_] (x)
        => analytic("AtanhBackward0", "atanh", x, libm::atanh, inverse::atanh, |x, _| x.try_square()?.try_rsub(1)?.try_reciprocal());
    /// 1 minus the error function, exact for large elements. Any shape; integers and truth values give `f32`.
    /// PyTorch: `torch.erfc`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([0., 1., 5.]);
    /// assert_eq!(x.erfc().to_string(), "tensor([1.0000e+00, 1.5730e-01, 1.5375e-12])");
    /// // The difference itself loses all digits.
    /// assert_eq!((1 - x.erf()).to_string(), "tensor([1.0000, 0.1573, 0.0000])");
    /// ```
    erfc, try_erfc, [erfc_, try_erfc_] (x)
        => function("ErfcBackward0", "erfc", x, libm::erfc, |x, _| x.try_square()?.try_neg()?.try_exp()?.try_mul(-FRAC_2_SQRT_PI));
    /// What the error function is `x` of. Infinite at -1 and 1, NaN beyond. PyTorch: `torch.erfinv`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 0.5, 1.]).erfinv().to_string(), "tensor([0.0000, 0.4769,    inf])");
    /// ```
    erfinv, try_erfinv, [erfinv_, try_erfinv_] (x)
        => function("ErfinvBackward0", "erfinv", x, special::erfinv, |_, y| y.try_square()?.try_exp()?.try_div(FRAC_2_SQRT_PI));
    /// `exp(x²) · erfc(x)`, which does not underflow (`torch.special.erfcx`). Floats of 32 or 64 bits; integers give
    /// `f32`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([0., 1., 20.]);
    /// assert_eq!(x.erfcx().to_string(), "tensor([1.0000, 0.4276, 0.0282])");
    /// assert_eq!((x.square().exp() * x.erfc()).to_string(), "tensor([1.0000, 0.4276,    nan])");
    /// ```
    erfcx, try_erfcx, [] (x)
        => function("SpecialErfcxBackward0", "erfcx_cpu", wide("erfcx_cpu", x)?, special::erfcx, |x, y| x.try_mul(y)?.try_mul(2)?.try_sub(FRAC_2_SQRT_PI));
    /// The logarithm of the absolute value of the gamma function. `(n - 1)!` is the gamma function of a whole number
    /// `n`. PyTorch: `torch.lgamma`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 5., 100.]).lgamma().to_string(), "tensor([  0.0000,   3.1781, 359.1342])");
    /// assert_eq!(tensor!(5.).lgamma().exp().round().item::<f32>(), 24.);
    /// ```
    lgamma, try_lgamma, [lgamma_, try_lgamma_] (x)
        => function("LgammaBackward0", "lgamma", x, libm::lgamma, |x, _| x.try_digamma());
    /// The derivative of [`Tensor::lgamma`]. Any shape; integers and truth values give `f32`. PyTorch: `torch.digamma`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1., 2.]).digamma().to_string(), "tensor([-0.5772,  0.4228])");
    /// ```
    digamma, try_digamma, [digamma_, try_digamma_] (x)
        => function("DigammaBackward0", "digamma", x, special::digamma, |x, _| polygamma(1, x));
    /// The `n`-th derivative of [`Tensor::digamma`] (`torch.polygamma(n, x)`). A negative `n` is an error.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 2.]);
    /// assert_eq!(x.polygamma(0).to_string(), "tensor([-0.5772,  0.4228])");
    /// assert_eq!(x.polygamma(1).to_string(), "tensor([1.6449, 0.6449])");
    /// ```
    polygamma, try_polygamma, [polygamma_, try_polygamma_] (x, n: i64) => polygamma(n, x);
    /// The logarithm of the multivariate gamma function of dimension `p`. It is meant for elements larger than
    /// `(p - 1) / 2`. PyTorch: `torch.mvlgamma`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([2., 3.]);
    /// assert_eq!(x.mvlgamma(2).to_string(), "tensor([0.4516, 1.5502])");
    /// // In one dimension it is the gamma function.
    /// assert!(x.mvlgamma(1).equal(&x.lgamma()));
    /// ```
    mvlgamma, try_mvlgamma, [] (x, p: i64) => multivariate_lgamma(x, p);
    /// The modified Bessel function of order 0. Any shape; integers and truth values give `f32`. PyTorch: `torch.i0`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1., 2.]).i0().to_string(), "tensor([1.0000, 1.2661, 2.2796])");
    /// ```
    i0, try_i0, [i0_, try_i0_] (x) => function("I0Backward0", "i0", x, special::i0, |x, _| x.try_i1());
    /// [`Tensor::i0`] times `exp(-|x|)` (`torch.special.i0e`). It stays finite for large elements.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([0., 1., 100.]);
    /// assert_eq!(x.i0e().to_string(), "tensor([1.0000, 0.4658, 0.0399])");
    /// assert!(x.i0().max().isinf().item::<bool>());
    /// ```
    i0e, try_i0e, [] (x)
        => function("SpecialI0EBackward0", "i0e", x, special::i0e, |x, y| x.try_i1e()?.try_sub(x.try_sign()?.try_mul(y)?));
    /// The modified Bessel function of order 1 (`torch.special.i1`). Any shape; integers and truth values give `f32`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1., 2.]).i1().to_string(), "tensor([0.0000, 0.5652, 1.5906])");
    /// ```
    i1, try_i1, [] (x) => function("SpecialI1Backward0", "i1", x, special::i1, |x, y| {
        x.try_eq(0)?.try_where_(0.5, x.try_i0()?.try_sub(y.try_div(x)?)?)
    });
    /// [`Tensor::i1`] times `exp(-|x|)` (`torch.special.i1e`). It stays finite for large elements.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1., 100.]).i1e().to_string(), "tensor([0.0000, 0.2079, 0.0397])");
    /// ```
    i1e, try_i1e, [] (x) => function("SpecialI1EBackward0", "i1e", x, special::i1e, |x, y| {
        let slope = x.try_i0e()?.try_sub(y.try_mul(x.try_sign()?.try_add(x.try_reciprocal()?)?)?)?;
        x.try_eq(0)?.try_where_(0.5, slope)
    });
    /// `sin(πx) / (πx)`, 1 at 0. Any shape; integers and truth values give `f32`. PyTorch: `torch.sinc`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 0.5, 1.5]).sinc().to_string(), "tensor([ 1.0000,  0.6366, -0.2122])");
    /// ```
    sinc, try_sinc, [sinc_, try_sinc_] (x) => sinc(x);
    /// The logarithm of `x / (1 - x)`; with `eps`, of elements brought between `eps` and `1 - eps` first. It undoes
    /// [`Tensor::sigmoid`]. PyTorch: `torch.logit`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let chances = tensor!([0.25, 0.5, 1.]);
    /// assert_eq!(chances.logit(None).to_string(), "tensor([-1.0986,  0.0000,     inf])");
    /// assert_eq!(chances.logit(Some(0.01)).to_string(), "tensor([-1.0986,  0.0000,  4.5951])");
    /// ```
    logit, try_logit, [logit_, try_logit_] (x, eps: Option<f64>) => logit(x, eps);
    /// `-x · ln(x)`, the entropy of each element (`torch.special.entr`). 0 at 0, negative infinity below.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // The entropy of a fair and of a loaded coin.
    /// let coins = tensor!([[0.5, 0.5], [0.9, 0.1]]);
    /// assert_eq!(coins.entr().sum_dim(1, false).to_string(), "tensor([0.6931, 0.3251])");
    /// ```
    entr, try_entr, [] (x) => function(
        "SpecialEntrBackward0",
        "entr",
        x,
        |x| if x > 0. { -x * x.ln() } else if x == 0. { 0. } else if x.is_nan() { x } else { f64::NEG_INFINITY },
        |x, _| x.try_log()?.try_add(1)?.try_neg(),
    );
    /// The share of standard normal numbers below each element (`torch.special.ndtr`). Any shape; integers give `f32`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([-1., 0., 1.96]).ndtr().to_string(), "tensor([0.1587, 0.5000, 0.9750])");
    /// ```
    ndtr, try_ndtr, [] (x) => {
        let below = x.try_mul(FRAC_1_SQRT_2)?.try_erf()?.try_add(1)?;
        times("MulBackward1", &below, 0.5)
    };
    /// The standard normal number that each share lies below (`torch.special.ndtri`). It undoes [`Tensor::ndtr`].
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0.5, 0.975]).ndtri().to_string(), "tensor([0.0000, 1.9600])");
    /// ```
    ndtri, try_ndtri, [] (x) => function(
        "SpecialNdtriBackward0",
        "ndtri",
        x,
        special::ndtri,
        |_, y| y.try_square()?.try_div(2)?.try_exp()?.try_mul((2. * PI).sqrt()),
    );
    /// The logarithm of [`Tensor::ndtr`], exact far below 0 (`torch.special.log_ndtr`). Floats of 32 or 64 bits;
    /// integers give `f32`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([0., -20.]);
    /// assert_eq!(x.log_ndtr().to_string(), "tensor([  -0.6931, -203.9172])");
    /// assert_eq!(x.ndtr().log().to_string(), "tensor([-0.6931,    -inf])");
    /// ```
    log_ndtr, try_log_ndtr, [] (x) => function(
        "SpecialLogNdtrBackward0",
        "log_ndtr_cpu",
        wide("log_ndtr_cpu", x)?,
        special::log_ndtr,
        |x, _| x.try_mul(-FRAC_1_SQRT_2)?.try_erfcx()?.try_reciprocal()?.try_mul((2. / PI).sqrt()),
    );
    /// `self · ln(other)`, 0 where `self` is 0. `other` is a tensor or a number; the shapes broadcast, and integers
    /// give `f32`. PyTorch: `torch.xlogy`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, y) = (tensor!([0., 2.]), tensor!([0., 3.]));
    /// assert_eq!(x.xlogy(&y).to_string(), "tensor([0.0000, 2.1972])");
    /// assert_eq!((&x * y.log()).to_string(), "tensor([   nan, 2.1972])");
    /// ```
    xlogy, try_xlogy, [xlogy_, try_xlogy_] (x, other: impl crate::Given<Arg>) => x_log(
        ["XlogyBackward0", "XlogyBackward2"],
        x,
        other.into(),
        |x, y| if y.is_nan() { y } else if x == 0. { 0. } else { x * y.ln() },
        |g, x, y, _| {
            let nothing = x.try_eq(0)?.try_logical_and(&y.try_le(0)?)?;
            Ok([nothing.try_where_(0., g.try_mul(y.try_log()?)?)?, g.try_mul(x)?.try_div(y)?])
        },
    );
    /// `self · ln(1 + other)`, 0 where `self` is 0 (`torch.special.xlog1py`). `other` is a tensor or a number; the
    /// shapes broadcast.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let (x, y) = (tensor!([0., 2.]), tensor!([-1., 3.]));
    /// assert_eq!(x.xlog1py(y).to_string(), "tensor([0.0000, 2.7726])");
    /// ```
    xlog1py, try_xlog1py, [] (x, other: impl crate::Given<Arg>) => x_log(
        ["SpecialXlog1PyBackward0", "SpecialXlog1PyBackward2"],
        x,
        other.into(),
        |x, y| if y.is_nan() { y } else if x == 0. { 0. } else { x * y.ln_1p() },
        |g, x, y, _| {
            let nothing = x.try_eq(0)?.try_logical_and(&y.try_le(-1)?)?;
            Ok([nothing.try_where_(0., g.try_mul(y.try_log1p()?)?)?, g.try_mul(x)?.try_div(y.try_add(1)?)?])
        },
    );
    /// Hurwitz's zeta function `Σ (other + k)^-self` (`torch.special.zeta`); no derivative. `other` is a tensor or a
    /// number; with 1 it is Riemann's function.
    ///
    /// ```
    /// use wick::prelude::*;
    /// // The sum of the reciprocal squares, π² / 6.
    /// assert_eq!(tensor!([2., 4.]).zeta(1.).to_string(), "tensor([1.6449, 1.0823])");
    /// ```
    zeta, try_zeta, [] (x, other: impl crate::Given<Arg>)
        => super::arithmetic::operands(&x.detach(), other.into(), Category::Float)?.through("zeta", special::zeta);

    /// What follows the point, with the element's sign. Floats only. PyTorch: `torch.frac`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1.25, -2.5]).frac().to_string(), "tensor([ 0.2500, -0.5000])");
    /// ```
    frac, try_frac, [frac_, try_frac_] (x) => {
        if !x.is_floating_point() {
            return Err(crate::Error::not_implemented("frac_cpu", x.dtype()));
        }
        through("FracBackward0", x, |x| x.try_sub(x.try_trunc()?))
    };
    /// Whether the sign bit is set: of -0 too. The result is `bool`. PyTorch: `torch.signbit`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., 0., -0., -2.]);
    /// assert_eq!(x.signbit().to_string(), "tensor([False, False,  True,  True])");
    /// assert_eq!(x.lt(0).to_string(), "tensor([False, False, False,  True])");
    /// ```
    signbit, try_signbit, [] (x) => {
        let x = x.detach();
        if x.is_floating_point() {
            Tensor::try_ones_like(&x)?.try_copysign(&x)?.try_lt(0)
        } else {
            x.try_lt(0)
        }
    };
    /// Itself (Python's `+a`). Truth values are an error. PyTorch: `torch.positive`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, -2]).positive().to_string(), "tensor([ 1, -2])");
    /// assert!(tensor!([true]).try_positive().is_err());
    /// ```
    positive, try_positive, [] (x) => {
        if x.dtype() == crate::DType::Bool {
            bail!("The `+` operator, on a bool tensor is not supported.");
        }
        Ok(x.clone())
    };
    /// Rounded to a number of decimals; a negative number counts places before the point
    /// (`torch.round(x, decimals=2)`). Halves go to the even digit.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1.234, 125.678]);
    /// assert_eq!(x.round_decimals(1).to_string(), "tensor([  1.2000, 125.7000])");
    /// assert_eq!(x.round_decimals(-1).to_string(), "tensor([  0., 130.])");
    /// ```
    round_decimals, try_round_decimals, [round_decimals_, try_round_decimals_] (x, decimals: i64) => round_decimals(x, decimals);
    /// Degrees as radians. Any shape; integers and truth values give `f32`. PyTorch: `torch.deg2rad`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 90., 180.]).deg2rad().to_string(), "tensor([0.0000, 1.5708, 3.1416])");
    /// ```
    deg2rad, try_deg2rad, [deg2rad_, try_deg2rad_] (x) => times("Deg2RadBackward0", x, PI / 180.);
    /// Radians as degrees. Any shape; integers and truth values give `f32`. PyTorch: `torch.rad2deg`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([0., 1., 3.1416]).rad2deg().to_string(), "tensor([  0.0000,  57.2958, 180.0004])");
    /// ```
    rad2deg, try_rad2deg, [rad2deg_, try_rad2deg_] (x) => times("Rad2DegBackward0", x, 180. / PI);
    /// With 0 for what is not a number, and the largest and smallest finite numbers for infinities. Shape and dtype
    /// stay. PyTorch: `torch.nan_to_num`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., f64::NAN, f64::INFINITY]).nan_to_num();
    /// assert_eq!(x.to_vec1::<f32>(), [1., 0., f32::MAX]);
    /// ```
    nan_to_num, try_nan_to_num, [nan_to_num_, try_nan_to_num_] (x) => without_nan(x, 0., None, None);
    /// [`Tensor::nan_to_num`] with other numbers; `None` stands for the largest or smallest finite one.
    /// PyTorch: `torch.nan_to_num`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    /// assert_eq!(x.nan_to_num_with(0.5, Some(9.), Some(-9.)).to_vec1::<f32>(), [1., 0.5, 9., -9.]);
    /// ```
    nan_to_num_with, try_nan_to_num_with, [nan_to_num_with_, try_nan_to_num_with_] (x, nan: f64, posinf: Option<f64>, neginf: Option<f64>)
        => without_nan(x, nan, posinf, neginf);
    /// Where the element is positive infinity, as `bool`. PyTorch: `torch.isposinf`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., f64::INFINITY, f64::NEG_INFINITY]);
    /// assert_eq!(x.isposinf().to_string(), "tensor([False,  True, False])");
    /// ```
    isposinf, try_isposinf, [] (x) => x.detach().try_eq(f64::INFINITY);
    /// Where the element is negative infinity, as `bool`. PyTorch: `torch.isneginf`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([1., f64::INFINITY, f64::NEG_INFINITY]);
    /// assert_eq!(x.isneginf().to_string(), "tensor([False, False,  True])");
    /// ```
    isneginf, try_isneginf, [] (x) => x.detach().try_eq(f64::NEG_INFINITY);
}
