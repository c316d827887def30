//! Half a cosine.

use std::f64::consts::PI;

use super::LRScheduler;
use super::schedule::Schedule;
use crate::optim::Optimizer;

/// Lets the learning rate fall to `eta_min` in `t_max` epochs along a cosine (Loshchilov and Hutter, 2017), and rise
/// again after that: `CosineAnnealingLR`.
pub struct CosineAnnealingLR {
    schedule: Schedule,
    t_max: usize,
    eta_min: f64,
}

impl CosineAnnealingLR {
    /// A schedule with `eta_min` 0.
    ///
    /// # Panics
    /// When `t_max` is 0.
    #[track_caller]
    pub fn new(optimizer: &dyn Optimizer, t_max: usize) -> Self {
        assert!(t_max > 0, "t_max must be positive");
        Self {
            schedule: Schedule::new(optimizer),
            t_max,
            eta_min: 0.0,
        }
    }

    /// The lowest learning rate.
    pub fn eta_min(mut self, eta_min: f64) -> Self {
        self.eta_min = eta_min;
        self
    }
}

impl LRScheduler for CosineAnnealingLR {
    fn step(&self) {
        let (t_max, low) = (self.t_max as f64, self.eta_min);
        self.schedule.step(|epoch, start, mut rates| {
            // PyTorch's recursive form, so that a learning rate that was set by hand meanwhile is scaled too.
            let height = |epoch: usize| 1.0 + (PI * epoch as f64 / t_max).cos();
            let turned = (epoch - 1) % (2 * self.t_max) == self.t_max;
            rates.lr = if turned {
                rates.lr + (start.lr - low) * (1.0 - (PI / t_max).cos()) / 2.0
            } else {
                height(epoch) / height(epoch - 1) * (rates.lr - low) + low
            };
            rates
        });
    }

    fn get_last_lr(&self) -> Vec<f64> {
        self.schedule.last_lr()
    }
}
