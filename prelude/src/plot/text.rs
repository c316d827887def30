//! A plot in a few lines of text.

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A series as a row of blocks of different height, at most `width` of them; a gap is a space.
pub(super) fn spark(values: &[f64], width: usize) -> String {
    if values.is_empty() {
        return String::new();
    }
    let width = width.min(values.len());
    let means: Vec<f64> = (0..width)
        .map(|at| {
            let part = &values[at * values.len() / width..(at + 1) * values.len() / width];
            let finite: Vec<f64> = part
                .iter()
                .copied()
                .filter(|value| value.is_finite())
                .collect();
            finite.iter().sum::<f64>() / finite.len() as f64
        })
        .collect();
    let finite = || means.iter().copied().filter(|mean| mean.is_finite());
    let (low, high) = (
        finite().fold(f64::INFINITY, f64::min),
        finite().fold(f64::NEG_INFINITY, f64::max),
    );
    means
        .iter()
        .map(|mean| match (mean - low) / (high - low) {
            _ if !mean.is_finite() => ' ',
            share if share.is_finite() => BLOCKS[((share * 7.99) as usize).min(7)],
            _ => BLOCKS[3],
        })
        .collect()
}

/// A number in about four digits.
pub(super) fn short(value: f64) -> String {
    let text = match value.abs() {
        0.0 => return "0".into(),
        1e-3..1e5 => format!("{value:.4}"),
        _ => return format!("{value:.3e}"),
    };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_the_values() {
        assert_eq!(
            spark(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 40),
            "▁▂▃▄▅▆▇█"
        );
        assert_eq!(spark(&[1.0, 1.0], 40), "▄▄");
        assert_eq!(spark(&[0.0, f64::NAN, 1.0], 40), "▁ █");
        assert_eq!(spark(&vec![0.0; 1000], 40).chars().count(), 40);
        assert_eq!(spark(&[], 40), "");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(2.0), "2");
        assert_eq!(short(0.123456), "0.1235");
        assert_eq!(short(1.5e-7), "1.500e-7");
    }
}
