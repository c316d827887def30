//! Cosines.

use std::f64::consts::PI;

use super::schedule::{Curve, Schedule, schedule};
use super::state::Entry;
use crate::optim::Optimizer;

/// Lets the learning rate fall to `eta_min` in `t_max` epochs along a cosine (Loshchilov and Hutter, 2017), and rise
/// again after that: `torch.optim.lr_scheduler.CosineAnnealingLR`.
///
/// ```
/// use wick::optim::lr_scheduler::CosineAnnealingLR;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = CosineAnnealingLR::new(&optimizer, 4).eta_min(0.5);
/// let rates: Vec<f64> = (0..4).map(|_| { scheduler.step(); (optimizer.lr() * 100.).round() }).collect();
/// assert_eq!(rates, [93., 75., 57., 50.]);
/// ```
pub struct CosineAnnealingLR {
    schedule: Schedule,
    t_max: usize,
    eta_min: f64,
}

impl CosineAnnealingLR {
    /// A schedule that falls to 0 in `t_max` epochs.
    ///
    /// # Panics
    /// When `t_max` is 0.
    #[track_caller]
    pub fn new(optimizer: &dyn Optimizer, t_max: usize) -> Self {
        assert!(t_max > 0, "t_max must be positive");
        let schedule = Schedule::new(optimizer);
        let made = Self {
            schedule,
            t_max,
            eta_min: 0.0,
        };
        made.schedule.begin(&made);
        made
    }

    /// The lowest learning rate; 0 at first.
    pub fn eta_min(mut self, eta_min: f64) -> Self {
        self.eta_min = eta_min;
        self
    }
}

impl Curve for CosineAnnealingLR {
    fn next(&self, epoch: i64, _: usize, base: f64, now: f64) -> f64 {
        let (t_max, low) = (self.t_max as i64, self.eta_min);
        // PyTorch's recursive form, so that a learning rate that was set by hand meanwhile is scaled too.
        if (epoch - 1 - t_max).rem_euclid(2 * t_max) == 0 {
            return now + (base - low) * (1.0 - (PI / t_max as f64).cos()) / 2.0;
        }
        let height = |epoch: i64| 1.0 + (PI * epoch as f64 / t_max as f64).cos();
        height(epoch) / height(epoch - 1) * (now - low) + low
    }

    fn jump(&self, epoch: i64, _: usize, base: f64, _: f64) -> f64 {
        let height = 1.0 + (PI * epoch as f64 / self.t_max as f64).cos();
        self.eta_min + (base - self.eta_min) * height / 2.0
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        vec![
            ("T_max", Entry::Int(self.t_max as i64)),
            ("eta_min", Entry::Number(self.eta_min)),
        ]
    }
}

/// Lets the learning rate fall to `eta_min` along a cosine and begin anew, the first time after `t_0` epochs, then each
/// time after `t_mult` times as many (Loshchilov and Hutter, 2017):
/// `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`.
///
/// ```
/// use wick::optim::lr_scheduler::CosineAnnealingWarmRestarts;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = CosineAnnealingWarmRestarts::new(&optimizer, 2).t_mult(2);
/// let rates: Vec<f64> = (0..6).map(|_| { scheduler.step(); (optimizer.lr() * 100.).round() }).collect();
/// assert_eq!(rates, [50., 100., 85., 50., 15., 100.]);
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = CosineAnnealingWarmRestarts::new(&optimizer, 2).eta_min(0.5);
/// scheduler.step();
/// assert_eq!(optimizer.lr(), 0.75);
/// ```
pub struct CosineAnnealingWarmRestarts {
    schedule: Schedule,
    t_0: usize,
    t_mult: usize,
    eta_min: f64,
}

impl CosineAnnealingWarmRestarts {
    /// A schedule that falls to 0 in `t_0` epochs again and again.
    ///
    /// # Panics
    /// When `t_0` is 0.
    #[track_caller]
    pub fn new(optimizer: &dyn Optimizer, t_0: usize) -> Self {
        assert!(t_0 > 0, "Expected positive integer T_0, but got {t_0}");
        let schedule = Schedule::new(optimizer);
        let made = Self {
            schedule,
            t_0,
            t_mult: 1,
            eta_min: 0.0,
        };
        made.schedule.begin(&made);
        made
    }

    /// How many times longer each fall is than the one before; 1 at first.
    ///
    /// # Panics
    /// When it is 0.
    #[track_caller]
    pub fn t_mult(mut self, t_mult: usize) -> Self {
        assert!(t_mult > 0, "Expected integer T_mult >= 1, but got {t_mult}");
        self.t_mult = t_mult;
        self
    }

    /// The lowest learning rate; 0 at first.
    pub fn eta_min(mut self, eta_min: f64) -> Self {
        self.eta_min = eta_min;
        self.schedule.begin(&self);
        self
    }

    /// How far into a fall of which length an epoch is.
    fn place(&self, epoch: i64) -> (i64, i64) {
        let (mut rest, mut length) = (epoch, self.t_0 as i64);
        if self.t_mult == 1 {
            return (rest % length, length);
        }
        while rest >= length {
            rest -= length;
            length *= self.t_mult as i64;
        }
        (rest, length)
    }
}

impl Curve for CosineAnnealingWarmRestarts {
    fn first(&self, group: usize, base: f64, now: f64) -> f64 {
        self.next(0, group, base, now)
    }

    fn next(&self, epoch: i64, _: usize, base: f64, _: f64) -> f64 {
        let (gone, length) = self.place(epoch);
        let height = 1.0 + (PI * gone as f64 / length as f64).cos();
        self.eta_min + (base - self.eta_min) * height / 2.0
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        vec![
            ("T_0", Entry::Int(self.t_0 as i64)),
            ("T_mult", Entry::Int(self.t_mult as i64)),
            ("eta_min", Entry::Number(self.eta_min)),
        ]
    }
}

schedule!(CosineAnnealingLR, CosineAnnealingWarmRestarts);
