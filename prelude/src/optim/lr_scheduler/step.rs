//! Steps.

use super::LRScheduler;
use super::schedule::Schedule;
use crate::optim::Optimizer;

/// Multiplies the learning rate by `gamma` every `step_size` epochs: `StepLR`.
pub struct StepLR {
    schedule: Schedule,
    step_size: usize,
    gamma: f64,
}

impl StepLR {
    /// A schedule with `gamma` 0.1.
    ///
    /// # Panics
    /// When `step_size` is 0.
    #[track_caller]
    pub fn new(optimizer: &dyn Optimizer, step_size: usize) -> Self {
        assert!(step_size > 0, "step_size must be positive");
        Self {
            schedule: Schedule::new(optimizer),
            step_size,
            gamma: 0.1,
        }
    }

    /// The factor.
    pub fn gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }
}

impl LRScheduler for StepLR {
    fn step(&self) {
        self.schedule.step(|epoch, _, mut rates| {
            if epoch.is_multiple_of(self.step_size) {
                rates.lr *= self.gamma;
            }
            rates
        });
    }

    fn get_last_lr(&self) -> Vec<f64> {
        self.schedule.last_lr()
    }
}
