//! The format of MNIST's files: two zero bytes, the type of the numbers, how many dimensions, their sizes, the numbers.

use std::fs;
use std::path::Path;

use super::files::failed;
use crate::error::Result;

/// The only type that MNIST's files have: unsigned bytes.
const BYTES: u8 = 8;

/// The sizes and the bytes of a file of `dims` dimensions.
pub(super) fn read(path: &Path, dims: usize) -> Result<(Vec<usize>, Vec<u8>)> {
    let mut bytes = fs::read(path).map_err(|error| failed(path, &error))?;
    let head = 4 + 4 * dims;
    if bytes.get(..4) != Some(&[0, 0, BYTES, dims as u8]) || bytes.len() < head {
        return Err(failed(
            path,
            &format!("it is no file of bytes in {dims} dimensions"),
        ));
    }
    let sizes: Vec<usize> = bytes[4..head]
        .as_chunks::<4>()
        .0
        .iter()
        .map(|size| u32::from_be_bytes(*size) as usize)
        .collect();
    let count = sizes
        .iter()
        .try_fold(1usize, |count, &size| count.checked_mul(size));
    bytes.drain(..head);
    if count != Some(bytes.len()) {
        return Err(failed(
            path,
            &format!("it has {} bytes, which are not {sizes:?}", bytes.len()),
        ));
    }
    Ok((sizes, bytes))
}
