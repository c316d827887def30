//! Modules that a model applies in a way of its own.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::layers::{IntoLayers, Layer};
use super::members::Members;
use super::mode::Mode;
use super::module::Module;

/// Modules of any types in a list: `nn.ModuleList`. Modules of one type may as well be in a `Vec`.
///
/// ```
/// use wick::prelude::*;
///
/// #[derive(Module)]
/// struct Net {
///     layers: ModuleList,
/// }
///
/// impl Forward for Net {
///     fn forward(&self, x: &Tensor) -> Tensor {
///         let mut x = x.clone();
///         for layer in self.layers.iter() {
///             x = layer.forward(&x);
///         }
///         x
///     }
/// }
///
/// let net = Net { layers: ModuleList::new((Linear::new(4, 4), ReLU::new(), Linear::new(4, 4))) };
/// assert_eq!(net.named_parameters()[0].0, "layers.0.weight");
/// ```
#[derive(Default)]
pub struct ModuleList {
    layers: Vec<Layer>,
    mode: Mode,
}

impl ModuleList {
    /// The modules of a tuple (of up to 24), an array or a `Vec`, in that order.
    pub fn new(layers: impl IntoLayers) -> Self {
        Self {
            layers: layers.into_layers(),
            mode: Mode::default(),
        }
    }
}

/// Everything else is what a `Vec` can do.
impl Deref for ModuleList {
    type Target = Vec<Layer>;

    fn deref(&self) -> &Vec<Layer> {
        &self.layers
    }
}

impl DerefMut for ModuleList {
    fn deref_mut(&mut self) -> &mut Vec<Layer> {
        &mut self.layers
    }
}

impl Module for ModuleList {
    fn kind(&self) -> &'static str {
        "ModuleList"
    }

    fn members<'a>(&'a self, members: &mut Members<'a>) {
        members.mode(&self.mode);
        for (index, layer) in self.iter().enumerate() {
            members.module(&index.to_string(), layer.as_module());
        }
    }

    fn as_module(&self) -> &dyn Module {
        self
    }
}

impl fmt::Display for ModuleList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::fmt_module(self, f)
    }
}

super::debug_is_display!(ModuleList);
