//! What all schedules share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::state::{Entry, ScheduleState};
use crate::optim::core::{Handle, State};
use crate::optim::{Optimizer, Options, Value};

/// What a schedule makes of learning rates.
pub trait Curve {
    /// The learning rate of a group from the epoch (1 is the first after the start), the group's first learning rate and
    /// its present one.
    fn next(&self, epoch: i64, group: usize, base: f64, now: f64) -> f64;

    /// The learning rate at the start.
    fn first(&self, group: usize, base: f64, now: f64) -> f64 {
        let _ = (group, base);
        now
    }

    /// The same for any epoch, without the learning rates in between. Only a schedule that begins late in a row of
    /// schedules needs it.
    fn jump(&self, epoch: i64, group: usize, base: f64, now: f64) -> f64 {
        match epoch {
            0 => self.first(group, base, now),
            _ => self.next(epoch, group, base, now),
        }
    }

    /// Changes what is not a learning rate.
    fn others(&self, epoch: i64, optimizer: &mut State) {
        let _ = (epoch, optimizer);
    }

    /// The options, as they stand in a state dict.
    fn options(&self) -> Vec<(&'static str, Entry)>;
}

/// What schedules change from step to step.
const CHANGED: [&str; 5] = ["lr", "momentum", "betas", "base_momentum", "max_momentum"];

/// Where a schedule stands.
#[derive(Clone)]
struct Position {
    last_epoch: i64,
    step_count: i64,
    base_lrs: Vec<f64>,
    last_lr: Vec<f64>,
}

/// An optimizer and where its schedule stands.
pub struct Schedule {
    optimizer: Handle,
    /// The options of the groups when the schedule was made, from which it begins again when an option changes it.
    given: Vec<Options>,
    position: Mutex<Position>,
}

impl Schedule {
    /// A schedule before its start.
    pub fn new(optimizer: &dyn Optimizer) -> Self {
        let handle = optimizer.handle();
        let given: Vec<Options> = {
            let mut state = handle.lock();
            let groups = state.groups.iter_mut().map(|group| {
                if group.options.get("initial_lr").is_none() {
                    group.options.set("initial_lr", group.options.number("lr"));
                }
                group.options.clone()
            });
            groups.collect()
        };
        let all = |name| given.iter().map(|options| options.number(name)).collect();
        let position = Position {
            last_epoch: -1,
            step_count: 0,
            base_lrs: all("initial_lr"),
            last_lr: all("lr"),
        };
        Self {
            optimizer: handle,
            given,
            position: Mutex::new(position),
        }
    }

    pub fn optimizer(&self) -> &Handle {
        &self.optimizer
    }

    fn position(&self) -> MutexGuard<'_, Position> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts, or starts again with other options.
    pub fn begin(&self, curve: &dyn Curve) {
        for (group, given) in self.optimizer.lock().groups.iter_mut().zip(&self.given) {
            group.options.restore(given, &CHANGED);
        }
        self.start(curve);
    }

    /// Sets the first learning rates from those that the groups have.
    pub fn start(&self, curve: &dyn Curve) {
        let mut position = self.position();
        position.step_count = 1;
        position.last_epoch = 0;
        self.apply(&mut position, curve, |group, base, now| {
            curve.first(group, base, now)
        });
    }

    /// Goes on by one epoch.
    #[track_caller]
    pub fn step(&self, curve: &dyn Curve) {
        let mut position = self.position();
        position.step_count += 1;
        position.last_epoch += 1;
        let epoch = position.last_epoch;
        self.apply(&mut position, curve, |group, base, now| match epoch {
            0 => curve.first(group, base, now),
            _ => curve.next(epoch, group, base, now),
        });
    }

    /// Goes to an epoch.
    pub fn jump(&self, curve: &dyn Curve, epoch: i64) {
        let mut position = self.position();
        position.last_epoch = epoch;
        self.apply(&mut position, curve, |group, base, now| {
            curve.jump(epoch, group, base, now)
        });
    }

    /// Takes the start back, so that another schedule can begin in its place.
    pub fn undo(&self) {
        self.position().last_epoch -= 1;
    }

    pub fn last_lr(&self) -> Vec<f64> {
        self.position().last_lr.clone()
    }

    fn apply(
        &self,
        position: &mut Position,
        curve: &dyn Curve,
        rate: impl Fn(usize, f64, f64) -> f64,
    ) {
        let mut optimizer = self.optimizer.lock();
        curve.others(position.last_epoch, &mut optimizer);
        let groups = optimizer.groups.iter_mut().enumerate();
        let rates = groups
            .zip(&position.base_lrs)
            .map(|((index, group), base)| {
                let rate = rate(index, *base, group.options.number("lr"));
                group.options.set("lr", rate);
                rate
            });
        position.last_lr = rates.collect();
    }

    /// Sets what the first learning rates are, where a schedule has its own.
    pub fn set_base(&self, base_lrs: Vec<f64>) {
        self.position().base_lrs = base_lrs;
    }

    pub fn state(&self, curve: &dyn Curve) -> ScheduleState {
        let position = self.position().clone();
        let mut entries = curve.options();
        entries.extend([
            ("base_lrs", Entry::List(position.base_lrs)),
            ("last_epoch", Entry::Int(position.last_epoch)),
            ("_step_count", Entry::Int(position.step_count)),
            ("_last_lr", Entry::List(position.last_lr)),
        ]);
        ScheduleState::of(entries)
    }

    /// Stands where the state says; the options stay.
    pub fn load(&self, state: &ScheduleState) {
        let mut position = self.position();
        if let Some(Entry::Int(epoch)) = state.get("last_epoch") {
            position.last_epoch = *epoch;
        }
        if let Some(Entry::Int(count)) = state.get("_step_count") {
            position.step_count = *count;
        }
        if let Some(Entry::List(rates)) = state.get("base_lrs") {
            position.base_lrs.clone_from(rates);
        }
        if let Some(Entry::List(rates)) = state.get("_last_lr") {
            position.last_lr.clone_from(rates);
        }
    }
}

/// Numbers for the groups of an optimizer: one for all, or one for each.
///
/// ```
/// use wick::optim::lr_scheduler::CyclicLR;
/// use wick::prelude::*;
///
/// let groups = [1., 1.].map(|lr| optim::ParamGroup::new(Linear::new(2, 1).parameters()).lr(lr));
/// let optimizer = optim::SGD::with_groups(groups, 1.).momentum(0.9);
/// assert_eq!(CyclicLR::new(&optimizer, 0.25, 0.75).get_last_lr(), [0.25, 0.25]);
/// assert_eq!(CyclicLR::new(&optimizer, [0.25, 0.5], 0.75).get_last_lr(), [0.25, 0.5]);
/// ```
#[derive(Debug, Clone)]
pub struct PerGroup(Vec<f64>);

impl PerGroup {
    /// The number of a group.
    pub(super) fn of(&self, group: usize) -> f64 {
        self.0[group.min(self.0.len() - 1)]
    }

    /// # Panics
    /// When there are neither one nor as many numbers as groups.
    #[track_caller]
    pub(super) fn check(&self, name: &str, optimizer: &dyn Optimizer) {
        let groups = optimizer.handle().lock().groups.len();
        assert!(
            self.0.len() == 1 || self.0.len() == groups,
            "{name} must have the same length as optimizer.param_groups. {name} has {} values, param_groups has {groups}.",
            self.0.len()
        );
    }
}

impl From<f64> for PerGroup {
    fn from(number: f64) -> Self {
        Self(vec![number])
    }
}

impl<const N: usize> From<[f64; N]> for PerGroup {
    fn from(numbers: [f64; N]) -> Self {
        Self(numbers.to_vec())
    }
}

impl From<Vec<f64>> for PerGroup {
    fn from(numbers: Vec<f64>) -> Self {
        Self(numbers)
    }
}

/// Whether an optimizer has a momentum, or betas in its place.
pub(super) fn has_momentum(optimizer: &State) -> bool {
    matches!(optimizer.defaults.get("betas"), Some(Value::Pair(..)))
        || optimizer.defaults.get("momentum").is_some()
}

/// What every schedule has: `LRScheduler`.
macro_rules! schedule {
    ($($name:ident),*) => {$(
        impl super::LRScheduler for $name {
            #[track_caller]
            fn step(&self) {
                self.schedule.step(self);
            }

            fn get_last_lr(&self) -> Vec<f64> {
                self.schedule.last_lr()
            }

            fn state_dict(&self) -> super::ScheduleState {
                self.schedule.state(self)
            }

            fn load_state_dict(&self, state: &super::ScheduleState) {
                self.schedule.load(state);
            }

            fn part(&self) -> super::Part<'_> {
                super::Part::One(&self.schedule, self)
            }
        }
    )*};
}
pub(super) use schedule;
