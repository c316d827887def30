//! Stochastic gradient descent.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use crate::{Error, Result, Tensor};

optimizer! {
    /// Stochastic gradient descent, with momentum if wanted: `torch.optim.SGD`. PyTorch's default learning rate is
    /// 1e-3.
    ///
    /// ```
    /// use wick::prelude::*;
    ///
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::SGD::new([w.clone()], 0.1).momentum(0.9);
    /// w.square().sum().backward();
    /// optimizer.step();
    /// assert_eq!(w.to_string(), "tensor([0.8000, 1.6000], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own. `nesterov(true)` needs
    /// // a dampening of 0.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::SGD::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .dampening(0.5).momentum(0.9).weight_decay(0.1).maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.2325, 2.4650], requires_grad=True)");
    /// ```
    SGD(&RULE) {
        /// How much of the last step is made again; 0 at first.
        momentum: number,
        /// How much less a gradient counts in the momentum; 0 at first.
        dampening: number,
        /// How strongly parameters are drawn to zero; 0, not at all, at first.
        weight_decay: number,
        /// Whether the gradient is taken where the momentum leads (Nesterov's method).
        nesterov: flag,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

static RULE: Rule = Rule {
    name: "SGD",
    defaults: &[
        ("lr", Value::Number(1e-3)),
        ("momentum", Value::Int(0)),
        ("dampening", Value::Int(0)),
        ("weight_decay", Value::Int(0)),
        ("nesterov", Value::Bool(false)),
        ("maximize", Value::Bool(false)),
        ("foreach", Value::None),
        ("differentiable", Value::Bool(false)),
        ("fused", Value::None),
    ],
    update: descend,
    takes: USUAL,
};

fn descend(
    options: &Options,
    parameter: &Tensor,
    gradient: &Tensor,
    memory: &mut Memory,
) -> Result<()> {
    let [lr, momentum, dampening] =
        ["lr", "momentum", "dampening"].map(|name| options.number(name));
    let nesterov = options.flag("nesterov");
    if nesterov && (momentum <= 0.0 || dampening != 0.0) {
        return Err(Error::value(
            "Nesterov momentum requires a momentum and zero dampening",
        ));
    }
    let mut gradient = decayed(options, parameter, gradient)?;
    if momentum != 0.0 {
        let velocity = match memory.get("momentum_buffer") {
            Some(velocity) => velocity
                .try_mul_(momentum)?
                .try_add_scaled_(&gradient, 1.0 - dampening)?,
            // The first step's momentum is the gradient, not dampened.
            None => memory.tensor("momentum_buffer", || gradient.detach().try_copy())?,
        };
        gradient = match nesterov {
            true => gradient.try_add_scaled(&velocity, momentum)?,
            false => velocity,
        };
    }
    parameter.try_add_scaled_(&gradient, -lr)?;
    Ok(())
}

/// The gradient with what draws the parameter to zero.
pub(super) fn decayed(options: &Options, parameter: &Tensor, gradient: &Tensor) -> Result<Tensor> {
    match options.number("weight_decay") {
        0.0 => Ok(gradient.clone()),
        decay => gradient.try_add_scaled(parameter, decay),
    }
}

/// The same where the decay may be apart from the gradient.
pub(super) fn decayed_apart(
    options: &Options,
    parameter: &Tensor,
    gradient: &Tensor,
) -> Result<Tensor> {
    if !options.flag("decoupled_weight_decay") {
        return decayed(options, parameter, gradient);
    }
    let decay = options.number("weight_decay");
    if decay != 0.0 {
        parameter.try_mul_(1.0 - options.number("lr") * decay)?;
    }
    Ok(gradient.clone())
}
