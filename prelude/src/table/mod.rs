//! Tables: `table(&rows)` of a list of structs.
//!
//! A row is anything that serde can write: a struct with `#[derive(Serialize)]`, a tuple, a map, a number. Its fields
//! are the columns.
//!
//! ```
//! use serde::Serialize;
//! use wick::prelude::*;
//!
//! #[derive(Serialize)]
//! struct Run { model: &'static str, epochs: u32, accuracy: f64 }
//!
//! let runs = [
//!     Run { model: "resnet9", epochs: 10, accuracy: 0.913 },
//!     Run { model: "vgg", epochs: 8, accuracy: 0.9 },
//! ];
//! assert_eq!(
//!     table(&runs).to_string(),
//!     "   model    epochs  accuracy\n\
//!      0  resnet9      10     0.913\n\
//!      1  vgg           8       0.9"
//! );
//! ```

mod rows;

use rows::Row;
use serde::Serialize;
use std::fmt;
use wick_runtime::display::DisplayHandle;
use wick_runtime::{Forms, MimeBundle, Rich};

/// Rows and columns of text. Shown as the last line of a cell; its plain text is aligned.
///
/// ```
/// use wick::table::Table;
/// let mut layers = Table::new(["layer", "params"]);
/// assert!(layers.is_empty());
/// layers.push(["conv", "1,728"]);
/// layers.push(["fc", "330"]);
/// assert_eq!(layers.len(), 2);
/// assert_eq!(
///     layers.clone().index(true).to_string(),
///     "   layer  params\n\
///      0  conv    1,728\n\
///      1  fc        330"
/// );
/// layers.show();
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
    /// Whether the rows are numbered.
    index: bool,
    most: usize,
}

/// What stands in one place of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    pub text: String,
    pub is_number: bool,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            is_number: false,
        }
    }

    pub fn number(number: impl ToString) -> Self {
        Self {
            text: number.to_string(),
            is_number: true,
        }
    }
}

/// Of more rows than this, the first and last are shown (pandas' `display.max_rows`).
const MOST: usize = 60;

/// How many rows at each end then.
const ENDS: usize = 5;

/// A table with a row for each item. An item's fields are the columns; anything that serde can write is one.
///
/// ```
/// use wick::prelude::*;
/// let epochs = [(1, 0.5), (2, 0.25)];
/// assert_eq!(table(&epochs).index(false).to_string(), "0     1\n1   0.5\n2  0.25");
/// ```
///
/// # Panics
/// Where an item's own `Serialize` fails.
#[track_caller]
pub fn table<'a, T: Serialize + 'a>(rows: impl IntoIterator<Item = &'a T>) -> Table {
    let rows = rows.into_iter().map(|row| rows::row(row));
    Table::from_rows(rows.collect())
}

impl Table {
    /// An empty table of these columns, which [`Table::push`] fills.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            index: false,
            most: MOST,
        }
    }

    #[track_caller]
    fn from_rows(rows: Vec<Result<Row, rows::Failed>>) -> Self {
        let mut table = Self::new([""; 0]);
        table.index = true;
        for row in rows {
            let row = match row {
                Ok(row) => row,
                Err(error) => panic!("a row cannot be written into a table: {error}"),
            };
            // Maps may have other keys in each row.
            let mut cells = vec![Cell::default(); table.columns.len()];
            for (name, cell) in row {
                match table.columns.iter().position(|column| *column == name) {
                    Some(at) => cells[at] = cell,
                    None => {
                        table.columns.push(name);
                        cells.push(cell);
                    }
                }
            }
            table.rows.push(cells);
        }
        for row in &mut table.rows {
            row.resize(table.columns.len(), Cell::default());
        }
        table
    }

    /// Adds a row of text; what reads like a number stands at the right of its column. Cells that are missing stay
    /// empty.
    pub fn push<S: ToString>(&mut self, cells: impl IntoIterator<Item = S>) {
        let cells = cells.into_iter().map(|cell| {
            let text = cell.to_string();
            let is_number = text.replace(['_', ',', '%'], "").parse::<f64>().is_ok();
            Cell { text, is_number }
        });
        let mut row: Vec<Cell> = cells.collect();
        row.resize(self.columns.len(), Cell::default());
        self.rows.push(row);
    }

    /// Whether the rows are numbered from 0, which those of [`table`] are at first.
    pub fn index(mut self, index: bool) -> Self {
        self.index = index;
        self
    }

    /// Shows the ends only where there are more rows than this: the first and the last 5. Default 60.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let squares: Vec<u32> = (0..12).map(|n| n * n).collect();
    /// let text = table(&squares).most(10).to_string();
    /// assert_eq!(text.lines().count(), 1 + 5 + 1 + 5 + 1);
    /// assert!(text.ends_with("[12 rows × 1 columns]"));
    /// ```
    pub fn most(mut self, rows: usize) -> Self {
        self.most = rows;
        self
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Shows it here, in the middle of a cell.
    pub fn show(&self) -> DisplayHandle {
        wick_runtime::display::display(self)
    }

    /// The rows that are shown; `None` stands for those left out.
    fn shown(&self) -> Vec<Option<usize>> {
        let count = self.rows.len();
        if count <= self.most.max(2 * ENDS) {
            return (0..count).map(Some).collect();
        }
        let ends = (0..ENDS).map(Some).chain([None]);
        ends.chain((count - ENDS..count).map(Some)).collect()
    }

    /// Heads and rows as they are shown, index included.
    fn grid(&self) -> Vec<Vec<Cell>> {
        let head = self.columns.iter().map(Cell::text);
        let with_index = |index: Cell, cells: Vec<Cell>| {
            let index = self.index.then_some(index);
            index.into_iter().chain(cells).collect()
        };
        let mut grid = vec![with_index(Cell::text(""), head.collect())];
        grid.extend(self.shown().into_iter().map(|row| match row {
            Some(at) => with_index(Cell::number(at), self.rows[at].clone()),
            None => with_index(Cell::text("…"), vec![Cell::text("…"); self.columns.len()]),
        }));
        grid
    }

    /// Whether a column of the grid holds numbers only.
    fn is_numeric(grid: &[Vec<Cell>], column: usize) -> bool {
        let mut cells = grid[1..]
            .iter()
            .map(|row| &row[column])
            .filter(|cell| !cell.text.is_empty() && cell.text != "…");
        cells.next().is_some_and(|cell| cell.is_number) && cells.all(|cell| cell.is_number)
    }

    fn left_out(&self) -> Option<String> {
        let is_whole = self.shown().len() == self.rows.len();
        (!is_whole).then(|| format!("{} rows × {} columns", self.rows.len(), self.columns.len()))
    }

    fn html(&self) -> String {
        let escaped = crate::plot::escaped;
        let grid = self.grid();
        let aligned: Vec<&str> = (0..grid[0].len())
            .map(|column| {
                if Self::is_numeric(&grid, column) {
                    "right"
                } else {
                    "left"
                }
            })
            .collect();
        let mut html = String::from("<table>");
        for (row, cells) in grid.iter().enumerate() {
            html.push_str(if row == 0 { "<thead><tr>" } else { "<tr>" });
            for (column, cell) in cells.iter().enumerate() {
                let tag = if row == 0 || (self.index && column == 0) {
                    "th"
                } else {
                    "td"
                };
                let text = escaped(&cell.text).replace('\n', "<br>");
                html.push_str(&format!(
                    "<{tag} style=\"text-align:{}\">{text}</{tag}>",
                    aligned[column]
                ));
            }
            html.push_str(if row == 0 {
                "</tr></thead><tbody>"
            } else {
                "</tr>"
            });
        }
        html.push_str("</tbody></table>");
        if let Some(words) = self.left_out() {
            html.push_str(&format!("<p>{words}</p>"));
        }
        html
    }
}

/// Aligned columns.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grid = self.grid();
        let one_line = |text: &str| text.replace('\n', "⏎");
        let width = |column: usize| {
            grid.iter()
                .map(|row| one_line(&row[column].text).chars().count())
                .max()
                .unwrap_or(0)
        };
        let columns: Vec<(usize, bool)> = (0..grid[0].len())
            .map(|column| (width(column), Self::is_numeric(&grid, column)))
            .collect();
        let lines: Vec<String> = grid
            .iter()
            .map(|row| {
                let cells = row.iter().zip(&columns).map(|(cell, (width, right))| {
                    let text = one_line(&cell.text);
                    if *right {
                        format!("{text:>width$}")
                    } else {
                        format!("{text:<width$}")
                    }
                });
                cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
            })
            .collect();
        f.write_str(&lines.join("\n"))?;
        match self.left_out() {
            Some(words) => write!(f, "\n[{words}]"),
            None => Ok(()),
        }
    }
}

impl Rich for Table {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        Forms::text(self.to_string()).html(self.html()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    struct Row {
        name: &'static str,
        size: Option<f32>,
        tags: Vec<&'static str>,
    }

    #[test]
    fn fields_are_columns() {
        let rows = vec![
            Row {
                name: "a<b",
                size: Some(0.1),
                tags: vec!["x", "y"],
            },
            Row {
                name: "longer",
                size: None,
                tags: vec![],
            },
        ];
        let table = table(&rows);
        assert_eq!(
            table.to_string(),
            "   name    size  tags\n0  a<b      0.1  [\"x\", \"y\"]\n1  longer        []"
        );
        let html = table.mime_bundle().unwrap()["text/html"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            html.contains("a&lt;b") && html.contains("<td style=\"text-align:right\">0.1</td>")
        );
    }

    #[test]
    fn tuples_maps_and_numbers_are_rows_too() {
        assert_eq!(
            table(&[(1, "a"), (2, "b")]).index(false).to_string(),
            "0  1\n1  a\n2  b"
        );
        assert_eq!(
            table(&[1.5, 2.0]).index(false).to_string(),
            "value\n  1.5\n    2"
        );
        let maps = [BTreeMap::from([("a", 1)]), BTreeMap::from([("b", 2)])];
        assert_eq!(table(&maps).index(false).to_string(), "a  b\n1\n   2");
        assert_eq!(table(&Vec::<u8>::new()).to_string(), "");
    }

    #[test]
    fn long_tables_show_their_ends() {
        let rows: Vec<u32> = (0..100).collect();
        let text = table(&rows).to_string();
        assert_eq!(text.lines().count(), 13);
        assert!(text.ends_with("[100 rows × 1 columns]"));
        assert_eq!(table(&rows).most(100).to_string().lines().count(), 101);
    }

    #[test]
    fn a_table_can_be_filled_by_hand() {
        let mut table = Table::new(["layer", "params"]);
        table.push(["conv", "1,728"]);
        table.push(["fc"]);
        assert_eq!(table.to_string(), "layer  params\nconv    1,728\nfc");
    }
}
