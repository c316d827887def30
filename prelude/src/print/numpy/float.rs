//! Floats as NumPy writes them: the shortest digits that tell a number from its neighbours, at most eight of them
//! behind the point.

use half::f16;

use super::super::python;

const PRECISION: usize = 8;

/// Which floats an array holds; it decides how many digits tell two of them apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FloatWidth {
    Half,
    Single,
    Double,
}

impl FloatWidth {
    pub fn of(dtype: &str) -> Self {
        match dtype {
            "float16" => Self::Half,
            "float64" => Self::Double,
            _ => Self::Single,
        }
    }

    /// The shortest digits that identify `value`, as `d.ddde-x`.
    fn shortest(self, value: f64) -> String {
        let reads_back = |text: &String| match self {
            Self::Double => text.parse() == Ok(value),
            Self::Single => text.parse() == Ok(value as f32),
            Self::Half => text
                .parse()
                .is_ok_and(|read| f16::from_f64(read) == f16::from_f64(value)),
        };
        // Rust knows no halves: five digits tell any two of them apart.
        let digits = match self {
            Self::Double => fraction_digits(&format!("{value:e}"))..=16,
            Self::Single => fraction_digits(&format!("{:e}", value as f32))..=8,
            Self::Half => 0..=4,
        };
        digits
            .flat_map(|digits| {
                // Halfway between two texts the even digit is taken. At a power of two the gap to the next smaller
                // number is narrower, so that the next larger digit may do where the nearest does not.
                let nearest = format!("{value:.digits$e}");
                let up = last_digit_up(&nearest, digits);
                [nearest, up]
            })
            .find(reads_back)
            .unwrap_or_else(|| format!("{value:e}"))
    }

    /// The shortest digits without an exponent, ending in a point when `value` is whole.
    fn shortest_positional(self, value: f64) -> String {
        let shortest = self.shortest(value);
        let exponent: i32 = shortest
            .split_once('e')
            .map_or(0, |(_, digits)| digits.parse().unwrap_or(0));
        let behind_point = fraction_digits(&shortest) as i32 - exponent;
        // Not the exact value: at these digits it may lie halfway between two.
        let read: f64 = shortest.parse().unwrap_or(value);
        if behind_point > 0 {
            format!("{read:.*}", behind_point as usize)
        } else {
            format!("{read:.0}.")
        }
    }

    /// The text of a lone number: all digits, and an exponent where it is large, and below 1e-4.
    pub fn scalar(self, value: f64) -> String {
        let magnitude = value.abs();
        let large = if self == Self::Double {
            1e16
        } else {
            self.exponent_from()
        };
        if !value.is_finite() {
            python::fixed(value, 0)
        } else if magnitude != 0.0 && !(1e-4..large).contains(&magnitude) {
            python::with_exponent(&self.shortest(value), 2)
        } else {
            let text = self.shortest_positional(value);
            if text.ends_with('.') {
                text + "0"
            } else {
                text
            }
        }
    }

    /// From this magnitude on an array is written with exponents.
    fn exponent_from(self) -> f64 {
        match self {
            Self::Half => 1e3,
            Self::Single => 1e6,
            Self::Double => 1e8,
        }
    }

    /// `value` rounded to this width: NumPy computes in the dtype of the array.
    fn round(self, value: f64) -> f64 {
        match self {
            Self::Half => f16::from_f64(value).to_f64(),
            Self::Single => f64::from(value as f32),
            Self::Double => value,
        }
    }
}

/// How many digits `text`, such as `1.25e-3`, has between the point and the exponent.
fn fraction_digits(text: &str) -> usize {
    let mantissa = text.split('e').next().unwrap_or(text);
    mantissa
        .split_once('.')
        .map_or(0, |(_, digits)| digits.len())
}

/// `text`, which has `digits` behind the point, with the last of them one further from zero.
fn last_digit_up(text: &str, digits: usize) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let steps: i64 = mantissa.replace('.', "").parse().unwrap_or(0);
    let exponent = exponent.parse::<i64>().unwrap_or(0) - digits as i64;
    let up: f64 = format!("{}e{exponent}", steps + steps.signum())
        .parse()
        .unwrap_or(0.0);
    format!("{up:.digits$e}")
}

/// Chosen once for all elements of an array, so that they line up.
pub(super) struct FloatFormat {
    floats: FloatWidth,
    /// Digits behind the point when there are exponents.
    exponents: Option<usize>,
    exponent_digits: usize,
    /// The width in front of the point.
    left: usize,
    /// The width behind the point.
    right: usize,
}

impl FloatFormat {
    pub fn new(shown: &[f64], floats: FloatWidth) -> Self {
        let finite: Vec<f64> = shown
            .iter()
            .copied()
            .filter(|value| value.is_finite())
            .collect();
        let mut format = Self {
            floats,
            exponents: None,
            exponent_digits: 2,
            left: 0,
            right: 0,
        };
        if !finite.is_empty() {
            if needs_exponents(&finite, floats) {
                format.measure_exponents(&finite);
            } else {
                format.measure_positional(&finite);
            }
        }
        if finite.len() < shown.len() {
            let widest = if shown.contains(&f64::NEG_INFINITY) {
                "-inf".len()
            } else {
                "nan".len()
            };
            format.left = format.left.max(widest.saturating_sub(format.right + 1));
        }
        format
    }

    fn measure_exponents(&mut self, finite: &[f64]) {
        let texts = finite
            .iter()
            .map(|&value| python::with_exponent(&self.cut_scientific(value), 2));
        let parts = |text: String| {
            let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, ""));
            let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
            (
                whole.len(),
                fraction.len(),
                exponent.len().saturating_sub(1),
            )
        };
        let (mut whole, mut fraction, mut exponent) = (0, 0, 0);
        for lengths in texts.map(parts) {
            whole = whole.max(lengths.0);
            fraction = fraction.max(lengths.1);
            exponent = exponent.max(lengths.2);
        }
        self.exponents = Some(fraction);
        self.exponent_digits = exponent;
        self.left = whole;
        self.right = exponent + 2 + fraction;
    }

    fn measure_positional(&mut self, finite: &[f64]) {
        for &value in finite {
            let text = self.cut_positional(value);
            let point = text.find('.').unwrap_or(text.len());
            self.left = self.left.max(point);
            self.right = self.right.max(text.len().saturating_sub(point + 1));
        }
    }

    /// The shortest digits, of which at most eight stand behind the point.
    fn cut_positional(&self, value: f64) -> String {
        let shortest = self.floats.shortest_positional(value);
        match shortest.split_once('.') {
            Some((_, fraction)) if fraction.len() > PRECISION => format!("{value:.PRECISION$}")
                .trim_end_matches('0')
                .to_string(),
            _ => shortest,
        }
    }

    fn cut_scientific(&self, value: f64) -> String {
        let shortest = self.floats.shortest(value);
        if fraction_digits(&shortest) <= PRECISION {
            return shortest;
        }
        let cut = format!("{value:.PRECISION$e}");
        let (mantissa, exponent) = cut.split_once('e').unwrap_or((&cut, "0"));
        format!(
            "{}e{exponent}",
            mantissa.trim_end_matches('0').trim_end_matches('.')
        )
    }

    /// The text of one element.
    pub fn format(&self, value: f64) -> String {
        if !value.is_finite() {
            let width = self.left + self.right + 1;
            return format!("{:>width$}", python::fixed(value, 0));
        }
        let text = match self.exponents {
            Some(digits) => {
                let mut text =
                    python::with_exponent(&format!("{value:.digits$e}"), self.exponent_digits);
                if digits == 0 {
                    text = text.replacen('e', ".e", 1);
                }
                text
            }
            None => self.cut_positional(value),
        };
        let point = text.find('.').unwrap_or(text.len());
        let mut padded = " ".repeat(self.left.saturating_sub(point)) + &text;
        let behind_point = text.len().saturating_sub(point + 1);
        padded.push_str(&" ".repeat(self.right.saturating_sub(behind_point)));
        padded
    }
}

/// Whether some value is too large or too small, or the values too far apart, for plain digits.
fn needs_exponents(finite: &[f64], floats: FloatWidth) -> bool {
    let magnitudes = finite
        .iter()
        .map(|value| value.abs())
        .filter(|&value| value != 0.0);
    let (least, most) = magnitudes
        .fold((f64::INFINITY, 0.0), |(least, most): (f64, f64), value| {
            (least.min(value), most.max(value))
        });
    most > 0.0
        && (most >= floats.exponent_from()
            || least < floats.round(0.0001)
            || floats.round(most / least) > 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], floats: FloatWidth) -> Vec<String> {
        let format = FloatFormat::new(values, floats);
        values.iter().map(|&value| format.format(value)).collect()
    }

    #[test]
    fn points_line_up() {
        assert_eq!(
            texts(&[1.0, 2.25, -30.5], FloatWidth::Double),
            ["  1.  ", "  2.25", "-30.5 "]
        );
        assert_eq!(
            texts(&[1.5, f64::NAN, f64::NEG_INFINITY], FloatWidth::Double),
            [" 1.5", " nan", "-inf"]
        );
    }

    #[test]
    fn singles_have_fewer_digits_than_doubles() {
        let tenth = f64::from(0.1f32);
        assert_eq!(texts(&[tenth], FloatWidth::Single), ["0.1"]);
        assert_eq!(texts(&[tenth], FloatWidth::Double), ["0.1"]);
        assert_eq!(texts(&[1.0 / 3.0], FloatWidth::Double), ["0.33333333"]);
        assert_eq!(FloatWidth::Double.scalar(1.0 / 3.0), "0.3333333333333333");
    }

    #[test]
    fn far_apart_values_have_exponents() {
        assert_eq!(
            texts(&[1.0, 1e-5], FloatWidth::Double),
            ["1.e+00", "1.e-05"]
        );
        assert_eq!(texts(&[1e6], FloatWidth::Single), ["1.e+06"]);
        assert_eq!(texts(&[1e6], FloatWidth::Double), ["1000000."]);
    }

    #[test]
    fn a_half_at_a_power_of_two_takes_the_larger_digit() {
        assert_eq!(texts(&[-0.015625], FloatWidth::Half), ["-0.01563"]);
    }
}
