//! Parameters that are changed by the same options.

use super::options::{Options, Value};
use crate::Tensor;

/// Parameters with options of their own; all others are the optimizer's. A dictionary `{"params": …}` in PyTorch.
///
/// ```
/// use wick::prelude::*;
///
/// let (body, head) = (Linear::new(8, 4), Linear::new(4, 2));
/// let groups = [
///     optim::ParamGroup::new(body.parameters()),
///     optim::ParamGroup::new(head.parameters()).lr(1e-2).option("weight_decay", 0.1),
/// ];
/// let optimizer = optim::SGD::with_groups(groups, 1e-3).momentum(0.9);
/// assert_eq!(optimizer.param_groups()[1].lr, 1e-2);
/// ```
#[derive(Clone)]
pub struct ParamGroup {
    pub(super) parameters: Vec<Tensor>,
    pub(super) own: Options,
}

impl ParamGroup {
    /// A group of parameters with the optimizer's options.
    pub fn new(parameters: impl IntoIterator<Item = Tensor>) -> Self {
        Self {
            parameters: parameters.into_iter().collect(),
            own: Options::default(),
        }
    }

    /// The group with a learning rate of its own.
    pub fn lr(self, lr: f64) -> Self {
        self.option("lr", lr)
    }

    /// The group with an option of its own, by PyTorch's name: `.option("betas", (0.9, 0.95))`.
    pub fn option(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.own.set(name, value);
        self
    }
}

/// What a group of an optimizer is like now: an element of PyTorch's `optimizer.param_groups`.
///
/// ```
/// use wick::prelude::*;
/// let optimizer = optim::Adam::new(Linear::new(2, 1).parameters(), 1e-3);
/// let group = &optimizer.param_groups()[0];
/// assert_eq!((group.params.len(), group.lr), (2, 1e-3));
/// assert_eq!(group.options.pair("betas"), (0.9, 0.999));
/// ```
#[derive(Clone)]
pub struct GroupView {
    /// The parameters.
    pub params: Vec<Tensor>,
    /// The learning rate.
    pub lr: f64,
    /// All options, the learning rate included.
    pub options: Options,
}
