//! How one element of a tensor prints: the rule that PyTorch's `_tensor_str.py` calls `_Formatter`.

use super::elements::{Elements, python_bool};
use super::options::PrintOptions;
use super::python;

/// Chosen once for all elements of a tensor, so that they line up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Formatter {
    notation: Notation,
    width: usize,
    precision: usize,
    /// How the imaginary parts of complex elements print; the rest is for their real parts.
    imaginary: Option<Part>,
}

/// How one of several parts of an element prints.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    notation: Notation,
    width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Notation {
    /// Integers and booleans.
    Plain,
    /// Floats that are all whole: `3.`
    Whole,
    /// `3.1416`
    Fixed,
    /// `3.1416e+00`
    Scientific,
}

impl Formatter {
    /// The formatter for the elements that will be shown. Zeros and values that are not finite do not count towards
    /// the width: PyTorch lets them stick out.
    pub fn new(shown: &Elements, options: &PrintOptions) -> Self {
        let mut formatter = Self {
            notation: Notation::Plain,
            width: 1,
            precision: options.precision,
            imaginary: None,
        };
        match shown {
            Elements::Bool(values) => formatter.widen(values, |&value| python_bool(value).len()),
            Elements::Int(values) => formatter.widen(values, |&value| integer_width(value)),
            Elements::Float(values) => formatter.suit(values, options),
            Elements::Complex(real, imaginary) => {
                let mut second = formatter;
                second.suit(imaginary, options);
                formatter.suit(real, options);
                formatter.imaginary = Some(Part {
                    notation: second.notation,
                    width: second.width,
                });
            }
        }
        formatter
    }

    /// Takes the notation and the width that these floats need.
    fn suit(&mut self, values: &[f64], options: &PrintOptions) {
        let counted: Vec<f64> = values
            .iter()
            .copied()
            .filter(|value| value.is_finite() && *value != 0.0)
            .collect();
        self.notation = notation(&counted, options);
        let narrow = *self;
        self.widen(&counted, |&value| narrow.float(value).len());
    }

    /// The width that elements are padded to. Complex ones are only padded within: this is what PyTorch takes them for.
    pub fn width(&self) -> usize {
        self.width + self.imaginary.map_or(0, |part| part.width + 1)
    }

    /// The text of element `index` of `elements`, padded on the left.
    pub fn format(&self, elements: &Elements, index: usize) -> String {
        let width = self.width;
        match elements {
            Elements::Bool(values) => format!("{:>width$}", python_bool(values[index])),
            Elements::Int(values) => format!("{:>width$}", values[index]),
            Elements::Float(values) => format!("{:>width$}", self.float(values[index])),
            Elements::Complex(real, imaginary) => {
                let first = format!("{:>width$}", self.float(real[index]));
                let second = match self.imaginary {
                    Some(part) => Self {
                        notation: part.notation,
                        ..*self
                    },
                    None => *self,
                };
                let second = second.float(imaginary[index]);
                let sign = if second.starts_with('-') { "" } else { "+" };
                format!("{first}{sign}{second}j")
            }
        }
    }

    fn widen<T>(&mut self, values: &[T], width: impl Fn(&T) -> usize) {
        self.width = values.iter().map(width).fold(self.width, usize::max);
    }

    fn float(&self, value: f64) -> String {
        match self.notation {
            Notation::Scientific => python::scientific(value, self.precision),
            Notation::Fixed => python::fixed(value, self.precision),
            Notation::Plain | Notation::Whole => {
                let mut text = python::fixed(value, 0);
                if value.is_finite() {
                    text.push('.');
                }
                text
            }
        }
    }
}

/// The notation for finite values other than zero.
fn notation(counted: &[f64], options: &PrintOptions) -> Notation {
    if counted.is_empty() {
        return Notation::Whole;
    }
    let largest = counted
        .iter()
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    let smallest = counted
        .iter()
        .fold(f64::INFINITY, |least, value| least.min(value.abs()));
    let spread = largest / smallest > 1000.0 || largest > 1e8 || smallest < 1e-4;
    if options.sci_mode.unwrap_or(spread) {
        Notation::Scientific
    } else if counted.iter().all(|value| value.fract() == 0.0) {
        Notation::Whole
    } else {
        Notation::Fixed
    }
}

fn integer_width(value: i64) -> usize {
    let digits = value
        .unsigned_abs()
        .checked_ilog10()
        .map_or(1, |log| log as usize + 1);
    digits + usize::from(value < 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(elements: Elements) -> Vec<String> {
        let formatter = Formatter::new(&elements, &PrintOptions::DEFAULT);
        (0..elements.len())
            .map(|index| formatter.format(&elements, index))
            .collect()
    }

    #[test]
    fn whole_floats_end_in_a_point() {
        assert_eq!(
            texts(Elements::Float(vec![1.0, -20.0, 0.0])),
            ["  1.", "-20.", "  0."]
        );
    }

    #[test]
    fn a_wide_range_is_scientific() {
        assert_eq!(
            texts(Elements::Float(vec![1.0, 1001.0])),
            ["1.0000e+00", "1.0010e+03"]
        );
        assert_eq!(
            texts(Elements::Float(vec![1.0, 1000.0])),
            ["   1.", "1000."]
        );
    }

    #[test]
    fn zeros_and_non_finite_values_do_not_widen() {
        assert_eq!(
            texts(Elements::Float(vec![f64::INFINITY, f64::NEG_INFINITY])),
            ["inf", "-inf"]
        );
        assert_eq!(texts(Elements::Float(vec![-0.0, 1.0])), ["-0.", "1."]);
    }

    #[test]
    fn integers_and_booleans_line_up() {
        assert_eq!(
            texts(Elements::Int(vec![0, -7, i64::MIN])),
            [
                "                   0",
                "                  -7",
                "-9223372036854775808"
            ]
        );
        assert_eq!(texts(Elements::Bool(vec![true, false])), [" True", "False"]);
    }
}
