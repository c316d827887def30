//! Reading what PyTorch found.

use std::collections::HashMap;

use tinyjson::JsonValue;
use wick::prelude::*;
use wick::{Arg, Shape};

/// A line of `cases.jsonl`.
pub struct Row(HashMap<String, JsonValue>);

impl Row {
    pub fn parse(line: &str) -> Row {
        Row::of(&line.parse().unwrap())
    }

    fn of(value: &JsonValue) -> Row {
        Row(value.get::<HashMap<String, JsonValue>>().unwrap().clone())
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|value| !value.is_null())
    }

    pub fn row(&self, key: &str) -> Option<Row> {
        self.has(key).then(|| Row::of(&self.0[key]))
    }

    pub fn text(&self, key: &str) -> String {
        self.word(key).unwrap_or_else(|| panic!("{key} is no text"))
    }

    pub fn word(&self, key: &str) -> Option<String> {
        self.0.get(key)?.get::<String>().cloned()
    }

    pub fn flag(&self, key: &str) -> bool {
        *self.0[key].get().unwrap()
    }

    pub fn number(&self, key: &str) -> f64 {
        *self.0[key].get().unwrap()
    }

    pub fn list(&self, key: &str) -> Vec<JsonValue> {
        self.0[key].get::<Vec<JsonValue>>().unwrap().clone()
    }

    pub fn shape(&self, key: &str) -> Shape {
        let sizes = self.list(key).into_iter();
        sizes
            .map(|size| *size.get::<f64>().unwrap() as usize)
            .collect::<Vec<_>>()
            .into()
    }

    /// A tensor, if there is one.
    pub fn tensor(&self, key: &str) -> Option<Tensor> {
        match self.word(key) {
            Some(_) => None,
            None => self.row(key).map(|row| row.unpacked()),
        }
    }

    fn unpacked(&self) -> Tensor {
        let number = |value: JsonValue| value.get::<String>().unwrap().parse::<f64>().unwrap();
        let numbers: Vec<f64> = self.list("values").into_iter().map(number).collect();
        let dtype = DType::from_name(&self.text("dtype")).unwrap();
        Tensor::from_vec(numbers, self.shape("shape")).to(dtype)
    }

    /// The parameters, with gradients where they are tensors of floats, and those tensors.
    pub fn parameters(&self) -> (Vec<Arg>, Vec<Tensor>) {
        let mut leaves = Vec::new();
        let given = self.list("parameters");
        let parameters = given.iter().map(|value| match value.get::<f64>() {
            // Python wrote an integer or a float; the difference shows nowhere.
            Some(&number) => Arg::from(number),
            None => {
                let tensor = Row::of(value).unpacked();
                if tensor.is_floating_point() {
                    let leaf = tensor.requires_grad_(true);
                    leaves.push(leaf.clone());
                    return Arg::from(leaf);
                }
                Arg::from(tensor)
            }
        });
        let parameters = parameters.collect();
        (parameters, leaves)
    }

    /// Gradients, in the order of the parameters.
    pub fn gradients(&self, key: &str) -> Option<Vec<Option<Tensor>>> {
        self.has(key).then(|| {
            let unpack = |value: &JsonValue| (!value.is_null()).then(|| Row::of(value).unpacked());
            self.list(key).iter().map(unpack).collect()
        })
    }
}

/// Compares numbers, and the shape and dtype with them. `tolerance` is relative above 1 and absolute below.
pub fn compare(
    what: &str,
    found: &Tensor,
    expected: &Tensor,
    tolerance: f64,
) -> Result<(), String> {
    let kind = |x: &Tensor| (x.shape(), x.dtype());
    if kind(found) != kind(expected) {
        return Err(format!(
            "{what}: {:?}, and in PyTorch {:?}",
            kind(found),
            kind(expected)
        ));
    }
    let [a, b] = [found, expected].map(|x| x.detach().to(DType::F64).ravel().to_vec::<f64>());
    let near = |(&a, &b): (&f64, &f64)| {
        a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance * b.abs().max(1.)
    };
    match a.iter().zip(&b).all(near) {
        true => Ok(()),
        false => Err(format!("{what}: {a:?}, and in PyTorch {b:?}")),
    }
}
