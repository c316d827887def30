//! The bytes of a pickle.

use std::io::{BufRead, Read};

use crate::error::{Error, Result};

/// As much is read at once before it is known whether there is more.
const AT_ONCE: u64 = 1 << 20;
/// The names and numbers that are written as lines are short.
const LONGEST_LINE: u64 = 1 << 16;

/// Reads the arguments of operations.
pub(super) struct Source<'a>(pub &'a mut dyn BufRead);

impl Source<'_> {
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes).map_err(|_| cut())?;
        Ok(bytes)
    }

    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.bytes::<1>()?[0])
    }

    pub fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.bytes()?))
    }

    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    pub fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    /// That many bytes. Memory is taken as they come, so a false length costs nothing.
    pub fn take(&mut self, len: u64) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(len.min(AT_ONCE) as usize);
        self.0
            .take(len)
            .read_to_end(&mut bytes)
            .map_err(|_| cut())?;
        if bytes.len() as u64 != len {
            return Err(cut());
        }
        Ok(bytes)
    }

    pub fn text(&mut self, len: u64) -> Result<String> {
        // Python lets single surrogates through, which are not UTF-8.
        String::from_utf8(self.take(len)?)
            .map_err(|_| Error::runtime("a string of the pickle is not UTF-8"))
    }

    pub fn line(&mut self) -> Result<String> {
        let mut line = Vec::new();
        self.0
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)
            .map_err(|_| cut())?;
        if line.pop() != Some(b'\n') {
            return Err(cut());
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        String::from_utf8(line).map_err(|_| Error::runtime("a line of the pickle is not UTF-8"))
    }
}

fn cut() -> Error {
    Error::runtime("the file is damaged: the pickle ends too early")
}
