//! Modules that compute nothing.

use super::{Forward, Module};
use crate::Tensor;

/// Returns what it gets: `nn.Identity`. Put it where a model's last layer was, to see what that layer sees.
#[derive(Module, Default)]
pub struct Identity {}

impl Identity {
    /// A module that does nothing.
    pub fn new() -> Self {
        Self {}
    }
}

impl Forward for Identity {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.clone()
    }
}

/// Makes one dimension of several: `nn.Flatten`. Everything but the batch, unless told otherwise.
///
/// ```
/// use wick::prelude::*;
///
/// assert_eq!(Flatten::new().forward(&Tensor::rand([2, 3, 4])).shape(), [2, 12]);
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Flatten {
    start_dim: i64,
    end_dim: i64,
}

impl Flatten {
    /// From dimension 1 to the last.
    pub fn new() -> Self {
        Self {
            start_dim: 1,
            end_dim: -1,
        }
    }

    /// The first dimension to flatten; negative ones count from the back.
    pub fn start_dim(mut self, dim: i64) -> Self {
        self.start_dim = dim;
        self
    }

    /// The last dimension to flatten; negative ones count from the back.
    pub fn end_dim(mut self, dim: i64) -> Self {
        self.end_dim = dim;
        self
    }

    fn options(&self) -> String {
        format!("start_dim={}, end_dim={}", self.start_dim, self.end_dim)
    }
}

impl Default for Flatten {
    fn default() -> Self {
        Self::new()
    }
}

impl Forward for Flatten {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.flatten(self.start_dim, self.end_dim)
    }
}

super::debug_is_display!(Identity, Flatten);
