//! The text of tensors, to the character.

use wick::prelude::*;

use crate::fixture::{self, Case, Outcome};

#[test]
fn print() {
    let name = |case: &Case| format!("{} {:?}", case.text("dtype"), case.sizes("shape"));
    fixture::run("print", 1.0, name, check);
}

fn check(case: &Case) -> Outcome {
    let (ours, theirs) = (tensor(case)?.to_string(), case.text("expect"));
    if ours == theirs {
        Ok(())
    } else {
        Err(format!("\n{ours}\n  instead of\n{theirs}"))
    }
}

fn tensor(case: &Case) -> Result<Tensor, String> {
    let dtype = DType::from_name(case.text("dtype")).ok_or("the dtype is not known")?;
    // Every value of the dtype is a double, and rounds to itself.
    let tensor = Tensor::from_vec(case.numbers("data"), case.sizes("shape")).to(dtype);
    Ok(if case.flag("requires_grad") {
        tensor.requires_grad_(true)
    } else {
        tensor
    })
}
