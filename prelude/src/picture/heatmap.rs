//! A matrix in colours.

use crate::Tensor;
use crate::plot::{Theme, escaped, hex, theme};
use image::{ImageFormat, RgbImage};
use std::fmt::Write as _;
use std::io::Cursor;
use wick_runtime::display::DisplayHandle;
use wick_runtime::{Forms, MimeBundle, Rich};

/// A matrix of which each number is a coloured field, with a scale beside it. Made by [`heatmap`].
///
/// ```
/// use wick::prelude::*;
/// use wick::plot::Theme;
///
/// let weights = tensor!([[0.9, 0.1, 0.0], [0.2, 0.5, 0.3]]);
/// let attention = heatmap(&weights)
///     .title("Attention")
///     .columns(["the", "black", "cat"])
///     .rows(["die", "Katze"])
///     .xlabel("source")
///     .ylabel("target")
///     .range(0., 1.)
///     .numbers(true)
///     .theme(Theme::Clear);
/// assert!(attention.svg().contains("Katze"));
/// attention.show();
///
/// // Where the rows are the columns' kind, one list names both.
/// let distances = heatmap(&tensor!([[0, 7], [7, 0]])).names(["Bonn", "Ulm"]);
/// ```
#[derive(Clone, Debug)]
pub struct Heatmap {
    tensor: Tensor,
    title: String,
    xlabel: String,
    ylabel: String,
    names: [Vec<String>; 2],
    range: Option<(f64, f64)>,
    numbers: Option<bool>,
    theme: Option<Theme>,
}

/// A matrix in colours (`plt.imshow`, `seaborn.heatmap`): dark blue is the least and yellow the greatest (viridis). Small
/// matrices have their numbers written in them.
///
/// ```
/// use wick::prelude::*;
/// let confusion = heatmap(&tensor!([[50, 3], [5, 42]])).names(["cat", "dog"]).xlabel("predicted").ylabel("true");
/// assert!(confusion.svg().contains("predicted"));
/// ```
///
/// # Panics
/// For a tensor that is no matrix.
#[track_caller]
pub fn heatmap(tensor: &Tensor) -> Heatmap {
    let dims = tensor.dims();
    assert!(
        dims.len() == 2 && tensor.numel() > 0,
        "a heat map takes a matrix, not a tensor of shape {dims:?}"
    );
    Heatmap {
        tensor: tensor.detach(),
        title: String::new(),
        xlabel: String::new(),
        ylabel: String::new(),
        names: [Vec::new(), Vec::new()],
        range: None,
        numbers: None,
        theme: None,
    }
}

/// Colours of viridis at equal distances, from matplotlib (Smith and van der Walt 2015).
const VIRIDIS: [[u8; 3]; 11] = [
    [68, 1, 84],
    [72, 36, 117],
    [65, 68, 135],
    [53, 95, 141],
    [42, 120, 142],
    [33, 145, 140],
    [34, 168, 132],
    [68, 191, 112],
    [122, 209, 81],
    [189, 223, 38],
    [253, 231, 37],
];

/// What is no number.
const NOTHING: [u8; 3] = [160, 160, 160];

fn color(share: f64) -> [u8; 3] {
    if share.is_nan() {
        return NOTHING;
    }
    let place = share.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let at = (place as usize).min(VIRIDIS.len() - 2);
    let between = place - at as f64;
    [0, 1, 2].map(|part| {
        let (from, to) = (
            f64::from(VIRIDIS[at][part]),
            f64::from(VIRIDIS[at + 1][part]),
        );
        (from + (to - from) * between).round() as u8
    })
}

/// The longer side of the coloured area, in pixels.
const SIDE: f64 = 320.0;

/// No matrix is drawn finer than this; several numbers then share a field, by their mean.
const FINEST: usize = 640;

/// Up to this many rows and columns have their numbers written in them.
const WRITTEN: usize = 12;

/// A letter's width as a part of its height.
const LETTER: f64 = 0.6;

impl Heatmap {
    /// Sets what stands above it.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets what the columns are, below them.
    pub fn xlabel(mut self, label: impl Into<String>) -> Self {
        self.xlabel = label.into();
        self
    }

    /// Sets what the rows are, beside them.
    pub fn ylabel(mut self, label: impl Into<String>) -> Self {
        self.ylabel = label.into();
        self
    }

    /// Names the columns and the rows, where both have the same.
    pub fn names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        self.names = [names.clone(), names];
        self
    }

    /// Names the columns. Without names a few of them have their index.
    pub fn columns<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names[0] = names.into_iter().map(Into::into).collect();
        self
    }

    /// Names the rows. Without names a few of them have their index.
    pub fn rows<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.names[1] = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the values at the ends of the scale, in place of the least and the greatest (`vmin` and `vmax`).
    pub fn range(mut self, from: f64, to: f64) -> Self {
        self.range = Some((from, to));
        self
    }

    /// Sets whether the numbers are written in their fields. They are in up to 12 rows and columns, unless it is said.
    pub fn numbers(mut self, written: bool) -> Self {
        self.numbers = Some(written);
        self
    }

    /// Sets the colours of the words and of the ground.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = Some(theme);
        self
    }

    /// Shows it here, in the middle of a cell.
    pub fn show(&self) -> DisplayHandle {
        wick_runtime::display::display(self)
    }

    /// The picture as the text of an SVG.
    pub fn svg(&self) -> String {
        let dims = self.tensor.dims();
        let (rows, columns) = (dims[0], dims[1]);
        let values: Vec<f64> = self.tensor.to_vec();
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let (from, to) = self.range.unwrap_or_else(|| {
            (
                finite().fold(f64::INFINITY, f64::min),
                finite().fold(f64::NEG_INFINITY, f64::max),
            )
        });
        let share = |value: f64| {
            if to > from {
                (value - from) / (to - from)
            } else {
                value * 0.0 + 0.5
            }
        };

        let field = SIDE / rows.max(columns) as f64;
        let is_written = self
            .numbers
            .unwrap_or(rows <= WRITTEN && columns <= WRITTEN);
        // A narrow matrix is not drawn as a thread.
        let (field_x, field_y) = (
            field.max(40.0 / columns as f64),
            field.max(40.0 / rows as f64),
        );
        let (width, height) = (field_x * columns as f64, field_y * rows as f64);
        let names = [
            self.axis_names(0, columns, field_x),
            self.axis_names(1, rows, field_y),
        ];
        let longest = |names: &[(f64, String)]| {
            names
                .iter()
                .map(|(_, name)| name.chars().count())
                .max()
                .unwrap_or(0) as f64
        };
        let is_slanted = names[0]
            .iter()
            .any(|(_, name)| name.chars().count() as f64 * 11.0 * LETTER > field_x.max(30.0) + 6.0);
        let label_height = if is_slanted {
            longest(&names[0]) * 11.0 * LETTER * 0.71 + 16.0
        } else {
            22.0
        };
        // Slanted names begin to the left of their field.
        let slanted = if is_slanted {
            (longest(&names[0]) * 11.0 * LETTER * 0.75 - field_x / 2.0 + 8.0).max(0.0)
        } else {
            0.0
        };
        let left = longest(&names[1]) * 11.0 * LETTER
            + 18.0
            + if self.ylabel.is_empty() { 0.0 } else { 20.0 };
        let left = left.max(slanted);
        let top = if self.title.is_empty() { 12.0 } else { 36.0 };
        let bottom = label_height + if self.xlabel.is_empty() { 4.0 } else { 24.0 };
        let middle = (from + to) / 2.0;
        // What rounding has left of zero is none.
        let middle = if middle.abs() < (to - from) * 1e-3 {
            0.0
        } else {
            middle
        };
        let scale_words = [from, middle, to].map(short);
        let scale_width =
            scale_words.iter().map(|word| word.len()).max().unwrap_or(1) as f64 * 11.0 * LETTER;
        let title_width = self.title.chars().count() as f64 * 16.0 * LETTER + 16.0;
        let all_width = (left + width + 18.0 + 12.0 + 8.0 + scale_width + 10.0)
            .max(title_width)
            .ceil();
        let all_height = (top + height.max(90.0) + bottom).ceil();

        let colors = self.theme.unwrap_or_else(theme).colors();
        let text = hex(colors.text);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{all_width}\" height=\"{all_height}\" \
             viewBox=\"0 0 {all_width} {all_height}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"{text}\">\n\
             <title>{}</title>\n",
            escaped(if self.title.is_empty() {
                "heat map"
            } else {
                &self.title
            })
        );
        // Writing to a String cannot fail, so the results below say nothing.
        if let Some(ground) = colors.ground {
            let _ = writeln!(
                svg,
                "<rect width=\"{all_width}\" height=\"{all_height}\" fill=\"{}\"/>",
                hex(ground)
            );
        }
        if !self.title.is_empty() {
            let middle = (left + width / 2.0)
                .max(title_width / 2.0)
                .min(all_width - title_width / 2.0);
            let _ = writeln!(
                svg,
                "<text x=\"{middle:.1}\" y=\"23\" font-size=\"16\" text-anchor=\"middle\">{}</text>",
                escaped(&self.title)
            );
        }
        let picture = embedded(&mean_pixels(&values, rows, columns, &share));
        let _ = writeln!(
            svg,
            "<image x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" preserveAspectRatio=\"none\" \
             style=\"image-rendering:pixelated\" href=\"{picture}\"/>"
        );
        if is_written {
            self.write_numbers(
                &mut svg,
                &values,
                columns,
                [left, top, field_x, field_y],
                &share,
            );
        }
        for (place, name) in &names[0] {
            let (x, y) = (left + place * field_x, top + height + 15.0);
            let _ = if is_slanted {
                writeln!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\" transform=\"rotate(-45 {x:.1} {y:.1})\">{}</text>",
                    escaped(name)
                )
            } else {
                writeln!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>",
                    escaped(name)
                )
            };
        }
        for (place, name) in &names[1] {
            let (x, y) = (left - 7.0, top + place * field_y + 4.0);
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>",
                escaped(name)
            );
        }
        if !self.xlabel.is_empty() {
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"13\" text-anchor=\"middle\">{}</text>",
                left + width / 2.0,
                all_height - 8.0,
                escaped(&self.xlabel)
            );
        }
        if !self.ylabel.is_empty() {
            let y = top + height / 2.0;
            let _ = writeln!(
                svg,
                "<text x=\"18\" y=\"{y:.1}\" font-size=\"13\" text-anchor=\"middle\" transform=\"rotate(-90 18 {y:.1})\">{}</text>",
                escaped(&self.ylabel)
            );
        }
        let bar = height.max(80.0);
        let steps: Vec<f64> = (0..64).rev().map(|at| f64::from(at) / 63.0).collect();
        let x = left + width + 18.0;
        let _ = writeln!(
            svg,
            "<image x=\"{x:.1}\" y=\"{top:.1}\" width=\"12\" height=\"{bar:.1}\" preserveAspectRatio=\"none\" href=\"{}\"/>",
            embedded(&mean_pixels(&steps, steps.len(), 1, &|share| share))
        );
        for (at, word) in scale_words.iter().rev().enumerate() {
            let y = (top + bar * at as f64 / 2.0 + 4.0).clamp(top + 9.0, top + bar);
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{y:.1}\">{word}</text>",
                x + 20.0
            );
        }
        svg + "</svg>\n"
    }

    /// The names along an axis, each with its place in fields. Without names of one's own, a few indices.
    fn axis_names(&self, axis: usize, count: usize, field: f64) -> Vec<(f64, String)> {
        let own = &self.names[axis];
        if !own.is_empty() {
            let names = own.iter().take(count).enumerate();
            return names
                .map(|(at, name)| (at as f64 + 0.5, name.clone()))
                .collect();
        }
        let rough = 32.0 / field;
        let step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
            .into_iter()
            .find(|step| f64::from(*step) >= rough)
            .unwrap_or(10_000) as usize;
        (0..count)
            .step_by(step)
            .map(|at| (at as f64 + 0.5, at.to_string()))
            .collect()
    }

    fn write_numbers(
        &self,
        svg: &mut String,
        values: &[f64],
        columns: usize,
        [left, top, x, y]: [f64; 4],
        share: &dyn Fn(f64) -> f64,
    ) {
        let is_whole = !self.tensor.dtype().is_floating_point();
        for (at, value) in values.iter().enumerate() {
            let word = if is_whole {
                format!("{value:.0}")
            } else {
                short(*value)
            };
            let size = (x / (word.len() as f64 * LETTER))
                .min(y * 0.5)
                .clamp(4.0, 12.0);
            let [r, g, b] = color(share(*value)).map(f64::from);
            let ink = if 0.299 * r + 0.587 * g + 0.114 * b > 128.0 {
                "#111111"
            } else {
                "#ffffff"
            };
            let (column, row) = ((at % columns) as f64, (at / columns) as f64);
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{size:.1}\" text-anchor=\"middle\" fill=\"{ink}\">{word}</text>",
                left + (column + 0.5) * x,
                top + (row + 0.5) * y + size * 0.35,
            );
        }
    }
}

/// A number in about three digits.
fn short(value: f64) -> String {
    match value.abs() {
        _ if !value.is_finite() => value.to_string(),
        0.0 => "0".into(),
        0.01..1e4 => {
            let text = format!("{value:.2}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => format!("{value:.1e}"),
    }
}

/// A pixel for each number, or for the mean of neighbours where there are many.
fn mean_pixels(
    values: &[f64],
    rows: usize,
    columns: usize,
    share: &dyn Fn(f64) -> f64,
) -> RgbImage {
    let (step_y, step_x) = (rows.div_ceil(FINEST), columns.div_ceil(FINEST));
    let (height, width) = (rows.div_ceil(step_y), columns.div_ceil(step_x));
    RgbImage::from_fn(width as u32, height as u32, |x, y| {
        let (top, left) = (y as usize * step_y, x as usize * step_x);
        let (mut sum, mut count) = (0.0, 0.0);
        for row in top..(top + step_y).min(rows) {
            for value in &values[row * columns + left..row * columns + (left + step_x).min(columns)]
            {
                sum += value;
                count += 1.0;
            }
        }
        image::Rgb(color(share(sum / count)))
    })
}

/// A picture inside of another.
fn embedded(picture: &RgbImage) -> String {
    let mut bytes = Cursor::new(Vec::new());
    // Writing to memory fails for no picture of this kind.
    let _ = picture.write_to(&mut bytes, ImageFormat::Png);
    format!(
        "data:image/png;base64,{}",
        wick_runtime::kinds::base64(&bytes.into_inner())
    )
}

impl Rich for Heatmap {
    fn mime_bundle(&self) -> Option<MimeBundle> {
        let title = if self.title.is_empty() {
            String::new()
        } else {
            format!("{}\n", self.title)
        };
        Forms::text(format!("{title}{}", self.tensor))
            .svg(self.svg())
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor;

    #[test]
    fn colours_run_from_violet_to_yellow() {
        assert_eq!(color(0.0), [68, 1, 84]);
        assert_eq!(color(1.0), [253, 231, 37]);
        assert_eq!(color(0.5), [33, 145, 140]);
        assert_eq!(color(f64::NAN), NOTHING);
    }

    #[test]
    fn small_matrices_have_their_numbers_and_large_ones_do_not() {
        let small = heatmap(&tensor!([[1, 25], [3, 4]]));
        assert!(small.svg().contains(">25</text>"));
        assert_eq!(
            small.mime_bundle().unwrap()["text/plain"],
            "tensor([[ 1, 25],\n        [ 3,  4]])"
        );
        let large = heatmap(&Tensor::zeros([2000, 1500])).svg();
        assert!(large.len() < 20_000, "{}", large.len());
    }

    #[test]
    fn odd_matrices_are_drawn_too() {
        for odd in [
            tensor!([[f32::NAN]]),
            tensor!([[1., f32::INFINITY]]),
            Tensor::ones([1, 500]),
            Tensor::ones([500, 1]),
        ] {
            assert!(heatmap(&odd).svg().ends_with("</svg>\n"));
        }
    }

    #[test]
    #[should_panic(expected = "a heat map takes a matrix, not a tensor of shape [3]")]
    fn a_vector_is_no_matrix() {
        heatmap(&Tensor::ones([3]));
    }
}
