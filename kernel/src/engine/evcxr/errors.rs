//! evcxr's errors as errors of a cell.

use ::evcxr::CompilationError;

use crate::engine::diagnostics::mapped::{Label, Note};
use crate::engine::diagnostics::rustc::Level;
use crate::engine::diagnostics::{Mapped, Place, report};
use crate::engine::source_map::CellText;
use crate::engine::{CellError, CellId};

/// `error` of the cell `id` with the text `cell`, in front of which stood `lines` lines of ours.
pub(super) fn of(error: &::evcxr::Error, id: CellId, cell: &str, lines: usize) -> CellError {
    match error {
        ::evcxr::Error::CompilationErrors(errors) => {
            let cell = CellText {
                id,
                text: cell.into(),
            };
            let mapped: Vec<Mapped> = errors.iter().map(|it| mapped(it, &cell, lines)).collect();
            report(&mapped).unwrap_or_else(|| CellError::plain("CompileError", &error.to_string()))
        }
        ::evcxr::Error::SubprocessTerminated(how) => CellError::plain(
            "ProcessEnded",
            &format!(
                "{how}\nThe cell ended the process that held the variables: all of them are gone, items are kept (the \
                 kernel \"Rust (Wick)\" keeps variables)"
            ),
        ),
        ::evcxr::Error::TypeRedefinedVariablesLost(_) => {
            CellError::plain("VariablesLost", &error.to_string())
        }
        ::evcxr::Error::Message(message) => CellError::plain("Error", message),
    }
}

fn mapped(error: &CompilationError, cell: &CellText, lines: usize) -> Mapped {
    let about = |span: &::evcxr::CompilationError| -> Vec<Label> {
        let place =
            |line: usize, column: usize| byte_at(&cell.text, line.checked_sub(lines)?, column);
        let labels = span.spanned_messages().iter().filter_map(|said| {
            let span = said.span?;
            let start = place(span.start_line, span.start_column)?;
            let end = place(span.end_line, span.end_column)?.max(start);
            // Where rustc says nothing more of a place, evcxr repeats the message.
            let text = Some(said.label.clone())
                .filter(|text| !text.is_empty() && !text.ends_with(&error.message()));
            Some(Label {
                place: Place {
                    cell: cell.clone(),
                    range: start..end,
                },
                text,
                primary: said.is_primary,
            })
        });
        labels.collect()
    };
    let notes = error.help().into_iter().map(|message| Note {
        level: Level::Help,
        message,
        labels: Vec::new(),
        alternatives: Vec::new(),
    });
    let mut message = error.message();
    if message.starts_with("Unrecognised command") {
        message.push_str(
            " (`:help` lists evcxr's; Wick's own are those of the kernel \"Rust (Wick)\")",
        );
    }
    let mut mapped = Mapped::told(error.code(), message, about(error), notes.collect());
    mapped
        .advice
        .extend(error.evcxr_extra_hint().map(str::to_owned));
    mapped
}

/// The byte of a line and column, both counted from 1, columns in characters.
fn byte_at(text: &str, line: usize, column: usize) -> Option<usize> {
    let start = match line.checked_sub(2) {
        None if line == 0 => return None,
        None => 0,
        Some(nth) => text.match_indices('\n').nth(nth)?.0 + 1,
    };
    let rest = text[start..].split('\n').next().unwrap_or_default();
    let column = rest.char_indices().nth(column.checked_sub(1)?);
    Some(start + column.map_or(rest.len(), |(at, _)| at))
}

/// The error of a cell that a panic or a `?` has ended, from what it wrote to stderr.
pub(super) fn of_early_end(said: &str) -> CellError {
    const GONE: &str = "what the cell had bound is gone; what was there before is kept";
    let lines: Vec<&str> = said.lines().collect();
    // Each cell brings a std of its own, to which the process's main thread has no name.
    let of_cell = |line: &str| {
        ["thread 'main'", "thread '<unnamed>'"]
            .iter()
            .any(|it| line.starts_with(it))
    };
    let panic = lines
        .iter()
        .rposition(|line| of_cell(line) && line.contains(" panicked at "));
    let (ename, told) = match panic {
        Some(at) => {
            let told = lines[at + 1..].iter();
            let end =
                |line: &&&str| !line.starts_with("stack backtrace:") && !line.starts_with("note: ");
            ("panic", told.take_while(end).copied().collect::<Vec<_>>())
        }
        None => ("Error", lines),
    };
    let mut error = CellError::plain(ename, told.join("\n").trim());
    error.traceback.push(format!("note: {GONE}"));
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters() {
        let text = "ä = 1;\nb";
        assert_eq!(byte_at(text, 1, 3), Some(3));
        assert_eq!(byte_at(text, 2, 1), Some(8));
        assert_eq!(byte_at(text, 1, 99), Some(7));
        assert_eq!(byte_at(text, 0, 1), None);
        assert_eq!(byte_at(text, 3, 1), None);
    }

    #[test]
    fn a_panic_is_told_from_an_error() {
        let said = "noise\nthread '<unnamed>' (7) panicked at src/lib.rs:3:1:\nboom\nstack backtrace:\n   0: main\n";
        let error = of_early_end(said);
        assert_eq!(
            (error.ename.as_str(), error.evalue.as_str()),
            ("panic", "boom")
        );
        let error = of_early_end("invalid digit\n");
        assert_eq!(
            (error.ename.as_str(), error.evalue.as_str()),
            ("Error", "invalid digit")
        );
    }
}
