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

/// A stretch of generated text that was taken over unchanged from a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    generated: usize,
    user: usize,
    len: usize,
}

/// One generated file: its name as rustc prints it, its text, and the cell it quotes.
#[derive(Debug, Clone)]
pub struct SourceFile {
    name: String,
    text: String,
    cell: Option<CellText>,
    pieces: Vec<Piece>,
}

impl SourceFile {
    /// A file with nothing in it. `cell` is the one that [`push_user`](Self::push_user) quotes from.
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

    /// The same file under another name.
    pub fn renamed(self, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cell whose text this file quotes.
    pub fn cell(&self) -> Option<&CellText> {
        self.cell.as_ref()
    }

    /// Appends code of ours.
    pub fn push(&mut self, generated: &str) {
        self.text.push_str(generated);
    }

    /// Appends bytes `range` of the cell's text, remembering where they came from.
    pub fn push_user(&mut self, range: Range<usize>) {
        let cell = self
            .cell
            .as_ref()
            .expect("a file that quotes a cell is made with it");
        self.pieces.push(Piece {
            generated: self.text.len(),
            user: range.start,
            len: range.len(),
        });
        self.text.push_str(&cell.text[range]);
    }

    /// Where byte `offset` of this file stands in the cell; `None` for code of ours. The end of a piece counts
    /// as part of it, so that an empty span after the last character still maps.
    pub fn to_user(&self, offset: usize) -> Option<usize> {
        let index = self
            .pieces
            .partition_point(|piece| piece.generated <= offset);
        let within = |piece: &Piece| offset <= piece.generated + piece.len;
        let piece = self.pieces[..index].last().filter(|piece| within(piece))?;
        Some(piece.user + (offset - piece.generated))
    }

    /// The part of `span` (bytes of this file) that a person wrote, as bytes of the cell: `None` if none is.
    /// A span that begins in one piece and ends in another covers what lies between them in the cell.
    pub fn span_to_user(&self, span: Range<usize>) -> Option<Range<usize>> {
        if span.is_empty() {
            return self.to_user(span.start).map(|at| at..at);
        }
        let mut overlapping = self
            .pieces
            .iter()
            .filter(|piece| piece.generated < span.end && span.start < piece.generated + piece.len);
        let first = overlapping.next()?;
        let last = overlapping.next_back().unwrap_or(first);
        let start = first.user + span.start.saturating_sub(first.generated);
        let end = last.user + (span.end - last.generated).min(last.len);
        (start <= end).then_some(start..end)
    }

    /// The byte offset of a 1-based line and column (in characters), as rustc and panics count them.
    pub fn offset(&self, line: usize, column: usize) -> Option<usize> {
        offset_of(&self.text, line, column)
    }
}

/// The byte offset of a 1-based line and column (in characters) in `text`.
pub fn offset_of(text: &str, line: usize, column: usize) -> Option<usize> {
    let start = match line.checked_sub(1)? {
        0 => 0,
        n => text.match_indices('\n').nth(n - 1)?.0 + 1,
    };
    let rest = &text[start..];
    Some(
        start
            + rest
                .char_indices()
                .nth(column.saturating_sub(1))
                .map_or(rest.len(), |(at, _)| at),
    )
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
        assert_eq!(file.to_user(1), Some(0));
        let show = file.text().find("how(").unwrap();
        assert_eq!(file.to_user(show), None);
    }

    #[test]
    fn spans_keep_the_part_a_person_wrote() {
        let file = sample();
        let at = file.text().find("show(").unwrap();
        assert_eq!(file.span_to_user(at..file.text().len()), Some(11..16));
        assert_eq!(file.span_to_user(at..at + 4), None);
    }

    #[test]
    fn lines_and_columns_count_characters() {
        assert_eq!(offset_of("é = 1\nab", 1, 3), Some(3));
        assert_eq!(offset_of("é = 1\nab", 2, 2), Some(8));
        assert_eq!(line_column("é = 1\nab", 8), (2, 2));
    }
}
