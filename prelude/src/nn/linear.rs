//! The fully connected layer.

use super::draws::Draws;
use super::functional as F;
use super::{Forward, Mode, Module, hooked, python};
use crate::Tensor;

/// `y = x Wᵀ + b`: `nn.Linear`. The input is `[…, in_features]`, the output `[…, out_features]`.
///
/// ```
/// use wick::prelude::*;
///
/// let fc = Linear::new(512, 10);
/// assert_eq!(fc.forward(&Tensor::rand([2, 512])).shape(), [2, 10]);
/// assert_eq!(fc.to_string(), "Linear(in_features=512, out_features=10, bias=True)");
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Linear {
    /// `[out_features, in_features]`
    #[module(parameter)]
    pub weight: Tensor,
    /// `[out_features]`
    #[module(parameter)]
    pub bias: Option<Tensor>,
    in_features: usize,
    out_features: usize,
    mode: Mode,
    #[module(skip)]
    draws: Draws,
}

impl Linear {
    /// A layer with PyTorch's initial values: uniform within `1/√in_features`.
    pub fn new(in_features: usize, out_features: usize) -> Self {
        Self::with(in_features, out_features, true)
    }

    /// The same with all options at once, for which nothing has to be drawn twice.
    pub(crate) fn with(in_features: usize, out_features: usize, bias: bool) -> Self {
        let (weight, bias, draws) = Draws::weight_and_bias(&[out_features, in_features], bias);
        Self {
            weight,
            bias,
            in_features,
            out_features,
            mode: Mode::default(),
            draws,
        }
    }

    /// Whether the layer has a bias, which it has unless this says `false`.
    pub fn bias(mut self, bias: bool) -> Self {
        if !bias && self.bias.take().is_some() {
            self.draws.undo_bias();
        } else if bias && self.bias.is_none() {
            self.bias = Some(self.draws.draw_bias(&self.weight));
        }
        self
    }

    fn options(&self) -> String {
        let mut text = String::new();
        python::keyword(&mut text, "in_features", self.in_features);
        python::keyword(&mut text, "out_features", self.out_features);
        python::keyword(&mut text, "bias", python::bool(self.bias.is_some()));
        text
    }
}

#[hooked]
impl Forward for Linear {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::linear(x, &self.weight, self.bias.as_ref())
    }
}

super::debug_is_display!(Linear);
