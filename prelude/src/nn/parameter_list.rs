//! Parameters without a module of their own.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::members::Members;
use super::module::Module;
use crate::Tensor;

/// Parameters in a list, which are those of the module that holds it, under the names `0`, `1`, …. Else it is a `Vec`.
/// Tensors that are put in should require gradients. PyTorch: `torch.nn.ParameterList`.
///
/// ```
/// use wick::prelude::*;
/// let mut list = nn::ParameterList::new([Tensor::zeros([2, 3]), Tensor::zeros([4])]);
/// assert_eq!(list.named_parameters()[1].0, "1");
/// assert!(list[0].requires_grad());
/// list.push(Tensor::ones([1]).requires_grad_(true));
/// assert_eq!(list.len(), 3);
/// ```
#[derive(Default)]
pub struct ParameterList(Vec<Tensor>);

impl ParameterList {
    /// These tensors, which require gradients from now on.
    pub fn new(parameters: impl IntoIterator<Item = Tensor>) -> Self {
        let parameters = parameters.into_iter();
        Self(
            parameters
                .map(|parameter| parameter.into_parameter())
                .collect(),
        )
    }
}

/// Everything else is what a `Vec` can do.
impl Deref for ParameterList {
    type Target = Vec<Tensor>;

    fn deref(&self) -> &Vec<Tensor> {
        &self.0
    }
}

impl DerefMut for ParameterList {
    fn deref_mut(&mut self) -> &mut Vec<Tensor> {
        &mut self.0
    }
}

fn sizes(tensor: &Tensor) -> String {
    let sizes: Vec<String> = tensor.dims().iter().map(usize::to_string).collect();
    sizes.join("x")
}

impl Module for ParameterList {
    fn kind(&self) -> &'static str {
        "ParameterList"
    }

    fn members<'a>(&'a self, members: &mut Members<'a>) {
        for (index, parameter) in self.iter().enumerate() {
            members.parameter(&index.to_string(), parameter);
        }
    }

    fn as_module(&self) -> &dyn Module {
        self
    }

    fn extra_repr(&self) -> String {
        let line = |(index, tensor): (usize, &Tensor)| {
            let (dtype, sizes) = (tensor.dtype(), sizes(tensor));
            format!("  ({index}): Parameter containing: [{dtype} of size {sizes}]")
        };
        let lines: Vec<String> = self.iter().enumerate().map(line).collect();
        lines.join("\n")
    }
}

/// Parameters under names, in the order in which they were put in. PyTorch: `torch.nn.ParameterDict`.
///
/// ```
/// use wick::prelude::*;
/// let mut choices = nn::ParameterDict::new().with("left", Tensor::zeros([2])).with("right", Tensor::zeros([3]));
/// assert_eq!(choices.named_parameters()[0].0, "left");
/// assert_eq!(choices.get("right").unwrap().shape(), [3]);
/// // Another tensor in its place, and one parameter less.
/// assert!(choices.insert("right", Tensor::ones([5])).is_some());
/// choices.remove("left");
/// let sizes: Vec<_> = choices.iter().map(|(name, parameter)| (name.to_owned(), parameter.numel())).collect();
/// assert_eq!(sizes, [("right".to_owned(), 5)]);
/// ```
#[derive(Default)]
pub struct ParameterDict(Vec<(String, Tensor)>);

impl ParameterDict {
    /// A dictionary without parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// The dictionary with one parameter more, which requires gradients from now on.
    pub fn with(mut self, name: impl Into<String>, parameter: Tensor) -> Self {
        self.insert(name, parameter);
        self
    }

    /// Puts a parameter in, which requires gradients from now on, and returns the one of that name that it replaces.
    pub fn insert(&mut self, name: impl Into<String>, parameter: Tensor) -> Option<Tensor> {
        let (name, parameter) = (name.into(), parameter.into_parameter());
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => Some(std::mem::replace(old, parameter)),
            None => {
                self.0.push((name, parameter));
                None
            }
        }
    }

    /// The parameter of that name, or `None`.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, parameter)| parameter)
    }

    /// Takes the parameter of that name out and returns it; `None` if there is none. PyTorch's `pop`.
    pub fn remove(&mut self, name: &str) -> Option<Tensor> {
        let position = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(position).1)
    }

    /// The names and parameters in their order. PyTorch's `items`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.0
            .iter()
            .map(|(name, parameter)| (name.as_str(), parameter))
    }
}

impl Module for ParameterDict {
    fn kind(&self) -> &'static str {
        "ParameterDict"
    }

    fn members<'a>(&'a self, members: &mut Members<'a>) {
        for (name, parameter) in &self.0 {
            members.parameter(name, parameter);
        }
    }

    fn as_module(&self) -> &dyn Module {
        self
    }

    fn extra_repr(&self) -> String {
        let line = |(name, tensor): (&str, &Tensor)| {
            let (kind, sizes) = (tensor.dtype().scalar_type(), sizes(tensor));
            format!("  ({name}): Parameter containing: [torch.{kind}Tensor of size {sizes}]")
        };
        let lines: Vec<String> = self.iter().map(line).collect();
        lines.join("\n")
    }
}

impl fmt::Display for ParameterList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::fmt_module(self, f)
    }
}

impl fmt::Display for ParameterDict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::fmt_module(self, f)
    }
}

super::debug_is_display!(ParameterList, ParameterDict);
