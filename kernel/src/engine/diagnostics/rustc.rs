//! rustc's `--error-format=json`, as far as a notebook needs it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// One diagnostic, or one child (`note`, `help`, suggestion) of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What it says, without code and level.
    pub message: String,
    /// `E0382` or the name of a lint.
    #[serde(default)]
    pub code: Option<Code>,
    /// How bad it is.
    pub level: Level,
    /// The places it speaks of.
    #[serde(default)]
    pub spans: Vec<Span>,
    /// Notes, helps and suggestions, in the order in which rustc shows them.
    #[serde(default)]
    pub children: Vec<Diagnostic>,
    /// What rustc itself would have shown.
    #[serde(default)]
    pub rendered: Option<String>,
}

/// An error code or the name of a lint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// `E0382`, `unused_variables`.
    pub code: String,
}

/// rustc's levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// The compiler itself failed.
    #[serde(rename = "error: internal compiler error")]
    Bug,
    /// Nothing was compiled.
    #[serde(rename = "error")]
    Error,
    /// It compiled, but.
    #[serde(rename = "warning")]
    Warning,
    /// More about the diagnostic it belongs to.
    #[serde(rename = "note")]
    Note,
    /// What to do about it.
    #[serde(rename = "help")]
    Help,
    /// Epilogue: what `rustc --explain` would know.
    #[serde(rename = "failure-note")]
    FailureNote,
}

/// A stretch of a file that a diagnostic speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The file as it was named on the command line.
    pub file_name: String,
    /// First byte in that file.
    pub byte_start: usize,
    /// The byte after the last.
    pub byte_end: usize,
    /// Line of the first byte, from 1.
    pub line_start: usize,
    /// Column of the first byte in characters, from 1.
    pub column_start: usize,
    /// Whether this is what the diagnostic is about, not only context.
    pub is_primary: bool,
    /// What is said about it.
    #[serde(default)]
    pub label: Option<String>,
    /// What rustc would write there instead.
    #[serde(default)]
    pub suggested_replacement: Option<String>,
    /// How sure rustc is about that.
    #[serde(default)]
    pub suggestion_applicability: Option<Applicability>,
    /// The macro call that produced this code.
    #[serde(default)]
    pub expansion: Option<Box<Expansion>>,
}

/// How sure rustc is about a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Applicability {
    /// Right as it stands.
    MachineApplicable,
    /// Probably right.
    MaybeIncorrect,
    /// Something in it has to be filled in.
    HasPlaceholders,
    /// rustc does not say.
    Unspecified,
}

/// A macro call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expansion {
    /// Where it is called.
    pub span: Span,
    /// `println!`, `#[derive(Debug)]`.
    pub macro_decl_name: String,
}

impl Span {
    /// Its bytes.
    pub fn range(&self) -> Range<usize> {
        self.byte_start..self.byte_end
    }

    /// Whether it, or a macro call it comes from, shares a byte with `range` of `file` (or stands in it, where one
    /// of both is empty).
    pub fn touches(&self, file: &str, range: &Range<usize>) -> bool {
        let here = self.file_name == file
            && self.byte_start <= range.end
            && range.start <= self.byte_end
            && (self.byte_start < range.end && range.start < self.byte_end
                || self.byte_start == self.byte_end
                || range.is_empty());
        here || self
            .expansion
            .as_ref()
            .is_some_and(|expansion| expansion.span.touches(file, range))
    }
}

impl Diagnostic {
    /// Reads what rustc wrote to stderr, a line each. Notices of artifacts, summaries ("aborting due to …") and
    /// whatever is not JSON (the linker, a proc macro that prints) are passed over.
    pub fn parse_all(stderr: &str) -> Vec<Diagnostic> {
        stderr.lines().filter_map(Self::parse).collect()
    }

    /// Reads one line of stderr; `None` where it is no diagnostic that a person needs.
    pub fn parse(line: &str) -> Option<Diagnostic> {
        if !line.starts_with('{') {
            return None;
        }
        let diagnostic: Self = serde_json::from_str(line).ok()?;
        let summary = diagnostic.level == Level::FailureNote
            || diagnostic.spans.is_empty()
                && (diagnostic.message.starts_with("aborting due to ")
                    || diagnostic.message.ends_with(" warning emitted")
                    || diagnostic.message.ends_with(" warnings emitted"));
        (!summary).then_some(diagnostic)
    }

    /// Whether this is why nothing was compiled.
    pub fn is_error(&self) -> bool {
        matches!(self.level, Level::Error | Level::Bug)
    }

    /// Its code, or the name of its lint.
    pub fn code(&self) -> Option<&str> {
        self.code.as_ref().map(|code| code.code.as_str())
    }

    /// Whether one of its own spans (not those of its children) touches bytes `range` of `file`.
    pub fn touches(&self, file: &str, range: &Range<usize>) -> bool {
        self.spans.iter().any(|span| span.touches(file, range))
    }

    /// Whether a primary span of it touches bytes `range` of `file`.
    pub fn is_about(&self, file: &str, range: &Range<usize>) -> bool {
        self.spans
            .iter()
            .any(|span| span.is_primary && span.touches(file, range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"$message_type":"diagnostic","message":"borrow of moved value: `x`","code":{"code":"E0382","explanation":"..."},"level":"error","spans":[{"file_name":"cell","byte_start":10,"byte_end":14,"line_start":2,"line_end":2,"column_start":1,"column_end":5,"is_primary":true,"text":[],"label":"value borrowed here","suggested_replacement":null,"suggestion_applicability":null,"expansion":null}],"children":[],"rendered":"error"}"#;

    #[test]
    fn other_lines_are_passed_over() {
        let stderr = format!(
            "garbage\n{{\"$message_type\":\"artifact\",\"artifact\":\"x.rmeta\",\"emit\":\"metadata\"}}\n{LINE}\n\
             {{\"message\":\"aborting due to 1 previous error\",\"code\":null,\"level\":\"error\",\"spans\":[],\"children\":[]}}\n\
             {{\"message\":\"For more information\",\"code\":null,\"level\":\"failure-note\",\"spans\":[],\"children\":[]}}\n"
        );
        let diagnostics = Diagnostic::parse_all(&stderr);
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].code(), Some("E0382"));
        assert!(diagnostics[0].is_error());
    }

    #[test]
    fn touching_is_sharing_a_byte() {
        let diagnostic = Diagnostic::parse(LINE).unwrap();
        assert!(diagnostic.touches("cell", &(13..20)));
        assert!(diagnostic.is_about("cell", &(10..10)));
        assert!(!diagnostic.touches("cell", &(14..20)));
        assert!(!diagnostic.touches("cell", &(0..10)));
        assert!(!diagnostic.touches("items", &(10..14)));
    }
}
