//! Progress bars: `for x in progress(items) { … }`.
//!
//! A bar is one display of the cell, replaced a few times a second. Bars that are made while another runs are its
//! inner ones and stand below it; they go away when they are done. When the outermost ends, a line of text stays
//! behind, also where the loop was left early, interrupted, or panicked.
//!
//! ```
//! use wick::prelude::*;
//!
//! for epoch in progress(0..3).named("epochs") {
//!     for batch in progress(0..10).named("batches") {
//!         let _ = (epoch, batch);
//!     }
//! }
//! ```

mod bar;
mod board;
mod text;

pub use bar::ProgressBar;

use std::fmt::Display;

/// Shows how far the iteration over `items` has come (`tqdm(items)`).
///
/// The length is known of ranges, lists and everything else whose iterator tells it; [`Progress::total`] says it
/// otherwise.
///
/// ```
/// use wick::prelude::*;
/// let mut sum = 0;
/// for x in progress([1, 2, 3]).named("adding") {
///     sum += x;
/// }
/// assert_eq!(sum, 6);
/// ```
pub fn progress<I: IntoIterator>(items: I) -> Progress<I::IntoIter> {
    let items = items.into_iter();
    let total = match items.size_hint() {
        (least, Some(most)) if least == most => Some(most as u64),
        _ => None,
    };
    Progress {
        bar: ProgressBar::waiting(total),
        items,
    }
}

/// A bar that is moved by hand, for loops that are none over an iterator.
///
/// ```
/// use wick::prelude::*;
/// let bar = progress_bar(100).named("download");
/// bar.advance(40);
/// bar.set(100);
/// bar.finish();
/// ```
pub fn progress_bar(total: impl Into<Option<u64>>) -> ProgressBar {
    let bar = ProgressBar::waiting(total.into());
    bar.begin();
    bar
}

/// An iterator that shows how far it has come. Made by [`progress`].
///
/// The example's iterator does not know its length, so it is told.
///
/// ```
/// use wick::prelude::*;
/// let mut lines = progress("a\nb\nc".lines()).named("lines").total(3);
/// while let Some(line) = lines.next() {
///     lines.message(line);
/// }
/// assert!(lines.bar().line().starts_with("lines: 100%|"));
/// ```
#[must_use = "a progress bar moves as it is iterated over"]
pub struct Progress<I> {
    items: I,
    bar: ProgressBar,
}

impl<I> Progress<I> {
    /// Sets what stands in front of the bar: `desc` of tqdm.
    pub fn named(self, name: impl Into<String>) -> Self {
        self.bar.set_name(name.into());
        self
    }

    /// Says how many items there will be, where the iterator does not know.
    pub fn total(self, total: u64) -> Self {
        self.bar.set_total(Some(total));
        self
    }

    /// The bar itself, to write behind it while the loop runs:
    ///
    /// ```
    /// use wick::prelude::*;
    /// let steps = progress(0..10);
    /// let bar = steps.bar();
    /// for step in steps {
    ///     bar.message(format!("loss {:.3}", 1.0 / (step + 1) as f64));
    /// }
    /// ```
    pub fn bar(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// Writes behind the bar; for bars that are not iterated over by a `for` loop.
    pub fn message(&self, message: impl Display) {
        self.bar.message(message);
    }
}

impl<I: Iterator> Iterator for Progress<I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.bar.step();
        let item = self.items.next();
        if item.is_none() {
            self.bar.finish();
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl<I: ExactSizeIterator> ExactSizeIterator for Progress<I> {}

/// A loop that is left early leaves its bar where it stands.
impl<I> Drop for Progress<I> {
    fn drop(&mut self) {
        self.bar.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_comes_through_and_is_counted() {
        let steps = progress(vec!['a', 'b', 'c']);
        let bar = steps.bar();
        assert_eq!(steps.collect::<String>(), "abc");
        assert_eq!(bar.position(), 3);
        assert!(bar.line().starts_with("100%|"), "{}", bar.line());
    }

    #[test]
    fn a_loop_that_is_left_stops_its_bar() {
        let steps = progress(0..10).named("steps");
        let bar = steps.bar();
        for step in steps {
            if step == 3 {
                break;
            }
        }
        assert_eq!(bar.position(), 3);
        assert!(bar.line().starts_with("steps:  30%|"), "{}", bar.line());
    }

    #[test]
    fn without_a_length_it_counts() {
        let steps = progress(std::iter::repeat(1)).bar();
        assert!(steps.line().starts_with("0it ["), "{}", steps.line());
        let known = progress((0..10).filter(|i| i % 2 == 0)).total(5);
        assert_eq!(known.count(), 5);
    }
}
