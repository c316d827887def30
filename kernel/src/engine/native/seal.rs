//! Whether what lies in the cache is what was put there: disks fill up, and people look into folders.

use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Lists the files of an entry with the hashes of their contents.
const SEAL: &str = "seal";

/// Seals a finished entry.
///
/// # Errors
/// When a file cannot be read or the seal cannot be written.
pub(super) fn seal(folder: &Path) -> io::Result<()> {
    let mut lines = String::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let hash = hash(&fs::read(entry.path())?);
        lines += &format!("{hash} {name}\n");
    }
    fs::write(folder.join(SEAL), with_hash(&lines))
}

/// Whether every sealed file of an entry is as it was.
pub(super) fn is_whole(folder: &Path) -> bool {
    let read = |name: &str| fs::read(folder.join(name)).ok();
    let Some(lines) = read(SEAL).and_then(|seal| checked(&String::from_utf8(seal).ok()?)) else {
        return false;
    };
    lines.lines().all(|line| {
        let Some((expected, name)) = line.split_once(' ') else {
            return false;
        };
        read(name).is_some_and(|content| hash(&content) == expected)
    })
}

/// A text with its own hash in front.
pub(super) fn with_hash(text: &str) -> String {
    format!("{}\n{text}", hash(text.as_bytes()))
}

/// The text behind its hash, if it is the one that was hashed.
pub(super) fn checked(text: &str) -> Option<String> {
    let (expected, text) = text.split_once('\n')?;
    (hash(text.as_bytes()) == expected).then(|| text.to_string())
}

fn hash(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_was_touched_is_not_whole() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("a.so");
        fs::write(&library, "code").unwrap();
        assert!(!is_whole(folder.path()));
        seal(folder.path()).unwrap();
        assert!(is_whole(folder.path()));
        fs::write(folder.path().join("later"), "x").unwrap();
        assert!(is_whole(folder.path()));
        for damaged in ["cod", "codf", ""] {
            fs::write(&library, damaged).unwrap();
            assert!(!is_whole(folder.path()));
        }
        fs::write(&library, "code").unwrap();
        fs::write(folder.path().join(SEAL), "").unwrap();
        assert!(!is_whole(folder.path()));
    }

    #[test]
    fn a_text_is_told_from_a_damaged_one() {
        assert_eq!(checked(&with_hash("a\nb")).as_deref(), Some("a\nb"));
        assert_eq!(checked(&with_hash("")).as_deref(), Some(""));
        assert_eq!(checked("damaged"), None);
        assert_eq!(checked(&with_hash("a").replace('a', "b")), None);
    }
}
