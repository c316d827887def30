//! Displays that change often are updated only so many times a second. When the cell ends, each is told to show how
//! things stand now.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A display that may be behind.
pub trait Settle: Send + Sync {
    /// Shows what has not been shown yet. Called when a cell has ended, however it ended.
    fn settle(&self);
}

static WATCHED: Mutex<Vec<Weak<dyn Settle>>> = Mutex::new(Vec::new());

/// Has `display` told of the end of every cell for as long as it lives.
pub fn at_cell_end(display: &Arc<dyn Settle>) {
    let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    watched.retain(|display| display.strong_count() > 0);
    watched.push(Arc::downgrade(display));
}

/// The cell has ended.
pub(crate) fn settle_all() {
    let displays: Vec<_> = {
        let watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
        watched.iter().filter_map(Weak::upgrade).collect()
    };
    for display in displays {
        // Drawing may run code of a person's own; its panic is no reason to lose the cell's end.
        let _ = catch_unwind(AssertUnwindSafe(|| display.settle()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counts(AtomicUsize);

    impl Settle for Counts {
        fn settle(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn those_that_live_are_told() {
        let counts = Arc::new(Counts(AtomicUsize::new(0)));
        let display: Arc<dyn Settle> = counts.clone();
        at_cell_end(&display);
        settle_all();
        settle_all();
        assert_eq!(counts.0.load(Ordering::Relaxed), 2);
        let weak = Arc::downgrade(&counts);
        drop((counts, display));
        settle_all();
        assert!(weak.upgrade().is_none());
    }
}
