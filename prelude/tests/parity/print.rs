//! The text of tensors, to the character.

use wick::print::{Elements, TensorText};

use crate::fixture::{self, Case, Outcome};

#[test]
fn print() {
    let name = |case: &Case| format!("{} {:?}", case.text("dtype"), case.sizes("shape"));
    fixture::run("print", 1.0, name, check);
}

fn check(case: &Case) -> Outcome {
    let data = case.numbers("data");
    let dtype = case.text("dtype");
    let elements = |positions: &[usize]| match dtype {
        "bool" => Elements::Bool(positions.iter().map(|&at| data[at] != 0.0).collect()),
        "float16" | "bfloat16" | "float32" | "float64" => {
            Elements::Float(positions.iter().map(|&at| data[at]).collect())
        }
        _ => Elements::Int(positions.iter().map(|&at| data[at] as i64).collect()),
    };
    let text = TensorText {
        shape: &case.sizes("shape"),
        dtype,
        device: None,
        requires_grad: case.flag("requires_grad"),
        grad_fn: None,
        fetch: &elements,
    };
    let (ours, theirs) = (text.to_string(), case.text("expect"));
    if ours == theirs {
        Ok(())
    } else {
        Err(format!("\n{ours}\n  instead of\n{theirs}"))
    }
}
