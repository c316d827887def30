//! A safetensors file.
#![no_main]

mod file;
mod tensors;

use libfuzzer_sys::fuzz_target;
use wick::serialization::{save_file, try_load_file};

fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = file::holding(bytes, |path| try_load_file(path)) else {
        return;
    };
    for (_, tensor) in read.iter() {
        tensors::used(tensor);
    }
    // What was read can be written, and read again.
    let folder = std::env::temp_dir().join(format!("wick-fuzz-{}.safetensors", std::process::id()));
    save_file(&read, &folder);
    let again = try_load_file(&folder).expect("a file that was just written");
    let _ = std::fs::remove_file(&folder);
    assert_eq!(again.len(), read.len());
});
