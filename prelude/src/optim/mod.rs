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

/// What all optimizers can do.
///
/// Parameters without a gradient are left alone, so a frozen model's parameters may be passed along.
pub trait Optimizer {
    /// Changes every parameter that has a gradient.
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

    /// Forgets the gradients of all parameters.
    fn zero_grad(&self) {
        for group in &self.handle().lock().groups {
            group.parameters.iter().for_each(Tensor::zero_grad);
        }
    }

    /// The learning rate, of the first group if there are several.
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

    /// Adds parameters, with options of their own where they have any.
    ///
    /// # Panics
    /// When a parameter is in another group already, or a value makes no sense.
    #[track_caller]
    fn add_param_group(&self, group: ParamGroup) {
        self.handle().add(group);
    }

    /// What the groups are like now.
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

    /// What the optimizer remembers, and its groups. The tensors are the optimizer's own.
    fn state_dict(&self) -> OptimizerState {
        self.handle().state_dict()
    }

    /// Goes on from what an optimizer of the same kind remembered.
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
