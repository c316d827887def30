//! Adam and AdamW.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use super::sgd::decayed_apart;
use crate::{Result, Tensor};

optimizer! {
    /// Adam (Kingma and Ba, 2015): `torch.optim.Adam`. PyTorch's default learning rate is 1e-3. Weight decay is added
    /// to the gradient.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::Adam::new([w.clone()], 0.1);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([0.8004, 1.8002], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::Adam::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .betas(0.8, 0.99).eps(1e-6).weight_decay(0.1).amsgrad(true)
    ///     .decoupled_weight_decay(true).maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.0899, 2.0798], requires_grad=True)");
    /// ```
    Adam(&ADAM) {
        /// How much of the running means of the gradient and of its square is kept from step to step; 0.9 and 0.999 at
        /// first.
        betas: pair,
        /// What is added to the denominator, so that nothing is divided by zero; 1e-8 at first.
        eps: number,
        /// How strongly parameters are drawn to zero; 0, not at all, at first.
        weight_decay: number,
        /// Whether the largest mean of squares so far counts (Reddi and others, 2018); it does not at first.
        amsgrad: flag,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
        /// Whether weight decay is apart from the gradient, as in AdamW.
        decoupled_weight_decay: flag,
    }
}

optimizer! {
    /// Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019): `torch.optim.AdamW`. PyTorch's
    /// default learning rate is 1e-3.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::AdamW::new([w.clone()], 0.1);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([0.7985, 1.7963], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::AdamW::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .betas(0.8, 0.99).eps(1e-6).weight_decay(0.1).amsgrad(true).maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.0899, 2.0798], requires_grad=True)");
    /// ```
    AdamW(&ADAMW) {
        /// How much of the running means of the gradient and of its square is kept from step to step; 0.9 and 0.999 at
        /// first.
        betas: pair,
        /// What is added to the denominator, so that nothing is divided by zero; 1e-8 at first.
        eps: number,
        /// How strongly parameters are drawn to zero; 0.01 at first.
        weight_decay: number,
        /// Whether the largest mean of squares so far counts (Reddi and others, 2018); it does not at first.
        amsgrad: flag,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

/// The options of both, which differ in their weight decay.
const fn defaults(decay: Value, decoupled: bool) -> [(&'static str, Value); 11] {
    [
        ("lr", Value::Number(1e-3)),
        ("betas", Value::Pair(0.9, 0.999)),
        ("eps", Value::Number(1e-8)),
        ("weight_decay", decay),
        ("amsgrad", Value::Bool(false)),
        ("maximize", Value::Bool(false)),
        ("foreach", Value::None),
        ("capturable", Value::Bool(false)),
        ("differentiable", Value::Bool(false)),
        ("fused", Value::None),
        ("decoupled_weight_decay", Value::Bool(decoupled)),
    ]
}

static ADAM: Rule = Rule {
    name: "Adam",
    defaults: &defaults(Value::Int(0), false),
    update,
    takes: USUAL,
};

static ADAMW: Rule = Rule {
    name: "AdamW",
    defaults: &defaults(Value::Number(1e-2), true),
    update,
    takes: USUAL,
};

/// The running means of a gradient and of its square, after a step.
pub(super) fn moments(
    options: &Options,
    parameter: &Tensor,
    gradient: &Tensor,
    memory: &mut Memory,
) -> Result<(Tensor, Tensor)> {
    let (beta1, beta2) = options.pair("betas");
    let mean = memory.zeros("exp_avg", parameter)?;
    let square = memory.zeros("exp_avg_sq", parameter)?;
    mean.try_lerp_(gradient, 1.0 - beta1)?;
    square
        .try_mul_(beta2)?
        .try_addcmul_(gradient, gradient, 1.0 - beta2)?;
    Ok((mean, square))
}

fn update(
    options: &Options,
    parameter: &Tensor,
    gradient: &Tensor,
    memory: &mut Memory,
) -> Result<()> {
    let ((beta1, beta2), lr) = (options.pair("betas"), options.number("lr"));
    let step = memory.count()?;
    let gradient = decayed_apart(options, parameter, gradient)?;
    let (mean, mut square) = moments(options, parameter, &gradient, memory)?;
    if options.flag("amsgrad") {
        let largest = memory.zeros("max_exp_avg_sq", parameter)?;
        square = largest.try_copy_(&largest.try_maximum(&square)?)?;
    }
    let correction = |beta: f64| 1.0 - beta.powf(step);
    let denominator = square
        .try_sqrt()?
        .try_div_(correction(beta2).sqrt())?
        .try_add_(options.number("eps"))?;
    parameter.try_addcdiv_(&mean, &denominator, -(lr / correction(beta1)))?;
    Ok(())
}
