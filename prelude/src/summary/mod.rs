//! What a model is made of: `summary(&model, [1, 3, 32, 32])`, as the Python package torchinfo prints it.
//!
//! ```
//! use wick::prelude::*;
//!
//! let net = Sequential::new((Linear::new(4, 8), ReLU::new(), Linear::new(8, 2)));
//! let summary = summary(&net, [16, 4]);
//! assert_eq!(summary.total_params(), 58);
//! println!("{summary}");
//! ```
//!
//! The model is applied once, to zeros of that shape or to the tensor given, in evaluation mode and without gradients;
//! neither its state nor the random numbers of the session change. The shapes are those that
//! [hooks](crate::nn::hooks) see: a module of one's own that is called by its own `forward` is seen if `#[hooked]`
//! stands before its `impl Forward`, and has `--` otherwise.

mod measure;
#[cfg(test)]
mod tests;
mod text;

use wick_runtime::display::DisplayHandle;
use wick_runtime::{Forms, MimeBundle, Rich};

use crate::nn::{Forward, ModuleExt};
use crate::{Shape, Tensor};

/// What a model is applied to: a shape stands for zeros, in `f32`, where the model's parameters are.
///
/// ```
/// use wick::prelude::*;
/// let net = Embedding::new(10, 4);
/// let words = tensor!([[1, 2, 3]]);
/// assert_eq!(summary(&net, &words).layers()[0].output.as_ref().unwrap(), &[1, 3, 4]);
/// assert_eq!(summary(&Linear::new(4, 2), [5, 4]).layers()[0].output.as_ref().unwrap(), &[5, 2]);
/// ```
#[derive(Clone, Debug)]
pub enum SummaryInput {
    /// Zeros of this shape.
    Zeros(Shape),
    /// This very tensor: where numbers of words are wanted, say.
    Given(Tensor),
}

impl<const N: usize> From<[usize; N]> for SummaryInput {
    fn from(shape: [usize; N]) -> Self {
        Self::Zeros(shape.into())
    }
}

impl From<Shape> for SummaryInput {
    fn from(shape: Shape) -> Self {
        Self::Zeros(shape)
    }
}

impl From<&Tensor> for SummaryInput {
    fn from(tensor: &Tensor) -> Self {
        Self::Given(tensor.clone())
    }
}

/// The modules of a model with what comes out of them. Shown as the last line of a cell; printed as torchinfo does.
///
/// ```
/// use wick::prelude::*;
/// let net = Sequential::new((Linear::new(4, 8), ReLU::new(), Linear::new(8, 2)));
/// let summary = summary(&net, [16, 4]).depth(1);
/// assert_eq!((summary.total_params(), summary.trainable_params()), (58, 58));
/// assert_eq!(summary.total_mult_adds(), 928);
/// // 16 * 4 floats in, 16 * (8 + 2) out of the layers with parameters and as many gradients, 58 parameters.
/// assert_eq!((summary.input_bytes(), summary.params_bytes()), (4 * 16 * 4, 4 * 58));
/// assert_eq!(summary.forward_backward_bytes(), 2 * 4 * 16 * (8 + 2));
/// for layer in summary.layers() {
///     println!("{} {} {}", layer.name, layer.kind, layer.params);
/// }
/// summary.show();
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    layers: Vec<LayerSummary>,
    /// How deep layers are shown.
    depth: usize,
    input_bytes: usize,
}

/// One module of a model, with its own parameters and the shape of its output.
///
/// ```
/// use wick::prelude::*;
/// let net = Sequential::new((Linear::new(4, 8), ReLU::new()));
/// let summary = summary(&net, [16, 4]);
/// let linear = &summary.layers()[1];
/// assert_eq!((linear.name.as_str(), linear.kind, linear.depth), ("0", "Linear", 1));
/// assert_eq!((linear.params, linear.output.as_ref().unwrap().to_string()), (40, "torch.Size([16, 8])".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerSummary {
    /// Its name in the model: `layer1.0.conv1`; that of the model is empty.
    pub name: String,
    /// Its type: `Conv2d`.
    pub kind: &'static str,
    /// In how many modules it lies.
    pub depth: usize,
    /// The shape of what came out of it last; `None` where that was not seen.
    pub output: Option<Shape>,
    /// How many numbers its own parameters hold, without those of modules in it.
    pub params: usize,
    /// Those of them that are trained.
    pub trainable: usize,
    /// Bytes of its own parameters.
    bytes: usize,
    /// Multiplications and additions with its own parameters, in all its calls.
    mult_adds: usize,
    /// Bytes that came out of it, in all its calls.
    output_bytes: usize,
    /// Whether there are modules in it.
    is_parent: bool,
}

/// Applies a model to zeros of a shape (or, with `&tensor`, to that) and tells what each of its modules makes of it:
/// torchinfo's `summary(model, input_size)`.
///
/// ```
/// use wick::prelude::*;
///
/// let net = Sequential::new((Conv2d::new(3, 8, 3).padding(1), Flatten::new(), Linear::new(8 * 4 * 4, 10)));
/// let summary = summary(&net, [2, 3, 4, 4]);
/// assert_eq!(summary.layers()[1].output.as_ref().unwrap(), &[2, 8, 4, 4]);
/// assert!(summary.to_string().contains("├─Conv2d (0): 1-1"));
/// ```
///
/// # Panics
/// Where the model does, with its words.
#[track_caller]
pub fn summary<M: Forward + ?Sized>(model: &M, input: impl Into<SummaryInput>) -> Summary {
    let module = model.as_module();
    let input = match input.into() {
        SummaryInput::Given(tensor) => tensor,
        SummaryInput::Zeros(shape) => {
            let zeros = Tensor::zeros(&shape);
            match model.parameters().first() {
                Some(parameter) => zeros.to(parameter.device()),
                None => zeros,
            }
        }
    };
    let seen = measure::apply(module, &input, &|input| model.forward(input));
    Summary {
        layers: measure::layers(module, seen),
        depth: 3,
        input_bytes: measure::bytes(&input),
    }
}

impl Summary {
    /// Shows modules that lie in up to so many others. Default 3. The totals count all modules.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let net = Sequential::new((Linear::new(4, 8), Sequential::new((Linear::new(8, 2), ReLU::new()))));
    /// let summary = summary(&net, [16, 4]);
    /// assert!(summary.to_string().contains("ReLU"));
    /// assert!(!summary.depth(1).to_string().contains("ReLU"));
    /// ```
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// The model and all modules in it, in the order in which they are declared.
    pub fn layers(&self) -> &[LayerSummary] {
        &self.layers
    }

    /// How many numbers all parameters hold.
    pub fn total_params(&self) -> usize {
        self.layers.iter().map(|layer| layer.params).sum()
    }

    /// How many numbers of the parameters are trained: those of parameters that require gradients.
    pub fn trainable_params(&self) -> usize {
        self.layers.iter().map(|layer| layer.trainable).sum()
    }

    /// How many multiplications and additions with parameters one application takes, as torchinfo counts them: a
    /// convolution's parameters once for each place of its output, others once for each item of the batch.
    pub fn total_mult_adds(&self) -> usize {
        self.layers.iter().map(|layer| layer.mult_adds).sum()
    }

    /// How many bytes the input takes.
    pub fn input_bytes(&self) -> usize {
        self.input_bytes
    }

    /// How many bytes come out of modules with parameters, and as much again for gradients.
    pub fn forward_backward_bytes(&self) -> usize {
        let leaves = self
            .layers
            .iter()
            .filter(|it| it.params > 0 && !it.is_parent);
        leaves.map(|layer| 2 * layer.output_bytes).sum()
    }

    /// How many bytes all parameters take.
    pub fn params_bytes(&self) -> usize {
        self.layers.iter().map(|layer| layer.bytes).sum()
    }

    /// Shows it here, in the middle of a cell.
    pub fn show(&self) -> DisplayHandle {
        wick_runtime::display::display(self)
    }
}

impl Rich for Summary {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        Forms::text(self.to_string()).html(self.html()).into()
    }
}
