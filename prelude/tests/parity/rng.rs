//! Random numbers, bit for bit.

use wick::nn::init::{self, Fan, Nonlinearity};
use wick::prelude::*;

use crate::fixture::{self, Case, Outcome};

#[test]
fn rng() {
    let name = |case: &Case| {
        format!(
            "seed {} {} {:?}",
            case.number("seed"),
            case.text("call"),
            case.numbers("args")
        )
    };
    fixture::run("rng", 1.0, name, check);
}

fn check(case: &Case) -> Outcome {
    let dtype = DType::from_name(case.text("dtype")).ok_or("the dtype is not known")?;
    let draw = || draw(case.text("call"), &case.numbers("args"), dtype);
    let drawn = fixture::seeded(case.number("seed"), draw).ok_or("the call is not known")?;
    let expected = case.numbers("expect");
    if drawn.len() != expected.len() {
        return Err(format!(
            "{} numbers instead of {}",
            drawn.len(),
            expected.len()
        ));
    }
    match drawn
        .iter()
        .zip(&expected)
        .position(|(ours, theirs)| ours.to_bits() != theirs.to_bits())
    {
        None => Ok(()),
        Some(at) => Err(format!(
            "number {at} is {} instead of {}",
            drawn[at], expected[at]
        )),
    }
}

/// The numbers that a call draws; `None` when the call is not known.
fn draw(call: &str, args: &[f64], dtype: DType) -> Option<Vec<f64>> {
    let drawn = match (call, args) {
        ("rand", &[n]) => Tensor::rand_with([n as usize], dtype),
        ("randn", &[n]) => Tensor::randn_with([n as usize], dtype),
        ("uniform_", &[n, from, to]) => Tensor::empty([n as usize]).uniform_(from, to),
        ("normal_", &[n, mean, std]) => Tensor::empty([n as usize]).normal_(mean, std),
        ("bernoulli_", &[n, p]) => Tensor::empty([n as usize]).bernoulli_(p),
        ("randint", &[low, high, n]) => Tensor::randint(low as i64, high as i64, [n as usize]),
        ("randperm", &[n]) => Tensor::randperm(n as usize),
        (spelled, &[]) => return spelled_out(spelled, dtype),
        _ => return None,
    };
    Some(drawn.to_vec::<f64>())
}

/// Calls with their arguments in the name: `sequence:rand(3),randn(5)`, `nn.Linear(7,5)`.
fn spelled_out(call: &str, dtype: DType) -> Option<Vec<f64>> {
    if let Some(sequence) = call.strip_prefix("sequence:") {
        let calls = sequence
            .trim_end_matches(')')
            .split("),")
            .map(|call| call.split_once('('));
        let mut drawn = Vec::new();
        for call in calls {
            let (name, args) = call?;
            drawn.extend(draw(name, &numbers(args)?, dtype)?);
        }
        return Some(drawn);
    }
    let (name, rest) = call.split_once('(')?;
    let (args, options) = rest.split_once(')')?;
    let args: Vec<usize> = numbers(args)?.into_iter().map(|arg| arg as usize).collect();
    let tensors = match (name, options) {
        ("nn.Linear", "") => Linear::new(args[0], args[1]).parameters(),
        ("nn.Conv2d", "") => Conv2d::new(args[0], args[1], args[2]).parameters(),
        ("kaiming_normal_", ",fan_out,relu") => {
            vec![init::kaiming_normal_(&Tensor::empty(args), Fan::Out, Nonlinearity::ReLU).clone()]
        }
        _ => return None,
    };
    Some(
        tensors
            .iter()
            .flat_map(|tensor| tensor.detach().to_vec::<f64>())
            .collect(),
    )
}

fn numbers(args: &str) -> Option<Vec<f64>> {
    args.split(',').map(|arg| arg.parse().ok()).collect()
}
