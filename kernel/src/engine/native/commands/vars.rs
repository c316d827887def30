//! `:vars`: the variables as a table.

use std::collections::BTreeMap;

use wick_runtime::facts::Facts;

use super::super::NativeEngine;
use super::super::memory::Bytes;
use super::super::variables::Variable;
use super::escape;
use crate::engine::Reply;

const COLUMNS: [&str; 6] = ["name", "type", "shape", "device", "memory", "cell"];

impl NativeEngine {
    pub(super) async fn show_variables(&mut self) -> Reply {
        let variables: Vec<Variable> = self.variables.iter().cloned().collect();
        if variables.is_empty() {
            self.say(crate::engine::Stream::Stdout, "no variables\n".into());
            return Ok(());
        }
        let names: Vec<&str> = variables.iter().map(|it| it.name.as_str()).collect();
        let facts = self.facts(&names).await;
        let rows: Vec<_> = variables.iter().map(|it| self.row(it, &facts)).collect();
        self.show(lines(&rows), Some(("text/html", table(&rows))));
        Ok(())
    }

    fn row(&self, variable: &Variable, facts: &BTreeMap<String, Facts>) -> [String; 6] {
        let mutable = if variable.mutable { "mut " } else { "" };
        let facts = facts.get(&variable.name);
        let ty = self.readable_type(&variable.ty);
        let dtype = facts.and_then(|it| it.dtype.as_deref());
        [
            format!("{mutable}{}", variable.name),
            match dtype {
                Some(dtype) => format!("{ty} ({})", dtype.trim_start_matches("torch.")),
                None => ty,
            },
            facts
                .and_then(|it| it.shape.as_ref())
                .map(|shape| format!("{shape:?}"))
                .unwrap_or_default(),
            facts.and_then(|it| it.device.clone()).unwrap_or_default(),
            facts
                .map(|it| Bytes(it.bytes).to_string())
                .unwrap_or_default(),
            variable.cell.to_string(),
        ]
    }
}

fn lines(rows: &[[String; 6]]) -> String {
    let header = COLUMNS.map(str::to_owned);
    let all: Vec<_> = std::iter::once(&header).chain(rows).collect();
    let widths: Vec<usize> = (0..COLUMNS.len())
        .map(|column| {
            let widths = all.iter().map(|row| row[column].chars().count());
            widths.max().unwrap_or(0)
        })
        .collect();
    let line = |row: &&[String; 6]| {
        let cells = row.iter().zip(&widths);
        let line: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        line.join("  ").trim_end().to_owned()
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn table(rows: &[[String; 6]]) -> String {
    // Jupyter sets tables for numbers.
    const WORDS: &str = "style=\"text-align:left\"";
    let heads: String = COLUMNS
        .iter()
        .map(|it| format!("<th {WORDS}>{it}</th>"))
        .collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let [name, ty, shape, device, memory, cell] = row.each_ref().map(|text| escape(text));
            format!(
                "<tr><td {WORDS}><code>{name}</code></td><td {WORDS}><code>{ty}</code></td><td {WORDS}>{shape}</td>\
                 <td {WORDS}>{device}</td><td>{memory}</td><td>{cell}</td></tr>"
            )
        })
        .collect();
    format!("<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let row = |name: &str, ty: &str| [name, ty, "", "", "8 bytes", "[1]"].map(str::to_owned);
        let text = lines(&[row("a", "Vec<u8>"), row("long", "u8")]);
        let starts: Vec<_> = text.lines().map(|it| it.find("8 b").unwrap_or(0)).collect();
        assert_eq!(starts[1], starts[2]);
        assert!(text.starts_with("name  type"), "{text}");
    }
}
