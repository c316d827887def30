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
///
/// ```
/// use wick::print::{Elements, PrintOptions, TensorText};
/// let text = TensorText {
///     shape: &[3],
///     dtype: "int32",
///     device: Some("cuda:0"),
///     requires_grad: false,
///     grad_fn: None,
///     fetch: &|positions| Elements::Int(positions.iter().map(|&at| at as i64).collect()),
/// };
/// assert_eq!(text.to_string(), "tensor([0, 1, 2], device='cuda:0', dtype=torch.int32)");
/// let short = PrintOptions::DEFAULT.threshold(2).edgeitems(1);
/// assert_eq!(text.text(&short), "tensor([0,  ..., 2], device='cuda:0', dtype=torch.int32)");
/// ```
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
    /// Hands over the elements at the given row-major positions, in the order given; none where they cannot be read,
    /// which prints as `...`.
    pub fetch: &'a dyn Fn(&[usize]) -> Elements,
}

impl fmt::Display for TensorText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&get_printoptions()))
    }
}

impl TensorText<'_> {
    /// The text under `options`, whatever [`set_printoptions`](super::set_printoptions) set.
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
        let positions = axes.positions(self.shape);
        let elements = (self.fetch)(&positions);
        if elements.len() < positions.len() {
            // PyTorch's text of a tensor whose elements are out of reach.
            return "...".to_string();
        }
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
        let float = crate::get_default_dtype();
        let is_implied = self.dtype == float.name()
            || !self.is_empty()
                && ["int64", "bool", float.to_complex().name()].contains(&self.dtype);
        if !is_implied {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of 0, 1, 2, … of a shape. What it has to be comes from PyTorch 2.15.
    fn counting(shape: &[usize], options: PrintOptions) -> String {
        let text = TensorText {
            shape,
            dtype: "int64",
            device: None,
            requires_grad: false,
            grad_fn: None,
            fetch: &|at| Elements::Int(at.iter().map(|&at| at as i64).collect()),
        };
        text.text(&options)
    }

    fn floats(values: &[f64], options: PrintOptions) -> String {
        let text = TensorText {
            shape: &[values.len()],
            dtype: "float32",
            device: None,
            requires_grad: false,
            grad_fn: None,
            fetch: &|at| Elements::Float(at.iter().map(|&at| values[at]).collect()),
        };
        text.text(&options)
    }

    #[test]
    fn a_node_stands_instead_of_requires_grad() {
        let sevenths =
            |at: &[usize]| Elements::Float(at.iter().map(|&at| at as f64 / 7.0).collect());
        let text = TensorText {
            shape: &[3, 4],
            dtype: "float32",
            device: None,
            requires_grad: true,
            grad_fn: Some("AddBackward0"),
            fetch: &sevenths,
        };
        assert_eq!(
            text.text(&PrintOptions::DEFAULT),
            "tensor([[0.0000, 0.1429, 0.2857, 0.4286],\n        \
             [0.5714, 0.7143, 0.8571, 1.0000],\n        \
             [1.1429, 1.2857, 1.4286, 1.5714]], grad_fn=<AddBackward0>)"
        );
        assert_eq!(
            text.text(&PrintOptions::DEFAULT.precision(2).linewidth(30)),
            "tensor([[0.00, 0.14, 0.29,\n         0.43],\n        \
             [0.57, 0.71, 0.86,\n         1.00],\n        \
             [1.14, 1.29, 1.43,\n         1.57]],\n       grad_fn=<AddBackward0>)"
        );
    }

    #[test]
    fn only_the_edges_are_fetched() {
        let options = PrintOptions::DEFAULT.threshold(5).edgeitems(1);
        assert_eq!(
            counting(&[3, 4], options),
            "tensor([[ 0,  ...,  3],\n        ...,\n        [ 8,  ..., 11]])"
        );
        assert_eq!(counting(&[10], options), "tensor([0,  ..., 9])");
        assert_eq!(
            counting(&[2000], PrintOptions::SHORT),
            "tensor([   0,    1,  ..., 1998, 1999])"
        );
    }

    #[test]
    fn without_edges_only_the_size_is_shown() {
        let options = PrintOptions::DEFAULT.threshold(5).edgeitems(0);
        assert_eq!(counting(&[3, 4], options), "tensor([...], size=(3, 4))");
        assert_eq!(counting(&[10], options), "tensor([...], size=(10,))");
    }

    #[test]
    fn scientific_notation_can_be_forbidden_and_forced() {
        let options = PrintOptions::DEFAULT;
        assert_eq!(
            floats(&[1e-6, 1e6], options.sci_mode(false)),
            "tensor([      0.0000, 1000000.0000])"
        );
        assert_eq!(
            floats(&[1.0, 2.0], options.sci_mode(true)),
            "tensor([1.0000e+00, 2.0000e+00])"
        );
    }

    #[test]
    fn the_full_profile_leaves_nothing_out() {
        let text = counting(&[3000], PrintOptions::FULL);
        assert!(!text.contains("..."));
        assert!(text.contains(" 1500,"));
    }

    #[test]
    fn elements_out_of_reach_are_three_points() {
        let text = TensorText {
            shape: &[2],
            dtype: "float32",
            device: None,
            requires_grad: false,
            grad_fn: None,
            fetch: &|_| Elements::Float(Vec::new()),
        };
        assert_eq!(text.to_string(), "tensor(...)");
    }

    #[test]
    fn another_device_is_named() {
        let text = TensorText {
            shape: &[],
            dtype: "float16",
            device: Some("cuda:0"),
            requires_grad: false,
            grad_fn: None,
            fetch: &|_| Elements::Float(vec![2.5]),
        };
        assert_eq!(
            text.to_string(),
            "tensor(2.5000, device='cuda:0', dtype=torch.float16)"
        );
    }
}
