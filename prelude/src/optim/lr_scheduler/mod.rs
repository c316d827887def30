//! Learning rates that change while training: `torch.optim.lr_scheduler`.
//!
//! ```
//! use wick::prelude::*;
//!
//! let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 0.1);
//! let scheduler = optim::lr_scheduler::StepLR::new(&optimizer, 2).gamma(0.5);
//! for _epoch in 0..2 {
//!     optimizer.step();
//!     scheduler.step();
//! }
//! assert_eq!(optimizer.lr(), 0.05);
//! ```

mod cosine;
mod one_cycle;
mod schedule;
mod step;

pub use cosine::CosineAnnealingLR;
pub use one_cycle::OneCycleLR;
pub use step::StepLR;

/// What all schedules can do.
pub trait LRScheduler {
    /// Goes on to the next epoch (or batch) and sets the optimizer's learning rates.
    fn step(&self);

    /// The learning rate of each group now.
    fn get_last_lr(&self) -> Vec<f64>;
}
