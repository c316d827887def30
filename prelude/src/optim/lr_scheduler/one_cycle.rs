//! Up once and down again.

use std::f64::consts::PI;

use super::LRScheduler;
use super::schedule::Schedule;
use crate::optim::Optimizer;
use crate::optim::core::Rates;

/// Lets the learning rate rise to `max_lr` and fall far below its start, once in `total_steps` batches (Smith and Topin,
/// 2018), while the momentum does the opposite: `OneCycleLR`. Its `step` is called after every batch.
pub struct OneCycleLR {
    schedule: Schedule,
    max_lr: f64,
    total_steps: usize,
    options: Options,
}

#[derive(Clone, Copy)]
struct Options {
    pct_start: f64,
    div_factor: f64,
    final_div_factor: f64,
    anneal: fn(f64, f64, f64) -> f64,
    /// The lowest and the highest momentum, if it is changed at all.
    momentum: Option<(f64, f64)>,
}

impl OneCycleLR {
    /// A cycle that rises for 30 % of the steps, from `max_lr / 25`, and falls to that divided by 10 000; the momentum goes
    /// from 0.95 to 0.85 and back.
    ///
    /// # Panics
    /// When `total_steps` is 0.
    #[track_caller]
    pub fn new(optimizer: &dyn Optimizer, max_lr: f64, total_steps: usize) -> Self {
        assert!(
            total_steps > 0,
            "Expected positive integer total_steps, but got {total_steps}"
        );
        let options = Options {
            pct_start: 0.3,
            div_factor: 25.0,
            final_div_factor: 1e4,
            anneal: cosine,
            momentum: Some((0.85, 0.95)),
        };
        Self {
            schedule: Schedule::new(optimizer),
            max_lr,
            total_steps,
            options,
        }
        .begun()
    }

    /// The share of the steps in which the learning rate rises.
    ///
    /// # Panics
    /// When it is not between 0 and 1.
    #[track_caller]
    pub fn pct_start(mut self, pct_start: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&pct_start),
            "Expected float between 0 and 1 pct_start, but got {pct_start}"
        );
        self.options.pct_start = pct_start;
        self.begun()
    }

    /// How many times smaller than `max_lr` the first learning rate is.
    pub fn div_factor(mut self, div_factor: f64) -> Self {
        self.options.div_factor = div_factor;
        self.begun()
    }

    /// How many times smaller than the first learning rate the last one is.
    pub fn final_div_factor(mut self, final_div_factor: f64) -> Self {
        self.options.final_div_factor = final_div_factor;
        self.begun()
    }

    /// Whether the learning rate changes along straight lines instead of cosines.
    pub fn linear(mut self, linear: bool) -> Self {
        self.options.anneal = if linear { straight } else { cosine };
        self.begun()
    }

    /// The lowest and the highest momentum; `None` leaves the momentum alone.
    pub fn cycle_momentum(mut self, momentum: impl Into<Option<(f64, f64)>>) -> Self {
        self.options.momentum = momentum.into();
        self.begun()
    }

    fn begun(self) -> Self {
        self.schedule
            .begin(|epoch, start, _| self.rates(epoch, start));
        self
    }

    fn rates(&self, epoch: usize, start: Rates) -> Rates {
        let Options {
            pct_start,
            div_factor,
            final_div_factor,
            anneal,
            momentum,
        } = self.options;
        let first = self.max_lr / div_factor;
        let last = first / final_div_factor;
        let (low, high) = momentum.unwrap_or((start.momentum, start.momentum));
        let (epoch, top, end) = (
            epoch as f64,
            pct_start * self.total_steps as f64 - 1.0,
            self.total_steps as f64 - 1.0,
        );
        if epoch <= top {
            let share = if top > 0.0 { epoch / top } else { 1.0 };
            Rates {
                lr: anneal(first, self.max_lr, share),
                momentum: anneal(high, low, share),
            }
        } else {
            let share = (epoch - top) / (end - top);
            Rates {
                lr: anneal(self.max_lr, last, share),
                momentum: anneal(low, high, share),
            }
        }
    }
}

impl LRScheduler for OneCycleLR {
    /// # Panics
    /// When the cycle is over.
    #[track_caller]
    fn step(&self) {
        self.schedule.step(|epoch, start, _| {
            let total = self.total_steps;
            assert!(
                epoch <= total,
                "Tried to step {epoch} times. The specified number of total steps is {total}"
            );
            self.rates(epoch, start)
        });
    }

    fn get_last_lr(&self) -> Vec<f64> {
        self.schedule.last_lr()
    }
}

fn cosine(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) / 2.0 * ((PI * share).cos() + 1.0)
}

fn straight(start: f64, end: f64, share: f64) -> f64 {
    (end - start) * share + start
}
