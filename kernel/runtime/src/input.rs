//! Input from a person: what `std::io::stdin` reads in a cell, [`input`] and [`getpass`].
//!
//! Nobody sees from outside that a program waits for input, but the system tells a process what its own threads wait
//! for. So descriptor 0 is a socket of our own, and while a cell runs, a thread looks whether another one, or a program
//! that the cell started, is stuck reading it. Then the kernel asks the person, and the answer is written to the socket.

use std::io::{self, Write as _};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::interrupt;
use crate::output;
use crate::protocol::Frame;

/// How often to look. A reader has to be seen twice, so that a prompt without a newline is flushed first.
const LOOK: Duration = Duration::from_millis(30);

/// Programs that the cell started are looked at less often.
const LOOKS_PER_FAMILY: u32 = 5;

/// What a client sends in place of a line to say that there are no more (Ctrl-D).
const END_OF_INPUT: &str = "\u{4}";

/// Who waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Nobody,
    /// Whoever reads descriptor 0.
    Reader,
    /// A call of [`input`] or [`getpass`].
    Caller,
}

struct State {
    /// What is written here is read from descriptor 0.
    ours: Option<UnixStream>,
    asked: Asked,
    /// The answer for a caller.
    answer: Option<Option<String>>,
    /// An interrupt has ended the reader's input.
    cancelled: bool,
}

static STATE: Mutex<State> = Mutex::new(State {
    ours: None,
    asked: Asked::Nobody,
    answer: None,
    cancelled: false,
});
static ANSWERED: Condvar = Condvar::new();

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps what is known of readers as it is, for a fork.
pub(crate) fn hold() -> impl Sized {
    state()
}

/// Asks the reader of the notebook for a line of text, as Python's `input` does.
///
/// # Errors
/// When there is nobody to ask (nbconvert, `wick run`), or the answer was an end of input.
///
/// # Panics
/// Unwinds the cell when it is interrupted.
///
/// ```no_run
/// let name = wick_runtime::input("Name: ")?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn input(prompt: &str) -> io::Result<String> {
    ask(prompt, false)
}

/// The same, but what is typed is not shown (Python's `getpass.getpass`).
///
/// # Errors
/// As for [`input`].
///
/// # Panics
/// Unwinds the cell when it is interrupted.
pub fn getpass(prompt: &str) -> io::Result<String> {
    ask(prompt, true)
}

fn ask(prompt: &str, password: bool) -> io::Result<String> {
    if !crate::display::has_kernel() {
        return ask_terminal(prompt);
    }
    output::flush();
    {
        let mut state = state();
        while state.asked != Asked::Nobody {
            state = wait(state);
        }
        state.asked = Asked::Caller;
        state.answer = None;
    }
    send_question(prompt, password);
    let mut state = state();
    let answer = loop {
        if let Some(answer) = state.answer.take() {
            break answer;
        }
        if interrupt::asked() {
            state.asked = Asked::Nobody;
            drop(state);
            interrupt::check();
            return Err(io::ErrorKind::Interrupted.into());
        }
        state = wait(state);
    };
    match answer {
        Some(text) if text == END_OF_INPUT => Err(io::ErrorKind::UnexpectedEof.into()),
        Some(text) => Ok(text),
        None => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "nobody is there to answer: the program that runs this notebook does not take input",
        )),
    }
}

/// Waits for news, but not for ever: an interrupt brings none.
fn wait(state: MutexGuard<'static, State>) -> MutexGuard<'static, State> {
    ANSWERED
        .wait_timeout(state, Duration::from_millis(50))
        .unwrap_or_else(PoisonError::into_inner)
        .0
}

/// Outside of a notebook the question goes to the terminal.
fn ask_terminal(prompt: &str) -> io::Result<String> {
    let mut out = io::stdout().lock();
    out.write_all(prompt.as_bytes())?;
    out.flush()?;
    let mut line = String::new();
    if io::stdin().read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

fn send_question(prompt: &str, password: bool) {
    output::send_past_locks(&Frame::Ask {
        prompt: prompt.to_owned(),
        password,
    });
}

/// Puts a socket of ours in place of descriptor 0 and starts to look for its readers. To be called again after a fork.
pub(crate) fn prepare() -> io::Result<()> {
    {
        let mut state = state();
        renew(&mut state)?;
        state.asked = Asked::Nobody;
        state.cancelled = false;
    }
    // Without the thread, whoever reads waits until it is interrupted.
    let _ = std::thread::Builder::new()
        .name("input".into())
        .spawn(look_forever);
    Ok(())
}

/// A new socket for those who read from now on.
fn renew(state: &mut State) -> io::Result<()> {
    let (ours, theirs) = UnixStream::pair()?;
    let theirs = OwnedFd::from(theirs);
    // SAFETY: plain system call on open descriptors; no Rust object owns descriptor 0.
    if unsafe { libc::dup2(theirs.as_raw_fd(), 0) } < 0 {
        return Err(io::Error::last_os_error());
    }
    state.ours = Some(ours);
    Ok(())
}

/// Ends the input of whoever reads now. (Closing would not: snapshots hold copies of the socket.)
fn end_input(state: &mut State) {
    if let Some(ours) = state.ours.take() {
        let _ = ours.shutdown(std::net::Shutdown::Both);
    }
    let _ = renew(state);
}

/// The person's answer; `None` where nobody can answer.
pub(crate) fn answer(text: Option<String>) {
    let mut state = state();
    match std::mem::replace(&mut state.asked, Asked::Nobody) {
        Asked::Nobody => {}
        Asked::Caller => state.answer = Some(text),
        Asked::Reader => match text {
            Some(text) if text != END_OF_INPUT => {
                let line = format!("{text}\n");
                let written = state
                    .ours
                    .as_ref()
                    .map(|mut ours| ours.write_all(line.as_bytes()));
                if !matches!(written, Some(Ok(()))) {
                    end_input(&mut state);
                }
            }
            _ => end_input(&mut state),
        },
    }
    ANSWERED.notify_all();
}

/// The cell is to stop: whoever reads gets no more.
pub(crate) fn interrupted() {
    let mut state = state();
    if state.asked == Asked::Reader {
        state.asked = Asked::Nobody;
        state.cancelled = true;
        end_input(&mut state);
    }
    ANSWERED.notify_all();
}

/// Whether an interrupt came while the cell that just ended was waiting for input.
pub(crate) fn end_of_cell() -> bool {
    let mut state = state();
    state.asked = Asked::Nobody;
    std::mem::take(&mut state.cancelled)
}

fn look_forever() {
    let mut seen = false;
    let mut looks = 0u32;
    loop {
        std::thread::sleep(LOOK);
        if !output::is_running() || state().asked != Asked::Nobody {
            seen = false;
            continue;
        }
        looks = looks.wrapping_add(1);
        let family = seen || looks.is_multiple_of(LOOKS_PER_FAMILY);
        let reads = waiting_bytes() == 0
            && (threads_read(Path::new("/proc/self")) || (family && children_read("self", 4)));
        if reads && seen {
            seen = false;
            let mut state = state();
            if state.asked == Asked::Nobody && output::is_running() {
                state.asked = Asked::Reader;
                drop(state);
                send_question("", false);
            }
        } else {
            seen = reads;
        }
    }
}

/// What can be read from descriptor 0 at once.
fn waiting_bytes() -> i32 {
    let mut count = 0;
    // SAFETY: the call writes one integer, which lives here.
    unsafe { libc::ioctl(0, libc::FIONREAD, &raw mut count) };
    count
}

/// Whether a thread of the process with this folder in `/proc` is stuck reading descriptor 0.
fn threads_read(process: &Path) -> bool {
    let Ok(threads) = std::fs::read_dir(process.join("task")) else {
        return false;
    };
    threads.flatten().any(|thread| {
        std::fs::read_to_string(thread.path().join("syscall")).is_ok_and(|call| is_read_of_0(&call))
    })
}

/// `0 0x0 0x7f… …`: the number of the call and its arguments, or `running`.
fn is_read_of_0(call: &str) -> bool {
    let mut words = call.split_whitespace();
    let number = words.next().and_then(|number| number.parse::<i64>().ok());
    let calls = [libc::SYS_read, libc::SYS_readv, libc::SYS_recvfrom];
    number.is_some_and(|number| calls.contains(&number)) && words.next() == Some("0x0")
}

/// The same of the programs that a process has started and given its own input.
fn children_read(process: &str, depth: u32) -> bool {
    let Ok(ours) = std::fs::read_link("/proc/self/fd/0") else {
        return false;
    };
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else {
        return false;
    };
    let children = threads.flatten().filter_map(|thread| {
        let list = std::fs::read_to_string(thread.path().join("children")).ok()?;
        Some(
            list.split_whitespace()
                .map(ToOwned::to_owned)
                .collect::<Vec<_>>(),
        )
    });
    children.flatten().any(|child| {
        let folder = Path::new("/proc").join(&child);
        let shares = std::fs::read_link(folder.join("fd/0")).is_ok_and(|theirs| theirs == ours);
        (shares && threads_read(&folder)) || (depth > 0 && children_read(&child, depth - 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_is_told_from_other_calls() {
        let read = format!("{} 0x0 0x7ffd 0x2000 0x0 0x0 0x0 0x1 0x2", libc::SYS_read);
        assert!(is_read_of_0(&read));
        assert!(!is_read_of_0(&read.replace(" 0x0 0x7ffd", " 0x3 0x7ffd")));
        assert!(!is_read_of_0("running"));
        assert!(!is_read_of_0(&format!("{} 0x0 0x1", libc::SYS_futex)));
    }

    #[test]
    fn a_thread_that_reads_is_found() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let fd = theirs.as_raw_fd();
        let reader = std::thread::spawn(move || io::Read::read(&mut &theirs, &mut [0; 8]).unwrap());
        let call = format!("{} {fd:#x} ", libc::SYS_recvfrom);
        let waits = || {
            let threads = std::fs::read_dir("/proc/self/task").unwrap();
            threads.flatten().any(|thread| {
                std::fs::read_to_string(thread.path().join("syscall"))
                    .is_ok_and(|text| text.starts_with(&call))
            })
        };
        while !waits() {
            std::thread::yield_now();
        }
        (&ours).write_all(b"x").unwrap();
        assert_eq!(reader.join().unwrap(), 1);
    }
}
