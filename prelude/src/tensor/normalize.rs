//! Normalization of channels and of last dimensions.

use super::Tensor;
use super::ops::ops;
use crate::autograd::{Ctx, Saved, is_grad_enabled, no_grad, record};
use crate::error::{Result, bail};
use crate::kernels::norm;
use crate::shape::Dims;

/// Numbers of each channel, or `default` for all.
fn numbers(tensor: Option<&Tensor>, channels: usize, default: f64) -> Result<Vec<f64>> {
    match tensor {
        Some(tensor) => tensor.detach().try_to_vec(),
        None => Ok(vec![default; channels]),
    }
}

/// A tensor of one number per channel, in the shape that broadcasts over `[N, C, …]`.
fn over_channels(tensor: &Tensor, rank: usize) -> Result<Tensor> {
    let mut shape = vec![1; rank];
    shape[1] = tensor.numel();
    tensor.try_reshape(shape)
}

#[derive(Clone, Copy)]
struct Options {
    training: bool,
    momentum: f64,
    eps: f64,
}

fn batch_norm(
    x: &Tensor,
    running: (Option<&Tensor>, Option<&Tensor>),
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    options: Options,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let shape = x.shape();
    if shape.rank() < 2 {
        bail!(
            "batch_norm: expected an input of at least two dimensions, got one of shape {}",
            shape.list()
        );
    }
    let channels = shape[1];
    let named = [
        ("running_mean", running.0),
        ("running_var", running.1),
        ("weight", weight),
        ("bias", bias),
    ];
    for (name, tensor) in named {
        if let Some(n) = tensor.map(Tensor::numel)
            && n != channels
        {
            bail!("{name} should contain {channels} elements not {n}");
        }
    }
    let count: usize = shape.numel() / channels.max(1);
    let array = x.array();
    let (mean, variance) = if options.training {
        if count <= 1 {
            return Err(crate::Error::value(format!(
                "Expected more than 1 value per channel when training, got input size {shape}"
            )));
        }
        let (mean, variance) = norm::statistics(&array)?;
        let unbiased: Vec<f64> = variance
            .iter()
            .map(|v| v * count as f64 / (count as f64 - 1.))
            .collect();
        for (running, fresh) in [(running.0, &mean), (running.1, &unbiased)] {
            if let Some(running) = running {
                let fresh = Tensor::from_array(norm::per_channel(
                    fresh,
                    running.dtype(),
                    &running.array(),
                )?);
                no_grad(|| {
                    let kept = running.try_mul(1. - options.momentum)?;
                    running.try_copy_(&kept.try_add(fresh.try_mul(options.momentum)?)?)
                })?;
            }
        }
        (mean, variance)
    } else {
        match running {
            (Some(mean), Some(variance)) => {
                (mean.detach().try_to_vec()?, variance.detach().try_to_vec()?)
            }
            _ => bail!("Expected running_mean and running_var to be defined when training=False"),
        }
    };
    let inverse: Vec<f64> = variance
        .iter()
        .map(|v| 1. / (v + options.eps).sqrt())
        .collect();
    let (gamma, beta) = (numbers(weight, channels, 1.)?, numbers(bias, channels, 0.)?);
    let scale: Vec<f64> = gamma.iter().zip(&inverse).map(|(w, i)| w * i).collect();
    let shift: Vec<f64> = beta
        .iter()
        .zip(&mean)
        .zip(&scale)
        .map(|((b, m), s)| b - m * s)
        .collect();
    let output = Tensor::from_array(norm::affine(&array, &scale, &shift)?);

    let inputs: Vec<&Tensor> = [Some(x), weight, bias].into_iter().flatten().collect();
    let (weighted, biased) = (weight.is_some(), bias.is_some());
    record("NativeBatchNormBackward0", &inputs, output, |_| {
        let mut saved = vec![Saved::input(x)];
        saved.extend(weight.map(Saved::input));
        let statistics = Statistics {
            mean,
            inverse,
            count: count as f64,
            training: options.training,
            eps: options.eps,
        };
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let x = ctx.saved(0)?;
            let weight = if weighted { Some(ctx.saved(1)?) } else { None };
            let (gx, gw, gb) = if is_grad_enabled() {
                statistics.differentiable_gradients(g, &x, weight.as_ref())?
            } else {
                statistics.gradients(g, &x, weight.as_ref())?
            };
            let mut gradients = vec![Some(gx)];
            gradients.extend(weighted.then_some(Some(gw)));
            gradients.extend(biased.then_some(Some(gb)));
            Ok(gradients)
        };
        (saved, backward)
    })
}

/// What the forward pass of a batch normalization leaves for its derivative.
struct Statistics {
    mean: Vec<f64>,
    inverse: Vec<f64>,
    count: f64,
    training: bool,
    eps: f64,
}

impl Statistics {
    /// The gradients of input, scale and shift, in two passes over the numbers.
    fn gradients(
        &self,
        g: &Tensor,
        x: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<(Tensor, Tensor, Tensor)> {
        let (g, x) = (g.array(), x.array());
        let (sums, dots) = norm::gradient_sums(&g, &x, &self.mean, &self.inverse)?;
        let gamma = numbers(weight, self.mean.len(), 1.)?;
        let factors: Vec<[f64; 3]> = (0..self.mean.len())
            .map(|c| {
                let a = gamma[c] * self.inverse[c];
                if !self.training {
                    return [a, 0., 0.];
                }
                // g - mean(g) - normalized * mean(g * normalized), times the scale
                let b = -a * self.inverse[c] * dots[c] / self.count;
                [a, b, -a * sums[c] / self.count]
            })
            .collect();
        let gx = Tensor::from_array(norm::combine(&g, &x, &self.mean, &factors)?);
        let channels = |numbers: &[f64]| {
            Ok::<_, crate::Error>(Tensor::from_array(norm::per_channel(
                numbers,
                x.dtype(),
                &x,
            )?))
        };
        Ok((gx, channels(&dots)?, channels(&sums)?))
    }

    /// The same written in recorded operations, for derivatives of derivatives.
    fn differentiable_gradients(
        &self,
        g: &Tensor,
        x: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<(Tensor, Tensor, Tensor)> {
        let rank = x.dim();
        let dims: Vec<i64> = (0..rank as i64).filter(|&d| d != 1).collect();
        let (centered, inverse) = if self.training {
            let centered = x.try_sub(x.try_mean_dim(&dims, true)?)?;
            let variance = centered.try_square()?.try_mean_dim(&dims, true)?;
            (centered, variance.try_add(self.eps)?.try_rsqrt()?)
        } else {
            let channels = |numbers: &[f64]| {
                over_channels(
                    &Tensor::from_array(norm::per_channel(numbers, x.dtype(), &x.array())?),
                    rank,
                )
            };
            (x.try_sub(channels(&self.mean)?)?, channels(&self.inverse)?)
        };
        let normalized = centered.try_mul(&inverse)?;
        let (sum, dot) = (
            g.try_sum_dim(&dims, true)?,
            g.try_mul(&normalized)?.try_sum_dim(&dims, true)?,
        );
        let scale = match weight {
            Some(weight) => inverse.try_mul(over_channels(weight, rank)?)?,
            None => inverse,
        };
        let inner = if self.training {
            g.try_sub(sum.try_div(self.count)?)?
                .try_sub(normalized.try_mul(dot.try_div(self.count)?)?)?
        } else {
            g.clone()
        };
        Ok((
            inner.try_mul(scale)?,
            dot.try_reshape(-1)?,
            sum.try_reshape(-1)?,
        ))
    }
}

fn layer_norm(
    x: &Tensor,
    shape: &Dims,
    weight: Option<&Tensor>,
    bias: Option<&Tensor>,
    eps: f64,
) -> Result<Tensor> {
    wick_runtime::interrupt::check();
    let normalized_shape = shape.to_shape()?;
    let full = x.shape();
    let Some(split) = full
        .rank()
        .checked_sub(normalized_shape.rank())
        .filter(|&i| full[i..] == normalized_shape[..])
    else {
        bail!(
            "Given normalized_shape={}, expected input with shape [*, {}], but got input of size{}",
            normalized_shape.list(),
            normalized_shape
                .iter()
                .map(usize::to_string)
                .collect::<Vec<_>>()
                .join(", "),
            full.list()
        );
    };
    let dims: Vec<i64> = (split as i64..full.rank() as i64).collect();
    // Mean 0 and variance 1 over the last dimensions.
    let normalize = {
        let dims = dims.clone();
        move |x: &Tensor| -> Result<(Tensor, Tensor)> {
            let centered = x.try_sub(x.try_mean_dim(&dims, true)?)?;
            let inverse = centered
                .try_square()?
                .try_mean_dim(&dims, true)?
                .try_add(eps)?
                .try_rsqrt()?;
            Ok((centered.try_mul(&inverse)?, inverse))
        }
    };
    let dtype = x.dtype();
    let exact = move |tensor: &Tensor| tensor.try_to_dtype(dtype.opmath());
    let output = no_grad(|| {
        let mut y = normalize(&exact(x)?)?.0;
        if let Some(weight) = weight {
            y = y.try_mul(exact(weight)?)?;
        }
        if let Some(bias) = bias {
            y = y.try_add(exact(bias)?)?;
        }
        y.try_to_dtype(dtype)
    })?;
    let inputs: Vec<&Tensor> = [Some(x), weight, bias].into_iter().flatten().collect();
    let (weighted, biased) = (weight.is_some(), bias.is_some());
    record("NativeLayerNormBackward0", &inputs, output, |_| {
        let mut saved = vec![Saved::input(x)];
        saved.extend(weight.map(Saved::input));
        let backward = move |ctx: &Ctx, g: &Tensor| {
            let (y, inverse) = normalize(&exact(&ctx.saved(0)?)?)?;
            let g = &exact(g)?;
            let scaled = if weighted {
                g.try_mul(exact(&ctx.saved(1)?)?)?
            } else {
                g.clone()
            };
            let mean = scaled.try_mean_dim(&dims, true)?;
            let along = scaled.try_mul(&y)?.try_mean_dim(&dims, true)?;
            let gx = scaled
                .try_sub(mean)?
                .try_sub(y.try_mul(along)?)?
                .try_mul(inverse)?;
            let mut gradients = vec![Some(gx)];
            // The engine sums these to the shapes of scale and shift.
            if weighted {
                gradients.push(ctx.when(1, || g.try_mul(&y))?);
            }
            if biased {
                gradients.push(Some(g.clone()));
            }
            Ok(gradients)
        };
        (saved, backward)
    })
}

ops! {
    /// Each channel of `[N, C, …]` with mean 0 and variance 1, then scaled and shifted. PyTorch: `F.batch_norm`.
    ///
    /// In training, mean and variance are those of the batch, and the running ones (changed in place) move towards them
    /// by `momentum`; otherwise the running ones are used. In training, one value per channel is an error.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 10.], [3., 30.]]);
    /// let y = x.batch_norm(None, None, None, None, true, 0.1, 1e-5);
    /// assert_eq!(y.to_string(), "tensor([[-1.0000, -1.0000],\n        [ 1.0000,  1.0000]])");
    /// let (mean, var) = (tensor!([1., 8.]), tensor!([4., 16.]));
    /// let y = x.batch_norm(Some(&mean), Some(&var), None, None, false, 0.1, 0.);
    /// assert_eq!(y.to_string(), "tensor([[0.0000, 0.5000],\n        [1.0000, 5.5000]])");
    /// ```
    batch_norm, try_batch_norm, [] (
        x, running_mean: Option<&Tensor>, running_var: Option<&Tensor>, weight: Option<&Tensor>, bias: Option<&Tensor>,
        training: bool, momentum: f64, eps: f64
    ) => batch_norm(x, (running_mean, running_var), weight, bias, Options { training, momentum, eps });
    /// The last dimensions, of shape `shape`, with mean 0 and variance 1, then scaled and shifted. Each row by itself;
    /// an input that does not end in `shape` is an error. PyTorch: `F.layer_norm`.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let x = tensor!([[1., 3.], [10., 30.]]);
    /// assert_eq!(x.layer_norm(2, None, None, 0.).to_string(), "tensor([[-1.,  1.],\n        [-1.,  1.]])");
    /// ```
    layer_norm, try_layer_norm, [] (
        x, shape: impl crate::Given<Dims>, weight: Option<&Tensor>, bias: Option<&Tensor>, eps: f64
    ) => layer_norm(x, &shape.into(), weight, bias, eps);
}
