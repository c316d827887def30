//! Muon.

use super::core::{Rule, Takes, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use crate::nn::python;
use crate::{DType, Error, Result, Tensor};

optimizer! {
    /// Steps along the matrix whose directions are those of the momentum, all of about the same size (Jordan and
    /// others, 2024): `torch.optim.Muon`, for the matrices of hidden layers. PyTorch's default learning rate is 1e-3.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let net = Sequential::new((Linear::new(8, 16), ReLU::new(), Linear::new(16, 2)));
    /// let (matrices, others): (Vec<_>, Vec<_>) = net.parameters().into_iter().partition(|p| p.dim() == 2);
    /// let (muon, adamw) = (optim::Muon::new(matrices, 0.02), optim::AdamW::new(others, 3e-4));
    /// net.forward(&Tensor::rand([4, 8])).square().mean().backward();
    /// muon.step();
    /// adamw.step();
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let groups = [optim::ParamGroup::new([Tensor::ones([2, 3]).requires_grad_(true)]).lr(1e-2)];
    /// let muon = optim::Muon::with_groups(groups, 1e-3)
    ///     .weight_decay(0.).momentum(0.9).nesterov(false).eps(1e-8).ns_steps(3)
    ///     .ns_coefficients(2., -1.5, 0.5).adjust_lr_fn("match_rms_adamw");
    /// assert_eq!(muon.param_groups()[0].options.triple("ns_coefficients"), (2., -1.5, 0.5));
    /// ```
    Muon(&RULE) {
        /// How strongly parameters are drawn to zero; 0.1 at first.
        weight_decay: number,
        /// How much of the running mean of gradients is kept from step to step; 0.95 at first.
        momentum: number,
        /// Whether the gradient is taken where the momentum leads (Nesterov's method), as it is at first.
        nesterov: flag,
        /// The least norm that is divided by; 1e-7 at first.
        eps: number,
        /// How many times the polynomial is applied; 5 at first.
        ns_steps: count,
    }
}

impl Muon {
    /// The coefficients of the polynomial `a x + b x³ + c x⁵` that brings singular values near 1: `ns_coefficients`. At
    /// first 3.4445, -4.775 and 2.0315.
    #[track_caller]
    pub fn ns_coefficients(self, a: f64, b: f64, c: f64) -> Self {
        self.0.set("ns_coefficients", Value::Triple(a, b, c));
        self
    }

    /// How the learning rate goes with the shape of a matrix `[a, b]`: `"original"`, which is taken at first, multiplies
    /// it by `√max(1, a / b)`, `"match_rms_adamw"` by `0.2 √max(a, b)`, `"spectral_unclamped"` by `√(a / b)`.
    ///
    /// # Panics
    /// When it is anything else.
    #[track_caller]
    pub fn adjust_lr_fn(self, adjust_lr_fn: &'static str) -> Self {
        self.0.set("adjust_lr_fn", Value::Text(adjust_lr_fn));
        self
    }
}

static RULE: Rule = Rule {
    name: "Muon",
    defaults: &[
        ("lr", Value::Number(1e-3)),
        ("weight_decay", Value::Number(0.1)),
        ("momentum", Value::Number(0.95)),
        ("nesterov", Value::Bool(true)),
        ("ns_coefficients", Value::Triple(3.4445, -4.7750, 2.0315)),
        ("eps", Value::Number(1e-7)),
        ("ns_steps", Value::Int(5)),
        ("adjust_lr_fn", Value::None),
    ],
    update,
    takes: Takes {
        option: check,
        parameter,
        complex: false,
    },
};

fn check(name: &str, value: Value) -> Result<()> {
    let word = match (name, value) {
        ("lr", Value::Number(_)) => "Learning rate",
        ("momentum", Value::Number(_)) => "momentum",
        ("weight_decay", Value::Number(_)) => "weight decay",
        ("adjust_lr_fn", Value::Text(text))
            if !["original", "match_rms_adamw", "spectral_unclamped"].contains(&text) =>
        {
            return Err(Error::value(format!(
                "Adjust learning rate function {text} is not supported"
            )));
        }
        _ => return Ok(()),
    };
    match value {
        Value::Number(number) if number.is_nan() || number < 0.0 => Err(Error::value(format!(
            "{word} should be >= 0 but is: {}",
            python::float(number)
        ))),
        _ => Ok(()),
    }
}

fn parameter(parameter: &Tensor) -> Result<()> {
    match parameter.dim() {
        2 => Ok(()),
        _ => Err(Error::value(format!(
            "Muon only supports 2D parameters whereas we found a parameter with size: {}",
            parameter.shape()
        ))),
    }
}

fn update(
    options: &Options,
    parameter: &Tensor,
    gradient: &Tensor,
    memory: &mut Memory,
) -> Result<()> {
    let [lr, momentum, decay] = ["lr", "momentum", "weight_decay"].map(|name| options.number(name));
    let mean = memory.zeros("momentum_buffer", gradient)?;
    mean.try_lerp_(gradient, 1.0 - momentum)?;
    let direction = match options.flag("nesterov") {
        true => gradient.try_lerp(&mean, momentum)?,
        false => mean,
    };
    let direction = orthogonal(&direction, options)?;
    parameter.try_mul_(1.0 - lr * decay)?;
    let rate = lr * ratio(options.text("adjust_lr_fn"), parameter);
    parameter.try_add_scaled_(&direction.try_to_dtype(parameter.dtype())?, -rate)?;
    Ok(())
}

/// How much larger the learning rate is for a matrix of this shape.
fn ratio(rule: Option<&str>, matrix: &Tensor) -> f64 {
    let [rows, columns] = [0, 1].map(|dim| matrix.size(dim) as f64);
    match rule {
        Some("match_rms_adamw") => 0.2 * rows.max(columns).sqrt(),
        Some("spectral_unclamped") => (rows / columns).sqrt(),
        _ => (rows / columns).max(1.0).sqrt(),
    }
}

/// The matrix with all singular values near 1, by Newton and Schulz's iteration. Each result is rounded to brain floats,
/// in which PyTorch computes.
fn orthogonal(matrix: &Tensor, options: &Options) -> Result<Tensor> {
    let steps = options.number("ns_steps");
    if steps >= 100.0 {
        return Err(Error::value(
            "Number of steps must be less than 100 for computational efficiency",
        ));
    }
    let (a, b, c) = options.triple("ns_coefficients");
    let rounded = |x: &Tensor| x.try_to_dtype(DType::BF16)?.try_to_dtype(DType::F32);
    let tall = matrix.size(0) > matrix.size(1);
    let turned = |x: Tensor| if tall { x.try_t() } else { Ok(x) };
    let mut x = turned(rounded(&matrix.detach())?)?;
    // Then the largest singular value is at most 1.
    let norm = rounded(&rounded(&x.try_norm()?)?.try_clamp_min(options.number("eps"))?)?;
    x = rounded(&x.try_div(&norm)?)?;
    for _ in 0..steps as usize {
        let gram = rounded(&x.try_matmul(&x.try_t()?)?)?;
        let square = gram.try_matmul(&gram)?;
        let bend = rounded(&gram.try_mul(b)?.try_add_scaled(&square, c)?)?;
        x = rounded(&x.try_mul(a)?.try_add(bend.try_matmul(&x)?)?)?;
    }
    turned(x)
}
