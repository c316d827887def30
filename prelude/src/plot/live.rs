//! A plot that grows while a loop runs.

use super::chart::{Kind, Plot, Series};
use super::data::Number;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use wick_runtime::display::{DisplayHandle, display};
use wick_runtime::settle::{Settle, at_cell_end};
use wick_runtime::{MimeBundle, Rich};

/// A plot that is drawn again as values are added, a few times a second at most, and once more when the cell ends.
///
/// It is a handle: `clone()` gives another to the same plot. A later cell may go on adding; the plot stays where it was
/// first shown. As the last line of a cell it shows nothing more.
///
/// ```
/// use wick::prelude::*;
/// use wick::plot::{LivePlot, Plot};
///
/// let live = LivePlot::new(Plot::new().title("loss").xlabel("step").log_y());
/// for step in 0..100 {
///     let loss = tensor!(0.95).pow(step);
///     live.push("train", &loss);
///     if step % 20 == 0 {
///         live.push_at("validation", step, loss.item::<f64>() * 1.1);
///     }
/// }
/// assert!(live.plot().svg().contains("validation"));
/// ```
#[derive(Clone)]
pub struct LivePlot(Arc<Live>);

struct Live {
    state: Mutex<State>,
}

struct State {
    plot: Plot,
    shown: Option<DisplayHandle>,
    /// When it was drawn, and how long that took.
    drawn: Instant,
    took: Duration,
    behind: bool,
}

/// Time between two drawings; more where drawing takes long.
const PAUSE: Duration = Duration::from_millis(200);

/// A live plot with this title.
///
/// ```
/// use wick::prelude::*;
///
/// let live = live_plot("loss");
/// for step in 1..=100 {
///     live.push("train", 1.0 / step as f64);
///     if step % 10 == 0 {
///         live.push_at("validation", step, 1.2 / step as f64);
///     }
/// }
/// ```
pub fn live_plot(title: impl Into<String>) -> LivePlot {
    LivePlot::new(Plot::new().title(title))
}

impl LivePlot {
    /// A plot that is already set up, with labels, limits or logarithmic axes: `LivePlot::new(Plot::new().log_y())`.
    pub fn new(plot: Plot) -> Self {
        let live = Arc::new(Live {
            state: Mutex::new(State {
                plot,
                shown: None,
                drawn: Instant::now(),
                took: Duration::ZERO,
                behind: false,
            }),
        });
        let settles: Arc<dyn Settle> = live.clone();
        at_cell_end(&settles);
        Self(live)
    }

    /// Adds a value to the line `name`, one place further than its last. A loss may be given as it is, a tensor of one
    /// element. A line begins with its first value, at 0.
    #[track_caller]
    pub fn push(&self, name: &str, value: impl Number) {
        self.0.push(name, None, value.number());
    }

    /// Adds a value to the line `name` above `x`.
    #[track_caller]
    pub fn push_at(&self, name: &str, x: impl Number, value: impl Number) {
        self.0.push(name, Some(x.number()), value.number());
    }

    /// The plot as it is now: a copy, to change or to save.
    pub fn plot(&self) -> Plot {
        self.0.state().plot.clone()
    }
}

impl Live {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, name: &str, x: Option<f64>, y: f64) {
        wick_runtime::interrupt::check();
        let mut state = self.state();
        let series = &mut state.plot.series;
        let at = series
            .iter()
            .position(|series| series.label == name)
            .unwrap_or_else(|| {
                series.push(Series {
                    kind: Kind::Line,
                    points: Vec::new(),
                    label: name.to_owned(),
                });
                series.len() - 1
            });
        let points = &mut series[at].points;
        let x = x.unwrap_or_else(|| points.last().map_or(0.0, |last| last[0] + 1.0));
        points.push([x, y]);
        state.behind = true;
        let pause = PAUSE.max(state.took * 10);
        // Where nobody sees it change, it is drawn once, at the end.
        let is_seen = wick_runtime::display::has_kernel();
        if is_seen && (state.shown.is_none() || state.drawn.elapsed() >= pause) {
            state.draw();
        }
    }
}

impl State {
    fn draw(&mut self) {
        let begun = Instant::now();
        match &self.shown {
            Some(shown) => shown.update(&self.plot),
            None => self.shown = Some(display(&self.plot)),
        }
        self.behind = false;
        self.drawn = Instant::now();
        self.took = begun.elapsed();
    }
}

impl Settle for Live {
    fn settle(&self) {
        let mut state = self.state();
        if state.behind {
            state.draw();
        }
    }
}

/// The last handle is gone: what was added last is shown.
impl Drop for Live {
    fn drop(&mut self) {
        self.settle();
    }
}

impl Rich for LivePlot {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_to_the_lines_they_name() {
        let live = live_plot("loss");
        for step in 0..3 {
            live.push("train", step);
        }
        live.push_at("test", 2, 5.0);
        live.push("test", 6.0);
        let plot = live.plot();
        assert_eq!(plot.series[0].points, [[0., 0.], [1., 1.], [2., 2.]]);
        assert_eq!(plot.series[1].points, [[2., 5.], [3., 6.]]);
    }
}
