//! The display that a bar and its inner bars share.

use super::bar::Bar;
use super::text::Standing;
use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use wick_runtime::display::{DisplayHandle, display, has_kernel};
use wick_runtime::settle::{Settle, at_cell_end};
use wick_runtime::{Forms, MimeBundle, Rich};

pub(super) struct Board {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The outermost first.
    bars: Vec<(u64, Weak<Bar>)>,
    place: Option<DisplayHandle>,
    shown: Option<Instant>,
    /// The outermost has ended, or the cell: nothing joins any more.
    closed: bool,
    /// The last line stands.
    over: bool,
}

/// Time between two updates.
const PAUSE: Duration = Duration::from_millis(100);

thread_local! {
    /// The board that bars of this thread join.
    static CURRENT: RefCell<Weak<Board>> = const { RefCell::new(Weak::new()) };
}

impl Board {
    /// The board of the bar that runs in this thread, or a new one.
    pub fn join(id: u64, bar: &Arc<Bar>) -> Arc<Board> {
        let entry = (id, Arc::downgrade(bar));
        let current = CURRENT.with_borrow(Weak::upgrade);
        if let Some(board) = current {
            let mut state = board.state();
            if !state.closed {
                state.bars.push(entry);
                drop(state);
                return board;
            }
        }
        let state = State {
            bars: vec![entry],
            ..State::default()
        };
        let board = Arc::new(Board {
            state: Mutex::new(state),
        });
        CURRENT.set(Arc::downgrade(&board));
        let settles: Arc<dyn Settle> = board.clone();
        at_cell_end(&settles);
        board
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn show_sometimes(&self) {
        let is_time = self
            .state()
            .shown
            .is_none_or(|shown| shown.elapsed() >= PAUSE);
        if is_time {
            self.show();
        }
    }

    /// Shows how all bars stand.
    fn show(&self) {
        let bars: Vec<Arc<Bar>> = {
            let mut state = self.state();
            if state.over {
                return;
            }
            state.shown = Some(Instant::now());
            state
                .bars
                .iter()
                .filter_map(|(_, bar)| bar.upgrade())
                .collect()
        };
        let standings: Vec<Standing> = bars.iter().map(|bar| bar.standing()).collect();
        if has_kernel() {
            self.place(&Rows(standings));
        } else if let Some(outermost) = standings.first()
            && std::io::stderr().is_terminal()
        {
            eprint!("\r{}\x1b[K", outermost.line());
        }
        // The last handle of a bar may be dropped here, and a bar that is dropped asks for the state.
    }

    fn place(&self, shown: &dyn Rich) {
        let mut state = self.state();
        if state.over {
            return;
        }
        match &state.place {
            Some(place) => place.update(shown),
            None => state.place = Some(display(shown)),
        }
    }

    /// A bar has ended. An inner one goes away; after the outermost, its line stays.
    pub fn leave(&self, id: u64, standing: &Standing) {
        let is_outermost = {
            let mut state = self.state();
            let first = state.bars.first().is_some_and(|(first, _)| *first == id);
            state.bars.retain(|(bar, _)| *bar != id);
            state.closed |= first;
            first
        };
        if !is_outermost {
            return self.show_sometimes();
        }
        if has_kernel() {
            self.place(&wick_runtime::kinds::Text(standing.line()));
        } else {
            let start = if std::io::stderr().is_terminal() {
                "\r"
            } else {
                ""
            };
            // A reader that is gone is no reason to fail.
            let _ = writeln!(std::io::stderr(), "{start}{}", standing.line());
        }
        self.state().over = true;
    }
}

/// The cell has ended, and bars that are moved by hand may go on in a later one, where they stand.
impl Settle for Board {
    fn settle(&self) {
        self.state().closed = true;
        self.show();
    }
}

/// A row for each bar.
struct Rows(Vec<Standing>);

impl Rich for Rows {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let lines: Vec<String> = self.0.iter().map(Standing::line).collect();
        let rows: String = self.0.iter().map(Standing::html_row).collect();
        Forms::text(lines.join("\n")).html(rows).into()
    }
}
