//! The archives that `torch.save` writes since PyTorch 1.6.

use std::fs::File;
use std::io::{BufReader, Read};

use zip::{CompressionMethod, ZipArchive};

use super::pickle::{Allowed, unpickle};
use super::storages::Storages;
use super::value::Value;
use super::{damaged, io};
use crate::error::{Error, Result};

pub(super) fn read(file: File, len: u64) -> Result<Value> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
    let names = archive.file_names().filter_map(|name| name.ok());
    let root = names
        .into_iter()
        .find_map(|name| name.strip_suffix("data.pkl").map(str::to_owned));
    let Some(root) = root else {
        return Err(Error::runtime(
            "it is a zip archive, but none that `torch.save` wrote: it has no data.pkl",
        ));
    };
    if archive
        .index_for_name(&format!("{root}constants.pkl"))
        .is_some()
    {
        return Err(Error::runtime(
            "Cannot load TorchScript archives; save the module's state dict in Python: torch.save(module.state_dict(), …)",
        ));
    }
    let order = format!("{root}byteorder");
    if archive.index_for_name(&order).is_some() && entry(&mut archive, &order, len)? != b"little" {
        return Err(Error::runtime(
            "its numbers are big-endian, which is not supported",
        ));
    }
    let pickle = entry(&mut archive, &format!("{root}data.pkl"), len)?;
    let object = unpickle(&mut &pickle[..], Allowed::Weights)?;
    let mut storages = Storages::new(Box::new(|key| {
        entry(&mut archive, &format!("{root}data/{key}"), len)
    }));
    object.value(&mut |node| storages.tensor(node))
}

/// The bytes of an entry, checked against its sum.
fn entry(archive: &mut ZipArchive<BufReader<File>>, name: &str, len: u64) -> Result<Vec<u8>> {
    let entry = archive
        .by_name(name)
        .map_err(|error| damaged(format!("{name}: {error}")))?;
    let size = entry.size();
    // PyTorch compresses nothing. So no entry can be larger than the file.
    if entry.compression() != CompressionMethod::Stored || size > len {
        return Err(damaged(format!(
            "{name} is compressed, or larger than the file"
        )));
    }
    let mut bytes = Vec::with_capacity(size as usize);
    entry.take(size).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 != size {
        return Err(damaged(format!(
            "{name} has {} bytes and should have {size}",
            bytes.len()
        )));
    }
    Ok(bytes)
}
