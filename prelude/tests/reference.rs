//! The tensor surface against PyTorch itself: values, dtypes, nodes, gradients and error sentences of several hundred
//! calls on ordinary and on odd inputs. `reference/generate.py` writes what has to come out.

use std::collections::HashMap;
use tinyjson::JsonValue;
use wick::Result;
use wick::autograd::{GradOptions, grad_with};
use wick::fft::{IstftOptions, Norm, StftOptions};
use wick::prelude::*;
use wick::tensor::*;

mod calls {
    use super::*;

    /// What a call gives, as a list.
    pub trait Out {
        fn list(self) -> Vec<Tensor>;
    }
    impl Out for Tensor {
        fn list(self) -> Vec<Tensor> {
            vec![self]
        }
    }
    impl Out for (Tensor, Tensor) {
        fn list(self) -> Vec<Tensor> {
            vec![self.0, self.1]
        }
    }
    impl Out for Vec<Tensor> {
        fn list(self) -> Vec<Tensor> {
            self
        }
    }
    impl Out for bool {
        fn list(self) -> Vec<Tensor> {
            vec![Tensor::scalar(self)]
        }
    }
    impl Out for Unique {
        fn list(self) -> Vec<Tensor> {
            vec![self.values, self.inverse, self.counts]
        }
    }

    pub type Call = fn(&Tensor, &Tensor, &Tensor) -> Result<Vec<Tensor>>;

    macro_rules! calls {
        (|$a:ident, $b:ident, $c:ident| $($python:literal => $wick:expr;)*) => {
            /// The same call here, by PyTorch's expression.
            pub const CALLS: &[(&str, Call)] = &[$(
                ($python, |$a, $b, $c| { let _ = ($a, $b, $c); $wick.map(Out::list) }),
            )*];
        };
    }
    include!("reference/calls.rs");
}

fn field<'a>(value: &'a JsonValue, name: &str) -> Option<&'a JsonValue> {
    let fields: &HashMap<String, JsonValue> = value.get()?;
    fields.get(name).filter(|value| !value.is_null())
}

fn list(value: &JsonValue) -> &Vec<JsonValue> {
    value
        .get()
        .unwrap_or_else(|| panic!("{value:?} is no list"))
}

fn text(value: &JsonValue) -> &str {
    value
        .get::<String>()
        .unwrap_or_else(|| panic!("{value:?} is no text"))
}

fn numbers(value: &JsonValue) -> Vec<f64> {
    let number = |value: &JsonValue| match value {
        JsonValue::Number(number) => *number,
        other => text(other)
            .parse()
            .unwrap_or_else(|_| panic!("{other:?} is no number")),
    };
    list(value).iter().map(number).collect()
}

fn sizes(value: &JsonValue) -> Vec<usize> {
    numbers(field(value, "shape").unwrap())
        .into_iter()
        .map(|size| size as usize)
        .collect()
}

/// The tensor of a fixture; one that was not contiguous there is not here.
fn tensor(value: &JsonValue) -> Tensor {
    let dtype = DType::from_name(text(field(value, "dtype").unwrap())).unwrap();
    let t = filled(numbers(field(value, "data").unwrap()), &sizes(value), dtype);
    let t = match field(value, "transposed").and_then(|flag| flag.get()) {
        Some(true) => t.mt().contiguous().mt(),
        _ => t,
    };
    t.detach()
}

/// A tensor of these numbers; complex ones are pairs of parts.
fn filled(numbers: Vec<f64>, shape: &[usize], dtype: DType) -> Tensor {
    if !dtype.is_complex() {
        return Tensor::from_vec(numbers, shape).to(dtype);
    }
    let pairs: Vec<usize> = shape.iter().copied().chain([2]).collect();
    Tensor::from_vec(numbers, pairs).view_as_complex().to(dtype)
}

/// How far a number of a dtype may be from PyTorch's: some roundings.
fn tolerance(dtype: DType) -> f64 {
    match dtype {
        DType::F64 | DType::C128 => 1e-9,
        DType::F32 | DType::C64 => 1e-5,
        DType::F16 => 2e-3,
        DType::BF16 => 2e-2,
        _ => 0.,
    }
}

fn is_inexact(dtype: DType) -> bool {
    dtype.is_floating_point() || dtype.is_complex()
}

fn close(
    what: &str,
    inputs: &[Tensor],
    ours: &Tensor,
    expected: &[f64],
    shape: &[usize],
) -> Result<(), String> {
    if ours.shape() != *shape {
        return Err(format!(
            "{what} has the shape {} instead of {shape:?}",
            ours.shape()
        ));
    }
    // A number is as exact as what it was made from.
    let exact = ours.dtype();
    let tolerance = inputs
        .iter()
        .map(|input| input.dtype())
        .filter(|dtype| is_inexact(*dtype) && is_inexact(exact))
        .map(tolerance)
        .fold(tolerance(exact), f64::max);
    let ours = match ours.is_complex() {
        true => ours.detach().view_as_real(),
        false => ours.detach(),
    };
    let numbers = ours.to_vec::<f64>();
    for (i, (x, y)) in numbers.iter().zip(expected).enumerate() {
        let same =
            x == y || (x.is_nan() && y.is_nan()) || (x - y).abs() <= tolerance * (1. + y.abs());
        if !same {
            return Err(format!(
                "{what} has {x} instead of {y} at {i}\n    {numbers:?}\n    {expected:?}"
            ));
        }
    }
    Ok(())
}

fn check(case: &JsonValue, call: calls::Call) -> Result<(), String> {
    let inputs: Vec<Tensor> = list(field(case, "inputs").unwrap())
        .iter()
        .map(tensor)
        .collect();
    for input in &inputs {
        if matches!(input.dtype().to_real(), DType::F32 | DType::F64) {
            input.requires_grad_(true);
        }
    }
    let input = |i: usize| inputs.get(i).unwrap_or(&inputs[0]);
    let result = call(input(0), input(1), input(2));
    let outputs = match (result, field(case, "error")) {
        (Err(error), Some(expected)) => {
            let (ours, expected) = (error.to_string(), text(expected));
            return match ours.lines().next() == Some(expected) {
                true => Ok(()),
                false => Err(format!("says\n    {ours}\n    instead of\n    {expected}")),
            };
        }
        (Err(error), None) => return Err(format!("fails: {error}")),
        (Ok(_), Some(expected)) => {
            return Err(format!("does not fail; PyTorch says: {}", text(expected)));
        }
        (Ok(outputs), None) => outputs,
    };
    if let Some(expected) = field(case, "text") {
        let (ours, expected) = (outputs[0].detach().to_string(), text(expected));
        return match ours == expected {
            true => Ok(()),
            false => Err(format!("prints\n{ours}\n    instead of\n{expected}")),
        };
    }
    let expected = list(field(case, "outputs").unwrap());
    if outputs.len() != expected.len() {
        return Err(format!(
            "gives {} tensors instead of {}",
            outputs.len(),
            expected.len()
        ));
    }
    for (i, (ours, expected)) in outputs.iter().zip(expected).enumerate() {
        let dtype = text(field(expected, "dtype").unwrap());
        if ours.dtype().name() != dtype {
            return Err(format!(
                "output {i} is {} instead of {dtype}",
                ours.dtype().name()
            ));
        }
        close(
            &format!("output {i}"),
            &inputs,
            ours,
            &numbers(field(expected, "data").unwrap()),
            &sizes(expected),
        )?;
    }
    gradients(case, &inputs, &outputs)
}

fn gradients(case: &JsonValue, inputs: &[Tensor], outputs: &[Tensor]) -> Result<(), String> {
    let Some(expected) = field(case, "grads") else {
        return Ok(());
    };
    for (i, (ours, expected)) in outputs
        .iter()
        .zip(list(field(case, "grad_fn").unwrap()))
        .enumerate()
    {
        let name = ours.grad_fn().map(|node| node.name().to_string());
        let expected = (!expected.is_null()).then(|| text(expected));
        // Wick's `sort` is always stable; in PyTorch the stable one has a node of its own.
        let expected = match expected {
            Some("SortBackward1") => Some("SortBackward0"),
            other => other,
        };
        if name.as_deref() != expected {
            return Err(format!(
                "output {i} was made by {name:?} instead of {expected:?}"
            ));
        }
    }
    let (mut of, mut with) = (Vec::new(), Vec::new());
    for (output, gradient) in outputs
        .iter()
        .zip(list(field(case, "grad_outputs").unwrap()))
    {
        if !gradient.is_null() {
            of.push(output);
            with.push(filled(numbers(gradient), &output.shape(), output.dtype()));
        }
    }
    let leaves: Vec<&Tensor> = inputs
        .iter()
        .filter(|input| input.requires_grad())
        .collect();
    let with: Vec<Option<&Tensor>> = with.iter().map(Some).collect();
    // Inputs that only lend their shape have none.
    let options = GradOptions {
        allow_unused: Some(true),
        ..GradOptions::default()
    };
    let computed = grad_with(&of, &leaves, &with, options).map_err(|error| error.to_string())?;
    let mut computed = computed.into_iter();
    for (i, (input, expected)) in inputs.iter().zip(list(expected)).enumerate() {
        let ours = if input.requires_grad() {
            computed.next().flatten()
        } else {
            None
        };
        match (ours, expected.is_null()) {
            // A gradient of zeros and none are the same to a person.
            (None, true) => {}
            (Some(ours), true) => close(
                &format!("gradient {i}"),
                inputs,
                &ours,
                &vec![0.; ours.numel() * if ours.is_complex() { 2 } else { 1 }],
                &ours.shape(),
            )?,
            (None, false) => {
                let zero = input.zeros_like();
                close(
                    &format!("the missing gradient {i}"),
                    inputs,
                    &zero,
                    &numbers(field(expected, "data").unwrap()),
                    &sizes(expected),
                )?;
            }
            (Some(ours), false) => {
                close(
                    &format!("gradient {i}"),
                    inputs,
                    &ours,
                    &numbers(field(expected, "data").unwrap()),
                    &sizes(expected),
                )?;
            }
        }
    }
    Ok(())
}

#[test]
fn calls_give_what_pytorch_gives() {
    let path = std::env::var("WICK_REFERENCE").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/surface.jsonl").into()
    });
    let fixture = std::fs::read_to_string(&path).unwrap();
    let table: HashMap<&str, calls::Call> = calls::CALLS.iter().copied().collect();
    let (mut passed, mut failures) = (0, Vec::new());
    for (line, row) in fixture.lines().enumerate() {
        let case: JsonValue = row.parse().unwrap();
        let name = text(field(&case, "call").unwrap());
        let outcome = match table.get(name) {
            None => Err("is not in the table".to_string()),
            Some(&call) => std::panic::catch_unwind(|| check(&case, call))
                .unwrap_or_else(|_| Err("panics".to_string())),
        };
        match outcome {
            Ok(()) => passed += 1,
            Err(why) => {
                let inputs: Vec<String> = list(field(&case, "inputs").unwrap())
                    .iter()
                    .map(|input| {
                        format!("{}{:?}", text(field(input, "dtype").unwrap()), sizes(input))
                    })
                    .collect();
                failures.push(format!(
                    "{}: {name} of {}: {why}",
                    line + 1,
                    inputs.join(", ")
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases differ:\n{}",
        failures.len(),
        failures.len() + passed,
        failures.join("\n")
    );
}
