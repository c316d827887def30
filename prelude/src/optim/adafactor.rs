//! Adafactor.

use super::core::{Rule, Takes, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use crate::nn::python;
use crate::{DType, Error, Result, Tensor};

optimizer! {
    /// Steps by the mean size of gradients, of which a matrix remembers only the means of its rows and columns (Shazeer
    /// and Stern, 2018): `torch.optim.Adafactor`. PyTorch's default learning rate is 1e-2, of which a step takes at
    /// most one over the root of its number, times the size of the parameter.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let w = Tensor::ones([3, 4]).requires_grad_(true);
    /// let optimizer = optim::Adafactor::new([w.clone()], 1e-2);
    /// w.square().sum().backward();
    /// optimizer.step();
    /// let (_, memory) = &optimizer.state_dict().state[0];
    /// assert_eq!(memory.get("row_var").unwrap().shape(), [3, 1]);
    /// assert_eq!(memory.get("col_var").unwrap().shape(), [1, 4]);
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let groups = [optim::ParamGroup::new([w.clone()]).lr(5e-3)];
    /// let optimizer = optim::Adafactor::with_groups(groups, 1e-2)
    ///     .beta2_decay(-0.5).eps(None, 1e-2).d(2.).weight_decay(0.1).maximize(true);
    /// assert_eq!(optimizer.param_groups()[0].options.number("d"), 2.);
    /// ```
    Adafactor(&RULE) {
        /// The power of the number of steps by which old squares lose their weight; -0.8 at first.
        beta2_decay: number,
        /// How strongly parameters are drawn to zero; 0, not at all, at first.
        weight_decay: number,
        /// The size at which an update is cut; 1 at first.
        d: number,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

impl Adafactor {
    /// The least root of a mean square, and the least size that a parameter counts with: `eps`. At first the machine's
    /// precision for the parameter's dtype, which is what `None` stands for, and 1e-3.
    ///
    /// # Panics
    /// When one is negative.
    #[track_caller]
    pub fn eps(self, eps1: Option<f64>, eps2: f64) -> Self {
        self.0.set("eps", Value::Epsilons(eps1, eps2));
        self
    }
}

static RULE: Rule = Rule {
    name: "Adafactor",
    defaults: &[
        ("lr", Value::Number(1e-2)),
        ("beta2_decay", Value::Number(-0.8)),
        ("eps", Value::Epsilons(None, 1e-3)),
        ("d", Value::Number(1.0)),
        ("weight_decay", Value::Number(0.0)),
        ("foreach", Value::None),
        ("maximize", Value::Bool(false)),
    ],
    update,
    takes: Takes {
        option: check,
        parameter: |_| Ok(()),
        complex: false,
    },
};

fn check(name: &str, value: Value) -> Result<()> {
    let refused = |sentence: &str, number: f64| {
        let number = python::float(number);
        Err(Error::value(format!("{sentence} but is: {number}")))
    };
    let not = |valid: bool| !valid;
    match (name, value) {
        ("lr", Value::Number(lr)) if not(lr >= 0.0) => refused("Learning rate should be >= 0", lr),
        ("beta2_decay", Value::Number(decay)) if not(decay <= 0.0) => {
            refused("beta2_decay should be <= 0", decay)
        }
        ("eps", Value::Epsilons(Some(eps), _)) if not(eps >= 0.0) => {
            refused("epsilon1 should be >= 0", eps)
        }
        ("eps", Value::Epsilons(_, eps)) if not(eps >= 0.0) => {
            refused("epsilon2 should be >= 0", eps)
        }
        ("d", Value::Number(d)) if not(d >= 1.0) => {
            refused("Clipping threshold d should be >= 1", d)
        }
        ("weight_decay", Value::Number(decay)) if not(decay >= 0.0) => {
            refused("weight_decay should be >= 0", decay)
        }
        _ => Ok(()),
    }
}

/// The distance from 1 to the next number: `torch.finfo(dtype).eps`.
fn precision(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => f64::EPSILON,
        DType::F16 => 2f64.powi(-10),
        DType::BF16 => 2f64.powi(-7),
        _ => f32::EPSILON.into(),
    }
}

fn update(
    options: &Options,
    parameter: &Tensor,
    gradient: &Tensor,
    memory: &mut Memory,
) -> Result<()> {
    let [lr, decay, d, weight_decay] =
        ["lr", "beta2_decay", "d", "weight_decay"].map(|name| options.number(name));
    let (eps1, eps2) = options.epsilons("eps");
    let eps1 = eps1.unwrap_or_else(|| precision(parameter.dtype()));
    let step = memory.count()?;
    let share = step.powf(decay);
    // How large the numbers are: the root of the mean of their squares.
    let size = |x: &Tensor| -> Result<f64> {
        Ok(x.try_norm()?.try_item::<f64>()? / (x.numel() as f64).sqrt())
    };
    let rate = eps2.max(size(parameter)?) * lr.min(1.0 / step.sqrt());
    if weight_decay != 0.0 {
        parameter.try_mul_(1.0 - lr * weight_decay)?;
    }
    let variance = match gradient.dim() {
        0 | 1 => {
            let variance = memory.zeros("variance", gradient)?;
            variance.try_lerp_(&gradient.try_square()?, share)?;
            variance.try_copy()?
        }
        _ => {
            let rows = means(gradient, -1, "row_var", share, memory)?;
            let columns = means(gradient, -2, "col_var", share, memory)?;
            let scale = rows.try_mean_dim(-2, true)?.try_clamp_min(eps1)?;
            rows.try_matmul(&columns)?.try_div_(&scale)?
        }
    };
    let update = variance.try_clamp_min(eps1 * eps1)?.try_rsqrt()?;
    let update = update.try_mul_(gradient)?;
    let cut = (size(&update)? / d).max(1.0);
    parameter.try_add_scaled_(&update, -rate / cut)?;
    Ok(())
}

/// The running means of the squares along a dimension, after a step.
fn means(
    gradient: &Tensor,
    dim: i64,
    name: &str,
    share: f64,
    memory: &mut Memory,
) -> Result<Tensor> {
    let norm = gradient.try_norm_dim(2.0, dim, true)?;
    let mean = norm.try_square()?.try_div(gradient.try_size(dim)? as f64)?;
    let means = memory.tensor(name, || mean.try_zeros_like())?;
    means.try_lerp_(&mean, share)?;
    Ok(means)
}
