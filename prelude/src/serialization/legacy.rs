//! The files that `torch.save` wrote before PyTorch 1.6: pickles one after another, and then the numbers.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};

use super::pickle::{Allowed, Object, unpickle};
use super::storages::Storages;
use super::value::Value;
use super::{damaged, io};
use crate::error::{Error, Result};

const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
const PROTOCOL: i128 = 1001;

pub(super) fn read(file: File, len: u64) -> Result<Value> {
    let mut file = BufReader::new(file);
    let next = |file: &mut BufReader<File>| unpickle(file, Allowed::Weights);
    if next(&mut file)?.integer() != Some(MAGIC) {
        return Err(Error::runtime(
            "it is a pickle, but none that `torch.save` wrote",
        ));
    }
    if next(&mut file)?.integer() != Some(PROTOCOL) {
        return Err(Error::runtime(
            "it has an unknown version of the old format",
        ));
    }
    let system = next(&mut file)?.value(&mut |_| Err(damaged("a tensor in its head")))?;
    if system.get("little_endian").and_then(Value::as_bool) == Some(false) {
        return Err(Error::runtime(
            "its numbers are big-endian, which is not supported",
        ));
    }
    let object = next(&mut file)?;
    let keys = next(&mut file)?.value(&mut |_| Err(damaged("a tensor among its keys")))?;
    let mut numbers = numbers(&mut file, &keys, &object, len)?;
    let missing = |key: &str| damaged(format!("it lacks the storage {key}"));
    let mut storages = Storages::new(Box::new(|key| {
        numbers.remove(key).ok_or_else(|| missing(key))
    }));
    object.value(&mut |node| storages.tensor(node))
}

/// The bytes of each storage, in the order of the keys. How large its numbers are, the tensors know.
fn numbers(
    file: &mut BufReader<File>,
    keys: &Value,
    object: &Object,
    len: u64,
) -> Result<HashMap<String, Vec<u8>>> {
    let sizes: HashMap<&str, usize> = object.storages().collect();
    let mut numbers = HashMap::new();
    for key in keys.items().unwrap_or_default() {
        let key = key.as_str().ok_or_else(|| damaged("a key is no string"))?;
        let size = *sizes
            .get(key)
            .ok_or_else(|| damaged(format!("nothing uses the storage {key}")))?;
        let mut count = [0; 8];
        file.read_exact(&mut count).map_err(io)?;
        let bytes = u64::from_le_bytes(count)
            .checked_mul(size as u64)
            .filter(|&bytes| bytes <= len);
        let bytes =
            bytes.ok_or_else(|| damaged(format!("the storage {key} is larger than the file")))?;
        let mut data = Vec::with_capacity(bytes as usize);
        file.take(bytes).read_to_end(&mut data).map_err(io)?;
        if data.len() as u64 != bytes {
            return Err(damaged(format!(
                "the storage {key} has {} bytes and should have {bytes}",
                data.len()
            )));
        }
        numbers.insert(key.to_owned(), data);
    }
    Ok(numbers)
}
