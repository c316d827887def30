//! What a cell can ask of the program that shows the notebook.

use serde_json::{Map, Value, json};

use crate::MimeBundle;
use crate::display::emit;
use crate::protocol::Frame;

/// Puts text into a new cell below the running one, or, with `replace`, into the running cell itself
/// (IPython's `set_next_input`).
///
/// ```
/// wick_runtime::client::set_next_input("let next = 1;", false);
/// ```
pub fn set_next_input(text: &str, replace: bool) {
    payload(json!({ "source": "set_next_input", "text": text, "replace": replace }));
}

/// Shows a long text in the client's pager (IPython's `page`).
pub fn page(text: &str) {
    let mut data = Map::new();
    data.insert("text/plain".to_owned(), text.into());
    page_bundle(data);
}

/// The same for something that has several forms.
pub fn page_bundle(data: MimeBundle) {
    payload(json!({ "source": "page", "data": data, "start": 0 }));
}

fn payload(payload: Value) {
    emit(&Frame::Payload(payload));
}
