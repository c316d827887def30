//! What all optimizers share: groups of parameters, what is remembered of each, and who may look.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::group::ParamGroup;
use super::memory::Memory;
use super::options::{Options, Value, check};
use super::state::OptimizerState;
use crate::error::OrPanic;
use crate::{Error, Result, Tensor, no_grad};

/// How an optimizer changes parameters.
pub(super) struct Rule {
    /// PyTorch's name of the optimizer.
    pub name: &'static str,
    /// Its options and their defaults, in PyTorch's order.
    pub defaults: &'static [(&'static str, Value)],
    /// Changes a parameter by its gradient.
    pub update: fn(&Options, &Tensor, &Tensor, &mut Memory) -> Result<()>,
    /// What it takes.
    pub takes: Takes,
}

/// What an optimizer takes, and its sentences on what it does not.
pub(super) struct Takes {
    pub option: fn(&str, Value) -> Result<()>,
    pub parameter: fn(&Tensor) -> Result<()>,
    /// Whether parameters may be complex: both parts are parameters of their own then.
    pub complex: bool,
}

/// Every parameter, and options of the usual kind.
pub(super) const USUAL: Takes = Takes {
    option: check,
    parameter: |_| Ok(()),
    complex: true,
};

/// Parameters that are changed by the same options.
pub struct Group {
    pub parameters: Vec<Tensor>,
    pub options: Options,
    /// The options that the group was given for itself, which the optimizer's do not change.
    own: Options,
}

/// An optimizer's state.
pub struct State {
    pub(super) rule: &'static Rule,
    pub defaults: Options,
    pub groups: Vec<Group>,
    /// By the parameter's id, so that a parameter that moves keeps what is known of it.
    pub memory: HashMap<u64, Memory>,
}

/// A handle on an optimizer's state.
#[derive(Clone)]
pub struct Handle(Arc<Mutex<State>>);

impl Handle {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether both are handles on the same optimizer.
    pub(super) fn same(&self, other: &Handle) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl State {
    fn add(&mut self, group: ParamGroup) -> Result<()> {
        let mut options = self.defaults.clone();
        for (name, value) in group.own.iter() {
            if options.get(name).is_none() {
                return Err(Error::value(format!(
                    "{} has no option '{name}'",
                    self.rule.name
                )));
            }
            (self.rule.takes.option)(name, value)?;
            options.set(name, value);
        }
        let there = self.groups.iter().flat_map(|group| &group.parameters);
        let mut known: HashSet<u64> = there.map(Tensor::id).collect();
        for parameter in &group.parameters {
            if !parameter.is_leaf() {
                return Err(Error::value("can't optimize a non-leaf Tensor"));
            }
            (self.rule.takes.parameter)(parameter)?;
            if !known.insert(parameter.id()) {
                return Err(Error::value(
                    "some parameters appear in more than one parameter group",
                ));
            }
        }
        self.groups.push(Group {
            parameters: group.parameters,
            options,
            own: group.own,
        });
        Ok(())
    }

    fn step(&mut self) -> Result<()> {
        let State {
            rule,
            groups,
            memory,
            ..
        } = self;
        for Group {
            parameters,
            options,
            ..
        } in groups
        {
            let maximize = options.flag("maximize");
            for parameter in parameters.iter() {
                let Some(mut gradient) = parameter.grad() else {
                    continue;
                };
                if maximize {
                    gradient = gradient.try_neg()?;
                }
                if parameter.is_complex() && !rule.takes.complex {
                    let name = rule.name;
                    crate::error::bail!("{name} does not support complex parameters");
                }
                let memory = memory.entry(parameter.id()).or_default();
                if parameter.is_complex() {
                    // Both parts are parameters of their own, as in PyTorch.
                    let (parts, gradient) = (
                        parameter.detach().try_view_as_real()?,
                        gradient.try_view_as_real()?,
                    );
                    (rule.update)(options, &parts, &gradient, memory)?;
                    continue;
                }
                (rule.update)(options, parameter, &gradient, memory)?;
            }
        }
        Ok(())
    }
}

/// An optimizer but for its type.
pub(super) struct Core(Handle);

impl Core {
    #[track_caller]
    pub fn new(rule: &'static Rule, groups: Vec<ParamGroup>, lr: f64) -> Self {
        let mut defaults = Options::of(rule.defaults);
        defaults.set("lr", lr);
        let mut state = State {
            rule,
            defaults,
            groups: Vec::new(),
            memory: HashMap::new(),
        };
        let added = (rule.takes.option)("lr", lr.into()).and_then(|()| {
            if groups.iter().all(|group| group.parameters.is_empty()) {
                return Err(Error::value("optimizer got an empty parameter list"));
            }
            groups.into_iter().try_for_each(|group| state.add(group))
        });
        added.or_panic();
        Self(Handle(Arc::new(Mutex::new(state))))
    }

    /// Changes an option in all groups that have none of their own.
    #[track_caller]
    pub fn set(&self, name: &'static str, value: Value) {
        let mut state = self.0.lock();
        (state.rule.takes.option)(name, value).or_panic();
        state.defaults.set(name, value);
        for group in &mut state.groups {
            if group.own.get(name).is_none() {
                group.options.set(name, value);
            }
        }
    }

    pub fn handle(&self) -> Handle {
        self.0.clone()
    }
}

impl Handle {
    #[track_caller]
    pub(super) fn add(&self, group: ParamGroup) {
        self.lock().add(group).or_panic();
    }

    #[track_caller]
    pub(super) fn step(&self) {
        let mut state = self.lock();
        no_grad(|| state.step()).or_panic();
    }

    pub(super) fn state_dict(&self) -> OptimizerState {
        OptimizerState::of(&self.lock())
    }

    pub(super) fn load_state_dict(&self, state: &OptimizerState) -> Result<()> {
        state.load_into(&mut self.lock())
    }
}

impl fmt::Display for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock();
        write!(f, "{} (", state.rule.name)?;
        for (index, group) in state.groups.iter().enumerate() {
            write!(f, "\nParameter Group {index}")?;
            for (name, value) in group.options.sorted() {
                write!(f, "\n    {name}: {value}")?;
            }
            writeln!(f)?;
        }
        f.write_str(")")
    }
}

/// Declares an optimizer: its constructors, an option of each name, `Optimizer`, and PyTorch's text.
macro_rules! optimizer {
    (
        $(#[$doc:meta])*
        $optimizer:ident($rule:expr) { $( $(#[$option_doc:meta])* $option:ident : $kind:tt, )* }
    ) => {
        $(#[$doc])*
        pub struct $optimizer(super::core::Core);

        impl $optimizer {
            /// An optimizer of these parameters with that learning rate and PyTorch's defaults.
            ///
            /// # Panics
            /// When there are no parameters, or the learning rate is negative.
            #[track_caller]
            pub fn new(parameters: impl IntoIterator<Item = crate::Tensor>, lr: f64) -> Self {
                Self(super::core::Core::new($rule, vec![super::ParamGroup::new(parameters)], lr))
            }

            /// An optimizer of groups of parameters, each with options of its own where it has any.
            ///
            /// # Panics
            /// When there are no parameters, one is in two groups, or a value makes no sense.
            #[track_caller]
            pub fn with_groups(groups: impl IntoIterator<Item = super::ParamGroup>, lr: f64) -> Self {
                Self(super::core::Core::new($rule, groups.into_iter().collect(), lr))
            }

            $(super::core::option!($(#[$option_doc])* $option : $kind);)*
        }

        impl super::Optimizer for $optimizer {
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

/// Declares the method that sets an option.
macro_rules! option {
    ($(#[$doc:meta])* $option:ident : number) => {
        $(#[$doc])*
        ///
        /// # Panics
        /// When the value makes no sense.
        #[track_caller]
        pub fn $option(self, $option: f64) -> Self {
            self.0.set(stringify!($option), $option.into());
            self
        }
    };
    ($(#[$doc:meta])* $option:ident : count) => {
        $(#[$doc])*
        #[track_caller]
        pub fn $option(self, $option: usize) -> Self {
            self.0.set(stringify!($option), $option.into());
            self
        }
    };
    ($(#[$doc:meta])* $option:ident : flag) => {
        $(#[$doc])*
        #[track_caller]
        pub fn $option(self, $option: bool) -> Self {
            self.0.set(stringify!($option), $option.into());
            self
        }
    };
    ($(#[$doc:meta])* $option:ident : pair) => {
        $(#[$doc])*
        ///
        /// # Panics
        /// When a value makes no sense.
        #[track_caller]
        pub fn $option(self, first: f64, second: f64) -> Self {
            self.0.set(stringify!($option), (first, second).into());
            self
        }
    };
}
pub(super) use {optimizer, option};
