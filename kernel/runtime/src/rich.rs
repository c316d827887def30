//! Values that have more than one face.

use serde_json::{Map, Value};

/// One value in several forms, keyed by MIME type. `text/plain` is always there.
pub type MimeBundle = Map<String, Value>;

/// How a value is shown, when it is the last line of a cell and by [`display`](crate::display::display).
///
/// A type of a cell may have it too. [`Forms`](crate::Forms) puts the forms together:
///
/// ```
/// use wick_runtime::{Forms, MimeBundle, Rich};
///
/// struct Bold(&'static str);
///
/// impl Rich for Bold {
///     fn mime_bundle(&self) -> Option<MimeBundle> {
///         Forms::text(self.0).html(format!("<b>{}</b>", self.0)).into()
///     }
/// }
/// assert_eq!(Bold("x").mime_bundle().unwrap()["text/html"], "<b>x</b>");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no display of its own",
    note = "implement `Rich` for it; or show its text: `display(Text(format!(\"{{value:?}}\")))`"
)]
pub trait Rich {
    /// Its forms, `text/plain` among them (where it is missing, it is made of another); `None` shows nothing.
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

macro_rules! pointers {
    ($($pointer:ty),+) => {$(
        impl<T: Rich + ?Sized> Rich for $pointer {
            fn mime_bundle(&self) -> Option<MimeBundle> {
                (**self).mime_bundle()
            }
        }
    )+};
}
pointers!(&T, &mut T, Box<T>, std::rc::Rc<T>, std::sync::Arc<T>);
