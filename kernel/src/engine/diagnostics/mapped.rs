//! Diagnostics moved from generated source to the cells it was made of.
//!
//! What speaks of generated code alone is dropped; what is left names only cells. The compiler's own spans stay
//! reachable through [`Mapped::raw`], so that the engine can recognise what its own code provoked ("E0382 about
//! the bytes that store `x`") and add [advice](Mapped::advice).

use std::ops::Range;

use super::names::Names;
use super::rustc::{Diagnostic, Level, Span};
use crate::engine::source_map::{CellText, SourceMap};

/// A stretch of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The cell.
    pub cell: CellText,
    /// Bytes of its text.
    pub range: Range<usize>,
}

/// A place with what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What; often the place alone says enough.
    pub text: Option<String>,
    /// Whether the diagnostic is about it; else it is context.
    pub primary: bool,
}

/// One replacement of a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// What to replace; empty where something is inserted.
    pub place: Place,
    /// With what.
    pub replacement: String,
}

/// A child of a diagnostic: a note, a help, or a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// `note` or `help`, as a rule.
    pub level: Level,
    /// What it says.
    pub message: String,
    /// The places it speaks of.
    pub labels: Vec<Label>,
    /// Ways to change the cell, each a set of patches that belong together.
    pub alternatives: Vec<Vec<Patch>>,
}

/// A diagnostic that speaks of cells.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// How bad it is.
    pub level: Level,
    /// `E0382` or the name of a lint.
    pub code: Option<String>,
    /// What it says.
    pub message: String,
    /// The places it speaks of; at least one is primary, if there are any.
    pub labels: Vec<Label>,
    /// Its children, in rustc's order.
    pub notes: Vec<Note>,
    /// Lines that the engine adds at the end: what to write instead. Shown as `help`; as `note` where a line begins
    /// with `note: `.
    pub advice: Vec<String>,
    /// Whether it speaks of generated code alone.
    pub generated: bool,
    /// Whether what it is about lies in generated code, though it speaks of a person's too.
    pub displaced: bool,
    raw: Diagnostic,
}

impl Mapped {
    /// Moves `diagnostics` to the cells; what is said twice (about an item that is compiled in two places) is kept
    /// once.
    pub fn all(diagnostics: &[Diagnostic], map: &SourceMap, names: &Names) -> Vec<Mapped> {
        let mut all: Vec<Mapped> = Vec::with_capacity(diagnostics.len());
        for diagnostic in diagnostics {
            let mapped = Self::new(diagnostic.clone(), map, names);
            if !all.iter().any(|earlier| earlier.says_the_same(&mapped)) {
                all.push(mapped);
            }
        }
        all
    }

    /// Moves one diagnostic to the cells.
    pub fn new(raw: Diagnostic, map: &SourceMap, names: &Names) -> Mapped {
        let mapper = Mapper {
            map,
            names,
            rendered: raw.rendered.as_deref(),
        };
        let (mut labels, lost) = mapper.labels(&raw.spans);
        let mut notes: Vec<Note> = lost
            .into_iter()
            .map(|message| Note {
                level: Level::Note,
                message,
                labels: Vec::new(),
                alternatives: Vec::new(),
            })
            .collect();
        let home = labels
            .iter()
            .find(|label| label.primary)
            .or(labels.first())
            .map(|label| label.place.cell.clone());
        for child in &raw.children {
            match mapper.child(child, home.as_ref()) {
                Some(Child::Note(note)) => notes.push(note),
                Some(Child::Inline(label)) => add_label(&mut labels, label),
                None => {}
            }
        }
        promote(&mut labels);
        let generated = labels.is_empty() && notes.iter().all(|note| note.labels.is_empty());
        let mut primary = raw.spans.iter().filter(|span| span.is_primary);
        let displaced = primary.all(|span| mapper.place(span).is_none());
        Mapped {
            level: raw.level,
            code: raw.code().map(str::to_owned),
            message: names.clean(&raw.message).into_owned(),
            labels,
            notes,
            advice: Vec::new(),
            generated,
            displaced,
            raw,
        }
    }

    /// A diagnostic of our own about `place`.
    pub fn error(message: impl Into<String>, place: Place, label: Option<String>) -> Mapped {
        let message = message.into();
        Mapped {
            level: Level::Error,
            code: None,
            labels: vec![Label {
                place,
                text: label,
                primary: true,
            }],
            notes: Vec::new(),
            advice: Vec::new(),
            generated: false,
            displaced: false,
            raw: Diagnostic {
                message: message.clone(),
                code: None,
                level: Level::Error,
                spans: Vec::new(),
                children: Vec::new(),
                rendered: None,
            },
            message,
        }
    }

    /// What the compiler said, with its spans in generated source.
    pub fn raw(&self) -> &Diagnostic {
        &self.raw
    }

    /// Whether this is why nothing was compiled.
    pub fn is_error(&self) -> bool {
        self.raw.is_error()
    }

    /// The place it is about.
    pub fn place(&self) -> Option<&Place> {
        let label = self.labels.iter().find(|label| label.primary);
        label.map(|label| &label.place)
    }

    /// Whether a person would read the same twice.
    fn says_the_same(&self, other: &Mapped) -> bool {
        self.level == other.level
            && self.code == other.code
            && self.message == other.message
            && self.labels == other.labels
            // Two lapses of generated code have no place to tell them apart.
            && (!self.generated || self.raw.spans == other.raw.spans)
    }
}

/// What a child becomes.
enum Child {
    Note(Note),
    /// A short suggestion that rustc writes beside the primary place.
    Inline(Label),
}

struct Mapper<'a> {
    map: &'a SourceMap,
    names: &'a Names,
    rendered: Option<&'a str>,
}

impl Mapper<'_> {
    /// Where a person finds `span`: itself, or the macro call it comes from.
    fn place(&self, span: &Span) -> Option<Place> {
        let own = self.own_place(span);
        own.or_else(|| self.place(&span.expansion.as_ref()?.span))
    }

    fn own_place(&self, span: &Span) -> Option<Place> {
        let file = self.map.get(&span.file_name)?;
        let range = file.span_to_user(span.range())?;
        let cell = file.cell()?.clone();
        Some(Place { cell, range })
    }

    /// The labels that have a place, and the texts of those that lost theirs and still say something.
    fn labels(&self, spans: &[Span]) -> (Vec<Label>, Vec<String>) {
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

    fn child(&self, child: &Diagnostic, home: Option<&CellText>) -> Option<Child> {
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
        parts
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
            .collect()
    }

    /// The place of a span that lies in the cell with both ends, so that a replacement means the same there.
    fn exact_place(&self, span: &Span) -> Option<Place> {
        let file = self.map.get(&span.file_name)?;
        let (start, end) = (file.to_user(span.byte_start)?, file.to_user(span.byte_end)?);
        let cell = file.cell()?.clone();
        let same = file.text().get(span.range())? == cell.text.get(start..end)?;
        same.then_some(Place {
            cell,
            range: start..end,
        })
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

/// rustc lists the parts of all alternatives in a row: a part that stands before its predecessor, or in the same
/// place, begins another alternative.
fn split_alternatives(spans: &[Span]) -> Vec<&[Span]> {
    spans
        .chunk_by(|before, next| {
            before.file_name == next.file_name
                && before.byte_end <= next.byte_start
                && before.range() != next.range()
        })
        .collect()
}

/// Adds a label unless the same is there, or the same place without a text.
fn add_label(labels: &mut Vec<Label>, label: Label) {
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
fn promote(labels: &mut [Label]) {
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
    if text.contains("requires that") {
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
