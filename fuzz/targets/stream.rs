//! What a runtime's stdout carries, and the messages on its socket.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wick_kernel::fuzzing::stream(bytes));
