//! Putting the forms of a value together, and the plain text of those that have none.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::MimeBundle;

/// The forms of one value, each added by the method that is named after it. It starts with plain text, so that there
/// is always something for a terminal and for a diff.
///
/// ```
/// use wick_runtime::{Forms, MimeBundle};
///
/// let forms: Option<MimeBundle> = Forms::text("x²").latex("x^2").into();
/// assert_eq!(forms.unwrap()["text/latex"], "$$x^2$$");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Forms(MimeBundle);

impl Forms {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::default().with("text/plain", text.into())
    }

    /// A form of any MIME type. Bytes come as base64, JSON as itself.
    pub fn with(mut self, mime: &str, value: impl Into<Value>) -> Self {
        self.0.insert(mime.to_owned(), value.into());
        self
    }

    /// A piece of HTML.
    pub fn html(self, html: impl Into<String>) -> Self {
        self.with("text/html", html.into())
    }

    /// A picture as SVG.
    pub fn svg(self, svg: impl Into<String>) -> Self {
        self.with("image/svg+xml", svg.into())
    }

    /// Markdown.
    pub fn markdown(self, markdown: impl Into<String>) -> Self {
        self.with("text/markdown", markdown.into())
    }

    /// A formula. Where it has no `$` or environment of its own it is set as a formula of its own line.
    pub fn latex(self, latex: impl AsRef<str>) -> Self {
        let latex = latex.as_ref().trim();
        let is_whole = ["$", "\\begin", "\\[", "\\("]
            .iter()
            .any(|start| latex.starts_with(start));
        let latex = if is_whole {
            latex.to_owned()
        } else {
            format!("$${latex}$$")
        };
        self.with("text/latex", latex)
    }

    /// JSON, which JupyterLab shows as a tree.
    pub fn json(self, json: Value) -> Self {
        self.with("application/json", json)
    }

    /// The bytes of a PNG file.
    pub fn png(self, png: &[u8]) -> Self {
        self.with("image/png", STANDARD.encode(png))
    }

    /// The bytes of a JPEG file.
    pub fn jpeg(self, jpeg: &[u8]) -> Self {
        self.with("image/jpeg", STANDARD.encode(jpeg))
    }
}

impl From<Forms> for MimeBundle {
    fn from(forms: Forms) -> Self {
        forms.0
    }
}

impl From<Forms> for Option<MimeBundle> {
    fn from(forms: Forms) -> Self {
        Some(forms.0)
    }
}

/// As deep as JSON is read on the other side, with room for what is around it.
const DEEPEST: usize = 100;

/// Whether lists and objects hold each other more often than that.
fn is_too_deep(value: &Value, depth: usize) -> bool {
    depth > DEEPEST
        || match value {
            Value::Array(items) => items.iter().any(|item| is_too_deep(item, depth + 1)),
            Value::Object(entries) => entries.values().any(|item| is_too_deep(item, depth + 1)),
            _ => false,
        }
}

/// Adds the plain text that a bundle lacks, and leaves out what nests too deeply for any reader of JSON.
pub(crate) fn complete(forms: &mut MimeBundle) {
    let named: Vec<String> = forms.keys().cloned().collect();
    forms.retain(|_, form| !is_too_deep(form, 0));
    if forms.is_empty() && !named.is_empty() {
        let names = named.join(", ");
        let text = format!("<{names}, nested more than {DEEPEST} deep>");
        forms.insert("text/plain".into(), text.into());
    }
    if forms.contains_key("text/plain") || forms.is_empty() {
        return;
    }
    let text = |mime: &str| forms.get(mime).and_then(Value::as_str);
    let plain = if let Some(source) = text("text/markdown").or_else(|| text("text/latex")) {
        source.to_owned()
    } else if let Some(html) = text("text/html") {
        without_tags(html)
    } else {
        let names: Vec<&str> = forms.keys().map(String::as_str).collect();
        format!("<{}>", names.join(", "))
    };
    forms.insert("text/plain".into(), plain.into());
}

/// The text of a piece of HTML: rows and paragraphs become lines, cells are set apart, styles and scripts left out.
pub(crate) fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let Some(length) = rest[open..].find('>') else {
            rest = &rest[open..];
            break;
        };
        let tag = &rest[open + 1..open + length];
        rest = &rest[open + length + 1..];
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/', '\n'])
            .next()
            .unwrap_or_default();
        let closes = tag.starts_with('/');
        match name.to_ascii_lowercase().as_str() {
            name @ ("style" | "script") if !closes => {
                let end = format!("</{name}");
                rest = rest.find(&end).map_or("", |at| &rest[at..]);
            }
            "br" => text.push('\n'),
            "p" | "div" | "tr" | "li" | "h1" | "h2" | "h3" | "h4" | "pre" if closes => {
                text.push('\n')
            }
            "td" | "th" if closes => text.push_str("  "),
            _ => {}
        }
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let lines: Vec<&str> = lines
        .iter()
        .enumerate()
        .filter(|(at, line)| !line.is_empty() || (*at > 0 && !lines[at - 1].is_empty()))
        .map(|(_, line)| *line)
        .collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_without_its_tags() {
        assert_eq!(without_tags("a &lt; <b>b</b>"), "a < b");
        assert_eq!(
            without_tags(
                "<style>td { color: red }</style><table><tr><th>n</th><th>m</th></tr><tr><td>1</td><td>2</td></tr></table>"
            ),
            "n  m\n1  2"
        );
        assert_eq!(without_tags("1 < 2"), "1 < 2");
    }

    #[test]
    fn json_that_nests_too_deeply_is_left_out() {
        let nested = |depth: usize| (0..depth).fold(Value::Null, |inner, _| vec![inner].into());
        let mut forms = MimeBundle::new();
        forms.insert("application/json".into(), nested(DEEPEST));
        complete(&mut forms);
        assert!(forms.contains_key("application/json"));
        forms.insert("application/json".into(), nested(DEEPEST + 1));
        complete(&mut forms);
        assert!(!forms.contains_key("application/json") && forms.contains_key("text/plain"));
        let mut alone = MimeBundle::new();
        alone.insert("a/json".into(), nested(1000));
        complete(&mut alone);
        assert_eq!(alone["text/plain"], "<a/json, nested more than 100 deep>");
    }

    #[test]
    fn a_bundle_gets_the_text_that_it_lacks() {
        let plain = |forms: Forms| {
            let mut forms = MimeBundle::from(forms);
            complete(&mut forms);
            forms["text/plain"].as_str().unwrap().to_owned()
        };
        assert_eq!(plain(Forms::default().html("<i>x</i>")), "x");
        assert_eq!(plain(Forms::default().latex("x")), "$$x$$");
        assert_eq!(plain(Forms::default().png(&[1])), "<image/png>");
        assert_eq!(plain(Forms::text("own").html("<i>x</i>")), "own");
    }

    #[test]
    fn a_formula_that_has_marks_keeps_them() {
        let latex =
            |text: &str| MimeBundle::from(Forms::default().latex(text))["text/latex"].clone();
        assert_eq!(latex("$x$"), "$x$");
        assert_eq!(
            latex("\\begin{align}x\\end{align}"),
            "\\begin{align}x\\end{align}"
        );
        assert_eq!(latex("\\frac12"), "$$\\frac12$$");
    }
}
