//! What is known of a panic: its message, and where in people's cells it happened.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::panic::PanicHookInfo;

use addr2line::Loader;

use crate::interrupt::Interrupted;
use crate::loaded::{code_at, describe, is_user_file, place};
use crate::protocol::{Panic, Place};

/// A recursion without end has more frames than anyone wants to see.
const DEEPEST: usize = 1000;
const MOST_PLACES: usize = 32;

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

/// Makes `panic` the last panic of this thread again.
pub(crate) fn restore(panic: Panic) {
    OF_CELL.with_borrow_mut(|last| {
        if let Some(last) = last {
            *last = Some(panic);
        }
    });
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
            // A closed stderr must not turn a panic into an abort.
            let _ = writeln!(
                std::io::stderr(),
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
    for place in stack(None) {
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
/// because reading debug information of anything larger takes noticeable time. `interrupted` is the instruction that a
/// signal came at, if one did.
pub(crate) fn stack(interrupted: Option<usize>) -> Vec<Place> {
    let mut addresses = Vec::new();
    backtrace::trace(|frame| {
        let address = frame.ip().addr();
        // Any other is a return address: the instruction behind the call.
        let is_call = address != 0 && Some(address) != interrupted;
        addresses.push(address - usize::from(is_call));
        addresses.len() < DEEPEST
    });
    let mut loaders: HashMap<Vec<u8>, Option<Loader>> = HashMap::new();
    let mut places = Vec::new();
    for address in addresses {
        let Some(code) = code_at(address) else {
            continue;
        };
        let loader = loaders
            .entry(code.library)
            .or_insert_with_key(|library| Loader::new(OsStr::from_bytes(library)).ok());
        let Some(mut frames) = loader
            .as_ref()
            .and_then(|loader| loader.find_frames(code.offset as u64).ok())
        else {
            continue;
        };
        while let Ok(Some(frame)) = frames.next() {
            let Some(location) = frame.location else {
                continue;
            };
            let (Some(file), Some(line)) = (location.file, location.line) else {
                continue;
            };
            let file = file.rsplit('/').next().unwrap_or(file);
            if is_user_file(file) {
                let column = location.column.unwrap_or(0);
                places.push(Place {
                    file: file.to_string(),
                    cell: code.cell,
                    line,
                    column,
                });
            }
        }
        if places.len() >= MOST_PLACES {
            break;
        }
    }
    places
}
