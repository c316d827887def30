//! Learning rates that change at certain epochs, or by a factor at every one.

use super::schedule::{Curve, Schedule, schedule};
use super::state::Entry;
use crate::optim::Optimizer;

/// Multiplies the learning rate by `gamma` every `step_size` epochs: `torch.optim.lr_scheduler.StepLR`.
///
/// ```
/// use wick::optim::lr_scheduler::StepLR;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = StepLR::new(&optimizer, 2).gamma(0.5);
/// let rates: Vec<f64> = (0..4).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [1., 0.5, 0.5, 0.25]);
/// ```
pub struct StepLR {
    schedule: Schedule,
    step_size: usize,
    gamma: f64,
}

impl StepLR {
    /// A schedule that takes a tenth of the learning rate every `step_size` epochs.
    ///
    /// # Panics
    /// When `step_size` is 0.
    #[track_caller]
    pub fn new(optimizer: &dyn Optimizer, step_size: usize) -> Self {
        assert!(step_size > 0, "step_size must be positive");
        let schedule = Schedule::new(optimizer);
        let made = Self {
            schedule,
            step_size,
            gamma: 0.1,
        };
        made.schedule.begin(&made);
        made
    }

    /// The factor that the learning rate is multiplied by; 0.1 at first.
    pub fn gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }
}

impl Curve for StepLR {
    fn next(&self, epoch: i64, _: usize, _: f64, now: f64) -> f64 {
        match epoch % self.step_size as i64 {
            0 => now * self.gamma,
            _ => now,
        }
    }

    fn jump(&self, epoch: i64, _: usize, base: f64, _: f64) -> f64 {
        base * self.gamma.powf((epoch / self.step_size as i64) as f64)
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        vec![
            ("step_size", Entry::Int(self.step_size as i64)),
            ("gamma", Entry::Number(self.gamma)),
        ]
    }
}

/// Multiplies the learning rate by `gamma` at each of some epochs: `torch.optim.lr_scheduler.MultiStepLR`.
///
/// ```
/// use wick::optim::lr_scheduler::MultiStepLR;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = MultiStepLR::new(&optimizer, [1, 3]).gamma(0.5);
/// let rates: Vec<f64> = (0..4).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [0.5, 0.5, 0.25, 0.25]);
/// ```
pub struct MultiStepLR {
    schedule: Schedule,
    milestones: Vec<usize>,
    gamma: f64,
}

impl MultiStepLR {
    /// A schedule that takes a tenth of the learning rate at each milestone. An epoch that is named twice counts twice.
    pub fn new(optimizer: &dyn Optimizer, milestones: impl IntoIterator<Item = usize>) -> Self {
        let schedule = Schedule::new(optimizer);
        let made = Self {
            schedule,
            milestones: milestones.into_iter().collect(),
            gamma: 0.1,
        };
        made.schedule.begin(&made);
        made
    }

    /// The factor that the learning rate is multiplied by; 0.1 at first.
    pub fn gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self
    }

    fn count(&self, counts: impl Fn(i64) -> bool) -> f64 {
        let milestones = self.milestones.iter();
        milestones
            .filter(|&&milestone| counts(milestone as i64))
            .count() as f64
    }
}

impl Curve for MultiStepLR {
    fn next(&self, epoch: i64, _: usize, _: f64, now: f64) -> f64 {
        match self.count(|milestone| milestone == epoch) {
            0.0 => now,
            times => now * self.gamma.powf(times),
        }
    }

    fn first(&self, _: usize, _: f64, now: f64) -> f64 {
        match self.count(|milestone| milestone == 0) {
            0.0 => now,
            times => now * self.gamma.powf(times),
        }
    }

    fn jump(&self, epoch: i64, _: usize, base: f64, _: f64) -> f64 {
        base * self.gamma.powf(self.count(|milestone| milestone <= epoch))
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        let milestones = self.milestones.iter().map(|&milestone| milestone as f64);
        vec![
            ("milestones", Entry::List(milestones.collect())),
            ("gamma", Entry::Number(self.gamma)),
        ]
    }
}

/// Multiplies the learning rate by `gamma` at every epoch: `torch.optim.lr_scheduler.ExponentialLR`.
///
/// ```
/// use wick::optim::lr_scheduler::ExponentialLR;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = ExponentialLR::new(&optimizer, 0.5);
/// let rates: Vec<f64> = (0..3).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [0.5, 0.25, 0.125]);
/// ```
pub struct ExponentialLR {
    schedule: Schedule,
    gamma: f64,
}

impl ExponentialLR {
    /// A schedule that multiplies by `gamma` at every epoch.
    pub fn new(optimizer: &dyn Optimizer, gamma: f64) -> Self {
        let schedule = Schedule::new(optimizer);
        let made = Self { schedule, gamma };
        made.schedule.begin(&made);
        made
    }
}

impl Curve for ExponentialLR {
    fn next(&self, _: i64, _: usize, _: f64, now: f64) -> f64 {
        now * self.gamma
    }

    fn jump(&self, epoch: i64, _: usize, base: f64, _: f64) -> f64 {
        base * self.gamma.powf(epoch as f64)
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        vec![("gamma", Entry::Number(self.gamma))]
    }
}

schedule!(StepLR, MultiStepLR, ExponentialLR);
