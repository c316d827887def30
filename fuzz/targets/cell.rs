//! A cell's text: taken apart, its items taken over, and code made of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| wick_kernel::fuzzing::cell(text));
