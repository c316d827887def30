//! Adadelta.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed;
use crate::{Result, Tensor};

optimizer! {
    /// Steps in the units of the parameters (Zeiler, 2012): `optim.Adadelta`. PyTorch's default learning rate is 1.
    Adadelta(&RULE) {
        /// How much of the running means of squares is kept from step to step; 0.9 at first.
        rho: number,
        /// What is added to the means, so that nothing is divided by zero; 1e-6 at first.
        eps: number,
        /// How strongly parameters are drawn to zero.
        weight_decay: number,
        /// Whether to go up instead of down.
        maximize: flag,
    }
}

static RULE: Rule = Rule {
    name: "Adadelta",
    defaults: &[
        ("lr", Value::Number(1.0)),
        ("rho", Value::Number(0.9)),
        ("eps", Value::Number(1e-6)),
        ("weight_decay", Value::Int(0)),
        ("maximize", Value::Bool(false)),
        ("capturable", Value::Bool(false)),
        ("foreach", Value::None),
        ("differentiable", Value::Bool(false)),
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
    let (rho, eps) = (options.number("rho"), options.number("eps"));
    memory.count()?;
    let square = memory.zeros("square_avg", parameter)?;
    let steps = memory.zeros("acc_delta", parameter)?;
    let gradient = decayed(options, parameter, gradient)?;
    square
        .try_mul_(rho)?
        .try_addcmul_(&gradient, &gradient, 1.0 - rho)?;
    let size = square.try_add(eps)?.try_sqrt()?;
    let change = steps
        .try_add(eps)?
        .try_sqrt()?
        .try_div_(&size)?
        .try_mul_(&gradient)?;
    steps
        .try_mul_(rho)?
        .try_addcmul_(&change, &change, 1.0 - rho)?;
    parameter.try_add_scaled_(&change, -options.number("lr"))?;
    Ok(())
}
