//! Modules that compute nothing.

use super::{Forward, Mode, Module, hooked};
use crate::{Dims, Tensor};

/// Returns what it gets. Put it where a model's last layer was, to see what that layer sees. PyTorch:
/// `torch.nn.Identity`.
///
/// ```
/// use wick::prelude::*;
/// let mut net = Sequential::new((Linear::new(4, 8), ReLU::new(), Linear::new(8, 2)));
/// net[2] = Box::new(Identity::new());
/// assert_eq!(net.forward(&Tensor::rand([3, 4])).shape(), [3, 8]);
/// ```
#[derive(Module, Default)]
pub struct Identity {
    mode: Mode,
}

impl Identity {
    /// A module that does nothing.
    pub fn new() -> Self {
        Self {
            mode: Mode::default(),
        }
    }
}

#[hooked]
impl Forward for Identity {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.clone()
    }
}

/// Makes one dimension of several: of all but the batch, unless told otherwise. `[N, C, H, W]` becomes
/// `[N, C * H * W]`. PyTorch: `torch.nn.Flatten`.
///
/// ```
/// use wick::prelude::*;
/// let x = Tensor::rand([2, 3, 4, 5]);
/// assert_eq!(Flatten::new().forward(&x).shape(), [2, 60]);
/// // Only the channels and rows, dimensions 1 and 2.
/// assert_eq!(Flatten::new().start_dim(1).end_dim(-2).forward(&x).shape(), [2, 12, 5]);
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Flatten {
    start_dim: i64,
    end_dim: i64,
    mode: Mode,
}

impl Flatten {
    /// From dimension 1 to the last.
    pub fn new() -> Self {
        Self {
            start_dim: 1,
            end_dim: -1,
            mode: Mode::default(),
        }
    }

    /// The first dimension to flatten; negative ones count from the back. PyTorch's argument `start_dim`, 1 at first.
    pub fn start_dim(mut self, dim: i64) -> Self {
        self.start_dim = dim;
        self
    }

    /// The last dimension to flatten; negative ones count from the back. PyTorch's argument `end_dim`, -1 at first.
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

#[hooked]
impl Forward for Flatten {
    fn forward(&self, x: &Tensor) -> Tensor {
        x.flatten(self.start_dim, self.end_dim)
    }
}

/// Makes several dimensions of one. PyTorch: `torch.nn.Unflatten`.
///
/// ```
/// use wick::prelude::*;
/// let unflatten = Unflatten::new(1, [2, -1]);
/// assert_eq!(unflatten.forward(&Tensor::rand([3, 10])).shape(), [3, 2, 5]);
/// assert_eq!(unflatten.to_string(), "Unflatten(dim=1, unflattened_size=(2, -1))");
/// ```
///
/// # Panics
/// When the sizes do not multiply to that of the dimension.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Unflatten {
    dim: i64,
    #[module(skip)]
    unflattened_size: Dims,
    mode: Mode,
}

impl Unflatten {
    /// The dimension and the sizes it is split into; one of them may be -1. PyTorch's arguments `dim` and
    /// `unflattened_size`.
    pub fn new(dim: i64, unflattened_size: impl crate::Given<Dims>) -> Self {
        Self {
            dim,
            unflattened_size: unflattened_size.into(),
            mode: Mode::default(),
        }
    }

    fn options(&self) -> String {
        let sizes = self.unflattened_size.as_slice();
        let listed: Vec<String> = sizes.iter().map(i64::to_string).collect();
        let tuple = match &listed[..] {
            [one] => format!("({one},)"),
            _ => format!("({})", listed.join(", ")),
        };
        format!("dim={}, unflattened_size={tuple}", self.dim)
    }
}

#[hooked]
impl Forward for Unflatten {
    fn forward(&self, x: &Tensor) -> Tensor {
        let sizes = self.unflattened_size.as_slice();
        let at = crate::error::OrPanic::or_panic(crate::shape::axis(self.dim, x.dim()));
        let whole = x.dims();
        let known: i64 = sizes.iter().filter(|&&size| size >= 0).product();
        let fits = match sizes.iter().filter(|&&size| size == -1).count() {
            0 => known == whole[at] as i64,
            1 => known > 0 && (whole[at] as i64) % known == 0,
            _ => false,
        };
        assert!(
            fits,
            "unflatten: Provided sizes {sizes:?} don't multiply up to the size of dim {} ({}) in the input tensor",
            self.dim, whole[at]
        );
        let rest = if known > 0 {
            whole[at] as i64 / known
        } else {
            0
        };
        let mut shape: Vec<i64> = whole[..at].iter().map(|&n| n as i64).collect();
        shape.extend(
            sizes
                .iter()
                .map(|&size| if size == -1 { rest } else { size }),
        );
        shape.extend(whole[at + 1..].iter().map(|&n| n as i64));
        x.reshape(shape)
    }
}

super::debug_is_display!(Identity, Flatten, Unflatten);
