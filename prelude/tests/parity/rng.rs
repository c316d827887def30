//! Random numbers, bit for bit.

use wick::random::Generator;

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
    let generator = Generator::with_seed(case.number("seed") as u64);
    let args = case.numbers("args");
    let drawn = match case.text("dtype") {
        "float64" => draw_double(&generator, case.text("call"), &args),
        _ => draw(&generator, case.text("call"), &args),
    };
    let drawn = drawn.ok_or_else(|| "an unknown call".to_string())?;
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

fn draw_double(generator: &Generator, call: &str, args: &[f64]) -> Option<Vec<f64>> {
    let mut values = vec![0f64; *args.first()? as usize];
    match call {
        "rand" => generator.lock().rand(&mut values),
        "randn" => generator.lock().normal(&mut values, 0.0, 1.0),
        _ => return None,
    }
    Some(values)
}

fn draw(generator: &Generator, call: &str, args: &[f64]) -> Option<Vec<f64>> {
    match (call, args) {
        ("rand", &[n]) => Some(uniform(generator, n, 0.0, 1.0)),
        ("randn", &[n]) => Some(normal(generator, n, 0.0, 1.0)),
        ("uniform_", &[n, from, to]) => Some(uniform(generator, n, from, to)),
        ("normal_", &[n, mean, std]) => Some(normal(generator, n, mean, std)),
        ("randint", &[low, high, n]) => {
            let drawn = generator
                .lock()
                .integers(low as i64, high as i64, n as usize);
            Some(drawn.into_iter().map(|value| value as f64).collect())
        }
        ("randperm", &[n]) => Some(
            generator
                .lock()
                .permutation(n as usize)
                .into_iter()
                .map(|at| at as f64)
                .collect(),
        ),
        ("bernoulli_", &[n, p]) => Some(
            generator
                .lock()
                .bernoulli(p, n as usize)
                .into_iter()
                .map(|happens| f64::from(u8::from(happens)))
                .collect(),
        ),
        (spelled, &[]) => spelled_out(generator, spelled),
        _ => None,
    }
}

/// Calls with their arguments in the name: `sequence:rand(3),randn(5)`, `nn.Linear(7,5)`.
fn spelled_out(generator: &Generator, call: &str) -> Option<Vec<f64>> {
    if let Some(sequence) = call.strip_prefix("sequence:") {
        let mut drawn = Vec::new();
        for (name, args) in sequence
            .trim_end_matches(')')
            .split("),")
            .map(|part| part.split_once('('))
            .collect::<Option<Vec<_>>>()?
        {
            drawn.extend(draw(generator, name, &numbers(args)?)?);
        }
        return Some(drawn);
    }
    let (name, rest) = call.split_once('(')?;
    let (args, options) = rest.split_once(')')?;
    let args = numbers(args)?;
    match (name, options) {
        ("nn.Linear", "") => Some(layer(generator, args[1], args[0])),
        ("nn.Conv2d", "") => Some(layer(generator, args[1], args[0] * args[2] * args[2])),
        ("kaiming_normal_", ",fan_out,relu") => {
            let fan_out = args[0] * args[2] * args[3];
            Some(normal(
                generator,
                args.iter().product(),
                0.0,
                2f64.sqrt() / fan_out.sqrt(),
            ))
        }
        _ => None,
    }
}

/// The weights and the biases that a layer of `outputs`, each with `fan_in` inputs, begins with.
fn layer(generator: &Generator, outputs: f64, fan_in: f64) -> Vec<f64> {
    let gain = (2.0 / (1.0 + 5f64.sqrt().powi(2))).sqrt();
    let bound = 3f64.sqrt() * (gain / fan_in.sqrt());
    let mut drawn = uniform(generator, outputs * fan_in, -bound, bound);
    let bound = 1.0 / fan_in.sqrt();
    drawn.extend(uniform(generator, outputs, -bound, bound));
    drawn
}

fn numbers(args: &str) -> Option<Vec<f64>> {
    args.split(',').map(|arg| arg.parse().ok()).collect()
}

fn uniform(generator: &Generator, n: f64, from: f64, to: f64) -> Vec<f64> {
    let mut values = vec![0f32; n as usize];
    generator.lock().uniform(&mut values, from, to);
    values.into_iter().map(f64::from).collect()
}

fn normal(generator: &Generator, n: f64, mean: f64, std: f64) -> Vec<f64> {
    let mut values = vec![0f32; n as usize];
    generator.lock().normal(&mut values, mean, std);
    values.into_iter().map(f64::from).collect()
}
