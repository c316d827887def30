//! Small programs, statement by statement: what each one gives, prints or complains of, and what is left of every
//! variable at the end. `programs.py` beside the fixtures writes them at random and runs them in PyTorch.
//!
//! A statement is `{"op", "args", "code"}` with what came of it: `"error"` and its `"kind"`, or the tensors that it
//! made, `"made"`, which become the next variables. `"no_grad"` and `"print"` stand where they are true.

mod calls;
mod values;

use tinyjson::JsonValue;
use wick::ErrorKind;
use wick::autograd::no_grad;
use wick::prelude::*;
use wick::random::{Generator, set_thread_generator};

use crate::compare::{close, same};
use crate::fixture::{self, Case, Outcome, list, numbers};
use values::{field, given, text};

#[test]
fn programs() {
    let name = |case: &Case| format!("program {}", case.number("seed"));
    fixture::run("programs", 1.0, name, check);
}

fn check(case: &Case) -> Outcome {
    set_thread_generator(Generator::with_seed(case.number("seed") as u64));
    let mut session = Session::default();
    let mut done = String::new();
    for statement in case.list("statements") {
        done.push_str(&format!("\n    {}", text(field(statement, "code"))));
        session
            .run(statement)
            .map_err(|why| format!("{why}{done}"))?;
    }
    for (index, expected) in case.list("left").iter().enumerate() {
        session
            .left(index, expected)
            .map_err(|why| format!("v{index} at the end: {why}{done}"))?;
    }
    Ok(())
}

/// The variables of a program. Each knows how far it may be from PyTorch's, and its version when it was made: how often
/// an operation writes to what it makes is its own matter.
#[derive(Default)]
struct Session {
    variables: Vec<Tensor>,
    tolerances: Vec<f64>,
    versions: Vec<u64>,
}

impl Session {
    /// Runs one statement, and compares what it gives.
    fn run(&mut self, statement: &JsonValue) -> Outcome {
        let (op, args) = (text(field(statement, "op")), list(field(statement, "args")));
        let call = || calls::call(op, args, &self.variables).ok_or(format!("'{op}' is not known"));
        let result = match given(statement, "no_grad") {
            Some(_) => no_grad(call)?,
            None => call()?,
        };
        let made = match (result, given(statement, "error")) {
            (Ok(_), Some(error)) => return Err(format!("does not fail: {}", text(error))),
            (Err(error), None) => return Err(format!("fails: {error}")),
            (Err(error), Some(expected)) => {
                same("the sentence", first_line(error.message()), text(expected))?;
                let kind = text(field(statement, "kind"));
                return same("the exception", exception(error.kind()), kind);
            }
            (Ok(made), None) => made,
        };
        let expected = list(field(statement, "made"));
        same("the number of results", made.len(), expected.len())?;
        // A result is as exact as what it was made from, and so is what was written to.
        let mut used = Vec::new();
        args.iter()
            .for_each(|arg| values::variables(arg, &mut used));
        let from = used.iter().map(|&used| self.tolerances[used]);
        let from = from.fold(0.0, f64::max);
        if made.is_empty() {
            used.iter()
                .take(1)
                .for_each(|&used| self.tolerances[used] = from);
        }
        for (tensor, expected) in made.iter().zip(expected) {
            self.tolerances.push(tolerance(tensor.dtype()).max(from));
            self.versions.push(tensor.version());
            self.described(tensor, self.tolerances.len() - 1, expected)?;
        }
        if let Some(expected) = given(statement, "print") {
            let printed = self.variables[values::number(&args[0])].to_string();
            if printed != text(expected) {
                return Err(format!(
                    "prints\n{printed}\n  instead of\n{}",
                    text(expected)
                ));
            }
        }
        self.variables.extend(made);
        Ok(())
    }

    /// What a tensor is, without its numbers: `[dtype, shape, node]`, the node `null` without one, `"leaf"` for a leaf
    /// that wants a gradient, and `"?"` where asking for it fails. Its numbers come fourth where they were kept.
    fn described(&self, tensor: &Tensor, index: usize, expected: &JsonValue) -> Outcome {
        let expected = list(expected);
        same("the dtype", tensor.dtype().name(), text(&expected[0]))?;
        same("the shape", tensor.dims(), fixture::sizes(&expected[1]))?;
        let node = match tensor.try_grad_fn() {
            Ok(Some(node)) => Some(node.name().to_string()),
            Ok(None) => tensor.requires_grad().then(|| "leaf".to_string()),
            Err(_) => Some("?".to_string()),
        };
        let known = (!expected[2].is_null()).then(|| text(&expected[2]).to_string());
        same("the node", node, known)?;
        match expected.get(3) {
            Some(values) => compare("the values", tensor, values, self.tolerances[index]),
            None => Ok(()),
        }
    }

    /// What a variable is at the end: as above, then how often it was written to, and its gradient.
    fn left(&self, index: usize, expected: &JsonValue) -> Outcome {
        let tensor = &self.variables[index];
        self.described(tensor, index, expected)?;
        let expected = list(expected);
        same(
            "the number of writes",
            tensor.version() - self.versions[index],
            fixture::number(&expected[4]) as u64,
        )?;
        match (tensor.grad(), expected[5].is_null()) {
            (None, true) => Ok(()),
            (Some(gradient), false) => compare(
                "the gradient",
                &gradient,
                &expected[5],
                self.tolerances[index],
            ),
            (Some(gradient), true) => Err(format!("has a gradient and should not: {gradient}")),
            (None, false) => Err("has no gradient".to_string()),
        }
    }
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

/// Python's name of it. What PyTorch does not implement is a `RuntimeError` by descent.
fn exception(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Runtime => "RuntimeError",
        ErrorKind::Index => "IndexError",
        ErrorKind::Value => "ValueError",
        ErrorKind::Type => "TypeError",
    }
}

/// A statement rounds once or a few times, and the next ones go on from there.
fn tolerance(dtype: DType) -> f64 {
    match dtype {
        DType::F64 => 1e-9,
        DType::F32 => 2e-5,
        DType::F16 => 4e-3,
        DType::BF16 => 4e-2,
        _ => 0.0,
    }
}

fn compare(what: &str, tensor: &Tensor, expected: &JsonValue, tolerance: f64) -> Outcome {
    let tolerance = match tensor.is_floating_point() {
        true => tolerance,
        false => 0.0,
    };
    close(
        &tensor.detach().to_vec::<f64>(),
        &numbers(expected),
        tolerance,
    )
    .map_err(|why| format!("{what}: {why}"))
}
