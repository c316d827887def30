//! A graph as a picture.

use super::layout::layout;
use super::{Graph, Kind};
use crate::plot::{escaped, hex, theme};
use std::fmt::Write as _;

/// Height of letters and of lines, and how wide a letter of a monospaced font is.
const LETTERS: f64 = 12.0;
const LINE: f64 = 15.0;
const LETTER: f64 = 0.62 * LETTERS;

pub(super) fn svg(graph: &Graph) -> String {
    let lines: Vec<Vec<String>> = graph.nodes.iter().map(|node| node.lines()).collect();
    let sizes: Vec<[f64; 2]> = lines
        .iter()
        .map(|lines| {
            let longest = lines
                .iter()
                .map(|line| line.chars().count())
                .max()
                .unwrap_or(0);
            [
                longest.max(3) as f64 * LETTER + 16.0,
                lines.len().max(1) as f64 * LINE + 9.0,
            ]
        })
        .collect();
    let places = layout(&sizes, &graph.edges);
    let colors = graph.theme.unwrap_or_else(theme).colors();
    let (width, height) = (places.width.ceil(), places.height.ceil());
    let arrow = hex(colors.text);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"monospace\" font-size=\"{LETTERS}\">\n<title>the graph behind a tensor</title>\n\
         <defs><marker id=\"wick-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"{arrow}\"/></marker></defs>\n"
    );
    // Writing to a String cannot fail, so the results below say nothing.
    if let Some(ground) = colors.ground {
        let _ = writeln!(
            svg,
            "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
            hex(ground)
        );
    }
    for way in &places.edges {
        let _ = writeln!(
            svg,
            "<path d=\"{}\" fill=\"none\" stroke=\"{arrow}\" marker-end=\"url(#wick-arrow)\"/>",
            curve(way)
        );
    }
    for (at, node) in graph.nodes.iter().enumerate() {
        let ([x, y], [w, h]) = (places.nodes[at], sizes[at]);
        let fill = match node.kind {
            Kind::Function => "#d9d9de",
            Kind::Leaf => "#a6d0ec",
            Kind::Output => "#c3e6a1",
        };
        let _ = writeln!(
            svg,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" rx=\"4\" fill=\"{fill}\" stroke=\"#77777f\"/>",
            x - w / 2.0,
            y - h / 2.0
        );
        let first = y - (lines[at].len() as f64 - 1.0) / 2.0 * LINE + LETTERS * 0.35;
        for (row, line) in lines[at].iter().enumerate() {
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#1a1a1a\">{}</text>",
                first + row as f64 * LINE,
                escaped(line)
            );
        }
    }
    svg + "</svg>\n"
}

/// A smooth way through points, upright where it passes them.
fn curve(way: &[[f64; 2]]) -> String {
    let mut path = format!("M{:.1} {:.1}", way[0][0], way[0][1]);
    for pair in way.windows(2) {
        let ([x0, y0], [x1, y1]) = (pair[0], pair[1]);
        let middle = (y0 + y1) / 2.0;
        let _ = write!(
            path,
            "C{x0:.1} {middle:.1} {x1:.1} {middle:.1} {x1:.1} {y1:.1}"
        );
    }
    path
}
