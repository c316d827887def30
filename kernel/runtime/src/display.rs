//! Showing something from the middle of a cell.

use std::io::Write;
use std::sync::RwLock;

use serde_json::Map;

use crate::protocol::{FRAME_BODY, FRAME_START, Frame};
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

/// Shows a value under the running cell, in the best form that the reader's program knows.
///
/// ```
/// wick_runtime::display::display(&());
/// ```
pub fn display(value: &dyn Rich) {
    if let Some(data) = value.mime_bundle() {
        show_bundle(data, None, false);
    }
}

/// Shows a bundle. With a `display_id` it can be replaced later by another call with `update` set.
pub fn show_bundle(data: MimeBundle, display_id: Option<&str>, update: bool) {
    let display_id = display_id.map(ToOwned::to_owned);
    emit(&Frame::Display {
        data,
        metadata: Map::new(),
        display_id,
        update,
    });
}

/// Clears the output of the running cell; with `wait`, only when the next output comes.
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
