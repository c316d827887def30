//! What an optimizer knows, to keep it in a checkpoint.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::core::State;
use super::memory::Memory;
use super::options::{Options, Value};
use crate::{Error, Result};

/// What an optimizer remembers of each parameter, by the parameter's number, and its groups: what `state_dict()` returns
/// and `load_state_dict` takes.
///
/// ```
/// use wick::prelude::*;
/// let w = tensor!([1., 2.]).requires_grad_(true);
/// let optimizer = optim::SGD::new([w.clone()], 0.1).momentum(0.9);
/// w.square().sum().backward();
/// optimizer.step();
/// let state = optimizer.state_dict();
/// assert!(state.to_string().starts_with("{'state': {0: {'momentum_buffer': tensor([2., 4.])}}, 'param_groups': ["));
///
/// // Another optimizer of the same kind goes on from there.
/// let again = optim::SGD::new([w.clone()], 1.);
/// again.load_state_dict(&state).unwrap();
/// assert_eq!(again.lr(), 0.1);
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct OptimizerState {
    /// What is remembered of the parameters that were changed so far, by their numbers.
    pub state: Vec<(usize, Memory)>,
    /// The options of each group and the numbers of its parameters.
    pub param_groups: Vec<(Options, Vec<usize>)>,
}

impl OptimizerState {
    pub(super) fn of(optimizer: &State) -> Self {
        let (mut state, mut param_groups) = (Vec::new(), Vec::new());
        let mut next = 0;
        for group in &optimizer.groups {
            let numbers: Vec<usize> = (next..next + group.parameters.len()).collect();
            next += numbers.len();
            for (number, parameter) in numbers.iter().zip(&group.parameters) {
                if let Some(memory) = optimizer.memory.get(&parameter.id()) {
                    state.push((*number, memory.clone()));
                }
            }
            param_groups.push((group.options.clone(), numbers));
        }
        Self {
            state,
            param_groups,
        }
    }

    pub(super) fn load_into(&self, optimizer: &mut State) -> Result<()> {
        if self.param_groups.len() != optimizer.groups.len() {
            return Err(Error::value(
                "loaded state dict has a different number of parameter groups",
            ));
        }
        let pairs = self.param_groups.iter().zip(&optimizer.groups);
        if pairs
            .clone()
            .any(|((_, numbers), group)| numbers.len() != group.parameters.len())
        {
            return Err(Error::value(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
            ));
        }
        let ids: Vec<(usize, u64)> = pairs
            .flat_map(|((_, numbers), group)| {
                numbers
                    .iter()
                    .copied()
                    .zip(group.parameters.iter().map(|p| p.id()))
            })
            .collect();
        optimizer.memory = self
            .state
            .iter()
            .filter_map(|(number, memory)| {
                let (_, id) = ids.iter().find(|(key, _)| key == number)?;
                Some((*id, memory.copied()))
            })
            .collect();
        for ((options, _), group) in self.param_groups.iter().zip(&mut optimizer.groups) {
            group.options = options.clone();
        }
        Ok(())
    }
}

/// As Python prints the dictionary.
impl fmt::Display for OptimizerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = |(name, tensor): (&str, &crate::Tensor)| format!("'{name}': {tensor}");
        let of_one = |(number, memory): &(usize, Memory)| {
            let entries: Vec<String> = memory.iter().map(entry).collect();
            format!("{number}: {{{}}}", entries.join(", "))
        };
        let option = |(name, value): (&str, Value)| match value {
            Value::Text(text) => format!("'{name}': '{text}'"),
            value => format!("'{name}': {value}"),
        };
        let group = |(options, numbers): &(Options, Vec<usize>)| {
            let mut entries: Vec<String> = options.iter().map(option).collect();
            entries.push(format!("'params': {numbers:?}"));
            format!("{{{}}}", entries.join(", "))
        };
        let state: Vec<String> = self.state.iter().map(of_one).collect();
        let groups: Vec<String> = self.param_groups.iter().map(group).collect();
        write!(
            f,
            "{{'state': {{{}}}, 'param_groups': [{}]}}",
            state.join(", "),
            groups.join(", ")
        )
    }
}

impl fmt::Debug for OptimizerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
