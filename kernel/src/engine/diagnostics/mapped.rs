//! Diagnostics moved from generated source to the cells it was made of.
//!
//! What speaks of generated code alone is dropped; what is left names only cells. The compiler's own spans stay
//! reachable through [`Mapped::raw`], so that the engine can recognise what its own code provoked ("E0382 about
//! the bytes that store `x`") and add [advice](Mapped::advice).

use super::mapper::{Child, Mapper, add_label, promote};
use super::names::Names;
use super::rustc::{Diagnostic, Level};
pub use crate::engine::source_map::Place;
use crate::engine::source_map::SourceMap;

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

    /// An error whose places are those of a cell already.
    pub fn told(
        code: Option<&str>,
        message: String,
        mut labels: Vec<Label>,
        notes: Vec<Note>,
    ) -> Mapped {
        promote(&mut labels);
        Mapped {
            level: Level::Error,
            code: code.map(str::to_owned),
            labels,
            notes,
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

    /// Takes out what rustc guesses a name could have meant; for a name that is known to have meant something else.
    pub fn forget_similar_names(&mut self) {
        let guess = |text: &str| text.contains("similar name") || text.contains("similarly named");
        self.notes.retain(|note| !guess(&note.message));
        self.labels
            .retain(|label| label.primary || !label.text.as_deref().is_some_and(guess));
        for label in &mut self.labels {
            label.text.take_if(|text| guess(text));
        }
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
        let mut message = names.clean(&raw.message).into_owned();
        notes.retain(|note| note.message != message);
        if raw.is_error() && labels.is_empty() && raw.code.is_none() {
            labels.extend(at_the_end(&mut message, &raw, &mapper));
        }
        say_cell(&mut message, labels.len() < raw.spans.len());
        let generated = labels.is_empty() && notes.iter().all(|note| note.labels.is_empty());
        let mut primary = raw.spans.iter().filter(|span| span.is_primary);
        let displaced = primary.all(|span| mapper.place(span).is_none());
        Mapped {
            level: raw.level,
            code: raw.code().map(str::to_owned),
            message,
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
        let label = Label {
            place,
            text: label,
            primary: true,
        };
        Self::told(None, message.into(), vec![label], Vec::new())
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

/// The parser stumbles over generated code that follows the person's: something is missing at the end of that.
fn at_the_end(message: &mut String, raw: &Diagnostic, mapper: &Mapper<'_>) -> Option<Label> {
    let primary = raw.spans.iter().find(|span| span.is_primary)?;
    let place = mapper.place_before(primary)?;
    let is_end = place.cell.text[place.range.end..].trim().is_empty();
    if let Some((expected, _)) = message.split_once(", found ") {
        let found = if is_end {
            ", found the end of the cell"
        } else {
            ""
        };
        *message = format!("{expected}{found}");
    }
    Some(Label {
        place,
        text: None,
        primary: true,
    })
}

/// A person knows of cells, not of the file around them nor of the bracket that ends it.
fn say_cell(message: &mut String, misses_a_place: bool) {
    let is_ours = misses_a_place && message.starts_with("mismatched closing delimiter");
    if is_ours || message == "this file contains an unclosed delimiter" {
        *message = "the cell contains an unclosed delimiter".to_owned();
    }
}
