//! How values are spread.

use super::chart::{Kind, Plot};
use super::data::{Data, PlotData};
use wick_runtime::display::DisplayHandle;
use wick_runtime::{MimeBundle, Rich};

/// Counts in bins of equal width. Shown as the last line of a cell. Made by [`hist`] and
/// [`Tensor::hist`](crate::Tensor::hist).
///
/// ```
/// use wick::prelude::*;
/// let rolls = hist([1, 2, 2, 3, 3, 3, 9]).bins(3).range(0.5, 3.5).title("rolls");
/// assert_eq!(rolls.counts(), [(0.5, 1), (1.5, 2), (2.5, 3)]); // 9 lies outside
/// assert!(rolls.svg().contains("rolls"));
/// let limited = rolls.plot().ylim(0., 10.).xlabel("pips");
/// rolls.show();
/// ```
#[derive(Clone, Debug)]
pub struct Histogram {
    values: Vec<f64>,
    bins: Option<usize>,
    range: Option<(f64, f64)>,
    title: String,
}

/// A histogram of all the values in `data` (`plt.hist`). A tensor may have any shape.
///
/// ```
/// use wick::prelude::*;
/// let spread = hist([1., 2., 2., 3.]).bins(2);
/// assert_eq!(spread.counts(), [(1., 1), (2., 3)]);
/// ```
pub fn hist<M>(data: impl PlotData<M>) -> Histogram {
    let values = data.data().series.into_iter().flatten();
    Histogram::new(values.map(|point| point[1]).collect())
}

impl Histogram {
    pub(crate) fn new(values: Vec<f64>) -> Self {
        Self {
            values: values
                .into_iter()
                .filter(|value| value.is_finite())
                .collect(),
            bins: None,
            range: None,
            title: String::new(),
        }
    }

    /// Sets how many bins there are. About the square root of the number of values unless it is said, but from 10 to
    /// 60.
    pub fn bins(mut self, bins: usize) -> Self {
        self.bins = Some(bins.max(1));
        self
    }

    /// Counts only what lies between the two, the ends included.
    pub fn range(mut self, from: f64, to: f64) -> Self {
        self.range = Some((from, to));
        self
    }

    /// Sets what stands above it.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The left edge of each bin, and how many values lie in it. The last bin includes its right edge.
    pub fn counts(&self) -> Vec<(f64, usize)> {
        let (from, width, bins) = self.layout();
        let mut counts = vec![0; bins];
        let to = from + width * bins as f64;
        for value in self
            .values
            .iter()
            .filter(|value| (from..=to).contains(*value))
        {
            counts[(((value - from) / width) as usize).min(bins - 1)] += 1;
        }
        let edges = (0..bins).map(|bin| from + width * bin as f64);
        edges.zip(counts).collect()
    }

    /// Where the first bin begins, how wide each is, and how many there are.
    fn layout(&self) -> (f64, f64, usize) {
        let bins = self
            .bins
            .unwrap_or_else(|| ((self.values.len() as f64).sqrt() as usize).clamp(10, 60));
        let all = || self.values.iter().copied();
        let (from, to) = self.range.unwrap_or_else(|| {
            (
                all().fold(f64::INFINITY, f64::min),
                all().fold(f64::NEG_INFINITY, f64::max),
            )
        });
        let (from, to) = match from < to {
            true => (from, to),
            false if from.is_finite() => (from - 0.5, from + 0.5),
            false => (0.0, 1.0),
        };
        (from, (to - from) / bins as f64, bins)
    }

    /// The histogram as a [`Plot`], for labels, limits and other series.
    pub fn plot(&self) -> Plot {
        let points = self
            .counts()
            .into_iter()
            .map(|(edge, count)| [edge, count as f64]);
        let data = Data {
            series: vec![points.collect()],
            categories: Vec::new(),
        };
        let plot = Plot::new().with(Kind::Bins(self.layout().1), data);
        plot.title(&*self.title).ylabel("count")
    }

    /// The picture as the text of an SVG.
    pub fn svg(&self) -> String {
        self.plot().svg()
    }

    /// Shows it here, in the middle of a cell.
    pub fn show(&self) -> DisplayHandle {
        wick_runtime::display::display(self)
    }
}

impl Rich for Histogram {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        self.plot().mime_bundle()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_counted_once() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i).sin()).collect();
        let counts = Histogram::new(values).counts();
        assert_eq!(counts.iter().map(|bin| bin.1).sum::<usize>(), 1000);
        assert_eq!(counts.len(), 31);
    }

    #[test]
    fn equal_values_have_a_bin() {
        let counts = Histogram::new(vec![2.0; 5]).bins(2).counts();
        assert_eq!(counts, [(1.5, 0), (2.0, 5)]);
        assert_eq!(Histogram::new(Vec::new()).counts().len(), 10);
    }

    #[test]
    fn a_range_leaves_out_what_lies_outside() {
        let counts = Histogram::new(vec![-1.0, 0.0, 0.5, 1.0, 2.0])
            .bins(2)
            .range(0.0, 1.0)
            .counts();
        assert_eq!(counts, [(0.0, 1), (0.5, 2)]);
    }
}
