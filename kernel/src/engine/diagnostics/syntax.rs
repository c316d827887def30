//! A text that syn cannot parse, told in rustc's look.

use super::mapped::{Mapped, Place};
use crate::engine::source_map::CellText;

/// The errors of parsing a whole cell. `offset` is where the parsed text begins in the cell.
pub fn mapped(error: &syn::Error, cell: &CellText, offset: usize) -> Vec<Mapped> {
    error
        .clone()
        .into_iter()
        .map(|error| {
            let span = error.span().byte_range();
            let end = cell.text.len();
            // At the end of the input syn's span is that of the whole text or nothing.
            let at = match span.start {
                0 if error.to_string().starts_with("unexpected end of input") => end..end,
                start => (offset + start).min(end)..(offset + span.end).min(end),
            };
            let place = Place {
                cell: cell.clone(),
                range: at,
            };
            Mapped::error(error.to_string(), place, None)
        })
        .collect()
}
