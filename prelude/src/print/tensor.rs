//! The text of a tensor: brackets, line breaks, `...` and the suffixes behind the elements.

use std::fmt;

use super::axes::{Axes, Axis};
use super::elements::Elements;
use super::formatter::Formatter;
use super::options::{PrintOptions, get_printoptions};
use super::python;

const PREFIX: &str = "tensor(";

/// Everything that PyTorch's text of a tensor depends on. Its `Display` is that text, under the options that
/// [`set_printoptions`](super::set_printoptions) set.
#[derive(Clone, Copy)]
pub struct TensorText<'a> {
    /// The sizes of the axes.
    pub shape: &'a [usize],
    /// PyTorch's name of the dtype without the `torch.`: `float32`, `int64`, `bool`, ….
    pub dtype: &'a str,
    /// The device, where it is not the CPU: `cuda:0`.
    pub device: Option<&'a str>,
    /// Whether the tensor requires grad; shown unless `grad_fn` is.
    pub requires_grad: bool,
    /// The name of the node that made the tensor: `AddBackward0`.
    pub grad_fn: Option<&'a str>,
    /// Hands over the elements at the given row-major positions, in the order given.
    pub fetch: &'a dyn Fn(&[usize]) -> Elements,
}

impl fmt::Display for TensorText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&get_printoptions()))
    }
}

impl TensorText<'_> {
    /// The text under `options`.
    pub fn text(&self, options: &PrintOptions) -> String {
        let contents = if self.is_empty() {
            "[]".to_string()
        } else {
            self.contents(options)
        };
        let mut text = format!("{PREFIX}{contents}");
        self.append_suffixes(&mut text, options);
        text
    }

    fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    fn contents(&self, options: &PrintOptions) -> String {
        let axes = Axes::new(self.shape, options.threshold, options.edgeitems);
        let elements = (self.fetch)(&axes.positions(self.shape));
        let formatter = Formatter::new(&elements, options);
        let mut page = Page {
            elements,
            next: 0,
            formatter,
            linewidth: options.linewidth,
        };
        page.brackets(&axes.0, PREFIX.len())
    }

    /// What stands behind the elements, each on the same line if it still fits.
    fn append_suffixes(&self, text: &mut String, options: &PrintOptions) {
        // PyTorch takes the last line for two characters longer than it is.
        let mut line_length = text.len() - text.rfind('\n').map_or(0, |at| at + 1) + 2;
        for suffix in self.suffixes(options) {
            if line_length + suffix.len() + 2 > options.linewidth {
                text.push_str(",\n");
                text.push_str(&" ".repeat(PREFIX.len()));
                line_length = PREFIX.len() + suffix.len();
            } else {
                text.push_str(", ");
                line_length += suffix.len() + 2;
            }
            text.push_str(&suffix);
        }
        text.push(')');
    }

    fn suffixes(&self, options: &PrintOptions) -> Vec<String> {
        let mut suffixes = Vec::new();
        if let Some(device) = self.device {
            suffixes.push(format!("device='{device}'"));
        }
        // The elements of an empty tensor cannot show what its shape and its dtype are.
        let shows_size = if self.is_empty() {
            self.shape.len() != 1
        } else {
            options.edgeitems == 0
        };
        if shows_size {
            suffixes.push(format!("size={}", python::tuple(self.shape)));
        }
        let implied: &[&str] = if self.is_empty() {
            &["float32"]
        } else {
            &["float32", "int64", "bool"]
        };
        if !implied.contains(&self.dtype) {
            suffixes.push(format!("dtype=torch.{}", self.dtype));
        }
        if let Some(name) = self.grad_fn {
            suffixes.push(format!("grad_fn=<{name}>"));
        } else if self.requires_grad {
            suffixes.push("requires_grad=True".to_string());
        }
        suffixes
    }
}

/// The elements on their way to the page, taken in reading order.
struct Page {
    elements: Elements,
    next: usize,
    formatter: Formatter,
    linewidth: usize,
}

impl Page {
    fn next_element(&mut self) -> String {
        let text = self.formatter.format(&self.elements, self.next);
        self.next += 1;
        text
    }

    /// `axes` in nested brackets, of which the first stands in column `indent`.
    fn brackets(&mut self, axes: &[Axis], indent: usize) -> String {
        let (axis, inner) = match axes {
            [] => return self.next_element(),
            [last] => return self.row(last, indent),
            [axis, inner @ ..] => (axis, inner),
        };
        let mut slices: Vec<String> = axis
            .indices
            .iter()
            .map(|_| self.brackets(inner, indent + 1))
            .collect();
        if let Some(gap) = axis.gap {
            slices.insert(gap, "...".to_string());
        }
        let separator = format!(",{}{}", "\n".repeat(inner.len()), " ".repeat(indent + 1));
        format!("[{}]", slices.join(&separator))
    }

    /// The innermost axis, broken into lines of the same number of elements.
    fn row(&mut self, axis: &Axis, indent: usize) -> String {
        let mut cells: Vec<String> = axis.indices.iter().map(|_| self.next_element()).collect();
        if let Some(gap) = axis.gap {
            cells.insert(gap, if gap == 0 { "..." } else { " ..." }.to_string());
        }
        let per_line =
            (self.linewidth.saturating_sub(indent) / (self.formatter.width() + 2)).max(1);
        let lines: Vec<String> = cells.chunks(per_line).map(|line| line.join(", ")).collect();
        format!(
            "[{}]",
            lines.join(&format!(",\n{}", " ".repeat(indent + 1)))
        )
    }
}
