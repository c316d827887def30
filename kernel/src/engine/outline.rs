//! Where the pieces of generated files stand, without their texts.
//!
//! A panic names a line and a column of a file that was compiled long ago. A session keeps an [`Outline`] of each for as
//! long as it lasts: what a cell says is shared with everything else that knows it, the code of ours around it is gone.

use std::collections::HashMap;

use super::source_map::{CellText, Place, SourceFile};

/// A place in a text: 1-based line and column, in characters.
type LineColumn = (u32, u32);

/// A piece of a cell, and where it stands in a generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Anchor {
    start: LineColumn,
    cell: CellText,
    user: u32,
    len: u32,
}

impl Anchor {
    fn text(&self) -> &str {
        &self.cell.text[self.user as usize..][..self.len as usize]
    }

    /// The place of byte `offset` of this piece.
    fn place(&self, offset: usize) -> Place {
        let at = self.user as usize + offset;
        Place {
            cell: self.cell.clone(),
            range: at..at,
        }
    }

    /// The part of this piece that stands in `line`, as bytes of the piece and the column that it begins at.
    fn in_line(&self, line: u32) -> Option<(std::ops::Range<usize>, u32)> {
        let text = self.text();
        let before = line.checked_sub(self.start.0)? as usize;
        let start = match before {
            0 => 0,
            _ => text.match_indices('\n').nth(before - 1)?.0 + 1,
        };
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        Some((start..end, if before == 0 { self.start.1 } else { 1 }))
    }
}

/// What places of one generated file mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline(Box<[Anchor]>);

impl Outline {
    /// That of `file`.
    pub fn of(file: &SourceFile) -> Self {
        let (mut line, mut column, mut at) = (1, 1, 0);
        let anchors = file
            .pieces()
            .iter()
            .filter(|piece| piece.len > 0)
            .map(|piece| {
                for c in file.text()[at..piece.generated].chars() {
                    (line, column) = match c {
                        '\n' => (line + 1, 1),
                        _ => (line, column + 1),
                    };
                }
                at = piece.generated;
                Anchor {
                    start: (line, column),
                    cell: piece.cell.clone(),
                    user: piece.user as u32,
                    len: piece.len as u32,
                }
            });
        Self(anchors.collect())
    }

    /// Where a person wrote what stands at this place of the file; `None` for code of ours. The end of a piece counts as
    /// part of it.
    pub fn to_user(&self, line: usize, column: usize) -> Option<Place> {
        let (line, column) = (u32::try_from(line).ok()?, u32::try_from(column).ok()?);
        let after = self.0.partition_point(|it| it.start <= (line, column));
        let anchor = self.0[..after].last()?;
        let (part, first) = anchor.in_line(line)?;
        let skipped = column.checked_sub(first)? as usize;
        let text = &anchor.text()[part.clone()];
        let offset = match text.char_indices().nth(skipped) {
            Some((offset, _)) => offset,
            None if text.chars().count() == skipped => text.len(),
            None => return None,
        };
        Some(anchor.place(part.start + offset))
    }

    /// All that a person wrote of a line: where it ends in another piece of the same cell, with what lies between them there.
    pub fn line_to_user(&self, line: usize) -> Option<Place> {
        let line = u32::try_from(line).ok()?;
        let mut parts = self.0.iter().filter_map(|anchor| {
            let (part, _) = anchor.in_line(line)?;
            (!part.is_empty()).then_some((anchor, part))
        });
        let (first, start) = parts.next()?;
        let (last, end) = (parts.rfind(|(anchor, _)| anchor.cell.id == first.cell.id))
            .unwrap_or((first, start.clone()));
        let range = first.user as usize + start.start..last.user as usize + end.end;
        (range.start <= range.end).then(|| Place {
            cell: first.cell.clone(),
            range,
        })
    }
}

/// The outlines of a session's files, by the names that rustc was given.
#[derive(Debug, Clone, Default)]
pub struct Outlines(HashMap<String, Outline>);

impl Outlines {
    /// Adds that of `file` under `name`, in place of an earlier one.
    pub fn insert(&mut self, name: impl Into<String>, file: &SourceFile) {
        self.0.insert(name.into(), Outline::of(file));
    }

    /// That of the file that rustc calls `name`.
    pub fn get(&self, name: &str) -> Option<&Outline> {
        self.0.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::CellId;
    use super::super::source_map::line_column;
    use super::*;

    fn cell(id: u32, text: &str) -> CellText {
        CellText {
            id: CellId(id),
            text: text.into(),
        }
    }

    #[test]
    fn every_place_is_the_one_of_the_file() {
        let text = "let a = 1;\n\nlet b = é;\na + b";
        let mut file = SourceFile::new("cell", Some(cell(1, text)));
        file.push("generated é\n{");
        file.push_user(0..24);
        file.push("match &(\n");
        file.push_user(24..24);
        file.push("more\n");
        file.push_user(24..29);
        file.push("\n){\nkeep();\nkeep();}");
        let outline = Outline::of(&file);
        for offset in (0..=file.text().len()).filter(|it| file.text().is_char_boundary(*it)) {
            let (line, column) = line_column(file.text(), offset);
            // An empty piece is nowhere.
            let expected = file.to_user(offset).filter(|_| {
                let written = |at: usize| file.span_to_user(at..at + 1).is_some();
                written(offset) || offset > 0 && written(offset - 1)
            });
            assert_eq!(outline.to_user(line, column), expected, "{line}:{column}");
        }
        assert_eq!(outline.to_user(99, 1), None);
        assert_eq!(outline.to_user(2, 99), None);
        assert_eq!(outline.to_user(0, 0), None);
        assert_eq!(outline.to_user(3, 0), None);
    }

    #[test]
    fn a_line_is_what_a_person_wrote_of_it() {
        let text = "f(1)\ng(2)";
        let mut file = SourceFile::new("cell", Some(cell(1, text)));
        file.push("{\nshow(");
        file.push_user(0..1);
        file.push("::<u8>");
        file.push_user(1..4);
        file.push(");\n");
        file.push_quote(&cell(2, "one\ntwo\nthree"), 4..13);
        file.push("}");
        let outline = Outline::of(&file);
        assert_eq!(outline.line_to_user(1), None);
        assert_eq!(outline.line_to_user(2).unwrap().range, 0..4);
        let third = outline.line_to_user(3).unwrap();
        assert_eq!((third.cell.id, third.range), (CellId(2), 4..7));
        assert_eq!(outline.line_to_user(4).unwrap().range, 8..13);
        assert_eq!(outline.line_to_user(5), None);
    }
}
