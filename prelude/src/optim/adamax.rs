//! Adamax.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed;
use crate::{Result, Tensor};

optimizer! {
    /// Adam with the largest gradient in the place of squares (Kingma and Ba, 2015): `torch.optim.Adamax`. PyTorch's
    /// default learning rate is 2e-3.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::Adamax::new([w.clone()], 0.1);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([0.8052, 1.8025], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::Adamax::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .betas(0.8, 0.99).eps(1e-6).weight_decay(0.1).maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.0989, 2.0995], requires_grad=True)");
    /// ```
    Adamax(&RULE) {
        /// How much of the running mean of the gradient and of its largest size is kept from step to step; 0.9 and 0.999
        /// at first.
        betas: pair,
        /// What is added to the size, so that nothing is divided by zero; 1e-8 at first.
        eps: number,
        /// How strongly parameters are drawn to zero; 0, not at all, at first.
        weight_decay: number,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

static RULE: Rule = Rule {
    name: "Adamax",
    defaults: &[
        ("lr", Value::Number(2e-3)),
        ("betas", Value::Pair(0.9, 0.999)),
        ("eps", Value::Number(1e-8)),
        ("weight_decay", Value::Int(0)),
        ("foreach", Value::None),
        ("maximize", Value::Bool(false)),
        ("differentiable", Value::Bool(false)),
        ("capturable", Value::Bool(false)),
    ],
    update,
    takes: USUAL,
};

fn update(
    options: &Options,
    parameter: &Tensor,
    gradient: &Tensor,
    memory: &mut Memory,
) -> Result<()> {
    let (beta1, beta2) = options.pair("betas");
    let step = memory.count()?;
    let mean = memory.zeros("exp_avg", parameter)?;
    let largest = memory.zeros("exp_inf", parameter)?;
    let gradient = decayed(options, parameter, gradient)?;
    mean.try_lerp_(&gradient, 1.0 - beta1)?;
    let size = gradient.try_abs()?.try_add_(options.number("eps"))?;
    largest.try_copy_(&largest.try_mul_(beta2)?.try_maximum(size)?)?;
    let rate = options.number("lr") / (1.0 - beta1.powf(step));
    parameter.try_addcdiv_(&mean, &largest, -rate)?;
    Ok(())
}
