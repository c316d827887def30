//! Reading fixtures and counting what passes.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tinyjson::JsonValue;

/// So many failing cases are described, or as many as `WICK_DESCRIBED` says; the others are only counted.
const DESCRIBED: usize = 12;

/// One line of a fixture file.
pub struct Case(HashMap<String, JsonValue>);

/// What a case says when it fails.
pub type Outcome = Result<(), String>;

/// Runs `check` on every case of `{kind}.jsonl`, prints how many pass, and panics when that is less than `must_pass` of
/// them, from 0 to 1. A directory without the file has nothing to check.
pub fn run(
    kind: &str,
    must_pass: f64,
    name: impl Fn(&Case) -> String,
    check: impl Fn(&Case) -> Outcome,
) {
    let path = directory().join(format!("{kind}.jsonl"));
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => panic!("cannot read {}: {error}", path.display()),
    };
    let cases: Vec<Case> = text.lines().map(Case::parse).collect();
    let mut failures = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        if let Err(reason) = quietly(|| check(case)) {
            failures.push(format!(
                "  line {}: {}: {}",
                index + 1,
                name(case),
                shorten(&reason)
            ));
        }
    }
    let passed = cases.len() - failures.len();
    let most = std::env::var("WICK_DESCRIBED").ok();
    let most = most.and_then(|most| most.parse().ok()).unwrap_or(DESCRIBED);
    let described = failures
        .iter()
        .take(most)
        .map(|line| format!("\n{line}"))
        .collect::<String>();
    let rest = match failures.len().saturating_sub(most) {
        0 => String::new(),
        more => format!("\n  and {more} more"),
    };
    // In one piece, since the kinds run side by side.
    println!("parity {kind} {passed}/{}{described}{rest}", cases.len());
    let needed = (must_pass * cases.len() as f64).ceil() as usize;
    assert!(
        passed >= needed,
        "{kind}: {passed} of {} cases pass, {needed} have to",
        cases.len()
    );
}

/// Runs `body` with the default generator seeded. The kinds run side by side and share that generator.
pub fn seeded<T>(seed: f64, body: impl FnOnce() -> T) -> T {
    static DEFAULT_GENERATOR: Mutex<()> = Mutex::new(());
    let _alone = DEFAULT_GENERATOR
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    wick::random::manual_seed(seed as u64);
    body()
}

/// Where the fixtures are. Cargo runs tests in the folder of their package: a relative path is the repository's.
pub fn directory() -> PathBuf {
    let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let directory = match std::env::var_os("WICK_FIXTURES") {
        Some(directory) => repository.join(directory),
        None => repository.join("tests/fixtures/torch"),
    };
    assert!(
        directory.is_dir(),
        "there is no folder {}",
        directory.display()
    );
    directory
}

/// A panic is a failing case like any other.
fn quietly(check: impl FnOnce() -> Outcome) -> Outcome {
    panic::catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|payload| {
        let message = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or(payload.downcast_ref::<&str>().copied());
        Err(format!(
            "panics: {}",
            message.unwrap_or("without a message")
        ))
    })
}

fn shorten(reason: &str) -> String {
    const LONGEST: usize = 1500;
    match reason.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &reason[..end]),
        None => reason.to_string(),
    }
}

impl Case {
    fn parse(line: &str) -> Self {
        let value: JsonValue = line
            .parse()
            .unwrap_or_else(|error| panic!("not a fixture: {error}: {line:.80}"));
        match value {
            JsonValue::Object(fields) => Self(fields),
            _ => panic!("not a fixture: {line:.80}"),
        }
    }

    pub fn get(&self, field: &str) -> Option<&JsonValue> {
        self.0.get(field).filter(|value| !value.is_null())
    }

    pub fn required(&self, field: &str) -> &JsonValue {
        self.get(field)
            .unwrap_or_else(|| panic!("the fixture has no field '{field}'"))
    }

    pub fn text(&self, field: &str) -> &str {
        self.required(field)
            .get::<String>()
            .unwrap_or_else(|| panic!("the field '{field}' is no text"))
    }

    pub fn number(&self, field: &str) -> f64 {
        number(self.required(field))
    }

    pub fn flag(&self, field: &str) -> bool {
        *self
            .required(field)
            .get::<bool>()
            .unwrap_or_else(|| panic!("the field '{field}' is no bool"))
    }

    pub fn numbers(&self, field: &str) -> Vec<f64> {
        numbers(self.required(field))
    }

    pub fn list(&self, field: &str) -> &[JsonValue] {
        list(self.required(field))
    }

    pub fn sizes(&self, field: &str) -> Vec<usize> {
        sizes(self.required(field))
    }
}

pub fn sizes(value: &JsonValue) -> Vec<usize> {
    numbers(value)
        .into_iter()
        .map(|size| size as usize)
        .collect()
}

/// A number, also one that JSON has no numeral for.
pub fn number(value: &JsonValue) -> f64 {
    match value {
        JsonValue::Number(number) => *number,
        JsonValue::String(name) => name
            .parse()
            .unwrap_or_else(|_| panic!("'{name}' is no number")),
        other => panic!("{other:?} is no number"),
    }
}

pub fn numbers(value: &JsonValue) -> Vec<f64> {
    list(value).iter().map(number).collect()
}

pub fn list(value: &JsonValue) -> &[JsonValue] {
    match value {
        JsonValue::Array(values) => values,
        other => panic!("{other:?} is no list"),
    }
}
