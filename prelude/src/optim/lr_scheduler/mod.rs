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
mod cyclic;
mod lambda;
mod one_cycle;
mod plateau;
mod schedule;
mod several;
mod state;
mod steps;
mod warmup;

pub use cosine::{CosineAnnealingLR, CosineAnnealingWarmRestarts};
pub use cyclic::CyclicLR;
pub use lambda::{Factor, LambdaLR, MultiplicativeLR};
pub use one_cycle::OneCycleLR;
pub use plateau::ReduceLROnPlateau;
pub use schedule::PerGroup;
pub use several::{ChainedScheduler, Schedules, SequentialLR};
#[doc(hidden)]
pub use state::Stands;
pub use state::{Entry, ScheduleState};
pub use steps::{ExponentialLR, MultiStepLR, StepLR};
pub use warmup::{ConstantLR, LinearLR, PolynomialLR};

use self::schedule::{Curve, Schedule};
use super::core::Handle;

/// What all schedules can do. PyTorch: `torch.optim.lr_scheduler.LRScheduler`.
///
/// An option after the constructor begins the schedule again, so options come before the first `step`.
///
/// ```
/// use wick::optim::lr_scheduler::{LRScheduler, StepLR};
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = StepLR::new(&optimizer, 2).gamma(0.5);
/// scheduler.step();
/// let state = scheduler.state_dict();
/// scheduler.step();
/// assert_eq!(scheduler.get_last_lr(), [0.5]);
///
/// // A schedule goes on from a state that was kept; the optimizer keeps its learning rate in a state of its own.
/// let again = StepLR::new(&optimizer, 2).gamma(0.5);
/// again.load_state_dict(&state);
/// assert_eq!(again.get_last_lr(), [1.]);
/// assert_eq!(again.state_dict().to_string(), state.to_string());
/// ```
pub trait LRScheduler {
    /// Goes on to the next epoch (or batch) and sets the optimizer's learning rates.
    #[track_caller]
    fn step(&self);

    /// The learning rates that the last step set, one for each group.
    fn get_last_lr(&self) -> Vec<f64>;

    /// Where the schedule stands, for a checkpoint.
    fn state_dict(&self) -> ScheduleState;

    /// Goes to where the state says; the options stay those that the schedule was made with.
    fn load_state_dict(&self, state: &ScheduleState);

    /// The schedule as a part of others.
    #[doc(hidden)]
    fn part(&self) -> Part<'_>;
}

/// A schedule as others see it that it is a part of.
#[doc(hidden)]
pub enum Part<'a> {
    One(&'a Schedule, &'a dyn Curve),
    Several(&'a Schedules),
}

impl Part<'_> {
    fn optimizer(&self) -> Handle {
        match self {
            Self::One(schedule, _) => schedule.optimizer().clone(),
            Self::Several(schedules) => schedules[0].part().optimizer(),
        }
    }

    fn start(&self) {
        match self {
            Self::One(schedule, curve) => schedule.start(*curve),
            Self::Several(schedules) => schedules.iter().for_each(|one| one.part().start()),
        }
    }

    fn jump(&self, epoch: i64) {
        match self {
            Self::One(schedule, curve) => schedule.jump(*curve, epoch),
            Self::Several(schedules) => schedules.iter().for_each(|one| one.part().jump(epoch)),
        }
    }

    fn undo(&self) {
        match self {
            Self::One(schedule, _) => schedule.undo(),
            Self::Several(schedules) => schedules.iter().for_each(|one| one.part().undo()),
        }
    }
}
