//! What an optimizer remembers of a parameter from step to step.

use serde::{Deserialize, Serialize};

use crate::{Result, Tensor};

/// What an optimizer remembers of a parameter: tensors by PyTorch's names. A number of steps is a 0-d tensor of floats,
/// as in PyTorch.
///
/// ```
/// use wick::prelude::*;
/// let w = tensor!([1., 2.]).requires_grad_(true);
/// let optimizer = optim::Adam::new([w.clone()], 0.1);
/// w.square().sum().backward();
/// optimizer.step();
/// let state = optimizer.state_dict();
/// let (number, memory) = &state.state[0];
/// assert_eq!((*number, memory.get("step").unwrap().item::<f64>()), (0, 1.));
/// assert_eq!(memory.get("exp_avg").unwrap().to_string(), "tensor([0.2000, 0.4000])");
/// let names: Vec<&str> = memory.iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["step", "exp_avg", "exp_avg_sq"]);
/// ```
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Memory(Vec<(String, Tensor)>);

impl Memory {
    /// The tensor of that name, which is made at the first time.
    pub(super) fn tensor(
        &mut self,
        name: &str,
        make: impl FnOnce() -> Result<Tensor>,
    ) -> Result<Tensor> {
        if let Some(tensor) = self.get(name) {
            return Ok(tensor.clone());
        }
        let tensor = make()?;
        self.0.push((name.to_owned(), tensor.clone()));
        Ok(tensor)
    }

    /// The tensor of that name, which begins as zeros like `parameter`.
    pub(super) fn zeros(&mut self, name: &str, parameter: &Tensor) -> Result<Tensor> {
        self.tensor(name, || parameter.try_zeros_like())
    }

    /// A number that is kept as a 0-d tensor.
    pub(super) fn number(&mut self, name: &str, first: f64) -> Result<Tensor> {
        self.tensor(name, || Ok(Tensor::scalar(first)))
    }

    /// Counts a step and says which it is.
    pub(super) fn count(&mut self) -> Result<f64> {
        self.number("step", 0.0)?.try_add_(1)?.try_item()
    }

    /// The tensor of that name; `None` if there is none.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, tensor)| tensor)
    }

    /// The names and tensors, in the order in which they were made.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// The same with numbers of their own.
    pub(super) fn copied(&self) -> Self {
        let copy = |(name, tensor): &(String, Tensor)| (name.clone(), tensor.detach().copy());
        Self(self.0.iter().map(copy).collect())
    }
}
