//! Values that have more than one face.

use serde_json::{Map, Value};

/// One value in several forms, keyed by MIME type. `text/plain` is always there.
pub type MimeBundle = Map<String, Value>;

/// How a value of ours is shown when it is the last line of a cell.
///
/// ```
/// use wick_runtime::{MimeBundle, Rich};
///
/// struct Bold(&'static str);
///
/// impl Rich for Bold {
///     fn mime_bundle(&self) -> Option<MimeBundle> {
///         let mut forms = MimeBundle::new();
///         forms.insert("text/plain".into(), self.0.into());
///         forms.insert("text/html".into(), format!("<b>{}</b>", self.0).into());
///         Some(forms)
///     }
/// }
/// assert!(Bold("x").mime_bundle().unwrap().contains_key("text/html"));
/// ```
pub trait Rich {
    /// Its forms, `text/plain` among them; `None` shows nothing.
    fn mime_bundle(&self) -> Option<MimeBundle>;
}

/// A bundle of plain text alone.
pub(crate) fn plain(text: String) -> MimeBundle {
    let mut forms = MimeBundle::new();
    forms.insert("text/plain".into(), text.into());
    forms
}

impl Rich for () {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        None
    }
}

/// Python has no `Some`: a value that is there is shown as itself, one that is not as `None`.
impl<T: Rich> Rich for Option<T> {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        match self {
            Some(value) => value.mime_bundle(),
            None => Some(plain("None".into())),
        }
    }
}

impl<T: Rich + ?Sized> Rich for &T {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        (**self).mime_bundle()
    }
}
