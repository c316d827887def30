//! A tensor as LaTeX and as HTML: the numbers that its text shows, with the same digits and the same gaps.

use super::axes::{Axes, Axis};
use super::elements::Elements;
use super::formatter::Formatter;
use super::options::PrintOptions;
use super::tensor::TensorText;

impl TensorText<'_> {
    /// A matrix for LaTeX; of more than two axes, matrices of matrices.
    ///
    /// ```
    /// use wick::print::{Elements, PrintOptions, TensorText};
    /// let text = TensorText {
    ///     shape: &[2, 2],
    ///     dtype: "float32",
    ///     device: None,
    ///     requires_grad: false,
    ///     grad_fn: None,
    ///     fetch: &|positions| Elements::Float(positions.iter().map(|&at| at as f64).collect()),
    /// };
    /// let latex = text.latex(&PrintOptions::DEFAULT);
    /// assert_eq!(latex, r"\begin{bmatrix} 0. & 1. \\ 2. & 3. \end{bmatrix}");
    /// ```
    pub fn latex(&self, options: &PrintOptions) -> String {
        self.markup(options, &Latex)
    }

    /// A table for HTML; of more than two axes, tables of tables.
    ///
    /// ```
    /// use wick::print::{Elements, PrintOptions, TensorText};
    /// let text = TensorText {
    ///     shape: &[2, 2],
    ///     dtype: "float32",
    ///     device: None,
    ///     requires_grad: false,
    ///     grad_fn: None,
    ///     fetch: &|positions| Elements::Float(positions.iter().map(|&at| at as f64).collect()),
    /// };
    /// assert_eq!(text.html(&PrintOptions::DEFAULT).matches("<tr>").count(), 2);
    /// ```
    pub fn html(&self, options: &PrintOptions) -> String {
        self.markup(options, &Html)
    }

    fn markup(&self, options: &PrintOptions, language: &dyn Language) -> String {
        // Without edges the text shows no numbers at all; here the ends of each axis stand for them.
        let edge_items = options.edgeitems.max(1);
        let axes = Axes::new(self.shape, options.threshold, edge_items);
        let positions = axes.positions(self.shape);
        let elements = (self.fetch)(&positions);
        if elements.len() < positions.len() || positions.is_empty() {
            return language.grid(&[]);
        }
        let formatter = Formatter::new(&elements, options);
        let mut walk = Walk {
            elements,
            next: 0,
            formatter,
            language,
        };
        walk.block(&axes.0)
    }
}

/// The elements on their way to the page, taken in reading order.
struct Walk<'a> {
    elements: Elements,
    next: usize,
    formatter: Formatter,
    language: &'a dyn Language,
}

impl Walk<'_> {
    fn number(&mut self) -> String {
        let text = self.formatter.format(&self.elements, self.next);
        self.next += 1;
        self.language.number(text.trim())
    }

    fn block(&mut self, axes: &[Axis]) -> String {
        match axes {
            [] => self.language.single(self.number()),
            [row] => {
                let row = self.row(row);
                self.language.grid(&[row])
            }
            [rows, columns] => {
                let mut grid: Vec<Vec<String>> =
                    rows.indices.iter().map(|_| self.row(columns)).collect();
                if let (Some(gap), Some(first)) = (rows.gap, grid.first()) {
                    let dots = |at: usize| {
                        self.language.dots(if Some(at) == columns.gap {
                            Dots::Both
                        } else {
                            Dots::Down
                        })
                    };
                    let line = (0..first.len()).map(dots).collect();
                    grid.insert(gap, line);
                }
                self.language.grid(&grid)
            }
            [outer, inner @ ..] => {
                let mut blocks: Vec<Vec<String>> = outer
                    .indices
                    .iter()
                    .map(|_| vec![self.block(inner)])
                    .collect();
                if let Some(gap) = outer.gap {
                    blocks.insert(gap, vec![self.language.dots(Dots::Down)]);
                }
                self.language.grid(&blocks)
            }
        }
    }

    fn row(&mut self, axis: &Axis) -> Vec<String> {
        let mut cells: Vec<String> = axis.indices.iter().map(|_| self.number()).collect();
        if let Some(gap) = axis.gap {
            cells.insert(gap, self.language.dots(Dots::Along));
        }
        cells
    }
}

/// What stands for numbers left out.
#[derive(Clone, Copy)]
enum Dots {
    Along,
    Down,
    Both,
}

trait Language {
    fn number(&self, text: &str) -> String;
    fn single(&self, number: String) -> String;
    fn dots(&self, dots: Dots) -> String;
    fn grid(&self, rows: &[Vec<String>]) -> String;
}

struct Latex;

impl Language for Latex {
    fn number(&self, text: &str) -> String {
        match text {
            "inf" => "\\infty".into(),
            "-inf" => "-\\infty".into(),
            "nan" | "True" | "False" => format!("\\mathrm{{{text}}}"),
            _ => match text.split_once('e') {
                Some((digits, exponent)) => {
                    let exponent: i32 = exponent.parse().unwrap_or(0);
                    format!("{digits}\\times 10^{{{exponent}}}")
                }
                None => text.to_owned(),
            },
        }
    }

    fn single(&self, number: String) -> String {
        number
    }

    fn dots(&self, dots: Dots) -> String {
        let dots = match dots {
            Dots::Along => "\\cdots",
            Dots::Down => "\\vdots",
            Dots::Both => "\\ddots",
        };
        dots.into()
    }

    fn grid(&self, rows: &[Vec<String>]) -> String {
        let rows: Vec<String> = rows.iter().map(|row| row.join(" & ")).collect();
        format!(
            "\\begin{{bmatrix}} {} \\end{{bmatrix}}",
            rows.join(" \\\\ ")
        )
    }
}

struct Html;

impl Language for Html {
    fn number(&self, text: &str) -> String {
        text.to_owned()
    }

    fn single(&self, number: String) -> String {
        format!("<code>{number}</code>")
    }

    fn dots(&self, dots: Dots) -> String {
        let dots = match dots {
            Dots::Along => "…",
            Dots::Down => "⋮",
            Dots::Both => "⋱",
        };
        dots.into()
    }

    fn grid(&self, rows: &[Vec<String>]) -> String {
        let cell = |text: &String| format!("<td style=\"text-align:right\">{text}</td>");
        let row =
            |row: &Vec<String>| format!("<tr>{}</tr>", row.iter().map(cell).collect::<String>());
        format!(
            "<table>{}</table>",
            rows.iter().map(row).collect::<String>()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting<'a>(shape: &'a [usize], fetch: &'a dyn Fn(&[usize]) -> Elements) -> TensorText<'a> {
        TensorText {
            shape,
            dtype: "float32",
            device: None,
            requires_grad: false,
            grad_fn: None,
            fetch,
        }
    }

    fn floats(at: &[usize]) -> Elements {
        Elements::Float(at.iter().map(|&at| at as f64).collect())
    }

    #[test]
    fn numbers_are_those_of_the_text() {
        let latex = |values: &'static [f64]| {
            let fetch = |at: &[usize]| Elements::Float(at.iter().map(|&at| values[at]).collect());
            counting(&[values.len()], &fetch).latex(&PrintOptions::DEFAULT)
        };
        assert_eq!(
            latex(&[1.0, 0.123_456_789]),
            "\\begin{bmatrix} 1.0000 & 0.1235 \\end{bmatrix}"
        );
        assert_eq!(
            latex(&[1e-6, f64::NEG_INFINITY, f64::NAN]),
            "\\begin{bmatrix} 1.0000\\times 10^{-6} & -\\infty & \\mathrm{nan} \\end{bmatrix}"
        );
    }

    #[test]
    fn a_matrix_leaves_out_what_its_text_leaves_out() {
        let options = PrintOptions::DEFAULT.threshold(5).edgeitems(1);
        assert_eq!(
            counting(&[3, 4], &floats).latex(&options),
            "\\begin{bmatrix} 0. & \\cdots & 3. \\\\ \\vdots & \\ddots & \\vdots \\\\ 8. & \\cdots & 11. \\end{bmatrix}"
        );
        let html = counting(&[1000, 1000], &floats).html(&PrintOptions::DEFAULT);
        assert_eq!(html.matches("<td").count(), 49);
    }

    #[test]
    fn other_shapes() {
        let latex = |shape: &[usize]| counting(shape, &floats).latex(&PrintOptions::DEFAULT);
        assert_eq!(latex(&[]), "0.");
        assert_eq!(latex(&[0]), "\\begin{bmatrix}  \\end{bmatrix}");
        assert_eq!(
            latex(&[2, 1, 2]),
            "\\begin{bmatrix} \\begin{bmatrix} 0. & 1. \\end{bmatrix} \\\\ \\begin{bmatrix} 2. & 3. \\end{bmatrix} \\end{bmatrix}"
        );
    }
}
