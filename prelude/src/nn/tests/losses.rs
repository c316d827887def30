//! Losses, by PyTorch's formulas.

use crate::prelude::*;

fn is(found: Tensor, expected: f64) {
    let found = found.item::<f64>();
    assert!(
        (found - expected).abs() < 1e-5,
        "{found}, expected {expected}"
    );
}

#[test]
fn losses_of_differences() {
    let (x, t) = (tensor!([0., 1., 3.]), tensor!([0.5, 1., 0.]));
    is(nn::L1Loss::new().forward(&x, &t), 3.5 / 3.);
    is(nn::SmoothL1Loss::new().forward(&x, &t), (0.125 + 2.5) / 3.);
    is(nn::SmoothL1Loss::new().beta(0.).forward(&x, &t), 3.5 / 3.);
    is(
        nn::HuberLoss::new()
            .delta(2.)
            .reduction(Reduction::Sum)
            .forward(&x, &t),
        0.125 + 2. * 2.,
    );
    let each = nn::MSELoss::new()
        .reduction(Reduction::None)
        .forward(&x, &t);
    assert_eq!(each.to_vec::<f32>(), [0.25, 0., 9.]);
    let error = x
        .try_mse_loss_with(&t, Reduction::BatchMean)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "batchmean is not a valid value for reduction");
    let error = x
        .try_huber_loss(&t, Reduction::Mean, 0.)
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "huber_loss does not support non-positive values for delta."
    );
}

#[test]
fn losses_of_distributions() {
    let (p, q) = (
        tensor!([[0.5, 0.5], [0.0, 1.0]]),
        tensor!([[0.25, 0.75], [0.5, 0.5]]),
    );
    let divergence = 0.5 * (0.5f64 / 0.25).ln() + 0.5 * (0.5f64 / 0.75).ln() + 2f64.ln();
    is(
        nn::KLDivLoss::new()
            .reduction(Reduction::BatchMean)
            .forward(&q.log(), &p),
        divergence / 2.,
    );
    is(nn::KLDivLoss::new().forward(&q.log(), &p), divergence / 4.);
    is(
        nn::BCELoss::new().forward(&tensor!([0.25]), &tensor!([1.])),
        4f64.ln(),
    );
    let weighted = nn::BCELoss::new().weight(Some(tensor!([2., 0.])));
    is(
        weighted.forward(&tensor!([0.25, 0.1]), &tensor!([1., 1.])),
        4f64.ln(),
    );
    is(
        nn::PoissonNLLLoss::new().forward(&tensor!([0.]), &tensor!([3.])),
        1.,
    );
    let stirling = 3. * 3f64.ln() - 3. + 0.5 * (6. * PI).ln();
    is(
        nn::PoissonNLLLoss::new()
            .full(true)
            .forward(&tensor!([0.]), &tensor!([3.])),
        1. + stirling,
    );
    let gaussian = nn::GaussianNLLLoss::new();
    is(
        gaussian.forward(&tensor!([[1.]]), &tensor!([[3.]]), &tensor!([4.])),
        0.5 * (4f64.ln() + 1.),
    );
    let error = tensor!([1.]).try_gaussian_nll_loss(
        &tensor!([1.]),
        &tensor!([-1.]),
        false,
        1e-6,
        Reduction::Mean,
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "var has negative entry/entries"
    );
}

#[test]
fn losses_of_classes() {
    let logits = tensor!([[1., 2., 0.], [0., 1., 3.], [2., 2., 2.]]);
    let (classes, log) = (tensor!([1, 0, 2]), logits.log_softmax(1));
    let at = |n: i64, c: i64| -log.i((n, c)).item::<f64>();
    let weight = tensor!([1., 2., 4.]);
    let mean = (2. * at(0, 1) + at(1, 0) + 4. * at(2, 2)) / 7.;
    is(
        nn::CrossEntropyLoss::new()
            .weight(weight.clone())
            .forward(&logits, &classes),
        mean,
    );
    let ignoring = nn::CrossEntropyLoss::new().ignore_index(0);
    is(
        ignoring.forward(&logits, &classes),
        (at(0, 1) + at(2, 2)) / 2.,
    );
    // Smoothing adds the mean over all classes, each by its weight.
    let all = |n: i64| at(n, 0) + 2. * at(n, 1) + 4. * at(n, 2);
    let smooth = (all(0) + all(1) + all(2)) / 7.;
    let both = nn::CrossEntropyLoss::new()
        .weight(weight)
        .label_smoothing(0.3);
    is(both.forward(&logits, &classes), 0.7 * mean + 0.1 * smooth);
    // The same as probabilities of classes, where all count the same.
    let target = tensor!([[0.1, 0.8, 0.1], [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]]);
    let hard = nn::CrossEntropyLoss::new()
        .label_smoothing(0.3)
        .forward(&logits, &classes);
    is(
        nn::CrossEntropyLoss::new().forward(&logits, &target),
        hard.item::<f64>(),
    );
    is(
        nn::NLLLoss::new()
            .reduction(Reduction::Sum)
            .forward(&log, &classes),
        at(0, 1) + at(1, 0) + at(2, 2),
    );
}

#[test]
fn losses_of_pairs() {
    let (a, b) = (tensor!([[1., 0.], [1., 0.]]), tensor!([[0., 1.], [1., 1.]]));
    let target = tensor!([1, -1]);
    let half = 0.5f64.sqrt();
    is(
        nn::CosineEmbeddingLoss::new()
            .margin(0.5)
            .forward(&a, &b, &target),
        (1. + half - 0.5) / 2.,
    );
    is(
        nn::HingeEmbeddingLoss::new().forward(&tensor!([2., 0.25]), &target),
        (2. + 0.75) / 2.,
    );
    let ranking = nn::MarginRankingLoss::new().margin(0.5);
    is(
        ranking.forward(&tensor!([1., 1.]), &tensor!([0., 0.]), &target),
        (0. + 1.5) / 2.,
    );
    is(
        nn::SoftMarginLoss::new().forward(&tensor!([0., 0.]), &target),
        2f64.ln(),
    );
    let triplet = nn::TripletMarginLoss::new();
    let far = tensor!([[4., 4.], [1., 0.]]);
    is(triplet.forward(&a, &b, &far), (0. + 2.) / 2.);
    let error = a
        .try_cosine_embedding_loss(&b, &tensor!([[1]]), 0., Reduction::Mean)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "0D or 1D target tensor expected, multi-target not supported"
    );
    assert_eq!(
        nn::TripletMarginLoss::new().to_string(),
        "TripletMarginLoss()"
    );
}

#[test]
fn what_is_ignored_has_no_gradient_even_if_nothing_else_is_there() {
    for smoothing in [0., 0.1] {
        let logits = tensor!([[1., 2., 0.], [0., 1., 3.]]).requires_grad_(true);
        let loss = nn::CrossEntropyLoss::new()
            .ignore_index(0)
            .label_smoothing(smoothing);
        let loss = loss.forward(&logits, &tensor!([0, 0]));
        assert!(loss.item::<f64>().is_nan());
        loss.backward();
        assert!(
            logits.grad().unwrap().equal(&Tensor::zeros([2, 3])),
            "{smoothing}"
        );
    }
}

/// Numbers of PyTorch 2.15.
#[test]
fn what_keeps_losses_finite_can_be_chosen() {
    let (zeros, ones) = (Tensor::zeros([2]), Tensor::ones([2]));
    let poisson = nn::PoissonNLLLoss::new().log_input(false).eps(0.5);
    is(poisson.forward(&zeros, &ones), std::f64::consts::LN_2);
    let (a, b) = (Tensor::zeros([1, 2]), Tensor::ones([1, 2]));
    // |a - b + eps| = 0.5 * sqrt(2), and 1.5 * sqrt(2) for the negative.
    is(
        nn::TripletMarginLoss::new()
            .eps(0.5)
            .forward(&a, &b, &(&b * 2)),
        0.,
    );
    is(
        nn::TripletMarginLoss::new()
            .margin(3.)
            .eps(0.5)
            .forward(&a, &b, &(&b * 2)),
        3. - 2f64.sqrt(),
    );
}
