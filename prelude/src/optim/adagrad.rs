//! Adagrad.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed;
use crate::{Result, Tensor};

optimizer! {
    /// Smaller steps where there were large gradients (Duchi and others, 2011): `torch.optim.Adagrad`. PyTorch's
    /// default learning rate is 1e-2.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::Adagrad::new([w.clone()], 0.1);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([0.8331, 1.8311], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::Adagrad::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .lr_decay(0.1).eps(1e-8).initial_accumulator_value(1.).weight_decay(0.1)
    ///     .maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.0751, 2.0803], requires_grad=True)");
    /// ```
    Adagrad(&RULE) {
        /// How fast the learning rate falls: it is divided by 1 + (step - 1) * `lr_decay`; 0, not at all, at first.
        lr_decay: number,
        /// How strongly parameters are drawn to zero; 0, not at all, at first.
        weight_decay: number,
        /// The sum of squares before the first step; 0 at first.
        initial_accumulator_value: number,
        /// What is added to the denominator, so that nothing is divided by zero; 1e-10 at first.
        eps: number,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

static RULE: Rule = Rule {
    name: "Adagrad",
    defaults: &[
        ("lr", Value::Number(1e-2)),
        ("lr_decay", Value::Int(0)),
        ("eps", Value::Number(1e-10)),
        ("weight_decay", Value::Int(0)),
        ("initial_accumulator_value", Value::Int(0)),
        ("foreach", Value::None),
        ("maximize", Value::Bool(false)),
        ("differentiable", Value::Bool(false)),
        ("fused", Value::None),
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
    let step = memory.count()?;
    let first = options.number("initial_accumulator_value");
    let sum = memory.tensor("sum", || parameter.try_zeros_like()?.try_fill_(first))?;
    let gradient = decayed(options, parameter, gradient)?;
    let rate = options.number("lr") / (1.0 + (step - 1.0) * options.number("lr_decay"));
    sum.try_addcmul_(&gradient, &gradient, 1.0)?;
    let size = sum.try_sqrt()?.try_add_(options.number("eps"))?;
    parameter.try_addcdiv_(&gradient, &size, -rate)?;
    Ok(())
}
