//! Lines made ready for drawing: cut at gaps and at the edges of the plot, and no finer than can be seen.

/// Columns that a line is thinned to.
const COLUMNS: usize = 1200;

/// A line as it is seen: pieces without gaps, inside of the unit square that its points are given in.
pub(super) fn pieces(points: &[Option<[f64; 2]>]) -> Vec<Vec<[f64; 2]>> {
    let mut pieces: Vec<Vec<[f64; 2]>> = Vec::new();
    for run in points.split(|point| point.is_none()) {
        let run: Vec<[f64; 2]> = thinned(run.iter().flatten().copied().collect());
        if let [single] = run[..] {
            // A point between two gaps is a short line.
            pieces.push(vec![single, single]);
        }
        for (at, ends) in run.windows(2).enumerate() {
            let Some([from, to]) = inside(ends[0], ends[1]) else {
                continue;
            };
            match pieces.last_mut() {
                Some(piece) if at > 0 && piece.last() == Some(&from) => piece.push(to),
                _ => pieces.push(vec![from, to]),
            }
        }
    }
    pieces
}

/// Of the points that share a column, the first, the lowest, the highest and the last.
fn thinned(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let is_sorted = points.windows(2).all(|pair| pair[0][0] <= pair[1][0]);
    if points.len() <= 4 * COLUMNS || !is_sorted {
        return points;
    }
    let column = |point: &[f64; 2]| (point[0] * COLUMNS as f64).floor();
    let mut kept = Vec::new();
    for group in points.chunk_by(|a, b| column(a) == column(b)) {
        let by_height = |a: &usize, b: &usize| group[*a][1].total_cmp(&group[*b][1]);
        let mut picked = vec![0, group.len() - 1];
        picked.extend((0..group.len()).min_by(by_height));
        picked.extend((0..group.len()).max_by(by_height));
        picked.sort_unstable();
        picked.dedup();
        kept.extend(picked.into_iter().map(|at| group[at]));
    }
    kept
}

/// The part of a segment that lies in the unit square (Liang and Barsky 1984).
fn inside(from: [f64; 2], to: [f64; 2]) -> Option<[[f64; 2]; 2]> {
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    for axis in 0..2 {
        let step = to[axis] - from[axis];
        // Towards both edges: how far it goes, and how far it may.
        for (step, room) in [(-step, from[axis]), (step, 1.0 - from[axis])] {
            if step == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if step < 0.0 {
                enter = enter.max(room / step);
            } else {
                leave = leave.min(room / step);
            }
        }
    }
    let at = |share: f64| match share {
        0.0 => from,
        1.0 => to,
        share => [0, 1].map(|axis| from[axis] + share * (to[axis] - from[axis])),
    };
    (enter <= leave).then(|| [at(enter), at(leave)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_its_gaps() {
        let points = [
            Some([0.0, 0.5]),
            Some([0.2, 0.5]),
            None,
            Some([0.4, 0.5]),
            None,
            Some([0.6, 0.5]),
            Some([0.8, 0.5]),
            Some([1.0, 0.5]),
        ];
        let lengths: Vec<usize> = pieces(&points).iter().map(Vec::len).collect();
        assert_eq!(lengths, [2, 2, 3]);
    }

    #[test]
    fn a_line_ends_at_the_edge() {
        assert_eq!(
            inside([0.5, 0.5], [1.5, 0.5]),
            Some([[0.5, 0.5], [1.0, 0.5]])
        );
        assert_eq!(
            inside([-1.0, -1.0], [2.0, 2.0]),
            Some([[0.0, 0.0], [1.0, 1.0]])
        );
        assert_eq!(inside([0.0, 1.5], [1.0, 1.5]), None);
        assert_eq!(inside([-0.5, 0.2], [0.2, -0.5]), None);
    }

    #[test]
    fn a_long_line_keeps_its_peaks() {
        let many = 1_000_000;
        let points: Vec<_> = (0..many)
            .map(|i| Some([i as f64 / many as f64, if i == 123_456 { 1.0 } else { 0.5 }]))
            .collect();
        let pieces = pieces(&points);
        assert!(pieces[0].len() <= 4 * COLUMNS);
        assert!(pieces[0].iter().any(|point| point[1] == 1.0));
    }
}
