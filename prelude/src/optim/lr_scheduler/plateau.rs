//! Learning rates that fall when nothing gets better any more.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::schedule::PerGroup;
use super::state::{Entry, ScheduleState};
use crate::optim::Optimizer;
use crate::optim::core::Handle;

/// Multiplies the learning rate by `factor` when a number has not become better for `patience` epochs:
/// `torch.optim.lr_scheduler.ReduceLROnPlateau`. Its `step` takes that number.
///
/// ```
/// use wick::optim::lr_scheduler::ReduceLROnPlateau;
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = ReduceLROnPlateau::new(&optimizer).patience(1).factor(0.5);
/// for loss in [3., 2., 2., 2.] {
///     scheduler.step(loss);
/// }
/// assert_eq!(optimizer.lr(), 0.5);
///
/// // Of an accuracy the larger is the better, here by at least 0.1.
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = ReduceLROnPlateau::new(&optimizer).mode("max").factor(0.5).patience(1);
/// let scheduler = scheduler.threshold(0.1).threshold_mode("abs").cooldown(1).min_lr(0.3).eps(1e-6);
/// for accuracy in [0.7, 0.75, 0.75, 0.75, 0.75] {
///     scheduler.step(accuracy);
/// }
/// assert_eq!((scheduler.get_last_lr(), scheduler.num_bad_epochs()), (vec![0.5], 1));
///
/// let state = scheduler.state_dict();
/// scheduler.step(0.75);
/// assert_eq!(scheduler.get_last_lr(), [0.3]);
/// scheduler.load_state_dict(&state);
/// assert_eq!(scheduler.num_bad_epochs(), 1);
/// ```
pub struct ReduceLROnPlateau {
    optimizer: Handle,
    mode: &'static str,
    factor: f64,
    patience: usize,
    threshold: f64,
    threshold_mode: &'static str,
    cooldown: usize,
    min_lr: PerGroup,
    eps: f64,
    position: Mutex<Position>,
}

#[derive(Clone)]
struct Position {
    best: f64,
    num_bad_epochs: usize,
    cooldown_counter: usize,
    last_epoch: i64,
    last_lr: Vec<f64>,
}

impl ReduceLROnPlateau {
    /// A schedule that takes a tenth of the learning rate when a number has not become smaller by one part in 10 000
    /// for 10 epochs.
    pub fn new(optimizer: &dyn Optimizer) -> Self {
        let handle = optimizer.handle();
        let last_lr = rates(&handle);
        Self {
            optimizer: handle,
            mode: "min",
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            threshold_mode: "rel",
            cooldown: 0,
            min_lr: 0.0.into(),
            eps: 1e-8,
            position: Mutex::new(Position {
                best: f64::INFINITY,
                num_bad_epochs: 0,
                cooldown_counter: 0,
                last_epoch: 0,
                last_lr,
            }),
        }
    }

    /// Whether smaller (`"min"`) or larger (`"max"`) is better.
    ///
    /// # Panics
    /// When it is neither.
    #[track_caller]
    pub fn mode(mut self, mode: &str) -> Self {
        let (mode, worst) = match mode {
            "min" => ("min", f64::INFINITY),
            "max" => ("max", f64::NEG_INFINITY),
            other => panic!("mode {other} is unknown!"),
        };
        self.mode = mode;
        self.position().best = worst;
        self
    }

    /// The factor that the learning rate is multiplied by; 0.1 at first.
    ///
    /// # Panics
    /// When it is not below 1.
    #[track_caller]
    pub fn factor(mut self, factor: f64) -> Self {
        assert!(factor < 1.0, "Factor should be < 1.0.");
        self.factor = factor;
        self
    }

    /// How many epochs without anything better are borne; 10 at first.
    pub fn patience(mut self, patience: usize) -> Self {
        self.patience = patience;
        self
    }

    /// By how much a number has to be better to count; 1e-4 at first.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Whether the threshold is a part of the best number (`"rel"`) or a difference (`"abs"`).
    ///
    /// # Panics
    /// When it is neither.
    #[track_caller]
    pub fn threshold_mode(mut self, mode: &str) -> Self {
        self.threshold_mode = match mode {
            "rel" => "rel",
            "abs" => "abs",
            other => panic!("threshold mode {other} is unknown!"),
        };
        self
    }

    /// How many epochs do not count after the learning rate has fallen; 0 at first.
    pub fn cooldown(mut self, cooldown: usize) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// The lowest learning rate, of all groups or of each; 0 at first.
    pub fn min_lr(mut self, min_lr: impl Into<PerGroup>) -> Self {
        self.min_lr = min_lr.into();
        self
    }

    /// Changes of the learning rate that are smaller are not made; 1e-8 at first.
    pub fn eps(mut self, eps: f64) -> Self {
        self.eps = eps;
        self
    }

    fn position(&self) -> MutexGuard<'_, Position> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends an epoch in which the number that is watched, such as a loss, was `metrics`.
    pub fn step(&self, metrics: f64) {
        let mut position = self.position();
        position.last_epoch += 1;
        if self.is_better(metrics, position.best) {
            position.best = metrics;
            position.num_bad_epochs = 0;
        } else {
            position.num_bad_epochs += 1;
        }
        if position.cooldown_counter > 0 {
            position.cooldown_counter -= 1;
            position.num_bad_epochs = 0;
        }
        if position.num_bad_epochs > self.patience {
            self.reduce();
            position.cooldown_counter = self.cooldown;
            position.num_bad_epochs = 0;
        }
        position.last_lr = rates(&self.optimizer);
    }

    fn is_better(&self, number: f64, best: f64) -> bool {
        match (self.mode, self.threshold_mode) {
            ("min", "rel") => number < best * (1.0 - self.threshold),
            ("min", _) => number < best - self.threshold,
            (_, "rel") => number > best * (self.threshold + 1.0),
            _ => number > best + self.threshold,
        }
    }

    fn reduce(&self) {
        let mut optimizer = self.optimizer.lock();
        for (index, group) in optimizer.groups.iter_mut().enumerate() {
            let old = group.options.number("lr");
            let new = (old * self.factor).max(self.min_lr.of(index));
            if old - new > self.eps {
                group.options.set("lr", new);
            }
        }
    }

    /// How many epochs in a row were not better.
    pub fn num_bad_epochs(&self) -> usize {
        self.position().num_bad_epochs
    }

    /// The learning rate of each group after the last step.
    pub fn get_last_lr(&self) -> Vec<f64> {
        self.position().last_lr.clone()
    }

    /// Where the schedule stands, for a checkpoint.
    pub fn state_dict(&self) -> ScheduleState {
        let position = self.position().clone();
        ScheduleState::of(vec![
            ("factor", Entry::Number(self.factor)),
            ("patience", Entry::Int(self.patience as i64)),
            ("cooldown", Entry::Int(self.cooldown as i64)),
            ("eps", Entry::Number(self.eps)),
            ("last_epoch", Entry::Int(position.last_epoch)),
            ("_last_lr", Entry::List(position.last_lr)),
            ("mode", Entry::Text(self.mode.to_owned())),
            ("threshold", Entry::Number(self.threshold)),
            (
                "threshold_mode",
                Entry::Text(self.threshold_mode.to_owned()),
            ),
            ("best", Entry::Number(position.best)),
            (
                "cooldown_counter",
                Entry::Int(position.cooldown_counter as i64),
            ),
            ("num_bad_epochs", Entry::Int(position.num_bad_epochs as i64)),
        ])
    }

    /// Goes to where the state says; the options stay those that the schedule was made with.
    pub fn load_state_dict(&self, state: &ScheduleState) {
        let mut position = self.position();
        let whole = |name: &str| match state.get(name) {
            Some(Entry::Int(number)) => Some(*number),
            _ => None,
        };
        if let Some(Entry::Number(best)) = state.get("best") {
            position.best = *best;
        }
        if let Some(Entry::List(rates)) = state.get("_last_lr") {
            position.last_lr.clone_from(rates);
        }
        if let Some(epoch) = whole("last_epoch") {
            position.last_epoch = epoch;
        }
        if let Some(count) = whole("num_bad_epochs") {
            position.num_bad_epochs = count.max(0) as usize;
        }
        if let Some(count) = whole("cooldown_counter") {
            position.cooldown_counter = count.max(0) as usize;
        }
    }
}

fn rates(optimizer: &Handle) -> Vec<f64> {
    let state = optimizer.lock();
    let groups = state.groups.iter();
    groups.map(|group| group.options.number("lr")).collect()
}
