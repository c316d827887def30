//! How alike vectors are, and products of two inputs.

use super::draws::Redraw;
use super::hooks::seen;
use super::{Mode, Module, init, python};
use crate::Tensor;

/// The cosine of the angle between vectors along a dimension, which is gone from the result. PyTorch:
/// `torch.nn.CosineSimilarity`.
///
/// ```
/// use wick::prelude::*;
/// let cos = nn::CosineSimilarity::new();
/// let y = cos.forward(&tensor!([[3., 4.], [1., 0.]]), &tensor!([[-3., -4.], [0., 2.]]));
/// assert_eq!(y.to_string(), "tensor([-1.,  0.])");
/// let along_rows = nn::CosineSimilarity::new().dim(0).eps(1e-6);
/// assert_eq!(along_rows.forward(&Tensor::rand([8, 3]), &Tensor::rand([8, 3])).shape(), [3]);
/// ```
#[derive(Module)]
pub struct CosineSimilarity {
    dim: i64,
    eps: f64,
    mode: Mode,
}

impl CosineSimilarity {
    /// Along dimension 1, with eps 1e-8.
    pub fn new() -> Self {
        Self {
            dim: 1,
            eps: 1e-8,
            mode: Mode::default(),
        }
    }

    /// The dimension of the vectors. PyTorch's argument `dim`, 1 at first.
    pub fn dim(mut self, dim: i64) -> Self {
        self.dim = dim;
        self
    }

    /// The least length that counts, so that nothing is divided by zero. PyTorch's argument `eps`, 1e-8 at first.
    pub fn eps(mut self, eps: f64) -> Self {
        self.eps = eps;
        self
    }

    /// The cosines.
    #[track_caller]
    pub fn forward(&self, x1: &Tensor, x2: &Tensor) -> Tensor {
        seen!(self, [x1, x2], x1.cosine_similarity(x2, self.dim, self.eps))
    }
}

impl Default for CosineSimilarity {
    fn default() -> Self {
        Self::new()
    }
}

/// The distance of vectors along the last dimension, which is gone from the result. Two tensors `[N, D]` or `[D]`.
/// PyTorch: `torch.nn.PairwiseDistance`.
///
/// ```
/// use wick::prelude::*;
/// let (x1, x2) = (tensor!([[0., 0.], [1., 1.]]), tensor!([[3., 4.], [1., 2.]]));
/// let distance = nn::PairwiseDistance::new();
/// assert_eq!(distance.forward(&x1, &x2).to_string(), "tensor([5.0000, 1.0000])");
/// let by_blocks = nn::PairwiseDistance::new().p(1.).eps(0.).keepdim(true);
/// assert_eq!(by_blocks.forward(&x1, &x2).to_string(), "tensor([[7.],\n        [1.]])");
/// ```
#[derive(Module)]
pub struct PairwiseDistance {
    p: f64,
    eps: f64,
    keepdim: bool,
    mode: Mode,
}

impl PairwiseDistance {
    /// In the 2-norm, with eps 1e-6.
    pub fn new() -> Self {
        Self {
            p: 2.0,
            eps: 1e-6,
            keepdim: false,
            mode: Mode::default(),
        }
    }

    /// The degree of the norm. PyTorch's argument `p`, 2 at first.
    pub fn p(mut self, p: f64) -> Self {
        self.p = p;
        self
    }

    /// What is added to differences, so that the norm has a derivative at zero. PyTorch's argument `eps`, 1e-6 at
    /// first.
    pub fn eps(mut self, eps: f64) -> Self {
        self.eps = eps;
        self
    }

    /// Whether the last dimension stays, with size 1. PyTorch's argument `keepdim`.
    pub fn keepdim(mut self, keepdim: bool) -> Self {
        self.keepdim = keepdim;
        self
    }

    /// The distances.
    #[track_caller]
    pub fn forward(&self, x1: &Tensor, x2: &Tensor) -> Tensor {
        seen!(self, [x1, x2], self.distance(x1, x2))
    }

    #[track_caller]
    fn distance(&self, x1: &Tensor, x2: &Tensor) -> Tensor {
        let y = x1.pairwise_distance(x2, self.p, self.eps);
        if self.keepdim { y.unsqueeze(-1) } else { y }
    }
}

impl Default for PairwiseDistance {
    fn default() -> Self {
        Self::new()
    }
}

/// `x1ᵀ A x2 + b`, a layer of two inputs. `[…, in1_features]` and `[…, in2_features]` to `[…, out_features]`. PyTorch:
/// `torch.nn.Bilinear`.
///
/// ```
/// use wick::prelude::*;
/// let layer = nn::Bilinear::new(20, 30, 40);
/// assert_eq!(layer.forward(&Tensor::rand([8, 20]), &Tensor::rand([8, 30])).shape(), [8, 40]);
/// assert_eq!(layer.weight.shape(), [40, 20, 30]);
/// let layer = nn::Bilinear::new(20, 30, 40).bias(false);
/// assert_eq!(layer.to_string(), "Bilinear(in1_features=20, in2_features=30, out_features=40, bias=False)");
/// ```
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Bilinear {
    /// `[out_features, in1_features, in2_features]`
    #[module(parameter)]
    pub weight: Tensor,
    /// `[out_features]`
    #[module(parameter)]
    pub bias: Option<Tensor>,
    mode: Mode,
    #[module(skip)]
    redraw: Redraw,
}

impl Bilinear {
    /// A layer with PyTorch's initial values: uniform within `1/√in1_features`.
    pub fn new(in1_features: usize, in2_features: usize, out_features: usize) -> Self {
        Self::with([out_features, in1_features, in2_features], true)
    }

    fn with(shape: [usize; 3], bias: bool) -> Self {
        let bound = 1.0 / (shape[1] as f64).sqrt();
        let draw = |shape: &[usize]| {
            let drawn = Tensor::empty(shape);
            init::uniform_(&drawn, -bound, bound);
            drawn.into_parameter()
        };
        let ((weight, bias), redraw) =
            Redraw::around(|| (draw(&shape), bias.then(|| draw(&shape[..1]))));
        Self {
            weight,
            bias,
            mode: Mode::default(),
            redraw,
        }
    }

    /// Whether the layer has a bias, which it has unless this says `false`.
    pub fn bias(self, bias: bool) -> Self {
        if bias == self.bias.is_some() {
            return self;
        }
        self.redraw.undo();
        Self::with([0, 1, 2].map(|dim| self.weight.size(dim)), bias)
    }

    fn options(&self) -> String {
        let mut text = String::new();
        python::keyword(&mut text, "in1_features", self.weight.size(1));
        python::keyword(&mut text, "in2_features", self.weight.size(2));
        python::keyword(&mut text, "out_features", self.weight.size(0));
        python::keyword(&mut text, "bias", python::bool(self.bias.is_some()));
        text
    }

    /// The products.
    ///
    /// # Panics
    /// When the inputs differ in all but their last dimension, or that is not the layer's.
    #[track_caller]
    pub fn forward(&self, x1: &Tensor, x2: &Tensor) -> Tensor {
        let (weight, bias) = (&self.weight, self.bias.as_ref());
        seen!(
            self,
            [x1, x2],
            super::functional::bilinear(x1, x2, weight, bias)
        )
    }
}

super::debug_is_display!(CosineSimilarity, PairwiseDistance, Bilinear);
