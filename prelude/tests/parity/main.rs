//! Wick against numbers and texts from real PyTorch.
//!
//! `WICK_FIXTURES=DIR cargo test --release -p wick --test parity -- --nocapture` reads the files of `DIR`, or without
//! the variable those of `tests/fixtures/torch`, which `generate.py` and `programs.py` beside them make. Each file
//! prints one line, `parity print 420/420`, below it what each failing case says (the first twelve, or as many as
//! `WICK_DESCRIBED` says), and fails when fewer pass than have to.

mod compare;
mod fixture;
mod models;
mod ops;
mod optim;
mod print;
mod programs;
mod rng;

/// A file that nobody reads would look as if all of it passed.
#[test]
fn every_file_is_read() {
    let kinds = ["print", "rng", "ops", "models", "optim", "programs"];
    let files =
        std::fs::read_dir(fixture::directory()).expect("the folder of fixtures can be read");
    for file in files {
        let path = file.expect("the folder of fixtures can be read").path();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        let is_fixture = path
            .extension()
            .is_some_and(|extension| extension == "jsonl");
        assert!(
            !is_fixture || kinds.contains(&stem),
            "nothing reads {}",
            path.display()
        );
    }
}
