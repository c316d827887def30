//! Functions that replace their input, and the names of their nodes.

use wick::nn::functional as F;
use wick::prelude::*;

use super::{check, seeded};

fn function(name: &str, f: impl FnOnce(&Tensor) -> Tensor) {
    seeded(7, || {
        let x = Tensor::randn([4, 5]).requires_grad_(true);
        let input = &x * 1;
        let y = f(&input);
        assert_eq!(y.same_as(&input), name.contains("_"), "{name}");
        let node = y.grad_fn().unwrap().name().to_string();
        y.sin().sum().backward();
        let name = format!("function {name}");
        check(&name, &[y, x.grad().unwrap()], Some(node), 2e-6);
    });
}

#[test]
fn rectifiers_in_their_inputs_place() {
    function("relu_", F::relu_);
    function("leaky_relu_", |x| F::leaky_relu_(x, 0.2));
    function("elu_", |x| F::elu_(x, 1.5));
    function("selu_", F::selu_);
    function("celu_", |x| F::celu_(x, 0.7));
    function("hardtanh_", |x| F::hardtanh_(x, -0.5, 1.));
    function("threshold_", |x| F::threshold_(x, 0.1, 20.));
    function("rrelu_", |x| F::rrelu_(x, 0.1, 0.4, false));
    function("rrelu_ training", |x| F::rrelu_(x, 0.1, 0.4, true));
    function("rrelu training", |x| F::rrelu(x, 0.1, 0.4, true));
    function("rrelu", |x| F::rrelu(x, 0.1, 0.4, false));
    function("celu", |x| F::celu(x, 0.7));
}

/// What goes wrong in the backward pass through `f`.
fn wrong(f: impl FnOnce(&Tensor) -> Tensor) -> String {
    let x = tensor!([0.5, -0.5]).requires_grad_(true);
    let y = f(&(&x * 1));
    y.sum().try_backward().unwrap_err().to_string()
}

#[test]
fn slopes_that_turn_the_curve_around_have_no_way_back() {
    let elu = "In-place elu backward calculation is triggered with a negative slope which is not supported.";
    let leaky = "In-place leakyReLu backward calculation is triggered with a negative slope which is not supported.";
    assert!(wrong(|x| F::elu_(x, -1.)).starts_with(elu));
    assert!(wrong(|x| F::celu_(x, -1.)).starts_with(elu));
    assert!(wrong(|x| F::leaky_relu_(x, -1.)).starts_with(leaky));
    assert!(wrong(|x| F::rrelu_(x, -1., -0.5, false)).starts_with(leaky));
    // What was drawn is remembered, whatever its sign.
    let x = tensor!([-2.]).requires_grad_(true);
    let input = &x * 1;
    let y = F::rrelu_(&input, -1., -0.5, true);
    y.sum().backward();
    assert_eq!(x.grad().unwrap().item::<f32>(), y.item::<f32>() / -2.);
}

#[test]
fn an_output_that_is_needed_must_not_change() {
    let changed = "one of the variables needed for gradient computation has been modified by an inplace operation: \
                   [torch.FloatTensor [2]], which is output 0 of ";
    for (name, f) in [
        ("Elu1", (|x| F::elu_(x, 1.)) as fn(&Tensor) -> Tensor),
        ("Celu1", |x| F::celu_(x, 1.)),
        ("LeakyRelu1", |x| F::leaky_relu_(x, 0.1)),
        ("RreluWithNoise1", |x| F::rrelu_(x, 0.1, 0.2, false)),
        ("Relu", F::relu_),
        ("Sigmoid", Tensor::sigmoid_),
    ] {
        let found = wrong(|x| {
            let y = f(x);
            y.add_(1.);
            y
        });
        assert!(found.starts_with(&format!("{changed}{name}")), "{found}");
    }
    // These look at their input, of which a copy was kept.
    for f in [
        (|x| F::hardtanh_(x, -0.1, 0.9)) as fn(&Tensor) -> Tensor,
        |x| F::threshold_(x, 0.1, 2.),
    ] {
        let x = tensor!([0.5, -0.5]).requires_grad_(true);
        let y = f(&(&x * 1));
        y.mul_(3.);
        y.sum().backward();
        assert_eq!(x.grad().unwrap().to_vec::<f32>(), [3., 0.]);
    }
}

#[test]
fn bounds_that_make_no_sense_are_refused() {
    let x = tensor!([-1.]);
    let refused = |lower, upper| x.try_rrelu(lower, upper, false).unwrap_err().to_string();
    assert_eq!(
        refused(1., 0.5),
        "Lower bound should be less than or equal to the upper bound"
    );
    assert_eq!(
        refused(f64::INFINITY, 0.5),
        "rrelu: lower bound must be finite, got inf"
    );
    assert_eq!(
        refused(0., f64::NAN),
        "rrelu: upper bound must be finite, got nan"
    );
    assert_eq!(
        x.try_celu(0.).unwrap_err().to_string(),
        "ZeroDivisionError: alpha cannot be 0 for CELU"
    );
}
