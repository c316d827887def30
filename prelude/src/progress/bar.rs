//! One bar.

use super::board::Board;
use super::text::Standing;
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use wick_runtime::{MimeBundle, Rich};

/// A handle on a progress bar. Made by [`progress_bar`](super::progress_bar) and
/// [`Progress::bar`](super::Progress::bar).
///
/// `clone()` gives another handle to the same bar; threads may share one.
///
/// ```
/// use wick::prelude::*;
/// let bar = progress_bar(100).named("download");
/// bar.advance(40);
/// bar.message("slow");
/// assert_eq!(bar.position(), 40);
/// assert!(bar.line().starts_with("download:  40%|████████████                  | 40/100 [00:00<"));
/// bar.set(100);
/// bar.finish();
/// assert!(bar.line().ends_with("slow]"));
/// ```
#[derive(Clone)]
pub struct ProgressBar(Arc<Bar>);

pub(super) struct Bar {
    /// Tells it from others on its board.
    id: u64,
    done: AtomicU64,
    /// Whether the item that was handed out last is still being worked on.
    in_work: AtomicBool,
    /// Microseconds after `made` before which nothing is shown: a cheap check for loops that turn quickly.
    next_look: AtomicU64,
    made: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    name: String,
    total: Option<u64>,
    message: String,
    begun: Option<Instant>,
    /// How long it took in all, once it has ended.
    took: Option<Duration>,
    /// Items a second, smoothed, and when and where it was last measured.
    rate: Option<f64>,
    measured: Option<(Instant, u64)>,
    board: Option<Arc<Board>>,
}

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// How much the newest measurement counts for the rate, as in tqdm.
const SMOOTHING: f64 = 0.3;

impl ProgressBar {
    pub(super) fn waiting(total: Option<u64>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(Arc::new(Bar {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            done: AtomicU64::new(0),
            in_work: AtomicBool::new(false),
            next_look: AtomicU64::new(0),
            made: Instant::now(),
            state: Mutex::new(State {
                total,
                ..State::default()
            }),
        }))
    }

    /// Sets what stands in front of the bar: `desc` of tqdm.
    pub fn named(self, name: impl Into<String>) -> Self {
        self.set_name(name.into());
        self.0.look();
        self
    }

    pub(super) fn set_name(&self, name: String) {
        self.0.state().name = name;
    }

    pub(super) fn set_total(&self, total: Option<u64>) {
        self.0.state().total = total;
    }

    /// Shows the bar, unless that has happened.
    pub(super) fn begin(&self) {
        {
            let mut state = self.0.state();
            if state.begun.is_some() || state.took.is_some() {
                return;
            }
            let now = Instant::now();
            state.begun = Some(now);
            state.measured = Some((now, 0));
            state.board = Some(Board::join(self.0.id, &self.0));
        }
        self.0.look();
    }

    /// The next item of an iterator is asked for: the last one is done.
    #[inline]
    pub(super) fn step(&self) {
        if self.0.in_work.swap(true, Ordering::Relaxed) {
            self.advance(1);
        } else {
            wick_runtime::interrupt::check();
            self.begin();
        }
    }

    /// Says that `count` more are done: `update` of tqdm.
    #[inline]
    pub fn advance(&self, count: u64) {
        wick_runtime::interrupt::check();
        self.0.done.fetch_add(count, Ordering::Relaxed);
        self.0.look_sometimes();
    }

    /// Says how many are done in all.
    pub fn set(&self, done: u64) {
        wick_runtime::interrupt::check();
        self.0.done.store(done, Ordering::Relaxed);
        self.0.look_sometimes();
    }

    /// Writes behind the bar, such as the loss of the last step; in place of what stood there.
    pub fn message(&self, message: impl Display) {
        self.0.state().message = message.to_string();
    }

    /// How many are done.
    pub fn position(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    /// The bar as a line of text, such as `epochs:  40%|████      | 4/10 [00:02<00:03,  1.91it/s, loss 0.2]`.
    pub fn line(&self) -> String {
        self.0.standing().line()
    }

    /// Ends the bar: a line of text stays where it was. Without it, a bar ends when its last handle is gone.
    pub fn finish(&self) {
        self.0.in_work.store(false, Ordering::Relaxed);
        self.stop();
    }

    /// Ends the bar where it stands, unless it has ended.
    pub(super) fn stop(&self) {
        self.0.end();
    }
}

impl Bar {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look_sometimes(&self) {
        let now = self.made.elapsed().as_micros() as u64;
        if now >= self.next_look.load(Ordering::Relaxed) {
            self.look();
        }
    }

    /// Measures the rate and shows the board, if its time has come.
    fn look(&self) {
        let next = self.made.elapsed() + PAUSE;
        self.next_look
            .store(next.as_micros() as u64, Ordering::Relaxed);
        let board = {
            let mut state = self.state();
            let done = self.done.load(Ordering::Relaxed);
            if let Some((at, before)) = state.measured
                && done > before
            {
                let now = (done - before) as f64 / at.elapsed().as_secs_f64().max(1e-9);
                state.rate = Some(
                    state
                        .rate
                        .map_or(now, |rate| rate + SMOOTHING * (now - rate)),
                );
                state.measured = Some((Instant::now(), done));
            }
            state.board.clone()
        };
        // Not under the lock: the board asks its bars how they stand.
        if let Some(board) = board {
            board.show_sometimes();
        }
    }

    pub(super) fn standing(&self) -> Standing {
        let state = self.state();
        let done = self.done.load(Ordering::Relaxed);
        let elapsed = state
            .took
            .or_else(|| state.begun.map(|begun| begun.elapsed()))
            .unwrap_or_default();
        let mean = (done > 0 && !elapsed.is_zero()).then(|| done as f64 / elapsed.as_secs_f64());
        Standing {
            name: state.name.clone(),
            done,
            total: state.total,
            message: state.message.clone(),
            elapsed,
            rate: if state.took.is_some() {
                mean
            } else {
                state.rate.or(mean)
            },
            ended: state.took.is_some(),
        }
    }

    /// Stops the clock and leaves the board.
    fn end(&self) {
        let board = {
            let mut state = self.state();
            state.took = state
                .took
                .or_else(|| state.begun.map(|begun| begun.elapsed()));
            state.board.take()
        };
        if let Some(board) = board {
            board.leave(self.id, &self.standing());
        }
    }
}

/// A bar that nobody can move any more has ended where it stands.
impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}

impl Rich for ProgressBar {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        None
    }
}

impl std::fmt::Debug for ProgressBar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.line())
    }
}
