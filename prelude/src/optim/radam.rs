//! Rectified Adam.

use super::adam::moments;
use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed_apart;
use crate::{Result, Tensor};

optimizer! {
    /// Adam whose first steps do not trust a mean of few squares (Liu and others, 2020): `torch.optim.RAdam`. PyTorch's
    /// default learning rate is 1e-3.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::RAdam::new([w.clone()], 0.1);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([0.6211, 1.2421], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::RAdam::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .betas(0.8, 0.99).eps(1e-6).weight_decay(0.1).decoupled_weight_decay(true)
    ///     .maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.1948, 2.3896], requires_grad=True)");
    /// ```
    RAdam(&RULE) {
        /// How much of the running means of the gradient and of its square is kept from step to step; 0.9 and 0.999 at
        /// first.
        betas: pair,
        /// What is added to the denominator, so that nothing is divided by zero; 1e-8 at first.
        eps: number,
        /// How strongly parameters are drawn to zero; 0, not at all, at first.
        weight_decay: number,
        /// Whether weight decay is apart from the gradient.
        decoupled_weight_decay: flag,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

static RULE: Rule = Rule {
    name: "RAdam",
    defaults: &[
        ("lr", Value::Number(1e-3)),
        ("betas", Value::Pair(0.9, 0.999)),
        ("eps", Value::Number(1e-8)),
        ("weight_decay", Value::Int(0)),
        ("maximize", Value::Bool(false)),
        ("foreach", Value::None),
        ("capturable", Value::Bool(false)),
        ("differentiable", Value::Bool(false)),
        ("decoupled_weight_decay", Value::Bool(false)),
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
    let gradient = decayed_apart(options, parameter, gradient)?;
    let (mean, square) = moments(options, parameter, &gradient, memory)?;
    let (correction1, correction2) = (1.0 - beta1.powf(step), 1.0 - beta2.powf(step));
    let mut change = mean.try_div(correction1)?.try_mul(lr)?;
    // How many squares the mean is made of, in the long run and now.
    let most = 2.0 / (1.0 - beta2) - 1.0;
    let now = most - 2.0 * step * beta2.powf(step) / correction2;
    if now > 5.0 {
        let rectified =
            ((now - 4.0) * (now - 2.0) * most / ((most - 4.0) * (most - 2.0) * now)).sqrt();
        let adaptive = square
            .try_sqrt()?
            .try_add_(options.number("eps"))?
            .try_rdiv(correction2.sqrt())?;
        change = change.try_mul(adaptive)?.try_mul(rectified)?;
    }
    parameter.try_add_scaled_(&change, -1.0)?;
    Ok(())
}
