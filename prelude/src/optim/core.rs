//! What all optimizers share: groups of parameters, what is remembered of each, and who may look.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::OrPanic;
use crate::{Result, Tensor, no_grad};

/// How an optimizer changes a parameter, and the options that say so.
pub(super) trait Rule: Clone + Send + 'static {
    /// What is remembered of a parameter from step to step.
    type Memory: Default + Send;

    /// Changes `parameter`, whose gradient is `gradient`.
    fn update(
        &self,
        rates: Rates,
        parameter: &Tensor,
        gradient: &Tensor,
        memory: &mut Self::Memory,
    ) -> Result<()>;

    /// PyTorch's name of the optimizer.
    fn name(&self) -> &'static str;

    /// The options by name, in alphabetical order, as they are printed.
    fn options(&self, rates: Rates) -> Vec<(&'static str, String)>;
}

/// The numbers that schedules change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// The learning rate.
    pub lr: f64,
    /// The momentum; in Adam, the first beta.
    pub momentum: f64,
}

/// Parameters that are changed by the same options.
struct Group<R> {
    parameters: Vec<Tensor>,
    rates: Rates,
    rule: R,
}

/// An optimizer's state.
struct State<R: Rule> {
    groups: Vec<Group<R>>,
    /// By the parameter's id, so that a parameter that moves keeps what is known of it.
    memory: HashMap<u64, R::Memory>,
}

/// What a schedule sees of an optimizer.
pub trait Scheduled: Send {
    /// The rates of each group.
    fn rates(&self) -> Vec<Rates>;
    /// Sets the rates of each group.
    fn set_rates(&mut self, rates: &[Rates]);
}

impl<R: Rule> Scheduled for State<R> {
    fn rates(&self) -> Vec<Rates> {
        self.groups.iter().map(|group| group.rates).collect()
    }

    fn set_rates(&mut self, rates: &[Rates]) {
        for (group, rates) in self.groups.iter_mut().zip(rates) {
            group.rates = *rates;
        }
    }
}

/// A handle on an optimizer whose kind does not matter.
#[derive(Clone)]
pub struct Handle(Arc<Mutex<dyn Scheduled>>);

impl Handle {
    pub(super) fn lock(&self) -> MutexGuard<'_, dyn Scheduled + 'static> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The part of an optimizer that does not depend on its rule.
pub(super) struct Core<R: Rule>(Arc<Mutex<State<R>>>);

impl<R: Rule> Core<R> {
    pub fn new(parameters: Vec<Tensor>, rates: Rates, rule: R) -> Self {
        let group = Group {
            parameters,
            rates,
            rule,
        };
        Self(Arc::new(Mutex::new(State {
            groups: vec![group],
            memory: HashMap::new(),
        })))
    }

    /// Adds a group that has the first one's options and a learning rate of its own.
    pub fn add(&self, parameters: Vec<Tensor>, lr: f64) {
        let mut state = self.lock();
        if let Some(Group { rates, rule, .. }) = state.groups.first() {
            let (rates, rule) = (Rates { lr, ..*rates }, rule.clone());
            state.groups.push(Group {
                parameters,
                rates,
                rule,
            });
        }
    }

    /// Changes an option in all groups.
    pub fn set(&self, mut change: impl FnMut(&mut R, &mut Rates)) {
        for group in &mut self.lock().groups {
            change(&mut group.rule, &mut group.rates);
        }
    }

    #[track_caller]
    pub fn step(&self) {
        no_grad(|| self.try_step()).or_panic();
    }

    fn try_step(&self) -> Result<()> {
        let State { groups, memory } = &mut *self.lock();
        for Group {
            parameters,
            rates,
            rule,
        } in groups
        {
            for parameter in parameters.iter() {
                if let Some(gradient) = parameter.grad() {
                    let memory = memory.entry(parameter.id()).or_default();
                    rule.update(*rates, parameter, &gradient, memory)?;
                }
            }
        }
        Ok(())
    }

    pub fn zero_grad(&self) {
        for group in &self.lock().groups {
            group.parameters.iter().for_each(Tensor::zero_grad);
        }
    }

    pub fn lr(&self) -> f64 {
        self.lock().groups[0].rates.lr
    }

    pub fn handle(&self) -> Handle {
        Handle(self.0.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Rule> fmt::Display for Core<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        write!(f, "{} (", state.groups[0].rule.name())?;
        for (index, group) in state.groups.iter().enumerate() {
            write!(f, "\nParameter Group {index}")?;
            for (name, value) in group.rule.options(group.rates) {
                write!(f, "\n    {name}: {value}")?;
            }
            writeln!(f)?;
        }
        f.write_str(")")
    }
}

/// A number as Python shows it where whole ones were written without a point.
pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value}")
    } else {
        crate::nn::python::float(value)
    }
}

/// What every optimizer has: `Optimizer`, more groups, and PyTorch's text.
macro_rules! optimizer {
    ($optimizer:ident) => {
        impl $optimizer {
            /// Adds parameters that have a learning rate of their own and all other options of the first ones.
            pub fn add_param_group(
                self,
                parameters: impl IntoIterator<Item = crate::Tensor>,
                lr: f64,
            ) -> Self {
                self.0.add(parameters.into_iter().collect(), lr);
                self
            }
        }

        impl super::Optimizer for $optimizer {
            #[track_caller]
            fn step(&self) {
                self.0.step();
            }

            fn zero_grad(&self) {
                self.0.zero_grad();
            }

            fn lr(&self) -> f64 {
                self.0.lr()
            }

            fn set_lr(&self, lr: f64) {
                self.0.set(|_, rates| rates.lr = lr);
            }

            fn handle(&self) -> super::core::Handle {
                self.0.handle()
            }
        }

        impl std::fmt::Display for $optimizer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl std::fmt::Debug for $optimizer {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}
pub(super) use optimizer;
