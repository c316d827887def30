//! Finding the operation whose derivative went wrong.

use super::error;
use wick::autograd::*;
use wick::prelude::*;

#[test]
fn a_nan_names_its_operation_and_line() {
    let line = line!() + 3;
    let text = detect_anomaly(|| {
        let x = tensor!([0.]).requires_grad_(true);
        let y = x.log();
        error((y * 0.).sum().try_backward())
    });
    let (first, rest) = text.split_once('\n').unwrap();
    assert_eq!(
        first,
        "Function 'LogBackward0' returned nan values in its 0th output."
    );
    // Whether a test knows its lines depends on how it was built.
    if rest.contains("not known") {
        assert!(
            rest.starts_with("The line that called Log is not known: build with debug information")
        );
    } else {
        let place = rest.strip_prefix("Log was called at ").unwrap();
        assert!(
            place.contains(&format!("tests/autograd/anomalies.rs:{line}:")),
            "{text}"
        );
    }
}

#[test]
fn derivatives_of_derivatives_name_both() {
    let text = detect_anomaly(|| {
        let x = tensor!([0.]).requires_grad_(true);
        let y = x.pow(1.5).sum();
        let options = GradOptions {
            create_graph: true,
            ..Default::default()
        };
        let first = grad_with(&[&y], &[&x], &[None], options).unwrap()[0]
            .clone()
            .unwrap();
        // Nothing times the infinite slope of the root's slope.
        error((first * 0.).sum().try_backward())
    });
    assert!(text.starts_with("Function '"), "{text}");
    assert!(text.contains("was recorded by PowBackward0"), "{text}");
}

#[test]
fn without_a_watched_forward_pass_the_error_says_so() {
    let x = tensor!([-1.]).requires_grad_(true);
    let y = x.sqrt().sum();
    let text = detect_anomaly(|| error(y.try_backward()));
    assert_eq!(
        text,
        "Function 'SqrtBackward0' returned nan values in its 0th output.\nNo forward pass information available. Enable \
         detect anomaly during forward pass for more information."
    );
    assert!(!is_anomaly_enabled());
    let y = tensor!([-1.]).requires_grad_(true).sqrt().sum();
    assert!(y.try_backward().is_ok());
}

#[test]
fn an_operation_of_several_steps_is_named_as_one() {
    let x = tensor!([[-1., 2.]]).requires_grad_(true);
    let error = detect_anomaly(|| x.log().glu(-1).sum().try_backward()).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("Function 'GluBackward0' returned nan values in its 0th output."),
        "{text}"
    );
    assert!(!text.contains("Mul was called"), "{text}");
}
