//! What all schedules share.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::optim::Optimizer;
use crate::optim::core::{Handle, Rates};

/// An optimizer's rates at the start, and how many steps were made since.
pub struct Schedule {
    optimizer: Handle,
    start: Vec<Rates>,
    epoch: AtomicUsize,
}

impl Schedule {
    pub fn new(optimizer: &dyn Optimizer) -> Self {
        let optimizer = optimizer.handle();
        let start = optimizer.lock().rates();
        Self {
            optimizer,
            start,
            epoch: AtomicUsize::new(0),
        }
    }

    /// Goes on by one epoch and gives every group what `rule` makes of the epoch, the group's first and its present rates.
    pub fn step(&self, rule: impl Fn(usize, Rates, Rates) -> Rates) {
        self.apply(self.epoch.fetch_add(1, Ordering::Relaxed) + 1, rule);
    }

    /// The same for the first epoch, where a schedule begins with rates of its own.
    pub fn begin(&self, rule: impl Fn(usize, Rates, Rates) -> Rates) {
        self.apply(0, rule);
    }

    pub fn last_lr(&self) -> Vec<f64> {
        self.optimizer
            .lock()
            .rates()
            .iter()
            .map(|rates| rates.lr)
            .collect()
    }

    fn apply(&self, epoch: usize, rule: impl Fn(usize, Rates, Rates) -> Rates) {
        let mut optimizer = self.optimizer.lock();
        let pairs = self.start.iter().zip(optimizer.rates());
        let rates: Vec<Rates> = pairs.map(|(start, now)| rule(epoch, *start, now)).collect();
        optimizer.set_rates(&rates);
    }
}
