//! A summary as text and as HTML.

use std::fmt;

use super::{LayerSummary, Summary};
use crate::plot::escaped;

/// The heads of the three columns.
const HEADS: [&str; 3] = [
    "Layer (type (var_name):depth-idx)",
    "Output Shape",
    "Param #",
];

/// 1234567 as 1,234,567.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn megabytes(bytes: usize) -> String {
    format!("{:.2}", bytes as f64 / 1e6)
}

/// A number and its unit, as torchinfo names it.
fn operations(number: usize) -> (&'static str, String) {
    let number = number as f64;
    let (unit, size) = match number {
        it if it >= 1e12 => ("TERABYTES", 1e12),
        it if it >= 1e9 => ("GIGABYTES", 1e9),
        _ => ("MEGABYTES", 1e6),
    };
    (unit, format!("{:.2}", number / size))
}

impl Summary {
    fn shown(&self) -> impl Iterator<Item = &LayerSummary> {
        self.layers.iter().filter(|layer| layer.depth <= self.depth)
    }

    /// The three columns, one row a layer that is shown.
    fn rows(&self) -> Vec<[String; 3]> {
        let mut counts = vec![0; self.depth + 1];
        self.shown()
            .map(|layer| {
                counts[layer.depth] += 1;
                let last = layer.name.rsplit('.').next().unwrap_or_default();
                let label = match layer.depth {
                    0 => layer.kind.to_owned(),
                    depth => format!("{} ({last}): {depth}-{}", layer.kind, counts[depth]),
                };
                let output = match &layer.output {
                    Some(shape) => format!("{:?}", shape.dims()),
                    None => "--".to_owned(),
                };
                // Of what lies deeper than is shown, the module above tells.
                let hidden = self.layers.iter().filter(|other| {
                    layer.depth == self.depth && other.name.starts_with(&format!("{}.", layer.name))
                });
                let params = layer.params + hidden.map(|it| it.params).sum::<usize>();
                let params = match params {
                    0 => "--".to_owned(),
                    some if layer.trainable == 0 && layer.params > 0 => {
                        format!("({})", grouped(some))
                    }
                    some => grouped(some),
                };
                [label, output, params]
            })
            .collect()
    }

    /// What is told below the layers: the blocks, each of names and values.
    fn totals(&self) -> [Vec<(String, String)>; 2] {
        let (total, trainable) = (self.total_params(), self.trainable_params());
        let (unit, mult_adds) = operations(self.total_mult_adds());
        let sizes = [
            ("Input size (MB)", self.input_bytes()),
            (
                "Forward/backward pass size (MB)",
                self.forward_backward_bytes(),
            ),
            ("Params size (MB)", self.params_bytes()),
        ];
        let all: usize = sizes.iter().map(|(_, bytes)| bytes).sum();
        let sizes = sizes
            .into_iter()
            .chain([("Estimated Total Size (MB)", all)]);
        [
            vec![
                ("Total params".to_owned(), grouped(total)),
                ("Trainable params".to_owned(), grouped(trainable)),
                (
                    "Non-trainable params".to_owned(),
                    grouped(total - trainable),
                ),
                (format!("Total mult-adds (Units.{unit})"), mult_adds),
            ],
            sizes
                .map(|(name, bytes)| (name.to_owned(), megabytes(bytes)))
                .collect(),
        ]
    }

    pub(super) fn html(&self) -> String {
        const CELL: &str = "style=\"text-align:left\"";
        const NUMBER: &str = "style=\"text-align:right\"";
        let mut html = String::from("<table><thead><tr>");
        for (head, style) in HEADS.iter().zip([CELL, CELL, NUMBER]) {
            html.push_str(&format!("<th {style}>{head}</th>"));
        }
        html.push_str("</tr></thead><tbody>");
        for (layer, [label, output, params]) in self.shown().zip(self.rows()) {
            let indented = format!(
                "style=\"text-align:left;padding-left:{}em\"",
                0.5 + 1.5 * layer.depth as f64
            );
            html.push_str(&format!(
                "<tr><td {indented}>{}</td><td {CELL}>{output}</td><td {NUMBER}>{params}</td></tr>",
                escaped(&label)
            ));
        }
        for (name, value) in self.totals().concat() {
            html.push_str(&format!(
                "<tr><th {CELL} colspan=\"2\">{name}</th><td {NUMBER}>{value}</td></tr>"
            ));
        }
        html.push_str("</tbody></table>");
        html
    }
}

/// torchinfo's text.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tree = |depth: usize| match depth {
            0 => String::new(),
            1 => "├─".to_owned(),
            depth => format!("{}└─", "│    ".repeat(depth - 1)),
        };
        let layers = self.shown().zip(self.rows());
        let rows: Vec<[String; 3]> = layers
            .map(|(layer, [label, output, params])| [tree(layer.depth) + &label, output, params])
            .collect();
        let width = |column: usize, least: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([HEADS[column].len(), least]).max().unwrap_or(0) + 1
        };
        let (first, second, third) = (width(0, 40), width(1, 25), width(2, 22));
        let rule = "=".repeat(first + second + third);
        let line = |f: &mut fmt::Formatter<'_>, [a, b, c]: [&str; 3]| {
            let line = format!("{a:<first$}{b:<second$}{c}");
            writeln!(f, "{}", line.trim_end())
        };
        writeln!(f, "{rule}")?;
        line(f, HEADS)?;
        writeln!(f, "{rule}")?;
        for [a, b, c] in &rows {
            line(f, [a.as_str(), b.as_str(), c.as_str()])?;
        }
        for block in self.totals() {
            writeln!(f, "{rule}")?;
            for (name, value) in block {
                writeln!(f, "{name}: {value}")?;
            }
        }
        f.write_str(&rule)
    }
}
