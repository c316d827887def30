//! `torch.distributions`: what PyTorch draws, scores, prints and refuses, as `generate.py` wrote it, and what we do.

mod errors;
mod families;
mod fixture;

use fixture::{Row, compare};
use wick::autograd::{GradOptions, grad_with};
use wick::prelude::*;
use wick::random::Generator;
use wick::{Result, Shape};

fn rows(key: &str) -> Vec<Row> {
    let rows = include_str!("cases.jsonl").lines().map(Row::parse);
    rows.filter(|row| row.has(key)).collect()
}

/// Scores are computed by the same operations, whose last digits may differ.
fn near(x: &Tensor) -> f64 {
    if x.dtype() == DType::F64 { 1e-11 } else { 1e-5 }
}

/// Families whose draws go through logarithms, matrices and the like, of which PyTorch's last digit may be another one.
/// All others draw the same bits.
const BUT_FOR_LAST_DIGITS: [&str; 17] = [
    "ContinuousBernoulli",
    "ExpRelaxedCategorical",
    "GeneralizedPareto",
    "Gumbel",
    "InverseGamma",
    "LKJCholesky",
    "Laplace",
    "LogNormal",
    "LogisticNormal",
    "LogitRelaxedBernoulli",
    "LowRankMultivariateNormal",
    "MultivariateNormal",
    "Pareto",
    "RelaxedBernoulli",
    "RelaxedOneHotCategorical",
    "Transformed",
    "Wishart",
];

/// What draws may differ by.
fn of_draws(row: &Row, x: &Tensor) -> f64 {
    match BUT_FOR_LAST_DIGITS.contains(&row.text("family").as_str()) {
        // Differences of such numbers, which lose digits.
        true if ["LKJCholesky", "Wishart"].contains(&row.text("family").as_str()) => near(x),
        true if x.dtype() == DType::F64 => 1e-14,
        true => 5e-7,
        false => 0.,
    }
}

/// Gradients of the sum of arc tangents.
fn gradients(result: &Tensor, leaves: &[Tensor]) -> Vec<Option<Tensor>> {
    let sum = result.to(DType::F64).atan().sum();
    let options = GradOptions {
        allow_unused: Some(true),
        retain_graph: Some(true),
        ..Default::default()
    };
    let leaves: Vec<&Tensor> = leaves.iter().collect();
    grad_with(&[&sum], &leaves, &[None], options).unwrap()
}

fn check_gradients(
    what: &str,
    row: &Row,
    key: &str,
    result: &Tensor,
    leaves: &[Tensor],
    tolerance: f64,
    wrong: &mut Vec<String>,
) {
    let Some(expected) = row.gradients(key) else {
        return;
    };
    if !result.requires_grad() {
        wrong.push(format!("{what}: no gradients"));
        return;
    }
    for (found, expected) in gradients(result, leaves).iter().zip(&expected) {
        let outcome = match (found, expected) {
            (Some(found), Some(expected)) => compare(what, found, expected, tolerance),
            (None, None) => Ok(()),
            // A gradient of zeros where the other has none.
            (Some(zeros), None) | (None, Some(zeros)) => {
                compare(what, &zeros.zeros_like(), zeros, 0.)
            }
        };
        wrong.extend(outcome.err());
    }
}

/// What PyTorch computes, or that it computes nothing.
fn check_answer(row: &Row, key: &str, found: Result<Tensor>, wrong: &mut Vec<String>) {
    let outcome = match (found, row.word(key), row.tensor(key)) {
        (Ok(found), _, Some(expected)) => compare(key, &found, &expected, near(&expected)),
        (Ok(found), Some(_), _) => Err(format!("{key}: {found}, and in PyTorch nothing")),
        (Err(error), _, Some(expected)) => {
            Err(format!("{key}: {error}, and in PyTorch {expected}"))
        }
        _ => Ok(()),
    };
    wrong.extend(outcome.err());
}

fn check_draws(
    row: &Row,
    d: &dyn Distribution,
    leaves: &[Tensor],
    implicit: bool,
    wrong: &mut Vec<String>,
) {
    for drawn in row.list("samples") {
        let drawn = Row::parse(&drawn.stringify().unwrap());
        let shape = drawn.shape("shape");
        let expected = drawn.tensor("sample").unwrap();
        let found = Generator::with_seed(7).scope(|| d.draw(&shape).unwrap());
        wrong.extend(
            compare(
                &format!("sample {shape}"),
                &found,
                &expected,
                of_draws(row, &expected),
            )
            .err(),
        );
        if found.requires_grad() {
            wrong.push("a sample with gradients".into());
        }
        let Some(through) = drawn.row("rsample") else {
            continue;
        };
        let expected = through.tensor("values").unwrap();
        let found = Generator::with_seed(8).scope(|| d.draw_through(&shape).unwrap());
        let what = format!("rsample {shape}");
        wrong.extend(compare(&what, &found, &expected, of_draws(row, &expected)).err());
        // PyTorch approximates the implicit derivatives of gamma and beta numbers; ours are exact.
        let tolerance = if implicit { 2e-3 } else { near(&expected) * 4. };
        let what = format!("{what} gradients");
        check_gradients(
            &what,
            &through,
            "gradients",
            &found,
            leaves,
            tolerance,
            wrong,
        );
    }
}

fn check_row(row: &Row) -> Vec<String> {
    let (family, how) = (row.text("family"), row.text("how"));
    let (parameters, leaves) = row.parameters();
    let made = families::make(&family, &how, &parameters);
    let d = made.it.as_ref();
    let mut wrong = Vec::new();
    let mut same = |what: &str, found: String, expected: String| {
        if found != expected {
            wrong.push(format!("{what}: {found}, and in PyTorch {expected}"));
        }
    };
    same("text", d.to_string(), row.text("text"));
    same(
        "batch",
        d.batch_shape().to_string(),
        row.shape("batch").to_string(),
    );
    same(
        "event",
        d.event_shape().to_string(),
        row.shape("event").to_string(),
    );
    same("support", d.support().to_string(), row.text("support"));
    for (what, found) in [
        ("has_rsample", d.has_rsample()),
        ("has_enumerate_support", d.has_enumerate_support()),
    ] {
        same(what, found.to_string(), row.flag(what).to_string());
    }
    for (key, found) in [
        ("mean", d.try_mean()),
        ("mode", d.try_mode()),
        ("variance", d.try_variance()),
        ("stddev", d.try_stddev()),
        ("entropy", d.try_entropy()),
        ("perplexity", d.try_perplexity()),
        ("enumerated", d.try_enumerate_support(true)),
        ("enumerated_once", d.try_enumerate_support(false)),
    ] {
        check_answer(row, key, found, &mut wrong);
    }
    let implicit = [
        "Gamma",
        "InverseGamma",
        "Chi2",
        "Beta",
        "Dirichlet",
        "StudentT",
        "FisherSnedecor",
        "Wishart",
    ];
    check_draws(
        row,
        d,
        &leaves,
        implicit.contains(&family.as_str()),
        &mut wrong,
    );
    let value = row.tensor("value").unwrap();
    let log_prob = d.log_prob(&value);
    let expected = row.tensor("log_prob").unwrap();
    wrong.extend(compare("log_prob", &log_prob, &expected, near(&expected)).err());
    let (key, tolerance) = ("log_prob_gradients", near(&expected) * 8.);
    // What stands above a triangular factor has no say here, but a gradient in PyTorch.
    if (family.as_str(), how.as_str()) != ("Wishart", "scale_tril") {
        check_gradients(key, row, key, &log_prob, &leaves, tolerance, &mut wrong);
    }
    check_answer(row, "cdf", d.try_cdf(&value), &mut wrong);
    check_answer(
        row,
        "icdf",
        d.try_icdf(&row.tensor("share").unwrap()),
        &mut wrong,
    );
    let batch = [&[2], row.shape("batch").dims()].concat();
    let drawn = (made.expanded)(&batch);
    let drawn = Generator::with_seed(9).scope(|| drawn.draw(&Shape::from([2])).unwrap());
    let expected = row.tensor("expanded").unwrap();
    wrong.extend(compare("expanded", &drawn, &expected, of_draws(row, &expected)).err());
    wrong
        .into_iter()
        .map(|why| format!("{family} {how} {}: {why}", row.text("text")))
        .collect()
}

#[test]
fn families_are_those_of_pytorch() {
    let rows = rows("family");
    let wrong: Vec<String> = rows.iter().flat_map(check_row).collect();
    assert!(rows.len() > 150, "{} cases", rows.len());
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn distributions_differ_as_in_pytorch() {
    let rows = rows("kl");
    let mut wrong = Vec::new();
    for row in &rows {
        let names = row.list("kl");
        let [p, q] = [&names[0], &names[1]].map(|name| name.get::<String>().unwrap().clone());
        let (parameters, leaves) = row.parameters();
        let (of_p, of_q) = parameters.split_at(row.number("count") as usize);
        let found = families::differ(&p, &q, of_p, of_q);
        let expected = row.tensor("result").unwrap();
        let what = format!("{p} {q}");
        wrong.extend(compare(&what, &found, &expected, near(&expected)).err());
        let finite = expected.isfinite().all().item::<bool>();
        if finite {
            check_gradients(&what, row, "gradients", &found, &leaves, 1e-5, &mut wrong);
        }
    }
    assert!(rows.len() > 60, "{} pairs", rows.len());
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn incomplete_gamma_functions_are_those_of_pytorch() {
    for row in rows("gammainc") {
        let [a, x, lower, upper] =
            ["a", "x", "gammainc", "gammaincc"].map(|key| row.tensor(key).unwrap());
        // PyTorch has ten digits around large shapes, where ours has all.
        let tolerance = near(&lower).max(1e-9);
        compare("lower", &a.igamma(&x), &lower, tolerance).unwrap();
        compare("upper", &a.igammac(&x), &upper, tolerance).unwrap();
    }
    let share = tensor!([300.]).to(DType::F64).igamma(310.).item::<f64>();
    assert!((share - 0.722_488_754_171_861).abs() < 1e-13, "{share}");
}
