//! A plot and what can be said of it.

use super::data::{Data, PlotData};
use super::text::{short, spark};
use super::theme::Theme;
use super::{axis::Axis, draw};
use wick_runtime::display::DisplayHandle;
use wick_runtime::{Forms, MimeBundle, Rich};

/// Series in a common frame. Shown as the last line of a cell, or by [`Plot::show`] in its middle.
///
/// Methods that add or change something give the plot back: `plot(&a).label("a").points(&b).title("both")`. Python's
/// `matplotlib.pyplot` has functions of the same names.
///
/// ```
/// use wick::prelude::*;
/// use wick::plot::{Plot, Theme};
///
/// let figure = Plot::new()
///     .line([1.0, 0.5, 0.25, 0.125])
///     .points([(0, 0.9), (2, 0.3)])
///     .labels(["train", "measured"])
///     .title("Loss")
///     .xlabel("epoch")
///     .ylabel("cross entropy")
///     .xlim(-0.5, 3.5)
///     .log_y()
///     .size(480, 300)
///     .theme(Theme::Clear)
///     .grid(false);
/// assert!(figure.svg().contains("cross entropy"));
/// figure.show();
/// ```
///
/// Where no pictures can be seen, a plot is a few lines of text:
///
/// ```
/// use wick::prelude::*;
/// use wick::wick_runtime::Rich;
///
/// let text = plot([1, 2, 4, 8]).label("doubled").title("Growth").mime_bundle().unwrap()["text/plain"].clone();
/// assert_eq!(text, "Growth (x: 0 to 3)\n  doubled  ▁▂▄█  1 to 8");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Plot {
    pub(super) series: Vec<Series>,
    pub(super) categories: Vec<String>,
    pub(super) title: String,
    pub(super) xlabel: String,
    pub(super) ylabel: String,
    pub(super) log: [bool; 2],
    pub(super) limits: [Option<(f64, f64)>; 2],
    pub(super) size: Option<(u32, u32)>,
    pub(super) theme: Option<Theme>,
    pub(super) without_grid: bool,
}

/// Points that belong together.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub kind: Kind,
    pub points: Vec<[f64; 2]>,
    pub label: String,
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Line,
    Points,
    /// From zero up, around each point; bars of several series stand side by side.
    Bars,
    /// From zero up, each to the right of its point and this wide.
    Bins(f64),
}

impl Plot {
    /// An empty plot, to which the other methods add series.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line, or one for each column of a matrix (`plt.plot`). Takes what [`plot`](super::plot()) takes.
    pub fn line<M>(self, data: impl PlotData<M>) -> Self {
        self.with(Kind::Line, data.data())
    }

    /// Adds points that no line joins (`plt.scatter`). Takes what [`plot`](super::plot()) takes.
    pub fn points<M>(self, data: impl PlotData<M>) -> Self {
        self.with(Kind::Points, data.data())
    }

    /// Adds bars from zero up (`plt.bar`). Bars of several series stand side by side.
    ///
    /// ```
    /// use wick::prelude::*;
    /// use wick::plot::Plot;
    /// let animals = ["cat", "dog"];
    /// let counts = Plot::new().bars((animals, [3, 5])).label("train").bars((animals, [1, 2])).label("test");
    /// assert!(counts.svg().contains("dog"));
    /// ```
    pub fn bars<M>(self, data: impl PlotData<M>) -> Self {
        self.with(Kind::Bars, data.data())
    }

    pub(super) fn with(mut self, kind: Kind, data: Data) -> Self {
        let series = data.series.into_iter();
        self.series.extend(series.map(|points| Series {
            kind,
            points,
            label: String::new(),
        }));
        if !data.categories.is_empty() {
            self.categories = data.categories;
        }
        self
    }

    /// Names the series that was added last, for the legend.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let both = plot([3, 2, 1]).label("train").line([4, 3, 3]).label("validation");
    /// assert!(both.svg().contains("validation"));
    /// ```
    pub fn label(mut self, label: impl Into<String>) -> Self {
        if let Some(series) = self.series.last_mut() {
            series.label = label.into();
        }
        self
    }

    /// Names the series in the order in which they were added. Names beyond the last series are left out.
    pub fn labels<S: Into<String>>(mut self, labels: impl IntoIterator<Item = S>) -> Self {
        for (series, label) in self.series.iter_mut().zip(labels) {
            series.label = label.into();
        }
        self
    }

    /// Sets what stands above the plot (`plt.title`).
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets what stands below the x axis (`plt.xlabel`).
    pub fn xlabel(mut self, label: impl Into<String>) -> Self {
        self.xlabel = label.into();
        self
    }

    /// Sets what stands beside the y axis (`plt.ylabel`).
    pub fn ylabel(mut self, label: impl Into<String>) -> Self {
        self.ylabel = label.into();
        self
    }

    /// Makes the x axis logarithmic (`plt.xscale("log")`). What is not positive is left out.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let rates = plot([(1e-4, 0.9), (1e-3, 0.4), (1e-2, 0.7)]).log_x().xlabel("learning rate");
    /// assert!(rates.svg().contains("learning rate"));
    /// ```
    pub fn log_x(mut self) -> Self {
        self.log[0] = true;
        self
    }

    /// Makes the y axis logarithmic (`plt.yscale("log")`). What is not positive is left out.
    pub fn log_y(mut self) -> Self {
        self.log[1] = true;
        self
    }

    /// Shows this part of the x axis (`plt.xlim`). The greater number first turns the axis around.
    ///
    /// # Panics
    /// If the two are equal, or one is not finite.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let end = plot((0..100).map(|i| 1.0 / (1 + i) as f64)).xlim(90., 99.);
    /// assert!(end.svg().contains("\n92\n"));
    /// ```
    pub fn xlim(mut self, from: f64, to: f64) -> Self {
        self.limits[0] = Some(limits(from, to));
        self
    }

    /// Shows this part of the y axis (`plt.ylim`). The greater number first turns the axis around.
    ///
    /// # Panics
    /// If the two are equal, or one is not finite.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let accuracy = plot([0.71, 0.83, 0.86]).ylim(0., 1.);
    /// assert!(accuracy.svg().contains("\n0.2\n"));
    /// ```
    pub fn ylim(mut self, from: f64, to: f64) -> Self {
        self.limits[1] = Some(limits(from, to));
        self
    }

    /// Sets width and height in pixels. Default 640 by 400; at least 120 by 90 and at most 4000 by 4000.
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = Some((width.clamp(120, 4000), height.clamp(90, 4000)));
        self
    }

    /// Sets the colours of this plot; [`set_theme`](super::set_theme) sets them for all.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = Some(theme);
        self
    }

    /// Sets whether lines go from the ticks through the plot (`plt.grid`), which they do at first.
    pub fn grid(mut self, grid: bool) -> Self {
        self.without_grid = !grid;
        self
    }

    /// The picture as the text of an SVG.
    pub fn svg(&self) -> String {
        draw::svg(self)
    }

    /// Writes the picture to a file, as an SVG (`plt.savefig`).
    ///
    /// # Errors
    /// Where it cannot be written.
    ///
    /// ```
    /// use wick::prelude::*;
    /// let file = std::env::temp_dir().join(format!("wick-doc-plot-{}.svg", std::process::id()));
    /// plot([3, 1, 2]).save(&file).unwrap();
    /// assert!(std::fs::read_to_string(&file).unwrap().starts_with("<svg"));
    /// std::fs::remove_file(file).unwrap();
    /// ```
    pub fn save(&self, path: impl AsRef<std::path::Path>) -> std::io::Result<()> {
        std::fs::write(path, self.svg())
    }

    /// Shows the plot here, in the middle of a cell (`plt.show`). The handle that comes back can replace it.
    pub fn show(&self) -> DisplayHandle {
        wick_runtime::display::display(self)
    }

    /// The axes that hold everything.
    pub(super) fn axes(&self) -> [Axis; 2] {
        let points = || self.series.iter().flat_map(|series| series.points.iter());
        let from_zero = self
            .series
            .iter()
            .any(|series| matches!(series.kind, Kind::Bars | Kind::Bins(_)));
        let zero = (from_zero && !self.log[1]).then_some(0.0);
        let width = self.bar_width();
        let ends = self.series.iter().flat_map(|series| {
            let (left, right) = match series.kind {
                Kind::Bars => (width / 2.0, width / 2.0),
                Kind::Bins(width) => (0.0, width),
                _ => (0.0, 0.0),
            };
            series
                .points
                .iter()
                .flat_map(move |point| [point[0] - left, point[0] + right])
        });
        let mut x = ends;
        let mut y = points().map(|point| point[1]).chain(zero);
        [
            Axis::new(&mut x, self.limits[0], self.log[0]).named(&self.categories),
            Axis::new(&mut y, self.limits[1], self.log[1])
                .touching_zero(from_zero && self.limits[1].is_none()),
        ]
    }

    /// How wide the bars at one place are together: four fifths of the distance to the next.
    pub(super) fn bar_width(&self) -> f64 {
        let bars = self
            .series
            .iter()
            .filter(|series| series.kind == Kind::Bars);
        let mut places: Vec<f64> = bars
            .flat_map(|series| series.points.iter().map(|point| point[0]))
            .collect();
        places.sort_by(f64::total_cmp);
        let gaps = places
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .filter(|gap| *gap > 0.0);
        let gap = gaps.fold(f64::INFINITY, f64::min);
        0.8 * if gap.is_finite() { gap } else { 1.0 }
    }

    /// The plain text: the title, then each series as a row of blocks.
    fn text(&self) -> String {
        let mut lines = Vec::new();
        let title = if self.title.is_empty() {
            "plot"
        } else {
            &self.title
        };
        let axis = |label: &str| {
            if label.is_empty() {
                String::new()
            } else {
                format!(" {label}")
            }
        };
        let [mut left, mut right] = [f64::INFINITY, f64::NEG_INFINITY];
        for point in self.series.iter().flat_map(|series| &series.points) {
            (left, right) = (left.min(point[0]), right.max(point[0]));
        }
        if left.is_finite() && self.categories.is_empty() {
            lines.push(format!(
                "{title} (x{}: {} to {})",
                axis(&self.xlabel),
                short(left),
                short(right)
            ));
        } else {
            lines.push(title.to_owned());
        }
        let width = self
            .series
            .iter()
            .map(|series| series.label.chars().count())
            .max()
            .unwrap_or(0);
        for Series { points, label, .. } in &self.series {
            let values: Vec<f64> = points.iter().map(|point| point[1]).collect();
            let label = format!("{label:width$}{}", if width > 0 { "  " } else { "" });
            let ends = match (values.first(), values.last()) {
                (Some(first), Some(last)) => format!("{} to {}", short(*first), short(*last)),
                _ => "no points".into(),
            };
            lines.push(format!("  {label}{}  {ends}", spark(&values, 40)));
        }
        lines.join("\n")
    }
}

/// Two ends that differ.
#[track_caller]
fn limits(from: f64, to: f64) -> (f64, f64) {
    assert!(
        from.is_finite() && to.is_finite() && from != to,
        "an axis goes from one finite number to another, not from {from} to {to}"
    );
    (from, to)
}

impl Rich for Plot {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        Forms::text(self.text()).svg(self.svg()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{bar, plot};
    use super::*;

    #[test]
    fn the_text_says_what_the_picture_shows() {
        let losses = plot([4.0, 2.0, 1.0, 0.5])
            .label("train")
            .title("Loss")
            .xlabel("step");
        let forms = losses.mime_bundle().unwrap();
        assert_eq!(
            forms["text/plain"],
            "Loss (x step: 0 to 3)\n  train  █▄▂▁  4 to 0.5"
        );
        assert!(
            forms["image/svg+xml"]
                .as_str()
                .unwrap()
                .contains("<title>Loss</title>")
        );
    }

    #[test]
    fn odd_plots_are_drawn_too() {
        let empty: [f64; 0] = [];
        for plot in [
            Plot::new(),
            plot(empty),
            plot([f64::NAN]),
            plot([1.0]).log_x().log_y(),
            plot([-1.0, 0.0]).log_y(),
            plot([f64::INFINITY, 1.0, 2.0]),
            bar((["a"], [0.0])),
            plot([1e-320, 1e300]),
            plot([0.0, 1.0]).size(1, 1).title("long ".repeat(50)),
        ] {
            assert!(plot.svg().ends_with("</svg>\n"), "{plot:?}");
        }
    }

    #[test]
    fn words_cannot_break_the_picture() {
        let svg = plot([1, 2]).title("<a & b>").label("\"<c>\"").svg();
        assert!(!svg.contains("<a") && !svg.contains("<c>"));
    }

    #[test]
    fn bars_stand_on_zero() {
        let [_, y] = bar((["a", "b"], [3, 5])).axes();
        assert_eq!(y.share(0.0), 0.0);
    }
}
