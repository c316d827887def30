//! What went wrong while a cell ran: a panic, or an error that left the cell through `?`.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::mapped::Place;
use super::names::Names;
use super::render::drawn;
use crate::engine::CellError;
use crate::engine::outline::{Outline, Outlines};
use crate::engine::source_map::line_column;

/// How many places of a call chain are drawn; a recursion has thousands.
const DRAWN_FRAMES: usize = 5;

/// A place in a generated file, as a panic or a backtrace gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The file as rustc was given it.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1, where it is known.
    pub column: Option<usize>,
}

/// Why a cell stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// `panic`, or the short name of the error's type.
    pub name: String,
    /// What it says.
    pub message: String,
    /// The errors behind it (`source()`), nearest first.
    pub causes: Vec<String>,
    /// Where it happened, innermost first. Frames that are no cell's are passed over.
    pub frames: Vec<Frame>,
}

impl Failure {
    /// A panic.
    pub fn panic(message: impl Into<String>, frames: Vec<Frame>) -> Self {
        Self {
            name: "panic".into(),
            message: message.into(),
            causes: Vec::new(),
            frames,
        }
    }

    /// An error value. `type_name` is as `std::any::type_name` gives it.
    pub fn error(
        type_name: &str,
        message: impl Into<String>,
        causes: Vec<String>,
        frames: Vec<Frame>,
    ) -> Self {
        Self {
            name: short_type_name(type_name),
            message: message.into(),
            causes,
            frames,
        }
    }

    /// The account for a person: the message, the line it happened in and those that led there.
    pub fn report(&self, outlines: &Outlines, names: &Names) -> CellError {
        let message = names.clean(&self.message).into_owned();
        let places = self.places(outlines);
        let labels: Vec<(Place, Option<String>)> = places
            .iter()
            .take(DRAWN_FRAMES)
            .enumerate()
            .map(|(at, place)| (place.clone(), (at > 0).then(|| "called here".to_owned())))
            .collect();
        let mut notes = Vec::new();
        if places.len() > 1 {
            notes.push(format!("called through {}", chain(&places)));
        }
        let mut said = message.as_str();
        for cause in &self.causes {
            // Many errors repeat their source in their own text.
            if !said.contains(cause.as_str()) {
                notes.push(format!("caused by: {}", names.clean(cause)));
            }
            said = cause;
        }
        CellError {
            ename: self.name.clone(),
            traceback: drawn(&message, &self.name, &labels, &notes),
            evalue: message,
        }
    }

    /// The places in cells, innermost first, each line once.
    fn places(&self, outlines: &Outlines) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for frame in &self.frames {
            let place = outlines
                .get(&frame.file)
                .and_then(|outline| place_of(outline, frame));
            if let Some(place) = place
                && !places.iter().any(|earlier| same_line(earlier, &place))
            {
                places.push(place);
            }
        }
        places
    }
}

/// `In[7]:3 → In[3]:2`: outermost first.
fn chain(places: &[Place]) -> String {
    let skipped = places.len().saturating_sub(2 * DRAWN_FRAMES);
    let mut steps: Vec<String> = places
        .iter()
        .map(|place| format!("In{}:{}", place.cell.id, line(place)))
        .collect();
    if skipped > 0 {
        steps.splice(
            DRAWN_FRAMES..DRAWN_FRAMES + skipped,
            [format!("… {skipped} more …")],
        );
    }
    steps.reverse();
    steps.join(" → ")
}

fn line(place: &Place) -> usize {
    line_column(&place.cell.text, place.range.start).0
}

fn same_line(a: &Place, b: &Place) -> bool {
    a.cell.id == b.cell.id && line(a) == line(b)
}

fn place_of(outline: &Outline, frame: &Frame) -> Option<Place> {
    let at_column = frame.column.filter(|&column| column > 0);
    let start = at_column.and_then(|column| outline.to_user(frame.line, column));
    Some(match start {
        Some(Place { cell, range }) => Place {
            range: extent(&cell.text, range.start),
            cell,
        },
        // The column is not known, or points at code around the user's.
        None => {
            let Place { cell, range } = outline.line_to_user(frame.line)?;
            Place {
                range: trimmed(&cell.text, range),
                cell,
            }
        }
    })
}

/// `range` without the blanks at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let Some(part) = text.get(range.clone()) else {
        return range;
    };
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

/// How far the expression that begins at `start` reaches, as far as a caret should: a path or a name with the
/// `!`, arguments, index or `?` behind it, or a bracketed group. Within one line.
fn extent(text: &str, start: usize) -> Range<usize> {
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let end = text
        .parse::<TokenStream>()
        .ok()
        .and_then(|tokens| end_of_expression(tokens, start))
        .unwrap_or_else(|| {
            let word = |c: char| c == '_' || c.is_alphanumeric();
            start
                + text[start..]
                    .find(|c| !word(c))
                    .unwrap_or(text.len() - start)
        });
    start..end.min(line_end).max(start)
}

fn end_of_expression(tokens: TokenStream, start: usize) -> Option<usize> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let span = token.span().byte_range();
        if span.start == start {
            let mut end = span.end;
            while let Some(next) = tokens.next_if(continues) {
                end = next.span().byte_range().end;
                // The name after `::` or `.` belongs to it.
                if matches!(&next, TokenTree::Punct(p) if matches!(p.as_char(), ':' | '.'))
                    && let Some(name) = tokens.next_if(|next| matches!(next, TokenTree::Ident(_)))
                {
                    end = name.span().byte_range().end;
                }
            }
            return Some(end);
        }
        if span.contains(&start)
            && let TokenTree::Group(group) = token
        {
            return end_of_expression(group.stream(), start);
        }
    }
    None
}

/// Whether `token` goes on with the expression before it.
fn continues(token: &TokenTree) -> bool {
    match token {
        TokenTree::Group(group) => group.delimiter() != Delimiter::Brace,
        TokenTree::Punct(punct) => matches!(punct.as_char(), ':' | '.' | '!' | '?'),
        _ => false,
    }
}

/// `core::num::error::ParseIntError` → `ParseIntError`; of a generic type the outer name.
fn short_type_name(full: &str) -> String {
    let bare = full.trim_start_matches('&');
    let bare = bare.split('<').next().unwrap_or(bare);
    bare.rsplit("::").next().unwrap_or(bare).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::CellId;
    use crate::engine::diagnostics::tests::plain;
    use crate::engine::source_map::{CellText, SourceFile};

    fn file(name: &str, id: u32, text: &str) -> SourceFile {
        let cell = CellText {
            id: CellId(id),
            text: text.into(),
        };
        let mut file = SourceFile::new(name, Some(cell));
        file.push("fn wrapper() {\n");
        file.push_user(0..text.len());
        file.push("\n}");
        file
    }

    fn frame(file: &str, line: usize, column: usize) -> Frame {
        Frame {
            file: file.into(),
            line,
            column: Some(column),
        }
    }

    #[test]
    fn a_panic_shows_the_line_and_how_it_got_there() {
        let mut outlines = Outlines::default();
        let text = "fn at(v: &[i32], i: usize) -> i32 {\n    v[i] + 1\n}";
        outlines.insert("three", &file("three", 3, text));
        outlines.insert("seven", &file("seven", 7, "let v = [1];\nat(&v, 7)"));
        let failure = Failure::panic(
            "index out of bounds: the len is 1 but the index is 7",
            vec![
                frame("/rustc/library/core/panicking.rs", 1, 1),
                frame("three", 3, 5),
                frame("three", 3, 5),
                frame("seven", 3, 1),
                frame("seven", 1, 1),
            ],
        );
        let error = failure.report(&outlines, &Names::default());
        assert_eq!(error.ename, "panic");
        assert_eq!(
            plain(&error.traceback),
            "\
panic: index out of bounds: the len is 1 but the index is 7
 --> In[3]:2:5
  |
2 |     v[i] + 1
  |     ^^^^
  |
 ::: In[7]:2:1
  |
2 | at(&v, 7)
  | --------- called here
  |
  = called through In[7]:2 → In[3]:2"
        );
    }

    #[test]
    fn an_error_names_its_causes() {
        let mut outlines = Outlines::default();
        outlines.insert("one", &file("one", 1, "let n: i32 = \"x\".parse()?;"));
        let failure = Failure::error(
            "my::ConfigError<alloc::string::String>",
            "cannot read the config",
            vec!["invalid digit found in string".into()],
            vec![Frame {
                file: "one".into(),
                line: 2,
                column: None,
            }],
        );
        let error = failure.report(&outlines, &Names::default());
        assert_eq!(error.ename, "ConfigError");
        let text = plain(&error.traceback);
        assert!(
            text.starts_with("ConfigError: cannot read the config\n --> In[1]:1:1"),
            "{text}"
        );
        assert!(
            text.contains("= caused by: invalid digit found in string"),
            "{text}"
        );
    }

    #[test]
    fn the_caret_covers_the_expression() {
        let covered = |text: &str, at: &str| {
            let start = text.find(at).unwrap();
            text[extent(text, start)].to_owned()
        };
        assert_eq!(
            covered("let x = a.matmul(&b).sum();", "matmul"),
            "matmul(&b).sum()"
        );
        assert_eq!(covered("f(x.unwrap() + 1)", "unwrap"), "unwrap()");
        assert_eq!(covered("panic!(\"no\") ", "panic"), "panic!(\"no\")");
        assert_eq!(covered("1 / zero", "1 /"), "1");
    }
}
