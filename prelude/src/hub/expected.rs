//! What is known of a file before it is here.

use std::io::{self, Read};

use md5::Md5;
use sha2::{Digest, Sha256};

/// How the right file is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Whatever comes is right.
    Anything,
    /// The first digits of its SHA-256, or all of them.
    Sha256(String),
    /// Its MD5.
    Md5(String),
}

impl Expected {
    /// What a name such as `resnet18-f37072fd.pth` promises: between the last `-` and the `.` after it are the first
    /// digits of the SHA-256, at least eight, as `torch.hub` has it.
    pub fn of_name(name: &str) -> Self {
        let digits = || {
            let (_, tail) = name.rsplit_once('-')?;
            let (digits, _) = tail.split_once('.')?;
            let hexadecimal = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
            (digits.len() >= 8 && digits.bytes().all(hexadecimal)).then_some(digits)
        };
        digits().map_or(Self::Anything, |digits| Self::Sha256(digits.to_owned()))
    }

    /// Whether a wrong file would be noticed.
    pub fn is_checksum(&self) -> bool {
        *self != Self::Anything
    }

    /// The name of the checksum.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Anything => "contents",
            Self::Sha256(_) => "SHA-256",
            Self::Md5(_) => "MD5",
        }
    }

    /// The digits of the checksum.
    pub fn digits(&self) -> &str {
        match self {
            Self::Anything => "",
            Self::Sha256(digits) | Self::Md5(digits) => digits,
        }
    }

    /// Reads to the end; as many digits as were expected, if they are others.
    pub fn verify(&self, contents: &mut dyn Read) -> io::Result<Result<(), String>> {
        let found = match self {
            Self::Anything => return Ok(Ok(())),
            Self::Sha256(_) => digest::<Sha256>(contents)?,
            Self::Md5(_) => digest::<Md5>(contents)?,
        };
        let expected = self.digits();
        Ok(match found.starts_with(expected) {
            true => Ok(()),
            false => Err(found[..expected.len().min(found.len())].to_owned()),
        })
    }
}

fn digest<D: Digest>(contents: &mut dyn Read) -> io::Result<String> {
    let mut digest = D::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = contents.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        wick_runtime::interrupt::check();
        digest.update(&buffer[..count]);
    }
    Ok(digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_a_checksum_or_none() {
        let digits = |name| Expected::of_name(name).digits().to_owned();
        assert_eq!(digits("resnet18-f37072fd.pth"), "f37072fd");
        assert_eq!(digits("resnext50_32x4d-7cdf4587.pth"), "7cdf4587");
        assert_eq!(Expected::of_name("my-model.pth"), Expected::Anything);
        assert_eq!(Expected::of_name("weights.pth"), Expected::Anything);
    }

    #[test]
    fn sums_are_those_of_the_standards() {
        let verify = |expected: Expected| expected.verify(&mut &b"abc"[..]).unwrap();
        assert_eq!(
            verify(Expected::Md5("900150983cd24fb0d6963f7d28e17f72".into())),
            Ok(())
        );
        assert_eq!(verify(Expected::Sha256("ba7816bf".into())), Ok(()));
        assert_eq!(
            verify(Expected::Sha256("ba7816be".into())),
            Err("ba7816bf".into())
        );
        assert_eq!(verify(Expected::Anything), Ok(()));
    }
}
