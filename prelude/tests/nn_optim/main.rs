//! What PyTorch computes and prints, as `generate.py` and its neighbours wrote it, and what we do.

mod functions;
mod hooks;
mod layers;
mod lazy;
mod made;
mod nodes;
mod nodes_of_derivatives;
mod optim;
mod rarer;
mod sequences;
mod state;
mod tables;

use std::collections::HashMap;
use std::sync::OnceLock;

use tinyjson::JsonValue;
use wick::Tensor;
use wick::random::{Generator, set_thread_generator};

/// What PyTorch found for a case.
struct Case {
    values: Vec<Vec<f64>>,
    text: Option<String>,
}

fn cases() -> &'static HashMap<String, Case> {
    static CASES: OnceLock<HashMap<String, Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let files = [
            include_str!("sequences_and_optim.jsonl"),
            include_str!("layers.jsonl"),
            include_str!("more.jsonl"),
        ];
        files
            .iter()
            .flat_map(|text| text.lines())
            .map(parse)
            .collect()
    })
}

fn parse(line: &str) -> (String, Case) {
    // Python writes what JSON has no numbers for as words.
    let line = line.replace("NaN", "null").replace("-Infinity", "-1e999");
    let value: JsonValue = line.parse().unwrap();
    let row: &HashMap<String, JsonValue> = value.get().unwrap();
    let list = |value: &JsonValue| value.get::<Vec<JsonValue>>().unwrap().clone();
    let number = |value: &JsonValue| value.get::<f64>().copied().unwrap_or(f64::NAN);
    let values = list(&row["values"]);
    let case = Case {
        values: values
            .iter()
            .map(|row| list(row).iter().map(number).collect())
            .collect(),
        text: row["text"].get::<String>().cloned(),
    };
    (row["name"].get::<String>().unwrap().clone(), case)
}

/// Compares what we found for a case with what PyTorch found.
fn check(name: &str, tensors: &[Tensor], text: Option<String>, tolerance: f64) {
    let case = cases()
        .get(name)
        .unwrap_or_else(|| panic!("there is no case '{name}'"));
    if let (Some(found), Some(expected)) = (text, &case.text) {
        assert_eq!(&found, expected, "{name}");
    }
    assert_eq!(tensors.len(), case.values.len(), "{name}: how many tensors");
    for (index, (tensor, expected)) in tensors.iter().zip(&case.values).enumerate() {
        let found = tensor.detach().double().ravel().to_vec::<f64>();
        assert_eq!(
            found.len(),
            expected.len(),
            "{name}, tensor {index}: how many numbers"
        );
        for (at, (a, b)) in found.iter().zip(expected).enumerate() {
            let scale = 1.0 + b.abs();
            assert!(
                (a - b).abs() <= tolerance * scale || (a.is_nan() && b.is_nan()) || a == b,
                "{name}, tensor {index}, number {at}: {a}, and in PyTorch {b}\n{found:?}\n{expected:?}"
            );
        }
    }
}

/// Draws from a generator that no other test draws from, seeded.
fn seeded<T>(seed: u64, body: impl FnOnce() -> T) -> T {
    set_thread_generator(Generator::with_seed(seed));
    body()
}
