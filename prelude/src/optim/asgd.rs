//! Averaged stochastic gradient descent.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed;
use crate::{Result, Tensor};

optimizer! {
    /// Gradient descent that also keeps the mean of where it was (Polyak and Juditsky, 1992): `torch.optim.ASGD`.
    /// PyTorch's default learning rate is 1e-2; the mean is `ax` in what is remembered of a parameter.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::ASGD::new([w.clone()], 0.1);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([0.6400, 1.2800], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::ASGD::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .lambd(0.001).alpha(0.5).t0(100.).weight_decay(0.1).maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.1989, 2.3978], requires_grad=True)");
    /// ```
    ASGD(&RULE) {
        /// How strongly parameters are drawn to zero by the method itself; 1e-4 at first.
        lambd: number,
        /// The power by which the learning rate falls; 0.75 at first.
        alpha: number,
        /// The step after which the mean begins; 1e6 at first.
        t0: number,
        /// How strongly parameters are drawn to zero by the gradient; 0, not at all, at first.
        weight_decay: number,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

static RULE: Rule = Rule {
    name: "ASGD",
    defaults: &[
        ("lr", Value::Number(1e-2)),
        ("lambd", Value::Number(1e-4)),
        ("alpha", Value::Number(0.75)),
        ("t0", Value::Number(1e6)),
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
    let [lr, lambd, alpha, t0] = ["lr", "lambd", "alpha", "t0"].map(|name| options.number(name));
    let step = memory.count()?;
    // Both are kept as floats of the default dtype, as in PyTorch.
    let (rate, share) = (memory.number("eta", lr)?, memory.number("mu", 1.0)?);
    let mean = memory.zeros("ax", parameter)?;
    let gradient = decayed(options, parameter, gradient)?;
    let eta: f64 = rate.try_item()?;
    parameter
        .try_mul_(1.0 - lambd * eta)?
        .try_add_scaled_(&gradient, -eta)?;
    let mu: f64 = share.try_item()?;
    if mu == 1.0 {
        mean.try_copy_(parameter)?;
    } else {
        mean.try_add_(parameter.try_sub(&mean)?.try_mul_(mu)?)?;
    }
    rate.try_fill_(lr / (1.0 + lambd * lr * step).powf(alpha))?;
    share.try_fill_(1.0 / (step - t0).max(1.0))?;
    Ok(())
}
