//! Showing something from the middle of a cell.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{OnceLock, RwLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::Map;

use crate::forms::complete;
use crate::protocol::{FRAME_BODY, FRAME_START, Frame};
use crate::rich::plain;
use crate::{MimeBundle, Rich};

/// The token of frames; `None` where no kernel listens.
static TOKEN: RwLock<Option<String>> = RwLock::new(None);

pub(crate) fn set_token(token: String) {
    *TOKEN
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(token);
}

/// Whether a Wick kernel shows what is displayed.
pub fn has_kernel() -> bool {
    TOKEN.read().is_ok_and(|token| token.is_some())
}

/// Shows a value under the running cell, in the best form that the reader's program knows. The handle that comes back
/// can show another value in the same place, also from a later cell.
///
/// What can be shown: everything [`Rich`], and plain numbers, text and lists.
///
/// ```
/// use wick_runtime::display::display;
/// use wick_runtime::kinds::Html;
///
/// let status = display(Html("<i>working</i>"));
/// status.update(Html("<b>done</b>"));
/// display([1, 2, 3]);
/// ```
pub fn display<T: Displayable>(value: T) -> DisplayHandle {
    let started = Instant::now();
    let handle = show_new(value.forms());
    took(started);
    handle
}

/// Microseconds that the running cell has spent on what it shows.
static SHOWING: AtomicU64 = AtomicU64::new(0);

/// Something was shown, which began at `started`.
pub(crate) fn took(started: Instant) {
    SHOWING.fetch_add(started.elapsed().as_micros() as u64, Ordering::Relaxed);
}

/// Takes what has been spent since the last call.
pub(crate) fn take_showing() -> u64 {
    SHOWING.swap(0, Ordering::Relaxed)
}

fn show_new(forms: Option<MimeBundle>) -> DisplayHandle {
    let handle = DisplayHandle::new();
    if let Some(forms) = forms {
        show_bundle(forms, Some(handle.id()), false);
    }
    handle
}

/// A place in a cell's output whose contents can be replaced. As the last line of a cell it shows nothing more.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DisplayHandle {
    id: String,
}

impl DisplayHandle {
    /// A new id: unlike those of this process, of its snapshots and of earlier sessions of the same notebook.
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        static STARTED: OnceLock<u128> = OnceLock::new();
        let started = STARTED.get_or_init(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            now.map_or(0, |now| now.as_micros())
        });
        let (process, count) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self {
            id: format!("wick-{started:x}-{process:x}-{count}"),
        }
    }

    /// Jupyter's `display_id`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Shows `value` in place of what is there.
    pub fn update<T: Displayable>(&self, value: T) {
        let started = Instant::now();
        if let Some(forms) = value.forms() {
            self.update_bundle(forms);
        }
        took(started);
    }

    /// The same for forms that are already put together.
    pub fn update_bundle(&self, forms: MimeBundle) {
        show_bundle(forms, Some(&self.id), true);
    }
}

impl Rich for DisplayHandle {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        None
    }
}

/// What [`display`] takes: everything [`Rich`], and what Rust itself has a text for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no display of its own",
    note = "implement `Rich` for it; or show its text: `display(Text(format!(\"{{value:?}}\")))`"
)]
pub trait Displayable {
    /// Its forms; `None` shows nothing.
    fn forms(&self) -> Option<MimeBundle>;
}

impl<T: Rich> Displayable for T {
    fn forms(&self) -> Option<MimeBundle> {
        self.mime_bundle()
    }
}

fn debug_forms(value: &dyn std::fmt::Debug) -> Option<MimeBundle> {
    Some(plain(format!("{value:?}")))
}

macro_rules! by_debug {
    ($([$($parameter:tt)*] $t:ty),+) => {$(
        impl<$($parameter)*> Displayable for $t {
            fn forms(&self) -> Option<MimeBundle> {
                debug_forms(self)
            }
        }
        impl<$($parameter)*> Displayable for &$t {
            fn forms(&self) -> Option<MimeBundle> {
                debug_forms(self)
            }
        }
    )+};
}
by_debug!(
    [] i8, [] i16, [] i32, [] i64, [] i128, [] isize, [] u8, [] u16, [] u32, [] u64, [] u128, [] usize,
    [] f32, [] f64, [] bool, [] char, [] String,
    [T: std::fmt::Debug] Vec<T>, [T: std::fmt::Debug, const N: usize] [T; N]
);

impl Displayable for &str {
    fn forms(&self) -> Option<MimeBundle> {
        debug_forms(self)
    }
}

impl<T: std::fmt::Debug> Displayable for &[T] {
    fn forms(&self) -> Option<MimeBundle> {
        debug_forms(self)
    }
}

/// Shows a bundle. With a `display_id` it can be replaced later by another call with `update` set.
pub fn show_bundle(mut data: MimeBundle, display_id: Option<&str>, update: bool) {
    complete(&mut data);
    let display_id = display_id.map(ToOwned::to_owned);
    emit(&Frame::Display {
        data,
        metadata: Map::new(),
        display_id,
        update,
    });
}

/// Clears the output of the running cell; with `wait`, only when the next output comes, which is calmer to look at
/// (`IPython.display.clear_output`).
pub fn clear_output(wait: bool) {
    emit(&Frame::Clear { wait });
}

/// Sends a frame to the kernel; where there is none, prints its plain text, or speaks evcxr's convention
/// inside an evcxr kernel.
pub(crate) fn emit(frame: &Frame) {
    let token = TOKEN
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut out = std::io::stdout().lock();
    // A reader that is gone is no reason to end the cell.
    let _ = match (&*token, frame) {
        (Some(token), frame) => encode(token, frame).and_then(|bytes| out.write_all(&bytes)),
        (None, Frame::Display { data, .. } | Frame::Result(data))
            if std::env::var_os("EVCXR_IS_RUNTIME").is_some() =>
        {
            data.iter().try_for_each(|(mime, text)| {
                let text = text
                    .as_str()
                    .map_or_else(|| text.to_string(), ToOwned::to_owned);
                writeln!(out, "EVCXR_BEGIN_CONTENT {mime}\n{text}\nEVCXR_END_CONTENT")
            })
        }
        (None, Frame::Display { data, .. } | Frame::Result(data)) => {
            let text = data
                .get("text/plain")
                .and_then(|text| text.as_str())
                .unwrap_or_default();
            writeln!(out, "{text}")
        }
        (None, _) => Ok(()),
    };
    let _ = out.flush();
}

/// A frame as it travels.
pub(crate) fn encode(token: &str, frame: &Frame) -> std::io::Result<Vec<u8>> {
    let payload = serde_json::to_vec(frame)?;
    let mut bytes = Vec::with_capacity(payload.len() + 64);
    bytes.extend_from_slice(FRAME_START);
    bytes.extend_from_slice(token.as_bytes());
    write!(bytes, ";{}", payload.len())?;
    bytes.push(FRAME_BODY);
    bytes.extend_from_slice(&payload);
    Ok(bytes)
}

/// The token, for frames that do not go through stdout.
pub(crate) fn token() -> Option<String> {
    TOKEN.read().ok().and_then(|token| token.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_never_the_same() {
        assert_ne!(DisplayHandle::new(), DisplayHandle::new());
    }

    #[test]
    fn what_is_not_rich_is_shown_by_its_text() {
        let text = |value: &dyn Displayable| value.forms().unwrap()["text/plain"].clone();
        assert_eq!(text(&1.5), "1.5");
        assert_eq!(text(&"a"), "\"a\"");
        assert_eq!(text(&vec!['a']), "['a']");
        assert_eq!(text(&&[1, 2]), "[1, 2]");
        assert_eq!(text(&crate::kinds::Text("a")), "a");
    }
}
