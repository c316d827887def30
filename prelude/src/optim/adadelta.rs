//! Adadelta.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed;
use crate::{Result, Tensor};

optimizer! {
    /// Steps in the units of the parameters (Zeiler, 2012): `torch.optim.Adadelta`. PyTorch's default learning rate is
    /// 1.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::Adadelta::new([w.clone()], 1.);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([0.9936, 1.9936], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::Adadelta::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.5)], 1.)
    ///     .rho(0.8).eps(0.0001).weight_decay(0.1).maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.0230, 2.0230], requires_grad=True)");
    /// ```
    Adadelta(&RULE) {
        /// How much of the running means of squares is kept from step to step; 0.9 at first.
        rho: number,
        /// What is added to the means, so that nothing is divided by zero; 1e-6 at first.
        eps: number,
        /// How strongly parameters are drawn to zero; 0, not at all, at first.
        weight_decay: number,
        /// Whether to make the loss larger instead of smaller.
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
