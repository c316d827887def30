//! Optimizers and schedules over 25 steps.

use wick::optim::lr_scheduler::{
    ChainedScheduler, ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, CyclicLR,
    ExponentialLR, LambdaLR, LinearLR, MultiStepLR, MultiplicativeLR, OneCycleLR, PolynomialLR,
    ReduceLROnPlateau, SequentialLR, StepLR,
};
use wick::optim::{
    ASGD, Adadelta, Adagrad, Adam, AdamW, Adamax, LBFGS, NAdam, Optimizer, ParamGroup, RAdam,
    RMSprop, Rprop, SGD,
};
use wick::prelude::*;

use super::check;

/// Some roundings of `f32` in each of 25 steps.
const TOLERANCE: f64 = 2e-6;

fn optimizer<O: Optimizer + std::fmt::Display>(name: &str, make: impl FnOnce([Tensor; 1]) -> O) {
    let w = Tensor::linspace(-1., 1., 5).requires_grad_(true);
    let optimizer = make([w.clone()]);
    let mut trace = Vec::new();
    for _ in 0..25 {
        optimizer.zero_grad();
        ((&w - 0.3).square() * Tensor::arange(1., 6., 1.) + (3 * &w).cos())
            .sum()
            .backward();
        optimizer.step();
        trace.push(w.detach().copy());
    }
    let mut found = vec![Tensor::stack(&trace, 0)];
    let state = optimizer.state_dict();
    let mut keys = Vec::new();
    for (_, memory) in &state.state {
        for (key, tensor) in memory.iter() {
            keys.push(key.to_owned());
            found.push(tensor.clone());
        }
    }
    let text = format!("{optimizer} {}", keys.join(" "));
    // The variance of centered RMSprop is a difference of almost equal numbers: rounding shows.
    let tolerance = if name == "RMSprop all" {
        1e-5
    } else {
        TOLERANCE
    };
    check(&format!("optim {name}"), &found, Some(text), tolerance);
}

#[test]
fn optimizers() {
    optimizer("SGD maximize", |p| {
        SGD::new(p, 0.02).momentum(0.5).maximize(true)
    });
    optimizer("SGD nesterov", |p| {
        SGD::new(p, 0.02)
            .nesterov(true)
            .momentum(0.9)
            .weight_decay(0.01)
    });
    optimizer("SGD all", |p| {
        SGD::new(p, 0.02)
            .momentum(0.9)
            .dampening(0.1)
            .weight_decay(0.01)
    });
    optimizer("Adam", |p| Adam::new(p, 0.1));
    optimizer("Adam amsgrad", |p| {
        Adam::new(p, 0.1)
            .betas(0.8, 0.99)
            .eps(1e-6)
            .weight_decay(0.1)
            .amsgrad(true)
    });
    optimizer("Adam maximize", |p| Adam::new(p, 0.1).maximize(true));
    optimizer("AdamW", |p| AdamW::new(p, 0.1));
    optimizer("AdamW amsgrad", |p| {
        AdamW::new(p, 0.1).weight_decay(0.3).amsgrad(true)
    });
    optimizer("NAdam", |p| NAdam::new(p, 0.1));
    optimizer("NAdam decoupled", |p| {
        NAdam::new(p, 0.1)
            .weight_decay(0.1)
            .momentum_decay(0.01)
            .decoupled_weight_decay(true)
    });
    optimizer("RAdam", |p| RAdam::new(p, 0.1));
    optimizer("RAdam decay", |p| {
        RAdam::new(p, 0.1).betas(0.7, 0.9).weight_decay(0.1)
    });
    optimizer("Adamax", |p| Adamax::new(p, 0.1).weight_decay(0.1));
    optimizer("Adadelta", |p| Adadelta::new(p, 1.));
    optimizer("Adadelta decay", |p| {
        Adadelta::new(p, 0.5).rho(0.8).weight_decay(0.1)
    });
    optimizer("Adagrad", |p| Adagrad::new(p, 0.5));
    optimizer("Adagrad decay", |p| {
        Adagrad::new(p, 0.5)
            .lr_decay(0.1)
            .weight_decay(0.1)
            .initial_accumulator_value(0.5)
    });
    optimizer("RMSprop", |p| RMSprop::new(p, 0.05));
    optimizer("RMSprop all", |p| {
        RMSprop::new(p, 0.05)
            .alpha(0.9)
            .momentum(0.9)
            .centered(true)
            .weight_decay(0.1)
    });
    optimizer("Rprop", |p| Rprop::new(p, 0.05));
    optimizer("ASGD", |p| ASGD::new(p, 0.02).t0(5.).weight_decay(0.1));
}

#[test]
fn plain_descent_remembers_nothing() {
    optimizer("SGD", |p| SGD::new(p, 0.02));
}

#[test]
fn quasi_newton() {
    for (name, lr, search) in [("LBFGS", 0.01, false), ("LBFGS strong_wolfe", 1., true)] {
        let w = tensor!([-1.2, 1.]).requires_grad_(true);
        let mut optimizer = LBFGS::new([w.clone()], lr).max_iter(4).history_size(5);
        if search {
            optimizer = optimizer.line_search_fn("strong_wolfe");
        }
        let mut trace = Vec::new();
        for _ in 0..6 {
            let loss = optimizer.step_with(&mut || {
                optimizer.zero_grad();
                let loss = (1. - w.i(0)).square() + 10. * (w.i(1) - w.i(0).square()).square();
                loss.backward();
                loss
            });
            trace.push(Tensor::cat(&[w.detach(), loss.detach().reshape([1])], 0));
        }
        let text = format!("{optimizer} ");
        // The curvature is a quotient of small differences.
        check(
            &format!("optim {name}"),
            &[Tensor::stack(&trace, 0)],
            Some(text),
            1e-3,
        );
    }
}

fn schedule<S: LRScheduler>(name: &str, make: impl FnOnce(&SGD) -> S) {
    let [a, b] = [(); 2].map(|()| Tensor::zeros([1]).requires_grad_(true));
    let groups = [ParamGroup::new([a]), ParamGroup::new([b]).lr(0.2)];
    let optimizer = SGD::with_groups(groups, 0.1).momentum(0.9);
    let schedule = make(&optimizer);
    let mut trace: Vec<f64> = Vec::new();
    for _ in 0..25 {
        for group in optimizer.param_groups() {
            trace.extend([group.lr, group.options.number("momentum")]);
        }
        trace.extend(schedule.get_last_lr());
        optimizer.step();
        schedule.step();
    }
    let trace = Tensor::from_vec(trace, [25, 6]);
    check(&format!("schedule {name}"), &[trace], None, 1e-12);
}

#[test]
fn schedules() {
    schedule("StepLR", |o| StepLR::new(o, 3).gamma(0.5));
    schedule("MultiStepLR", |o| {
        MultiStepLR::new(o, [2, 5, 5, 9]).gamma(0.5)
    });
    schedule("ExponentialLR", |o| ExponentialLR::new(o, 0.9));
    schedule("ConstantLR", |o| {
        ConstantLR::new(o).factor(0.25).total_iters(6)
    });
    schedule("LinearLR", |o| {
        LinearLR::new(o)
            .start_factor(0.1)
            .end_factor(0.9)
            .total_iters(8)
    });
    schedule("PolynomialLR", |o| {
        PolynomialLR::new(o).total_iters(10).power(2.)
    });
    schedule("CosineAnnealingLR", |o| {
        CosineAnnealingLR::new(o, 7).eta_min(0.01)
    });
    schedule("CosineAnnealingWarmRestarts", |o| {
        CosineAnnealingWarmRestarts::new(o, 4)
            .t_mult(2)
            .eta_min(0.01)
    });
    schedule("LambdaLR", |o| LambdaLR::new(o, |e| 0.95f64.powi(e as i32)));
    schedule("MultiplicativeLR", |o| {
        MultiplicativeLR::new(o, |e| 1. - e as f64 / 100.)
    });
    schedule("OneCycleLR", |o| OneCycleLR::new(o, 0.5, 30));
    schedule("OneCycleLR linear", |o| {
        OneCycleLR::new(o, [0.5, 1.], 26)
            .pct_start(0.4)
            .anneal_strategy("linear")
            .three_phase(true)
            .div_factor(10.)
            .final_div_factor(100.)
    });
    schedule("CyclicLR", |o| {
        CyclicLR::new(o, 0.01, 0.3)
            .step_size_up(4)
            .step_size_down(3)
    });
    schedule("CyclicLR triangular2", |o| {
        CyclicLR::new(o, 0.01, 0.3)
            .step_size_up(4)
            .mode("triangular2")
    });
    schedule("CyclicLR exp_range", |o| {
        CyclicLR::new(o, 0.01, [0.3, 0.6])
            .cycle_momentum(false)
            .step_size_up(4)
            .mode("exp_range")
            .gamma(0.95)
    });
    schedule("SequentialLR", |o| {
        let warmup = LinearLR::new(o).start_factor(0.1).total_iters(4);
        let (cosine, steps) = (CosineAnnealingLR::new(o, 6), StepLR::new(o, 2).gamma(0.5));
        SequentialLR::new(
            o,
            vec![Box::new(warmup), Box::new(cosine), Box::new(steps)],
            &[4, 12],
        )
    });
    schedule("ChainedScheduler", |o| {
        let warmup = ConstantLR::new(o).factor(0.5).total_iters(4);
        ChainedScheduler::new(vec![Box::new(warmup), Box::new(ExponentialLR::new(o, 0.9))])
    });
}

#[test]
fn plateaus() {
    let optimizer = SGD::new([Tensor::zeros([1]).requires_grad_(true)], 1.);
    let schedule = ReduceLROnPlateau::new(&optimizer)
        .factor(0.5)
        .patience(2)
        .threshold(0.01)
        .cooldown(1)
        .min_lr(0.05);
    let mut losses = vec![5., 4., 3., 3., 3., 2.99, 2.98];
    losses.resize(25, 2.5);
    let rates: Vec<f64> = losses
        .into_iter()
        .map(|loss| {
            schedule.step(loss);
            optimizer.lr()
        })
        .collect();
    check(
        "schedule ReduceLROnPlateau",
        &[Tensor::from_vec(rates, [25])],
        None,
        1e-12,
    );
}
