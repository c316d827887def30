//! Up once and down again.

use std::f64::consts::PI;

use super::schedule::{Curve, PerGroup, Schedule, has_momentum, schedule};
use super::state::Entry;
use crate::optim::Optimizer;
use crate::optim::core::State;

/// Lets the learning rate rise to `max_lr` and fall far below its start, once in `total_steps` batches (Smith and
/// Topin, 2018), while the momentum does the opposite: `torch.optim.lr_scheduler.OneCycleLR`. Its `step` is called
/// after every batch.
///
/// ```
/// use wick::optim::lr_scheduler::OneCycleLR;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 0.1).momentum(0.9);
/// let scheduler = OneCycleLR::new(&optimizer, 0.5, 100).pct_start(0.25);
/// assert!((optimizer.lr() - 0.02).abs() < 1e-12);
/// scheduler.step();
/// assert!(optimizer.lr() > 0.0201);
///
/// // Up, down as fast, and far below, each along a straight line.
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 0.1).momentum(0.9);
/// let scheduler = OneCycleLR::new(&optimizer, 1., 5).pct_start(0.5).three_phase(true).anneal_strategy("linear");
/// let scheduler = scheduler.div_factor(10.).final_div_factor(100.).base_momentum(0.8).max_momentum(0.9);
/// let rates: Vec<f64> = (0..4).map(|_| { scheduler.step(); (optimizer.lr() * 1000.).round() }).collect();
/// assert_eq!(rates, [700., 700., 100., 1.]);
/// assert_eq!(scheduler.cycle_momentum(false).get_last_lr(), [0.1]); // An option begins the schedule again.
/// ```
pub struct OneCycleLR {
    schedule: Schedule,
    max_lr: PerGroup,
    total_steps: usize,
    pct_start: f64,
    anneal_strategy: &'static str,
    cycle_momentum: bool,
    base_momentum: f64,
    max_momentum: f64,
    div_factor: f64,
    final_div_factor: f64,
    three_phase: bool,
}

/// The ends of learning rate and momentum.
#[derive(Clone, Copy)]
struct Ends {
    initial_lr: f64,
    max_lr: f64,
    min_lr: f64,
}

impl OneCycleLR {
    /// A cycle that rises for 30 % of the steps, from `max_lr / 25`, and falls to that divided by 10 000; the momentum goes
    /// from 0.95 to 0.85 and back.
    ///
    /// # Panics
    /// When `total_steps` is 0, or there are neither one nor as many learning rates as groups.
    #[track_caller]
    pub fn new(optimizer: &dyn Optimizer, max_lr: impl Into<PerGroup>, total_steps: usize) -> Self {
        assert!(
            total_steps > 0,
            "Expected positive integer total_steps, but got {total_steps}"
        );
        let max_lr = max_lr.into();
        max_lr.check("max_lr", optimizer);
        Self {
            schedule: Schedule::new(optimizer),
            max_lr,
            total_steps,
            pct_start: 0.3,
            anneal_strategy: "cos",
            cycle_momentum: true,
            base_momentum: 0.85,
            max_momentum: 0.95,
            div_factor: 25.0,
            final_div_factor: 1e4,
            three_phase: false,
        }
        .begun()
    }

    /// The share of the steps in which the learning rate rises; 0.3 at first.
    ///
    /// # Panics
    /// When it is not between 0 and 1.
    #[track_caller]
    pub fn pct_start(mut self, pct_start: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&pct_start),
            "Expected float between 0 and 1 pct_start, but got {pct_start}"
        );
        self.pct_start = pct_start;
        self.begun()
    }

    /// Whether the learning rate changes along cosines (`"cos"`) or straight lines (`"linear"`).
    ///
    /// # Panics
    /// When it is neither.
    #[track_caller]
    pub fn anneal_strategy(mut self, strategy: &str) -> Self {
        self.anneal_strategy = match strategy {
            "cos" => "cos",
            "linear" => "linear",
            other => {
                panic!("anneal_strategy must be one of 'cos' or 'linear', instead got {other}")
            }
        };
        self.begun()
    }

    /// How many times smaller than `max_lr` the first learning rate is; 25 at first.
    pub fn div_factor(mut self, div_factor: f64) -> Self {
        self.div_factor = div_factor;
        self.begun()
    }

    /// How many times smaller than the first learning rate the last one is; 10 000 at first.
    pub fn final_div_factor(mut self, final_div_factor: f64) -> Self {
        self.final_div_factor = final_div_factor;
        self.begun()
    }

    /// Whether the learning rate falls to its start as fast as it rose, and far below only after that.
    pub fn three_phase(mut self, three_phase: bool) -> Self {
        self.three_phase = three_phase;
        self.begun()
    }

    /// Whether the momentum changes too, which it does unless this says `false`.
    pub fn cycle_momentum(mut self, cycle_momentum: bool) -> Self {
        self.cycle_momentum = cycle_momentum;
        self.begun()
    }

    /// The lowest momentum; 0.85 at first.
    pub fn base_momentum(mut self, momentum: f64) -> Self {
        self.base_momentum = momentum;
        self.begun()
    }

    /// The highest momentum; 0.95 at first.
    pub fn max_momentum(mut self, momentum: f64) -> Self {
        self.max_momentum = momentum;
        self.begun()
    }

    fn begun(self) -> Self {
        let ends = |group: usize| self.ends(group);
        let groups = {
            let mut state = self.schedule.optimizer().lock();
            for (index, group) in state.groups.iter_mut().enumerate() {
                let ends = ends(index);
                group.options.set("initial_lr", ends.initial_lr);
                group.options.set("max_lr", ends.max_lr);
                group.options.set("min_lr", ends.min_lr);
            }
            state.groups.len()
        };
        self.schedule
            .set_base((0..groups).map(|group| ends(group).initial_lr).collect());
        self.schedule.begin(&self);
        self
    }

    fn ends(&self, group: usize) -> Ends {
        let max_lr = self.max_lr.of(group);
        let initial_lr = max_lr / self.div_factor;
        Ends {
            initial_lr,
            max_lr,
            min_lr: initial_lr / self.final_div_factor,
        }
    }

    /// A value on its way through the phases, from what it is at their ends.
    fn at(&self, epoch: i64, start: f64, top: f64, end: f64) -> f64 {
        let (steps, step) = (self.total_steps as f64, epoch as f64);
        let rise = self.pct_start * steps - 1.0;
        let phases: Vec<(f64, f64, f64)> = match self.three_phase {
            true => vec![
                (rise, start, top),
                (2.0 * self.pct_start * steps - 2.0, top, start),
                (steps - 1.0, start, end),
            ],
            false => vec![(rise, start, top), (steps - 1.0, top, end)],
        };
        let mut begin = 0.0;
        let last = phases.len() - 1;
        for (index, (until, from, to)) in phases.into_iter().enumerate() {
            if step <= until || index == last {
                let share = (step - begin) / (until - begin);
                return match self.anneal_strategy {
                    "linear" => (to - from) * share + from,
                    _ => to + (from - to) / 2.0 * ((PI * share).cos() + 1.0),
                };
            }
            begin = until;
        }
        end
    }
}

impl Curve for OneCycleLR {
    fn first(&self, group: usize, base: f64, now: f64) -> f64 {
        self.next(0, group, base, now)
    }

    #[track_caller]
    fn next(&self, epoch: i64, group: usize, _: f64, _: f64) -> f64 {
        let total = self.total_steps;
        assert!(
            epoch <= total as i64,
            "Tried to step {epoch} times. The specified number of total steps is {total}"
        );
        let ends = self.ends(group);
        self.at(epoch, ends.initial_lr, ends.max_lr, ends.min_lr)
    }

    #[track_caller]
    fn others(&self, epoch: i64, optimizer: &mut State) {
        if !self.cycle_momentum {
            return;
        }
        if !has_momentum(optimizer) {
            // Whether the momentum is to change may be said after the schedule is made.
            assert!(
                epoch == 0,
                "optimizer must support momentum or beta1 with `cycle_momentum` option enabled"
            );
            return;
        }
        let (low, high) = (self.base_momentum, self.max_momentum);
        let momentum = self.at(epoch, high, low, high);
        for group in &mut optimizer.groups {
            group.options.set("max_momentum", high);
            group.options.set("base_momentum", low);
            group.options.set_momentum(momentum);
        }
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        vec![
            ("total_steps", Entry::Int(self.total_steps as i64)),
            (
                "_anneal_func_type",
                Entry::Text(self.anneal_strategy.to_owned()),
            ),
            ("cycle_momentum", Entry::Bool(self.cycle_momentum)),
        ]
    }
}

schedule!(OneCycleLR);
