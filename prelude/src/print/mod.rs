//! Text of tensors and arrays, equal to PyTorch's and NumPy's to the character.
//!
//! Nothing here knows [`Tensor`](crate::Tensor): a tensor is described by a [`TensorText`], which names its shape, its dtype
//! and a function that hands over the elements at given positions. The printer decides which positions it shows, so
//! that a summarised tensor is never copied as a whole.
//!
//! ```
//! use wick::print::{Elements, TensorText};
//!
//! let text = TensorText {
//!     shape: &[2, 2],
//!     dtype: "float32",
//!     device: None,
//!     requires_grad: true,
//!     grad_fn: None,
//!     fetch: &|positions| Elements::Float(positions.iter().map(|&at| at as f64).collect()),
//! };
//! assert_eq!(text.to_string(), "tensor([[0., 1.],\n        [2., 3.]], requires_grad=True)");
//! ```

mod axes;
mod elements;
mod formatter;
mod markup;
mod numpy;
mod options;
mod python;
mod tensor;

pub use elements::Elements;
pub use numpy::ArrayText;
pub use options::{PrintOptions, get_printoptions, printoptions, set_printoptions};
pub use tensor::TensorText;
