//! Rprop.

use super::core::{Rule, USUAL, optimizer};
use super::memory::Memory;
use super::options::{Options, Value};
use crate::{Result, Tensor};

optimizer! {
    /// Steps that know only the signs of gradients (Riedmiller and Braun, 1993): `torch.optim.Rprop`. PyTorch's default
    /// learning rate, the first size of steps, is 1e-2.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let w = tensor!([1., 2.]).requires_grad_(true);
    /// let optimizer = optim::Rprop::new([w.clone()], 0.1);
    /// for _ in 0..2 {
    ///     optimizer.zero_grad();
    ///     w.square().sum().backward();
    ///     optimizer.step();
    /// }
    /// assert_eq!(w.to_string(), "tensor([0.7800, 1.7800], requires_grad=True)");
    ///
    /// // Python's keyword arguments are methods here, and a group may have options of its own.
    /// let v = tensor!([1., 2.]).requires_grad_(true);
    /// let up = optim::Rprop::with_groups([optim::ParamGroup::new([v.clone()]).lr(0.05)], 0.1)
    ///     .etas(0.4, 1.5).step_sizes(0.0001, 10.).maximize(true);
    /// for _ in 0..2 {
    ///     up.zero_grad();
    ///     v.square().sum().backward();
    ///     up.step();
    /// }
    /// assert_eq!(v.to_string(), "tensor([1.1250, 2.1250], requires_grad=True)");
    /// ```
    Rprop(&RULE) {
        /// By how much steps shrink where a sign has changed, and grow where not; 0.5 and 1.2 at first.
        etas: pair,
        /// The smallest and the largest size of steps; 1e-6 and 50 at first.
        step_sizes: pair,
        /// Whether to make the loss larger instead of smaller.
        maximize: flag,
    }
}

static RULE: Rule = Rule {
    name: "Rprop",
    defaults: &[
        ("lr", Value::Number(1e-2)),
        ("etas", Value::Pair(0.5, 1.2)),
        ("step_sizes", Value::Pair(1e-6, 50.0)),
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
    let ((shrink, grow), (least, most)) = (options.pair("etas"), options.pair("step_sizes"));
    memory.count()?;
    let before = memory.zeros("prev", parameter)?;
    let first = options.number("lr");
    let size = memory.tensor("step_size", || parameter.try_zeros_like()?.try_fill_(first))?;
    let sign = gradient.try_mul(&before)?.try_sign()?;
    let (same, turned) = (sign.try_gt(0)?, sign.try_lt(0)?);
    let ones = sign.try_ones_like()?;
    let factor = ones
        .try_masked_fill(&same, grow)?
        .try_masked_fill(&turned, shrink)?;
    size.try_mul_(&factor)?.try_clamp_(least, most)?;
    let gradient = gradient.try_masked_fill(&turned, 0)?;
    parameter.try_addcmul_(&gradient.try_sign()?, &size, -1.0)?;
    before.try_copy_(&gradient)?;
    Ok(())
}
