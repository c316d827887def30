//! Optimizers and learning rate schedules, step by step.

use wick::optim::lr_scheduler::{CosineAnnealingLR, LRScheduler, OneCycleLR, StepLR};
use wick::optim::{
    ASGD, Adadelta, Adagrad, Adam, AdamW, Adamax, NAdam, Optimizer, RAdam, RMSprop, Rprop, SGD,
};
use wick::prelude::*;

use crate::compare::close;
use crate::fixture::{self, Case, Outcome, numbers};

/// PyTorch's loops keep intermediate results in other orders than ours: a few roundings of `f32` in six steps.
const PARAMETERS: f64 = 1e-6;
/// Learning rates are computed in `f64`.
const RATES: f64 = 1e-12;

#[test]
fn optim() {
    let name = |case: &Case| match case.get("optimizer") {
        Some(_) => case.text("optimizer").to_string(),
        None => case.text("scheduler").to_string(),
    };
    fixture::run("optim", 1.0, name, |case| match case.get("optimizer") {
        Some(_) => check_optimizer(case),
        None => check_schedule(case),
    });
}

fn check_optimizer(case: &Case) -> Outcome {
    let w = Tensor::linspace(-1.0, 1.0, 5).requires_grad_(true);
    let parameters = [w.clone()];
    let optimizer: Box<dyn Optimizer> = match case.text("optimizer") {
        "SGD" => Box::new(SGD::new(parameters, 0.1)),
        "SGD momentum .9" => Box::new(SGD::new(parameters, 0.1).momentum(0.9)),
        "SGD nesterov wd" => Box::new(
            SGD::new(parameters, 0.1)
                .momentum(0.9)
                .nesterov(true)
                .weight_decay(0.01),
        ),
        "Adam" => Box::new(Adam::new(parameters, 0.1)),
        "AdamW" => Box::new(AdamW::new(parameters, 0.1).weight_decay(0.1)),
        "Adam amsgrad" => Box::new(Adam::new(parameters, 0.1).amsgrad(true)),
        "NAdam" => Box::new(NAdam::new(parameters, 0.1)),
        "RAdam" => Box::new(RAdam::new(parameters, 0.1)),
        "Adamax" => Box::new(Adamax::new(parameters, 0.1)),
        "Adadelta" => Box::new(Adadelta::new(parameters, 0.1)),
        "Adagrad" => Box::new(Adagrad::new(parameters, 0.1)),
        "RMSprop" => Box::new(RMSprop::new(parameters, 0.1)),
        "Rprop" => Box::new(Rprop::new(parameters, 0.1)),
        "ASGD" => Box::new(ASGD::new(parameters, 0.1)),
        other => return Err(format!("'{other}' is not known")),
    };
    for (step, expected) in rows(case).iter().enumerate() {
        optimizer.zero_grad();
        ((&w - 0.3).square() * Tensor::arange(1., 6., 1.))
            .sum()
            .backward();
        optimizer.step();
        close(&w.detach().to_vec::<f64>(), &numbers(expected), PARAMETERS)
            .map_err(|why| format!("step {step}: {why}"))?;
    }
    Ok(())
}

fn check_schedule(case: &Case) -> Outcome {
    let optimizer = SGD::new(
        [Tensor::zeros([1]).requires_grad_(true)],
        case.number("base_lr"),
    );
    let schedule: Box<dyn LRScheduler> = match case.text("scheduler") {
        "OneCycleLR" => Box::new(OneCycleLR::new(&optimizer, 0.5, 10)),
        "CosineAnnealingLR" => Box::new(CosineAnnealingLR::new(&optimizer, 10)),
        "StepLR" => Box::new(StepLR::new(&optimizer, 3).gamma(0.5)),
        other => return Err(format!("'{other}' is not known")),
    };
    let expected = case.numbers("trace");
    let mut rates = Vec::new();
    for _ in 0..expected.len() {
        rates.push(optimizer.lr());
        optimizer.step();
        if rates.len() < expected.len() {
            schedule.step();
        }
    }
    close(&rates, &expected, RATES)
}

fn rows(case: &Case) -> &[tinyjson::JsonValue] {
    case.list("trace")
}
