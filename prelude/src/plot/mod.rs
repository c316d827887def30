//! Plots: `plot(&losses)` as the last line of a cell draws a line.
//!
//! A plot is a value. Its methods add series and words, as matplotlib's functions of the same names do; what comes out
//! is an SVG, with a few lines of text beside it for terminals and diffs.
//!
//! ```
//! use wick::prelude::*;
//!
//! let steps = 0..100;
//! let train = plot(steps.clone().map(|i| (-0.05 * i as f64).exp()))
//!     .label("train")
//!     .line(steps.map(|i| 0.1 + (-0.04 * i as f64).exp()))
//!     .label("validation")
//!     .title("Loss")
//!     .xlabel("step")
//!     .log_y();
//! assert!(train.svg().starts_with("<svg"));
//! ```

mod axis;
mod chart;
mod data;
mod draw;
mod histogram;
mod lines;
mod live;
mod text;
mod theme;

pub use chart::Plot;
pub use data::{Data, Number, PlotData, by};
pub use histogram::{Histogram, hist};
pub use live::{LivePlot, live_plot};
pub use theme::{Theme, set_theme, theme};

pub(crate) use draw::escaped;
pub(crate) use theme::hex;

/// A plot with one line. The data is anything like `&values`, `(&xs, &ys)`, a tensor, or an iterator of numbers or of
/// pairs; of a matrix, each column is a line.
///
/// ```
/// use wick::prelude::*;
/// let x = Tensor::linspace(0., 6.28, 50);
/// let sine = plot((&x, x.sin())).title("sin");
/// let squares = plot((0..10).map(|i| i * i));
/// # assert!(sine.svg().contains("sin") && squares.svg().contains("<polyline"));
/// ```
pub fn plot<M>(data: impl PlotData<M>) -> Plot {
    Plot::new().line(data)
}

/// A plot with one series of points (`plt.scatter`). Takes what [`plot()`] takes.
///
/// ```
/// use wick::prelude::*;
/// let (x, y) = (tensor!([1., 2., 3.]), tensor!([2.1, 3.9, 6.2]));
/// let measured = scatter((&x, &y)).label("measured").line((&x, &x * 2.)).label("2x");
/// assert!(measured.svg().contains("<circle"));
/// ```
pub fn scatter<M>(data: impl PlotData<M>) -> Plot {
    Plot::new().points(data)
}

/// A plot with one series of bars (`plt.bar`). Names may stand in place of the x values.
///
/// ```
/// use wick::prelude::*;
/// let counts = bar((["cat", "dog"], [3, 5])).ylabel("images");
/// assert!(counts.svg().contains("dog"));
/// ```
pub fn bar<M>(data: impl PlotData<M>) -> Plot {
    Plot::new().bars(data)
}
