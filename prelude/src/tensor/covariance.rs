//! How variables vary together.

use super::Tensor;
use super::ops::ops;
use crate::dtype::DType;
use crate::error::{Result, bail};
use crate::scalar::Arg;

fn table(name: &str, x: &Tensor) -> Result<()> {
    if x.dim() > 2 {
        bail!(
            "{name}(): expected input to have two or fewer dimensions but got an input with {} dimensions",
            x.dim()
        );
    }
    if x.dtype() == DType::Bool {
        bail!("{name}(): bool dtype is not supported for input");
    }
    Ok(())
}

fn one_for_each(name: &str, weights: &Tensor, count: usize) -> Result<()> {
    if weights.dim() > 1 {
        bail!(
            "cov(): expected {name} to have one or fewer dimensions but got {name} with {} dimensions",
            weights.dim()
        );
    }
    if weights.numel() != count {
        bail!(
            "cov(): expected {name} to have the same numel as there are observations in the input but got {} != {count}",
            weights.numel()
        );
    }
    Ok(())
}

fn not_negative(name: &str, weights: &Tensor) -> Result<()> {
    if weights.numel() > 0 && weights.detach().try_min()?.try_item::<f64>()? < 0. {
        bail!("cov(): {name} cannot be negative");
    }
    Ok(())
}

/// Rows are variables, columns are observations.
fn covariance(
    x: &Tensor,
    correction: i64,
    fweights: Option<&Tensor>,
    aweights: Option<&Tensor>,
) -> Result<Tensor> {
    table("cov", x)?;
    let x = if x.dim() < 2 {
        x.try_reshape([1, -1])?
    } else {
        x.clone()
    };
    let count = x.dims()[1];
    if let Some(weights) = fweights {
        one_for_each("fweights", weights, count)?;
        if weights.dtype().is_differentiable() {
            bail!(
                "cov(): expected fweights to have integral dtype but got fweights with {} dtype",
                weights.dtype().scalar_type()
            );
        }
        not_negative("fweights", weights)?;
    }
    if let Some(weights) = aweights {
        one_for_each("aweights", weights, count)?;
        if !weights.is_floating_point() {
            bail!(
                "cov(): expected aweights to have floating point dtype but got aweights with {} dtype",
                weights.dtype().scalar_type()
            );
        }
        not_negative("aweights", weights)?;
    }
    let weights = match (fweights, aweights) {
        (Some(a), Some(b)) => Some(a.try_mul(b)?),
        (one, other) => one.or(other).cloned(),
    };
    let weighted = |x: &Tensor| match &weights {
        Some(weights) => x.try_mul(weights),
        None => Ok(x.clone()),
    };
    let total: Arg = match &weights {
        Some(weights) => weights.try_sum()?.into(),
        None => (count as i64).into(),
    };
    let mean = weighted(&x)?.try_sum_dim(1, true)?.try_div(total.clone())?;
    let apart = x.try_sub(mean)?;
    let product = apart.try_matmul(
        &weighted(&apart)?
            .try_t()?
            .try_conj()?
            .try_to_dtype(apart.dtype())?,
    )?;
    let freedom: Arg = match (total, &weights, aweights) {
        (Arg::Tensor(total), Some(weights), Some(aweights)) if correction != 0 => {
            let lost = weights.try_mul(aweights)?.try_sum()?.try_mul(correction)?;
            total
                .try_sub(lost.try_div(&total)?)?
                .try_clamp_min(0)?
                .into()
        }
        (Arg::Tensor(total), ..) => total.try_sub(correction)?.try_clamp_min(0)?.into(),
        (total, ..) => match total {
            Arg::Scalar(total) => (total.to_i64() - correction).max(0).into(),
            tensor => tensor,
        },
    };
    product.try_div(freedom)?.try_squeeze_all()
}

fn correlation(x: &Tensor) -> Result<Tensor> {
    table("corrcoef", x)?;
    let c = covariance(x, 1, None, None)?;
    if c.dim() == 0 {
        return c.try_div(&c);
    }
    let spread = c.try_diag(0)?.try_real()?.try_sqrt()?;
    let c = c
        .try_div(spread.try_view([-1, 1])?)?
        .try_div(spread.try_view([1, -1])?)?;
    match c.is_complex() {
        true => Tensor::try_complex(
            &c.try_real()?.try_clamp(-1, 1)?,
            &c.try_imag()?.try_clamp(-1, 1)?,
        ),
        false => c.try_clamp(-1, 1),
    }
}

ops! {
    /// The covariances of variables, of which each row holds the observations: `torch.cov`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[0., 1., 2.], [2., 1., 0.]]);
    /// assert_eq!(x.cov().to_vec2::<f32>(), [[1., -1.], [-1., 1.]]);
    /// ```
    cov, try_cov, [] (x) => covariance(x, 1, None, None);
    /// [`Tensor::cov`] with another correction of the count and with weights of the observations. They say how often
    /// each was made (`fweights`, integers) and how much it counts (`aweights`, floats). PyTorch: `torch.cov`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 2., 4.]]);
    /// assert_eq!(x.cov_with(1, Some(&tensor!([2, 1, 1])), None).to_string(), "tensor(2.)");
    /// ```
    cov_with, try_cov_with, [] (x, correction: i64, fweights: Option<&Tensor>, aweights: Option<&Tensor>)
        => covariance(x, correction, fweights, aweights);
    /// The correlations of variables, of which each row holds the observations. `[V, N]` to `[V, V]`. PyTorch:
    /// `torch.corrcoef`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 2., 4.], [1., 3., 4.]]);
    /// assert_eq!(x.corrcoef().to_string(), "tensor([[1.0000, 0.9286],\n        [0.9286, 1.0000]])");
    /// ```
    corrcoef, try_corrcoef, [] (x) => correlation(x);
}
