//! Where in people's code something was called.

use crate::loaded::describe;
use crate::protocol::Place;

/// The innermost place in people's code on this thread's stack: `In[7]:3:5` in a cell, `src/main.rs:12:5` in an
/// ordinary program that was built with line numbers.
pub fn of_people() -> Option<String> {
    match crate::panics::stack(None).first() {
        Some(place) => Some(describe(&plain(place))),
        None => outside_of_cells(),
    }
}

/// The place without the number of the file's revision (`In[3]~1`), which is no matter of people's.
fn plain(place: &Place) -> Place {
    let file = place.file.split('~').next().unwrap_or_default();
    Place {
        file: file.to_string(),
        ..place.clone()
    }
}

/// Crates whose frames are between an operation and the people who called it.
const BETWEEN: [&str; 6] = ["wick", "wick_runtime", "core", "std", "alloc", "backtrace"];

fn outside_of_cells() -> Option<String> {
    let mut found = None;
    backtrace::trace(|frame| {
        backtrace::resolve_frame(frame, |symbol| {
            let (Some(file), Some(line)) = (symbol.filename(), symbol.lineno()) else {
                return;
            };
            let Some(name) = symbol.name() else { return };
            // What std compiled into a program lies under this path.
            let of_std = file.starts_with("/rustc/");
            if found.is_some() || of_std || is_between(&name.to_string()) {
                return;
            }
            let column = symbol.colno().map_or(String::new(), |c| format!(":{c}"));
            found = Some(format!("{}:{line}{column}", file.display()));
        });
        found.is_none()
    });
    found
}

/// Whether a function, by its full name (`<wick::Tensor as core::ops::Add>::add`), belongs to one of those crates or to
/// C's library, whose functions have no path (`start_thread`).
fn is_between(name: &str) -> bool {
    if !name.contains("::") {
        return true;
    }
    let path = name.trim_start_matches(['<', '&']);
    let end = path
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(path.len());
    // A crate may be followed by its hash: `wick[1a2b]::…`.
    path[end..].starts_with(['[', ':']) && BETWEEN.contains(&&path[..end])
}

#[cfg(test)]
mod tests {
    use super::is_between;

    #[test]
    fn frames_of_libraries_are_passed_over() {
        assert!(is_between("wick::autograd::record::record"));
        assert!(is_between(
            "<&wick::tensor::Tensor as core::ops::arith::Add>::add"
        ));
        assert!(is_between("core[5a1b]::ops::function::FnOnce::call_once"));
        assert!(!is_between("wicked::main"));
        assert!(!is_between("mine::train"));
        assert!(!is_between("mine::main"));
        assert!(is_between("start_thread"));
    }
}
