//! The values of a module under their names.

use std::fmt;

use super::members::Visit;
use super::module::Module;
use crate::{Error, Result, Tensor, no_grad};

/// Tensors under names, in the module's order: what `state_dict()` returns and `load_state_dict` takes. PyTorch:
/// `torch.nn.Module.state_dict`, an `OrderedDict`.
///
/// The tensors are handles on the module's own: clone them deeply (`.detach().clone()` in PyTorch) to keep their
/// values.
///
/// ```
/// use wick::prelude::*;
/// let net = Linear::new(2, 1);
/// let mut state = net.state_dict();
/// assert_eq!(state.keys().collect::<Vec<_>>(), ["weight", "bias"]);
/// assert_eq!(state.get("weight").unwrap().shape(), [1, 2]);
/// // Other values for the bias.
/// let old = state.insert("bias", tensor!([5.]));
/// assert!(old.is_some() && !state.is_empty());
/// net.load_state_dict(&state)?;
/// assert_eq!(net.bias.as_ref().unwrap().item::<f32>(), 5.);
/// // How many numbers there are but for the bias.
/// state.remove("bias");
/// assert_eq!(state.len(), 1);
/// assert_eq!(state.iter().map(|(_, tensor)| tensor.numel()).sum::<usize>(), 2);
/// # Ok::<(), wick::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct StateDict(Vec<(String, Tensor)>);

impl StateDict {
    pub(crate) fn of(module: &dyn Module) -> Self {
        Visit::new(module)
            .state()
            .into_iter()
            .map(|(name, tensor)| (name, tensor.detach()))
            .collect()
    }

    /// The tensor of that name, or `None`.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, tensor)| tensor)
    }

    /// Sets the tensor of that name, and returns the one it replaces. A new name comes last.
    pub fn insert(&mut self, name: impl Into<String>, tensor: Tensor) -> Option<Tensor> {
        let name = name.into();
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => Some(std::mem::replace(old, tensor)),
            None => {
                self.0.push((name, tensor));
                None
            }
        }
    }

    /// Takes the tensor of that name out and returns it, as when a checkpoint's last layer has another number of
    /// classes. PyTorch's `pop`.
    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        let position = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(position).1)
    }

    /// The names, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The names and tensors, in their order. PyTorch's `items`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn load_into(&self, module: &dyn Module, strict: bool) -> Result<IncompatibleKeys> {
        let targets = Visit::new(module).state();
        let renamed = Visit::new(module).renamed();
        let shapeless = Visit::new(module).shapeless();
        let old_name = |new: &str| {
            let mut old = renamed.iter().filter(|(name, _)| name == new);
            old.next().map(|(_, old)| old.as_str())
        };
        let mut pairs = Vec::with_capacity(targets.len());
        let mut keys = IncompatibleKeys::default();
        let mut problems = Vec::new();
        for (name, target) in &targets {
            let old = || old_name(name).and_then(|old| self.get(old));
            match self.get(name).or_else(old) {
                Some(source)
                    if source.shape() == target.shape() || shapeless.contains(&target.id()) =>
                {
                    pairs.push((target, source));
                }
                Some(source) => problems.push(format!(
                    "size mismatch for {name}: copying a param with shape {} from checkpoint, the shape in current \
                     model is {}.",
                    source.shape(),
                    target.shape()
                )),
                // Files from before PyTorch counted batches lack the count, and PyTorch takes them too.
                None if name.ends_with("num_batches_tracked") => {}
                None => keys.missing_keys.push(name.clone()),
            }
        }
        let unexpected = self
            .keys()
            .filter(|key| !targets.iter().any(|(name, _)| name == key))
            .filter(|key| !renamed.iter().any(|(_, old)| old == key));
        keys.unexpected_keys = unexpected.map(str::to_owned).collect();
        // PyTorch asks one module after the other for the keys that begin as its own do.
        let prefixes = Visit::new(module).prefixes();
        keys.unexpected_keys.sort_by_key(|key| {
            let owners = prefixes.iter().enumerate();
            let fitting = owners.filter(|(_, prefix)| key.starts_with(prefix.as_str()));
            fitting
                .max_by_key(|(_, prefix)| prefix.len())
                .map(|(place, _)| place)
        });
        if strict {
            problems.splice(0..0, keys.problems());
        }
        if !problems.is_empty() {
            return Err(Error::runtime(format!(
                "Error(s) in loading state_dict for {}:\n\t{}",
                super::repr::kind(module),
                problems.join("\n\t")
            )));
        }
        no_grad(|| {
            for (target, source) in pairs {
                if source.shape() != target.shape() {
                    target.set_data(&target.try_new_zeros(&source.shape())?);
                }
                target.try_copy_(source)?;
            }
            Ok(keys)
        })
    }
}

impl FromIterator<(String, Tensor)> for StateDict {
    fn from_iter<I: IntoIterator<Item = (String, Tensor)>>(tensors: I) -> Self {
        Self(tensors.into_iter().collect())
    }
}

impl IntoIterator for StateDict {
    type Item = (String, Tensor);
    type IntoIter = std::vec::IntoIter<(String, Tensor)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Debug for StateDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderedDict({")?;
        for (index, (name, tensor)) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}'{name}': {tensor}")?;
        }
        f.write_str("})")
    }
}

impl fmt::Display for StateDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The names that a module and a state dict do not share: what PyTorch's `load_state_dict` returns.
///
/// ```
/// use wick::prelude::*;
/// let net = Linear::new(2, 1);
/// let mut state = net.state_dict();
/// assert_eq!(net.load_state_dict(&state).unwrap().to_string(), "<All keys matched successfully>");
/// state.remove("bias");
/// state.insert("scale", Tensor::ones([1]));
/// let keys = net.load_state_dict_partial(&state).unwrap();
/// assert_eq!(keys.missing_keys, ["bias"]);
/// assert_eq!(keys.to_string(), "_IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['scale'])");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct IncompatibleKeys {
    /// Names that only the module has.
    pub missing_keys: Vec<String>,
    /// Names that only the state dict has.
    pub unexpected_keys: Vec<String>,
}

impl IncompatibleKeys {
    fn problems(&self) -> Vec<String> {
        let quoted = |keys: &[String]| {
            keys.iter()
                .map(|key| format!("\"{key}\""))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let mut problems = Vec::new();
        if !self.unexpected_keys.is_empty() {
            problems.push(format!(
                "Unexpected key(s) in state_dict: {}. ",
                quoted(&self.unexpected_keys)
            ));
        }
        if !self.missing_keys.is_empty() {
            problems.insert(
                0,
                format!(
                    "Missing key(s) in state_dict: {}. ",
                    quoted(&self.missing_keys)
                ),
            );
        }
        problems
    }
}

impl fmt::Display for IncompatibleKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.missing_keys.is_empty() && self.unexpected_keys.is_empty() {
            return f.write_str("<All keys matched successfully>");
        }
        let listed = |keys: &[String]| {
            keys.iter()
                .map(|key| format!("'{key}'"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        write!(
            f,
            "_IncompatibleKeys(missing_keys=[{}], unexpected_keys=[{}])",
            listed(&self.missing_keys),
            listed(&self.unexpected_keys)
        )
    }
}

crate::shown::debug_is_display!(IncompatibleKeys);
