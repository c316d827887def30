//! Arrays of the `ndarray` crate: text as theirs, and a table where they have one or two axes.

use std::fmt::{Debug, Display, Write as _};

use ndarray::{ArrayBase, ArrayView2, Data, Dimension, Ix2, RawData};

use crate::{Forms, MimeBundle, Rich};

/// Rows and columns at each end of a long table.
const EDGE: usize = 4;

impl<A: Debug + Display, S: Data + RawData<Elem = A>, D: Dimension> Rich for ArrayBase<S, D> {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let text = format!("{self:?}");
        let view = self.view();
        let matrix = match self.ndim() {
            1 => view
                .insert_axis(ndarray::Axis(0))
                .into_dimensionality::<Ix2>(),
            2 => view.into_dimensionality::<Ix2>(),
            _ => return Forms::text(text).into(),
        };
        match matrix {
            Ok(matrix) if !matrix.is_empty() => Forms::text(text).html(table(&matrix)).into(),
            _ => Forms::text(text).into(),
        }
    }
}

/// The positions shown of an axis; `None` stands for those left out.
fn shown(length: usize) -> Vec<Option<usize>> {
    if length <= 2 * EDGE + 1 {
        return (0..length).map(Some).collect();
    }
    let ends = (0..EDGE).map(Some).chain([None]);
    ends.chain((length - EDGE..length).map(Some)).collect()
}

fn table<A: Display>(matrix: &ArrayView2<'_, A>) -> String {
    let cell = |row, column| format!("{:.4}", matrix[[row, column]]);
    html(matrix.nrows(), matrix.ncols(), &cell)
}

fn html(rows: usize, columns: usize, cell: &dyn Fn(usize, usize) -> String) -> String {
    let mut html = String::from("<table>");
    for row in shown(rows) {
        html.push_str("<tr>");
        for column in shown(columns) {
            let text = match (row, column) {
                (Some(row), Some(column)) => cell(row, column),
                (None, None) => "⋱".into(),
                (None, _) => "⋮".into(),
                (_, None) => "…".into(),
            };
            // Writing to a String cannot fail.
            let _ = write!(html, "<td style=\"text-align:right\">{text}</td>");
        }
        html.push_str("</tr>");
    }
    let _ = write!(html, "</table><div>{rows} × {columns}</div>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, Array3, array};

    #[test]
    fn a_matrix_has_a_table() {
        let forms = array![[1., 2.5], [3., 4.]].mime_bundle().unwrap();
        let html = forms["text/html"].as_str().unwrap();
        assert_eq!(html.matches("<td").count(), 4);
        assert!(html.contains(">2.5000</td>") && html.contains("2 × 2"));
        assert!(
            forms["text/plain"]
                .as_str()
                .unwrap()
                .starts_with("[[1.0, 2.5],")
        );
    }

    #[test]
    fn long_axes_show_their_ends() {
        let forms = Array2::<i32>::zeros((100, 3)).mime_bundle().unwrap();
        assert_eq!(
            forms["text/html"].as_str().unwrap().matches("<tr>").count(),
            9
        );
    }

    #[test]
    fn three_axes_are_text() {
        let forms = Array3::<f32>::zeros((2, 2, 2)).mime_bundle().unwrap();
        assert!(!forms.contains_key("text/html"));
    }
}
