//! From the compiler's spans to places in cells, and which of them say something there.

use super::mapped::{Label, Note, Patch, Place};
use super::names::Names;
use super::rustc::{Diagnostic, Span};
use crate::engine::source_map::{CellText, SourceMap};

/// What a child becomes.
pub(super) enum Child {
    Note(Note),
    /// A short suggestion that rustc writes beside the primary place.
    Inline(Label),
}

pub(super) struct Mapper<'a> {
    pub(super) map: &'a SourceMap,
    pub(super) names: &'a Names,
    pub(super) rendered: Option<&'a str>,
}

impl Mapper<'_> {
    /// Where a person finds `span`: itself, or the macro call it comes from.
    pub(super) fn place(&self, span: &Span) -> Option<Place> {
        let own = self.own_place(span);
        own.or_else(|| self.place(&span.expansion.as_ref()?.span))
    }

    /// The end of what a person wrote before `span`, which is in generated code.
    pub(super) fn place_before(&self, span: &Span) -> Option<Place> {
        let file = self.map.get(&span.file_name)?;
        let cell = file.cell()?;
        let written = (0..=span.byte_start)
            .rev()
            .find_map(|at| file.to_user(at))
            .filter(|place| place.cell.id == cell.id)?;
        let end = cell.text.get(..written.range.start)?.trim_end().len();
        Some(Place {
            range: end..end,
            ..written
        })
    }

    fn own_place(&self, span: &Span) -> Option<Place> {
        self.map.get(&span.file_name)?.span_to_user(span.range())
    }

    /// The labels that have a place, and the texts of those that lost theirs and still say something.
    pub(super) fn labels(&self, spans: &[Span]) -> (Vec<Label>, Vec<String>) {
        let mut labels: Vec<Label> = Vec::new();
        let mut lost = Vec::new();
        for span in spans {
            let text = span.label.as_deref().map(|text| self.names.clean(text));
            let Some(place) = self.place(span) else {
                lost.extend(text.filter(|text| says_enough_alone(text)).map(Into::into));
                continue;
            };
            let call = self.call_site(span, &place);
            add_label(
                &mut labels,
                Label {
                    place,
                    text: text.map(Into::into),
                    primary: span.is_primary,
                },
            );
            if let Some(place) = call.filter(|_| span.is_primary) {
                add_label(
                    &mut labels,
                    Label {
                        place,
                        text: Some("in this macro invocation".into()),
                        primary: false,
                    },
                );
            }
        }
        (labels, lost)
    }

    /// The outermost call of the person's own macro whose body `place` is in.
    fn call_site(&self, span: &Span, place: &Place) -> Option<Place> {
        self.own_place(span)?;
        let mut outermost = span.expansion.as_ref()?;
        while let Some(next) = &outermost.span.expansion {
            outermost = next;
        }
        let call = self.own_place(&outermost.span)?;
        let inside = call.cell.id == place.cell.id
            && call.range.start <= place.range.start
            && place.range.end <= call.range.end;
        (!inside).then_some(call)
    }

    pub(super) fn child(&self, child: &Diagnostic, home: Option<&CellText>) -> Option<Child> {
        let is_suggestion = child
            .spans
            .iter()
            .any(|span| span.suggested_replacement.is_some());
        if is_suggestion {
            return self.suggestion(child, home);
        }
        if is_noise(&child.message) {
            return None;
        }
        let (mut labels, lost) = self.labels(&child.spans);
        let homeless = labels.is_empty() && !child.spans.is_empty();
        if homeless && lost.is_empty() && !says_enough_alone(&child.message) {
            return None;
        }
        promote(&mut labels);
        Some(Child::Note(Note {
            level: child.level,
            message: self.names.clean(&child.message).into_owned(),
            labels,
            alternatives: Vec::new(),
        }))
    }

    /// A suggestion, if it can be carried out in the cell and rustc itself would have shown it.
    fn suggestion(&self, child: &Diagnostic, home: Option<&CellText>) -> Option<Child> {
        let first_line = child.message.lines().next().unwrap_or_default();
        if self.rendered.is_some_and(|text| !text.contains(first_line)) {
            return None; // meant for tools
        }
        let alternatives: Vec<Vec<Patch>> = split_alternatives(&child.spans)
            .into_iter()
            .filter_map(|parts| self.patches(parts, home))
            .collect();
        if alternatives.is_empty() {
            return None;
        }
        let message = self.names.clean(&child.message).into_owned();
        if let [alternative] = &alternatives[..]
            && let [patch] = &alternative[..]
        {
            let inline = format!("help: {}: `{}`", child.message, patch.replacement.trim());
            if self.rendered.is_some_and(|text| text.contains(&inline)) {
                return Some(Child::Inline(Label {
                    place: patch.place.clone(),
                    text: Some(inline),
                    primary: false,
                }));
            }
        }
        Some(Child::Note(Note {
            level: child.level,
            message,
            labels: Vec::new(),
            alternatives,
        }))
    }

    /// The parts of one alternative, unless one of them would change generated code or name it.
    fn patches(&self, parts: &[Span], home: Option<&CellText>) -> Option<Vec<Patch>> {
        let patches: Option<Vec<Patch>> = parts
            .iter()
            .map(|span| {
                let replacement = span.suggested_replacement.clone()?;
                if self.names.mentions(&replacement) {
                    return None;
                }
                let place = self
                    .exact_place(span)
                    .or_else(|| top_of(home?, &replacement))?;
                Some(Patch { place, replacement })
            })
            .collect();
        let mut patches = patches?;
        patches.sort_by_key(|patch| (patch.place.cell.id, patch.place.range.start));
        Some(patches)
    }

    /// The place of a span that lies in the cell with both ends, so that a replacement means the same there.
    fn exact_place(&self, span: &Span) -> Option<Place> {
        let file = self.map.get(&span.file_name)?;
        let (start, end) = (file.to_user(span.byte_start)?, file.to_user(span.byte_end)?);
        let range = start.range.start..end.range.end;
        let same = start.cell == end.cell
            && file.text().get(span.range())? == start.cell.text.get(range.clone())?;
        same.then_some(Place { range, ..start })
    }
}

/// rustc proposes a `use` at the top of its file; in a notebook that is the top of the cell.
fn top_of(cell: &CellText, replacement: &str) -> Option<Place> {
    let text = replacement.trim();
    let imports =
        text.starts_with("use ") && text.ends_with(';') && !text.starts_with("use crate::");
    imports.then(|| Place {
        cell: cell.clone(),
        range: 0..0,
    })
}

/// rustc lists the parts of all alternatives in a row: a part that touches one before it begins another alternative.
fn split_alternatives(spans: &[Span]) -> Vec<&[Span]> {
    let mut alternatives = Vec::new();
    let mut rest = spans;
    while !rest.is_empty() {
        let collides = |at: &usize| {
            let part = &rest[*at];
            let mut earlier = rest[..*at].iter();
            earlier
                .any(|it| it.range() == part.range() || it.touches(&part.file_name, &part.range()))
        };
        let end = (1..rest.len()).find(collides).unwrap_or(rest.len());
        let (alternative, next) = rest.split_at(end);
        alternatives.push(alternative);
        rest = next;
    }
    alternatives
}

/// Adds a label unless the same is there, or the same place without a text.
pub(super) fn add_label(labels: &mut Vec<Label>, label: Label) {
    let twin = labels.iter_mut().find(|other| {
        other.place == label.place && (other.text == label.text || other.text.is_none())
    });
    match twin {
        Some(twin) => {
            twin.text = twin.text.take().or(label.text);
            twin.primary |= label.primary;
        }
        None => labels.push(label),
    }
}

/// Makes the first label primary where the primary place was in generated code.
pub(super) fn promote(labels: &mut [Label]) {
    if !labels.iter().any(|label| label.primary)
        && let Some(first) = labels.first_mut()
    {
        first.primary = true;
    }
}

/// Whether a label or note says something without its place. "value moved here" does not.
fn says_enough_alone(text: &str) -> bool {
    let points = |word: &str| matches!(word, "here" | "this" | "these" | "later");
    // That it is an argument or returned is our code's doing.
    if text.contains("requires that") || text.contains("requires argument type") {
        return false;
    }
    text.contains("move occurs because")
        || text.contains("which is required by")
        || text.starts_with("required by a bound")
        || text.starts_with("required for ")
        || (text.contains(' ')
            && text.contains('`')
            && !text.split(|c: char| !c.is_alphanumeric()).any(points))
}

/// Notes that do not help in a notebook: hints at nightly flags, at where lints are set, at the crate graph.
fn is_noise(message: &str) -> bool {
    message.starts_with("this error originates in")
        || message.starts_with("this warning originates in")
        || message.contains("in Nightly builds, run with -Z")
        || message.starts_with("`#[warn(")
        || message.starts_with("`#[deny(")
        || message.starts_with("the full type name has been written to")
        || message.starts_with("the full name for the type has been written to")
        || message.starts_with("consider using `--verbose` to print")
}
