//! What is known of a panic: its message, and where in people's cells it happened.

use std::cell::RefCell;
use std::panic::PanicHookInfo;

use crate::interrupt::Interrupted;
use crate::loaded::{cell_at, describe, is_user_file, library_at, place};
use crate::protocol::{Panic, Place};

thread_local! {
    /// The panic that is unwinding the thread that runs cells; `None` on every other thread.
    static OF_CELL: RefCell<Option<Option<Panic>>> = const { RefCell::new(None) };
}

/// Tells the hook that this thread runs cells: their panics are reported by the kernel, not printed.
pub(crate) fn this_thread_runs_cells() {
    OF_CELL.set(Some(None));
}

/// The last panic of this thread.
pub(crate) fn last() -> Option<Panic> {
    OF_CELL.with_borrow_mut(|last| last.as_mut().and_then(Option::take))
}

/// Replaces std's hook, which prints places in generated files.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let message = message(info);
        let frames = frames(info);
        let for_cell = OF_CELL
            .try_with(|last| {
                let Ok(mut last) = last.try_borrow_mut() else {
                    return false;
                };
                let Some(last) = last.as_mut() else {
                    return false;
                };
                *last = Some(Panic {
                    message: message.clone(),
                    frames: frames.clone(),
                });
                true
            })
            .unwrap_or(false);
        if !for_cell && !info.payload().is::<Interrupted>() {
            let thread = std::thread::current();
            let name = thread.name().unwrap_or("<unnamed>");
            let at = frames
                .first()
                .map(describe)
                .or_else(|| info.location().map(ToString::to_string));
            eprintln!(
                "thread '{name}' panicked at {}:\n{message}",
                at.unwrap_or_default()
            );
        }
    }));
}

fn message(info: &PanicHookInfo<'_>) -> String {
    info.payload_as_str().unwrap_or("Box<dyn Any>").to_string()
}

/// The user's frames, innermost first: the panic's own location if it is theirs, then what the stack shows.
fn frames(info: &PanicHookInfo<'_>) -> Vec<Place> {
    let mut frames: Vec<Place> = Vec::new();
    if let Some(location) = info.location() {
        // SAFETY: std documents that locations handed to a hook point into static data; the type does not say so.
        let location: &'static std::panic::Location<'static> =
            unsafe { std::mem::transmute(location) };
        let place = place(location);
        if is_user_file(&place.file) {
            frames.push(place);
        }
    }
    for place in stack() {
        // The location and its frame name the same line, once with and once without the caller's column.
        if frames.last().is_none_or(|last| {
            (&last.file, last.cell, last.line) != (&place.file, place.cell, place.line)
        }) {
            frames.push(place);
        }
    }
    frames
}

/// The frames of people's code on this thread's stack, innermost first. Only libraries of cells are looked up,
/// because reading debug information of anything larger takes noticeable time.
fn stack() -> Vec<Place> {
    // Libraries loaded since the last panic are not in the cache.
    backtrace::clear_symbol_cache();
    let mut places = Vec::new();
    backtrace::trace(|frame| {
        let address = frame.ip();
        let ours = library_at(address).is_some_and(|library| library.ends_with(b".cell.so"));
        if ours {
            backtrace::resolve_frame(frame, |symbol| {
                let (Some(file), Some(line)) = (symbol.filename(), symbol.lineno()) else {
                    return;
                };
                let file = file
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default();
                if is_user_file(&file) {
                    let column = symbol.colno().unwrap_or(0);
                    places.push(Place {
                        file,
                        cell: cell_at(address),
                        line,
                        column,
                    });
                }
            });
        }
        places.len() < 32
    });
    places
}
