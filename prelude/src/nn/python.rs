//! How Python writes the values in a printed module.

use std::fmt::{Display, Write};

use crate::Scalar;

/// Appends `, name=value`.
pub fn keyword(text: &mut String, name: &str, value: impl Display) {
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "{}{name}={value}",
        if text.is_empty() { "" } else { ", " }
    );
}

/// `True` or `False`.
pub fn bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// A tuple: `(3, 3)`, `(3,)`.
pub fn tuple(items: &[usize]) -> String {
    match items {
        [one] => format!("({one},)"),
        _ => {
            let items: Vec<String> = items.iter().map(usize::to_string).collect();
            format!("({})", items.join(", "))
        }
    }
}

/// Python's `repr` of a float: `0.1`, `1.0`, `1e-05`.
pub fn float(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-4..1e16).contains(&magnitude) || !magnitude.is_finite() {
        let text = format!("{value:?}");
        return text.to_lowercase();
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent
                .strip_prefix('-')
                .map_or(('+', exponent), |exponent| ('-', exponent));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

/// A number as it was given: `2`, `2.0`.
pub fn number(value: Scalar) -> String {
    match value {
        Scalar::Float(value) => float(value),
        Scalar::Complex(value) => format!(
            "({}{}{}j)",
            float(value.re),
            if value.im < 0. { "" } else { "+" },
            float(value.im)
        ),
        Scalar::Int(value) => value.to_string(),
        Scalar::Bool(value) => bool(value).to_owned(),
    }
}

/// The text between a module's parentheses, with `inplace=True` at the end where that was chosen.
pub(super) fn inplace(mut text: String, inplace: bool) -> String {
    if inplace {
        keyword(&mut text, "inplace", "True");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_look_as_in_python() {
        let shown = [0.1, 1.0, 1e-5, 2.5e-8, 1e16, 123456.0, 0.0, -1e-5, 1e-4].map(float);
        assert_eq!(
            shown,
            [
                "0.1", "1.0", "1e-05", "2.5e-08", "1e+16", "123456.0", "0.0", "-1e-05", "0.0001"
            ]
        );
        assert_eq!([f64::INFINITY, f64::NAN].map(float), ["inf", "nan"]);
    }
}
