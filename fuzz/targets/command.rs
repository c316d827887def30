//! Lines that start with `:`, scripts, and questions about names.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| wick_kernel::fuzzing::command(text));
