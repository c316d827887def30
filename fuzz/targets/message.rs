//! The frames of a Jupyter message: delimiter, signature, header, content.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wick_kernel::fuzzing::message(bytes));
