//! Dropout.

use super::functional as F;
use super::{Forward, Mode, Module, python};
use crate::Tensor;

/// Sets values to zero with probability `p` while training, and scales the others so that the sum stays: `nn.Dropout`.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Dropout {
    p: f64,
    mode: Mode,
}

impl Dropout {
    /// Drops with probability `p`; PyTorch's default is 0.5.
    ///
    /// # Panics
    /// When `p` is not between 0 and 1.
    #[track_caller]
    pub fn new(p: f64) -> Self {
        assert!(
            (0.0..=1.0).contains(&p),
            "dropout probability has to be between 0 and 1, but got {p}"
        );
        Self {
            p,
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        format!("p={}, inplace=False", python::float(self.p))
    }
}

impl Forward for Dropout {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::dropout(x, self.p, self.mode.is_training())
    }
}

super::debug_is_display!(Dropout);
