//! Modules under names.

use std::fmt;

use super::layers::Layer;
use super::members::Members;
use super::mode::Mode;
use super::module::{Forward, Module};

/// Modules of any types under names, in the order in which they were put in. PyTorch: `torch.nn.ModuleDict`.
///
/// ```
/// use wick::prelude::*;
/// let choices = ModuleDict::new().with("conv", Conv2d::new(10, 10, 3)).with("pool", MaxPool2d::new(3));
/// let y = choices.get("pool").unwrap().forward(&Tensor::rand([1, 10, 6, 6]));
/// assert_eq!(y.shape(), [1, 10, 2, 2]);
/// assert_eq!(choices.named_parameters()[0].0, "conv.weight");
///
/// let mut activations = ModuleDict::new();
/// assert!(activations.is_empty());
/// activations.insert("relu", ReLU::new());
/// activations.insert("tanh", Tanh::new());
/// assert_eq!(activations.keys().collect::<Vec<_>>(), ["relu", "tanh"]);
/// let x = tensor!([-1., 1.]);
/// let shown: Vec<_> = activations.iter().map(|(name, module)| format!("{name}: {}", module.forward(&x))).collect();
/// assert_eq!(shown, ["relu: tensor([0., 1.])", "tanh: tensor([-0.7616,  0.7616])"]);
/// assert_eq!(activations.remove("relu").unwrap().kind(), "ReLU");
/// assert_eq!(activations.len(), 1);
/// ```
#[derive(Default)]
pub struct ModuleDict {
    modules: Vec<(String, Layer)>,
    mode: Mode,
}

impl ModuleDict {
    /// A dictionary without modules.
    pub fn new() -> Self {
        Self::default()
    }

    /// The dictionary with one module more.
    pub fn with(mut self, name: impl Into<String>, module: impl Forward + Send + Sync) -> Self {
        self.insert(name, module);
        self
    }

    /// Puts a module in, and returns the one of that name that it replaces. PyTorch's `choices[name] = module`.
    pub fn insert(
        &mut self,
        name: impl Into<String>,
        module: impl Forward + Send + Sync,
    ) -> Option<Layer> {
        self.put(name.into(), Box::new(module))
    }

    fn put(&mut self, name: String, module: Layer) -> Option<Layer> {
        match self.modules.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => Some(std::mem::replace(old, module)),
            None => {
                self.modules.push((name, module));
                None
            }
        }
    }

    /// The module of that name, or `None`. PyTorch's `choices[name]`.
    pub fn get(&self, name: &str) -> Option<&Layer> {
        self.modules
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, module)| module)
    }

    /// Takes the module of that name out and returns it, or `None`. PyTorch's method `pop`.
    pub fn remove(&mut self, name: &str) -> Option<Layer> {
        let position = self.modules.iter().position(|(key, _)| key == name)?;
        Some(self.modules.remove(position).1)
    }

    /// The names in their order. PyTorch's method of that name.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().map(|(name, _)| name.as_str())
    }

    /// The names and modules in their order. PyTorch's method `items`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Layer)> {
        self.modules
            .iter()
            .map(|(name, module)| (name.as_str(), module))
    }

    /// How many modules there are.
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// Whether there is no module.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }
}

impl Module for ModuleDict {
    fn kind(&self) -> &'static str {
        "ModuleDict"
    }

    fn members<'a>(&'a self, members: &mut Members<'a>) {
        members.mode(&self.mode);
        for (name, module) in &self.modules {
            members.module(name, module.as_module());
        }
    }

    fn as_module(&self) -> &dyn Module {
        self
    }
}

impl fmt::Display for ModuleDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::fmt_module(self, f)
    }
}

super::debug_is_display!(ModuleDict);
