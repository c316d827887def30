//! Adam with Nesterov's momentum.

use super::adam::moments;
use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed_apart;
use crate::{Result, Tensor};

optimizer! {
    /// Adam with Nesterov's momentum (Dozat, 2016): `torch.optim.NAdam`. PyTorch's default learning rate is 2e-3.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::NAdam::new([w.clone()], 0.1);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([0.8200, 1.8179], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::NAdam::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .betas(0.8, 0.99).eps(1e-6).momentum_decay(0.01).weight_decay(0.1)
    ///     .decoupled_weight_decay(true).maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.0888, 2.0783], requires_grad=True)");
    /// ```
    NAdam(&RULE) {
        /// How much of the running means of the gradient and of its square is kept from step to step; 0.9 and 0.999 at
        /// first.
        betas: pair,
        /// What is added to the denominator, so that nothing is divided by zero; 1e-8 at first.
        eps: number,
        /// How strongly parameters are drawn to zero; 0, not at all, at first.
        weight_decay: number,
        /// How fast the momentum grows to its full size; 4e-3 at first.
        momentum_decay: number,
        /// Whether weight decay is apart from the gradient.
        decoupled_weight_decay: flag,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

static RULE: Rule = Rule {
    name: "NAdam",
    defaults: &[
        ("lr", Value::Number(2e-3)),
        ("betas", Value::Pair(0.9, 0.999)),
        ("eps", Value::Number(1e-8)),
        ("weight_decay", Value::Int(0)),
        ("momentum_decay", Value::Number(4e-3)),
        ("decoupled_weight_decay", Value::Bool(false)),
        ("maximize", Value::Bool(false)),
        ("foreach", Value::None),
        ("capturable", Value::Bool(false)),
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
    let ((beta1, beta2), lr) = (options.pair("betas"), options.number("lr"));
    let step = memory.count()?;
    let product = memory.number("mu_product", 1.0)?;
    let gradient = decayed_apart(options, parameter, gradient)?;
    let momentum =
        |step: f64| beta1 * (1.0 - 0.5 * 0.96f64.powf(step * options.number("momentum_decay")));
    let (now, next) = (momentum(step), momentum(step + 1.0));
    let product: f64 = product.try_mul_(now)?.try_item()?;
    let (mean, square) = moments(options, parameter, &gradient, memory)?;
    let denominator = square
        .try_div(1.0 - beta2.powf(step))?
        .try_sqrt()?
        .try_add_(options.number("eps"))?;
    let of_gradient = -lr * (1.0 - now) / (1.0 - product);
    let of_mean = (-lr * next) / (1.0 - product * next);
    parameter
        .try_addcdiv_(&gradient, &denominator, of_gradient)?
        .try_addcdiv_(&mean, &denominator, of_mean)?;
    Ok(())
}
