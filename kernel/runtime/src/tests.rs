//! Runs the `#[test]` functions of a cell, as `cargo test` would those of a crate.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::process::{ExitCode, Termination};

use crate::interrupt::Interrupted;
use crate::loaded::describe;
use crate::panics;
use crate::protocol::Panic;

/// One `#[test]` function of a cell.
pub struct Test {
    /// Its path: `tests::it_works`.
    pub name: &'static str,
    /// Whether it has `#[ignore]`.
    pub ignored: bool,
    /// Whether it has `#[should_panic]`, and the text that the panic's message must hold.
    pub should_panic: Option<&'static str>,
    /// Calls it and says whether it succeeded.
    pub body: fn() -> bool,
}

/// Whether what a test function returned means success. An `Err` is printed.
pub fn succeeded(result: impl Termination) -> bool {
    result.report() == ExitCode::SUCCESS
}

/// Runs the tests one after another and prints what came of them. If some failed, the cell panics as the first of them did.
pub fn run(tests: &[Test]) {
    let plural = if tests.len() == 1 { "" } else { "s" };
    println!("running {} test{plural}", tests.len());
    let (mut passed, mut ignored) = (0, 0);
    let mut failures: Vec<(&str, Panic)> = Vec::new();
    for test in tests {
        if test.ignored {
            println!("test {} ... ignored", test.name);
            ignored += 1;
            continue;
        }
        match outcome(test) {
            Ok(()) => {
                println!("test {} ... ok", test.name);
                passed += 1;
            }
            Err(panic) => {
                println!("test {} ... FAILED", test.name);
                failures.push((test.name, panic));
            }
        }
    }
    for (name, panic) in &failures {
        let place = panic.frames.first().map(describe);
        let place = place.map_or(String::new(), |place| format!("{place}: "));
        println!("\n---- {name}\n{place}{}", panic.message);
    }
    let verdict = if failures.is_empty() { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {verdict}. {passed} passed; {} failed; {ignored} ignored",
        failures.len()
    );
    if let Some((_, panic)) = failures.into_iter().next() {
        panics::restore(panic);
        resume_unwind(Box::new("a test failed"));
    }
}

/// What is wrong, if the test fails.
fn outcome(test: &Test) -> Result<(), Panic> {
    let result = catch_unwind(AssertUnwindSafe(test.body));
    let panic = panics::last();
    let of_no_place = |message: String| Panic {
        message,
        frames: Vec::new(),
    };
    match (result, test.should_panic) {
        (Err(payload), _) if payload.is::<Interrupted>() => {
            if let Some(panic) = panic {
                panics::restore(panic);
            }
            panic_any(Interrupted)
        }
        (Ok(true), None) => Ok(()),
        (Ok(false), None) => Err(of_no_place("the test returned an error".into())),
        (Ok(_), Some(_)) => Err(of_no_place("the test did not panic as expected".into())),
        (Err(_), None) => Err(panic.unwrap_or_else(|| of_no_place("panic".into()))),
        (Err(_), Some(expected)) => {
            let message = panic.map_or(String::new(), |panic| panic.message);
            if message.contains(expected) {
                return Ok(());
            }
            Err(of_no_place(format!(
                "the panic did not contain the expected text\n  panic message: {message:?}\n expected text: {expected:?}"
            )))
        }
    }
}
