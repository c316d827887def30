//! Modules one after another.

use std::fmt;
use std::ops::{Index, IndexMut};

use super::layers::{IntoLayers, Layer};
use super::members::Members;
use super::module::{Forward, Module};
use super::{Mode, hooked};
use crate::Tensor;

/// Applies modules one after another. PyTorch: `torch.nn.Sequential`.
///
/// ```
/// use wick::prelude::*;
/// let net = Sequential::new((Linear::new(4, 8), ReLU::new(), Linear::new(8, 2)));
/// assert_eq!(net.forward(&Tensor::rand([3, 4])).shape(), [3, 2]);
/// assert_eq!(net[1].kind(), "ReLU");
/// ```
///
/// The modules are numbered: the weight of the last one above is `2.weight`. More can be added, and each can be had as
/// what it is:
///
/// ```
/// use wick::prelude::*;
/// let mut net = Sequential::default();
/// assert!(net.is_empty());
/// net.push(Linear::new(4, 8)).push(ReLU::new()).add_module("out", Linear::new(8, 2));
/// assert_eq!(net.len(), 3);
/// assert_eq!(net.iter().map(|layer| layer.kind()).collect::<Vec<_>>(), ["Linear", "ReLU", "Linear"]);
/// assert_eq!(net.get::<Linear>(0).unwrap().weight.shape(), [8, 4]);
/// assert_eq!(net.named_parameters()[2].0, "out.weight");
/// ```
#[derive(Default)]
pub struct Sequential {
    layers: Vec<(String, Layer)>,
    mode: Mode,
}

impl Sequential {
    /// The modules of a tuple (of up to 24), an array or a `Vec`, in that order, under the names `0`, `1`, ….
    pub fn new(layers: impl IntoLayers) -> Self {
        layers.into_layers().into_iter().collect()
    }

    /// Adds a module at the end, with the next number as its name. PyTorch's `append`.
    pub fn push(&mut self, module: impl Forward + Send + Sync) -> &mut Self {
        self.add_module(self.layers.len().to_string(), module)
    }

    /// Adds a module at the end, under a name of its own. PyTorch: `torch.nn.Module.add_module`.
    pub fn add_module(
        &mut self,
        name: impl Into<String>,
        module: impl Forward + Send + Sync,
    ) -> &mut Self {
        self.layers.push((name.into(), Box::new(module)));
        self
    }

    /// The same modules, each as `f` makes it, under their names.
    pub(super) fn map_layers(mut self, f: impl Fn(Layer) -> Layer) -> Self {
        let layers = std::mem::take(&mut self.layers).into_iter();
        self.layers = layers.map(|(name, layer)| (name, f(layer))).collect();
        self
    }

    /// How many modules there are.
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }

    /// The modules in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Layer> {
        self.layers.iter().map(|(_, layer)| layer)
    }

    /// The module at `index` as what it is: `net.get::<Linear>(0)`. `None` if there is none, or it is no `M`.
    pub fn get<M: Module>(&self, index: usize) -> Option<&M> {
        self.layers.get(index)?.1.as_module().downcast_ref()
    }
}

impl Module for Sequential {
    fn kind(&self) -> &'static str {
        "Sequential"
    }

    fn members<'a>(&'a self, members: &mut Members<'a>) {
        members.mode(&self.mode);
        for (name, layer) in &self.layers {
            members.module(name, layer.as_module());
        }
    }

    fn as_module(&self) -> &dyn Module {
        self
    }
}

#[hooked]
impl Forward for Sequential {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.iter().fold(x.clone(), |x, layer| layer.forward(&x))
    }
}

impl FromIterator<Layer> for Sequential {
    fn from_iter<I: IntoIterator<Item = Layer>>(layers: I) -> Self {
        let named = layers.into_iter().enumerate();
        Self {
            layers: named
                .map(|(index, layer)| (index.to_string(), layer))
                .collect(),
            mode: Mode::default(),
        }
    }
}

/// # Panics
/// When there are not so many modules.
impl Index<usize> for Sequential {
    type Output = Layer;

    #[track_caller]
    fn index(&self, index: usize) -> &Layer {
        &self.layers[index].1
    }
}

/// `net[6] = Box::new(Linear::new(4096, 10))` replaces a module.
impl IndexMut<usize> for Sequential {
    #[track_caller]
    fn index_mut(&mut self, index: usize) -> &mut Layer {
        &mut self.layers[index].1
    }
}

impl fmt::Display for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::fmt_module(self, f)
    }
}

super::debug_is_display!(Sequential);
