//! Optimizers and learning rate schedules: `torch.optim`.
//!
//! ```
//! use wick::prelude::*;
//!
//! let model = Linear::new(2, 1);
//! let optimizer = optim::SGD::new(model.parameters(), 1e-2).momentum(0.9);
//! for _ in 0..3 {
//!     optimizer.zero_grad();
//!     model.forward(&Tensor::ones([4, 2])).square().mean().backward();
//!     optimizer.step();
//! }
//! ```
//!
//! What Python passes by keyword follows the constructor here; defaults are PyTorch's. An optimizer is a handle on its
//! state, so a schedule can change its learning rate: `StepLR::new(&optimizer, 30)`.

mod adadelta;
mod adafactor;
mod adagrad;
mod adam;
mod adamax;
mod asgd;
mod core;
mod group;
mod lbfgs;
pub mod lr_scheduler;
mod memory;
mod muon;
mod nadam;
mod options;
mod radam;
mod rmsprop;
mod rprop;
mod sgd;
mod state;
pub mod swa_utils;

pub use adadelta::Adadelta;
pub use adafactor::Adafactor;
pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW};
pub use adamax::Adamax;
pub use asgd::ASGD;
pub use group::{GroupView, ParamGroup};
pub use lbfgs::LBFGS;
pub use memory::Memory;
pub use muon::Muon;
pub use nadam::NAdam;
pub use options::{Options, Value};
pub use radam::RAdam;
pub use rmsprop::RMSprop;
pub use rprop::Rprop;
pub use sgd::SGD;
pub use state::OptimizerState;

use self::core::Handle;
use crate::autograd::set_grad_enabled;
use crate::error::OrPanic;
use crate::{Result, Tensor};

/// What all optimizers can do. PyTorch: `torch.optim.Optimizer`.
///
/// Parameters without a gradient are left alone, so a frozen model's parameters may be passed along.
///
/// ```
/// use wick::prelude::*;
///
/// let w = tensor!([1., 2.]).requires_grad_(true);
/// let optimizer = optim::SGD::new([w.clone()], 0.1);
/// w.square().sum().backward();
/// optimizer.step();
/// optimizer.zero_grad();
/// let loss = optimizer.step_with(&mut || {
///     let loss = w.square().sum();
///     loss.backward();
///     loss
/// });
/// assert_eq!(loss.to_string(), "tensor(3.2000, grad_fn=<SumBackward0>)");
/// assert_eq!(w.to_vec1::<f32>(), [0.64, 1.28]);
///
/// // The learning rate, of all groups or of one, and further parameters.
/// optimizer.set_lr(0.01);
/// optimizer.add_param_group(optim::ParamGroup::new([Tensor::ones([2]).requires_grad_(true)]));
/// optimizer.set_option(1, "lr", optim::Value::Number(0.5));
/// assert_eq!((optimizer.lr(), optimizer.param_groups()[1].lr), (0.01, 0.5));
///
/// // What a checkpoint keeps.
/// let state = optimizer.state_dict();
/// optimizer.set_lr(1.);
/// optimizer.load_state_dict(&state).unwrap();
/// assert_eq!(optimizer.lr(), 0.01);
/// ```
pub trait Optimizer {
    /// Changes every parameter that has a gradient. PyTorch: `torch.optim.Optimizer.step`.
    #[track_caller]
    fn step(&self) {
        self.handle().step();
    }

    /// Evaluates the loss by `closure`, which also computes the gradients, and changes every parameter: `step(closure)`.
    /// Returns the loss.
    #[track_caller]
    fn step_with(&self, closure: &mut dyn FnMut() -> Tensor) -> Tensor {
        let loss = {
            let _traced = set_grad_enabled(true);
            closure()
        };
        self.step();
        loss
    }

    /// Forgets the gradients of all parameters. PyTorch: `torch.optim.Optimizer.zero_grad`.
    fn zero_grad(&self) {
        for group in &self.handle().lock().groups {
            group.parameters.iter().for_each(Tensor::zero_grad);
        }
    }

    /// The learning rate, of the first group if there are several: `optimizer.param_groups[0]["lr"]` in Python.
    fn lr(&self) -> f64 {
        self.handle().lock().groups[0].options.number("lr")
    }

    /// Sets the learning rate of all groups.
    ///
    /// # Panics
    /// When it is negative.
    #[track_caller]
    fn set_lr(&self, lr: f64) {
        let handle = self.handle();
        let state = &mut handle.lock();
        (state.rule.takes.option)("lr", lr.into()).or_panic();
        for group in &mut state.groups {
            group.options.set("lr", lr);
        }
    }

    /// Adds parameters, with options of their own where they have any. PyTorch:
    /// `torch.optim.Optimizer.add_param_group`.
    ///
    /// # Panics
    /// When a parameter is in another group already, or a value makes no sense.
    #[track_caller]
    fn add_param_group(&self, group: ParamGroup) {
        self.handle().add(group);
    }

    /// What the groups are like now: copies of `optimizer.param_groups` in Python.
    fn param_groups(&self) -> Vec<GroupView> {
        let view = |group: &core::Group| GroupView {
            params: group.parameters.clone(),
            lr: group.options.number("lr"),
            options: group.options.clone(),
        };
        self.handle().lock().groups.iter().map(view).collect()
    }

    /// Sets an option of one group, by PyTorch's name: `optimizer.param_groups[0]["lr"] = 0.1` in Python.
    ///
    /// # Panics
    /// When there is no such group, or the value makes no sense.
    #[track_caller]
    fn set_option(&self, group: usize, name: &'static str, value: Value) {
        let handle = self.handle();
        let state = &mut handle.lock();
        (state.rule.takes.option)(name, value).or_panic();
        let groups = &mut state.groups;
        let count = groups.len();
        match groups.get_mut(group) {
            Some(group) => group.options.set(name, value),
            None => panic!("there is no group {group}: the optimizer has {count}"),
        }
    }

    /// What the optimizer remembers, and its groups. The tensors are the optimizer's own. PyTorch:
    /// `torch.optim.Optimizer.state_dict`.
    fn state_dict(&self) -> OptimizerState {
        self.handle().state_dict()
    }

    /// Goes on from what an optimizer of the same kind remembered. PyTorch: `torch.optim.Optimizer.load_state_dict`.
    ///
    /// # Errors
    /// When the groups are not of the same sizes.
    fn load_state_dict(&self, state: &OptimizerState) -> Result<()> {
        self.handle().load_state_dict(state)
    }

    /// The state, for a schedule to work on.
    #[doc(hidden)]
    fn handle(&self) -> Handle;
}

#[cfg(test)]
mod tests;
