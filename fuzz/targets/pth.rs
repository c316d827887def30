//! A file of `torch.save`: the archive of today, or the pickles of old.
//!
//! Mutations of an archive hardly get beyond its checksums. So an input that begins with `P` is a pickle and the numbers
//! of its storages, separated by `\0data\0`, of which the archive is made here.
#![no_main]

mod file;
mod tensors;

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use wick::serialization::{Value, try_load};
use zip::write::{SimpleFileOptions, ZipWriter};

const SEPARATOR: &[u8] = b"\0data\0";

fn archive(bytes: &[u8]) -> Vec<u8> {
    let cut = bytes
        .windows(SEPARATOR.len())
        .position(|window| window == SEPARATOR);
    let (pickle, numbers) = match cut {
        Some(at) => (&bytes[..at], &bytes[at + SEPARATOR.len()..]),
        None => (bytes, &[][..]),
    };
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in [
        ("a/data.pkl", pickle),
        ("a/byteorder", b"little"),
        ("a/data/0", numbers),
        ("a/data/1", numbers),
    ] {
        archive.start_file(name, options).expect("an entry");
        archive.write_all(bytes).expect("memory");
    }
    archive.finish().expect("an archive").into_inner()
}

fn used(value: &Value, depth: usize) {
    match value {
        Value::Tensor(tensor) => tensors::used(tensor),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            items.iter().for_each(|item| used(item, depth + 1))
        }
        Value::Dict(entries) => entries.iter().for_each(|(key, value)| {
            used(key, depth + 1);
            used(value, depth + 1);
        }),
        _ => {}
    }
    assert!(depth < 1000);
}

fuzz_target!(|bytes: &[u8]| {
    let read = match bytes.split_first() {
        Some((b'P', rest)) if !bytes.starts_with(b"PK") => {
            file::holding(&archive(rest), |path| try_load(path))
        }
        _ => file::holding(bytes, |path| try_load(path)),
    };
    if let Ok(value) = read {
        used(&value, 0);
    }
});
