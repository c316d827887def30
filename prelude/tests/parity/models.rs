//! Whole networks: the same keys, the same first weights, the same logits and losses.

use tinyjson::JsonValue;
use wick::models;
use wick::nn::functional as F;
use wick::optim::{Optimizer, SGD};
use wick::prelude::*;

use crate::compare::{close, same};
use crate::fixture::{self, Case, Outcome, list, number};

/// A forward pass adds thousands of products for each number, in another order than PyTorch's library does, and up to
/// 152 layers pass the rounding on: what is seen is 4e-4 at 152 layers, and less than 1e-5 up to 50.
const LOGITS: f64 = 1e-3;
/// Before the first step nothing is amplified yet: what is seen is 3e-7.
const FIRST_LOSS: f64 = 1e-5;
/// Later steps amplify the rounding of the first, by how much depends on the seed and on the processor's order of
/// additions: one pooling window whose largest element changes is enough. So each number may be off by as much more as
/// our own f32 is from our f64 on the same machine (seen: 1e-7 to 0.1), since PyTorch's f32 is off by as much.
const TRAINED: f64 = 1e-2;
const OF_OWN_ROUNDING: f64 = 4.0;

#[test]
fn models() {
    fixture::run(
        "models",
        1.0,
        |case| case.text("model").to_string(),
        |case| match case.text("model") {
            "resnet9" => check_training(case),
            _ => check_torchvision(case),
        },
    );
}

/// `manual_seed(s); net; x=rand(4,3,32,32); y=randint(0,10,(4,)); 5x SGD(lr=1e-2,momentum=.9,weight_decay=5e-4) on
/// cross_entropy in train mode; eval logits`.
fn check_training(case: &Case) -> Outcome {
    let ours = train(case, DType::F32);
    let exact = train(case, DType::F64);
    same("the list of keys", ours.keys, expected_keys(case))?;
    let first = case.numbers("first_logits");
    close(&ours.first_logits, &first, LOGITS).map_err(|why| format!("the first logits: {why}"))?;
    let losses = case.numbers("losses");
    close(&ours.losses[..1], &losses[..1], FIRST_LOSS)
        .map_err(|why| format!("the first loss: {why}"))?;
    for (step, loss) in losses.iter().enumerate() {
        close_enough(
            &ours.losses[step..=step],
            &exact.losses[step..=step],
            &[*loss],
        )
        .map_err(|why| format!("the loss of step {step}: {why}"))?;
    }
    let logits = case.numbers("eval_logits");
    // Some of many large terms cancel: the largest logit is the scale of the rounding in all of them.
    let scale = logits
        .iter()
        .fold(1.0, |most: f64, value| most.max(value.abs()));
    let [ours, exact, logits] = [ours.eval_logits, exact.eval_logits, logits]
        .map(|values| values.iter().map(|value| value / scale).collect::<Vec<_>>());
    close_enough(&ours, &exact, &logits).map_err(|why| format!("the logits after training: {why}"))
}

/// Compares with `expected` what was computed in f32, given the same in f64.
fn close_enough(ours: &[f64], exact: &[f64], expected: &[f64]) -> Outcome {
    let pairs = ours.iter().zip(exact);
    let rounding = pairs.fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
    close(ours, expected, TRAINED + OF_OWN_ROUNDING * rounding)
}

/// What a training run shows of itself.
struct Training {
    keys: Vec<(String, Vec<usize>)>,
    first_logits: Vec<f64>,
    losses: Vec<f64>,
    eval_logits: Vec<f64>,
}

fn train(case: &Case, dtype: DType) -> Training {
    let (net, x, y) = fixture::seeded(case.number("seed"), || {
        (
            models::resnet9(),
            Tensor::rand([4, 3, 32, 32]),
            Tensor::randint(0, 10, [4]),
        )
    });
    net.to(dtype);
    let x = x.to(dtype);
    let optimizer = SGD::new(net.parameters(), 1e-2)
        .momentum(0.9)
        .weight_decay(5e-4);
    let (mut first_logits, mut losses) = (Vec::new(), Vec::new());
    for step in 0..case.numbers("losses").len() {
        optimizer.zero_grad();
        let logits = net.forward(&x);
        if step == 0 {
            first_logits = logits.detach().to_vec();
        }
        let loss = F::cross_entropy(&logits, &y);
        loss.backward();
        optimizer.step();
        losses.push(loss.item());
    }
    net.eval();
    Training {
        keys: keys(&net),
        first_logits,
        losses,
        eval_logits: no_grad(|| net.forward(&x)).to_vec(),
    }
}

/// `manual_seed(s); model(weights=None).eval(); x=rand(1,3,64,64); logits`.
fn check_torchvision(case: &Case) -> Outcome {
    let make = match case.text("model") {
        "resnet18" => || models::resnet18(None),
        "resnet34" => || models::resnet34(None),
        "resnet50" => || models::resnet50(None),
        "resnet101" => || models::resnet101(None),
        "resnet152" => || models::resnet152(None),
        "wide_resnet50_2" => || models::wide_resnet50_2(None),
        "resnext50_32x4d" => || models::resnext50_32x4d(None),
        "resnext101_32x8d" => || models::resnext101_32x8d(None),
        "resnext101_64x4d" => || models::resnext101_64x4d(None),
        "wide_resnet101_2" => || models::wide_resnet101_2(None),
        other => return Err(format!("'{other}' is not known")),
    };
    let (net, x) = fixture::seeded(case.number("seed"), || {
        (make(), Tensor::rand([1, 3, 64, 64]))
    });
    net.eval();
    same("the list of keys", keys(&net), expected_keys(case))?;
    let count: usize = net.parameters().iter().map(Tensor::numel).sum();
    same(
        "the number of parameters",
        count as f64,
        case.number("params"),
    )?;
    same(
        "the start of the first weight",
        head(&net.conv1.weight, 5),
        case.numbers("first_weights"),
    )?;

    let logits = no_grad(|| net.forward(&x));
    close(&head(&logits, 20), &case.numbers("logits_head"), LOGITS)
        .map_err(|why| format!("the logits: {why}"))?;
    let sum = logits.double().sum().item::<f64>();
    // A thousand logits of either sign.
    close(&[sum], &[case.number("logits_sum")], 10.0 * LOGITS)
        .map_err(|why| format!("the sum of the logits: {why}"))
}

fn head(tensor: &Tensor, count: usize) -> Vec<f64> {
    tensor.detach().flatten(0, -1).to_vec::<f64>()[..count].to_vec()
}

fn keys(net: &impl Module) -> Vec<(String, Vec<usize>)> {
    net.state_dict()
        .iter()
        .map(|(name, tensor)| (name.to_string(), tensor.shape().to_vec()))
        .collect()
}

fn expected_keys(case: &Case) -> Vec<(String, Vec<usize>)> {
    let key = |entry: &JsonValue| {
        let [name, shape] = list(entry) else {
            panic!("{entry:?} is no key")
        };
        let name = name
            .get::<String>()
            .unwrap_or_else(|| panic!("{name:?} is no name"));
        (
            name.clone(),
            list(shape)
                .iter()
                .map(|size| number(size) as usize)
                .collect(),
        )
    };
    case.list("keys").iter().map(key).collect()
}
