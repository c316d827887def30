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

mod adam;
mod core;
pub mod lr_scheduler;
mod rmsprop;
mod sgd;

pub use adam::{Adam, AdamW};
pub use rmsprop::RMSprop;
pub use sgd::SGD;

use self::core::Handle;

/// What all optimizers can do.
///
/// Parameters without a gradient are left alone, so a frozen model's parameters may be passed along.
pub trait Optimizer {
    /// Changes every parameter that has a gradient.
    fn step(&self);

    /// Forgets the gradients of all parameters.
    fn zero_grad(&self);

    /// The learning rate, of the first group if there are several.
    fn lr(&self) -> f64;

    /// Sets the learning rate of all groups.
    fn set_lr(&self, lr: f64);

    /// The state, for a schedule to work on.
    #[doc(hidden)]
    fn handle(&self) -> Handle;
}

#[cfg(test)]
mod tests;
