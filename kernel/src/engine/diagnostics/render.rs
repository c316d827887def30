//! Mapped diagnostics drawn in rustc's own look.

use std::borrow::Cow;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level as Style, Patch as Edit, Renderer, Snippet,
};

use super::mapped::{Label, Mapped, Note, Patch, Place};
use super::rustc::Level;
use super::wanted::is_wanted;
use crate::engine::CellError;
use crate::engine::source_map::CellText;

/// All errors among `diagnostics` as one error of the cell; `None` if there are none. The warnings of a cell that
/// does not compile are left out: they are often wrong then, and never what matters.
pub fn report(diagnostics: &[Mapped]) -> Option<CellError> {
    let errors: Vec<&Mapped> = diagnostics.iter().filter(|d| d.is_error()).collect();
    // What generated code does wrong follows from what the person's code does, wherever there is that.
    let has_place = errors.iter().any(|error| !error.generated);
    // And what is wrong where code of ours takes over repeats or follows from what is wrong before.
    let is_told = |at: usize| match errors[at].code {
        Some(_) => errors.iter().any(|other| !other.displaced),
        None => at > 0,
    };
    let shown: Vec<&Mapped> = errors
        .iter()
        .enumerate()
        .filter(|(_, error)| !(error.generated && has_place))
        .filter(|(at, error)| !(error.displaced && error.advice.is_empty() && is_told(*at)))
        .map(|(_, error)| *error)
        .collect();
    let first = shown.first()?;
    let messages: Vec<&str> = shown.iter().map(|error| error.message.as_str()).collect();
    Some(CellError {
        ename: name(first).to_owned(),
        evalue: messages.join("\n"),
        traceback: lines(&shown),
    })
}

/// The warnings among `diagnostics` that a person wants to read, as text for stderr; `None` if there are none.
pub fn warnings(diagnostics: &[Mapped]) -> Option<String> {
    let wanted: Vec<&Mapped> = diagnostics
        .iter()
        .filter(|d| d.level == Level::Warning && is_wanted(d))
        .collect();
    (!wanted.is_empty()).then(|| lines(&wanted).join("\n") + "\n")
}

/// `E0382` where there is a code; else whether the text is no Rust or no meaningful Rust.
fn name(error: &Mapped) -> &str {
    const SYNTAX: &[&str] = &[
        "expected ",
        "unexpected ",
        "mismatched closing delimiter",
        "the cell contains an unclosed delimiter",
        "unclosed delimiter",
        "unknown start of token",
        "unterminated ",
        "invalid suffix",
        "missing ",
        "`let` statements are not supported",
    ];
    match &error.code {
        Some(code) => code,
        None if error.level == Level::Bug => "CompilerBug",
        None if SYNTAX.iter().any(|start| error.message.starts_with(start)) => "SyntaxError",
        None => "CompileError",
    }
}

/// The diagnostics one below the other, an empty line between them.
fn lines(diagnostics: &[&Mapped]) -> Vec<String> {
    let renderer = Renderer::styled();
    let mut lines = Vec::new();
    for diagnostic in diagnostics {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(
            renderer
                .render(&groups(diagnostic))
                .lines()
                .map(str::to_owned),
        );
    }
    lines
}

/// A diagnostic as groups: itself, then a group for each child that has places or patches of its own; a child
/// without either belongs to the group before it.
fn groups(diagnostic: &Mapped) -> Vec<Group<'_>> {
    let mut title = style(diagnostic.level).primary_title(&diagnostic.message);
    // rustc does not name lints in brackets.
    if let Some(code) = diagnostic
        .code
        .as_deref()
        .filter(|code| is_error_code(code))
    {
        title = title.id(code);
    }
    let mut groups = vec![Group::with_title(title).elements(snippets(&diagnostic.labels))];
    for note in &diagnostic.notes {
        if note.labels.is_empty() && note.alternatives.is_empty() {
            let message = style(note.level).message(&note.message);
            extend_last(&mut groups, message);
        } else {
            groups.push(own_group(note));
        }
    }
    for advice in &diagnostic.advice {
        extend_last(
            &mut groups,
            match advice.strip_prefix("note: ") {
                Some(note) => Style::NOTE.message(note),
                None => Style::HELP.message(advice.strip_prefix("help: ").unwrap_or(advice)),
            },
        );
    }
    groups
}

fn extend_last<'a>(groups: &mut Vec<Group<'a>>, element: impl Into<Element<'a>>) {
    if let Some(last) = groups.pop() {
        groups.push(last.element(element));
    }
}

fn own_group(note: &Note) -> Group<'_> {
    let title = style(note.level).secondary_title(&note.message);
    Group::with_title(title)
        .elements(snippets(&note.labels))
        .elements(note.alternatives.iter().flat_map(|parts| patched(parts)))
}

/// A snippet for each cell that the labels are in; the one with the primary place first.
fn snippets(labels: &[Label]) -> Vec<Snippet<'_, Annotation<'_>>> {
    let mut cells: Vec<&CellText> = Vec::new();
    let ordered = labels.iter().filter(|label| label.primary);
    for label in ordered.chain(labels) {
        if !cells.contains(&&label.place.cell) {
            cells.push(&label.place.cell);
        }
    }
    cells
        .into_iter()
        .map(|cell| {
            let annotations = labels
                .iter()
                .filter(|label| label.place.cell == *cell)
                .map(annotation);
            snippet(cell).annotations(annotations)
        })
        .collect()
}

fn annotation(label: &Label) -> Annotation<'_> {
    let kind = match label.primary {
        true => AnnotationKind::Primary,
        false => AnnotationKind::Context,
    };
    kind.span(label.place.range.clone())
        .label(label.text.as_deref().map(Cow::Borrowed))
}

/// A snippet for each cell that the patches change.
fn patched(parts: &[Patch]) -> Vec<Snippet<'_, Edit<'_>>> {
    parts
        .chunk_by(|a, b| a.place.cell == b.place.cell)
        .map(|parts| {
            let edits = parts
                .iter()
                .map(|part| Edit::new(part.place.range.clone(), part.replacement.as_str()));
            snippet(&parts[0].place.cell).patches(edits)
        })
        .collect()
}

fn snippet<T: Clone>(cell: &CellText) -> Snippet<'_, T> {
    Snippet::source(&*cell.text).path(Some(format!("In{}", cell.id)))
}

fn style(level: Level) -> Style<'static> {
    match level {
        Level::Bug | Level::Error => Style::ERROR,
        Level::Warning => Style::WARNING,
        Level::Note | Level::FailureNote => Style::NOTE,
        Level::Help => Style::HELP,
    }
}

fn is_error_code(code: &str) -> bool {
    code.strip_prefix('E')
        .is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()))
}

/// A title with one line of a cell and what is said about it, for errors that are no compiler's.
pub(super) fn drawn(
    title: &str,
    ename: &str,
    labels: &[(Place, Option<String>)],
    notes: &[String],
) -> Vec<String> {
    let labels: Vec<Label> = labels
        .iter()
        .enumerate()
        .map(|(at, (place, text))| Label {
            place: place.clone(),
            text: text.clone(),
            primary: at == 0,
        })
        .collect();
    let mut group = Group::with_title(
        Style::ERROR
            .with_name(Some(Cow::Borrowed(ename)))
            .primary_title(title),
    )
    .elements(snippets(&labels));
    for note in notes {
        group = group.element(Style::NOTE.no_name().message(note));
    }
    Renderer::styled()
        .render(&[group])
        .lines()
        .map(str::to_owned)
        .collect()
}
