//! Text that is more than text: `display(Html("<b>bold</b>"))`.
//!
//! Each of these is also a value: as the last line of a cell it is shown. Each has a plain text beside it, made of its
//! own unless [`Described::described`] gives a better one.

use std::path::Path;

use base64::Engine as _;
use serde::Serialize;

use crate::{Forms, MimeBundle, Rich};

macro_rules! texts {
    ($($(#[$doc:meta])+ $name:ident => $forms:expr;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name<T>(pub T);

        impl<T: AsRef<str>> Rich for $name<T> {
            fn mime_bundle(&self) -> Option<MimeBundle> {
                let forms: fn(&str) -> Forms = $forms;
                forms(self.0.as_ref()).into()
            }
        }
    )+};
}

texts! {
    /// Plain text, shown as it is, without the quotes that a string as the last line has.
    ///
    /// ```
    /// use wick_runtime::kinds::Text;
    /// use wick_runtime::Rich;
    /// assert_eq!(Text("two\nlines").mime_bundle().unwrap()["text/plain"], "two\nlines");
    /// ```
    Text => |text| Forms::text(text);
    /// A piece of HTML (`IPython.display.HTML`). Its plain text is what stands between its tags.
    ///
    /// ```
    /// use wick_runtime::kinds::Html;
    /// use wick_runtime::Rich;
    /// assert_eq!(Html("<b>bold</b>").mime_bundle().unwrap()["text/plain"], "bold");
    /// ```
    Html => |html| Forms::text(crate::forms::without_tags(html)).html(html);
    /// A picture written as SVG (`IPython.display.SVG`).
    Svg => |svg| Forms::text(svg_text(svg)).svg(svg);
    /// Markdown (`IPython.display.Markdown`). Its plain text is its source.
    Markdown => |markdown| Forms::text(markdown).markdown(markdown);
    /// A formula (`IPython.display.Math`, or `Latex` where it has its own `$`). Its plain text is its source.
    ///
    /// ```
    /// use wick_runtime::kinds::Latex;
    /// use wick_runtime::Rich;
    /// assert_eq!(Latex(r"\frac{1}{2}").mime_bundle().unwrap()["text/latex"], r"$$\frac{1}{2}$$");
    /// ```
    Latex => |latex| Forms::text(latex).latex(latex);
}

/// What a picture says of itself: its title, or its size.
fn svg_text(svg: &str) -> String {
    let between = |open: &str, close: &str| {
        let from = svg.find(open)? + open.len();
        let length = svg[from..].find(close)?;
        Some(&svg[from..from + length])
    };
    match between("<title>", "</title>") {
        Some(title) => format!("<svg: {title}>"),
        None => format!("<svg, {} bytes>", svg.len()),
    }
}

macro_rules! files {
    ($($(#[$doc:meta])+ $name:ident $method:ident $label:literal;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(pub Vec<u8>);

        impl $name {
            /// Reads a file.
            ///
            /// # Errors
            /// Where it cannot be read.
            pub fn read(path: impl AsRef<Path>) -> std::io::Result<Self> {
                std::fs::read(path).map(Self)
            }
        }

        impl Rich for $name {
            fn mime_bundle(&self) -> Option<MimeBundle> {
                let text = format!(concat!("<", $label, ", {} bytes>"), self.0.len());
                Forms::text(text).$method(&self.0).into()
            }
        }
    )+};
}

files! {
    /// The bytes of a PNG file.
    Png png "png";
    /// The bytes of a JPEG file.
    Jpeg jpeg "jpeg";
}

/// Bytes as base64, for files inside of HTML and SVG: `data:image/png;base64,…`.
pub fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// A value as JSON (`IPython.display.JSON`): a tree to open and close in JupyterLab, indented text elsewhere.
///
/// ```
/// use wick_runtime::kinds::Json;
/// use wick_runtime::Rich;
/// let forms = Json([1, 2]).mime_bundle().unwrap();
/// assert_eq!(forms["application/json"][1], 2);
/// assert_eq!(forms["text/plain"], "[\n  1,\n  2\n]");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Serialize> Rich for Json<T> {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        json_forms(serde_json::to_value(&self.0))
    }
}

fn json_forms(value: serde_json::Result<serde_json::Value>) -> Option<MimeBundle> {
    match value {
        Ok(value) => Forms::text(format!("{value:#}")).json(value).into(),
        Err(error) => Forms::text(format!("<no JSON: {error}>")).into(),
    }
}

/// A value with another plain text.
#[derive(Debug, Clone, Copy)]
pub struct WithText<T> {
    value: T,
    text: &'static str,
}

/// Gives what can be shown a plain text of one's own.
pub trait Described: Rich + Sized {
    /// The value with `text` for terminals and diffs.
    ///
    /// ```
    /// use wick_runtime::kinds::{Described, Svg};
    /// use wick_runtime::Rich;
    /// let picture = Svg("<svg/>").described("a red circle");
    /// assert_eq!(picture.mime_bundle().unwrap()["text/plain"], "a red circle");
    /// ```
    fn described(self, text: &'static str) -> WithText<Self> {
        WithText { value: self, text }
    }
}

impl<T: Rich> Described for T {}

impl<T: Rich> Rich for WithText<T> {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let mut forms = self.value.mime_bundle()?;
        forms.insert("text/plain".into(), self.text.into());
        Some(forms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_form_and_a_text() {
        let kinds: [(&dyn Rich, &str); 8] = [
            (&Text("x"), "text/plain"),
            (&Html(String::from("x")), "text/html"),
            (&Svg("<svg/>"), "image/svg+xml"),
            (&Markdown("*x*"), "text/markdown"),
            (&Latex("x"), "text/latex"),
            (&Json("x"), "application/json"),
            (&Png(vec![1]), "image/png"),
            (&Jpeg(vec![1]), "image/jpeg"),
        ];
        for (kind, mime) in kinds {
            let forms = kind.mime_bundle().unwrap();
            assert!(forms.contains_key(mime), "{mime}");
            assert!(forms["text/plain"].is_string(), "{mime}");
        }
    }

    #[test]
    fn a_picture_is_named_by_its_title() {
        assert_eq!(svg_text("<svg><title>loss</title></svg>"), "<svg: loss>");
        assert_eq!(svg_text("<svg/>"), "<svg, 6 bytes>");
    }
}
