//! Schedules one after another, or on top of each other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::state::{Entry, ScheduleState};
use super::{LRScheduler, Part};
use crate::optim::Optimizer;

/// Schedules of one optimizer, as [`SequentialLR`] and [`ChainedScheduler`] take them.
///
/// ```
/// use wick::optim::lr_scheduler::{ConstantLR, ExponentialLR, Schedules, SequentialLR};
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let schedules: Schedules =
///     vec![Box::new(ConstantLR::new(&optimizer)), Box::new(ExponentialLR::new(&optimizer, 0.9))];
/// assert_eq!(SequentialLR::new(&optimizer, schedules, &[5]).get_last_lr().len(), 1);
/// ```
pub type Schedules = Vec<Box<dyn LRScheduler>>;

/// One schedule after the other, each from a milestone on: `torch.optim.lr_scheduler.SequentialLR`.
///
/// ```
/// use wick::optim::lr_scheduler::{ConstantLR, ExponentialLR, SequentialLR};
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let warmup = ConstantLR::new(&optimizer).factor(0.5).total_iters(10);
/// let decay = ExponentialLR::new(&optimizer, 0.5);
/// let scheduler = SequentialLR::new(&optimizer, vec![Box::new(warmup), Box::new(decay)], &[2]);
/// let rates: Vec<f64> = (0..4).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [0.5, 1., 0.5, 0.25]);
/// ```
pub struct SequentialLR {
    schedulers: Schedules,
    milestones: Vec<usize>,
    position: Mutex<(usize, Vec<f64>)>,
}

impl SequentialLR {
    /// A schedule that is the first one until the first milestone, then the second one, and so on.
    ///
    /// # Panics
    /// When there is no schedule, one belongs to another optimizer, or there is not one milestone less than schedules.
    #[track_caller]
    pub fn new(optimizer: &dyn Optimizer, schedulers: Schedules, milestones: &[usize]) -> Self {
        assert!(
            !schedulers.is_empty(),
            "SequentialLR expects at least one scheduler, but got no scheduler."
        );
        check("SequentialLR", optimizer, &schedulers);
        assert!(
            milestones.len() + 1 == schedulers.len(),
            "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone \
             points, but got number of schedulers {} and the number of milestones to be equal to {}",
            schedulers.len(),
            milestones.len()
        );
        for group in &mut optimizer.handle().lock().groups {
            let first = group.options.number("initial_lr");
            group.options.set("lr", first);
        }
        schedulers
            .iter()
            .for_each(|scheduler| scheduler.part().undo());
        let made = Self {
            schedulers,
            milestones: milestones.to_vec(),
            position: Mutex::default(),
        };
        let first = &made.schedulers[made.index(0)];
        first.part().start();
        made.position().1 = first.get_last_lr();
        made
    }

    fn position(&self) -> MutexGuard<'_, (usize, Vec<f64>)> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The schedule that an epoch belongs to.
    fn index(&self, epoch: usize) -> usize {
        let milestones = self.milestones.iter();
        milestones.filter(|&&milestone| milestone <= epoch).count()
    }
}

impl LRScheduler for SequentialLR {
    #[track_caller]
    fn step(&self) {
        let mut position = self.position();
        position.0 += 1;
        let index = self.index(position.0);
        let scheduler = &self.schedulers[index];
        if index > 0 && self.milestones[index - 1] == position.0 {
            scheduler.part().jump(0);
        } else {
            scheduler.step();
        }
        position.1 = scheduler.get_last_lr();
    }

    fn get_last_lr(&self) -> Vec<f64> {
        self.position().1.clone()
    }

    fn state_dict(&self) -> ScheduleState {
        let position = self.position().clone();
        let milestones = self.milestones.iter().map(|&milestone| milestone as f64);
        ScheduleState::of(vec![
            ("_milestones", Entry::List(milestones.collect())),
            ("last_epoch", Entry::Int(position.0 as i64)),
            ("_last_lr", Entry::List(position.1)),
            ("_schedulers", states(&self.schedulers)),
        ])
    }

    fn load_state_dict(&self, state: &ScheduleState) {
        let mut position = self.position();
        if let Some(Entry::Int(epoch)) = state.get("last_epoch") {
            position.0 = (*epoch).max(0) as usize;
        }
        if let Some(Entry::List(rates)) = state.get("_last_lr") {
            position.1.clone_from(rates);
        }
        load(&self.schedulers, state);
    }

    fn part(&self) -> Part<'_> {
        Part::Several(&self.schedulers)
    }
}

/// All schedules at every epoch, each from the learning rate that the one before it set:
/// `torch.optim.lr_scheduler.ChainedScheduler`.
///
/// ```
/// use wick::optim::lr_scheduler::{ChainedScheduler, ConstantLR, ExponentialLR};
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let warmup = ConstantLR::new(&optimizer).factor(0.5).total_iters(2);
/// let decay = ExponentialLR::new(&optimizer, 0.5);
/// let scheduler = ChainedScheduler::new(vec![Box::new(warmup), Box::new(decay)]);
/// let rates: Vec<f64> = (0..3).map(|_| { scheduler.step(); optimizer.lr() }).collect();
/// assert_eq!(rates, [0.25, 0.25, 0.125]);
/// ```
pub struct ChainedScheduler {
    schedulers: Schedules,
}

impl ChainedScheduler {
    /// A schedule that takes the steps of all these.
    ///
    /// # Panics
    /// When there is no schedule, or they belong to different optimizers.
    #[track_caller]
    pub fn new(schedulers: Schedules) -> Self {
        let Some(first) = schedulers.first() else {
            panic!(
                "ChainedScheduler expects at least one scheduler to be chained, but got no scheduler."
            );
        };
        let optimizer = first.part().optimizer();
        let other = schedulers
            .iter()
            .position(|scheduler| !scheduler.part().optimizer().same(&optimizer));
        if let Some(index) = other {
            panic!(
                "ChainedScheduler expects all schedulers to belong to the same optimizer, but got scheduler at index {index} \
                 which is different"
            );
        }
        Self { schedulers }
    }
}

impl LRScheduler for ChainedScheduler {
    #[track_caller]
    fn step(&self) {
        for scheduler in &self.schedulers {
            scheduler.step();
        }
    }

    fn get_last_lr(&self) -> Vec<f64> {
        let optimizer = self.part().optimizer();
        let state = optimizer.lock();
        let groups = state.groups.iter();
        groups.map(|group| group.options.number("lr")).collect()
    }

    fn state_dict(&self) -> ScheduleState {
        ScheduleState::of(vec![
            ("_last_lr", Entry::List(self.get_last_lr())),
            ("_schedulers", states(&self.schedulers)),
        ])
    }

    fn load_state_dict(&self, state: &ScheduleState) {
        load(&self.schedulers, state);
    }

    fn part(&self) -> Part<'_> {
        Part::Several(&self.schedulers)
    }
}

#[track_caller]
fn check(name: &str, optimizer: &dyn Optimizer, schedulers: &Schedules) {
    let handle = optimizer.handle();
    for (index, scheduler) in schedulers.iter().enumerate() {
        assert!(
            scheduler.part().optimizer().same(&handle),
            "{name} expects all schedulers to belong to the same optimizer, but got scheduler at index {index} which is \
             different"
        );
    }
}

fn states(schedulers: &Schedules) -> Entry {
    Entry::States(
        schedulers
            .iter()
            .map(|scheduler| scheduler.state_dict())
            .collect(),
    )
}

fn load(schedulers: &Schedules, state: &ScheduleState) {
    if let Some(Entry::States(states)) = state.get("_schedulers") {
        for (scheduler, state) in schedulers.iter().zip(states) {
            scheduler.load_state_dict(state);
        }
    }
}
