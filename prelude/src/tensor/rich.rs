//! A tensor as the last line of a cell: PyTorch's text. As a formula or a table where that is asked for.

use super::Tensor;
use super::display::described;
use crate::print::get_printoptions;
use wick_runtime::{Forms, MimeBundle, Rich};

impl Rich for Tensor {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        Forms::text(self.to_string()).into()
    }
}

// Within tuples, options and lists.
wick_runtime::compiled_debug! { Tensor crate::Shape crate::DType crate::Device }

/// A tensor set as a formula or as a table. Its plain text is the tensor's. Made by [`Tensor::latex`] and
/// [`Tensor::html`]; as the last value of a cell, it is shown as such.
///
/// ```
/// use wick::prelude::*;
/// let formula = tensor!([[1, 0], [0, 1]]).latex();
/// assert_eq!(formula.source(), r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}");
/// ```
#[derive(Clone, Debug)]
pub struct Typeset {
    forms: Forms,
    source: String,
}

impl Typeset {
    /// The LaTeX or HTML itself, to paste it elsewhere.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert_eq!(tensor!([1, 2]).latex().source(), r"\begin{bmatrix} 1 & 2 \end{bmatrix}");
    /// ```
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl Rich for Typeset {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        self.forms.clone().into()
    }
}

impl Tensor {
    /// The tensor as a matrix set by LaTeX. Digits, and what is left out of a large tensor, are as in its text:
    /// [`set_printoptions`](crate::print::set_printoptions) sets both.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let a = tensor!([[1., 2.], [3., 4.5]]);
    /// assert_eq!(a.latex().source(), r"\begin{bmatrix} 1.0000 & 2.0000 \\ 3.0000 & 4.5000 \end{bmatrix}");
    /// ```
    pub fn latex(&self) -> Typeset {
        let options = get_printoptions();
        let source = described(self, |text| text.latex(&options));
        let source = source.unwrap_or_else(|error| format!("\\text{{{error}}}"));
        Typeset {
            forms: Forms::text(self.to_string()).latex(&source),
            source,
        }
    }

    /// The tensor as a table of HTML, with its shape and dtype below. What is left out is left out of its text too.
    ///
    /// ```
    /// use wick::prelude::*;
    /// assert!(tensor!([[1, 2]]).html().source().contains("shape (1, 2), torch.int64"));
    /// ```
    pub fn html(&self) -> Typeset {
        let options = get_printoptions();
        let table = described(self, |text| text.html(&options));
        let table = table.unwrap_or_else(|error| crate::plot::escaped(&error.to_string()));
        let shape = crate::graph::tuple(&self.shape());
        let source = format!("{table}<div>shape {shape}, {}</div>", self.dtype());
        Typeset {
            forms: Forms::text(self.to_string()).html(&*source),
            source,
        }
    }
}
