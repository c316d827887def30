//! Tables of vectors.

use super::functional as F;
use super::{Forward, Mode, Module, hooked, init, python};
use crate::{Tensor, no_grad};

/// A table with a vector for each of `num_embeddings` things. Integers of any shape to one more dimension, of
/// `embedding_dim`. PyTorch: `torch.nn.Embedding`.
///
/// ```
/// use wick::prelude::*;
/// let embedding = Embedding::new(10, 3).padding_idx(0);
/// let y = embedding.forward(&tensor!([[0, 2, 0, 5]]));
/// assert_eq!(y.shape(), [1, 4, 3]);
/// assert_eq!(y.i((0, 0)).detach().to_vec::<f32>(), [0., 0., 0.]);
/// assert_eq!(embedding.to_string(), "Embedding(10, 3, padding_idx=0)");
///
/// let embedding = Embedding::new(10, 3).max_norm(1.);
/// let y = embedding.forward(&tensor!([2, 5]));
/// assert!(y.norm_dim(2., -1, false).le(1.001).all().item::<bool>());
/// assert_eq!(embedding.to_string(), "Embedding(10, 3, max_norm=1.0)");
///
/// // Vectors from elsewhere, which are not trained.
/// let known = Embedding::from_pretrained(&tensor!([[1., 0.], [0., 1.]]), true);
/// assert_eq!(known.forward(&tensor!([1, 0])).to_string(), "tensor([[0., 1.],\n        [1., 0.]])");
/// let embedding = Embedding::new(10, 3).max_norm(1.).norm_type(1.).scale_grad_by_freq(true);
/// assert_eq!(embedding.to_string(), "Embedding(10, 3, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True)");
/// ```
///
/// # Panics
/// When an index is not in the table.
#[derive(Module)]
#[module(extra_repr = Self::options)]
pub struct Embedding {
    /// `[num_embeddings, embedding_dim]`
    #[module(parameter)]
    pub weight: Tensor,
    #[module(skip)]
    options: F::EmbeddingOptions,
    mode: Mode,
}

impl Embedding {
    /// A table with PyTorch's initial values: standard normal numbers.
    pub fn new(num_embeddings: usize, embedding_dim: usize) -> Self {
        let weight = Tensor::empty([num_embeddings, embedding_dim]);
        init::normal_(&weight, 0.0, 1.0);
        Self {
            weight: weight.into_parameter(),
            options: F::EmbeddingOptions::default(),
            mode: Mode::default(),
        }
    }

    /// Makes one row stand for nothing: it is zero and gets no gradient. A negative index counts from the end.
    /// PyTorch's argument `padding_idx`.
    ///
    /// # Panics
    /// When there is no such row.
    #[track_caller]
    pub fn padding_idx(mut self, padding_idx: i64) -> Self {
        let refusal = "Padding_idx must be within num_embeddings";
        self.options.padding_idx = Some(empty_row(&self.weight, padding_idx, refusal));
        self
    }

    fn options(&self) -> String {
        let mut text = format!("{}, {}", self.weight.size(0), self.weight.size(1));
        if let Some(padding_idx) = self.options.padding_idx {
            python::keyword(&mut text, "padding_idx", padding_idx);
        }
        limits(
            &mut text,
            self.options.max_norm,
            self.options.norm_type,
            self.options.scale_grad_by_freq,
        );
        text
    }
}

/// Gives a table what both kinds have in common.
macro_rules! table {
    ($table:ident, $options:ty) => {
        impl $table {
            /// A table of these vectors, `[num_embeddings, embedding_dim]`; with `freeze` (PyTorch's default) it is not
            /// trained.
            ///
            /// # Panics
            /// When they are no matrix.
            #[track_caller]
            pub fn from_pretrained(embeddings: &Tensor, freeze: bool) -> Self {
                assert!(
                    embeddings.dim() == 2,
                    "Embeddings parameter is expected to be 2-dimensional"
                );
                Self {
                    weight: embeddings.detach().requires_grad_(!freeze),
                    options: <$options>::default(),
                    mode: Mode::default(),
                }
            }

            /// Shortens rows that are asked for to this norm, where theirs is larger, in the table itself. PyTorch's
            /// argument `max_norm`.
            pub fn max_norm(mut self, max_norm: f64) -> Self {
                self.options.max_norm = Some(max_norm);
                self
            }

            /// Which norm that of `max_norm` is; 2 at first. PyTorch's argument `norm_type`.
            pub fn norm_type(mut self, norm_type: f64) -> Self {
                self.options.norm_type = norm_type;
                self
            }

            /// Whether the gradient of a row is divided by how often it was asked for. Bags of which the largest
            /// numbers are taken do not know that. PyTorch's argument `scale_grad_by_freq`.
            pub fn scale_grad_by_freq(mut self, scale_grad_by_freq: bool) -> Self {
                self.options.scale_grad_by_freq = scale_grad_by_freq;
                self
            }
        }
    };
}
pub(super) use table;

table!(Embedding, F::EmbeddingOptions);

/// Makes a row zero that stands for nothing; returns its index from the front.
#[track_caller]
pub(super) fn empty_row(weight: &Tensor, padding_idx: i64, refusal: &str) -> i64 {
    let rows = weight.size(0) as i64;
    assert!((-rows..rows).contains(&padding_idx), "{refusal}");
    let row = padding_idx.rem_euclid(rows);
    no_grad(|| weight.i(row).fill_(0));
    row
}

/// What tables say of their norms and gradients, where it is not the usual.
pub(super) fn limits(text: &mut String, max_norm: Option<f64>, norm_type: f64, by_freq: bool) {
    if let Some(max_norm) = max_norm {
        python::keyword(text, "max_norm", python::float(max_norm));
    }
    if norm_type != 2. {
        python::keyword(text, "norm_type", python::float(norm_type));
    }
    if by_freq {
        python::keyword(text, "scale_grad_by_freq", "True");
    }
}

#[hooked]
impl Forward for Embedding {
    fn forward(&self, x: &Tensor) -> Tensor {
        F::embedding_with(x, &self.weight, &self.options)
    }
}

super::debug_is_display!(Embedding);
