//! The text of an array as NumPy 2.4 writes it: `repr` and `str`.

mod float;

use std::fmt;

use self::float::{FloatFormat, FloatWidth};
use super::axes::{Axes, Axis};
use super::elements::{Elements, python_bool};
use super::python;

const LINE_WIDTH: usize = 75;
const THRESHOLD: usize = 1000;
const EDGE_ITEMS: usize = 3;
const PREFIX: &str = "array(";

/// Everything that NumPy's text of an array depends on. `{:?}` is NumPy's `repr`, `{}` its `str`.
///
/// ```
/// use wick::print::{ArrayText, Elements};
///
/// let array = ArrayText { shape: &[3], dtype: "float32", fetch: &|at| Elements::Float(vec![2.0; at.len()]) };
/// assert_eq!(format!("{array:?}"), "array([2., 2., 2.], dtype=float32)");
/// assert_eq!(format!("{array}"), "[2. 2. 2.]");
/// ```
#[derive(Clone, Copy)]
pub struct ArrayText<'a> {
    /// The sizes of the axes.
    pub shape: &'a [usize],
    /// NumPy's name of the dtype: `float32`, `int64`, `bool`, ….
    pub dtype: &'a str,
    /// Hands over the elements at the given row-major positions, in the order given.
    pub fetch: &'a dyn Fn(&[usize]) -> Elements,
}

impl fmt::Debug for ArrayText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let contents = self.contents(", ", PREFIX.len(), LINE_WIDTH - ")".len());
        let extras = self.extras();
        if extras.is_empty() {
            return write!(f, "{PREFIX}{contents})");
        }
        let text = format!("{PREFIX}{contents},");
        let extras = format!("{})", extras.join(", "));
        let last_line = text.len() - text.rfind('\n').map_or(0, |at| at + 1);
        if last_line + extras.len() + 1 > LINE_WIDTH {
            write!(f, "{text}\n{}{extras}", " ".repeat(PREFIX.len()))
        } else {
            write!(f, "{text} {extras}")
        }
    }
}

impl fmt::Display for ArrayText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.shape.is_empty() {
            return f.write_str(&self.contents(" ", 0, LINE_WIDTH));
        }
        // An array without axes prints like the number it holds, with all its digits.
        match (self.fetch)(&[0]) {
            Elements::Float(values) => f.write_str(&FloatWidth::of(self.dtype).scalar(values[0])),
            Elements::Int(values) => write!(f, "{}", values[0]),
            Elements::Bool(values) => f.write_str(python_bool(values[0])),
            other @ Elements::Complex(..) => f.write_str(&self.cells(other).concat()),
        }
    }
}

impl ArrayText<'_> {
    fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// What the elements alone do not say.
    fn extras(&self) -> Vec<String> {
        let mut extras = Vec::new();
        if (self.size() == 0 && self.shape != [0]) || self.size() > THRESHOLD {
            extras.push(format!("shape={}", python::tuple(self.shape)));
        }
        if self.size() == 0 || !["float64", "int64", "bool"].contains(&self.dtype) {
            extras.push(format!("dtype={}", self.dtype));
        }
        extras
    }

    fn contents(&self, separator: &str, indent: usize, line_width: usize) -> String {
        if self.size() == 0 {
            return "[]".to_string();
        }
        let axes = Axes::new(self.shape, THRESHOLD, EDGE_ITEMS);
        let cells = self.cells((self.fetch)(&axes.positions(self.shape)));
        let mut page = Page {
            cells: cells.into_iter(),
            separator,
        };
        page.brackets(&axes.0, indent + 1, line_width)
    }

    /// The texts of the elements, padded so that they line up.
    fn cells(&self, shown: Elements) -> Vec<String> {
        match shown {
            Elements::Float(values) => {
                let format = FloatFormat::new(&values, FloatWidth::of(self.dtype));
                values.iter().map(|&value| format.format(value)).collect()
            }
            Elements::Int(values) => {
                let texts: Vec<String> = values.iter().map(i64::to_string).collect();
                let width = texts.iter().map(String::len).max().unwrap_or(0);
                texts.iter().map(|text| format!("{text:>width$}")).collect()
            }
            Elements::Complex(real, imaginary) => {
                let width = FloatWidth::of(self.dtype);
                let [first, second] =
                    [&real, &imaginary].map(|values| FloatFormat::new(values, width));
                let pairs = real.iter().zip(&imaginary);
                pairs
                    .map(|(&re, &im)| {
                        let im = second.format(im);
                        let sign = if im.trim_start().starts_with('-') {
                            ""
                        } else {
                            "+"
                        };
                        format!("{}{sign}{}j", first.format(re), im.trim_start())
                    })
                    .collect()
            }
            Elements::Bool(values) => {
                let width = if self.shape.is_empty() {
                    0
                } else {
                    "False".len()
                };
                values
                    .iter()
                    .map(|&value| format!("{:>width$}", python_bool(value)))
                    .collect()
            }
        }
    }
}

/// The elements on their way to the page, taken in reading order.
struct Page<'a> {
    cells: std::vec::IntoIter<String>,
    separator: &'a str,
}

impl Page<'_> {
    /// `axes` in nested brackets. The text after the first bracket stands in column `indent`; `width` is how far a line
    /// of this axis may reach.
    fn brackets(&mut self, axes: &[Axis], indent: usize, width: usize) -> String {
        let (axis, inner) = match axes {
            [] => return self.cells.next().unwrap_or_default(),
            [last] => return self.row(last, indent, width),
            [axis, inner @ ..] => (axis, inner),
        };
        let mut slices: Vec<String> = axis
            .indices
            .iter()
            .map(|_| self.brackets(inner, indent + 1, width - 1))
            .collect();
        if let Some(gap) = axis.gap {
            slices.insert(gap, "...".to_string());
        }
        let break_off = format!(
            "{}{}{}",
            self.separator.trim_end(),
            "\n".repeat(inner.len()),
            " ".repeat(indent)
        );
        format!("[{}]", slices.join(&break_off))
    }

    /// The innermost axis: a line is broken where the next element would not fit on it.
    fn row(&mut self, axis: &Axis, indent: usize, width: usize) -> String {
        // The separator or the closing bracket has to fit as well.
        let width = width - 1;
        let mut words: Vec<String> = self.cells.by_ref().take(axis.indices.len()).collect();
        if let Some(gap) = axis.gap {
            words.insert(gap, "...".to_string());
        }
        let hanging = " ".repeat(indent);
        let mut finished = String::new();
        let mut line = hanging.clone();
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                line.push_str(self.separator);
            }
            if line.len() + word.len() > width && line.len() > indent {
                finished.push_str(line.trim_end());
                finished.push('\n');
                line.clone_from(&hanging);
            }
            line.push_str(word);
        }
        finished.push_str(&line);
        format!("[{}]", &finished[indent..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of 0, 1, 2, … of a shape. What they have to be comes from NumPy 2.4.
    fn counting(shape: &[usize], dtype: &str) -> (String, String) {
        let fetch = |at: &[usize]| match dtype {
            "bool" => Elements::Bool(at.iter().map(|&at| at % 2 == 0).collect()),
            "float32" | "float64" => Elements::Float(at.iter().map(|&at| at as f64).collect()),
            _ => Elements::Int(at.iter().map(|&at| at as i64).collect()),
        };
        let array = ArrayText {
            shape,
            dtype,
            fetch: &fetch,
        };
        (format!("{array:?}"), array.to_string())
    }

    #[test]
    fn axes_are_nested_brackets() {
        assert_eq!(
            counting(&[2, 3, 4], "float32").0,
            "array([[[ 0.,  1.,  2.,  3.],\n        [ 4.,  5.,  6.,  7.],\n        [ 8.,  9., 10., 11.]],\n\n       \
             [[12., 13., 14., 15.],\n        [16., 17., 18., 19.],\n        [20., 21., 22., 23.]]], dtype=float32)"
        );
    }

    #[test]
    fn a_large_array_names_its_shape() {
        assert_eq!(
            counting(&[2000], "int32").0,
            "array([   0,    1,    2, ..., 1997, 1998, 1999],\n      shape=(2000,), dtype=int32)"
        );
    }

    #[test]
    fn what_is_empty_names_shape_and_dtype() {
        assert_eq!(
            counting(&[2, 0], "float64").0,
            "array([], shape=(2, 0), dtype=float64)"
        );
        assert_eq!(counting(&[0], "float32").0, "array([], dtype=float32)");
    }

    #[test]
    fn booleans_line_up_unless_alone() {
        assert_eq!(
            counting(&[2], "bool"),
            (
                "array([ True, False])".to_string(),
                "[ True False]".to_string()
            )
        );
        assert_eq!(
            counting(&[], "bool"),
            ("array(True)".to_string(), "True".to_string())
        );
    }

    #[test]
    fn a_long_row_is_broken() {
        let (_, text) = counting(&[30], "int64");
        assert_eq!(
            text,
            "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n 24 25 26 27 28 29]"
        );
    }
}
