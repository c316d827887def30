//! Where a schedule stands, to keep it in a checkpoint.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{LRScheduler, ReduceLROnPlateau};
use crate::nn::python;

/// An entry of a schedule's state, shown as Python prints it.
///
/// ```
/// use wick::optim::lr_scheduler::{Entry, ExponentialLR};
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let state = ExponentialLR::new(&optimizer, 0.5).state_dict();
/// assert_eq!(state.get("gamma"), Some(&Entry::Number(0.5)));
/// assert_eq!(state.get("last_epoch").unwrap().to_string(), "0");
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
    /// Numbers.
    List(Vec<f64>),
    /// Yes or no.
    Bool(bool),
    /// A word.
    Text(String),
    /// The states of several schedules.
    States(Vec<ScheduleState>),
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Number(number) => f.write_str(&python::float(*number)),
            Self::List(numbers) => {
                let shown: Vec<String> = numbers.iter().copied().map(python::float).collect();
                write!(f, "[{}]", shown.join(", "))
            }
            Self::Bool(value) => f.write_str(python::bool(*value)),
            Self::Text(text) => write!(f, "'{text}'"),
            Self::States(states) => {
                let shown: Vec<String> = states.iter().map(ScheduleState::to_string).collect();
                write!(f, "[{}]", shown.join(", "))
            }
        }
    }
}

/// Where a schedule stands: what `state_dict()` returns and `load_state_dict` takes.
///
/// ```
/// use wick::optim::lr_scheduler::{Entry, StepLR};
/// use wick::prelude::*;
///
/// let optimizer = optim::SGD::new(Linear::new(2, 1).parameters(), 1.);
/// let scheduler = StepLR::new(&optimizer, 2).gamma(0.5);
/// scheduler.step();
/// let state = scheduler.state_dict();
/// assert_eq!(state.get("last_epoch"), Some(&Entry::Int(1)));
/// assert_eq!(state.iter().next().unwrap(), ("step_size", &Entry::Int(2)));
/// assert!(state.to_string().starts_with("{'step_size': 2, 'gamma': 0.5, 'base_lrs': [1.0], 'last_epoch': 1,"));
/// ```
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScheduleState(Vec<(String, Entry)>);

impl ScheduleState {
    pub(super) fn of(entries: Vec<(&'static str, Entry)>) -> Self {
        let owned = |(name, entry): (&str, Entry)| (name.to_owned(), entry);
        Self(entries.into_iter().map(owned).collect())
    }

    /// The entry of that name, such as `last_epoch`; `None` if there is none.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, entry)| entry)
    }

    /// The names and entries, in PyTorch's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.0.iter().map(|(name, entry)| (name.as_str(), entry))
    }
}

/// As Python prints the dictionary.
impl fmt::Display for ScheduleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<String> = self
            .iter()
            .map(|(name, entry)| format!("'{name}': {entry}"))
            .collect();
        write!(f, "{{{}}}", entries.join(", "))
    }
}

impl fmt::Debug for ScheduleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What stands somewhere on its way: all schedules, that which looks at a metric too.
#[doc(hidden)]
pub trait Stands {
    /// Where.
    fn stands(&self) -> ScheduleState;

    /// There.
    fn stand_at(&self, state: &ScheduleState);
}

impl<T: LRScheduler> Stands for T {
    fn stands(&self) -> ScheduleState {
        self.state_dict()
    }

    fn stand_at(&self, state: &ScheduleState) {
        self.load_state_dict(state);
    }
}

impl Stands for ReduceLROnPlateau {
    fn stands(&self) -> ScheduleState {
        self.state_dict()
    }

    fn stand_at(&self, state: &ScheduleState) {
        self.load_state_dict(state);
    }
}
