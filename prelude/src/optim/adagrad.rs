//! Adagrad.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed;
use crate::{Result, Tensor};

optimizer! {
    /// Smaller steps where there were large gradients (Duchi and others, 2011): `optim.Adagrad`. PyTorch's default
    /// learning rate is 1e-2.
    Adagrad(&RULE) {
        /// How fast the learning rate falls.
        lr_decay: number,
        /// How strongly parameters are drawn to zero.
        weight_decay: number,
        /// The sum of squares before the first step.
        initial_accumulator_value: number,
        /// What is added to the denominator, so that nothing is divided by zero; 1e-10 at first.
        eps: number,
        /// Whether to go up instead of down.
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
