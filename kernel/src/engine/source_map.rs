//! From generated source back to what a person wrote.
//!
//! Every file that rustc compiles is put together from pieces of cells and from code of ours. A [`SourceFile`]
//! remembers which bytes are whose, so that every diagnostic and panic can speak of `In[7]`, never of generated
//! code.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::CellId;

/// The text of one cell, shared by everything that refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellText {
    /// Which cell.
    pub id: CellId,
    /// What it said, in full.
    pub text: Arc<str>,
}

/// A stretch of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The cell.
    pub cell: CellText,
    /// Bytes of its text.
    pub range: Range<usize>,
}

/// A stretch of generated text that was taken over unchanged from a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Where it begins in the generated text.
    pub generated: usize,
    pub cell: CellText,
    /// Where it begins in the cell's.
    pub user: usize,
    pub len: usize,
}

/// One generated file: its name as rustc prints it, its text, and the cell it is made of.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: String,
    text: String,
    cell: Option<CellText>,
    pieces: Vec<Piece>,
}

impl SourceFile {
    /// A file with nothing in it. `cell` is the one that [`push_user`](Self::push_user) quotes from; a file that
    /// is put together from several has none.
    pub fn new(name: impl Into<String>, cell: Option<CellText>) -> Self {
        Self {
            name: name.into(),
            text: String::new(),
            cell,
            pieces: Vec::new(),
        }
    }

    /// The name as rustc prints it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cell that this file is made of.
    pub fn cell(&self) -> Option<&CellText> {
        self.cell.as_ref()
    }

    /// What is quoted from cells, in order.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Appends code of ours.
    pub fn push(&mut self, generated: &str) {
        self.text.push_str(generated);
    }

    /// Appends bytes `range` of the cell's text, remembering where they came from.
    pub fn push_user(&mut self, range: Range<usize>) {
        let cell = self
            .cell
            .clone()
            .expect("a file that quotes a cell is made with it");
        self.push_quote(&cell, range);
    }

    /// Appends bytes `range` of `cell`, whichever it is, remembering where they came from.
    pub fn push_quote(&mut self, cell: &CellText, range: Range<usize>) {
        self.pieces.push(Piece {
            generated: self.text.len(),
            cell: cell.clone(),
            user: range.start,
            len: range.len(),
        });
        self.text.push_str(&cell.text[range]);
    }

    /// Where byte `offset` of this file stands in a cell, as an empty place; `None` for code of ours. The end of
    /// a piece counts as part of it, so that an empty span after the last character still maps.
    pub fn to_user(&self, offset: usize) -> Option<Place> {
        let index = self
            .pieces
            .partition_point(|piece| piece.generated <= offset);
        let within = |piece: &Piece| offset <= piece.generated + piece.len;
        let piece = self.pieces[..index].last().filter(|piece| within(piece))?;
        let at = piece.user + (offset - piece.generated);
        Some(Place {
            cell: piece.cell.clone(),
            range: at..at,
        })
    }

    /// The part of `span` (bytes of this file) that a person wrote: `None` if none is. A span that begins in one
    /// piece and ends in another of the same cell covers what lies between them in the cell.
    pub fn span_to_user(&self, span: Range<usize>) -> Option<Place> {
        if span.is_empty() {
            return self.to_user(span.start);
        }
        let mut overlapping = self
            .pieces
            .iter()
            .filter(|piece| piece.generated < span.end && span.start < piece.generated + piece.len);
        let first = overlapping.next()?;
        let last = overlapping
            .rfind(|piece| piece.cell.id == first.cell.id)
            .unwrap_or(first);
        let start = first.user + span.start.saturating_sub(first.generated);
        let end = last.user + (span.end - last.generated).min(last.len);
        (start <= end).then(|| Place {
            cell: first.cell.clone(),
            range: start..end,
        })
    }
}

/// The 1-based line and column (in characters) of byte `offset` in `text`.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (
        before.matches('\n').count() + 1,
        before[start..].chars().count() + 1,
    )
}

/// All files of one rustc run, by the name rustc prints.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: HashMap<String, SourceFile>,
}

impl SourceMap {
    /// Adds a file, replacing one of the same name.
    pub fn insert(&mut self, file: SourceFile) {
        self.files.insert(file.name.clone(), file);
    }

    /// The file that rustc calls `name`.
    pub fn get(&self, name: &str) -> Option<&SourceFile> {
        self.files.get(name)
    }

    /// All files, in no order.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> SourceFile {
        let cell = CellText {
            id: CellId(3),
            text: "let x = 1;\nx + y".into(),
        };
        let mut file = SourceFile::new("cell", Some(cell));
        file.push("{");
        file.push_user(0..11);
        file.push("show(&(");
        file.push_user(11..16);
        file.push("))}");
        file
    }

    #[test]
    fn generated_code_has_no_place_in_the_cell() {
        let file = sample();
        assert_eq!(file.to_user(0), None);
        assert_eq!(file.to_user(1).unwrap().range, 0..0);
        let show = file.text().find("how(").unwrap();
        assert_eq!(file.to_user(show), None);
    }

    #[test]
    fn spans_keep_the_part_a_person_wrote() {
        let file = sample();
        let at = file.text().find("show(").unwrap();
        let shown = file.span_to_user(at..file.text().len());
        assert_eq!(shown.unwrap().range, 11..16);
        assert_eq!(file.span_to_user(at..at + 4), None);
    }

    #[test]
    fn a_file_made_of_several_cells_knows_which_is_which() {
        let [one, two] = [(1, "use a::b;"), (2, "use c::d;")].map(|(id, text)| CellText {
            id: CellId(id),
            text: text.into(),
        });
        let mut file = SourceFile::new("root", None);
        file.push_quote(&one, 4..8);
        file.push(" ");
        file.push_quote(&two, 4..8);
        let place = file.span_to_user(5..6).unwrap();
        assert_eq!((place.cell.id, place.range), (CellId(2), 4..5));
        let across = file.span_to_user(3..9).unwrap();
        assert_eq!((across.cell.id, across.range), (CellId(1), 7..8));
    }

    #[test]
    fn lines_and_columns_count_characters() {
        assert_eq!(line_column("é = 1\nab", 8), (2, 2));
    }
}
