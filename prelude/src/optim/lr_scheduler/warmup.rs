//! Learning rates that are lower at first, or fall to zero.

use super::schedule::{Curve, Schedule, schedule};
use super::state::Entry;
use crate::optim::Optimizer;

/// Multiplies the learning rate by `factor` until `total_iters` epochs are over: `torch.optim.lr_scheduler.ConstantLR`.
///
/// ```
/// use wick::optim::lr_scheduler::ConstantLR;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = ConstantLR::new(&optimizer).factor(0.5).total_iters(2);
/// assert_eq!(optimizer.lr(), 0.5);
/// let rates: Vec<f64> = (0..3).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [0.5, 1., 1.]);
/// ```
pub struct ConstantLR {
    schedule: Schedule,
    factor: f64,
    total_iters: usize,
}

impl ConstantLR {
    /// A schedule with a third of the learning rate for 5 epochs.
    pub fn new(optimizer: &dyn Optimizer) -> Self {
        Self {
            schedule: Schedule::new(optimizer),
            factor: 1.0 / 3.0,
            total_iters: 5,
        }
        .begun()
    }

    /// The factor while the warm-up lasts; a third at first.
    ///
    /// # Panics
    /// When it is not between 0 and 1.
    #[track_caller]
    pub fn factor(mut self, factor: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&factor),
            "Constant multiplicative factor expected to be between 0 and 1."
        );
        self.factor = factor;
        self.begun()
    }

    /// How many epochs the factor lasts; 5 at first.
    pub fn total_iters(mut self, total_iters: usize) -> Self {
        self.total_iters = total_iters;
        self
    }

    fn begun(self) -> Self {
        self.schedule.begin(&self);
        self
    }
}

impl Curve for ConstantLR {
    fn first(&self, _: usize, _: f64, now: f64) -> f64 {
        now * self.factor
    }

    fn next(&self, epoch: i64, _: usize, _: f64, now: f64) -> f64 {
        match epoch == self.total_iters as i64 {
            true => now * (1.0 / self.factor),
            false => now,
        }
    }

    fn jump(&self, epoch: i64, _: usize, base: f64, _: f64) -> f64 {
        let over = f64::from(u8::from(epoch >= self.total_iters as i64));
        base * (self.factor + over * (1.0 - self.factor))
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        vec![
            ("factor", Entry::Number(self.factor)),
            ("total_iters", Entry::Int(self.total_iters as i64)),
        ]
    }
}

/// Multiplies the learning rate by a factor that goes from `start_factor` to `end_factor` in `total_iters` epochs:
/// `torch.optim.lr_scheduler.LinearLR`.
///
/// ```
/// use wick::optim::lr_scheduler::LinearLR;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = LinearLR::new(&optimizer).start_factor(0.25).end_factor(0.75).total_iters(2);
/// assert_eq!(optimizer.lr(), 0.25);
/// let rates: Vec<f64> = (0..3).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [0.5, 0.75, 0.75]);
/// ```
pub struct LinearLR {
    schedule: Schedule,
    start_factor: f64,
    end_factor: f64,
    total_iters: usize,
}

impl LinearLR {
    /// A schedule from a third to the whole learning rate in 5 epochs.
    pub fn new(optimizer: &dyn Optimizer) -> Self {
        Self {
            schedule: Schedule::new(optimizer),
            start_factor: 1.0 / 3.0,
            end_factor: 1.0,
            total_iters: 5,
        }
        .begun()
    }

    /// The factor at the start; a third at first.
    ///
    /// # Panics
    /// When it is not above 0 and at most 1.
    #[track_caller]
    pub fn start_factor(mut self, factor: f64) -> Self {
        assert!(
            factor > 0.0 && factor <= 1.0,
            "Starting multiplicative factor expected to be greater than 0 and less or equal to 1."
        );
        self.start_factor = factor;
        self.begun()
    }

    /// The factor at the end; 1 at first.
    ///
    /// # Panics
    /// When it is not between 0 and 1.
    #[track_caller]
    pub fn end_factor(mut self, factor: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&factor),
            "Ending multiplicative factor expected to be between 0 and 1."
        );
        self.end_factor = factor;
        self
    }

    /// How many epochs the way from the first factor to the last one takes; 5 at first.
    pub fn total_iters(mut self, total_iters: usize) -> Self {
        self.total_iters = total_iters;
        self
    }

    fn begun(self) -> Self {
        self.schedule.begin(&self);
        self
    }
}

impl Curve for LinearLR {
    fn first(&self, _: usize, _: f64, now: f64) -> f64 {
        now * self.start_factor
    }

    fn next(&self, epoch: i64, _: usize, _: f64, now: f64) -> f64 {
        if epoch > self.total_iters as i64 {
            return now;
        }
        let way = self.end_factor - self.start_factor;
        let gone = self.total_iters as f64 * self.start_factor + (epoch - 1) as f64 * way;
        now * (1.0 + way / gone)
    }

    fn jump(&self, epoch: i64, _: usize, base: f64, _: f64) -> f64 {
        let way = self.end_factor - self.start_factor;
        let gone = epoch.min(self.total_iters as i64) as f64;
        base * (self.start_factor + way * gone / self.total_iters as f64)
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        vec![
            ("start_factor", Entry::Number(self.start_factor)),
            ("end_factor", Entry::Number(self.end_factor)),
            ("total_iters", Entry::Int(self.total_iters as i64)),
        ]
    }
}

/// Lets the learning rate fall to zero in `total_iters` epochs along a power: `torch.optim.lr_scheduler.PolynomialLR`.
///
/// ```
/// use wick::optim::lr_scheduler::PolynomialLR;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = PolynomialLR::new(&optimizer).total_iters(4).power(2.);
/// let rates: Vec<f64> = (0..4).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [0.5625, 0.25, 0.0625, 0.]);
/// ```
pub struct PolynomialLR {
    schedule: Schedule,
    total_iters: usize,
    power: f64,
}

impl PolynomialLR {
    /// A schedule that falls to zero on a straight line in 5 epochs.
    pub fn new(optimizer: &dyn Optimizer) -> Self {
        let schedule = Schedule::new(optimizer);
        let made = Self {
            schedule,
            total_iters: 5,
            power: 1.0,
        };
        made.schedule.begin(&made);
        made
    }

    /// How many epochs the fall takes; 5 at first.
    pub fn total_iters(mut self, total_iters: usize) -> Self {
        self.total_iters = total_iters;
        self
    }

    /// The power of the share of the epochs that are left; 1 at first, a straight line.
    pub fn power(mut self, power: f64) -> Self {
        self.power = power;
        self
    }
}

impl Curve for PolynomialLR {
    fn next(&self, epoch: i64, _: usize, _: f64, now: f64) -> f64 {
        if epoch > self.total_iters as i64 {
            return now;
        }
        let left = |epoch: i64| 1.0 - epoch as f64 / self.total_iters as f64;
        now * (left(epoch) / left(epoch - 1)).powf(self.power)
    }

    fn jump(&self, epoch: i64, _: usize, base: f64, _: f64) -> f64 {
        let gone = epoch.min(self.total_iters as i64) as f64;
        base * (1.0 - gone / self.total_iters as f64).powf(self.power)
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        vec![
            ("total_iters", Entry::Int(self.total_iters as i64)),
            ("power", Entry::Number(self.power)),
        ]
    }
}

schedule!(ConstantLR, LinearLR, PolynomialLR);
