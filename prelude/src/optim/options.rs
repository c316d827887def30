//! The options of a group of parameters, under PyTorch's names.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::nn::python;
use crate::{Error, Result};

/// The value of an option of an optimizer, shown as Python prints it.
///
/// ```
/// use wick::optim::Value;
/// assert_eq!(Value::Pair(0.9, 0.999).to_string(), "(0.9, 0.999)");
/// assert_eq!(Value::from(true).to_string(), "True");
/// assert_eq!(Value::from(1e-8).to_string(), "1e-08");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// Python's `None`.
    None,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
    /// Two numbers, as betas are.
    Pair(f64, f64),
    /// Two numbers of which the first may be `None`, as Adafactor's epsilons are.
    Epsilons(Option<f64>, f64),
    /// Three numbers, as Muon's coefficients are.
    Triple(f64, f64, f64),
    /// A word.
    Text(&'static str),
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Int(value as i64)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<(f64, f64)> for Value {
    fn from((first, second): (f64, f64)) -> Self {
        Self::Pair(first, second)
    }
}

/// As Python prints it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(value) => f.write_str(python::bool(*value)),
            Self::Int(value) => write!(f, "{value}"),
            Self::Number(value) => f.write_str(&python::float(*value)),
            Self::Pair(a, b) => {
                // Betas are below 1; whole numbers above are most often written without a point.
                let shown = |number: f64| match number {
                    whole if whole >= 1.0 && whole.fract() == 0.0 => format!("{whole}"),
                    number => python::float(number),
                };
                write!(f, "({}, {})", shown(*a), shown(*b))
            }
            Self::Epsilons(first, second) => {
                let first = first.map_or("None".to_owned(), python::float);
                write!(f, "({first}, {})", python::float(*second))
            }
            Self::Triple(a, b, c) => {
                let [a, b, c] = [a, b, c].map(|number| python::float(*number));
                write!(f, "({a}, {b}, {c})")
            }
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Options by name: what a group of parameters has beside its parameters.
///
/// ```
/// use wick::optim::Value;
/// use wick::prelude::*;
///
/// let parameters = Linear::new(2, 1).parameters();
/// let mut options = optim::Adam::new(parameters.clone(), 1e-3).amsgrad(true).param_groups()[0].options.clone();
/// assert_eq!((options.number("lr"), options.pair("betas")), (1e-3, (0.9, 0.999)));
/// assert_eq!((options.flag("amsgrad"), options.get("unknown")), (true, None));
/// options.set("lr", 0.5);
/// assert_eq!(options.iter().next(), Some(("lr", Value::Number(0.5))));
/// assert_eq!(options.sorted()[0].0, "amsgrad");
///
/// let options = optim::Adafactor::new(parameters, 1e-2).param_groups()[0].options.clone();
/// assert_eq!(options.epsilons("eps"), (None, 1e-3));
/// let matrix = Tensor::ones([2, 2]).requires_grad_(true);
/// let options = optim::Muon::new([matrix], 1e-3).adjust_lr_fn("original").param_groups()[0].options.clone();
/// assert_eq!(options.triple("ns_coefficients"), (3.4445, -4.775, 2.0315));
/// assert_eq!(options.text("adjust_lr_fn"), Some("original"));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options(Vec<(&'static str, Value)>);

impl Options {
    pub(super) fn of(values: &[(&'static str, Value)]) -> Self {
        Self(values.to_vec())
    }

    /// The option of that name; `None` if there is none.
    pub fn get(&self, name: &str) -> Option<Value> {
        let found = self.0.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| *value)
    }

    /// Sets an option, whether or not it is there yet.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.put(name, value.into());
    }

    fn put(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The options in the order of their names, as they are printed.
    pub fn sorted(&self) -> Vec<(&'static str, Value)> {
        let mut sorted = self.0.clone();
        sorted.sort_by_key(|(name, _)| *name);
        sorted
    }

    /// The options in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.0.iter().copied()
    }

    /// An option that is a number; 0 if it is none.
    pub fn number(&self, name: &str) -> f64 {
        match self.get(name) {
            Some(Value::Number(value)) => value,
            Some(Value::Int(value)) => value as f64,
            _ => 0.0,
        }
    }

    /// An option that is yes or no; no if it is neither.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Some(Value::Bool(true))
    }

    /// An option that is a pair; zeros if it is none.
    pub fn pair(&self, name: &str) -> (f64, f64) {
        match self.get(name) {
            Some(Value::Pair(first, second)) => (first, second),
            _ => (0.0, 0.0),
        }
    }

    /// An option that is a pair whose first number may be none; none and zero if it is not.
    pub fn epsilons(&self, name: &str) -> (Option<f64>, f64) {
        match self.get(name) {
            Some(Value::Epsilons(first, second)) => (first, second),
            _ => (None, 0.0),
        }
    }

    /// An option that is three numbers; zeros if it is not.
    pub fn triple(&self, name: &str) -> (f64, f64, f64) {
        match self.get(name) {
            Some(Value::Triple(a, b, c)) => (a, b, c),
            _ => (0.0, 0.0, 0.0),
        }
    }

    /// An option that is a word; none if it is not.
    pub fn text(&self, name: &str) -> Option<&'static str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Sets the momentum, or the first beta where there are betas.
    /// Makes these options what they were, or not there, as in `given`.
    pub(super) fn restore(&mut self, given: &Self, names: &[&'static str]) {
        for name in names {
            match given.get(name) {
                Some(value) => self.put(name, value),
                None => self.0.retain(|(key, _)| key != name),
            }
        }
    }

    pub(super) fn set_momentum(&mut self, momentum: f64) {
        match self.get("betas") {
            Some(Value::Pair(_, second)) => self.set("betas", (momentum, second)),
            _ => self.set("momentum", momentum),
        }
    }
}

/// A value with text of its own, as it is in files.
#[derive(Serialize, Deserialize)]
enum Owned {
    None,
    Bool(bool),
    Int(i64),
    Number(f64),
    Pair(f64, f64),
    Text(String),
    Epsilons(Option<f64>, f64),
    Triple(f64, f64, f64),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let owned = match *self {
            Self::None => Owned::None,
            Self::Bool(value) => Owned::Bool(value),
            Self::Int(value) => Owned::Int(value),
            Self::Number(value) => Owned::Number(value),
            Self::Pair(first, second) => Owned::Pair(first, second),
            Self::Epsilons(first, second) => Owned::Epsilons(first, second),
            Self::Triple(a, b, c) => Owned::Triple(a, b, c),
            Self::Text(text) => Owned::Text(text.to_owned()),
        };
        owned.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Ok(match Owned::deserialize(deserializer)? {
            Owned::None => Self::None,
            Owned::Bool(value) => Self::Bool(value),
            Owned::Int(value) => Self::Int(value),
            Owned::Number(value) => Self::Number(value),
            Owned::Pair(first, second) => Self::Pair(first, second),
            Owned::Epsilons(first, second) => Self::Epsilons(first, second),
            Owned::Triple(a, b, c) => Self::Triple(a, b, c),
            Owned::Text(text) => Self::Text(kept(&text)),
        })
    }
}

impl Serialize for Options {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<'de> Deserialize<'de> for Options {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let entries = Vec::<(String, Value)>::deserialize(deserializer)?;
        let entries = entries.into_iter();
        Ok(Self(
            entries.map(|(name, value)| (kept(&name), value)).collect(),
        ))
    }
}

/// The same text for as long as the program runs. There is one of each: options have few names.
fn kept(text: &str) -> &'static str {
    static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = texts.get(text) {
        return known;
    }
    let text: &'static str = text.to_owned().leak();
    texts.insert(text);
    text
}

/// PyTorch's sentence where a value makes no sense for an option of that name.
pub(super) fn check(name: &str, value: Value) -> Result<()> {
    let wrong = |sentence: String| Err(Error::value(sentence));
    match value {
        Value::Number(number) => {
            let shown = python::float(number);
            let negative = number.is_nan() || number < 0.0;
            match name {
                "lr" if negative => wrong(format!("Invalid learning rate: {shown}")),
                "eps" if negative => wrong(format!("Invalid epsilon value: {shown}")),
                "rho" if negative || number > 1.0 => wrong(format!("Invalid rho value: {shown}")),
                "dampening" | "tolerance_grad" | "tolerance_change" | "t0" => Ok(()),
                _ if negative => wrong(format!("Invalid {name} value: {shown}")),
                _ => Ok(()),
            }
        }
        Value::Pair(first, second) => match name {
            "betas" => {
                let valid = |beta: &f64| (0.0..1.0).contains(beta);
                match [first, second].iter().position(|beta| !valid(beta)) {
                    Some(index) => wrong(format!(
                        "Invalid beta parameter at index {index}: {}",
                        python::float([first, second][index])
                    )),
                    None => Ok(()),
                }
            }
            "etas" if !(first > 0.0 && first < 1.0 && second > 1.0) => wrong(format!(
                "Invalid eta values: {}, {}",
                python::float(first),
                python::float(second)
            )),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}
