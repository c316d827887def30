//! Python's number formatting.

/// Python's `f"{value:.{precision}f}"`.
pub(super) fn fixed(value: f64, precision: usize) -> String {
    non_finite(value).unwrap_or_else(|| format!("{value:.precision$}"))
}

/// Python's `f"{value:.{precision}e}"`: an exponent with a sign and at least two digits.
pub(super) fn scientific(value: f64, precision: usize) -> String {
    non_finite(value).unwrap_or_else(|| with_exponent(&format!("{value:.precision$e}"), 2))
}

/// Rewrites Rust's `1.5e-7` with a signed exponent of at least `digits` digits, `1.5e-07`.
pub(super) fn with_exponent(rust: &str, digits: usize) -> String {
    let Some((mantissa, exponent)) = rust.split_once('e') else {
        return rust.to_string();
    };
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(magnitude) => ('-', magnitude),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{exponent:0>digits$}")
}

fn non_finite(value: f64) -> Option<String> {
    if value.is_nan() {
        Some("nan".to_string())
    } else if value.is_infinite() {
        Some(if value > 0.0 { "inf" } else { "-inf" }.to_string())
    } else {
        None
    }
}

/// Python's text of a tuple of sizes, as in `size=(2, 0)`.
pub(super) fn tuple(shape: &[usize]) -> String {
    match shape {
        [only] => format!("({only},)"),
        _ => format!(
            "({})",
            shape
                .iter()
                .map(usize::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_to_the_even_digit_as_in_python() {
        assert_eq!(fixed(0.03125, 4), "0.0312");
        assert_eq!(fixed(0.09375, 4), "0.0938");
        assert_eq!(fixed(2.5, 0), "2");
        assert_eq!(fixed(0.5, 0), "0");
        assert_eq!(fixed(-0.0, 0), "-0");
        assert_eq!(scientific(1.03125, 4), "1.0312e+00");
        assert_eq!(scientific(100_005_000.0, 4), "1.0000e+08");
    }

    #[test]
    fn exponents_have_a_sign_and_two_digits() {
        assert_eq!(scientific(1.5e-7, 4), "1.5000e-07");
        assert_eq!(scientific(0.0, 2), "0.00e+00");
        assert_eq!(scientific(-1e300, 1), "-1.0e+300");
        assert_eq!(scientific(f64::NEG_INFINITY, 4), "-inf");
        assert_eq!(fixed(f64::NAN, 4), "nan");
    }

    #[test]
    fn tuples_of_one_keep_their_comma() {
        assert_eq!(tuple(&[3]), "(3,)");
        assert_eq!(tuple(&[2, 0]), "(2, 0)");
        assert_eq!(tuple(&[]), "()");
    }
}
