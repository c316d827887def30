//! A plot as SVG, through plotters.

use super::axis::Axis;
use super::chart::{Kind, Plot, Series};
use super::lines::pieces;
use super::theme::{Colors, SERIES, rgba, theme};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Plotters places things at whole pixels. It draws this many times as large, and the picture is then shown smaller.
const FINE: i32 = 4;

const SIZE: (u32, u32) = (640, 400);

/// Heights of letters, in pixels of the picture as it is shown.
const TITLE: f64 = 16.0;
const LABEL: f64 = 13.0;
const TICK: f64 = 11.5;

/// Plotters writes a size as this part of what it is told.
const PLOTTERS_SIZE: f64 = 1.24;

/// About how wide a letter is, as a part of its height.
const LETTER: f64 = 0.58;

pub(super) fn svg(plot: &Plot) -> String {
    let (width, height) = plot.size.unwrap_or(SIZE);
    let fine = FINE as u32;
    let mut svg = String::new();
    let drawn = {
        let root =
            SVGBackend::with_string(&mut svg, (width * fine, height * fine)).into_drawing_area();
        draw(plot, &root).and_then(|()| root.present().map_err(|error| error.to_string()))
    };
    if let Err(error) = drawn {
        // Writing to a string does not fail; should it, the picture says so.
        return format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>not drawn: {}</title></svg>\n",
            escaped(&error)
        );
    }
    shown_smaller(&svg, width, height, &plot.title)
}

/// The same picture at its proper size, rounded at its corners, with its title for those who cannot see it.
fn shown_smaller(svg: &str, width: u32, height: u32, title: &str) -> String {
    let fine = FINE as u32;
    let size = format!("width=\"{}\" height=\"{}\"", width * fine, height * fine);
    let svg = svg.replacen(&size, &format!("width=\"{width}\" height=\"{height}\""), 1);
    let title = if title.is_empty() { "plot" } else { title };
    match svg.find('>') {
        Some(at) => format!(
            "{}\n<title>{}</title>{}",
            &svg[..=at],
            escaped(title),
            &svg[at + 1..]
        ),
        None => svg,
    }
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn font(size: f64, color: [u8; 3]) -> TextStyle<'static> {
    let size = size * PLOTTERS_SIZE * f64::from(FINE);
    ("sans-serif", size).into_font().color(&rgba(color, 1.0))
}

fn letters(count: usize, size: f64) -> f64 {
    count as f64 * size * LETTER
}

fn draw(plot: &Plot, root: &Area<'_>) -> Result<(), String> {
    let colors = plot.theme.unwrap_or_else(theme).colors();
    if let Some(ground) = colors.ground {
        root.fill(&rgba(ground, 1.0))
            .map_err(|error| error.to_string())?;
    }
    let (width, height) = root.dim_in_pixel();
    let (width, height) = (
        f64::from(width) / f64::from(FINE),
        f64::from(height) / f64::from(FINE),
    );
    let [x, y] = plot.axes();
    let y_ticks = ((height / 55.0) as usize).max(2);
    let y_letters = |axis: &Axis| {
        let ticks = axis.ticks(y_ticks).into_iter();
        ticks
            .map(|tick| axis.label(tick, y_ticks).chars().count())
            .max()
            .unwrap_or(1)
    };
    let left = letters(y_letters(&y), TICK)
        + 16.0
        + if plot.ylabel.is_empty() {
            0.0
        } else {
            LABEL * 1.7
        };
    let left = left.min(width / 2.0);
    let bottom = TICK * 2.2
        + if plot.xlabel.is_empty() {
            0.0
        } else {
            LABEL * 1.6
        };
    let top = if plot.title.is_empty() {
        12.0
    } else {
        TITLE * 2.2
    };
    let (right, plot_width) = (18.0, width - left - 18.0);
    // As many as fit between each other.
    let x_ticks = (1..=10)
        .rev()
        .find(|count| {
            let ticks = x.ticks(*count);
            let widest = ticks
                .iter()
                .map(|tick| x.label(*tick, *count).chars().count())
                .max()
                .unwrap_or(1);
            ticks.len() as f64 * (letters(widest, TICK) + 14.0) <= plot_width
        })
        .unwrap_or(1);
    let ticks = Ticks {
        x: x_ticks,
        y: y_ticks,
    };
    let edges = [left, width - right, top, height - bottom];
    frame(plot, root, &x, &y, &ticks, edges, &colors)?;
    let inside = Inside {
        edges,
        x: &x,
        y: &y,
    };
    let bars = plot
        .series
        .iter()
        .filter(|series| series.kind == Kind::Bars)
        .count();
    let mut bar = 0;
    for (index, series) in plot.series.iter().enumerate() {
        let color = SERIES[index % SERIES.len()];
        let beside = Beside {
            index: bar,
            of: bars,
            width: plot.bar_width(),
        };
        bar += usize::from(series.kind == Kind::Bars);
        draw_series(root, series, color, &inside, &beside).map_err(|error| error.to_string())?;
    }
    legend(plot, root, &inside, &colors)
}

/// How many ticks each axis is asked for.
struct Ticks {
    x: usize,
    y: usize,
}

type Drawn = Result<(), String>;

/// A place on plotters' canvas.
fn at(x: f64, y: f64) -> (i32, i32) {
    let fine = |place: f64| (place * f64::from(FINE)).round() as i32;
    (fine(x), fine(y))
}

fn said<E: std::error::Error>(error: E) -> String {
    error.to_string()
}

/// Axes, grid, ticks and words.
fn frame(
    plot: &Plot,
    root: &Area<'_>,
    x: &Axis,
    y: &Axis,
    ticks: &Ticks,
    edges: [f64; 4],
    colors: &Colors,
) -> Drawn {
    let [left, right, top, bottom] = edges;
    // On a ground that nobody knows, the grid is what shimmers through.
    let grid = if colors.ground.is_some() { 1.0 } else { 0.3 };
    let line = |from: (f64, f64), to: (f64, f64), color: [u8; 3]| {
        let alpha = if color == colors.faint { grid } else { 1.0 };
        PathElement::new(
            vec![at(from.0, from.1), at(to.0, to.1)],
            rgba(color, alpha).stroke_width(FINE as u32),
        )
    };
    let words = |text: String, place: (f64, f64), size: f64, pos: Pos| {
        Text::new(text, at(place.0, place.1), font(size, colors.text).pos(pos))
    };
    for tick in x.ticks(ticks.x) {
        let place = left + x.share(tick) * (right - left);
        if !plot.without_grid && plot.categories.is_empty() {
            root.draw(&line((place, top), (place, bottom), colors.faint))
                .map_err(said)?;
        }
        root.draw(&line((place, bottom), (place, bottom + 4.0), colors.text))
            .map_err(said)?;
        let label = x.label(tick, ticks.x);
        let most =
            ((right - left) / x.ticks(ticks.x).len().max(1) as f64 / (TICK * LETTER)) as usize;
        let label = shortened(&label, most.max(3));
        root.draw(&words(
            label,
            (place, bottom + 7.0),
            TICK,
            Pos::new(HPos::Center, VPos::Top),
        ))
        .map_err(said)?;
    }
    for tick in y.ticks(ticks.y) {
        let place = bottom - y.share(tick) * (bottom - top);
        if !plot.without_grid {
            root.draw(&line((left, place), (right, place), colors.faint))
                .map_err(said)?;
        }
        root.draw(&line((left - 4.0, place), (left, place), colors.text))
            .map_err(said)?;
        let label = y.label(tick, ticks.y);
        root.draw(&words(
            label,
            (left - 7.0, place),
            TICK,
            Pos::new(HPos::Right, VPos::Center),
        ))
        .map_err(said)?;
    }
    root.draw(&line((left, top), (left, bottom), colors.text))
        .map_err(said)?;
    root.draw(&line((left, bottom), (right, bottom), colors.text))
        .map_err(said)?;

    let (width, height) = root.dim_in_pixel();
    let (width, height) = (
        f64::from(width) / f64::from(FINE),
        f64::from(height) / f64::from(FINE),
    );
    let middle = (left + right) / 2.0;
    let fitting =
        |text: &str, room: f64, size: f64| shortened(text, (room / (size * LETTER)) as usize);
    if !plot.title.is_empty() {
        let title = fitting(&plot.title, width - 16.0, TITLE);
        // In the middle of the axes where it fits there, else of the picture.
        let half = letters(title.chars().count(), TITLE) / 2.0;
        let middle = middle.min(width - 8.0 - half).max(8.0 + half);
        root.draw(&words(
            title,
            (middle, 9.0),
            TITLE,
            Pos::new(HPos::Center, VPos::Top),
        ))
        .map_err(said)?;
    }
    if !plot.xlabel.is_empty() {
        let label = fitting(&plot.xlabel, right - left, LABEL);
        root.draw(&words(
            label,
            (middle, height - 7.0),
            LABEL,
            Pos::new(HPos::Center, VPos::Bottom),
        ))
        .map_err(said)?;
    }
    if !plot.ylabel.is_empty() {
        let label = fitting(&plot.ylabel, bottom - top, LABEL);
        let style = font(LABEL, colors.text).transform(FontTransform::Rotate270);
        let style = style.pos(Pos::new(HPos::Center, VPos::Top));
        root.draw(&Text::new(label, at(7.0, (top + bottom) / 2.0), style))
            .map_err(said)?;
    }
    Ok(())
}

/// The text with its end left out where it is longer than `most` letters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", start.trim_end())
}

/// The rectangle between the axes.
struct Inside<'a> {
    /// Left, right, top and bottom.
    edges: [f64; 4],
    x: &'a Axis,
    y: &'a Axis,
}

impl Inside<'_> {
    /// Where in the unit square a point lies; `None` where an axis has no place for it.
    fn share(&self, [x, y]: [f64; 2]) -> Option<[f64; 2]> {
        (self.x.has(x) && self.y.has(y)).then(|| [self.x.share(x), self.y.share(y)])
    }

    fn place(&self, [x, y]: [f64; 2]) -> (i32, i32) {
        let [left, right, top, bottom] = self.edges;
        at(left + x * (right - left), bottom - y * (bottom - top))
    }
}

/// Where the bars of a series stand among those of the others.
struct Beside {
    index: usize,
    of: usize,
    width: f64,
}

fn draw_series(
    root: &Area<'_>,
    series: &Series,
    color: [u8; 3],
    inside: &Inside<'_>,
    beside: &Beside,
) -> Drawn {
    match series.kind {
        Kind::Line => {
            let points: Vec<_> = series
                .points
                .iter()
                .map(|point| inside.share(*point))
                .collect();
            let style = rgba(color, 1.0).stroke_width(2 * FINE as u32);
            for piece in pieces(&points) {
                let piece: Vec<_> = piece.into_iter().map(|point| inside.place(point)).collect();
                root.draw(&PathElement::new(piece, style)).map_err(said)?;
            }
        }
        Kind::Points => {
            let within = |point: &[f64; 2]| point.iter().all(|share| (0.0..=1.0).contains(share));
            let (radius, alpha) = if series.points.len() > 500 {
                (2.0, 0.5)
            } else {
                (3.2, 0.85)
            };
            for point in series
                .points
                .iter()
                .filter_map(|point| inside.share(*point))
                .filter(within)
            {
                let radius = (radius * f64::from(FINE)) as i32;
                root.draw(&Circle::new(
                    inside.place(point),
                    radius,
                    rgba(color, alpha).filled(),
                ))
                .map_err(said)?;
            }
        }
        Kind::Bars | Kind::Bins(_) => {
            for [x, y] in series
                .points
                .iter()
                .copied()
                .filter(|point| point[0].is_finite() && point[1].is_finite())
            {
                let (from, to) = match series.kind {
                    Kind::Bins(width) => (x, x + width),
                    _ => {
                        let width = beside.width / beside.of.max(1) as f64;
                        let from = x - beside.width / 2.0 + beside.index as f64 * width;
                        (from, from + width)
                    }
                };
                let share = |axis: &Axis, value: f64| match axis.has(value) {
                    true => axis.share(value).clamp(0.0, 1.0),
                    false => 0.0,
                };
                let corners = [
                    inside.place([share(inside.x, from), share(inside.y, y)]),
                    inside.place([share(inside.x, to), share(inside.y, 0.0)]),
                ];
                root.draw(&Rectangle::new(corners, rgba(color, 0.85).filled()))
                    .map_err(said)?;
                if matches!(series.kind, Kind::Bins(_)) {
                    root.draw(&Rectangle::new(
                        corners,
                        rgba(color, 1.0).stroke_width(FINE as u32),
                    ))
                    .map_err(said)?;
                }
            }
        }
    }
    Ok(())
}

/// Names of the series, in the corner that has the fewest points.
fn legend(plot: &Plot, root: &Area<'_>, inside: &Inside<'_>, colors: &Colors) -> Drawn {
    let named: Vec<(usize, &Series)> = plot
        .series
        .iter()
        .enumerate()
        .filter(|(_, series)| !series.label.is_empty())
        .collect();
    let longest = named
        .iter()
        .map(|(_, series)| series.label.chars().count())
        .max()
        .unwrap_or(0);
    let [left, right, top, bottom] = inside.edges;
    let most = (((right - left) * 0.5 - 40.0) / (TICK * LETTER)).max(3.0) as usize;
    let (row, width) = (TICK * 1.6, letters(longest.min(most), TICK) + 40.0);
    let height = named.len() as f64 * row + 8.0;
    if named.is_empty() || height > bottom - top {
        return Ok(());
    }
    let (share_x, share_y) = (width / (right - left), height / (bottom - top));
    let crowd = |corner: (bool, bool)| {
        let covers = |point: &[f64; 2]| {
            let x = if corner.0 { 1.0 - point[0] } else { point[0] };
            let y = if corner.1 { 1.0 - point[1] } else { point[1] };
            x < share_x * 1.1 && y < share_y * 1.2
        };
        let points = plot.series.iter().flat_map(|series| series.points.iter());
        points
            .filter_map(|point| inside.share(*point))
            .filter(covers)
            .count()
    };
    let corners = [(true, true), (false, true), (true, false), (false, false)];
    let corner = corners
        .into_iter()
        .min_by_key(|corner| crowd(*corner))
        .unwrap_or((true, true));
    let x = if corner.0 {
        right - width - 6.0
    } else {
        left + 8.0
    };
    let y = if corner.1 {
        top + 4.0
    } else {
        bottom - height - 6.0
    };
    if let Some(ground) = colors.ground {
        let corners = [at(x, y), at(x + width, y + height)];
        root.draw(&Rectangle::new(corners, rgba(ground, 0.85).filled()))
            .map_err(said)?;
    }
    for (line, (index, series)) in named.into_iter().enumerate() {
        let middle = y + 4.0 + (line as f64 + 0.5) * row;
        let color = rgba(SERIES[index % SERIES.len()], 1.0);
        if series.kind == Kind::Line {
            let ends = vec![at(x + 6.0, middle), at(x + 26.0, middle)];
            root.draw(&PathElement::new(ends, color.stroke_width(2 * FINE as u32)))
                .map_err(said)?;
        } else {
            root.draw(&Circle::new(at(x + 16.0, middle), 4 * FINE, color.filled()))
                .map_err(said)?;
        }
        let style = font(TICK, colors.text).pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(
            shortened(&series.label, most),
            at(x + 32.0, middle),
            style,
        ))
        .map_err(said)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_end_in_points() {
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(shortened("ab cd", 4), "ab…");
    }

    #[test]
    fn nothing_lies_outside_of_the_picture() {
        let plot = super::super::plot([1e5, 2e5, 123_456.0])
            .title("t")
            .ylabel("y")
            .xlabel("x")
            .xlim(0.5, 1.5);
        let svg = plot.svg();
        let (width, height) = (SIZE.0 as i32 * FINE, SIZE.1 as i32 * FINE);
        for name in ["x", "y"] {
            for part in svg.split(&format!(" {name}=\"")).skip(1) {
                let place: i32 = part.split('"').next().unwrap().parse().unwrap();
                assert!((0..=if name == "x" { width } else { height }).contains(&place));
            }
        }
        assert!(svg.contains("width=\"640\" height=\"400\""));
    }
}
