//! RMSprop.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed;
use crate::{Result, Tensor};

optimizer! {
    /// Divides the gradient by a running mean of its size (Hinton's lecture 6e, 2012): `torch.optim.RMSprop`. PyTorch's
    /// default learning rate is 1e-2.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::RMSprop::new([w.clone()], 0.1);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([-3.0028e-10,  5.5099e-01], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::RMSprop::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .alpha(0.9).eps(1e-6).momentum(0.5).centered(true).weight_decay(0.1)
    ///     .maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.3862, 2.3821], requires_grad=True)");
    /// ```
    RMSprop(&RULE) {
        /// How much of the running mean is kept from step to step; 0.99 at first.
        alpha: number,
        /// What is added to the denominator, so that nothing is divided by zero; 1e-8 at first.
        eps: number,
        /// How strongly parameters are drawn to zero; 0, not at all, at first.
        weight_decay: number,
        /// How much of the last step is made again; 0 at first.
        momentum: number,
        /// Whether the gradient is divided by its estimated deviation instead of its size.
        centered: flag,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

static RULE: Rule = Rule {
    name: "RMSprop",
    defaults: &[
        ("lr", Value::Number(1e-2)),
        ("momentum", Value::Int(0)),
        ("alpha", Value::Number(0.99)),
        ("eps", Value::Number(1e-8)),
        ("centered", Value::Bool(false)),
        ("weight_decay", Value::Int(0)),
        ("capturable", Value::Bool(false)),
        ("foreach", Value::None),
        ("maximize", Value::Bool(false)),
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
    let [lr, alpha, momentum] = ["lr", "alpha", "momentum"].map(|name| options.number(name));
    memory.count()?;
    let square = memory.zeros("square_avg", parameter)?;
    // Here, so that what is remembered stands in PyTorch's order.
    let velocity = match momentum > 0.0 {
        true => Some(memory.zeros("momentum_buffer", parameter)?),
        false => None,
    };
    let gradient = decayed(options, parameter, gradient)?;
    square
        .try_mul_(alpha)?
        .try_addcmul_(&gradient, &gradient, 1.0 - alpha)?;
    let size = if options.flag("centered") {
        let mean = memory.zeros("grad_avg", parameter)?;
        mean.try_lerp_(&gradient, 1.0 - alpha)?;
        square.try_addcmul(&mean, &mean, -1.0)?.try_sqrt()?
    } else {
        square.try_sqrt()?
    };
    size.try_add_(options.number("eps"))?;
    if let Some(velocity) = velocity {
        velocity
            .try_mul_(momentum)?
            .try_addcdiv_(&gradient, &size, 1.0)?;
        parameter.try_add_scaled_(&velocity, -lr)?;
    } else {
        parameter.try_addcdiv_(&gradient, &size, -lr)?;
    }
    Ok(())
}
