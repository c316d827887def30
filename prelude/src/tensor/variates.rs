//! Gamma, Dirichlet and binomial numbers whose parameters are said by tensors.

use super::Tensor;
use super::random::like;
use crate::autograd::{Ctx, Saved, no_grad, record_as_is};
use crate::error::{Error, OrPanic, Result, bail};
use crate::kernels::element::with_float;
use crate::kernels::incomplete;
use crate::limits::float_info;
use crate::random::{Real, default_generator};

/// `f` of the numbers of several tensors of one shape, off the tape.
fn numbers_of<const N: usize>(f: fn([f64; N]) -> f64, inputs: [&Tensor; N]) -> Result<Tensor> {
    let mut numbers = Vec::with_capacity(N);
    for input in inputs {
        numbers.push(input.detach().try_to_vec::<f64>()?);
    }
    let each = |at| f(std::array::from_fn(|input| numbers[input][at]));
    like(inputs[0], (0..inputs[0].numel()).map(each).collect())
}

/// Gamma numbers of these shapes and scale 1. They move with their shapes. PyTorch: `torch._standard_gamma`.
pub(crate) fn standard_gamma(alpha: &Tensor) -> Result<Tensor> {
    let drawn = with_float!(alpha.dtype(), "gamma_cpu", T => {
        let tiny = float_info(alpha.dtype())?.tiny;
        let alpha = alpha.detach().try_to_vec::<T>()?;
        let generator = default_generator();
        let mut draws = generator.lock();
        alpha.into_iter().map(|alpha| draws.gamma(alpha).max(tiny)).collect::<Vec<f64>>()
    });
    let drawn = like(alpha, drawn)?;
    record_as_is("StandardGammaBackward0", &[alpha], drawn, |drawn| {
        let saved = vec![Saved::input(alpha), Saved::output(drawn)];
        (saved, |ctx: &Ctx, g: &Tensor| {
            let inputs = [ctx.saved(0)?, ctx.saved(1)?];
            let slopes = no_grad(|| {
                let slope = |[alpha, x]: [f64; 2]| incomplete::gamma_draw_slope(alpha, x);
                numbers_of(slope, [&inputs[0], &inputs[1]])
            })?;
            Ok(vec![Some(g.try_mul(slopes)?)])
        })
    })
}

/// Shares of a whole along the last dimension. They move with their concentrations. PyTorch:
/// `torch._sample_dirichlet` in the autograd function of `torch.distributions.Dirichlet`.
pub(crate) fn sample_dirichlet(concentration: &Tensor) -> Result<Tensor> {
    let gammas = with_float!(concentration.dtype(), "dirichlet", T => {
        let concentration = concentration.detach().try_to_vec::<T>()?;
        let generator = default_generator();
        let mut draws = generator.lock();
        let draw = |alpha: T| draws.gamma(alpha.to_f64()).max(f64::MIN_POSITIVE);
        concentration.into_iter().map(draw).collect::<Vec<f64>>()
    });
    let gammas = Tensor::try_from_vec(gammas, concentration.shape())?;
    let shares = gammas.try_div(gammas.try_sum_dim(-1, true)?)?;
    let info = float_info(concentration.dtype())?;
    let shares = shares
        .try_to_dtype(concentration.dtype())?
        .try_clamp(info.tiny, 1. - info.eps / 2.)?
        .try_to_device(concentration.device())?;
    record_as_is("_DirichletBackward", &[concentration], shares, |shares| {
        let saved = vec![Saved::input(concentration), Saved::output(shares)];
        (saved, |ctx: &Ctx, g: &Tensor| {
            let (concentration, x) = (ctx.saved(0)?.detach(), ctx.saved(1)?.detach());
            let total = concentration.try_sum_dim(-1, true)?;
            let total = total.try_expand(concentration.shape())?;
            let slope = |[x, a, total]: [f64; 3]| incomplete::beta_draw_slope(a, total - a, x);
            let slopes = numbers_of(slope, [&x, &concentration, &total])?;
            let centred = g.try_sub(x.try_mul(g)?.try_sum_dim(-1, true)?)?;
            Ok(vec![Some(slopes.try_mul(centred)?)])
        })
    })
}

fn binomial(count: &Tensor, prob: &Tensor) -> Result<Tensor> {
    for (name, x) in [("count", count), ("prob", prob)] {
        if !x.dtype().is_floating_point() {
            return Err(Error::value(format!(
                "binomial only supports floating-point dtypes for {name}, got: {}",
                x.dtype().scalar_type()
            )));
        }
    }
    if count.dtype() != prob.dtype() {
        bail!(
            "Found dtype {} but expected {}",
            prob.dtype().scalar_type(),
            count.dtype().scalar_type()
        );
    }
    let shape = crate::shape::broadcast(&count.dims(), &prob.dims())?;
    let [count, prob] = [count, prob].map(|x| x.detach().try_expand(&shape));
    let (count, prob) = (count?, prob?);
    let [counts, probs] = [&count, &prob].map(|x| x.try_to_vec::<f64>());
    let generator = default_generator();
    let mut draws = generator.lock();
    let drawn = counts?
        .into_iter()
        .zip(probs?)
        .map(|(count, prob)| draws.binomial(count, prob))
        .collect();
    like(&count, drawn)
}

impl Tensor {
    /// How many of as many trials as each number of `count` says succeed, each with the probability of `prob`. Both are
    /// of one dtype of floats; shapes broadcast. PyTorch: `torch.binomial`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// manual_seed(0);
    /// let heads = Tensor::binomial(&tensor!([10., 100.]), &tensor!(0.5));
    /// assert_eq!(heads.to_string(), "tensor([ 7., 51.])");
    /// ```
    ///
    /// # Panics
    /// When the dtypes differ or are none of floats, or the shapes do not broadcast.
    #[track_caller]
    pub fn binomial(count: &Tensor, prob: &Tensor) -> Tensor {
        Self::try_binomial(count, prob).or_panic()
    }

    /// Like [`Tensor::binomial`]. Fails where that panics.
    pub fn try_binomial(count: &Tensor, prob: &Tensor) -> Result<Tensor> {
        binomial(count, prob)
    }
}
