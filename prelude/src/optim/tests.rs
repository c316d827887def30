//! Optimizers and schedules, compared with numbers from PyTorch 2.15.

use crate::optim::lr_scheduler::{CosineAnnealingLR, OneCycleLR, StepLR};
use crate::optim::{Adam, AdamW, RMSprop, SGD};
use crate::prelude::*;

fn close(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
    found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() <= tolerance)
}

/// Where five weights are after three steps down `sum((w - 0.3)^2 * [1, 2, 3, 4, 5])`.
fn descend(optimizer: impl FnOnce(Tensor) -> Box<dyn Optimizer>) -> Vec<f64> {
    let w = Tensor::linspace(-1., 1., 5).requires_grad_(true);
    let optimizer = optimizer(w.clone());
    for _ in 0..3 {
        optimizer.zero_grad();
        ((&w - 0.3).square() * Tensor::arange(1., 6., 1.))
            .sum()
            .backward();
        optimizer.step();
    }
    w.to_vec1::<f64>()
}

#[test]
fn steps_are_pytorchs() {
    let cases: [(&str, Vec<f64>, [f64; 5]); 6] = [
        (
            "SGD",
            descend(|w| Box::new(SGD::new([w], 0.1))),
            [-0.3656, 0.1272, 0.2808, 0.3016, 0.3],
        ),
        (
            "SGD momentum .9",
            descend(|w| Box::new(SGD::new([w], 0.1).momentum(0.9))),
            [0.2194, 0.7320001, 0.5562, 0.1144, -0.2669998],
        ),
        (
            "SGD nesterov wd",
            descend(|w| {
                Box::new(
                    SGD::new([w], 0.1)
                        .momentum(0.9)
                        .nesterov(true)
                        .weight_decay(0.01),
                )
            }),
            [0.4434871, 0.6457317, 0.3901986, 0.289836, 0.2991284],
        ),
        (
            "Adam",
            descend(|w| Box::new(Adam::new([w], 0.1))),
            [-0.7010947, -0.20222, 0.286711, 0.2328191, 0.7027435],
        ),
        (
            "AdamW",
            descend(|w| Box::new(AdamW::new([w], 0.1).weight_decay(0.1))),
            [-0.6745287, -0.1905162, 0.283855, 0.2245409, 0.6764708],
        ),
        (
            "RMSprop",
            descend(|w| Box::new(RMSprop::new([w], 0.1))),
            [0.2819075, 0.3097337, 0.3589922, 0.2669961, 0.269909],
        ),
    ];
    for (name, found, expected) in cases {
        assert!(close(&found, &expected, 1e-6), "{name}: {found:?}");
    }
}

#[test]
fn parameters_without_gradients_are_left_alone() {
    let (used, frozen) = (Tensor::ones([2]).requires_grad_(true), Tensor::ones([2]));
    let optimizer = SGD::new([used.clone(), frozen.clone()], 0.5).weight_decay(0.1);
    used.sum().backward();
    optimizer.step();
    assert!(close(&used.detach().to_vec1::<f64>(), &[0.45, 0.45], 1e-6));
    assert_eq!(frozen.to_vec1::<f32>(), [1., 1.]);
    optimizer.zero_grad();
    assert!(used.grad().is_none());
}

#[test]
fn groups_have_their_own_learning_rate() {
    let (a, b) = (
        Tensor::ones([1]).requires_grad_(true),
        Tensor::ones([1]).requires_grad_(true),
    );
    let optimizer = SGD::new([a.clone()], 0.5);
    optimizer.add_param_group(crate::optim::ParamGroup::new([b.clone()]).lr(0.25));
    (&a + &b).sum().backward();
    optimizer.step();
    assert_eq!((a.item::<f64>(), b.item::<f64>()), (0.5, 0.75));
}

#[test]
fn schedules_are_pytorchs() {
    let trace = |make: fn(&SGD) -> Box<dyn LRScheduler>| {
        let optimizer = SGD::new([Tensor::zeros([1]).requires_grad_(true)], 0.1);
        let scheduler = make(&optimizer);
        let rates = (0..6).map(|_| {
            let lr = optimizer.lr();
            scheduler.step();
            lr
        });
        rates.collect::<Vec<_>>()
    };
    let one_cycle = trace(|optimizer| Box::new(OneCycleLR::new(optimizer, 0.5, 10)));
    let expected = [
        0.02,
        0.26,
        0.5,
        0.47524231600673683,
        0.40587282697488153,
        0.30563101096814466,
    ];
    assert!(close(&one_cycle, &expected, 1e-15), "{one_cycle:?}");
    let cosine = trace(|optimizer| Box::new(CosineAnnealingLR::new(optimizer, 10)));
    let expected = [
        0.1,
        0.09755282581475769,
        0.09045084971874738,
        0.07938926261462367,
        0.06545084971874739,
        0.05,
    ];
    assert!(close(&cosine, &expected, 1e-15), "{cosine:?}");
    let step = trace(|optimizer| Box::new(StepLR::new(optimizer, 3).gamma(0.5)));
    assert_eq!(step, [0.1, 0.1, 0.1, 0.05, 0.05, 0.05]);
}

#[test]
fn a_cosine_rises_again_after_its_fall() {
    let optimizer = SGD::new([Tensor::zeros([1]).requires_grad_(true)], 0.1);
    let scheduler = CosineAnnealingLR::new(&optimizer, 2);
    let mut rates = Vec::new();
    for _ in 0..4 {
        scheduler.step();
        rates.extend(scheduler.get_last_lr());
    }
    assert!(close(&rates, &[0.05, 0.0, 0.05, 0.1], 1e-12), "{rates:?}");
}

#[test]
fn an_optimizer_prints_its_options() {
    let optimizer = SGD::new([Tensor::zeros([1])], 1e-2).momentum(0.9);
    let expected = "\
SGD (
Parameter Group 0
    dampening: 0
    differentiable: False
    foreach: None
    fused: None
    lr: 0.01
    maximize: False
    momentum: 0.9
    nesterov: False
    weight_decay: 0
)";
    assert_eq!(optimizer.to_string(), expected);
}

/// A schedule begins to change the momentum when it is made, and may be told only then not to.
#[test]
fn a_momentum_that_is_not_to_change_stays() {
    let optimizer = SGD::new([Tensor::zeros(1).requires_grad_(true)], 0.1).momentum(0.5);
    let _schedule = OneCycleLR::new(&optimizer, 0.5, 10).cycle_momentum(false);
    let text = optimizer.to_string();
    assert!(
        text.contains("    momentum: 0.5\n") && !text.contains("max_momentum"),
        "{text}"
    );
}
