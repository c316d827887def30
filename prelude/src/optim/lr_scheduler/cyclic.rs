//! Up and down again and again.

use super::schedule::{Curve, PerGroup, Schedule, has_momentum, schedule};
use super::state::Entry;
use crate::optim::Optimizer;
use crate::optim::core::State;

/// A share of the height from a cycle's number or a batch's.
type Scale = Box<dyn Fn(f64) -> f64 + Send + Sync>;

/// Lets the learning rate go from `base_lr` to `max_lr` and back again and again (Smith, 2017), while the momentum does
/// the opposite: `torch.optim.lr_scheduler.CyclicLR`. Its `step` is called after every batch.
///
/// ```
/// use wick::optim::lr_scheduler::CyclicLR;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 0.1).momentum(0.9);
/// let scheduler = CyclicLR::new(&optimizer, 0.25, 0.75).step_size_up(2);
/// scheduler.step();
/// assert_eq!(optimizer.lr(), 0.5);
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 0.1).momentum(0.9);
/// let scheduler = CyclicLR::new(&optimizer, 0.25, 0.75).step_size_up(2).step_size_down(4);
/// let scheduler = scheduler.mode("exp_range").gamma(0.5).base_momentum(0.7).max_momentum(0.95);
/// let rates: Vec<f64> = (0..4).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [0.37500000000000006, 0.375, 0.296875, 0.265625]);
///
/// // The second cycle is half as high as the first one.
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 0.1);
/// let scheduler = CyclicLR::new(&optimizer, 0.25, 0.75).step_size_up(1).cycle_momentum(false);
/// let scheduler = scheduler.scale_fn(|cycle| 1. / cycle).scale_mode("cycle");
/// let rates: Vec<f64> = (0..4).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [0.75, 0.25, 0.5, 0.25]);
/// ```
pub struct CyclicLR {
    schedule: Schedule,
    base_lr: PerGroup,
    max_lr: PerGroup,
    step_size_up: usize,
    step_size_down: Option<usize>,
    mode: &'static str,
    gamma: f64,
    scale_fn: Option<Scale>,
    scale_mode: &'static str,
    cycle_momentum: bool,
    base_momentum: f64,
    max_momentum: f64,
}

impl CyclicLR {
    /// Cycles of 2000 batches up and as many down, all of the same height; the momentum goes from 0.9 to 0.8 and back.
    ///
    /// # Panics
    /// When there are neither one nor as many learning rates as groups.
    #[track_caller]
    pub fn new(
        optimizer: &dyn Optimizer,
        base_lr: impl Into<PerGroup>,
        max_lr: impl Into<PerGroup>,
    ) -> Self {
        let (base_lr, max_lr) = (base_lr.into(), max_lr.into());
        base_lr.check("base_lr", optimizer);
        max_lr.check("max_lr", optimizer);
        let groups = {
            let handle = optimizer.handle();
            let mut state = handle.lock();
            for (index, group) in state.groups.iter_mut().enumerate() {
                group.options.set("lr", base_lr.of(index));
            }
            state.groups.len()
        };
        let schedule = Schedule::new(optimizer);
        schedule.set_base((0..groups).map(|index| base_lr.of(index)).collect());
        Self {
            schedule,
            base_lr,
            max_lr,
            step_size_up: 2000,
            step_size_down: None,
            mode: "triangular",
            gamma: 1.0,
            scale_fn: None,
            scale_mode: "cycle",
            cycle_momentum: true,
            base_momentum: 0.8,
            max_momentum: 0.9,
        }
        .begun()
    }

    /// How many batches a cycle rises; 2000 at first.
    pub fn step_size_up(mut self, batches: usize) -> Self {
        self.step_size_up = batches;
        self.begun()
    }

    /// How many batches a cycle falls; as many as it rises unless this says otherwise.
    pub fn step_size_down(mut self, batches: usize) -> Self {
        self.step_size_down = Some(batches);
        self.begun()
    }

    /// `"triangular"` for cycles of the same height, `"triangular2"` for half the height each time, `"exp_range"` for
    /// `gamma` to the power of the batch.
    ///
    /// # Panics
    /// When it is none of them.
    #[track_caller]
    pub fn mode(mut self, mode: &str) -> Self {
        (self.mode, self.scale_mode) = match mode {
            "triangular" => ("triangular", "cycle"),
            "triangular2" => ("triangular2", "cycle"),
            "exp_range" => ("exp_range", "iterations"),
            _ => panic!("mode is invalid and scale_fn is None"),
        };
        self.begun()
    }

    /// The base of the powers of the mode `"exp_range"`; 1 at first.
    pub fn gamma(mut self, gamma: f64) -> Self {
        self.gamma = gamma;
        self.begun()
    }

    /// The height by a function of one's own, of the number of the cycle (1 is the first).
    pub fn scale_fn(mut self, scale: impl Fn(f64) -> f64 + Send + Sync + 'static) -> Self {
        self.scale_fn = Some(Box::new(scale));
        self.begun()
    }

    /// Whether the function of one's own is one of the `"cycle"` or of the batch, `"iterations"`.
    ///
    /// # Panics
    /// When it is neither.
    #[track_caller]
    pub fn scale_mode(mut self, mode: &str) -> Self {
        self.scale_mode = match mode {
            "cycle" => "cycle",
            "iterations" => "iterations",
            other => panic!("scale_mode must be 'cycle' or 'iterations', instead got {other}"),
        };
        self.begun()
    }

    /// Whether the momentum changes too, which it does unless this says `false`.
    pub fn cycle_momentum(mut self, cycle_momentum: bool) -> Self {
        self.cycle_momentum = cycle_momentum;
        self.begun()
    }

    /// The lowest momentum; 0.8 at first.
    pub fn base_momentum(mut self, momentum: f64) -> Self {
        self.base_momentum = momentum;
        self.begun()
    }

    /// The highest momentum; 0.9 at first.
    pub fn max_momentum(mut self, momentum: f64) -> Self {
        self.max_momentum = momentum;
        self.begun()
    }

    fn begun(self) -> Self {
        self.schedule.begin(&self);
        self
    }

    /// The share of the full height.
    fn height(&self, epoch: i64) -> f64 {
        let up = self.step_size_up as f64;
        let total = up + self.step_size_down.unwrap_or(self.step_size_up) as f64;
        let (ratio, gone) = (up / total, epoch as f64 / total);
        let cycle = (1.0 + gone).floor();
        let x = 1.0 + gone - cycle;
        let height = if x <= ratio {
            x / ratio
        } else {
            (x - 1.0) / (ratio - 1.0)
        };
        let at = if self.scale_mode == "cycle" {
            cycle
        } else {
            epoch as f64
        };
        let scale = match (&self.scale_fn, self.mode) {
            (Some(scale), _) => scale(at),
            (None, "triangular2") => 1.0 / 2f64.powf(at - 1.0),
            (None, "exp_range") => self.gamma.powf(at),
            (None, _) => 1.0,
        };
        height * scale
    }
}

impl Curve for CyclicLR {
    fn first(&self, group: usize, base: f64, now: f64) -> f64 {
        self.next(0, group, base, now)
    }

    fn next(&self, epoch: i64, group: usize, _: f64, _: f64) -> f64 {
        let (base, max) = (self.base_lr.of(group), self.max_lr.of(group));
        base + (max - base) * self.height(epoch)
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
        let momentum =
            self.max_momentum - (self.max_momentum - self.base_momentum) * self.height(epoch);
        for group in &mut optimizer.groups {
            group.options.set("max_momentum", self.max_momentum);
            group.options.set("base_momentum", self.base_momentum);
            group.options.set_momentum(momentum);
        }
    }

    fn options(&self) -> Vec<(&'static str, Entry)> {
        let up = self.step_size_up as f64;
        let total = up + self.step_size_down.unwrap_or(self.step_size_up) as f64;
        vec![
            ("total_size", Entry::Number(total)),
            ("step_ratio", Entry::Number(up / total)),
            ("mode", Entry::Text(self.mode.to_owned())),
            ("gamma", Entry::Number(self.gamma)),
            ("scale_mode", Entry::Text(self.scale_mode.to_owned())),
            ("cycle_momentum", Entry::Bool(self.cycle_momentum)),
        ]
    }
}

schedule!(CyclicLR);
