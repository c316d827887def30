//! How a `:dep` that fails looks.

use crate::engine::CellError;

/// The `ename` of such an error.
pub(super) const NAME: &str = "DependencyError";

const RED: &str = "\u{1b}[1m\u{1b}[91m";
const BOLD: &str = "\u{1b}[0m\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// An error with `message` as its first line and `details` below it.
pub(super) fn failure(name: &str, message: &str, details: &[String]) -> CellError {
    let mut traceback = vec![format!("{RED}{name}{BOLD}: {message}{PLAIN}")];
    traceback.extend(details.iter().map(|line| match line.is_empty() {
        true => String::new(),
        false => format!("  {line}"),
    }));
    CellError {
        ename: name.to_owned(),
        evalue: message.to_owned(),
        traceback,
    }
}

/// An error of the operating system.
pub(super) fn io(what: impl std::fmt::Display, error: &std::io::Error) -> CellError {
    failure(NAME, &format!("{what}: {error}"), &[])
}
